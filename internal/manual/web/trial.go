package web

import (
	"context"
	"fmt"
	"html"
	"io"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/protocol"
)

// trialView is a rehearsal of a manual.
type trialView struct {
	view
	ui.Form
	Asked bool
	Begin time.Time
	End   time.Time
	Lines []manual.Line
}

// firstFacts are asked for first: they change most.
var firstFacts = []string{"risk", "child_age_band", "immediate_danger", "suspect_in_household", "guardian_conflict"}

// trial runs a manual on an invented case that the address describes: nothing is
// stored.
func (p *Pages) trial(c *web.Ctx) error {
	v, err := p.load(c, c.R.PathValue("version"))
	if err != nil {
		return err
	}
	q := c.R.URL.Query()
	t := trialView{view: v, Form: ui.Form{Values: url.Values(q)}, Asked: q.Has("hari"), Begin: c.Now.Truncate(time.Hour)}
	if !t.Asked {
		t.Form = ui.Filled("hari", "90", "fact.lead_agency", "ours", "selesai", "ya")
		return c.Page(title(c), trialPage(t))
	}
	days, err := strconv.Atoi(q.Get("hari"))
	if err != nil || days < 1 || days > manual.MaxTrialDays {
		days = 90
	}
	t.End = t.Begin.Add(time.Duration(days) * 24 * time.Hour)
	r := manual.Trial{Facts: map[string]string{}, Days: days, Done: slices.Contains(q["selesai"], "ya"), Given: slices.Contains(q["selesai"], "setuju")}
	for fact := range v.Manual.Facts {
		if value := q.Get("fact." + fact); slices.Contains(v.Manual.Facts[fact].Answers(), value) {
			r.Facts[fact] = value
		}
	}
	for _, e := range q["event"] {
		if slices.Contains(v.Manual.Recordable(), e) && len(r.Events) < 40 && !v.Manual.LiesAhead(e) {
			r.Events = append(r.Events, e)
		}
	}
	t.Lines = manual.Rehearse(v.Manual, p.s.Calendar(), r, t.Begin)
	return c.Page(title(c), trialPage(t))
}

func trialFacts(v view) (first, rest []string) {
	for _, f := range firstFacts {
		if _, ok := v.Manual.Facts[f]; ok {
			first = append(first, f)
		}
	}
	for _, f := range keys(v.Manual.Facts) {
		if !slices.Contains(first, f) {
			rest = append(rest, f)
		}
	}
	return first, rest
}

func trialEvents(v view) (out []ui.Option) {
	for _, e := range v.Manual.Recordable() {
		if !v.Manual.LiesAhead(e) {
			out = append(out, ui.Option{Value: e, Label: v.Words.Event(e)})
		}
	}
	return out
}

// lineName names a task, or the clock of another agency.
func lineName(v view, l manual.Line) string {
	if w := l.What.In(v.L); w != "" {
		return l.Step.ID + " " + w
	}
	return l.Step.ID + " " + l.Step.Title.In(v.L)
}

// span says how long after the opening something is, and past two days when.
func (t trialView) span(ctx context.Context, at time.Time) string {
	if at.IsZero() {
		return ui.T(ctx, "ui.no_clock")
	}
	d := at.Sub(t.Begin)
	switch {
	case d <= 0:
		return ui.T(ctx, "manual.trial.at_once")
	case d%time.Hour != 0 && d < 48*time.Hour:
		return ui.T(ctx, "manual.trial.minutes", "n", int(d/time.Minute))
	case d < 24*time.Hour:
		return ui.T(ctx, "manual.trial.hours", "n", int(d/time.Hour))
	}
	return ui.T(ctx, "manual.trial.days", "n", int(d/(24*time.Hour)), "when", ui.V(ctx).P.DateTime(at))
}

func lineState(ctx context.Context, v view, l manual.Line) string {
	switch {
	case l.What != (protocol.Text{}):
		return ui.T(ctx, "manual.trial.theirs")
	case l.State == protocol.Blocked:
		return ui.T(ctx, "manual.trial.blocked")
	case !l.Ours:
		return ui.T(ctx, "manual.trial.partner")
	}
	return ui.T(ctx, "manual.trial.ours")
}

// Measures of the time line, in units of the drawing.
const (
	rowHeight = 22
	labelWide = 60
	lineWide  = 560
)

// timeLine draws the lines as bars over days; the table beside it says the same.
// Its scale is the square root of time: the first hours and the last months both
// show.
func (t trialView) timeLine(ctx context.Context) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		height := (len(t.Lines)+1)*rowHeight + 10
		fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="n-flow" role="img" aria-label="%s" viewBox="0 0 %d %d" width="%d" font-size="12" font-family="system-ui, sans-serif">`,
			html.EscapeString(ui.T(ctx, "manual.trial.picture")), labelWide+lineWide+20, height, labelWide+lineWide+20)
		for _, day := range []int{1, 3, 7, 14, 30, 90, 180, 365} {
			at := t.Begin.Add(time.Duration(day) * 24 * time.Hour)
			if at.After(t.End) {
				break
			}
			fmt.Fprintf(&b, `<path d="M%d 16V%d" stroke="#c9c6bb" stroke-width="1"/><text x="%d" y="12" text-anchor="middle" fill="#50554c">%d</text>`, t.x(at), height, t.x(at), day)
		}
		for i, l := range t.Lines {
			y := (i + 1) * rowHeight
			from, to := t.x(l.From), t.x(l.Due)
			if l.Due.IsZero() {
				to = from
			}
			fill, stroke := "#1f5c4a", ""
			if l.What != (protocol.Text{}) || !l.Ours {
				fill, stroke = "#f1ece1", ` stroke="#50554c" stroke-dasharray="4 3"`
			}
			fmt.Fprintf(&b, `<text x="0" y="%d" fill="#20241f">%s</text><rect x="%d" y="%d" width="%d" height="10" rx="2" fill="%s"%s/>`, y+10, html.EscapeString(l.Step.ID), from, y+1, max(to-from, 4), fill, stroke)
		}
		b.WriteString("</svg>")
		_, err := io.WriteString(w, b.String())
		return err
	})
}

func (t trialView) x(at time.Time) int {
	whole := t.End.Sub(t.Begin).Hours()
	part := min(max(at.Sub(t.Begin).Hours(), 0), whole)
	return labelWide + int(math.Sqrt(part/whole)*lineWide)
}
