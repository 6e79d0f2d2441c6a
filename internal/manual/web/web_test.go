package web

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/protocol"
)

func theDefault(t *testing.T) manual.Full {
	t.Helper()
	m, text, err := manual.Default()
	if err != nil {
		t.Fatal(err)
	}
	return manual.Full{Manual: m, Text: text}
}

// TestAProblemStandsInItsStep: a line within a step is that step's; one in the
// sources is nobody's.
func TestAProblemStandsInItsStep(t *testing.T) {
	f := theDefault(t)
	lines := strings.Split(string(f.Text), "\n")
	for i, l := range lines {
		switch {
		case strings.HasPrefix(l, "sources:"):
			if s := stepAt(f, i+3); s != nil {
				t.Errorf("a source is said to be of %s", s.ID)
			}
		case strings.HasPrefix(l, "  - id: E8"):
			if s := stepAt(f, i+4); s == nil || s.ID != "E8" {
				t.Errorf("a line of E8 is said to be of %+v", s)
			}
		}
	}
	if stepAt(f, 1) != nil {
		t.Error("the first line is said to be of a step")
	}
}

// TestAFormUntouchedChangesNothing: every step's form, sent as it was shown, gives
// the same text byte by byte.
func TestAFormUntouchedChangesNothing(t *testing.T) {
	f := theDefault(t)
	for _, s := range f.Manual.Steps {
		v := stepForm(*s).Values
		for kind, list := range map[string][]protocol.Text{"do": s.Do, "forbid": s.Forbid} {
			for _, x := range append(list[:len(list):len(list)], protocol.Text{}) {
				v.Add(kind+".id", x.ID)
				v.Add(kind+".en", x.EN)
			}
		}
		e := stepEdit{Typed: *s}
		e.Form.Values = url.Values{}
		for i, c := range e.conditions() {
			n := string(rune('0' + i))
			v.Add("cond.fact", c.Fact)
			v.Set("cond.op."+n, opWord(c))
			v["cond.value."+n] = c.Value
		}
		typed, err := stepOf(*s, f.Manual, v)
		if err != nil {
			t.Fatalf("%s: %v", s.ID, err)
		}
		out, err := manual.EditStep(f.Text, f.Manual, typed)
		if err != nil || !bytes.Equal(out, f.Text) {
			t.Errorf("%s: the text changed (%v)", s.ID, err)
		}
	}
	for id, x := range f.Manual.Forms {
		typed, err := typedForm(x, formOf(x).Values)
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		out, err := manual.EditForm(f.Text, f.Manual, id, typed)
		if err != nil || !bytes.Equal(out, f.Text) {
			t.Errorf("%s: the text changed (%v)", id, err)
		}
	}
}

// FuzzStepForm: whatever is posted of a step gives a manual that can be read, or a
// fault.
func FuzzStepForm(f *testing.F) {
	m, text, err := manual.Default()
	if err != nil {
		f.Fatal(err)
	}
	f.Add("title.id=a&deadline.value=1&deadline.unit=hour&do.id=x&do.en=y&when=any&cond.fact=risk&cond.value.0=high")
	f.Add("title.id=%00&dw.new.if=risk%3Dhigh&dw.new.unit=hour&dw.new.value=9999999999999999999&trigger=step%3AA1")
	f.Add("title.id=-+%3A+%23&forbid.id=%22&forbid.en=%27%0A&note.id=%7B&actor=%5B")
	f.Fuzz(func(t *testing.T, body string) {
		v, err := url.ParseQuery(body)
		if err != nil || len(body) > 4000 {
			return
		}
		typed, err := stepOf(*m.Step("A6"), m, v)
		if err != nil {
			return
		}
		out, err := manual.EditStep(text, m, typed)
		if err != nil {
			return
		}
		if _, err := protocol.Parse(bytes.NewReader(out)); err != nil {
			t.Fatal(err)
		}
	})
}

// TestNothingTypedIsLostSilently: what could not be stored as it was typed is named.
func TestNothingTypedIsLostSilently(t *testing.T) {
	m := theDefault(t).Manual
	base := func() url.Values { return stepForm(*m.Step("A2")).Values }
	for name, typed := range map[string]url.Values{
		"deadline.unit": {"deadline.unit": {""}},
		"dw.new.if":     {"dw.new.value": {"3"}},
		"dw.new.unit":   {"dw.new.if": {"risk=high"}, "dw.new.value": {"3"}},
		"cond.value.0":  {"when": {"all"}, "cond.fact": {"risk"}},
		"cond.value.1":  {"when": {"any"}, "cond.fact": {"risk", "child_missing"}, "cond.value.0": {"high"}},
		"cond.add":      {"cond.add": {"risk"}},
		"when":          {"when": {"none"}, "cond.fact": {"risk"}, "cond.value.0": {"high"}},
	} {
		v := base()
		for k, x := range typed {
			v[k] = x
		}
		_, err := stepOf(*m.Step("A2"), m, v)
		if f := fault.Fields(err); len(f) != 1 || f[0].Name != name {
			t.Errorf("%s: %+v", name, f)
		}
	}
	v := base() // taken out on purpose
	v["deadline.value"], v["deadline.unit"] = []string{""}, []string{""}
	v["when"], v["cond.fact"], v["cond.value.0"], v["cond.drop.0"] = []string{"all"}, []string{"risk"}, []string{"high"}, []string{"yes"}
	if s, err := stepOf(*m.Step("A2"), m, v); err != nil || s.Deadline.Unit != "" || s.When != nil {
		t.Errorf("%+v, %v", s, err)
	}
	old := m.Forms["F-01"]
	for name, typed := range map[string]url.Values{
		"new":         {"label.id.new": {"Pertanyaan baru"}},
		"choices.new": {"new": {"baru"}, "label.id.new": {"Baru"}, "type.new": {protocol.FieldText}, "choices.new": {"a = Satu"}},
		"choices.0":   {"type.0": {protocol.FieldChoice}, "choices.0": {"a = Satu\n= Dua"}},
	} {
		v := formOf(old).Values
		for k, x := range typed {
			v[k] = x
		}
		_, err := typedForm(old, v)
		if f := fault.Fields(err); len(f) != 1 || f[0].Name != name {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
