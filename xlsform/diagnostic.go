package xlsform

import (
	"regexp"
	"slices"
	"strings"
)

// Severity tells an error, with which there is no form, from a warning.
type Severity string

// The two severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Diagnostic is one thing found wrong or doubtful in an XLSForm.
type Diagnostic struct {
	Code     string // looked up in docs/xlsform-errors.md and by [Explain]
	Severity Severity
	Sheet    string // "survey", "choices", "settings", "external_choices", "entities"; "" for the whole workbook
	Row      int    // as the spreadsheet numbers it; 0 when it is not about one row
	Column   string // the header as written; "" when it is not about one column
	Cell     string // "C4"; "" when it is not about one cell
	Found    string // the text found there, cut to 200 runes
	Args     Args   // what fills the message's {placeholders}
}

// Args are the values of a message's placeholders.
type Args map[string]string

// Diagnostics are all that was found, in the order of the sheets and rows.
type Diagnostics []Diagnostic

// Errors are the diagnostics that stop a form from being made.
func (d Diagnostics) Errors() Diagnostics { return d.only(Error) }

// Warnings are those that do not.
func (d Diagnostics) Warnings() Diagnostics { return d.only(Warning) }

func (d Diagnostics) only(s Severity) Diagnostics {
	var out Diagnostics
	for _, x := range d {
		if x.Severity == s {
			out = append(out, x)
		}
	}
	return out
}

// Message says in one or two sentences what is wrong. Languages are "id" and "en"; another gives English.
func (d Diagnostic) Message(lang string) string { return d.fill(Explain(d.Code).in(lang).Message) }

// Hint says how to mend it.
func (d Diagnostic) Hint(lang string) string { return d.fill(Explain(d.Code).in(lang).Hint) }

func (d Diagnostic) fill(text string) string {
	var pairs []string // of two with one name the first counts
	for k, v := range d.Args {
		pairs = append(pairs, "{"+k+"}", v)
	}
	pairs = append(pairs, "{sheet}", d.Sheet, "{row}", itoa(d.Row), "{column}", d.Column, "{cell}", d.Cell, "{found}", d.Found)
	return strings.NewReplacer(pairs...).Replace(d.optional(text))
}

var optional = regexp.MustCompile(`<<(.*?)>>`)
var placeholder = regexp.MustCompile(`\{([a-z]+)\}`)

// optional leaves out the parts in << >> that name an argument which is empty.
func (d Diagnostic) optional(text string) string {
	return optional.ReplaceAllStringFunc(text, func(part string) string {
		for _, m := range placeholder.FindAllStringSubmatch(part, -1) {
			if d.Args[m[1]] == "" {
				return ""
			}
		}
		return part[2 : len(part)-2]
	})
}

// place orders diagnostics: workbook first, then survey, choices and the others, by row and column.
func (d Diagnostics) sort() {
	sheets := []string{"", "settings", "survey", "choices", "external_choices", "entities"}
	slices.SortStableFunc(d, func(a, b Diagnostic) int {
		if c := slices.Index(sheets, a.Sheet) - slices.Index(sheets, b.Sheet); c != 0 {
			return c
		}
		return a.Row - b.Row
	})
}
