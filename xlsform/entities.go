package xlsform

import (
	"slices"
	"strings"
)

// declared is a row of the entities sheet while the form is made.
type declared struct {
	*Entity
	rec       *record
	container *Item // nil: the survey itself
	placed    bool
	saves     []saved
}

// saved is a question that is kept as a property of an entity.
type saved struct {
	it    *Item
	rec   *record
	field field
}

// mostEntities may be declared by one form: each must be held against all others to find its place.
const mostEntities = 200

// entitySheet reads the entities sheet. https://getodk.github.io/xforms-spec/entities
func (c *compiler) entitySheet() {
	sheet := c.book.sheet("entities")
	if sheet == nil {
		c.misspelt("entities", "sheet-misspelt")
		return
	}
	t := c.readTable(sheet, "entities", entityWords, cleaning{quotes: true})
	for _, col := range t.columns {
		if !entityWords.known[col.key] {
			c.fault("entity-column", at{sheet: "entities", row: 1, col: col, found: col.header}, "near",
				nearest(col.key, []string{"list_name", "label", "entity_id", "create_if", "update_if"}))
		}
	}
	for i := range t.records {
		if i == mostEntities {
			c.fault("entity-too-many", inEntity(&t.records[i], "dataset"), "limit", itoa(mostEntities))
			break
		}
		c.entityRow(&t.records[i])
	}
}

func (c *compiler) entityRow(rec *record) {
	e := &Entity{List: rec.get("dataset"), Label: rec.get("label"), ID: rec.get("entity_id"), CreateIf: rec.get("create_if"),
		UpdateIf: rec.get("update_if"), Row: rec.row}
	e.Creates = e.CreateIf != "" || e.UpdateIf == "" && e.ID == ""
	e.Updates = e.UpdateIf != "" || e.ID != ""
	c.checkEntity(e, rec)
	d := &declared{Entity: e, rec: rec}
	c.declared = append(c.declared, d)
	if c.entities[e.List] == nil {
		c.entities[e.List] = d
	}
	c.form.Entities = append(c.form.Entities, e)
}

// inEntity gives the place of a cell of the entities sheet.
func inEntity(rec *record, key string) at {
	p := at{sheet: "entities", row: rec.row}
	if f := rec.field(key); f != nil {
		p.col, p.found = f.col, f.text
	}
	return p
}

func (c *compiler) checkEntity(e *Entity, rec *record) {
	p := inEntity(rec, "dataset")
	switch {
	case e.List == "":
		c.fault("entity-no-list", p)
	case c.entities[e.List] != nil:
		c.fault("entity-twice", p, "list", e.List, "other", itoa(c.entities[e.List].Row))
	case strings.HasPrefix(e.List, "__"):
		c.fault("entity-name-reserved", p, "name", e.List)
	case strings.Contains(e.List, "."):
		c.fault("entity-name-period", p, "name", e.List)
	case !isName(e.List):
		c.fault("name-invalid", p, "suggestion", suggestName(e.List))
	}
	switch {
	case e.UpdateIf != "" && e.ID == "":
		c.fault("entity-no-id", p, "list", e.List)
	case e.ID != "" && e.CreateIf != "" && e.UpdateIf == "":
		c.fault("entity-no-update", p, "list", e.List)
	case e.ID == "" && e.Label == "":
		c.fault("entity-no-label", p, "list", e.List)
	}
}

// saveTo binds a question to a property of an entity list: "property", or "list#property" when there are several lists.
func (c *compiler) saveTo(it *Item, rec *record, f field) {
	list, property, several := strings.Cut(f.text, "#")
	if !several {
		list, property = "", f.text
	}
	p := in(rec, &f)
	switch {
	case len(c.declared) == 0:
		c.fault("save-no-entity", p)
	case it.Kind != Question:
		c.fault("save-group", p, "name", it.Name)
	case strings.Contains(property, "#"):
		c.fault("save-hash", p)
	case !several && len(c.declared) > 1:
		c.fault("save-which", p, "example", c.declared[0].List+"#"+property)
	case strings.EqualFold(property, "name") || strings.EqualFold(property, "label"):
		c.fault("save-name-reserved", p, "name", property)
	case strings.HasPrefix(property, "__"):
		c.fault("entity-name-reserved", p, "name", property)
	case !isName(property):
		c.fault("name-invalid", p, "suggestion", suggestName(property))
	default:
		c.keep(it, rec, f, list, property)
	}
}

func (c *compiler) keep(it *Item, rec *record, f field, list, property string) {
	if list == "" {
		list = c.declared[0].List
	}
	d := c.entities[list]
	if d == nil {
		var names []string
		for _, d := range c.declared {
			names = append(names, d.List)
		}
		c.fault("save-list-unknown", in(rec, &f), "list", list, "near", nearest(list, names))
		return
	}
	for _, s := range d.saves {
		if prior := s.it.SaveTo; slices.ContainsFunc(prior, func(t SaveTo) bool { return t.List == list && t.Property == property }) {
			c.fault("save-twice", in(rec, &f), "name", property, "other", s.it.Name)
			return
		}
	}
	it.SaveTo = append(it.SaveTo, SaveTo{list, property})
	d.saves = append(d.saves, saved{it, rec, f})
}

