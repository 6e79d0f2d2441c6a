package book

import (
	"strconv"
	"strings"

	"github.com/naungan/naungan/internal/manual/flow"
)

const (
	label = 33.0 // width of the column of names beside a step
	value = column - label

	// Millimetres for a pixel of a flow: below least its smallest letters would be
	// under seven points. It then goes over several pages, in middle, or is told in
	// words; large is the most.
	least, middle, large = .225, .235, .29
)

func (s *sheet) stage(st stage) {
	s.section = st.Head
	s.page()
	s.begin("stage "+st.ID, st.Head, 0)
	s.as("H1", func() {
		s.text(h2.in(ochre), 0, column, s.c.t("book.stage", "stage", st.ID)+" ")
		s.text(h1, 0, column, join(s.most(h1, column*3, st.Title, 1)))
	})
	s.skip(1.5)
	s.rect(0, s.y, 24, 1.1, green)
	s.skip(6)
	s.as("H2", func() { s.text(h2.sized(11), 0, column, s.c.t("book.flow")) })
	s.skip(2)
	s.flow(st)
	for i, p := range st.Steps {
		if s.y > top {
			s.skip(9)
		}
		s.step(p, i == len(st.Steps)-1)
	}
}

// flow draws the stage's picture where it stays legible: on this page, else over
// two or three, cut between rows. A picture too large for that is told in words.
func (s *sheet) flow(st stage) {
	room := s.end - s.y - 3*fine.line() - 2
	p, scale := st.Flow, fit(st.Flow, room)
	if wide := fit(st.Wide, room); wide > scale {
		p, scale = st.Wide, wide
	}
	if scale < least {
		p, scale = st.Flow, fit(st.Flow, room+2*(bottom-top-3*fine.line()-2))
		scale = min(scale, middle)
	}
	parts := cut(p, room/scale, (bottom-top-3*fine.line()-2)/scale)
	if scale < least || len(parts) > 3 || len(parts) == 0 {
		for _, line := range p.Sentences {
			s.item(plain.sized(9), 0, column, "•", line)
			s.skip(1)
		}
		return
	}
	for i, part := range parts {
		if i > 0 {
			s.text(fine.bold(), 0, column, s.c.t("book.goes_on"))
			s.page()
		}
		alt := strings.Join(p.Sentences, " ")
		if i > 0 {
			alt = s.c.t("book.flow_rest")
		}
		s.as("Figure", func() {
			if s.now != nil {
				s.now.alt = printable(alt)
			}
			s.mark()
			from := s.y
			s.picture(p, part, scale)
			s.unmark()
			if s.now != nil {
				s.now.box = [4]float64{s.left / point, (pageH - s.y) / point, (s.left + column) / point, (pageH - from) / point}
			}
		})
	}
	s.text(fine, 0, column, s.c.t("book.flow_legend"))
}

// fit returns the scale in which a picture of that height fills the room.
func fit(p flow.Picture, room float64) float64 {
	if p.W == 0 {
		return 0
	}
	return min(column/p.W, room/p.H, large)
}

// cut returns from where to where a picture goes on each page, given the room on
// the first and on the others; no box is cut. It returns nothing where a box is
// higher than a page.
func cut(p flow.Picture, first, other float64) (parts [][2]float64) {
	for from, room := 0.0, first; from < p.H; room = other {
		to := from + room
		if to >= p.H {
			return append(parts, [2]float64{from, p.H})
		}
		for moved := true; moved; {
			moved = false
			for _, b := range p.Boxes {
				if b.Y-16 < to && to < b.Y+b.H+14 { // only the room between two rows is as wide
					to, moved = b.Y-16, true
				}
			}
		}
		if to <= from || len(parts) > 3 {
			return nil
		}
		parts, from = append(parts, [2]float64{from, to}), to
	}
	return parts
}

// picture draws a part of a flow in a scale of millimetres for a pixel.
func (s *sheet) picture(p flow.Picture, part [2]float64, scale float64) {
	x, y := s.left+(column-p.W*scale)/2, s.y-part[0]*scale
	h := (part[1] - part[0]) * scale
	s.f.ClipRect(s.left-5, s.y, column+10, h, false)
	for _, a := range p.Arrows {
		s.arrow(a, x, y, scale)
	}
	for _, b := range p.Boxes {
		if b.Y < part[0] || b.Y >= part[1] {
			continue
		}
		s.box(b, x, y, scale)
		for _, t := range b.Text {
			l := look{size: t.Size * scale / point, color: ink}
			if t.Bold {
				l.style = "B"
			}
			s.set(l)
			s.f.Text(x+t.X*scale, y+t.Y*scale, printable(t.S)+" ")
		}
	}
	s.f.ClipEnd()
	s.restored()
	s.y += h + 3
}

