package book

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/naungan/naungan/protocol"
)

// printed is the date the file carries: none, so that the same manual gives the
// same bytes on any day.
var printed = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

const notePages = 4

// PDF writes the book for paper: A4 with room for binding, the wall chart on A3.
// It fails only where w does.
func PDF(w io.Writer, m *protocol.Manual, o Options) error {
	c := compose(m, o)
	first := press(c, nil) // the first pass finds the pages that the contents name
	if err := first.f.Error(); err != nil {
		return err
	}
	s := press(c, first.pages)
	s.unmark()
	var b bytes.Buffer
	if err := s.f.Output(&b); err != nil {
		return err
	}
	out, err := tagged(b.Bytes(), &s.tags, s.places)
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

// sheet is the book while it is laid out.
type sheet struct {
	*pen
	c         *content
	found     map[string]int // pages known from the pass before
	pages     map[string]int
	places    map[string]place
	chapterOf *element
	section   string
	bare      bool // no heads and feet
	centred   bool // the same margins on both sides: to photocopy
}

func press(c *content, found map[string]int) *sheet {
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCreationDate(printed)
	f.SetModificationDate(printed)
	f.SetCatalogSort(true)
	f.SetAutoPageBreak(false, 0)
	f.SetMargins(0, 0, 0)
	f.SetCellMargin(0)
	f.SetTitle(printable(c.Title+", "+c.Edition), true)
	f.SetSubject(c.Subtitle, true)
	f.SetCreator("Naungan", true)
	f.SetLang(c.Lang)
	f.SetXmpMetadata(described(c))
	f.SetDisplayMode("fullpage", "SinglePage")
	s := &sheet{pen: newPen(f), c: c, found: found, pages: map[string]int{}, places: map[string]place{}}
	s.open = s.page
	s.cover()
	s.how()
	s.contents()
	s.guards()
	for _, st := range c.Stages {
		s.stage(st)
	}
	s.forms()
	s.chart()
	s.pocket()
	s.sources()
	s.notes()
	return s
}

// described says in XMP what the file is called and which language it speaks.
func described(c *content) []byte {
	var title bytes.Buffer
	_ = xml.EscapeText(&title, []byte(printable(c.Title+", "+c.Edition))) // a buffer takes everything
	return fmt.Appendf(nil, "<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"+
		"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"+
		"<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"+
		"<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">%s</rdf:li></rdf:Alt></dc:title>"+
		"<dc:language><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:language>"+
		"</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>", title.String(), c.Lang)
}

// page opens an A4 page with its head and foot.
func (s *sheet) page() {
	s.unmark()
	s.f.AddPageFormat("P", fpdf.SizeType{Wd: pageW, Ht: pageH})
	s.y, s.end = top, bottom
	odd := s.f.PageNo()%2 == 1
	s.left = outer
	if odd {
		s.left = inner
	}
	if s.centred {
		s.left = (inner + outer) / 2
	}
	if s.bare {
		return
	}
	s.aside(s.edges)
}

// edges writes a page's head and foot.
func (s *sheet) edges() {
	odd := s.f.PageNo()%2 == 1
	small := fine.sized(7.8)
	number, name := strconv.Itoa(s.f.PageNo()), s.most(small, column*.7, s.section, 1)
	title := []string{s.c.Title}
	if !odd {
		title, name = name, title
	}
	s.at(small, 0, 14, join(title))
	s.right(small, column, 14, join(name))
	s.line(0, 19.5, column, 19.5, .2, rule)
	short := join(s.most(small, column*.8, s.c.Short, 1))
	if odd {
		s.at(small, 0, 281, short)
		s.right(plain.bold().in(green), column, 280.6, number)
	} else {
		s.at(plain.bold().in(green), 0, 280.6, number)
		s.right(small, column, 281, short)
	}
}

func join(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[0]
}

// chapter opens a page under a new running head.
func (s *sheet) chapter(key, title, mark string) {
	s.section = title
	s.page()
	s.begin(key, mark, 0)
	s.as("H1", func() { s.text(h1, 0, column, title) })
	s.skip(1.5)
	s.rect(0, s.y, 24, 1.1, green)
	s.skip(7)
}

// begin notes the page of a part, makes it a target of links and a bookmark.
func (s *sheet) begin(key, title string, level int) {
	s.pages[key] = s.f.PageNo()
	_, high := s.f.GetPageSize()
	s.places[key] = place{s.f.PageNo(), (high - max(0, s.y-3)) / point}
	if level == 0 || s.chapterOf == nil {
		s.chapterOf = s.tree.add("Sect")
		s.now = s.chapterOf
	}
	if level > 0 {
		s.now = s.chapterOf.add("Sect")
	}
	s.set(plain)
	r := []rune(printable(title))
	title = string(r)
	if len(r) > 120 {
		title = string(r[:119]) + "…"
	}
	s.f.Bookmark(title, level, max(0, s.y-3))
}

// to makes what fn writes a link to a part, once the pass before has found it: the
// whole width from the height where fn begins to where it ends.
func (s *sheet) to(key, says string, x, w float64, fn func()) {
	if _, ok := s.found[key]; !ok || s.dry {
		fn()
		return
	}
	h := s.measure(fn)
	s.need(h)
	s.linked(annotation{key: key, says: says}, s.left+x, s.y, w, h, fn)
}

func (s *sheet) cover() {
	s.bare = true
	s.section = s.c.Title
	s.page()
	s.begin("cover", s.c.Title, 0)
	s.left = 0
	s.rect(0, 0, pageW, 176, deep)
	s.rect(0, 176, pageW, 2.4, ochre)
	s.y = 74
	white := look{style: "B", size: 38, color: paper, lead: 1.12}
	s.as("H1", func() { s.text(white, inner, 150, s.c.Title) })
	s.skip(5)
	s.text(look{size: 15, color: pale, lead: 1.35}, inner, 140, s.c.Subtitle)
	s.roof(inner, 40)
	s.y = 190
	s.text(plain.sized(12).bold(), inner, 154, s.c.Edition)
	s.skip(1)
	s.text(fine, inner, 154, s.c.Hash)
	s.skip(6)
	s.warning(inner, 154)
	s.approved(inner, 154)
	s.bare = false
}

// approved leaves room for who signs.
func (s *sheet) approved(x, width float64) {
	const day = 40.0
	y := max(s.y+22, 268)
	s.line(x, y, x+width-day-8, y, .3, ink)
	s.line(x+width-day, y, x+width, y, .3, ink)
	s.at(fine, x, y+1, s.c.t("book.approved"))
	s.at(fine, x+width-day, y+1, s.c.t("book.approved_day"))
}

// roof draws the sign of the house: a roof over a line.
func (s *sheet) roof(x, y float64) {
	s.drawn()
	s.stroke(1.6, paper)
	s.f.SetLineJoinStyle("round")
	s.f.SetLineCapStyle("round")
	s.f.MoveTo(x, y+10)
	s.f.LineTo(x+13, y)
	s.f.LineTo(x+26, y+10)
	s.f.DrawPath("D")
	s.f.Line(x+5, y+16, x+21, y+16)
	s.f.SetLineCapStyle("butt")
	s.f.SetLineJoinStyle("miter")
}

// warning frames what the book is not.
func (s *sheet) warning(x, width float64) {
	body := func() {
		s.skip(3.5)
		s.text(plain.bold(), x+7, width-12, s.c.Warning)
		s.skip(1.6)
		s.text(plain, x+7, width-12, s.c.Counted)
		s.skip(3.5)
	}
	h := s.measure(body)
	s.need(h)
	s.rect(x, s.y, width, h, cream)
	s.rect(x, s.y, 2, h, ochre)
	body()
}

func (s *sheet) how() {
	s.chapter("how", s.c.t("book.how"), s.c.t("book.how"))
	s.warning(0, column)
	s.skip(5)
	for i, u := range s.c.Use {
		s.item(plain, 0, column, strconv.Itoa(i+1)+".", u)
		s.skip(1.4)
	}
	s.skip(1)
	s.text(plain, 0, column, s.c.Day)
	s.numbers()
	for _, l := range s.c.Legend {
		s.legend(l)
	}
}

func (s *sheet) numbers() {
	if len(s.c.Contacts) == 0 {
		return
	}
	s.skip(4)
	s.keep(func() {
		s.as("H2", func() { s.text(h2, 0, column, s.c.t("book.use.numbers")) })
		s.skip(1)
		for _, c := range s.c.Contacts {
			s.contact(plain, 0, column, 46, c)
		}
	})
}

// contact writes a number and whose it is, side by side.
func (s *sheet) contact(l look, x, width, wide float64, c Contact) {
	y, low := s.y, 0.0
	strong := l.bold().sized(l.size * 1.15)
	s.beside(func() {
		s.text(strong, x, wide, c.Number)
		low = s.y
	}, func() {
		s.y = y + (strong.line()-l.line())/2 + (strong.size-l.size)*point*.35 // on one base line
		name := c.Name
		if c.Note != "" {
			name += " (" + c.Note + ")"
		}
		s.text(l, x+wide, width-wide, name)
	})
	s.y = max(s.y, low) + .6
}

func (s *sheet) legend(l legend) {
	s.skip(4)
	s.keep(func() {
		s.as("H2", func() { s.text(h2, 0, column, l.Title) })
		s.skip(.8)
		for _, m := range l.Marks {
			y := s.y
			s.beside(func() { s.sign(m, 0, y, plain.line()) }, func() { s.text(plain, 52, column-52, m.Text) })
			s.y = max(s.y, y+plain.line()) + .7
		}
	})
}

// beside writes an entry of a list: its label, and what stands beside it.
func (s *sheet) beside(label, body func()) {
	s.entryOf("L", "LI", func() {
		s.as("Lbl", label)
		s.as("LBody", body)
	})
}

// sign draws a mark: a framed word for a binding, else sign and word.
func (s *sheet) sign(m mark, x, y, h float64) float64 {
	switch m.Kind {
	case "":
		return x
	case "duty", "power", "target":
		return s.badge(m, 7.6, x, y, h)
	}
	small := fine.in(ink)
	s.at(small.bold(), x, y+(h-small.line())/2, m.Sign+" ")
	s.at(small, x+4, y+(h-small.line())/2, m.Word+" ")
	return x + 4 + s.width(small, m.Word)
}

func (s *sheet) contents() {
	s.chapter("contents", s.c.t("book.contents"), s.c.t("book.contents"))
	s.entry("guards", s.c.t("book.guards"), 0)
	for _, st := range s.c.Stages {
		if h := float64(len(st.Steps)+1) * plain.line(); h < 90 {
			s.need(h) // a stage's entries stay together
		}
		s.entry("stage "+st.ID, st.Head, 0)
		for _, p := range st.Steps {
			s.entry("step "+p.ID, p.ID+"  "+p.Title, 1)
		}
	}
	s.entry("forms", s.c.t("book.forms"), 0)
	for _, f := range s.c.Forms {
		s.entry("form "+f.ID, f.ID+"  "+f.Title, 1)
	}
	s.entry("chart", s.c.t("book.chart"), 0)
	s.entry("card", s.c.t("book.card"), 0)
	s.entry("sources", s.c.t("book.sources"), 0)
	s.entry("notes", s.c.t("book.notes"), 0)
}

// entry is one line of the contents: title, dots, page.
func (s *sheet) entry(key, title string, level int) {
	l, x := plain.bold(), 0.0
	if level > 0 {
		l, x = plain.sized(9), 6
	} else {
		s.skip(1.6)
		s.need(3 * l.line())
	}
	lines, number := s.most(l, column-x-16, title, 2), strconv.Itoa(s.found[key])
	write := func() {
		for i, line := range lines {
			s.at(l, x, s.y, line+" ")
			if i == len(lines)-1 {
				end := column - s.width(l, number) - 2
				s.line(x+s.width(l, line)+2, s.y+l.line()*.72, end, s.y+l.line()*.72, .25, rule, .3, 1.1)
				s.right(l, column, s.y, number)
			}
			s.y += l.line()
		}
	}
	s.need(l.line() * float64(len(lines)))
	s.entryOf("TOC", "TOCI", func() { s.to(key, title+", "+number, 0, column, write) })
}

func (s *sheet) guards() {
	s.chapter("guards", s.c.t("book.guards"), s.c.t("book.guards"))
	s.text(plain, 0, column, s.c.t("book.guards_text"))
	s.skip(4)
	for i, g := range s.c.Guards {
		s.keep(func() {
			s.item(plain.sized(10.5), 0, column, strconv.Itoa(i+1)+".", g.Rule)
			ref := g.ID
			if g.Refs != "" {
				ref += " · " + g.Refs
			}
			s.text(fine.sized(7.6), 5.5, column-5.5, ref)
			s.skip(2.6)
		})
	}
}

func (s *sheet) notes() {
	for i := range notePages {
		if i == 0 {
			s.chapter("notes", s.c.t("book.notes"), s.c.t("book.notes"))
		} else {
			s.page()
		}
		for y := s.y + 8; y < bottom; y += 8.5 {
			s.line(0, y, column, y, .2, rule)
		}
	}
}
