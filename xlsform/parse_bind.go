package xlsform

import (
	"slices"
	"strings"
)

// readBinds gives every item what the model says of it.
func (p *formReader) readBinds(model *xmlNode) error {
	for _, n := range model.elements() {
		if n.local != "bind" {
			continue
		}
		at, found := p.target(n, p.root)
		if !found {
			return &XFormError{Code: "no-ref", Line: n.line, Found: "bind"}
		}
		if p.entityBind(at, n) {
			continue
		}
		it := p.items[at]
		if it == nil {
			continue
		}
		if err := p.bind(n, &it.Bind); err != nil {
			return err
		}
		if property, saved := n.attr(nsEntities, "saveto"); saved && property != "" {
			p.saveTo[at] = property
		}
	}
	return nil
}

func (p *formReader) bind(n *xmlNode, b *Bind) error {
	for name, field := range map[string]*string{"required": &b.Required, "readonly": &b.ReadOnly, "relevant": &b.Relevant,
		"constraint": &b.Constraint, "calculate": &b.Calculate} {
		if v := n.get(name); v != "" {
			*field = v
		}
	}
	if t := n.get("type"); t != "" {
		b.Type = strings.TrimPrefix(strings.TrimPrefix(t, "xsd:"), "xs:")
	}
	if v := n.jr("preload"); v != "" {
		b.Preload, b.PreloadParams = v, n.jr("preloadParams")
	}
	for name, text := range map[string]*Text{"constraintMsg": &b.ConstraintMessage, "requiredMsg": &b.RequiredMessage,
		"noAppErrorString": &b.NoAppMessage} {
		if v := n.jr(name); v != "" {
			w, err := p.attrText(v, n.line)
			if err != nil {
				return err
			}
			*text = w.text
		}
	}
	b.Extra = append(b.Extra, p.rest(n, "id", "nodeset", "ref", "type", "required", "readonly", "relevant", "constraint", "calculate",
		"jr:preload", "jr:preloadParams", "jr:constraintMsg", "jr:requiredMsg", "jr:noAppErrorString", "entities:saveto")...)
	return nil
}

// entityBind takes what binds say of an entity: https://getodk.github.io/xforms-spec/entities.
func (p *formReader) entityBind(at string, n *xmlNode) bool {
	owner, part := parentPath(at), at[strings.LastIndexByte(at, '/')+1:]
	e := p.entity[owner]
	if e == nil {
		return p.entity[at] != nil
	}
	switch part {
	case "label":
		e.Label = n.get("calculate")
	case "@id":
		e.ID = n.get("calculate")
	case "@create":
		e.CreateIf = n.get("calculate")
	case "@update":
		e.UpdateIf = n.get("calculate")
	}
	return true
}

// actions reads the setvalues and their kin that stand in a node; trigger is the path of the question they stand in, if any.
func (p *formReader) actions(n *xmlNode, trigger string) error {
	for _, k := range n.elements() {
		element := p.qualified(k.space, k.local)
		if !slices.Contains([]string{"setvalue", "odk:setgeopoint", "odk:recordaudio"}, element) {
			continue
		}
		context := trigger
		if context == "" {
			context = p.root
		}
		at, found := p.target(k, context)
		if !found {
			return &XFormError{Code: "no-ref", Line: k.line, Found: element}
		}
		it := p.items[at]
		if it == nil {
			if strings.Contains(at, "/@") || p.entity[parentPath(at)] != nil {
				continue
			}
			return &XFormError{Code: "no-node", Line: k.line, Found: at}
		}
		a := Action{Element: element, Events: strings.Fields(k.get("event")), Value: k.get("value"),
			Extra: p.rest(k, "ref", "bind", "event", "ev:event", "value")}
		if ev, found := k.attr("http://www.w3.org/2001/xml-events", "event"); found {
			a.Events = append(a.Events, strings.Fields(ev)...)
		}
		if text := strings.TrimSpace(k.content()); a.Value == "" && text != "" {
			a.Value = "'" + strings.ReplaceAll(text, "'", "’") + "'"
		}
		if q := p.items[trigger]; q != nil && q.Kind == Question {
			a.Trigger = q.Path
		}
		it.Actions = append(it.Actions, a)
	}
	return nil
}
