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
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/report/internal/store"
)

// Shift is a time of duty, by whole hours.
type Shift struct {
	From, To       time.Time
	Person, Deputy string
}

// SetShift puts a member of the team on duty, and another as deputy ("" for
// nobody); a shift that begins at the same hour is replaced.
func (s *Service) SetShift(ctx context.Context, who access.Who, team string, sh Shift) error {
	if err := s.check(ctx, who, "report.roster_set", "", []string{team}, false); err != nil {
		return err
	}
	if !sh.To.After(sh.From) || sh.To.Sub(sh.From) > 31*24*time.Hour || sh.Person == "" || sh.Person == sh.Deputy {
		return fault.Of(fault.Field{Name: "to", Key: "report.roster.wrong"})
	}
	members, err := s.Access.Members(ctx, team)
	if err != nil {
		return err
	}
	for field, person := range map[string]string{"person": sh.Person, "deputy": sh.Deputy} {
		if person != "" && !slices.ContainsFunc(members, func(m access.Member) bool { return m.ID == person }) {
			return fault.Of(fault.Field{Name: field, Key: "report.roster.no_member"})
		}
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		err := s.q(tx).PutShift(tx.Ctx(), store.PutShiftParams{Jurisdiction: s.Jurisdiction, Team: team, FromHour: clock.Hour(sh.From), ToHour: clock.HourUp(sh.To), Person: sh.Person, Deputy: sh.Deputy})
		if err != nil {
			return err
		}
		return s.Audit.Append(tx, who.Actor(), audit.Entry{Verb: "report.roster_set", Record: team})
	})
}

// Roster returns the shifts of a team that touch a time.
func (s *Service) Roster(ctx context.Context, who access.Who, team string, from, to time.Time) ([]Shift, error) {
	if err := s.check(ctx, who, "report.roster", "", []string{team}, false); err != nil {
		return nil, err
	}
	return s.shifts(ctx, team, from, to)
}

func (s *Service) shifts(ctx context.Context, team string, from, to time.Time) (out []Shift, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := s.q(tx).Shifts(tx.Ctx(), store.ShiftsParams{Jurisdiction: s.Jurisdiction, Team: team, FromHour: clock.Hour(from), ToHour: clock.HourUp(to)})
		out = nil
		for _, r := range rows {
			out = append(out, Shift{clock.OfHour(r.FromHour), clock.OfHour(r.ToHour), r.Person, r.Deputy})
		}
		return err
	})
	return out, err
}

// OnDuty returns who is on duty for a team at a time; ok is false where nobody is.
func (s *Service) OnDuty(ctx context.Context, team string, at time.Time) (sh Shift, ok bool, err error) {
	list, err := s.shifts(ctx, team, at, at.Add(time.Minute))
	if err != nil || len(list) == 0 {
		return sh, false, err
	}
	return list[0], true, nil
}

// Open tells whether somebody reads the public channel now: the page puts the
// numbers first otherwise.
func (s *Service) Open(ctx context.Context) (bool, error) {
	desk, err := s.receiving(ctx, access.Desk)
	if err != nil || desk == "" {
		return false, err
	}
	_, ok, err := s.OnDuty(ctx, desk, s.Clock.Now())
	return ok, err
}

// Prepared tells whether public intake may open: both teams that receive reports
// (the pinned desk, and the pinned oversight team for reports about officials) have
// access.WaysNeeded independent ways in, and nothing holds the whole shut.
func (s *Service) Prepared(ctx context.Context) (bool, error) {
	if s.Held != nil {
		if held, err := s.Held(ctx); err != nil || held {
			return false, err
		}
	}
	for _, kind := range access.Receiving {
		team, err := s.receiving(ctx, kind)
		if err != nil || team == "" {
			return false, err
		}
		if n, err := s.Access.WaysIn(ctx, team); err != nil || n < access.WaysNeeded {
			return false, err
		}
	}
	return true, nil
}

