package main

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/antchfx/xpath"
)

// node is an element (name set) or words between elements.
type node struct {
	name     xml.Name // Space is the namespace's URI
	prefix   string
	attrs    []attr
	text     string
	parent   *node
	children []*node
	at       int               // place among the parent's children
	spaces   map[string]string // declared on this element, prefix to URI
}

// attr is an attribute, its prefix kept for showing.
type attr struct {
	name          xml.Name
	prefix, value string
}

// usual are the prefixes every check may use; x is the default namespace of an XForm.
var usual = map[string]string{
	"x": "http://www.w3.org/2002/xforms", "h": "http://www.w3.org/1999/xhtml", "ev": "http://www.w3.org/2001/xml-events",
	"xsd": "http://www.w3.org/2001/XMLSchema", "jr": "http://openrosa.org/javarosa", "orx": "http://openrosa.org/xforms",
	"odk": "http://www.opendatakit.org/xforms", "entities": "http://www.opendatakit.org/xforms/entities",
}

// parseXML reads a document into a tree without the white space between elements. The root returned is the document.
func parseXML(text string) (*node, error) {
	doc := &node{spaces: map[string]string{}}
	here := doc
	in := xml.NewDecoder(strings.NewReader(text))
	for {
		t, err := in.RawToken()
		switch {
		case errors.Is(err, io.EOF):
			if here != doc || len(doc.children) == 0 {
				return nil, errors.New("the XML ends early")
			}
			doc.tidy()
			return doc, nil
		case err != nil:
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			here = here.open(t)
		case xml.EndElement:
			if here == doc || (xml.Name{Space: here.prefix, Local: here.name.Local}) != t.Name {
				return nil, errors.New("</" + t.Name.Local + "> closes nothing")
			}
			here = here.parent
		case xml.CharData:
			here.add(&node{text: string(t)})
		}
	}
}

// open begins an element inside n, its prefixes resolved.
func (n *node) open(t xml.StartElement) *node {
	e := n.add(&node{spaces: map[string]string{}, prefix: t.Name.Space})
	for _, a := range t.Attr {
		switch {
		case a.Name.Space == "xmlns":
			e.spaces[a.Name.Local] = a.Value
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			e.spaces[""] = a.Value
		}
	}
	e.name = xml.Name{Space: e.uri(e.prefix), Local: t.Name.Local}
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
			continue
		}
		name := xml.Name{Local: a.Name.Local}
		if a.Name.Space != "" {
			name.Space = e.uri(a.Name.Space)
		}
		e.attrs = append(e.attrs, attr{name, a.Name.Space, a.Value})
	}
	return e
}

// uri finds the namespace of a prefix; one nobody declared stands for itself, so that it equals nothing right.
func (n *node) uri(prefix string) string {
	for e := n; e != nil; e = e.parent {
		if u, ok := e.spaces[prefix]; ok {
			return u
		}
	}
	return prefix
}

func (n *node) add(c *node) *node {
	c.parent, c.at = n, len(n.children)
	n.children = append(n.children, c)
	return c
}

func (n *node) element() bool { return n.spaces != nil }

// tidy joins neighbouring words and drops white space that only sets elements apart.
func (n *node) tidy() {
	var kept []*node
	for _, c := range n.children {
		if last := len(kept) - 1; !c.element() && last >= 0 && !kept[last].element() {
			kept[last].text += c.text
			continue
		}
		kept = append(kept, c)
	}
	if slices.ContainsFunc(kept, (*node).element) {
		kept = slices.DeleteFunc(kept, func(c *node) bool { return !c.element() && strings.TrimSpace(c.text) == "" })
	}
	n.children = kept
	for i, c := range kept {
		c.at = i
		c.tidy()
	}
}

// find gives the first element of XForms by that name, in document order.
func (n *node) find(local string) *node {
	for _, c := range n.children {
		if c.element() && c.name == (xml.Name{Space: usual["x"], Local: local}) {
			return c
		}
		if f := c.find(local); f != nil {
			return f
		}
	}
	return nil
}

// canonical writes an element so that equal ones are written equally: attributes sorted, those with a namespace last, prefixes the
// usual ones. declare adds the namespaces in scope to the outermost element.
func (n *node) canonical(declare bool) string {
	var b strings.Builder
	n.write(&b, declare)
	return b.String()
}

// lines is the same with each element on a line of its own, for showing differences.
func (n *node) lines() []string {
	return strings.Split(strings.ReplaceAll(n.canonical(false), "><", ">\n<"), "\n")
}

