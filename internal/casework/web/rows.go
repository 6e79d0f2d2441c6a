package web

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/protocol"
)

// rowsOf lists what a document holds, by its form's fields, without empty ones.
func rowsOf(ctx context.Context, d docForm, v url.Values) (out []ui.Row) {
	for _, f := range d.Fields {
		if text := f.words(ctx, v); text != "" {
			out = append(out, ui.Row{Key: f.title(ctx), Value: text})
		}
	}
	return out
}

// words returns what a field holds, codes as words.
func (f field) words(ctx context.Context, v url.Values) string {
	var words []string
	for _, s := range v[f.Name] {
		if s != "" && f.Prefix != "" {
			s = named(ui.V(ctx).P, f.Prefix, s)
		}
		words = append(words, s)
	}
	return strings.Join(words, ", ")
}

func (f field) title(ctx context.Context) string {
	return strings.TrimSpace(ui.T(ctx, "casework.field."+f.label()) + " " + f.number())
}

// theirs returns a colleague's version of a field, to stand beside what was typed.
func (f field) theirs(ctx context.Context, v docView) string {
	if !v.differs(f.Name) {
		return ""
	}
	return ui.T(ctx, "casework.theirs_says", "name", v.Names[v.Authors[v.Kind]], "text", orNone(ctx, f.words(ctx, v.Theirs)))
}

func orNone(ctx context.Context, s string) string {
	if s == "" {
		return ui.T(ctx, "ui.none")
	}
	return s
}

// differing lists the fields that two people wrote differently.
func differing(ctx context.Context, v docView) (out []string) {
	for _, f := range v.Doc.Fields {
		if v.differs(f.Name) {
			out = append(out, f.title(ctx))
		}
	}
	return out
}

// identityLines are the fields of an identity that hold one line each, in the
// order of the form.
var identityLines = []string{"name", "alias", "birth_year", "nik", "address", "kelurahan", "kecamatan", "school"}

// identityDiffers lists the fields of an identity that the form and the stored
// version hold differently.
func identityDiffers(ctx context.Context, v caseView) (out []string) {
	mine, theirs := identityForm(identityOf(v.Form.Values)).Values, identityForm(v.Identity).Values
	add := func(label string, names ...string) {
		if slices.ContainsFunc(names, func(n string) bool { return !slices.Equal(mine[n], theirs[n]) }) {
			out = append(out, ui.T(ctx, label))
		}
	}
	for _, name := range identityLines {
		add("casework.identity."+name, name)
	}
	add("casework.field.sex", "sex")
	add("casework.identity.phone", "phone", "whose")
	add("casework.identity.person", "person", "relation", "safe")
	return out
}

// workerName says who accompanies a case; a walled one has nobody at first.
func workerName(ctx context.Context, names map[string]string, person string) string {
	if person == "" {
		return ui.T(ctx, "casework.nobody")
	}
	return names[person]
}

// trailReason says the coarse reason of a leaf: a code of one of our lists, or
// nothing where it is a record's id.
func trailReason(ctx context.Context, verb, reason string) string {
	p := ui.V(ctx).P
	lists := []string{"kind", "status", "request_word", "reason_code"}
	if verb == "casework.identity" { // there "contact" is why, not which document
		slices.Reverse(lists)
	}
	for _, list := range lists {
		if key := "casework." + list + "." + reason; p.Has(key) {
			return p.T(key)
		}
	}
	if reason == "" || id.Valid(reason) {
		return ""
	}
	return strings.ReplaceAll(reason, "_", " ")
}

// trailVerb says what was done: to a case, or to the report it came from.
func trailVerb(ctx context.Context, verb string) string {
	p := ui.V(ctx).P
	if rest, ok := strings.CutPrefix(verb, "casework."); ok {
		return named(p, "casework.verb", rest)
	}
	room, rest, _ := strings.Cut(verb, ".")
	if room == "report" {
		return p.T("casework.verb_report", "verb", named(p, "casework.verb", rest))
	}
	return strings.ReplaceAll(rest, "_", " ")
}

func identityRows(ctx context.Context, d casework.IdentityDoc) (out []ui.Row) {
	f := identityForm(d)
	for _, name := range []string{"name", "alias", "birth_year", "nik", "address", "kelurahan", "kecamatan", "school", "phone", "person"} {
		if s := strings.Join(f.Values[name], ", "); s != "" {
			out = append(out, ui.Row{Key: ui.T(ctx, "casework.identity."+name), Value: s})
		}
	}
	return out
}

