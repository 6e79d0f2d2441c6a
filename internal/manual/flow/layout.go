package flow

import (
	"slices"

	"github.com/naungan/naungan/protocol"
)

// Sizes of the picture.
const (
	boxW    = 212.0 // of a step
	sideW   = 150.0 // of what hangs above and below a step; the rest of its width is left to arrows
	labelW  = 140.0
	laneW   = 8.0 // of an arrow that passes a row
	pad     = 9.0
	colGap  = 26.0
	laneGap = 12.0 // beside an arrow
	rowGap  = 40.0
	hangGap = 15.0 // between a step and what hangs on it
	margin  = 6.0
	body    = 12.5 // sizes of text
	small   = 11.0

	boldWider = 1.13
)

// node is a step with what hangs on it, a label, or a lane of an arrow.
type node struct {
	kind       Kind // Step, Label, or "" for a lane
	step       *protocol.Step
	top, box   block // for a step: entry and box; a label has only box
	bottom     block
	row        int
	x, w, y, h float64 // outer extent; y is the row's top
	boxY       float64
	in, out    []*link
}

// block is wrapped text and its height.
type block struct {
	lines []Text
	h     float64
}

func (b block) empty() bool { return len(b.lines) == 0 }

// link is one arrow; path is its nodes from upper to lower row.
type link struct {
	from, to *node
	label    string
	dashed   bool
	back     bool // drawn upwards
	path     []*node
	ends     [2]float64 // x where it leaves and enters
}

func (l *link) upper() *node {
	if l.back {
		return l.to
	}
	return l.from
}

func (l *link) lower() *node {
	if l.back {
		return l.from
	}
	return l.to
}

// layout gathers steps and arrows and gives them places: rows by the longest path
// from a beginning, order in a row by the mean place of neighbours.
type layout struct {
	w       Words
	stage   string
	columns int
	steps   []*node
	links   []*link
	row     [][]*node
}

func (l *layout) add(s *protocol.Step) {
	n := &node{kind: Step, step: s, w: boxW}
	n.box = set(boxW, part{l.w.Step(s.ID), body, true, 6}, part{l.only(s), small, false, 14})
	if e := l.w.entries(s); len(e) > 0 {
		n.top = set(sideW, part{l.w.p.T("flow.begins", "what", l.w.join(e, "flow.or_long")), small, false, 14})
	}
	var exits []part
	for _, way := range l.w.Ways(s) {
		if o := l.w.m.Step(way.To); o == nil || o.Stage != s.Stage {
			text := "→ " + l.w.Step(way.To)
			if way.If != "" {
				text += ": " + way.If
			}
			exits = append(exits, part{text, small, false, 12})
		}
	}
	n.bottom = set(sideW, exits...)
	l.steps = append(l.steps, n)
}

func (l *layout) only(s *protocol.Step) string {
	if s.When == nil {
		return ""
	}
	return l.w.p.T("flow.only", "what", l.w.Cond(*s.When))
}

// part is a paragraph of a block.
type part struct {
	text string
	size float64
	bold bool
	most int // lines
}

// stretch is how much wider bold letters are.
func (p part) stretch() float64 {
	if p.bold {
		return boldWider
	}
	return 1
}

// set wraps paragraphs into a block of a width; lines lie relative to its corner.
func set(width float64, parts ...part) (b block) {
	y := pad
	for _, p := range parts {
		for _, line := range wrap(p.text, p.size, (width-2*pad)/p.stretch(), p.most) {
			y += p.size * 1.25
			b.lines = append(b.lines, Text{X: pad, Y: y - p.size*.3, Size: p.size, Bold: p.bold, S: line})
		}
		if p.text != "" {
			y += 2
		}
	}
	if len(b.lines) > 0 {
		b.h = y + pad - 2
	}
	return b
}

func (l *layout) at(id string) *node {
	for _, n := range l.steps {
		if n.step.ID == id {
			return n
		}
	}
	return nil
}

