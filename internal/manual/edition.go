package manual

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/naungan/naungan/internal/manual/internal/store"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/protocol"
)

// State is where an edition stands.
type State string

// The states of an edition. Past versions stay readable and run the cases that
// began with them; a dropped draft stays in the history.
const (
	Draft    State = "draft"
	Reviewed State = "reviewed"
	Running  State = "active"
	Past     State = "past"
	Dropped  State = "dropped"
	Broken   State = "broken" // its row is not what its deeds say: it is no version and nothing is done to it
)

// Signed tells whether the edition is a version: its text never changes again.
func (s State) Signed() bool { return s == Running || s == Past }

// Origins of an edition: the program brought it, or the office wrote it.
const (
	OfProgram = "program"
	OfOffice  = "office"
)

// Kinds of deed, in the order of an edition's life.
const (
	Brought   = "program"  // came with the program, to run
	Offered   = "offer"    // came with the program while a signed version ran, which it leaves running
	Begun     = "begin"    // a copy of the running version, to be changed
	Edited    = "edit"     // About says what of it
	Signed    = "review"   // the first signature
	Activated = "activate" // the second: from here on new cases begin with it
	Returned  = "return"   // sent back to be changed; signatures no longer count
	Abandoned = "drop"
	Replaced  = "past" // another version became the running one
)

// Edition is what is known of a draft or version besides its text.
type Edition struct {
	ID, Base                  string // Base is the hash of the version it replaces or was made from
	State                     State
	Origin                    string
	Name                      string // the version as its text says
	Hash                      string
	Begun, Activated, Retired int64 // days; 0 where it has not come
	Seq                       int64
	Deeds                     []Deed // empty in lists
}

// Deed is one entry of an edition's history. Sig is made with the session key
// that the person certified, over the head of the chain (Head).
type Deed struct {
	Kind, Person, Session, Hash, About, Reason string
	Day                                        int64
	Hour                                       int64 // as clock.Hour; 0 for deeds from before it was kept
	Sig                                        []byte
}

// Full is an edition with its text, parsed.
type Full struct {
	Edition
	Text   []byte
	Manual *protocol.Manual
}

// Authors returns who wrote any of it, each once.
func (e Edition) Authors() []string { return e.people(Begun, Edited) }

// Signers returns who signed what stands now: nobody where it was sent back since.
func (e Edition) Signers() []string { return e.people(Signed, Activated) }

func (e Edition) people(kinds ...string) (out []string) {
	for _, d := range e.Deeds {
		if d.Kind == Returned && slices.Contains(kinds, Signed) {
			out = nil
		}
		if slices.Contains(kinds, d.Kind) && !slices.Contains(out, d.Person) {
			out = append(out, d.Person)
		}
	}
	return out
}

// MaySign returns an Invalid fault where the person wrote any of the edition or
// signed it already: four eyes are six here.
func (e Edition) MaySign(person string) error {
	switch {
	case slices.Contains(e.Authors(), person):
		return fault.New(fault.Denied, "manual.sign.author")
	case slices.Contains(e.Signers(), person):
		return fault.New(fault.Denied, "manual.sign.twice")
	}
	return nil
}

// editionOf is an edition as its deeds tell it. The columns of its row only find
// it: where they say anything else, somebody changed the store, and it is Broken.
func editionOf(r store.ManualEdition, deeds []Deed) Edition {
	e := Edition{State: Broken}
	for _, d := range deeds {
		e.follow(d)
	}
	if e.State != State(r.State) || e.Origin != r.Origin || e.Base != r.Base || e.Hash != r.Hash || r.Seq != int64(len(deeds)) {
		e.State = Broken
	}
	e.ID, e.Name, e.Seq = r.ID, r.Version, r.Seq
	return e
}

