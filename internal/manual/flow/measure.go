package flow

import "strings"

// wide estimates the width of a text in a sans-serif face, in units of its size.
// Pages use the reader's own font, so the estimate errs on the wide side; a test
// of the book holds it against the font that is printed.
func wide(s string) (w float64) {
	for _, r := range s {
		switch {
		case strings.ContainsRune("iljtfrI.,:;'|!()[]-/ “”‘’", r):
			w += .4
		case strings.ContainsRune("mwMW%@—…→", r):
			w += 1
		case r >= 'A' && r <= 'Z':
			w += .76
		case r > 0x2000:
			w += 1
		default:
			w += .63
		}
	}
	return w
}

// wrap breaks a text into lines of at most width, a word that is longer too; after
// most lines the rest is left out and marked so.
func wrap(s string, size, width float64, most int) (lines []string) {
	line := ""
	flush := func() {
		if line != "" {
			lines, line = append(lines, line), ""
		}
	}
	for _, word := range strings.Fields(s) {
		for _, piece := range pieces(word, size, width) {
			if line != "" && wide(line+" "+piece)*size > width {
				flush()
			}
			if line != "" {
				line += " "
			}
			line += piece
		}
		if len(lines) > most {
			break
		}
	}
	flush()
	if len(lines) > most {
		lines = lines[:most]
		lines[most-1] = shorten(lines[most-1], size, width)
	}
	return lines
}

// shorten ends a line with the sign of something left out.
func shorten(s string, size, width float64) string {
	r := []rune(s)
	for len(r) > 1 && wide(string(r)+" …")*size > width {
		r = r[:len(r)-1]
	}
	return strings.TrimSpace(string(r)) + " …"
}

// pieces cuts a word that is wider than a line.
func pieces(word string, size, width float64) (out []string) {
	if wide(word)*size <= width {
		return []string{word}
	}
	r, from := []rune(word), 0
	for i := range r {
		if i > from && wide(string(r[from:i+1]))*size > width {
			out, from = append(out, string(r[from:i])), i
		}
	}
	return append(out, string(r[from:]))
}
