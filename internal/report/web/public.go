package web

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/internal/platform/web/lane"
	"github.com/naungan/naungan/internal/report"
)

// steps are the pages of the form for each way in: few for a child.
var steps = map[string][]string{
	report.Self:  {"help", "worry", "answer", "check"},
	report.Other: {"help", "worry", "where", "child", "answer", "check"},
	report.Pro:   {"help", "worry", "where", "child", "answer", "check"},
}

// fields says which fields a step shows; the others travel hidden.
var fields = map[string][]string{
	"help":   {"helps"},
	"worry":  {"concerns", "text"},
	"where":  {"area", "place", "where", "links", "when"},
	"child":  {"age", "sex", "helpers"},
	"answer": {"conflict", "contact", "number", "safe"},
	"check":  {},
}

var allFields = []string{"danger", "helps", "concerns", "text", "area", "place", "where", "links", "when", "age", "sex", "helpers", "conflict", "contact", "number", "safe"}

// form is the form on its way: all answers travel in it, nothing is kept before
// sending.
type form struct {
	ui.Form
	Door, Step string
	Secret     seal.ReporterSecret
	Token      string
	Calls      []report.Call
	Open       bool
}

func (f form) secretText() string { return base64.RawURLEncoding.EncodeToString(f.Secret[:]) }

func (f form) pow() string { return lane.Challenge(f.Secret[:]) + ":" + powBits }

const powBits = "16"

func (f form) number() (n, of int) {
	list := steps[f.Door]
	return slices.Index(list, f.Step) + 1, len(list)
}

// hidden lists what travels along on this step.
func (f form) hidden() (out [][2]string) {
	for _, name := range allFields {
		if slices.Contains(fields[f.Step], name) {
			continue
		}
		for _, v := range f.Values[name] {
			if v != "" {
				out = append(out, [2]string{name, v})
			}
		}
	}
	return out
}

func title(c *web.Ctx) string { return c.P.T("report.title") }

func (p *Pages) front(c *web.Ctx) error {
	ready, err := p.s.Prepared(c.R.Context())
	if err != nil {
		return err
	}
	if !ready {
		return c.Page(title(c), unpreparedPage(p.s.Calls(c.P.Lang())))
	}
	open, err := p.s.Open(c.R.Context())
	if err != nil {
		return err
	}
	return c.Page(title(c), frontPage(p.s.Calls(c.P.Lang()), open))
}

func (p *Pages) help(c *web.Ctx) error {
	return c.Page(title(c), helpPage(p.s.Calls(c.P.Lang()), p.s.Portals(c.P.Lang())))
}

// danger is the page before every form: is somebody in danger now? In a crowd it
// waits here, before anything is typed; never after a post.
func (p *Pages) danger(c *web.Ctx) error {
	f, err := p.begin(c)
	if err != nil {
		return err
	}
	if ready, err := p.s.Prepared(c.R.Context()); err != nil {
		return err
	} else if !ready { // only before a form: a report that was written is never refused
		return c.Page(title(c), unpreparedPage(f.Calls))
	}
	if p.lanes.Crowded() {
		return c.Waiting(5, title(c), waitPage(f.Calls))
	}
	if f.Open, err = p.s.Open(c.R.Context()); err != nil {
		return err
	}
	return c.Page(title(c), dangerPage(f))
}

func (p *Pages) begin(c *web.Ctx) (form, error) {
	door := c.R.PathValue("door")
	if !slices.Contains(report.Doors, door) {
		return form{}, fault.New(fault.NotFound, "fault.not_found")
	}
	f := form{Form: ui.Empty(), Door: door, Secret: seal.NewReporterSecret(), Calls: p.s.Calls(c.P.Lang())}
	f.Token = p.lanes.Token(f.Secret[:])
	return f, nil
}

