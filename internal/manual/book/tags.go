package book

import (
	"fmt"
	"slices"
)

// A tagged PDF says beside what is to be seen what it is: a tree of headings,
// paragraphs, lists and pictures whose leaves name pieces of the pages' content
// (ISO 32000-1, 14.6–14.8). fpdf writes the pieces as it is told, between the marks
// of this file; tagged adds the tree to the finished file.

// element is a node of the structure tree. Kind is one of the standard's types.
type element struct {
	kind, alt string
	kids      []kid
	box       [4]float64 // of a picture: where it stands, as an annotation's rect
	id        int        // number of its object, once the file is written
}

// kid is a child, a piece of a page's content, or a link's target on a page.
type kid struct {
	child      *element
	page, mark int
	link       *annotation
}

// annotation is a link: a rectangle in points from the page's lower left corner.
type annotation struct {
	page     int
	rect     [4]float64
	key, url string // a part of the book, or an address
	says     string
	in       *element
	id       int
}

// tags is what the structure tree knows while pages are written.
type tags struct {
	tree  *element
	now   *element // what is written next belongs to it; nil: to nothing that is read
	begun bool     // a mark stands open on the page
	owner *element // whose it is
	marks map[int]int
	links []*annotation
}

func newTags() tags {
	tree := &element{kind: "Document"}
	return tags{tree: tree, now: tree, marks: map[int]int{}}
}

// grouping are kinds that hold other elements, never text.
var grouping = []string{"Document", "Sect", "L", "LI", "LBody", "TOC"}

func (e *element) add(kind string) *element {
	child := &element{kind: kind}
	e.kids = append(e.kids, kid{child: child})
	return child
}

// last returns the youngest child where it is of that kind, else a new one.
func (e *element) last(kind string) *element {
	if n := len(e.kids); n > 0 && e.kids[n-1].child != nil && e.kids[n-1].child.kind == kind {
		return e.kids[n-1].child
	}
	return e.add(kind)
}

// inside writes what fn writes as part of e.
func (p *pen) inside(e *element, fn func()) {
	was := p.now
	p.now = e
	fn()
	p.now = was
}

// as writes what fn writes as an element of a kind.
func (p *pen) as(kind string, fn func()) {
	if p.dry || p.now == nil {
		fn()
		return
	}
	p.inside(p.now.add(kind), fn)
}

// entryOf writes what fn writes as an entry of a list: of the one that stands last
// here, else of a new one.
func (p *pen) entryOf(list, kind string, fn func()) {
	if p.dry || p.now == nil {
		fn()
		return
	}
	p.inside(p.now.last(list).add(kind), fn)
}

// aside writes what fn writes as no part of the text: heads, feet, rules.
func (p *pen) aside(fn func()) {
	p.inside(nil, func() {
		fn()
		p.unmark()
	})
}

// mark begins a piece of content for the element that is now written.
func (p *pen) mark() {
	if p.begun && p.owner == p.now {
		return
	}
	p.unmark()
	p.begun, p.owner = true, p.now
	if p.now == nil {
		p.f.RawWriteStr("/Artifact BMC")
		return
	}
	page := p.f.PageNo()
	p.now.kids = append(p.now.kids, kid{page: page, mark: p.marks[page]})
	p.f.RawWriteStr(fmt.Sprintf("/%s <</MCID %d>> BDC", p.now.kind, p.marks[page]))
	p.marks[page]++
}

// unmark ends the piece that stands open: before another page, and before a turn
// or a clip begins or ends, for marks must nest with those.
func (p *pen) unmark() {
	if p.begun {
		p.f.RawWriteStr("EMC")
	}
	p.begun, p.owner = false, nil
}

// drawn begins a piece of content that is only to be seen, unless it belongs to a
// picture.
func (p *pen) drawn() {
	if p.now == nil || p.now.kind != "Figure" {
		p.inside(nil, p.mark)
		return
	}
	p.mark()
}

// said begins a piece of text; what may hold no text gets a paragraph for it.
func (p *pen) said() {
	if p.now != nil && slices.Contains(grouping, p.now.kind) {
		p.inside(p.now.add("P"), p.mark)
		return
	}
	p.mark()
}

// paragraph writes what fn writes as one paragraph where nothing else holds it.
func (p *pen) paragraph(fn func()) {
	if !p.dry && p.now != nil && slices.Contains(grouping, p.now.kind) {
		p.as("P", fn)
		return
	}
	fn()
}

// linked lays a link over a rectangle; fn writes what is read as the link. Sizes are
// in millimetres from the page's upper left corner.
func (p *pen) linked(a annotation, x, y, w, h float64, fn func()) {
	if p.dry {
		fn()
		return
	}
	_, high := p.f.GetPageSize()
	a.page = p.f.PageNo()
	a.rect = [4]float64{x / point, (high - y - h) / point, (x + w) / point, (high - y) / point}
	p.paragraph(func() {
		p.as("Link", func() {
			fn()
			a.in = p.now
			p.links = append(p.links, &a)
			p.now.kids = append(p.now.kids, kid{page: a.page, link: &a})
		})
	})
}
