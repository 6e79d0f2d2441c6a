package book

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"codeberg.org/go-pdf/fpdf"

	"github.com/naungan/naungan/internal/manual/flow"
	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/protocol"
)

func printPDF(t testing.TB, m *protocol.Manual, l string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := PDF(&b, m, Options{Lang: l, Contacts: numbers}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSameBytes: the same manual is the same file, whenever it is made.
func TestSameBytes(t *testing.T) {
	m := builtIn(t)
	out := printPDF(t, m, lang.ID)
	if !bytes.Equal(out, printPDF(t, m, lang.ID)) {
		t.Error("two files of one manual differ")
	}
	if day := []byte("Date (D:" + printed.Format("20060102150405")); bytes.Count(out, []byte("Date (D:")) != 2 || bytes.Count(out, day) != 2 {
		t.Error("the file says when it was made")
	}
}

// TestOutline counts bookmarks and holds the pages that the contents name against
// those where the parts stand.
func TestOutline(t *testing.T) {
	m := builtIn(t)
	for _, l := range lang.Languages {
		c := compose(m, Options{Lang: l})
		first := press(c, nil)
		second := press(c, first.pages)
		for _, s := range m.Steps {
			if n := second.pages["step "+s.ID]; n == 0 || n != first.pages["step "+s.ID] {
				t.Errorf("%s: step %s stands on page %d, the contents say %d", l, s.ID, n, first.pages["step "+s.ID])
			}
		}
		out := printPDF(t, m, l)
		if got, want := bytes.Count(out, []byte("/Title")), 1+len(second.pages); got != want { // one is the book's own
			t.Errorf("%s: %d titles in the file, want %d", l, got, want)
		}
		for _, want := range []string{"/Outlines", "/Lang (" + l + ")"} {
			if !bytes.Contains(out, []byte(want)) {
				t.Errorf("%s: no %s", l, want)
			}
		}
		if parts := len(m.Steps) + len(m.Stages) + len(m.Forms); len(second.pages) <= parts {
			t.Errorf("%s: %d parts, want more than the %d steps, stages and forms", l, len(second.pages), parts)
		}
	}
}

var box = regexp.MustCompile(`/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]`)

// TestPaper: the wall chart is one A3 page, the pocket card one A4 lying down, and
// every form begins a page.
func TestPaper(t *testing.T) {
	m := builtIn(t)
	for _, l := range lang.Languages {
		sizes := map[string]int{}
		for _, b := range box.FindAllSubmatch(printPDF(t, m, l), -1) {
			sizes[string(b[1])+" "+string(b[2])]++
		}
		if sizes["1190.55 841.89"] != 1 || sizes["841.89 595.28"] != 1 {
			t.Errorf("%s: pages by size: %v", l, sizes)
		}
		c := compose(m, Options{Lang: l})
		seen := map[int]string{}
		for key, page := range press(c, nil).pages {
			if !strings.HasPrefix(key, "form ") {
				continue
			}
			if other := seen[page]; other != "" {
				t.Errorf("%s: %s and %s stand on page %d", l, key, other, page)
			}
			seen[page] = key
		}
		if len(seen) != len(m.Forms) {
			t.Errorf("%s: %d forms printed of %d", l, len(seen), len(m.Forms))
		}
	}
}

// TestFlowFitsItsBoxes holds the estimate of package flow against the font that is
// printed.
func TestFlowFitsItsBoxes(t *testing.T) {
	m := builtIn(t)
	p := newPen(fpdf.New("P", "mm", "A4", ""))
	for _, l := range lang.Languages {
		for _, st := range m.Stages {
			for _, b := range flow.Of(m, st.ID, l, flow.Options{}).Boxes {
				for _, x := range b.Text {
					look := look{size: x.Size}
					if x.Bold {
						look.style = "B"
					}
					if end := x.X + p.width(look, x.S)/point; end > b.X+b.W {
						t.Errorf("%s: %q ends %.1f beyond its box", l, x.S, end-b.X-b.W)
					}
				}
			}
		}
	}
}

// pdftotext runs poppler's tool over a file on standard input.
func pdftotext(t testing.TB, pdf []byte, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("pdftotext"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("pdftotext is not installed (apt-get install poppler-utils): the printed text is not looked at")
	}
	cmd := exec.Command("pdftotext", append(args, "-", "-")...)
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// TestPrintedText searches the file as a reader would: every step with its title,
// every form, every source, status and the count of proposals.
func TestPrintedText(t *testing.T) {
	m := builtIn(t)
	for _, l := range lang.Languages {
		text := squeeze(pdftotext(t, printPDF(t, m, l), "-raw"))
		pages := press(compose(m, Options{Lang: l, Contacts: numbers}), nil).pages
		for _, s := range m.Steps {
			title := squeeze(s.ID + " " + s.Title.In(l))
			if entry := fmt.Sprint(title, " ", pages["step "+s.ID]); !strings.Contains(text, entry) {
				t.Errorf("%s: the contents do not say %q", l, entry)
			}
			if strings.Count(text, title) < 2 {
				t.Errorf("%s: %q is not found beside the contents", l, title)
			}
			for _, d := range append(slices.Clone(s.Do), s.Forbid...) {
				if !strings.Contains(text, squeeze(capital(d.In(l)))) && !broken(text, d.In(l)) {
					t.Errorf("%s: %s: %q is not found", l, s.ID, d.In(l))
				}
			}
		}
		for id, f := range m.Forms {
			if !strings.Contains(text, squeeze(id+" "+f.Title.In(l))) {
				t.Errorf("%s: form %s is not found", l, id)
			}
		}
		c := compose(m, Options{Lang: l})
		for _, want := range []string{c.Edition, c.Warning, c.Counted, c.Hash} {
			if strings.Count(text, squeeze(want)) == 0 {
				t.Errorf("%s: %q is not found", l, want)
			}
		}
	}
}

// broken tells whether a text is there with a page's head and foot in its midst:
// its first and its last words are.
func broken(text, s string) bool {
	w := strings.Fields(capital(s))
	n := min(4, len(w))
	return strings.Contains(text, strings.Join(w[:n], " ")) && strings.Contains(text, strings.Join(w[len(w)-n:], " "))
}

// TestCounted: what the cover says is counted from the manual.
func TestCounted(t *testing.T) {
	m := builtIn(t)
	before := compose(m, Options{}).Counted
	for _, s := range m.Steps {
		if s.Deadline.Basis == "project_default" {
			s.Deadline.Basis = "law"
			break
		}
	}
	if after := compose(m, Options{}).Counted; after == before {
		t.Errorf("one proposal fewer, and the cover still says %q", after)
	}
}

// TestNothingLeavesThePage looks at where every word stands.
func TestNothingLeavesThePage(t *testing.T) {
	onPage(t, printPDF(t, builtIn(t), lang.ID))
}

func onPage(t testing.TB, pdf []byte) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(pdftotext(t, pdf, "-bbox")))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	var w, h float64
	page, words, bad := 0, 0, 0
	for {
		token, err := d.Token()
		if err != nil {
			break
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		at := map[string]float64{}
		for _, a := range e.Attr {
			at[a.Name.Local], _ = strconv.ParseFloat(a.Value, 64)
		}
		switch e.Name.Local {
		case "page":
			w, h, page = at["width"], at["height"], page+1
		case "word":
			words++
			if at["xMin"] < 10 || at["xMax"] > w-10 || at["yMin"] < 5 || at["yMax"] > h-5 {
				bad++
				if bad < 5 {
					t.Errorf("page %d (%.0f × %.0f): a word stands at %v", page, w, h, at)
				}
			}
		}
	}
	if words < 1000 {
		t.Fatalf("only %d words read", words)
	}
}

// TestLongTexts: whatever a manual says, the book has pages and every word a place.
func TestLongTexts(t *testing.T) {
	long := strings.Repeat("kata panjang ", 150)
	unbroken := strings.Repeat("x", 2000)
	for name, change := range map[string]func(m *protocol.Manual){
		"titles": func(m *protocol.Manual) {
			for i := range m.Stages {
				m.Stages[i].Title.ID = long
			}
			for _, s := range m.Steps {
				s.Title.ID = long
			}
			for id, f := range m.Forms {
				f.Title.ID = long
				m.Forms[id] = f
			}
		},
		"unbroken": func(m *protocol.Manual) {
			for i, s := range m.Steps {
				s.Title.ID, s.Deadline.Note.ID = unbroken, unbroken
				s.Do = append(s.Do, protocol.Text{ID: unbroken})
				if i%3 == 0 {
					s.Forbid = append(s.Forbid, protocol.Text{ID: unbroken})
				}
			}
			for id, r := range m.Roles {
				r.ID = unbroken
				m.Roles[id] = r
			}
		},
		"strange letters": func(m *protocol.Manual) {
			for i, s := range m.Steps {
				s.Title.ID = []string{"😀 \U0010FFFF", "مرحبا", "漢字 仮名", "a\u0301\u200b\u2028b", "\x07\x1b[31m\t", "\\)(>>endobj"}[i%6]
			}
		},
		"empty": func(m *protocol.Manual) {
			m.Stages[1].Title, m.Steps[3].Title, m.Protocol = protocol.Text{}, protocol.Text{}, protocol.Header{}
			m.Guards, m.Roles, m.Consents = nil, nil, nil
			m.Forms["F-01"], m.Sources["S-PKT"] = protocol.Form{}, protocol.Source{}
		},
		"many": func(m *protocol.Manual) {
			for i := range 150 {
				s := *m.Steps[i%len(m.Steps)]
				s.ID = fmt.Sprintf("Z%d", i)
				s.Stage = m.Stages[0].ID
				m.Steps = append(m.Steps, &s)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := builtIn(t)
			change(m)
			onPage(t, printPDF(t, m, lang.ID))
		})
	}
}

// TestLetters: what the face lacks is a box, what is not seen takes no room, and
// every letter that the book itself uses is there.
func TestLetters(t *testing.T) {
	if got := printable("a😀مb\x07\u0301\tc"); got != "a□□b c" {
		t.Errorf("%q", got)
	}
	m := builtIn(t)
	for _, l := range lang.Languages {
		root, _ := printHTML(t, m, l)
		for _, r := range words(root) {
			if letter(r) == '□' {
				t.Errorf("%s: %q is not in the printed face", l, r)
			}
		}
	}
}

func BenchmarkPDF(b *testing.B) {
	m := builtIn(b)
	for b.Loop() {
		printPDF(b, m, lang.ID)
	}
}