func (n *node) write(b *strings.Builder, declare bool) {
	if !n.element() {
		b.WriteString(escape(n.text, false))
		return
	}
	name := qualified(n.name)
	b.WriteString("<" + name)
	if declare {
		n.declare(b)
	}
	for _, a := range n.sorted() {
		b.WriteString(" " + qualified(a.name) + `="` + escape(a.value, true) + `"`)
	}
	if len(n.children) == 0 {
		b.WriteString("/>")
		return
	}
	b.WriteString(">")
	for _, c := range n.children {
		c.write(b, false)
	}
	b.WriteString("</" + name + ">")
}

func (n *node) declare(b *strings.Builder) {
	seen := map[string]bool{}
	for e := n; e != nil; e = e.parent {
		for prefix, uri := range e.spaces {
			if seen[prefix] {
				continue
			}
			seen[prefix] = true
			if prefix != "" {
				prefix = ":" + prefix
			}
			b.WriteString(" xmlns" + prefix + `="` + uri + `"`)
		}
	}
}

func (n *node) sorted() []attr {
	return slices.SortedFunc(slices.Values(n.attrs), func(a, b attr) int {
		if (a.name.Space == "") != (b.name.Space == "") {
			return len(a.name.Space) - len(b.name.Space)
		}
		return strings.Compare(a.name.Space+"}"+a.name.Local, b.name.Space+"}"+b.name.Local)
	})
}

// qualified is a name with its usual prefix; an unusual namespace stands as {URI}.
func qualified(n xml.Name) string {
	if n.Space == "" || n.Space == usual["x"] {
		return n.Local
	}
	for p, u := range usual {
		if u == n.Space {
			return p + ":" + n.Local
		}
	}
	return "{" + n.Space + "}" + n.Local
}

func escape(s string, attribute bool) string {
	s = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
	if attribute {
		s = strings.NewReplacer(`"`, "&quot;", "\n", "&#10;", "\t", "&#9;").Replace(s)
	}
	return s
}

func (n *node) value() string {
	if !n.element() {
		return n.text
	}
	s := ""
	for _, c := range n.children {
		s += c.value()
	}
	return s
}

// walker lets the XPath library walk a tree.
type walker struct {
	n    *node
	attr int // of n; -1 on n itself
}

func (w *walker) NodeType() xpath.NodeType {
	switch {
	case w.attr >= 0:
		return xpath.AttributeNode
	case !w.n.element():
		return xpath.TextNode
	case w.n.parent == nil:
		return xpath.RootNode
	}
	return xpath.ElementNode
}

func (w *walker) name() (xml.Name, string) {
	if w.attr >= 0 {
		return w.n.attrs[w.attr].name, w.n.attrs[w.attr].prefix
	}
	return w.n.name, w.n.prefix
}

func (w *walker) LocalName() string    { n, _ := w.name(); return n.Local }
func (w *walker) Prefix() string       { _, p := w.name(); return p }
func (w *walker) NamespaceURL() string { n, _ := w.name(); return n.Space }

func (w *walker) Value() string {
	if w.attr >= 0 {
		return w.n.attrs[w.attr].value
	}
	return w.n.value()
}

func (w *walker) Copy() xpath.NodeNavigator { c := *w; return &c }

func (w *walker) MoveToRoot() {
	w.attr = -1
	for w.n.parent != nil {
		w.n = w.n.parent
	}
}

func (w *walker) MoveToParent() bool {
	if w.attr >= 0 {
		w.attr = -1
		return true
	}
	return w.to(w.n.parent)
}

func (w *walker) MoveToNextAttribute() bool {
	if w.attr+1 >= len(w.n.attrs) {
		return false
	}
	w.attr++
	return true
}

func (w *walker) MoveToChild() bool {
	return w.attr < 0 && len(w.n.children) > 0 && w.to(w.n.children[0])
}

func (w *walker) MoveToFirst() bool    { return w.sibling(-w.n.at) }
func (w *walker) MoveToNext() bool     { return w.sibling(1) }
func (w *walker) MoveToPrevious() bool { return w.sibling(-1) }

func (w *walker) sibling(by int) bool {
	if w.attr >= 0 || w.n.parent == nil || by == 0 {
		return false
	}
	at := w.n.at + by
	return at >= 0 && at < len(w.n.parent.children) && w.to(w.n.parent.children[at])
}

func (w *walker) MoveTo(o xpath.NodeNavigator) bool {
	other, ok := o.(*walker)
	if ok {
		*w = *other
	}
	return ok
}

func (w *walker) to(n *node) bool {
	if n != nil {
		w.n, w.attr = n, -1
	}
	return n != nil
}
