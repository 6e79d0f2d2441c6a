package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Totals count the cases by outcome.
type Totals map[Outcome]int

// Bar is the least part of the conversions that must come out right; of the error cases, all must.
const Bar = 0.98

func total(results []Result) Totals {
	t := Totals{}
	for _, r := range results {
		t[r.Outcome]++
	}
	return t
}

// forms counts the conversions judged, right those that are right.
func (t Totals) forms() (right, of int) {
	right = t[Equal] + t[Checks]
	return right, right + t[Differs] + t[Refused] + t[Broken]
}

// errors counts the error cases judged and those rejected for the same cause.
func (t Totals) errors() (right, of int) {
	return t[Rejected], t[Rejected] + t[Accepted] + t[Cause]
}

// short says which bar is missed, or "".
func (t Totals) short() string {
	var out []string
	if right, of := t.forms(); float64(right) < Bar*float64(of) {
		out = append(out, fmt.Sprintf("only %s of the conversions are right, not %.0f %%", share(right, of), 100*Bar))
	}
	if right, of := t.errors(); right < of {
		out = append(out, fmt.Sprintf("only %s of the error cases are rejected for the same cause", share(right, of)))
	}
	return strings.Join(out, "; ")
}

func (t Totals) summary(w io.Writer) {
	right, of := t.forms()
	_, _ = fmt.Fprintf(w, "conversions right: %s (canonical XML equal: %s; by their checks: %d)\n", share(right, of), share(t[Equal], of), t[Checks])
	right, of = t.errors()
	_, _ = fmt.Fprintf(w, "error cases rejected for the same cause: %s (at all: %s)\n", share(right, of), share(right+t[Cause], of))
	for _, o := range []Outcome{Differs, Refused, Broken, Accepted, Cause, Left, Unjudged} {
		if t[o] > 0 {
			_, _ = fmt.Fprintf(w, "%s: %d\n", o, t[o])
		}
	}
}

func share(n, of int) string {
	if of == 0 {
		return "none"
	}
	return fmt.Sprintf("%d of %d (%.1f %%)", n, of, 100*float64(n)/float64(of))
}

func indent(lines []string) string {
	s := ""
	for _, l := range lines {
		s += "\n    " + strings.ReplaceAll(l, "\n", "\n    ")
	}
	return s
}

// report writes everything as Markdown: what is measured, each module, every case that is not right.
func report(w io.Writer, results []Result) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	p("<!-- Written by go run ./xlsform/conformance -o docs/xlsform-conformance.md; do not edit. -->\n# XLSForm conformance\n\n")
	p("%s\n\n```\n", intro)
	total(results).summary(w)
	p("```\n\n| module | cases | equal | by checks | rejected, same cause | not right | left out, unjudged |\n|---|--:|--:|--:|--:|--:|--:|\n")
	for _, m := range modules(results) {
		t := total(m.results)
		p("| %s | %d | %d | %d | %d | %d | %d |\n", m.name, len(m.results), t[Equal], t[Checks], t[Rejected],
			t[Differs]+t[Refused]+t[Broken]+t[Accepted]+t[Cause], t[Left]+t[Unjudged])
	}
	section(w, "Not right", results, func(r Result) bool { return !r.Right() && r.Outcome != Left && r.Outcome != Unjudged })
	section(w, "Right by their checks, written differently", results, func(r Result) bool { return r.Outcome == Checks })
	section(w, "Left out and unjudged", results, func(r Result) bool { return r.Outcome == Left || r.Outcome == Unjudged })
	warnings(w, results)
}

const intro = `The corpus records conversions by pyxform 4.5.0 (BSD-2-Clause). A conversion is right when the canonical XML (white space between
elements dropped, attributes sorted, prefixes resolved) equals the recorded one, or when all that the recorded test checked holds. An
error case is right when the form is rejected for the same cause, in the same row where the record names one.`

func section(w io.Writer, title string, results []Result, want func(Result) bool) {
	_, _ = fmt.Fprintf(w, "\n## %s\n\n", title)
	n := 0
	for _, r := range results {
		if !want(r) {
			continue
		}
		n++
		why := r.Reason
		if why == "" && r.Outcome == Unjudged {
			why = "the record has neither XML nor an error"
		}
		if why == "" {
			why = "**no reason given yet**"
		}
		_, _ = fmt.Fprintf(w, "- `%s` (line %d, %s): %s\n", r.Case.Short(), r.Case.Line, r.Outcome, why)
	}
	if n == 0 {
		_, _ = fmt.Fprintln(w, "None.")
	}
}

// warnings lists where our warnings differ: they do not count, since one warning a cell says more than one a language.
func warnings(w io.Writer, results []Result) {
	var differ []Result
	of := 0
	for _, r := range results {
		if r.Outcome != Equal && r.Outcome != Checks && r.Outcome != Differs {
			continue
		}
		of++
		if len(r.Warnings) > 0 {
			differ = append(differ, r)
		}
	}
	_, _ = fmt.Fprintf(w, "\n## Warnings\n\nAs recorded, in number and cause: %s. The others:\n\n", share(of-len(differ), of))
	for _, r := range differ {
		_, _ = fmt.Fprintf(w, "- `%s` (line %d): %s\n", r.Case.Short(), r.Case.Line, strings.Join(strings.Fields(r.Warnings[0]), " "))
	}
}

type module struct {
	name    string
	results []Result
}

func modules(results []Result) (out []module) {
	for _, r := range results {
		i := slices.IndexFunc(out, func(m module) bool { return m.name == r.Case.Module() })
		if i < 0 {
			i = len(out)
			out = append(out, module{name: r.Case.Module()})
		}
		out[i].results = append(out[i].results, r)
	}
	slices.SortFunc(out, func(a, b module) int { return strings.Compare(a.name, b.name) })
	return out
}

// showDiffs prints up to n cases that are not right: the form, what fails, and the lines in which the XML differs.
func showDiffs(w io.Writer, results []Result, n int) {
	for _, r := range results {
		if n == 0 {
			return
		}
		if r.Right() && r.Outcome != Checks || r.Outcome == Left || r.Outcome == Unjudged {
			continue
		}
		n--
		form := r.Case.MD
		if form == "" {
			form = string(r.Case.SS)
		}
		_, _ = fmt.Fprintf(w, "=== %s %s (line %d)\n%s%s\n", r.Outcome, r.Case.Test, r.Case.Line, strings.Trim(form, "\n"), indent(r.Why))
		want, err1 := parseXML(r.Case.XForm)
		got, err2 := parseXML(r.XML)
		if err1 == nil && err2 == nil {
			diff(w, want.children[0].lines(), got.children[0].lines())
		}
	}
}

// diff prints the lines only in want (-) and only in got (+), by their longest common subsequence.
func diff(w io.Writer, want, got []string) {
	length := make([][]int, len(want)+1)
	for i := range length {
		length[i] = make([]int, len(got)+1)
	}
	for i := len(want) - 1; i >= 0; i-- {
		for j := len(got) - 1; j >= 0; j-- {
			if want[i] == got[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(want) || j < len(got); {
		switch {
		case i < len(want) && j < len(got) && want[i] == got[j]:
			i, j = i+1, j+1
		case j == len(got) || i < len(want) && length[i+1][j] >= length[i][j+1]:
			_, _ = fmt.Fprintln(w, "  -", want[i])
			i++
		default:
			_, _ = fmt.Fprintln(w, "  +", got[j])
			j++
		}
	}
}
