package xlsform

import (
	"slices"
	"strings"
)

// offered is what a question offers from a list of the form.
type offered struct {
	names  []string
	byName map[string]*Choice
}

func (f *Form) offered(it *Item) offered {
	out := offered{byName: map[string]*Choice{}}
	if it.Choices == nil {
		return out
	}
	if l := f.List(it.Choices.List); l != nil {
		for _, ch := range l.Choices {
			if out.byName[ch.Name] == nil {
				out.byName[ch.Name] = ch
				out.names = append(out.names, ch.Name)
			}
		}
	}
	return out
}

// choices notes what changed of the answers a question offers. Where the answers come from a file, only a change of the file's name
// can be seen.
func (c *comparer) choices(o, n *Item) {
	if o.Choices == nil || n.Choices == nil {
		return
	}
	say := func(code, old, new string) {
		if old != new {
			c.note(n, Change{Code: code, Path: n.Path, OldPath: o.Path, Old: old, New: new})
		}
	}
	say("choice-source", c.source(o, c.oldExpr), c.source(n, newExpr))
	if a, b := c.oldExpr(o, o.Choices.Filter), newExpr(n, n.Choices.Filter); a != b {
		say("choice-filter", o.Choices.Filter, n.Choices.Filter)
	}
	random := func(it *Item) string {
		if it.Choices.Randomize {
			return "randomize"
		}
		return ""
	}
	say("choice-random", random(o), random(n))
	if o.Choices.List == "" || n.Choices.List == "" {
		return
	}
	c.listChange(o, n)
}

func (c *comparer) source(it *Item, expr func(*Item, string) string) string {
	ch := it.Choices
	switch {
	case ch.File != "":
		return ch.File
	case ch.Repeat != "":
		return expr(it, ch.Repeat) + " " + ch.Value
	case ch.List == "":
		return ch.Nodeset
	}
	return ""
}

// listPair is a list of the old form and one of the new, and what else of two questions decides how a change of them is told.
type listPair struct {
	old, new               string
	rank, filtered, random bool
}

// listChange notes what changed between the lists of two questions. Questions share lists: what is found once is told of all of them,
// unless a label holds an answer, whose path is told as seen from the question.
func (c *comparer) listChange(o, n *Item) {
	pair := listPair{o.Choices.List, n.Choices.List, n.Type == "rank", n.Choices.Filter != "", o.Choices.Randomize && n.Choices.Randomize}
	found, known := c.lists[pair]
	if !known {
		a, b := c.old.offered(o), c.new.offered(n)
		found = c.compareLists(o, n, a, b)
		if !a.answers() && !b.answers() {
			c.lists[pair] = found
		}
	}
	for _, ch := range found {
		ch.Path, ch.OldPath = n.Path, o.Path
		c.note(n, ch)
	}
}

// answers tells whether a label of the choices holds an answer.
func (l offered) answers() bool {
	for _, ch := range l.byName {
		for _, tr := range ch.Label.Translations {
			if slices.ContainsFunc(tr.Value, func(p Piece) bool { return p.Output != "" }) {
				return true
			}
		}
	}
	return false
}

// compareLists gives the changes of a list, without the paths of the question.
func (c *comparer) compareLists(o, n *Item, a, b offered) (found []Change) {
	tell := func(code, choice, lang, old, new string) {
		found = append(found, Change{Code: code, Choice: choice, Language: lang, Old: old, New: new})
	}
	labels := map[string]bool{} // of the old choices, by language
	for _, ch := range a.byName {
		for lang, text := range c.inLanguages(c.old, o, ch.Label) {
			labels[lang+"\x00"+text] = true
		}
	}
	prefix := ""
	if n.Type == "rank" {
		prefix = "rank-"
	}
	renamed := c.choiceRenames(o, n, a, b)
	for _, name := range b.names {
		switch before := renamed[name]; {
		case before != "":
			tell("choice-renamed", name, "", before, name)
		case a.byName[name] == nil:
			tell(prefix+"choice-added", name, "", "", c.anyLabel(c.new, n, b.byName[name]))
		default:
			c.choiceLabels(o, n, a.byName[name], b.byName[name], labels, tell)
		}
	}
	gone := map[string]bool{}
	for _, before := range renamed {
		gone[before] = true
	}
	for _, name := range a.names {
		if b.byName[name] == nil && !gone[name] {
			tell(prefix+"choice-removed", name, "", c.anyLabel(c.old, o, a.byName[name]), "")
		}
	}
	c.choiceOrder(o, n, a, b, renamed, tell)
	return found
}

