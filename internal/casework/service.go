package casework

import (
	"cmp"
	"context"
	_ "embed"
	"slices"
	"time"

	"github.com/naungan/naungan/internal/casework/internal/store"
	"github.com/naungan/naungan/internal/directory"
	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/events"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/record"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/report"
)

// Room is the name under which this room seals, audits and asks for permits.
const Room = "casework"

// Policy is the room's policies in Cedar: who may do what to a case.
//
//go:embed access.cedar
var Policy []byte

// Deps is what the room stands on.
type Deps struct {
	DB           *db.DB
	Clock        clock.Clock
	Audit        *audit.Log
	Access       *access.Service
	Policy       *access.Engine
	Events       *events.Bus
	Manual       *manual.Service
	Reports      *report.Service
	Directory    *directory.Service
	Jurisdiction string
}

// Service is the front door. It is safe for concurrent use.
type Service struct{ Deps }

// New returns the service.
func New(d Deps) *Service { return &Service{d} }

// Migrate makes the tables.
func (s *Service) Migrate(ctx context.Context) error {
	return s.DB.Migrate(ctx, Room, store.Schema())
}

func (s *Service) q(tx *db.Tx) *store.Queries { return store.New(tx) }
func (s *Service) today() int64               { return clock.Day(s.Clock.Now()) }

func (s *Service) place(id string) record.Place {
	return record.Place{Jurisdiction: s.Jurisdiction, Room: Room, ID: id}
}

// Rules returns the manual that a case runs by; "" is the active one.
func (s *Service) Rules(ctx context.Context, hash string) (Rules, error) {
	if hash == "" {
		m, err := s.Manual.Active(ctx)
		return Rules{m, s.Manual.Calendar()}, err
	}
	m, err := s.Manual.Version(ctx, hash)
	return Rules{m, s.Manual.Calendar()}, err
}

// Newer returns the version of the manual in force where a case runs by another
// one, "" where it does not.
func (s *Service) Newer(ctx context.Context, h Head) (hash string, err error) {
	if hash, err = s.Manual.ActiveHash(ctx); err != nil || hash == h.Manual {
		return "", err
	}
	return hash, nil
}

// Head is what stands in clear of a case.
type Head struct {
	ID, Team, Worker, Second, Manual string
	Status                           Status
	Risk                             Risk
	OpenedDay, ClosedDay             int64
	NextDue                          time.Time // zero where nothing runs
	Class                            string
	Seq                              int64
	Hash                             [32]byte
	Label                            seal.Box
}

// Late tells whether the case's next deadline has passed: of a step of ours or of
// another agency's. A closed case has none.
func (h Head) Late(now time.Time) bool { return !h.NextDue.IsZero() && now.After(h.NextDue) }

// View is one case as the Service gives it: clear head and sealed boxes.
type View struct {
	Head     Head
	Place    record.Place
	Grants   []record.Grant
	Docs     []record.Doc
	Reports  []string
	Requests []Request
	Whole    bool // the identity may be opened: shown by ShowIdentity
}

// Request is what a second person decides: close, print_identity.
type Request struct {
	ID, Case, Kind, State, Proposer, DecidedBy string
	Day                                        int64
}

// Line is one line of a list, with the grant that opens its label.
type Line struct {
	Head  Head
	Grant record.Grant
	Place record.Place
}

// Cursor is where a list goes on; the zero value is its beginning.
type Cursor struct {
	Hour int64
	ID   string
}

// noDue stands in the clear column where no clock runs: such cases sort last.
const noDue = int64(1) << 40

func headOf(c store.CaseworkCase) Head {
	h := Head{ID: c.ID, Team: c.Team, Worker: c.Worker, Second: c.Second, Manual: c.Manual, Status: Status(c.Status), Risk: Risk(c.Risk), OpenedDay: c.OpenedDay,
		ClosedDay: c.ClosedDay, Class: c.DueClass, Seq: c.Seq, Label: c.Label}
	if c.NextDueHour > 0 && c.NextDueHour < noDue {
		h.NextDue = clock.OfHour(c.NextDueHour)
	}
	copy(h.Hash[:], c.Head)
	return h
}

