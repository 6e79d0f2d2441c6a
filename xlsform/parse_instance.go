package xlsform

import (
	"slices"
	"strings"
)

// readInstance makes the items from the instance's tree.
func (p *formReader) readInstance() error {
	for _, k := range p.instance.elements() {
		if k.local == "meta" {
			if err := p.readMeta(k, p.root, p.form.Name); err != nil {
				return err
			}
			continue
		}
		if err := p.readItem(k, p.root, "/"+p.form.Name, &p.form.Items); err != nil {
			return err
		}
	}
	return nil
}

// readItem reads a node. A repeat stands twice or more, its template and its first instances: what comes first counts.
func (p *formReader) readItem(n *xmlNode, parent, shown string, into *[]*Item) error {
	local := parent + "/" + n.local
	_, template := n.attr(nsJavaRosa, "template")
	if old := p.items[local]; old != nil {
		if template {
			old.Kind = Repeat
		}
		if old.Kind != Repeat {
			return &XFormError{Code: "twice", Line: n.line, Found: old.Path}
		}
		return nil
	}
	it := &Item{Name: p.nodeName(n)}
	it.Path = shown + "/" + it.Name
	it.Attrs = p.rest(n, "jr:template", "template")
	kids := n.elements()
	switch {
	case p.repeats[local] || template:
		it.Kind = Repeat
	case len(kids) > 0 || p.groups[local]:
		it.Kind = Group
	default:
		if s := n.content(); strings.TrimSpace(s) != "" {
			it.Default = s
		}
	}
	p.items[local] = it
	*into = append(*into, it)
	for _, k := range kids {
		if k.local == "meta" && k.child("entity") != nil {
			if err := p.readMeta(k, local, it.Path); err != nil {
				return err
			}
			continue
		}
		if err := p.readItem(k, local, it.Path, &it.Children); err != nil {
			return err
		}
	}
	return nil
}

// nodeName is qualified only when the node's namespace is neither the instance's nor that of XForms.
func (p *formReader) nodeName(n *xmlNode) string {
	if n.space == p.instance.space {
		return n.local
	}
	return p.qualified(n.space, n.local)
}

// readMeta reads the entities of a meta block, and what else stands in it: on the top level the form's own, elsewhere nothing
// that converters write.
func (p *formReader) readMeta(n *xmlNode, parent, shown string) error {
	for _, k := range n.elements() {
		if k.local == "entity" {
			p.readEntity(k, parent+"/meta", shown)
			continue
		}
		into := &p.form.Meta
		if parent != p.root {
			into = &p.items[parent].Children
		}
		if err := p.readItem(k, parent+"/meta", "/"+strings.Trim(shown, "/")+"/"+p.nodeName(n), into); err != nil {
			return err
		}
	}
	return nil
}

func (p *formReader) readEntity(n *xmlNode, parent, shown string) {
	at := parent + "/entity"
	e := &Entity{List: n.get("dataset"), Container: "/" + strings.Trim(shown, "/")}
	_, e.Creates = n.attr("", "create")
	_, e.Updates = n.attr("", "update")
	if p.entity[at] == nil {
		p.entity[at] = e
		p.form.Entities = append(p.form.Entities, e)
	}
}

// settleEntities gives each property the list of the nearest block of meta around its question.
func (p *formReader) settleEntities() {
	for path, property := range p.saveTo {
		for at := parentPath(path); at != ""; at = parentPath(at) {
			if e := p.entity[at+"/meta/entity"]; e != nil {
				it := p.items[path]
				it.SaveTo = append(it.SaveTo, SaveTo{List: e.List, Property: property})
				break
			}
		}
	}
	slices.SortStableFunc(p.form.Namespaces, func(a, b Attr) int { return strings.Compare(a.Name, b.Name) })
}
