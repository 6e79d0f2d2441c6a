// Package ui is the one look of every page: layout, form and table components.
// Pages work without script; every component is govuk-frontend or MoJ markup in
// our own colours. It knows no room.
package ui

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/lang"
)

//go:embed text.id.toml text.en.toml
var texts embed.FS

// Texts returns the package's catalogue files.
func Texts() fs.FS { return texts }

//go:embed dist
var dist embed.FS

// Assets returns the built files (styles, scripts, icon) by name; only the
// placeholder is there where npm never ran.
func Assets() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder is embedded at build time
	}
	return sub
}

var manifest = sync()

func sync() map[string]string {
	m := map[string]string{}
	if text, err := fs.ReadFile(Assets(), "manifest.json"); err == nil {
		_ = json.Unmarshal(text, &m) // an unreadable manifest is an unbuilt one
	}
	return m
}

// Built tells whether the assets are there.
func Built() bool { return len(manifest) > 0 }

// asset returns the path of a built file, or "" where it was not built.
func asset(name string) string {
	if f, ok := manifest[name]; ok {
		return "/aset/" + f
	}
	return ""
}

// Item is one entry of the navigation.
type Item struct {
	Path, Key string
	Active    bool
}

// View is what every component knows of the page it is part of.
type View struct {
	P         *lang.Printer
	Title     string // neutral on public pages: it stands in the history
	Path      string // where the page is, for the language switch
	Staff     bool
	Exit      string // where the quick exit leads
	CSRF      string
	Once      string // the form's idempotency token
	Person    string
	Nav       []Item
	Demo      bool
	KeyBeside bool // the machine key lies beside the data: promise 1 is off
	NoKeys    bool // an administrator: sees no content
	Alarms    int
	Restored  string // that nobody confirmed a restore yet
	Switch    bool   // whether the page can be had in the other language by a link
	Notice    string
	Now       time.Time
	Refresh   int // seconds until the page asks again; 0 never
}

type viewKey struct{}

// With returns a context that carries the view.
func With(ctx context.Context, v View) context.Context {
	return context.WithValue(ctx, viewKey{}, v)
}

// V returns the view of a context; the zero View without one.
func V(ctx context.Context) View {
	v, _ := ctx.Value(viewKey{}).(View)
	return v
}

// T returns a text in the page's language.
func T(ctx context.Context, key string, args ...any) string { return V(ctx).P.T(key, args...) }

// In returns key's text where there is one, else the last part of the key: for
// codes that come from a manual or a list.
func In(ctx context.Context, key string) string {
	if p := V(ctx).P; p.Has(key) {
		return p.T(key)
	}
	return key[strings.LastIndexByte(key, '.')+1:]
}

// Link returns a path in the page's language: public pages carry it in the URL,
// because they set no cookie.
func Link(ctx context.Context, path string) string {
	v := V(ctx)
	if v.Staff || v.P.Lang() == lang.ID {
		return path
	}
	return withLang(path, v.P.Lang())
}

func withLang(path, l string) string {
	base, frag, _ := strings.Cut(path, "#")
	base, query, _ := strings.Cut(base, "?")
	q, err := url.ParseQuery(query)
	if err != nil {
		q = url.Values{}
	}
	q.Set("lang", l)
	if frag != "" {
		frag = "#" + frag
	}
	return base + "?" + q.Encode() + frag
}

// other returns the page's path in the other language, its code and its name.
func other(v View) (path, code, name string) {
	if v.P.Lang() == lang.EN {
		return withLang(v.Path, lang.ID), lang.ID, "Bahasa Indonesia"
	}
	return withLang(v.Path, lang.EN), lang.EN, "English"
}

// Option is a choice of radios, check boxes or a select.
type Option struct{ Value, Label, Hint string }

// Options returns choices whose labels are prefix.value in the catalogue.
func Options(ctx context.Context, prefix string, values []string) (out []Option) {
	for _, v := range values {
		out = append(out, Option{Value: v, Label: T(ctx, prefix+"."+v)})
	}
	return out
}

// Form is what was typed and what is wrong with it.
type Form struct {
	Values url.Values
	Errors []fault.Field
}

// Empty is a form nobody typed into.
func Empty() Form { return Form{Values: url.Values{}} }

// Filled returns a form with values by name.
func Filled(pairs ...string) Form {
	f := Empty()
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			f.Values.Add(pairs[i], pairs[i+1])
		}
	}
	return f
}

// Get returns the first value of a field.
func (f Form) Get(name string) string { return f.Values.Get(name) }

// Has tells whether a field has this value.
func (f Form) Has(name, value string) bool { return slices.Contains(f.Values[name], value) }

// Wrong tells whether a field has a fault.
func (f Form) Wrong(name string) bool {
	return slices.ContainsFunc(f.Errors, func(e fault.Field) bool { return e.Name == name })
}

// why returns the text of a field's first fault.
func (f Form) why(ctx context.Context, name string) string {
	for _, e := range f.Errors {
		if e.Name == name {
			return T(ctx, e.Key, e.Args...)
		}
	}
	return ""
}

func describedBy(f Form, name, hint string) string {
	var ids []string
	if hint != "" {
		ids = append(ids, name+"-hint")
	}
	if f.Wrong(name) {
		ids = append(ids, name+"-error")
	}
	return strings.Join(ids, " ")
}

func groupClass(f Form, name string) string {
	if f.Wrong(name) {
		return "govuk-form-group govuk-form-group--error"
	}
	return "govuk-form-group"
}

// fieldID returns the id of the n-th choice: the first bears the field's own
// name, so that the error summary leads to it.
func fieldID(name string, n int) string {
	if n == 0 {
		return name
	}
	return name + "-" + string(rune('a'+n-1))
}

// Iso returns a time for the datetime attribute.
func Iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func home(ctx context.Context, v View) string {
	if v.Staff && v.Person != "" {
		return "/hari-ini"
	}
	return Link(ctx, "/")
}
