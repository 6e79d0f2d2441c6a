package casework

import (
	"context"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/report"
)

// ShowMany returns several cases for the day page, after one reading of them is
// committed. Cases that are not the person's are left out.
func (s *Service) ShowMany(ctx context.Context, who access.Who, ids []string) (out []View, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		for _, id := range ids {
			v, err := s.load(tx, id)
			if err != nil {
				return err
			}
			var teams []string
			for _, g := range v.Grants {
				teams = append(teams, g.Team)
			}
			if s.Policy.Check(who, "casework.read", access.Resource{Room: Room, ID: id, Teams: teams, Mine: true}) == nil {
				out = append(out, v)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, s.Audit.Reading(ctx, who.Actor(), "casework.read", ids, "today")
}

// Desk is what the day page says of the reporting channel, by counts only.
type Desk struct {
	Unread, Quarantined, Late, Alarms, Waiting int64
}

// Desk counts the reports of the person's desks; ok is false for somebody
// without a desk.
func (s *Service) Desk(ctx context.Context, who access.Who) (d Desk, ok bool, err error) {
	for _, team := range s.Reports.DeskTeams(who) {
		ok = true
		counts, err := s.Reports.Counts(ctx, who, team)
		if err != nil {
			return d, ok, err
		}
		for _, c := range counts {
			d.Late += c.Late
			switch {
			case c.Status == report.Received && c.Lane == report.Quarantine:
				d.Quarantined += c.N
			case c.Status == report.Received:
				d.Unread += c.N
			}
		}
		n, err := s.Reports.Waiting(ctx, team)
		if err != nil {
			return d, ok, err
		}
		d.Waiting += n
	}
	d.Alarms, err = s.Reports.Ringing(ctx, who)
	return d, ok, err
}

// Reviews counts what waits for the person's decision at the desk's side.
func (s *Service) Reviews(ctx context.Context, who access.Who) (int64, error) {
	if len(who.Teams(access.Supervisor, access.OversightOfficer)) == 0 {
		return 0, nil
	}
	list, err := s.Reports.Reviews(ctx, who)
	return int64(len(list)), err
}

// Written is a report of the team's to which the reporter wrote something nobody
// has opened.
type Written = report.Written

// Written returns them for the person's case teams.
func (s *Service) Written(ctx context.Context, who access.Who) ([]Written, error) {
	return s.Reports.Written(ctx, who)
}
