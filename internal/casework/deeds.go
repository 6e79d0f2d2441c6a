package casework

import (
	"cmp"
	"context"
	"slices"

	"github.com/naungan/naungan/internal/casework/internal/store"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/internal/platform/record"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/report"
	"github.com/naungan/naungan/protocol"
)

// announced is the event casework.status: a report and one coarse word.
type announced struct {
	Report string `json:"report"`
	Status string `json:"status"`
}

// OpenCase stores a new case and links it to its report, in one transaction with
// the report room.
func (s *Service) OpenCase(ctx context.Context, who access.Who, o Opening) error {
	if err := s.check(ctx, who, "casework.open", "", []string{o.Team}, false); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.members(tx, o.Team, o.Worker, o.Second); err != nil {
			return err
		}
		hour, class := summed(o.Summary)
		err := s.q(tx).InsertCase(tx.Ctx(), store.InsertCaseParams{Jurisdiction: s.Jurisdiction, ID: o.ID, Team: o.Team, Status: string(Begun), Risk: string(o.Risk),
			Worker: o.Worker, Second: o.Second, Manual: o.Manual, OpenedDay: s.today(), NextDueHour: hour, DueClass: class,
			Seq: o.Change.Seq, Head: o.Change.Head[:], Label: o.Label})
		if err != nil {
			return err
		}
		if err := s.putRows(tx, o.ID, o.Change.Docs, o.Grants, o.Tags); err != nil {
			return err
		}
		if o.Report != "" {
			if err := s.link(tx, who, o.ID, o.Report, true); err != nil {
				return err
			}
		}
		return s.Audit.Append(tx, who.Actor(), audit.Entry{Verb: "casework.open", Record: o.ID, Head: audit.Head(o.Change.Seq, o.Change.Head)})
	})
}

func (s *Service) link(tx *db.Tx, who access.Who, id, rep string, first bool) error {
	if err := s.Reports.Taken(tx.Ctx(), who, rep, first); err != nil {
		return err
	}
	if err := s.q(tx).PutLink(tx.Ctx(), store.PutLinkParams{Jurisdiction: s.Jurisdiction, CaseID: id, Report: rep, Day: s.today()}); err != nil {
		return err
	}
	return s.Events.Emit(tx, "casework.status", announced{rep, report.Handling})
}

// LinkReport adds a report to a case that is there already.
func (s *Service) LinkReport(ctx context.Context, who access.Who, id, rep string) error {
	return s.edit(ctx, who, "casework.link", "", Edit{ID: id}, func(tx *db.Tx, _ *store.CaseworkCase) error { return s.link(tx, who, id, rep, false) })
}

func summed(sum protocol.Summary) (hour int64, class string) {
	if sum.NextDue.IsZero() {
		return noDue, sum.Class
	}
	return clock.HourUp(sum.NextDue), sum.Class
}

func (s *Service) putRows(tx *db.Tx, id string, docs []record.Doc, grants []record.Grant, tags []Tag) error {
	q, ctx, j := s.q(tx), tx.Ctx(), s.Jurisdiction
	for _, d := range docs {
		err := q.InsertDoc(ctx, store.InsertDocParams{Jurisdiction: j, CaseID: id, Seq: d.Seq, Kind: d.Kind, Author: d.Author, Prev: d.Prev[:], Box: d.Box, Day: d.Day})
		if db.IsUnique(err) {
			return fault.Wrap(fault.Conflict, "fault.conflict", err)
		}
		if err != nil {
			return err
		}
	}
	for _, g := range grants {
		if err := q.PutGrant(ctx, store.PutGrantParams{Jurisdiction: j, CaseID: id, Part: g.Part, Team: g.Team, Epoch: g.Epoch, Wrap: g.Wrap, Granter: g.Granter, Reason: g.Reason, UntilDay: g.Until, Sig: g.Sig}); err != nil {
			return err
		}
	}
	for _, t := range tags {
		if err := q.PutTag(ctx, store.PutTagParams{Jurisdiction: j, Tag: t.Tag[:], Team: t.Team, Year: t.Year, CaseID: id, Kind: string(t.Kind), Whose: t.Whose, Version: 1}); err != nil {
			return err
		}
	}
	return nil
}