// follow moves an edition on by its next deed. A deed that the rules of this room
// do not allow there (a signature of an author, a change after a signature) breaks
// it, and it stays broken.
func (e *Edition) follow(d Deed) {
	was, first := e.State, len(e.Deeds) == 0
	e.State = Broken
	switch {
	case first:
		e.begin(d)
	case d.Kind == Edited && was == Draft:
		e.State = Draft
	case d.Hash != e.Hash: // only an edit changes the text
	case d.Kind == Signed && was == Draft && e.MaySign(d.Person) == nil:
		e.State = Reviewed
	case d.Kind == Activated && was == Reviewed && e.MaySign(d.Person) == nil:
		e.State, e.Activated = Running, d.Day
	case d.Kind == Returned && was == Reviewed:
		e.State = Draft
	case d.Kind == Abandoned && (was == Draft || was == Reviewed):
		e.State = Dropped
	case d.Kind == Replaced && was == Running:
		e.State, e.Retired = Past, d.Day
	}
	e.Deeds, e.Hash = append(e.Deeds, d), d.Hash
}

func (e *Edition) begin(d Deed) {
	e.Begun, e.Base = d.Day, d.About
	switch d.Kind {
	case Brought:
		e.State, e.Origin, e.Activated = Running, OfProgram, d.Day
	case Offered:
		e.State, e.Origin = Past, OfProgram
	case Begun:
		e.State, e.Origin = Draft, OfOffice
	}
}

// Find returns an edition by its id, or a version by its hash; NotFound else. A
// manual that the program came with before versions were stored is a past version
// whose id is its hash.
func (s *Service) Find(ctx context.Context, ref string) (f Full, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		f, err = s.find(tx, ref)
		return err
	})
	if fault.KindOf(err) == fault.NotFound {
		if f, err = earlierEdition(ref, err); err != nil {
			return f, err
		}
	}
	if err != nil {
		return f, err
	}
	if m, ok := s.known(f.Hash); ok && f.State != Broken {
		f.Manual = m
		return f, nil
	}
	f.Manual, err = protocol.Parse(bytes.NewReader(f.Text))
	return f, err
}

// find reads an edition without parsing its text. By a hash it is a version, or a
// Conflict where its deeds do not say so.
func (s *Service) find(tx *db.Tx, ref string) (Full, error) {
	var row store.ManualEdition
	var err error
	if id.Valid(ref) {
		row, err = s.q(tx).GetEdition(tx.Ctx(), store.GetEditionParams{Jurisdiction: s.Jurisdiction, ID: ref})
	} else {
		row, err = s.q(tx).GetVersion(tx.Ctx(), store.GetVersionParams{Jurisdiction: s.Jurisdiction, Hash: ref})
	}
	if err != nil {
		return Full{}, db.NotFound(err)
	}
	f, err := s.full(tx, row)
	if err == nil && !id.Valid(ref) && !f.State.Signed() {
		err = fault.New(fault.Conflict, "manual.broken")
	}
	return f, err
}

func (s *Service) full(tx *db.Tx, row store.ManualEdition) (Full, error) {
	deeds, err := s.deeds(tx, row.ID)
	return Full{Edition: editionOf(row, deeds), Text: row.Text}, err
}

// running returns the version that new cases begin with, without its text; a
// Conflict where the deeds of what stands as such do not say so.
func (s *Service) running(tx *db.Tx) (e Edition, err error) {
	for range 2 { // inside a write another version may come into force between the two questions
		row, err := s.q(tx).ActiveHead(tx.Ctx(), s.Jurisdiction)
		if err != nil {
			return e, db.NotFound(err)
		}
		deeds, err := s.deeds(tx, row.ID)
		if err != nil {
			return e, err
		}
		e = editionOf(store.ManualEdition{ID: row.ID, Base: row.Base, State: row.State, Origin: row.Origin, Version: row.Version, Hash: row.Hash, Seq: row.Seq}, deeds)
		if e.State == Running {
			return e, nil
		}
	}
	return e, fault.New(fault.Conflict, "manual.broken")
}

