package access

import (
	"context"
	"errors"
	"slices"

	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
)

// Seat is a membership: who does what in which team.
type Seat struct {
	Team   string `json:"team"`
	Person string `json:"person"`
	Role   Role   `json:"role"`
}

// Standing is who still stands: everybody whose access was not ended, and every
// membership. Whoever is not named has left, by whatever way; nobody who left is
// named.
type Standing struct {
	People []string `json:"people"`
	Seats  []Seat   `json:"members"`
}

// Standing returns who stands now.
func (s *Service) Standing(ctx context.Context) (out Standing, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if out.People, err = s.column(tx, `SELECT id FROM access_person WHERE jurisdiction = $1 AND state <> 'ended' ORDER BY id`, s.j); err != nil {
			return err
		}
		out.Seats, err = s.seats(tx)
		return err
	})
	return out, err
}

func (s *Service) seats(tx *db.Tx) (out []Seat, err error) {
	rows, err := tx.QueryContext(tx.Ctx(), `SELECT team, person, role FROM access_member WHERE jurisdiction = $1 ORDER BY team, person, role`, s.j)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var x Seat
		if err := rows.Scan(&x.Team, &x.Person, &x.Role); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// Withdraw takes back, after a restore, what was taken back after the backup: who
// does not stand cannot sign in, and memberships that do not stand are deleted with
// their key wraps. It returns how many people and memberships that were. No key of
// a team changes: only a steward can begin a new epoch.
func (s *Service) Withdraw(ctx context.Context, a audit.Actor, now Standing) (people, seats int, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		people, seats = 0, 0
		had, err := s.column(tx, `SELECT id FROM access_person WHERE jurisdiction = $1 AND state <> 'ended' ORDER BY id`, s.j)
		if err != nil {
			return err
		}
		for _, p := range had {
			if slices.Contains(now.People, p) {
				continue
			}
			people++
			if err := s.withdrawn(tx, a, audit.Entry{Verb: "access.withdraw", Record: p},
				`UPDATE access_person SET state = 'ended' WHERE jurisdiction = $1 AND id = $2`, s.j, p); err != nil {
				return err
			}
		}
		list, err := s.seats(tx)
		if err != nil {
			return err
		}
		for _, x := range list {
			if slices.Contains(now.Seats, x) {
				continue
			}
			seats++
			if err := s.withdrawn(tx, a, audit.Entry{Verb: "access.member.withdraw", Record: x.Person, Reason: x.Team},
				`DELETE FROM access_member WHERE jurisdiction = $1 AND team = $2 AND person = $3 AND role = $4`, s.j, x.Team, x.Person, string(x.Role)); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(tx.Ctx(), `DELETE FROM access_wrap WHERE jurisdiction = $1 AND NOT EXISTS
			(SELECT 1 FROM access_member m WHERE m.jurisdiction = access_wrap.jurisdiction AND m.team = access_wrap.team AND m.person = access_wrap.person)`, s.j)
		return err
	})
	return people, seats, err
}

// withdrawn runs one statement with its leaf.
func (s *Service) withdrawn(tx *db.Tx, a audit.Actor, e audit.Entry, statement string, args ...any) error {
	if _, err := tx.ExecContext(tx.Ctx(), statement, args...); err != nil {
		return err
	}
	return s.audit.Append(tx, a, e)
}

// EndAccount ends somebody's access at once: sessions, password, kit and open
// invitation are gone, so that their keys open nothing any more, and they count
// as no way into a team. An enrolment officer does this, with the password, and
// never to themselves. The stewards of the person's teams then begin new epochs
// (RemoveMember). What the person signed before stays valid.
func (s *Service) EndAccount(ctx context.Context, who Who, password, person string) error {
	if person == who.Person {
		return fault.Of(fault.Field{Name: "ended", Key: "access.end_self"})
	}
	return s.asOfficer(ctx, who, password, "access.end", person, func(tx *db.Tx, _ signing) error {
		res, err := tx.ExecContext(ctx, `UPDATE access_person SET state = 'ended' WHERE jurisdiction = $1 AND id = $2 AND state <> 'ended'`, s.j, person)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fault.New(fault.NotFound, "fault.not_found"))
		}
		for _, q := range []string{
			`DELETE FROM access_unlock WHERE jurisdiction = $1 AND person = $2`,
			`DELETE FROM access_invite WHERE jurisdiction = $1 AND person = $2`,
		} {
			if _, err := tx.ExecContext(ctx, q, s.j, person); err != nil {
				return err
			}
		}
		return s.endSessions(tx, person)
	})
}
