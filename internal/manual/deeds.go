package manual

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/naungan/naungan/internal/manual/internal/store"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/protocol"
)

// maxReason bounds a reason, in runes: it is read in a list.
const maxReason = 1000

// program is who brings the default manual: nobody of the office.
var program = access.Who{Person: "program"}

// bring stores the program's manual once. It becomes the running version where
// none runs, or where one that the program brought runs.
func (s *Service) bring(tx *db.Tx, m *protocol.Manual, text []byte) error {
	_, err := s.q(tx).GetVersion(tx.Ctx(), store.GetVersionParams{Jurisdiction: s.Jurisdiction, Hash: m.Hash()})
	if err == nil || fault.KindOf(db.NotFound(err)) != fault.NotFound {
		return err
	}
	now, err := s.running(tx)
	if k := fault.KindOf(err); err != nil && k != fault.NotFound && k != fault.Conflict {
		return err
	}
	e := Edition{ID: id.New(s.Clock.Now()), Base: now.Hash, State: Running, Origin: OfProgram, Name: m.Protocol.Version, Hash: m.Hash(), Begun: s.today(), Activated: s.today()}
	d := Deed{Kind: Brought, Hash: e.Hash, About: e.Base}
	switch {
	case now.ID == "":
	case now.State == Broken || now.Origin == OfOffice: // signed here, or to be looked at: an update only offers its own
		e.State, e.Activated, d.Kind = Past, 0, Offered
	default:
		if err := s.retire(tx, program, now, e); err != nil {
			return err
		}
	}
	if err := s.insert(tx, e, text); err != nil {
		return err
	}
	return s.record(tx, program, e, d)
}

func (s *Service) insert(tx *db.Tx, e Edition, text []byte) error {
	return s.q(tx).InsertEdition(tx.Ctx(), store.InsertEditionParams{Jurisdiction: s.Jurisdiction, ID: e.ID, Base: e.Base, State: string(e.State), Origin: e.Origin, Version: e.Name,
		Hash: e.Hash, Text: text, BegunDay: e.Begun, ActiveDay: e.Activated, Head: []byte{}})
}

// record appends a deed to an edition's chain, with its leaf: the deed's
// signature is the person's session key over the new head.
func (s *Service) record(tx *db.Tx, who access.Who, e Edition, d Deed) error {
	now := s.Clock.Now()
	d.Person, d.Session, d.Day, d.Hour = who.Person, who.Session, clock.Day(now), clock.Hour(now)
	before, err := s.deeds(tx, e.ID)
	if err != nil {
		return err
	}
	seq := int64(len(before)) + 1
	head := Head(e.ID, append(before, d))
	if d.Sig = []byte{}; who.Sign != nil {
		d.Sig = who.Sign("manual", head[:])
	}
	err = s.q(tx).InsertDeed(tx.Ctx(), store.InsertDeedParams{Jurisdiction: s.Jurisdiction, Edition: e.ID, Seq: seq, Kind: d.Kind, Person: d.Person, Session: d.Session, Hash: d.Hash, About: d.About, Reason: d.Reason, Day: d.Day, Hour: d.Hour, Sig: d.Sig})
	if db.IsUnique(err) {
		return fault.Wrap(fault.Conflict, "fault.conflict", err)
	}
	if err != nil {
		return err
	}
	n, err := s.q(tx).PutHead(tx.Ctx(), store.PutHeadParams{Seq: seq, Head: head[:], Jurisdiction: s.Jurisdiction, ID: e.ID, Was: seq - 1})
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	return s.Audit.Append(tx, who.Actor(), audit.Entry{Verb: "manual." + d.Kind, Record: e.ID, Reason: e.Hash, Head: audit.Head(seq, head)})
}

// deed is the one way in which staff change an edition: permit, the edition as it
// stands, a change, an entry of its history and the leaf, in one transaction.
func (s *Service) deed(ctx context.Context, who access.Who, action, edition string, d Deed, fn func(tx *db.Tx, f Full) (Edition, error)) error {
	if err := s.check(ctx, who, action, edition); err != nil {
		return err
	}
	if err := checkReason(d.Reason); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		row, err := s.q(tx).GetEdition(tx.Ctx(), store.GetEditionParams{Jurisdiction: s.Jurisdiction, ID: edition})
		if err != nil {
			return db.NotFound(err)
		}
		f, err := s.full(tx, row) // not parsed: no write waits for that
		if err != nil {
			return err
		}
		e, err := fn(tx, f)
		if err != nil {
			return err
		}
		d := d
		if d.Hash = e.Hash; d.Kind == Signed {
			d.About = e.Base
		}
		return s.record(tx, who, e, d)
	})
}

