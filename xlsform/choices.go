package xlsform

import (
	"slices"
	"strings"
)

// choices reads the choices sheet into the form's lists, in the order in which they first appear.
func (c *compiler) choices() {
	sheet := c.book.sheet("choices")
	if sheet == nil {
		return
	}
	t := c.readTable(sheet, "choices", choiceWords, cleaning{quotes: c.clean.quotes})
	c.choiceTable = t
	if len(t.records) == 0 {
		return
	}
	if !t.has("name") {
		c.fault("column-missing", at{sheet: "choices"}, "column", "name")
		return
	}
	if !t.has("list_name") {
		c.fault("column-missing", at{sheet: "choices"}, "column", "list_name")
		return
	}
	extra := c.extraColumns(t)
	for i := range t.records {
		c.choice(&t.records[i], extra)
	}
	for _, l := range c.form.Lists {
		c.checkList(l)
	}
}

// extraColumns are the columns that choice filters may use. Those whose header cannot be the name of an XML element are left
// out, with a warning: people keep notes beside their choices.
func (c *compiler) extraColumns(t *table) map[*column]bool {
	out := map[*column]bool{}
	for _, col := range t.columns {
		switch {
		case choiceWords.texts[col.key] || col.key == "list_name" || col.key == "name" || col.key == "media":
		case !c.writable(col.key):
			c.fault("choices-header", at{sheet: "choices", row: 1, col: col, found: col.header})
		default:
			out[col] = true
		}
	}
	return out
}

// listColumn is a column that some choice of a list fills in.
type listColumn struct {
	list   *List
	column *column
}

func (c *compiler) choice(rec *record, extra map[*column]bool) {
	listName := rec.get("list_name")
	if listName == "" {
		return
	}
	l := c.lists[listName]
	if l == nil {
		l = &List{Name: listName}
		c.lists[listName] = l
		c.form.Lists = append(c.form.Lists, l)
	}
	ch := &Choice{Name: rec.get("name"), Row: rec.row, Label: c.text(rec, "label", true)}
	for _, f := range rec.fields {
		if !extra[f.col] {
			continue
		}
		ch.Extra = append(ch.Extra, Attr{f.col.key, f.text})
		if in := (listColumn{l, f.col}); !c.listColumns[in] {
			c.listColumns[in] = true
			l.Columns = append(l.Columns, f.col.key)
		}
	}
	l.Choices = append(l.Choices, ch)
	if ch.Name == "" {
		c.fault("choice-no-name", c.inChoice(rec.row, "name", ""), "list", listName)
	}
	if ch.Label.Empty() {
		c.fault("choice-no-label", c.inChoice(rec.row, "label", ""), "list", listName, "name", ch.Name)
	}
	c.checkMedia(ch.Label, at{sheet: "choices", row: rec.row}, ch.Name)
}

// inChoice gives the place of a cell of the choices sheet, by the key of its column; of several languages the first.
func (c *compiler) inChoice(row int, key, found string) at {
	return c.inChoiceText(row, key, "", found)
}

// inChoiceText is the same for a text in one language.
func (c *compiler) inChoiceText(row int, key, lang, found string) at {
	p := at{sheet: "choices", row: row, found: found}
	for _, col := range c.choiceTable.columns {
		if col.key == key && (p.col == nil || col.lang == lang) {
			p.col = col
		}
	}
	return p
}

// checkList tells repeated names, and decides whether the labels must stand in itext.
func (c *compiler) checkList(l *List) {
	seen := map[string]int{}
	for _, ch := range l.Choices {
		if other, found := seen[ch.Name]; found && !c.duplicate && ch.Name != "" {
			c.fault("choice-twice", c.inChoice(ch.Row, "name", ch.Name), "list", l.Name, "other", itoa(other))
		}
		seen[ch.Name] = ch.Row
		l.Translated = l.Translated || ch.Label.translated() || ch.Label.dynamic()
	}
}

// translated tells whether a text is in a language or has media, so that it must stand in itext.
func (t Text) translated() bool {
	return slices.ContainsFunc(t.Translations, func(tr Translation) bool { return tr.Language != "" || len(tr.Media) > 0 })
}

