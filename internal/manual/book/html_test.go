package book

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/protocol"
)

func printHTML(t testing.TB, m *protocol.Manual, l string) (*html.Node, string) {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, m, Options{Lang: l, Contacts: numbers}); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	root, err := html.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	return root, text
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// TestPage reads the page as a browser does: one first heading and none skipped,
// every id once, every link inside it leading somewhere, and nothing from
// elsewhere but links to the sources that the manual cites.
func TestPage(t *testing.T) {
	m := builtIn(t)
	var cited []string
	for _, s := range m.Sources {
		cited = append(cited, s.URL)
	}
	for _, l := range lang.Languages {
		root, _ := printHTML(t, m, l)
		ids, inside := map[string]int{}, []string{}
		level, firsts := 0, 0
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if id := attr(n, "id"); id != "" {
				ids[id]++
			}
			for _, a := range n.Attr {
				if (a.Key == "src" || a.Key == "href" && n.Data != "a") && a.Val != "" {
					t.Errorf("%s: <%s %s=%q> asks for something", l, n.Data, a.Key, a.Val)
				}
			}
			if href := attr(n, "href"); strings.HasPrefix(href, "#") {
				inside = append(inside, href[1:])
			} else if href != "" && !slices.Contains(cited, href) {
				t.Errorf("%s: a link to %q, which the manual does not cite", l, href)
			}
			if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
				now := int(n.Data[1] - '0')
				if now > level+1 {
					t.Errorf("%s: h%d after h%d", l, now, level)
				}
				if level = now; now == 1 {
					firsts++
				}
			}
		}
		if firsts != 1 {
			t.Errorf("%s: %d first headings", l, firsts)
		}
		for id, n := range ids {
			if n > 1 {
				t.Errorf("%s: id %q stands %d times", l, id, n)
			}
		}
		for _, to := range inside {
			if ids[to] == 0 {
				t.Errorf("%s: a link to #%s leads nowhere", l, to)
			}
		}
		for _, s := range m.Steps {
			if ids["step-"+s.ID] == 0 {
				t.Errorf("%s: step %s has no place", l, s.ID)
			}
		}
	}
}

// TestSaysTheSame: the two editions say the same steps, gates, deadlines and bans.
func TestSaysTheSame(t *testing.T) {
	m := builtIn(t)
	for _, l := range lang.Languages {
		root, raw := printHTML(t, m, l)
		text := squeeze(words(root))
		if strings.Contains(raw, "url(") || strings.Contains(raw, "@import") || strings.Contains(raw, "<script") {
			t.Errorf("%s: style or script from elsewhere", l)
		}
		c := compose(m, Options{Lang: l})
		for _, st := range c.Stages {
			for _, s := range st.Steps {
				all := slices.Concat([]string{s.Title}, s.First, s.Do, s.Forbid, s.Decide, s.Require, s.Ladder, s.Outputs)
				for _, d := range slices.Concat(s.Deadlines, s.Tracks) {
					all = append(all, d.Full, d.Binding.Word, d.Basis.Word, d.Certainty.Word, d.Note)
				}
				for _, want := range all {
					if !strings.Contains(text, squeeze(want)) {
						t.Errorf("%s: %s: %q is not there", l, s.ID, want)
					}
				}
			}
		}
		if !strings.Contains(text, squeeze(c.Warning)) || !strings.Contains(text, squeeze(c.Counted)) || !strings.Contains(text, c.Hash) {
			t.Errorf("%s: status, count or hash is missing", l)
		}
	}
}

func words(root *html.Node) string {
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" {
			b.WriteString(n.Data + " ")
		}
	}
	return b.String()
}

// TestHostileTexts: what a manual says stays text.
func TestHostileTexts(t *testing.T) {
	m := builtIn(t)
	bad := `</title></svg><script>alert(1)</script><img src=x onerror=alert(1)>`
	m.Steps[0].Title.ID, m.Steps[0].Do[0].ID, m.Stages[0].Title.ID = bad, bad, bad
	m.Sources["S-BAD"] = protocol.Source{Title: bad, URL: "javascript:alert(1)", Certainty: "text"}
	root, _ := printHTML(t, m, lang.ID)
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "img") {
			t.Errorf("a <%s> came out of a text", n.Data)
		}
		if strings.HasPrefix(attr(n, "href"), "javascript") {
			t.Error("an address that is no page became a link")
		}
	}
}