// step takes one page of the form and shows the next, or sends.
func (p *Pages) step(c *web.Ctx) error {
	f, err := p.begin(c)
	if err != nil {
		return err
	}
	f.Values = c.R.PostForm
	if raw, err := base64.RawURLEncoding.DecodeString(c.Get("s")); err == nil && len(raw) == len(f.Secret) {
		copy(f.Secret[:], raw)
		f.Token = c.Get("t")
	}
	f.Step = c.Get("step")
	list := steps[f.Door]
	at := slices.Index(list, f.Step)
	switch c.Get("go") {
	case "danger":
		f.Values.Set("danger", "yes")
		return c.Page(title(c), callPage(f))
	case "send":
		return p.send(c, f)
	case "back":
		at = max(0, at-1)
	case "start":
		at = 0
	default:
		if errs := on(f.Step, faults(f, intakeOf(f.Values, f.Door))); errs != nil {
			f.Errors = errs
			if at < 0 {
				at = 0
			}
			f.Step = list[at]
			return c.PageAs(http.StatusUnprocessableEntity, title(c), p.stepPage(c, f))
		}
		at = min(at+1, len(list)-1)
	}
	f.Step = list[max(0, at)]
	return c.Page(title(c), p.stepPage(c, f))
}

// faults returns what is wrong with the answers, by the names of the form's fields.
func faults(f form, in report.Intake) []fault.Field {
	out := fault.Fields(in.Check())
	for i := range out {
		if out[i].Name == "numbers" {
			out[i].Name = "number"
		}
	}
	if slices.Contains([]string{"phone", "whatsapp"}, in.Contact) && digits(f.Get("number")) < 5 {
		out = append(out, fault.Field{Name: "number", Key: "report.number_needed"})
	}
	return out
}

// on returns the faults of the fields that a step shows.
func on(step string, all []fault.Field) (out []fault.Field) {
	for _, e := range all {
		if slices.Contains(fields[step], e.Name) {
			out = append(out, e)
		}
	}
	return out
}

