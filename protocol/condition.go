package protocol

import (
	"slices"
	"time"
)

// holds evaluates a condition over facts.
func (c *course) holds(d Cond, facts map[string]string) bool {
	return d.met(func(one Cond) bool {
		v := c.counted(facts, one.Fact)
		in := slices.Contains(one.Value, v)
		if one.Op == "ne" || one.Op == "not_in" {
			return !in && v != "unknown" // nothing is concluded from what nobody knows
		}
		return in
	})
}

// heldFrom returns when a step was first wanted: its trigger had come and its
// condition held.
func (c *course) heldFrom(d Cond, f firing) time.Time {
	facts := map[string]string{}
	i := 0
	for ; i < len(c.changes) && c.changes[i].n <= f.n; i++ {
		facts[c.changes[i].Name] = c.changes[i].Value
	}
	if c.holds(d, facts) {
		return f.since
	}
	for _, e := range c.changes[i:] {
		if facts[e.Name] = e.Value; c.holds(d, facts) {
			if e.At.After(f.since) {
				return e.At
			}
			return f.since
		}
	}
	return f.since
}

// found lists the facts that a condition asks for, each once.
func (c *course) found(d Cond) (out []Found) {
	if c.silent {
		return nil
	}
	subs := append(slices.Clone(d.All), d.Any...)
	if d.Not != nil {
		subs = append(subs, *d.Not)
	}
	for _, sub := range subs {
		for _, f := range c.found(sub) {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	if d.Fact != "" {
		said := c.facts[d.Fact]
		out = append(out, Found{d.Fact, c.value(d.Fact), (said == "" || said == "unknown") && c.m.Facts[d.Fact].UnknownAs != ""})
	}
	return out
}
