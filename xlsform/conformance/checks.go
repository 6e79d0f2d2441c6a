package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/antchfx/xpath"
)

// check runs what the case's test checked of the XML and says what does not hold; ran counts the checks.
func (c Case) check(doc *node) (ran int, failed []string) {
	fail := func(format string, args ...any) { failed = append(failed, fmt.Sprintf(format, args...)) }
	for _, m := range c.Match {
		ran++
		if n := len(doc.selects(m, fail)); n != 1 {
			fail("xpath_match finds %d: %s", n, squeeze(m))
		}
	}
	for _, e := range c.Count {
		ran++
		if n := len(doc.selects(e.Path, fail)); n != e.Want {
			fail("xpath_count finds %d, not %d: %s", n, e.Want, squeeze(e.Path))
		}
	}
	for _, e := range c.Exact {
		ran++
		if got, want := set(doc.selects(e.Path, fail)), set(e.Want); !slices.Equal(got, want) {
			fail("xpath_exact finds %q, not %q: %s", got, want, squeeze(e.Path))
		}
	}
	n, bad := c.words(doc)
	return ran + n, append(failed, bad...)
}

// words runs the checks on the text of the XML.
func (c Case) words(doc *node) (ran int, failed []string) {
	for _, part := range []struct {
		in     string
		want   bool
		pieces []string
	}{{"", true, c.Contains}, {"", false, c.Excludes}, {"model", true, c.ModelContains}, {"model", false, c.ModelExcludes},
		{"instance", true, c.InstanceContains}, {"itext", true, c.ItextContains}, {"itext", false, c.ItextExcludes}} {
		text := ""
		if at := doc.part(part.in); at != nil {
			text = tight(at.canonical(true))
		}
		for _, p := range part.pieces {
			ran++
			if strings.Contains(text, tight(p)) != part.want {
				failed = append(failed, fmt.Sprintf("contains = %v in %q: %s", !part.want, part.in, p))
			}
		}
	}
	return ran, failed
}

func (n *node) part(name string) *node {
	if name == "" {
		return n.children[0]
	}
	return n.find(name)
}

var gap = regexp.MustCompile(`>\s+<`)

func tight(s string) string {
	return gap.ReplaceAllString(strings.ReplaceAll(strings.TrimSpace(s), " />", "/>"), "><")
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func set(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}

// spaceAxis is the only use the checks make of the namespace axis, which the XPath library leaves out.
var spaceAxis = regexp.MustCompile(`^/h:html\[namespace::(?:(\w+)|\*\[name\(\)=''\])='([^']*)'\]$`)

// rewrite says in words the XPath library knows what the checks say in words it does not.
var rewrite = strings.NewReplacer("x:*", "*", "node()[position() = 1]", "text()[1]", "node()[position() = 2] = ", "*[1] and ")

// selects gives the values of the nodes that an XPath finds, an element as its XML.
func (n *node) selects(path string, fail func(string, ...any)) []string {
	path = rewrite.Replace(strings.TrimSpace(path))
	if m := spaceAxis.FindStringSubmatch(path); m != nil {
		if n.children[0].uri(m[1]) == m[2] {
			return []string{m[2]}
		}
		return nil
	}
	expr, err := xpath.CompileWithNS(path, n.prefixes())
	if err != nil {
		fail("%v in %s", err, squeeze(path))
		return nil
	}
	found, ok := expr.Evaluate(&walker{n, -1}).(*xpath.NodeIterator)
	if !ok {
		fail("no nodes: %s", squeeze(path))
		return nil
	}
	return values(found)
}

func values(found *xpath.NodeIterator) (out []string) {
	seen := map[walker]bool{}
	for found.MoveNext() {
		w := *found.Current().(*walker)
		if seen[w] {
			continue
		}
		seen[w] = true
		if w.NodeType() == xpath.ElementNode {
			out = append(out, w.n.canonical(false))
		} else {
			out = append(out, w.Value())
		}
	}
	return out
}

// prefixes are the usual ones and what the document declares itself.
func (n *node) prefixes() map[string]string {
	out := map[string]string{}
	for p, u := range n.children[0].spaces {
		out[p] = u
	}
	for p, u := range usual {
		out[p] = u
	}
	delete(out, "")
	return out
}
