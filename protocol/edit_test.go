package protocol

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

func manualText(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("../internal/manual/default/manual.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

const small = `# head
steps:
  # about A
  - id: A # one
    title: "satu"   # its title
    do:
      - plain text here
      # before the second
      - 'it''s quoted'
      - |
        several
        lines
    deadline: {value: 3, unit: hour} # by when
    note: folded over
      two lines
    empty:
  # about B
  - id: B
    title: dua
    refs: [S-1, "S-2"]
    do:
    - x
sources: {S-1: {title: a}}
# tail
`

func TestEditChangesOnlyItsPlace(t *testing.T) {
	for name, c := range map[string]struct {
		path  string
		value any
		old   string
		new   string
	}{
		"quoted text keeps its quotes": {"steps A title", "tiga", `"satu"`, `"tiga"`},
		"number in brackets":           {"steps A deadline value", 5, "value: 3", "value: 5"},
		"plain text":                   {"steps A do 0", "other: text", "- plain text here", "- 'other: text'"},
		"single quotes":                {"steps A do 1", "it's", "'it''s quoted'", "'it''s'"},
		"several lines":                {"steps A do 2", "one", "|\n        several\n        lines", "one"},
		"folded":                       {"steps A note", "short", "folded over\n      two lines", "short"},
		"nothing was there":            {"steps A empty", "now", "empty:", "empty: now"},
		"list in lines":                {"steps A do", []string{"a", "b"}, "- plain text here\n      # before the second\n      - 'it''s quoted'\n      - |\n        several\n        lines", "- a\n      - b"},
		"list in lines to a text":      {"steps B do", "none", "do:\n    - x", "do: none"},
		"list in lines to a map":       {"steps B do", map[string]int{"a": 1}, "do:\n    - x", "do: {a: 1}"},
		"list without indent":          {"steps B do", []string{"w", "z"}, "- x", "- w\n    - z"},
		"brackets stay":                {"steps B refs", []string{"S-9"}, `[S-1, "S-2"]`, "[S-9]"},
		"map in brackets":              {"steps A deadline", map[string]any{"value": 1}, "{value: 3, unit: hour}", "{value: 1}"},
		"both languages":               {"steps B title", Text{"dua", "two: 2"}, "title: dua", "title: {id: dua, en: 'two: 2'}"},
		"a new key":                    {"steps B when", map[string]any{"fact": "x", "value": []string{"a"}}, "    - x\n", "    - x\n    when:\n      fact: x\n      value:\n        - a\n"},
		"a new key in brackets":        {"steps A deadline anchor", "z", "unit: hour}", "unit: hour, anchor: z}"},
		"appended":                     {"steps A do +", "last", "        lines\n", "        lines\n      - last\n"},
		"appended in brackets":         {"steps B refs +", "S-3", `"S-2"]`, `"S-2", S-3]`},
		"deleted key":                  {"steps A deadline", nil, "    deadline: {value: 3, unit: hour} # by when\n", ""},
		"deleted first key":            {"steps B id", nil, "- id: B\n    title", "- title"},
		"deleted in brackets":          {"steps A deadline value", nil, "{value: 3, unit", "{unit"},
		"deleted last in brackets":     {"steps B refs 1", nil, `, "S-2"`, ""},
		"deleted only one":             {"steps B do 0", nil, "do:\n    - x", "do: []"},
		"deleted only one in brackets": {"sources S-1", nil, "{S-1: {title: a}}", "{}"},
		"deleted item":                 {"steps A do 0", nil, "      - plain text here\n", ""},
		"deleted step":                 {"steps B", nil, "  - id: B\n    title: dua\n    refs: [S-1, \"S-2\"]\n    do:\n    - x\n", ""},
		"the same again":               {"steps A do 2", "several\nlines\n", "", ""},
	} {
		got, err := Edit([]byte(small), strings.Fields(c.path), c.value)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want := strings.Replace(small, c.old, c.new, 1); string(got) != want {
			t.Errorf("%s:\n%s", name, got)
		}
	}
	for _, path := range []string{"", "nowhere here", "steps Z", "steps A title deeper", "steps 7"} {
		if _, err := Edit([]byte(small), strings.Fields(path), 1); !errors.Is(err, ErrNoPlace) {
			t.Errorf("%q: %v", path, err)
		}
	}
}

// places lists the path of every node below the root.
func places(n *yaml.Node, at []string) (out [][]string) {
	for i, c := range n.Content {
		name := strconv.Itoa(i)
		if n.Kind == yaml.MappingNode {
			if i%2 == 0 {
				continue
			}
			name = n.Content[i-1].Value
		}
		path := append(append([]string(nil), at...), name)
		out = append(out, path)
		out = append(out, places(c, path)...)
	}
	return out
}

func TestEditAnywhere(t *testing.T) {
	text := append([]byte(small), good(t)...)
	text = bytes.Replace(text, []byte("\nsteps:"), []byte("\nsmall:"), 1)
	text = bytes.Replace(text, []byte("\nsources:"), []byte("\nfew:"), 1)
	root, err := tree(text)
	if err != nil {
		t.Fatal(err)
	}
	all := places(root, nil)
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.SampledFrom(all).Draw(t, "path")
		p, err := find(root, path)
		if err != nil {
			t.Fatal(err)
		}
		var same any
		if err := p.node.Decode(&same); err != nil {
			t.Fatal(err)
		}
		if same != nil {
			if got, err := Edit(text, path, same); err != nil || !bytes.Equal(got, text) {
				t.Fatalf("%q written again changes the text: %v", path, err)
			}
		}
		value := rapid.OneOf(rapid.String().AsAny(), rapid.Int().AsAny(), rapid.Bool().AsAny(), rapid.SliceOf(rapid.String()).AsAny(),
			rapid.MapOf(rapid.StringMatching(`[a-z]{1,5}`), rapid.String()).AsAny(), rapid.Just[any](nil)).Draw(t, "value")
		got, err := Edit(text, path, value)
		if err != nil {
			if _, writes := written(value); writes != nil {
				return // what YAML cannot write
			}
			t.Fatalf("%q = %#v: %v", path, value, err)
		}
		e := editor{text, lineStarts(text)}
		from, to := e.start(p.node), e.end(p.node)
		if p.key != nil {
			from = e.start(p.key)
		}
		from = e.bol(from)
		if value == nil { // the comma before or after goes too
			from, to = e.bol(from-1), e.eol(to)
			from = max(0, min(from, e.bol(e.start(p.parent()))))
			if n := bytes.IndexByte(text[min(to+1, len(text)):], '\n'); n >= 0 {
				to = min(to+1+n, len(text))
			}
		}
		if !bytes.HasPrefix(got, text[:from]) || !bytes.HasSuffix(got, text[to:]) {
			t.Fatalf("%q = %#v touched other bytes", path, value)
		}
	})
}