// choiceRenames gives the old name of choices that kept a label but not their name; where two could be meant, none is taken.
func (c *comparer) choiceRenames(o, n *Item, a, b offered) map[string]string {
	labels := func(f *Form, it *Item, all, others offered) map[string][]string {
		out := map[string][]string{}
		for _, name := range all.names {
			if others.byName[name] == nil {
				for lang, text := range c.inLanguages(f, it, all.byName[name].Label) {
					out[lang+"\x00"+text] = append(out[lang+"\x00"+text], name)
				}
			}
		}
		return out
	}
	before, after := labels(c.old, o, a, b), labels(c.new, n, b, a)
	out, taken, bad := map[string]string{}, map[string]string{}, map[string]bool{}
	for _, key := range sortedKeys(after) {
		for _, x := range before[key] {
			for _, y := range after[key] {
				if out[y] != "" && out[y] != x || taken[x] != "" && taken[x] != y {
					bad[x], bad[y] = true, true
				}
				out[y], taken[x] = x, y
			}
		}
	}
	for y, x := range out {
		if bad[x] || bad[y] || taken[x] != y {
			delete(out, y)
		}
	}
	return out
}

// choiceLabels notes changed labels of a choice; one that now bears the label of another old choice may have changed places with it.
func (c *comparer) choiceLabels(o, n *Item, before, after *Choice, labels map[string]bool, tell func(code, choice, lang, old, new string)) {
	name := after.Name
	c.texts(o, n, before.Label, after.Label, func(lang, old, new string, translation bool) {
		code := "choice-label"
		if new != "" && labels[lang+"\x00"+new] { // not its own: that one is old
			code = "choice-swapped"
		}
		if translation {
			code = "translation"
		}
		tell(code, name, lang, old, new)
	})
	if x, y := c.mediaOf(c.old, before.Label), c.mediaOf(c.new, after.Label); x != y {
		tell("choice-label", name, "", x, y)
	}
	if x, y := attrsText(before.Extra), attrsText(after.Extra); x != y && n.Choices.Filter != "" {
		tell("choice-column", name, "", x, y)
	}
}

// choiceOrder notes another order of the choices that stayed, unless chance orders them anyway.
func (c *comparer) choiceOrder(o, n *Item, a, b offered, renamed map[string]string, tell func(code, choice, lang, old, new string)) {
	if o.Choices.Randomize && n.Choices.Randomize {
		return
	}
	at := map[string]int{}
	for i, name := range a.names {
		at[name] = i + 1
	}
	was := func(name string) int {
		if before := renamed[name]; before != "" {
			name = before
		}
		return at[name]
	}
	stayed := slices.DeleteFunc(slices.Clone(b.names), func(name string) bool { return was(name) == 0 })
	if !slices.IsSortedFunc(stayed, func(x, y string) int { return was(x) - was(y) }) {
		tell("choice-order", "", "", strings.Join(a.names, " "), strings.Join(b.names, " "))
	}
}

// anyLabel is a choice's label in the form's default language, else in the first that has it.
func (c *comparer) anyLabel(f *Form, it *Item, ch *Choice) string {
	texts := c.inLanguages(f, it, ch.Label)
	if s := texts[f.DefaultLanguage]; s != "" {
		return s
	}
	for _, lang := range sortedKeys(texts) {
		return texts[lang]
	}
	return ""
}
