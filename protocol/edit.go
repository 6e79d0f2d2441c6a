package protocol

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// ErrNoPlace is wrapped by the errors of Edit where its path leads nowhere.
var ErrNoPlace = errors.New("protocol: no such place in the manual")

// ErrCannotEdit is returned by Edit where the place is written so that it cannot
// be changed alone; the text is then to be edited by hand.
var ErrCannotEdit = errors.New("protocol: this place cannot be changed without touching others")

// Edit returns a manual's text with one value changed: only the bytes of that
// value differ, comments and order elsewhere stay as they are.
//
// Each element of path is a key of a map; or, in a list, the id of a thing in it,
// or its place (0 is the first). The last may be a key that is not there yet, or
// "+" to append to a list. A value of nil deletes; else it is what yaml.v3 can
// write: text, numbers, lists, maps, Text, the types of this package.
//
//	Edit(text, []string{"steps", "A7", "deadline", "value"}, 5)
//
// What comes out is read again and compared: where anything but the place changed
// its meaning, Edit returns ErrCannotEdit and no text.
func Edit(text []byte, path []string, value any) ([]byte, error) {
	root, err := tree(text)
	if err != nil {
		return nil, fmt.Errorf("protocol: %w", err)
	}
	if !utf8.Valid(text) {
		return nil, ErrCannotEdit
	}
	p, err := find(root, path)
	if err != nil {
		return nil, err
	}
	var node *yaml.Node
	if value != nil {
		if node, err = written(value); err != nil {
			return nil, err
		}
	}
	if node != nil && p.node != nil && means(p.node, node) {
		return slices.Clone(text), nil
	}
	e := editor{text: text, lines: lineStarts(text)}
	out, err := e.apply(p, node)
	if err != nil {
		return nil, err
	}
	return out, confirm(root, out, path, node)
}

// spot is where a path leads: node is nil where it is to be added.
type spot struct {
	path []*yaml.Node // the collections that hold it, from the root
	at   int          // where in its collection's Content the node stands
	key  *yaml.Node   // its key, in a map
	name string       // the key that is to be added
	node *yaml.Node
}

func (p spot) parent() *yaml.Node { return p.path[len(p.path)-1] }

func find(root *yaml.Node, path []string) (spot, error) {
	if len(path) == 0 {
		return spot{}, fmt.Errorf("%w: the path is empty", ErrNoPlace)
	}
	p := spot{node: root}
	for i, name := range path {
		if p.node == nil || p.node.Kind == yaml.ScalarNode {
			return spot{}, fmt.Errorf("%w: %q", ErrNoPlace, path[:i+1])
		}
		in := p.node
		p = spot{path: append(slices.Clone(p.path), in), name: name, at: len(in.Content)}
		if in.Kind == yaml.MappingNode {
			for k := 0; k+1 < len(in.Content); k += 2 {
				if in.Content[k].Value == name {
					p.at, p.key, p.node = k+1, in.Content[k], in.Content[k+1]
					break
				}
			}
			continue
		}
		if p.at = element(in, name); p.at < len(in.Content) {
			p.node = in.Content[p.at]
		} else if name != "+" {
			return spot{}, fmt.Errorf("%w: %q", ErrNoPlace, path[:i+1])
		}
	}
	return p, nil
}

// element returns the place of an id, or of a number, in a list; its length where
// there is none.
func element(list *yaml.Node, name string) int {
	if i := slices.IndexFunc(list.Content, func(n *yaml.Node) bool {
		id := child(n, "id")
		return id != nil && id.Value == name
	}); i >= 0 {
		return i
	}
	if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(list.Content) {
		return i
	}
	return len(list.Content)
}

// child returns the value of a map's key, or nil.
func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for k := 0; k+1 < len(n.Content); k += 2 {
		if n.Content[k].Value == key {
			return n.Content[k+1]
		}
	}
	return nil
}