func (s *Service) grantOf(id, part, team string, epoch int64, wrap []byte, granter string) record.Grant {
	return record.Grant{Binding: seal.Binding{Jurisdiction: s.Jurisdiction, Room: Room, Record: id, Part: part, Team: team, Epoch: epoch, Granter: granter}, Wrap: wrap}
}

// May tells whether a deed without a record is permitted: for navigation.
func (s *Service) May(who access.Who, action string, teams ...string) bool {
	return s.Policy.Check(who, action, access.Resource{Room: Room, Teams: teams}) == nil
}

func (s *Service) check(ctx context.Context, who access.Who, action, id string, teams []string, mine bool) error {
	err := s.Policy.Check(who, action, access.Resource{Room: Room, ID: id, Teams: teams, Mine: mine})
	if err != nil {
		s.Audit.Denied(ctx, who.Actor(), action, id, fault.KindOf(err).String())
	}
	return err
}

// Teams returns the person's case teams.
func (s *Service) Teams(who access.Who) []string {
	return who.Teams(access.Caseworker, access.Supervisor, access.OversightOfficer)
}

// Show returns a case for reading, after its leaf is committed. The identity is
// not opened from it, whatever keys the reader holds: ShowIdentity is its door.
func (s *Service) Show(ctx context.Context, who access.Who, id, reason string) (v View, err error) {
	if v, err = s.view(ctx, who, "casework.read", id); err != nil {
		return v, err
	}
	return v, s.Audit.Reading(ctx, who.Actor(), "casework.read", []string{id}, reason)
}

// ShowIdentity returns a case with its identity, to read, correct, print or wall
// it: a reason is asked and kept in the leaf.
func (s *Service) ShowIdentity(ctx context.Context, who access.Who, id, reason string) (v View, err error) {
	if v, err = s.view(ctx, who, "casework.identity", id); err != nil {
		return v, err
	}
	if reason == "" {
		return View{}, fault.Of(fault.Field{Name: "reason", Key: "casework.reason.missing"})
	}
	v.Whole = true
	return v, s.Audit.Reading(ctx, who.Actor(), "casework.identity", []string{id}, reason)
}

func (s *Service) view(ctx context.Context, who access.Who, action, id string) (v View, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error { v, err = s.load(tx, id); return err })
	if err != nil {
		return View{}, err
	}
	var teams []string
	for _, g := range v.Grants {
		if g.Part == record.Main {
			teams = append(teams, g.Team)
		}
	}
	if err := s.check(ctx, who, action, id, teams, v.Head.Worker == who.Person || v.Head.Second == who.Person); err != nil {
		return View{}, err
	}
	return v, nil
}

func (s *Service) load(tx *db.Tx, id string) (v View, err error) {
	q, ctx, j := s.q(tx), tx.Ctx(), s.Jurisdiction
	c, err := q.GetCase(ctx, store.GetCaseParams{Jurisdiction: j, ID: id})
	if err != nil {
		return v, db.NotFound(err)
	}
	v.Head, v.Place = headOf(c), s.place(id)
	grants, err := q.ListGrants(ctx, store.ListGrantsParams{Jurisdiction: j, CaseID: id})
	for _, g := range grants {
		v.Grants = append(v.Grants, s.grantOf(id, g.Part, g.Team, g.Epoch, g.Wrap, g.Granter))
	}
	if err != nil {
		return v, err
	}
	docs, err := q.ListDocs(ctx, store.ListDocsParams{Jurisdiction: j, CaseID: id})
	for _, r := range docs {
		d := record.Doc{Seq: r.Seq, Kind: r.Kind, Author: r.Author, Box: r.Box, Day: r.Day}
		copy(d.Prev[:], r.Prev)
		v.Docs = append(v.Docs, d)
	}
	if err != nil {
		return v, err
	}
	links, err := q.LinksOfCase(ctx, store.LinksOfCaseParams{Jurisdiction: j, CaseID: id})
	for _, l := range links {
		v.Reports = append(v.Reports, l.Report)
	}
	if err != nil {
		return v, err
	}
	reqs, err := q.RequestsOfCase(ctx, store.RequestsOfCaseParams{Jurisdiction: j, CaseID: id})
	for _, r := range reqs {
		v.Requests = append(v.Requests, requestOf(r))
	}
	return v, err
}

