package web

import (
	"net/http"
	"strings"

	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/protocol"
)

// wholeEdit is a draft's whole text to copy, paste and import.
type wholeEdit struct {
	draftView
	Seen   string // hash of the text that was read
	Typed  string
	Read   bool // what was typed was checked: Found is what is wrong
	Found  []protocol.Problem
	Theirs []thing
}

func (p *Pages) editText(c *web.Ctx) error {
	v, err := p.writable(c)
	if err != nil {
		return err
	}
	return c.Page(title(c), wholePage(wholeEdit{draftView: v, Seen: v.Hash, Typed: string(v.Text)}))
}

// saveText checks a pasted text, or stores it: comments and order come in as they
// were typed.
func (p *Pages) saveText(c *web.Ctx) error {
	v, err := p.writable(c)
	if err != nil {
		return err
	}
	e := wholeEdit{draftView: v, Seen: c.Get("seen"), Typed: lines(c.Get("text")), Read: true}
	e.Form = c.Form()
	now, err := parse([]byte(e.Typed))
	if err != nil {
		e.Found, e.Manual = protocol.Problems(err), &protocol.Manual{} // no lines of the stored text
		e.Form.Errors = []fault.Field{{Name: "text", Key: "manual.edit.unreadable", Args: []any{"why", why(e.Found, e.L)}}}
		return c.PageAs(http.StatusUnprocessableEntity, title(c), wholePage(e))
	}
	e.Found = protocol.Check(now)
	switch {
	case c.Get("go") == "check":
		e.Manual, e.Text = now, []byte(e.Typed)
		return c.Page(title(c), wholePage(e))
	case e.Seen != v.Hash:
		e.Seen, e.Theirs = v.Hash, together(protocol.Diff(v.Manual, now))
		return c.PageAs(http.StatusConflict, title(c), wholePage(e))
	}
	if err := p.s.Save(c.R.Context(), c.Who(), v.Full.ID, e.Seen, []byte(e.Typed), "text", plain.Clean(c.Get("reason"))); err != nil {
		return c.Invalid(err, "reason", "", e.Form, func(f ui.Form) error {
			e.Form = f
			return c.PageAs(http.StatusUnprocessableEntity, title(c), wholePage(e))
		})
	}
	return c.Done(draftPath(v.Full.ID), "manual_saved")
}

// why is the first thing that is wrong.
func why(list []protocol.Problem, l string) string {
	message, _ := list[0].In(l)
	return message
}

// lines undoes what a browser does to the ends of lines, and nothing else.
func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
