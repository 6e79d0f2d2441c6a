package flow

import (
	"cmp"
	"slices"
)

// draw turns places into boxes and arrows.
func (l *layout) draw(p *Picture) {
	for _, r := range l.row {
		for _, n := range r {
			l.boxes(p, n)
			p.W = max(p.W, n.x+n.w+margin)
			p.H = max(p.H, n.y+n.h+margin)
		}
	}
	l.ports()
	for _, k := range l.links {
		p.Arrows = append(p.Arrows, k.arrow())
	}
}

func (l *layout) boxes(p *Picture, n *node) {
	switch n.kind {
	case Label:
		p.Boxes = append(p.Boxes, n.box.at("label", Label, n.x, n.boxY, n.w))
	case Step:
		id := n.step.ID
		if !n.top.empty() {
			y := n.boxY - hangGap - n.top.h
			p.Boxes = append(p.Boxes, n.top.at("entry "+id, Entry, n.x, y, sideW))
			p.Arrows = append(p.Arrows, straight("entry "+id, id, n.x+sideW/2, y+n.top.h, n.boxY))
		}
		p.Boxes = append(p.Boxes, n.box.at(id, Step, n.x, n.boxY, boxW))
		if !n.bottom.empty() {
			y := n.boxY + n.box.h + hangGap
			p.Boxes = append(p.Boxes, n.bottom.at("exit "+id, Exit, n.x, y, sideW))
			p.Arrows = append(p.Arrows, straight(id, "exit "+id, n.x+sideW/2, n.boxY+n.box.h, y))
		}
	}
}

// at makes a box of a block.
func (b block) at(id string, kind Kind, x, y, w float64) Box {
	box := Box{ID: id, Kind: kind, X: x, Y: y, W: w, H: b.h}
	for _, t := range b.lines {
		t.X, t.Y = t.X+x, t.Y+y
		box.Text = append(box.Text, t)
	}
	return box
}

func straight(from, to string, x, y1, y2 float64) Arrow {
	return Arrow{From: from, To: to, Curves: [][4]Point{line(x, y1, y2)}}
}

// line is a straight way down as a curve.
func line(x, y1, y2 float64) [4]Point {
	return [4]Point{{x, y1}, {x, y1 + (y2-y1)/3}, {x, y1 + (y2-y1)*2/3}, {x, y2}}
}

// bend leads from one column to another, leaving and arriving upright.
func bend(x1, y1, x2, y2 float64) [4]Point {
	mid := (y1 + y2) / 2
	return [4]Point{{x1, y1}, {x1, mid}, {x2, mid}, {x2, y2}}
}

// ports spreads the ends of arrows over the edges of the steps, in the order of
// where they lead, beside what hangs there.
func (l *layout) ports() {
	for _, n := range l.steps {
		slices.SortStableFunc(n.out, func(a, b *link) int { return cmp.Compare(a.path[1].mid(), b.path[1].mid()) })
		for i, k := range n.out {
			k.ends[0] = n.port(i, len(n.out), n.bottom)
		}
		slices.SortStableFunc(n.in, func(a, b *link) int {
			return cmp.Compare(a.path[len(a.path)-2].mid(), b.path[len(b.path)-2].mid())
		})
		for i, k := range n.in {
			k.ends[1] = n.port(i, len(n.in), n.top)
		}
	}
}

func (n *node) mid() float64 { return n.x + n.w/2 }

func (n *node) port(i, of int, hanging block) float64 {
	from, to := n.x+.15*boxW, n.x+.85*boxW
	if !hanging.empty() {
		from, to = n.x+sideW+8, n.x+boxW-8
	}
	return from + (to-from)*(float64(i)+.5)/float64(of)
}

// arrow leads along the path: upright beside what stands in a row, bent between
// rows; a label interrupts it.
func (k *link) arrow() Arrow {
	up, low := k.path[0], k.path[len(k.path)-1]
	a := Arrow{From: k.from.step.ID, To: k.to.step.ID, Up: k.back, Dashed: k.dashed}
	x, y := k.ends[0], up.boxY+up.box.h
	draw := func(c [4]Point) {
		if c[0] != c[3] {
			a.Curves = append(a.Curves, c)
		}
		x, y = c[3].X, c[3].Y
	}
	draw(line(x, y, up.y+up.h))
	for _, n := range k.path[1 : len(k.path)-1] {
		draw(bend(x, y, n.mid(), n.y))
		if n.kind == Label {
			draw(line(x, y, n.boxY))
			x, y = n.mid(), n.boxY+n.box.h
		}
		draw(line(x, y, n.y+n.h))
	}
	draw(bend(x, y, k.ends[1], low.y))
	draw(line(x, y, low.boxY))
	if k.back {
		reverse(a.Curves)
	}
	return a
}

func reverse(curves [][4]Point) {
	slices.Reverse(curves)
	for i := range curves {
		slices.Reverse(curves[i][:])
	}
}
