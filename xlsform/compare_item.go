package xlsform

import (
	"slices"
	"strings"
)

// item notes what changed of an item that both forms have.
func (c *comparer) item(o, n *Item, reordered bool) {
	say := func(code, old, new string) {
		if old != new {
			c.note(n, Change{Code: code, Path: n.Path, OldPath: o.Path, Old: old, New: new})
		}
	}
	c.place(o, n, reordered)
	c.kindAndType(o, n)
	expr := func(code, old, new string) {
		if c.oldExpr(o, old) != newExpr(n, new) {
			say(code, old, new)
		}
	}
	expr("relevant", o.Bind.Relevant, n.Bind.Relevant)
	expr("constraint", o.Bind.Constraint, n.Bind.Constraint)
	expr("required", truthless(o.Bind.Required), truthless(n.Bind.Required))
	if o.Type == n.Type {
		expr("readonly", truthless(o.Bind.ReadOnly), truthless(n.Bind.ReadOnly))
	}
	if n.Control.Element == "" && n.Kind == Question {
		expr("calculation", o.Bind.Calculate, n.Bind.Calculate)
	} else {
		expr("prefill", o.Bind.Calculate, n.Bind.Calculate)
	}
	expr("repeat-count", o.Count, n.Count)
	say("default", o.Default, n.Default)
	if a, b := c.actionsOf(o, c.oldExpr), c.actionsOf(n, func(it *Item, s string) string { return newExpr(it, s) }); a != b {
		say("actions", a, b)
	}
	say("preload", o.Bind.Preload+" "+o.Bind.PreloadParams, n.Bind.Preload+" "+n.Bind.PreloadParams)
	c.look(o, n, say)
	say("save-to", saves(o), saves(n))
	c.wording(o, n)
	c.choices(o, n)
}

// truthless leaves out an outspoken "no", which means the same as nothing.
func truthless(expr string) string {
	if strings.TrimSpace(expr) == "false()" {
		return ""
	}
	return expr
}

// place notes renames and moves.
func (c *comparer) place(o, n *Item, reordered bool) {
	ch := Change{Path: n.Path, OldPath: o.Path, Old: o.Name, New: n.Name}
	switch {
	case o.Name != n.Name:
		ch.Code = "question-renamed"
		if isGroup(n) {
			ch.Code = "group-renamed"
		}
		a, b := c.inLanguages(c.old, o, o.Label), c.inLanguages(c.new, n, n.Label)
		for _, lang := range sortedKeys(a) {
			if a[lang] != "" && a[lang] == b[lang] {
				ch.Reason = lang
				break
			}
		}
	case !c.samePlace(o, n):
		ch.Old, ch.New = parentPath(o.Path), parentPath(n.Path)
		ch.Code = "moved"
		if before, after := c.repeatAround(o), c.repeatAround(n); before != nil && c.to[before] != after || before == nil && after != nil {
			ch.Code = "moved-repeat"
		}
	case reordered:
		ch.Code, ch.Old, ch.New = "reordered", "", ""
	default:
		return
	}
	c.note(n, ch)
}

// repeatAround is the repeat that an item stands in, nil if none.
func (c *comparer) repeatAround(it *Item) *Item {
	for up := c.parents[it]; up != nil; up = c.parents[up] {
		if up.Kind == Repeat {
			return up
		}
	}
	return nil
}

func (c *comparer) kindAndType(o, n *Item) {
	ch := Change{Path: n.Path, OldPath: o.Path, Old: o.Type, New: n.Type}
	switch {
	case o.Kind == Group && n.Kind == Repeat:
		ch.Code, ch.Old, ch.New = "repeat-made", "", ""
	case o.Kind == Repeat && n.Kind == Group:
		ch.Code, ch.Old, ch.New = "repeat-undone", "", ""
	case o.Type != n.Type:
		ch.Code, ch.Reason = "type", typeChange(o.Type, n.Type)
		ch.Verdict = ExplainChange(ch.Reason).Verdict
	case o.Bind.Type != n.Bind.Type && (o.Bind.Type != "" || n.Bind.Type != "string") && (o.Bind.Type != "string" || n.Bind.Type != ""):
		ch.Code, ch.Old, ch.New = "data-type", o.Bind.Type, n.Bind.Type
	default:
		return
	}
	c.note(n, ch)
}

// look notes appearance and parameters: of a range, start and end are the scale itself.
func (c *comparer) look(o, n *Item, say func(code, old, new string)) {
	code := "appearance"
	if n.Choices != nil || n.Type == "range" {
		code = "appearance-choices"
	}
	say(code, o.Control.Appearance, n.Control.Appearance)
	if n.Type == "range" && o.Type == "range" {
		a, b := o.Control.Extra, n.Control.Extra
		say("scale", attrOf(a, "start")+"–"+attrOf(a, "end"), attrOf(b, "start")+"–"+attrOf(b, "end"))
		say("scale-step", attrOf(a, "step"), attrOf(b, "step"))
	}
	rest := func(it *Item) string {
		all := slices.Concat(it.Control.Extra, it.Bind.Extra, it.Attrs, []Attr{{"mediatype", it.Control.MediaType}})
		return attrsText(slices.DeleteFunc(all, func(a Attr) bool {
			return a.Value == "" || it.Type == "range" && slices.Contains([]string{"start", "end", "step"}, a.Name)
		}))
	}
	if o.Type == n.Type {
		say("parameters", rest(o), rest(n))
	}
}

func attrOf(attrs []Attr, name string) string {
	for _, a := range attrs {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

func attrsText(attrs []Attr) string {
	attrs = slices.SortedFunc(slices.Values(attrs), byName)
	out := make([]string, len(attrs))
	for i, a := range attrs {
		out[i] = a.Name + "=" + a.Value
	}
	return strings.Join(out, " ")
}

func saves(it *Item) string {
	out := make([]string, len(it.SaveTo))
	for i, s := range it.SaveTo {
		out[i] = s.List + "#" + s.Property
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// actionsOf writes an item's actions in one line, in an order of its own.
func (c *comparer) actionsOf(it *Item, expr func(*Item, string) string) string {
	var out []string
	for _, a := range it.Actions {
		parts := []string{a.Element, strings.Join(a.Events, " ")}
		if a.Trigger != "" {
			parts = append(parts, expr(it, a.Trigger))
		}
		out = append(out, strings.Join(append(parts, expr(it, a.Value), attrsText(a.Extra)), " "))
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
