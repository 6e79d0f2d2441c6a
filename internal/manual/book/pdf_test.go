package book

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

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

// TestFormsFillTheirSheets: no form spills a field or two onto a sheet of its own,
// every sheet says what it is and what must not be put with it, and two columns and
// closer lines save paper against the airiest setting.
func TestFormsFillTheirSheets(t *testing.T) {
	for _, l := range lang.Languages {
		s := laidOut(t, l)
		s.dry, s.left = true, inner
		sheets, airy := 0, 0
		for _, f := range s.c.Forms {
			s.y = top
			s.formTop(f)
			first := formEnd - s.y
			set, pages := s.spread(f.Fields)
			if fill := filled(pages[len(pages)-1], set.gap) / (formEnd - top); len(pages) > 1 && fill < .3 {
				t.Errorf("%s: %s: the last of %d sheets is filled to %.2f", l, f.ID, len(pages), fill)
			}
			n := 0
			for i, rows := range pages {
				room := first
				if i > 0 {
					room = formEnd - top - 15.5
				}
				if h := filled(rows, set.gap) - set.gap; h > room {
					t.Errorf("%s: %s: sheet %d holds %.0f mm in %.0f", l, f.ID, i+1, h, room)
				}
				for _, r := range rows {
					n += len(r.list)
				}
			}
			if n != len(f.Fields) {
				t.Errorf("%s: %s: %d of %d fields are printed", l, f.ID, n, len(f.Fields))
			}
			sheets += len(pages)
			airy += len(deal(s.rows(f.Fields, settings[0]), settings[0].gap, first, formEnd-top-15.5))
		}
		if sheets >= airy {
			t.Errorf("%s: %d sheets, as many as in the airiest setting", l, sheets)
		}
		text := squeeze(pdftotext(t, printPDF(t, builtIn(t), l), "-raw"))
		if got := strings.Count(text, squeeze(s.c.t("book.form.foot"))); got != sheets {
			t.Errorf("%s: %d of %d sheets say what not to put with them", l, got, sheets)
		}
		if got := strings.Count(text, s.c.t("book.form.code")); got != sheets {
			t.Errorf("%s: %d of %d sheets ask for the case code", l, got, sheets)
		}
	}
}

// TestCardFolds folds the card as it says: the upper half back, so that its quarters
// stand upright behind, seen from there with left and right changed; then the left
// half back. In the hand the cover comes first, then the two inner pages, the back
// last; and every quarter is written to its foot.
func TestCardFolds(t *testing.T) {
	for _, l := range lang.Languages {
		s := laidOut(t, l)
		out := pdftotext(t, printPDF(t, builtIn(t), l), "-bbox", "-f", strconv.Itoa(s.pages["card"]), "-l", strconv.Itoa(s.pages["card"]))
		type word struct {
			x, y float64 // as the quarter is read, in millimetres from its upper left corner
			s    string
		}
		var folded [4][]word // cover, inner left, inner right, back
		for _, m := range wordAt.FindAllStringSubmatch(out, -1) {
			x, _ := strconv.ParseFloat(m[1], 64)
			y, _ := strconv.ParseFloat(m[2], 64)
			x, y = x*point, y*point
			switch upper, left := y < panelH, x < panelW; {
			case m[3] == s.c.t("book.pocket.fold"):
			case upper && !left:
				folded[1] = append(folded[1], word{cardW - x, panelH - y, m[3]})
			case upper:
				folded[2] = append(folded[2], word{panelW - x, panelH - y, m[3]})
			case left:
				folded[3] = append(folded[3], word{x, y - panelH, m[3]})
			default:
				folded[0] = append(folded[0], word{x - panelW, y - panelH, m[3]})
			}
		}
		read := func(words []word) (text string, first, low float64) {
			slices.SortFunc(words, func(a, b word) int {
				if d := a.y - b.y; d > 1 || d < -1 {
					return cmp.Compare(a.y, b.y)
				}
				return cmp.Compare(a.x, b.x)
			})
			for _, w := range words {
				text += w.s + " "
			}
			return text, words[0].y, words[len(words)-1].y
		}
		for i, key := range []string{"book.card", "book.pocket.do", "book.pocket.forbid", "book.pocket.rules"} {
			text, first, low := read(folded[i])
			if !strings.HasPrefix(text, s.c.t(key)) || first > 25 {
				t.Errorf("%s: page %d in the hand begins with %.40q, %.0f mm down", l, i+1, text, first)
			}
			if low < panelH*.8 {
				t.Errorf("%s: page %d in the hand ends %.0f mm down", l, i+1, low)
			}
		}
		cover, _, _ := read(folded[0])
		for _, c := range numbers {
			if !strings.Contains(cover, c.Number+" "+c.Name) {
				t.Errorf("%s: the cover does not say %s %s: %s", l, c.Name, c.Number, cover)
			}
		}
	}
}

var wordAt = regexp.MustCompile(`<word xMin="([0-9.]+)" yMin="([0-9.]+)"[^>]*>([^<]*)<`)

// TestAtOnce: a book is there within a second, on a machine that does other things
// too: the best of some tries, each by the processor time it took.
func TestAtOnce(t *testing.T) {
	m, best := builtIn(t), time.Hour
	for i := 0; i < 5 && best > slow*time.Second; i++ {
		start := spent(t)
		printPDF(t, m, lang.ID)
		best = min(best, spent(t)-start)
	}
	if best > slow*time.Second {
		t.Errorf("a book takes %v", best)
	}
}

// spent is the processor time this process has had so far.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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
