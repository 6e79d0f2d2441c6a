package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/naungan/naungan/internal/manual/flow"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/protocol"
)

// While somebody types, the page's script sends what stands in the form to a check
// of the same page and puts the answer in place. Nothing is stored.

// A check answers with at most so many problems and changes, and so many run at
// once: each reads a whole manual.
const (
	mostShown  = 12
	mostChecks = 2
)

// liveCheck is what is found of what was typed.
type liveCheck struct {
	draftView
	Faults []fault.Field // of single fields
	Here   []protocol.Problem
	Else   []protocol.Problem // elsewhere, where the draft had none
	Things []thing            // what would change of the draft
	More   int                // problems that are not shown
	Field  func(path []string) string
}

// livePath is where a page's form is checked.
func livePath(page string) string { return page + "/periksa" }

// live is what a form needs to be checked while it is filled.
func live(page string) templ.Attributes {
	return templ.Attributes{"class": "n-form", "data-check": livePath(page)}
}

// turn waits until a check may run; the request that was given up leaves the line.
func (p *Pages) turn(ctx context.Context) (done func(), err error) {
	select {
	case p.checks <- struct{}{}:
		return func() { <-p.checks }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *Pages) answer(c *web.Ctx, l liveCheck) error {
	return c.PageAs(http.StatusOK, "", liveAnswer(l))
}

// found sorts the problems of what the draft would be: those of the part that is
// written, and those elsewhere that the draft does not have.
func (l *liveCheck) found(now *protocol.Manual, text []byte, here func(path []string) bool) {
	had := map[string]bool{}
	for _, p := range l.Problems {
		had[p.Rule+p.Message] = true
	}
	l.Things = together(protocol.Diff(l.Manual, now))
	l.Problems = protocol.Check(now)
	l.Manual, l.Text, l.Words = now, text, flow.Say(now, l.L)
	for _, p := range l.Problems {
		switch {
		case here(now.Where(p)):
			l.Here = append(l.Here, p)
		case !had[p.Rule+p.Message]:
			l.Else = append(l.Else, p)
		}
	}
	l.More = max(0, len(l.Here)-mostShown) + max(0, len(l.Else)-mostShown)
	l.Here, l.Else = l.Here[:min(len(l.Here), mostShown)], l.Else[:min(len(l.Else), mostShown)]
	l.Things = l.Things[:min(len(l.Things), mostShown)]
}

// checkStep tells what is wrong with a step as it is typed.
func (p *Pages) checkStep(c *web.Ctx) error {
	done, err := p.turn(c.R.Context())
	if err != nil {
		return err
	}
	defer done()
	v, err := p.writable(c)
	if err != nil {
		return err
	}
	old := v.Manual.Step(c.R.PathValue("step"))
	if old == nil {
		return notFound
	}
	l := liveCheck{draftView: v, Field: stepField}
	l.Form = c.Form()
	typed, err := stepOf(*old, v.Manual, c.R.PostForm)
	if err != nil {
		l.Faults = fault.Fields(err)
		return p.answer(c, l)
	}
	text, err := stepEdit{draftView: v, Typed: typed}.text(false)
	return p.answered(c, l, text, err, func(path []string) bool { return len(path) > 1 && path[0] == "steps" && path[1] == old.ID })
}

// checkForm does for a form of the manual what checkStep does for a step.
func (p *Pages) checkForm(c *web.Ctx) error {
	done, err := p.turn(c.R.Context())
	if err != nil {
		return err
	}
	defer done()
	v, err := p.writable(c)
	if err != nil {
		return err
	}
	id := c.R.PathValue("form")
	old, ok := v.Manual.Forms[id]
	if !ok {
		return notFound
	}
	l := liveCheck{draftView: v}
	l.Form = c.Form()
	typed, err := typedForm(old, c.R.PostForm)
	if err != nil {
		l.Faults = fault.Fields(err)
		return p.answer(c, l)
	}
	l.Field = func(path []string) string { return formField(old, path) }
	text, err := editedForm(v, id, typed)
	return p.answered(c, l, text, err, func(path []string) bool { return len(path) > 1 && path[0] == "forms" && path[1] == id })
}

// checkText tells what is wrong with a whole text as it is typed.
func (p *Pages) checkText(c *web.Ctx) error {
	done, err := p.turn(c.R.Context())
	if err != nil {
		return err
	}
	defer done()
	v, err := p.writable(c)
	if err != nil {
		return err
	}
	l := liveCheck{draftView: v, Field: func([]string) string { return "text" }}
	return p.answered(c, l, []byte(lines(c.Get("text"))), nil, func([]string) bool { return true })
}

// answered reads the text that would be stored and says what is found; a place that
// a form cannot change alone, and a text that cannot be read, are said.
func (p *Pages) answered(c *web.Ctx, l liveCheck, text []byte, err error, here func(path []string) bool) error {
	if errors.Is(err, protocol.ErrCannotEdit) || errors.Is(err, protocol.ErrNoPlace) {
		l.Faults = []fault.Field{{Name: "reason", Key: "manual.edit.by_hand"}}
		return p.answer(c, l)
	}
	if err != nil {
		return err
	}
	now, err := parse(text)
	if err != nil {
		l.Faults = []fault.Field{{Name: "text", Key: "manual.edit.unreadable", Args: []any{"why", why(protocol.Problems(err), l.L)}}}
		return p.answer(c, l)
	}
	l.found(now, text, here)
	return p.answer(c, l)
}

// stepField is the field of a step's form in which what stands at a path is written,
// "" where none is.
func stepField(path []string) string {
	if len(path) < 3 {
		return ""
	}
	key, rest := path[2], path[3:]
	first := func(none string) string {
		if len(rest) > 0 {
			return rest[0]
		}
		return none
	}
	switch key {
	case "title":
		return "title." + first("id")
	case "note":
		return "note.id"
	case "actor", "support", "consent", "trigger", "outputs", "refs":
		return key
	case "on_overdue":
		return "overdue"
	case "when":
		return "when" + condField(rest)
	case "deadline":
		return strings.TrimSuffix("deadline."+first("value"), "deadline.note") + map[bool]string{true: "note.id"}[first("") == "note"]
	case "do", "forbid":
		if n, err := strconv.Atoi(first("0")); err == nil {
			return key + "-id-" + strconv.Itoa(n+1)
		}
	case "deadline_when":
		if len(rest) > 1 && rest[1] == "if" {
			return "dw.if." + rest[0] + condField(rest[2:])
		} else if len(rest) > 1 {
			return "dw." + rest[1] + "." + rest[0]
		}
		return "dw.value." + first("0")
	case "track":
		return "track." + first("0") + "." + trackKey(rest)
	case "decide":
		if len(rest) > 1 && rest[1] == "if" {
			return "decide." + rest[0] + ".if" + condField(rest[2:])
		} else if slices.Contains(rest, "else") {
			return "decide.else"
		}
		return "decide." + first("0") + ".then"
	}
	return ""
}

func trackKey(rest []string) string {
	switch {
	case len(rest) < 2:
		return "value"
	case rest[1] == "what":
		return "what.id"
	}
	return rest[1]
}

// condField is the rest of the field's name for a path within a condition: the
// answers of a line, or what a group means.
func condField(path []string) string {
	var at strings.Builder
	for i, key := range path {
		if key == "fact" || key == "op" || key == "value" {
			if at.Len() == 0 {
				return ".0.value"
			}
			return at.String() + ".value"
		}
		if i > 0 && (path[i-1] == "all" || path[i-1] == "any") {
			at.WriteString("." + key)
		}
	}
	return at.String() + ".mode"
}

// formField is the field of a form's page in which what stands at a path is written.
func formField(f protocol.Form, path []string) string {
	if len(path) > 2 && path[2] != "fields" {
		return path[2] + ".id"
	}
	if len(path) < 4 {
		return ""
	}
	n := ".new"
	if i := slices.IndexFunc(f.Fields, func(x protocol.Field) bool { return x.ID == path[3] }); i >= 0 {
		n = "." + strconv.Itoa(i)
	}
	switch key := strings.Join(path[4:min(5, len(path))], ""); key {
	case "type", "choices":
		return key + n
	case "shown_when":
		return "shown" + n + condField(path[5:])
	case "hint":
		return "hint.id" + n
	}
	return "label.id" + n
}

// placed says where in the manual a problem stands: the part, by name, and what of it.
func placed(v draftView, p protocol.Problem) string {
	path := v.Manual.Where(p)
	if len(path) < 2 {
		return ""
	}
	out := protocol.Label(map[string]string{"steps": "step", "forms": "form", "facts": "fact", "roles": "role", "consents": "consent", "sources": "source", "stages": "stage", "global_guards": "guard", "anchors": "anchor"}[path[0]]).In(v.L)
	if out == "" {
		return ""
	}
	out += " " + v.Manual.Named(path[0], path[1]).In(v.L)
	if len(path) > 2 {
		if said := protocol.Label(path[2]).In(v.L); said != path[2] {
			out += ", " + said
		}
	}
	return out
}

// mended is the page on which a problem is mended, "" where none is.
func mended(v draftView, p protocol.Problem) string {
	path := v.Manual.Where(p)
	switch {
	case len(path) < 2:
	case path[0] == "steps" && v.Manual.Step(path[1]) != nil:
		return draftPath(v.Full.ID) + "/langkah/" + path[1]
	case path[0] == "forms":
		return draftPath(v.Full.ID) + "/formulir/" + path[1]
	}
	return ""
}

// fieldName is the field that a problem of the answer leads to.
func fieldName(l liveCheck, p protocol.Problem) string {
	if l.Field == nil {
		return ""
	}
	return l.Field(l.Manual.Where(p))
}

// said is a problem in one line.
func said(v draftView, p protocol.Problem) string {
	message, _ := p.In(v.L)
	return message
}

// noneFound tells whether a check found nothing to say.
func (l liveCheck) noneFound() bool { return len(l.Faults)+len(l.Here)+len(l.Else) == 0 }

// sentences are what would change, a line each.
func (l liveCheck) sentences() (out []string) {
	for _, t := range l.Things {
		for _, c := range t.Parts {
			if len(out) < mostShown {
				out = append(out, c.Sentence(l.L))
			}
		}
	}
	return out
}
