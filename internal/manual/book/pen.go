package book

import (
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
)

// Measures of a page, in millimetres.
const (
	pageW, pageH = 210.0, 297.0
	inner, outer = 28.0, 20.0 // the inner margin leaves room for binding
	top, bottom  = 27.0, 273.0
	column       = pageW - inner - outer
	point        = 25.4 / 72
)

type rgb struct{ r, g, b int }

// Colours are the site's. Nothing is said by colour alone: it prints in black.
var (
	ink    = rgb{0x20, 0x24, 0x1f}
	soft   = rgb{0x50, 0x55, 0x4c}
	green  = rgb{0x1f, 0x5c, 0x4a}
	deep   = rgb{0x0e, 0x2f, 0x27}
	pale   = rgb{0xe3, 0xef, 0xe9}
	linen  = rgb{0xf1, 0xec, 0xe1}
	rule   = rgb{0xcf, 0xc8, 0xba}
	ochre  = rgb{0x87, 0x4a, 0x0e}
	cream  = rgb{0xfb, 0xec, 0xd6}
	paper  = rgb{255, 255, 255}
	family = "go"
)

// look is how text is set. Lead is the height of a line in sizes; 0 is 1.4.
type look struct {
	style string
	size  float64 // points
	color rgb
	lead  float64
}

func (l look) line() float64 {
	if l.lead == 0 {
		l.lead = 1.4
	}
	return l.size * point * l.lead
}

func (l look) sized(size float64) look { l.size = size; return l }
func (l look) bold() look              { l.style = "B"; return l }
func (l look) in(c rgb) look           { l.color = c; return l }

var (
	plain = look{size: 9.8, color: ink}
	fine  = look{size: 8.2, color: soft}
	h1    = look{style: "B", size: 22, color: green, lead: 1.2}
	h2    = look{style: "B", size: 13, color: green, lead: 1.3}
)

// pen writes down a page and opens the next one when it is full. Places across
// are from the left edge of the column, which differs on odd and even pages.
// Inside measure nothing is drawn and no page opened.
type pen struct {
	f      *fpdf.Fpdf
	y      float64
	left   float64
	end    float64 // how far down text may go
	dry    bool
	open   func() // opens the next page; nil: none may be opened
	widths map[string]map[rune]float64
	tags
}

func newPen(f *fpdf.Fpdf) *pen {
	f.AddUTF8FontFromBytes(family, "", goregular.TTF)
	f.AddUTF8FontFromBytes(family, "B", gobold.TTF)
	return &pen{f: f, end: bottom, widths: map[string]map[rune]float64{"": {}, "B": {}}, tags: newTags()}
}

func (p *pen) set(l look) {
	if p.dry {
		return
	}
	p.f.SetFont(family, l.style, l.size)
	p.f.SetTextColor(l.color.r, l.color.g, l.color.b)
}

// width returns how wide a text is, in millimetres.
func (p *pen) width(l look, s string) (w float64) {
	known := p.widths[l.style]
	for _, r := range s {
		if r = letter(r); r < 0 {
			continue
		}
		one, ok := known[r]
		if !ok {
			p.f.SetFont(family, l.style, l.size)
			one = float64(p.f.GetStringSymbolWidth(string(r))) / 1000
			known[r] = one
		}
		w += one
	}
	return w * l.size * point
}

