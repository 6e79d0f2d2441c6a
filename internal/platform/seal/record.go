package seal

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
)

// RecordKey is the key of one record. The zero value seals and opens nothing.
type RecordKey struct{ k [keySize]byte }

// NewRecordKey returns a fresh key.
func NewRecordKey() RecordKey { return RecordKey{newKey()} }

// String hides the key.
func (RecordKey) String() string { return "•••" }

// GoString hides the key.
func (RecordKey) GoString() string { return "•••" }

func (r RecordKey) zero() bool { return r.k == [keySize]byte{} }

// Binding is the place of a wrapped key: nothing wrapped for one place opens in
// another.
type Binding struct {
	Jurisdiction, Room, Record, Part, Team string
	Epoch                                  int64
	Granter                                string
}

func (b Binding) bytes() []byte {
	return canonical([]byte("grant"), []byte(b.Jurisdiction), []byte(b.Room), []byte(b.Record), []byte(b.Part), []byte(b.Team), num(b.Epoch), []byte(b.Granter))
}

// WrapKey wraps a record key for a team whose keys the session holds: symmetric, 0.2 µs.
func (k TeamKeys) WrapKey(rk RecordKey, b Binding) ([]byte, error) {
	if len(k.Wrap) != keySize || rk.zero() {
		return nil, ErrOpen
	}
	return boxed(algWrap, encrypt([keySize]byte(k.Wrap), rk.k[:], b.bytes())), nil
}

// WrapTo wraps a record key to a team's public key: for the public channel,
// which holds no secret, and for identity keys. The first opening by a member
// replaces the former by WrapKey's.
func WrapTo(public []byte, rk RecordKey, b Binding) ([]byte, error) {
	if rk.zero() {
		return nil, ErrOpen
	}
	return sealHPKE(public, b.bytes(), rk.k[:])
}

// OpenWrap opens a wrapped record key and tells whether the wrap was symmetric.
func (k TeamKeys) OpenWrap(wrap []byte, b Binding) (rk RecordKey, symmetric bool, err error) {
	var plain []byte
	switch {
	case len(wrap) == 0:
		return rk, false, ErrOpen
	case wrap[0] == algWrap && len(k.Wrap) == keySize:
		symmetric = true
		var body []byte
		if body, err = unboxed(algWrap, wrap); err == nil {
			plain, err = decrypt([keySize]byte(k.Wrap), body, b.bytes())
		}
	case b.Part == IdentityPart:
		plain, err = openHPKE(pair(k.Ident), b.bytes(), wrap)
	default:
		plain, err = openHPKE(k.private(), b.bytes(), wrap)
	}
	if err != nil || len(plain) != keySize {
		return RecordKey{}, false, ErrOpen
	}
	copy(rk.k[:], plain)
	return rk, symmetric, nil
}

// IdentityPart names the part of a record whose key opens only after step-up.
const IdentityPart = "identity"

// Grant is a wrapped record key as a room keeps it. Sig is the granter's
// session signature over Bytes; it is empty for the public channel's first wrap.
type Grant struct {
	Binding
	Wrap   []byte
	Reason string
	Until  int64 // day; 0 = open end. Policy, not cryptography.
	Sig    []byte
}

// Bytes returns what the granter signs.
func (g Grant) Bytes() []byte {
	return canonical(g.Binding.bytes(), g.Wrap, []byte(g.Reason), num(g.Until))
}

// DocMeta is the place of a document in its record.
type DocMeta struct {
	Jurisdiction, Room, Record, Kind string
	Seq                              int64
	Author                           string
	Prev                             [32]byte // hash of the previous document's box
}

func (m DocMeta) bytes(commitment []byte) []byte {
	return canonical([]byte("doc"), []byte(m.Jurisdiction), []byte(m.Room), []byte(m.Record), []byte(m.Kind), num(m.Seq), []byte(m.Author), commitment, m.Prev[:])
}

// Box is a sealed document.
type Box []byte