// edit is the one way in which staff change a case: permit, version, rows, leaf,
// in one transaction. A closed case is written to only after it was reopened. then changes the clear columns.
func (s *Service) edit(ctx context.Context, who access.Who, action, reason string, e Edit, then func(tx *db.Tx, c *store.CaseworkCase) error) error {
	var denied error
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := s.q(tx).GetCase(tx.Ctx(), store.GetCaseParams{Jurisdiction: s.Jurisdiction, ID: e.ID})
		if err != nil {
			return db.NotFound(err)
		}
		grants, err := s.q(tx).ListGrants(tx.Ctx(), store.ListGrantsParams{Jurisdiction: s.Jurisdiction, CaseID: e.ID})
		if err != nil {
			return err
		}
		var teams []string
		for _, g := range grants {
			teams = append(teams, g.Team)
		}
		res := access.Resource{Room: Room, ID: e.ID, Teams: teams, Mine: c.Worker == who.Person || c.Second == who.Person}
		if denied = s.Policy.Check(who, action, res); denied != nil {
			return denied
		}
		if Status(c.Status) == Closed && (action == "casework.write" || action == "casework.identity_write" || action == "casework.renew") {
			return fault.New(fault.Invalid, "casework.closed_readonly")
		}
		return s.apply(tx, who, action, reason, e, c, then)
	})
	if denied != nil {
		s.Audit.Denied(ctx, who.Actor(), action, e.ID, "policy")
	}
	return err
}

