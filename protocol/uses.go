package protocol

import (
	"maps"
	"slices"
)

// Use is a place of a manual that names something of it. Part is step, form, guard
// or anchor, ID which one.
type Use struct{ Part, ID string }

// Uses lists where a manual names one of its facts, roles or sources (part: facts,
// roles or sources), each place once: steps in their order, then forms, guards and anchors.
// Only what is named nowhere can be taken out without leaving something behind that
// points to nothing.
func (m *Manual) Uses(part, id string) []Use {
	if id == "" {
		return nil
	}
	switch part {
	case "facts":
		return m.factUses(id, func(c Cond) bool { return c.Fact == id }, func(name string) bool { return m.Facts[id].Type == "bool" && name == id },
			func(f Field) bool { return f.Fact == id })
	case "roles":
		return m.usesIn(func(s *Step) bool { return s.Actor == id || slices.Contains(s.Support, id) }, nil, nil, nil)
	case "sources":
		return m.usesIn(func(s *Step) bool {
			return slices.Contains(s.Refs, id) || slices.ContainsFunc(s.Track, func(t Track) bool { return slices.Contains(t.Refs, id) })
		}, func(g Guard) bool { return slices.Contains(g.Refs, id) }, nil, nil)
	}
	return nil
}

// AnswerUses lists where a condition asks for one answer of a fact, a form says it,
// or an event of the language means it (risk set to high is high_risk_set).
func (m *Manual) AnswerUses(fact, answer string) []Use {
	asks := func(c Cond) bool { return c.Fact == fact && slices.Contains(c.Value, answer) }
	means := func(name string) bool {
		return fact == "risk" && answer == "high" && name == HighRisk || answer == "true" && m.Facts[fact].Type == "bool" && name == fact
	}
	says := func(f Field) bool {
		return f.Fact == fact && (m.Facts[fact].Type == "bool" || slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.ID == answer }))
	}
	return m.factUses("", asks, means, says)
}

// factUses finds conditions, triggers, fields of forms and what counts from an event
// or, where fact is not "", from its change.
func (m *Manual) factUses(fact string, asks func(Cond) bool, event func(string) bool, says func(Field) bool) []Use {
	from := func(name string) bool {
		a, other := m.anchor(name)
		return event(name) || other && fact != "" && a.FactChange == fact
	}
	waits := func(t Trigger) bool {
		return event(t.Event) || fact != "" && t.FactChange == fact || t.Recurring != nil && event(t.Recurring.Until) || t.Schedule != nil && from(t.Schedule.Anchor)
	}
	return m.usesIn(func(s *Step) (found bool) {
		for _, c := range s.conds() {
			found = found || c.mentions(asks)
		}
		s.Trigger.walk(func(t Trigger) { found = found || waits(t) })
		return found || from(s.Deadline.Anchor) || slices.ContainsFunc(s.Track, func(t Track) bool { return from(t.Anchor) })
	}, func(g Guard) bool {
		_, unless := g.locks()
		return unless != nil && unless.mentions(asks) || g.While != nil && g.While.mentions(asks)
	}, func(a Anchor) bool { return fact != "" && a.FactChange == fact }, says)
}

func (m *Manual) usesIn(step func(*Step) bool, guard func(Guard) bool, anchor func(Anchor) bool, field func(Field) bool) (out []Use) {
	for _, s := range m.Steps {
		if step(s) {
			out = append(out, Use{"step", s.ID})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(m.Forms)) {
		if field != nil && slices.ContainsFunc(m.Forms[id].Fields, field) {
			out = append(out, Use{"form", id})
		}
	}
	for _, g := range m.Guards {
		if guard != nil && guard(g) {
			out = append(out, Use{"guard", g.ID})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(m.Anchors)) {
		if anchor != nil && anchor(m.Anchors[id]) {
			out = append(out, Use{"anchor", id})
		}
	}
	return out
}

// conds lists the conditions of a step.
func (s *Step) conds() (out []Cond) {
	for _, c := range append([]*Cond{s.When, s.ConsentUnless}, decided(s.Decide)...) {
		if c != nil {
			out = append(out, *c)
		}
	}
	for _, d := range s.DeadlineWhen {
		out = append(out, d.If)
	}
	return out
}

func decided(list []Decide) (out []*Cond) {
	for _, d := range list {
		out = append(out, d.If)
	}
	return out
}

// mentions tells whether any comparison of a condition is such a one, whatever the
// condition makes of it.
func (c Cond) mentions(one func(Cond) bool) bool {
	sub := slices.Concat(c.All, c.Any)
	return one(c) || c.Not != nil && c.Not.mentions(one) || slices.ContainsFunc(sub, func(s Cond) bool { return s.mentions(one) })
}