func (s *sheet) arrow(a flow.Arrow, x, y, scale float64) {
	if a.Dashed {
		s.stroke(1.5*scale, soft, 5*scale, 4*scale)
	} else {
		s.stroke(1.5*scale, soft)
	}
	for _, c := range a.Curves {
		s.f.MoveTo(x+c[0].X*scale, y+c[0].Y*scale)
		s.f.CurveBezierCubicTo(x+c[1].X*scale, y+c[1].Y*scale, x+c[2].X*scale, y+c[2].Y*scale, x+c[3].X*scale, y+c[3].Y*scale)
		s.f.DrawPath("D")
	}
	s.f.SetDashPattern(nil, 0)
	s.f.SetFillColor(soft.r, soft.g, soft.b)
	h := a.Head()
	s.f.MoveTo(x+h[0].X*scale, y+h[0].Y*scale)
	s.f.LineTo(x+h[1].X*scale, y+h[1].Y*scale)
	s.f.LineTo(x+h[2].X*scale, y+h[2].Y*scale)
	s.f.ClosePath()
	s.f.DrawPath("F")
}

func (s *sheet) box(b flow.Box, x, y, scale float64) {
	ground, round := paper, 3.0
	switch b.Kind {
	case flow.Label:
		return
	case flow.Entry:
		ground, round = pale, 12
		s.stroke(1*scale, green)
	case flow.Exit:
		ground = linen
		s.stroke(1*scale, soft, 4*scale, 3*scale)
	default:
		s.stroke(1.8*scale, green)
	}
	s.f.SetFillColor(ground.r, ground.g, ground.b)
	s.f.RoundedRect(x+b.X*scale, y+b.Y*scale, b.W*scale, b.H*scale, round*scale, "1234", "FD")
	s.f.SetDashPattern(nil, 0)
}

// What a page must take of a step that goes over two, in millimetres: of its
// beginning, and of its end.
const leastHead, leastTail = 60.0, 32.0

// step writes a step, on one page where that leaves little of the page before it
// empty. Else it goes on on the next, with a good part on each. A stage's last step
// does not: what goes on would stand alone on its page.
func (s *sheet) step(p step, last bool) {
	h := s.measure(func() { s.stepBody(p) })
	if left := s.end - s.y; h > left {
		tail := max(0, leastTail-(h-left))
		if left-tail < leastHead || last && h < bottom-top {
			s.page()
		} else {
			s.end -= tail
		}
	}
	if s.y > top {
		s.line(0, s.y-4.5, column, s.y-4.5, .2, rule)
	}
	s.open = func() {
		s.page()
		s.aside(func() {
			s.at(fine.bold(), 0, s.y, join(s.most(fine.bold(), column, s.c.t("book.step.goes_on", "step", p.ID+" "+p.Title), 1)))
		})
		s.skip(fine.line() + 2.5)
	}
	s.stepBody(p)
	s.open = s.page
}

func (s *sheet) stepBody(p step) {
	s.stepHead(p)
	for _, f := range p.Facts {
		s.row(f.Name, func() { s.text(plain, label, value, f.Value) })
	}
	s.row(s.c.t("book.step.deadline"), func() { s.deadlines(p.Deadlines) })
	s.list(s.c.t("book.step.gate"), p.First, "■")
	s.numbered(s.c.t("book.step.do"), p.Do)
	s.forbid(p.Forbid)
	s.list(s.c.t("book.step.require"), p.Require, "■")
	s.numbered(s.c.t("book.step.ladder"), p.Ladder)
	s.list(s.c.t("book.step.decide"), p.Decide, "►")
	s.list(s.c.t("book.step.next"), p.Next, "→")
	s.outputs(p.Outputs)
	if len(p.Tracks) > 0 {
		s.row(s.c.t("book.step.track"), func() { s.deadlines(p.Tracks) })
	}
	s.short(s.c.t("book.step.overdue"), p.Overdue)
	s.short(s.c.t("book.step.reviewed"), p.Review)
	s.short(s.c.t("book.step.sensitivity"), p.Secrecy)
	s.refs(p.Refs)
}

