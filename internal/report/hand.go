package report

import (
	"context"
	"slices"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/report/internal/store"
)

// Handed returns the reports that were given to the person's case teams and
// have no case yet: casework's door.
func (s *Service) Handed(ctx context.Context, who access.Who) (out []Line, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		for _, team := range who.Teams(access.Caseworker, access.Supervisor) {
			rows, err := s.q(tx).HandedTo(tx.Ctx(), store.HandedToParams{Jurisdiction: s.Jurisdiction, Team: team})
			if err != nil {
				return err
			}
			for _, r := range rows {
				h := Head{ID: r.ID, Team: r.Team, Status: Handling, Risk: r.Risk, Danger: r.Danger, OpenedDay: r.OpenedDay, Due: clock.OfHour(r.DueHour), Label: r.Label}
				out = append(out, Line{h, s.grantOf(r.ID, team, r.Epoch, r.Wrap, r.Granter), s.place(r.ID)})
			}
		}
		return nil
	})
	return out, err
}

// Taken marks a handed report as having a case, in casework's transaction. It
// is a NotFound fault for somebody whose teams were not given the report, and,
// where it becomes a case of its own (first), a Conflict where it has one.
func (s *Service) Taken(ctx context.Context, who access.Who, report string, first bool) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		grants, err := s.q(tx).ListGrants(tx.Ctx(), store.ListGrantsParams{Jurisdiction: s.Jurisdiction, Report: report})
		if err != nil {
			return err
		}
		mine := who.Teams(access.Caseworker, access.Supervisor)
		found, took := false, int64(0)
		for _, g := range grants {
			if !slices.Contains(mine, g.Team) {
				continue
			}
			found = true
			n, err := s.q(tx).TakeGrant(tx.Ctx(), store.TakeGrantParams{Jurisdiction: s.Jurisdiction, Report: report, Team: g.Team})
			if err != nil {
				return err
			}
			took += n
		}
		if !found {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		if first && took == 0 {
			return fault.New(fault.Conflict, "report.fault.has_case")
		}
		return nil
	})
}
