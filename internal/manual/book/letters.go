package book

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// letters are those that the printed faces hold: Latin, Greek and Cyrillic. fpdf
// panics on what lies beyond the first plane, and prints nothing for what a face
// lacks.
var letters = sync.OnceValue(func() *[1 << 16]bool {
	has := new([1 << 16]bool)
	for i, ttf := range [][]byte{goregular.TTF, gobold.TTF} {
		f, err := sfnt.Parse(ttf)
		if err != nil {
			panic(err) // the faces are part of the program
		}
		var b sfnt.Buffer
		for r := range has {
			n, err := f.GlyphIndex(&b, rune(r))
			has[r] = (i == 0 || has[r]) && err == nil && n != 0
		}
	}
	return has
})

// letter returns the rune that is printed for r: itself, a box where the face has
// none, -1 where nothing is to be seen.
func letter(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.Is(unicode.C, r) || unicode.Is(unicode.M, r):
		return -1
	case r < 1<<16 && letters()[r]:
		return r
	}
	return '□'
}

// printable returns a text as it is printed.
func printable(s string) string { return strings.Map(letter, s) }