// digits counts the digits of a text: a number to call has five or more.
func digits(s string) (n int) {
	for _, r := range s {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n
}

// intakeOf reads the answers of the form.
func intakeOf(v url.Values, door string) report.Intake {
	in := report.Intake{Door: door, Danger: v.Get("danger") == "yes", Helps: v["helps"], Concerns: v["concerns"], Text: v.Get("text"), Area: v.Get("area"), Place: v.Get("place"),
		Where: v.Get("where"), Links: v["links"], When: v.Get("when"), Age: v.Get("age"), Sex: v.Get("sex"), Helpers: v.Get("helpers"),
		Conflict: v.Get("conflict") == "yes", Contact: v.Get("contact"), Safe: v.Get("safe")}
	if n := plain.Clean(v.Get("number")); n != "" {
		whose := "reporter"
		if door == report.Self {
			whose = "child"
		}
		in.Numbers = []report.Number{{Number: n, Whose: whose}}
	}
	in.Clean()
	return in
}

// send stores the report: never refused, only its lane changes.
func (p *Pages) send(c *web.Ctx, f form) error {
	defer p.lanes.Enter()()
	in := intakeOf(f.Values, f.Door)
	in.Lang = c.P.Lang()
	all := faults(f, in)
	for _, step := range steps[f.Door] {
		if errs := on(step, all); errs != nil {
			f.Step, f.Errors = step, errs
			return c.PageAs(http.StatusUnprocessableEntity, title(c), p.stepPage(c, f))
		}
	}
	if in.Empty() && !in.Danger {
		f.Step, f.Errors = "help", []fault.Field{{Name: "helps", Key: "report.say_something"}}
		return c.PageAs(http.StatusUnprocessableEntity, title(c), p.stepPage(c, f))
	}
	l := report.Normal
	if p.lanes.Suspect(lane.Signs{Visitor: c.Visitor(), Token: f.Token, Secret: f.Secret[:], Honeypot: c.Get("website"), Nonce: c.Get("pow")}) {
		l = report.Quarantine
	}
	err := p.take(c.R.Context(), f.Secret, &in, report.Web, l)
	if errors.Is(err, report.ErrOther) {
		err = p.changed(c, &f, in, l)
	}
	if errors.Is(err, report.ErrNotKept) {
		return c.PageAs(http.StatusInsufficientStorage, title(c), notKeptPage(f.Calls))
	}
	if err != nil {
		return err
	}
	return c.Page(title(c), codePage(f.Secret.Code(), in, f.Calls))
}

// changed keeps a form that was sent once, gone back to, changed and sent again:
// what it says now is added to the first as a message. Where it now says that an
// officer should not read it, it is a report of its own, with its own code.
func (p *Pages) changed(c *web.Ctx, f *form, in report.Intake, lane string) error {
	if in.Conflict {
		f.Secret = seal.NewReporterSecret()
		return p.take(c.R.Context(), f.Secret, &in, report.Web, lane)
	}
	text := []string{c.P.T("report.sent_again")}
	for _, r := range summaryRows(ui.With(c.R.Context(), ui.View{P: c.P}), in) {
		text = append(text, r.Key+": "+r.Value)
	}
	return p.s.Post(c.R.Context(), f.Secret.Code(), first(strings.Join(text, "\n"), report.MaxText), in.Danger)
}

// take keeps a report as the room on the disk allows: whole, with its text cut (in
// in too), in the spool, or not at all (report.ErrNotKept).
func (p *Pages) take(ctx context.Context, secret seal.ReporterSecret, in *report.Intake, channel, lane string) error {
	space := p.room()
	if space != Roomy {
		in.Text = first(in.Text, 4096)
	}
	switch space {
	case Full:
		return report.ErrNotKept
	case Spare:
		return p.s.ReceiveLater(ctx, secret, *in, channel, lane)
	}
	_, err := p.s.Receive(ctx, secret, *in, channel, lane)
	return err
}

func first(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

func (p *Pages) askCode(c *web.Ctx) error {
	return c.Page(title(c), askCodePage(ui.Empty(), nil))
}

// box is the mailbox on its way: the code travels in its forms, in no cookie.
type box struct {
	ui.Form
	Code    string
	Mailbox report.Mailbox
	Said    []report.Said
	Note    string
	Due     string
	Opened  string
}

// mailbox opens a mailbox with a code and does what the form asks: a message,
// withdrawing, freezing.
func (p *Pages) mailbox(c *web.Ctx) error {
	if c.Get("go") == "lost" {
		return c.Page(title(c), lostPage(p.s.Calls(c.P.Lang())))
	}
	code, err := seal.ParseCode(c.Get("kode"))
	if err != nil {
		return p.wrongCode(c, err)
	}
	b := box{Form: c.Form(), Code: code.Text()}
	status := http.StatusOK
	switch c.Get("go") {
	case "post":
		if err := p.s.Post(c.R.Context(), code, plain.Clean(c.Get("text")), false); err != nil {
			if b.Errors = fault.Fields(err); b.Errors == nil {
				return err
			}
			status = http.StatusUnprocessableEntity
		} else {
			b.Note = "report.box.sent"
			b.Values.Del("text")
		}
	case "withdraw":
		err, b.Note = p.s.SetMailbox(c.R.Context(), code.Lookup(), "stopped"), "report.box.stopped"
	case "freeze":
		err, b.Note = p.s.SetMailbox(c.R.Context(), code.Lookup(), "frozen"), "report.box.frozen_now"
	case "saved":
		b.Note = "report.box.saved"
	}
	if err != nil {
		return err
	}
	if b.Mailbox, err = p.s.Mailbox(c.R.Context(), code.Lookup()); err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return p.wrongCode(c, err)
		}
		return err
	}
	b.Said = report.OpenAnswers(code, b.Mailbox)
	b.Due = c.P.Near(dueOf(b.Mailbox), c.Now)
	b.Opened = c.P.DayNumber(b.Mailbox.Opened)
	return c.PageAs(status, title(c), mailboxPage(b))
}

// wrongCode helps with a code that does not fit, without telling which codes
// exist.
func (p *Pages) wrongCode(c *web.Ctx, err error) error {
	f := ui.Filled("kode", c.Get("kode"))
	var near []string
	var ce *seal.CodeError
	e := fault.Field{Name: "kode", Key: "report.code.unknown"}
	if errors.As(err, &ce) {
		e.Key = "report.code.wrong"
		if ce.Word > 0 {
			e.Key, e.Args, near = "report.code.word", []any{"n", ce.Word, "typed", ce.Typed}, ce.Near
		}
	}
	f.Errors = []fault.Field{e}
	return c.PageAs(http.StatusUnprocessableEntity, title(c), askCodePage(f, near))
}
