package web

import (
	"bytes"
	"context"
	"net/http"
	"strconv"

	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/protocol"
)

// draftView is a draft with what is wrong with it and what it changes.
type draftView struct {
	view
	ui.Form
	Problems []protocol.Problem
	Things   []thing // against the running version
	Running  manual.Full
	Earlier  []manual.Earlier // its texts before the last changes
}

// Grave counts what keeps it from being signed.
func (v draftView) Grave() (n int) {
	for _, p := range v.Problems {
		if p.Severity == "error" {
			n++
		}
	}
	return n
}

func draftPath(id string) string { return "/manual/naskah/" + id }

// loadDraft reads an edition by its id: only a draft has pages to write on.
func (p *Pages) loadDraft(c *web.Ctx) (v draftView, err error) {
	if v.view, err = p.load(c, c.R.PathValue("draft")); err != nil {
		return v, err
	}
	if v.Origin != manual.OfOffice || v.Full.ID != c.R.PathValue("draft") {
		return v, notFound
	}
	running, err := p.s.ActiveHash(c.R.Context())
	if err != nil {
		return v, err
	}
	if v.Running, err = p.s.Find(c.R.Context(), running); err != nil {
		return v, err
	}
	if v.State == manual.Draft {
		if v.Earlier, err = p.s.Earlier(c.R.Context(), v.Edition); err != nil {
			return v, err
		}
	}
	v.Form = ui.Empty()
	v.Problems = protocol.Check(v.Manual)
	v.Things = together(protocol.Diff(v.Running.Manual, v.Manual))
	return v, nil
}

func (p *Pages) draft(c *web.Ctx) error {
	v, err := p.loadDraft(c)
	if err != nil {
		return err
	}
	return c.Page(title(c), draftPage(v))
}

// begin makes a draft of the running version.
func (p *Pages) begin(c *web.Ctx) error {
	draft, err := p.s.Begin(c.R.Context(), c.Who(), c.Get("from"), plain.Clean(c.Get("version")), plain.Clean(c.Get("reason")))
	if err != nil {
		return c.Invalid(err, "version", "", c.Form(), func(f ui.Form) error { return p.historyWith(c, http.StatusUnprocessableEntity, f) })
	}
	return c.Done(draftPath(draft), "manual_begun")
}

// act signs, sends back or drops a draft.
func (p *Pages) act(c *web.Ctx) (err error) {
	ctx, who, draft, reason := c.R.Context(), c.Who(), c.R.PathValue("draft"), plain.Clean(c.Get("reason"))
	switch c.Get("deed") {
	case "review":
		err = p.s.Review(ctx, who, draft, c.Get("seen"), c.Get("against"), reason)
	case "activate":
		err = p.s.Activate(ctx, who, draft, c.Get("seen"), reason)
	case "return":
		err = p.s.Return(ctx, who, draft, reason)
	case "drop":
		err = p.s.Drop(ctx, who, draft, reason)
	default:
		err = fault.New(fault.Invalid, "fault.malformed")
	}
	if err != nil {
		status := http.StatusUnprocessableEntity
		if fault.KindOf(err) == fault.Conflict {
			status = http.StatusConflict
		}
		return c.Invalid(err, "reason", "", c.Form(), func(f ui.Form) error {
			v, err := p.loadDraft(c)
			if err != nil {
				return err
			}
			v.Form = f
			return c.PageAs(status, title(c), draftPage(v))
		})
	}
	return c.Done(draftPath(draft), "manual_"+c.Get("deed"))
}

