package casework

import (
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/record"
	"github.com/naungan/naungan/protocol"
)

// Bounds of a filled form: fields, answers to one of them, and runes in all.
const (
	maxFields  = 300
	maxChoices = 200
	maxFilled  = 100_000
)

// FillingDoc is a form of the manual, filled in for a step of the case. Another
// one of the same form and step supersedes it; the older stays readable.
type FillingDoc struct {
	Form    string              `json:"form"`
	Step    string              `json:"step,omitempty"` // "" where it was filled for no step in particular
	Manual  string              `json:"manual"`         // hash of the version whose form it is
	Draft   bool                `json:"draft,omitempty"`
	Answers map[string][]string `json:"answers"` // by field id
}

// AnswerField is how a page and a fault name the field of a form: apart from the
// page's own fields.
func AnswerField(id string) string { return "isi." + id }

// Check bounds the answers; what they mean is held to the form by Opened.Fill.
func (d FillingDoc) Check() error {
	var c checker
	c.must("form", d.Form)
	c.lines(map[string]string{"form": d.Form, "step": d.Step, "manual": d.Manual})
	if len(d.Answers) > maxFields {
		c.add("form", "field.too_many", "most", maxFields)
	}
	all := 0
	for _, id := range slices.Sorted(maps.Keys(d.Answers)) {
		name := AnswerField(id)
		if len(d.Answers[id]) > maxChoices {
			c.add(name, "field.too_many", "most", maxChoices)
			continue
		}
		for _, v := range d.Answers[id] {
			all += utf8.RuneCountInString(v)
			c.text(name, v, maxText)
		}
	}
	if all > maxFilled {
		c.add("form", "casework.filling.too_long", "most", maxFilled, "have", all)
	}
	return c.err()
}

// Filling returns the newest filling of a form for a step, draft or not. What was
// filled in for a step that has another id now is of that step.
func (o Opened) Filling(form, step string) (e Entry[FillingDoc], ok bool) {
	now := func(id string) string {
		if m := o.Eval.Manual; m != nil && m.StepNow(id) != nil {
			return m.StepNow(id).ID
		}
		return id
	}
	for _, f := range slices.Backward(o.Fillings) {
		if f.Doc.Form == form && now(f.Doc.Step) == now(step) {
			return f, true
		}
	}
	return e, false
}

// Finished returns the newest finished filling of a form in the case, whatever the
// step that it was filled in for.
func (o Opened) Finished(form string) (e Entry[FillingDoc], ok bool) {
	for _, f := range slices.Backward(o.Fillings) {
		if f.Doc.Form == form && !f.Doc.Draft {
			return f, true
		}
	}
	return e, false
}

// FillingAt returns the filling that was stored at a sequence.
func (o Opened) FillingAt(seq int64) (e Entry[FillingDoc], ok bool) {
	i := slices.IndexFunc(o.Fillings, func(f Entry[FillingDoc]) bool { return f.Seq == seq })
	if i < 0 {
		return e, false
	}
	return o.Fillings[i], true
}

// FormOf returns a form of the manual that can be filled in for a step ("" for
// none): it has fields, and the step brings it out or waits for it. NotFound else.
func FormOf(m *protocol.Manual, form, step string) (protocol.Form, error) {
	f, ok := m.Forms[form]
	s := m.Step(step)
	if !ok || len(f.Fields) == 0 || step != "" && (s == nil || !slices.Contains(s.Outputs, form) && !slices.Contains(s.RequiresForms, form)) {
		return f, fault.New(fault.NotFound, "fault.not_found")
	}
	return f, nil
}

// Filled is a sealed filling: where it was finished with what it says in the case's
// course, and the risk if it says one.
type Filled struct {
	Edit
	Risk Risk
	Seq  int64 // of the filling
}

