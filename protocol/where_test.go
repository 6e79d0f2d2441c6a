package protocol

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
)

func parsedOf(t *testing.T, text string) *Manual {
	t.Helper()
	m, err := Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestAProblemSaysWhereItStands: what is spoiled at a path is told at that path, or
// at the nearest above it that there is.
func TestAProblemSaysWhereItStands(t *testing.T) {
	for path, want := range map[string]string{
		"steps P1 actor": "steps P1 actor", "steps P1 deadline unit": "steps P1 deadline unit", "steps P2 when all 0 fact": "steps P2 when all 0 fact",
		"steps P2 decide 0 then": "steps P2 decide 0 then", "global_guards G-1 refs 0": "global_guards G-1 refs 0", "steps P4 track 0 refs 0": "steps P4 track 0 refs 0",
	} {
		text, err := Edit(good(t), strings.Fields(path), "tidak-ada")
		if err != nil {
			t.Fatal(path, err)
		}
		m, err := Parse(bytes.NewReader(text))
		if err != nil {
			t.Fatal(path, err)
		}
		list := Check(m)
		if !slices.ContainsFunc(list, func(p Problem) bool { return strings.Join(m.Where(p), " ") == want }) {
			for _, p := range list {
				t.Errorf("%s is told at %v: %s", path, m.Where(p), p.Message)
			}
		}
	}
	if at := (&Manual{}).Where(Problem{Line: 3}); at != nil {
		t.Error("a manual without a text has a place:", at)
	}
}

// TestWhatAConditionWaitsFor: facts that nobody knows keep it from holding, unless
// the manual says what they count as, the condition asks for that, or another line
// makes it hold all the same.
func TestWhatAConditionWaitsFor(t *testing.T) {
	m := parsedOf(t, `facts:
  risk: {type: enum, values: [high, low, unknown]}
  danger: {type: bool}
  home: {type: enum, values: ["yes", "no"], unknown_as: "yes"}
steps: [{id: A1}]
`)
	risk := func(op string, values ...string) Cond { return Cond{Fact: "risk", Op: op, Value: values} }
	danger := Cond{Fact: "danger", Op: "eq", Value: []string{"true"}}
	for _, c := range []struct {
		d    Cond
		want string
	}{
		{risk("eq", "high"), "risk"},
		{risk("ne", "low"), "risk"},
		{risk("in", "high", "unknown"), ""},
		{Cond{Fact: "home", Op: "eq", Value: []string{"no"}}, ""},
		{Cond{All: []Cond{risk("eq", "high"), danger}}, "risk danger"},
		{Cond{Any: []Cond{risk("eq", "high"), risk("eq", "unknown")}}, ""},
		{Cond{Any: []Cond{risk("eq", "high"), danger}}, "risk danger"},
		{Cond{Not: &danger}, ""}, // while nobody knows it, it is not so
		{Cond{Not: &Cond{Any: []Cond{risk("in", "low", "unknown")}}}, "risk"},
		{Cond{Fact: "tidak", Op: "eq", Value: []string{"x"}}, ""},
		{Cond{}, ""},
	} {
		if have := strings.Join(m.WaitsFor(c.d), " "); have != c.want {
			t.Errorf("%+v waits for %q, not %q", c.d, have, c.want)
		}
	}
}

// TestProblemsNameWhatTheyMean: title or label, the code in brackets.
func TestProblemsNameWhatTheyMean(t *testing.T) {
	m := parsedOf(t, `facts: {risk: {type: bool, label: {id: Risiko, en: Risk}}}
steps:
  - {id: A1, title: {id: Terima, en: Receive}, trigger: {step_done: A2}}
  - {id: A2, title: {id: Catat, en: Note}, trigger: {step_done: A1}}
`)
	var all strings.Builder
	for _, p := range Check(m) {
		id, _ := p.In("id")
		all.WriteString(id + "\n" + p.Message + "\n")
	}
	for _, s := range []string{"langkah Terima (A1) tidak pernah dimulai", "step Receive (A1) can never begin", "fakta Risiko (risk)", "fact Risk (risk)"} {
		if !strings.Contains(all.String(), s) {
			t.Errorf("not said: %s\n%s", s, all.String())
		}
	}
	if n := m.Named("steps", "Z9"); n.ID != "Z9" || n.EN != "Z9" {
		t.Error(n)
	}
	if !ValidID("_a") || !ValidID("-") || ValidID("a b") || ValidID("") || ValidID(strings.Repeat("a", 41)) {
		t.Error("ids are another shape than Check's")
	}
}

// TestManyFaultsAreFoundInReasonableTime: of a text with ten thousands of slips the
// first are told, and the places of a thousand problems are found at once.
func TestManyFaultsAreFoundInReasonableTime(t *testing.T) {
	many := func(step string, n int) string {
		var b strings.Builder
		b.WriteString("schema: handling-protocol/v1\nsteps:\n")
		for range n {
			b.WriteString(step)
		}
		return b.String()
	}
	begun := time.Now()
	_, err := Parse(strings.NewReader(many("  - {deadline_when: [{value: a}"+strings.Repeat(", {value: a}", 990)+"]}\n", 60)))
	if list := Problems(err); len(list) != mostUnread || list[0].Line != 3 || list[0].Column != 30 {
		t.Errorf("%d problems, the first %+v", len(list), list[:1])
	}
	m := parsedOf(t, many("  - {id: A, actor: Q, refs: [a"+strings.Repeat(", a", 990)+"]}\n", 200))
	list := Check(m)
	for _, p := range list {
		m.Where(p)
	}
	if took := time.Since(begun); took > slow*5*time.Second || len(list) != 1000 {
		t.Errorf("%d problems took %v", len(list), took)
	}
}
