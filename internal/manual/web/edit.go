package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/manual/flow"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/protocol"
)

// stepEdit is one step of a draft as a form.
type stepEdit struct {
	draftView
	Seen    string        // fingerprint of the step that was read
	Old     protocol.Step // as the draft has it: its rows are numbered by it
	Typed   protocol.Step
	Here    []protocol.Problem // what is wrong within the step
	Theirs  []thing            // what somebody else saved meanwhile, against what was typed
	Preview *view              // the manual as it would be
}

// fingerprint names a part of the manual as it was read.
func fingerprint(part any) string {
	text, err := json.Marshal(part)
	if err != nil {
		return ""
	}
	h := sha256.Sum256(text)
	return hex.EncodeToString(h[:16])
}

// seenStep leaves out where the step stands: another part may have grown.
func seenStep(s *protocol.Step) string {
	c := unplaced(*s)
	return fingerprint(c)
}

func unplaced(s protocol.Step) protocol.Step {
	s.Line = 0
	s.When, s.ConsentUnless = s.When.Unplaced(), s.ConsentUnless.Unplaced()
	s.DeadlineWhen = slices.Clone(s.DeadlineWhen)
	for i := range s.DeadlineWhen {
		s.DeadlineWhen[i].If = *s.DeadlineWhen[i].If.Unplaced()
	}
	s.Decide = slices.Clone(s.Decide)
	for i := range s.Decide {
		s.Decide[i].If = s.Decide[i].If.Unplaced()
	}
	return s
}

// writable loads a draft that is still written.
func (p *Pages) writable(c *web.Ctx) (draftView, error) {
	v, err := p.loadDraft(c)
	if err == nil && v.State != manual.Draft {
		err = fault.New(fault.Gone, "manual.edit.not_draft")
	}
	return v, err
}

func (p *Pages) editStep(c *web.Ctx) error {
	v, err := p.writable(c)
	if err != nil {
		return err
	}
	s := v.Manual.Step(c.R.PathValue("step"))
	if s == nil {
		return notFound
	}
	e := stepEdit{draftView: v, Seen: seenStep(s), Old: *s, Typed: *s}
	e.Form = stepForm(*s)
	return p.showStep(c, http.StatusOK, e)
}

func (p *Pages) showStep(c *web.Ctx, status int, e stepEdit) error {
	e.Here = problemsOf(e.Full, e.Problems, e.Typed.ID)
	return c.PageAs(status, title(c), stepEditPage(e))
}

// untilSettled runs a save again while another part of the draft is saved at the
// same moment.
func untilSettled(c *web.Ctx, save func(c *web.Ctx) error) (err error) {
	for range 4 {
		if err = save(c); err == nil {
			return nil
		}
		if key, _ := fault.Message(err); key != "manual.edit.newer" {
			return err
		}
	}
	return err
}

// saveStep stores what was typed of a step, shows how it would look, adds rows, or
// takes the step out.
func (p *Pages) saveStep(c *web.Ctx) error { return untilSettled(c, p.trySaveStep) }

func (p *Pages) trySaveStep(c *web.Ctx) error {
	v, err := p.writable(c)
	if err != nil {
		return err
	}
	id := c.R.PathValue("step")
	old := v.Manual.Step(id)
	if old == nil {
		return notFound
	}
	e := stepEdit{draftView: v, Seen: c.Get("seen"), Old: *old}
	e.Form = c.Form()
	e.Typed, err = stepOf(*old, v.Manual, c.R.PostForm)
	if _, _, cond := condDeed(c.Get("go")); cond || c.Get("go") == "more" { // all stands there as it was typed, and nothing is judged yet
		return p.showStep(c, http.StatusOK, e)
	}
	if err != nil {
		e.Form.Errors = fault.Fields(err)
		return p.showStep(c, http.StatusUnprocessableEntity, e)
	}
	text, err := e.text(c.Get("go") == "remove")
	if err != nil {
		return p.stepFault(c, e, err)
	}
	now, err := parse(text)
	if err != nil {
		return p.stepFault(c, e, err)
	}
	if c.Get("go") == "preview" {
		e.preview(now, text)
		return p.showStep(c, http.StatusOK, e)
	}
	if seenStep(old) != e.Seen {
		e.Seen, e.Theirs = seenStep(old), together(protocol.Diff(v.Manual, now))
		return p.showStep(c, http.StatusConflict, e)
	}
	if err := p.s.Save(c.R.Context(), c.Who(), v.Full.ID, v.Hash, text, "steps/"+id, plain.Clean(c.Get("reason"))); err != nil {
		if key, _ := fault.Message(err); key == "manual.edit.newer" {
			return err
		}
		return c.Invalid(err, "reason", "", e.Form, func(f ui.Form) error {
			e.Form = f
			return p.showStep(c, http.StatusUnprocessableEntity, e)
		})
	}
	if c.Get("go") == "remove" {
		return c.Done(draftPath(v.Full.ID), "manual_saved")
	}
	return c.Done(draftPath(v.Full.ID)+"/langkah/"+id, "manual_saved")
}

