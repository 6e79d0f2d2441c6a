package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func load(t testing.TB) (*Manual, *Calendar) {
	t.Helper()
	text, err := os.ReadFile("../internal/manual/default/manual.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, err := Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	days, err := os.Open("../internal/manual/default/holidays.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer days.Close()
	c, err := ParseCalendar(days)
	if err != nil {
		t.Fatal(err)
	}
	return m, c
}

var start = time.Date(2026, 3, 16, 9, 0, 0, 0, Zone) // a Monday before Nyepi and Idulfitri

func at(hours int) time.Time { return start.Add(time.Duration(hours) * time.Hour) }

func ev(kind, name, value string, hours int) Event {
	return Event{Kind: kind, Name: name, Value: value, At: at(hours)}
}

func state(t *testing.T, e Evaluation, step string) Task {
	t.Helper()
	task, ok := e.Task(step)
	if !ok {
		t.Fatalf("no step %s", step)
	}
	return task
}

func TestAFreshCase(t *testing.T) {
	m, cal := load(t)
	e := Evaluate(m, []Event{ev(Occurred, "intake_received", "", 0)}, at(0), cal)
	for step, want := range map[string]State{"A5": Due, "A2": Due, "A6": NotYet, "B1": NotYet, "C1": NotYet, "D5": Due} {
		if got := state(t, e, step); got.State != want {
			t.Errorf("%s is %s, want %s: %v", step, got.State, want, got.Why)
		}
	}
	if due := state(t, e, "A5").Due; !due.Equal(start.Add(30 * time.Minute)) {
		t.Errorf("A5 is due %v", due)
	}
	late := Evaluate(m, []Event{ev(Occurred, "intake_received", "", 0)}, at(1).Add(time.Minute), cal)
	if state(t, late, "A5").State != Overdue || late.Summary().Overdue < 2 || late.Summary().Class != "supervisor" {
		t.Errorf("after an hour: %+v", late.Summary())
	}
}

func TestUnknownRiskRunsTheHighClock(t *testing.T) {
	m, cal := load(t)
	base := []Event{ev(Occurred, "intake_received", "", 0), ev(StepDone, "A5", "", 0)}
	unknown := state(t, Evaluate(m, base, at(0), cal), "A6").Due
	for risk, hours := range map[string]int{"high": 0, "unknown": 0, "medium": 6, "low": 24} {
		got := state(t, Evaluate(m, append(base, ev(FactSet, "risk", risk, 0)), at(0), cal), "A6").Due
		if !got.Equal(at(hours)) {
			t.Errorf("risk %s: due %v, want %v", risk, got, at(hours))
		}
	}
	if !unknown.Equal(at(0)) {
		t.Errorf("a risk nobody set is due %v", unknown)
	}
}

func TestGuardianIsInConflictUntilAssessed(t *testing.T) {
	m, cal := load(t)
	base := []Event{ev(Occurred, "intake_received", "", 0), ev(Occurred, "first_contact", "", 1)}
	e := Evaluate(m, base, at(2), cal)
	if g, no := e.Forbids(ContactGuardian); !no || g != "G-WALI" {
		t.Error("a guardian nobody assessed may be contacted")
	}
	if state(t, e, "C5").State != Due {
		t.Errorf("C5 is %+v", state(t, e, "C5"))
	}
	e = Evaluate(m, append(base, ev(FactSet, "guardian_conflict", "no", 2)), at(3), cal)
	if _, no := e.Forbids(ContactGuardian); no {
		t.Error("an assessed guardian may not be contacted")
	}
	if state(t, e, "C5").State != NotApplicable {
		t.Errorf("C5 is %s", state(t, e, "C5").State)
	}
	for _, action := range []string{UploadMedia, RecordOffender, ContactSuspect, Mediate} {
		if _, no := e.Forbids(action); !no {
			t.Errorf("%s is allowed", action)
		}
	}
	if _, no := Evaluate(m, append(base, ev(FactSet, "case_type", "other", 2)), at(3), cal).Forbids(Mediate); no {
		t.Error("mediation is locked where the manual does not lock it")
	}
}

func TestPoliceDutyIsSeventyTwoHoursThroughTheWeekend(t *testing.T) {
	m, cal := load(t)
	events := []Event{ev(Occurred, "intake_received", "", 0), ev(FactSet, "case_type", "sexual", 1), ev(FactSet, "informant", "victim", 1), ev(FactSet, "victim_reported", "true", 2)}
	e1 := state(t, Evaluate(m, events, at(3), cal), "E1")
	if e1.State != Due || !e1.Due.Equal(at(74)) || e1.Binding != "duty" || e1.Basis != "law" {
		t.Errorf("%+v", e1)
	}
}

func TestWorkingDaysSkipLebaran(t *testing.T) {
	m, cal := load(t)
	events := []Event{ev(Occurred, "intake_received", "", 0), ev(StepDone, "A5", "", 0), ev(FactSet, "risk", "low", 0), ev(StepDone, "A6", "", 1), ev(FactSet, "lead_agency", "other_region", 0)}
	a7 := state(t, Evaluate(m, events, at(2), cal), "A7")
	// Monday 16 March; 18–24 March are holidays and joint leave: 17, 25, 26.
	if got := a7.Due.Format("2006-01-02"); got != "2026-03-26" || a7.Uncertain || a7.State != Blocked {
		t.Errorf("due %s, %+v", got, a7)
	}
	if _, known := cal.AddWorkingDays(time.Date(2031, 1, 1, 0, 0, 0, 0, Zone), 3); known {
		t.Error("a year without list is called known")
	}
	var none *Calendar
	if _, known := none.AddWorkingDays(start, 1); known {
		t.Error("no calendar is called known")
	}
}

func TestAChangedFactOpensAgainAndKeepsHistory(t *testing.T) {
	m, cal := load(t)
	events := []Event{ev(Occurred, "intake_received", "", 0), ev(FactSet, "immediate_danger", "true", 0), ev(StepDone, "B1", "", 1)}
	if s := state(t, Evaluate(m, events, at(2), cal), "B1"); s.State != Done {
		t.Fatalf("B1 is %s", s.State)
	}
	events = append(events, ev(FactSet, "immediate_danger", "false", 3), ev(FactSet, "immediate_danger", "true", 5))
	s := state(t, Evaluate(m, events, at(5), cal), "B1")
	if s.State == Done || !s.Reopened || !s.Since.Equal(at(5)) {
		t.Errorf("%+v", s)
	}
	same := append(events[:3:3], ev(FactSet, "immediate_danger", "true", 4))
	if s := state(t, Evaluate(m, same, at(5), cal), "B1"); s.State != Done {
		t.Error("saying the same again opened the step again")
	}
}

func TestGatesAndSkips(t *testing.T) {
	m, cal := load(t)
	events := []Event{ev(Occurred, "intake_received", "", 0), ev(StepDone, "C4", "", 1)}
	d1 := state(t, Evaluate(m, events, at(2), cal), "D1")
	if d1.State != Blocked || len(d1.Missing) != 1 || d1.Missing[0] != "C-ASSENT" {
		t.Errorf("%+v", d1)
	}
	d1 = state(t, Evaluate(m, append(events, ev(ConsentSet, "C-ASSENT", "given", 2)), at(2), cal), "D1")
	if d1.State != Due || !d1.Due.Equal(at(2).AddDate(0, 0, 7)) {
		t.Errorf("%+v", d1)
	}
	skip := append(events, ev(StepSkipped, "D1", "sudah ada asesmen", 3))
	if s := state(t, Evaluate(m, skip, at(3), cal), "D1"); s.State != Skipped || s.Reason != "sudah ada asesmen" {
		t.Errorf("%+v", s)
	}
	if s := state(t, Evaluate(m, skip, at(3), cal), "D3"); !s.State.Open() {
		t.Errorf("a skipped step stops the way: D3 is %s", s.State)
	}
}

func TestPowersAreNeverLate(t *testing.T) {
	m, cal := load(t)
	e := Evaluate(m, []Event{ev(Occurred, "intake_received", "", 0), ev(Occurred, "police_report_received", "", 0), ev(Occurred, "temp_protection_start", "", 0)}, at(24*40), cal)
	if s := state(t, e, "E2"); s.State == Overdue {
		t.Error("an unused power is called late")
	}
	running := 0
	for _, k := range e.Clocks {
		if k.Running {
			running++
		}
	}
	if running != 2 {
		t.Errorf("%d tracked clocks run", running)
	}
	closed := Evaluate(m, []Event{ev(Occurred, "intake_received", "", 0), ev(Occurred, "case_closed", "", 1)}, at(100), cal)
	if s := closed.Summary(); s.Open != 0 || !s.NextDue.IsZero() {
		t.Errorf("a closed case has clocks: %+v", s)
	}
}

func TestEvaluatingAgainGivesTheSame(t *testing.T) {
	m, cal := load(t)
	rapid.Check(t, func(t *rapid.T) {
		events := []Event{ev(Occurred, "intake_received", "", 0)}
		n := rapid.IntRange(0, 60).Draw(t, "n")
		for i := range n {
			step := m.Steps[rapid.IntRange(0, len(m.Steps)-1).Draw(t, "step")].ID
			events = append(events, rapid.SampledFrom([]Event{
				ev(StepDone, step, "", i), ev(StepSkipped, step, "alasan", i), ev(FactSet, "risk", "high", i), ev(FactSet, "risk", "low", i),
				ev(FactSet, "immediate_danger", "true", i), ev(ConsentSet, "C-ASSENT", "given", i), ev(Occurred, "first_contact", "", i),
			}).Draw(t, "event"))
		}
		a, b := Evaluate(m, events, at(100), cal), Evaluate(m, events, at(100), cal)
		if !reflect.DeepEqual(a.Tasks, b.Tasks) || !reflect.DeepEqual(a.Clocks, b.Clocks) {
			t.Fatal("two evaluations differ")
		}
		raw, err := json.Marshal(events)
		if err != nil {
			t.Fatal(err)
		}
		var back []Event
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatal(err)
		}
		if c := Evaluate(m, back, at(100), cal); c.Summary().Overdue != a.Summary().Overdue || c.Summary().Open != a.Summary().Open {
			t.Fatal("events do not survive being stored")
		}
	})
}

