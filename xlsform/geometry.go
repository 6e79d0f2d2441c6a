package xlsform

import (
	"path"
	"strings"
)

// geometry offers shapes to a question that is answered on a map: those of a choice list, of an entity list, of a file the form
// has, or of a repeat whose geometries were answered.
func (c *compiler) geometry(g geometry) {
	it, rec := g.it, g.p.rec
	name, filter := g.p.of("reference-geometry"), rec.field("choice_filter")
	k := &Choices{Value: "name", LabelField: "label", Filter: rec.get("choice_filter")}
	it.Choices = k
	if isReference(name) {
		found, _ := marks(name)
		to := c.named(found[0].name, in(rec, g.p.field))
		if to == nil {
			return
		}
		if to.Kind != Repeat {
			c.fault("geometry-unknown", in(rec, g.p.field), "name", name)
			return
		}
		k.Repeat, k.Nodeset, k.Value, k.LabelField = to.Path+"/geometry", to.Path, "geometry", "geometry"
		if filter == nil {
			k.Nodeset += "[./geometry != '']"
			return
		}
		k.Filter = c.resolve(k.Filter, it, in(rec, filter), parentwisePredicate)
		k.Filter = strings.ReplaceAll(strings.ReplaceAll(k.Filter, "current()/"+to.Path, "."), to.Path, ".")
		k.Nodeset += "[" + k.Filter + "]"
		return
	}
	l := c.lists[name]
	if l == nil && !c.shapes(name) {
		c.fault("geometry-unknown", in(rec, g.p.field), "name", name)
		return
	}
	if k.List = name; l != nil && l.Translated {
		k.LabelField = "jr:itext(itextId)"
	}
	k.Nodeset = "instance('" + name + "')/root/item"
	if filter != nil {
		k.Filter = c.resolve(k.Filter, it, in(rec, filter), predicate)
		k.Nodeset += "[" + k.Filter + "]"
	}
}

// shapes tells whether the form attaches a file of that name that may hold shapes.
func (c *compiler) shapes(name string) bool {
	if c.files == nil {
		c.files = map[string]bool{}
		for _, e := range c.externals {
			c.files[e.name] = true
		}
		c.form.Walk(func(it, _ *Item) bool {
			if it.Choices != nil && it.Choices.File != "" {
				c.files[strings.TrimSuffix(it.Choices.File, path.Ext(it.Choices.File))] = true
			}
			return true
		})
	}
	return c.files[name] || c.entities[name] != nil
}
