package protocol

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// unreadable is why a text is no manual: problems of rule "yaml" with their places.
type unreadable []Problem

// Error tells every problem in one line, in English.
func (u unreadable) Error() string {
	var list []string
	for _, p := range u {
		list = append(list, fmt.Sprintf("line %d: %s", p.Line, p.Message))
	}
	return strings.Join(list, "; ")
}

var shapeHint = Text{"bentuknya ada di docs/protocol.md", "see docs/protocol.md for the shape"}

// refuse says what is wrong at a place of the text; nil is its beginning.
func refuse(n *yaml.Node, message Text) error { return unreadable{unread(n, message, shapeHint)} }

func unread(n *yaml.Node, message, hint Text) Problem {
	p := Problem{Line: 1, Column: 1, Rule: RuleYAML, Severity: Error, Message: message.EN, Hint: hint.EN, message: message, hint: hint}
	if n != nil {
		p.Line, p.Column = max(n.Line, 1), max(n.Column, 1)
	}
	return p
}

// Problems turns a failure of Parse into problems with their places, of rule
// "yaml"; nil where err is nil.
func Problems(err error) (out []Problem) {
	var u unreadable
	switch {
	case err == nil:
		return nil
	case errors.As(err, &u):
		return u
	}
	return []Problem{unread(nil, Text{"berkas tidak dapat dibaca", err.Error()}, shapeHint)}
}

// What the parser says of a text that is no YAML, by a part of its words, and what
// that means to whoever wrote it.
var slips = []struct {
	says          string
	message, hint Text
}{
	{"mapping values are not allowed", Text{"ada titik dua di tempat yang salah", "there is a colon where none can be"}, Text{"apit teks yang memuat titik dua dengan tanda kutip; periksa indentasi", "put a text that holds a colon in quotes; check the indentation"}},
	{"did not find expected key", Text{"baris ini tidak sejajar dengan yang di atasnya, atau tanda kutip tidak ditutup", "this line is not level with those above, or a quote is not closed"}, Text{"samakan jumlah spasi di depannya", "give it as many spaces in front"}},
	{"did not find expected '-' indicator", Text{"butir daftar ini tidak sejajar dengan yang di atasnya", "this entry of a list is not level with those above"}, Text{"samakan jumlah spasi di depan tanda -", "give it as many spaces before the -"}},
	{"',' or ']'", Text{"daftar [ … ] tidak ditutup atau kurang koma", "a list [ … ] is not closed or lacks a comma"}, Text{"tambahkan ] atau koma", "add ] or a comma"}},
	{"',' or '}'", Text{"peta { … } tidak ditutup atau kurang koma", "a map { … } is not closed or lacks a comma"}, Text{"tambahkan } atau koma", "add } or a comma"}},
	{"could not find expected ':'", Text{"kurang titik dua sesudah nama kunci", "there is no colon after the key"}, same("deadline: {value: 3}")},
	{"tab character", Text{"ada tab di tempat spasi", "there is a tab where spaces belong"}, Text{"ganti tab dengan spasi", "write spaces, no tabs"}},
	{"cannot start any token", Text{"teks diawali tanda yang berarti lain dalam YAML", "a text begins with a sign that means something else in YAML"}, Text{"apit dengan tanda kutip", "put it in quotes"}},
	{"unexpected end of stream", Text{"tanda kutip atau kurung tidak ditutup", "a quote or bracket is not closed"}, Text{"cari pembukanya dan tutup", "find where it opens and close it"}},
	{"document indicator", Text{"tanda kutip atau kurung tidak ditutup sebelum ---", "a quote or bracket is not closed before ---"}, Text{"cari pembukanya dan tutup", "find where it opens and close it"}},
	{"expected node content", Text{"di sini kurang isi, atau ada tanda yang tidak pada tempatnya", "something is missing here, or a sign is out of place"}, Text{"periksa kurung dan koma", "check brackets and commas"}},
	{"not allowed in this context", Text{"ada tanda - atau ? di tempat yang salah", "there is a - or ? where none can be"}, Text{"mulai daftar pada baris baru", "begin a list on a line of its own"}},
	{"escape", Text{"garis miring terbalik dalam tanda kutip ganda tidak dikenal", "a backslash in double quotes is not known"}, Text{"pakai tanda kutip tunggal", "use single quotes"}},
	{"UTF-8", Text{"berkas bukan teks UTF-8", "the file is no text in UTF-8"}, Text{"simpan sebagai teks UTF-8", "save it as UTF-8 text"}},
	{"control characters", Text{"ada tanda yang tidak terlihat dan tidak boleh ada", "there is an invisible sign that may not be"}, Text{"hapus dan ketik ulang baris ini", "delete and type this line again"}},
	{"anchor", Text{"ada & atau * di awal teks", "a text begins with & or *"}, Text{"apit dengan tanda kutip", "put it in quotes"}},
	{"exceeded", Text{"terlalu banyak tingkat di dalam satu sama lain", "there are too many levels inside each other"}, shapeHint},
	{"a text is a string or", Text{"sebuah teks adalah kata-kata atau {id: …, en: …}", "a text is words or {id: …, en: …}"}, same("{id: …, en: …}")},
}

