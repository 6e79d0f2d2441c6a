package xlsform

import (
	"strings"
)

// frame is a group or repeat that is open while the rows are read.
type frame struct {
	item  *Item // nil for the survey itself
	row   int
	names map[string]string // lower case to as written
	exact map[string]bool
	table *tableList
}

// tableList is the state of a group whose selects are shown as one table.
type tableList struct{ list string }

// survey reads the survey sheet row by row into the tree of items.
func (c *compiler) survey() {
	sheet := c.book.sheet("survey")
	if sheet == nil || len(sheet.Rows) == 0 {
		c.fault("survey-missing", at{}, "near", quoteAll(c.misspelt("survey", "")))
		c.stop = true
		return
	}
	t := c.readTable(sheet, "survey", surveyWords, c.clean)
	c.surveyTable = t
	if !t.has("type") {
		c.fault("column-missing", at{sheet: "survey"}, "column", "type")
		c.stop = true
		return
	}
	c.nearHeaders(t)
	stack := []*frame{newFrame(nil, 0)}
	for i := range t.records {
		stack = c.row(&t.records[i], stack)
	}
	for _, f := range stack[1:] {
		c.fault("begin-unmatched", at{sheet: "survey", row: f.row, found: f.item.Name}, "kind", f.item.Kind.word())
	}
	if len(stack) == 1 && len(t.records) == 0 {
		c.fault("survey-empty", at{sheet: "survey"})
	}
}

func newFrame(it *Item, row int) *frame {
	return &frame{item: it, row: row, names: map[string]string{}, exact: map[string]bool{}}
}

func (k Kind) word() string { return []string{"question", "group", "repeat"}[k] }

// nearHeaders tells headers that are nearly a column's name: their cells would be read by nobody.
func (c *compiler) nearHeaders(t *table) {
	var known []string
	for n := range surveyWords.known {
		known = append(known, n)
	}
	for n := range surveyWords.aliases {
		known = append(known, n)
	}
	for _, col := range t.columns {
		head, _, _ := strings.Cut(col.key, "::")
		if surveyWords.known[head] || surveyWords.texts[col.key] || len(col.header) < 4 {
			continue
		}
		if near := nearest(snakeCase(head), sorted(known)); near != "" {
			c.fault("header-misspelt", at{sheet: "survey", row: 1, col: col, found: col.header}, "near", near)
		}
	}
}

// row takes one row: an end, a begin, a select, another question, or nothing.
func (c *compiler) row(rec *record, stack []*frame) []*frame {
	if f := rec.field("disabled"); f != nil {
		if c.fault("disabled", in(rec, f)); yes[f.text] {
			return stack
		}
	}
	kind := rec.field("type")
	if kind == nil {
		if rec.field("name") == nil && rec.field("label") == nil {
			c.fault("row-skipped", in(rec, nil))
		} else {
			c.fault("type-missing", in(rec, nil), "name", rec.get("name"))
		}
		return stack
	}
	words := strings.Join(strings.Fields(kind.text), " ")
	if key := settingWords.aliases[snakeCase(words)]; key != "" && !c.isType(words) {
		c.setting(key, rec)
		return stack
	}
	if k, found := ending(words); found {
		return c.end(rec, kind, k, stack)
	}
	if k, found := beginning(words); found {
		return c.begin(rec, k, stack)
	}
	c.question(rec, kind, words, stack[len(stack)-1])
	return stack
}

func (c *compiler) isType(words string) bool { _, found := questionTypes[words]; return found }

// setting takes a row like "set form title", an old way to write a setting among the questions.
func (c *compiler) setting(key string, rec *record) {
	switch value := rec.get("name"); key {
	case "title":
		c.form.Title = value
	case "id_string":
		c.form.ID = value
	}
}

var structure = map[string]Kind{"group": Group, "repeat": Repeat, "lgroup": Repeat, "looped group": Repeat}

func beginning(words string) (Kind, bool) { return structural(words, "begin") }
func ending(words string) (Kind, bool)    { return structural(words, "end") }

func structural(words, edge string) (Kind, bool) {
	rest, found := strings.CutPrefix(words, edge)
	if !found || rest == "" || rest[0] != ' ' && rest[0] != '_' {
		return 0, false
	}
	k, found := structure[rest[1:]]
	return k, found
}

