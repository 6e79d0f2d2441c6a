package protocol

import (
	"slices"
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

// Why is one reason behind a task's state: the rule of the manual and what it
// found, by names that a page puts in words.
type Why struct {
	Rule  string    `json:"rule"`           // trigger, when, gate, deadline, calendar
	Kind  string    `json:"kind,omitempty"` // what Name names: event, step, fact, consent, form; or recurring, schedule
	Name  string    `json:"name,omitempty"`
	At    time.Time `json:"at,omitzero"`     // trigger: when it came, zero where it has not; deadline: from when it counts
	Value int       `json:"value,omitempty"` // deadline, recurring: how many of Unit; calendar: the year
	Unit  string    `json:"unit,omitempty"`
	Known bool      `json:"known,omitempty"` // deadline: the time of Name was noted; else it counts from when the step began
	Ahead bool      `json:"ahead,omitempty"` // deadline: before Name, not after it
	Holds bool      `json:"holds,omitempty"` // when: the condition holds
	Facts []Found   `json:"facts,omitempty"` // when, deadline: the facts that were asked for
}

// Found is a fact as a condition found it. Assumed: nobody knows, and the manual
// says what that counts as.
type Found struct {
	Fact, Value string
	Assumed     bool
}

// Task is a step of the manual in a case.
type Task struct {
	Step      *Step
	State     State
	Since     time.Time // when its trigger came; zero before
	Due       time.Time // zero where it has no clock yet
	Next      time.Time // by when the next visit of a schedule is due, before its time has come
	At        time.Time // when it was done or skipped
	By        string
	Reason    string // of a skip
	Ours      bool
	Binding   string
	Basis     string
	Certainty string
	Missing   []string // consents and forms that close the gate, in every unfinished state
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
	course *course
	closed bool
}

// Evaluate computes every task and clock of a case from its events.
func Evaluate(m *Manual, events []Event, now time.Time, cal *Calendar) Evaluation {
	c := read(m, events, now, cal)
	e := Evaluation{Manual: m, Now: now, course: c, Tasks: make([]Task, 0, len(m.Steps))}
	_, e.closed = c.happened[CaseClosed]
	for _, s := range m.Steps {
		e.Tasks = append(e.Tasks, c.task(s))
		for _, t := range s.Track {
			e.Clocks = append(e.Clocks, c.clock(s, t))
		}
	}
	return e
}

func (c *course) task(s *Step) Task {
	role := c.m.Roles[s.Actor]
	t := Task{Step: s, Ours: !role.External, State: NotYet, Binding: s.Deadline.Binding, Basis: s.Deadline.Basis, Certainty: s.Deadline.Certainty}
	f, asked := c.asked(s, s.Trigger)
	if !asked {
		t.Next = c.nextVisit(s)
	}
	last, ended := c.last(s.ID)
	if ended && (!asked || onlySteps(s.Trigger)) {
		t.end(last)
		t.Why = c.causes(s.Trigger)
		return t
	}
	t.Missing = c.missing(s)
	if !asked {
		t.Why = append(c.causes(s.Trigger), c.gates(t.Missing)...)
		return t
	}
	t.Reopened, t.Since = c.completed(s.ID), f.since
	t.because(c, func() Why { return f.why })
	if s.When != nil {
		holds := c.holds(*s.When, c.facts)
		t.because(c, func() Why { return Why{Rule: "when", Holds: holds, Facts: c.found(*s.When)} })
		if !holds && ended { // what was done stays done
			t.end(last)
			t.Reopened = false
			return t
		}
		if !holds {
			t.State = NotApplicable
			return t
		}
		t.Since = c.heldFrom(*s.When, f)
	}
	c.due(&t, f)
	t.State = Due
	if !t.Due.IsZero() && c.now.After(t.Due) && t.Binding != "power" {
		t.State = Overdue
	}
	if len(t.Missing) > 0 && t.State == Due {
		t.State = Blocked
	}
	t.Why = append(t.Why, c.gates(t.Missing)...)
	return t
}

// end marks a task as done or skipped.
func (t *Task) end(last entry) {
	t.State, t.At, t.By = Done, last.At, last.By
	if last.Kind == StepSkipped {
		t.State, t.Reason = Skipped, last.Value
	}
}

// because adds a reason, where reasons are wanted.
func (t *Task) because(c *course, why func() Why) {
	if !c.silent {
		t.Why = append(t.Why, why())
	}
}

// missing lists the consents and forms that a step still waits for.
func (c *course) missing(s *Step) (out []string) {
	if c.waived(s) {
		return nil
	}
	free := s.ConsentUnless != nil && c.holds(*s.ConsentUnless, c.facts)
	for _, id := range s.Consent {
		if free {
			break
		}
		if given := c.consents[id]; given != nil && given.Value == "given" {
			continue
		}
		if or := c.m.Consents[id].OrStep; or != "" && c.completed(or) {
			continue
		}
		if c.m.asks(s) {
			continue
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
func (e Evaluation) Fact(name string) string { return e.course.value(name) }

// Forbids tells whether a guard of the manual forbids an action now, and which.
func (e Evaluation) Forbids(action string) (guard string, forbidden bool) {
	for _, g := range e.Manual.Guards {
		if forbids, _ := g.locks(); slices.Contains(forbids, action) && e.course.shut(g) {
			return g.ID, true
		}
	}
	return "", false
}

// shut tells whether a guard's lock is shut now.
func (c *course) shut(g Guard) bool {
	_, unless := g.locks()
	if slices.ContainsFunc(g.RequiresForms, func(f string) bool { return !c.forms[f] }) {
		return true
	}
	return unless == nil && len(g.RequiresForms) == 0 || unless != nil && !c.holds(*unless, c.facts)
}

// waived tells whether a guard lets a step wait for nothing now.
func (c *course) waived(s *Step) bool {
	return slices.ContainsFunc(c.m.Guards, func(g Guard) bool {
		return g.While != nil && slices.Contains(g.Opens, s.ID) && c.holds(*g.While, c.facts)
	})
}

// Kept is how a guard is kept in a case now: the actions that it locks, the steps
// that it lets wait for nothing, and what Says, in words, it does and who keeps
// what no action of the engine stands for.
type Kept struct {
	Guard  string
	Locked []string
	Opened []string
	Says   []Text
}

// Guards tells of each guard of the manual how it is kept, in order. None is
// without words: where the manual says nothing of it, that the people keep it.
func (e Evaluation) Guards() (out []Kept) {
	for _, g := range e.Manual.Guards {
		k := Kept{Guard: g.ID, Says: e.Manual.GuardLines(g)}
		if forbids, _ := g.locks(); e.course.shut(g) {
			k.Locked = forbids
		}
		if g.While != nil && e.course.holds(*g.While, e.course.facts) {
			k.Opened = g.Opens
		}
		out = append(out, k)
	}
	return out
}

// History returns every change of a fact, oldest first, with who noted it and when.
func (e Evaluation) History(fact string) (out []Event) {
	for _, c := range e.course.changed[fact] {
		out = append(out, *c.Event)
	}
	return out
}
