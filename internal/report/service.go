package report

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/naungan/naungan/internal/directory"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/events"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/report/internal/store"
)

// Deps is what the room stands on.
type Deps struct {
	DB           *db.DB
	Clock        clock.Clock
	Audit        *audit.Log
	Access       *access.Service
	Policy       *access.Engine
	Events       *events.Bus
	Directory    *directory.Service
	Spool        Spool // nil keeps nothing
	Jurisdiction string
	Held         func(ctx context.Context) (bool, error) // whether public intake is held shut; nil never
}

// Service is the front door. It is safe for concurrent use.
type Service struct {
	Deps
	mu        sync.Mutex
	teams     []access.Team
	receivers []access.Receiver
	asked     time.Time
}

// New returns the service and registers what it hears.
func New(d Deps) *Service {
	s := &Service{Deps: d}
	d.Events.On("casework.status", s.hearCase)
	return s
}

// Migrate makes the tables.
func (s *Service) Migrate(ctx context.Context) error {
	return s.DB.Migrate(ctx, Room, store.Schema())
}

func (s *Service) today() int64 { return clock.Day(s.Clock.Now()) }

// asking keeps teams and receivers for half a minute: the public channel asks at
// every post.
func (s *Service) asking(ctx context.Context) ([]access.Team, []access.Receiver, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.Clock.Now(); s.teams == nil || now.Sub(s.asked) > 30*time.Second || now.Before(s.asked) {
		teams, err := s.Access.Teams(ctx)
		if err != nil {
			return nil, nil, err
		}
		receivers, err := s.Access.Receivers(ctx)
		if err != nil {
			return nil, nil, err
		}
		s.teams, s.receivers, s.asked = teams, receivers, now
	}
	return s.teams, s.receivers, nil
}

// teamsOf returns the teams of a kind.
func (s *Service) teamsOf(ctx context.Context, kind access.TeamKind) (out []access.Team, err error) {
	teams, _, err := s.asking(ctx)
	for _, t := range teams {
		if t.Kind == kind {
			out = append(out, t)
		}
	}
	return out, err
}

// receiving returns the pinned team of a receiving kind, "" where there is none.
func (s *Service) receiving(ctx context.Context, kind access.TeamKind) (string, error) {
	_, receivers, err := s.asking(ctx)
	for _, r := range receivers {
		if r.Kind == kind {
			return r.Team, err
		}
	}
	return "", err
}

// Receiver returns the public keys of the team that reads a new report: the
// pinned desk, or the pinned oversight team where the reporter asked for it.
func (s *Service) Receiver(ctx context.Context, conflict bool) (seal.TeamPublic, error) {
	kind := access.Desk
	if conflict {
		kind = access.Oversight
	}
	team, err := s.receiving(ctx, kind)
	if err != nil {
		return seal.TeamPublic{}, err
	}
	if team == "" {
		return seal.TeamPublic{}, fault.New(fault.Busy, "report.fault.no_team")
	}
	return s.Access.TeamPublic(ctx, team)
}

// DeskTeams returns the teams in which the person takes reports.
func (s *Service) DeskTeams(who access.Who) []string {
	return who.Teams(access.IntakeOfficer, access.OversightOfficer)
}

// CaseTeams returns the teams a report can be handed to.
func (s *Service) CaseTeams(ctx context.Context) ([]access.Team, error) {
	return s.teamsOf(ctx, access.Cases)
}

// reviewer returns the team that decides what the desk may not decide alone;
// where none is named, the same team, by another person.
func (s *Service) reviewer(ctx context.Context, team string) (string, error) {
	t, err := s.Access.Team(ctx, team)
	if err != nil || t.Reviewer == "" {
		return team, err
	}
	return t.Reviewer, nil
}

// Due returns by when a report of this risk is answered.
func (s *Service) Due(risk string, danger bool, from time.Time) time.Time {
	if danger {
		return from
	}
	return from.Add(s.Directory.Response(risk).Within)
}

// check asks for a permit on a report for those teams and records a refusal.
func (s *Service) check(ctx context.Context, who access.Who, action, id string, teams []string, mine bool) error {
	err := s.Policy.Check(who, action, access.Resource{Room: Room, ID: id, Teams: teams, Mine: mine})
	if err != nil {
		s.Audit.Denied(ctx, who.Actor(), action, id, fault.KindOf(err).String())
	}
	return err
}

// May tells whether a deed without a record is permitted: for navigation.
func (s *Service) May(who access.Who, action string, teams ...string) bool {
	return s.Policy.Check(who, action, access.Resource{Room: Room, Teams: teams}) == nil
}

func (s *Service) q(tx *db.Tx) *store.Queries { return store.New(tx) }

func headOf(h store.ReportHead) Head {
	out := Head{ID: h.ID, Team: h.Team, Status: h.Status, Lane: h.Lane, Channel: h.Channel, Risk: h.Risk, Authority: h.Authority, Officer: h.Officer, Mailbox: h.Mailbox,
		Danger: h.Danger, OpenedDay: h.OpenedDay, Due: clock.OfHour(h.DueHour), Seq: h.Seq, Waiting: h.Waiting, Label: h.Label, Inbox: h.Inbox, HasReply: len(h.ReplyPublic) > 0 && h.Mailbox == "open"}
	copy(out.Hash[:], h.Head)
	return out
}

// grantTeams returns the teams that hold a key of the report: its own and those
// of its grants.
func grantTeams(h store.ReportHead, grants []store.ReportGrant) []string {
	out := []string{h.Team}
	for _, g := range grants {
		if !slices.Contains(out, g.Team) {
			out = append(out, g.Team)
		}
	}
	return out
}

// Heads lists every report's head for audit.Verify.
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
