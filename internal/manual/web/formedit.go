package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/protocol"
)

// formEdit is one form of a draft, to be changed.
type formEdit struct {
	draftView
	ID, Seen string
	Typed    protocol.Form
	Theirs   []thing
}

func (e formEdit) path() string { return draftPath(e.Full.ID) + "/formulir/" + e.ID }

// fieldAsking asks for the fields above a place that have answers to choose from.
func fieldAsking(ctx context.Context, v view, f protocol.Form, place int) asking {
	above := f.Fields[:min(place, len(f.Fields))]
	a := asking{Say: func(c protocol.Cond) string { return shownWhen(ctx, v, f, c) }}
	for _, x := range above {
		if len(answersOf(x)) > 0 {
			a.Facts = append(a.Facts, ui.Option{Value: x.ID, Label: x.Label.In(v.L)})
		}
	}
	a.Answers = func(field string) (out []ui.Option) {
		if x := f.Field(field); x != nil {
			for _, value := range answersOf(*x) {
				out = append(out, ui.Option{Value: value, Label: choiceLabel(v, *x, value)})
			}
		}
		return out
	}
	return a
}

// answersOf lists what a field can be answered with; none where people write.
func answersOf(x protocol.Field) (out []string) {
	if x.Type == protocol.FieldYesNo {
		return []string{"yes", "no"}
	}
	for _, c := range x.Choices {
		out = append(out, c.ID)
	}
	return out
}

func seenForm(f protocol.Form) string {
	f.Line, f.Fields = 0, slices.Clone(f.Fields)
	for i := range f.Fields {
		f.Fields[i].Line, f.Fields[i].ShownWhen = 0, f.Fields[i].ShownWhen.Unplaced()
	}
	return fingerprint(f)
}

func (p *Pages) editForm(c *web.Ctx) error {
	v, err := p.writable(c)
	if err != nil {
		return err
	}
	id := c.R.PathValue("form")
	f, ok := v.Manual.Forms[id]
	if !ok {
		return notFound
	}
	e := formEdit{draftView: v, ID: id, Seen: seenForm(f), Typed: f}
	e.Form = formOf(f)
	return c.Page(title(c), formEditPage(e))
}

// saveForm stores what was typed of a form.
func (p *Pages) saveForm(c *web.Ctx) error { return untilSettled(c, p.trySaveForm) }

func (p *Pages) trySaveForm(c *web.Ctx) error {
	v, err := p.writable(c)
	if err != nil {
		return err
	}
	id := c.R.PathValue("form")
	old, ok := v.Manual.Forms[id]
	if !ok {
		return notFound
	}
	e := formEdit{draftView: v, ID: id, Seen: c.Get("seen")}
	e.Form = c.Form()
	show := func(status int, errs ...fault.Field) error {
		e.Form.Errors = errs
		return c.PageAs(status, title(c), formEditPage(e))
	}
	e.Typed, err = typedForm(old, c.R.PostForm)
	if _, _, cond := condDeed(c.Get("go")); cond || c.Get("go") == "more" { // all stands there as it was typed, and nothing is judged yet
		return show(http.StatusOK)
	}
	if err != nil {
		return show(http.StatusUnprocessableEntity, fault.Fields(err)...)
	}
	text, err := editedForm(v, id, e.Typed)
	if errors.Is(err, protocol.ErrCannotEdit) || errors.Is(err, protocol.ErrNoPlace) {
		return show(http.StatusUnprocessableEntity, fault.Field{Name: "reason", Key: "manual.edit.by_hand"})
	}
	if err != nil {
		return err
	}
	now, err := parse(text)
	if err != nil {
		return show(http.StatusUnprocessableEntity, fault.Field{Name: "reason", Key: "manual.edit.by_hand"})
	}
	if seenForm(old) != e.Seen {
		e.Seen, e.Theirs = seenForm(old), together(protocol.Diff(v.Manual, now))
		return show(http.StatusConflict)
	}
	err = p.s.Save(c.R.Context(), c.Who(), v.Full.ID, v.Hash, text, "forms/"+id, plain.Clean(c.Get("reason")))
	if key, _ := fault.Message(err); err != nil && key == "manual.edit.newer" {
		return err
	}
	if err != nil {
		return c.Invalid(err, "reason", "", e.Form, func(f ui.Form) error { return show(http.StatusUnprocessableEntity, f.Errors...) })
	}
	return c.Done(draftPath(v.Full.ID)+"/formulir/"+id, "manual_saved")
}

// editedForm is the draft with what was typed of a form.
func editedForm(v draftView, id string, typed protocol.Form) ([]byte, error) {
	return manual.EditForm(v.Text, v.Manual, id, typed)
}

