// Package plain keeps what people type to words: no media hidden in text, no
// bytes that are not text, no more than a bound.
package plain

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/naungan/naungan/internal/platform/fault"
)

var (
	dataURL = regexp.MustCompile(`(?i)data:\s*[a-z0-9.+-]*/?[a-z0-9.+-]*\s*(;[a-z0-9=-]+)*;\s*base64\s*,|data:(image|video|audio)/`)
	blob    = regexp.MustCompile(`[A-Za-z0-9+/_-]{300,}={0,2}`)
	wrapped = regexp.MustCompile(`([A-Za-z0-9+/]{60,76}\s+){6,}`)
)

// Media tells whether a text carries a picture, sound or film in disguise: a
// data: URL or a long run of base64. No language has words of 300 letters.
func Media(s string) bool {
	data, run := signs(s)
	return data && dataURL.MatchString(s) || run >= shortest && (blob.MatchString(s) || wrapped.MatchString(s))
}

// shortest is the shortest run of base64 letters in which blob or wrapped fits.
const shortest = 60

// signs looks for what the patterns need, in one pass: they cost a hundred times
// as much, and nearly every text has neither.
func signs(s string) (data bool, longest int) {
	run := 0
	for i := range len(s) {
		b := s[i]
		if 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '+' || b == '/' || b == '_' || b == '-' {
			run++
			longest = max(longest, run)
			continue
		}
		run = 0
		data = data || b == ':' && i >= 4 && strings.EqualFold(s[i-4:i], "data")
	}
	return data, longest
}

// Clean returns the text with line ends made \n and control characters dropped,
// trimmed. Bytes that are no UTF-8 become the replacement sign.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, s))
}

// Checker gathers what is wrong with a document, field by field.
type Checker struct{ fields []fault.Field }

// Add notes a fault of a field.
func (c *Checker) Add(name, key string, args ...any) {
	c.fields = append(c.fields, fault.Field{Name: name, Key: key, Args: args})
}

// Text holds v to most runes of plain words. Media is an own kind of fault:
// the page says what to do instead.
func (c *Checker) Text(name, v string, most int) {
	if n := utf8.RuneCountInString(v); n > most {
		c.Add(name, "field.too_long", "most", most, "have", n)
	}
	if strings.ContainsRune(v, 0) || !utf8.ValidString(v) {
		c.Add(name, "field.not_text")
	}
	if Media(v) {
		c.Add(name, "field.media")
	}
}

// Code holds v to a list; empty is allowed.
func (c *Checker) Code(name, v string, of []string) {
	if v == "" {
		return
	}
	for _, o := range of {
		if v == o {
			return
		}
	}
	c.Add(name, "field.not_listed")
}

// Codes holds each of vs to a list without repeats beyond its length.
func (c *Checker) Codes(name string, vs, of []string) {
	c.Count(name, len(vs), len(of))
	for _, v := range vs {
		c.Code(name, v, of)
	}
}

// Count bounds the length of a list.
func (c *Checker) Count(name string, n, most int) {
	if n > most {
		c.Add(name, "field.too_many", "most", most)
	}
}

// Must asks for words.
func (c *Checker) Must(name, v string) {
	if strings.TrimSpace(v) == "" {
		c.Add(name, "field.missing")
	}
}

// Err returns the Invalid fault of all that was noted, or nil.
func (c *Checker) Err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return fault.Of(c.fields...)
}
