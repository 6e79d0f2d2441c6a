package xlsform

import (
	"slices"
	"strings"
)

// manner is how a reference becomes a path.
type manner struct {
	current bool // the expression stands in a predicate: "." is not the question, so paths begin at current()
	parent  bool // of a select from a repeat's answers: relative to the parent of the repeat, so that a predicate can follow
}

var (
	plain               = manner{}
	predicate           = manner{current: true}
	parentwise          = manner{parent: true}
	parentwisePredicate = manner{true, true}
)

// index notes every item by its name.
func (c *compiler) index() {
	c.form.Walk(func(it, _ *Item) bool {
		c.byName[it.Name] = append(c.byName[it.Name], it)
		return true
	})
	for _, it := range c.form.Meta {
		c.byName[it.Name] = append(c.byName[it.Name], it)
	}
}

// references turns every ${reference} of the form into a path, and labels into pieces of text and answers.
func (c *compiler) references() {
	c.form.Walk(func(it, _ *Item) bool {
		c.itemReferences(it)
		return true
	})
	for _, l := range c.form.Lists {
		for _, ch := range l.Choices {
			c.textReferences(&ch.Label, nil, at{sheet: "choices", row: ch.Row}, nil, "label")
		}
	}
	for _, it := range c.form.Meta {
		b, p := &it.Bind, at{sheet: "settings", row: c.set.row}
		if it.Name == "instanceName" {
			if f := c.set.field("instance_name"); f != nil {
				p.col, p.found = f.col, f.text
			}
		}
		b.Calculate = c.resolve(b.Calculate, it, p, plain)
	}
}

func (c *compiler) itemReferences(it *Item) {
	rec := c.records[it]
	if rec == nil {
		rec = &record{}
	}
	b := &it.Bind
	for key, text := range map[string]*string{"required": &b.Required, "readonly": &b.ReadOnly, "relevant": &b.Relevant,
		"constraint": &b.Constraint, "calculate": &b.Calculate} {
		if *text != "" {
			*text = c.resolve(*text, it, in(rec, rec.field("bind::"+key)), plain)
		}
	}
	for i := range b.Extra {
		b.Extra[i].Value = c.resolve(b.Extra[i].Value, it, in(rec, rec.field("bind::"+b.Extra[i].Name)), plain)
	}
	for i := range it.Control.Extra {
		e := &it.Control.Extra[i]
		e.Value = c.resolve(e.Value, it, in(rec, first2(rec.field("control::"+e.Name), rec.field(e.Name))), plain)
	}
	for i := range it.Attrs {
		a := &it.Attrs[i]
		a.Value = c.resolve(a.Value, it, in(rec, rec.field("instance::"+a.Name)), plain)
	}
	it.Control.Appearance = c.resolve(it.Control.Appearance, it, in(rec, rec.field("control::appearance")), plain)
	if it.Count != "" {
		it.Count = c.resolve(it.Count, it, in(rec, rec.field("control::jr:count")), plain)
	}
	for i := range it.Actions {
		it.Actions[i].Value = c.resolve(it.Actions[i].Value, it, in(rec, rec.field("default")), plain)
	}
	for key, t := range map[string]*Text{"label": &it.Label, "hint": &it.Hint, "guidance_hint": &it.Guidance,
		"bind::jr:requiredMsg": &b.RequiredMessage, "bind::jr:constraintMsg": &b.ConstraintMessage, "bind::jr:noAppErrorString": &b.NoAppMessage} {
		c.textReferences(t, it, in(rec, nil), rec, key)
	}
}

func first2(a, b *field) *field {
	if a != nil {
		return a
	}
	return b
}

// textReferences splits a text in all its languages where it shows an answer.
func (c *compiler) textReferences(t *Text, it *Item, p at, rec *record, key string) {
	for i := range t.Translations {
		tr := &t.Translations[i]
		for j := range tr.Media {
			m, where := &tr.Media[j], p
			if rec == nil {
				where = c.inChoiceText(p.row, "media::"+m.Kind, tr.Language, m.File)
			} else if strings.Contains(m.File, "${") {
				where = in(rec, rec.said("media::"+m.Kind, m.File))
			}
			m.File = c.pieces(m.File, it, where).String()
		}
		if len(tr.Value) != 1 {
			continue
		}
		text := tr.Value[0].Text
		where := p
		if rec == nil {
			where = c.inChoiceText(p.row, key, tr.Language, text)
		} else if strings.Contains(text, "${") {
			where = in(rec, rec.said(key, text))
		}
		tr.Value = c.pieces(text, it, where)
	}
}

