// Package app is the only joiner: it reads configuration, opens the platform,
// builds the rooms, mounts their routes, starts jobs, and is the command line.
package app

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naungan/naungan/internal/casework"
	caseweb "github.com/naungan/naungan/internal/casework/web"
	"github.com/naungan/naungan/internal/directory"
	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/manual/book"
	"github.com/naungan/naungan/internal/manual/flow"
	manualweb "github.com/naungan/naungan/internal/manual/web"
	"github.com/naungan/naungan/internal/platform/access"
	accessweb "github.com/naungan/naungan/internal/platform/access/web"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/events"
	"github.com/naungan/naungan/internal/platform/jobs"
	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/internal/platform/web/lane"
	"github.com/naungan/naungan/internal/report"
	reportweb "github.com/naungan/naungan/internal/report/web"
)

// matrix is the generated permission matrix (TestPermissionMatrix).
//
//go:embed matrix.txt
var matrix string

// Place is what every command on an installation is told.
type Place struct {
	Data         string `help:"Folder of the installation." default:"./data" type:"path"`
	Database     string `help:"sqlite:PATH or postgres://…; default: a file in the data folder."`
	MachineKey   string `help:"File that holds the machine key, or - for standard input; default: DATA/machine.key." name:"machine-key"`
	Jurisdiction string `help:"Short code of the area." default:"jkb"`
	// PlainPages leaves SQLite's pages unencrypted, so that tests can search them.
	PlainPages bool `kong:"-"`
}

// keyFile returns where the machine key lies, and whether beside the data.
func (p Place) keyFile() (path string, beside bool) {
	if p.MachineKey != "" {
		abs, err := filepath.Abs(p.MachineKey)
		data, err2 := filepath.Abs(p.Data)
		return p.MachineKey, err == nil && err2 == nil && strings.HasPrefix(abs, data+string(filepath.Separator))
	}
	return filepath.Join(p.Data, "machine.key"), true
}

func (p Place) url() string {
	if p.Database != "" {
		return p.Database
	}
	return "sqlite:" + filepath.Join(p.Data, "naungan.db")
}

// base is the folder in which SQLite's file lies; with PostgreSQL, whose disk is
// another machine's, the data folder.
func (p Place) base() string {
	if path, ok := strings.CutPrefix(p.url(), "sqlite:"); ok {
		return filepath.Dir(path)
	}
	return p.Data
}

// spool is the folder in which reports wait while the database takes none.
func (p Place) spool() string { return filepath.Join(p.Data, "spool") }

// readKey reads the machine key.
func (p Place) readKey() (seal.MachineKey, bool, error) {
	path, beside := p.keyFile()
	var text []byte
	var err error
	if path == "-" {
		text, err = readAll(os.Stdin)
		beside = false
	} else {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return seal.MachineKey{}, beside, fmt.Errorf("the machine key cannot be read (%w); give --machine-key, or run naungan init", err)
	}
	k, err := seal.ParseMachineKey(strings.TrimSpace(string(text)))
	if err != nil {
		return k, beside, errors.New("the machine key is not complete or was mistyped; compare it with the printed sheet")
	}
	return k, beside, nil
}

// House is an open installation.
type House struct {
	Place     Place
	DB        *db.DB
	Clock     clock.Clock
	Log       *slog.Logger
	Audit     *audit.Log
	Access    *access.Service
	Policy    *access.Engine
	Events    *events.Bus
	Jobs      *jobs.Runner
	Directory *directory.Service
	Manual    *manual.Service
	Reports   *report.Service
	Cases     *casework.Service
	Token     seal.TokenKey
	Texts     *lang.Catalogue
	KeyBeside bool
	Demo      bool
	confirmed atomic.Bool // no restore waits to be confirmed
}

// Texts returns every text of the program.
func Texts() (*lang.Catalogue, error) {
	return lang.Load(textFiles()...)
}

func textFiles() []fs.FS {
	return []fs.FS{texts, ui.Texts(), web.Texts(), reportweb.Texts(), caseweb.Texts(), manualweb.Texts(), flow.Texts(), book.Texts(), accessweb.Texts()}
}

