// Package web shows the handling manual: it reads as a book, is written as forms,
// compared as two columns and signed by three people.
package web

import (
	"context"
	"embed"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"slices"

	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/manual/book"
	"github.com/naungan/naungan/internal/manual/flow"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/protocol"
)

//go:embed text.id.toml text.en.toml
var texts embed.FS

// Texts returns the room's catalogue files.
func Texts() fs.FS { return texts }

// Pages are the room's pages.
type Pages struct {
	s      *manual.Service
	access *access.Service
	books  *shelf
	first  func(lang string) []book.Contact
	checks chan struct{} // one for each check of what is being typed that may run
}

// New returns the pages. numbers gives, in a language, the numbers to call that
// stand first in a booklet; the room's own contacts follow.
func New(s *manual.Service, a *access.Service, numbers func(lang string) []book.Contact) *Pages {
	return &Pages{s, a, newShelf(), numbers, make(chan struct{}, mostChecks)}
}

// view is one edition as its pages show it.
type view struct {
	manual.Full
	At       string // the path of its pages
	Words    flow.Words
	L        string            // the page's language
	Names    map[string]string // of the staff
	Contacts map[string][]manual.Contact
	Who      access.Who
	Writes   bool // may write drafts
	Signs    bool // may sign
}

// Waiting tells whether the edition is written but not signed.
func (v view) Waiting() bool { return v.State == manual.Draft || v.State == manual.Reviewed }

// Path is where one of its parts is read.
func (v view) Path(part, id string) string { return v.At + "/" + part + "/" + id }

func versionPath(ref string) string { return "/manual/versi/" + ref }

// load reads an edition by id or hash, "" the running version.
func (p *Pages) load(c *web.Ctx, ref string) (v view, err error) {
	ctx := c.R.Context()
	if ref == "" {
		if ref, err = p.s.ActiveHash(ctx); err != nil {
			return v, err
		}
	}
	if v.Full, err = p.s.Find(ctx, ref); err != nil {
		return v, err
	}
	v.At, v.L, v.Who = versionPath(ref), c.P.Lang(), c.Who()
	v.Words = flow.Say(v.Manual, v.L)
	v.Writes, v.Signs = p.s.May(c.Who(), "manual.write"), p.s.May(c.Who(), "manual.sign")
	if v.Names, err = p.access.Names(ctx); err != nil {
		return v, err
	}
	v.Contacts, err = p.contactsByRole(ctx)
	return v, err
}

func (p *Pages) contactsByRole(ctx context.Context) (map[string][]manual.Contact, error) {
	list, err := p.s.Contacts(ctx)
	out := map[string][]manual.Contact{}
	for _, c := range list {
		out[c.Role] = append(out[c.Role], c)
	}
	return out, err
}

func title(c *web.Ctx) string { return c.P.T("manual.title") }

var notFound = fault.New(fault.NotFound, "fault.not_found")

func (p *Pages) running(c *web.Ctx) error {
	v, err := p.load(c, "")
	if err != nil {
		return err
	}
	return c.Page(title(c), bookPage(v))
}

func (p *Pages) book(c *web.Ctx) error {
	v, err := p.load(c, c.R.PathValue("version"))
	if err != nil {
		return err
	}
	return c.Page(title(c), bookPage(v))
}

func (p *Pages) stage(c *web.Ctx) error {
	v, err := p.load(c, c.R.PathValue("version"))
	if err != nil {
		return err
	}
	for i, st := range v.Manual.Stages {
		if st.ID == c.R.PathValue("stage") {
			return c.Page(title(c), stagePage(v, i))
		}
	}
	return notFound
}

func (p *Pages) step(c *web.Ctx) error {
	v, err := p.load(c, c.R.PathValue("version"))
	if err != nil {
		return err
	}
	s := v.Manual.Step(c.R.PathValue("step"))
	if s == nil {
		return notFound
	}
	return c.Page(title(c), stepPage(v, s))
}

