package flow

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/protocol"
)

func builtIn(t testing.TB) *protocol.Manual {
	t.Helper()
	f, err := os.Open("../default/manual.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	m, err := protocol.Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestEveryStage lays out every stage and holds the picture to what a reader needs.
func TestEveryStage(t *testing.T) {
	m := builtIn(t)
	for _, l := range lang.Languages {
		for _, columns := range []int{1, 2, 3} {
			for _, st := range m.Stages {
				p := Of(m, st.ID, l, Options{Columns: columns})
				whole(t, m, p)
				tidy(t, p)
			}
		}
	}
}

// whole tells whether every step of the stage and every way between two of them is
// in the picture, and every step in the words.
func whole(t testing.TB, m *protocol.Manual, p Picture) {
	t.Helper()
	w := Say(m, p.Lang)
	i := 0
	for _, s := range m.Steps {
		if s.Stage != p.Stage {
			continue
		}
		if !slices.ContainsFunc(p.Boxes, func(b Box) bool { return b.ID == s.ID && b.Kind == Step }) {
			t.Errorf("stage %s: step %s has no box", p.Stage, s.ID)
		}
		if !strings.HasPrefix(p.Sentences[i], w.Step(s.ID)) {
			t.Errorf("stage %s: sentence %d is not of %s: %q", p.Stage, i, s.ID, p.Sentences[i])
		}
		for _, way := range w.Ways(s) {
			if !strings.Contains(p.Sentences[i], way.To) {
				t.Errorf("the words of %s do not lead to %s", s.ID, way.To)
			}
			to := way.To
			if o := m.Step(to); o == nil || o.Stage != s.Stage {
				to = "exit " + s.ID
			}
			if to != s.ID && !slices.ContainsFunc(p.Arrows, func(a Arrow) bool { return a.From == s.ID && a.To == to }) {
				t.Errorf("stage %s: no arrow from %s to %s", p.Stage, s.ID, to)
			}
		}
		i++
	}
	if i != len(p.Sentences) {
		t.Errorf("stage %s: %d sentences for %d steps", p.Stage, len(p.Sentences), i)
	}
}

// tidy tells whether boxes lie inside the picture and apart, text inside its box,
// and arrows outside every box.
func tidy(t testing.TB, p Picture) {
	t.Helper()
	for i, b := range p.Boxes {
		if b.X < 0 || b.Y < 0 || b.X+b.W > p.W || b.Y+b.H > p.H {
			t.Errorf("stage %s: %s leaves the picture", p.Stage, b.ID)
		}
		for _, o := range p.Boxes[:i] {
			if b.X < o.X+o.W && o.X < b.X+b.W && b.Y < o.Y+o.H && o.Y < b.Y+b.H {
				t.Errorf("stage %s: %s lies on %s", p.Stage, b.ID, o.ID)
			}
		}
		for _, x := range b.Text {
			width := wide(x.S) * x.Size
			if x.Bold {
				width *= boldWider
			}
			if x.X < b.X || x.X+width > b.X+b.W || x.Y-x.Size < b.Y || x.Y > b.Y+b.H {
				t.Errorf("stage %s: %q leaves its box %s", p.Stage, x.S, b.ID)
			}
		}
		for _, a := range p.Arrows {
			for _, at := range along(a) {
				const edge = .01
				if at.X > b.X+edge && at.X < b.X+b.W-edge && at.Y > b.Y+edge && at.Y < b.Y+b.H-edge {
					t.Errorf("stage %s: the arrow from %s to %s runs through %s", p.Stage, a.From, a.To, b.ID)
					break
				}
			}
		}
	}
}

// along returns points on an arrow.
func along(a Arrow) (out []Point) {
	for _, c := range a.Curves {
		for i := range 21 {
			s := float64(i) / 20
			r := 1 - s
			f := [4]float64{r * r * r, 3 * r * r * s, 3 * r * s * s, s * s * s}
			var at Point
			for j, q := range c {
				at.X, at.Y = at.X+f[j]*q.X, at.Y+f[j]*q.Y
			}
			out = append(out, at)
		}
	}
	return out
}

// TestSVG reads what is written: well formed, named, described, every step's id as
// text, nothing from elsewhere, no style.
func TestSVG(t *testing.T) {
	m := builtIn(t)
	for _, st := range m.Stages {
		p := Of(m, st.ID, lang.EN, Options{})
		var b bytes.Buffer
		if err := SVG(&b, p); err != nil {
			t.Fatal(err)
		}
		out := b.String()
		d := xml.NewDecoder(&b)
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("stage %s: %v", st.ID, err)
			}
		}
		for _, want := range []string{`role="img"`, "<title", "<desc", "viewBox"} {
			if !strings.Contains(out, want) {
				t.Errorf("stage %s: no %s", st.ID, want)
			}
		}
		for _, no := range []string{"href", "url(", "<style", "style=", "<script", "<image"} {
			if strings.Contains(out, no) {
				t.Errorf("stage %s: contains %s", st.ID, no)
			}
		}
		for _, s := range m.Steps {
			if s.Stage == st.ID && !strings.Contains(out, ">"+s.ID+" ") {
				t.Errorf("stage %s: %s is not text", st.ID, s.ID)
			}
		}
	}
}