func TestCheckNamesEveryProblem(t *testing.T) {
	text := `
facts: {risk: {type: enum, values: [high, low]}}
roles: {R: {id: peran}}
stages: [{id: A, title: tahap}]
steps:
  - {id: X, stage: Z, title: satu, actor: NOBODY, trigger: {step_done: Y}, when: {all: [{fact: risk, op: is, value: green}]}, outputs: [F-99], refs: [S-1]}
  - {id: Y, stage: A, title: "", actor: R, trigger: {step_done: X}, deadline: {value: -1, unit: moon, anchor: a, basis: law, certainty: text, binding: duty}, next: [Q]}
  - {id: Y, stage: A, title: tiga, actor: R, trigger: {}}
`
	m, err := Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	all := fmt.Sprint(Check(m))
	for _, want := range []string{"unknown stage", "unknown role", "never begin", "unknown operator", "unknown value", "unknown form", "unknown source", "no title", "used twice", "unknown step", "duty", "-1", "no trigger"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not among %s", want, all)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("steps: [{id: A, trigger: {event: x}}]"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("steps: [null]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(bytes.NewReader(b))
		if err == nil {
			_ = Check(m)
			_ = Evaluate(m, []Event{{Kind: Occurred, Name: "x", At: start}}, start, nil).Summary()
		}
		_, _ = ParseCalendar(bytes.NewReader(b))
	})
}

func BenchmarkEvaluate500(b *testing.B) {
	m, cal := load(b)
	events := []Event{ev(Occurred, "intake_received", "", 0)}
	for i := range 499 {
		events = append(events, ev(FactSet, "risk", []string{"high", "low"}[i%2], i))
	}
	for b.Loop() {
		_ = Evaluate(m, events, at(500), cal)
	}
}
