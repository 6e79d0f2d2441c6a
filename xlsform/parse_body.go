package xlsform

import "slices"

// questionControls are the elements of the body that ask something.
var questionControls = []string{"input", "secret", "select1", "select", "odk:rank", "range", "trigger", "upload"}

// controls reads the body, or a group or repeat of it; context is the path that relative references start from.
func (p *formReader) controls(n *xmlNode, context string) error {
	if n == nil {
		return nil
	}
	if err := p.actions(n, context); err != nil {
		return err
	}
	for _, k := range n.elements() {
		element := p.qualified(k.space, k.local)
		if element == "h:"+k.local {
			element = k.local
		}
		var err error
		switch {
		case element == "group":
			err = p.group(k, context)
		case element == "repeat":
			err = p.repeat(k, context, nil)
		case element == "rank" || element == "jr:rank":
			err = p.question(k, "odk:rank", context)
		case slices.Contains(questionControls, element):
			err = p.question(k, element, context)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// group reads a group. One without a node that holds nothing but a repeat is the repeat's label.
func (p *formReader) group(n *xmlNode, context string) error {
	at, found := p.target(n, context)
	it := p.items[at]
	if found && it == nil && at != p.root {
		return &XFormError{Code: "no-node", Line: n.line, Found: at}
	}
	if !found {
		for _, k := range n.elements() {
			if k.local == "repeat" {
				return p.repeat(k, context, n)
			}
		}
		return p.controls(n, context)
	}
	if it != nil && it.Kind != Question {
		if err := p.describe(n, it, "group"); err != nil {
			return err
		}
	}
	return p.controls(n, at)
}

func (p *formReader) repeat(n *xmlNode, context string, around *xmlNode) error {
	at, found := p.target(n, context)
	it := p.items[at]
	if !found {
		return &XFormError{Code: "no-ref", Line: n.line, Found: "repeat"}
	}
	if it == nil {
		return &XFormError{Code: "no-node", Line: n.line, Found: at}
	}
	for _, k := range []*xmlNode{around, n} {
		if k != nil {
			if err := p.describe(k, it, "group"); err != nil {
				return err
			}
		}
	}
	it.Count = n.jr("count")
	if err := p.controls(n, at); err != nil || around == nil {
		return err
	}
	rest := *around
	rest.kids = slices.DeleteFunc(around.elements(), func(k *xmlNode) bool { return k == n })
	return p.controls(&rest, context)
}

// question reads a control. A second control for the same node, as for a text asked in two ways, adds nothing to the model.
func (p *formReader) question(n *xmlNode, element, context string) error {
	at, found := p.target(n, context)
	if !found {
		return &XFormError{Code: "no-ref", Line: n.line, Found: n.local}
	}
	it := p.items[at]
	if it == nil {
		return &XFormError{Code: "no-node", Line: n.line, Found: at}
	}
	if err := p.actions(n, at); err != nil {
		return err
	}
	if p.seen[it] {
		return nil
	}
	p.seen[it] = true
	if it.Kind == Group && len(it.Children) == 0 {
		it.Kind = Question
	}
	if err := p.describe(n, it, element); err != nil {
		return err
	}
	return p.choices(n, it, at)
}

// describe takes label, hint and the control's attributes.
func (p *formReader) describe(n *xmlNode, it *Item, element string) error {
	label, err := p.wordingOf(n.child("label"))
	if err != nil {
		return err
	}
	hint, err := p.wordingOf(n.child("hint"))
	if err != nil {
		return err
	}
	if !label.text.Empty() {
		it.Label = label.text
	}
	if !hint.text.Empty() {
		it.Hint = hint.text
	}
	for _, w := range []wording{label, hint} {
		if !w.guidance.Empty() {
			it.Guidance = w.guidance
		}
	}
	c := &it.Control
	c.Element = element
	if v := n.get("appearance"); v != "" {
		c.Appearance = v
	}
	c.MediaType, c.Query = n.get("mediatype"), n.get("query")
	c.Extra = append(c.Extra, p.rest(n, "ref", "bind", "nodeset", "appearance", "mediatype", "query", "jr:count")...)
	return nil
}
