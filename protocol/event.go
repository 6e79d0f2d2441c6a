package protocol

import (
	"slices"
	"time"
)

// Kinds of event in a case's course.
const (
	Occurred    = "occurred" // something named happened: Name
	FactSet     = "fact"     // Name is now Value
	StepDone    = "done"     // step Name was done
	StepSkipped = "skipped"  // step Name was skipped: Value is the reason
	ConsentSet  = "consent"  // consent Name is Value: given, refused, withdrawn
	FormFilled  = "form"     // form Name was filled
)

// Event is one entry of a case's course. Events are never edited. Of facts,
// consents and forms the later one holds; of what occurred the earliest that a
// step has not answered starts its clock, so that noting it again moves nothing.
type Event struct {
	Kind  string    `json:"kind"`
	Name  string    `json:"name"`
	Value string    `json:"value,omitempty"`
	At    time.Time `json:"at"`            // when it was noted
	When  time.Time `json:"when,omitzero"` // when it happened or will happen, where somebody said so
	By    string    `json:"by,omitempty"`
}

// Time returns when it happened or will happen: as stated, else as noted.
func (e Event) Time() time.Time {
	if e.When.IsZero() {
		return e.At
	}
	return e.When
}

// entry is an event at its place in the course: what came after what is told by
// n, for many are noted in the same moment.
type entry struct {
	*Event
	n int
}

// course is what the events say, by name, each list in the order of noting.
type course struct {
	m        *Manual
	now      time.Time
	cal      *Calendar
	facts    map[string]string
	changes  []entry            // every change of a fact's value
	changed  map[string][]entry // the same by fact
	happened map[string][]entry
	ended    map[string][]entry // completions and skips of a step
	consents map[string]*Event  // what holds, and since when without a break
	forms    map[string]bool
	opened   time.Time // or reopened
	silent   bool      // only the clocks are wanted, not why
}

func read(m *Manual, events []Event, now time.Time, cal *Calendar) *course {
	c := &course{m: m, now: now, cal: cal, facts: map[string]string{}, changed: map[string][]entry{}, happened: map[string][]entry{},
		ended: map[string][]entry{}, consents: map[string]*Event{}, forms: map[string]bool{}}
	for n := range events {
		if n == 0 {
			c.opened = events[0].At
		}
		c.take(entry{&events[n], n})
	}
	return c
}

func (c *course) take(e entry) {
	switch e.Kind {
	case Occurred:
		c.occur(e.Name, e)
		if e.Name == CaseReopened { // the closing is taken back, and reviews count anew
			delete(c.happened, CaseClosed)
			c.opened = e.At
		}
	case FactSet:
		c.set(e)
	case StepDone, StepSkipped:
		s := c.m.StepNow(e.Name)
		if s == nil { // of a version before this one: an anchor or a consent may still mean it
			c.ended[e.Name] = append(c.ended[e.Name], e)
			return
		}
		c.ended[s.ID] = append(c.ended[s.ID], e)
		if e.Kind == StepDone {
			for _, f := range s.Outputs {
				c.forms[f] = true
			}
		}
	case ConsentSet:
		if old := c.consents[e.Name]; old == nil || old.Value != e.Value {
			c.consents[e.Name] = e.Event
		}
	case FormFilled:
		c.forms[e.Name] = true
	}
}

func (c *course) occur(name string, e entry) { c.happened[name] = append(c.happened[name], e) }

// set takes a fact; saying the same again is no change.
func (c *course) set(e entry) {
	if old, ok := c.facts[e.Name]; ok && old == e.Value {
		return
	}
	c.facts[e.Name] = e.Value
	c.changes, c.changed[e.Name] = append(c.changes, e), append(c.changed[e.Name], e)
	if e.Value == "true" { // a fact that becomes true is an event of its name
		c.occur(e.Name, e)
	}
	if e.Name == "risk" && e.Value == "high" {
		c.occur(HighRisk, e)
	}
}

// value returns a fact's value now.
func (c *course) value(fact string) string { return c.counted(c.facts, fact) }

// counted returns a fact's value among facts: unknown where nobody said, and what
// unknown counts as where the manual says so.
func (c *course) counted(facts map[string]string, fact string) string {
	v := facts[fact]
	if v == "" {
		v = "unknown"
	}
	if f := c.m.Facts[fact]; v == "unknown" && f.UnknownAs != "" {
		return f.UnknownAs
	}
	return v
}

// last returns the newest completion or skip of a step; its place is -1 where
// there is none.
func (c *course) last(step string) (entry, bool) {
	list := c.ended[step]
	if len(list) == 0 {
		return entry{n: -1}, false
	}
	return list[len(list)-1], true
}

func (c *course) completed(step string) bool {
	return slices.ContainsFunc(c.ended[step], func(e entry) bool { return e.Kind == StepDone })
}

func done(ends []entry) []entry {
	return slices.DeleteFunc(slices.Clone(ends), func(e entry) bool { return e.Kind != StepDone })
}

// earliest returns the entry noted after place n whose time is the first.
func earliest(list []entry, n int) (first entry, ok bool) {
	for _, e := range list {
		if e.n > n && (!ok || e.Time().Before(first.Time())) {
			first, ok = e, true
		}
	}
	return first, ok
}
