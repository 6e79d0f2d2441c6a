package xlsform

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"strings"
	"testing"
)

// corpusForms are the XForms of the recorded conversions; the test is skipped where they are not.
func corpusForms(t testing.TB) map[string]string {
	file, err := os.Open("../../shared/data/xlsform/corpus.jsonl")
	if err != nil {
		t.Skip("the recorded conversions are not here: ", err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	forms := map[string]string{}
	for n := 1; lines.Scan(); n++ {
		var c struct{ Test, XForm string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		if c.XForm != "" {
			forms[c.Test+"/"+itoa(n)] = c.XForm
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return forms
}

// tally is what a form's XML holds, counted without the parser.
type tally struct {
	binds, refs []string
	leaves      map[string]bool // paths in the instance that have no child elements
	inner       map[string]bool
	used        map[string]bool // ids that something refers to
	words       []word
}

// word is a run of text inside a value of itext.
type word struct{ lang, id, text string }

func tallyXML(t *testing.T, doc string) tally {
	out := tally{used: map[string]bool{}, leaves: map[string]bool{}, inner: map[string]bool{}}
	dec := xml.NewDecoder(strings.NewReader(doc))
	var path []string
	instances, at := 0, -1
	var lang, id string
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			attr := map[string]string{}
			for _, a := range e.Attr {
				attr[a.Name.Local] = a.Value
			}
			if at < 0 {
				out.note(e.Name.Local, attr)
			}
			switch e.Name.Local {
			case "translation":
				lang = attr["lang"]
			case "text":
				id = attr["id"]
			}
			if at >= 0 && instances == 1 {
				here := "/" + strings.Join(path[at:], "/") + "/" + e.Name.Local
				if here = strings.Replace(here, "//", "/", 1); len(path) > at {
					up := "/" + strings.Join(path[at:], "/")
					out.inner[up] = true
					delete(out.leaves, up)
				}
				out.leaves[here] = true
			}
			path = append(path, e.Name.Local)
			if e.Name.Local == "instance" && at < 0 {
				at, instances = len(path), instances+1
			}
		case xml.CharData:
			out.say(path, lang, id, strings.TrimSpace(string(e)))
		case xml.EndElement:
			path = path[:len(path)-1]
			if e.Name.Local == "instance" && len(path) == at-1 {
				at = -1
			}
		}
	}
}

func (t *tally) note(element string, attr map[string]string) {
	switch element {
	case "bind":
		t.binds = append(t.binds, attr["nodeset"])
	case "input", "select", "select1", "rank", "range", "upload", "trigger":
		t.refs = append(t.refs, attr["ref"])
	}
	for _, v := range attr {
		if id, found := strings.CutPrefix(v, "jr:itext('"); found {
			t.used[strings.TrimSuffix(id, "')")] = true
		}
	}
}

func (t *tally) say(path []string, lang, id, text string) {
	switch k := len(path) - 1; {
	case k < 2:
	case path[k] == "itextId":
		t.used[text] = true
	case path[k] == "value" && path[k-1] == "text" && path[k-2] == "translation":
		t.words = append(t.words, word{lang, id, mediaFile(text)})
	}
}

func TestParseCorpus(t *testing.T) {
	forms := corpusForms(t)
	types := map[string]int{}
	for name, doc := range forms {
		f, err := ParseXForm(strings.NewReader(doc), Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkAgainst(t, name, f, tallyXML(t, doc))
		f.Walk(func(it, _ *Item) bool {
			if it.Kind == Question {
				types[it.Type]++
				if it.Type == "" {
					t.Errorf("%s: %s has no type", name, it.Path)
				}
			}
			return true
		})
	}
	t.Log(len(forms), "forms", types)
	if len(forms) < 690 {
		t.Errorf("%d forms, want 690 at least", len(forms))
	}
}

func checkAgainst(t *testing.T, name string, f *Form, want tally) {
	found := map[string]bool{}
	binds := map[string]bool{}
	see := func(it *Item) {
		found[it.Path] = true
		binds[it.Path] = it.Bind.Type != "" || it.Bind.Relevant != "" || len(it.Bind.Extra) > 0 || it.Bind.ReadOnly != "" ||
			it.Bind.Calculate != "" || it.Bind.Required != "" || it.Bind.Constraint != "" || it.Bind.Preload != ""
		if it.Kind == Question && want.inner[it.Path] || it.Kind != Question && want.leaves[it.Path] && it.Control.Element == "" {
			t.Errorf("%s: %s is kind %d", name, it.Path, it.Kind)
		}
	}
	f.Walk(func(it, _ *Item) bool { see(it); return true })
	for _, it := range f.Meta {
		see(it)
	}
	entity := func(path string) bool { return strings.Contains(path, "/meta/entity") }
	leaves := 0
	for path := range want.leaves {
		if entity(path) || path == "/"+f.Name {
			continue
		}
		if leaves++; !found[path] && !strings.HasSuffix(path, "/meta") {
			t.Errorf("%s: leaf %s is lost", name, path)
		}
	}
	for path := range found {
		if !want.leaves[path] && !want.inner[path] {
			t.Errorf("%s: item %s is invented", name, path)
		}
	}
	for _, b := range want.binds {
		if !entity(b) && !binds[b] {
			t.Errorf("%s: bind of %s is lost", name, b)
		}
	}
	for _, r := range want.refs {
		if it := f.Find(r); it == nil || it.Control.Element == "" {
			t.Errorf("%s: control of %s is lost", name, r)
		}
	}
	have := wordsOf(f)
	for _, w := range want.words {
		if want.used[w.id] && w.text != "" && w.text != "-" && !have[w.lang+"|"+w.text] && !have["|"+w.text] {
			t.Errorf("%s: text %s (%s) %q is lost", name, w.id, w.lang, w.text)
		}
	}
}

// wordsOf are all pieces of text that a form holds, each as "language|text".
func wordsOf(f *Form) map[string]bool {
	out := map[string]bool{}
	take := func(t Text) {
		for _, tr := range t.Translations {
			for _, p := range tr.Value {
				out[tr.Language+"|"+strings.TrimSpace(p.Text)] = true
			}
			for _, m := range tr.Media {
				out[tr.Language+"|"+m.File] = true
			}
		}
	}
	f.Walk(func(it, _ *Item) bool {
		for _, t := range []Text{it.Label, it.Hint, it.Guidance, it.Bind.ConstraintMessage, it.Bind.RequiredMessage, it.Bind.NoAppMessage} {
			take(t)
		}
		return true
	})
	for _, l := range f.Lists {
		for _, c := range l.Choices {
			take(c.Label)
		}
	}
	return out
}
