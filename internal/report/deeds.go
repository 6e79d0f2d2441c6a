package report

import (
	"context"
	"slices"
	"time"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/record"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/report/internal/store"
)

// edit is the one way in which staff change a report: permit, version, rows,
// leaf, in one transaction. then changes the clear columns.
func (s *Service) edit(ctx context.Context, who access.Who, action, reason string, e Edit, then func(tx *db.Tx, h *store.ReportHead) error) error {
	denied := error(nil)
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		h, err := s.q(tx).GetHead(tx.Ctx(), store.GetHeadParams{Jurisdiction: s.Jurisdiction, ID: e.ID})
		if err != nil {
			return db.NotFound(err)
		}
		grants, err := s.q(tx).ListGrants(tx.Ctx(), store.ListGrantsParams{Jurisdiction: s.Jurisdiction, Report: e.ID})
		if err != nil {
			return err
		}
		if denied = s.Policy.Check(who, action, access.Resource{Room: Room, ID: e.ID, Teams: grantTeams(h, grants), Mine: h.Officer == who.Person}); denied != nil {
			return denied
		}
		return s.apply(tx, who, action, reason, e, h, then)
	})
	if denied != nil {
		s.Audit.Denied(ctx, who.Actor(), action, e.ID, "policy")
	}
	return err
}

