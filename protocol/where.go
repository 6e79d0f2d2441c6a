package protocol

import (
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"
)

// ValidID tells whether a word can be the id of a step, stage, form, guard, role,
// consent or fact: what Check asks of each.
func ValidID(id string) bool { return idShape.MatchString(id) }

// Where returns the path of what a problem is about, as Edit takes it: things in
// lists by their id where they have one, else by their place. It is the value that
// stands where the problem was found, or the last that begins before; nil where
// none does, or where the manual was not read from a text.
func (m *Manual) Where(p Problem) (path []string) {
	if m.root == nil {
		return nil
	}
	before := func(n *yaml.Node) bool { return n.Line < p.Line || n.Line == p.Line && n.Column <= p.Column }
	line, column := m.root.Line, m.root.Column
	var at []string
	for in := m.root; in != nil; {
		var n *yaml.Node
		// Things stand in the text in their order: of those that begin before the place
		// only the last can hold it.
		for i := len(in.Content) - 1; i >= 0 && n == nil; i-- {
			sub := in.Content[i]
			switch {
			case in.Kind == yaml.MappingNode && i%2 == 0 || !before(sub):
				continue
			case in.Kind == yaml.SequenceNode:
				at = append(at, nameIn(sub, i))
			case in.Kind == yaml.MappingNode:
				at = append(at, in.Content[i-1].Value)
			}
			n = sub
		}
		if n != nil && len(at) > 0 && (path == nil || n.Line > line || n.Line == line && n.Column > column) {
			line, column, path = n.Line, n.Column, at[:len(at):len(at)]
		}
		in = n
	}
	return path
}

// nameIn is how Edit finds a thing in a list.
func nameIn(n *yaml.Node, place int) string {
	if id := child(n, "id"); id != nil && id.Kind == yaml.ScalarNode && ValidID(id.Value) {
		return id.Value
	}
	return strconv.Itoa(place)
}

// mostValues bounds the values that WaitsFor tries.
const mostValues = 20_000

// WaitsFor lists the facts that keep a condition from holding while nobody knows
// them, although some answer would make it hold: what waits for the condition does
// not begin until they are known. A fact whose unknown_as says what it counts as is
// none. Where there are too many answers to try, a fact is taken to be one.
func (m *Manual) WaitsFor(d Cond) (out []string) {
	var facts []string
	seen := map[string]bool{}
	d.each(func(c Cond) {
		if _, known := m.Facts[c.Fact]; known && !seen[c.Fact] {
			seen[c.Fact] = true
			facts = append(facts, c.Fact)
		}
	})
	for _, f := range facts {
		if m.Facts[f].UnknownAs == "" && m.waits(d, f, facts) {
			out = append(out, f)
		}
	}
	return out
}

// waits tells whether, for some answers to the others, the condition holds by an
// answer to one fact and not while it is unknown.
func (m *Manual) waits(d Cond, fact string, facts []string) bool {
	k, set, tries := &course{m: m}, map[string]string{}, 0
	var try func(i int) bool
	try = func(i int) bool {
		if tries++; tries > mostValues {
			return true
		}
		if i == len(facts) {
			set[fact] = "unknown"
			if k.holds(d, set) {
				return false
			}
			for _, v := range m.Facts[fact].Answers() {
				if set[fact] = v; v != "unknown" && k.holds(d, set) {
					return true
				}
			}
			return false
		}
		if facts[i] == fact {
			return try(i + 1)
		}
		for _, v := range append(slices.Clone(m.Facts[facts[i]].Answers()), "unknown") {
			if set[facts[i]] = v; try(i + 1) {
				return true
			}
		}
		return false
	}
	return try(0)
}

// each visits the comparisons of a condition.
func (d Cond) each(visit func(Cond)) {
	for _, sub := range d.All {
		sub.each(visit)
	}
	for _, sub := range d.Any {
		sub.each(visit)
	}
	if d.Not != nil {
		d.Not.each(visit)
	}
	if d.Fact != "" {
		visit(d)
	}
}

// Named returns what a thing of a part (steps, forms, facts, roles, consents, stages,
// sources) is called, its id in brackets behind: "Terima laporan (A1)". What has no
// name is its id.
func (m *Manual) Named(part, id string) Text {
	t := Text{}
	switch part {
	case "steps":
		if s := m.Step(id); s != nil {
			t = s.Title
		}
	case "forms":
		t = m.Forms[id].Title
	case "facts":
		t = m.Facts[id].Label
	case "roles":
		t = Text{m.Roles[id].ID, m.Roles[id].EN}
	case "consents":
		t = Text{m.Consents[id].ID, m.Consents[id].EN}
	case "sources":
		t = Text{m.Sources[id].Title, m.Sources[id].EN}
	case "stages":
		for _, s := range m.Stages {
			if s.ID == id {
				t = s.Title
			}
		}
	}
	if t.ID == "" {
		return Text{id, id}
	}
	return Text{t.In("id") + " (" + id + ")", t.In("en") + " (" + id + ")"}
}

// named is what a field is called, its id in brackets behind.
func (f Field) named() Text {
	if f.Label.ID == "" {
		return Text{f.ID, f.ID}
	}
	return Text{f.Label.In("id") + " (" + f.ID + ")", f.Label.In("en") + " (" + f.ID + ")"}
}
