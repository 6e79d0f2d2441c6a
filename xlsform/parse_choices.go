package xlsform

import (
	"slices"
	"strings"
)

// fields are the names of the elements that a select reads from an instance's items. itext tells that the label's field holds an id.
type fields struct {
	value, label string
	itext        bool
}

// choices reads what a control offers, from an itemset or from items in the body.
func (p *formReader) choices(n *xmlNode, it *Item, at string) error {
	if set := n.child("itemset"); set != nil {
		return p.itemset(set, it, at)
	}
	items := slices.DeleteFunc(n.elements(), func(k *xmlNode) bool { return k.local != "item" && k.local != "choices" })
	if len(items) == 0 {
		return nil
	}
	l := &List{Name: p.freeListName(it.Name)}
	it.Choices = &Choices{List: l.Name, Value: "name", LabelField: "label", Search: strings.Contains(it.Control.Appearance, "search(")}
	l.Searched = it.Choices.Search
	p.form.Lists = append(p.form.Lists, l)
	for _, k := range items {
		w, err := p.wordingOf(k.child("label"))
		if err != nil {
			return err
		}
		label := k.child("label")
		l.Translated = l.Translated || label != nil && label.get("ref") != ""
		l.Choices = append(l.Choices, &Choice{Name: strings.TrimSpace(k.child("value").content()), Label: w.text})
	}
	return nil
}

// freeListName is a question's name, with a number when a list has it already.
func (p *formReader) freeListName(name string) string {
	for {
		p.named[name]++
		try := name
		if n := p.named[name]; n > 1 {
			try += "_" + itoa(n)
		}
		if p.lists[try] == nil && (try == name || p.named[try] == 0) {
			p.named[try] = max(p.named[try], 1)
			return try
		}
	}
}

// itemset reads nodeset, value and label of a set.
func (p *formReader) itemset(n *xmlNode, it *Item, at string) error {
	c := &Choices{Nodeset: n.get("nodeset")}
	it.Choices = c
	f := &fields{}
	if v := n.child("value"); v != nil {
		f.value = v.get("ref")
	}
	if l := n.child("label"); l != nil {
		f.label = l.get("ref")
	}
	if inner, found := strings.CutPrefix(f.label, "jr:itext("); found {
		f.label, f.itext = strings.TrimSpace(strings.TrimSuffix(inner, ")")), true
	}
	c.Value, c.LabelField = f.value, f.label
	if f.itext {
		c.LabelField = "label"
	}
	set := c.Nodeset
	if inner, found := strings.CutPrefix(set, "randomize("); found {
		c.Randomize = true
		set, c.Seed = splitArgument(strings.TrimSuffix(strings.TrimSpace(inner), ")"))
	}
	path, filter := splitPredicate(set)
	c.Filter = filter
	id, found := instanceID(path)
	if !found {
		c.Repeat = joinPath(at, path)
		if r := p.items[c.Repeat]; r != nil {
			c.Repeat = r.Path
		}
		return nil
	}
	if p.lists[id] != nil {
		c.List = id
		if p.fields[id] == nil {
			p.fields[id] = f
		}
		return nil
	}
	if source, found := p.sources[id]; found {
		c.File = source[strings.LastIndexByte(source, '/')+1:]
		return nil
	}
	return &XFormError{Code: "no-list", Line: n.line, Found: id}
}

// instanceID finds the id in instance('id')/root/item.
func instanceID(path string) (string, bool) {
	inner, found := strings.CutPrefix(strings.TrimSpace(path), "instance(")
	if !found {
		return "", false
	}
	id, _, found := strings.Cut(inner, ")")
	return strings.Trim(strings.TrimSpace(id), `'"`), found
}

// splitArgument cuts at the last comma that stands outside quotes and brackets.
func splitArgument(s string) (before, after string) {
	cutAt, depth, quote := -1, 0, byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '[' || c == '(':
			depth++
		case c == ']' || c == ')':
			depth--
		case c == ',' && depth == 0:
			cutAt = i
		}
	}
	if cutAt < 0 {
		return strings.TrimSpace(s), ""
	}
	return strings.TrimSpace(s[:cutAt]), strings.TrimSpace(s[cutAt+1:])
}

// splitPredicate parts a path from the predicates at its end. Of several, which XLSForm never makes, the text between them
// stays as it is: "a][b".
func splitPredicate(s string) (path, filter string) {
	s = strings.TrimSpace(s)
	if !strings.HasSuffix(s, "]") {
		return s, ""
	}
	path = stripPredicates(s)
	for i := 0; i < len(s); i++ { // the first bracket after which nothing of the path is left
		if s[i] == '[' && s[:i] == path {
			return strings.TrimSpace(path), strings.TrimSpace(s[i+1 : len(s)-1])
		}
	}
	return s, ""
}

// readLists reads the choice lists that stand as secondary instances.
func (p *formReader) readLists(model *xmlNode) error {
	var lists []*List
	for _, n := range model.elements() {
		id := n.get("id")
		if n.local != "instance" || p.lists[id] != n {
			continue
		}
		l, err := p.list(n, id)
		if err != nil {
			return err
		}
		lists = append(lists, l)
	}
	p.form.Lists = append(lists, p.form.Lists...)
	return nil
}

func (p *formReader) list(n *xmlNode, id string) (*List, error) {
	f := p.fields[id]
	if f == nil || f.value == "" {
		f = &fields{value: "name", label: "label"}
	}
	l := &List{Name: id}
	columns := map[string]bool{}
	for _, root := range n.elements() {
		for _, k := range root.elements() {
			ch := &Choice{}
			for _, field := range k.elements() {
				if err := p.choiceField(l, ch, field, f); err != nil {
					return nil, err
				}
			}
			for _, a := range ch.Extra {
				if !columns[a.Name] {
					columns[a.Name] = true
					l.Columns = append(l.Columns, a.Name)
				}
			}
			l.Choices = append(l.Choices, ch)
		}
	}
	return l, nil
}

func (p *formReader) choiceField(l *List, ch *Choice, n *xmlNode, f *fields) error {
	text := strings.TrimSpace(n.content())
	switch {
	case n.local == f.value:
		ch.Name = text
		if f.label == f.value {
			ch.Label = plainText(trimIndent(Value{{Text: text}}))
		}
	case n.local == "itextId" || f.itext && n.local == f.label:
		w := p.texts[text]
		if w == nil {
			return &XFormError{Code: "no-text", Line: n.line, Found: text}
		}
		l.Translated, ch.Label = true, w.text
	case n.local == f.label && text != "":
		ch.Label = plainText(p.value(n))
	case n.local != f.label && text != "":
		ch.Extra = append(ch.Extra, Attr{p.nodeName(n), text})
	}
	return nil
}
