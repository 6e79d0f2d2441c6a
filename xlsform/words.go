package xlsform

import (
	"slices"
	"strings"
)

// Explanation is what the reference of errors says about one code.
type Explanation struct {
	Code     string
	Severity Severity
	English  Words
	Bahasa   Words
}

// Words are a message and the way to mend it, with {placeholders}: {sheet}, {row}, {column}, {cell}, {found} and those of the code.
type Words struct{ Message, Hint string }

func (e Explanation) in(lang string) Words {
	if lang == "id" {
		return e.Bahasa
	}
	return e.English
}

// Explain looks a code up; an unknown one gives an Explanation that says the code alone.
func Explain(code string) Explanation {
	if e, found := explanations[code]; found {
		return e
	}
	return Explanation{Code: code, Severity: Error, English: Words{Message: code}, Bahasa: Words{Message: code}}
}

// Explanations are all codes there are, in alphabetical order.
func Explanations() []Explanation {
	out := make([]Explanation, 0, len(explanations))
	for _, e := range explanations {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Explanation) int { return strings.Compare(a.Code, b.Code) })
	return out
}