// placeEntities decides for each entity in which container's meta it stands: those that questions are saved to first, then
// those that only ask for answers.
func (c *compiler) placeEntities() {
	if len(c.declared) == 0 {
		return
	}
	c.index()
	c.form.Settings.EntitiesVersion = "2024.1.0"
	for _, first := range []bool{true, false} {
		for _, d := range c.declared {
			if first == (len(d.saves) > 0) {
				c.place(d)
			}
		}
	}
	for _, d := range c.declared {
		if d.container != nil || len(c.declared) > 1 {
			c.form.Settings.EntitiesVersion = "2025.1.0"
		}
		d.Container = c.pathOf(d.container)
		c.entityReferences(d)
	}
	clear(c.byName) // index runs again when meta is known
}

// place puts one entity as deep as what it refers to, no higher than the repeat in which that stands.
func (c *compiler) place(d *declared) {
	scope, start, good := c.scopeOf(d)
	if !good {
		return
	}
	if len(c.declared) == 1 && scope == nil {
		d.placed = true
		return
	}
	for at := start; ; at = c.parents[at] {
		if c.free(at) && c.bindsRight(d, at) {
			d.container, d.placed = at, true
			return
		}
		if at == scope || at == nil {
			break
		}
	}
	taken := ""
	for _, o := range c.declared {
		if o.placed && o.container == scope {
			taken = itoa(o.Row)
		}
	}
	c.fault("entity-no-place", at{sheet: "entities", row: d.Row}, "list", d.List, "scope", c.pathOf(scope), "other", taken)
}

func (c *compiler) free(container *Item) bool {
	return !slices.ContainsFunc(c.declared, func(o *declared) bool { return o.placed && o.container == container })
}

// bindsRight tells whether every saved question would still find its own entity as the nearest one above it.
func (c *compiler) bindsRight(d *declared, container *Item) bool {
	holder := func(at *Item) *declared {
		if at == container {
			return d
		}
		for _, o := range c.declared {
			if o.placed && o.container == at {
				return o
			}
		}
		return nil
	}
	for _, o := range c.declared {
		if !o.placed && o != d {
			continue
		}
		for _, s := range o.saves {
			at := c.parents[s.it]
			for at != nil && holder(at) == nil {
				at = c.parents[at]
			}
			if holder(at) != o {
				return false
			}
		}
	}
	return true
}

// scopeOf gives the repeat that bounds an entity (nil: the survey) and the container to begin with. All questions saved to it stand
// in one repeat; answers it asks for may also come from repeats around that one.
func (c *compiler) scopeOf(d *declared) (scope, start *Item, good bool) {
	depth := -1
	for _, s := range d.saves {
		if n := c.repeatsAround(s.it); n > depth {
			depth, scope = n, c.repeatOf(s.it)
		}
	}
	asked := c.askedBy(d)
	deep := -1
	for _, it := range asked {
		n, groups := c.repeatsAround(it), len(c.ancestors(it))
		if n > depth || len(d.saves) == 0 && n == depth && groups > deep && c.repeatOf(it) == scope {
			depth, deep, scope, start = n, groups, c.repeatOf(it), c.parents[it]
		}
	}
	good = true
	for i, s := range d.saves {
		if c.repeatOf(s.it) != scope {
			c.fault("save-scope", in(s.rec, &s.field), "list", d.List, "one", c.pathOf(scope), "other", c.pathOf(c.repeatOf(s.it)))
			good = false
		}
		if i == 0 {
			start = c.parents[s.it]
		} else {
			start = c.shared(start, c.parents[s.it])
		}
	}
	for _, it := range asked {
		if r := c.repeatOf(it); r != nil && r != scope && !slices.Contains(c.ancestors(scope), r) {
			c.fault("entity-scope", at{sheet: "entities", row: d.Row}, "list", d.List, "one", c.pathOf(scope), "name", it.Name, "other", c.pathOf(r))
			good = false
		}
	}
	return scope, start, good
}

func (c *compiler) repeatsAround(it *Item) int {
	n := 0
	for _, a := range c.ancestors(it) {
		if a.Kind == Repeat {
			n++
		}
	}
	return n
}

// shared is the nearest container that holds both, nil: the survey.
func (c *compiler) shared(a, b *Item) *Item {
	for ; a != nil; a = c.parents[a] {
		if a == b || slices.Contains(c.ancestors(b), a) {
			return a
		}
	}
	return nil
}

// askedBy gives the questions whose answers an entity's expressions ask for.
func (c *compiler) askedBy(d *declared) []*Item {
	var out []*Item
	for _, text := range []string{d.Label, d.ID, d.CreateIf, d.UpdateIf} {
		found, _ := marks(text)
		for _, m := range found {
			if items := c.byName[m.name]; len(items) == 1 && !m.lastSaved {
				out = append(out, items[0])
			}
		}
	}
	return out
}

// entityReferences turns the expressions of an entity into paths, as seen from its own node in meta.
func (c *compiler) entityReferences(d *declared) {
	meta := &Item{Kind: Group, Name: "meta", Path: d.Container + "/meta"}
	entity := &Item{Kind: Group, Name: "entity", Path: meta.Path + "/entity"}
	node := &Item{Name: "label", Path: entity.Path + "/label"}
	c.parents[meta], c.parents[entity], c.parents[node] = d.container, meta, entity
	if d.ID != "" {
		d.Known = c.resolve("instance('"+d.List+"')/root/item[name="+d.ID+"]", node, inEntity(d.rec, "entity_id"), plain)
	}
	for key, text := range map[string]*string{"label": &d.Label, "entity_id": &d.ID, "create_if": &d.CreateIf, "update_if": &d.UpdateIf} {
		*text = c.resolve(*text, node, inEntity(d.rec, key), plain)
	}
}