// Fill seals a filling of a form that was read at seen (0: there was none). A draft
// is held to bounds only. A finished one is held to the form (each FieldFault is the
// argument "fault" of a field's fault), keeps only what is shown, is noted as filled,
// and what it says of facts is noted where it is new. Somebody else's newer filling
// is a Conflict.
func (o Opened) Fill(who access.Who, r Rules, now time.Time, day int64, d FillingDoc, seen int64) (out Filled, err error) {
	form, err := FormOf(r.Manual, d.Form, d.Step)
	if err != nil {
		return out, err
	}
	if last, _ := o.Filling(d.Form, d.Step); last.Seq != seen {
		return out, fault.New(fault.Conflict, "casework.conflict")
	}
	d.Manual = r.Manual.Hash()
	out.Seq = o.Head.Seq + 1
	if d.Draft {
		d.Answers = answersOf(form.Fields, d.Answers)
		pen := record.NewPen(o.Keys, who.Person, day, o.Head.Seq, o.Head.Hash)
		err = write(pen, d)
		out.Edit = Edit{ID: o.Head.ID, Change: pen.Written()}
		return out, err
	}
	d.Answers = answersOf(form.Shown(d.Answers), d.Answers)
	if faults := form.Validate(d.Answers); len(faults) > 0 {
		var fields []fault.Field
		for _, f := range faults {
			fields = append(fields, fault.Field{Name: AnswerField(f.Field), Key: "casework.filling.wrong", Args: []any{"fault", f}})
		}
		return out, fault.Of(fields...)
	}
	events := []protocol.Event{{Kind: protocol.FormFilled, Name: d.Form}}
	for _, e := range r.Manual.Says(d.Form, d.Answers) {
		if e.Value != o.Said(e.Name) {
			events = append(events, e)
		}
		if e.Name == "risk" {
			out.Risk = Risk(e.Value)
		}
	}
	out.Edit, err = o.Happen(who, r, now, day, events, d)
	return out, err
}

// answersOf returns what was answered to fields, without blanks.
func answersOf(fields []protocol.Field, given map[string][]string) map[string][]string {
	out := map[string][]string{}
	for _, d := range fields {
		for _, v := range given[d.ID] {
			if v = plain.Clean(v); v != "" {
				out[d.ID] = append(out[d.ID], v)
			}
		}
	}
	return out
}

// Wants returns the facts that decide what comes after a step and that nobody has
// said yet, in the order in which the manual asks for them: those of its decisions,
// and of the conditions of the steps that follow it.
func (o Opened) Wants(m *protocol.Manual, step string) (out []string) {
	s := m.Step(step)
	if s == nil {
		return nil
	}
	after := slices.Clone(s.Next)
	for _, d := range s.Decide {
		out = o.unsaid(out, d.If)
		after = append(after, d.Then, d.Else)
	}
	for _, other := range m.Steps {
		if slices.Contains(after, other.ID) || waitsFor(other.Trigger, step) {
			out = o.unsaid(out, other.When)
		}
	}
	return out
}

// LeftOpen returns what a step leaves open that is marked done along with events:
// the facts that decide what comes next (Wants), and the forms that it brings out
// and that were not finished in this case, neither here nor noted as on paper. A
// form serves all its steps, as it does for the manual's gates.
func (o Opened) LeftOpen(m *protocol.Manual, step string, events []protocol.Event) (facts, forms []string) {
	o.Course.Events = append(slices.Clone(o.Course.Events), events...)
	if s := m.Step(step); s != nil {
		for _, form := range s.Outputs {
			_, here := o.Finished(form)
			paper := slices.ContainsFunc(o.Course.Events, func(e protocol.Event) bool { return e.Kind == protocol.FormFilled && e.Name == form })
			if _, err := FormOf(m, form, step); err == nil && !here && !paper {
				forms = append(forms, form)
			}
		}
	}
	return o.Wants(m, step), forms
}

// Unasked returns the facts that nobody has said and that keep a step away whose
// time has come, where no step that is open or done asks for them (Wants).
func (o Opened) Unasked(m *protocol.Manual) (out []string) {
	var asked []string
	for _, t := range o.Eval.Tasks {
		if t.State.Open() || t.State == protocol.Done {
			asked = append(asked, o.Wants(m, t.Step.ID)...)
		}
	}
	for _, t := range o.Eval.Tasks {
		if t.State == protocol.NotApplicable {
			out = o.unsaid(out, t.Step.When)
		}
	}
	return slices.DeleteFunc(out, func(f string) bool { return slices.Contains(asked, f) })
}

func waitsFor(t protocol.Trigger, step string) bool {
	return t.StepDone == step || slices.ContainsFunc(t.Any, func(sub protocol.Trigger) bool { return waitsFor(sub, step) })
}

// unsaid adds the facts of a condition that nobody has said to a list, each once.
func (o Opened) unsaid(list []string, c *protocol.Cond) []string {
	if c == nil {
		return list
	}
	for _, sub := range append(slices.Clone(c.All), c.Any...) {
		list = o.unsaid(list, &sub)
	}
	list = o.unsaid(list, c.Not)
	if said := o.Said(c.Fact); c.Fact != "" && (said == "" || said == "unknown") && !slices.Contains(list, c.Fact) {
		list = append(list, c.Fact)
	}
	return list
}
