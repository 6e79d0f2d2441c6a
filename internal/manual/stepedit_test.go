package manual

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/naungan/naungan/protocol"
)

// linesChanged counts the lines of two texts that have no equal in the other.
func linesChanged(a, b []byte) (gone, came int) {
	x, y := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	count := map[string]int{}
	for _, l := range x {
		count[l]++
	}
	for _, l := range y {
		if count[l]--; count[l] < 0 {
			came++
		}
	}
	for _, n := range count {
		gone += max(n, 0)
	}
	return gone, came
}

func copyStep(s *protocol.Step) protocol.Step {
	c := *s
	c.Do, c.Forbid, c.Support, c.Consent, c.DeadlineWhen = slices.Clone(s.Do), slices.Clone(s.Forbid), slices.Clone(s.Support), slices.Clone(s.Consent), slices.Clone(s.DeadlineWhen)
	return c
}

func parsed(t interface{ Fatal(...any) }, text []byte) *protocol.Manual {
	m, err := protocol.Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestADeadlineIsOneLine: a changed number touches its line and no other.
func TestADeadlineIsOneLine(t *testing.T) {
	m, text, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	s := copyStep(m.Step("A2"))
	s.Deadline.Value, s.Deadline.Unit = 2, "working_day"
	out, err := EditStep(text, m, s)
	if err != nil {
		t.Fatal(err)
	}
	if gone, came := linesChanged(text, out); gone != 1 || came != 1 {
		t.Errorf("%d lines went, %d came", gone, came)
	}
	if d := parsed(t, out).Step("A2").Deadline; d != s.Deadline {
		t.Errorf("%+v", d)
	}
	same, err := EditStep(text, m, copyStep(m.Step("A2")))
	if err != nil || !bytes.Equal(same, text) {
		t.Error("nothing was changed and the text is another", err)
	}
}

// TestAStepSaysWhatTheFormSays: whatever a form changes of a step is read again as
// it was written, and every other step stays as it was.
func TestAStepSaysWhatTheFormSays(t *testing.T) {
	_, whole, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	text := excerpt(t, whole)
	m, err := protocol.Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	words := rapid.StringMatching(`[A-Za-z:'"#{}\[\], -]{1,20}[a-z]`)
	both := rapid.Custom(func(r *rapid.T) protocol.Text {
		return protocol.Text{ID: words.Draw(r, "id"), EN: words.Draw(r, "en")}
	})
	rapid.Check(t, func(r *rapid.T) {
		s := copyStep(rapid.SampledFrom(m.Steps).Draw(r, "step"))
		if rapid.Bool().Draw(r, "title") {
			s.Title = both.Draw(r, "title")
		}
		s.Do = edited(r, s.Do, both, "do")
		s.Forbid = edited(r, s.Forbid, both, "forbid")
		if rapid.Bool().Draw(r, "when") && Simple(s.When) {
			s.When = &protocol.Cond{Any: []protocol.Cond{{Fact: "risk", Op: "in", Value: []string{"high", "unknown"}}, {Fact: "immediate_danger", Op: "eq", Value: []string{"true"}}}}
		}
		if rapid.Bool().Draw(r, "deadline") {
			s.Deadline = protocol.Deadline{Value: rapid.IntRange(0, 99).Draw(r, "value"), Unit: "hour", Anchor: "case_opened", Basis: "project_default", Certainty: "unverified", Binding: "target"}
		}
		if rapid.Bool().Draw(r, "other deadline") {
			s.DeadlineWhen = append(s.DeadlineWhen, protocol.DeadlineWhen{If: protocol.Cond{Fact: "risk", Op: "eq", Value: []string{"low"}}, Value: 3, Unit: "working_day", Basis: "project_default", Certainty: "unverified"})
		}
		out, err := EditStep(text, m, s)
		if err != nil {
			r.Fatal(err)
		}
		now := parsed(r, out)
		for _, o := range m.Steps {
			want, have := copyStep(o), copyStep(now.Step(o.ID))
			if o.ID == s.ID {
				want = s
			}
			unlined(&want)
			unlined(&have)
			if !reflect.DeepEqual(want, have) {
				r.Fatalf("%s:\nwant %+v\nhave %+v", o.ID, want, have)
			}
		}
	})
}

// excerpt returns the manual with its first two stages' steps and no forms: an edit
// reads the text again, and 200 kB a hundred times are minutes under the race
// detector. That every step of the whole can be edited is another test's.
func excerpt(t *testing.T, text []byte) []byte {
	t.Helper()
	cut := func(text []byte, from, to string) []byte {
		i := bytes.Index(text, []byte(from))
		j := bytes.Index(text[max(i, 0):], []byte(to))
		if i < 0 || j < 0 {
			t.Fatalf("no %q, %q", from, to)
		}
		return slices.Concat(text[:i], text[i+j:])
	}
	text = cut(text, "\nforms:", "\nglobal_guards:")
	return cut(text, "\n  - id: C1\n", "\nsources:")
}

func edited(r *rapid.T, list []protocol.Text, text *rapid.Generator[protocol.Text], name string) []protocol.Text {
	if rapid.Bool().Draw(r, name+" more") {
		list = append(list, text.Draw(r, name))
	}
	if len(list) > 0 && rapid.Bool().Draw(r, name+" changed") {
		list[rapid.IntRange(0, len(list)-1).Draw(r, "at")] = text.Draw(r, name)
	}
	if len(list) > 1 && rapid.Bool().Draw(r, name+" less") {
		i := rapid.IntRange(0, len(list)-1).Draw(r, "out")
		list = slices.Delete(list, i, i+1)
	}
	return list
}

// unlined takes out where things stand in the text, and what nil and empty mean
// the same of.
func unlined(s *protocol.Step) {
	s.Line, s.When, s.ConsentUnless = 0, s.When.Unplaced(), s.ConsentUnless.Unplaced()
	for i := range s.DeadlineWhen {
		s.DeadlineWhen[i].If = *s.DeadlineWhen[i].If.Unplaced()
	}
	for i := range s.Decide {
		s.Decide = slices.Clone(s.Decide)
		s.Decide[i].If = s.Decide[i].If.Unplaced()
	}
	for _, l := range []*[]protocol.Text{&s.Do, &s.Forbid} {
		if len(*l) == 0 {
			*l = nil
		}
	}
	for _, l := range []*[]string{&s.Support, &s.Consent} {
		if len(*l) == 0 {
			*l = nil
		}
	}
	if len(s.DeadlineWhen) == 0 {
		s.DeadlineWhen = nil
	}
}

func TestFormsAndStepsComeAndGo(t *testing.T) {
	m, text, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	f := m.Forms["F-02"]
	f.Fields = append(slices.Clone(f.Fields[1:]), protocol.Field{ID: "baru", Label: protocol.Text{ID: "Baru?", EN: "New?"}, Type: protocol.FieldChoice, Required: true,
		Choices: []protocol.Choice{{ID: "a", Label: protocol.Text{ID: "Satu", EN: "One"}}, {ID: "b", Label: protocol.Text{ID: "Dua", EN: "Two"}}}})
	f.Fields[0].Label.ID = "Dijelaskan lebih dulu?"
	out, err := EditForm(text, m, "F-02", f)
	if err != nil {
		t.Fatal(err)
	}
	now := parsed(t, out).Forms["F-02"]
	if len(now.Fields) != len(f.Fields) || now.Field("baru") == nil || len(now.Field("baru").Choices) != 2 || now.Fields[0].Label != f.Fields[0].Label || now.Field(m.Forms["F-02"].Fields[0].ID) != nil {
		t.Errorf("%+v", now.Fields)
	}
	if out, err = AddStep(out, protocol.Step{ID: "A9", Stage: "A", Title: protocol.Text{ID: "Baru", EN: "New"}, Actor: "R-INTAKE", Trigger: protocol.Trigger{StepDone: "A6"}, Do: []protocol.Text{{ID: "Satu", EN: "One"}}}); err != nil {
		t.Fatal(err)
	}
	if s := parsed(t, out).Step("A9"); s == nil || s.Trigger.StepDone != "A6" {
		t.Error("the new step is not there")
	}
	if out, err = RemoveStep(out, "A9"); err != nil || parsed(t, out).Step("A9") != nil || len(parsed(t, out).Steps) != len(m.Steps) {
		t.Error("the step did not go", err)
	}
}