// TestAnyManual lays out stages of random steps and random ways between them.
func TestAnyManual(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 14).Draw(r, "steps")
		id := func(i int) string { return "Z" + string(rune('a'+i)) }
		one := rapid.Custom(func(r *rapid.T) string { return id(rapid.IntRange(0, n).Draw(r, "i")) })
		var y strings.Builder
		y.WriteString("stages: [{id: Z, title: Z}]\nsteps:\n")
		for i := range n {
			y.WriteString("  - {id: " + id(i) + ", stage: Z, title: " + rapid.StringMatching(`[a-z]{1,60}( [a-zA-Z]{1,9}){0,30}`).Draw(r, "title"))
			y.WriteString(", trigger: {any: [{event: e}, {step_done: " + one.Draw(r, "after") + "}]}")
			y.WriteString(", decide: [{if: {fact: f, op: eq, value: v}, then: " + one.Draw(r, "then") + "}, {else: " + one.Draw(r, "else") + "}]")
			y.WriteString(", next: [" + strings.Join(rapid.SliceOfN(one, 0, 3).Draw(r, "next"), ", ") + "]}\n")
		}
		m, err := protocol.Parse(strings.NewReader(y.String()))
		if err != nil {
			r.Fatal(err)
		}
		p := Of(m, "Z", lang.ID, Options{Columns: rapid.IntRange(0, 4).Draw(r, "columns")})
		inner{r, t}.hold(m, p)
	})
}

// inner lets the helpers speak to rapid.
type inner struct {
	r *rapid.T
	testing.TB
}

func (i inner) Errorf(format string, args ...any) { i.r.Fatalf(format, args...) }
func (i inner) Helper()                           {}

func (i inner) hold(m *protocol.Manual, p Picture) {
	whole(i, m, p)
	tidy(i, p)
}

func TestEmptyStage(t *testing.T) {
	if p := Of(builtIn(t), "none", lang.ID, Options{}); len(p.Boxes)+len(p.Sentences) != 0 {
		t.Errorf("a stage that does not exist has %d boxes", len(p.Boxes))
	}
}

// TestManySteps: a stage that no page holds is told in words, at once.
func TestManySteps(t *testing.T) {
	m := builtIn(t)
	for range MaxSteps {
		m.Steps = append(m.Steps, m.Steps[0])
	}
	p := Of(m, m.Steps[0].Stage, lang.ID, Options{})
	if len(p.Boxes) > 0 || len(p.Sentences) <= MaxSteps {
		t.Errorf("%d boxes, %d sentences", len(p.Boxes), len(p.Sentences))
	}
}

// TestPicturesForTheEye writes pages to look at where NAUNGAN_LOOK names a folder.
func TestPicturesForTheEye(t *testing.T) {
	dir := os.Getenv("NAUNGAN_LOOK")
	if dir == "" {
		t.Skip("NAUNGAN_LOOK names no folder")
	}
	m := builtIn(t)
	for _, st := range m.Stages {
		for c, columns := range map[string]int{"2": 2, "3": 3} {
			var b bytes.Buffer
			p := Of(m, st.ID, lang.ID, Options{Columns: columns})
			if err := SVG(&b, p); err != nil {
				t.Fatal(err)
			}
			page := "<!doctype html><meta charset=utf-8><body style='margin:0;background:#fff;width:" + num(p.W) + "px'>" + b.String()
			if err := os.WriteFile(dir+"/"+st.ID+c+".html", []byte(page), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Log(st.ID, columns, p.W, p.H)
		}
	}
}

// TestANarrowPictureCanBeRead: on a phone the smallest letters are 12 CSS pixels in
// the picture's own width, the steps stand under each other, and both pictures can
// stand in one page.
func TestANarrowPictureCanBeRead(t *testing.T) {
	m := builtIn(t)
	for _, st := range m.Stages {
		narrow, wide := Of(m, st.ID, lang.ID, Options{Narrow: true}), Of(m, st.ID, lang.ID, Options{})
		whole(t, m, narrow)
		tidy(t, narrow)
		var left []float64
		for _, b := range narrow.Boxes {
			if b.Kind == Step {
				left = append(left, b.Y)
			}
			for _, x := range b.Text {
				if x.Size*Readable/small < Readable {
					t.Errorf("stage %s: letters of %.1f px", st.ID, x.Size*Readable/small)
				}
			}
		}
		slices.Sort(left)
		if len(slices.Compact(left)) != len(narrow.steps(m)) {
			t.Errorf("stage %s: steps stand beside each other", st.ID)
		}
		var a, b strings.Builder
		if err := errors.Join(SVG(&a, narrow), SVG(&b, wide)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(a.String(), `id="narrow-flow-`) || strings.Contains(b.String(), "narrow") {
			t.Errorf("stage %s: two pictures of one name", st.ID)
		}
		if want := `width="` + num(narrow.W*Readable/small) + `"`; !strings.Contains(a.String(), want) {
			t.Errorf("stage %s: not %s wide", st.ID, want)
		}
	}
}

func (p Picture) steps(m *protocol.Manual) (out []string) {
	for _, s := range m.Steps {
		if s.Stage == p.Stage {
			out = append(out, s.ID)
		}
	}
	return out
}