// lines wraps a text; a word wider than a line is cut.
func (p *pen) lines(l look, width float64, s string) (out []string) {
	line, used := "", 0.0
	space := p.width(l, " ")
	for _, word := range strings.Fields(s) {
		for _, piece := range p.pieces(l, width, word) {
			w := p.width(l, piece)
			if line != "" && used+space+w > width {
				out, line, used = append(out, line), "", 0
			}
			if line != "" {
				line, used = line+" ", used+space
			}
			line, used = line+piece, used+w
		}
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}

func (p *pen) pieces(l look, width float64, word string) (out []string) {
	if p.width(l, word) <= width {
		return []string{word}
	}
	from, used := 0, 0.0
	for i, r := range word {
		w := p.width(l, string(r))
		if i > from && used+w > width {
			out, from, used = append(out, word[from:i]), i, 0
		}
		used += w
	}
	return append(out, word[from:])
}

// most keeps the first n lines and marks what is left out.
func (p *pen) most(l look, width float64, s string, n int) []string {
	out := p.lines(l, width, s)
	if len(out) <= n {
		return out
	}
	last := []rune(out[n-1])
	for len(last) > 1 && p.width(l, string(last)+" …") > width {
		last = last[:len(last)-1]
	}
	return append(out[:n-1], strings.TrimSpace(string(last))+" …")
}

// need opens a new page where less than h is left.
func (p *pen) need(h float64) {
	if !p.dry && p.open != nil && p.y+h > p.end {
		p.open()
	}
}

// measure returns how far down fn would write.
func (p *pen) measure(fn func()) float64 {
	y, was := p.y, p.dry
	p.dry = true
	fn()
	h := p.y - y
	p.y, p.dry = y, was
	return h
}

// keep writes fn on one page where it fits on one.
func (p *pen) keep(fn func()) {
	if h := p.measure(fn); h < p.end-top {
		p.need(h)
	}
	fn()
}

// at draws one line of text whose upper edge is at y.
func (p *pen) at(l look, x, y float64, s string) {
	if p.dry || s == "" {
		return
	}
	p.said()
	p.set(l)
	p.f.Text(p.left+x, y+l.line()/2+l.size*point*.35, printable(s))
}

// level draws one line on the base line that a line of look ref has whose upper
// edge is at y.
func (p *pen) level(l, ref look, x, y float64, s string) {
	p.at(l, x, y+(ref.line()-l.line())/2+(ref.size-l.size)*point*.35, s)
}

// right draws one line that ends at x.
func (p *pen) right(l look, x, y float64, s string) { p.at(l, x-p.width(l, s), y, s) }

// text writes a paragraph; beside, if given, is called for each line with its
// upper edge and height. Two lines at least stay together.
func (p *pen) text(l look, x, width float64, s string, beside ...func(y, h float64)) {
	lines, h := p.lines(l, width, s), l.line()
	p.paragraph(func() {
		for i, line := range lines {
			switch left := len(lines) - i; {
			case i == 0 && left == 3:
				p.need(h * 3) // two and one would leave one alone
			case i == 0 || left == 2:
				p.need(h * float64(min(2, left)))
			default:
				p.need(h)
			}
			for _, b := range beside {
				b(p.y, h)
			}
			if i < len(lines)-1 {
				line += " " // for who reads the words and not their places
			}
			p.at(l, x, p.y, line)
			p.y += h
		}
	})
}

// item writes a paragraph with a sign before it.
func (p *pen) item(l look, x, width float64, sign, s string, beside ...func(y, h float64)) {
	const indent = 5.5
	p.entryOf("L", "LI", func() {
		entry, first := p.now, true
		var body *element
		if !p.dry && entry != nil {
			body = &element{kind: "LBody"}
		}
		p.inside(body, func() {
			p.text(l, x+indent, width-indent, s, append(beside, func(y, _ float64) {
				if first {
					p.inside(entry, func() { p.as("Lbl", func() { p.at(l.bold(), x, y, sign) }) })
				}
				first = false
			})...)
		})
		if body != nil {
			entry.kids = append(entry.kids, kid{child: body})
		}
	})
}

func (p *pen) skip(h float64) { p.y += h }

// restored follows the end of a clip or a turn, which takes colour and font back to
// what they were before it without fpdf noticing: it would leave them out where
// they seem unchanged.
func (p *pen) restored() {
	p.f.SetFillColor(ink.r, ink.g, ink.b)
	p.f.SetFontSize(1)
}

// rect fills a rectangle.
func (p *pen) rect(x, y, w, h float64, ground rgb) {
	if p.dry {
		return
	}
	p.drawn()
	p.f.SetFillColor(ground.r, ground.g, ground.b)
	p.f.Rect(p.left+x, y, w, h, "F")
}

func (p *pen) frame(x, y, w, h, thick float64, c rgb, dash ...float64) {
	if p.dry {
		return
	}
	p.drawn()
	p.stroke(thick, c, dash...)
	p.f.Rect(p.left+x, y, w, h, "D")
	p.f.SetDashPattern(nil, 0)
}

func (p *pen) stroke(thick float64, c rgb, dash ...float64) {
	p.f.SetDrawColor(c.r, c.g, c.b)
	p.f.SetLineWidth(thick)
	p.f.SetDashPattern(dash, 0)
}

func (p *pen) line(x1, y1, x2, y2, thick float64, c rgb, dash ...float64) {
	if p.dry {
		return
	}
	p.drawn()
	p.stroke(thick, c, dash...)
	p.f.Line(p.left+x1, y1, p.left+x2, y2)
	p.f.SetDashPattern(nil, 0)
}

// badge draws a binding's word in its frame: filled for a duty, a line for a
// power, dashes for a target. It returns where it ends.
func (p *pen) badge(m mark, size, x, y, h float64) float64 {
	l := look{style: "B", size: size, color: ink, lead: 1}
	w := p.width(l, m.Word) + 3
	box := size*point + 1.5
	at := y + (h-box)/2
	switch m.Kind {
	case "duty":
		p.rect(x, at, w, box, deep)
		l.color = paper
	case "power":
		p.frame(x, at, w, box, .35, deep)
	default:
		p.frame(x, at, w, box, .25, soft, .8, .8)
	}
	p.at(l, x+1.5, at+(box-l.line())/2, m.Word+" ")
	return x + w
}
