package book

import (
	"slices"

	"codeberg.org/go-pdf/fpdf"

	"github.com/naungan/naungan/protocol"
)

// forms opens the chapter and gives each form pages of its own.
func (s *sheet) forms() {
	if len(s.c.Forms) == 0 {
		return
	}
	s.centred = true
	for i, f := range s.c.Forms {
		s.section = f.ID + " " + f.Title
		s.page()
		if i == 0 {
			s.begin("forms", s.c.t("book.forms"), 0)
		}
		s.form(f)
	}
	s.centred = false
}

func (s *sheet) form(f form) {
	id := look{style: "B", size: 14, color: paper, lead: 1.2}
	w := s.width(id, f.ID) + 7
	s.begin("form "+f.ID, f.ID+" "+f.Title, 1)
	s.rect(0, s.y, w, 9.4, green)
	s.skip(.8)
	title := h2.sized(15).in(ink)
	s.as("H2", func() {
		s.level(id, title, 3.5, s.y, f.ID+" ")
		s.text(title, w+5, column-w-5, f.Title)
	})
	s.skip(3)
	s.text(plain, 0, column, f.Purpose)
	s.skip(1)
	for _, t := range []string{f.UsedBy, f.Secrecy} {
		s.text(fine, 0, column, t)
	}
	if slices.ContainsFunc(f.Fields, func(d field) bool { return d.Required }) {
		s.text(fine, 0, column, s.c.t("book.form.required"))
	}
	s.skip(5)
	s.formHead()
	for _, d := range f.Fields {
		s.field(d)
	}
	if len(f.Fields) == 0 {
		s.text(plain.bold(), 0, column, s.c.t("book.form.free"))
	}
	s.rest(len(f.Fields) == 0)
}

// formHead is what every sheet asks: which case, when, by whom.
func (s *sheet) formHead() {
	third := (column - 12) / 3
	s.rect(-3, s.y-2, column+6, 17, linen)
	for i, key := range []string{"code", "date", "by"} {
		x := float64(i) * (third + 6)
		s.at(fine, x, s.y, s.c.t("book.form."+key))
		s.line(x, s.y+12, x+third, s.y+12, .3, ink)
	}
	s.skip(21)
}

// rest fills the page with lines, where asked, and says how to keep the sheet.
func (s *sheet) rest(ruled bool) {
	foot := fine.bold()
	for ruled && s.y+9 < s.end-8 {
		s.skip(9)
		s.line(0, s.y, column, s.y, .2, rule)
	}
	s.need(foot.line() + 3)
	s.y = max(s.y+3, s.end-foot.line())
	s.text(foot, 0, column, s.c.t("book.form.foot"))
}

// field writes one field with room to fill it in; the two stay together.
func (s *sheet) field(d field) {
	s.keep(func() {
		l := plain.bold()
		name := d.Label
		if d.Required {
			name += " *"
		}
		s.text(l, 0, column, name)
		hint := d.Hint
		for _, more := range []string{d.Range, d.Shown} {
			if hint != "" && more != "" {
				hint += " · "
			}
			hint += more
		}
		s.text(fine, 0, column, hint)
		s.answer(d)
		s.skip(4.5)
	})
}

// answer leaves room by the type of the field.
func (s *sheet) answer(d field) {
	switch d.Type {
	case protocol.FieldChoice, protocol.FieldYesNo:
		s.choices(d.Choices, true)
	case protocol.FieldChoices:
		s.choices(d.Choices, false)
	case protocol.FieldDate:
		s.day()
		s.skip(9)
	case protocol.FieldTime:
		x := s.day() + 5
		s.at(fine, x, s.y+3, s.c.t("book.form.hour"))
		s.boxes(x+2+s.width(fine, s.c.t("book.form.hour")), 2, 2)
		s.skip(9)
	case protocol.FieldNumber:
		s.frame(0, s.y+1.5, 38, 7.5, .3, ink)
		s.skip(9)
	case protocol.FieldLong:
		s.ruled(4)
	default:
		s.ruled(1)
	}
}

func (s *sheet) ruled(n int) {
	for range n {
		s.skip(8)
		s.line(0, s.y, column, s.y, .25, soft)
	}
	s.skip(1)
}

