package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/platform/web"
)

type demoCmd struct {
	Place
	Cases int  `help:"How many cases." default:"24"`
	JSON  bool `help:"Print one JSON document." name:"json"`
}

// SignIn is one way into a demo.
type SignIn struct {
	Role     string `json:"role"`
	Name     string `json:"name"`
	Password string `json:"password"`
	TOTP     string `json:"totp_secret"`
	Code     string `json:"code,omitempty"`
}

// DemoDone is what a demo prints: counts, sign-ins, a partner's key.
type DemoDone struct {
	Reports    int      `json:"reports"`
	Cases      int      `json:"cases"`
	People     int      `json:"people"`
	SignIns    []SignIn `json:"sign_ins"`
	PartnerKey string   `json:"partner_key"`
}

// Run fills an empty folder.
func (c demoCmd) Run(ctx context.Context, s streams) error {
	done, err := MakeDemo(ctx, c.Place, c.Cases)
	if err != nil {
		return err
	}
	withCodes(done.SignIns)
	if c.JSON {
		return printJSON(s.out, done)
	}
	_, err = fmt.Fprintf(s.out, "demo in %s: %d people, %d reports, %d cases\n", c.Data, done.People, done.Reports, done.Cases)
	return err
}

func demoFile(p Place) string { return filepath.Join(p.Data, "demo.json") }

// ensureDemo fills the folder the first time.
func ensureDemo(ctx context.Context, p Place, s streams) error {
	if exists(demoFile(p)) {
		return nil
	}
	_, _ = fmt.Fprintln(s.err, "filling the demo …")
	_, err := MakeDemo(ctx, p, 24)
	return err
}

// demoPeople are invented; names are words for plants, so that nobody is meant.
var demoPeople = []struct {
	name   string
	office []access.Role
}{
	{"melati", []access.Role{access.EnrolmentOfficer}}, {"admin", []access.Role{access.Administrator}}, {"kenanga", []access.Role{access.DPO}}, {"cempaka", []access.Role{access.Auditor}},
	{"anggrek", nil}, {"dahlia", nil}, {"flamboyan", nil}, {"seruni", nil}, {"teratai", nil}, {"wijaya", nil}, {"kamboja", nil}, {"cemara", nil}, {"beringin", nil}, {"jati", nil},
}

// demoRoles is what everybody does; of each role the first is printed.
var demoRoles = map[string]string{
	"melati": "enrolment_officer", "admin": "administrator", "kenanga": "dpo", "cempaka": "auditor", "anggrek": "intake_officer", "dahlia": "steward", "flamboyan": "reviewer",
	"seruni": "caseworker", "teratai": "caseworker", "wijaya": "supervisor", "kamboja": "caseworker", "cemara": "oversight_officer", "beringin": "oversight_officer", "jati": "supervisor",
}

// maker fills a demo through the same deeds as everybody, on a clock of its own
// that begins weeks ago.
type maker struct {
	h     *House
	clock *clock.Fake
	who   map[string]string // name → id
	team  map[string]string
	pass  map[string]string
	totp  map[string]string
	in    map[string]access.Session
	done  DemoDone
}

// MakeDemo fills an empty folder with the synthetic West Jakarta.
func MakeDemo(ctx context.Context, p Place, cases int) (done DemoDone, err error) {
	if exists(demoFile(p)) || exists(filepath.Join(p.Data, "naungan.db")) {
		return done, fmt.Errorf("%s is not empty; a demo is made in an empty folder", p.Data)
	}
	fake := clock.NewFake(time.Now().Add(-40 * 24 * time.Hour).Truncate(time.Hour)) //nolint:forbidigo // the demo's past
	h, _, err := found(ctx, p, fake, streams{nil, io.Discard, io.Discard})
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	m := &maker{h: h, clock: fake, who: map[string]string{}, team: map[string]string{}, pass: map[string]string{}, totp: map[string]string{}, in: map[string]access.Session{}}
	if err := h.set(ctx, "demo", "yes"); err != nil {
		return done, err
	}
	for _, step := range []func(context.Context) error{m.people, m.teams, func(ctx context.Context) error { return m.stories(ctx, cases) }} {
		if err := step(ctx); err != nil {
			return done, err
		}
	}
	if m.done.PartnerKey, err = h.Reports.AddPartner(ctx, audit.System("demo"), "Saluran mitra rekaan"); err != nil {
		return done, err
	}
	text, err := json.MarshalIndent(m.done, "", " ")
	if err != nil {
		return done, err
	}
	return m.done, os.WriteFile(demoFile(p), text, 0o600)
}

