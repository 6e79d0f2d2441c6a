package access

import (
	"context"
	"errors"
	"slices"

	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
)

// pin is what an installation holds fast: the roster's root, which team receives
// reports, who wants another one, and who may bring back a team by its kit. Its MAC comes from the machine key, so that
// whoever only writes to the database cannot make or change one.
type pin struct{ Team, Person, Print string }

const pinRoot = "root"

func pinRecover(team string) string { return "recover." + team }

func pinReceiver(k TeamKind) string { return "receiver." + string(k) }
func pinWish(k TeamKind) string     { return "wish." + string(k) }

func (s *Service) pinBytes(name string, p pin) [][]byte {
	return [][]byte{[]byte(s.j), []byte(name), []byte(p.Team), []byte(p.Person), []byte(p.Print)}
}

// pinned returns a pin; ok is false where there is none. A pin that was not made
// here is an error: nothing goes on with it.
func (s *Service) pinned(tx *db.Tx, name string) (p pin, ok bool, err error) {
	var mac []byte
	err = tx.QueryRowContext(tx.Ctx(), `SELECT team, person, print, mac FROM access_pin WHERE jurisdiction = $1 AND name = $2`, s.j, name).Scan(&p.Team, &p.Person, &p.Print, &mac)
	if fault.KindOf(db.NotFound(err)) == fault.NotFound {
		return pin{}, false, nil
	}
	if err == nil && !s.pins.Verify(mac, s.pinBytes(name, p)...) {
		err = errors.New("access: the pin " + name + " was changed behind the program's back")
	}
	return p, err == nil, err
}

func (s *Service) pin(tx *db.Tx, name string, p pin) error {
	_, err := tx.ExecContext(tx.Ctx(), `INSERT INTO access_pin (jurisdiction, name, team, person, print, mac) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (jurisdiction, name) DO UPDATE SET team = EXCLUDED.team, person = EXCLUDED.person, print = EXCLUDED.print, mac = EXCLUDED.mac`,
		s.j, name, p.Team, p.Person, p.Print, s.pins.MAC(s.pinBytes(name, p)...))
	return err
}

func (s *Service) unpin(tx *db.Tx, name string) error {
	_, err := tx.ExecContext(tx.Ctx(), `DELETE FROM access_pin WHERE jurisdiction = $1 AND name = $2`, s.j, name)
	return err
}

// Receiving lists the kinds of team that reports arrive at.
var Receiving = []TeamKind{Desk, Oversight}

// Receiver is the team that reports of a kind arrive at, and who wants which
// other team instead ("" where nobody does).
type Receiver struct {
	Kind           TeamKind
	Team           string
	Wanted, Wanter string
}

// Receivers returns the pinned teams, one for each kind in Receiving; Team is ""
// where none was founded yet. They are the first founded and stay so until two
// people change them.
func (s *Service) Receivers(ctx context.Context) (out []Receiver, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out = nil
		for _, k := range Receiving {
			now, _, err := s.pinned(tx, pinReceiver(k))
			if err != nil {
				return err
			}
			wish, _, err := s.pinned(tx, pinWish(k))
			if err != nil {
				return err
			}
			out = append(out, Receiver{k, now.Team, wish.Team, wish.Person})
		}
		return nil
	})
	return out, err
}

// firstReceiver makes the first team of a receiving kind the receiver.
func (s *Service) firstReceiver(tx *db.Tx, a audit.Actor, t Team) error {
	if !slices.Contains(Receiving, t.Kind) {
		return nil
	}
	if _, there, err := s.pinned(tx, pinReceiver(t.Kind)); err != nil || there {
		return err
	}
	if err := s.pin(tx, pinReceiver(t.Kind), pin{Team: t.ID}); err != nil {
		return err
	}
	return s.audit.Append(tx, a, audit.Entry{Verb: "access.receiver", Record: t.ID, Reason: "first"})
}

// ProposeReceiver says that another team should receive. Only an enrolment
// officer does this; a second person must confirm it.
func (s *Service) ProposeReceiver(ctx context.Context, who Who, password, team string) error {
	return s.asOfficer(ctx, who, password, "access.receiver_propose", team, func(tx *db.Tx, _ signing) error {
		t, err := s.team(tx, team)
		if err != nil {
			return err
		}
		now, there, err := s.pinned(tx, pinReceiver(t.Kind))
		if err != nil {
			return err
		}
		if !there || now.Team == team { // no receiving kind, or the receiver already
			return fault.Of(fault.Field{Name: "receiver", Key: "field.not_listed"})
		}
		return s.pin(tx, pinWish(t.Kind), pin{Team: team, Person: who.Person})
	})
}

// ConfirmReceiver makes the proposed team the receiver; team says which proposal
// was seen. Somebody other than the
// proposer does this, with the password: an enrolment officer, or for oversight an
// oversight officer of the team that receives now.
func (s *Service) ConfirmReceiver(ctx context.Context, who Who, password string, kind TeamKind, team string) error {
	if _, err := s.unlock(ctx, who.Person, password, true); err != nil { // nothing is signed: the password says who sits there
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		wish, there, err := s.pinned(tx, pinWish(kind))
		if err != nil {
			return err
		}
		if !there || wish.Team != team {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		now, _, err := s.pinned(tx, pinReceiver(kind))
		if err != nil {
			return err
		}
		officer := false
		if who.Has(EnrolmentOfficer) {
			if _, officer, err = s.person(tx, who.Person, 0); err != nil {
				return err
			}
		}
		oversees := kind == Oversight && slices.Contains(who.Teams(OversightOfficer), now.Team)
		if who.Person == wish.Person || !officer && !oversees {
			return fault.New(fault.Denied, "access.receiver_second")
		}
		if err := s.pin(tx, pinReceiver(kind), pin{Team: wish.Team}); err != nil {
			return err
		}
		if err := s.unpin(tx, pinWish(kind)); err != nil {
			return err
		}
		return s.audit.Append(tx, who.Actor(), audit.Entry{Verb: "access.receiver", Record: wish.Team, Reason: "confirmed"})
	})
}
