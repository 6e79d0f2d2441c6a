package xlsform

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The namespaces that forms are written in (https://getodk.github.io/xforms-spec, section Namespaces).
const (
	nsXForms   = "http://www.w3.org/2002/xforms"
	nsXHTML    = "http://www.w3.org/1999/xhtml"
	nsJavaRosa = "http://openrosa.org/javarosa"
	nsOpenRosa = "http://openrosa.org/xforms"
	nsODK      = "http://www.opendatakit.org/xforms"
	nsEntities = "http://www.opendatakit.org/xforms/entities"
)

var usualNamespaces = map[string]string{
	nsXForms: "xf", nsXHTML: "h", nsJavaRosa: "jr", nsOpenRosa: "orx", nsODK: "odk", nsEntities: "entities",
	"http://www.w3.org/2001/xml-events": "ev", "http://www.w3.org/2001/XMLSchema": "xsd",
	"http://www.w3.org/XML/1998/namespace": "xml",
}

// xmlNode is an element, or a run of text when its local name is empty.
type xmlNode struct {
	space, local string
	attrs        []xml.Attr // without declarations of namespaces
	kids         []*xmlNode
	text         string
	line         int
	xmlns        string // default namespace declared on this very element
}

// xmlReader reads a document into nodes and counts what it reads.
type xmlReader struct {
	dec      *xml.Decoder
	bytes    *io.LimitedReader
	limits   Limits
	prefixes []Attr // declared anywhere, first meaning of a prefix only
	open     []*xmlNode
	root     *xmlNode
	things   int
}

// readXML reads one document. Limits that count here: Bytes; Cells, the elements, attributes and runs of text; Depth, of which an
// XML document has two a repeat and some around; Expression, in bytes of one attribute.
func readXML(r io.Reader, limits Limits) (*xmlReader, error) {
	x := &xmlReader{limits: limits, bytes: &io.LimitedReader{R: r, N: limits.Bytes + 1}}
	x.dec = xml.NewDecoder(x.bytes)
	for {
		tok, err := x.dec.Token()
		if x.bytes.N <= 0 {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, limits.Bytes)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, x.syntax(err)
		}
		if err := x.take(tok); err != nil {
			return nil, err
		}
	}
	if x.root == nil {
		return nil, &XFormError{Code: "xml-empty"}
	}
	return x, nil
}

func (x *xmlReader) syntax(err error) error {
	var bad *xml.SyntaxError
	if errors.As(err, &bad) {
		return &XFormError{Code: "xml-broken", Line: bad.Line, Found: bad.Msg}
	}
	if strings.HasPrefix(err.Error(), "xml: encoding") {
		return &XFormError{Code: "xml-encoding", Line: x.line(), Found: err.Error()}
	}
	return err
}

func (x *xmlReader) line() int { line, _ := x.dec.InputPos(); return line }

func (x *xmlReader) take(tok xml.Token) error {
	switch t := tok.(type) {
	case xml.StartElement:
		return x.start(t)
	case xml.EndElement:
		x.end()
	case xml.CharData:
		if len(x.open) > 0 {
			top := x.open[len(x.open)-1]
			top.kids = append(top.kids, &xmlNode{text: string(t), line: x.line()})
			return x.count(1)
		}
	case xml.Directive:
		return &XFormError{Code: "xml-doctype", Line: x.line()}
	}
	return nil
}

func (x *xmlReader) start(t xml.StartElement) error {
	n := &xmlNode{space: t.Name.Space, local: t.Name.Local, line: x.line()}
	for _, a := range t.Attr {
		switch {
		case a.Name.Space == "xmlns":
			x.declare(a.Name.Local, a.Value)
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			n.xmlns = a.Value
		default:
			n.attrs = append(n.attrs, a)
		}
		if len(a.Value) > x.limits.Expression {
			return fmt.Errorf("%w: line %d: an attribute of more than %d bytes", ErrTooLarge, n.line, x.limits.Expression)
		}
	}
	if len(x.open) == 0 {
		if x.root != nil {
			return &XFormError{Code: "xml-two-roots", Line: n.line, Found: n.local}
		}
		x.root = n
	} else {
		top := x.open[len(x.open)-1]
		top.kids = append(top.kids, n)
	}
	x.open = append(x.open, n)
	if limit := 2*x.limits.Depth + 16; len(x.open) > limit {
		return fmt.Errorf("%w: line %d: more than %d elements inside each other", ErrTooLarge, n.line, limit)
	}
	return x.count(1 + len(t.Attr))
}

// end closes an element; the blanks between its elements go, unless they may be part of a text.
func (x *xmlReader) end() {
	n := x.open[len(x.open)-1]
	x.open = x.open[:len(x.open)-1]
	switch n.local {
	case "label", "hint", "value":
		return
	}
	kept := n.elements()
	if len(kept) == 0 {
		return
	}
	for _, k := range n.kids {
		if k.local == "" && strings.TrimSpace(k.text) != "" {
			return
		}
	}
	n.kids = kept
}

func (x *xmlReader) count(n int) error {
	if x.things += n; x.things > x.limits.Cells {
		return fmt.Errorf("%w: line %d: more than %d elements and attributes", ErrTooLarge, x.line(), x.limits.Cells)
	}
	return nil
}

func (x *xmlReader) declare(prefix, uri string) {
	if len(x.prefixes) > 1000 {
		return
	}
	for _, p := range x.prefixes {
		if p.Name == prefix {
			return
		}
	}
	x.prefixes = append(x.prefixes, Attr{prefix, uri})
}

// qualified writes a name with the usual prefix of its namespace, or the one that the document declares.
func (x *xmlReader) qualified(space, local string) string {
	if space == "" || space == nsXForms {
		return local
	}
	if p, usual := usualNamespaces[space]; usual {
		return p + ":" + local
	}
	for _, p := range x.prefixes {
		if p.Value == space {
			return p.Name + ":" + local
		}
	}
	if strings.ContainsAny(space, ":/") {
		return local // a default namespace, without a prefix
	}
	return space + ":" + local // a prefix that nobody declared
}