func checkReason(reason string) error {
	var c plain.Checker
	needReason(&c, reason)
	return c.Err()
}

// needReason asks for why: the summary of what is wrong names it, for the field
// stands at the end of a long page.
func needReason(c *plain.Checker, reason string) {
	if strings.TrimSpace(reason) == "" {
		c.Add("reason", "manual.reason_missing")
	}
	c.Text("reason", reason, maxReason)
}

// put moves an edition to a state; an edition that stands elsewhere by now is a
// Conflict.
func (s *Service) put(tx *db.Tx, e Edition, to State) error {
	n, err := s.q(tx).PutState(tx.Ctx(), store.PutStateParams{State: string(to), ActiveDay: e.Activated, PastDay: e.Retired, Jurisdiction: s.Jurisdiction, ID: e.ID, WasState: string(e.State), Was: e.Seq})
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "fault.conflict")
	}
	return err
}

// retire ends the running version because another takes its place.
func (s *Service) retire(tx *db.Tx, who access.Who, e, by Edition) error {
	e.Retired = s.today()
	if err := s.put(tx, e, Past); err != nil {
		return err
	}
	return s.record(tx, who, e, Deed{Kind: Replaced, Hash: e.Hash, About: by.Hash})
}

// Begin makes a draft from a version (ref: its id or hash) under a version name
// of its own, and returns its id. A name that another edition has, or a copy of
// another draft (it would hide who wrote it, so that its author could sign), is an
// Invalid fault.
func (s *Service) Begin(ctx context.Context, who access.Who, ref, name, reason string) (draft string, err error) {
	if err := s.check(ctx, who, "manual.write", ""); err != nil {
		return "", err
	}
	name = strings.TrimSpace(name)
	var c plain.Checker
	c.Must("version", name)
	c.Text("version", name, 40)
	needReason(&c, reason)
	if err := c.Err(); err != nil {
		return "", err
	}
	from, err := s.Find(ctx, ref)
	if err != nil {
		return "", err
	}
	if !from.State.Signed() {
		return "", fault.Of(fault.Field{Name: "version", Key: "manual.begin.from_draft"})
	}
	text, err := protocol.Edit(from.Text, []string{"protocol", "version"}, name)
	if err != nil {
		return "", err
	}
	e := Edition{ID: id.New(s.Clock.Now()), Base: from.Hash, State: Draft, Origin: OfOffice, Name: name, Hash: HashOf(text), Begun: s.today()}
	return e.ID, s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.unnamed(tx, e.ID, name, "version"); err != nil {
			return err
		}
		if err := s.insert(tx, e, text); err != nil {
			return err
		}
		return s.record(tx, who, e, Deed{Kind: Begun, Hash: e.Hash, About: from.Hash, Reason: reason})
	})
}

// Save stores a draft's new text. seen is the hash of the text it was made from: a
// newer one is a Conflict. about says what was changed ("steps/A1"). What is no
// manual at all is an Invalid fault; what Check finds wrong may stand in a draft.
func (s *Service) Save(ctx context.Context, who access.Who, draft, seen string, text []byte, about, reason string) error {
	m, err := protocol.Parse(bytes.NewReader(text))
	if err != nil {
		return fault.Of(fault.Field{Name: "text", Key: "manual.edit.unreadable_line", Args: []any{"line", protocol.Problems(err)[0].Line}})
	}
	if err := checkWords(m); err != nil {
		return err
	}
	return s.deed(ctx, who, "manual.write", draft, Deed{Kind: Edited, About: about, Reason: reason}, func(tx *db.Tx, f Full) (Edition, error) {
		switch {
		case f.State != Draft:
			return f.Edition, fault.New(fault.Conflict, "manual.edit.not_draft")
		case f.Hash != seen:
			return f.Edition, fault.New(fault.Conflict, "manual.edit.newer")
		case f.Hash == m.Hash():
			return f.Edition, fault.Of(fault.Field{Name: "reason", Key: "manual.edit.nothing"})
		}
		if m.Protocol.Version != f.Name {
			if err := s.unnamed(tx, draft, m.Protocol.Version, "text"); err != nil {
				return f.Edition, err
			}
		}
		if err := s.keep(tx, f); err != nil {
			return f.Edition, err
		}
		n, err := s.q(tx).PutText(tx.Ctx(), store.PutTextParams{Text: text, Hash: m.Hash(), Version: m.Protocol.Version, Jurisdiction: s.Jurisdiction, ID: draft, Was: f.Seq})
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "manual.edit.newer")
		}
		f.Hash = m.Hash()
		return f.Edition, err
	})
}

// checkWords bounds the version's name, which stands in a column of its own.
func checkWords(m *protocol.Manual) error {
	var c plain.Checker
	c.Must("text", m.Protocol.Version)
	c.Text("text", m.Protocol.Version, 40)
	return c.Err()
}

