// Package lang speaks the two languages of the product. Texts live beside the
// pages that show them, in text.id.toml and text.en.toml; Load gathers them into
// one Catalogue, and a Printer says them in one language.
//
// A text holds named placeholders and plural forms:
//
//	waiting = "{n} {n|message|messages} for {name}"
//
// {name} is replaced by the value given under that name; {n|one|other} by the
// form that the number n takes. Indonesian has one form and so one alternative:
// "{n} pesan untuk {name}" or "{n} {n|pesan}". A literal brace is doubled.
package lang

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

// The languages, by the codes that stand in lang attributes and URLs.
const (
	ID = "id" // Indonesian, the first language of every page
	EN = "en" // English, complete
)

// Languages lists every language, the default first.
var Languages = []string{ID, EN}

const maxFile = 1 << 20 // bytes of one catalogue file; ours stay far below

//go:embed text.id.toml text.en.toml
var own embed.FS

// Texts returns the package's own catalogue files, for the completeness test.
func Texts() fs.FS { return own }

// Catalogue holds every text of the program in every language. It does not
// change after Load and is safe for concurrent use.
type Catalogue struct {
	texts map[string]map[string]message // language → key → message
}

// Load reads text.id.toml and text.en.toml from the root of each file system,
// and this package's own texts. It fails on files that do not parse and on keys
// that two packages both define; TestTextsAreWhole in internal/app checks the rest.
func Load(files ...fs.FS) (*Catalogue, error) {
	c := &Catalogue{texts: map[string]map[string]message{}}
	for _, l := range Languages {
		c.texts[l] = map[string]message{}
		for _, f := range append([]fs.FS{own}, files...) {
			if err := c.add(l, f); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// MustLoad is Load for texts that are part of the binary; it panics on a fault.
func MustLoad(files ...fs.FS) *Catalogue {
	c, err := Load(files...)
	if err != nil {
		panic(err)
	}
	return c
}

func (c *Catalogue) add(l string, f fs.FS) error {
	texts, err := Read(f, l)
	if err != nil {
		return err
	}
	for key, text := range texts {
		if _, twice := c.texts[l][key]; twice {
			return fmt.Errorf("lang: %s is defined twice in %s", key, l)
		}
		m, err := parse(text)
		if err != nil {
			return fmt.Errorf("lang: %s in %s: %w", key, l, err)
		}
		c.texts[l][key] = m
	}
	return nil
}

// Read returns the texts of one file system in language l, by dotted key.
func Read(f fs.FS, l string) (map[string]string, error) {
	name := "text." + l + ".toml"
	raw, err := fs.ReadFile(f, name)
	if err != nil {
		return nil, fmt.Errorf("lang: %w", err)
	}
	if len(raw) > maxFile {
		return nil, fmt.Errorf("lang: %s is larger than %d bytes", name, maxFile)
	}
	var tree map[string]any // TOML tables nest to any depth
	if err := toml.Unmarshal(raw, &tree); err != nil {
		return nil, fmt.Errorf("lang: %s: %w", name, err)
	}
	out := map[string]string{}
	return out, flatten(out, "", tree)
}

func flatten(out map[string]string, prefix string, tree map[string]any) error {
	for k, v := range tree {
		switch v := v.(type) {
		case string:
			out[prefix+k] = v
		case map[string]any:
			if err := flatten(out, prefix+k+".", v); err != nil {
				return err
			}
		default:
			return fmt.Errorf("lang: %s%s is not a text", prefix, k)
		}
	}
	return nil
}

// In returns a Printer for language l; Indonesian when l is not one of ours.
func (c *Catalogue) In(l string) *Printer {
	if !slices.Contains(Languages, l) {
		l = ID
	}
	return &Printer{lang: l, texts: c.texts[l]}
}

// T returns the text of key in language l; see Printer.T.
func (c *Catalogue) T(l, key string, args ...any) string { return c.In(l).T(key, args...) }

// Keys returns every key of the catalogue in language l, sorted.
func (c *Catalogue) Keys(l string) []string {
	keys := make([]string, 0, len(c.texts[l]))
	for k := range c.texts[l] {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Parse returns the language that an Accept-Language header or a lang parameter
// asks for first among ours, and whether it named one.
func Parse(asked string) (string, bool) {
	for part := range strings.SplitSeq(asked[:min(len(asked), 256)], ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if base == "in" { // the code of Indonesian before 1989; old phones still send it
			base = ID
		}
		if slices.Contains(Languages, base) {
			return base, true
		}
	}
	return ID, false
}

// complain panics while tests run, so that no missing text goes unseen; in
// production the page shows the key instead.
func complain(format string, args ...any) {
	if testing.Testing() {
		panic("lang: " + fmt.Sprintf(format, args...))
	}
}
