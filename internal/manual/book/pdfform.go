package book

import (
	"slices"
	"strings"

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
	s.begin("form "+f.ID, f.ID+" "+f.Title, 1)
	s.formTop(f)
	set, pages := s.spread(f.Fields)
	for i, rows := range pages {
		if i > 0 {
			s.page()
			s.formGoesOn(f, i+1, len(pages))
		}
		left := formEnd - s.y
		for _, r := range rows {
			left -= r.height + set.gap
		}
		more := max(0, min(2, left/float64(max(1, len(rows)))))
		for _, r := range rows {
			s.pair(r, set)
			s.skip(set.gap + more)
		}
		if len(f.Fields) == 0 {
			s.text(plain.bold(), 0, column, s.c.t("book.form.free"))
			for s.y+9 < formEnd {
				s.skip(9)
				s.line(0, s.y, column, s.y, .2, rule)
			}
		}
		s.y = bottom - fine.line()
		s.text(fine.bold(), 0, column, join(s.most(fine.bold(), column, s.c.t("book.form.foot"), 1)))
	}
}

// formTop is a form's head: what it is, what for, and what every sheet asks.
func (s *sheet) formTop(f form) {
	id := look{style: "B", size: 14, color: paper, lead: 1.2}
	w := s.width(id, f.ID) + 7
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
	about := []string{f.UsedBy, f.Secrecy}
	if slices.ContainsFunc(f.Fields, func(d field) bool { return d.Required }) {
		about = append(about, s.c.t("book.form.required"))
	}
	about = slices.DeleteFunc(about, func(s string) bool { return s == "" })
	s.text(fine, 0, column, strings.Join(about, " · "))
	s.skip(5)
	s.formHead()
}

// formHead is what every form asks: which case, when, by whom.
func (s *sheet) formHead() {
	const in, gap = 3.0, 6.0
	third := (column - 2*in - 2*gap) / 3
	s.rect(0, s.y-2, column, 17, linen)
	for i, key := range []string{"code", "date", "by"} {
		x := in + float64(i)*(third+gap)
		s.at(fine, x, s.y, s.c.t("book.form."+key))
		s.line(x, s.y+12, x+third, s.y+12, .3, ink)
	}
	s.skip(21)
}

// formGoesOn is the head of a form's further sheets, which part from the first on
// the photocopier: the form, which sheet of how many, which case.
func (s *sheet) formGoesOn(f form, n, all int) {
	l := plain.bold().in(green)
	which := f.ID + " · " + s.c.t("book.form.sheet", "sheet", n, "sheets", all)
	code := s.c.t("book.form.code")
	s.rect(0, s.y-2, column, 11.5, linen)
	s.at(l, 3, s.y+1.2, which)
	x := 3 + s.width(l, which) + 14
	s.level(fine, l, x, s.y+1.2, code)
	s.line(x+s.width(fine, code)+2, s.y+6.5, column-3, s.y+6.5, .3, ink)
	s.skip(15.5)
}

// formEnd is how far down fields go; the sheet's last line stands below.
const formEnd = bottom - 7.0

// setting is how closely a form is set: fields side by side or not, room after
// each, height and number of lines to write on.
type setting struct {
	two       bool
	gap, line float64
	lines     int
}

// settings go from airy to close. Lines stay far enough apart to write by hand.
var settings = []setting{
	{gap: 4.5, line: 8, lines: 4},
	{two: true, gap: 4.5, line: 8, lines: 4},
	{two: true, gap: 3.4, line: 7.5, lines: 4},
	{two: true, gap: 2.6, line: 7, lines: 4},
	{two: true, gap: 2.2, line: 7, lines: 3},
}

// fields is a row of a form: one field, or two side by side.
type fields struct {
	list   []field
	height float64
}

// spread lays a form's fields on as few sheets as it can, in the airiest setting
// that takes no more; a last sheet with little on it gets more from those before.
func (s *sheet) spread(list []field) (setting, [][]fields) {
	const little = .35
	var best setting
	var pages [][]fields
	first, other := formEnd-s.y, formEnd-top-15.5
	for _, set := range settings {
		p := deal(s.rows(list, set), set.gap, first, other)
		if len(p) < len(pages) || pages == nil || len(p) == len(pages) && len(p) > 1 &&
			filled(pages[len(pages)-1], best.gap) < little*other && filled(p[len(p)-1], set.gap) >= little*other {
			best, pages = set, p
		}
	}
	if n := len(pages); n < 2 || filled(pages[n-1], best.gap) >= little*other {
		return best, pages
	}
	rows := slices.Concat(pages...)
	for cut := 3.0; ; cut += 3 {
		p := deal(rows, best.gap, first-cut, other-cut)
		if len(p) > len(pages) || cut > other/2 {
			return best, pages
		}
		pages = p
	}
}

func filled(rows []fields, gap float64) (h float64) {
	for _, r := range rows {
		h += r.height + gap
	}
	return h
}

