package flow

import (
	"cmp"
	"math"
	"slices"
)

const sweeps = 12

// neighbours returns the nodes above and below each node along the arrows.
func (l *layout) neighbours() (above, below map[*node][]*node) {
	above, below = map[*node][]*node{}, map[*node][]*node{}
	for _, k := range l.links {
		for i := 1; i < len(k.path); i++ {
			a, b := k.path[i-1], k.path[i]
			above[b], below[a] = append(above[b], a), append(below[a], b)
		}
	}
	return above, below
}

// order sorts each row by the mean place of the neighbours, downwards and upwards
// in turn, and keeps the order with the fewest crossings.
func (l *layout) order() {
	above, below := l.neighbours()
	best, least := l.snapshot(), l.crossings()
	for s := range sweeps {
		near, from, to, step := above, 0, len(l.row), 1
		if s%2 == 1 {
			near, from, to, step = below, len(l.row)-1, -1, -1
		}
		for r := from; r != to; r += step {
			sortByMean(l.row[r], near, l.places())
		}
		if n := l.crossings(); n < least {
			best, least = l.snapshot(), n
		}
	}
	l.row = best
}

func (l *layout) snapshot() [][]*node {
	out := make([][]*node, len(l.row))
	for i, r := range l.row {
		out[i] = slices.Clone(r)
	}
	return out
}

// places returns where each node stands in its row, from 0 to 1, so that rows of
// different lengths compare.
func (l *layout) places() map[*node]float64 {
	out := map[*node]float64{}
	for _, r := range l.row {
		for i, n := range r {
			out[n] = (float64(i) + .5) / float64(len(r))
		}
	}
	return out
}

func sortByMean(row []*node, near map[*node][]*node, place map[*node]float64) {
	mean := map[*node]float64{}
	for _, n := range row {
		mean[n] = place[n]
		if list := near[n]; len(list) > 0 {
			sum := 0.0
			for _, o := range list {
				sum += place[o]
			}
			mean[n] = sum / float64(len(list))
		}
	}
	slices.SortStableFunc(row, func(a, b *node) int { return cmp.Compare(mean[a], mean[b]) })
}

// crossings counts the pairs of arrows that cross between two rows.
func (l *layout) crossings() (count int) {
	place := l.places()
	type hop struct{ a, b float64 }
	hops := map[int][]hop{}
	for _, k := range l.links {
		for i := 1; i < len(k.path); i++ {
			hops[k.path[i].row] = append(hops[k.path[i].row], hop{place[k.path[i-1]], place[k.path[i]]})
		}
	}
	for _, list := range hops {
		for i, x := range list {
			for _, y := range list[:i] {
				if (x.a-y.a)*(x.b-y.b) < 0 {
					count++
				}
			}
		}
	}
	return count
}

// place gives every node its coordinates.
func (l *layout) place() {
	above, below := l.neighbours()
	for _, r := range l.row {
		x := 0.0
		for i, n := range r {
			if i > 0 {
				x += gap(r[i-1], n)
			}
			n.x, x = x, x+n.w
		}
		for _, n := range r {
			n.x -= x / 2
		}
	}
	for s := range 2 * sweeps {
		for i := range l.row {
			if s%2 == 0 {
				pull(l.row[i], above, below)
			} else {
				pull(l.row[len(l.row)-1-i], below, above)
			}
		}
	}
	left := l.settle()
	y := margin
	for _, r := range l.row {
		y = l.down(r, y, left-margin)
	}
}

// gap is the room between two nodes of a row.
func gap(a, b *node) float64 {
	if a.kind == "" || b.kind == "" {
		return laneGap
	}
	return colGap
}

// settle centres the rows of steps that stand alone under the others and returns
// the left edge of all.
func (l *layout) settle() float64 {
	left, right := math.Inf(1), math.Inf(-1)
	for _, r := range l.row {
		if last := r[len(r)-1]; !r[0].alone() {
			left, right = min(left, r[0].x), max(right, last.x+last.w)
		}
	}
	if left > right { // all stand alone
		left, right = 0, 0
	}
	edge := left
	for _, r := range l.row {
		if last := r[len(r)-1]; r[0].alone() {
			shift := (left+right)/2 - (r[0].x+last.x+last.w)/2
			for _, n := range r {
				n.x += shift
			}
			edge = min(edge, r[0].x)
		}
	}
	return edge
}

// pull moves a row's nodes below the mean of their neighbours as far as they leave
// each other room: the mean of two packings, each of which leaves it, does too.
func pull(row []*node, near, far map[*node][]*node) {
	want := make([]float64, len(row))
	for i, n := range row {
		list := near[n]
		if len(list) == 0 {
			list = far[n]
		}
		want[i] = n.x
		if len(list) > 0 {
			sum := 0.0
			for _, o := range list {
				sum += o.x + o.w/2
			}
			want[i] = sum/float64(len(list)) - n.w/2
		}
	}
	right, left := slices.Clone(want), slices.Clone(want)
	for i := 1; i < len(row); i++ {
		right[i] = max(right[i], right[i-1]+row[i-1].w+gap(row[i-1], row[i]))
	}
	for i := len(row) - 2; i >= 0; i-- {
		left[i] = min(left[i], left[i+1]-row[i].w-gap(row[i], row[i+1]))
	}
	for i, n := range row {
		n.x = (right[i] + left[i]) / 2
	}
}

// down places a row at y, its boxes' upper edges in line, and returns where the
// next one begins.
func (l *layout) down(row []*node, y, left float64) float64 {
	hang, height := 0.0, 0.0
	for _, n := range row {
		if !n.top.empty() {
			hang = max(hang, n.top.h+hangGap)
		}
	}
	for _, n := range row {
		below := n.box.h
		if !n.bottom.empty() {
			below += hangGap + n.bottom.h
		}
		height = max(height, hang+below)
	}
	for _, n := range row {
		n.x, n.y, n.h, n.boxY = n.x-left, y, height, y+hang
	}
	return y + height + rowGap
}