func (m *maker) people(ctx context.Context) error {
	for _, x := range demoPeople {
		person, token, err := m.h.Access.Invite(ctx, audit.System("demo"), x.name, x.office...)
		if err != nil {
			return err
		}
		secret, _, err := access.NewTOTPSecret(x.name)
		if err != nil {
			return err
		}
		m.who[x.name], m.totp[x.name], m.pass[x.name] = person, secret, seal.GeneratePassword()
		code, err := access.TOTPCode(secret, m.clock.Now())
		if err != nil {
			return err
		}
		if _, err := m.h.Access.Accept(ctx, access.Enrolment{Token: token, Password: m.pass[x.name], TOTP: secret, Code: code}); err != nil {
			return err
		}
		if x.name != "melati" {
			officer, err := m.as(ctx, "melati")
			if err != nil {
				return err
			}
			if err := m.h.Access.Approve(ctx, officer.Who, m.pass["melati"], person); err != nil {
				return err
			}
		}
		m.done.SignIns = append(m.done.SignIns, SignIn{Role: demoRoles[x.name], Name: x.name, Password: m.pass[x.name], TOTP: secret})
		m.done.People++
	}
	return nil
}

// as returns somebody's session; the clock of the story stays below a session's
// idle time between calls, or a new one is opened.
func (m *maker) as(ctx context.Context, name string) (access.Session, error) {
	if s, ok := m.in[name]; ok {
		return s, nil
	}
	m.clock.Advance(time.Minute)
	code, err := access.TOTPCode(m.totp[name], m.clock.Now())
	if err != nil {
		return access.Session{}, err
	}
	cookie, err := m.h.Access.SignIn(ctx, name, m.pass[name], code, true)
	if err != nil {
		return access.Session{}, err
	}
	s, err := m.h.Access.Session(ctx, cookie)
	m.in[name] = s
	return s, err
}

func (m *maker) teams(ctx context.Context) error {
	officer, err := m.as(ctx, "melati")
	if err != nil {
		return err
	}
	f := func(name string, roles ...access.Role) (out []access.Founder) {
		for _, r := range roles {
			out = append(out, access.Founder{Person: m.who[name], Role: r})
		}
		return out
	}
	join := func(lists ...[]access.Founder) (out []access.Founder) {
		for _, l := range lists {
			out = append(out, l...)
		}
		return out
	}
	for _, t := range []struct {
		key, name, reviewer string
		kind                access.TeamKind
		founders            []access.Founder
	}{
		{"review", "Tim peninjau", "", access.Review, f("flamboyan", access.Supervisor, access.Steward)},
		{"oversight", "Tim pengawas mandiri", "", access.Oversight, join(f("cemara", access.OversightOfficer, access.Steward), f("beringin", access.OversightOfficer))},
		{"desk", "Meja penerima Jakarta Barat", "review", access.Desk, join(f("anggrek", access.IntakeOfficer), f("dahlia", access.IntakeOfficer, access.Steward))},
		{"case", "Tim pendamping Barat", "oversight", access.Cases, join(f("seruni", access.Caseworker), f("teratai", access.Caseworker), f("wijaya", access.Supervisor, access.Steward))},
		{"case2", "Tim pendamping Utara", "oversight", access.Cases, join(f("kamboja", access.Caseworker), f("jati", access.Supervisor, access.Steward))},
	} {
		id, err := m.h.Access.CreateTeam(ctx, officer.Who, m.pass["melati"], access.Team{Name: t.name, Kind: t.kind, Reviewer: m.team[t.reviewer]}, t.founders)
		if err != nil {
			return err
		}
		m.team[t.key] = id
	}
	m.in = map[string]access.Session{} // keys of the new teams come with a new session
	return nil
}

// withCodes adds the code of the second factor as of now.
func withCodes(list []SignIn) {
	for i := range list {
		list[i].Code, _ = access.TOTPCode(list[i].TOTP, time.Now()) //nolint:forbidigo // shown, not kept
	}
}

func readDemo(p Place) (d DemoDone, err error) {
	text, err := os.ReadFile(demoFile(p))
	if err != nil {
		return d, err
	}
	err = json.Unmarshal(text, &d)
	withCodes(d.SignIns)
	return d, err
}

// printSignIns prints one sign-in per role.
func printSignIns(_ context.Context, h *House, w io.Writer) {
	d, err := readDemo(h.Place)
	if err != nil {
		_, _ = fmt.Fprintln(w, "the demo's sign-ins cannot be read:", err)
		return
	}
	_, _ = fmt.Fprintln(w, "\nThis is a demo: invented people, nobody reads reports here. One sign-in per role;\ncodes change every 30 seconds, see /peragaan.")
	seen := map[string]bool{}
	for _, s := range d.SignIns {
		if seen[s.Role] {
			continue
		}
		seen[s.Role] = true
		_, _ = fmt.Fprintf(w, "  %-18s %-10s %s\n", s.Role, s.Name, s.Password)
	}
}

// demoRoutes show the codes of the second factor, in a demo only.
func (h *House) demoRoutes() []web.Route {
	return []web.Route{{Pattern: "GET /peragaan", Door: web.Entry, Do: func(c *web.Ctx) error {
		d, err := readDemo(h.Place)
		if err != nil {
			return err
		}
		return c.Page("Naungan", demoPage(d.SignIns))
	}}}
}
