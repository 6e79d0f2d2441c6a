package protocol

import (
	"time"
)

// due sets a task's clock.
func (c *course) due(t *Task, f firing) {
	d := t.Step.Deadline
	w := Why{Rule: "deadline", Name: d.Anchor, Value: d.Value, Unit: d.Unit, Ahead: t.Step.ahead()}
	for _, o := range t.Step.DeadlineWhen {
		if c.holds(o.If, c.facts) {
			w.Value, w.Unit, w.Facts, t.Basis, t.Certainty = o.Value, o.Unit, c.found(o.If), o.Basis, o.Certainty
			break
		}
	}
	if w.Unit == "" {
		return
	}
	w.Kind, w.Name, w.At, w.Known = c.anchor(d.Anchor, t, f)
	counts, known := w.Value, true
	if w.Ahead {
		counts = -counts
	}
	if !w.Ahead || w.Known { // nothing counts back from a day that nobody said
		t.Due, known = after(w.At, counts, w.Unit, c.cal)
	}
	t.because(c, func() Why { return w })
	if t.Uncertain = !known; t.Uncertain {
		t.because(c, func() Why { return Why{Rule: "calendar", Value: t.Due.Year()} })
	}
}

// after counts from an instant; a negative value counts back.
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

// anchor returns what an anchor of a task means, from when it counts, and whether
// that was noted. What was noted before the step was done the last time is
// answered: then, as where nothing was noted, the clock begins with the task.
func (c *course) anchor(name string, t *Task, f firing) (kind, ref string, from time.Time, known bool) {
	last, _ := c.last(t.Step.ID)
	if t.Step.ahead() {
		return "event", f.why.Name, f.of, f.stated
	}
	if name == LastReview || name == ScheduledVisit {
		return "event", name, f.of, f.stated
	}
	switch a, _ := c.m.anchor(name); {
	case len(a.Consents) > 0:
		if from, known = c.decided(a.Consents); !known {
			from = t.Since
		}
		return "event", name, from, known
	case a.StepDone != "":
		e, known := earliest(done(c.ended[a.StepDone]), last.n)
		if !known {
			return "step", a.StepDone, t.Since, false
		}
		return "step", a.StepDone, e.At, true
	case a.FactChange != "":
		list := c.changed[a.FactChange]
		if len(list) == 0 || t.Step.Trigger.changes(a.FactChange) { // a change that asks for the step is where the task begins
			return "fact", a.FactChange, t.Since, len(list) > 0
		}
		return "fact", a.FactChange, list[len(list)-1].At, true
	}
	e, known := earliest(c.happened[name], last.n)
	if !known {
		return "event", name, t.Since, false
	}
	return "event", name, e.Time(), true
}

// decided returns since when what was said of these consents stands.
func (c *course) decided(consents []string) (at time.Time, ok bool) {
	for _, id := range consents {
		if e, said := c.consents[id]; said && e.At.After(at) {
			at, ok = e.At, true
		}
	}
	return at, ok
}

func (c *course) clock(s *Step, t Track) Clock {
	k := Clock{Step: s, Track: t}
	list := c.happened[t.Anchor]
	if a, ok := c.m.anchor(t.Anchor); ok {
		list = append(done(c.ended[a.StepDone]), c.changed[a.FactChange]...)
	}
	if len(list) == 0 {
		return k
	}
	last, _ := c.last(s.ID)
	e, ok := earliest(list, last.n)
	if !ok { // the step is done, but the other agency's clock runs on
		e = list[len(list)-1]
	}
	k.From, k.Running = e.Time(), true
	k.Due, _ = after(k.From, t.Value, t.Unit, c.cal)
	k.Late = c.now.After(k.Due) && t.Binding != "power"
	return k
}