// day draws room for a date and returns where it ends.
func (s *sheet) day() float64 {
	x, hint := s.boxes(0, 2, 2, 4)+2.5, s.c.t("book.form.ymd")
	s.at(fine, x, s.y+3, hint)
	return x + s.width(fine, hint)
}

// boxes draws groups of boxes for figures and returns where they end.
func (s *sheet) boxes(x float64, groups ...int) float64 {
	for i, n := range groups {
		if i > 0 {
			x += 3
		}
		for range n {
			s.frame(x, s.y+1.5, 6, 7.5, .3, ink)
			x += 6
		}
	}
	return x
}

// choices writes each choice behind a circle (one of them) or a box (any).
func (s *sheet) choices(list []string, one bool) {
	const sign, gap, line = 6.0, 7.0, 6.2
	s.skip(1)
	x := 0.0
	for _, c := range list {
		w := min(s.width(plain, c), column-sign)
		if x > 0 && x+sign+w > column {
			x = 0
			s.skip(line)
		}
		s.tick(x, s.y+.7, one)
		if s.width(plain, c) > column-sign {
			s.text(plain, x+sign, column-sign, c)
			s.skip(1)
			continue
		}
		s.at(plain, x+sign, s.y, c)
		x += sign + w + gap
	}
	if x > 0 {
		s.skip(line)
	}
}

func (s *sheet) tick(x, y float64, round bool) {
	if !round {
		s.frame(x, y, 3.6, 3.6, .3, ink)
		return
	}
	if !s.dry {
		s.drawn()
		s.stroke(.3, ink)
		s.f.Circle(s.left+x+1.8, y+1.8, 1.8, "D")
	}
}

// sources lists what the manual rests on, with how certain each is.
func (s *sheet) sources() {
	s.chapter("sources", s.c.t("book.sources"), s.c.t("book.sources"))
	s.text(plain, 0, column, s.c.t("book.sources_text"))
	s.skip(4)
	for _, r := range s.c.Sources {
		s.keep(func() { s.source(r) })
	}
}

func (s *sheet) source(r source) {
	y := s.y
	s.text(fine.bold().in(ink), 0, label-3, r.ID)
	low := s.y
	s.y = y
	s.text(plain.sized(9.4), label, value, r.Title)
	s.sign(r.Certainty, label, s.y, 4.8)
	end := label + 4 + s.width(fine, r.Certainty.Word) + 5
	if r.Certainty.Kind == "" {
		end = label
	}
	if r.CitedBy != "" && end+s.width(fine, r.CitedBy) <= column {
		s.at(fine, end, s.y+(4.8-fine.line())/2, r.CitedBy)
		s.skip(4.8)
	} else {
		s.skip(4.8)
		s.text(fine, label, value, r.CitedBy)
	}
	if r.URL != "" {
		url := func() { s.text(fine.sized(7.4), label, value, r.URL) }
		s.linked(annotation{url: r.URL, says: r.Title}, s.left+label, s.y, value, s.measure(url), url)
	}
	s.y = max(s.y, low) + 2.2
}

// Sizes of the wall chart: A3 lying.
const (
	chartW, chartH = 420.0, 297.0
	chartEdge      = 14.0
	chartColumns   = 4
	chartGap       = 8.0
	chartColumn    = (chartW - 2*chartEdge - (chartColumns-1)*chartGap) / chartColumns
	chartTop       = 50.0
	chartEnd       = chartH - 13
)

// chart hangs on a wall: every clock on one A3 page, in the largest type that
// fits. Only a manual of hundreds of steps runs on to a second page.
func (s *sheet) chart() {
	s.section = s.c.t("book.chart")
	size := 10.0
	for ; size > 5; size -= .2 {
		if s.clocks(size, false) <= chartColumns {
			break
		}
	}
	s.chartPage(true)
	s.clocks(size, true)
	s.bare, s.end, s.open = false, bottom, s.page
}

