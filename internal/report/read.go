package report

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"time"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/internal/platform/record"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/report/internal/store"
)

type placeOf = record.Place

func (s *Service) place(report string) record.Place {
	return record.Place{Jurisdiction: s.Jurisdiction, Room: Room, ID: report}
}

func newID(t time.Time) string { return id.New(t) }

func (s *Service) grantOf(report, team string, epoch int64, wrap []byte, granter string) record.Grant {
	return record.Grant{Binding: seal.Binding{Jurisdiction: s.Jurisdiction, Room: Room, Record: report, Part: record.Main, Team: team, Epoch: epoch, Granter: granter}, Wrap: wrap}
}

// Show returns one report for reading, after its leaf is committed. reason is a
// coarse code of why ("duty", "review").
func (s *Service) Show(ctx context.Context, who access.Who, report, reason string) (v View, err error) {
	if v, err = s.view(ctx, who, "report.read", report); err != nil {
		return v, err
	}
	return v, s.Audit.Reading(ctx, who.Actor(), "report.read", []string{report}, reason)
}

func (s *Service) view(ctx context.Context, who access.Who, action, report string) (v View, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error { v, err = s.load(tx, report); return err })
	if err != nil {
		return View{}, err
	}
	teams := []string{v.Head.Team}
	for _, g := range v.Grants {
		teams = append(teams, g.Team)
	}
	if err := s.check(ctx, who, action, report, teams, v.Head.Officer == who.Person); err != nil {
		return View{}, err
	}
	return v, nil
}

// load reads every row of a report.
func (s *Service) load(tx *db.Tx, report string) (v View, err error) {
	q, ctx, j := s.q(tx), tx.Ctx(), s.Jurisdiction
	h, err := q.GetHead(ctx, store.GetHeadParams{Jurisdiction: j, ID: report})
	if err != nil {
		return v, db.NotFound(err)
	}
	v.Head, v.Place = headOf(h), s.place(report)
	if len(h.Wrap) > 0 {
		v.Grants = append(v.Grants, s.grantOf(report, h.Team, h.Epoch, h.Wrap, ""))
	}
	grants, err := q.ListGrants(ctx, store.ListGrantsParams{Jurisdiction: j, Report: report})
	if err != nil {
		return v, err
	}
	for _, g := range grants {
		v.Grants = append(v.Grants, s.grantOf(report, g.Team, g.Epoch, g.Wrap, g.Granter))
	}
	if v.Docs, err = s.docs(tx, report); err != nil {
		return v, err
	}
	if v.Messages, err = s.messages(tx, report); err != nil {
		return v, err
	}
	if v.Links, err = s.links(tx, report); err != nil {
		return v, err
	}
	props, err := q.ProposalsOf(ctx, store.ProposalsOfParams{Jurisdiction: j, Report: report})
	for _, p := range props {
		v.Proposals = append(v.Proposals, proposalOf(p))
	}
	if err != nil {
		return v, err
	}
	if v.Arrived, err = s.Audit.Began(tx, report, "report.receive"); err != nil {
		return v, err
	}
	n, err := q.Rings(ctx, store.RingsParams{Jurisdiction: j, Report: report})
	v.Alarm = n > 0
	return v, err
}

func (s *Service) docs(tx *db.Tx, report string) (out []record.Doc, err error) {
	rows, err := s.q(tx).ListDocs(tx.Ctx(), store.ListDocsParams{Jurisdiction: s.Jurisdiction, Report: report})
	for _, r := range rows {
		d := record.Doc{Seq: r.Seq, Kind: r.Kind, Author: r.Author, Box: r.Box, Day: r.Day}
		copy(d.Prev[:], r.Prev)
		out = append(out, d)
	}
	return out, err
}

func (s *Service) messages(tx *db.Tx, report string) (out []Message, err error) {
	rows, err := s.q(tx).ListMessages(tx.Ctx(), store.ListMessagesParams{Jurisdiction: s.Jurisdiction, Report: report})
	for _, r := range rows {
		out = append(out, Message{N: r.N, Out: r.Direction == "out", Team: r.Team, Epoch: r.Epoch, Box: r.DeskBox, Day: r.Day})
	}
	return out, err
}

