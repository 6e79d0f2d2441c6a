package protocol

import (
	"time"
)

// Summary is what may stand in clear beside a case: the next clock, whose it
// is, and how many are late.
type Summary struct {
	NextDue time.Time
	Class   string // ours, theirs, supervisor; "" where nothing runs
	Overdue int
	Open    int
	Duties  int // of Overdue: what law commands; a power is never among them
	Theirs  int // of Overdue: what another agency owes
}

// Summary folds the tasks of a case. A late one of ours goes to the supervisor's
// class; what another agency owes is theirs.
func (e Evaluation) Summary() (s Summary) {
	if e.closed {
		return s
	}
	for i := range e.Tasks {
		s.add(&e.Tasks[i])
	}
	return s
}

// Reclock returns Evaluate's Summary without the reasons, for clocking many cases
// anew.
func Reclock(m *Manual, events []Event, now time.Time, cal *Calendar) (s Summary) {
	c := read(m, events, now, cal)
	if _, closed := c.happened[CaseClosed]; closed {
		return s
	}
	c.silent = true
	for _, step := range m.Steps {
		t := c.task(step)
		s.add(&t)
	}
	return s
}

func (s *Summary) add(t *Task) {
	due := t.Next
	if t.State.Open() {
		due = t.Due
		s.Open++
	}
	if t.State == Overdue {
		s.Overdue++
		if t.Binding == "duty" {
			s.Duties++
		}
		if !t.Ours {
			s.Theirs++
		}
	}
	if due.IsZero() || t.Binding == "power" || !s.NextDue.IsZero() && !due.Before(s.NextDue) { // a power is never late
		return
	}
	s.NextDue = due
	switch {
	case !t.Ours:
		s.Class = "theirs"
	case t.State == Overdue:
		s.Class = "supervisor"
	default:
		s.Class = "ours"
	}
}
