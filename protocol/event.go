package protocol

import "time"

// Kinds of event in a case's course.
const (
	Occurred    = "occurred" // something named happened: Name
	FactSet     = "fact"     // Name is now Value
	StepDone    = "done"     // step Name was done
	StepSkipped = "skipped"  // step Name was skipped: Value is the reason
	ConsentSet  = "consent"  // consent Name is Value: given, refused, withdrawn
	FormFilled  = "form"     // form Name was filled
)

// Event is one entry of a case's course. Events are never edited: a later one
// of the same kind and name holds.
type Event struct {
	Kind  string    `json:"kind"`
	Name  string    `json:"name"`
	Value string    `json:"value,omitempty"`
	At    time.Time `json:"at"`
	By    string    `json:"by,omitempty"`
}

// course is what the events say, by name.
type course struct {
	m        *Manual
	facts    map[string]Event   // newest
	changed  map[string][]Event // every change of value, in order
	happened map[string]time.Time
	done     map[string]Event
	skipped  map[string]Event
	consents map[string]Event
	forms    map[string]bool
	opened   time.Time
}

func read(m *Manual, events []Event) *course {
	c := &course{m: m, facts: map[string]Event{}, changed: map[string][]Event{}, happened: map[string]time.Time{},
		done: map[string]Event{}, skipped: map[string]Event{}, consents: map[string]Event{}, forms: map[string]bool{}}
	for i, e := range events {
		if i == 0 {
			c.opened = e.At
		}
		c.take(e)
	}
	return c
}

func (c *course) take(e Event) {
	switch e.Kind {
	case Occurred:
		c.happened[e.Name] = e.At
	case FactSet:
		if old, ok := c.facts[e.Name]; !ok || old.Value != e.Value {
			c.changed[e.Name] = append(c.changed[e.Name], e)
		}
		c.facts[e.Name] = e
		if e.Value == "true" { // a fact that becomes true is an event of its name
			c.happened[e.Name] = e.At
		}
		if e.Name == "risk" && e.Value == "high" {
			c.happened["high_risk_set"] = e.At
		}
	case StepDone:
		c.done[e.Name] = e
		delete(c.skipped, e.Name)
		if s := c.m.Step(e.Name); s != nil {
			for _, f := range s.Outputs {
				c.forms[f] = true
			}
		}
	case StepSkipped:
		c.skipped[e.Name] = e
	case ConsentSet:
		c.consents[e.Name] = e
	case FormFilled:
		c.forms[e.Name] = true
	}
}

// value returns a fact's value: unknown where nobody said, and what unknown
// counts as where the manual says so.
func (c *course) value(fact string) string {
	v := "unknown"
	if e, ok := c.facts[fact]; ok && e.Value != "" {
		v = e.Value
	}
	if f := c.m.Facts[fact]; v == "unknown" && f.UnknownAs != "" {
		return f.UnknownAs
	}
	return v
}
