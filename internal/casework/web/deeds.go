package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/protocol"
)

func dayTime(d int64) time.Time { return clock.OfDay(d) }

func (p *Pages) steps(c *web.Ctx) error { return p.stepsWith(c, http.StatusOK, ui.Empty()) }

func (p *Pages) stepsWith(c *web.Ctx, status int, f ui.Form) error {
	v, err := p.opened(c, "steps")
	if err != nil {
		return err
	}
	v.Form = f
	return c.PageAs(status, title(c), stepsPage(v))
}

// doStep completes or skips a step, sets facts, or notes that something happened.
func (p *Pages) doStep(c *web.Ctx) error {
	err := retry(func() error {
		v, err := p.opened(c, "steps")
		if err != nil {
			return err
		}
		events, note, err := stepEvents(c, v)
		if err != nil || len(events) == 0 && note == "" {
			return err
		}
		rules, err := p.s.Rules(c.R.Context(), v.Head.Manual)
		if err != nil {
			return err
		}
		left := leftOpen(c, v, events)
		if left != "" && c.Get("anyway") == "yes" {
			events[len(events)-1].Value = note // the history tells why it was done all the same
		}
		var more []casework.Document
		if note != "" {
			more = append(more, casework.NoteDoc{Text: note, Step: c.Get("step")})
		}
		e, err := v.Happen(c.Who(), rules, c.Now, c.Today(), events, more...)
		if err != nil {
			return err
		}
		if err := mayLeave(c, v, left, events, note); err != nil {
			return err
		}
		if risk := factOf(events, "risk"); risk != "" {
			return p.s.Rate(c.R.Context(), c.Who(), e, casework.Risk(risk))
		}
		return p.s.Happened(c.R.Context(), c.Who(), e)
	})
	if err != nil {
		return p.notDone(c, err)
	}
	return c.Done("/kasus/"+c.R.PathValue("id")+"/langkah", "step")
}

// leftOpen says what a step of ours that is marked done leaves open, in words; ""
// where that is nothing, or no step is marked done.
func leftOpen(c *web.Ctx, v caseView, events []protocol.Event) string {
	if c.Get("go") != "done" {
		return ""
	}
	facts, forms := v.LeftOpen(v.Manual, c.Get("step"), events)
	for i, name := range facts {
		facts[i] = factTitle(c.P, v.Manual, name)
	}
	var words []string
	if facts != nil {
		words = append(words, c.P.T("casework.anyway.facts", "list", strings.Join(facts, ", ")))
	}
	if forms != nil {
		words = append(words, c.P.T("casework.anyway.forms", "list", strings.Join(titlesOf(v.Manual, forms, c.P.Lang()), ", ")))
	}
	return strings.Join(words, "; ")
}

// mayLeave refuses a step that leaves something open until the worker ticks that it
// is done all the same and says why. Where danger is said the tick is enough: help
// that saves a life waits for no words (G-LIFE).
func mayLeave(c *web.Ctx, v caseView, left string, events []protocol.Event, note string) error {
	danger := cmp.Or(factOf(events, "immediate_danger"), v.Said("immediate_danger")) == "true"
	switch {
	case left == "":
		return nil
	case c.Get("anyway") != "yes":
		return fault.Of(fault.Field{Name: "anyway", Key: "casework.anyway.left", Args: []any{"what", left}})
	case note == "" && !danger:
		return fault.Of(fault.Field{Name: "text", Key: "casework.reason.missing"})
	}
	return nil
}

// notDone shows the steps again with what is wrong beside the form it was typed
// into, in the manual's own words.
func (p *Pages) notDone(c *web.Ctx, err error) error {
	v, oerr := p.opened(c, "steps")
	if oerr != nil {
		return oerr
	}
	return c.Invalid(guarded(c, v.Manual, err, "event"), "step", "", c.Form(), func(f ui.Form) error {
		for i, e := range f.Errors {
			switch {
			case e.Key == "casework.step.blocked":
				t, _ := v.Eval.Task(c.Get("step"))
				f.Errors[i].Args = []any{"missing", strings.Join(titlesOf(v.Manual, t.Missing, c.P.Lang()), ", ")}
				fallthrough
			case e.Name == "when" && c.Get("go") == "heard":
				f.Errors[i].Name = "heard-" + c.Get("step")
			case e.Name == "step" || e.Name == "text":
				f.Errors[i].Name = "text-" + c.Get("step")
			case v.Manual.Facts[e.Name].Type != "" && c.Get("step") != "":
				f.Errors[i].Name = askName(c.Get("step"), e.Name)
			case v.Manual.Facts[e.Name].Type != "":
				f.Errors[i].Name = "fact." + e.Name
			}
		}
		v.Form = f
		return c.PageAs(http.StatusUnprocessableEntity, title(c), stepsPage(v))
	})
}

