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
		switch rapid.IntRange(0, 2).Draw(r, "when") {
		case 1:
			s.When = condition(2).Draw(r, "condition")
		case 2:
			s.When = nudged(r, s.When)
		}
		if rapid.Bool().Draw(r, "track") {
			one := protocol.Track{What: both.Draw(r, "what"), Value: 4, Unit: "hour", Anchor: "case_opened", Basis: "guideline", Certainty: "unverified", Binding: "target", Refs: []string{"S-SIPPN301"}}
			s.Track = append(slices.Clone(s.Track), one)
			if rapid.Bool().Draw(r, "another") {
				s.Track[0].Value, s.Track[0].Refs = 9, nil
			}
		}
		if rapid.Bool().Draw(r, "decide") {
			s.Decide = append([]protocol.Decide{{If: condition(1).Draw(r, "if"), Then: "A1"}}, s.Decide...)
		}
		if len(s.Decide) > 0 && rapid.Bool().Draw(r, "fewer") {
			s.Decide = s.Decide[1:]
		}
		if rapid.Bool().Draw(r, "codes") {
			s.Outputs, s.OnOverdue, s.Refs = []string{"F-02", "F-01"}, nil, []string{"S-LPSK"}
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

// condition draws one nested to a depth.
func condition(depth int) *rapid.Generator[*protocol.Cond] {
	return rapid.Custom(func(r *rapid.T) *protocol.Cond {
		kind := rapid.IntRange(0, 3).Draw(r, "kind")
		if depth == 0 {
			kind = 0
		}
		list := func() (out []protocol.Cond) {
			for _, c := range rapid.SliceOfN(condition(depth-1), 1, 3).Draw(r, "subs") {
				out = append(out, *c)
			}
			return out
		}
		switch kind {
		case 1:
			return &protocol.Cond{All: list()}
		case 2:
			return &protocol.Cond{Any: list()}
		case 3:
			return &protocol.Cond{Not: condition(depth-1).Draw(r, "not")}
		}
		return rapid.SampledFrom([]*protocol.Cond{
			{Fact: "risk", Op: "in", Value: []string{"high", "unknown"}},
			{Fact: "guardian_conflict", Op: "ne", Value: []string{"no"}},
			{Fact: "immediate_danger", Op: "eq", Value: []string{"true"}},
		}).Draw(r, "line")
	})
}

// nudged changes one line of a condition, takes one out or adds one.
func nudged(r *rapid.T, c *protocol.Cond) *protocol.Cond {
	if c == nil || c.Fact != "" {
		return condition(0).Draw(r, "line")
	}
	out := *c
	for _, list := range []*[]protocol.Cond{&out.All, &out.Any} {
		if len(*list) == 0 {
			continue
		}
		*list = slices.Clone(*list)
		switch i := rapid.IntRange(0, len(*list)-1).Draw(r, "which"); rapid.IntRange(0, 2).Draw(r, "how") {
		case 0:
			*list = append(*list, *condition(1).Draw(r, "more"))
		case 1:
			(*list)[i] = *nudged(r, &(*list)[i])
		default:
			if len(*list) > 1 {
				*list = slices.Delete(*list, i, i+1)
			}
		}
	}
	return &out
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
	if len(s.Track) == 0 {
		s.Track = nil
	}
	for i := range s.Track {
		if len(s.Track[i].Refs) == 0 {
			s.Track = slices.Clone(s.Track)
			s.Track[i].Refs = nil
		}
	}
	if len(s.Decide) == 0 {
		s.Decide = nil
	}
	for _, l := range []*[]string{&s.Support, &s.Consent, &s.Outputs, &s.OnOverdue, &s.Refs} {
		if len(*l) == 0 {
			*l = nil
		}
	}
	if len(s.DeadlineWhen) == 0 {
		s.DeadlineWhen = nil
	}
}

// TestWhatStaysKeepsItsBytes: comments beside the lines of a condition, a decision
// or a clock stay when another of them changes.
func TestWhatStaysKeepsItsBytes(t *testing.T) {
	const text = `facts:
  risk: {type: enum, values: [high, low]}
  danger: {type: bool}
steps:
  - id: A1
    when: # kapan
      all:
        - {fact: risk, op: eq, value: high} # satu
        - any: # kelompok
            - {fact: danger, op: eq, value: true} # dua
            - {fact: risk, op: ne, value: low}
    track:
      - {what: Satu, value: 1, unit: hour, anchor: x, basis: guideline, certainty: text} # jam
      - {what: Dua, value: 2, unit: hour, anchor: x, basis: guideline, certainty: text} # juga
    decide:
      - {if: {fact: danger, op: eq, value: true}, then: A1} # putus
      - {else: A1} # lain
    outputs: [F-1] # hasil
forms:
  F-1:
    title: Satu
    fields:
      - {id: a, label: A, type: yes_no} # isian a
      - id: b # isian b
        label: B
        type: text
        shown_when: {all: [{fact: a, op: eq, value: "yes"}]} # bila
`
	m := parsed(t, []byte(text))
	s := copyStep(m.Step("A1"))
	s.When = s.When.Unplaced()
	s.When.All[1].Any[1].Value = []string{"high"}
	s.Track = slices.Clone(s.Track)
	s.Track[1].Value = 3
	s.Decide = append(slices.Clone(s.Decide), protocol.Decide{})
	s.Decide = s.Decide[:2]
	s.Decide[0].Then = "A2"
	out, err := EditStep([]byte(text), m, s)
	if err != nil {
		t.Fatal(err)
	}
	f := m.Forms["F-1"]
	f.Fields = slices.Clone(f.Fields)
	f.Fields[1].ShownWhen = &protocol.Cond{All: []protocol.Cond{{Fact: "a", Op: "eq", Value: []string{"no"}}}}
	if out, err = EditForm(out, parsed(t, out), "F-1", f); err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer("op: ne, value: low}", "op: ne, value: high}", "what: Dua, value: 2", "what: Dua, value: 3", "then: A1} # putus", "then: A2} # putus", `value: "yes"`, `value: "no"`).Replace(text)
	if string(out) != want {
		t.Errorf("have\n%s", out)
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
