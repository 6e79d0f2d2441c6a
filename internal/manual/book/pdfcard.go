package book

import (
	"strconv"

	"codeberg.org/go-pdf/fpdf"
)

// The card is an A4 sheet printed on one side and folded twice into A6: the upper
// half goes behind, so it stands on its head; then the left half goes behind. Of
// the four quarters the lower right is the cover, the upper two lie inside, the
// lower left is the back.
const (
	cardW, cardH = 297.0, 210.0
	panelW       = cardW / 2
	panelH       = cardH / 2
	cardEdge     = 9.0
	panelText    = panelW - 2*cardEdge
)

// panel is a quarter of the card: parts of it in a size of type.
type panel func(size float64) []func()

func (s *sheet) pocket() {
	s.section = s.c.t("book.card")
	s.unmark()
	s.f.AddPageFormat("L", fpdf.SizeType{Wd: cardH, Ht: cardW})
	s.left, s.y, s.open = 0, 0, nil
	s.begin("card", s.c.t("book.card"), 0)
	s.line(0, panelH, cardW, panelH, .2, soft, 2, 2)
	s.line(panelW, 0, panelW, cardH, .2, soft, 2, 2)
	small := fine.sized(6.5)
	for _, at := range [][2]float64{{6, panelH - 3.2}, {panelW + 1.2, 5.5}, {panelW + 1.2, cardH - 9}} {
		s.at(small, at[0], at[1], s.c.t("book.pocket.fold"))
	}
	s.panel(panelW, panelH, false, s.front)
	s.panel(panelW, 0, true, s.toDo)
	s.panel(0, 0, true, s.notToDo)
	s.panel(0, panelH, false, s.always)
	s.left, s.end, s.open = outer, bottom, s.page
}

// panel writes a quarter in the largest type that fits; what does not fit in the
// smallest is left out whole, and a sign says so.
func (s *sheet) panel(x, y float64, turned bool, what panel) {
	size := 16.0
	height := func(size float64) float64 {
		return s.measure(func() {
			for _, part := range what(size) {
				part()
			}
		})
	}
	for size > 5.5 && height(size) > panelH-2*cardEdge {
		size -= .1
	}
	parts := what(size)
	more := max(0, min(1.6, (panelH-2*cardEdge-height(size))/float64(max(1, len(parts)-1))))
	s.unmark()
	if turned {
		s.f.TransformBegin()
		s.f.TransformRotate(180, x+panelW/2, y+panelH/2)
	}
	s.left, s.y = x+cardEdge, y+cardEdge
	for _, part := range parts {
		if s.y+s.measure(part) > y+panelH-3 {
			s.at(plain, 0, s.y, "…")
			break
		}
		part()
		s.skip(more)
	}
	s.unmark()
	if turned {
		s.f.TransformEnd()
		s.restored()
	}
}

// heading opens a quarter.
func (s *sheet) heading(size float64, title string) func() {
	return func() {
		s.as("H2", func() { s.text(look{style: "B", size: size * 1.5, color: green, lead: 1.2}, 0, panelText, title) })
		s.rect(0, s.y+.6, 16, .8, green)
		s.skip(3.4)
	}
}

func (s *sheet) front(size float64) []func() {
	l := plain.sized(size * .8)
	out := []func(){
		func() {
			s.as("H1", func() {
				s.text(look{style: "B", size: size * 1.5, color: green, lead: 1.15}, 0, panelText, s.c.t("book.card"))
			})
			s.text(l, 0, panelText, s.c.t("book.pocket.front"))
			s.skip(1.5)
		},
	}
	if len(s.c.Contacts) > 0 {
		out = append(out, s.subhead(size, "book.pocket.call"))
	}
	number := l.bold().sized(size * .9 * 1.15) // as contact writes it
	wide := 0.0
	for _, c := range s.c.Contacts {
		wide = max(wide, min(panelText/2, s.width(number, c.Number)+5))
	}
	for _, c := range s.c.Contacts {
		out = append(out, func() { s.contact(l.sized(size*.9), 0, panelText, wide, c) })
	}
	out = append(out, s.subhead(size, "book.pocket.first"))
	for i, t := range s.c.Card.First {
		out = append(out, func() { s.item(l, 0, panelText, strconv.Itoa(i+1)+".", t) })
	}
	return append(out, func() { s.post(size) }, func() {
		s.text(fine.sized(max(6.5, size*.5)), 0, panelText, s.c.t("book.pocket.how")+" "+s.c.Short)
	})
}

// subhead opens a part of a quarter.
func (s *sheet) subhead(size float64, key string) func() {
	return func() {
		s.skip(1.2)
		s.as("H2", func() { s.text(look{style: "B", size: size * .95, color: ochre, lead: 1.25}, 0, panelText, s.c.t(key)) })
	}
}

// post leaves room to write whom the cadre hands over to, by hand.
func (s *sheet) post(size float64) {
	const gap = 5.0
	small, wide := fine.sized(size*.6), panelText*.6
	s.skip(6.5)
	s.line(0, s.y, wide, s.y, .3, ink)
	s.line(wide+gap, s.y, panelText, s.y, .3, ink)
	s.at(small, 0, s.y+.4, s.c.t("book.pocket.post")+" ")
	s.at(small, wide+gap, s.y+.4, s.c.t("book.pocket.phone"))
	s.skip(small.line() + 1.8)
}

func (s *sheet) toDo(size float64) []func() {
	l := plain.sized(size)
	out := []func(){s.heading(size, s.c.t("book.pocket.do"))}
	for _, p := range s.c.Card.Steps {
		out = append(out, func() {
			s.text(l.bold(), 0, panelText, p.ID+" "+p.Title)
			for _, d := range p.Deadlines {
				if d.What == "" {
					s.text(fine.sized(size*.85), 0, panelText, capital(d.Full)+" · "+d.Binding.Word+", "+d.Basis.Word)
				}
			}
		})
		for i, t := range p.Do {
			out = append(out, func() { s.item(l, 0, panelText, strconv.Itoa(i+1)+".", t) })
		}
		out = append(out, func() { s.skip(2) })
	}
	return out
}

func (s *sheet) notToDo(size float64) []func() {
	l := plain.sized(size)
	out := []func(){s.heading(size, s.c.t("book.pocket.forbid"))}
	bar := func(y, h float64) {
		s.rect(0, y, .9, h, ochre)
		s.rect(1.5, y, .4, h, ochre)
	}
	for _, p := range s.c.Card.Steps {
		for _, t := range p.Forbid {
			out = append(out, func() { s.item(l, 4.5, panelText-4.5, "×", t, bar) })
		}
	}
	out = append(out, s.subhead(size, "book.pocket.never"))
	for _, t := range s.c.Card.Never {
		out = append(out, func() { s.item(l, 4.5, panelText-4.5, "×", t, bar) })
	}
	return append(out, func() {
		s.skip(1.5)
		s.text(fine.sized(size*.8), 0, panelText, s.c.t("book.pocket.note"))
	})
}

func (s *sheet) always(size float64) []func() {
	out := []func(){s.heading(size, s.c.t("book.pocket.rules"))}
	for _, r := range s.c.Card.Rules {
		out = append(out, func() { s.item(plain.sized(size), 0, panelText, "•", r); s.skip(.6) })
	}
	return out
}