func (s *Service) links(tx *db.Tx, report string) (out []Link, err error) {
	rows, err := s.q(tx).ListLinks(tx.Ctx(), store.ListLinksParams{Jurisdiction: s.Jurisdiction, Report: report})
	for _, r := range rows {
		out = append(out, Link{Other: r.Other, Person: r.Person, Day: r.Day, Undone: r.Undone})
	}
	return out, err
}

func proposalOf(p store.ReportProposal) Proposal {
	return Proposal{ID: p.ID, Report: p.Report, Kind: p.Kind, To: p.ToValue, Team: p.Team, Proposer: p.Proposer, State: p.State, DecidedBy: p.DecidedBy, Day: p.Day}
}

// Line is one line of the queue, with the grant that opens its label.
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

// Queue returns a page of the desk's reports of the statuses (all open ones
// where none is named, and those to which a reporter wrote again), soonest due
// first; lane "" is every lane.
func (s *Service) Queue(ctx context.Context, who access.Who, lane string, statuses []string, from Cursor, limit int) (out []Line, next Cursor, err error) {
	teams := s.DeskTeams(who)
	if err := s.check(ctx, who, "report.queue", "", teams, false); err != nil {
		return nil, next, err
	}
	again := len(statuses) == 0 && from == Cursor{}
	if len(statuses) == 0 {
		statuses = OpenStatuses
	}
	var more []Line
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		out, more = nil, nil
		for _, team := range teams {
			for _, st := range statuses {
				if err := s.queue(tx, &out, store.QueueParams{Jurisdiction: s.Jurisdiction, Team: team, Status: st, AfterHour: from.Hour, AfterID: from.ID, Lim: int64(limit) + 1}, lane); err != nil {
					return err
				}
			}
			if again {
				rows, err := s.q(tx).QueueWaiting(tx.Ctx(), store.QueueWaitingParams{Jurisdiction: s.Jurisdiction, Team: team})
				if err != nil {
					return err
				}
				for _, r := range rows {
					more = append(more, s.line(store.QueueRow(r)))
				}
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b Line) int {
		return cmp.Or(a.Head.Due.Compare(b.Head.Due), cmp.Compare(a.Head.ID, b.Head.ID))
	})
	if len(out) > limit {
		last := out[limit-1].Head
		out, next = out[:limit], Cursor{clock.Hour(last.Due), last.ID}
	}
	out = append(more, out...) // a reporter who wrote again waits at the top
	if err != nil || len(out) == 0 {
		return nil, next, err
	}
	return out, next, s.Audit.Reading(ctx, who.Actor(), "report.list", teams, "queue")
}

// queue adds a page of one team and status, of the lane asked for or of both.
func (s *Service) queue(tx *db.Tx, out *[]Line, p store.QueueParams, lane string) error {
	for _, quarantine := range []bool{false, true} {
		if lane != "" && quarantine != (lane == Quarantine) {
			continue
		}
		p.Quarantine = quarantine
		rows, err := s.q(tx).Queue(tx.Ctx(), p)
		if err != nil {
			return err
		}
		for _, r := range rows {
			*out = append(*out, s.line(r))
		}
	}
	return nil
}

func (s *Service) line(r store.QueueRow) Line {
	h := headOf(store.ReportHead{ID: r.ID, Team: r.Team, Status: r.Status, Lane: r.Lane, Channel: r.Channel, Risk: r.Risk, Danger: r.Danger, Authority: r.Authority,
		OpenedDay: r.OpenedDay, DueHour: r.DueHour, Officer: r.Officer, Seq: r.Seq, Head: r.Head, Mailbox: r.Mailbox, Label: r.Label, Waiting: r.Waiting})
	return Line{Head: h, Grant: s.grantOf(r.ID, r.GrantTeam, r.GrantEpoch, r.GrantWrap, r.Granter), Place: s.place(r.ID)}
}

