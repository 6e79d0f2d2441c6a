package web

import (
	"bytes"
	"net/url"
	"strconv"
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
		send(t, v, "when", s.When)
		for i, w := range s.DeadlineWhen {
			send(t, v, "dw.if."+strconv.Itoa(i), &w.If)
		}
		ifs, _ := split(s.Decide)
		for i, d := range append(ifs, protocol.Decide{}) {
			send(t, v, "decide."+strconv.Itoa(i)+".if", d.If)
			v.Set("decide."+strconv.Itoa(i)+".then", d.Then)
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
		v := formOf(x).Values
		for i, field := range x.Fields {
			send(t, v, "shown."+strconv.Itoa(i), field.ShownWhen)
		}
		typed, err := typedForm(x, v)
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		out, err := manual.EditForm(f.Text, f.Manual, id, typed)
		if err != nil || !bytes.Equal(out, f.Text) {
			t.Errorf("%s: the text changed (%v)", id, err)
		}
	}
}

// send puts a condition into what a form sends, as the page shows it.
func send(t testing.TB, v url.Values, at string, c *protocol.Cond) {
	b, ok := branchOf(c)
	if !ok {
		t.Fatalf("%s cannot be shown", at)
	}
	sendBranch(v, at, b)
}

func sendBranch(v url.Values, at string, b branch) {
	if b.Fact != "" {
		v.Set(at+".fact", b.Fact)
		v.Set(at+".op", opWord(b.Not))
		v[at+".value"] = b.Values
		return
	}
	v.Set(at+".mode", b.Mode)
	for i, s := range b.Subs {
		sendBranch(v, at+"."+strconv.Itoa(i), s)
	}
}

// TestAConditionGoesThroughItsForm: whatever is nested comes back as it was shown,
// and what its form says of facts holds as it did.
func TestAConditionGoesThroughItsForm(t *testing.T) {
	line := func(fact string, values ...string) branch { return branch{Fact: fact, Values: values} }
	for _, b := range []branch{
		{Mode: "all", Subs: []branch{line("risk", "high")}},
		{Mode: "none", Subs: []branch{line("risk", "high"), {Mode: "any", Subs: []branch{line("case_type", "other"), {Fact: "risk", Not: true, Values: []string{"low", "medium"}}}}}},
		{Mode: "notall", Subs: []branch{line("risk", "high"), {Mode: "none", Subs: []branch{line("case_type", "other")}}}},
		{Mode: "any", Subs: []branch{{Mode: "notall", Subs: []branch{line("risk", "high"), line("case_type", "other")}}, line("immediate_danger", "true")}},
	} {
		back, ok := branchOf(b.cond())
		if !ok || fingerprint(back) != fingerprint(b) {
			t.Errorf("%+v comes back as %+v", b, back)
		}
		v := url.Values{}
		sendBranch(v, "when", b)
		if sent, ok := readBranch(v, "when", 0); !ok || fingerprint(sent) != fingerprint(b) {
			t.Errorf("%+v is read as %+v", b, sent)
		}
	}
	b := branch{Mode: "always"}
	for _, press := range []struct{ deed, place, fact string }{{"line", "when", "risk"}, {"group", "when", ""}, {"line", "when.1", "case_type"}, {"group", "when.1", ""}, {"line", "when.1.1", "risk"}, {"drop", "when.0", ""}, {"drop", "when.9", ""}, {"line", "when", ""}} {
		b = b.after("when", press.deed, press.place, press.fact)
	}
	if len(b.Subs) != 1 || b.Mode != "all" || len(b.Subs[0].Subs) != 2 || b.Subs[0].Subs[1].Subs[0].Fact != "risk" {
		t.Errorf("%+v", b)
	}
	b = branch{Mode: "all"}
	for range 2 * deepest {
		at := "when"
		for n := &b; len(n.Subs) > 0; n = &n.Subs[len(n.Subs)-1] {
			at += "." + strconv.Itoa(len(n.Subs)-1)
		}
		b = b.after("when", "group", at, "")
	}
	v := url.Values{}
	sendBranch(v, "when", b)
	if sent, _ := readBranch(v, "when", 0); fingerprint(sent) != fingerprint(b) {
		t.Error("a group is offered that would not be read again")
	}
	if _, ok := branchOf(b.cond()); b.cond() != nil || !ok {
		t.Error("groups without a line say something")
	}
}