func (s *Service) apply(tx *db.Tx, who access.Who, action, reason string, e Edit, c store.CaseworkCase, then func(tx *db.Tx, c *store.CaseworkCase) error) error {
	was := c.Seq
	if len(e.Change.Docs) > 0 {
		if e.Change.Was != c.Seq {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		c.Seq, c.Head = e.Change.Seq, e.Change.Head[:]
	}
	if e.Label != nil {
		c.Label = e.Label
	}
	if e.Summary != nil {
		c.NextDueHour, c.DueClass = summed(*e.Summary)
	}
	if then != nil {
		if err := then(tx, &c); err != nil {
			return err
		}
	}
	n, err := s.q(tx).UpdateCase(tx.Ctx(), store.UpdateCaseParams{Team: c.Team, Status: c.Status, Risk: c.Risk, Worker: c.Worker, Second: c.Second, Manual: c.Manual, ClosedDay: c.ClosedDay,
		NextDueHour: c.NextDueHour, DueClass: c.DueClass, Seq: c.Seq, Head: c.Head, Label: c.Label, Jurisdiction: s.Jurisdiction, ID: e.ID, Was: was, Rev: c.Rev})
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	if e.Retag {
		if err := s.q(tx).DeleteTags(tx.Ctx(), store.DeleteTagsParams{Jurisdiction: s.Jurisdiction, CaseID: e.ID}); err != nil {
			return err
		}
	}
	if err := s.putRows(tx, e.ID, e.Change.Docs, nil, e.Tags); err != nil {
		return err
	}
	var head [32]byte
	copy(head[:], c.Head)
	return s.Audit.Append(tx, who.Actor(), audit.Entry{Verb: action, Record: e.ID, Reason: reason, Head: audit.Head(c.Seq, head)})
}

// Save stores a new version of a document.
func (s *Service) Save(ctx context.Context, who access.Who, e Edit, kind Kind) error {
	action := "casework.write"
	if kind == Identity {
		action = "casework.identity_write"
	}
	return s.edit(ctx, who, action, string(kind), e, nil)
}

// Happened stores a change of the case's course.
func (s *Service) Happened(ctx context.Context, who access.Who, e Edit) error {
	return s.edit(ctx, who, "casework.write", "course", e, nil)
}

// Fill stores a filled form, or a draft of one; f is what Opened.Fill sealed. A
// finished form may have said the risk.
func (s *Service) Fill(ctx context.Context, who access.Who, f Filled) error {
	return s.edit(ctx, who, "casework.write", string(Filling), f.Edit, func(_ *db.Tx, c *store.CaseworkCase) error {
		if f.Risk != "" && !slices.Contains(Risks, f.Risk) {
			return fault.Of(fault.Field{Name: "risk", Key: "field.not_listed"})
		}
		c.Risk = cmp.Or(string(f.Risk), c.Risk)
		return nil
	})
}

// Rate sets the risk; e holds the course with the fact.
func (s *Service) Rate(ctx context.Context, who access.Who, e Edit, risk Risk) error {
	if !slices.Contains(Risks, risk) {
		return fault.Of(fault.Field{Name: "risk", Key: "field.not_listed"})
	}
	return s.edit(ctx, who, "casework.write", "risk", e, func(_ *db.Tx, c *store.CaseworkCase) error { c.Risk = string(risk); return nil })
}

// Move changes the status along the transitions; e holds the reason.
func (s *Service) Move(ctx context.Context, who access.Who, e Edit, to Status) error {
	return s.edit(ctx, who, "casework.move", string(to), e, func(tx *db.Tx, c *store.CaseworkCase) error {
		was := Status(c.Status)
		if err := was.Move(to, "sealed"); err != nil {
			return err
		}
		c.Status = string(to)
		if was == Closed {
			c.ClosedDay = 0
			return s.tell(tx, e.ID, report.Handling)
		}
		return nil
	})
}

// tell announces a coarse word to every report the case is linked to.
func (s *Service) tell(tx *db.Tx, id, status string) error {
	links, err := s.q(tx).LinksOfCase(tx.Ctx(), store.LinksOfCaseParams{Jurisdiction: s.Jurisdiction, CaseID: id})
	for _, l := range links {
		if err := s.Events.Emit(tx, "casework.status", announced{l.Report, status}); err != nil {
			return err
		}
	}
	return err
}

// Assign names the worker and the second key-holder; both are of the team and
// not the same person.
func (s *Service) Assign(ctx context.Context, who access.Who, e Edit, worker, second string) error {
	return s.edit(ctx, who, "casework.assign", "", e, func(tx *db.Tx, c *store.CaseworkCase) error {
		if err := s.members(tx, c.Team, worker, second); err != nil {
			return err
		}
		c.Worker, c.Second = worker, second
		return nil
	})
}

// members holds a worker and a second key-holder to the team: what stands in a
// clear column is a member's id, never a text.
func (s *Service) members(tx *db.Tx, team, worker, second string) error {
	list, err := s.Access.Members(tx.Ctx(), team)
	if err != nil {
		return err
	}
	for _, f := range []struct{ name, person string }{{"worker", worker}, {"second", second}} {
		if !slices.ContainsFunc(list, func(m access.Member) bool { return m.ID == f.person }) {
			return fault.Of(fault.Field{Name: f.name, Key: "field.not_listed"})
		}
	}
	if worker == second {
		return fault.Of(fault.Field{Name: "second", Key: "casework.assign.same"})
	}
	return nil
}

// Ask makes a request that somebody else decides: "close" or "print_identity".
// e holds the reason. One of a kind may be open for a case; a second is an Invalid
// fault.
func (s *Service) Ask(ctx context.Context, who access.Who, e Edit, kind string) error {
	if kind != "close" && kind != "print_identity" {
		return fault.Of(fault.Field{Name: "kind", Key: "field.not_listed"})
	}
	return s.edit(ctx, who, "casework.ask", kind, e, func(tx *db.Tx, c *store.CaseworkCase) error {
		if kind == "close" && Status(c.Status) == Closed {
			return fault.New(fault.Gone, "casework.closed_already")
		}
		reqs, err := s.q(tx).RequestsOfCase(tx.Ctx(), store.RequestsOfCaseParams{Jurisdiction: s.Jurisdiction, CaseID: e.ID})
		if err != nil {
			return err
		}
		if slices.ContainsFunc(reqs, func(r store.CaseworkRequest) bool { return r.Kind == kind && r.State == "open" }) {
			return fault.Of(fault.Field{Name: "reason", Key: "casework.asked_already"})
		}
		return s.q(tx).InsertRequest(tx.Ctx(), store.InsertRequestParams{Jurisdiction: s.Jurisdiction, ID: id.New(s.Clock.Now()), CaseID: e.ID, Team: c.Team, Kind: kind, Proposer: who.Person, Box: []byte{}, Day: s.today()})
	})
}

// Answer decides a request; nobody decides their own. Others of its kind are
// overtaken. An accepted closing ends the case, overtakes whatever else is open
// and tells its reports.
func (s *Service) Answer(ctx context.Context, who access.Who, e Edit, request string, yes bool) error {
	return s.edit(ctx, who, "casework.decide", request, e, func(tx *db.Tx, c *store.CaseworkCase) error {
		r, err := s.q(tx).GetRequest(tx.Ctx(), store.GetRequestParams{Jurisdiction: s.Jurisdiction, ID: request})
		if err != nil || r.CaseID != e.ID {
			return fault.Wrap(fault.NotFound, "fault.not_found", err)
		}
		if r.Proposer == who.Person {
			return fault.New(fault.Denied, "casework.own_request")
		}
		state := map[bool]string{true: "accepted", false: "refused"}[yes]
		n, err := s.q(tx).DecideRequest(tx.Ctx(), store.DecideRequestParams{State: state, DecidedBy: who.Person, Jurisdiction: s.Jurisdiction, ID: request, Was: "open"})
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		overtaken := r.Kind
		if r.Kind == "close" && yes {
			overtaken = ""
		}
		if err := s.q(tx).OvertakeRequests(tx.Ctx(), store.OvertakeRequestsParams{DecidedBy: who.Person, Jurisdiction: s.Jurisdiction, CaseID: e.ID, Kind: overtaken}); err != nil {
			return err
		}
		if r.Kind != "close" || !yes {
			return nil
		}
		c.Status, c.ClosedDay, c.NextDueHour, c.DueClass = string(Closed), s.today(), noDue, ""
		return s.tell(tx, e.ID, report.Finished)
	})
}

// Waiting returns the open requests of the person's teams that are not their own.
func (s *Service) Waiting(ctx context.Context, who access.Who) (out []Request, err error) {
	teams := who.Teams(access.Supervisor, access.OversightOfficer)
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		for _, team := range teams {
			rows, err := s.q(tx).OpenRequests(tx.Ctx(), store.OpenRequestsParams{Jurisdiction: s.Jurisdiction, Team: team, Lim: 200})
			if err != nil {
				return err
			}
			for _, r := range rows {
				if r.Proposer != who.Person {
					out = append(out, requestOf(r))
				}
			}
		}
		return nil
	})
	return out, err
}

