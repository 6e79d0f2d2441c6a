package web

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/internal/report"
)

func (p *Pages) stepPage(_ *web.Ctx, f form) templ.Component { return p.stepFrame(f) }

// mediaIn tells whether a fault of the form is about media.
func mediaIn(f form) bool {
	for _, e := range f.Errors {
		if e.Key == "field.media" {
			return true
		}
	}
	return false
}

func named(ctx context.Context, prefix string, codes []string) string {
	var out []string
	for _, c := range codes {
		out = append(out, ui.T(ctx, prefix+"."+c))
	}
	return strings.Join(out, ", ")
}

func one(ctx context.Context, prefix, code string) string {
	if code == "" {
		return ""
	}
	return ui.T(ctx, prefix+"."+code)
}

// summaryRows lists what was told, without empty lines; links defanged.
func summaryRows(ctx context.Context, in report.Intake) (rows []ui.Row) {
	add := func(key, value string) {
		if value != "" {
			rows = append(rows, ui.Row{Key: ui.T(ctx, "report.row."+key), Value: value})
		}
	}
	if in.Danger {
		add("danger", ui.T(ctx, "ui.yes"))
	}
	add("helps", named(ctx, "report.help_code", in.Helps))
	add("concerns", named(ctx, "report.concern", in.Concerns))
	add("text", in.Text)
	add("area", one(ctx, "report.kecamatan", in.Area))
	add("place", one(ctx, "report.place_code", in.Place))
	add("where", in.Where)
	links := slices.Clone(in.Links)
	for i := range links {
		links[i] = seal.Defang(links[i])
	}
	add("links", strings.Join(links, "\n"))
	add("when", one(ctx, "report.when_code", in.When))
	add("age", one(ctx, "report.age_code", in.Age))
	add("sex", one(ctx, "report.sex_code", in.Sex))
	add("helpers", in.Helpers)
	if in.Conflict {
		add("conflict", ui.T(ctx, "ui.yes"))
	}
	add("contact", one(ctx, "report.contact_code", in.Contact))
	for _, n := range in.Numbers {
		add("number", n.Number+" ("+ui.T(ctx, "report.whose."+n.Whose)+")")
	}
	add("safe", in.Safe)
	add("name", in.Name)
	add("caller", in.Caller)
	return rows
}
