package xlsform

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// mark is one ${reference} found in a text.
type mark struct {
	start, end int    // bytes of the whole ${…}
	name       string // of the question
	lastSaved  bool   // ${last-saved#name}
	inside     int    // brackets [ that are open around it
	argument   int    // place among the arguments of the indexed-repeat() around it, -1 outside of one
}

// marks finds the references of an expression; bad is the first that is not written as one ("" when all are).
//
// Strings of the expression are not set apart: XLSForm replaces references in them too.
func marks(text string) (found []mark, bad string) {
	if !strings.Contains(text, "${") {
		return nil, ""
	}
	var s scan
	for i := 0; i < len(text); i++ {
		if !strings.HasPrefix(text[i:], "${") {
			s.step(text, i)
			continue
		}
		end := strings.IndexByte(text[i:], '}')
		if end < 0 {
			return found, cut(text[i:], 60)
		}
		m := mark{start: i, end: i + end + 1, inside: s.brackets, argument: s.argument()}
		m.name, m.lastSaved = strings.CutPrefix(text[i+2:i+end], "last-saved#")
		if !isName(m.name) {
			return found, text[i : i+end+1]
		}
		found = append(found, m)
		i += end
	}
	return found, ""
}

// scan follows brackets, parentheses and strings through an expression.
type scan struct {
	quote    byte
	brackets int
	calls    []call // parentheses that are open
}

type call struct {
	indexed bool // of indexed-repeat
	comma   int
}

func (s *scan) step(text string, i int) {
	switch b := text[i]; {
	case s.quote != 0:
		if b == s.quote {
			s.quote = 0
		}
	case b == '"' || b == '\'':
		s.quote = b
	case b == '[':
		s.brackets++
	case b == ']':
		s.brackets = max(0, s.brackets-1)
	case b == '(':
		s.calls = append(s.calls, call{indexed: strings.HasSuffix(strings.TrimRight(text[:i], " "), "indexed-repeat")})
	case b == ')' && len(s.calls) > 0:
		s.calls = s.calls[:len(s.calls)-1]
	case b == ',' && len(s.calls) > 0:
		s.calls[len(s.calls)-1].comma++
	}
}

// argument is the place in the innermost indexed-repeat() that is open.
func (s *scan) argument() int {
	for i := len(s.calls) - 1; i >= 0; i-- {
		if s.calls[i].indexed {
			return s.calls[i].comma
		}
	}
	return -1
}

// instanceExpression finds the next path into a secondary instance, instance('…')/…[…]/…, from a place on; start is len(text) when
// there is none. XLSForm shows its value where it stands in a label.
func instanceExpression(text string, from int) (start, end int) {
	at := strings.Index(text[from:], "instance(")
	if at < 0 {
		return len(text), len(text)
	}
	start = from + at
	end = balanced(text, start+len("instance"))
	if end < 0 || start > 0 && (nameMore(rune(text[start-1])) || nameStart(rune(text[start-1]))) {
		return instanceExpression(text, start+len("instance("))
	}
	steps := 0
	for end < len(text) {
		switch text[end] {
		case '/':
			word := strings.TrimRight(nameAt(text[end+1:]), ".")
			if word == "" {
				return begun(text, start, end, steps)
			}
			end, steps = end+1+len(word), steps+1
		case '[':
			closed := balanced(text, end)
			if closed < 0 {
				return begun(text, start, end, steps)
			}
			end = closed
		default:
			return begun(text, start, end, steps)
		}
	}
	return begun(text, start, end, steps)
}

// begun gives an instance expression that has at least one step; without any, the words are just words.
func begun(text string, start, end, steps int) (int, int) {
	if steps == 0 {
		return instanceExpression(text, end)
	}
	return start, end
}

// balanced gives the place behind the bracket that closes the one at start, -1 if none does.
func balanced(text string, start int) int {
	depth := 0
	var quote byte
	for i := start; i < len(text); i++ {
		switch b := text[i]; {
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'':
			quote = b
		case b == '(' || b == '[':
			depth++
		case b == ')' || b == ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

func hasReference(text string) bool {
	i := strings.Index(text, "${")
	return i >= 0 && strings.IndexByte(text[i:], '}') > 0
}

// isReference tells a text that is one ${reference} and nothing else.
func isReference(text string) bool {
	found, bad := marks(text)
	return bad == "" && len(found) == 1 && found[0].start == 0 && found[0].end == len(text)
}

// dynamic tells whether a default is an expression that must be worked out, or a plain value. By the rule of ODK's converter an
// expression shows itself by a reference, a call, a predicate, a union or an operator of arithmetic. A hyphen before a digit belongs
// to a number; one in a date, time or place is no operator either.
func dynamic(text, kind string) bool {
	if hasReference(text) {
		return true
	}
	hyphens := map[string]bool{"date": true, "dateTime": true, "time": true, "geopoint": true, "geotrace": true, "geoshape": true}[kind]
	for i := 0; i < len(text); {
		if m := moment.FindString(text[i:]); m != "" {
			i += len(m)
			continue
		}
		n, sign := token(text, i)
		if sign == operator && text[i] == '-' && hyphens {
			return false
		}
		if sign != ordinary {
			return true
		}
		i += n
	}
	return false
}

// moment is a date, a time or both, whose hyphens and plus signs are no operators: https://www.w3.org/TR/xmlschema-2/#dateTime
var moment = regexp.MustCompile(`^(?:-?\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?|\d\d:\d\d:\d\d(?:\.\d+)?)(?:[+-]\d\d:\d\d|Z)?`)

type sign int

const (
	ordinary sign = iota
	operator
	opener // a call or a predicate: a name and what opens it
)

// token reads the next piece of a default: its length and what it means for the question whether it is an expression.
func token(text string, i int) (int, sign) {
	switch b := text[i]; {
	case b == '"' || b == '\'':
		if end := strings.IndexByte(text[i+1:], b); end >= 0 {
			return end + 2, ordinary
		}
	case nameStart(rune(b)) || b >= utf8.RuneSelf:
		word := nameAt(text[i:])
		end := i + len(word)
		if end < len(text) && (text[end] == '(' || text[end] == '[') {
			return 0, opener
		}
		if (word == "div" || word == "mod") && spaced(text, i, end) {
			return 0, operator
		}
		return max(1, len(word)), ordinary
	case b == '-' && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9':
	case b == '+' || b == '*' || b == '-' || b == '|':
		return 0, operator
	}
	return 1, ordinary
}

func nameAt(s string) string {
	for i, r := range s {
		if !nameStart(r) && !(i > 0 && (nameMore(r) || r == ':')) {
			return s[:i]
		}
	}
	return s
}

func spaced(s string, from, to int) bool {
	return from > 0 && s[from-1] == ' ' && to < len(s) && s[to] == ' '
}
