package web

import (
	"cmp"
	"context"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/manual/flow"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/protocol"
)

// standing says where an edition stands and who stands for it.
func standing(ctx context.Context, v view) string {
	e, day := v.Edition, ui.V(ctx).P.DayNumber
	who := func(kind string) string {
		for _, d := range slices.Backward(e.Deeds) {
			if d.Kind == kind {
				return name(ctx, v.Names, d.Person)
			}
		}
		return ui.T(ctx, "ui.none")
	}
	switch {
	case e.State == manual.Running && e.Origin == manual.OfProgram:
		return ui.T(ctx, "manual.standing.program", "day", day(e.Activated))
	case e.State == manual.Running:
		return ui.T(ctx, "manual.standing.active", "day", day(e.Activated), "one", who(manual.Signed), "two", who(manual.Activated))
	case e.State == manual.Broken:
		return ui.T(ctx, "manual.standing.broken")
	case e.State == manual.Past && len(e.Deeds) == 0:
		return ui.T(ctx, "manual.standing.earlier")
	case e.State == manual.Past && e.Activated == 0:
		return ui.T(ctx, "manual.standing.offered")
	case e.State == manual.Past:
		return ui.T(ctx, "manual.standing.past", "day", day(e.Retired))
	case e.State == manual.Reviewed:
		return ui.T(ctx, "manual.standing.reviewed", "one", who(manual.Signed))
	case e.State == manual.Dropped:
		return ui.T(ctx, "manual.standing.dropped")
	}
	return ui.T(ctx, "manual.standing.draft")
}

// name says who did something; the program is no person.
func name(ctx context.Context, names map[string]string, person string) string {
	if person == "program" {
		return ui.T(ctx, "manual.by_program")
	}
	if n := names[person]; n != "" {
		return n
	}
	return ui.T(ctx, "ui.none")
}

func namesOf(ctx context.Context, v view, people []string) string {
	var out []string
	for _, p := range people {
		out = append(out, name(ctx, v.Names, p))
	}
	if len(out) == 0 {
		return ui.T(ctx, "ui.none")
	}
	return strings.Join(out, ", ")
}

// deadline says by when, and on whose authority.
func deadline(ctx context.Context, v view, d protocol.Deadline) string {
	return when(ctx, v, d.Value, d.Unit, d.Anchor) + " (" + authority(ctx, d.Binding, d.Basis, d.Certainty) + ")"
}

// draftTitle calls it a draft as long as it is one.
func draftTitle(ctx context.Context, v view) string {
	if v.State == manual.Draft || v.State == manual.Reviewed {
		return ui.T(ctx, "manual.draft.title", "version", v.Name)
	}
	return ui.T(ctx, "manual.draft.title_signed", "version", v.Name)
}

func authority(ctx context.Context, codes ...string) string {
	var out []string
	for i, code := range codes {
		if code != "" {
			out = append(out, ui.In(ctx, "manual."+[]string{"binding", "basis", "certainty"}[i]+"."+code))
		}
	}
	return strings.Join(out, ", ")
}

// when says a length of time and what it counts from.
func when(ctx context.Context, v view, n int, unit, anchor string) string {
	key := "manual.after"
	switch {
	case strings.HasPrefix(anchor, "before_"):
		key = "manual.before"
	case anchor == "":
		key = "manual.begins"
	case n == 0:
		key = "manual.at"
	}
	return ui.T(ctx, key, "span", v.Words.Span(n, unit), "what", v.Manual.AnchorText(anchor).In(v.L))
}

func roleName(v view, id string) string {
	if r, ok := v.Manual.Roles[id]; ok {
		return r.Name(v.L)
	}
	return id
}

func roleNames(v view, ids []string) string {
	var out []string
	for _, id := range ids {
		out = append(out, roleName(v, id))
	}
	return strings.Join(out, "; ")
}

// picture is the flow of a stage as an inline SVG.
func picture(p flow.Picture) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error { return flow.SVG(w, p) })
}

func formIDs(m *protocol.Manual) []string { return slices.Sorted(maps.Keys(m.Forms)) }

