package xlsform

import (
	"slices"
	"strings"
)

// newItem makes an item from a row: its name checked, its texts, bindings and control as the columns say.
func (c *compiler) newItem(rec *record, k Kind, top *frame) *Item {
	it := &Item{Kind: k, Name: rec.get("name"), Row: rec.row}
	c.records[it] = rec
	c.checkName(it, rec, top)
	it.Label = c.text(rec, "label", true)
	it.Hint = c.text(rec, "hint", false)
	it.Guidance = c.text(rec, "guidance_hint", false)
	c.checkMedia(it.Label, in(rec, nil), it.Name)
	if f := rec.field("media"); f != nil {
		c.fault("media-kind", in(rec, f))
	}
	c.bind(it, rec)
	for _, f := range rec.under("control::") {
		switch name := strings.TrimPrefix(f.col.key, "control::"); name {
		case "appearance":
			it.Control.Appearance = f.text
		case "mediatype":
			it.Control.MediaType = f.text
		case "jr:count":
		default:
			c.attribute(&it.Control.Extra, in(rec, &f), f.col.key, "control::", f.text)
		}
	}
	for _, f := range rec.under("instance::") {
		c.attribute(&it.Attrs, in(rec, &f), f.col.key, "instance::", f.text)
	}
	return it
}

// writable tells whether a name may stand in the XML: it is one, and its prefix, if any, is declared.
func (c *compiler) writable(name string) bool {
	prefix, _, found := strings.Cut(name, ":")
	declared := usualPrefix[prefix] || slices.ContainsFunc(c.form.Namespaces, func(a Attr) bool { return a.Name == prefix })
	return isName(name) && (!found || declared) && name != "xmlns" && prefix != "xmlns"
}

// reserved are the attributes that the form itself writes on every element of their kind: twice, they would break the XML.
var reserved = set("bind::nodeset control::ref control::nodeset instance::jr:template attribute::id")

// attribute takes an attribute from a column of its own; one that would make the XML unreadable is left out, with a warning.
func (c *compiler) attribute(to *[]Attr, p at, key, group, text string) {
	name := strings.ReplaceAll(strings.TrimPrefix(key, group), "::", ":")
	if reserved[group+name] {
		c.fault("attribute-reserved", p, "name", name)
		return
	}
	if !c.writable(name) {
		prefix, _, found := strings.Cut(name, ":")
		if !found || !isName(name) {
			prefix = "" // it is not the prefix that is wrong
		}
		c.fault("attribute-name", p, "name", name, "prefix", prefix)
		return
	}
	*to = with(*to, name, text)
}

func (c *compiler) checkName(it *Item, rec *record, top *frame) {
	f := rec.field("name")
	switch {
	case f == nil && it.Kind == Question && squeeze(rec.get("type")) == "note":
		it.Name = "generated_note_name_" + itoa(rec.row)
	case f == nil:
		c.fault("name-missing", in(rec, rec.field("type")), "kind", it.Kind.word())
		it.Name = "unnamed_" + itoa(rec.row)
	case !c.writable(it.Name):
		c.fault("name-invalid", in(rec, f), "suggestion", suggestName(it.Name))
	case it.Name == "meta":
		c.fault("name-meta", in(rec, f))
	}
	c.nameOnce(it.Name, rec, top)
}

// suggestName makes a name of what was meant as one.
func suggestName(s string) string {
	var b strings.Builder
	for i, r := range strings.TrimSpace(s) {
		switch {
		case nameStart(r) || i > 0 && nameMore(r):
			b.WriteRune(r)
		case i == 0 && nameMore(r):
			b.WriteRune('_')
			b.WriteRune(r)
		default:
			b.WriteRune('_')
		}
	}
	return b.String()
}

// bind takes the columns of the group "bind", the usual ones by name.
func (c *compiler) bind(it *Item, rec *record) {
	b := &it.Bind
	for _, f := range rec.under("bind::") {
		switch name := strings.TrimPrefix(f.col.key, "bind::"); name {
		case "required":
			b.Required = truth(f.text)
		case "readonly":
			b.ReadOnly = truth(f.text)
		case "relevant":
			b.Relevant = truth(f.text)
		case "constraint":
			b.Constraint = truth(f.text)
		case "calculate":
			b.Calculate = truth(f.text)
		case "type":
			b.Type = f.text
		case "jr:preload":
			b.Preload = f.text
		case "jr:preloadParams":
			b.PreloadParams = f.text
		case "jr:requiredMsg", "jr:constraintMsg", "jr:noAppErrorString", "entities:saveto":
		default:
			c.attribute(&b.Extra, in(rec, &f), f.col.key, "bind::", f.text)
		}
	}
	b.RequiredMessage = c.text(rec, "bind::jr:requiredMsg", false)
	b.ConstraintMessage = c.text(rec, "bind::jr:constraintMsg", false)
	b.NoAppMessage = c.text(rec, "bind::jr:noAppErrorString", false)
	for _, f := range rec.under("bind::entities:saveto") {
		c.saveTo(it, rec, f)
	}
}