// guarded turns the refusal of a guard into a field's fault that says the guard's
// rule and what opens it; other errors stay as they are.
func guarded(c *web.Ctx, m *protocol.Manual, err error, field string) error {
	key, args := fault.Message(err)
	if key != "casework.forbidden" || len(args) < 2 {
		return err
	}
	first := ""
	if k := fmt.Sprintf("casework.guard_first.%v", args[1]); c.P.Has(k) {
		first = c.P.T(k)
	}
	for _, g := range m.Guards {
		if g.ID == args[1] {
			return fault.Of(fault.Field{Name: field, Key: "casework.guarded", Args: []any{"rule", g.Rule.In(c.P.Lang()), "first", first}})
		}
	}
	return err
}

func factOf(events []protocol.Event, name string) string {
	for _, e := range events {
		if e.Kind == protocol.FactSet && e.Name == name {
			return e.Value
		}
	}
	return ""
}

// stepEvents reads what the form says happened: facts only where they changed, and
// before the step that they were asked in.
func stepEvents(c *web.Ctx, v caseView) (out []protocol.Event, note string, err error) {
	text := plain.Clean(c.Get("text"))
	if out, err = factEvents(c, v); err != nil {
		return nil, "", err
	}
	switch c.Get("go") {
	case "done":
		return append(out, protocol.Event{Kind: protocol.StepDone, Name: c.Get("step")}), text, nil
	case "heard": // another institution did it, and somebody here heard of it
		day, err := stated(c.Get("heard_day"), "")
		return append(out, protocol.Event{Kind: protocol.StepDone, Name: c.Get("step"), When: day}), text, err
	case "skip":
		return append(out, protocol.Event{Kind: protocol.StepSkipped, Name: c.Get("step"), Value: text}), "", nil
	case "facts":
		if c.Get("step") == "" { // the list of all facts has no note
			text = ""
		}
		return out, text, nil
	case "happened":
		when, err := stated(c.Get("when"), c.Get("when_time"))
		return []protocol.Event{{Kind: protocol.Occurred, Name: c.Get("event"), When: when}}, text, err
	case "form":
		return []protocol.Event{{Kind: protocol.FormFilled, Name: c.Get("form")}}, text, nil
	}
	return nil, "", nil
}

