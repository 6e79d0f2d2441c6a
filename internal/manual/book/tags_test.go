package book

import (
	"bytes"
	"compress/zlib"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/protocol"
)

// laidOut lays the built-in manual out as PDF does.
func laidOut(t testing.TB, l string) *sheet {
	t.Helper()
	c := compose(builtIn(t), Options{Lang: l, Contacts: numbers})
	s := press(c, press(c, nil).pages)
	s.unmark()
	return s
}

// contents returns what is drawn on each page, from the first, in PDF's operators.
func contents(t testing.TB, s *sheet) (out []string) {
	t.Helper()
	var b bytes.Buffer
	if err := s.f.Output(&b); err != nil {
		t.Fatal(err)
	}
	f, err := readFile(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for page := 1; page <= s.f.PageNo(); page++ {
		_, packed, _ := bytes.Cut(f.bodies[pageObject(page)+1], []byte("stream\n"))
		z, err := zlib.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(page, err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(page, err)
		}
		out = append(out, string(text))
	}
	return out
}

var (
	begins = regexp.MustCompile(`^/(\w+) <</MCID (\d+)>> BDC$`)
	paints = regexp.MustCompile(` (Tj|TJ|S|s|f|B|b|re [SfB]\*?|Do)( |$|Q)`)
	sets   = regexp.MustCompile(`/F\w+ ([0-9.]+) Tf`)
)

// TestEverythingIsMarked reads the operators of every page: no letter and no line
// stands outside a mark, marks do not overlap, they nest with what saves and restores
// the state, and each number is the page's once and the tree's once.
func TestEverythingIsMarked(t *testing.T) {
	for _, l := range lang.Languages {
		s := laidOut(t, l)
		inTree := map[[2]int]string{}
		each(s.tree, func(e *element) {
			for _, k := range e.kids {
				if k.child == nil && k.link == nil {
					if at := [2]int{k.page, k.mark}; inTree[at] != "" {
						t.Errorf("%s: piece %v belongs to two", l, at)
					}
					inTree[[2]int{k.page, k.mark}] = e.kind
				}
			}
		})
		found := 0
		for i, text := range contents(t, s) {
			open, depth, outside := "", 0, 0
			for _, line := range strings.Split(text, "\n") {
				if m := begins.FindStringSubmatch(line); m != nil || line == "/Artifact BMC" {
					if open != "" {
						t.Fatalf("%s: page %d: %q inside %s", l, i+1, line, open)
					}
					open, depth = "Artifact", 0
					if m != nil {
						open = m[1]
						n, _ := strconv.Atoi(m[2])
						if inTree[[2]int{i + 1, n}] != open {
							t.Errorf("%s: page %d: piece %d is a %s, the tree says %q", l, i+1, n, open, inTree[[2]int{i + 1, n}])
						}
						found++
					}
					continue
				}
				depth += strings.Count(" "+line+" ", " q ") - strings.Count(" "+line+" ", " Q ")
				if line == "EMC" {
					if open == "" || depth != 0 {
						t.Fatalf("%s: page %d: a mark ends %d states deep", l, i+1, depth)
					}
					open = ""
				} else if open == "" && paints.MatchString(" "+line) {
					outside++
				}
			}
			if open != "" || outside > 0 {
				t.Errorf("%s: page %d: %d lines draw outside a mark; %q is left open", l, i+1, outside, open)
			}
		}
		if found != len(inTree) || found < 3000 {
			t.Errorf("%s: %d pieces on the pages, %d in the tree", l, found, len(inTree))
		}
	}
}

// pageOf returns the first and the last page on which an element stands.
func pageOf(e *element) (first, last int) {
	each(e, func(e *element) {
		for _, k := range e.kids {
			if k.page > 0 {
				if first == 0 {
					first = k.page
				}
				last = max(last, k.page)
			}
		}
	})
	return first, last
}

// TestHeadsNeverStandAlone: after a heading its text begins on the same page.
func TestHeadsNeverStandAlone(t *testing.T) {
	for _, l := range lang.Languages {
		s, heads := laidOut(t, l), 0
		prune(s.tree)
		each(s.tree, func(e *element) {
			for i, k := range e.kids {
				if k.child == nil || k.child.kind != "H1" && k.child.kind != "H2" || i+1 == len(e.kids) {
					continue
				}
				heads++
				_, here := pageOf(k.child)
				if next, _ := pageOf(e.kids[i+1].child); next != here {
					t.Errorf("%s: a heading stands on page %d, its text on %d", l, here, next)
				}
			}
		})
		if m := s.c; heads < len(m.Forms)+len(m.Stages) {
			t.Errorf("%s: %d headings", l, heads)
		}
	}
}

// TestPicturesSpeak: each flow says in words what is on it, each step by its name.
func TestPicturesSpeak(t *testing.T) {
	for _, l := range lang.Languages {
		s := laidOut(t, l)
		var all strings.Builder
		pictures := 0
		each(s.tree, func(e *element) {
			if e.kind == "Figure" {
				pictures++
				all.WriteString(e.alt)
				if e.alt == "" || e.box[2] <= e.box[0] || e.box[3] <= e.box[1] {
					t.Errorf("%s: a picture says %q and stands at %v", l, e.alt, e.box)
				}
			}
		})
		if pictures < len(s.c.Stages) {
			t.Errorf("%s: %d pictures of %d stages", l, pictures, len(s.c.Stages))
		}
		for _, st := range s.c.Stages {
			for _, p := range st.Steps {
				if !strings.Contains(all.String(), p.ID+" "+p.Title) {
					t.Errorf("%s: no picture says %s %s", l, p.ID, p.Title)
				}
			}
		}
	}
}

// TestReadableType: letters in a flow have seven points at least, none in the book
// fewer than six and a half.
func TestReadableType(t *testing.T) {
	for _, l := range lang.Languages {
		for i, text := range contents(t, laidOut(t, l)) {
			size, picture := 0.0, false
			for _, line := range strings.Split(text, "\n") {
				if m := sets.FindAllStringSubmatch(line, -1); m != nil {
					size, _ = strconv.ParseFloat(m[len(m)-1][1], 64)
				}
				picture = strings.HasPrefix(line, "/Figure ") || picture && line != "EMC"
				if strings.Contains(line, "Tj") && (size < 6.5 || picture && size < 6.99) {
					t.Errorf("%s: page %d: type of %.2f points", l, i+1, size)
				}
			}
		}
	}
}

// poppler runs one of poppler's tools over a file.
func poppler(t testing.TB, tool string, pdf []byte, args ...string) string {
	t.Helper()
	pdftotext(t, pdf, "-l", "1") // skips, or fails in CI, where poppler is not there
	cmd := exec.Command(tool, append(args, "-")...)
	cmd.Stdin = bytes.NewReader(pdf)
	var out, wrong bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &wrong
	if err := cmd.Run(); err != nil || wrong.Len() > 0 {
		t.Fatalf("%s: %v: %s", tool, err, wrong.String())
	}
	return out.String()
}

// TestReadAloud has another program read the tree: what it says is what is to be
// seen, in the order of the book. Of the manual it gets a part: poppler takes twenty
// seconds for the whole. TestEverythingIsMarked sees all pages.
func TestReadAloud(t *testing.T) {
	m := builtIn(t)
	m.Stages, m.Steps = m.Stages[:1], slices.DeleteFunc(m.Steps, func(s *protocol.Step) bool { return s.Stage != m.Stages[0].ID })
	for i, id := range sorted(m.Forms) {
		if i > 1 {
			delete(m.Forms, id)
		}
	}
	for i, id := range sorted(m.Sources) {
		if i > 9 {
			delete(m.Sources, id)
		}
	}
	for _, l := range lang.Languages {
		pdf := printPDF(t, m, l)
		about := poppler(t, "pdfinfo", pdf)
		for _, want := range []string{`Tagged:\s+yes`, `Title:\s+` + regexp.QuoteMeta(compose(m, Options{Lang: l}).Title), `Metadata Stream:\s+yes`} {
			if !regexp.MustCompile(want).MatchString(about) {
				t.Errorf("%s: the file does not say %s:\n%s", l, want, about)
			}
		}
		if out := poppler(t, "pdffonts", pdf); strings.Count(out, "yes no  yes") != 2 || strings.Count(out, "\n") != 4 {
			t.Errorf("%s: fonts not embedded, or with no way back to letters:\n%s", l, out)
		}
		read, at := poppler(t, "pdfinfo", pdf, "-struct-text"), 0
		for _, s := range m.Steps {
			head := "H2 (block)\n        \"" + s.ID + " " + squeeze(s.Title.In(l))
			next := strings.Index(read[at:], head)
			if next < 0 {
				t.Fatalf("%s: %q is not read as a heading, or not in its place", l, head)
			}
			at += next
			for _, d := range append(s.Do, s.Forbid...) {
				if !strings.Contains(read[at:], capital(squeeze(d.In(l)))) {
					t.Errorf("%s: %s: %q is not read in its place", l, s.ID, d.In(l))
				}
			}
		}
		for _, id := range sorted(m.Forms) {
			if !strings.Contains(read[at:], "\""+id+" "+squeeze(m.Forms[id].Title.In(l))) {
				t.Errorf("%s: form %s is not read as a heading", l, id)
			}
		}
		if strings.Contains(read, "\""+compose(m, Options{Lang: l}).Short) {
			t.Errorf("%s: a page's foot is read", l)
		}
	}
}

// TestSoundFile has qpdf look for faults of form, where it is installed.
func TestSoundFile(t *testing.T) {
	if _, err := exec.LookPath("qpdf"); err != nil {
		t.Skip("qpdf is not installed (apt-get install qpdf): the form of the file is not looked at")
	}
	name := filepath.Join(t.TempDir(), "book.pdf")
	if err := os.WriteFile(name, printPDF(t, builtIn(t), lang.ID), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("qpdf", "--check", name)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestNotOurs: a file of another form is refused, never tagged wrongly.
func TestNotOurs(t *testing.T) {
	s := laidOut(t, lang.ID)
	var b bytes.Buffer
	if err := s.f.Output(&b); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	for name, pdf := range map[string][]byte{
		"nothing":    nil,
		"cut":        whole[:len(whole)/2],
		"no table":   bytes.Replace(whole, []byte("\nxref\n"), []byte("\nxxxx\n"), 1),
		"other end":  bytes.Replace(whole, []byte("\nstartxref\n"), []byte("\nstartxref\n9"), 1),
		"other page": bytes.Replace(whole, []byte("<</Type /Page\n"), []byte("<</Kind /Page\n"), 1),
	} {
		if _, err := tagged(pdf, &s.tags, s.places); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
