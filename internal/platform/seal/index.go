package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"strconv"
)

// TagKind says what an index tag stands for. Only exact, high-entropy
// identifiers and one phonetic name form are indexed.
type TagKind string

// The kinds of tag.
const (
	TagPhone   TagKind = "phone"
	TagNIK     TagKind = "nik"
	TagAccount TagKind = "account"
	TagURL     TagKind = "url"
	TagName    TagKind = "name" // phonetic name, birth year, kecamatan
)

// NormalVersion is the version of the normalisers below: it is stored with each
// tag, so that a later rule can find what must be tagged again.
const NormalVersion = 1

// Tag is a blind index entry: equal identifiers give equal tags within a team
// and year, and without the team's key nothing can be guessed from one.
type Tag [16]byte

// TagOf returns the tag of a normalised identifier for a year's key, or false
// where there is nothing to tag.
func (k TeamKeys) TagOf(kind TagKind, year int64, normalised string) (t Tag, ok bool) {
	if normalised == "" || len(k.Index) != keySize {
		return t, false
	}
	key := derive(k.Index, "index|"+strconv.FormatInt(year, 10), keySize)
	mac := hmac.New(sha256.New, key)
	mac.Write(canonical([]byte(kind), num(NormalVersion), []byte(normalised)))
	copy(t[:], mac.Sum(nil))
	return t, true
}

// TokenKey makes and checks short-lived tokens (forms, visitors). It lives in
// memory or wrapped under the machine key.
type TokenKey struct{ k [keySize]byte }

// NewTokenKey returns a fresh key: tokens of a former process do not verify.
func NewTokenKey() TokenKey { return TokenKey{newKey()} }

// TokenKeyFrom derives a key from a secret of the installation.
func TokenKeyFrom(secret []byte, label string) TokenKey {
	return TokenKey{derived(secret, "token|"+label)}
}

// MAC returns 16 bytes of HMAC-SHA-256 over parts.
func (t TokenKey) MAC(parts ...[]byte) []byte {
	m := hmac.New(sha256.New, t.k[:])
	m.Write(canonical(parts...))
	return m.Sum(nil)[:16]
}

// Verify tells in constant time whether mac belongs to parts.
func (t TokenKey) Verify(mac []byte, parts ...[]byte) bool { return hmac.Equal(mac, t.MAC(parts...)) }