func requestOf(r store.CaseworkRequest) Request {
	return Request{r.ID, r.CaseID, r.Kind, r.State, r.Proposer, r.DecidedBy, r.Day}
}

// Scope says whose cases a list shows.
type Scope string

// Mine are the cases that the person accompanies; Second those they are second
// key-holder of; Team is everything of their teams; Late is what is late of it
// (Head.Late).
const (
	Mine   Scope = "mine"
	Second Scope = "second"
	Team   Scope = "team"
	Late   Scope = "late"
)

// List returns a page of cases, soonest due first.
func (s *Service) List(ctx context.Context, who access.Who, scope Scope, statuses []Status, from Cursor, limit int) (out []Line, next Cursor, err error) {
	teams := s.Teams(who)
	if err := s.check(ctx, who, "casework.list", "", teams, false); err != nil {
		return nil, next, err
	}
	if len(statuses) == 0 {
		statuses = slices.DeleteFunc(slices.Clone(Statuses), func(st Status) bool { return st == Closed })
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, err = s.lines(tx, who, scope, teams, statuses, from, limit)
		return err
	})
	if scope == Late {
		out = slices.DeleteFunc(out, func(l Line) bool { return !l.Head.Late(s.Clock.Now()) })
	}
	slices.SortFunc(out, func(a, b Line) int {
		return cmp.Or(cmp.Compare(dueHour(a.Head), dueHour(b.Head)), cmp.Compare(a.Head.ID, b.Head.ID))
	})
	out = slices.CompactFunc(out, func(a, b Line) bool { return a.Head.ID == b.Head.ID })
	if len(out) > limit {
		last := out[limit-1].Head
		out, next = out[:limit], Cursor{dueHour(last), last.ID}
	}
	if err != nil || len(out) == 0 {
		return nil, next, err
	}
	return out, next, s.Audit.Reading(ctx, who.Actor(), "casework.list", teams, string(scope))
}

func dueHour(h Head) int64 {
	if h.NextDue.IsZero() {
		return noDue
	}
	return clock.Hour(h.NextDue)
}

func (s *Service) lines(tx *db.Tx, who access.Who, scope Scope, teams []string, statuses []Status, from Cursor, limit int) (out []Line, err error) {
	q, ctx, lim := s.q(tx), tx.Ctx(), int64(limit)+1
	for _, st := range statuses {
		switch scope {
		case Mine:
			rows, err := q.ListWorker(ctx, store.ListWorkerParams{Jurisdiction: s.Jurisdiction, Worker: who.Person, Status: string(st), AfterHour: from.Hour, AfterID: from.ID, Lim: lim})
			if err != nil {
				return nil, err
			}
			for _, r := range rows {
				out = append(out, s.line(store.ListTeamRow(r), teams)...)
			}
			continue
		case Second:
			rows, err := q.ListSecond(ctx, store.ListSecondParams{Jurisdiction: s.Jurisdiction, Worker: who.Person, Status: string(st), AfterHour: from.Hour, AfterID: from.ID, Lim: lim})
			if err != nil {
				return nil, err
			}
			for _, r := range rows {
				out = append(out, s.line(store.ListTeamRow(r), teams)...)
			}
			continue
		}
		for _, team := range teams {
			rows, err := q.ListTeam(ctx, store.ListTeamParams{Jurisdiction: s.Jurisdiction, Team: team, Status: string(st), AfterHour: from.Hour, AfterID: from.ID, Lim: lim})
			if err != nil {
				return nil, err
			}
			for _, r := range rows {
				out = append(out, s.line(r, teams)...)
			}
		}
	}
	return out, nil
}

