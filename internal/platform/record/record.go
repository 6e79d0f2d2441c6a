// Package record is what every sealed record has in common: two keys (main, and
// one for identity), grants to teams, and a chain of sealed documents. It is the
// opener's half: pure functions over keys and boxes, no database.
package record

import (
	"encoding/json"
	"fmt"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/seal"
)

// The parts of a record: Main opens with a team's keys, Identity only after
// step-up.
const (
	Main     = "main"
	Identity = seal.IdentityPart
)

// Place says which record is meant; it is part of every binding.
type Place struct{ Jurisdiction, Room, ID string }

// Doc is one sealed document as a room keeps it.
type Doc struct {
	Seq    int64
	Kind   string
	Author string
	Prev   [32]byte
	Box    seal.Box
	Day    int64
}

// Grant is the wrapped key of one part, for one team.
type Grant = seal.Grant

// Keys are the opened keys of one record.
type Keys struct {
	Place
	main     seal.RecordKey
	identity *seal.RecordKey
	// Fresh tells that the main key was wrapped asymmetrically (by the public
	// channel or by another team): the opener wraps it again symmetrically.
	Fresh bool
}

// New makes the keys of a new record, with an identity key where asked.
func New(p Place, identity bool) Keys {
	k := Keys{Place: p, main: seal.NewRecordKey()}
	if identity {
		i := seal.NewRecordKey()
		k.identity = &i
	}
	return k
}

// Open opens the keys of a record by any grant the ring fits. It returns a
// NotFound fault when none does: not there and not yours are the same answer.
func Open(kr *seal.Keyring, p Place, grants []Grant) (Keys, error) {
	k := Keys{Place: p}
	found := false
	for _, g := range grants {
		if g.Jurisdiction != p.Jurisdiction || g.Room != p.Room || g.Record != p.ID {
			continue
		}
		rk, symmetric, err := kr.OpenGrant(g)
		switch {
		case err != nil:
			continue
		case g.Part == Identity:
			k.identity = &rk
		case !found || symmetric:
			k.main, k.Fresh, found = rk, !symmetric, true
		}
	}
	if !found {
		return Keys{}, fault.New(fault.NotFound, "fault.not_found")
	}
	return k, nil
}

// HasIdentity tells whether the identity key is open.
func (k Keys) HasIdentity() bool { return k.identity != nil }

// GrantTo wraps the main key for a team: symmetrically where the ring holds the
// team's newest keys, else to its public key. until is a day, 0 for open end.
func (k Keys) GrantTo(kr *seal.Keyring, who access.Who, to seal.TeamPublic, reason string, until int64) (Grant, error) {
	g := Grant{Binding: k.binding(Main, to, who.Person), Reason: reason, Until: until}
	var err error
	if tk, ok := kr.At(to.Team, to.Epoch); ok {
		g.Wrap, err = tk.WrapKey(k.main, g.Binding)
	} else {
		g.Wrap, err = seal.WrapTo(to.KEM, k.main, g.Binding)
	}
	if err != nil {
		return Grant{}, fmt.Errorf("record: grant: %w", err)
	}
	return who.GrantSigned(g), nil
}

// GrantIdentity wraps the identity key to a team's identity key. The identity
// key must be open.
func (k Keys) GrantIdentity(who access.Who, to seal.TeamPublic, reason string, until int64) (Grant, error) {
	if k.identity == nil {
		return Grant{}, fault.New(fault.StepUp, "fault.step_up")
	}
	g := Grant{Binding: k.binding(Identity, to, who.Person), Reason: reason, Until: until}
	var err error
	if g.Wrap, err = seal.WrapTo(to.Identity, *k.identity, g.Binding); err != nil {
		return Grant{}, fmt.Errorf("record: grant identity: %w", err)
	}
	return who.GrantSigned(g), nil
}

// WrapPublic wraps the main key to a team for somebody without keys: the public
// channel. The first opening replaces it.
func (k Keys) WrapPublic(to seal.TeamPublic) (Grant, error) {
	g := Grant{Binding: k.binding(Main, to, "")}
	var err error
	g.Wrap, err = seal.WrapTo(to.KEM, k.main, g.Binding)
	return g, err
}

func (k Keys) binding(part string, to seal.TeamPublic, granter string) seal.Binding {
	return seal.Binding{Jurisdiction: k.Jurisdiction, Room: k.Room, Record: k.ID, Part: part, Team: to.Team, Epoch: to.Epoch, Granter: granter}
}

func (k Keys) key(part string) (seal.RecordKey, error) {
	if part != Identity {
		return k.main, nil
	}
	if k.identity == nil {
		return seal.RecordKey{}, fault.New(fault.StepUp, "fault.step_up")
	}
	return *k.identity, nil
}