// TestAProblemLeadsToItsField: every path of a step that a form can write.
func TestAProblemLeadsToItsField(t *testing.T) {
	for path, field := range map[string]string{
		"title": "title.id", "title en": "title.en", "actor": "actor", "deadline": "deadline.value", "deadline unit": "deadline.unit", "deadline note": "note.id",
		"deadline_when 1": "dw.value.1", "deadline_when 1 unit": "dw.unit.1", "deadline_when 0 if all 2 value": "dw.if.0.2.value", "do 2": "do-id-3",
		"track 1 what": "track.1.what.id", "track 0 refs 1": "track.0.refs", "decide 0 if any 1 fact": "decide.0.if.1.value", "decide 2 else": "decide.else",
		"when": "when.mode", "when all 1 any 0 fact": "when.1.0.value", "when not any 1 op": "when.1.value", "when fact": "when.0.value", "on_overdue 0": "overdue", "ladder 0": "",
	} {
		if have := stepField(append([]string{"steps", "A1"}, strings.Fields(path)...)); have != field {
			t.Errorf("%s: %q, not %q", path, have, field)
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
	f.Add("title.id=a&deadline.value=1&deadline.unit=hour&do.id=x&do.en=y&when.mode=any&when.0.fact=risk&when.0.value=high&when.1.mode=none&when.1.0.fact=x&when.1.0.value=y")
	f.Add("title.id=a&track.shown=yes&track.0.what.id=x&track.0.unit=hour&track.0.value=1&track.0.anchor=%23&decide.shown=yes&decide.0.then=A1&decide.0.if.mode=all&decide.0.if.0.fact=risk&decide.0.if.0.value=high&codes.shown=yes&refs=%7B")
	f.Add("title.id=%00&dw.if.0.mode=any&dw.if.0.0.fact=risk&dw.if.0.0.value=high&dw.unit.0=hour&dw.value.0=9999999999999999999&trigger=step%3AA1")
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
		"deadline.unit":   {"deadline.unit": {""}},
		"dw.if.0.add":     {"dw.value.0": {"3"}, "dw.unit.0": {"hour"}},
		"dw.unit.0":       {"dw.if.0.mode": {"all"}, "dw.if.0.0.fact": {"risk"}, "dw.if.0.0.value": {"high"}, "dw.value.0": {"3"}},
		"when.0.value":    {"when.mode": {"all"}, "when.0.fact": {"risk"}},
		"when.1.value":    {"when.mode": {"any"}, "when.0.fact": {"risk"}, "when.0.value": {"high"}, "when.1.fact": {"child_missing"}},
		"when.add":        {"when.mode": {"always"}, "when.add": {"risk"}},
		"when.1.add":      {"when.mode": {"all"}, "when.0.fact": {"risk"}, "when.0.value": {"high"}, "when.1.mode": {"any"}},
		"when.1.mode":     {"when.mode": {"all"}, "when.0.fact": {"risk"}, "when.0.value": {"high"}, "when.1.mode": {""}, "when.1.0.fact": {"risk"}, "when.1.0.value": {"low"}},
		"when.mode":       {"when.mode": {"always"}, "when.0.fact": {"risk"}, "when.0.value": {"high"}},
		"decide.0.then":   {"decide.shown": {"yes"}, "decide.0.if.mode": {"all"}, "decide.0.if.0.fact": {"risk"}, "decide.0.if.0.value": {"high"}},
		"decide.0.if.add": {"decide.shown": {"yes"}, "decide.0.then": {"A1"}, "decide.0.if.mode": {"all"}},
		"track.0.what.id": {"track.0.value": {"3"}, "track.0.unit": {"hour"}, "track.0.anchor": {"case_opened"}},
		"track.0.value":   {"track.0.what.id": {"Jam"}, "track.0.unit": {"hour"}, "track.0.anchor": {"case_opened"}},
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
	v["when.mode"] = []string{"always"}
	if s, err := stepOf(*m.Step("A2"), m, v); err != nil || s.Deadline.Unit != "" || s.When != nil {
		t.Errorf("%+v, %v", s, err)
	}
	for id, fits := range map[string]bool{"_baru": true, "-": true, "dua kata": false, strings.Repeat("a", 41): false} { // as Check holds ids
		v := formOf(m.Forms["F-01"]).Values
		v["new"], v["label.id.new"], v["type.new"] = []string{id}, []string{"Baru"}, []string{protocol.FieldText}
		if _, err := typedForm(m.Forms["F-01"], v); (err == nil) != fits {
			t.Errorf("id %q: %v", id, err)
		}
	}
	old := m.Forms["F-01"]
	for name, typed := range map[string]url.Values{
		"new":             {"label.id.new": {"Pertanyaan baru"}},
		"choices.new":     {"new": {"baru"}, "label.id.new": {"Baru"}, "type.new": {protocol.FieldText}, "choices.new": {"a = Satu"}},
		"shown.1.0.value": {"shown.1.mode": {"all"}, "shown.1.0.fact": {old.Fields[0].ID}},
		"choices.0":       {"type.0": {protocol.FieldChoice}, "choices.0": {"a = Satu\n= Dua"}},
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

// TestSearchFindsADeadline by its span, in either language, and calls a rule by
// what it says.
func TestSearchFindsADeadline(t *testing.T) {
	m := theDefault(t).Manual
	for _, q := range []string{"72 jam", "72 hours"} {
		ids := map[string]string{}
		for _, f := range find(m, q, "id") {
			ids[f.ID] = f.Text
		}
		if s := ids["E1"]; !strings.Contains(s, "72") {
			t.Errorf("%s: E1 is not found by its deadline: %v", q, ids)
		}
	}
	for _, f := range find(m, "wali", "id") {
		if f.Part == "aturan" && f.Title == f.ID {
			t.Errorf("the rule %s is called by its code", f.ID)
		}
	}
}
