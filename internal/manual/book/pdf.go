package book

import (
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
	return press(c, first.pages).f.Output(w)
}

// sheet is the book while it is laid out.
type sheet struct {
	*pen
	c       *content
	found   map[string]int // pages known from the pass before
	pages   map[string]int
	links   map[string]int
	section string
	bare    bool // no heads and feet
	centred bool // the same margins on both sides: to photocopy
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
	f.SetDisplayMode("fullpage", "SinglePage")
	s := &sheet{pen: newPen(f), c: c, found: found, pages: map[string]int{}, links: map[string]int{}}
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

// page opens an A4 page with its head and foot.
func (s *sheet) page() {
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
	s.text(h1, 0, column, title)
	s.skip(1.5)
	s.rect(0, s.y, 24, 1.1, green)
	s.skip(7)
}

// begin notes the page of a part, makes it a target of links and a bookmark.
func (s *sheet) begin(key, title string, level int) {
	s.pages[key] = s.f.PageNo()
	s.f.SetLink(s.link(key), max(0, s.y-3), s.f.PageNo())
	s.set(plain)
	r := []rune(printable(title))
	title = string(r)
	if len(r) > 120 {
		title = string(r[:119]) + "…"
	}
	s.f.Bookmark(title, level, max(0, s.y-3))
}

func (s *sheet) link(key string) int {
	if _, ok := s.links[key]; !ok {
		s.links[key] = s.f.AddLink()
	}
	return s.links[key]
}

// to makes a place a link to a part, once the pass before has found it.
func (s *sheet) to(key string, x, y, w, h float64) {
	if _, ok := s.found[key]; ok && !s.dry {
		s.f.Link(s.left+x, y, w, h, s.link(key))
	}
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
	s.text(white, inner, 150, s.c.Title)
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
		s.text(h2, 0, column, s.c.t("book.use.numbers"))
		s.skip(1)
		for _, c := range s.c.Contacts {
			s.contact(plain, 0, column, 46, c)
		}
	})
}

// contact writes a number and whose it is, side by side.
func (s *sheet) contact(l look, x, width, wide float64, c Contact) {
	y := s.y
	strong := l.bold().sized(l.size * 1.15)
	s.text(strong, x, wide, c.Number)
	low := s.y
	s.y = y
	name := c.Name
	if c.Note != "" {
		name += " (" + c.Note + ")"
	}
	s.text(l, x+wide, width-wide, name)
	s.y = max(s.y, low) + .6
}

func (s *sheet) legend(l legend) {
	s.skip(4)
	s.keep(func() {
		s.text(h2, 0, column, l.Title)
		s.skip(.8)
		for _, m := range l.Marks {
			y := s.y
			s.sign(m, 0, y, plain.line())
			s.text(plain, 52, column-52, m.Text)
			s.y = max(s.y, y+plain.line()) + .7
		}
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
	s.at(small.bold(), x, y+(h-small.line())/2, m.Sign)
	s.at(small, x+4, y+(h-small.line())/2, m.Word)
	return x + 4 + s.width(small, m.Word)
}

func (s *sheet) contents() {
	s.chapter("contents", s.c.t("book.contents"), s.c.t("book.contents"))
	s.entry("guards", s.c.t("book.guards"), 0)
	for _, st := range s.c.Stages {
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
	lines := s.most(l, column-x-16, title, 2)
	s.need(l.line() * float64(len(lines)))
	for i, line := range lines {
		s.at(l, x, s.y, line)
		if i == len(lines)-1 {
			number := strconv.Itoa(s.found[key])
			end := column - s.width(l, number) - 2
			s.line(x+s.width(l, line)+2, s.y+l.line()*.72, end, s.y+l.line()*.72, .25, rule, .3, 1.1)
			s.right(l, column, s.y, number)
		}
		s.to(key, 0, s.y, column, l.line())
		s.y += l.line()
	}
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
