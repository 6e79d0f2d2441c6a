package manual

import (
	"cmp"
	"slices"
	"time"

	"github.com/naungan/naungan/protocol"
)

// Trial is a rehearsal: an invented case, of which only facts and events are
// chosen, run by a manual.
type Trial struct {
	Facts  map[string]string // fact → value, as known on the first day
	Events []string          // what happens besides, on the first day
	Done   bool              // every open step is done at its deadline, so that what follows is seen
	Given  bool              // consents are given and forms filled from the first day
	Days   int               // how far ahead; at most MaxTrialDays
}

// MaxTrialDays bounds how far a rehearsal looks.
const MaxTrialDays = 400

// maxTurns bounds the deeds of a rehearsal: recurring steps come again for ever.
const maxTurns = 150

// Line is one task or clock of a rehearsal.
type Line struct {
	Step  *protocol.Step
	What  protocol.Text // of another agency's clock; empty for the step itself
	State protocol.State
	From  time.Time
	Due   time.Time // zero where no clock runs
	Ours  bool
	Why   []protocol.Why
}

// Rehearse runs a manual on an invented case that opens at begin, and returns what
// comes up: by when it begins, then by when it is due. It is pure.
func Rehearse(m *protocol.Manual, cal *protocol.Calendar, t Trial, begin time.Time) []Line {
	end := begin.Add(time.Duration(min(max(t.Days, 1), MaxTrialDays)) * 24 * time.Hour)
	r := rehearsal{m: m, cal: cal, end: end}
	r.occur(protocol.CaseOpened, begin)
	r.occur(protocol.IntakeReceived, begin)
	for _, f := range slices.Sorted(keysOf(t.Facts)) {
		r.events = append(r.events, protocol.Event{Kind: protocol.FactSet, Name: f, Value: t.Facts[f], At: begin})
	}
	for _, e := range t.Events {
		r.occur(e, begin)
	}
	now := begin
	if t.Given {
		r.give(begin)
	}
	e := protocol.Evaluate(m, r.events, now, cal)
	r.note(e)
	for turn := 0; t.Done && turn < maxTurns; turn++ {
		next, at := r.next(e, now)
		if next == nil {
			break
		}
		now = at
		r.events = append(r.events, protocol.Event{Kind: protocol.StepDone, Name: next.ID, At: now})
		e = protocol.Evaluate(m, r.events, now, cal)
		r.note(e)
	}
	slices.SortStableFunc(r.lines, func(a, b Line) int { return cmp.Or(a.From.Compare(b.From), a.Due.Compare(b.Due)) })
	return r.lines
}

type rehearsal struct {
	m      *protocol.Manual
	cal    *protocol.Calendar
	end    time.Time
	events []protocol.Event
	lines  []Line
}

func (r *rehearsal) occur(name string, at time.Time) {
	r.events = append(r.events, protocol.Event{Kind: protocol.Occurred, Name: name, At: at})
}

// give opens every gate.
func (r *rehearsal) give(at time.Time) {
	for _, id := range slices.Sorted(keysOf(r.m.Consents)) {
		r.events = append(r.events, protocol.Event{Kind: protocol.ConsentSet, Name: id, Value: "given", At: at})
	}
	for _, id := range slices.Sorted(keysOf(r.m.Forms)) {
		r.events = append(r.events, protocol.Event{Kind: protocol.FormFilled, Name: id, At: at})
	}
}

// note keeps every task and clock once for each time it was asked for.
func (r *rehearsal) note(e protocol.Evaluation) {
	add := func(l Line) {
		if l.From.After(r.end) || slices.ContainsFunc(r.lines, func(o Line) bool { return o.Step == l.Step && o.What == l.What && o.From.Equal(l.From) }) {
			return
		}
		r.lines = append(r.lines, l)
	}
	for _, t := range e.Tasks {
		if t.State.Open() {
			add(Line{Step: t.Step, State: t.State, From: t.Since, Due: t.Due, Ours: t.Ours, Why: t.Why})
		}
	}
	for _, c := range e.Clocks {
		if c.Running {
			add(Line{Step: c.Step, What: c.Track.What, State: protocol.Due, From: c.From, Due: c.Due})
		}
	}
}

// next is the open step that is due first and when it is done: at its deadline, and
// not before now. What waits for a consent or form is not done by itself.
func (r *rehearsal) next(e protocol.Evaluation, now time.Time) (step *protocol.Step, at time.Time) {
	for _, t := range e.Tasks {
		if !t.State.Open() || len(t.Missing) > 0 {
			continue
		}
		due := t.Due
		if due.IsZero() || due.Before(now) {
			due = now
		}
		if due.After(r.end) || step != nil && !due.Before(at) {
			continue
		}
		step, at = t.Step, due
	}
	return step, at
}

func keysOf[T any](m map[string]T) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