func (s *sheet) chartPage(first bool) {
	s.unmark()
	s.f.AddPageFormat("L", fpdf.SizeType{Wd: chartH, Ht: chartW})
	s.left, s.y = chartEdge, chartEdge
	if first {
		s.begin("chart", s.c.t("book.chart"), 0)
	}
	wide := chartW - 2*chartEdge
	s.as("H1", func() { s.at(h1.sized(28), 0, s.y-2, s.c.t("book.chart")) })
	s.right(fine, wide, s.y, s.c.Edition)
	s.right(fine.sized(7), wide, s.y+4, s.c.Hash)
	s.y += 13
	s.at(plain, 0, s.y, s.c.t("book.clock.text"))
	s.right(fine, wide, s.y, s.c.Counted)
	s.y += 7
	x := 0.0
	s.paragraph(func() {
		for _, l := range s.c.Legend {
			for _, m := range l.Marks {
				x = s.sign(m, x, s.y, 6) + 6
			}
			x += 6
		}
	})
	s.line(0, chartTop-6, wide, chartTop-6, .5, green)
}

// clocks sets every clock in a size and returns how many columns it took.
func (s *sheet) clocks(size float64, draw bool) int {
	was, col := s.dry, 0
	s.dry, s.y, s.open, s.end = !draw, chartTop, nil, chartEnd
	move := func(h float64) {
		if s.y+h <= chartEnd {
			return
		}
		col++
		if draw && col%chartColumns == 0 {
			s.chartPage(false)
		}
		s.y = chartTop
	}
	x := func() float64 { return float64(col%chartColumns) * (chartColumn + chartGap) }
	for _, g := range s.c.Clocks {
		for i, c := range g.Clocks {
			h := s.measure(func() { s.clock(c, 0, size) })
			if i == 0 {
				head := s.measure(func() { s.clockHead(g.Head, 0, size) })
				move(head + h)
				s.clockHead(g.Head, x(), size)
			} else {
				move(h)
			}
			s.clock(c, x(), size)
		}
	}
	s.dry = was
	return col + 1
}

func (s *sheet) clockHead(title string, x, size float64) {
	l := look{style: "B", size: size * 1.15, color: paper}
	h := l.line() + 2
	s.skip(1.5)
	s.rect(x, s.y, chartColumn, h, green)
	s.as("H2", func() { s.at(l, x+2, s.y+1, join(s.most(l, chartColumn-4, title, 1))) })
	s.skip(h + 1.5)
}

// clock is one row: by when in bold at the left; step, from when and marks beside.
func (s *sheet) clock(c clock, x, size float64) {
	const span = 23.0
	strong := look{style: "B", size: size * 1.15, color: ink, lead: 1.25}
	y := s.y
	s.entryOf("L", "LI", func() {
		s.as("Lbl", func() {
			for _, line := range s.most(strong, span-2, c.D.Span, 2) {
				s.at(strong, x, s.y, line+" ")
				s.y += strong.line()
			}
		})
		low := s.y
		s.y = y
		s.as("LBody", func() { s.clockText(c, x, span, size) })
		s.y = max(s.y, low) + .9
	})
	s.line(x, s.y, x+chartColumn, s.y, .15, rule)
	s.skip(.9)
}

// clockText is what stands beside a clock's time: step, from when, marks, who.
func (s *sheet) clockText(c clock, x, span, size float64) {
	name, small := look{size: size, color: ink, lead: 1.25}, look{size: size * .82, color: soft, lead: 1.3}
	title := c.ID + "  " + c.Title
	s.paragraph(func() {
		for _, line := range s.most(name, chartColumn-span, title, 3) {
			s.at(name, x+span, s.y, line+" ")
			s.y += name.line()
		}
		for _, line := range s.most(small, chartColumn-span, c.D.From, 2) {
			s.at(small, x+span, s.y, line+" ")
			s.y += small.line()
		}
	})
	s.paragraph(func() { s.clockMarks(c, x, span, size) })
}

func (s *sheet) clockMarks(c clock, x, span, size float64) {
	small := look{size: size * .82, color: soft, lead: 1.3}
	who := c.Who
	if c.Theirs {
		who = s.c.t("book.clock.theirs")
	}
	h := size*.8*point + 2
	end := x + span
	if c.D.Binding.Kind != "" {
		end = s.badge(c.D.Binding, size*.75, end, s.y, h) + 2
	}
	signs := c.D.Basis.Sign + " " + c.D.Certainty.Sign
	s.at(small.bold().in(ink), end, s.y+(h-small.line())/2, signs+" ")
	end += s.width(small.bold(), signs) + 2
	s.at(small, end, s.y+(h-small.line())/2, join(s.most(small, x+chartColumn-end, who, 1)))
	s.y += h
}