// Alarm is a danger report that nobody accepted yet: no content, ever.
type Alarm struct {
	Report, Team string
	Repeats      int64
}

// Alarms returns the open alarms of the person's desks: at most a hundred a team.
func (s *Service) Alarms(ctx context.Context, who access.Who) (out []Alarm, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		for _, team := range s.DeskTeams(who) {
			rows, err := s.q(tx).OpenAlarms(tx.Ctx(), store.OpenAlarmsParams{Jurisdiction: s.Jurisdiction, Team: team})
			if err != nil {
				return err
			}
			for _, r := range rows {
				out = append(out, Alarm{r.Report, r.Team, r.Repeats})
			}
		}
		return nil
	})
	return out, err
}

// Ringing returns how many alarms of the person's desks nobody accepted.
func (s *Service) Ringing(ctx context.Context, who access.Who) (n int64, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		n = 0
		for _, team := range s.DeskTeams(who) {
			k, err := s.q(tx).CountAlarms(tx.Ctx(), store.CountAlarmsParams{Jurisdiction: s.Jurisdiction, Team: team})
			if err != nil {
				return err
			}
			n += k
		}
		return nil
	})
	return n, err
}

// RepeatAlarms counts one more ring and returns how many alarms are open, for
// the sender (e-mail or webhook: how many, never what).
func (s *Service) RepeatAlarms(ctx context.Context) (open int64, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		open, err = s.q(tx).CountAllAlarms(tx.Ctx(), s.Jurisdiction)
		return err
	})
	if err != nil || open == 0 {
		return 0, err
	}
	return open, s.DB.Write(ctx, func(tx *db.Tx) error { return s.q(tx).RepeatAlarms(tx.Ctx(), s.Jurisdiction) })
}

// Written is a report to which the reporter wrote something nobody has opened.
type Written struct {
	Report string
	N      int64
}

// Written returns the reports in the hands of the person's case teams to which
// the reporter wrote: casework's door.
func (s *Service) Written(ctx context.Context, who access.Who) (out []Written, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		for _, team := range who.Teams(access.Caseworker, access.Supervisor) {
			rows, err := s.q(tx).WaitingFor(tx.Ctx(), store.WaitingForParams{Jurisdiction: s.Jurisdiction, Team: team})
			if err != nil {
				return err
			}
			for _, r := range rows {
				out = append(out, Written{r.ID, r.Waiting})
			}
		}
		return nil
	})
	return out, err
}

// Waiting returns how many reports of a team hold a message nobody has opened.
func (s *Service) Waiting(ctx context.Context, team string) (n int64, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		n, err = s.q(tx).CountWaiting(tx.Ctx(), store.CountWaitingParams{Jurisdiction: s.Jurisdiction, Team: team})
		return err
	})
	return n, err
}

// AcceptAlarm says "I have it": the alarm stops ringing and the report is theirs.
func (s *Service) AcceptAlarm(ctx context.Context, who access.Who, report string) error {
	return s.edit(ctx, who, "report.alarm", "", Edit{ID: report}, func(tx *db.Tx, h *store.ReportHead) error {
		n, err := s.q(tx).AcceptAlarm(tx.Ctx(), store.AcceptAlarmParams{Person: who.Person, Hour: clock.Hour(s.Clock.Now()), Jurisdiction: s.Jurisdiction, Report: report})
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Gone, "report.alarm.taken")
		}
		h.Officer = who.Person
		return nil
	})
}

// HeavyToday returns how many reports somebody opened today.
func (s *Service) HeavyToday(ctx context.Context, who access.Who) (n int64, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		n, err = s.q(tx).HeavyToday(tx.Ctx(), store.HeavyTodayParams{Jurisdiction: s.Jurisdiction, Person: who.Person, Day: s.today()})
		if fault.KindOf(db.NotFound(err)) == fault.NotFound {
			n, err = 0, nil
		}
		return err
	})
	return n, err
}