func (c *compiler) pieces(text string, it *Item, p at) Value {
	found, bad := marks(text)
	if bad != "" {
		c.fault("reference-form", p, "reference", bad)
		return Value{{Text: text}}
	}
	var v Value
	from := 0
	show := func(start, end int, path string) {
		if start > from {
			v = append(v, Piece{Text: text[from:start]})
		}
		v, from = append(v, Piece{Output: path}), end
	}
	for from < len(text) {
		start, end := instanceExpression(text, from)
		for len(found) > 0 && found[0].start < start {
			m := found[0]
			show(m.start, m.end, c.target(m, text, it, p, plain))
			found = found[1:]
		}
		if start == len(text) {
			break
		}
		for len(found) > 0 && found[0].start < end {
			found = found[1:]
		}
		show(start, end, c.resolve(text[start:end], it, p, plain))
	}
	if from < len(text) || len(v) == 0 {
		v = append(v, Piece{Text: text[from:]})
	}
	return v
}

// resolve replaces the references of an expression by paths, with a space on both sides.
func (c *compiler) resolve(text string, it *Item, p at, how manner) string {
	if len(text) > c.opts.Limits.Expression {
		c.fault("expression-too-long", p, "limit", itoa(c.opts.Limits.Expression))
		return ""
	}
	found, bad := marks(text)
	if bad != "" {
		c.fault("reference-form", p, "reference", bad)
		return text
	}
	if len(found) == 0 {
		return text
	}
	var b strings.Builder
	from := 0
	for _, m := range found {
		b.WriteString(text[from:m.start])
		b.WriteString(c.target(m, text, it, p, how))
		from = m.end
	}
	b.WriteString(text[from:])
	return b.String()
}

// target is the path of one reference, seen from an item (nil: from nowhere in particular).
func (c *compiler) target(m mark, text string, from *Item, p at, how manner) string {
	to := c.named(m.name, p)
	if to == nil {
		return "${" + m.name + "}"
	}
	if m.lastSaved {
		if p.sheet == "survey" && savedColumn(p.col) {
			c.lastSaved = true
		}
		return " instance('__last-saved')" + to.Path + " "
	}
	// The first argument of indexed-repeat() and every repeat named in it must be absolute; the numbers between are as elsewhere.
	if m.argument >= 0 && (m.argument == 0 || m.argument%2 == 1) {
		return " " + to.Path + " "
	}
	if m.inside > 0 && strings.Contains(text, "instance(") {
		how.current = true
	}
	if rel := c.relative(from, to, how); rel != "" {
		if how.current {
			rel = "current()/" + rel
		}
		return " " + rel + " "
	}
	return " " + to.Path + " "
}

// savedColumn tells the columns from which the instance of the last saved form is declared.
func savedColumn(col *column) bool {
	if col == nil {
		return false
	}
	switch col.key {
	case "bind::calculate", "bind::constraint", "bind::readonly", "bind::required", "bind::relevant", "choice_filter", "default":
		return true
	}
	return false
}

// named finds the item that a reference names; it tells one that nobody or that several are called.
func (c *compiler) named(name string, p at) *Item {
	items := c.byName[name]
	switch len(items) {
	case 1:
		return items[0]
	case 0:
		c.fault("reference-unknown", p, "name", name, "near", c.namesLike(name))
	default:
		c.fault("reference-ambiguous", p, "name", name, "rows", rowsOf(items))
	}
	return nil
}

func rowsOf(items []*Item) string {
	var rows []string
	for _, it := range items {
		rows = append(rows, itoa(it.Row))
	}
	return strings.Join(rows, ", ")
}

// relative is the path from one item to another inside a repeat that both stand in; "" when they share none, where only an
// absolute path can be meant.
func (c *compiler) relative(from, to *Item, how manner) string {
	if from == nil {
		return ""
	}
	source, target := c.ancestors(from), c.ancestors(to)
	var common, repeat *Item // nearest shared ancestor of any kind, and nearest shared repeat
	for _, a := range source {
		if !slices.Contains(target, a) {
			continue
		}
		if common == nil {
			common = a
		}
		if repeat == nil && a.Kind == Repeat {
			repeat = a
		}
	}
	if repeat == nil {
		return ""
	}
	base := common.Path
	steps := slices.Index(source, common) + 1
	if how.parent && c.fromParent(repeat, source, target) {
		base, steps = c.pathOf(c.parents[repeat]), slices.Index(source, repeat)+2
	}
	return strings.Repeat("../", steps) + strings.TrimPrefix(to.Path, base+"/")
}

// fromParent decides whether answers are offered from all of the shared repeat, rather than from the one that is being
// filled in: when they stand in it directly, and the select stands in a repeat within it or the repeat in no other.
func (c *compiler) fromParent(repeat *Item, source, target []*Item) bool {
	outer := slices.ContainsFunc(c.ancestors(repeat), isRepeat)
	return nearestRepeat(target) == repeat && (!outer || nearestRepeat(source) != repeat)
}

func isRepeat(it *Item) bool { return it.Kind == Repeat }

func nearestRepeat(items []*Item) *Item {
	if i := slices.IndexFunc(items, isRepeat); i >= 0 {
		return items[i]
	}
	return nil
}

// ancestors are the groups and repeats around an item, the nearest first.
func (c *compiler) ancestors(it *Item) []*Item {
	var out []*Item
	for p := c.parents[it]; p != nil; p = c.parents[p] {
		out = append(out, p)
	}
	return out
}
