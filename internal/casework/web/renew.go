package web

import (
	"net/http"
	"time"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/protocol"
)

// renewView is a case beside the manual that is in force.
type renewView struct {
	caseView
	To     *protocol.Manual // nil where the case runs by it already
	Report protocol.Migration
	May    bool
}

// manual shows which version a case runs by, and what a newer one would change.
func (p *Pages) manual(c *web.Ctx) error { return p.manualWith(c, http.StatusOK, ui.Empty()) }

func (p *Pages) manualWith(c *web.Ctx, status int, f ui.Form) error {
	v, err := p.opened(c, "manual")
	if err != nil {
		return err
	}
	r := renewView{caseView: v, May: p.mayRenew(c, v)}
	r.Form = f
	if v.Newer != "" {
		from, to, err := p.versions(c, v, v.Newer)
		if err != nil {
			return err
		}
		r.To, r.Report = to.Manual, v.Foresee(from, to, c.Now)
	}
	return c.PageAs(status, title(c), renewPage(r))
}

func (p *Pages) mayRenew(c *web.Ctx, v caseView) bool {
	return !v.Closed() && (v.Mine || p.s.May(c.Who(), "casework.renew", v.Head.Team))
}

func (p *Pages) versions(c *web.Ctx, v caseView, to string) (from, is casework.Rules, err error) {
	if from, err = p.s.Rules(c.R.Context(), v.Head.Manual); err != nil {
		return from, is, err
	}
	is, err = p.s.Rules(c.R.Context(), to)
	return from, is, err
}

// renew moves a case to the version that was shown.
func (p *Pages) renew(c *web.Ctx) error {
	to := c.Get("to")
	err := retry(func() error {
		v, err := p.opened(c, "manual")
		if err != nil {
			return err
		}
		if v.Newer == "" || v.Newer != to {
			return fault.New(fault.Conflict, "casework.renew.moved")
		}
		from, is, err := p.versions(c, v, to)
		if err != nil {
			return err
		}
		e, err := v.Renew(c.Who(), from, is, c.Now, c.Today(), plain.Clean(c.Get("reason")))
		if err != nil {
			return err
		}
		return p.s.Renew(c.R.Context(), c.Who(), e, from.Manual.Hash(), to)
	})
	if err != nil {
		return c.Invalid(err, "reason", "", c.Form(), func(f ui.Form) error { return p.manualWith(c, http.StatusUnprocessableEntity, f) })
	}
	return c.Done("/kasus/"+c.R.PathValue("id")+"/garis-waktu", "renewed")
}

// fates lists the moves of one kind that a reader has to know of; what only stays
// as it was is counted, and so is what never applied in the case.
func fates(m protocol.Migration, fate string) (out []protocol.Move) {
	for _, v := range m.Of(fate) {
		if changes(v) && !v.Idle() {
			out = append(out, v)
		}
	}
	return out
}

func changes(v protocol.Move) bool {
	return v.Fate != protocol.Carries || v.Reason != "" || !v.OldDue.Equal(v.NewDue)
}

// unchanged counts what stays as it was, idle what differs between the versions and
// never applied in the case.
func unchanged(m protocol.Migration) (n int) {
	for _, v := range m.Moves {
		if !changes(v) {
			n++
		}
	}
	return n
}

func idle(m protocol.Migration) (n int) {
	for _, v := range m.Moves {
		if v.Idle() {
			n++
		}
	}
	return n
}

func orNoClock(p *lang.Printer, t time.Time) string {
	if t.IsZero() {
		return p.T("ui.no_clock")
	}
	return p.DateTime(t)
}
