package xlsform

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

type selectWords struct {
	name string
	file bool
}

// selectType takes the words of a select's type apart: which kind it is and what follows, the list and perhaps "or_other".
func selectType(words string) (s selectWords, rest []string, found bool) {
	for _, t := range selectTypes {
		after, found := strings.CutPrefix(words, t.words)
		if found && (after == "" || after[0] == ' ') {
			return selectWords{t.name, t.file}, strings.Fields(after), true
		}
	}
	return s, nil, false
}

var fileEndings = map[string]string{".csv": "file-csv", ".xml": "file", ".geojson": "file"}

// selectRow takes a question with choices.
func (c *compiler) selectRow(rec *record, kind *field, name string, file bool, rest []string, top *frame) {
	it := c.newItem(rec, Question, top)
	it.Type = name
	it.Control.Element = map[string]string{
		"select_one": "select1", "select_multiple": "select", "rank": "odk:rank", "select_one_external": "input"}[name]
	it.Bind.Type = first(it.Bind.Type, map[string]string{"rank": "odk:rank"}[name], "string")
	p := c.readParams(rec)
	allowed := []string{"randomize", "seed"}
	if file {
		allowed = append(allowed, "value", "label")
	}
	c.allow(p, allowed...)
	if len(rest) == 0 {
		c.fault("select-no-list", in(rec, kind))
		c.hang(it, top)
		return
	}
	list := rest[0]
	it.Choices = &Choices{Value: "name", LabelField: "label", Filter: rec.get("choice_filter")}
	other := slices.Contains([]string{"or_other", "or specify other", "or other"}, strings.Join(rest[1:], " "))
	if len(rest) > 1 && !other {
		c.fault("select-extra-words", in(rec, kind), "words", strings.Join(rest[1:], " "))
	}
	switch {
	case hasReference(list):
		it.Choices.Repeat = list
	case name == "select_one_external":
		c.externalSelect(it, rec, kind, list)
	case fileEndings[path.Ext(list)] != "":
		it.Choices.File = list
		if path.Ext(list) == ".geojson" {
			it.Choices.Value, it.Choices.LabelField = "id", "title"
		}
	case file:
		c.fault("select-file-ending", in(rec, kind), "file", list)
	default:
		it.Choices.List = list
		c.checkChoices(it, rec, kind, list)
	}
	c.selectParameters(it, rec, p)
	c.tableSelect(it, rec, list, top)
	c.hang(it, top)
	c.initial(it, rec, top)
	c.trigger(it, rec)
	if other {
		c.specifyOther(it, rec, kind, top)
	}
}

// checkChoices tells a list that is not there, and names that a select_multiple could not keep apart.
func (c *compiler) checkChoices(it *Item, rec *record, kind *field, list string) {
	l := c.lists[list]
	if l == nil {
		if len(c.lists) == 0 {
			c.fault("choices-missing", in(rec, kind), "list", list, "near", quoteAll(c.misspelt("choices", "")))
			return
		}
		c.fault("list-unknown", in(rec, kind), "list", list, "near", near(c, list, c.lists))
		return
	}
	if it.Type == "select_one" || c.together[l] {
		return
	}
	c.together[l] = true
	for _, ch := range l.Choices {
		if strings.ContainsAny(ch.Name, " \t\n") {
			c.fault("choice-name-space", c.inChoice(ch.Row, "name", ch.Name), "list", list)
		}
	}
}

func (c *compiler) externalSelect(it *Item, rec *record, kind *field, list string) {
	it.Choices.List = list
	if c.external == nil {
		c.fault("external-choices-missing", in(rec, kind), "list", list, "near", quoteAll(c.misspelt("external_choices", "")))
	} else if !c.external[list] {
		c.fault("external-list-unknown", in(rec, kind), "list", list, "near", near(c, list, c.external))
	}
	if rec.field("choice_filter") == nil {
		c.fault("external-no-filter", in(rec, kind), "name", it.Name)
	}
}

func (c *compiler) selectParameters(it *Item, rec *record, p params) {
	if c.oneOf(p, "randomize", "true", "false") {
		it.Choices.Randomize = p.of("randomize") == "true"
	}
	if p.has("seed") {
		seed := p.of("seed")
		switch {
		case !p.has("randomize"):
			c.fault("seed-alone", in(rec, p.field))
		case !isReference(seed) && !isNumber(seed):
			c.fault("seed-value", in(rec, p.field), "value", seed)
		default:
			it.Choices.Seed = seed
		}
	}
	for key, field := range map[string]*string{"value": &it.Choices.Value, "label": &it.Choices.LabelField} {
		if !p.has(key) {
			continue
		}
		if !isName(p.of(key)) {
			c.fault("parameter-name", in(rec, p.field), "key", key, "value", p.of(key))
			continue
		}
		*field = p.of(key)
	}
}

// tableSelect fits a select into a group with the appearance table-list: the first of them brings a row of labels.
func (c *compiler) tableSelect(it *Item, rec *record, list string, top *frame) {
	if top.table == nil {
		return
	}
	if top.table.list == "" {
		top.table.list = list
		if f := rec.field("choice_filter"); f != nil {
			c.fault("table-list-filter", in(rec, f))
		}
		head := &Item{Type: it.Type, Name: "reserved_name_for_field_list_labels_" + itoa(rec.row), Bind: Bind{Type: it.Bind.Type},
			Control: Control{Element: it.Control.Element, Appearance: "label"},
			Choices: &Choices{List: list, Value: "name", LabelField: "label"}, Label: Text{[]Translation{{Value: Value{{Text: " "}}}}}}
		c.records[head] = rec
		c.hang(head, top)
	} else if top.table.list != list {
		c.fault("table-list-mixed", in(rec, rec.field("type")), "list", list, "other", top.table.list)
	}
	it.Control.Appearance = "list-nolabel"
}