func FuzzEdit(f *testing.F) {
	f.Add([]byte(small), "steps A title", "x")
	f.Add([]byte("a: {b: [c, 'd']}\n"), "a b 1", "")
	f.Add([]byte("? a\n: - - b\n"), "a 0", "y")
	f.Add([]byte("a:\r\n  b: c\r\n"), "a b", "\r")
	f.Fuzz(func(t *testing.T, text []byte, path, value string) {
		got, err := Edit(text, strings.Fields(path), value)
		if err != nil {
			return
		}
		again, err := Edit(got, strings.Fields(path), value)
		if err == nil && !bytes.Equal(got, again) && !strings.HasSuffix(path, "+") {
			t.Errorf("%q is not steady", got)
		}
		_, _ = Edit(text, strings.Fields(path), nil)
	})
}

// What an expert changes in the browser touches a few lines of the default manual.
func TestEditTheDefaultManual(t *testing.T) {
	text := manualText(t)
	cond := map[string]any{"all": []any{map[string]any{"fact": "lead_agency", "op": "in", "value": []string{"other_region", "ministry"}}}}
	for path, value := range map[string]any{
		"steps A7 deadline value": 5, "steps A7 title en": "Refer, and stay until it is received", "steps A7 title": Text{"Rujuk", "Refer"}, "steps A7 when": cond,
		"steps A7 do +": Text{"Catat nomor surat.", "Note the letter's number."}, "steps A7 on_overdue 1": nil, "steps A7 do 0": nil, "steps A7 support": []string{"R-PEKSOS"},
		"forms F-01 fields 0 required": true, "forms F-01 fields +": Field{ID: "baru", Label: Text{"Baru", "New"}, Type: FieldText},
		"protocol status": "reviewed", "facts risk values +": "extreme", "sources S-PORN url": nil, "events first_contact en": "first contact",
	} {
		got, err := Edit(text, strings.Fields(path), value)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if _, err := Parse(bytes.NewReader(got)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		before, after := bytes.Split(text, []byte("\n")), bytes.Split(got, []byte("\n"))
		for len(before) > 0 && len(after) > 0 && bytes.Equal(before[0], after[0]) {
			before, after = before[1:], after[1:]
		}
		for len(before) > 0 && len(after) > 0 && bytes.Equal(before[len(before)-1], after[len(after)-1]) {
			before, after = before[:len(before)-1], after[:len(after)-1]
		}
		if len(before) > 6 || len(after) > 6 {
			t.Errorf("%s: %d lines became %d:\n%s", path, len(before), len(after), bytes.Join(after, []byte("\n")))
		}
	}
}