func formOf(f protocol.Form) ui.Form {
	out := ui.Filled("title.id", f.Title.ID, "title.en", f.Title.EN, "purpose.id", f.Purpose.ID, "purpose.en", f.Purpose.EN)
	for i, x := range f.Fields {
		n := "." + strconv.Itoa(i)
		for name, value := range map[string]string{"label.id": x.Label.ID, "label.en": x.Label.EN, "hint.id": x.Hint.ID, "hint.en": x.Hint.EN, "type": x.Type, "choices": choiceLines(x.Choices)} {
			out.Values.Set(name+n, value)
		}
		if x.Required {
			out.Values.Set("required"+n, "yes")
		}
	}
	return out
}

// choiceLines writes choices a line each: code = Indonesian | English.
func choiceLines(list []protocol.Choice) string {
	var b strings.Builder
	for _, c := range list {
		b.WriteString(c.ID + " = " + c.Label.ID)
		if c.Label.EN != "" {
			b.WriteString(" | " + c.Label.EN)
		}
		b.WriteString("\n")
	}
	return strings.TrimSpace(b.String())
}

func choicesIn(text string) (out []protocol.Choice) {
	for line := range strings.Lines(text) {
		id, label, _ := strings.Cut(line, "=")
		indonesian, english, _ := strings.Cut(label, "|")
		if id = strings.TrimSpace(id); id != "" {
			out = append(out, protocol.Choice{ID: id, Label: protocol.Text{ID: strings.TrimSpace(indonesian), EN: strings.TrimSpace(english)}})
		}
	}
	return out
}

// typedForm is a form as it was typed: fields by their place, those that are
// marked left out, and one new.
func typedForm(old protocol.Form, v url.Values) (protocol.Form, error) {
	get := func(name string) string { return plain.Clean(v.Get(name)) }
	f := old
	f.Title, f.Purpose = protocol.Text{ID: get("title.id"), EN: get("title.en")}, protocol.Text{ID: get("purpose.id"), EN: get("purpose.en")}
	var k plain.Checker
	k.Must("title.id", f.Title.ID)
	f.Fields = nil
	read := func(x protocol.Field, n string) protocol.Field {
		x.Label, x.Hint = protocol.Text{ID: get("label.id" + n), EN: get("label.en" + n)}, protocol.Text{ID: get("hint.id" + n), EN: get("hint.en" + n)}
		x.Type, x.Required = v.Get("type"+n), v.Get("required"+n) == "yes"
		x.Choices = nil
		if x.Type == protocol.FieldChoice || x.Type == protocol.FieldChoices {
			x.Choices = choicesIn(get("choices" + n))
		} else if get("choices"+n) != "" {
			k.Add("choices"+n, "manual.formedit.no_choices")
		}
		for line := range strings.Lines(get("choices" + n)) {
			if id, _, _ := strings.Cut(line, "="); strings.TrimSpace(line) != "" && strings.TrimSpace(id) == "" {
				k.Add("choices"+n, "manual.formedit.choice_code", "line", strings.TrimSpace(line))
			}
		}
		k.Code("type"+n, x.Type, protocol.FieldTypes)
		k.Must("label.id"+n, x.Label.ID)
		k.Text("label.id"+n, x.Label.ID+x.Label.EN+x.Hint.ID+x.Hint.EN, 2000)
		k.Text("choices"+n, get("choices"+n), 8000)
		x.ShownWhen = typedCond(&k, v, "shown"+n, x.ShownWhen)
		return x
	}
	for i, x := range old.Fields {
		n := "." + strconv.Itoa(i)
		if v.Get("remove"+n) != "yes" {
			f.Fields = append(f.Fields, read(x, n))
		}
	}
	if id := get("new"); id != "" {
		if old.Field(id) != nil || !protocol.ValidID(id) {
			k.Add("new", "manual.formedit.id")
		}
		f.Fields = append(f.Fields, read(protocol.Field{ID: id}, ".new"))
	} else if anyTyped(v, "label.id.new", "label.en.new", "hint.id.new", "hint.en.new", "type.new", "required.new", "choices.new") {
		k.Add("new", "manual.formedit.needs_id")
	}
	return f, k.Err()
}

// anyTyped tells whether anything stands in one of the fields.
func anyTyped(v url.Values, names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return plain.Clean(v.Get(n)) != "" })
}

// wrongIn tells whether a fault stands in the fields of one row.
func wrongIn(f ui.Form, n string) bool {
	return slices.ContainsFunc(f.Errors, func(e fault.Field) bool { return strings.HasSuffix(e.Name, n) })
}
