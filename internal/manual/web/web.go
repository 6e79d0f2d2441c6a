// Package web shows the handling manual as a book.
package web

import (
	"embed"
	"io/fs"

	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/web"
)

//go:embed text.id.toml text.en.toml
var texts embed.FS

// Texts returns the room's catalogue files.
func Texts() fs.FS { return texts }

// Pages are the room's pages.
type Pages struct{ s *manual.Service }

// New returns the pages.
func New(s *manual.Service) *Pages { return &Pages{s} }

// Routes lists every page, one line each.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /manual", Door: web.Staff, Do: p.book},
		{Pattern: "GET /manual/{step}", Door: web.Staff, Do: p.step},
	}
}

func (p *Pages) book(c *web.Ctx) error {
	return c.Page(c.P.T("manual.title"), bookPage(p.s.Active()))
}

func (p *Pages) step(c *web.Ctx) error {
	m := p.s.Active()
	s := m.Step(c.R.PathValue("step"))
	if s == nil {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return c.Page(c.P.T("manual.title"), stepPage(m, s))
}
