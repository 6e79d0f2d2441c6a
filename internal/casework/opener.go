package casework

import (
	"encoding/json"
	"fmt"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/seal"
)

// room is the name under which casework seals: it is part of every binding.
const room = "casework"

// Doc is one sealed document as Service keeps it.
type Doc struct {
	Seq    int64
	Kind   Kind
	Author string
	Prev   [32]byte
	Box    seal.Box
	Day    int64
}

// Keys are the opened keys of one case. Identity is nil until step-up.
type Keys struct {
	jurisdiction string
	id           string
	main         seal.RecordKey
	identity     *seal.RecordKey
}

// OpenKeys opens the keys of a case that the ring holds a grant for. The
// identity key is opened too where the ring holds identity keys (step-up).
// It returns a NotFound fault when no grant fits.
func OpenKeys(kr *seal.Keyring, jurisdiction, id string, grants []Grant) (Keys, error) {
	k := Keys{jurisdiction: jurisdiction, id: id}
	main, err := openPart(kr, grants, Main)
	if err != nil {
		return Keys{}, fault.Wrap(fault.NotFound, "fault.not_found", err)
	}
	k.main = main
	if ident, err := openPart(kr, grants, IdentityPart); err == nil {
		k.identity = &ident
	}
	return k, nil
}

// Grant is a sealed key of one part of a case, for one team.
type Grant struct {
	Part Part
	seal.Grant
}

func openPart(kr *seal.Keyring, grants []Grant, part Part) (seal.RecordKey, error) {
	var list []seal.Grant
	for _, g := range grants {
		if g.Part == part {
			list = append(list, g.Grant)
		}
	}
	return kr.OpenAny(list)
}

// HasIdentity tells whether the identity document can be opened now.
func (k Keys) HasIdentity() bool { return k.identity != nil }

// Read opens one document into v. A box that was moved, cut or changed is an
// Internal fault: it is a finding, not an empty document.
func (k Keys) Read(d Doc, v Document) error {
	key, err := k.key(d.Kind)
	if err != nil {
		return err
	}
	plain, err := key.Open(k.meta(d.Kind, d.Seq, d.Author, d.Prev), d.Box)
	if err != nil {
		return fmt.Errorf("casework: open %s %d of %s: %w", d.Kind, d.Seq, k.id, err)
	}
	return json.Unmarshal(plain, v)
}

func (k Keys) key(kind Kind) (seal.RecordKey, error) {
	if kind.Part() == Main {
		return k.main, nil
	}
	if k.identity == nil {
		return seal.RecordKey{}, fault.New(fault.StepUp, "fault.step_up")
	}
	return *k.identity, nil
}

func (k Keys) meta(kind Kind, seq int64, author string, prev [32]byte) seal.DocMeta {
	return seal.DocMeta{Jurisdiction: k.jurisdiction, Room: room, Record: k.id, Kind: string(kind), Seq: seq, Author: author, Prev: prev}
}

// Pen seals new documents of a case, one after the other, from the head it was
// opened at. The chain it makes is written only if the head is unchanged.
type Pen struct {
	keys   Keys
	author string
	day    int64
	was    int64
	seq    int64
	prev   [32]byte
	docs   []Doc
}

// NewPen returns a pen that continues after head (sequence and hash).
func NewPen(k Keys, author string, day, seq int64, head [32]byte) *Pen {
	return &Pen{keys: k, author: author, day: day, was: seq, seq: seq, prev: head}
}

// Write checks and seals one document.
func (p *Pen) Write(d Document) error {
	if err := d.Check(); err != nil {
		return err
	}
	key, err := p.keys.key(d.Kind())
	if err != nil {
		return err
	}
	plain, err := json.Marshal(d)
	if err != nil {
		return err
	}
	seq := p.seq + 1
	box, err := key.Seal(p.keys.meta(d.Kind(), seq, p.author, p.prev), plain)
	if err != nil {
		return err
	}
	p.docs = append(p.docs, Doc{Seq: seq, Kind: d.Kind(), Author: p.author, Prev: p.prev, Box: box, Day: p.day})
	p.seq, p.prev = seq, box.Hash()
	return nil
}

// Written returns what was sealed and the head it continues from.
func (p *Pen) Written() Change { return Change{Was: p.was, Seq: p.seq, Head: p.prev, Docs: p.docs} }

// Change is a set of new documents, in order, that continue a case from Was.
type Change struct {
	Was  int64
	Seq  int64
	Head [32]byte
	Docs []Doc
}

// NewKeys makes the two keys of a new case and their grants for a team. The
// ring must hold the team's newest keys and, for the identity part, its
// identity keys' public half, which every member has.
func NewKeys(kr *seal.Keyring, who access.Who, jurisdiction, id, team string) (Keys, []Grant, error) {
	main, ident := seal.NewRecordKey(), seal.NewRecordKey()
	k := Keys{jurisdiction: jurisdiction, id: id, main: main, identity: &ident}
	grants, err := k.GrantTo(kr, who, team, "opened", 0)
	return k, grants, err
}
