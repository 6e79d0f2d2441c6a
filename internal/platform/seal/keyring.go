package seal

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
)

// Keyring is what a signed-in person can open: the keys of their teams, every
// epoch they were given, and a key of their own for drafts. The zero value opens
// nothing.
type Keyring struct {
	keys []TeamKeys
	own  []byte
}

// NewKeyring returns a ring with a person's own key and no team's.
func NewKeyring(p PersonSeed) *Keyring {
	return &Keyring{own: derive(p.b[:], "drafts", keySize)}
}

// WithoutIdentity returns the ring without the identity halves of its keys.
func (kr *Keyring) WithoutIdentity() *Keyring {
	out := &Keyring{own: kr.own}
	kr.Each(func(k TeamKeys) { out.Add(k.WithoutIdentity()) })
	return out
}

// SealOwn seals a text that only this person opens: an unfinished form.
func (kr *Keyring) SealOwn(context string, plain []byte) (Box, error) {
	if kr == nil || len(kr.own) != keySize || len(plain) > maxDocument {
		return nil, ErrOpen
	}
	return boxed(algWrap, encrypt([keySize]byte(kr.own), pad(plain), canonical([]byte("own"), []byte(context)))), nil
}

// OpenOwn opens what SealOwn sealed.
func (kr *Keyring) OpenOwn(context string, box Box) ([]byte, error) {
	body, err := unboxed(algWrap, box)
	if err != nil || kr == nil || len(kr.own) != keySize {
		return nil, ErrOpen
	}
	plain, err := decrypt([keySize]byte(kr.own), body, canonical([]byte("own"), []byte(context)))
	if err != nil {
		return nil, err
	}
	return unpad(plain)
}

// Add puts a team's epoch on the ring, in place of the same epoch if there.
func (kr *Keyring) Add(k TeamKeys) {
	kr.keys = slices.DeleteFunc(kr.keys, func(o TeamKeys) bool {
		return o.Public.Team == k.Public.Team && o.Public.Epoch == k.Public.Epoch
	})
	kr.keys = append(kr.keys, k)
	slices.SortFunc(kr.keys, func(a, b TeamKeys) int {
		return cmp.Or(cmp.Compare(a.Public.Team, b.Public.Team), cmp.Compare(b.Public.Epoch, a.Public.Epoch))
	})
}

// Team returns the newest keys of a team.
func (kr *Keyring) Team(team string) (TeamKeys, bool) {
	for _, k := range kr.all() {
		if k.Public.Team == team {
			return k, true
		}
	}
	return TeamKeys{}, false
}

// At returns a team's keys of one epoch.
func (kr *Keyring) At(team string, epoch int64) (TeamKeys, bool) {
	for _, k := range kr.all() {
		if k.Public.Team == team && k.Public.Epoch == epoch {
			return k, true
		}
	}
	return TeamKeys{}, false
}

// Teams returns the teams on the ring.
func (kr *Keyring) Teams() (out []string) {
	for _, k := range kr.all() {
		if len(out) == 0 || out[len(out)-1] != k.Public.Team {
			out = append(out, k.Public.Team)
		}
	}
	return out
}

// Each calls fn for every epoch of every team on the ring.
func (kr *Keyring) Each(fn func(TeamKeys)) {
	for _, k := range kr.all() {
		fn(k)
	}
}

func (kr *Keyring) all() []TeamKeys {
	if kr == nil {
		return nil
	}
	return kr.keys
}

// HasIdentity tells whether step-up released the identity keys.
func (kr *Keyring) HasIdentity() bool {
	return slices.ContainsFunc(kr.all(), func(k TeamKeys) bool { return len(k.Ident) > 0 })
}

// String hides the keys.
func (kr *Keyring) String() string { return "•••" }

// OpenGrant opens the record key of a grant and tells whether its wrap was symmetric.
func (kr *Keyring) OpenGrant(g Grant) (rk RecordKey, symmetric bool, err error) {
	k, ok := kr.At(g.Team, g.Epoch)
	if !ok {
		return rk, false, ErrOpen
	}
	return k.OpenWrap(g.Wrap, g.Binding)
}

// OpenAny opens the first of the grants that the ring can open.
func (kr *Keyring) OpenAny(grants []Grant) (RecordKey, error) {
	for _, g := range grants {
		if rk, _, err := kr.OpenGrant(g); err == nil {
			return rk, nil
		}
	}
	return RecordKey{}, ErrOpen
}

// SessionSecret is what a session row keeps under the cookie: never the seed.
type SessionSecret struct {
	Keyring *Keyring
	Sign    Signer
}

type sessionJSON struct {
	Keys []TeamKeys `json:"keys"`
	Own  []byte     `json:"own"`
	Sign []byte     `json:"sign"`
}

func cookieKey(cookie []byte) [keySize]byte { return derived(cookie, "session") }

// WrapSession seals a session's secrets under its cookie, bound to its id.
func WrapSession(cookie []byte, session string, s SessionSecret) ([]byte, error) {
	plain, err := json.Marshal(sessionJSON{s.Keyring.all(), s.Keyring.own, s.Sign.key})
	if err != nil {
		return nil, err
	}
	return boxed(algSession, encrypt(cookieKey(cookie), plain, canonical([]byte(session)))), nil
}

// OpenSession opens what WrapSession sealed.
func OpenSession(cookie []byte, session string, blob []byte) (SessionSecret, error) {
	body, err := unboxed(algSession, blob)
	if err != nil {
		return SessionSecret{}, err
	}
	plain, err := decrypt(cookieKey(cookie), body, canonical([]byte(session)))
	if err != nil {
		return SessionSecret{}, err
	}
	var j sessionJSON
	if err := json.Unmarshal(plain, &j); err != nil || len(j.Sign) != 64 {
		return SessionSecret{}, ErrOpen
	}
	return SessionSecret{Keyring: &Keyring{keys: j.Keys, own: j.Own}, Sign: Signer{j.Sign}}, nil
}

// NewSessionSigner returns a fresh signing key for one session, and the
// person's certificate over it: session id, public key and last valid hour.
func NewSessionSigner(p PersonSeed, person, session string, untilHour int64) (s Signer, certificate []byte) {
	s = NewSigner(random(keySize), "session")
	return s, p.Signer().Sign("session-key", sessionCert(person, session, s.Public(), untilHour))
}

func sessionCert(person, session string, public []byte, untilHour int64) []byte {
	return canonical([]byte(person), []byte(session), public, num(untilHour))
}

// VerifySessionKey checks a person's certificate over a session key.
func VerifySessionKey(personSign []byte, person, session string, public []byte, untilHour int64, certificate []byte) error {
	if len(certificate) == 0 {
		return errors.New("seal: no certificate")
	}
	return Verify(personSign, "session-key", sessionCert(person, session, public, untilHour), certificate)
}