// shortcut leads from /manual/A1 to that step of the running version.
func (p *Pages) shortcut(c *web.Ctx) error {
	v, err := p.load(c, "")
	if err != nil {
		return err
	}
	if v.Manual.Step(c.R.PathValue("step")) == nil {
		return notFound
	}
	return c.Redirect(v.Path("langkah", c.R.PathValue("step")))
}

func (p *Pages) form(c *web.Ctx) error {
	v, err := p.load(c, c.R.PathValue("version"))
	if err != nil {
		return err
	}
	f, ok := v.Manual.Forms[c.R.PathValue("form")]
	if !ok {
		return notFound
	}
	return c.Page(title(c), formPage(v, c.R.PathValue("form"), f))
}

func (p *Pages) search(c *web.Ctx) error {
	v, err := p.load(c, c.R.URL.Query().Get("versi"))
	if err != nil {
		return err
	}
	q := c.R.URL.Query().Get("q")
	return c.Page(title(c), searchPage(v, q, find(v.Manual, q, v.L)))
}

// pdf gives the booklet, in the page's language.
func (p *Pages) pdf(c *web.Ctx) error {
	v, err := p.load(c, c.R.PathValue("version"))
	if err != nil {
		return err
	}
	o := p.bookOptions(v)
	b, err := p.books.get(c.R.Context(), bookKey("pdf", o), func(w io.Writer) error { return book.PDF(w, v.Manual, o) })
	if err != nil {
		return err
	}
	return download(c, "manual-"+v.L+"-"+short(v.Hash)+".pdf", "application/pdf", b)
}

// html gives the booklet for screens and screen readers, to keep and to send.
func (p *Pages) html(c *web.Ctx) error {
	v, err := p.load(c, c.R.PathValue("version"))
	if err != nil {
		return err
	}
	o := p.bookOptions(v)
	b, err := p.books.get(c.R.Context(), bookKey("html", o), func(w io.Writer) error { return book.HTML(w, v.Manual, o) })
	if err != nil {
		return err
	}
	return download(c, "manual-"+v.L+"-"+short(v.Hash)+".html", "text/html; charset=utf-8", b)
}

// bookOptions is what the booklet says of an edition beside its text.
func (p *Pages) bookOptions(v view) book.Options {
	o := book.Options{Lang: v.L, Hash: v.Hash, Contacts: p.first(v.L)}
	switch {
	case v.State == manual.Running && v.Origin == manual.OfOffice, v.State == manual.Past && v.Origin == manual.OfOffice:
		o.Status = "active"
	case v.State == manual.Reviewed:
		o.Status = "reviewed"
	default:
		o.Status = "draft"
	}
	for _, role := range slices.Sorted(maps.Keys(v.Contacts)) {
		for _, c := range v.Contacts[role] {
			o.Contacts = append(o.Contacts, book.Contact{Name: roleName(v, role) + ": " + c.Name, Number: c.Number, Note: c.Note})
		}
	}
	return o
}

// text gives the manual's own text: what was written, byte for byte.
func (p *Pages) text(c *web.Ctx) error {
	v, err := p.load(c, c.R.PathValue("version"))
	if err != nil {
		return err
	}
	return download(c, "manual-"+v.Hash[:12]+".yaml", "application/yaml; charset=utf-8", v.Text)
}

func download(c *web.Ctx, name, kind string, body []byte) error {
	c.W.Header().Set("Content-Type", kind)
	c.W.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	c.W.WriteHeader(http.StatusOK)
	_, err := c.W.Write(body)
	return err
}

func (p *Pages) history(c *web.Ctx) error { return p.historyWith(c, http.StatusOK, ui.Empty()) }

func (p *Pages) historyWith(c *web.Ctx, status int, f ui.Form) error {
	v, err := p.load(c, "")
	if err != nil {
		return err
	}
	list, err := p.s.Editions(c.R.Context(), c.R.URL.Query().Get("sebelum"))
	if err != nil {
		return err
	}
	return c.PageAs(status, title(c), historyPage(v, list, f))
}

// stepsOf lists the steps of a stage.
func stepsOf(m *protocol.Manual, stage string) (out []*protocol.Step) {
	for _, s := range m.Steps {
		if s.Stage == stage {
			out = append(out, s)
		}
	}
	return out
}
