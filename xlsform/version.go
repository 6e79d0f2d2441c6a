package xlsform

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"reflect"
	"slices"
	"strings"
)

// ContentHash is a SHA-256 in hex (64 characters) of everything the form says: names, texts in every language, expressions, choices,
// settings, version. Any change that people or programs could notice changes it. The order of attributes does not, nor do the rows
// of the sheets. Within one release of this package the same form has the same hash; keep the XML, not the hash, for ever.
func (f *Form) ContentHash() string {
	h := sha256.New()
	hashValue(h, reflect.ValueOf(f))
	return hex.EncodeToString(h.Sum(nil))
}

// hashValue writes a value without ambiguity: every text with its length, every list with its count.
func hashValue(h hash.Hash, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			h.Write([]byte("nil;"))
			return
		}
		hashValue(h, v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; name != "Row" {
				fmt.Fprintf(h, "%s:", name)
				hashValue(h, v.Field(i))
			}
		}
	case reflect.Slice:
		if attrs, are := v.Interface().([]Attr); are {
			v = reflect.ValueOf(slices.SortedStableFunc(slices.Values(attrs), byName))
		}
		fmt.Fprintf(h, "%d[", v.Len())
		for i := range v.Len() {
			hashValue(h, v.Index(i))
		}
	case reflect.String:
		fmt.Fprintf(h, "%d:%s;", v.Len(), v.String())
	default:
		fmt.Fprintf(h, "%v;", v.Interface())
	}
}

func byName(a, b Attr) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value)) }

// SchemaHash is a SHA-256 in hex (64 characters) of what decides the shape of an answer: for every question its path below the
// root, its type and data type, which groups repeat, and the names of the choices (of a list in the form) or where they come from.
// Wording, order, logic, appearance, settings and the form's own name, id and version do not count: answers to two forms with the
// same hash fit the same table. Whether they may be compared is another matter: see [Compare].
func (f *Form) SchemaHash() string {
	var lines []string
	f.Walk(func(it, _ *Item) bool {
		fields := []string{belowRoot(it.Path), itoa(int(it.Kind)), it.Type, it.Bind.Type}
		if c := it.Choices; c != nil {
			fields = append(fields, c.File, belowRoot(c.Repeat), c.Value)
			fields = append(fields, f.choiceNames(c)...)
		}
		for i, s := range fields {
			fields[i] = fmt.Sprintf("%d:%s", len(s), s)
		}
		lines = append(lines, strings.Join(fields, ";"))
		return true
	})
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])
}

// choiceNames are the names of a list's choices, sorted, each once.
func (f *Form) choiceNames(c *Choices) []string {
	var names []string
	if l := f.List(c.List); l != nil {
		for _, ch := range l.Choices {
			names = append(names, ch.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// belowRoot is a path without its first step.
func belowRoot(path string) string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return rest
}