// Print numbers a print of a case. kind "case" is pseudonymous, "filling" one of
// its filled forms; "identity" needs an accepted request of this person, which it
// uses up.
func (s *Service) Print(ctx context.Context, who access.Who, caseID, kind string) (number int64, err error) {
	action := "casework.print"
	if kind == "identity" {
		action = "casework.print_identity"
	}
	err = s.edit(ctx, who, action, kind, Edit{ID: caseID}, func(tx *db.Tx, _ *store.CaseworkCase) error {
		q, j := s.q(tx), s.Jurisdiction
		if kind == "identity" {
			if err := s.useRequest(tx, who, caseID); err != nil {
				return err
			}
		}
		if number, err = q.NextPrint(tx.Ctx(), store.NextPrintParams{Jurisdiction: j, CaseID: caseID}); err != nil {
			return err
		}
		return q.InsertPrint(tx.Ctx(), store.InsertPrintParams{Jurisdiction: j, CaseID: caseID, Number: number, Person: who.Person, Kind: kind, Day: s.today()})
	})
	return number, err
}

func (s *Service) useRequest(tx *db.Tx, who access.Who, caseID string) error {
	reqs, err := s.q(tx).RequestsOfCase(tx.Ctx(), store.RequestsOfCaseParams{Jurisdiction: s.Jurisdiction, CaseID: caseID})
	if err != nil {
		return err
	}
	for _, r := range reqs {
		if r.Kind == "print_identity" && r.State == "accepted" && r.Proposer == who.Person {
			n, err := s.q(tx).DecideRequest(tx.Ctx(), store.DecideRequestParams{State: "used", DecidedBy: r.DecidedBy, Jurisdiction: s.Jurisdiction, ID: r.ID, Was: "accepted"})
			if err != nil || n == 1 {
				return err
			}
		}
	}
	return fault.New(fault.Denied, "casework.print.not_approved")
}