// factEvents reads the answers that were changed on the page. One that somebody else
// changed since the page was read is that person's to settle: a page that is old does
// not bring an old answer back.
func factEvents(c *web.Ctx, v caseView) (out []protocol.Event, err error) {
	var newer []fault.Field
	for name := range v.Manual.Facts {
		value, said := c.Get("fact."+name), v.Said(name)
		was := said
		if c.R.PostForm.Has("was." + name) {
			was = c.Get("was." + name)
		}
		switch {
		case value == "" || value == said || value == was:
		case was != said:
			newer = append(newer, fault.Field{Name: name, Key: "casework.facts_newer", Args: []any{"value", valueTitle(c.P, v.Manual, name, said)}})
		default:
			out = append(out, protocol.Event{Kind: protocol.FactSet, Name: name, Value: value})
		}
	}
	slices.SortFunc(out, func(a, b protocol.Event) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(newer, func(a, b fault.Field) int { return strings.Compare(a.Name, b.Name) })
	if newer != nil {
		err = fault.Of(newer...)
	}
	return out, err
}

// stated reads a day and an hour; a day alone counts from its beginning, so that
// no clock runs late. Nothing typed is the zero time.
func stated(day, hour string) (time.Time, error) {
	if day == "" && hour == "" {
		return time.Time{}, nil
	}
	if hour == "" {
		hour = "00:00"
	}
	t, err := time.ParseInLocation("2006-01-02 15:04", day+" "+strings.ReplaceAll(hour, ".", ":"), clock.Jakarta)
	if err != nil {
		return t, fault.Of(fault.Field{Name: "when", Key: "casework.when.malformed"})
	}
	return t, nil
}

func (p *Pages) notes(c *web.Ctx) error {
	v, err := p.opened(c, "notes")
	if err != nil {
		return err
	}
	return c.Page(title(c), notesPage(v))
}

// write seals a document onto the newest state and stores it, trying again where
// a colleague wrote at the same moment.
func (p *Pages) write(c *web.Ctx, doc func(v caseView) (casework.Document, int64)) error {
	return retry(func() error {
		v, err := p.opened(c, "")
		if err != nil {
			return err
		}
		d, seen := doc(v)
		e, err := v.Save(c.Keyring(), c.Who(), c.Today(), d, seen)
		if err != nil {
			return err
		}
		return p.s.Save(c.R.Context(), c.Who(), e, d.Kind())
	})
}

func (p *Pages) addNote(c *web.Ctx) error {
	note := casework.NoteDoc{Text: plain.Clean(c.Get("text")), Heavy: c.Get("heavy") == "yes"}
	err := p.write(c, func(caseView) (casework.Document, int64) { return note, 0 })
	if err != nil {
		return c.Invalid(err, "text", "", c.Form(), func(f ui.Form) error {
			v, err := p.opened(c, "notes")
			v.Form = f
			return errors.Join(err, c.PageAs(http.StatusUnprocessableEntity, title(c), notesPage(v)))
		})
	}
	return c.Done("/kasus/"+c.R.PathValue("id")+"/catatan", "noted")
}

func (p *Pages) consents(c *web.Ctx) error {
	v, err := p.opened(c, "consents")
	if err != nil {
		return err
	}
	return c.Page(title(c), consentsPage(v))
}

// addConsent writes the ledger and tells the manual, which may open a gate.
func (p *Pages) addConsent(c *web.Ctx) error {
	entry := casework.Consent{ID: c.Get("consent"), State: c.Get("state"), By: plain.Clean(c.Get("by")), Purpose: plain.Clean(c.Get("purpose")), Evidence: plain.Clean(c.Get("evidence")), Day: c.Today()}
	var m *protocol.Manual
	err := retry(func() error {
		v, err := p.opened(c, "consents")
		if err != nil {
			return err
		}
		if err := entry.Check(); err != nil {
			return err
		}
		rules, err := p.s.Rules(c.R.Context(), v.Head.Manual)
		if err != nil {
			return err
		}
		m = rules.Manual
		ledger := casework.ConsentsDoc{Entries: append(slices.Clone(v.Consents.Entries), entry)}
		e, err := v.Happen(c.Who(), rules, c.Now, c.Today(), []protocol.Event{{Kind: protocol.ConsentSet, Name: entry.ID, Value: entry.State}}, ledger)
		if err != nil {
			return err
		}
		return p.s.Happened(c.R.Context(), c.Who(), e)
	})
	if err != nil {
		return c.Invalid(guarded(c, m, err, "consent"), "consent", "", c.Form(), func(f ui.Form) error {
			v, err := p.opened(c, "consents")
			v.Form = f
			return errors.Join(err, c.PageAs(http.StatusUnprocessableEntity, title(c), consentsPage(v)))
		})
	}
	return c.Done("/kasus/"+c.R.PathValue("id")+"/persetujuan", "consent")
}

func (p *Pages) askIdentity(c *web.Ctx) error {
	v, err := p.opened(c, "identity")
	if err != nil {
		return err
	}
	return c.Page(title(c), askIdentityPage(v))
}

// identity opens the sealed identity for a reason, after the password was typed
// again.
func (p *Pages) identity(c *web.Ctx) error {
	if !c.Keyring().HasIdentity() {
		return fault.New(fault.StepUp, "fault.step_up")
	}
	reason := c.Get("reason")
	if !slices.Contains(reasons, reason) {
		reason = ""
	}
	view, err := p.s.ShowIdentity(c.R.Context(), c.Who(), c.R.PathValue("id"), reason)
	if err != nil {
		return c.Invalid(err, "reason", "", c.Form(), func(f ui.Form) error {
			v, err := p.opened(c, "identity")
			v.Form = f
			return errors.Join(err, c.PageAs(http.StatusUnprocessableEntity, title(c), askIdentityPage(v)))
		})
	}
	v, err := p.open(c, view, "identity")
	if err != nil {
		return err
	}
	v.Form = identityForm(v.Identity)
	return c.Page(title(c), identityPage(v, false))
}

// reasons are the codes for opening an identity; they stand in the audit.
var reasons = []string{"contact", "safety", "referral", "police", "correction", "closing"}

func (p *Pages) saveIdentity(c *web.Ctx) error {
	if !c.Keyring().HasIdentity() {
		return fault.New(fault.StepUp, "fault.step_up")
	}
	d := identityOf(c.R.PostForm)
	seen := seenOf(c)
	v, err := p.openedWhole(c, "identity", "correction")
	if err != nil {
		return err
	}
	e, err := v.Save(c.Keyring(), c.Who(), c.Today(), d, seen)
	if err == nil {
		err = p.s.Save(c.R.Context(), c.Who(), e, casework.Identity)
	}
	if err != nil {
		return c.Invalid(err, "name", "", c.Form(), func(f ui.Form) error {
			conflict := fault.KindOf(err) == fault.Conflict
			if conflict { // perhaps written since v was read
				if v, err = p.openedWhole(c, "identity", "correction"); err != nil {
					return err
				}
			}
			v.Form = f
			return c.PageAs(http.StatusUnprocessableEntity, title(c), identityPage(v, conflict))
		})
	}
	return c.Done("/kasus/"+c.R.PathValue("id"), "saved")
}

func identityForm(d casework.IdentityDoc) ui.Form {
	f := ui.Filled("name", d.Name, "alias", d.Alias, "nik", d.NIK, "address", d.Address, "kecamatan", d.Kecamatan, "kelurahan", d.Kelurahan, "school", d.School, "sex", d.Sex)
	if d.BirthYear > 0 {
		f.Values.Set("birth_year", itoa(int64(d.BirthYear)))
	}
	for _, ph := range d.Phones {
		f.Values.Add("phone", ph.Number)
		f.Values.Add("whose", ph.Whose)
	}
	for _, pe := range d.People {
		f.Values.Add("person", pe.Name)
		f.Values.Add("relation", pe.Relation)
		f.Values.Add("safe", pe.Safe)
	}
	return f
}

func (p *Pages) manage(c *web.Ctx) error { return p.manageWith(c, http.StatusOK, ui.Empty()) }

func (p *Pages) manageWith(c *web.Ctx, status int, f ui.Form) error {
	v, err := p.opened(c, "manage")
	if err != nil {
		return err
	}
	v.Form = f
	if p.s.May(c.Who(), "casework.wall", v.Head.Team) {
		_, err := p.s.Restricted(c.R.Context(), v.Head.Team)
		v.Walls = err == nil
	}
	return c.PageAs(status, title(c), managePage(v))
}

// doManage moves, assigns, asks, decides and walls.
func (p *Pages) doManage(c *web.Ctx) error {
	id := c.R.PathValue("id")
	if c.Get("deed") == "wall" {
		if err := p.wall(c); err != nil {
			return c.Invalid(err, "reason", "", c.Form(), func(f ui.Form) error { return p.manageWith(c, http.StatusUnprocessableEntity, f) })
		}
		return nil
	}
	err := retry(func() error {
		v, err := p.opened(c, "manage")
		if err != nil {
			return err
		}
		return p.managed(c, v)
	})
	if err != nil {
		return c.Invalid(err, "reason", "", c.Form(), func(f ui.Form) error { return p.manageWith(c, http.StatusUnprocessableEntity, f) })
	}
	return c.Done("/kasus/"+id+"/kelola", "saved")
}

func (p *Pages) managed(c *web.Ctx, v caseView) error {
	ctx, who := c.R.Context(), c.Who()
	t := casework.TransitionDoc{Deed: c.Get("deed"), From: v.Head.Status, To: v.Head.Status, Reason: plain.Clean(c.Get("reason"))}
	var events []protocol.Event
	switch c.Get("deed") {
	case "move":
		t.To = casework.Status(c.Get("status"))
	case "assign":
		t.Worker, t.Second = c.Get("worker"), c.Get("second")
	case "close":
		if v.Head.Status.Early() {
			t.Cause = c.Get("cause")
		}
		events = append(events, protocol.Event{Kind: protocol.Occurred, Name: protocol.ClosureProposed})
	case "print_identity":
	case "decide":
		i := slices.IndexFunc(v.Requests, func(r casework.Request) bool { return r.ID == c.Get("request") })
		if t.Deed = "refuse"; c.Get("yes") == "yes" {
			t.Deed = "agree"
			if i >= 0 && v.Requests[i].Kind == "close" { // the stored kind, not the form's
				t.To = casework.Closed
			}
		}
	default:
		return fault.New(fault.Invalid, "fault.malformed")
	}
	rules, err := p.s.Rules(c.R.Context(), v.Head.Manual)
	if err != nil {
		return err
	}
	e, err := v.Happen(who, rules, c.Now, c.Today(), events, t)
	if err != nil {
		return err
	}
	switch c.Get("deed") {
	case "move":
		return p.s.Move(ctx, who, e, t.To)
	case "assign":
		return p.s.Assign(ctx, who, e, t.Worker, t.Second)
	case "decide":
		return p.s.Answer(ctx, who, e, c.Get("request"), c.Get("yes") == "yes")
	}
	return p.s.Ask(ctx, who, e, c.Get("deed"))
}

// wall moves a case to the independent team; the supervisor is told who opened
// it before.
func (p *Pages) wall(c *web.Ctx) error {
	if !c.Keyring().HasIdentity() {
		return fault.New(fault.StepUp, "fault.step_up")
	}
	v, err := p.openedWhole(c, "manage", "wall")
	if err != nil {
		return err
	}
	ctx, who := c.R.Context(), c.Who()
	trail, err := p.s.Openings(ctx, who, v.Head.ID)
	if err != nil {
		return err
	}
	to, err := p.s.Restricted(ctx, v.Head.Team)
	if err != nil {
		return err
	}
	w, err := v.Wall(c.Keyring(), who, to, plain.Clean(c.Get("reason")), c.Today())
	if err != nil {
		return err
	}
	for _, id := range v.Reports {
		view, err := p.s.Report(ctx, who, id, "wall")
		if err != nil {
			return err
		}
		if err := w.AddReport(c.Keyring(), who, view, c.Today()); err != nil {
			return err
		}
	}
	if err := p.s.Wall(ctx, who, w); err != nil {
		return err
	}
	return c.Page(title(c), walledPage(v.Names, trail))
}

func (p *Pages) trail(c *web.Ctx) error {
	v, err := p.opened(c, "trail")
	if err != nil {
		return err
	}
	list, err := p.s.Trail(c.R.Context(), c.Who(), v.Head.ID)
	if err != nil {
		return err
	}
	return c.Page(title(c), trailPage(v, list))
}

// print numbers a print and shows it: pseudonymous, or with the identity where a
// second person approved.
func (p *Pages) print(c *web.Ctx) error {
	kind := c.Get("kind")
	if kind == "filling" {
		return p.printFilling(c)
	}
	if kind != "identity" {
		kind = "case"
	} else if !c.Keyring().HasIdentity() {
		return fault.New(fault.StepUp, "fault.step_up")
	}
	n, err := p.s.Print(c.R.Context(), c.Who(), c.R.PathValue("id"), kind)
	if err != nil {
		return err
	}
	var v caseView
	if kind == "identity" {
		v, err = p.openedWhole(c, "print", "print")
	} else {
		v, err = p.opened(c, "print")
	}
	if err != nil {
		return err
	}
	return c.Page(title(c), printPage(v, n, kind == "identity", moments(c, v)))
}

// papersOf lists the paper pack.
var papersOf = []string{"formulir", "rujukan", "penugasan", "serah-terima", "simfoni"}

func (p *Pages) papers(c *web.Ctx) error {
	v, err := p.opened(c, "papers")
	if err != nil {
		return err
	}
	return c.Page(title(c), papersPage(v))
}

func (p *Pages) paper(c *web.Ctx) error {
	name := c.R.PathValue("paper")
	if !slices.Contains(papersOf, name) {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	v, err := p.opened(c, "papers")
	if err != nil {
		return err
	}
	return c.Page(title(c), paperPage(v, name))
}