// Hash returns the hash that the next document carries as Prev, and that the
// audit leaf keeps as the record's head.
func (b Box) Hash() [32]byte { return sha256.Sum256(b) }

// Padded sizes: a box tells no more of its length than these steps.
var steps = []int{256, 1 << 10, 4 << 10, 16 << 10}

func padded(n int) int {
	for _, s := range steps {
		if n <= s {
			return s
		}
	}
	big := steps[len(steps)-1]
	return (n + big - 1) / big * big
}

// SizeStep returns the padded size of a text of n bytes: what may stay in clear.
func SizeStep(n int) int64 { return int64(padded(n + 4)) }

// pad puts the length in front of a text and fills it up to its step.
func pad(plain []byte) []byte {
	body := make([]byte, padded(len(plain)+4))
	binary.BigEndian.PutUint32(body, uint32(len(plain)))
	copy(body[4:], plain)
	return body
}

func unpad(body []byte) ([]byte, error) {
	if len(body) < 4 {
		return nil, ErrOpen
	}
	n := binary.BigEndian.Uint32(body)
	if uint64(n) > uint64(len(body)-4) {
		return nil, ErrOpen
	}
	return body[4 : 4+n], nil
}

// maxDocument bounds what one document may hold (bytes).
const maxDocument = 1 << 22

// Seal seals a document at its place, padded. The commitment in front keeps a
// box from opening under two keys.
func (r RecordKey) Seal(m DocMeta, plain []byte) (Box, error) {
	if r.zero() || len(plain) > maxDocument {
		return nil, ErrOpen
	}
	c := r.commitment()
	box := append([]byte{algDocument}, c...)
	return append(box, encrypt(r.docKey(m), pad(plain), m.bytes(c))...), nil
}

// Open opens a box at its place.
func (r RecordKey) Open(m DocMeta, box Box) ([]byte, error) {
	if r.zero() || len(box) < 1+32+28+256 || box[0] != algDocument {
		return nil, ErrOpen
	}
	c := r.commitment()
	if subtle.ConstantTimeCompare(c, box[1:33]) != 1 {
		return nil, ErrOpen
	}
	body, err := decrypt(r.docKey(m), box[33:], m.bytes(c))
	if err != nil {
		return nil, ErrOpen
	}
	return unpad(body)
}

func (r RecordKey) commitment() []byte { return derive(r.k[:], "commit", 32) }

// docKey derives the document's key. The last part of the input is reserved for
// a per-record shredding secret.
func (r RecordKey) docKey(m DocMeta) [keySize]byte {
	const shred = ""
	return derived(canonical(r.k[:], []byte(m.Room), []byte(m.Record), []byte(m.Kind), num(m.Seq), []byte(shred)), "document")
}

// SealTo seals a text to a public key, padded: a reporter's message to the desk,
// an answer to the reporter. context binds it to its place.
func SealTo(public []byte, context string, plain []byte) (Box, error) {
	if len(plain) > maxDocument {
		return nil, ErrOpen
	}
	return sealHPKE(public, canonical([]byte("message"), []byte(context)), pad(plain))
}

// OpenFrom opens what SealTo sealed to this team.
func (k TeamKeys) OpenFrom(context string, box Box) ([]byte, error) {
	return openMessage(k.KEM, context, box)
}

// Inbox returns the public key to which messages for this record are sealed by
// somebody without keys: whoever opens the record opens them, and nobody else.
func (r RecordKey) Inbox() []byte { return pair(r.inbox()).PublicKey().Bytes() }

// OpenInbox opens what SealTo sealed to Inbox.
func (r RecordKey) OpenInbox(context string, box Box) ([]byte, error) {
	if r.zero() {
		return nil, ErrOpen
	}
	return openMessage(r.inbox(), context, box)
}

func (r RecordKey) inbox() []byte { return derive(r.k[:], "inbox", keySize) }

func openMessage(secret []byte, context string, box Box) ([]byte, error) {
	body, err := openHPKE(pair(secret), canonical([]byte("message"), []byte(context)), box)
	if err != nil {
		return nil, ErrOpen
	}
	return unpad(body)
}
