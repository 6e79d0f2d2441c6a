// Package flow draws the way through a stage of the manual: which step begins by
// what, and where the work goes on. Of lays it out as plain data, SVG writes it
// for a page, the booklet draws the same data; Sentences say it without a
// picture. It is pure: the same manual gives the same picture.
package flow

import (
	"slices"
	"strings"

	"github.com/naungan/naungan/protocol"
)

// Kind says what a box stands for. Kinds differ in shape and words, not only in
// colour.
type Kind string

// The kinds of box.
const (
	Step  Kind = "step"  // a step of the stage: square
	Entry Kind = "entry" // what makes a step begin from outside the stage: round
	Exit  Kind = "exit"  // steps of other stages that follow: dashed edge
	Label Kind = "label" // a condition on an arrow: no edge
)

// Picture is a stage's flow, laid out. Lengths are in units of a CSS pixel from
// the upper left corner.
type Picture struct {
	Stage, Title, Lang string
	W, H               float64
	Narrow             bool
	Boxes              []Box
	Arrows             []Arrow
	Sentences          []string // the same in words, a sentence or more for each step
}

// Box is a rectangle with text. ID is a step's id for a Step, else of that step
// with the kind before it.
type Box struct {
	ID         string
	Kind       Kind
	X, Y, W, H float64
	Text       []Text
}

// Text is one line of text; X, Y is the left end of its base line.
type Text struct {
	X, Y, Size float64
	Bold       bool
	S          string
}

// Point is a place.
type Point struct{ X, Y float64 }

// Arrow is a way from one box to another as cubic curves, end to end; its head is
// at the last point and looks up or down. Dashed: the manual points there, but
// the step begins by something else.
type Arrow struct {
	From, To string
	Curves   [][4]Point
	Up       bool
	Dashed   bool
}

// Options are how wide the picture may become.
type Options struct {
	Columns int  // steps side by side; 2 suits a page, 3 paper; 0 is 2
	Narrow  bool // for a phone: one column, and ids of its own, so that it stands beside the other in a page
}

// MaxSteps is how many steps a stage may have to be drawn; no page holds more.
const MaxSteps = 80

// Of returns the flow of a stage in a language. A stage without steps gives an
// empty picture, one of more than MaxSteps only its sentences.
func Of(m *protocol.Manual, stage, language string, o Options) Picture {
	w := Say(m, language)
	p := Picture{Stage: stage, Lang: w.Lang(), Narrow: o.Narrow}
	for _, st := range m.Stages {
		if st.ID == stage {
			p.Title = w.p.T("flow.title", "stage", stage, "title", st.Title.In(language))
		}
	}
	l := &layout{w: w, stage: stage, columns: o.Columns}
	switch {
	case o.Narrow:
		l.columns = 1
	case l.columns <= 0:
		l.columns = 2
	}
	for _, s := range m.Steps {
		if s.Stage == stage {
			l.add(s)
			p.Sentences = append(p.Sentences, w.sentence(s))
		}
	}
	if len(l.steps) > 0 && len(l.steps) <= MaxSteps {
		l.link()
		l.rank()
		l.rows()
		l.order()
		l.place()
		l.draw(&p)
	}
	return p
}

// sentence says a step's place in the flow.
func (w Words) sentence(s *protocol.Step) string {
	out := []string{w.Step(s.ID) + "."}
	if begins := w.Trigger(s.Trigger); len(begins) > 0 {
		out = append(out, w.p.T("flow.begins", "what", w.join(begins, "flow.or_long"))+".")
	}
	if s.When != nil {
		out = append(out, w.p.T("flow.only", "what", w.Cond(*s.When))+".")
	}
	var then []string
	for _, way := range w.Ways(s) {
		to := w.away(way.To, s.Stage)
		if way.If != "" {
			to = way.If + " " + to
		}
		then = append(then, to)
	}
	if len(then) > 0 {
		out = append(out, w.p.T("flow.then", "what", strings.Join(then, "; "))+".")
	}
	return strings.Join(out, " ")
}

// away names a step, with its stage where that is another.
func (w Words) away(id, stage string) string {
	s := w.m.Step(id)
	if s == nil || s.Stage == stage {
		return w.Step(id)
	}
	return w.Step(id) + " (" + w.p.T("flow.stage", "stage", s.Stage) + ")"
}

// entries returns what makes a step begin from outside its stage.
func (w Words) entries(s *protocol.Step) (out []string) {
	for _, a := range alternatives(s.Trigger) {
		if o := w.m.Step(a.StepDone); a.StepDone != "" && o != nil && o.Stage == s.Stage {
			continue
		}
		for _, text := range w.Trigger(a) {
			if !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return out
}