// specifyOther adds the answer "other" to the list and a question for the words that go with it.
func (c *compiler) specifyOther(it *Item, rec *record, kind *field, top *frame) {
	c.orOther = true
	if f := rec.field("choice_filter"); f != nil {
		c.fault("or-other-filter", in(rec, f))
		return
	}
	l := c.lists[it.Choices.List]
	if l == nil {
		if it.Choices.List == "" {
			c.fault("or-other-no-list", in(rec, kind))
		}
		return
	}
	if !slices.ContainsFunc(l.Choices, func(ch *Choice) bool { return ch.Name == "other" }) {
		ch := &Choice{Name: "other"}
		for _, lang := range l.languages() {
			ch.Label.Translations = append(ch.Label.Translations, Translation{Language: lang, Value: Value{{Text: "Other"}}})
		}
		l.Choices = append(l.Choices, ch)
	}
	more := c.made("text", it.Name+"_other", rec)
	more.Label = Text{[]Translation{{Value: Value{{Text: "Specify other."}}}}}
	more.Bind.Relevant = "selected(../" + it.Name + ", 'other')"
	c.hang(more, top)
}

// languages are those of a list's labels, in the order in which they come; one "" for a list that is not translated.
func (l *List) languages() []string {
	var out []string
	for _, ch := range l.Choices {
		for _, tr := range ch.Label.Translations {
			if tr.Value != nil && tr.Language != "" && !slices.Contains(out, tr.Language) {
				out = append(out, tr.Language)
			}
		}
	}
	if len(out) == 0 {
		return []string{""}
	}
	return out
}

// searches finds the appearance that looks answers up in a file: https://docs.getodk.org/form-question-types/#selects-from-csv
var searches = regexp.MustCompile(`search\(.*?\)`)

// selects writes the node-sets of all selects, now that every path is known.
func (c *compiler) selects() {
	c.form.Walk(func(it, _ *Item) bool {
		if it.Choices != nil {
			c.nodeset(it)
		}
		return true
	})
	for _, g := range c.geometries {
		c.geometry(g)
	}
	c.searchLists()
}

func (c *compiler) nodeset(it *Item) {
	k, rec := it.Choices, c.records[it]
	k.Search = it.Type != "range" && searches.MatchString(it.Control.Appearance)
	filter := rec.field("choice_filter")
	if k.Search {
		c.searching(it, rec)
		return
	}
	if k.Seed != "" {
		k.Seed = strings.TrimSpace(c.resolve(k.Seed, it, in(rec, rec.field("parameters")), plain))
	}
	if k.Repeat != "" {
		c.repeatNodeset(it, rec, filter)
	} else {
		id := k.List
		if k.File != "" {
			id = strings.TrimSuffix(k.File, path.Ext(k.File))
		}
		k.Nodeset = "instance('" + id + "')/root/item"
		if k.Filter != "" && it.Type != "range" {
			k.Filter = c.resolve(k.Filter, it, in(rec, filter), predicate)
			k.Nodeset += "[" + k.Filter + "]"
		}
	}
	if it.Type == "select_one_external" {
		if it.Control.Query = k.Nodeset; filter == nil {
			it.Control.Query = "" // without a filter it stays a select of the list, as ODK's converter has it
		}
		return
	}
	if l := c.lists[k.List]; l != nil && l.Translated && k.List != "" {
		k.LabelField = "jr:itext(itextId)"
	}
	if k.Randomize {
		k.Nodeset = "randomize(" + k.Nodeset
		if k.Seed != "" {
			k.Nodeset += ", " + k.Seed
		}
		k.Nodeset += ")"
	}
}

// repeatNodeset offers the answers given in a repeat: ${name} names the question that was answered there.
func (c *compiler) repeatNodeset(it *Item, rec *record, filter *field) {
	k := it.Choices
	whole := strings.TrimSpace(c.resolve(k.Repeat, it, in(rec, rec.field("type")), parentwise))
	cutAt := strings.LastIndex(whole, "/")
	if cutAt < 0 {
		return
	}
	k.Nodeset, k.Value = whole[:cutAt], whole[cutAt+1:]
	k.LabelField, k.Repeat = k.Value, whole
	if k.Filter == "" {
		k.Nodeset += "[./" + k.Value + " != '']"
		return
	}
	k.Filter = c.resolve(k.Filter, it, in(rec, filter), parentwisePredicate)
	k.Filter = strings.ReplaceAll(k.Filter, "current()/"+k.Nodeset, ".")
	k.Filter = strings.ReplaceAll(k.Filter, k.Nodeset, ".")
	k.Nodeset += "[" + k.Filter + "]"
}

func (c *compiler) searching(it *Item, rec *record) {
	k := it.Choices
	if k.File != "" {
		c.fault("search-file", in(rec, rec.field("control::appearance")), "name", it.Name)
		return
	}
	if l := c.lists[k.List]; l != nil {
		l.Searched = true
	}
	if c.searched == nil {
		c.searched = map[string][]*Item{}
	}
	c.searched[k.List] = append(c.searched[k.List], it)
}

// searchLists tells a list that is used with search() and without: its choices stand in the body, where the others look in vain.
func (c *compiler) searchLists() {
	c.form.Walk(func(it, _ *Item) bool {
		if it.Choices == nil || it.Choices.Search || it.Choices.List == "" || len(c.searched[it.Choices.List]) == 0 {
			return true
		}
		with := c.searched[it.Choices.List][0]
		rec := c.records[with]
		c.fault("search-mixed", in(rec, rec.field("control::appearance")), "name", with.Name, "list", it.Choices.List, "other", it.Name)
		return true
	})
}
