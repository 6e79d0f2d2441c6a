package manual

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/naungan/naungan/protocol"
)

func sameCond(a, b *protocol.Cond) bool { return reflect.DeepEqual(a.Unplaced(), b.Unplaced()) }

func at(path []string, keys ...string) []string { return append(slices.Clone(path), keys...) }

// cond writes a condition where it differs: lines and groups that stay keep their
// bytes. m is nil where it asks for the fields of a form and not for facts.
func (p *pen) cond(m *protocol.Manual, old, now *protocol.Cond, path []string) {
	switch {
	case sameCond(old, now):
	case now == nil:
		p.drop(path...)
	case old == nil:
		p.put(condOf(*now, m), path...)
	case len(old.All) > 0 && len(now.All) > 0:
		p.conds(m, old.All, now.All, at(path, "all"))
	case len(old.Any) > 0 && len(now.Any) > 0:
		p.conds(m, old.Any, now.Any, at(path, "any"))
	case old.Not != nil && now.Not != nil:
		p.cond(m, old.Not, now.Not, at(path, "not"))
	case old.Fact != "" && old.Fact == now.Fact:
		p.word(old.Op, now.Op, at(path, "op")...)
		if !slices.Equal(old.Value, now.Value) {
			p.put(condOf(*now, m).Value, at(path, "value")...)
		}
	default:
		p.put(condOf(*now, m), path...)
	}
}

func (p *pen) conds(m *protocol.Manual, old, now []protocol.Cond, path []string) {
	rows(p, old, now, path, writing[protocol.Cond]{
		same:   func(a, b protocol.Cond) bool { return sameCond(&a, &b) },
		change: func(a, b protocol.Cond, path []string) { p.cond(m, &a, &b, path) },
		whole:  func(c protocol.Cond) any { return condOf(c, m) },
	})
}

// writing says how the things of a list are written: whether two say the same, what
// differs of one, and one as a whole.
type writing[T any] struct {
	same   func(a, b T) bool
	change func(old, now T, path []string)
	whole  func(T) any
}

// rows writes a list: those that went are taken out, those that changed are changed
// where they stand, new ones follow at the end.
func rows[T any](p *pen, old, now []T, path []string, w writing[T]) {
	switch {
	case slices.EqualFunc(old, now, w.same):
		return
	case len(now) == 0:
		p.drop(path...)
		return
	case len(old) == 0:
		var all []any
		for _, x := range now {
			all = append(all, w.whole(x))
		}
		p.put(all, path...)
		return
	}
	// One that was taken out of the middle leaves the others where they are.
	for i := len(old) - 1; i >= 0 && len(old) > len(now); i-- {
		if !slices.ContainsFunc(now, func(n T) bool { return w.same(old[i], n) }) {
			p.drop(at(path, strconv.Itoa(i))...)
			old = slices.Delete(slices.Clone(old), i, i+1)
		}
	}
	for i := len(old) - 1; i >= len(now); i-- {
		p.drop(at(path, strconv.Itoa(i))...)
	}
	for i, x := range now {
		if i >= len(old) {
			p.put(w.whole(x), at(path, "+")...)
		} else if !w.same(old[i], x) {
			w.change(old[i], x, at(path, strconv.Itoa(i)))
		}
	}
}

func (p *pen) number(old, now int, path ...string) {
	if old != now {
		p.put(now, path...)
	}
}

// whens writes the deadlines that hold under a condition. A zero unit takes one out.
func (p *pen) whens(m *protocol.Manual, old, now []protocol.DeadlineWhen, path []string) {
	now = slices.DeleteFunc(slices.Clone(now), func(w protocol.DeadlineWhen) bool { return w.Unit == "" })
	rows(p, old, now, path, writing[protocol.DeadlineWhen]{
		same: func(a, b protocol.DeadlineWhen) bool {
			one := sameCond(&a.If, &b.If)
			a.If, b.If = protocol.Cond{}, protocol.Cond{}
			return one && reflect.DeepEqual(a, b)
		},
		change: func(a, b protocol.DeadlineWhen, path []string) {
			p.cond(m, &a.If, &b.If, at(path, "if"))
			p.number(a.Value, b.Value, at(path, "value")...)
			p.word(a.Unit, b.Unit, at(path, "unit")...)
			p.word(a.Basis, b.Basis, at(path, "basis")...)
			p.word(a.Certainty, b.Certainty, at(path, "certainty")...)
		},
		whole: func(w protocol.DeadlineWhen) any {
			return yamlWhen{condOf(w.If, m), w.Value, w.Unit, w.Basis, w.Certainty}
		},
	})
}

type yamlDecide struct {
	If   *yamlCond `yaml:"if,omitempty"`
	Then string    `yaml:"then,omitempty"`
	Else string    `yaml:"else,omitempty"`
}

func decideOf(d protocol.Decide, m *protocol.Manual) yamlDecide {
	out := yamlDecide{Then: d.Then, Else: d.Else}
	if d.If != nil {
		c := condOf(*d.If, m)
		out.If = &c
	}
	return out
}

// decides writes where the way goes on.
func (p *pen) decides(m *protocol.Manual, old, now []protocol.Decide, path []string) {
	rows(p, old, now, path, writing[protocol.Decide]{
		same: func(a, b protocol.Decide) bool {
			return sameCond(a.If, b.If) && a.Then == b.Then && a.Else == b.Else
		},
		change: func(a, b protocol.Decide, path []string) {
			if (a.If == nil) != (b.If == nil) {
				p.put(decideOf(b, m), path...)
				return
			}
			p.cond(m, a.If, b.If, at(path, "if"))
			p.word(a.Then, b.Then, at(path, "then")...)
			p.word(a.Else, b.Else, at(path, "else")...)
		},
		whole: func(d protocol.Decide) any { return decideOf(d, m) },
	})
}

type yamlTrack struct {
	What      protocol.Text `yaml:"what"`
	Value     int           `yaml:"value"`
	Unit      string        `yaml:"unit"`
	Anchor    string        `yaml:"anchor"`
	Basis     string        `yaml:"basis"`
	Certainty string        `yaml:"certainty"`
	Binding   string        `yaml:"binding,omitempty"`
	Refs      []string      `yaml:"refs,omitempty,flow"`
}

// tracks writes the clocks that other agencies own.
func (p *pen) tracks(old, now []protocol.Track, path []string) {
	rows(p, old, now, path, writing[protocol.Track]{
		same: func(a, b protocol.Track) bool {
			refs := slices.Equal(a.Refs, b.Refs)
			a.Refs, b.Refs = nil, nil
			return refs && reflect.DeepEqual(a, b)
		},
		change: func(a, b protocol.Track, path []string) {
			p.say(a.What, b.What, at(path, "what")...)
			p.number(a.Value, b.Value, at(path, "value")...)
			p.word(a.Unit, b.Unit, at(path, "unit")...)
			p.word(a.Anchor, b.Anchor, at(path, "anchor")...)
			p.word(a.Basis, b.Basis, at(path, "basis")...)
			p.word(a.Certainty, b.Certainty, at(path, "certainty")...)
			p.word(a.Binding, b.Binding, at(path, "binding")...)
			p.codes(a.Refs, b.Refs, at(path, "refs")...)
		},
		whole: func(t protocol.Track) any { return yamlTrack(t) },
	})
}