// Wall replaces a case by what Opened.Wall sealed, and its reports with it: old
// keys, grants and tags are gone, and those outside the restricted team cannot
// tell that it exists. A linked report that is missing from w is a Conflict.
func (s *Service) Wall(ctx context.Context, who access.Who, w Walled) error {
	e := Edit{ID: w.ID, Change: w.Change, Label: w.Label, Retag: true, Tags: w.Tags}
	return s.edit(ctx, who, "casework.wall", "", e, func(tx *db.Tx, c *store.CaseworkCase) error {
		q, j := s.q(tx), s.Jurisdiction
		for _, err := range []error{
			q.DeleteDocs(tx.Ctx(), store.DeleteDocsParams{Jurisdiction: j, CaseID: w.ID}),
			q.DeleteGrants(tx.Ctx(), store.DeleteGrantsParams{Jurisdiction: j, CaseID: w.ID}),
			q.DeleteRequests(tx.Ctx(), store.DeleteRequestsParams{Jurisdiction: j, CaseID: w.ID}), // they lie with the old team, under the old key
			s.putRows(tx, w.ID, nil, w.Grants, nil),
			s.wallReports(tx, who, w),
		} {
			if err != nil {
				return err
			}
		}
		c.Team, c.Worker, c.Second = w.To.Team, "", ""
		return nil
	})
}

func (s *Service) wallReports(tx *db.Tx, who access.Who, w Walled) error {
	links, err := s.q(tx).LinksOfCase(tx.Ctx(), store.LinksOfCaseParams{Jurisdiction: s.Jurisdiction, CaseID: w.ID})
	if err != nil {
		return err
	}
	for _, l := range links {
		i := slices.IndexFunc(w.Reports, func(e report.Edit) bool { return e.ID == l.Report })
		if i < 0 {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		if err := s.Reports.Wall(tx.Ctx(), who, w.Reports[i], w.To); err != nil {
			return err
		}
		if err := s.q(tx).UnlinkOthers(tx.Ctx(), store.UnlinkOthersParams{Jurisdiction: s.Jurisdiction, Report: l.Report, CaseID: w.ID}); err != nil {
			return err
		}
	}
	return nil
}

// Restricted returns the independent team to which a team's cases are walled: its
// reviewer where that is an oversight team, else any other oversight team. It is
// an Invalid fault where there is none.
func (s *Service) Restricted(ctx context.Context, team string) (to seal.TeamPublic, err error) {
	own, err := s.Access.Team(ctx, team)
	if err != nil {
		return to, err
	}
	list, err := s.Access.Teams(ctx)
	if err != nil {
		return to, err
	}
	id := ""
	for _, t := range list {
		if t.Kind == access.Oversight && t.ID != team && (id == "" || t.ID == own.Reviewer) {
			id = t.ID
		}
	}
	if id == "" {
		return to, fault.New(fault.Invalid, "casework.wall.no_team")
	}
	return s.Access.TeamPublic(ctx, id)
}

// Openings returns who did and read what of a case and of the reports it came
// from: what the supervisor is shown when it is walled.
func (s *Service) Openings(ctx context.Context, who access.Who, id string) (out []audit.Trail, err error) {
	v, err := s.view(ctx, who, "casework.wall", id)
	if err != nil {
		return nil, err
	}
	for _, record := range append([]string{id}, v.Reports...) {
		list, err := s.Audit.Trail(ctx, record, 500)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	slices.SortStableFunc(out, func(a, b audit.Trail) int { return cmp.Compare(b.Hour, a.Hour) })
	return out, nil
}

// Handed returns the reports that wait for a case in the person's teams.
func (s *Service) Handed(ctx context.Context, who access.Who) ([]report.Line, error) {
	return s.Reports.Handed(ctx, who)
}

// Report returns a report that was handed to the person's team; reason is a coarse
// code ("handover", "wall").
func (s *Service) Report(ctx context.Context, who access.Who, rep, reason string) (report.View, error) {
	return s.Reports.Show(ctx, who, rep, reason)
}