// takeBack brings a draft's text before a change back.
func (p *Pages) takeBack(c *web.Ctx) error {
	seq, err := strconv.ParseInt(c.Get("seq"), 10, 64)
	if err != nil {
		return fault.New(fault.Invalid, "fault.malformed")
	}
	draft := c.R.PathValue("draft")
	if err := p.s.TakeBack(c.R.Context(), c.Who(), draft, c.Get("seen"), seq, plain.Clean(c.Get("reason"))); err != nil {
		status := http.StatusUnprocessableEntity
		if fault.KindOf(err) == fault.Conflict {
			status = http.StatusConflict
		}
		return c.Invalid(err, "earlier", "", c.Form(), func(f ui.Form) error {
			v, err := p.loadDraft(c)
			if err != nil {
				return err
			}
			v.Form = f
			return c.PageAs(status, title(c), draftPage(v))
		})
	}
	return c.Done(draftPath(draft), "manual_back")
}

// stepAt returns the step in whose lines a problem stands, or nil where it stands
// before the first or in a part that follows the steps.
func stepAt(f manual.Full, line int) *protocol.Step {
	var last *protocol.Step
	for _, s := range f.Manual.Steps {
		if s.Line <= line && (last == nil || s.Line > last.Line) {
			last = s
		}
	}
	if last == nil {
		return nil
	}
	n := 0
	for text := range bytes.Lines(f.Text) {
		if n++; n > line {
			break
		}
		if n > last.Line && text[0] >= 'a' && text[0] <= 'z' { // a key of the manual itself
			return nil
		}
	}
	return last
}

// problemsOf returns what is wrong within one step's lines.
func problemsOf(f manual.Full, list []protocol.Problem, step string) (out []protocol.Problem) {
	for _, p := range list {
		if s := stepAt(f, p.Line); s != nil && s.ID == step {
			out = append(out, p)
		}
	}
	return out
}

func grave(p protocol.Problem) string {
	return map[bool]string{true: "manual.problem.error", false: "manual.problem.warning"}[p.Severity == "error"]
}

func parse(text []byte) (*protocol.Manual, error) { return protocol.Parse(bytes.NewReader(text)) }

// whyNot says why the person cannot sign an edition, "" where they can.
func whyNot(ctx context.Context, v draftView) string {
	if err := v.MaySign(v.Who.Person); err != nil {
		key, _ := fault.Message(err)
		return ui.T(ctx, key)
	}
	if v.Grave() > 0 {
		return ui.T(ctx, "manual.sign.errors")
	}
	return ""
}

func stageOptions(v view) (out []ui.Option) {
	for _, st := range v.Manual.Stages {
		out = append(out, ui.Option{Value: st.ID, Label: st.ID + " " + st.Title.In(v.L)})
	}
	return out
}

// addStep appends a step to a draft and leads to its page.
func (p *Pages) addStep(c *web.Ctx) error {
	v, err := p.writable(c)
	if err != nil {
		return err
	}
	f := c.R.PostForm
	s := protocol.Step{ID: plain.Clean(f.Get("step")), Stage: f.Get("stage"), Title: protocol.Text{ID: plain.Clean(f.Get("title.id")), EN: plain.Clean(f.Get("title.en"))},
		Actor: f.Get("actor"), Trigger: triggerOf(f.Get("trigger")), Do: pairs(f, "do")}
	var k plain.Checker
	for name, value := range map[string]string{"title.id": s.Title.ID, "stage": s.Stage, "actor": s.Actor, "trigger": f.Get("trigger")} {
		k.Must(name, value)
		k.Text(name, value, 500)
	}
	if !protocol.ValidID(s.ID) || v.Manual.Step(s.ID) != nil {
		k.Add("step", "manual.addstep.wrong_id")
	}
	if err = k.Err(); err == nil {
		var text []byte
		if text, err = manual.AddStep(v.Text, s); err == nil {
			err = p.s.Save(c.R.Context(), c.Who(), v.Full.ID, v.Hash, text, "steps/"+s.ID, plain.Clean(f.Get("reason")))
		}
	}
	if err != nil {
		return c.Invalid(err, "reason", "", c.Form(), func(form ui.Form) error {
			v.Form = form
			return c.PageAs(http.StatusUnprocessableEntity, title(c), draftPage(v))
		})
	}
	return c.Done(draftPath(v.Full.ID)+"/langkah/"+s.ID, "manual_saved")
}
