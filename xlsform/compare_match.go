package xlsform

import (
	"slices"
	"strings"
)

// match pairs the items of both forms by the rules that Compare states.
func (c *comparer) match() {
	for _, f := range []*Form{c.old, c.new} {
		f.Walk(func(it, parent *Item) bool { c.parents[it] = parent; return true })
	}
	c.byName(c.old.Items, c.new.Items)
	for _, kind := range []Kind{Repeat, Group, Question} {
		c.moves(kind)
	}
	c.renames(c.left(c.old, c.to, isQuestion), c.left(c.new, c.from, isQuestion))
	c.paths["/"+localName(c.old.Name)] = "/" + localName(c.new.Name)
	c.old.Walk(func(it, _ *Item) bool {
		if n := c.to[it]; n != nil {
			c.paths[joinPath("", it.Path)] = joinPath("", n.Path)
		}
		return true
	})
}

func isQuestion(it *Item) bool { return it.Kind == Question }

func isGroup(it *Item) bool { return it.Kind != Question }

// byName pairs the items of two places by name, then renamed groups, and goes on inside.
func (c *comparer) byName(old, new []*Item) {
	named := map[string]*Item{}
	for _, n := range new {
		if c.from[n] == nil {
			named[n.Name] = n
		}
	}
	for _, o := range old {
		if n := named[o.Name]; n != nil && c.to[o] == nil && isQuestion(o) == isQuestion(n) {
			c.pair(o, n)
		}
	}
	free := func(items []*Item, other map[*Item]*Item) []*Item {
		return slices.DeleteFunc(slices.Clone(items), func(it *Item) bool { return other[it] != nil || isQuestion(it) })
	}
	c.renames(free(old, c.to), free(new, c.from))
}

func (c *comparer) pair(o, n *Item) {
	c.to[o], c.from[n] = n, o
	c.byName(o.Children, n.Children)
}

// left are the items of a form that have no partner, in order.
func (c *comparer) left(f *Form, other map[*Item]*Item, is func(*Item) bool) (out []*Item) {
	f.Walk(func(it, _ *Item) bool {
		if other[it] == nil && is(it) {
			out = append(out, it)
		}
		return true
	})
	return out
}

// moves pairs what has gone to another place under its own name.
func (c *comparer) moves(kind Kind) {
	is := func(it *Item) bool { return it.Kind == kind }
	key := func(it *Item) []string { return []string{it.Type + "\x00" + it.Name} }
	c.only(c.left(c.old, c.to, is), c.left(c.new, c.from, is), key, key)
}

// renames pairs what stands in the same place under another name.
func (c *comparer) renames(old, new []*Item) {
	// The place of an old item is told by the new group that its group became.
	place := func(it *Item) *Item {
		if up := c.parents[it]; up != nil {
			return c.to[up]
		}
		return nil
	}
	old = slices.DeleteFunc(old, func(it *Item) bool { return c.parents[it] != nil && place(it) == nil })
	c.only(old, new, func(it *Item) []string { return c.signs(c.old, it, place(it)) },
		func(it *Item) []string { return c.signs(c.new, it, c.parents[it]) })
}

// signs are what a renamed item is known by: place, kind, type and the label in each language; of a group also the names inside.
func (c *comparer) signs(f *Form, it, place *Item) []string {
	where := ""
	if place != nil {
		where = place.Path
	}
	start := strings.Join([]string{where, itoa(int(it.Kind)), it.Type, ""}, "\x00")
	var out []string
	for lang, text := range c.inLanguages(f, it, it.Label) {
		if text != "" {
			out = append(out, start+lang+"\x00"+text)
		}
	}
	if isGroup(it) && len(it.Children) > 0 {
		names := make([]string, len(it.Children))
		for i, k := range it.Children {
			names[i] = k.Name
		}
		slices.Sort(names)
		out = append(out, start+"\x00\x00"+strings.Join(names, "\x00"))
	}
	return out
}

// only pairs the items of both sides that have each other as their only candidate by any of their keys.
func (c *comparer) only(old, new []*Item, oldKeys, newKeys func(*Item) []string) {
	type side map[*Item]*Item // the one candidate; nil in the map when there are more
	a, b := side{}, side{}
	add := func(s side, it, other *Item) {
		if first, seen := s[it]; seen && first != other {
			s[it] = nil
			return
		}
		s[it] = other
	}
	index := map[string][]*Item{}
	for _, n := range new {
		for _, k := range newKeys(n) {
			index[k] = append(index[k], n)
		}
	}
	asked := map[string]int{} // a third old item tells nothing new of the new ones
	for _, o := range old {
		for _, k := range oldKeys(o) {
			for _, n := range index[k][:min(2, len(index[k]))] {
				add(a, o, n)
			}
			if asked[k]++; asked[k] > 2 {
				continue
			}
			for _, n := range index[k] {
				add(b, n, o)
			}
		}
	}
	for _, o := range old {
		if n := a[o]; n != nil && b[n] == o && c.to[o] == nil && c.from[n] == nil {
			c.pair(o, n)
		}
	}
}

// reordered are the new items that people meet in another order among those of their group, as few as explain the change.
func (c *comparer) reordered() map[*Item]bool {
	out := map[*Item]bool{}
	at := map[*Item]int{}
	i := 0
	c.old.Walk(func(it, _ *Item) bool { i++; at[it] = i; return true })
	look := func(items []*Item) {
		var stayed []*Item
		for _, n := range items {
			if o := c.from[n]; o != nil && n.Control.Element != "" && o.Control.Element != "" && c.samePlace(o, n) {
				stayed = append(stayed, n)
			}
		}
		for _, k := range outOfOrder(stayed, func(n *Item) int { return at[c.from[n]] }) {
			out[stayed[k]] = true
		}
	}
	look(c.new.Items)
	c.new.Walk(func(it, _ *Item) bool { look(it.Children); return true })
	return out
}

func (c *comparer) samePlace(o, n *Item) bool {
	a, b := c.parents[o], c.parents[n]
	return a == nil && b == nil || a != nil && b != nil && c.to[a] == b
}

// outOfOrder are the places of what must be taken out so that the rest rises: all but a longest rising row.
func outOfOrder[T any](items []T, rank func(T) int) (out []int) {
	var ends, before []int // place of the last of the best row of each length; place of the one before
	for i, it := range items {
		k, _ := slices.BinarySearchFunc(ends, rank(it), func(e, r int) int { return rank(items[e]) - r })
		before = append(before, -1)
		if k > 0 {
			before[i] = ends[k-1]
		}
		if k == len(ends) {
			ends = append(ends, i)
		}
		ends[k] = i
	}
	keep := map[int]bool{}
	if len(ends) > 0 {
		for i := ends[len(ends)-1]; i >= 0; i = before[i] {
			keep[i] = true
		}
	}
	for i := range items {
		if !keep[i] {
			out = append(out, i)
		}
	}
	return out
}
