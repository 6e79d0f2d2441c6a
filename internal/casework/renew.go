package casework

import (
	"context"
	"time"

	"github.com/naungan/naungan/internal/casework/internal/store"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/record"
	"github.com/naungan/naungan/protocol"
)

// maxMoves bounds what one renewal tells: a manual has some hundred things.
const maxMoves = 2000

// Renewal is what changed when a case went on under another version of the
// manual. It lies sealed in the case's history: it names steps and their times.
type Renewal struct {
	From  string `json:"from"` // content hashes
	To    string `json:"to"`
	Was   string `json:"was"` // the versions' names
	Is    string `json:"is"`
	Moves []Move `json:"moves,omitempty"`
	Idle  int    `json:"idle,omitempty"` // steps that came or went and were never asked for in the case
}

// Move is a protocol.Move as a document keeps it.
type Move struct {
	What   string    `json:"what"`
	ID     string    `json:"id"`
	Name   string    `json:"name,omitempty"`
	NameEN string    `json:"name_en,omitempty"`
	Fate   string    `json:"fate"`
	Reason string    `json:"reason,omitempty"`
	Old    time.Time `json:"old,omitzero"`
	New    time.Time `json:"new,omitzero"`

	Was  protocol.State  `json:"was,omitempty"` // of a step
	Is   protocol.State  `json:"is,omitempty"`
	More []protocol.Text `json:"more,omitempty"` // what else differs
}

// Sentence says a move in a language.
func (m Move) Sentence(lang string) string { return m.move().Sentence(lang) }

func (m Move) move() protocol.Move {
	return protocol.Move{What: m.What, ID: m.ID, Name: protocol.Text{ID: m.Name, EN: m.NameEN}, Fate: m.Fate, Reason: m.Reason, OldDue: m.Old, NewDue: m.New, Was: m.Was, Is: m.Is, More: m.More}
}

// Foresee reports what going on under another version means for the case now. Its
// times end with the full hour, as everywhere in the case.
func (o Opened) Foresee(from, to Rules, now time.Time) protocol.Migration {
	m := protocol.Migrate(from.Manual, to.Manual, o.Course.Events, now, to.Calendar)
	whole := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return clock.OfHour(clock.HourUp(t))
	}
	for i := range m.Moves {
		m.Moves[i].OldDue, m.Moves[i].NewDue = whole(m.Moves[i].OldDue), whole(m.Moves[i].NewDue)
	}
	return m
}

// Renew seals the case's course under another version, with what that changed and
// why. Nothing that happened is lost: the events stay and are evaluated anew.
func (o Opened) Renew(who access.Who, from, to Rules, now time.Time, day int64, reason string) (Edit, error) {
	if o.Head.Status == Closed {
		return Edit{}, fault.New(fault.Invalid, "casework.closed_readonly")
	}
	m := o.Foresee(from, to, now)
	t := TransitionDoc{Deed: "manual", From: o.Head.Status, To: o.Head.Status, Reason: reason,
		Renewal: &Renewal{From: m.From, To: m.To, Was: from.Manual.Protocol.Version, Is: to.Manual.Protocol.Version}}
	for _, v := range m.Moves {
		if v.Idle() {
			t.Renewal.Idle++
			continue
		}
		if v.Fate != protocol.Carries || v.Reason != "" || !v.OldDue.Equal(v.NewDue) {
			t.Renewal.Moves = append(t.Renewal.Moves, Move{v.What, v.ID, v.Name.ID, v.Name.EN, v.Fate, v.Reason, v.OldDue, v.NewDue, v.Was, v.Is, v.More})
		}
	}
	m.Event.By = who.Person
	course := CourseDoc{Events: append(o.Course.Events[:len(o.Course.Events):len(o.Course.Events)], m.Event)}
	pen := record.NewPen(o.Keys, who.Person, day, o.Head.Seq, o.Head.Hash)
	for _, d := range []Document{t, course} {
		if err := write(pen, d); err != nil {
			return Edit{}, err
		}
	}
	sum := to.evaluate(course.Events, now).Summary()
	return Edit{ID: o.Head.ID, Change: pen.Written(), Summary: &sum}, nil
}

// Renew moves a case from one version of the manual to the one in force; e is what
// Opened.Renew sealed. Another version in force by now, or another one that the
// case runs by, is a Conflict.
func (s *Service) Renew(ctx context.Context, who access.Who, e Edit, from, to string) error {
	return s.edit(ctx, who, "casework.renew", "", e, func(tx *db.Tx, c *store.CaseworkCase) error {
		running, err := s.Manual.ActiveHash(tx.Ctx())
		if err != nil {
			return err
		}
		if c.Manual != from || running != to {
			return fault.New(fault.Conflict, "casework.renew.moved")
		}
		c.Manual = to
		return nil
	})
}
