package plain

import (
	"strings"
	"testing"
)

func TestMedia(t *testing.T) {
	for _, s := range []string{
		"data:image/png;base64,iVBORw0KGgo", "lihat DATA:video/mp4;base64,AAAA", "data:;base64,QUJD",
		strings.Repeat("QUJDREVG", 50), strings.Repeat(strings.Repeat("QUJDREVG", 8)+"\n", 8),
	} {
		if !Media(s) {
			t.Errorf("not noticed: %.40s", s)
		}
	}
	for _, s := range []string{"", "data: umur 14, sekolah", "https://contoh.example/a/b?c=d", strings.Repeat("kata biasa ", 900)} {
		if Media(s) {
			t.Errorf("words taken for media: %.40s", s)
		}
	}
}

// What the quick look passes over, the patterns must pass over too.
func FuzzMedia(f *testing.F) {
	f.Add("lihat data:image/png;base64,iVBORw0KGgo")
	f.Add(strings.Repeat("QUJDREVG", 50))
	f.Add(strings.Repeat(strings.Repeat("QUJDREVG", 8)+" ", 8))
	f.Add("DATA:;base64,QUJD data: kata")
	f.Fuzz(func(t *testing.T, s string) {
		if slow := dataURL.MatchString(s) || blob.MatchString(s) || wrapped.MatchString(s); slow != Media(s) {
			t.Fatalf("patterns say %v of %q", slow, s)
		}
	})
}

func TestClean(t *testing.T) {
	if got := Clean("  a\r\nb\x00c\xff\u0007 "); got != "a\nbc\uFFFD" {
		t.Errorf("%q", got)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("halo\r\n\x00")
	f.Fuzz(func(t *testing.T, s string) {
		c := Clean(s)
		if Clean(c) != c {
			t.Fatalf("cleaning twice differs: %q", s)
		}
		var k Checker
		k.Text("x", c, 1<<20)
		if !Media(c) && k.Err() != nil {
			t.Fatalf("clean text refused: %v", k.Err())
		}
	})
}