// dynamic tells whether a text shows an answer; where only an attribute or a data element could hold it, it must stand in itext too.
func (t Text) dynamic() bool {
	return slices.ContainsFunc(t.Translations, func(tr Translation) bool {
		return tr.Value.shows() || hasReference(tr.Value.String()) || strings.Contains(tr.Value.String(), "instance(")
	})
}

// text collects a text in its languages. A cell without a language stands for the default language as soon as another language
// has one; beside a cell in the default language itself it is dropped. With media, the media columns go with it.
func (c *compiler) text(rec *record, key string, media bool) Text {
	var t Text
	for _, f := range rec.fields {
		if f.col.key == key { // a language has one column of a key
			t.Translations = append(t.Translations, Translation{Language: f.col.lang, Value: Value{{Text: f.text}}})
		}
	}
	t.settle(c.form.DefaultLanguage)
	if !media {
		return t
	}
	translated := len(t.Translations) > 0 && t.Translations[0].Language != ""
	for _, f := range rec.under("media::") {
		if !surveyWords.texts[f.col.key] {
			continue // told with the header
		}
		lang := f.col.lang
		if lang == "" && translated {
			lang = c.form.DefaultLanguage
		}
		t.add(lang, nil, Media{strings.TrimPrefix(f.col.key, "media::"), f.text})
	}
	t.settle(c.form.DefaultLanguage)
	return t
}

func (t *Text) add(lang string, v Value, m Media) {
	for i := range t.Translations {
		if tr := &t.Translations[i]; tr.Language == lang {
			if v != nil {
				tr.Value = v
			}
			if m.Kind != "" {
				tr.Media = append(tr.Media, m)
			}
			return
		}
	}
	tr := Translation{Language: lang, Value: v}
	if m.Kind != "" {
		tr.Media = []Media{m}
	}
	t.Translations = append(t.Translations, tr)
}

// settle gives an untranslated text its language when there are others.
func (t *Text) settle(standard string) {
	if len(t.Translations) < 2 {
		return
	}
	plain := slices.IndexFunc(t.Translations, func(tr Translation) bool { return tr.Language == "" })
	if plain < 0 {
		return
	}
	if own := slices.IndexFunc(t.Translations, func(tr Translation) bool { return tr.Language == standard }); own >= 0 {
		if t.Translations[own].Value == nil {
			t.Translations[own].Value = t.Translations[plain].Value
		}
		t.Translations[own].Media = append(t.Translations[plain].Media, t.Translations[own].Media...)
		t.Translations = slices.Delete(t.Translations, plain, plain+1)
		return
	}
	t.Translations[plain].Language = standard
}

// checkMedia tells a big image without the small one it belongs to.
func (c *compiler) checkMedia(t Text, p at, name string) {
	for _, tr := range t.Translations {
		big := slices.ContainsFunc(tr.Media, func(m Media) bool { return m.Kind == "big-image" })
		if big && !slices.ContainsFunc(tr.Media, func(m Media) bool { return m.Kind == "image" }) {
			c.fault("big-image-alone", p, "name", name)
		}
	}
}

// externalChoices reads the sheet that becomes itemsets.csv.
func (c *compiler) externalChoices() {
	sheet := c.book.sheet("external_choices")
	if sheet == nil || len(sheet.Rows) == 0 {
		return
	}
	c.external = map[string]bool{}
	t := c.readTable(sheet, "external_choices", choiceWords, cleaning{})
	var head []string
	place := map[*column]int{}
	for i, col := range t.columns {
		place[col] = i
		head = append(head, col.header)
	}
	rows := [][]string{head}
	for i := range t.records {
		rec := &t.records[i]
		c.external[rec.get("list_name")] = true
		row := make([]string, len(head))
		for _, f := range rec.fields {
			row[place[f.col]] = f.text
		}
		rows = append(rows, row)
	}
	if len(t.records) > 0 {
		c.form.Itemsets = rows
	}
}