// Policies returns the policy files of every room.
func Policies() map[string][]byte {
	return map[string][]byte{"report": report.Policy, "casework": casework.Policy, "manual": manual.Policy, "access": access.Policy}
}

// Open opens an installation: key, database, migrations, platform, rooms.
func Open(ctx context.Context, p Place, c clock.Clock, log *slog.Logger) (*House, error) {
	key, beside, err := p.readKey()
	if err != nil {
		return nil, err
	}
	h, err := open(ctx, p, key, beside, c, log)
	if err != nil {
		return nil, err
	}
	if err := h.Manual.Bring(ctx); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// open opens without writing anything but tables: a restore fills them.
func open(ctx context.Context, p Place, key seal.MachineKey, beside bool, c clock.Clock, log *slog.Logger) (_ *House, err error) {
	h := &House{Place: p, Clock: c, Log: log, KeyBeside: beside}
	pages := key.PageKey()
	if p.PlainPages {
		pages = nil
	}
	if h.DB, err = db.Open(ctx, db.Options{URL: p.url(), PageKey: pages, Log: log}); err != nil {
		return nil, fmt.Errorf("the database does not open: %w", err)
	}
	defer func() {
		if err != nil {
			_ = h.DB.Close()
		}
	}()
	if err = h.platform(ctx, key); err != nil {
		return nil, err
	}
	if err = h.rooms(ctx); err != nil {
		return nil, err
	}
	h.Demo = h.setting(ctx, "demo") != ""
	return h, nil
}

func (h *House) platform(ctx context.Context, key seal.MachineKey) (err error) {
	j := h.Place.Jurisdiction
	if err := errors.Join(migrateSettings(ctx, h.DB), access.Migrate(ctx, h.DB), web.Migrate(ctx, h.DB)); err != nil {
		return err
	}
	secrets, err := access.OpenSecrets(ctx, h.DB, j, key)
	if err != nil {
		return fmt.Errorf("the machine key does not belong to this database: %w", err)
	}
	h.Token = seal.TokenKeyFrom(secrets.Token, "device")
	if h.Audit, err = audit.New(h.DB, h.Clock, j, "naungan/"+j, secrets.LogSigner(), h.Log); err != nil {
		return err
	}
	if err := h.Audit.Migrate(ctx); err != nil {
		return err
	}
	h.Access = access.New(h.DB, h.Clock, h.Audit, j, secrets)
	if h.Policy, err = access.NewEngine(Policies()); err != nil {
		return err
	}
	h.Events, h.Jobs = events.New(h.DB, h.Clock, j, h.Log), jobs.New(h.DB, h.Clock, j, h.Log)
	if err := errors.Join(h.Events.Migrate(ctx), h.Jobs.Migrate(ctx)); err != nil {
		return err
	}
	h.Texts, err = Texts()
	return err
}

func (h *House) rooms(ctx context.Context) (err error) {
	if h.Directory, err = directory.New(directory.Contents{}); err != nil {
		return err
	}
	if h.Manual, err = manual.New(manual.Deps{DB: h.DB, Clock: h.Clock, Audit: h.Audit, Policy: h.Policy, Jurisdiction: h.Place.Jurisdiction}); err != nil {
		return err
	}
	j := h.Place.Jurisdiction
	h.Reports = report.New(report.Deps{DB: h.DB, Clock: h.Clock, Audit: h.Audit, Access: h.Access, Policy: h.Policy, Events: h.Events, Directory: h.Directory, Spool: newFolder(h.Place.spool()), Held: h.held, Jurisdiction: j})
	h.Cases = casework.New(casework.Deps{DB: h.DB, Clock: h.Clock, Audit: h.Audit, Access: h.Access, Policy: h.Policy, Events: h.Events, Manual: h.Manual, Reports: h.Reports, Directory: h.Directory, Jurisdiction: j})
	return errors.Join(h.Manual.Tables(ctx), h.Reports.Migrate(ctx), h.Cases.Migrate(ctx))
}

// Close closes the database.
func (h *House) Close() error { return h.DB.Close() }

// Verify checks the audit log and every record's head.
func (h *House) Verify(ctx context.Context) (audit.Report, error) {
	if _, err := h.Audit.Newest(ctx); err != nil {
		return audit.Report{}, err
	}
	return audit.VerifyPeople(ctx, h.DB, h.Place.Jurisdiction, h.Access.SigningKey, h.Reports.Heads, h.Cases.Heads, h.Manual.Heads)
}

// SiteOptions says how the pages are served.
type SiteOptions struct {
	Exit       string
	Secure     bool
	TrustProxy bool
	Registry   *prometheus.Registry
	Space      func() reportweb.Space
}

// Site returns the pages of every room.
func (h *House) Site(o SiteOptions) *web.Site {
	if o.Exit == "" {
		o.Exit = "https://www.bmkg.go.id/cuaca"
	}
	s := web.New(web.Options{DB: h.DB, Clock: h.Clock, Texts: h.Texts, Access: h.Access, Policy: h.Policy, Token: h.Token, Log: h.Log, Jurisdiction: h.Place.Jurisdiction, Exit: o.Exit,
		Secure: o.Secure, TrustProxy: o.TrustProxy, Demo: h.Demo, KeyBeside: h.KeyBeside, Registry: o.Registry, Nav: h.nav, Alarms: h.alarms, Restored: h.restoredBanner})
	s.Mount(s.SignRoutes()...)
	pages := reportweb.New(h.Reports, h.Access, lane.New(h.Clock), o.Space)
	s.Mount(pages.Routes()...)
	s.Mount(caseweb.New(h.Cases, h.Access).Routes()...)
	s.Mount(manualweb.New(h.Manual, h.Access, func(lang string) []book.Contact { return bookNumbers(h.Directory.Numbers(), lang) }).Routes()...)
	s.Mount(accessweb.New(h.Access, h.Policy, matrix).Routes()...)
	s.Mount(h.keepRoutes()...)
	s.Mount(h.restoredRoutes()...)
	for pattern, handler := range pages.API(s) {
		s.MountAPI(pattern, handler)
	}
	if h.Demo {
		s.Mount(h.demoRoutes()...)
	}
	return s
}

// nav is the staff navigation: at most six items, Catat aduan first.
func (h *House) nav(who access.Who) (out []ui.Item) {
	if h.Reports.May(who, "report.record") {
		out = append(out, ui.Item{Path: "/aduan/catat", Key: "nav.record"})
	}
	out = append(out, ui.Item{Path: "/hari-ini", Key: "nav.today"})
	if h.Reports.May(who, "report.queue", who.Teams()...) {
		out = append(out, ui.Item{Path: "/aduan", Key: "nav.reports"})
	} else if h.Reports.May(who, "report.review", who.Teams()...) {
		out = append(out, ui.Item{Path: "/aduan/tinjauan", Key: "nav.reviews"})
	}
	if h.Cases.May(who, "casework.list", who.Teams()...) {
		out = append(out, ui.Item{Path: "/kasus", Key: "nav.cases"})
	}
	return append(out, ui.Item{Path: "/manual", Key: "nav.manual"}, ui.Item{Path: "/lainnya", Key: "nav.more"})
}

func (h *House) alarms(ctx context.Context, who access.Who) int {
	if len(h.Reports.DeskTeams(who)) == 0 {
		return 0
	}
	n, err := h.Reports.Ringing(ctx, who)
	if err != nil {
		h.Log.Error("alarms", "err", err)
	}
	return int(n)
}

// Run runs the background work until ctx ends.
func (h *House) Run(ctx context.Context, alarm func(ctx context.Context, n int) error, sweep func(ctx context.Context) error) {
	go h.Audit.Run(ctx)
	go h.Events.Run(ctx)
	h.Jobs.Add(jobs.Job{Name: "alarm", Every: 5 * time.Minute, Do: func(ctx context.Context) error {
		open, err := h.Reports.RepeatAlarms(ctx)
		if err != nil || open == 0 || alarm == nil {
			return err
		}
		return alarm(ctx, int(open))
	}})
	h.Jobs.Add(jobs.Job{Name: "spool", Every: time.Minute, Do: func(ctx context.Context) error {
		_, err := h.Reports.Drain(ctx)
		return err
	}})
	if sweep != nil {
		h.Jobs.Add(jobs.Job{Name: "sweep", Every: time.Hour, Do: sweep})
	}
	h.Jobs.Run(ctx)
}