func (s *sheet) stepHead(p step) {
	l := h2.in(ink)
	id := look{style: "B", size: 12, color: paper, lead: 1.2}
	w := max(11, s.width(id, p.ID)+5)
	s.need(l.line()*3 + 20)
	if !s.dry {
		s.begin("step "+p.ID, p.ID+" "+p.Title, 1)
	}
	s.rect(0, s.y, w, 7.4, green)
	s.skip(.6)
	s.as("H2", func() {
		s.level(id, l, (w-s.width(id, p.ID))/2, s.y, p.ID+" ")
		s.text(l, w+4, column-w-4, p.Title)
	})
	s.skip(3.4)
}

// row writes a name beside what body writes, both from the same height.
func (s *sheet) row(name string, body func()) {
	l := fine.bold()
	lines := s.lines(l, label-4, name)
	const whole = 45.0 // a row lower than that stays on one page
	h := max(plain.line()*2, l.line()*float64(len(lines)))
	if all := s.measure(body); !s.dry && all < whole {
		h = max(h, all)
	}
	s.need(h)
	y, page := s.y, s.f.PageNo()
	s.beside(func() {
		for i, line := range lines {
			s.level(l, plain, 0, y+float64(i)*l.line(), line+" ")
		}
	}, body)
	if s.f.PageNo() == page {
		s.y = max(s.y, y+float64(len(lines))*l.line())
	}
	s.skip(1.5)
}

func (s *sheet) list(name string, items []string, sign string) {
	if len(items) == 0 {
		return
	}
	s.row(name, func() {
		for _, t := range items {
			s.item(plain, label, value, sign, t)
		}
	})
}

// short writes a line, if there is one.
func (s *sheet) short(name, text string) {
	if text != "" {
		s.row(name, func() { s.text(plain, label, value, text) })
	}
}

// numbered writes a list whose order counts.
func (s *sheet) numbered(name string, items []string) {
	if len(items) == 0 {
		return
	}
	s.row(name, func() {
		for i, t := range items {
			s.item(plain, label, value, strconv.Itoa(i+1)+".", t)
			s.skip(.7)
		}
	})
}

// forbid writes what not to do: a cross before each, a double bar beside all.
func (s *sheet) forbid(items []string) {
	if len(items) == 0 {
		return
	}
	bar := func(y, h float64) {
		s.rect(label, y, .9, h, ochre)
		s.rect(label+1.5, y, .4, h, ochre)
	}
	s.row(s.c.t("book.step.forbid"), func() {
		for _, t := range items {
			s.item(plain, label+4.5, value-4.5, "×", t, bar)
		}
	})
}

func (s *sheet) outputs(forms []string) {
	if len(forms) == 0 {
		return
	}
	s.row(s.c.t("book.step.outputs"), func() {
		for _, f := range forms {
			id, _, _ := strings.Cut(f, " ")
			s.need(plain.line() * 2)
			s.entryOf("L", "LI", func() {
				s.as("Lbl", func() { s.at(plain.bold(), label, s.y, "▪") })
				s.as("LBody", func() {
					s.to("form "+id, f, label+5.5, value-5.5, func() { s.text(plain, label+5.5, value-5.5, f) })
				})
			})
		}
	})
}

// deadlines writes each deadline with its marks under it.
func (s *sheet) deadlines(list []deadline) {
	if len(list) == 0 {
		s.text(plain, label, value, capital(s.c.t("book.step.no_deadline")))
	}
	for i, d := range list {
		if i > 0 {
			s.skip(1.2)
		}
		l := plain.bold()
		text := capital(d.Full)
		if d.What != "" {
			text = capital(d.What) + ": " + d.Full
			l = plain
		}
		s.need(l.line()*2 + 6)
		s.text(l, label, value, text)
		s.marks(d, label, value)
		if d.Note != "" {
			s.text(fine, label, value, d.Note)
		}
	}
}

// marks writes binding, basis, certainty and sources in a line, or more.
func (s *sheet) marks(d deadline, from, width float64) {
	s.paragraph(func() { s.marked(d, from, width) })
}

func (s *sheet) marked(d deadline, from, width float64) {
	const h = 5.2
	s.need(h)
	x := from
	for _, m := range []mark{d.Binding, d.Basis, d.Certainty} {
		if m.Kind == "" {
			continue
		}
		if x > from && x+5+s.width(fine, m.Word) > from+width {
			x = from
			s.y += h
			s.need(h)
		}
		x = s.sign(m, x, s.y, h) + 5
	}
	s.y += h
	if d.Refs != "" {
		s.text(fine, from, width, d.Refs)
	}
}

func (s *sheet) refs(list []cited) {
	if len(list) == 0 {
		return
	}
	s.row(s.c.t("book.step.refs"), func() {
		for _, r := range list {
			s.text(fine, label, value, r.ID+"  "+r.Title+" ("+r.Certainty+")")
		}
	})
}