// written turns a value into nodes as they will be read again.
func written(value any) (*yaml.Node, error) {
	var n, doc yaml.Node
	if err := n.Encode(value); err != nil {
		return nil, fmt.Errorf("protocol: the value cannot be written: %w", err)
	}
	raw, err := yaml.Marshal(&n)
	if err != nil {
		return nil, fmt.Errorf("protocol: the value cannot be written: %w", err)
	}
	if err := yaml.Unmarshal(raw, &doc); err != nil || len(doc.Content) == 0 {
		return nil, fmt.Errorf("protocol: the value cannot be written: %w", err)
	}
	return doc.Content[0], plain(doc.Content[0], 0)
}

// alike tells whether two nodes mean the same.
func alike(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.ShortTag() == b.ShortTag() && a.Value == b.Value && slices.EqualFunc(a.Content, b.Content, alike)
}

// means is alike whatever the order of keys.
func means(a, b *yaml.Node) bool {
	var x, y any
	return a.Decode(&x) == nil && b.Decode(&y) == nil && reflect.DeepEqual(x, y)
}

// confirm reads the new text and holds it against the old tree with the value
// changed.
func confirm(root *yaml.Node, out []byte, path []string, value *yaml.Node) error {
	now, err := tree(out)
	if err != nil {
		return ErrCannotEdit
	}
	p, err := find(root, path)
	if err != nil {
		return err
	}
	in := p.parent()
	switch {
	case value == nil && in.Kind == yaml.MappingNode:
		in.Content = slices.Delete(in.Content, p.at-1, p.at+1)
	case value == nil:
		in.Content = slices.Delete(in.Content, p.at, p.at+1)
	case p.node != nil:
		in.Content[p.at] = value
	case in.Kind == yaml.MappingNode:
		in.Content = append(in.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: p.name}, value)
	default:
		in.Content = append(in.Content, value)
	}
	if !alike(root, now) {
		return ErrCannotEdit
	}
	return nil
}

// editor finds the bytes of nodes: the parser tells only where each begins.
type editor struct {
	text  []byte
	lines []int // where each line begins
}

// lineStarts splits as YAML does: at CR, LF, CR LF, NEL, LS and PS.
func lineStarts(text []byte) []int {
	lines := []int{0}
	if bytes.HasPrefix(text, []byte("\uFEFF")) {
		lines[0] = 3
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		i += n
		if r == '\n' || r == '\r' && (i == len(text) || text[i] != '\n') || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			lines = append(lines, i)
		}
	}
	return lines
}

// start returns where a node begins.
func (e editor) start(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(e.lines) {
		return len(e.text)
	}
	i := e.lines[n.Line-1]
	for range n.Column - 1 {
		_, size := utf8.DecodeRune(e.text[i:])
		i += size
	}
	return i
}

func flow(n *yaml.Node) bool { return n.Style&yaml.FlowStyle != 0 }

// end returns where a node ends: after its last byte.
func (e editor) end(n *yaml.Node) int {
	i := e.start(n)
	if n.Style&yaml.TaggedStyle != 0 {
		i = e.skip(i + max(0, bytes.IndexAny(e.text[i:], " \n")))
	}
	if n.Kind != yaml.ScalarNode {
		if len(n.Content) > 0 {
			i = e.end(n.Content[len(n.Content)-1])
		} else if i < len(e.text) {
			i++ // the bracket that opens
		}
		if !flow(n) && len(n.Content) > 0 {
			return i
		}
		for i = e.skip(i); i < len(e.text) && e.text[i] == ','; {
			i = e.skip(i + 1)
		}
		return min(i+1, len(e.text))
	}
	switch n.Style &^ yaml.TaggedStyle {
	case yaml.DoubleQuotedStyle:
		return e.quoted(i, '"', '\\')
	case yaml.SingleQuotedStyle:
		return e.quoted(i, '\'', '\'')
	case yaml.LiteralStyle, yaml.FoldedStyle:
		return e.block(i)
	}
	return e.bare(i, n.Value)
}

// skip passes blanks, line ends and comments.
func (e editor) skip(i int) int {
	for i < len(e.text) {
		switch c := e.text[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '#' && (i == 0 || e.text[i-1] == ' ' || e.text[i-1] == '\t' || e.text[i-1] == '\n'):
			i = e.eol(i)
		default:
			return i
		}
	}
	return i
}

