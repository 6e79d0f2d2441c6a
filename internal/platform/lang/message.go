package lang

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// message is a parsed text: literals, placeholders and plural choices in order.
type message []part

// part is a literal (name empty), a placeholder (no forms) or a plural choice.
type part struct {
	text  string
	name  string
	forms []string
}

var errBrace = errors.New("a brace is opened or closed alone; double it to print one")

// parse reads a text in the form of the package comment.
func parse(s string) (message, error) {
	var m message
	var lit strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "{{"), strings.HasPrefix(s[i:], "}}"):
			lit.WriteByte(s[i])
			i++
		case s[i] == '}':
			return nil, errBrace
		case s[i] == '{':
			end := strings.IndexByte(s[i:], '}')
			if end < 0 {
				return nil, errBrace
			}
			p, err := placeholder(s[i+1 : i+end])
			if err != nil {
				return nil, err
			}
			m = append(m, part{text: lit.String()}, p)
			lit.Reset()
			i += end
		default:
			lit.WriteByte(s[i])
		}
	}
	return append(m, part{text: lit.String()}), nil
}

func placeholder(body string) (part, error) {
	fields := strings.Split(body, "|")
	name := fields[0]
	bad := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' }
	if name == "" || strings.ContainsFunc(name, bad) {
		return part{}, fmt.Errorf("{%s} is no placeholder: names are lower-case letters, digits and _", body)
	}
	return part{name: name, forms: fields[1:]}, nil
}

// names returns the names of the placeholders, sorted, each once.
func (m message) names() []string {
	var out []string
	for _, p := range m {
		if p.name != "" {
			out = append(out, p.name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Forms returns how many plural forms language l has; a choice lists that many.
func Forms(l string) int {
	if l == EN {
		return 2
	}
	return 1
}

// Check returns the sorted placeholder names of a text, and what is wrong with
// it in language l, if anything.
func Check(l, text string) ([]string, error) {
	m, err := parse(text)
	if err != nil {
		return nil, err
	}
	for _, p := range m {
		if len(p.forms) != 0 && len(p.forms) != Forms(l) {
			return nil, fmt.Errorf("{%s|…} has %d forms, %s has %d", p.name, len(p.forms), l, Forms(l))
		}
	}
	return m.names(), nil
}

// form chooses among the forms by the CLDR cardinal rules of language l.
func form(l string, forms []string, n int) string {
	one := plural.Cardinal.MatchPlural(language.Make(l), n, 0, 0, 0, 0) == plural.One
	if one || len(forms) == 1 {
		return forms[0]
	}
	return forms[len(forms)-1]
}
