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
	Seen    string // fingerprint of the step that was read
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
	e := stepEdit{draftView: v, Seen: seenStep(s), Typed: *s}
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
	e := stepEdit{draftView: v, Seen: c.Get("seen")}
	e.Form = c.Form()
	e.Typed, err = stepOf(*old, v.Manual, c.R.PostForm)
	if c.Get("go") == "more" { // all stands there as it was typed, and nothing is judged yet
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
		"note.id", d.Note.ID, "note.en", d.Note.EN, "when", mode(s.When))
	if d.Unit != "" {
		f.Values.Set("deadline.value", strconv.Itoa(d.Value))
	}
	f.Values["support"], f.Values["consent"] = s.Support, s.Consent
	for i, w := range s.DeadlineWhen {
		n := strconv.Itoa(i)
		for name, value := range map[string]string{"value": strconv.Itoa(w.Value), "unit": w.Unit, "basis": w.Basis, "certainty": w.Certainty} {
			f.Values.Set("dw."+name+"."+n, value)
		}
	}
	return f
}

func mode(c *protocol.Cond) string {
	switch {
	case c == nil:
		return "none"
	case len(c.Any) > 0:
		return "any"
	}
	return "all"
}

// comparisons are the rows of a simple condition.
func comparisons(c *protocol.Cond) []protocol.Cond {
	switch {
	case c == nil:
		return nil
	case c.Fact != "":
		return []protocol.Cond{*c}
	}
	return append(slices.Clone(c.All), c.Any...)
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
	number := func(name, unit string) int {
		n, err := strconv.Atoi(get(name))
		if unit != "" && (err != nil || n < 0 || n > 100_000) {
			k.Add(name, "manual.edit.number")
		}
		return n
	}
	s.Title = protocol.Text{ID: get("title.id"), EN: get("title.en")}
	k.Must("title.id", s.Title.ID)
	s.Actor, s.Support, s.Consent = v.Get("actor"), listed(old.Support, v["support"]), listed(old.Consent, v["consent"])
	s.Do, s.Forbid = pairs(v, "do"), pairs(v, "forbid")
	if manual.SimpleTrigger(old.Trigger) && v.Get("trigger") != "" {
		s.Trigger = triggerOf(v.Get("trigger"))
	}
	if manual.Simple(old.When) {
		condFaults(&k, old, v)
		s.When = condOf(v)
		if s.When != nil && fingerprint(old.When.Unplaced()) == fingerprint(s.When) {
			s.When = old.When
		}
	}
	s.Deadline = protocol.Deadline{}
	if unit := v.Get("deadline.unit"); unit != "" {
		s.Deadline = protocol.Deadline{Value: number("deadline.value", unit), Unit: unit, Anchor: v.Get("deadline.anchor"), Basis: v.Get("deadline.basis"),
			Certainty: v.Get("deadline.certainty"), Binding: v.Get("deadline.binding"), Note: protocol.Text{ID: get("note.id"), EN: get("note.en")}}
	}
	deadlineFaults(&k, old.Deadline, v)
	s.DeadlineWhen = slices.Clone(old.DeadlineWhen)
	for i := range s.DeadlineWhen {
		if n := "." + strconv.Itoa(i); v.Get("dw.unit"+n) == "" && get("dw.value"+n) != "" {
			k.Add("dw.unit"+n, "manual.edit.needs_unit")
		}
		w, n := &s.DeadlineWhen[i], "."+strconv.Itoa(i)
		w.Unit, w.Basis, w.Certainty = v.Get("dw.unit"+n), v.Get("dw.basis"+n), v.Get("dw.certainty"+n)
		w.Value = number("dw.value"+n, w.Unit)
	}
	if fact, value, ok := strings.Cut(v.Get("dw.new.if"), "="); ok {
		unit := v.Get("dw.new.unit")
		if unit == "" {
			k.Add("dw.new.unit", "field.missing")
		}
		s.DeadlineWhen = append(s.DeadlineWhen, protocol.DeadlineWhen{If: protocol.Cond{All: []protocol.Cond{{Fact: fact, Op: "eq", Value: []string{value}}}},
			Value: number("dw.new.value", unit), Unit: unit, Basis: v.Get("dw.new.basis"), Certainty: v.Get("dw.new.certainty")})
	} else if anyTyped(v, "dw.new.value", "dw.new.unit", "dw.new.basis", "dw.new.certainty") {
		k.Add("dw.new.if", "manual.edit.needs_if")
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

// condFaults says what of a condition would be lost: rows without a value that are
// not marked to be taken out, a fact that was chosen and not added, and rows under
// "always" where there was no condition.
func condFaults(k *plain.Checker, old protocol.Step, v url.Values) {
	typed := false
	for i := range v["cond.fact"] {
		n := strconv.Itoa(i)
		if v.Get("cond.drop."+n) == "yes" {
			continue
		}
		if typed = typed || len(v["cond.value."+n]) > 0; len(v["cond.value."+n]) == 0 && v.Get("when") != "none" {
			k.Add("cond.value."+n, "manual.edit.needs_value")
		}
	}
	if v.Get("cond.add") != "" {
		k.Add("cond.add", "manual.edit.not_added")
	}
	if v.Get("when") == "none" && old.When == nil && typed {
		k.Add("when", "manual.edit.always")
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

// condOf reads the rows of a condition: a fact, is or is not, and values. A row
// without values is none.
func condOf(v url.Values) *protocol.Cond {
	var rows []protocol.Cond
	for i, fact := range v["cond.fact"] {
		n := strconv.Itoa(i)
		values, not := v["cond.value."+n], v.Get("cond.op."+n) == "not"
		if len(values) == 0 || v.Get("cond.drop."+n) == "yes" {
			continue
		}
		op := map[bool]map[bool]string{false: {false: "eq", true: "ne"}, true: {false: "in", true: "not_in"}}[len(values) > 1][not]
		rows = append(rows, protocol.Cond{Fact: fact, Op: op, Value: values})
	}
	switch {
	case len(rows) == 0 || v.Get("when") == "none":
		return nil
	case v.Get("when") == "any":
		return &protocol.Cond{Any: rows}
	}
	return &protocol.Cond{All: rows}
}

// conditions lists the rows to show: what is there, what was typed without a value
// yet, and the fact that is to be added.
func (e stepEdit) conditions() (out []protocol.Cond) {
	typed := e.Form.Values["cond.fact"]
	if len(typed) == 0 {
		out = comparisons(e.Typed.When)
	}
	for i, fact := range typed {
		n := strconv.Itoa(i)
		op := map[bool]string{true: "ne", false: "eq"}[e.Form.Get("cond.op."+n) == "not"]
		out = append(out, protocol.Cond{Fact: fact, Op: op, Value: e.Form.Values["cond.value."+n]})
	}
	if add := e.Form.Get("cond.add"); add != "" && e.Form.Get("go") == "more" {
		out = append(out, protocol.Cond{Fact: add, Op: "eq"})
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

// comboOptions lists every fact with every value.
func comboOptions(v view) (out []ui.Option) {
	for _, f := range factOptions(v) {
		for _, x := range valueOptions(v, f.Value) {
			out = append(out, ui.Option{Value: f.Value + "=" + x.Value, Label: f.Label + ": " + x.Label})
		}
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

// adding is the choice of a fact to add: a row of its own once it was added.
func (e stepEdit) adding() ui.Form {
	if e.Form.Get("go") == "more" {
		return ui.Empty()
	}
	return e.Form
}

// wrongOther tells whether a fault stands among the deadlines under a condition.
func (e stepEdit) wrongOther() bool {
	return slices.ContainsFunc(e.Form.Errors, func(f fault.Field) bool { return strings.HasPrefix(f.Name, "dw.") })
}

// blank is how many empty lines a form offers.
func (e stepEdit) blank() int {
	if e.Form.Get("go") == "more" {
		return 4
	}
	return 1
}
