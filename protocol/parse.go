package protocol

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"gopkg.in/yaml.v3"
)

// MaxManual bounds the size of a manual, in bytes.
const MaxManual = 2 << 20

// maxDepth bounds how deep lists and maps stand in each other. A manual needs
// ten; deeper is a mistake or an attack on whatever walks it.
const maxDepth = 40

// MaxSteps bounds the steps of a manual, maxEntries every other list and map in it:
// what walks a manual may then look at each against each.
const (
	MaxSteps   = 500
	maxEntries = 1000
)

// Parse reads a manual. It fails on what is not YAML of this shape, more than
// MaxManual, nested deeper than 40 levels, more than MaxSteps steps or 1,000 of anything else,
// or written with aliases or merge keys; what is wrong
// in content is Check's to say. Problems tells the places of a failure.
func Parse(r io.Reader) (*Manual, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxManual+1))
	if err != nil {
		return nil, fmt.Errorf("protocol: %w", err)
	}
	root, err := tree(text)
	if err != nil {
		return nil, fmt.Errorf("protocol: %w", err)
	}
	h := sha256.Sum256(text)
	m := &Manual{root: root, hash: hex.EncodeToString(h[:])}
	if err := root.Decode(m); err != nil {
		return nil, fmt.Errorf("protocol: %w", err)
	}
	for i, s := range m.Steps {
		if s == nil {
			return nil, fmt.Errorf("protocol: step %d is empty", i+1)
		}
	}
	m.index()
	return m, nil
}

// tree reads YAML into nodes and refuses what would be dear to walk.
func tree(text []byte) (*yaml.Node, error) {
	if len(text) > MaxManual {
		return nil, fmt.Errorf("a manual has at most %d MiB", MaxManual>>20)
	}
	if err := shallow(text); err != nil {
		return nil, err
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		return nil, err
	}
	if err := dec.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, errors.New("a manual is one YAML document")
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: a manual is a map of schema:, protocol:, steps: and so on", root.Line)
	}
	if steps := child(root, "steps"); steps != nil && len(steps.Content) > MaxSteps {
		return nil, fmt.Errorf("line %d: a manual has at most %d steps", steps.Line, MaxSteps)
	}
	return root, plain(root, 0)
}

// shallow refuses lines that open more brackets or dashes than a manual has
// levels before the parser, whose work grows with the square of them, sees them.
func shallow(text []byte) error {
	for n, line := range bytes.Split(text, []byte("\n")) {
		if opens := bytes.Count(line, []byte("[")) + bytes.Count(line, []byte("{")); opens > 1000 {
			return fmt.Errorf("line %d: more than 1000 brackets in one line", n+1)
		}
		lead := line[:len(line)-len(bytes.TrimLeft(line, "-? \t"))]
		if bytes.Count(lead, []byte("- "))+bytes.Count(lead, []byte("? ")) > maxDepth {
			return fmt.Errorf("line %d: nested deeper than %d levels", n+1, maxDepth)
		}
	}
	return nil
}

func plain(n *yaml.Node, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("line %d: nested deeper than %d levels", n.Line, maxDepth)
	}
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return fmt.Errorf("line %d: a manual has no aliases (&name, *name): write the thing out, so that it can be read where it stands", n.Line)
	}
	entries := len(n.Content)
	if n.Kind == yaml.MappingNode {
		entries /= 2
	}
	if entries > maxEntries {
		return fmt.Errorf("line %d: a list or map has at most %d entries", n.Line, maxEntries)
	}
	if n.Tag == "!!merge" {
		return fmt.Errorf("line %d: a manual has no merge key (<<): write the thing out, so that it can be read where it stands", n.Line)
	}
	if n.Kind == yaml.ScalarNode && n.Style == 0 && octal.MatchString(n.Value) {
		return fmt.Errorf("line %d: a number does not begin with 0, which YAML reads as octal: %.20s (quote it if it is no number)", n.Line, n.Value)
	}
	for _, c := range n.Content {
		if err := plain(c, depth+1); err != nil {
			return err
		}
	}
	return nil
}

var octal = regexp.MustCompile(`^[-+]?0[0-9_]+$`)

var atLine = regexp.MustCompile(`line (\d+): (.*)`)

// Problems turns a failure of Parse into problems with their lines, of rule
// "yaml"; nil where err is nil.
func Problems(err error) (out []Problem) {
	if err == nil {
		return nil
	}
	for _, found := range atLine.FindAllStringSubmatch(err.Error(), -1) {
		line, _ := strconv.Atoi(found[1])
		out = append(out, Problem{Line: line, Column: 1, Rule: "yaml", Severity: Error, Message: found[2], Hint: "see docs/protocol.md for the shape"})
	}
	if out == nil {
		out = []Problem{{Line: 1, Column: 1, Rule: "yaml", Severity: Error, Message: err.Error(), Hint: "see docs/protocol.md for the shape"}}
	}
	return out
}