// link draws an arrow for every way inside the stage; ways that would close a ring
// are turned round and drawn upwards.
func (l *layout) link() {
	for _, n := range l.steps {
		for _, way := range l.w.Ways(n.step) {
			to := l.at(way.To)
			if to == nil || to == n {
				continue
			}
			l.links = append(l.links, &link{from: n, to: to, label: way.If, dashed: !way.Begins && way.If == ""})
		}
	}
	// What begins by itself decides the direction; what is only pointed at yields.
	order := slices.Clone(l.links)
	slices.SortStableFunc(order, func(a, b *link) int { return weight(a) - weight(b) })
	for _, k := range order {
		k.back = reaches(k.to, k.from)
		up, low := k.upper(), k.lower()
		up.out, low.in = append(up.out, k), append(low.in, k)
	}
}

func weight(k *link) int {
	switch {
	case !k.dashed && k.label == "":
		return 0
	case k.label != "":
		return 1
	}
	return 2
}

// reaches tells whether an arrow drawn downwards leads from a to b.
func reaches(a, b *node) bool {
	seen := map[*node]bool{}
	var walk func(n *node) bool
	walk = func(n *node) bool {
		if n == b {
			return true
		}
		if seen[n] {
			return false
		}
		seen[n] = true
		return slices.ContainsFunc(n.out, func(k *link) bool { return walk(k.lower()) })
	}
	return walk(a)
}

// rank gives each step its row: one below the lowest that leads to it. A step that
// nothing leads to stands right above the first that follows it.
func (l *layout) rank() {
	done := map[*node]bool{}
	var depth func(n *node) int
	depth = func(n *node) int {
		if done[n] {
			return n.row
		}
		done[n] = true
		for _, k := range n.in {
			n.row = max(n.row, depth(k.upper())+1)
		}
		return n.row
	}
	for _, n := range l.steps {
		depth(n)
	}
	for _, n := range l.steps {
		if len(n.in) == 0 && len(n.out) > 0 {
			least := n.out[0].lower().row
			for _, k := range n.out {
				least = min(least, k.lower().row)
			}
			n.row = max(0, least-1)
		}
	}
}

// rows breaks ranks that are too wide, puts labels into rows of their own below
// the step that decides, and lanes wherever an arrow passes a row.
func (l *layout) rows() {
	l.fold()
	rows := make([][]*node, 2*len(l.row))
	for i, r := range l.row {
		for _, n := range r {
			n.row = 2 * i
		}
		rows[2*i] = r
	}
	for _, k := range l.links {
		k.path = []*node{k.upper()}
		for r := k.upper().row + 1; r < k.lower().row; r++ {
			n := &node{w: laneW, row: r}
			if k.label != "" && (r == k.from.row+1 || k.back && r == k.from.row-1) {
				n.label(k.label)
			}
			rows[r] = append(rows[r], n)
			k.path = append(k.path, n)
		}
		k.path = append(k.path, k.lower())
	}
	l.row = rows
	l.dropEmpty()
}

// fold fills l.row with at most so many steps each, in the order of the manual;
// steps that stand alone come last.
func (l *layout) fold() {
	deepest := 0
	for _, n := range l.steps {
		deepest = max(deepest, n.row)
	}
	ranks := make([][]*node, deepest+2)
	for _, n := range l.steps {
		r := n.row
		if n.alone() {
			r = deepest + 1
		}
		ranks[r] = append(ranks[r], n)
	}
	for _, rank := range ranks {
		for row := range slices.Chunk(rank, l.columns) {
			l.row = append(l.row, slices.Clone(row))
		}
	}
}

// alone tells whether no arrow of the stage meets the step.
func (n *node) alone() bool { return n.kind == Step && len(n.in)+len(n.out) == 0 }

// label makes a node carry a condition, no wider than its words.
func (n *node) label(text string) {
	n.kind, n.w = Label, 0
	n.box = set(labelW, part{text, small, false, 8})
	for _, t := range n.box.lines {
		n.w = max(n.w, wide(t.S)*t.Size+2*pad)
	}
}

// dropEmpty leaves out rows in which nothing but lanes would stand.
func (l *layout) dropEmpty() {
	var kept [][]*node
	for _, r := range l.row {
		if slices.ContainsFunc(r, func(n *node) bool { return n.kind != "" }) {
			kept = append(kept, r)
			for _, n := range r {
				n.row = len(kept) - 1
			}
			continue
		}
		for _, k := range l.links {
			k.path = slices.DeleteFunc(k.path, func(n *node) bool { return slices.Contains(r, n) })
		}
	}
	l.row = kept
}