// question takes a row that is neither a begin nor an end.
func (c *compiler) question(rec *record, kind *field, words string, top *frame) {
	if words == "csv-external" || words == "xml-external" {
		c.externalInstance(rec, words, top)
		return
	}
	if words == "audit" {
		c.audit(rec)
		return
	}
	if s, rest, found := selectType(words); found {
		c.selectRow(rec, kind, s.name, s.file, rest, top)
		return
	}
	t, found := questionTypes[words]
	if !found {
		c.unknownType(rec, kind, words)
		t = questionTypes["text"]
	}
	it := c.newItem(rec, Question, top)
	it.Type, it.Control.Element, it.Control.MediaType = t.name, t.element, first(it.Control.MediaType, t.mediaType)
	b := &it.Bind
	b.Type, b.ReadOnly, b.Constraint = first(b.Type, t.bind), first(b.ReadOnly, t.readOnly), first(b.Constraint, t.constraint)
	b.Preload, b.PreloadParams = first(b.Preload, t.preload), first(b.PreloadParams, t.preloadWhat)
	if it.Hint.Empty() && t.hint != "" {
		it.Hint = Text{[]Translation{{Value: Value{{Text: t.hint}}}}}
	}
	c.hang(it, top)
	c.parameters(it, rec, words)
	c.initial(it, rec, top)
	c.trigger(it, rec)
	c.special(it, rec)
}

// unknownType tells a type nobody knows, with the nearest one there is.
func (c *compiler) unknownType(rec *record, kind *field, words string) {
	var names []string
	for n := range questionTypes {
		names = append(names, n)
	}
	names = append(names, "begin group", "end group", "begin repeat", "end repeat", "select_one", "select_multiple", "rank", "audit",
		"csv-external", "xml-external")
	near := nearest(words, sorted(names))
	if near == "" {
		head, _, _ := strings.Cut(words, " ")
		near = nearest(head, []string{"select_one", "select_multiple", "rank"})
	}
	code := "type-unknown"
	if near != "" {
		code = "type-misspelt"
	}
	if leftOut[strings.Fields(words)[0]] || strings.HasPrefix(words, "begin loop") || strings.HasPrefix(words, "begin_loop") {
		code = "type-left-out"
	}
	c.fault(code, in(rec, kind), "near", near)
}

var leftOut = set("osm begin_loop end_loop")

func sorted(names []string) []string { slices.Sort(names); return names }

// special holds what only single types ask for.
func (c *compiler) special(it *Item, rec *record) {
	switch it.Type {
	case "calculate":
		if it.Bind.Calculate == "" && !hasEvent(it, "odk-instance-first-load") {
			c.fault("calculation-missing", in(rec, nil), "name", it.Name)
		}
	case "simserial", "subscriberid":
		c.fault("type-deprecated", in(rec, rec.field("type")))
	case "start-geopoint":
		it.Actions = append(it.Actions, Action{Element: "odk:setgeopoint", Events: []string{"odk-instance-first-load"}})
	case "background-geopoint":
		if rec.field("trigger") == nil {
			c.fault("background-geopoint-trigger", in(rec, nil), "name", it.Name)
		}
		if f := rec.field("bind::calculate"); f != nil {
			c.fault("background-geopoint-calculation", in(rec, f), "name", it.Name)
		}
	}
}

func hasEvent(it *Item, event string) bool {
	return slices.ContainsFunc(it.Actions, func(a Action) bool { return slices.Contains(a.Events, event) })
}

// initial takes the default: a fixed value stands in the instance, an expression is set when the form is first loaded and, inside
// a repeat, whenever a repeat is added.
func (c *compiler) initial(it *Item, rec *record, top *frame) {
	f := rec.field("default")
	if f == nil {
		return
	}
	if !dynamic(f.text, it.Type) {
		it.Default = f.text
		if it.Type == "image" && !strings.Contains(f.text, "jr://") {
			it.Default = "jr://images/" + f.text
		}
		return
	}
	a := Action{Element: "setvalue", Events: []string{"odk-instance-first-load"}, Value: f.text}
	it.Actions = append(it.Actions, a)
	if c.repeatOf(it) != nil {
		a.Events = []string{"odk-new-repeat"}
		it.Actions = append(it.Actions, a)
	}
}

// repeatOf is the nearest repeat around an item, nil when there is none.
func (c *compiler) repeatOf(it *Item) *Item {
	for p := c.parents[it]; p != nil; p = c.parents[p] {
		if p.Kind == Repeat {
			return p
		}
	}
	return nil
}

// external is a csv-external or xml-external: a file of data that the form carries no question for.
type external struct {
	name, kind string
	rec        *record
	parent     *Item
}

func (c *compiler) externalInstance(rec *record, words string, top *frame) {
	it := &Item{Name: rec.get("name")}
	c.checkName(it, rec, top)
	kind, _, _ := strings.Cut(words, "-")
	c.externals = append(c.externals, external{it.Name, kind, rec, top.item})
	c.parents[it], c.records[it] = top.item, rec
}
