package xlsform

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// Compile reads an XLSForm and gives its form and all that was found wrong or doubtful. The form is nil when there are errors
// among the diagnostics. The error is for what is no fault of the form: ErrFormat, ErrTooLarge, the reader's, the context's.
func Compile(ctx context.Context, src Source, opts Options) (*Form, Diagnostics, error) {
	book, err := ReadWorkbook(ctx, src, opts.limits())
	if err != nil {
		return nil, nil, err
	}
	if opts.ID == "" {
		opts.ID = base(src.Name)
	}
	return CompileWorkbook(ctx, book, opts)
}

// CompileWorkbook does the same with a workbook that is read already.
func CompileWorkbook(ctx context.Context, book Workbook, opts Options) (*Form, Diagnostics, error) {
	opts.Limits = opts.limits()
	c := &compiler{
		ctx: ctx, opts: opts, book: book, form: &Form{}, lists: map[string]*List{}, together: map[*List]bool{}, entities: map[string]*declared{},
		records: map[*Item]*record{}, parents: map[*Item]*Item{}, repeats: map[string]bool{}, listColumns: map[listColumn]bool{}, byName: map[string][]*Item{},
	}
	steps := []func(){
		c.settings, c.choices, c.externalChoices, c.entitySheet, c.survey, c.meta, c.placeEntities, c.index, c.references, c.actions,
		c.selects, c.checkControls, c.instances, c.translations,
	}
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if step(); c.stop {
			break
		}
	}
	c.found.sort()
	if len(c.found.Errors()) > 0 {
		return nil, c.found, nil
	}
	return c.form, c.found, nil
}

// compiler holds one compilation.
type compiler struct {
	ctx   context.Context
	opts  Options
	book  Workbook
	form  *Form
	found Diagnostics
	stop  bool // nothing sensible can be said beyond what was found

	errors, warnings int // told or left out

	set       *record // the settings' row
	clean     cleaning
	duplicate bool // choice names may repeat

	choiceTable, surveyTable *table
	lists                    map[string]*List
	together                 map[*List]bool  // looked at, because several of their choices may be answered
	external                 map[string]bool // lists of the external choices
	entities                 map[string]*declared
	declared                 []*declared
	records                  map[*Item]*record
	parents                  map[*Item]*Item
	byName                   map[string][]*Item
	triggers                 []trigger
	geometries               []geometry
	listColumns              map[listColumn]bool
	repeats                  map[string]bool
	lastSaved                bool
	orOther                  bool
	externals                []external
	files                    map[string]bool // attached ones that may hold shapes, by name without ending
	searched                 map[string][]*Item
}

// at is the place of a diagnostic.
type at struct {
	sheet string
	row   int
	col   *column
	found string
}

// in gives the place of a cell of the survey sheet.
func in(rec *record, f *field) at {
	p := at{sheet: "survey"}
	if rec != nil {
		p.row = rec.row
	}
	if f != nil {
		p.col, p.found = f.col, f.text
	}
	return p
}

// mostFaults errors, and as many warnings, are told of one form; who has so many has another problem than the next one.
const mostFaults = 1000

// fault notes a diagnostic; pairs are the names and values of its placeholders.
func (c *compiler) fault(code string, p at, pairs ...string) {
	severity, told := Explain(code).Severity, &c.errors
	if severity == Warning {
		told = &c.warnings
	}
	if *told++; *told > mostFaults {
		if *told == mostFaults+1 {
			more := map[Severity]string{Error: "too-many", Warning: "too-many-warnings"}[severity]
			c.found = append(c.found, Diagnostic{Code: more, Severity: severity, Args: Args{"limit": itoa(mostFaults)}})
		}
		return
	}
	d := Diagnostic{Code: code, Severity: severity, Sheet: p.sheet, Row: p.row, Found: cut(p.found, 200)}
	if p.col != nil {
		d.Column, d.Cell = p.col.header, cellRef(p.col.index, p.row)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if d.Args == nil {
			d.Args = Args{}
		}
		d.Args[pairs[i]] = cut(pairs[i+1], 200)
	}
	c.found = append(c.found, d)
}

func cut(s string, runes int) string {
	if len(s) <= runes {
		return s
	}
	r := []rune(s)
	if len(r) <= runes {
		return s
	}
	return string(r[:runes-1]) + "…"
}