// Count is how many reports of a kind wait, and how many of them are late.
type Count struct {
	Status, Lane, Risk string
	Danger             bool
	N, Late            int64
}

// Counts returns the queue of a team in numbers: for the day page, the hand-over
// and the supervisor.
func (s *Service) Counts(ctx context.Context, who access.Who, team string) (out []Count, err error) {
	if err := s.check(ctx, who, "report.counts", "", []string{team}, false); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := s.q(tx).CountQueue(tx.Ctx(), store.CountQueueParams{Hour: clock.HourUp(s.Clock.Now()), Jurisdiction: s.Jurisdiction, Team: team})
		out = nil
		for _, r := range rows {
			out = append(out, Count{r.Status, r.Lane, r.Risk, r.Danger, r.Reports, r.Overdue})
		}
		return err
	})
	return out, err
}

// Quarantined returns how many unread reports lie in quarantine at the person's
// desks, counting no further than most.
func (s *Service) Quarantined(ctx context.Context, who access.Who, most int64) (n int64, err error) {
	teams := s.DeskTeams(who)
	if err := s.check(ctx, who, "report.queue", "", teams, false); err != nil {
		return 0, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		n = 0
		for _, team := range teams {
			k, err := s.q(tx).Quarantined(tx.Ctx(), store.QuarantinedParams{Jurisdiction: s.Jurisdiction, Team: team, Lim: most - n})
			if err != nil {
				return err
			}
			n += k
		}
		return nil
	})
	return n, err
}

// Next takes the next unread report for the officer: a random tenth from
// quarantine, so that nothing there waits for ever.
func (s *Service) Next(ctx context.Context, who access.Who) (report string, err error) {
	teams := s.DeskTeams(who)
	if err := s.check(ctx, who, "report.queue", "", teams, false); err != nil {
		return "", err
	}
	lanes := slices.Clone(Lanes)
	if tenth() {
		slices.Reverse(lanes)
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		for _, lane := range lanes {
			for _, team := range teams {
				id, err := s.q(tx).NextInLane(tx.Ctx(), store.NextInLaneParams{Jurisdiction: s.Jurisdiction, Team: team, Lane: lane})
				if fault.KindOf(db.NotFound(err)) == fault.NotFound {
					continue
				}
				if err != nil {
					return err
				}
				n, err := s.q(tx).SetOfficer(tx.Ctx(), store.SetOfficerParams{Officer: who.Person, Jurisdiction: s.Jurisdiction, ID: id})
				if err == nil && n == 0 { // a colleague was faster
					err = fault.New(fault.Conflict, "fault.conflict")
				}
				if err != nil {
					return err
				}
				report = id
				return s.Audit.Append(tx, who.Actor(), audit.Entry{Verb: "report.next", Record: id})
			}
		}
		return fault.New(fault.NotFound, "report.queue.empty")
	})
	return report, err
}

// tenth is true once in ten.
func tenth() bool {
	var b [2]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return (int(b[0])<<8|int(b[1]))%10 == 0
}

// Hit is another report with the same identifier, within the asker's teams.
type Hit struct {
	Report, Status string
	Kind           seal.TagKind
	Whose          string
	OpenedDay      int64
}

// Related finds reports that bear one of the tags; every search is audited.
func (s *Service) Related(ctx context.Context, who access.Who, tags []Tag, not string) (out []Hit, err error) {
	teams := s.DeskTeams(who)
	if err := s.check(ctx, who, "report.search", "", teams, false); err != nil {
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
				h := Hit{r.Report, r.Status, seal.TagKind(r.Kind), r.Whose, r.OpenedDay}
				if r.Report != not && !slices.Contains(out, h) {
					out = append(out, h)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, s.Audit.Reading(ctx, who.Actor(), "report.search", []string{cmp.Or(not, "new")}, "related")
}
