package protocol

import (
	"slices"
	"time"
)

// firing is a trigger that came and that no completion has answered.
type firing struct {
	n      int       // its place in the course
	since  time.Time // from when the step is asked for
	of     time.Time // the time of what it is about: a hearing's, a visit's
	stated bool      // somebody said that time
	why    Why
}

// asked returns the firing that asks for a step now: of all that nobody answered
// the earliest, so that what is noted again moves no clock. A completion or skip
// answers everything noted before it, but of visits and hearings: see visits, ahead.
func (c *course) asked(s *Step, t Trigger) (f firing, ok bool) {
	last, _ := c.last(s.ID)
	var e entry
	switch {
	case t.Event != "" && s.ahead():
		e, ok = c.ahead(s, t.Event)
	case t.Event != "":
		e, ok = earliest(c.happened[t.Event], last.n)
	case t.StepDone != "": // a step left out with a reason does not stop the way
		e, ok = earliest(c.ended[t.StepDone], last.n)
	case t.FactChange != "":
		e, ok = earliest(c.changed[t.FactChange], last.n)
	case t.Recurring != nil:
		return c.recurring(s, t)
	case t.Schedule != nil:
		return c.scheduled(s, t)
	default:
		return c.anyOf(s, t.Any)
	}
	if !ok {
		return f, false
	}
	f = firing{n: e.n, since: e.Time(), of: e.Time(), stated: !e.When.IsZero(), why: cause(t, e.Time())}
	if e.At.Before(f.since) { // it lies ahead: it is asked for since it is known
		f.since = e.At
	}
	return f, true
}

func (c *course) anyOf(s *Step, list []Trigger) (f firing, ok bool) {
	for _, t := range list {
		if o, asked := c.asked(s, t); asked && (!ok || o.since.Before(f.since)) {
			f, ok = o, true
		}
	}
	return f, ok
}

// recurring asks again after every completion or skip until its end event.
func (c *course) recurring(s *Step, t Trigger) (f firing, ok bool) {
	if len(c.happened[t.Recurring.Until]) > 0 || c.opened.IsZero() {
		return f, false
	}
	f = firing{since: c.opened}
	if last, ended := c.last(s.ID); ended && last.At.After(c.opened) {
		f.n, f.since, f.stated = last.n, last.At, true
	}
	f.of, f.why = f.since, cause(t, f.since)
	return f, true
}

// early is how long before its day a scheduled visit may be made.
const early = 24 * time.Hour

// scheduled asks for the first visit that is not answered, from the day before it.
func (c *course) scheduled(s *Step, t Trigger) (f firing, ok bool) {
	left := c.left(s)
	if len(left) == 0 || left[0].At.Add(-early).After(c.now) {
		return f, false
	}
	v := left[0]
	return firing{n: v.n, since: v.At.Add(-early), of: v.At, stated: true, why: cause(t, v.At)}, true
}

// nextVisit returns by when the next visit is due; zero where there is none.
func (c *course) nextVisit(s *Step) time.Time {
	left := c.left(s)
	if len(left) == 0 || s.When != nil && !c.holds(*s.When, c.facts) {
		return time.Time{}
	}
	t := Task{Step: s, Since: left[0].At}
	c.due(&t, firing{of: left[0].At, stated: true})
	return t.Due
}

// left returns the visits of a step that nobody answered.
func (c *course) left(s *Step) []entry {
	left := c.visits(s.Trigger)
	for _, end := range c.ended[s.ID] {
		left = answered(left, end)
	}
	return left
}

// visits lists the days that the schedules of a trigger ask for, in order. An
// anchor that is noted again, as a second coming home, adds its own days.
func (c *course) visits(t Trigger) (out []entry) {
	for _, sub := range t.Any {
		out = append(out, c.visits(sub)...)
	}
	if t.Schedule != nil {
		for _, e := range c.happened[t.Schedule.Anchor] {
			for _, n := range t.Schedule.Offsets {
				day, _ := after(e.Time(), n, t.Schedule.Unit, c.cal)
				out = append(out, entry{&Event{At: day}, e.n})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b entry) int { return a.At.Compare(b.At) })
	return slices.CompactFunc(out, func(a, b entry) bool { return a.At.Equal(b.At) })
}

// answered returns the visits that remain after a completion, which answers every
// one whose time had come, or a skip, which answers the first of them only.
func answered(visits []entry, end entry) (left []entry) {
	first := true
	for _, v := range visits {
		open := v.n < end.n && !v.At.Add(-early).After(end.At)
		if !open || end.Kind == StepSkipped && !first {
			left = append(left, v)
		}
		first = first && !open
	}
	return left
}

// ahead returns the hearing that a step prepares next. Each has its own
// completion: the earliest that was known then is answered by it, the others stay
// ("every examination and hearing", step E11). A hearing put off is a new one; the
// old is skipped with that reason.
func (c *course) ahead(s *Step, event string) (entry, bool) {
	var left []entry
	for _, e := range c.happened[event] {
		if !slices.ContainsFunc(left, func(o entry) bool { return o.Time().Equal(e.Time()) }) {
			left = append(left, e)
		}
	}
	slices.SortStableFunc(left, func(a, b entry) int { return a.Time().Compare(b.Time()) })
	for _, end := range c.ended[s.ID] {
		if i := slices.IndexFunc(left, func(e entry) bool { return e.n < end.n }); i >= 0 {
			left = slices.Delete(left, i, i+1)
		}
	}
	return earliest(left, -1)
}

// cause names a trigger that is not any; at is when it came.
func cause(t Trigger, at time.Time) Why {
	w := Why{Rule: "trigger", At: at}
	switch {
	case t.Event != "":
		w.Kind, w.Name = "event", t.Event
	case t.StepDone != "":
		w.Kind, w.Name = "step", t.StepDone
	case t.FactChange != "":
		w.Kind, w.Name = "fact", t.FactChange
	case t.Recurring != nil:
		w.Kind, w.Value, w.Unit = "recurring", t.Recurring.Every, t.Recurring.Unit
	case t.Schedule != nil:
		w.Kind, w.Name = "schedule", t.Schedule.Anchor
	}
	return w
}

// causes lists the triggers of a step that is not asked for now, with when each
// came the last time.
func (c *course) causes(t Trigger) (out []Why) {
	if c.silent {
		return nil
	}
	for _, sub := range t.Any {
		out = append(out, c.causes(sub)...)
	}
	if len(t.Any) > 0 {
		return out
	}
	var at time.Time
	for _, list := range [][]entry{c.happened[t.Event], c.ended[t.StepDone], c.changed[t.FactChange]} {
		if len(list) > 0 {
			at = list[len(list)-1].Time()
		}
	}
	if t.Schedule != nil && len(c.happened[t.Schedule.Anchor]) > 0 {
		at = c.happened[t.Schedule.Anchor][0].Time()
	}
	return []Why{cause(t, at)}
}

func (c *course) gates(missing []string) (out []Why) {
	if c.silent {
		return nil
	}
	for _, id := range missing {
		kind := "form"
		if _, ok := c.m.Consents[id]; ok {
			kind = "consent"
		}
		out = append(out, Why{Rule: "gate", Kind: kind, Name: id})
	}
	return out
}

// onlySteps tells whether a trigger waits only for other steps: such a step is
// not asked for again when they are done again.
func onlySteps(t Trigger) bool {
	if len(t.Any) > 0 {
		return !slices.ContainsFunc(t.Any, func(o Trigger) bool { return !onlySteps(o) })
	}
	return t.StepDone != ""
}