// eol returns where the line of i ends: at its line feed, or the end of the text.
func (e editor) eol(i int) int {
	if n := bytes.IndexByte(e.text[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(e.text)
}

func (e editor) bol(i int) int { return bytes.LastIndexByte(e.text[:i], '\n') + 1 }

func (e editor) quoted(i int, quote, escape byte) int {
	for i++; i < len(e.text); i++ {
		switch {
		case e.text[i] == escape && i+1 < len(e.text) && (escape != quote || e.text[i+1] == quote):
			i++
		case e.text[i] == quote:
			return i + 1
		}
	}
	return i
}

// block returns the end of a | or > text: of the last line that is indented as its
// first.
func (e editor) block(i int) int {
	end, indent := e.eol(i), -1
	for next := end + 1; next < len(e.text); next = e.eol(next) + 1 {
		line := e.text[next:e.eol(next)]
		in := len(line) - len(bytes.TrimLeft(line, " "))
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if indent < 0 {
			indent = max(in, 1)
		}
		if in < indent {
			break
		}
		end = e.eol(next)
	}
	return end
}

// bare returns the end of a plain text, which may be folded over several lines.
func (e editor) bare(i int, value string) int {
	blank := func(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
	for j := 0; j < len(value) && i < len(e.text); {
		if blank(value[j]) && blank(e.text[i]) {
			for j < len(value) && blank(value[j]) {
				j++
			}
			for i < len(e.text) && blank(e.text[i]) {
				i++
			}
			continue
		}
		i, j = i+1, j+1
	}
	return i
}

func (e editor) splice(from, to int, text string) []byte {
	return slices.Concat(e.text[:from], []byte(text), e.text[to:])
}

func (e editor) apply(p spot, value *yaml.Node) ([]byte, error) {
	switch {
	case value == nil && p.node == nil:
		return nil, fmt.Errorf("%w: %q", ErrNoPlace, p.name)
	case value == nil:
		return e.remove(p)
	case p.node != nil:
		return e.replace(p, value), nil
	}
	return e.add(p, value), nil
}

func inFlow(path []*yaml.Node) bool { return slices.ContainsFunc(path, flow) }

// replace writes a value in the place of another: a list or map as it was written
// before, in lines or in brackets; else in one line.
func (e editor) replace(p spot, value *yaml.Node) []byte {
	n := p.node
	from, to := e.start(n), e.end(n)
	lined := n.Kind != yaml.ScalarNode && !flow(n)
	switch {
	case lined && value.Kind == n.Kind && len(value.Content) > 0:
		return e.splice(from, to, inLines(value, n.Column-1))
	case lined && p.key != nil: // the value began on a line of its own
		from = e.end(p.key)
		from += bytes.IndexByte(e.text[from:], ':') + 1
		return e.splice(from, to, " "+inLine(value, 0))
	case from == to && from > 0 && e.text[from-1] != ' ': // nothing was there
		return e.splice(from, to, " "+inLine(value, 0))
	}
	return e.splice(from, to, inLine(value, n.Style))
}

// add writes a new entry after the last of its list or map.
func (e editor) add(p spot, value *yaml.Node) []byte {
	in := p.parent()
	entry := &yaml.Node{Kind: in.Kind, Tag: in.Tag, Content: []*yaml.Node{value}}
	if in.Kind == yaml.MappingNode {
		entry.Content = []*yaml.Node{{Kind: yaml.ScalarNode, Tag: "!!str", Value: p.name}, value}
	}
	if inFlow(p.path) || len(in.Content) == 0 {
		one := inLine(entry, 0)
		one = one[1 : len(one)-1]
		if len(in.Content) == 0 {
			i := e.start(in) + 1
			return e.splice(i, i, one)
		}
		i := e.end(in.Content[len(in.Content)-1])
		return e.splice(i, i, ", "+one)
	}
	i := e.eol(e.end(in))
	indent := in.Column - 1
	return e.splice(i, i, "\n"+string(bytes.Repeat([]byte(" "), indent))+inLines(entry, indent))
}

// remove takes an entry out with its line; what stands before it, as a comment,
// stays.
func (e editor) remove(p spot) ([]byte, error) {
	in := p.parent()
	width, at := 1, p.at
	if in.Kind == yaml.MappingNode {
		width, at = 2, p.at-1
	}
	first, last := at == 0, at+width == len(in.Content)
	from, to := e.start(in.Content[at]), e.end(p.node)
	switch {
	case inFlow(p.path) && !last:
		return e.splice(from, e.start(in.Content[at+width]), ""), nil
	case inFlow(p.path) && !first:
		return e.splice(e.end(in.Content[at-1]), to, ""), nil
	case inFlow(p.path):
		return e.splice(from, to, ""), nil
	case first && last && len(p.path) == 1:
		return nil, ErrCannotEdit
	case first && last:
		empty := &yaml.Node{Kind: in.Kind, Tag: in.Tag}
		holder := spot{path: p.path[:len(p.path)-1], node: in}
		if up := holder.parent(); up.Kind == yaml.MappingNode {
			holder.key = up.Content[slices.Index(up.Content, in)-1]
		}
		return e.replace(holder, empty), nil
	}
	if in.Kind == yaml.SequenceNode {
		from = e.dash(from, in)
	}
	line := e.bol(from)
	if len(bytes.TrimSpace(e.text[line:from])) == 0 {
		return e.splice(line, min(e.eol(to)+1, len(e.text)), ""), nil
	}
	if next := e.entry(in, at+width); next == e.skip(to) || !bytes.Contains(e.text[to:next], []byte("#")) {
		return e.splice(from, next, ""), nil // the next one moves to where this began
	}
	return e.splice(from, e.eol(to), ""), nil
}

// entry returns where an entry of a list (its dash) or map begins.
func (e editor) entry(in *yaml.Node, at int) int {
	from := e.start(in.Content[at])
	if in.Kind == yaml.SequenceNode {
		return e.dash(from, in)
	}
	return from
}

// dash returns where the dash of a list's item stands.
func (e editor) dash(item int, list *yaml.Node) int {
	for line := e.bol(item); ; line = e.bol(line - 1) {
		i := line
		for range list.Column - 1 {
			_, n := utf8.DecodeRune(e.text[i:])
			i += n
		}
		if i < item && e.text[i] == '-' || line == 0 {
			return i
		}
	}
}

// inLine writes a node in one line, safe inside brackets.
func inLine(n *yaml.Node, style yaml.Style) string {
	c := flowing(n)
	if c.Kind == yaml.ScalarNode && c.ShortTag() == "!!str" && style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 && c.Style == 0 {
		c.Style = style &^ yaml.TaggedStyle
	}
	raw, err := yaml.Marshal(&yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Content: []*yaml.Node{c}})
	if err != nil {
		return "" // confirm refuses it
	}
	raw = bytes.TrimSpace(raw)
	return string(raw[1 : len(raw)-1])
}

// flowing copies a node for one line: brackets, and texts of several lines in
// double quotes.
func flowing(n *yaml.Node) *yaml.Node {
	c := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value}
	if n.Kind != yaml.ScalarNode {
		c.Style = yaml.FlowStyle
	} else if n.ShortTag() == "!!str" && bytes.ContainsAny([]byte(n.Value), "\n\r\t\u0085\u2028\u2029") {
		c.Style = yaml.DoubleQuotedStyle
	}
	for _, sub := range n.Content {
		c.Content = append(c.Content, flowing(sub))
	}
	return c
}

// inLines writes a node in lines, those after the first indented.
func inLines(n *yaml.Node, indent int) string {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(n); err != nil {
		return ""
	}
	lines := bytes.Split(bytes.TrimRight(b.Bytes(), "\n"), []byte("\n"))
	for i, l := range lines[1:] {
		if len(l) > 0 {
			lines[i+1] = append(bytes.Repeat([]byte(" "), indent), l...)
		}
	}
	return string(bytes.Join(lines, []byte("\n")))
}