// SaveDraft keeps an officer's unfinished record, sealed to themselves alone (it
// may be about a colleague); an empty box deletes it.
func (s *Service) SaveDraft(ctx context.Context, who access.Who, key string, box seal.Box) error {
	if err := s.check(ctx, who, "report.record", "", nil, false); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if len(box) == 0 {
			return s.q(tx).DeleteDraft(tx.Ctx(), store.DeleteDraftParams{Jurisdiction: s.Jurisdiction, Person: who.Person, Key: key})
		}
		return s.q(tx).PutDraft(tx.Ctx(), store.PutDraftParams{Jurisdiction: s.Jurisdiction, Person: who.Person, Key: key, Box: box, Day: s.today()})
	})
}

// Draft returns an officer's unfinished record, or a NotFound fault.
func (s *Service) Draft(ctx context.Context, who access.Who, key string) (box seal.Box, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		d, err := s.q(tx).GetDraft(tx.Ctx(), store.GetDraftParams{Jurisdiction: s.Jurisdiction, Person: who.Person, Key: key})
		box = d.Box
		return db.NotFound(err)
	})
	return box, err
}

// TombStone deletes a finished report and leaves a stone: who, why, which day.
func (s *Service) TombStone(ctx context.Context, who access.Who, report, reason string) error {
	return s.edit(ctx, who, "report.erase", reason, Edit{ID: report}, func(tx *db.Tx, h *store.ReportHead) error {
		if h.Status != Finished {
			return fault.New(fault.Denied, "report.erase.open")
		}
		return s.bury(tx, h, Stone{ID: report, Reason: reason, Person: who.Person, Day: s.today()})
	})
}

// Stone is what stays of an erased report: who erased it, why, which day.
type Stone struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
	Person string `json:"person"`
	Day    int64  `json:"day"`
}

// bury deletes what a report holds; its clear head stays, because the log knows it.
func (s *Service) bury(tx *db.Tx, h *store.ReportHead, stone Stone) error {
	q, j := s.q(tx), s.Jurisdiction
	for _, err := range []error{
		s.strip(tx, h.ID),
		q.DeleteMessages(tx.Ctx(), store.DeleteMessagesParams{Jurisdiction: j, Report: h.ID}),
		q.PutTombstone(tx.Ctx(), store.PutTombstoneParams{Jurisdiction: j, ID: h.ID, Reason: stone.Reason, Person: stone.Person, Day: stone.Day}),
	} {
		if err != nil {
			return err
		}
	}
	h.Wrap, h.Label, h.Mailbox, h.Status = []byte{}, []byte{}, "stopped", Finished
	return nil
}

// Erased lists the stones of all erased reports: what a restore must erase again.
func (s *Service) Erased(ctx context.Context) (out []Stone, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := s.q(tx).Tombstones(tx.Ctx(), s.Jurisdiction)
		out = nil
		for _, r := range rows {
			out = append(out, Stone{r.ID, r.Reason, r.Person, r.Day})
		}
		return err
	})
	return out, err
}

// EraseAgain erases, after a restore, what was erased after the backup, and returns
// how many reports that were. A report that came after the backup is not there.
func (s *Service) EraseAgain(ctx context.Context, stones []Stone) (n int, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		n = 0
		for _, stone := range stones {
			have, err := s.q(tx).HasTombstone(tx.Ctx(), store.HasTombstoneParams{Jurisdiction: s.Jurisdiction, ID: stone.ID})
			if err != nil {
				return err
			}
			h, err := s.q(tx).GetHead(tx.Ctx(), store.GetHeadParams{Jurisdiction: s.Jurisdiction, ID: stone.ID})
			if fault.KindOf(db.NotFound(err)) == fault.NotFound || have > 0 {
				continue
			}
			if err != nil {
				return err
			}
			restore := access.Who{Person: "restore"} // no session: the log's own key signs
			if err := s.apply(tx, restore, "report.erase", stone.Reason, Edit{ID: stone.ID}, h, func(tx *db.Tx, h *store.ReportHead) error {
				return s.bury(tx, h, stone)
			}); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}
