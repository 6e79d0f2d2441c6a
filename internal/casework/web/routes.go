// Package web holds the pages of accompaniment: my day, cases, steps, closing.
package web

import (
	"embed"
	"io/fs"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/web"
)

//go:embed text.id.toml text.en.toml
var texts embed.FS

// Texts returns the room's catalogue files.
func Texts() fs.FS { return texts }

// Pages are the room's pages.
type Pages struct {
	s      *casework.Service
	access *access.Service
}

// New returns the pages.
func New(s *casework.Service, a *access.Service) *Pages { return &Pages{s, a} }

// Routes lists every page, one line each.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /hari-ini", Door: web.Staff, Do: p.today},
		{Pattern: "GET /kasus", Door: web.Staff, Action: "casework.list", Do: p.list},
		{Pattern: "GET /kasus/baru", Door: web.Staff, Action: "casework.open", Do: p.begin},
		{Pattern: "POST /kasus/baru", Door: web.Staff, Action: "casework.open", Do: p.create},
		{Pattern: "GET /kasus/{id}", Door: web.Staff, Action: "casework.read", Do: p.summary},
		{Pattern: "GET /kasus/{id}/langkah", Door: web.Staff, Action: "casework.read", Do: p.steps},
		{Pattern: "POST /kasus/{id}/langkah", Door: web.Staff, Action: "casework.write", Do: p.doStep},
		{Pattern: "GET /kasus/{id}/formulir/{form}", Door: web.Staff, Action: "casework.read", Do: p.fill},
		{Pattern: "POST /kasus/{id}/formulir/{form}", Door: web.Staff, Action: "casework.write", Do: p.saveFilling},
		{Pattern: "GET /kasus/{id}/isian/{seq}", Door: web.Staff, Action: "casework.read", Do: p.readFilling},
		{Pattern: "GET /kasus/{id}/catatan", Door: web.Staff, Action: "casework.read", Do: p.notes},
		{Pattern: "POST /kasus/{id}/catatan", Door: web.Staff, Action: "casework.write", Do: p.addNote},
		{Pattern: "GET /kasus/{id}/persetujuan", Door: web.Staff, Action: "casework.read", Do: p.consents},
		{Pattern: "POST /kasus/{id}/persetujuan", Door: web.Staff, Action: "casework.write", Do: p.addConsent},
		{Pattern: "GET /kasus/{id}/ubah/{kind}", Door: web.Staff, Action: "casework.read", Do: p.edit},
		{Pattern: "POST /kasus/{id}/ubah/{kind}", Door: web.Staff, Action: "casework.write", Do: p.save},
		{Pattern: "GET /kasus/{id}/identitas", Door: web.Staff, Action: "casework.identity", Do: p.askIdentity},
		{Pattern: "POST /kasus/{id}/identitas", Door: web.Staff, Action: "casework.identity", Do: p.identity},
		{Pattern: "POST /kasus/{id}/identitas/simpan", Door: web.Staff, Action: "casework.identity_write", Do: p.saveIdentity},
		{Pattern: "GET /kasus/{id}/kelola", Door: web.Staff, Action: "casework.read", Do: p.manage},
		{Pattern: "POST /kasus/{id}/kelola", Door: web.Staff, Action: "casework.move", Do: p.doManage},
		{Pattern: "GET /kasus/{id}/manual", Door: web.Staff, Action: "casework.read", Do: p.manual},
		{Pattern: "POST /kasus/{id}/manual", Door: web.Staff, Action: "casework.renew", Do: p.renew},
		{Pattern: "GET /kasus/{id}/jejak", Door: web.Staff, Action: "casework.trail", Do: p.trail},
		{Pattern: "GET /kasus/{id}/garis-waktu", Door: web.Staff, Action: "casework.read", Do: p.timeline},
		{Pattern: "POST /kasus/{id}/cetak", Door: web.Staff, Action: "casework.print", Do: p.print},
		{Pattern: "GET /kasus/{id}/berkas", Door: web.Staff, Action: "casework.read", Do: p.papers},
		{Pattern: "GET /kasus/{id}/berkas/{paper}", Door: web.Staff, Action: "casework.read", Do: p.paper},
	}
}
