package main

import (
	"context"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/naungan/naungan/xlsform"
)

// Outcome is how a case came out.
type Outcome string

// The outcomes. Equal, Checks and Rejected are right; Left and Unjudged count neither way.
const (
	Equal    Outcome = "equal"    // the canonical XML is the recorded one
	Checks   Outcome = "checks"   // it is not, and all recorded checks hold
	Rejected Outcome = "rejected" // an error case, rejected for the same cause
	Left     Outcome = "left-out" // needs what the library leaves out (reasons.txt)
	Unjudged Outcome = "unjudged" // the record has neither XML nor an error
	Differs  Outcome = "differs"  // another XML, and a check fails or there is none
	Refused  Outcome = "refused"  // a valid form was rejected
	Accepted Outcome = "accepted" // an error case was not rejected
	Cause    Outcome = "cause"    // it was, for another cause or in another row
	Broken   Outcome = "broken"   // the compiler failed altogether
)

// Result is a case, its outcome and what to know about it.
type Result struct {
	Case     Case
	Outcome  Outcome
	Why      []string
	Reason   string // from reasons.txt
	Found    xlsform.Diagnostics
	XML      string
	Warnings []string // in what our warnings differ from the recorded ones
}

// Right tells whether the case came out as recorded.
func (r Result) Right() bool { return slices.Contains([]Outcome{Equal, Checks, Rejected}, r.Outcome) }

// Judge compiles a case and compares.
func (c Case) Judge(ctx context.Context) Result {
	r := c.judge(ctx)
	why, left := reason(c.Test)
	r.Reason = why
	if left && !r.Right() {
		r.Outcome = Left
	}
	return r
}

func (c Case) judge(ctx context.Context) (r Result) {
	r = Result{Case: c}
	defer func() { // one panic must not hide the other cases
		if p := recover(); p != nil {
			r.Outcome, r.Why = Broken, []string{fmt.Sprint("panic: ", p)}
		}
	}()
	text, itemsets, found, err := c.compile(ctx)
	r.XML, r.Found = text, found
	switch {
	case err != nil:
		r.Outcome, r.Why = Broken, []string{err.Error()}
	case c.Err != "":
		r.Outcome, r.Why = c.rejected(found)
	case c.XForm == "":
		r.Outcome, r.Why = Unjudged, told(found)
	case len(found.Errors()) > 0:
		r.Outcome, r.Why = Refused, told(found.Errors())
	default:
		r.Warnings = c.warned(found.Warnings())
		r.Outcome, r.Why = c.compare(text, itemsets, r.Warnings)
	}
	return r
}

// compare holds the XML made against the recorded one, then against the checks.
func (c Case) compare(text, itemsets string, warnings []string) (Outcome, []string) {
	want, err := parseXML(c.XForm)
	if err != nil {
		return Broken, []string{"the recorded XML: " + err.Error()}
	}
	got, err := parseXML(text)
	if err != nil {
		return Broken, []string{err.Error()}
	}
	sets := strings.TrimSpace(itemsets) == strings.TrimSpace(c.Sets)
	if got.children[0].canonical(false) == want.children[0].canonical(false) && sets {
		return Equal, nil
	}
	ran, failed := c.check(got)
	if !sets {
		failed = append(failed, fmt.Sprintf("itemsets.csv is %q, not %q", itemsets, c.Sets))
	}
	if c.WarningsCount != nil || len(c.WarningsContains)+len(c.WarningsNotContains) > 0 {
		failed = append(failed, warnings...)
	}
	if len(failed) == 0 && ran > 0 {
		return Checks, nil
	}
	if ran == 0 {
		failed = append(failed, "no checks were recorded")
	}
	return Differs, failed
}

var rowOf = regexp.MustCompile(`\[row : (\d+)\]`)

// rejected tells whether the errors found name the cause the record names, in its row.
func (c Case) rejected(found xlsform.Diagnostics) (Outcome, []string) {
	errs := found.Errors()
	if len(errs) == 0 {
		return Accepted, []string{c.Err}
	}
	codes := codesFor(c.Err)
	if codes == nil {
		return Cause, append([]string{"causes.go knows no code for: " + c.Err}, told(errs)...)
	}
	row := 0
	if m := rowOf.FindStringSubmatch(c.Err); m != nil && codes[0] != "form-name" { // a name in row 2 is recorded as of row 1
		row, _ = strconv.Atoi(m[1])
	}
	for _, e := range errs {
		if slices.Contains(codes, e.Code) && (row == 0 || e.Row == row) {
			return Rejected, nil
		}
	}
	return Cause, append([]string{fmt.Sprintf("want %v in row %d: %s", codes, row, c.Err)}, told(errs)...)
}

// warned says in what the warnings differ from the recorded ones: how many, and which are missing.
func (c Case) warned(found xlsform.Diagnostics) (out []string) {
	if c.WarningsCount != nil && len(found) != *c.WarningsCount {
		out = append(out, fmt.Sprintf("%d warnings, not %d", len(found), *c.WarningsCount))
		out = append(out, told(found)...)
	}
	for _, w := range c.Warned {
		codes := codesFor(w)
		if !slices.ContainsFunc(found, func(d xlsform.Diagnostic) bool { return slices.Contains(codes, d.Code) }) {
			out = append(out, "not warned: "+w)
		}
	}
	return out
}

func told(found xlsform.Diagnostics) (out []string) {
	for _, d := range found {
		out = append(out, fmt.Sprintf("%s %s %s row %d %s: %s", d.Severity, d.Code, d.Sheet, d.Row, d.Column, d.Message("en")))
	}
	return out
}

//go:embed reasons.txt
var reasons string

// reason looks a test up in reasons.txt: lines "[left-out] REGEXP: why".
func reason(test string) (why string, left bool) {
	for line := range strings.Lines(reasons) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		line, left := strings.CutPrefix(line, "left-out ")
		pattern, why, _ := strings.Cut(line, ": ")
		if regexp.MustCompile(pattern).MatchString(test) {
			return why, left
		}
	}
	return "", false
}
