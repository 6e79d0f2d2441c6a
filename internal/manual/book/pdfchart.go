package book

import "codeberg.org/go-pdf/fpdf"

// Sizes of the wall chart: A3 lying.
const (
	chartW, chartH = 420.0, 297.0
	chartEdge      = 11.0
	chartColumns   = 4
	chartGap       = 7.0
	chartColumn    = (chartW - 2*chartEdge - (chartColumns-1)*chartGap) / chartColumns
	chartTop       = 42.0
	chartEnd       = chartH - 10
)

// chart hangs on a wall: every clock on one A3 page, in the largest type that
// fits. Only a manual of hundreds of steps runs on to a second page.
func (s *sheet) chart() {
	s.section = s.c.t("book.chart")
	size := 12.0
	for ; size > 5; size -= .1 {
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
	s.y += 12
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
	s.line(0, chartTop-3, wide, chartTop-3, .5, green)
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

// clock is one row: by when in bold at the left, its marks below; step, from when
// and who beside.
func (s *sheet) clock(c clock, x, size float64) {
	const span = 24.0
	strong := look{style: "B", size: size * 1.15, color: ink, lead: 1.25}
	y := s.y
	s.entryOf("L", "LI", func() {
		s.as("Lbl", func() {
			for _, line := range s.most(strong, span-2, c.D.Span, 2) {
				s.at(strong, x, s.y, line+" ")
				s.y += strong.line()
			}
			s.clockMarks(c, x, size)
		})
		low := s.y
		s.y = y
		s.as("LBody", func() { s.clockText(c, x+span, chartColumn-span, size) })
		s.y = max(s.y, low) + .9
	})
	s.line(x, s.y, x+chartColumn, s.y, .15, rule)
	s.skip(.9)
}

func (s *sheet) clockText(c clock, x, width, size float64) {
	name, small := look{size: size, color: ink, lead: 1.25}, look{size: size * .84, color: soft, lead: 1.25}
	who := c.Who
	if c.Theirs {
		who = s.c.t("book.clock.theirs")
	}
	if c.D.From != "" {
		who = c.D.From + " · " + who
	}
	for _, part := range []struct {
		look
		lines []string
	}{
		{name, s.most(name, width, c.ID+"  "+c.Title, 3)},
		{small, s.most(small, width, who, 2)},
	} {
		s.paragraph(func() {
			for _, line := range part.lines {
				s.at(part.look, x, s.y, line+" ")
				s.y += part.line()
			}
		})
	}
}

// clockMarks is a clock's binding in its frame, the signs of its basis and certainty.
func (s *sheet) clockMarks(c clock, x, size float64) {
	small := look{style: "B", size: size * .84, color: ink, lead: 1.3}
	h := size*.78*point + 2
	if c.D.Binding.Kind != "" {
		x = s.badge(c.D.Binding, size*.78, x, s.y, h) + 1.5
	}
	s.at(small, x, s.y+(h-small.line())/2, c.D.Basis.Sign+" "+c.D.Certainty.Sign)
	s.y += h
}