// text is the draft with what was typed.
func (e stepEdit) text(remove bool) ([]byte, error) {
	if remove {
		return manual.RemoveStep(e.Text, e.Typed.ID)
	}
	return manual.EditStep(e.Text, e.Manual, e.Typed)
}

func (e *stepEdit) preview(now *protocol.Manual, text []byte) {
	v := e.view
	v.Manual, v.Words = now, flow.Say(now, v.L)
	e.Preview, e.Problems, e.Manual, e.Text = &v, protocol.Check(now), now, text
}

// stepFault says that a place of the text cannot be changed by a form.
func (p *Pages) stepFault(c *web.Ctx, e stepEdit, err error) error {
	if !errors.Is(err, protocol.ErrCannotEdit) && !errors.Is(err, protocol.ErrNoPlace) {
		return err
	}
	e.Form.Errors = []fault.Field{{Name: "reason", Key: "manual.edit.by_hand"}}
	return p.showStep(c, http.StatusUnprocessableEntity, e)
}

// stepForm fills the fields that hold one value.
func stepForm(s protocol.Step) ui.Form {
	d := s.Deadline
	f := ui.Filled("title.id", s.Title.ID, "title.en", s.Title.EN, "actor", s.Actor, "trigger", triggerCode(s.Trigger),
		"deadline.unit", d.Unit, "deadline.anchor", d.Anchor, "deadline.basis", d.Basis, "deadline.certainty", d.Certainty, "deadline.binding", d.Binding,
		"note.id", d.Note.ID, "note.en", d.Note.EN)
	if d.Unit != "" {
		f.Values.Set("deadline.value", strconv.Itoa(d.Value))
	}
	f.Values["support"], f.Values["consent"] = s.Support, s.Consent
	partsForm(f, s)
	return f
}

func triggerCode(t protocol.Trigger) string {
	switch {
	case t.Event != "":
		return "event:" + t.Event
	case t.StepDone != "":
		return "step:" + t.StepDone
	case t.FactChange != "":
		return "fact:" + t.FactChange
	}
	return ""
}

func triggerOf(code string) protocol.Trigger {
	kind, name, _ := strings.Cut(code, ":")
	switch kind {
	case "event":
		return protocol.Trigger{Event: name}
	case "step":
		return protocol.Trigger{StepDone: name}
	}
	return protocol.Trigger{FactChange: name}
}

// stepOf is a step as it was typed. Numbers that are none are an Invalid fault.
func stepOf(old protocol.Step, m *protocol.Manual, v url.Values) (protocol.Step, error) {
	s, get := old, func(name string) string { return plain.Clean(v.Get(name)) }
	var k plain.Checker
	r := rowReader{&k, v}
	s.Title = protocol.Text{ID: get("title.id"), EN: get("title.en")}
	k.Must("title.id", s.Title.ID)
	s.Actor, s.Support, s.Consent = v.Get("actor"), listed(old.Support, v["support"]), listed(old.Consent, v["consent"])
	s.Do, s.Forbid = pairs(v, "do"), pairs(v, "forbid")
	if manual.SimpleTrigger(old.Trigger) && v.Get("trigger") != "" {
		s.Trigger = triggerOf(v.Get("trigger"))
	}
	s.When = typedCond(&k, v, "when", old.When)
	s.Deadline = protocol.Deadline{}
	if unit := v.Get("deadline.unit"); unit != "" {
		s.Deadline = protocol.Deadline{Value: r.number("deadline.value", unit), Unit: unit, Anchor: v.Get("deadline.anchor"), Basis: v.Get("deadline.basis"),
			Certainty: v.Get("deadline.certainty"), Binding: v.Get("deadline.binding"), Note: protocol.Text{ID: get("note.id"), EN: get("note.en")}}
	}
	deadlineFaults(&k, old.Deadline, v)
	s.DeadlineWhen, s.Track, s.Decide = r.whens(old.DeadlineWhen), r.tracks(old.Track), r.decides(old.Decide)
	if v.Get("codes.shown") == "yes" {
		s.Outputs, s.OnOverdue, s.Refs = listed(old.Outputs, v["outputs"]), listed(old.OnOverdue, v["overdue"]), listed(old.Refs, v["refs"])
	}
	for name, list := range map[string][]protocol.Text{"do": s.Do, "forbid": s.Forbid, "title.id": {s.Title}, "note.id": {s.Deadline.Note}} {
		k.Count(name, len(list), 60)
		for _, t := range list {
			k.Text(name, t.ID, 2000)
			k.Text(name, t.EN, 2000)
		}
	}
	return s, k.Err()
}

// deadlineFaults says what of a deadline would be lost because it has no unit:
// value and unit emptied together take it out.
func deadlineFaults(k *plain.Checker, old protocol.Deadline, v url.Values) {
	if v.Get("deadline.unit") != "" {
		return
	}
	was := map[string]string{"deadline.anchor": old.Anchor, "deadline.basis": old.Basis, "deadline.certainty": old.Certainty, "deadline.binding": old.Binding, "note.id": old.Note.ID, "note.en": old.Note.EN}
	lost := anyTyped(v, "deadline.value")
	for name, old := range was {
		now := plain.Clean(v.Get(name))
		lost = lost || now != "" && now != old
	}
	if lost {
		k.Add("deadline.unit", "manual.edit.needs_unit")
	}
}

