package book

import (
	_ "embed"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/naungan/naungan/internal/manual/flow"
	"github.com/naungan/naungan/protocol"
)

//go:embed book.gohtml
var page string

//go:embed book.css
var style string

var layout = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("book").Funcs(template.FuncMap{
		"picture": picture, "list": func(v ...any) []any { return v }, "id": anchorID,
		"first": func(s string) string { id, _, _ := strings.Cut(s, " "); return id },
	}).Parse(page))
})

// picture writes a flow into the page; SVG escapes every text of the manual.
func picture(p flow.Picture) (template.HTML, error) {
	var b strings.Builder
	err := flow.SVG(&b, p)
	return template.HTML(b.String()), err
}

// anchorID makes a target of links from a kind and an id.
func anchorID(kind, id string) string {
	return kind + "-" + strings.Join(strings.Fields(id), "_")
}

// HTML writes the book as one page that asks nothing of any server: the edition
// for screens and screen readers, in the order of the printed one. Links lead
// only inside the page and to the sources that the manual cites.
func HTML(w io.Writer, m *protocol.Manual, o Options) error {
	c := compose(m, o)
	return layout().Execute(w, struct {
		*content
		T     func(string, ...any) string
		Style template.CSS
	}{c, c.t, template.CSS(style)})
}