var (
	atLine   = regexp.MustCompile(`line (\d+): (.*)`)
	twice    = regexp.MustCompile(`mapping key "(.*)" already defined at line (\d+)`)
	mistyped = regexp.MustCompile("cannot unmarshal (!!\\w+)(?: `(.*)`)? into (.+)")
)

// mostUnread bounds what is told of a text that is no manual: the rest comes when
// these are mended.
const mostUnread = 100

// explain puts what the parser says of a text in words of both languages, with
// line and column; root is the text as far as it was read, or nil.
func explain(err error, text []byte, root *yaml.Node) error {
	var out unreadable
	var own unreadable
	if err == nil || errors.As(err, &own) {
		return err
	}
	if errors.Is(err, io.EOF) {
		return refuse(nil, Text{"berkas ini kosong", "the file is empty"})
	}
	lines := bytes.Split(text, []byte("\n"))
	for _, found := range atLine.FindAllStringSubmatch(err.Error(), mostUnread) {
		line, _ := strconv.Atoi(found[1])
		out = append(out, slip(found[2], line, lines, root))
	}
	if out == nil {
		out = unreadable{slip(err.Error(), 1, lines, root)}
	}
	return out
}

func slip(says string, line int, lines [][]byte, root *yaml.Node) Problem {
	at := &yaml.Node{Line: line, Column: first(lines, line)}
	if m := twice.FindStringSubmatch(says); m != nil {
		key := on(root, line, func(n *yaml.Node) bool { return n.Value == m[1] })
		return unread(or(key, at), both("kunci %.60q sudah ada di baris %s", "the key %.60q is there already, in line %s", m[1], m[2]), Text{"hapus salah satunya", "take one of them out"})
	}
	if m := mistyped.FindStringSubmatch(says); m != nil {
		n := on(root, line, func(n *yaml.Node) bool {
			return n.ShortTag() == m[1] && strings.HasPrefix(n.Value, strings.TrimSuffix(m[2], "...")) // the parser shortens it
		})
		return unread(or(n, at), both("di sini harus ada %s, bukan %s", "here stands %[2]s and should stand %[1]s", shapeOf(m[3]), shapeOf(m[1])), shapeHint)
	}
	for _, s := range slips {
		if strings.Contains(says, s.says) {
			return unread(at, s.message, s.hint)
		}
	}
	return unread(at, Text{"YAML tidak dapat dibaca di sini", "the YAML cannot be read here"}, Text{"periksa indentasi, tanda kutip, dan kurung di baris ini dan di atasnya", "check indentation, quotes and brackets in this line and above"})
}

func or(n, other *yaml.Node) *yaml.Node {
	if n == nil {
		return other
	}
	return n
}

// shapeOf names a tag of YAML or a type of this package.
func shapeOf(name string) Text {
	switch {
	case name == "!!seq" || strings.HasPrefix(name, "[]") || name == "protocol.IDs":
		return Text{"daftar", "a list"}
	case name == "!!str" || name == "string":
		return Text{"teks", "a text"}
	case name == "!!int" || name == "!!float" || name == "int" || name == "*int":
		return Text{"angka", "a number"}
	case name == "!!bool" || name == "bool":
		return Text{"true atau false", "true or false"}
	case name == "!!null":
		return Text{"kosong", "nothing"}
	}
	return Text{"peta (kunci: isi)", "a map (key: value)"}
}

// first returns the column where a line's text begins, from 1.
func first(lines [][]byte, line int) int {
	if line < 1 || line > len(lines) {
		return 1
	}
	begin := lines[line-1]
	if lead := len(begin) - len(bytes.TrimLeft(begin, " \t")); lead < len(begin) {
		return lead + 1
	}
	return 1
}

// on returns the first node of a line that is of a kind, or nil.
func on(n *yaml.Node, line int, is func(*yaml.Node) bool) *yaml.Node {
	if n == nil || n.Line == line && is(n) {
		return n
	}
	for i, sub := range n.Content {
		if i+1 < len(n.Content) && n.Content[i+1].Line < line { // it is over before that line
			continue
		}
		if found := on(sub, line, is); found != nil {
			return found
		}
	}
	return nil
}