func (s *Service) apply(tx *db.Tx, who access.Who, action, reason string, e Edit, h store.ReportHead, then func(tx *db.Tx, h *store.ReportHead) error) error {
	was := h.Seq
	if len(e.Change.Docs) > 0 {
		if e.Change.Was != h.Seq {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		h.Seq, h.Head = e.Change.Seq, e.Change.Head[:]
	}
	if e.Label != nil {
		h.Label = e.Label
	}
	if e.Inbox != nil {
		h.Inbox = e.Inbox
	}
	if then != nil {
		if err := then(tx, &h); err != nil {
			return err
		}
	}
	n, err := s.q(tx).UpdateHead(tx.Ctx(), store.UpdateHeadParams{Team: h.Team, Epoch: h.Epoch, Wrap: h.Wrap, Status: h.Status, Lane: h.Lane, Risk: h.Risk, Danger: h.Danger,
		Authority: h.Authority, DueHour: h.DueHour, Officer: h.Officer, Seq: h.Seq, Head: h.Head, Mailbox: h.Mailbox, Label: h.Label, Waiting: h.Waiting, Inbox: h.Inbox,
		Jurisdiction: s.Jurisdiction, ID: e.ID, Was: was, Rev: h.Rev})
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	if err := s.putDocs(tx, e.ID, e.Change.Docs); err != nil {
		return err
	}
	for _, g := range e.Grants {
		if err := s.putGrant(tx, e.ID, g); err != nil {
			return err
		}
	}
	if err := s.putTags(tx, e.ID, e.Tags); err != nil {
		return err
	}
	var head [32]byte
	copy(head[:], h.Head)
	return s.Audit.Append(tx, who.Actor(), audit.Entry{Verb: action, Record: e.ID, Reason: reason, Head: audit.Head(h.Seq, head)})
}

func (s *Service) putDocs(tx *db.Tx, report string, docs []record.Doc) error {
	for _, d := range docs {
		err := s.q(tx).InsertDoc(tx.Ctx(), store.InsertDocParams{Jurisdiction: s.Jurisdiction, Report: report, Seq: d.Seq, Kind: d.Kind, Author: d.Author, Prev: d.Prev[:], Box: d.Box, Day: d.Day})
		if db.IsUnique(err) {
			return fault.Wrap(fault.Conflict, "fault.conflict", err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) putGrant(tx *db.Tx, report string, g record.Grant) error {
	sig := g.Sig
	if sig == nil {
		sig = []byte{}
	}
	return s.q(tx).PutGrant(tx.Ctx(), store.PutGrantParams{Jurisdiction: s.Jurisdiction, Report: report, Team: g.Team, Epoch: g.Epoch, Wrap: g.Wrap, Granter: g.Granter, Reason: g.Reason, UntilDay: g.Until, Sig: sig})
}

func (s *Service) putTags(tx *db.Tx, report string, tags []Tag) error {
	for _, t := range tags {
		if err := s.q(tx).PutTag(tx.Ctx(), store.PutTagParams{Jurisdiction: s.Jurisdiction, Tag: t.Tag[:], Team: t.Team, Year: t.Year, Report: report, Kind: string(t.Kind), Whose: t.Whose, Version: 1}); err != nil {
			return err
		}
	}
	return nil
}

// Adopt writes what the first opening makes (Opened.Adopt) and marks the report
// read.
func (s *Service) Adopt(ctx context.Context, who access.Who, e Edit) error {
	return s.edit(ctx, who, "report.adopt", "opening", e, func(tx *db.Tx, h *store.ReportHead) error {
		if len(e.Grants) > 0 {
			h.Wrap = []byte{}
		}
		if h.Status == Received {
			h.Status = Read
		}
		if err := s.empty(tx, h, e.Emptied); err != nil {
			return err
		}
		return s.q(tx).CountHeavy(tx.Ctx(), store.CountHeavyParams{Jurisdiction: s.Jurisdiction, Person: who.Person, Day: s.today(), Opened: 1})
	})
}

// empty takes away the boxes of messages that documents hold now.
func (s *Service) empty(tx *db.Tx, h *store.ReportHead, emptied []int64) error {
	h.Waiting = max(0, h.Waiting-int64(len(emptied)))
	for _, n := range emptied {
		if err := s.q(tx).EmptyMessage(tx.Ctx(), store.EmptyMessageParams{DeskBox: []byte{}, Jurisdiction: s.Jurisdiction, Report: h.ID, N: n}); err != nil {
			return err
		}
	}
	return nil
}

// Wall replaces a report by what Opened.Wall sealed for a restricted team, in
// casework's transaction: old keys, grants, tags, links and proposals are gone,
// and its queue and mailbox are the restricted team's.
func (s *Service) Wall(ctx context.Context, who access.Who, e Edit, to seal.TeamPublic) error {
	return s.edit(ctx, who, "report.wall", "", e, func(tx *db.Tx, h *store.ReportHead) error {
		q, j := s.q(tx), s.Jurisdiction
		for _, err := range []error{
			s.strip(tx, e.ID),
			q.DeleteLinks(tx.Ctx(), store.DeleteLinksParams{Jurisdiction: j, Report: e.ID}),
			q.DeleteProposals(tx.Ctx(), store.DeleteProposalsParams{Jurisdiction: j, Report: e.ID}),
			q.MoveAlarm(tx.Ctx(), store.MoveAlarmParams{Team: to.Team, Jurisdiction: j, Report: e.ID}),
			s.empty(tx, h, e.Emptied),
		} {
			if err != nil {
				return err
			}
		}
		h.Team, h.Epoch, h.Wrap, h.Officer = to.Team, to.Epoch, []byte{}, ""
		return nil
	})
}

// strip deletes what is sealed under a report's key, its wraps and its tags.
func (s *Service) strip(tx *db.Tx, report string) error {
	q, j := s.q(tx), s.Jurisdiction
	for _, err := range []error{
		q.DeleteDocs(tx.Ctx(), store.DeleteDocsParams{Jurisdiction: j, Report: report}),
		q.DeleteGrants(tx.Ctx(), store.DeleteGrantsParams{Jurisdiction: j, Report: report}),
		q.DeleteTags(tx.Ctx(), store.DeleteTagsParams{Jurisdiction: j, Report: report}),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// Rate sets the risk, as far as one officer may (Alone); anything lower is a proposal.
func (s *Service) Rate(ctx context.Context, who access.Who, e Edit, risk string) error {
	if riskRank[risk] == 0 {
		return fault.Of(fault.Field{Name: "risk", Key: "field.not_listed"})
	}
	return s.edit(ctx, who, "report.rate", risk, e, func(tx *db.Tx, h *store.ReportHead) error {
		if risk != h.Risk && !slices.Contains(Alone(h.Risk, h.Danger), risk) {
			return fault.New(fault.Denied, "report.fault.second_person")
		}
		s.setRisk(h, risk)
		return s.overtake(tx, h)
	})
}

// overtake ends open proposals: they were made about another state.
func (s *Service) overtake(tx *db.Tx, h *store.ReportHead) error {
	return s.q(tx).Overtake(tx.Ctx(), store.OvertakeParams{Jurisdiction: s.Jurisdiction, Report: h.ID})
}

// setRisk sets the risk and moves its clock by the difference of the two answer
// times: it still counts from the hour the report came, which no column keeps.
// A danger report stays due at once.
func (s *Service) setRisk(h *store.ReportHead, risk string) {
	if !h.Danger {
		h.DueHour += int64((s.Directory.Response(risk).Within - s.Directory.Response(h.Risk).Within) / time.Hour)
	}
	h.Risk = risk
}

// SetDanger raises or takes down the danger flag; raising it rings the alarm.
func (s *Service) SetDanger(ctx context.Context, who access.Who, e Edit, danger bool) error {
	return s.edit(ctx, who, "report.rate", "danger", e, func(tx *db.Tx, h *store.ReportHead) error {
		was := h.Danger
		h.Danger = danger
		if was && !danger && h.Risk == "unknown" { // else a first rating could go below high (Alone)
			s.setRisk(h, "high")
		}
		if !danger || was {
			return nil
		}
		h.DueHour = min(h.DueHour, clock.HourUp(s.Clock.Now()))
		if err := s.overtake(tx, h); err != nil {
			return err
		}
		return s.raise(tx, e.ID, h.Team)
	})
}

// SetAuthority says whose matter it is. "Not ours" is a proposal.
func (s *Service) SetAuthority(ctx context.Context, who access.Who, e Edit, authority string) error {
	if authority != "ours" {
		return fault.New(fault.Denied, "report.fault.second_person")
	}
	return s.edit(ctx, who, "report.rate", "authority", e, func(_ *db.Tx, h *store.ReportHead) error { h.Authority = authority; return nil })
}

// AddNote keeps an officer's note.
func (s *Service) AddNote(ctx context.Context, who access.Who, e Edit) error {
	return s.edit(ctx, who, "report.note", "", e, nil)
}

// Answer sends an answer to the mailbox.
func (s *Service) Answer(ctx context.Context, who access.Who, e Edit) error {
	return s.edit(ctx, who, "report.reply", "", e, func(tx *db.Tx, h *store.ReportHead) error {
		if h.Mailbox != "open" {
			return fault.New(fault.Gone, "report.mailbox.closed")
		}
		if h.Status == Received || h.Status == Read { // the promise is kept; the decision has a clock of its own
			h.DueHour = max(h.DueHour, clock.HourUp(s.Due(h.Risk, h.Danger, s.Clock.Now())))
		}
		return s.putMessage(tx, e.ID, store.InsertMessageParams{Direction: "out", Team: h.Team, Epoch: h.Epoch, DeskBox: []byte{}, ReporterBox: e.Reporter, Mark: []byte{}})
	})
}

// ReplyPublic returns the key to which answers are sealed.
func (s *Service) ReplyPublic(ctx context.Context, who access.Who, report string) (key []byte, err error) {
	if _, err := s.view(ctx, who, "report.reply", report); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		h, err := s.q(tx).GetHead(tx.Ctx(), store.GetHeadParams{Jurisdiction: s.Jurisdiction, ID: report})
		key = h.ReplyPublic
		return db.NotFound(err)
	})
	return key, err
}

// Relate links two reports, or undoes a link. Both must be the person's to read;
// texts and mailboxes stay apart.
func (s *Service) Relate(ctx context.Context, who access.Who, e Edit, other string, undo bool) error {
	if other == e.ID {
		return fault.Of(fault.Field{Name: "other", Key: "report.link.self"})
	}
	if _, err := s.view(ctx, who, "report.link", other); err != nil {
		return err
	}
	return s.edit(ctx, who, "report.link", "", e, func(tx *db.Tx, _ *store.ReportHead) error {
		for _, pair := range [][2]string{{e.ID, other}, {other, e.ID}} {
			if err := s.q(tx).PutLink(tx.Ctx(), store.PutLinkParams{Jurisdiction: s.Jurisdiction, Report: pair[0], Other: pair[1], Person: who.Person, Day: s.today(), Undone: undo}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Hand gives the report to a case team (a grant in e.Grants): "sedang ditangani".
func (s *Service) Hand(ctx context.Context, who access.Who, e Edit) error {
	return s.edit(ctx, who, "report.hand", "", e, func(tx *db.Tx, h *store.ReportHead) error {
		h.Status, h.Authority = Handling, "ours"
		return s.overtake(tx, h)
	})
}

// Refer notes that another institution accepted the report; the words of who and
// when are sealed in e. A tenth is looked at again.
func (s *Service) Refer(ctx context.Context, who access.Who, e Edit, review func(team string) (record.Grant, error)) error {
	return s.edit(ctx, who, "report.refer", "", e, func(tx *db.Tx, h *store.ReportHead) error {
		h.Status = Finished
		if err := s.overtake(tx, h); err != nil || !tenth() {
			return err
		}
		return s.propose(tx, who, h, Sample, "", review)
	})
}

// Swap gives the report to a colleague of the same desk, or to nobody.
func (s *Service) Swap(ctx context.Context, who access.Who, e Edit, colleague string) error {
	return s.edit(ctx, who, "report.swap", "", e, func(tx *db.Tx, h *store.ReportHead) error {
		if colleague != "" {
			members, err := s.Access.Members(tx.Ctx(), h.Team)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(members, func(m access.Member) bool { return m.ID == colleague }) {
				return fault.Of(fault.Field{Name: "colleague", Key: "field.not_listed"})
			}
		}
		h.Officer = colleague
		return nil
	})
}

// Propose asks a second person outside the desk: to close without a case, to
// lower the risk, or to say "not ours". e holds the reason, sealed; review
// returns the grant for the team that decides.
func (s *Service) Propose(ctx context.Context, who access.Who, e Edit, kind, to string, review func(team string) (record.Grant, error)) error {
	if !slices.Contains([]string{Close, LowerRisk, NotOurs}, kind) || (kind == LowerRisk && (riskRank[to] == 0 || to == "unknown")) || (kind == NotOurs && to != "other_region" && to != "ministry") {
		return fault.Of(fault.Field{Name: "kind", Key: "field.not_listed"})
	}
	return s.edit(ctx, who, "report.propose", kind, e, func(tx *db.Tx, h *store.ReportHead) error {
		if h.Status == Finished {
			return fault.New(fault.Gone, "report.fault.finished")
		}
		if err := s.overtake(tx, h); err != nil { // one open proposal: the newest
			return err
		}
		return s.propose(tx, who, h, kind, to, review)
	})
}

func (s *Service) propose(tx *db.Tx, who access.Who, h *store.ReportHead, kind, to string, review func(team string) (record.Grant, error)) error {
	team, err := s.reviewer(tx.Ctx(), h.Team)
	if err != nil {
		return err
	}
	if team != h.Team {
		g, err := review(team)
		if err != nil {
			return err
		}
		if err := s.putGrant(tx, h.ID, g); err != nil {
			return err
		}
	}
	return s.q(tx).InsertProposal(tx.Ctx(), store.InsertProposalParams{Jurisdiction: s.Jurisdiction, ID: newID(s.Clock.Now()), Report: h.ID, Kind: kind, ToValue: to, Team: team,
		Proposer: who.Person, State: "open", Day: s.today()})
}

// Decide answers a proposal; e holds the words, sealed. Nobody decides their own.
func (s *Service) Decide(ctx context.Context, who access.Who, e Edit, proposal string, yes bool) error {
	return s.edit(ctx, who, "report.decide", proposal, e, func(tx *db.Tx, h *store.ReportHead) error {
		p, err := s.q(tx).GetProposal(tx.Ctx(), store.GetProposalParams{Jurisdiction: s.Jurisdiction, ID: proposal})
		if err != nil || p.Report != e.ID {
			return fault.Wrap(fault.NotFound, "fault.not_found", err)
		}
		if p.Proposer == who.Person || !slices.Contains(who.Teams(), p.Team) {
			return fault.New(fault.Denied, "report.fault.own_proposal")
		}
		state := map[bool]string{true: "accepted", false: "refused"}[yes]
		n, err := s.q(tx).Decide(tx.Ctx(), store.DecideParams{State: state, DecidedBy: who.Person, Jurisdiction: s.Jurisdiction, ID: proposal})
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		return s.follow(tx, who, h, p, yes)
	})
}

// follow does what an answered proposal asks for. Of closings, a tenth is looked
// at once more by a third person.
func (s *Service) follow(tx *db.Tx, who access.Who, h *store.ReportHead, p store.ReportProposal, yes bool) error {
	switch {
	case p.Kind == Sample && !yes: // the second look disagrees: the desk has it again
		h.Status = Read
	case !yes || p.Kind == Sample:
	case p.Kind == LowerRisk:
		s.setRisk(h, p.ToValue)
	case p.Kind == NotOurs:
		h.Authority, h.Status = p.ToValue, Finished
	case p.Kind == Close:
		h.Status = Finished
		if tenth() {
			return s.q(tx).InsertProposal(tx.Ctx(), store.InsertProposalParams{Jurisdiction: s.Jurisdiction, ID: newID(s.Clock.Now()), Report: h.ID, Kind: Sample, Team: p.Team,
				Proposer: who.Person, State: "open", Day: s.today()})
		}
	}
	return nil
}

// Reviews returns the open proposals of the person's teams.
func (s *Service) Reviews(ctx context.Context, who access.Who) (out []Proposal, err error) {
	teams := who.Teams()
	if err := s.check(ctx, who, "report.review", "", teams, false); err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		for _, team := range teams {
			rows, err := s.q(tx).OpenProposals(tx.Ctx(), store.OpenProposalsParams{Jurisdiction: s.Jurisdiction, Team: team, Lim: 200})
			if err != nil {
				return err
			}
			for _, r := range rows {
				out = append(out, proposalOf(r))
			}
		}
		return nil
	})
	return out, err
}
