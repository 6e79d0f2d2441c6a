package xlsform

import (
	"io"
	"strings"
)

// formReader holds what is known of a form while its XML is read.
type formReader struct {
	*xmlReader
	form     *Form
	limits   Limits
	instance *xmlNode            // root element of the primary instance
	root     string              // its path
	items    map[string]*Item    // by local path; meta's children included
	repeats  map[string]bool     // paths that the body repeats
	groups   map[string]bool     // paths that the body has groups for
	byID     map[string]string   // nodeset of a bind with an id
	saveTo   map[string]string   // property by path, until the entities are known
	texts    map[string]*wording // itext
	lists    map[string]*xmlNode // secondary instances that stand in the form
	sources  map[string]string   // of the others, by id
	named    map[string]int      // how many lists of the body want a name
	fields   map[string]*fields  // how the first select that uses a list reads it
	seen     map[*Item]bool      // items that have had a control
	entity   map[string]*Entity  // by path of the entity element
}

// ParseXForm reads XForm XML (ODK XForms 1.0, https://getodk.github.io/xforms-spec) into a Form: as this package and ODK's converter
// write it, as KoboToolbox and ODK Build do, or as it is written by hand. Prefixes do not matter, namespaces do.
//
// What XML does not tell cannot come back: a question that is read only and holds nothing is a "note", a list that stands in the
// body takes the name of its question, a group of the body without a node leaves its questions where they are, and a bind without
// a node is passed over, as ODK Collect passes over it. [Item.Row] is 0.
//
// Faults: *XFormError with the line; ErrTooLarge for a bound of limits (Bytes, Cells as elements and attributes, Depth, and
// Expression, in bytes of one attribute; zero takes that of DefaultLimits); the reader's own.
func ParseXForm(r io.Reader, limits Limits) (*Form, error) {
	limits = Options{Limits: limits}.limits()
	x, err := readXML(r, limits)
	if err != nil {
		return nil, err
	}
	p := &formReader{xmlReader: x, form: &Form{}, limits: limits, items: map[string]*Item{}, repeats: map[string]bool{},
		groups: map[string]bool{}, byID: map[string]string{}, saveTo: map[string]string{}, lists: map[string]*xmlNode{}, sources: map[string]string{}, named: map[string]int{},
		fields: map[string]*fields{}, seen: map[*Item]bool{}, entity: map[string]*Entity{}}
	if err := p.read(); err != nil {
		return nil, err
	}
	return p.form, nil
}

func (p *formReader) read() error {
	model, body := p.parts()
	if model == nil {
		return &XFormError{Code: "no-model", Line: p.xmlReader.root.line, Found: p.xmlReader.root.local}
	}
	if err := p.instances(model); err != nil {
		return err
	}
	p.settings(model, body)
	for _, step := range []func() error{
		func() error { return p.readItext(model) },
		func() error { p.bindIDs(model); p.survey(body, p.root); return nil },
		func() error { return p.readInstance() },
		func() error { return p.readBinds(model) },
		func() error { return p.actions(model, "") },
		func() error { return p.controls(body, p.root) },
		func() error { return p.readLists(model) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	p.settleEntities()
	for path, it := range p.items {
		if it.Kind == Question {
			it.Type = typeOf(it, strings.HasPrefix(path, p.root+"/meta/"))
		}
	}
	return nil
}

// parts finds the model and the body wherever the head stands.
func (p *formReader) parts() (model, body *xmlNode) {
	root := p.xmlReader.root
	if root.isXForms("model") {
		return root, nil
	}
	for _, n := range append([]*xmlNode{root}, root.elements()...) {
		for _, k := range n.elements() {
			switch {
			case k.isXForms("model") && model == nil:
				model = k
			case k.isXForms("body") && body == nil:
				body = k
			case k.isXForms("title"):
				p.form.Title = strings.TrimSpace(k.content())
			}
		}
	}
	return model, body
}

// instances takes the first instance as the primary one, as the specification says, and sorts the others.
func (p *formReader) instances(model *xmlNode) error {
	first := true
	for _, n := range model.elements() {
		if n.local != "instance" {
			continue
		}
		kids := n.elements()
		if first {
			if first = false; len(kids) == 0 {
				return &XFormError{Code: "no-instance", Line: n.line}
			}
			p.instance = kids[0]
			continue
		}
		id := n.get("id")
		if src := n.get("src"); src != "" {
			p.form.Instances = append(p.form.Instances, Instance{ID: id, Source: src})
			p.sources[id] = src
		} else if _, found := p.lists[id]; !found {
			p.lists[id] = n
		}
	}
	if p.instance == nil {
		return &XFormError{Code: "no-instance", Line: model.line}
	}
	p.root = "/" + p.instance.local
	return nil
}

func (p *formReader) settings(model, body *xmlNode) {
	f, s := p.form, &p.form.Settings
	f.Name = p.qualified(p.instance.space, p.instance.local)
	if p.instance.xmlns != "" && p.instance.xmlns != nsXForms {
		f.Name, s.Xmlns = p.instance.local, p.instance.xmlns
	}
	f.ID, f.Version = p.instance.get("id"), p.instance.get("version")
	if f.ID == "" {
		f.ID = s.Xmlns
	}
	s.Prefix, _ = p.instance.attr(nsODK, "prefix")
	s.Delimiter, _ = p.instance.attr(nsODK, "delimiter")
	editable, _ := p.instance.attr(nsODK, "client-editable")
	s.ClientEditable = editable == "true"
	s.Attributes = p.rest(p.instance, "id", "version", "odk:prefix", "odk:delimiter", "odk:client-editable")
	s.EntitiesVersion, _ = model.attr(nsEntities, "entities-version")
	if sub := model.child("submission"); sub != nil {
		s.SubmissionURL, s.PublicKey = sub.get("action"), sub.get("base64RsaPublicKey")
		s.AutoSend, _ = sub.attr(nsOpenRosa, "auto-send")
		s.AutoDelete, _ = sub.attr(nsOpenRosa, "auto-delete")
	}
	if body != nil {
		s.Style = body.get("class")
	}
	for _, ns := range p.prefixes {
		if _, usual := usualNamespaces[ns.Value]; !usual {
			f.Namespaces = append(f.Namespaces, ns)
		}
	}
}

// bindIDs notes the nodesets that controls name by the bind's id instead of a path.
func (p *formReader) bindIDs(model *xmlNode) {
	for _, n := range model.elements() {
		if id := n.get("id"); n.local == "bind" && id != "" {
			p.byID[id] = joinPath(p.root, n.get("nodeset"))
		}
	}
}

// survey looks which paths the body groups and repeats, before the instance is read.
func (p *formReader) survey(n *xmlNode, context string) {
	if n == nil {
		return
	}
	for _, k := range n.elements() {
		switch k.local {
		case "group":
			at, found := p.target(k, context)
			if found {
				p.groups[at] = true
			} else {
				at = context
			}
			p.survey(k, at)
		case "repeat":
			at, found := p.target(k, context)
			if found {
				p.repeats[at] = true
			}
			p.survey(k, at)
		}
	}
}

// target is the path that a control or an action is for.
func (p *formReader) target(n *xmlNode, context string) (string, bool) {
	if id := n.get("bind"); id != "" && p.byID[id] != "" {
		return p.byID[id], true
	}
	for _, name := range []string{"nodeset", "ref"} {
		if ref := n.get(name); ref != "" {
			return joinPath(context, ref), true
		}
	}
	return context, false
}
