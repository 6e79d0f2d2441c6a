package protocol

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// State is where a step stands in a case.
type State string

// The states of a task.
const (
	NotYet        State = "not_yet"        // its trigger has not come
	Due           State = "due"            // to be done, in time
	Overdue       State = "overdue"        // to be done, late
	Blocked       State = "blocked"        // to be done, but a gate is closed
	Done          State = "done"           // done
	Skipped       State = "skipped"        // left out, with a reason
	NotApplicable State = "not_applicable" // its condition does not hold (any more)
)

// Open tells whether somebody has to do something.
func (s State) Open() bool { return s == Due || s == Overdue || s == Blocked }

// Why is one reason behind a task's state: the rule of the manual and what it found.
type Why struct {
	Rule   string `json:"rule"` // trigger, when, consent, form, deadline, calendar
	Detail string `json:"detail"`
}

// Task is a step of the manual in a case.
type Task struct {
	Step      *Step
	State     State
	Since     time.Time // when its trigger came; zero before
	Due       time.Time // zero where it has no clock yet
	At        time.Time // when it was done or skipped
	By        string
	Reason    string // of a skip
	Ours      bool
	Binding   string
	Basis     string
	Certainty string
	Missing   []string // consents and forms that close the gate
	Why       []Why
	Uncertain bool // a calendar year on the way has no list of holidays
	Reopened  bool
}

// Clock is a deadline of another agency that we track.
type Clock struct {
	Step    *Step
	Track   Track
	From    time.Time
	Due     time.Time
	Late    bool // never for a power: an unused power is not late
	Running bool
}

// Evaluation is the answer of the engine.
type Evaluation struct {
	Manual *Manual
	Now    time.Time
	Tasks  []Task
	Clocks []Clock
	facts  func(string) string
	done   func(string) bool
	closed bool
}

// Evaluate computes every task and clock of a case from its events.
func Evaluate(m *Manual, events []Event, now time.Time, cal *Calendar) Evaluation {
	c := read(m, events)
	e := Evaluation{Manual: m, Now: now, facts: c.value, Tasks: make([]Task, 0, len(m.Steps))}
	e.done = func(step string) bool { _, ok := c.done[step]; return ok }
	_, e.closed = c.happened["case_closed"]
	for _, s := range m.Steps {
		e.Tasks = append(e.Tasks, c.task(s, now, cal))
		for _, t := range s.Track {
			e.Clocks = append(e.Clocks, c.clock(s, t, now, cal))
		}
	}
	return e
}

func (c *course) task(s *Step, now time.Time, cal *Calendar) Task {
	role := c.m.Roles[s.Actor]
	t := Task{Step: s, Ours: !role.External, State: NotYet, Binding: s.Deadline.Binding, Basis: s.Deadline.Basis, Certainty: s.Deadline.Certainty}
	since, why, fired := c.fired(s, s.Trigger)
	t.Why = append(t.Why, Why{"trigger", why})
	if done, ok := c.done[s.ID]; ok && !c.again(s, done, since) {
		t.State, t.At, t.By = Done, done.At, done.By
		return t
	}
	if skip, ok := c.skipped[s.ID]; ok && !c.again(s, skip, since) {
		t.State, t.At, t.By, t.Reason = Skipped, skip.At, skip.By, skip.Value
		return t
	}
	if !fired {
		return t
	}
	_, t.Reopened = c.done[s.ID]
	t.Since = since
	if s.When != nil {
		holds, detail := c.holds(*s.When)
		t.Why = append(t.Why, Why{"when", detail})
		if !holds {
			t.State = NotApplicable
			return t
		}
	}
	c.due(&t, cal)
	t.State = Due
	if !t.Due.IsZero() && now.After(t.Due) && t.Binding != "power" {
		t.State = Overdue
	}
	if t.Missing = c.missing(s); len(t.Missing) > 0 && t.State == Due {
		t.State = Blocked
	}
	for _, m := range t.Missing {
		t.Why = append(t.Why, Why{"gate", m})
	}
	return t
}

// fired tells whether a trigger has come, when, and what it was. Of several the
// newest counts, so that a fact which changes again asks again.
func (c *course) fired(s *Step, t Trigger) (at time.Time, why string, ok bool) {
	switch {
	case t.Event != "":
		at, ok = c.happened[t.Event]
		return at, "event " + t.Event, ok
	case t.StepDone != "":
		if e, done := c.done[t.StepDone]; done {
			return e.At, "step_done " + t.StepDone, true
		}
		e, skipped := c.skipped[t.StepDone] // a step left out with a reason does not stop the way
		return e.At, "step_done " + t.StepDone, skipped
	case t.FactChange != "":
		if list := c.changed[t.FactChange]; len(list) > 0 {
			return list[len(list)-1].At, "fact_change " + t.FactChange, true
		}
		return at, "fact_change " + t.FactChange, false
	case t.Recurring != nil:
		return c.recurring(s, t.Recurring)
	case t.Schedule != nil:
		return c.scheduled(s, t.Schedule)
	}
	return c.anyOf(s, t.Any)
}