// Review is the first signature: somebody who wrote none of the draft compared it
// with the running version and stands for it. seen and against are the hashes of
// the draft and of the running version that the person had before them: where
// either is another by now, a Conflict. A draft with errors is not signed.
func (s *Service) Review(ctx context.Context, who access.Who, draft, seen, against, reason string) error {
	return s.sign(ctx, who, Draft, draft, seen, Deed{Kind: Signed, Reason: reason}, func(tx *db.Tx, f Full, running Edition) (Edition, error) {
		switch {
		case running.Hash != against:
			return f.Edition, fault.New(fault.Conflict, "manual.sign.running")
		case running.Hash == f.Hash:
			return f.Edition, fault.New(fault.Invalid, "manual.sign.same")
		}
		return f.Edition, s.put(tx, f.Edition, Reviewed)
	})
}

// Activate is the second signature, by a third person: the edition becomes the
// running version and the one it was compared with becomes a past one.
func (s *Service) Activate(ctx context.Context, who access.Who, draft, seen, reason string) error {
	return s.sign(ctx, who, Reviewed, draft, seen, Deed{Kind: Activated, Reason: reason}, func(tx *db.Tx, f Full, running Edition) (Edition, error) {
		if last := f.Deeds[len(f.Deeds)-1]; last.Kind != Signed || last.About != running.Hash {
			return f.Edition, fault.New(fault.Conflict, "manual.sign.moved") // compared with a version that no longer runs
		}
		if _, err := s.q(tx).GetVersion(tx.Ctx(), store.GetVersionParams{Jurisdiction: s.Jurisdiction, Hash: f.Hash}); err == nil {
			return f.Edition, fault.New(fault.Invalid, "manual.sign.same")
		}
		if err := s.retire(tx, who, running, f.Edition); err != nil {
			return f.Edition, err
		}
		if err := s.forget(tx, draft); err != nil {
			return f.Edition, err
		}
		f.Activated = s.today()
		return f.Edition, s.put(tx, f.Edition, Running)
	})
}

// sign holds a signature to an edition that stands where it should, is what the
// person saw, has no errors, and is not theirs. Its text is checked before the
// transaction, so that no write waits for that: the hash says that it is the same.
func (s *Service) sign(ctx context.Context, who access.Who, in State, draft, seen string, d Deed, fn func(tx *db.Tx, f Full, running Edition) (Edition, error)) error {
	if err := s.check(ctx, who, "manual.sign", draft); err != nil {
		return err
	}
	f, err := s.Find(ctx, draft)
	if err != nil {
		return err
	}
	faulty := slices.ContainsFunc(protocol.Check(f.Manual), func(p protocol.Problem) bool { return p.Severity == protocol.Error })
	checked := f.Hash
	return s.deed(ctx, who, "manual.sign", draft, d, func(tx *db.Tx, f Full) (Edition, error) {
		if f.State != in || f.Hash != seen || f.Hash != checked {
			return f.Edition, fault.New(fault.Conflict, "manual.sign.changed")
		}
		if err := f.MaySign(who.Person); err != nil {
			return f.Edition, err
		}
		if faulty {
			return f.Edition, fault.New(fault.Invalid, "manual.sign.errors")
		}
		running, err := s.running(tx)
		if err != nil {
			return f.Edition, err
		}
		e, err := fn(tx, f, running)
		if d.Kind == Signed {
			e.Base = running.Hash // record says so
		}
		return e, err
	})
}

// Return sends a reviewed edition back to be changed: its signature falls.
func (s *Service) Return(ctx context.Context, who access.Who, draft, reason string) error {
	return s.deed(ctx, who, "manual.sign", draft, Deed{Kind: Returned, Reason: reason}, func(tx *db.Tx, f Full) (Edition, error) {
		if f.State != Reviewed {
			return f.Edition, fault.New(fault.Conflict, "manual.sign.changed")
		}
		return f.Edition, s.put(tx, f.Edition, Draft)
	})
}

// Drop ends a draft that will not become a version. Its history stays.
func (s *Service) Drop(ctx context.Context, who access.Who, draft, reason string) error {
	return s.deed(ctx, who, "manual.write", draft, Deed{Kind: Abandoned, Reason: reason}, func(tx *db.Tx, f Full) (Edition, error) {
		if f.State != Draft && f.State != Reviewed {
			return f.Edition, fault.New(fault.Conflict, "manual.sign.changed")
		}
		if err := s.forget(tx, draft); err != nil {
			return f.Edition, err
		}
		return f.Edition, s.put(tx, f.Edition, Dropped)
	})
}
