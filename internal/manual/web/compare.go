package web

import (
	"context"
	"slices"

	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/protocol"
)

// comparison is what changed from one edition to another.
type comparison struct {
	From, To view
	Things   []thing
	List     []manual.Edition
}

// thing is what changed of one step, form, fact …
type thing struct {
	protocol.Change // the first of them: what, id, name and whom it concerns
	Parts           []protocol.Change
}

// together gathers changes of the same thing.
func together(list []protocol.Change) (out []thing) {
	for _, c := range list {
		if n := len(out); n == 0 || out[n-1].What != c.What || out[n-1].ID != c.ID {
			out = append(out, thing{Change: c})
		}
		t := &out[len(out)-1]
		t.Parts = append(t.Parts, c)
	}
	return out
}

// compare shows two editions as two columns: ?dari= the earlier, ?ke= the later,
// by id or hash.
func (p *Pages) compare(c *web.Ctx) (err error) {
	q, v := c.R.URL.Query(), comparison{}
	if v.To, err = p.load(c, q.Get("ke")); err != nil {
		return err
	}
	from := q.Get("dari")
	if from == "" {
		from = v.To.Base
	}
	if v.From, err = p.load(c, from); err != nil {
		return err
	}
	if v.List, err = p.editions(c.R.Context(), v.From.Edition, v.To.Edition); err != nil {
		return err
	}
	v.Things = together(protocol.Diff(v.From.Manual, v.To.Manual))
	return c.Page(title(c), comparePage(v))
}

// editions lists every edition to choose from, and those that have no row here.
func (p *Pages) editions(ctx context.Context, shown ...manual.Edition) (out []manual.Edition, err error) {
	for before := ""; ; before = out[len(out)-1].ID {
		page, err := p.s.Editions(ctx, before)
		if err != nil {
			return nil, err
		}
		if out = append(out, page...); len(page) < manual.PageOfEditions {
			break
		}
	}
	for _, e := range shown {
		if !slices.ContainsFunc(out, func(o manual.Edition) bool { return o.ID == e.ID }) {
			out = append(out, e)
		}
	}
	return out, nil
}

func comparePath(from, to string) string { return "/manual/banding?dari=" + from + "&ke=" + to }

// choices lists editions to choose from.
func choices(ctx context.Context, list []manual.Edition) (out []ui.Option) {
	for _, e := range list {
		if e.State != manual.Dropped {
			out = append(out, ui.Option{Value: e.ID, Label: ui.T(ctx, "manual.history.one", "version", e.Name) + " (" + ui.T(ctx, "manual.state."+string(e.State)) + ", " + short(e.Hash) + ")"})
		}
	}
	return out
}

// heading names a thing that changed.
func (t thing) heading(l string) string {
	head := protocol.Label(t.What).In(l) + " " + t.ID
	if n := t.Name.In(l); n != "" && n != t.ID {
		head += " " + n
	}
	return head
}

// sides are the two columns of one change: a thing that came or went stands on
// one side only.
func sides(ctx context.Context, c protocol.Change, l string) (part, before, after string) {
	part = protocol.Label(c.Part).In(l)
	if c.Part == "" {
		part = ui.T(ctx, "manual.compare."+c.Kind)
	}
	return part, orDash(ctx, c.Old.In(l)), orDash(ctx, c.New.In(l))
}

func orDash(ctx context.Context, s string) string {
	if s == "" {
		return ui.T(ctx, "manual.compare.nothing")
	}
	return s
}