// sheetsOf lists what a step asks to be filled, each once.
func sheetsOf(s *protocol.Step) (out []string) {
	for _, id := range append(slices.Clone(s.Outputs), s.RequiresForms...) {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// neighbours are the steps before and after one, in the order of the manual.
func neighbours(m *protocol.Manual, s *protocol.Step) (before, after *protocol.Step) {
	i := slices.Index(m.Steps, s)
	if i > 0 {
		before = m.Steps[i-1]
	}
	if i+1 < len(m.Steps) {
		after = m.Steps[i+1]
	}
	return before, after
}

func stageTitle(v view, id string) string {
	for _, st := range v.Manual.Stages {
		if st.ID == id {
			return st.ID + " " + st.Title.In(v.L)
		}
	}
	return id
}

// placeOf is where a place that was found is read.
func placeOf(v view, f found) string {
	switch f.Part {
	case "langkah", "formulir":
		return v.Path(f.Part, f.ID)
	}
	return v.At + "#" + f.ID
}

func short(hash string) string { return hash[:min(12, len(hash))] }

// stepRows is who does a step, when it begins, by when, and what must be there.
func stepRows(ctx context.Context, v view, s *protocol.Step) (out []ui.Row) {
	add := func(key, value string) {
		if value != "" {
			out = append(out, ui.Row{Key: ui.T(ctx, "manual.row."+key), Value: value})
		}
	}
	add("actor", roleName(v, s.Actor))
	add("support", roleNames(v, s.Support))
	add("trigger", strings.Join(v.Words.Trigger(s.Trigger), "\n"))
	if s.When != nil {
		add("when", v.Words.Cond(*s.When))
	}
	if s.Deadline.Unit != "" {
		add("deadline", deadlines(ctx, v, s))
		add("note", s.Deadline.Note.In(v.L))
	}
	var consents []string
	for _, id := range s.Consent {
		consents = append(consents, v.Manual.Consents[id].Name(v.L))
	}
	add("consent", strings.Join(consents, "\n"))
	if s.ConsentUnless != nil {
		add("consent_unless", v.Words.Cond(*s.ConsentUnless))
	}
	var reviews []string
	for _, id := range s.ReviewBefore {
		reviews = append(reviews, v.Words.Step(id))
	}
	add("review_before", strings.Join(reviews, "\n"))
	var late []string
	for _, a := range s.OnOverdue {
		late = append(late, ui.In(ctx, "manual.overdue."+a))
	}
	add("overdue", strings.Join(late, "\n"))
	if s.Sensitivity != "" {
		add("sensitivity", ui.In(ctx, "manual.sensitivity."+s.Sensitivity))
	}
	return out
}

// rung says one level of an escalation: to whom, how long it waits and on whose
// authority.
func rung(ctx context.Context, v view, r protocol.Rung) string {
	text := r.To.In(v.L)
	if r.Wait != nil {
		text = ui.T(ctx, "manual.rung", "to", text, "span", v.Words.Span(r.Wait.Value, r.Wait.Unit))
	}
	if a := authority(ctx, "", r.Basis, r.Certainty); a != "" {
		text += " (" + a + ")"
	}
	if note := r.Note.In(v.L); note != "" {
		text += ". " + note
	}
	return text
}

// deadlines says the deadline and, a line each, when another holds instead.
func deadlines(ctx context.Context, v view, s *protocol.Step) string {
	lines := []string{deadline(ctx, v, s.Deadline)}
	for _, d := range s.DeadlineWhen {
		lines = append(lines, ui.T(ctx, "manual.deadline_when", "if", v.Words.Cond(d.If), "when", when(ctx, v, d.Value, d.Unit, s.Deadline.Anchor), "authority", authority(ctx, "", d.Basis, d.Certainty)))
	}
	return strings.Join(lines, "\n")
}

func stageLink(v view, n int) ui.Option {
	if n < 0 || n >= len(v.Manual.Stages) {
		return ui.Option{}
	}
	st := v.Manual.Stages[n]
	return ui.Option{Value: v.Path("tahap", st.ID), Label: st.ID + " " + st.Title.In(v.L)}
}

func stepLink(v view, s *protocol.Step) ui.Option {
	if s == nil {
		return ui.Option{}
	}
	return ui.Option{Value: v.Path("langkah", s.ID), Label: s.ID + " " + s.Title.In(v.L)}
}

func contactsFor(v view, roles []string) (out []manual.Contact) {
	for _, r := range roles {
		out = append(out, v.Contacts[r]...)
	}
	return out
}

func fieldLabel(v view, x protocol.Field) string {
	if h := x.Hint.In(v.L); h != "" {
		return x.Label.In(v.L) + "\n" + h
	}
	return x.Label.In(v.L)
}

func fieldType(ctx context.Context, v view, x protocol.Field) string {
	s := ui.In(ctx, "manual.field_type."+x.Type)
	var choices []string
	for _, c := range x.Choices {
		choices = append(choices, c.Label.In(v.L))
	}
	if len(choices) > 0 {
		s += ": " + strings.Join(choices, "; ")
	}
	return s
}

// fieldRules says whether a field must be filled, its bounds, and when it is shown.
func fieldRules(ctx context.Context, v view, f protocol.Form, x protocol.Field) string {
	var out []string
	if x.Required {
		out = append(out, ui.T(ctx, "manual.form.required"))
	}
	if x.Min != nil {
		out = append(out, ui.T(ctx, "manual.form.min", "n", *x.Min))
	}
	if x.Max != nil {
		out = append(out, ui.T(ctx, "manual.form.max", "n", *x.Max))
	}
	if c := x.ShownWhen; c != nil {
		out = append(out, ui.T(ctx, "manual.form.shown_when", "what", shownWhen(ctx, v, f, *c)))
	}
	return strings.Join(out, "; ")
}

// shownWhen says a condition over the fields of a form.
func shownWhen(ctx context.Context, v view, f protocol.Form, c protocol.Cond) string {
	var parts []string
	for _, sub := range append(slices.Clone(c.All), c.Any...) {
		parts = append(parts, shownWhen(ctx, v, f, sub))
	}
	if c.Not != nil {
		parts = append(parts, ui.T(ctx, "manual.form.not", "what", shownWhen(ctx, v, f, *c.Not)))
	}
	if c.Fact != "" {
		label, values := c.Fact, slices.Clone(c.Value)
		if i := slices.IndexFunc(f.Fields, func(x protocol.Field) bool { return x.ID == c.Fact }); i >= 0 {
			label = f.Fields[i].Label.In(v.L)
			for n, val := range values {
				values[n] = choiceLabel(v, f.Fields[i], val)
			}
		}
		word := map[bool]string{true: "manual.form.is_not", false: "manual.form.is"}[c.Op == "ne" || c.Op == "not_in"]
		parts = append(parts, ui.T(ctx, word, "field", label, "value", strings.Join(values, ", ")))
	}
	if len(c.Any) > 0 {
		return strings.Join(parts, " "+ui.T(ctx, "manual.or")+" ")
	}
	return strings.Join(parts, " "+ui.T(ctx, "manual.and")+" ")
}

func choiceLabel(v view, x protocol.Field, value string) string {
	for _, c := range x.Choices {
		if c.ID == value {
			return c.Label.In(v.L)
		}
	}
	return protocol.Word(value).In(v.L)
}

// bookTitle is what a manual calls itself, or the common name.
func bookTitle(ctx context.Context, v view) string {
	return cmp.Or(v.Manual.Protocol.Title.In(v.L), ui.T(ctx, "manual.title"))
}

// authors says who wrote an edition.
func authors(ctx context.Context, v view) string {
	if v.Origin == manual.OfProgram {
		return ui.T(ctx, "manual.by_program")
	}
	return namesOf(ctx, v, v.Authors())
}

// deedText says what was done to an edition.
func deedText(ctx context.Context, d manual.Deed) string {
	s := ui.T(ctx, "manual.deed."+d.Kind)
	if d.Kind == manual.Edited {
		return s + ": " + aboutText(ctx, d.About)
	}
	return s
}

// deedTime says when a deed was done: its hour, or its day where no hour was kept.
func deedTime(ctx context.Context, d manual.Deed) string {
	p := ui.V(ctx).P
	if d.Hour == 0 {
		return p.DayNumber(d.Day)
	}
	return p.DateTime(clock.OfHour(d.Hour))
}

// aboutText says what of a manual was changed.
func aboutText(ctx context.Context, about string) string {
	part, id, _ := strings.Cut(about, "/")
	return strings.TrimSpace(ui.In(ctx, "manual.about."+part) + " " + id)
}

func reasonText(ctx context.Context, d manual.Deed) string {
	if d.Reason == "" {
		return ui.T(ctx, "ui.none")
	}
	return d.Reason
}

func keys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
