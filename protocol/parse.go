package protocol

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"

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
		return nil, fmt.Errorf("protocol: %w", explain(err, text, root))
	}
	for i, s := range m.Steps {
		if s == nil {
			return nil, fmt.Errorf("protocol: %w", refuse(child(root, "steps").Content[i], both("langkah %d kosong", "step %d is empty", i+1)))
		}
	}
	m.index()
	return m, nil
}

// tree reads YAML into nodes and refuses what would be dear to walk.
func tree(text []byte) (*yaml.Node, error) {
	if len(text) > MaxManual {
		return nil, refuse(nil, both("sebuah manual paling besar %d MiB", "a manual has at most %d MiB", MaxManual>>20))
	}
	if err := shallow(text); err != nil {
		return nil, err
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		return nil, explain(err, text, nil)
	}
	var second yaml.Node
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, refuse(&second, Text{"sebuah manual adalah satu dokumen YAML: tidak ada --- kedua", "a manual is one YAML document: no second ---"})
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, refuse(root, Text{"sebuah manual adalah peta dari schema:, protocol:, steps: dan seterusnya", "a manual is a map of schema:, protocol:, steps: and so on"})
	}
	if steps := child(root, "steps"); steps != nil && len(steps.Content) > MaxSteps {
		return nil, refuse(steps, both("sebuah manual memiliki paling banyak %d langkah", "a manual has at most %d steps", MaxSteps))
	}
	return root, plain(root, 0)
}

// A line of the manual that comes with the program is 700 bytes at most, and it has
// 2,600 brackets.
const (
	maxLine     = 64 << 10
	maxBrackets = 100_000
)

// shallow refuses lines that open more brackets or dashes than a manual has
// levels before the parser, whose work grows with the square of them, sees them, and
// so many brackets or so long a line that parsing them would take a second.
func shallow(text []byte) error {
	all := 0
	for n, line := range bytes.Split(text, []byte("\n")) {
		at := &yaml.Node{Line: n + 1}
		if len(line) > maxLine {
			return refuse(at, both("satu baris lebih dari %d KiB", "a line of more than %d KiB", maxLine>>10))
		}
		opens := bytes.Count(line, []byte("[")) + bytes.Count(line, []byte("{"))
		if opens > 1000 {
			return refuse(at, Text{"lebih dari 1000 kurung dalam satu baris", "more than 1000 brackets in one line"})
		}
		if all += opens; all > maxBrackets {
			return refuse(at, both("lebih dari %d kurung", "more than %d brackets", maxBrackets))
		}
		lead := line[:len(line)-len(bytes.TrimLeft(line, "-? \t"))]
		if bytes.Count(lead, []byte("- "))+bytes.Count(lead, []byte("? ")) > maxDepth {
			return refuse(at, tooDeep)
		}
	}
	return nil
}

var tooDeep = both("lebih dari %d tingkat di dalam satu sama lain", "nested deeper than %d levels", maxDepth)

func plain(n *yaml.Node, depth int) error {
	if depth > maxDepth {
		return refuse(n, tooDeep)
	}
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return refuse(n, Text{"sebuah manual tidak memakai alias (&nama, *nama): tulis lengkap, supaya terbaca di tempatnya", "a manual has no aliases (&name, *name): write the thing out, so that it can be read where it stands"})
	}
	entries := len(n.Content)
	if n.Kind == yaml.MappingNode {
		entries /= 2
	}
	if entries > maxEntries {
		return refuse(n, both("sebuah daftar atau peta memiliki paling banyak %d isi", "a list or map has at most %d entries", maxEntries))
	}
	if n.Tag == "!!merge" {
		return refuse(n, Text{"sebuah manual tidak memakai kunci gabung (<<): tulis lengkap, supaya terbaca di tempatnya", "a manual has no merge key (<<): write the thing out, so that it can be read where it stands"})
	}
	if n.Kind == yaml.ScalarNode && n.Style == 0 && octal.MatchString(n.Value) {
		return refuse(n, both("angka tidak diawali 0, yang dibaca YAML sebagai oktal: %.20s (beri tanda kutip bila bukan angka)", "a number does not begin with 0, which YAML reads as octal: %.20s (quote it if it is no number)", n.Value))
	}
	for _, c := range n.Content {
		if err := plain(c, depth+1); err != nil {
			return err
		}
	}
	return nil
}

var octal = regexp.MustCompile(`^[-+]?0[0-9_]+$`)