// settings reads the settings sheet: its first row below the header.
func (c *compiler) settings() {
	c.clean = cleaning{spaces: true, quotes: true}
	c.set = &record{}
	sheet := c.book.sheet("settings")
	if sheet == nil {
		c.misspelt("settings", "sheet-misspelt")
	} else if t := c.readTable(sheet, "settings", settingWords, cleaning{quotes: true}); len(t.records) > 0 {
		c.set = &t.records[0]
	}
	if no[c.set.get("clean_text_values")] {
		c.clean = cleaning{}
	}
	c.duplicate = yes[c.set.get("allow_choice_duplicates")]
	f := c.form
	f.ID = first(c.set.get("id_string"), c.opts.ID, "data")
	f.Title = first(c.set.get("title"), f.ID)
	f.Version = c.set.get("version")
	f.DefaultLanguage = first(c.set.get("default_language"), "default")
	f.Name = first(c.opts.Name, c.set.get("name"), "data")
	c.moreSettings()
	if own := c.set.field("name"); own != nil && !c.writable(own.text) {
		c.fault("form-name", at{"settings", c.set.row, own.col, own.text})
	} else if !c.writable(f.Name) {
		c.fault("form-name", at{sheet: "settings", found: f.Name})
	}
}

func (c *compiler) moreSettings() {
	s := &c.form.Settings
	s.SubmissionURL, s.PublicKey = c.set.get("submission_url"), c.set.get("public_key")
	s.AutoSend, s.AutoDelete = c.set.get("auto_send"), c.set.get("auto_delete")
	s.ClientEditable = yes[c.set.get("client_editable")]
	s.Style, s.Xmlns = c.set.get("style"), c.set.get("instance_xmlns")
	s.Prefix, s.Delimiter = c.set.get("prefix"), c.set.get("delimiter")
	for n := range strings.FieldsSeq(c.set.get("namespaces")) {
		prefix, uri, found := strings.Cut(n, "=")
		if uri = strings.Trim(uri, `"'`); found && isNCName(prefix) && uri != "" && !strings.Contains(uri, "=") && !usualPrefix[prefix] {
			c.form.Namespaces = append(c.form.Namespaces, Attr{prefix, uri})
		}
	}
	for _, f := range c.set.under("attribute::") {
		c.attribute(&s.Attributes, at{sheet: "settings", row: c.set.row, col: f.col, found: f.text}, f.col.key, "attribute::", f.text)
	}
	if yes[c.set.get("omit_instanceID")] && s.PublicKey != "" {
		c.fault("omit-instance-id", at{sheet: "settings", row: c.set.row})
	}
}

// misspelt looks for sheets whose name is nearly the one wanted and that are not set aside with a leading underscore.
func (c *compiler) misspelt(want, code string) (near []string) {
	for _, name := range c.book.names() {
		low := strings.ToLower(strings.TrimSpace(name))
		if !strings.HasPrefix(low, "_") && !isSheet[low] && distance(low, want, 2) <= 2 && low != want {
			near = append(near, name)
		}
	}
	if code != "" && len(near) > 0 {
		c.fault(code, at{sheet: want}, "near", quoteAll(near))
	}
	return near
}

var isSheet = set("survey choices settings external_choices entities osm")

func quoteAll(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "“" + n + "”"
	}
	return strings.Join(out, ", ")
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// namesLike gives the name among all items that is nearly the given one. Behind the first faults nobody looks: it costs too much.
func (c *compiler) namesLike(name string) string {
	return near(c, name, c.byName)
}

// near gives the key that is nearly the given word.
func near[V any](c *compiler, word string, among map[string]V) string {
	if len(c.found) > 100 {
		return ""
	}
	return nearest(word, slices.Sorted(maps.Keys(among)))
}

// nearest gives the one of the words that is nearly the given one, "" if none is near.
func nearest(word string, words []string) string {
	best, at := "", 3
	if len(word) < 5 {
		at = 2
	}
	low := strings.ToLower(word)
	for _, w := range words {
		if d := distance(low, strings.ToLower(w), at); d < at {
			best, at = w, d
		}
	}
	return best
}

// distance is the number of letters to change, add, drop or swap with their neighbour (Damerau–Levenshtein, optimal string
// alignment); more than the limit is answered as limit+1.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > limit || len(y)-len(x) > limit {
		return limit + 1
	}
	before, row := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		next := make([]int, len(y)+1)
		next[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			next[j] = min(next[j-1]+1, row[j]+1, row[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		if slices.Min(next) > limit {
			return limit + 1
		}
		before, row = row, next
	}
	return min(row[len(y)], limit+1)
}