// simfoniRows is what is typed again into SIMFONI PPA by hand, without identity:
// the worker adds that from the sealed sheet.
func simfoniRows(ctx context.Context, v caseView) (out []ui.Row) {
	add := func(key, value string) {
		if value == "" {
			value = "________________"
		}
		out = append(out, ui.Row{Key: ui.T(ctx, "casework.simfoni."+key), Value: value})
	}
	p := ui.V(ctx).P
	add("reported", p.DayNumber(v.Head.OpenedDay))
	add("age", codeText(ctx, "casework.age", v.Situation.AgeBand))
	add("sex", codeText(ctx, "casework.sex", v.Situation.Sex))
	add("place", codeText(ctx, "casework.place", v.Situation.Place))
	var kinds []string
	for _, c := range v.Concerns.Codes {
		kinds = append(kinds, ui.T(ctx, "casework.concern."+c))
	}
	add("kind", strings.Join(kinds, ", "))
	var services []string
	for _, g := range v.Plan.Goals {
		if g.Service != "" {
			services = append(services, g.Service)
		}
	}
	add("service", strings.Join(services, ", "))
	return out
}

func codeText(ctx context.Context, prefix, code string) string {
	if code == "" {
		return ""
	}
	return ui.T(ctx, prefix+"."+code)
}

func labelText(ctx context.Context, l casework.Label) string {
	var words []string
	for _, w := range []string{codeText(ctx, "casework.concern", l.Concern), codeText(ctx, "casework.age", l.Age), codeText(ctx, "casework.sex", l.Sex), l.Area} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, ", ")
}

func teamOptions(teams []access.Team) (out []ui.Option) {
	for _, t := range teams {
		out = append(out, ui.Option{Value: t.ID, Label: t.Name})
	}
	return out
}

func memberOptions(list []access.Member) (out []ui.Option) {
	for _, m := range list {
		if !slices.ContainsFunc(out, func(o ui.Option) bool { return o.Value == m.ID }) {
			out = append(out, ui.Option{Value: m.ID, Label: m.Name})
		}
	}
	return out
}

func riskOptions(ctx context.Context) (out []ui.Option) {
	for _, r := range casework.Risks {
		out = append(out, ui.Option{Value: string(r), Label: ui.T(ctx, "casework.risk."+string(r))})
	}
	return out
}

func statusOptions(ctx context.Context, s casework.Status) (out []ui.Option) {
	for _, n := range s.Next() {
		out = append(out, ui.Option{Value: string(n), Label: ui.T(ctx, "casework.status."+string(n))})
	}
	return out
}

func factNames(m *protocol.Manual) []string { return slices.Sorted(maps.Keys(m.Facts)) }
func formNames(m *protocol.Manual) []string { return slices.Sorted(maps.Keys(m.Forms)) }

func factOptions(ctx context.Context, m *protocol.Manual, name string) (out []ui.Option) {
	for _, v := range m.Facts[name].Answers() {
		out = append(out, ui.Option{Value: v, Label: valueTitle(ui.V(ctx).P, m, name, v)})
	}
	return out
}

func consentOptions(ctx context.Context, m *protocol.Manual) (out []ui.Option) {
	for _, id := range slices.Sorted(maps.Keys(m.Consents)) {
		out = append(out, ui.Option{Value: id, Label: id + " " + m.Consents[id].Name(ui.V(ctx).P.Lang())})
	}
	return out
}

// eventOptions lists what may be noted to have happened: the events that people
// record by the manual, and the actions that guards may forbid.
func eventOptions(ctx context.Context, m *protocol.Manual) (out []ui.Option) {
	for _, n := range append(m.Recordable(), protocol.ContactGuardian, protocol.Mediate) {
		out = append(out, ui.Option{Value: n, Label: eventTitle(ui.V(ctx).P, m, n)})
	}
	return out
}

// boxesOf lists what can be ticked of a field; none where something is written.
func boxesOf(ctx context.Context, d protocol.Field) (out []string) {
	if d.Type == protocol.FieldYesNo {
		return []string{ui.T(ctx, "ui.yes"), ui.T(ctx, "ui.no")}
	}
	for _, c := range d.Choices {
		out = append(out, c.Label.In(ui.V(ctx).P.Lang()))
	}
	return out
}
