package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
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
	for risk, after := range map[string]time.Duration{"high": 30 * time.Minute, "unknown": 30 * time.Minute, "medium": 6 * time.Hour, "low": 24 * time.Hour} {
		got := state(t, Evaluate(m, append(base, ev(FactSet, "risk", risk, 0)), at(0), cal), "A6").Due
		if !got.Equal(start.Add(after)) {
			t.Errorf("risk %s: due %v, want %v", risk, got, start.Add(after))
		}
	}
	if !unknown.Equal(start.Add(30 * time.Minute)) {
		t.Errorf("a risk nobody set is due %v", unknown)
	}
}

// Help that saves a life waits for nothing while there is danger, whatever the step
// waits for otherwise; the guard says so in the gates of the step.
func TestLifeComesFirst(t *testing.T) {
	_, cal := load(t)
	text := edited(t, manualText(t), nil, "steps", "B4", "consent_unless")
	text = edited(t, text, []string{"F-07"}, "steps", "B4", "requires_forms")
	m := parse(t, text)
	events := opening(ev(FactSet, "contact_sexual_violence_recent", "true", 0), ev(Occurred, "medical_need", "", 0))
	b4 := func(m *Manual, danger string) (Task, Kept) {
		e := Evaluate(m, append(events, ev(FactSet, "immediate_danger", danger, 1)), at(1), cal)
		i := slices.IndexFunc(e.Guards(), func(k Kept) bool { return k.Guard == "G-LIFE" })
		return state(t, e, "B4"), e.Guards()[i]
	}
	if task, k := b4(m, "false"); task.State != Blocked || !slices.Equal(task.Missing, []string{"C-MEDICAL", "C-ASSENT", "F-07"}) || k.Opened != nil {
		t.Errorf("%+v %+v", task, k)
	}
	if task, k := b4(m, "true"); task.State != Due || len(task.Missing) > 0 || !slices.Equal(k.Opened, []string{"B1", "B3", "B4"}) {
		t.Errorf("%+v %+v", task, k)
	}
	without := parse(t, edited(t, edited(t, text, nil, "global_guards", "G-LIFE", "opens"), nil, "global_guards", "G-LIFE", "while"))
	if task, _ := b4(without, "true"); task.State != Blocked {
		t.Errorf("without the guard B4 is %s", task.State)
	}
	told := ""
	for _, c := range Diff(m, without) {
		told += c.Sentence("en") + "\n"
	}
	if !strings.Contains(told, "steps that wait for nothing") || !strings.Contains(told, "Step B4") || !strings.Contains(told, "(G-LIFE)") {
		t.Error(told)
	}
}