func (c *compiler) end(rec *record, kind *field, k Kind, stack []*frame) []*frame {
	if f := rec.field("bind::entities:saveto"); f != nil {
		c.fault("save-group", in(rec, f), "name", rec.get("name"))
	}
	top := stack[len(stack)-1]
	if top.item == nil || top.item.Kind != k {
		open := ""
		if top.item != nil {
			open = top.item.Name
		}
		c.fault("end-unmatched", in(rec, kind), "kind", k.word(), "name", rec.get("name"), "open", open)
		if top.item == nil {
			return stack
		}
	}
	if top.item.Kind == Repeat && len(top.item.Children) == 0 {
		c.fault("repeat-empty", at{sheet: "survey", row: top.row, found: top.item.Name})
	}
	return stack[:len(stack)-1]
}

func (c *compiler) begin(rec *record, k Kind, stack []*frame) []*frame {
	top := stack[len(stack)-1]
	it := c.newItem(rec, k, top)
	it.Control.Element = "group"
	if k == Repeat {
		c.repeatCount(rec, it, top)
		if c.repeats[it.Name] {
			c.fault("repeat-name-twice", in(rec, rec.field("name")), "name", it.Name)
		}
		c.repeats[it.Name] = true
		if it.Name == c.form.Name {
			c.fault("repeat-as-root", in(rec, rec.field("name")), "root", c.form.Name)
		}
		if it.Label.Empty() {
			c.fault("repeat-no-label", in(rec, nil), "name", it.Name)
		}
	}
	c.hang(it, top)
	f := newFrame(it, rec.row)
	if len(stack) > c.opts.Limits.Depth {
		c.fault("too-deep", in(rec, nil), "limit", itoa(c.opts.Limits.Depth))
		c.stop = true
	}
	c.tableGroup(rec, it, f)
	it.Hint, it.Guidance = Text{}, Text{} // a group has a label only
	if intent := rec.get("intent"); intent != "" {
		it.Control.Extra = append(it.Control.Extra, Attr{"intent", intent})
	}
	return append(stack, f)
}

// repeatCount makes the hidden calculation that holds an expression for how many times to repeat; a plain reference needs none.
func (c *compiler) repeatCount(rec *record, it *Item, top *frame) {
	f := rec.field("control::jr:count")
	if f == nil {
		return
	}
	if isReference(f.text) {
		it.Count = f.text
		return
	}
	count := &Item{Type: "calculate", Name: it.Name + "_count", Bind: Bind{Type: "string", ReadOnly: "true()", Calculate: f.text}}
	c.records[count] = rec
	c.nameOnce(count.Name, rec, top)
	c.hang(count, top)
	it.Count = "${" + count.Name + "}"
}

// tableGroup prepares a group with the appearance table-list: its label becomes a note of its own, so that it shows.
func (c *compiler) tableGroup(rec *record, it *Item, f *frame) {
	words := strings.Fields(it.Control.Appearance)
	rest := []string{"field-list"}
	for _, w := range words {
		if w == "table-list" {
			f.table = &tableList{}
		} else {
			rest = append(rest, w)
		}
	}
	if f.table == nil {
		return
	}
	it.Control.Appearance = strings.Join(rest, " ")
	if it.Label.Empty() && it.Hint.Empty() {
		return
	}
	note := c.made("note", "generated_table_list_label_"+itoa(rec.row), rec)
	note.Label, note.Hint = it.Label, it.Hint
	it.Label, it.Hint = Text{}, Text{}
	c.hang(note, f)
}

// made is a question that the compiler adds.
func (c *compiler) made(kind, name string, rec *record) *Item {
	t := questionTypes[kind]
	it := &Item{Type: t.name, Name: name, Bind: Bind{Type: t.bind, ReadOnly: t.readOnly}, Control: Control{Element: t.element}}
	c.records[it] = rec
	return it
}

// hang puts an item under the open frame.
func (c *compiler) hang(it *Item, top *frame) {
	c.parents[it] = top.item
	it.Path = c.pathOf(top.item) + "/" + it.Name
	if top.item == nil {
		c.form.Items = append(c.form.Items, it)
		return
	}
	top.item.Children = append(top.item.Children, it)
}

func (c *compiler) pathOf(it *Item) string {
	if it == nil {
		return "/" + c.form.Name
	}
	return it.Path
}

// nameOnce notes a name within its group and tells one that stands there already, also when only its capitals differ.
func (c *compiler) nameOnce(name string, rec *record, top *frame) {
	low := strings.ToLower(name)
	switch other, found := top.names[low]; {
	case top.exact[name]:
		c.fault("name-twice", in(rec, rec.field("name")), "name", name)
	case found:
		c.fault("name-nearly-twice", in(rec, rec.field("name")), "name", name, "other", other)
	}
	top.exact[name], top.names[low] = true, name
}
