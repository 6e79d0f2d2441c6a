package xlsform

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// unlike shows two values when they differ.
func unlike(want, got any) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	w, _ := json.MarshalIndent(want, "", " ")
	g, _ := json.MarshalIndent(got, "", " ")
	return "want " + string(w) + "\ngot " + string(g)
}

func parseFile(t testing.TB, name string) *Form {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "parse", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	f, err := ParseXForm(file, Limits{})
	if err != nil {
		t.Fatal(name, err)
	}
	return f
}

// A form written by hand: other prefixes, relative references, binds by id, labels and items in the body, a repeat whose group has no node.
func TestParseByHand(t *testing.T) {
	f := parseFile(t, "hand.xml")
	if f.ID != "garden" || f.Title != "Kebun" || f.Version != "7" || f.DefaultLanguage != "id" || !slices.Equal(f.Languages, []string{"en", "id"}) {
		t.Errorf("head: %+v", f)
	}
	var got []string
	f.Walk(func(it, _ *Item) bool {
		got = append(got, strings.TrimSpace(it.Path+" "+it.Type))
		return true
	})
	want := []string{"/garden/started start", "/garden/name text", "/garden/beds", "/garden/beds/crop select_one",
		"/garden/beds/size decimal", "/garden/beds/picture image", "/garden/total calculate", "/garden/place geopoint",
		"/garden/done acknowledge"}
	if d := unlike(want, got); d != "" {
		t.Error(d)
	}
	beds := f.Find("/garden/beds")
	if beds.Kind != Repeat || beds.Count != "3" || beds.Label.In("id") != "Bedeng" {
		t.Errorf("repeat: %+v", beds)
	}
	crop := f.Find("/garden/beds/crop")
	l := f.List(crop.Choices.List)
	if l == nil || len(l.Choices) != 2 || l.Choices[1].Name != "beans" || l.Choices[1].Label.In("") != "Buncis" {
		t.Errorf("choices: %+v of %+v", l, crop.Choices)
	}
	size := f.Find("/garden/beds/size")
	if size.Bind.Constraint != ". > 0" || size.Bind.ConstraintMessage.In("en") != "More than nothing" || size.Default != "1.5" {
		t.Errorf("size: %+v", size)
	}
	wantLabel := Value{{Text: "Luas bedeng "}, {Output: "../crop"}, {Text: " (m²)"}}
	if d := unlike(wantLabel, size.Label.Translations[1].Value); d != "" || size.Label.Translations[1].Language != "id" {
		t.Errorf("label: %s %+v", d, size.Label)
	}
	if got := size.Hint.Translations[0].Media; !slices.Equal(got, []Media{{"image", "ruler.png"}}) || size.Guidance.In("en") != "Walk around it" {
		t.Errorf("hint: %+v, guidance %+v", size.Hint, size.Guidance)
	}
	if a := f.Find("/garden/total").Actions; len(a) != 1 || a[0].Trigger != "/garden/name" || a[0].Events[0] != "xforms-value-changed" {
		t.Errorf("actions: %+v", a)
	}
}

func TestParseEntities(t *testing.T) {
	f := parseFile(t, "entities.xml")
	want := []*Entity{
		{List: "trees", Container: "/data/trees", Label: "../../../kind", CreateIf: "../../../kind != ''", Creates: true},
		{List: "owners", Container: "/data", Label: "/data/owner", ID: "/data/owner", Updates: true},
	}
	if d := unlike(want, f.Entities); d != "" {
		t.Error(d)
	}
	if got := f.Find("/data/trees/kind").SaveTo; !slices.Equal(got, []SaveTo{{"trees", "species"}}) {
		t.Error(got)
	}
	if got := f.Find("/data/owner").SaveTo; !slices.Equal(got, []SaveTo{{"owners", "full_name"}}) {
		t.Error(got)
	}
	if f.Settings.EntitiesVersion != "2025.1.0" || f.Settings.AutoSend != "true" || f.Settings.SubmissionURL != "https://example.org/s" || f.Settings.Style != "pages" {
		t.Errorf("%+v", f.Settings)
	}
	sel := f.Find("/data/owner")
	if c := sel.Choices; c.File != "people.csv" || c.Filter != "area = '[1]' and age > 3" || c.Seed != "/data/seed" || !c.Randomize || sel.Type != "select_one_from_file" {
		t.Errorf("%+v %s", c, sel.Type)
	}
	if c := f.Find("/data/tallest").Choices; c.Repeat != "/data/trees" || c.Filter != "./kind != ''" || c.Value != "kind" {
		t.Errorf("%+v", c)
	}
	if len(f.Meta) != 1 || f.Meta[0].Bind.Preload != "uid" || f.Namespaces[0] != (Attr{"ex", "http://example.org/ex"}) || f.Find("/data/seed").Attrs[0] != (Attr{"ex:note", "n"}) {
		t.Errorf("%+v %+v", f.Meta, f.Namespaces)
	}
}

