package web

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/protocol"
)

// rowsOf lists what a document holds, by its form's fields, without empty ones.
func rowsOf(ctx context.Context, d docForm, v url.Values) (out []ui.Row) {
	for _, f := range d.Fields {
		var words []string
		for _, s := range v[f.Name] {
			if f.Prefix != "" {
				s = ui.In(ctx, f.Prefix+"."+s)
			}
			words = append(words, s)
		}
		if text := strings.Join(words, ", "); text != "" {
			out = append(out, ui.Row{Key: strings.TrimSpace(ui.T(ctx, "casework.field."+f.label()) + " " + f.number()), Value: text})
		}
	}
	return out
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

func factOptions(ctx context.Context, f protocol.Fact) (out []ui.Option) {
	values := f.Values
	if f.Type == "bool" {
		values = []string{"true", "false"}
	}
	for _, v := range values {
		out = append(out, ui.Option{Value: v, Label: ui.In(ctx, "casework.value."+v)})
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
		out = append(out, ui.Option{Value: n, Label: eventTitle(ui.V(ctx).P, n)})
	}
	return out
}