func (k Keys) meta(kind string, seq int64, author string, prev [32]byte) seal.DocMeta {
	return seal.DocMeta{Jurisdiction: k.Jurisdiction, Room: k.Room, Record: k.ID, Kind: kind, Seq: seq, Author: author, Prev: prev}
}

// Read opens one document of a part into v. A box that was moved, cut or
// changed is an Internal fault: a finding, not an empty document.
func (k Keys) Read(part string, d Doc, v any) error {
	key, err := k.key(part)
	if err != nil {
		return err
	}
	plain, err := key.Open(k.meta(d.Kind, d.Seq, d.Author, d.Prev), d.Box)
	if err != nil {
		return fmt.Errorf("record: open %s %d of %s %s: %w", d.Kind, d.Seq, k.Room, k.ID, err)
	}
	return json.Unmarshal(plain, v)
}

// Inbox returns the public key to which messages for this record are sealed.
func (k Keys) Inbox() []byte { return k.main.Inbox() }

// OpenMessage opens a message that was sealed to Inbox.
func (k Keys) OpenMessage(context string, box seal.Box) ([]byte, error) {
	return k.main.OpenInbox(context, box)
}

// Reseal writes every document again under new keys of the same record, in
// order and by the same authors; part tells under which key a kind lies. The pen
// it returns goes on as who, so that what follows is in the same change.
func (k Keys) Reseal(docs []Doc, part func(kind string) string, who string, day int64) (Keys, *Pen, error) {
	fresh := New(k.Place, k.identity != nil)
	pen := NewPen(fresh, who, day, 0, [32]byte{})
	for _, d := range docs {
		var v json.RawMessage
		if err := k.Read(part(d.Kind), d, &v); err != nil {
			return fresh, pen, err
		}
		pen.author, pen.day = d.Author, d.Day
		if err := pen.Write(part(d.Kind), d.Kind, v); err != nil {
			return fresh, pen, err
		}
	}
	pen.author, pen.day, pen.c.Was = who, day, int64(len(docs))
	return fresh, pen, nil
}

// Label seals what a list shows of the record.
func (k Keys) Label(v any) (seal.Box, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return k.main.Seal(k.meta("label", 0, "", [32]byte{}), plain)
}

// ReadLabel opens a label into v; an empty box leaves v alone.
func (k Keys) ReadLabel(box seal.Box, v any) error {
	if len(box) == 0 {
		return nil
	}
	return k.Read(Main, Doc{Kind: "label", Box: box}, v)
}

// Change is a set of new documents, in order, that continue a record from Was.
type Change struct {
	Was  int64
	Seq  int64
	Head [32]byte
	Docs []Doc
}

// Pen seals new documents of a record, one after the other, from the head it
// was opened at. What it wrote is kept only if the head is unchanged then.
type Pen struct {
	keys   Keys
	author string
	day    int64
	c      Change
}

// NewPen returns a pen that continues after head (sequence and hash).
func NewPen(k Keys, author string, day, seq int64, head [32]byte) *Pen {
	return &Pen{keys: k, author: author, day: day, c: Change{Was: seq, Seq: seq, Head: head}}
}

// Write seals one document under a part's key.
func (p *Pen) Write(part, kind string, v any) error {
	key, err := p.keys.key(part)
	if err != nil {
		return err
	}
	plain, err := json.Marshal(v)
	if err != nil {
		return err
	}
	seq := p.c.Seq + 1
	box, err := key.Seal(p.keys.meta(kind, seq, p.author, p.c.Head), plain)
	if err != nil {
		return fmt.Errorf("record: seal %s: %w", kind, err)
	}
	p.c.Docs = append(p.c.Docs, Doc{Seq: seq, Kind: kind, Author: p.author, Prev: p.c.Head, Box: box, Day: p.day})
	p.c.Seq, p.c.Head = seq, box.Hash()
	return nil
}

// Written returns what was sealed and the head it continues from.
func (p *Pen) Written() Change { return p.c }

// Verify tells whether docs, oldest first, chain without gap from the first to
// head: the newest cannot be cut off unnoticed.
func Verify(docs []Doc, seq int64, head [32]byte) error {
	var prev [32]byte
	for i, d := range docs {
		if d.Seq != int64(i)+1 || d.Prev != prev {
			return fmt.Errorf("record: document %d does not continue the one before it", d.Seq)
		}
		prev = d.Box.Hash()
	}
	if int64(len(docs)) != seq || prev != head {
		return fmt.Errorf("record: the newest documents are missing (have %d of %d)", len(docs), seq)
	}
	return nil
}