const around = `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"><h:head><model>%</model></h:head><h:body>$</h:body></h:html>`

func wrapForm(model, body string) string {
	return strings.NewReplacer("%", model, "$", body).Replace(around)
}

func TestParseFaults(t *testing.T) {
	deep := strings.Repeat("<g>", 60) + strings.Repeat("</g>", 60)
	for code, doc := range map[string]string{
		"xml-empty":     "  ",
		"xml-broken":    "<a>",
		"xml-encoding":  `<?xml version="1.0" encoding="UTF-16"?><a/>`,
		"xml-doctype":   "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
		"xml-two-roots": "<a/><b/>",
		"no-model":      "<a><b/></a>",
		"no-instance":   wrapForm("<instance/>", ""),
		"twice":         wrapForm("<instance><d><a/><a/></d></instance>", ""),
		"no-node":       wrapForm("<instance><d><a/></d></instance>", `<input ref="/d/b"/>`),
		"no-ref":        wrapForm("<instance><d><a/></d></instance>", `<input/>`),
		"no-text":       wrapForm("<instance><d><a/></d></instance>", `<input ref="/d/a"><label ref="jr:itext('x')"/></input>`),
		"text-twice":    wrapForm(`<itext><translation lang="x"><text id="a"/><text id="a"/></translation></itext><instance><d/></instance>`, ""),
		"no-list":       wrapForm("<instance><d><a/></d></instance>", `<select1 ref="/d/a"><itemset nodeset="instance('l')/root/item"/></select1>`),
		"":              wrapForm("<instance><d>"+deep+"</d></instance>", ""),
	} {
		_, err := ParseXForm(strings.NewReader(doc), Limits{Depth: 10})
		var fault *XFormError
		if errors.As(err, &fault); code == "" && !errors.Is(err, ErrTooLarge) || code != "" && (fault == nil || fault.Code != code) {
			t.Errorf("%s: %v", code, err)
			continue
		}
		if code != "" && (fault.Message("id") == fault.Message("en") || fault.Message("en") == "" || fault.Line == 0 && code != "xml-empty") {
			t.Errorf("%s: line %d, %q, %q", code, fault.Line, fault.Message("en"), fault.Message("id"))
		}
		delete(xformFaultsLeft, code)
	}
	for code := range xformFaultsLeft {
		t.Errorf("no document here is refused for %s", code)
	}
}

var xformFaultsLeft = func() map[string]bool {
	left := map[string]bool{}
	for code := range xformFaults {
		left[code] = true
	}
	return left
}()

func TestParseBounds(t *testing.T) {
	doc := wrapForm("<instance><d><a/><b/></d></instance>", `<input ref="/d/a" appearance="`+strings.Repeat("x", 300)+`"/>`)
	for _, l := range []Limits{{Bytes: 100}, {Cells: 5}, {Expression: 250}} {
		if _, err := ParseXForm(strings.NewReader(doc), l); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%+v: %v", l, err)
		}
	}
	if _, err := ParseXForm(strings.NewReader(doc), Limits{}); err != nil {
		t.Error(err)
	}
	gone := errors.New("gone")
	if _, err := ParseXForm(&brokenReader{gone}, Limits{}); !errors.Is(err, gone) {
		t.Error(err)
	}
}

type brokenReader struct{ err error }

func (b *brokenReader) Read([]byte) (int, error) { return 0, b.err }

func FuzzParseXForm(f *testing.F) {
	seeds, _ := filepath.Glob("testdata/parse/*.xml")
	for _, name := range seeds {
		if doc, err := os.ReadFile(name); err == nil {
			f.Add(doc)
		}
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		form, err := ParseXForm(bytes.NewReader(doc), Limits{Bytes: 1 << 18, Depth: 20})
		if (form == nil) == (err == nil) {
			t.Fatal("a form or an error, one of the two")
		}
		if err != nil {
			return
		}
		seen := map[string]bool{}
		form.Walk(func(it, parent *Item) bool {
			if seen[it.Path] || parent != nil && it.Path != parent.Path+"/"+it.Name && !strings.HasPrefix(it.Path, parent.Path+"/meta") {
				t.Fatalf("%q stands twice or in a wrong place", it.Path)
			}
			seen[it.Path] = true
			return true
		})
		again, err := ParseXForm(bytes.NewReader(doc), Limits{Bytes: 1 << 18, Depth: 20})
		if err != nil || unlike(form, again) != "" {
			t.Fatal("a second reading differs", err)
		}
	})
}