func (c *course) anyOf(s *Step, list []Trigger) (at time.Time, why string, ok bool) {
	var names []string
	for _, t := range list {
		a, w, fired := c.fired(s, t)
		names = append(names, w)
		if fired && (!ok || a.After(at)) {
			at, why, ok = a, w, true
		}
	}
	if !ok {
		why = "any of: " + strings.Join(names, "; ")
	}
	return at, why, ok
}

// recurring asks again after every completion until its end event.
func (c *course) recurring(s *Step, r *Recurring) (at time.Time, why string, ok bool) {
	why = fmt.Sprintf("every %d %s", r.Every, r.Unit)
	if _, ended := c.happened[r.Until]; ended || c.opened.IsZero() {
		return at, why, false
	}
	at = c.opened
	if e, done := c.done[s.ID]; done {
		at = e.At.Add(time.Nanosecond) // just after: the task is open again
	}
	return at, why, true
}

// scheduled asks for the first offset after the newest completion.
func (c *course) scheduled(s *Step, sc *Schedule) (at time.Time, why string, ok bool) {
	why = fmt.Sprintf("schedule after %s", sc.Anchor)
	from, happened := c.happened[sc.Anchor]
	if !happened {
		return at, why, false
	}
	last := c.done[s.ID].At
	for _, n := range sc.Offsets {
		next := from.AddDate(0, 0, n)
		if next.After(last) {
			return next.AddDate(0, 0, -1), why, true
		}
	}
	return at, why, false
}

// again tells whether a finished step must be done again: its own event or fact
// came anew, or it recurs. A step that only waited for another step does not.
func (c *course) again(s *Step, finished Event, since time.Time) bool {
	return since.After(finished.At) && !onlySteps(s.Trigger)
}

func onlySteps(t Trigger) bool {
	if len(t.Any) > 0 {
		return !slices.ContainsFunc(t.Any, func(o Trigger) bool { return !onlySteps(o) })
	}
	return t.StepDone != ""
}

// holds evaluates a condition and says what it found.
func (c *course) holds(d Cond) (bool, string) {
	switch {
	case len(d.All) > 0:
		return c.each(d.All, true)
	case len(d.Any) > 0:
		return c.each(d.Any, false)
	case d.Not != nil:
		ok, why := c.holds(*d.Not)
		return !ok, "not (" + why + ")"
	}
	v := c.value(d.Fact)
	in := slices.Contains(d.Value, v)
	detail := fmt.Sprintf("%s = %s (%s %s)", d.Fact, v, d.Op, strings.Join(d.Value, ", "))
	if d.Op == "ne" || d.Op == "not_in" {
		return !in && v != "unknown", detail // nothing is concluded from what nobody knows
	}
	return in, detail
}

func (c *course) each(list []Cond, all bool) (bool, string) {
	var why []string
	for _, d := range list {
		ok, w := c.holds(d)
		if ok != all {
			return ok, w
		}
		why = append(why, w)
	}
	return all, strings.Join(why, "; ")
}

// missing lists the consents and forms that a step still waits for.
func (c *course) missing(s *Step) (out []string) {
	for _, id := range s.Consent {
		if c.consents[id].Value == "given" {
			continue
		}
		if or := c.m.Consents[id].OrStep; or != "" {
			if _, done := c.done[or]; done {
				continue
			}
		}
		if slices.Contains(s.Outputs, "F-07") {
			continue // the step that asks for consents does not wait for them
		}
		out = append(out, id)
	}
	for _, f := range s.RequiresForms {
		if !c.forms[f] {
			out = append(out, f)
		}
	}
	return out
}

// due sets a task's clock.
func (c *course) due(t *Task, cal *Calendar) {
	d := t.Step.Deadline
	value, unit := d.Value, d.Unit
	for _, w := range t.Step.DeadlineWhen {
		if ok, detail := c.holds(w.If); ok {
			value, unit, t.Basis, t.Certainty = w.Value, w.Unit, w.Basis, w.Certainty
			t.Why = append(t.Why, Why{"deadline_when", detail})
			break
		}
	}
	if unit == "" {
		return
	}
	from, named := c.anchor(d.Anchor, t)
	if strings.HasPrefix(d.Anchor, "before_") {
		t.Due = from.AddDate(0, 0, -value)
	} else {
		var known bool
		if t.Due, known = after(from, value, unit, cal); !known {
			t.Uncertain = true
			t.Why = append(t.Why, Why{"calendar", fmt.Sprint(t.Due.Year())})
		}
	}
	note := fmt.Sprintf("%d %s after %s", value, unit, d.Anchor)
	if !named {
		note += " (its own time is not recorded: counted from the trigger)"
	}
	t.Why = append(t.Why, Why{"deadline", note})
}