func (s *Service) deeds(tx *db.Tx, edition string) (out []Deed, err error) {
	rows, err := s.q(tx).ListDeeds(tx.Ctx(), store.ListDeedsParams{Jurisdiction: s.Jurisdiction, Edition: edition})
	for _, r := range rows {
		out = append(out, Deed{Kind: r.Kind, Person: r.Person, Session: r.Session, Hash: r.Hash, About: r.About, Reason: r.Reason, Day: r.Day, Hour: r.Hour, Sig: r.Sig})
	}
	return out, err
}

// Editions lists the editions with their deeds, the newest day first (an id tells
// no more): at most PageOfEditions, those after the one named, "" from the newest.
func (s *Service) Editions(ctx context.Context, before string) (out []Edition, err error) {
	if before == "" {
		before = strings.Repeat("z", id.Len+1) // after every id
	}
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		rows, err := s.q(tx).ListEditions(tx.Ctx(), store.ListEditionsParams{Jurisdiction: s.Jurisdiction, Before: before, Lim: PageOfEditions})
		if err != nil {
			return err
		}
		for _, r := range rows {
			deeds, err := s.deeds(tx, r.ID)
			if err != nil {
				return err
			}
			out = append(out, editionOf(store.ManualEdition{ID: r.ID, Base: r.Base, State: r.State, Origin: r.Origin, Version: r.Version, Hash: r.Hash, Seq: r.Seq}, deeds))
		}
		return nil
	})
	return out, err
}

// PageOfEditions is how many editions one page of the history holds.
const PageOfEditions = 20

// Head returns the head of a chain of deeds: each hash covers the one before, the
// edition's id and every word of the deed but its signature, which covers the head.
func Head(edition string, deeds []Deed) (head [32]byte) {
	for i, d := range deeds {
		b := append([]byte("naungan/manual/deed/1"), head[:]...)
		parts := []string{edition, fmt.Sprint(i + 1), d.Kind, d.Person, d.Session, d.Hash, d.About, d.Reason, fmt.Sprint(d.Day)}
		if d.Hour != 0 { // chains from before hours were kept stay as they are
			parts = append(parts, fmt.Sprint(d.Hour))
		}
		for _, part := range parts {
			b = append(binary.BigEndian.AppendUint32(b, uint32(len(part))), part...)
		}
		head = sha256.Sum256(b)
	}
	return head
}

// HashOf names a text by its content, as protocol.Manual.Hash does.
func HashOf(text []byte) string {
	h := sha256.Sum256(text)
	return hex.EncodeToString(h[:])
}

// Heads lists every edition's head for audit.Verify, computed from what lies in
// the store: a text, a deed or a state that somebody changed gives another.
func (s *Service) Heads(ctx context.Context, each func(record string, head []byte) error) error {
	after := ""
	for {
		var list []Full
		err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
			list, err = s.after(tx, after)
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		for _, f := range list {
			after = f.ID
			head := Head(f.ID, f.Deeds)
			if !f.whole() {
				head = [32]byte{} // row and text are not what the deeds say
			}
			if err := each(f.ID, audit.Head(int64(len(f.Deeds)), head)); err != nil {
				return err
			}
		}
	}
}

// whole tells whether an edition's state, text and name are those of its deeds.
func (f Full) whole() bool {
	if f.State == Broken || f.Hash != HashOf(f.Text) {
		return false
	}
	m, err := protocol.Parse(bytes.NewReader(f.Text))
	return err == nil && m.Protocol.Version == f.Name
}

func (s *Service) after(tx *db.Tx, after string) (out []Full, err error) {
	ids, err := s.q(tx).EditionIDs(tx.Ctx(), store.EditionIDsParams{Jurisdiction: s.Jurisdiction, After: after, Lim: 50})
	for _, one := range ids {
		row, err := s.q(tx).GetEdition(tx.Ctx(), store.GetEditionParams{Jurisdiction: s.Jurisdiction, ID: one})
		if err != nil {
			return nil, err
		}
		f, err := s.full(tx, row)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, err
}
