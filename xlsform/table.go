package xlsform

import (
	"slices"
	"strings"
	"unicode"
)

// column is a header understood. Its key is one of the names the compiler asks for ("label", "media::image", "bind::relevant",
// "instance::odk:tag"); lang is set on texts in one language.
type column struct {
	key, lang string
	header    string // as written
	index     int
}

// field is a cell that holds something.
type field struct {
	col  *column
	text string
}

// record is a row below the header: only its cells that hold something.
type record struct {
	row    int
	fields []field
}

// get gives the text under a key, "" when there is none; of several languages the first.
func (r *record) get(key string) string {
	if f := r.field(key); f != nil {
		return f.text
	}
	return ""
}

// field gives the first cell under a key, nil when there is none.
func (r *record) field(key string) *field {
	if r == nil {
		return nil
	}
	for i := range r.fields {
		if r.fields[i].col.key == key {
			return &r.fields[i]
		}
	}
	return nil
}

// said gives the cell under a key that holds the text, whatever its language.
func (r *record) said(key, text string) *field {
	i := slices.IndexFunc(r.fields, func(f field) bool { return f.text == text && f.col.key == key })
	if i < 0 {
		return nil
	}
	return &r.fields[i]
}

// under gives the cells whose key begins with the prefix.
func (r *record) under(prefix string) []field {
	var out []field
	for _, f := range r.fields {
		if strings.HasPrefix(f.col.key, prefix) {
			out = append(out, f)
		}
	}
	return out
}

// table is a sheet with its header understood.
type table struct {
	sheet   string // by its standard name
	written string // by its own
	columns []*column
	records []record
}

func (t *table) has(key string) bool {
	for _, c := range t.columns {
		if c.key == key {
			return true
		}
	}
	return false
}

// cleaning says what is done to the text of cells.
type cleaning struct {
	spaces bool // runs of spaces become one; line breaks stay
	quotes bool // typographic quotation marks become straight ones
}

// readTable understands the header of a sheet and collects its records.
func (c *compiler) readTable(s *Sheet, name string, words vocabulary, how cleaning) *table {
	t := &table{sheet: name, written: s.Name}
	if len(s.Rows) == 0 {
		return t
	}
	head, rows := s.Rows[0], s.Rows[1:]
	double := false
	for _, h := range head.Cells {
		double = double || strings.Contains(h, "::")
	}
	byIndex := make([]*column, len(head.Cells))
	seen := map[string]*column{}
	for i, h := range head.Cells {
		if h = squeeze(h); h == "" {
			continue
		}
		col := words.column(h, double)
		col.index = i
		key := col.key + "\x00" + col.lang
		if other := seen[key]; other != nil && name == "settings" && col.key == "id_string" {
			c.fault("settings-two-ids", at{sheet: name, row: head.Number, col: col, found: h})
			if snakeCase(h) == "form_id" {
				byIndex[other.index], byIndex[i] = nil, col
			}
			continue
		} else if other != nil {
			c.fault("header-twice", at{sheet: name, row: head.Number, col: col, found: h}, "other", other.header)
			continue
		}
		seen[key] = col
		byIndex[i] = col
		t.columns = append(t.columns, col)
	}
	for _, row := range rows {
		if rec := collect(row, byIndex, how); len(rec.fields) > 0 {
			t.records = append(t.records, rec)
		}
	}
	c.mediaTypes(t, words, head.Number)
	return t
}

// mediaTypes tells columns of media of a kind that there is not, if they hold anything.
func (c *compiler) mediaTypes(t *table, words vocabulary, head int) {
	for _, col := range t.columns {
		if !strings.HasPrefix(col.key, "media::") || words.texts[col.key] {
			continue
		}
		if slices.ContainsFunc(t.records, func(r record) bool { return r.field(col.key) != nil }) {
			c.fault("media-type", at{sheet: t.sheet, row: head, col: col, found: col.header})
		}
	}
}

func collect(row Row, columns []*column, how cleaning) record {
	rec := record{row: row.Number}
	for i, text := range row.Cells {
		if i >= len(columns) || columns[i] == nil {
			continue
		}
		if text = how.clean(text); text != "" {
			if rec.fields == nil {
				rec.fields = make([]field, 0, len(row.Cells)-i)
			}
			rec.fields = append(rec.fields, field{columns[i], text})
		}
	}
	return rec
}

func (how cleaning) clean(s string) string {
	s = strings.TrimSpace(s)
	for how.spaces && strings.Contains(s, "  ") {
		s = strings.ReplaceAll(s, "  ", " ")
	}
	if how.quotes {
		s = straight(s)
	}
	return s
}

// squeeze makes each run of white space one space and drops the outer ones.
func squeeze(s string) string {
	run := false
	for i, r := range s {
		space := unicode.IsSpace(r)
		if space && (run || r != ' ') || i == 0 && space {
			return strings.Join(strings.Fields(s), " ")
		}
		run = space
	}
	if run {
		return strings.TrimRight(s, " ")
	}
	return s
}

// straight replaces the quotation marks that word processors put into expressions.
func straight(s string) string {
	if !strings.ContainsAny(s, "‘’“”") {
		return s
	}
	return strings.NewReplacer("‘", "'", "’", "'", "“", `"`, "”", `"`).Replace(s)
}
