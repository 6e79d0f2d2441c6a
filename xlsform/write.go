package xlsform

import (
	"bufio"
	"bytes"
	"io"
	"strings"
)

// printer writes elements with two spaces a level; the first fault of the writer is kept.
type printer struct {
	w     *bufio.Writer
	depth int
}

var (
	escapeText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	escapeAttr = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", "&#10;", "\t", "&#9;", "\r", "&#13;")
)

func (x *printer) indent() {
	for range x.depth {
		x.w.WriteString("  ")
	}
}

func (x *printer) tag(name string, attrs []Attr, end string) {
	x.indent()
	x.w.WriteByte('<')
	x.w.WriteString(name)
	for _, a := range attrs {
		x.w.WriteByte(' ')
		x.w.WriteString(a.Name)
		x.w.WriteString(`="`)
		escapeAttr.WriteString(x.w, clean(a.Value))
		x.w.WriteByte('"')
	}
	x.w.WriteString(end)
}

// open begins an element, close ends it.
func (x *printer) open(name string, attrs ...Attr) {
	x.tag(name, attrs, ">\n")
	x.depth++
}

func (x *printer) close(name string) {
	x.depth--
	x.indent()
	x.w.WriteString("</" + name + ">\n")
}

// block writes an element around what inside writes, as an empty one if that is nothing.
func (x *printer) block(name string, attrs []Attr, inside func()) {
	out := x.w
	var b bytes.Buffer
	x.w = bufio.NewWriter(&b)
	x.depth++
	inside()
	x.depth--
	_ = x.w.Flush() // into memory
	x.w = out
	if b.Len() == 0 {
		x.empty(name, attrs...)
		return
	}
	x.open(name, attrs...)
	x.w.Write(b.Bytes())
	x.close(name)
}

func (x *printer) empty(name string, attrs ...Attr) { x.tag(name, attrs, "/>\n") }

// text writes an element with words only.
func (x *printer) text(name, words string, attrs ...Attr) {
	if words == "" {
		x.empty(name, attrs...)
		return
	}
	x.tag(name, attrs, ">")
	escapeText.WriteString(x.w, clean(words))
	x.w.WriteString("</" + name + ">\n")
}

// value writes an element with words and answers. Where it shows an answer it begins and ends with a space, as ODK's converter
// writes it.
func (x *printer) value(name string, v Value, attrs ...Attr) {
	if !v.shows() {
		x.text(name, v.String(), attrs...)
		return
	}
	x.tag(name, attrs, "> ")
	for _, p := range v {
		if p.Output == "" {
			escapeText.WriteString(x.w, clean(p.Text))
			continue
		}
		x.w.WriteString(`<output value="`)
		escapeAttr.WriteString(x.w, clean(p.Output))
		x.w.WriteString(`"/>`)
	}
	x.w.WriteString(" </" + name + ">\n")
}

func (v Value) shows() bool {
	for _, p := range v {
		if p.Output != "" {
			return true
		}
	}
	return false
}

// clean drops what XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets).
func clean(s string) string {
	for _, r := range s {
		if !xmlRune(r) {
			return strings.Map(func(r rune) rune {
				if xmlRune(r) {
					return r
				}
				return -1
			}, s)
		}
	}
	return s
}

func xmlRune(r rune) bool {
	return r >= 0x20 && r <= 0xD7FF || r == '\t' || r == '\n' || r == '\r' || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000
}

// WriteXForm writes the form as XForm XML, element by element. Faults: the writer's own.
func (f *Form) WriteXForm(w io.Writer) error {
	x := &printer{w: bufio.NewWriterSize(w, 64<<10)}
	fw := &formWriter{printer: x, form: f, triggered: map[string][]triggered{}}
	f.Walk(func(it, _ *Item) bool {
		for _, a := range it.Actions {
			if a.Trigger != "" {
				fw.triggered[a.Trigger] = append(fw.triggered[a.Trigger], triggered{it.Path, a})
			}
		}
		return true
	})
	x.w.WriteString("<?xml version=\"1.0\"?>\n")
	x.open("h:html", f.namespaces()...)
	x.open("h:head")
	x.text("h:title", f.Title)
	fw.model()
	x.close("h:head")
	fw.body()
	x.close("h:html")
	return x.w.Flush()
}

func (f *Form) namespaces() []Attr {
	out := []Attr{
		{"xmlns", "http://www.w3.org/2002/xforms"}, {"xmlns:h", "http://www.w3.org/1999/xhtml"}, {"xmlns:ev", "http://www.w3.org/2001/xml-events"},
		{"xmlns:xsd", "http://www.w3.org/2001/XMLSchema"}, {"xmlns:jr", "http://openrosa.org/javarosa"},
		{"xmlns:orx", "http://openrosa.org/xforms"}, {"xmlns:odk", "http://www.opendatakit.org/xforms"},
	}
	for _, n := range f.Namespaces {
		out = append(out, Attr{"xmlns:" + n.Name, n.Value})
	}
	if f.Settings.EntitiesVersion != "" {
		out = append(out, Attr{"xmlns:entities", "http://www.opendatakit.org/xforms/entities"})
	}
	return out
}

// WriteItemsets writes the table of external choices as itemsets.csv (RFC 4180, every cell quoted); it writes nothing when the form has none.
func (f *Form) WriteItemsets(w io.Writer) error {
	out := bufio.NewWriter(w)
	for _, row := range f.Itemsets {
		last := len(row)
		for last > 0 && row[last-1] == "" {
			last--
		}
		for i, cell := range row[:last] {
			if i > 0 {
				out.WriteByte(',')
			}
			out.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
		}
		out.WriteString("\r\n")
	}
	return out.Flush()
}