func after(from time.Time, value int, unit string, cal *Calendar) (time.Time, bool) {
	switch unit {
	case "minute":
		return from.Add(time.Duration(value) * time.Minute), true
	case "hour":
		return from.Add(time.Duration(value) * time.Hour), true
	case "working_day":
		return cal.AddWorkingDays(from, value)
	}
	return from.AddDate(0, 0, value), true
}

// steps whose completion is what an anchor means.
var stepAnchors = map[string]string{"plan_agreed": "D4", "conference_held": "D3", "lpsk_application": "E3", "last_review": "D5"}

// facts whose newest change is what an anchor means.
var factAnchors = map[string]string{
	"risk_set": "risk", "danger_known": "immediate_danger", "conflict_known": "guardian_conflict", "missing_known": "child_missing",
	"release_known": "retaliation", "refusal_recorded": "child_assents",
}

// anchor returns the instant an anchor means, and whether it was recorded itself.
func (c *course) anchor(name string, t *Task) (time.Time, bool) {
	if at, ok := c.happened[name]; ok {
		return at, true
	}
	if step, ok := stepAnchors[name]; ok {
		if e, done := c.done[step]; done {
			return e.At, true
		}
	}
	if fact, ok := factAnchors[name]; ok {
		if list := c.changed[fact]; len(list) > 0 {
			return list[len(list)-1].At, true
		}
	}
	if name == "consent_decided" {
		var at time.Time
		for _, id := range []string{"C-ASSENT", "C-GUARDIAN"} {
			if e, ok := c.consents[id]; ok && e.At.After(at) {
				at = e.At
			}
		}
		if !at.IsZero() {
			return at, true
		}
	}
	if strings.HasPrefix(name, "before_") {
		for _, e := range []string{"hearing_scheduled", "trial_scheduled"} {
			if at, ok := c.happened[e]; ok {
				return at, true
			}
		}
	}
	return t.Since, false
}

func (c *course) clock(s *Step, t Track, now time.Time, cal *Calendar) Clock {
	k := Clock{Step: s, Track: t}
	if k.From, k.Running = c.happened[t.Anchor]; !k.Running {
		if step, ok := stepAnchors[t.Anchor]; ok {
			e, done := c.done[step]
			k.From, k.Running = e.At, done
		}
	}
	if k.Running {
		k.Due, _ = after(k.From, t.Value, t.Unit, cal)
		k.Late = now.After(k.Due) && t.Binding != "power"
	}
	return k
}

// Task returns the task of a step.
func (e Evaluation) Task(step string) (Task, bool) {
	for _, t := range e.Tasks {
		if t.Step.ID == step {
			return t, true
		}
	}
	return Task{}, false
}

// Fact returns the value a fact has now, unknown counted as the manual says.
func (e Evaluation) Fact(name string) string { return e.facts(name) }

// Actions that guards may forbid.
const (
	ContactGuardian = "contact_guardian"
	Mediate         = "mediate"
	UploadMedia     = "upload_media"
	RecordOffender  = "record_child_as_offender"
	ContactSuspect  = "contact_suspect"
)

// Forbids tells whether a guard of the manual forbids an action now, and which.
func (e Evaluation) Forbids(action string) (guard string, forbidden bool) {
	switch action {
	case ContactGuardian:
		guard, forbidden = "G-WALI", e.facts("guardian_conflict") != "no"
	case Mediate:
		guard, forbidden = "G-NOMEDIATE", e.facts("case_type") != "other"
	case UploadMedia:
		guard, forbidden = "G-NOIMAGE", true
	case RecordOffender:
		guard, forbidden = "G-VICTIM", true
	case ContactSuspect:
		guard, forbidden = "G-NOCONTACTSUSPECT", true
	}
	if !slices.ContainsFunc(e.Manual.Guards, func(g Guard) bool { return g.ID == guard }) {
		return "", false
	}
	return guard, forbidden
}

// Summary is what may stand in clear beside a case: the next clock, whose it
// is, and how many are late.
type Summary struct {
	NextDue time.Time
	Class   string // ours, theirs, supervisor; "" where nothing runs
	Overdue int
	Open    int
}

// Summary folds the tasks of a case. A late one of ours goes to the supervisor's
// class; what another agency owes is theirs.
func (e Evaluation) Summary() (s Summary) {
	if e.closed {
		return s
	}
	for _, t := range e.Tasks {
		if !t.State.Open() {
			continue
		}
		s.Open++
		if t.State == Overdue {
			s.Overdue++
		}
		if t.Due.IsZero() || t.Binding == "power" || !s.NextDue.IsZero() && !t.Due.Before(s.NextDue) { // a power is never late
			continue
		}
		s.NextDue = t.Due
		switch {
		case !t.Ours:
			s.Class = "theirs"
		case t.State == Overdue:
			s.Class = "supervisor"
		default:
			s.Class = "ours"
		}
	}
	return s
}
