package manual

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"

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
	Brought   = "program"  // came with the program
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

func editionOf(r store.ManualEdition) Edition {
	return Edition{ID: r.ID, Base: r.Base, State: State(r.State), Origin: r.Origin, Name: r.Version, Hash: r.Hash, Begun: r.BegunDay, Activated: r.ActiveDay, Retired: r.PastDay, Seq: r.Seq}
}

// Find returns an edition by its id, or a version by its hash; NotFound else.
func (s *Service) Find(ctx context.Context, ref string) (f Full, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		row, err := s.find(tx, ref)
		if err != nil {
			return err
		}
		f, err = s.full(tx, row)
		return err
	})
	return f, err
}

func (s *Service) find(tx *db.Tx, ref string) (store.ManualEdition, error) {
	var row store.ManualEdition
	var err error
	if id.Valid(ref) {
		row, err = s.q(tx).GetEdition(tx.Ctx(), store.GetEditionParams{Jurisdiction: s.Jurisdiction, ID: ref})
	} else {
		row, err = s.q(tx).GetVersion(tx.Ctx(), store.GetVersionParams{Jurisdiction: s.Jurisdiction, Hash: ref})
	}
	return row, db.NotFound(err)
}

func (s *Service) full(tx *db.Tx, row store.ManualEdition) (f Full, err error) {
	f = Full{Edition: editionOf(row), Text: row.Text}
	if f.Deeds, err = s.deeds(tx, row.ID); err != nil {
		return f, err
	}
	if m, ok := s.known(row.Hash); ok {
		f.Manual = m
		return f, nil
	}
	f.Manual, err = protocol.Parse(bytes.NewReader(row.Text))
	return f, err
}

func (s *Service) deeds(tx *db.Tx, edition string) (out []Deed, err error) {
	rows, err := s.q(tx).ListDeeds(tx.Ctx(), store.ListDeedsParams{Jurisdiction: s.Jurisdiction, Edition: edition})
	for _, r := range rows {
		out = append(out, Deed{Kind: r.Kind, Person: r.Person, Session: r.Session, Hash: r.Hash, About: r.About, Reason: r.Reason, Day: r.Day, Sig: r.Sig})
	}
	return out, err
}

// Editions lists every edition with its deeds, the newest first.
func (s *Service) Editions(ctx context.Context) (out []Edition, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		rows, err := s.q(tx).ListEditions(tx.Ctx(), store.ListEditionsParams{Jurisdiction: s.Jurisdiction, Lim: 500})
		for _, r := range rows {
			e := editionOf(store.ManualEdition{ID: r.ID, Base: r.Base, State: r.State, Origin: r.Origin, Version: r.Version, Hash: r.Hash, BegunDay: r.BegunDay, ActiveDay: r.ActiveDay, PastDay: r.PastDay, Seq: r.Seq})
			if e.Deeds, err = s.deeds(tx, r.ID); err != nil {
				return err
			}
			out = append(out, e)
		}
		return err
	})
	return out, err
}

// Head returns the head of a chain of deeds: each hash covers the one before, the
// edition's id and every word of the deed but its signature, which covers the head.
func Head(edition string, deeds []Deed) (head [32]byte) {
	for i, d := range deeds {
		b := append([]byte("naungan/manual/deed/1"), head[:]...)
		for _, part := range []string{edition, fmt.Sprint(i + 1), d.Kind, d.Person, d.Session, d.Hash, d.About, d.Reason, fmt.Sprint(d.Day)} {
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
// the store: a text or a deed that somebody changed gives another.
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
			if len(f.Deeds) == 0 || f.Deeds[len(f.Deeds)-1].Hash != HashOf(f.Text) {
				head = [32]byte{} // the text is not what the newest deed says
			}
			if err := each(f.ID, audit.Head(int64(len(f.Deeds)), head)); err != nil {
				return err
			}
		}
	}
}

func (s *Service) after(tx *db.Tx, after string) (out []Full, err error) {
	ids, err := s.q(tx).EditionIDs(tx.Ctx(), store.EditionIDsParams{Jurisdiction: s.Jurisdiction, After: after, Lim: 50})
	for _, one := range ids {
		row, err := s.q(tx).GetEdition(tx.Ctx(), store.GetEditionParams{Jurisdiction: s.Jurisdiction, ID: one})
		if err != nil {
			return nil, err
		}
		f := Full{Edition: editionOf(row), Text: row.Text}
		if f.Deeds, err = s.deeds(tx, one); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, err
}