// listed keeps the order in which codes stood; new ones follow.
func listed(old, now []string) (out []string) {
	for _, c := range append(slices.Clone(old), now...) {
		if slices.Contains(now, c) && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// pairs reads rows of a text in two languages; empty rows are none.
func pairs(v url.Values, name string) (out []protocol.Text) {
	en := v[name+".en"]
	for i, id := range v[name+".id"] {
		t := protocol.Text{ID: plain.Clean(id)}
		if i < len(en) {
			t.EN = plain.Clean(en[i])
		}
		if t != (protocol.Text{}) {
			out = append(out, t)
		}
	}
	return out
}

func roleOptions(v view) (out []ui.Option) {
	for _, id := range keys(v.Manual.Roles) {
		out = append(out, ui.Option{Value: id, Label: roleName(v, id)})
	}
	return out
}

func factOptions(v view) (out []ui.Option) {
	for _, id := range keys(v.Manual.Facts) {
		out = append(out, ui.Option{Value: id, Label: v.Words.Fact(id)})
	}
	return out
}

func valueOptions(v view, fact string) (out []ui.Option) {
	for _, x := range v.Manual.Facts[fact].Answers() {
		out = append(out, ui.Option{Value: x, Label: v.Manual.ValueText(fact, x).In(v.L)})
	}
	return out
}

func triggerOptions(ctx context.Context, v view) (out []ui.Option) {
	for _, e := range v.Manual.Events() {
		out = append(out, ui.Option{Value: "event:" + e, Label: ui.T(ctx, "manual.edit.on_event", "what", v.Words.Event(e))})
	}
	for _, s := range v.Manual.Steps {
		out = append(out, ui.Option{Value: "step:" + s.ID, Label: ui.T(ctx, "manual.edit.on_step", "what", v.Words.Step(s.ID))})
	}
	for _, f := range factOptions(v) {
		out = append(out, ui.Option{Value: "fact:" + f.Value, Label: ui.T(ctx, "manual.edit.on_fact", "what", f.Label)})
	}
	return out
}

// anchorOptions lists what deadlines of this manual count from.
func anchorOptions(v view, now string) (out []ui.Option) {
	names := v.Manual.Events()
	add := func(a string) {
		if a != "" && !slices.Contains(names, a) {
			names = append(names, a)
		}
	}
	add(now)
	for _, s := range v.Manual.Steps {
		add(s.Deadline.Anchor)
	}
	for _, n := range names {
		out = append(out, ui.Option{Value: n, Label: v.Manual.AnchorText(n).In(v.L)})
	}
	slices.SortStableFunc(out, func(a, b ui.Option) int { return strings.Compare(a.Label, b.Label) })
	return out
}

func wordOptions(ctx context.Context, prefix string, codes ...string) (out []ui.Option) {
	for _, c := range codes {
		out = append(out, ui.Option{Value: c, Label: ui.T(ctx, prefix+"."+c)})
	}
	return out
}

func consentOptions(v view) (out []ui.Option) {
	for _, id := range keys(v.Manual.Consents) {
		out = append(out, ui.Option{Value: id, Label: v.Manual.Consents[id].Name(v.L)})
	}
	return out
}

// adding is the choice of what a line to be added asks for: chosen no longer once a
// button of a condition was pressed.
func adding(f ui.Form, at string) ui.Form {
	if _, place, pressed := condDeed(f.Get("go")); pressed && place == at {
		return ui.Form{Errors: f.Errors}
	}
	return f
}

// addLabel and addWord say what is added to a group, n its number, "" the whole.
func addLabel(ctx context.Context, n string) string {
	if n == "" {
		return ui.T(ctx, "manual.edit.add_fact")
	}
	return ui.T(ctx, "manual.cond.add_fact_in", "n", strings.TrimSuffix(n, "."))
}

func addWord(ctx context.Context, what, n string) string {
	if n == "" {
		return ui.T(ctx, "manual.cond.add_"+what)
	}
	return ui.T(ctx, "manual.cond.add_"+what+"_in", "n", strings.TrimSuffix(n, "."))
}

func opWord(not bool) string { return map[bool]string{false: "is", true: "not"}[not] }

// within tells whether a button of a condition was pressed, or a fault stands, among
// the fields that begin so: the part is shown open.
func within(f ui.Form, begins string) bool {
	_, place, pressed := condDeed(f.Get("go"))
	return pressed && strings.HasPrefix(place, begins) || slices.ContainsFunc(f.Errors, func(e fault.Field) bool { return strings.HasPrefix(e.Name, begins) })
}

// blank is how many empty lines a form offers.
func (e stepEdit) blank() int {
	if e.Form.Get("go") == "more" {
		return 4
	}
	return 1
}