// Every guard says how it is kept, and those that no action stands for by whom.
func TestEveryGuardSaysWhoKeepsIt(t *testing.T) {
	m, cal := load(t)
	e := Evaluate(m, opening(), at(1), cal)
	list := e.Guards()
	if len(list) != len(m.Guards) {
		t.Fatalf("%d of %d guards", len(list), len(m.Guards))
	}
	for i, k := range list {
		if len(k.Says) == 0 || k.Says[0].ID == "" || k.Says[0].EN == k.Says[0].ID {
			t.Errorf("%s: %v", k.Guard, k.Says)
		}
		for _, a := range k.Locked {
			if _, no := e.Forbids(a); !no {
				t.Errorf("%s says that it locks %s", k.Guard, a)
			}
		}
		if forbids, _ := m.Guards[i].locks(); len(forbids)+len(m.Guards[i].Opens) == 0 && !strings.HasPrefix(k.Says[0].EN, "kept by: ") {
			t.Errorf("%s: nobody keeps it: %v", k.Guard, k.Says)
		}
	}
	bare := Evaluate(&Manual{Guards: []Guard{{ID: "G-X"}}}, nil, at(1), cal).Guards()
	if len(bare) != 1 || bare[0].Says[0].EN != "kept by the people at work, not by the engine" {
		t.Errorf("%+v", bare)
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
	base = append(base, ev(FactSet, "guardian_conflict", "no", 2))
	if g, no := Evaluate(m, base, at(3), cal).Forbids(ContactGuardian); !no || g != "G-SAFECHANNEL" {
		t.Error("a guardian may be contacted without a safe-contact plan")
	}
	e = Evaluate(m, append(base, ev(FormFilled, "F-03", "", 2)), at(3), cal)
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

func TestDutiesTargetsAndOthersCountApart(t *testing.T) {
	m, cal := load(t)
	events := opening(ev(FactSet, "case_type", "sexual", 0), ev(FactSet, "informant", "victim", 0), ev(Occurred, "victim_reported", "", 0), ev(StepDone, "D1", "", 0))
	s := Evaluate(m, events, at(24*60), cal).Summary()
	want := map[string]int{}
	for _, task := range Evaluate(m, events, at(24*60), cal).Tasks {
		if task.State == Overdue {
			want["late"]++
			want[task.Binding]++
			want[fmt.Sprint("ours ", task.Ours)]++
		}
	}
	if s.Duties != 1 || s.Duties != want["duty"] || s.Theirs < 1 || s.Theirs != want["ours false"] || s.Overdue != want["late"] || want["power"] != 0 {
		t.Errorf("%+v, %v", s, want)
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

// said is an event whose own time somebody stated.
func said(name string, noted, when int) Event {
	return Event{Kind: Occurred, Name: name, At: at(noted), When: at(when)}
}

func opening(more ...Event) []Event {
	return append([]Event{ev(Occurred, CaseOpened, "", 0), ev(Occurred, IntakeReceived, "", 0)}, more...)
}

func TestAGateStaysShutHoweverLong(t *testing.T) {
	m, cal := load(t)
	b3 := opening(ev(FactSet, "trafficking_indicators", "true", 0))
	for hours, want := range map[int]State{1: Blocked, 25: Overdue} {
		if s := state(t, Evaluate(m, b3, at(hours), cal), "B3"); s.State != want || len(s.Missing) != 2 {
			t.Errorf("B3 after %d hours is %s and misses %v", hours, s.State, s.Missing)
		}
	}
	if s := state(t, Evaluate(m, opening(), at(0), cal), "E3"); s.State != NotYet || len(s.Missing) != 2 {
		t.Errorf("E3 is %s and misses %v", s.State, s.Missing)
	}
}

func TestNotingAgainMovesNoLegalClock(t *testing.T) {
	m, cal := load(t)
	base := opening(ev(FactSet, "case_type", "sexual", 0), ev(FactSet, "informant", "victim", 0), ev(Occurred, "victim_reported", "", 0))
	for name, again := range map[string][]Event{
		"the same event":         {ev(Occurred, "victim_reported", "", 71)},
		"the fact of its name":   {ev(FactSet, "victim_reported", "true", 71)},
		"a fact to and fro":      {ev(FactSet, "informant", "public", 70), ev(FactSet, "informant", "medical", 71)},
		"a later time, stated":   {said("victim_reported", 71, 70)},
		"an event and a consent": {ev(ConsentSet, "C-ASSENT", "given", 70), ev(Occurred, "victim_reported", "", 71)},
	} {
		if s := state(t, Evaluate(m, append(base, again...), at(73), cal), "E1"); s.State != Overdue || !s.Due.Equal(at(72)) {
			t.Errorf("%s: E1 is %s, due %v", name, s.State, s.Due.Sub(start))
		}
	}
	if s := state(t, Evaluate(m, append(base, said("victim_reported", 10, -5)), at(11), cal), "E1"); !s.Due.Equal(at(67)) {
		t.Errorf("an earlier report counts from %v", s.Due.Sub(start))
	}
	anew := append(base, ev(StepDone, "E1", "", 10), ev(Occurred, "victim_reported", "", 100))
	if s := state(t, Evaluate(m, anew, at(101), cal), "E1"); s.State != Due || !s.Due.Equal(at(172)) || !s.Reopened {
		t.Errorf("a new report after E1 was done: %s, due %v", s.State, s.Due.Sub(start))
	}
	fact := opening(ev(FactSet, "case_type", "sexual", 0), ev(FactSet, "informant", "medical", 0), ev(FactSet, "informant", "health", 71))
	if s := state(t, Evaluate(m, fact, at(73), cal), "E1"); s.State != Overdue {
		t.Errorf("another informant moved the clock: %s, due %v", s.State, s.Due.Sub(start))
	}
	late := opening(ev(FactSet, "case_type", "sexual", 0), ev(FactSet, "informant", "public", 0), ev(FactSet, "informant", "victim", 240))
	if s := state(t, Evaluate(m, late, at(241), cal), "E1"); s.State != Due || !s.Due.Equal(at(312)) {
		t.Errorf("a duty that began on the tenth day: %s, due %v", s.State, s.Due.Sub(start))
	}
	consent := opening(ev(StepDone, "C4", "", 1), ev(ConsentSet, "C-ASSENT", "given", 2), ev(ConsentSet, "C-ASSENT", "given", 100))
	if s := state(t, Evaluate(m, consent, at(101), cal), "D1"); !s.Due.Equal(at(2).AddDate(0, 0, 7)) {
		t.Errorf("a consent written again moved D1 to %v", s.Due.Sub(start))
	}
}

const day = 24 // hours

func TestReviewsGoOnAfterASkip(t *testing.T) {
	m, cal := load(t)
	low := opening(ev(FactSet, "risk", "low", 0))
	for name, c := range map[string]struct {
		more []Event
		due  int
	}{
		"never":              {nil, 30},
		"skipped":            {[]Event{ev(StepSkipped, "D5", "sakit", 29*day)}, 59},
		"done, then skipped": {[]Event{ev(StepDone, "D5", "", 29*day), ev(StepSkipped, "D5", "sakit", 50*day)}, 80},
	} {
		s := state(t, Evaluate(m, append(low, c.more...), at(400*day), cal), "D5")
		if s.State != Overdue || !s.Due.Equal(at(c.due*day)) {
			t.Errorf("%s: D5 is %s, due after %v days", name, s.State, s.Due.Sub(start).Hours()/24)
		}
	}
	closed := append(low, ev(Occurred, CaseClosed, "", day))
	if s := state(t, Evaluate(m, closed, at(60*day), cal), "D5"); s.State != NotYet {
		t.Errorf("a closed case is reviewed: %s", s.State)
	}
	reopened := Evaluate(m, append(closed, ev(Occurred, CaseReopened, "", 50*day)), at(60*day), cal)
	if s := state(t, reopened, "D5"); s.State != Due || !s.Due.Equal(at(80*day)) || reopened.Summary().Open == 0 {
		t.Errorf("a reopened case: D5 is %s, due %v; %+v", s.State, s.Due, reopened.Summary())
	}
}

func TestArchiveCountsFromTheClosing(t *testing.T) {
	m, cal := load(t)
	events := opening(ev(Occurred, ClosureProposed, "", 1), ev(StepDone, "G4", "", 2), ev(Occurred, CaseClosed, "", 10*day))
	if s := state(t, Evaluate(m, events, at(11*day), cal), "G5"); s.State != Due || !s.Due.Equal(at(40*day)) {
		t.Errorf("G5 is %s, due %v", s.State, s.Due)
	}
}

func TestEveryVisitIsAskedFor(t *testing.T) {
	m, cal := load(t)
	home := opening(ev(Occurred, "reintegrated", "", 0))
	for name, c := range map[string]struct {
		more []Event
		now  int
		want State
		of   int // day of the visit that is asked for
	}{
		"before the first":        {nil, 12 * day, NotYet, 0},
		"the day before":          {nil, 13*day + 1, Due, 14},
		"made the day before":     {[]Event{ev(StepDone, "G3", "", 13*day+12)}, 20 * day, Done, 0},
		"and the next":            {[]Event{ev(StepDone, "G3", "", 13*day+12)}, 29*day + 1, Due, 30},
		"skipped":                 {[]Event{ev(StepSkipped, "G3", "sakit", 14*day+1)}, 30 * day, Due, 30},
		"one visit for two":       {[]Event{ev(StepDone, "G3", "", 35*day)}, 89*day + 1, Due, 90},
		"one skip is for one":     {[]Event{ev(StepSkipped, "G3", "sakit", 35*day)}, 36 * day, Overdue, 30},
		"the last":                {[]Event{ev(StepDone, "G3", "", 181*day)}, 400 * day, Done, 0},
		"noted again":             {[]Event{ev(StepDone, "G3", "", 14*day), ev(Occurred, "reintegrated", "", 15*day)}, 28*day + 1, Due, 29},
		"home since a while back": {[]Event{said("stays_home_confirmed", 0, -2*day)}, 1, Due, 1},
	} {
		s := state(t, Evaluate(m, append(home, c.more...), at(c.now), nil), "G3")
		if s.State != c.want {
			t.Errorf("%s: G3 is %s, want %s", name, s.State, c.want)
			continue
		}
		if want, _ := cal.AddWorkingDays(at(c.of*day), 3); c.of > 0 {
			if s = state(t, Evaluate(m, append(home, c.more...), at(c.now), cal), "G3"); !s.Due.Equal(want) {
				t.Errorf("%s: due %v, want %v", name, s.Due, want)
			}
		}
	}
}

func TestTheNextVisitStandsInTheSummary(t *testing.T) {
	m, cal := load(t)
	events := []Event{ev(Occurred, "reintegrated", "", 0), ev(StepDone, "G3", "", 14*day)}
	e := Evaluate(m, events, at(15*day), cal)
	want, _ := cal.AddWorkingDays(at(30*day), 3)
	if s := state(t, e, "G3"); s.State != Done || !s.Next.Equal(want) {
		t.Errorf("G3 is %s, next %v", s.State, s.Next)
	}
	for i := range e.Tasks { // the other steps have clocks of their own
		if e.Tasks[i].Step.ID != "G3" {
			e.Tasks[i].State = Done
		}
	}
	if s := e.Summary(); !s.NextDue.Equal(want) || s.Class != "ours" || s.Open != 0 {
		t.Errorf("%+v", s)
	}
}

func TestHearingsCountBackFromTheirDay(t *testing.T) {
	m, cal := load(t)
	// Noted on Monday 16 March: a hearing on Thursday 26 March (25 is the first
	// working day after the holidays), and a trial on Friday 8 May.
	hearing, trial := said("hearing_scheduled", 0, 10*day), said("trial_scheduled", 1, 53*day)
	e := Evaluate(m, opening(hearing, trial, ev(ConsentSet, "C-ASSENT", "given", 1)), at(2), cal)
	if s := state(t, e, "E11"); s.State != Due || s.Due.Format("2006-01-02 15:04") != "2026-03-25 17:00" || !s.Since.Equal(at(0)) {
		t.Errorf("E11 is %s, due %v, since %v", s.State, s.Due, s.Since)
	}
	if s := state(t, e, "E9"); s.State != Due || !s.Due.Equal(at(46*day)) {
		t.Errorf("E9 is %s, due %v", s.State, s.Due)
	}
	monday := state(t, Evaluate(m, opening(said("hearing_scheduled", 0, 14*day)), at(1), cal), "E11") // Monday 30 March
	if monday.Due.Format("2006-01-02") != "2026-03-27" {
		t.Errorf("the working day before a Monday is %v", monday.Due)
	}
	if s := state(t, Evaluate(m, opening(ev(Occurred, "hearing_scheduled", "", 0)), at(1), cal), "E11"); !s.State.Open() || !s.Due.IsZero() {
		t.Errorf("a hearing whose day nobody said: %s, due %v", s.State, s.Due)
	}
	two := opening(hearing, said("hearing_scheduled", 1, 30*day), said("hearing_scheduled", 2, 30*day), ev(StepDone, "E11", "", 9*day))
	if s := state(t, Evaluate(m, two, at(9*day), cal), "E11"); !s.State.Open() || s.Due.Format("2006-01-02") != "2026-04-14" {
		t.Errorf("the second hearing is lost: %s, due %v", s.State, s.Due)
	}
	if s := state(t, Evaluate(m, append(two, ev(StepSkipped, "E11", "ditunda", 20*day)), at(20*day), cal), "E11"); s.State != Skipped {
		t.Errorf("after both: %s", s.State)
	}
}

func TestStatedTimesRunTheClocks(t *testing.T) {
	m, cal := load(t)
	events := opening(said("medical_need", 50, 48), said("last_contact_incident", 50, 2), said("temp_protection_start", 50, 40))
	e := Evaluate(m, events, at(51), cal)
	if s := state(t, e, "B4"); s.State != NotApplicable { // its condition is not known to hold
		t.Errorf("B4 is %s", s.State)
	}
	e = Evaluate(m, append(events, ev(FactSet, "immediate_danger", "true", 51)), at(51), cal)
	if s := state(t, e, "B4"); !s.Due.Equal(at(74)) || !s.Since.Equal(at(51)) {
		t.Errorf("B4 is due %v, since %v", s.Due, s.Since)
	}
	for _, k := range e.Clocks {
		if k.Track.Anchor == "temp_protection_start" && !k.From.Equal(at(40)) {
			t.Errorf("%v runs from %v", k.Track.What.ID, k.From)
		}
	}
}

func TestEveryAnchorCanBeRecorded(t *testing.T) {
	m, _ := load(t)
	names := m.Recordable()
	for _, want := range []string{"reintegrated", "stays_home_confirmed", "temp_protection_start", "last_contact_incident", "verdict_copy_received", "platform_notified", "need_confirmed", "victim_reported"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s cannot be recorded", want)
		}
	}
	for _, no := range append([]string{"", "risk_set", "plan_agreed", "last_review", "before_hearing", "scheduled_visit", "consent_decided"}, System...) {
		if slices.Contains(names, no) {
			t.Errorf("%q can be recorded by hand", no)
		}
	}
	for _, s := range m.Steps {
		for _, a := range append([]string{s.Deadline.Anchor}, trackAnchors(s)...) {
			_, other := m.anchor(a)
			if a != "" && !other && !slices.Contains(m.Events(), a) && a != LastReview && a != ScheduledVisit && !s.ahead() {
				t.Errorf("%s counts from %q, which means nothing", s.ID, a)
			}
		}
	}
	if !m.LiesAhead("hearing_scheduled") || !m.LiesAhead("trial_scheduled") || m.LiesAhead("victim_reported") {
		t.Error("what lies ahead is not told from what happened")
	}
}

func trackAnchors(s *Step) (out []string) {
	for _, t := range s.Track {
		out = append(out, t.Anchor)
	}
	return out
}

func TestWhyIsToldByNames(t *testing.T) {
	m, cal := load(t)
	a6 := state(t, Evaluate(m, opening(ev(FactSet, "risk", "high", 0), ev(StepDone, "A5", "", 1)), at(2), cal), "A6")
	want := []Why{
		{Rule: "trigger", Kind: "step", Name: "A5", At: at(1)},
		{Rule: "deadline", Kind: "event", Name: IntakeReceived, At: at(0), Value: 30, Unit: "minute", Known: true, Facts: []Found{{"risk", "high", false}}},
	}
	if !reflect.DeepEqual(a6.Why, want) {
		t.Errorf("A6: %+v", a6.Why)
	}
	c5 := state(t, Evaluate(m, opening(ev(Occurred, "first_contact", "", 1)), at(2), cal), "C5")
	if w := c5.Why[1]; w.Rule != "when" || !w.Holds || !reflect.DeepEqual(w.Facts, []Found{{"guardian_conflict", "yes", true}}) {
		t.Errorf("C5: %+v", c5.Why)
	}
	b1 := state(t, Evaluate(m, opening(), at(0), cal), "B1")
	if !reflect.DeepEqual(b1.Why, []Why{{Rule: "trigger", Kind: "fact", Name: "immediate_danger"}, {Rule: "trigger", Kind: "event", Name: HighRisk}}) {
		t.Errorf("B1: %+v", b1.Why)
	}
	e3 := state(t, Evaluate(m, opening(), at(0), cal), "E3")
	if !slices.Contains(e3.Missing, "C-ASSENT") || !slices.ContainsFunc(e3.Why, func(w Why) bool { return w.Rule == "gate" && w.Kind == "consent" && w.Name == "C-ASSENT" }) {
		t.Errorf("E3: %+v", e3.Why)
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
				said("hearing_scheduled", i, i+100), ev(Occurred, "reintegrated", "", i), ev(Occurred, CaseClosed, "", i), ev(Occurred, CaseReopened, "", i),
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
