package flow

import (
	"bufio"
	"fmt"
	"html"
	"io"
	"strings"
)

// Colours of the picture; they are the site's. What they say, shape and words say
// too, so it prints in black.
const (
	Ink   = "#20241f"
	Green = "#1f5c4a"
	Pale  = "#e3efe9"
	Linen = "#f1ece1"
	Soft  = "#50554c"
)

// Readable is how high letters are at least, in CSS pixels, where a picture is shown
// in its own width.
const Readable = 12.0

// SVG writes the picture as an inline element: named and described for those who
// do not see it, its text text. It carries no style, so that a strict content policy
// takes it. Its width makes the smallest letters Readable pixels high: a page shows
// it so and lets it scroll, or shrinks it (max-width: 100%; height: auto). A narrow
// one has the class n-flow--narrow too.
func SVG(w io.Writer, p Picture) error {
	b := bufio.NewWriter(w)
	id, class := "flow-"+slug(p.Stage), "n-flow"
	if p.Narrow {
		id, class = "narrow-"+id, class+" n-flow--narrow"
	}
	_, _ = fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" class="%s" role="img" lang="%s" aria-labelledby="%s-t" aria-describedby="%s-d" viewBox="0 0 %s %s" width="%s" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif" fill="%s">`,
		class, html.EscapeString(p.Lang), id, id, num(p.W), num(p.H), num(p.W*Readable/small), Ink)
	_, _ = fmt.Fprintf(b, `<title id="%s-t">%s</title><desc id="%s-d">%s</desc>`, id, html.EscapeString(p.Title), id, html.EscapeString(strings.Join(p.Sentences, " ")))
	for _, a := range p.Arrows {
		writeArrow(b, a)
	}
	for _, box := range p.Boxes {
		writeBox(b, box)
	}
	_, _ = b.WriteString("</svg>")
	return b.Flush()
}

// looks are the edge and ground of each kind of box.
var looks = map[Kind]string{
	Step:  `rx="3" fill="#ffffff" stroke="` + Green + `" stroke-width="1.8"`,
	Entry: `rx="12" fill="` + Pale + `" stroke="` + Green + `" stroke-width="1"`,
	Exit:  `rx="3" fill="` + Linen + `" stroke="` + Soft + `" stroke-width="1" stroke-dasharray="4 3"`,
}

func writeBox(b *bufio.Writer, box Box) {
	if look := looks[box.Kind]; look != "" {
		_, _ = fmt.Fprintf(b, `<rect x="%s" y="%s" width="%s" height="%s" %s/>`, num(box.X), num(box.Y), num(box.W), num(box.H), look)
	}
	for _, t := range box.Text {
		weight := ""
		if t.Bold {
			weight = ` font-weight="700"`
		}
		_, _ = fmt.Fprintf(b, `<text x="%s" y="%s" font-size="%s"%s>%s</text>`, num(t.X), num(t.Y), num(t.Size), weight, html.EscapeString(t.S))
	}
}

func writeArrow(b *bufio.Writer, a Arrow) {
	var d strings.Builder
	var at Point
	for i, c := range a.Curves {
		if i == 0 || c[0] != at {
			_, _ = fmt.Fprintf(&d, "M%s %s", num(c[0].X), num(c[0].Y))
		}
		_, _ = fmt.Fprintf(&d, "C%s %s %s %s %s %s", num(c[1].X), num(c[1].Y), num(c[2].X), num(c[2].Y), num(c[3].X), num(c[3].Y))
		at = c[3]
	}
	dash := ""
	if a.Dashed {
		dash = ` stroke-dasharray="5 4"`
	}
	h := a.Head()
	_, _ = fmt.Fprintf(b, `<path d="%s" fill="none" stroke="%s" stroke-width="1.5"%s/><path d="M%s %sL%s %sL%s %sZ" fill="%s"/>`, d.String(), Soft, dash,
		num(h[0].X), num(h[0].Y), num(h[1].X), num(h[1].Y), num(h[2].X), num(h[2].Y), Soft)
}

// Head returns the three corners of the arrow's head.
func (a Arrow) Head() [3]Point {
	if len(a.Curves) == 0 {
		return [3]Point{}
	}
	tip, back := a.Curves[len(a.Curves)-1][3], -8.0
	if a.Up {
		back = 8
	}
	return [3]Point{tip, {tip.X - 4.5, tip.Y + back}, {tip.X + 4.5, tip.Y + back}}
}

// num writes a length to a tenth.
func num(f float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0")
}

// slug keeps an id to letters and digits.
func slug(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, s)
}