// deal fills sheets one after the other; there is one at least.
func deal(rows []fields, gap, first, other float64) (pages [][]fields) {
	pages = [][]fields{nil}
	left := first
	for _, r := range rows {
		if n := len(pages) - 1; r.height > left && (len(pages[n]) > 0 || n == 0 && r.height <= other) {
			pages, left = append(pages, nil), other
		}
		n := len(pages) - 1
		pages[n] = append(pages[n], r)
		left -= r.height + gap
	}
	return pages
}

const (
	halfGap = 8.0
	half    = (column - halfGap) / 2
)

// rows puts short fields that follow each other side by side.
func (s *sheet) rows(list []field, set setting) (out []fields) {
	for i := 0; i < len(list); i++ {
		r := fields{list: list[i : i+1]}
		if set.two && i+1 < len(list) && s.brief(list[i]) && s.brief(list[i+1]) {
			r.list = list[i : i+2]
			i++
		}
		r.height = s.measure(func() { s.pair(r, set) })
		out = append(out, r)
	}
	return out
}

// brief tells whether a field is at home in half the width.
func (s *sheet) brief(d field) bool {
	if d.Type == protocol.FieldLong || len(s.lines(plain.bold(), half, d.Label)) > 2 || len(s.lines(fine, half, d.about())) > 2 {
		return false
	}
	return s.measure(func() { s.choices(d.Choices, true, 0, half) }) < 3*choiceLine
}

func (s *sheet) pair(r fields, set setting) {
	if len(r.list) == 1 {
		s.field(r.list[0], 0, column, set)
		return
	}
	y, low := s.y, 0.0
	for i, d := range r.list {
		s.y = y
		s.field(d, float64(i)*(half+halfGap), half, set)
		low = max(low, s.y)
	}
	s.y = low
}

// about is what stands in small type under a field's name.
func (d field) about() string {
	return strings.Join(slices.DeleteFunc([]string{d.Hint, d.Range, d.Shown}, func(s string) bool { return s == "" }), " · ")
}

// field writes one field with room to fill it in.
func (s *sheet) field(d field, x, width float64, set setting) {
	name := d.Label
	if d.Required {
		name += "*" // a star alone on a line would say nothing
	}
	s.text(plain.bold(), x, width, name)
	s.text(fine, x, width, d.about())
	s.answer(d, x, width, set)
}

// answer leaves room by the type of the field.
func (s *sheet) answer(d field, x, width float64, set setting) {
	switch d.Type {
	case protocol.FieldChoice, protocol.FieldYesNo:
		s.choices(d.Choices, true, x, width)
	case protocol.FieldChoices:
		s.choices(d.Choices, false, x, width)
	case protocol.FieldDate:
		s.day(x)
		s.skip(9)
	case protocol.FieldTime:
		s.hour(x, width)
	case protocol.FieldNumber:
		s.frame(x, s.y+1.5, 38, 7.5, .3, ink)
		s.skip(9)
	case protocol.FieldLong:
		s.ruled(set.lines, set.line, x, width)
	default:
		s.ruled(1, set.line, x, width)
	}
}

func (s *sheet) ruled(n int, h, x, width float64) {
	for range n {
		s.skip(h)
		s.line(x, s.y, x+width, s.y, .25, soft)
	}
	s.skip(1)
}

// day draws room for a date and returns where it ends.
func (s *sheet) day(x float64) float64 {
	x = s.boxes(x, 2, 2, 4) + 2
	hint := s.c.t("book.form.ymd")
	s.at(fine, x, s.y+3, hint)
	return x + s.width(fine, hint)
}

// hour draws room for a date and a time of day, under it where there is no room
// beside.
func (s *sheet) hour(from, width float64) {
	x, word := s.day(from)+5, s.c.t("book.form.hour")
	if x+s.width(fine, word)+2+4*boxWide+boxGap > from+width {
		s.skip(9)
		x = from
	}
	s.at(fine, x, s.y+3, word)
	s.boxes(x+2+s.width(fine, word), 2, 2)
	s.skip(9)
}

// A date's boxes and what they ask for stand in half the width.
const boxWide, boxGap = 5.5, 2.5

// boxes draws groups of boxes for figures and returns where they end.
func (s *sheet) boxes(x float64, groups ...int) float64 {
	for i, n := range groups {
		if i > 0 {
			x += boxGap
		}
		for range n {
			s.frame(x, s.y+1.5, boxWide, 7.5, .3, ink)
			x += boxWide
		}
	}
	return x
}

const choiceLine = 6.2

// choices writes each choice behind a circle (one of them) or a box (any).
func (s *sheet) choices(list []string, one bool, from, width float64) {
	const sign = 6.0
	gap := 7.0
	if width < column {
		gap = 4.5
	}
	s.skip(1)
	x := 0.0
	for _, c := range list {
		w := min(s.width(plain, c), width-sign)
		if x > 0 && x+sign+w > width {
			x = 0
			s.skip(choiceLine)
		}
		s.tick(from+x, s.y+.7, one)
		s.entryOf("L", "LI", func() {
			s.as("LBody", func() {
				if s.width(plain, c) > width-sign {
					s.text(plain, from+x+sign, width-sign, c)
					s.skip(1)
					return
				}
				s.at(plain, from+x+sign, s.y, c)
				x += sign + w + gap
			})
		})
	}
	if x > 0 {
		s.skip(choiceLine)
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