// line drops what lies outside the person's teams: somebody who left a team no
// longer sees the cases they had there.
func (s *Service) line(r store.ListTeamRow, teams []string) []Line {
	if !slices.Contains(teams, r.Team) {
		return nil
	}
	h := headOf(store.CaseworkCase{ID: r.ID, Team: r.Team, Status: r.Status, Risk: r.Risk, Worker: r.Worker, Second: r.Second, Manual: r.Manual, OpenedDay: r.OpenedDay,
		ClosedDay: r.ClosedDay, NextDueHour: r.NextDueHour, DueClass: r.DueClass, Seq: r.Seq, Head: r.Head, Label: r.Label})
	return []Line{{h, s.grantOf(r.ID, record.Main, r.Team, r.GrantEpoch, r.GrantWrap, r.Granter), s.place(r.ID)}}
}

// Load is how much one person of a team carries: open cases, and how many of them
// are late (Head.Late). Person is "" for those that nobody has yet.
type Load struct {
	Person      string
	Cases, Late int64
}

// Workload returns the caseload of each worker of a team: the supervisor's view.
func (s *Service) Workload(ctx context.Context, who access.Who, team string) (out []Load, err error) {
	if err := s.check(ctx, who, "casework.workload", "", []string{team}, false); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := s.q(tx).CaseloadOf(tx.Ctx(), store.CaseloadOfParams{Hour: clock.HourUp(s.Clock.Now()), Jurisdiction: s.Jurisdiction, Team: team})
		out = nil
		for _, r := range rows {
			out = append(out, Load{r.Worker, r.Cases, r.Late})
		}
		return err
	})
	return out, err
}

// Hit is a case that may be of the same child.
type Hit struct {
	Case, Team, Status string
	Kind               seal.TagKind
	Whose              string
}

// Search finds cases by tags, within the person's teams; every search is audited.
func (s *Service) Search(ctx context.Context, who access.Who, tags []Tag) (out []Hit, err error) {
	teams := s.Teams(who)
	if err := s.check(ctx, who, "casework.search", "", teams, false); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		for _, t := range tags {
			if !slices.Contains(teams, t.Team) {
				continue
			}
			rows, err := s.q(tx).FindTag(tx.Ctx(), store.FindTagParams{Jurisdiction: s.Jurisdiction, Tag: t.Tag[:], Team: t.Team, Lim: 20})
			if err != nil {
				return err
			}
			for _, r := range rows {
				if h := (Hit{r.CaseID, r.Team, "", seal.TagKind(r.Kind), r.Whose}); !slices.Contains(out, h) {
					out = append(out, h)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, s.Audit.Reading(ctx, who.Actor(), "casework.search", []string{"new"}, "before_create")
}

// Trail returns who did and read what of a case.
func (s *Service) Trail(ctx context.Context, who access.Who, id string) ([]audit.Trail, error) {
	if _, err := s.view(ctx, who, "casework.trail", id); err != nil {
		return nil, err
	}
	return s.Audit.Trail(ctx, id, 500)
}

// Heads lists every case's head for audit.Verify.
func (s *Service) Heads(ctx context.Context, each func(record string, head []byte) error) error {
	after := ""
	for {
		var rows []store.HeadsRow
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			rows, err = s.q(tx).Heads(tx.Ctx(), store.HeadsParams{Jurisdiction: s.Jurisdiction, After: after, Lim: 500})
			return err
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			var h [32]byte
			copy(h[:], r.Head)
			if err := each(r.ID, audit.Head(r.Seq, h)); err != nil {
				return err
			}
			after = r.ID
		}
	}
}
