// Package web holds the pages of the reporting channel and its desk.
package web

import (
	"embed"
	"io/fs"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/internal/platform/web/lane"
	"github.com/naungan/naungan/internal/report"
)

//go:embed text.id.toml text.en.toml
var texts embed.FS

// Texts returns the room's catalogue files.
func Texts() fs.FS { return texts }

// Pages are the room's pages.
type Pages struct {
	s      *report.Service
	access *access.Service
	lanes  *lane.Keeper
	room   func() Space
}

// Space says how much room the disk has: Roomy takes everything, Tight caps
// texts, Spare keeps reports in the spool, Full says plainly that a report was
// not kept.
type Space int

// The states of the disk.
const (
	Roomy Space = iota
	Tight
	Spare
	Full
)

// New returns the pages. room tells how full the disk is; nil is always Roomy.
func New(s *report.Service, a *access.Service, k *lane.Keeper, room func() Space) *Pages {
	if room == nil {
		room = func() Space { return Roomy }
	}
	return &Pages{s, a, k, room}
}

// Routes lists every page, one line each.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /{$}", Door: web.Public, Do: p.front},
		{Pattern: "GET /bantuan", Door: web.Public, Do: p.help},
		{Pattern: "GET /tulis/{door}", Door: web.Public, Do: p.danger},
		{Pattern: "POST /tulis/{door}", Door: web.Public, Do: p.step},
		{Pattern: "GET /kotak", Door: web.Public, Do: p.askCode},
		{Pattern: "POST /kotak", Door: web.Public, Do: p.mailbox},
		{Pattern: "GET /aduan", Door: web.Staff, Action: "report.queue", Do: p.queue},
		{Pattern: "POST /aduan/berikutnya", Door: web.Staff, Action: "report.queue", Do: p.next},
		{Pattern: "GET /aduan/catat", Door: web.Staff, Action: "report.record", Do: p.capture},
		{Pattern: "POST /aduan/catat", Door: web.Staff, Action: "report.record", Do: p.record},
		{Pattern: "POST /aduan/catat/simpan", Door: web.Staff, Action: "report.record", Do: p.autosave},
		{Pattern: "GET /aduan/alarm", Door: web.Staff, Action: "report.queue", Do: p.alarms},
		{Pattern: "POST /aduan/alarm/{id}", Door: web.Staff, Action: "report.alarm", Do: p.acceptAlarm},
		{Pattern: "GET /aduan/piket", Door: web.Staff, Action: "report.roster", Do: p.roster},
		{Pattern: "POST /aduan/piket", Door: web.Staff, Action: "report.roster_set", Do: p.setShift},
		{Pattern: "GET /aduan/serah-terima", Door: web.Staff, Action: "report.counts", Do: p.handover},
		{Pattern: "GET /aduan/tinjauan", Door: web.Staff, Action: "report.review", Do: p.reviews},
		{Pattern: "GET /aduan/{id}", Door: web.Staff, Action: "report.read", Do: p.show},
		{Pattern: "POST /aduan/{id}", Door: web.Staff, Action: "report.read", Do: p.act},
	}
}
