package seal

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"
)

// MachineKey is the 32-byte key of an installation. Typed at start, read from
// another medium or from a credential bound to the machine; beside the data
// only in a demo, which says so on every page.
type MachineKey struct{ k [keySize]byte }

// NewMachineKey returns a fresh key.
func NewMachineKey() MachineKey { return MachineKey{newKey()} }

var b32 = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// Text returns the key as groups of five characters with a check group, for
// print and for typing.
func (m MachineKey) Text() string {
	return groups(b32.EncodeToString(append(m.k[:], check(m.k[:])...)))
}

// ParseMachineKey reads what Text wrote, in any case and grouping.
func ParseMachineKey(text string) (MachineKey, error) {
	raw, err := b32.DecodeString(plainText(text))
	if err != nil || len(raw) != keySize+3 {
		return MachineKey{}, errors.New("seal: this is no machine key (it has 56 letters and digits)")
	}
	var m MachineKey
	copy(m.k[:], raw)
	if string(check(m.k[:])) != string(raw[keySize:]) {
		return MachineKey{}, errors.New("seal: a character of the machine key is wrong")
	}
	return m, nil
}

func check(b []byte) []byte {
	h := sha256.Sum256(append([]byte("naungan/1|check|"), b...))
	return h[:3]
}

func groups(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i += 5 {
		if i > 0 {
			b.WriteByte('-')
		}
		b.WriteString(s[i:min(i+5, len(s))])
	}
	return b.String()
}

// plainText drops grouping and case, and reads the letters that the alphabet
// leaves out as the digits they look like.
func plainText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 'o' || r == 'O':
			return '0'
		case r == 'i' || r == 'I' || r == 'l' || r == 'L':
			return '1'
		case r == ' ' || r == '-' || r == '\n' || r == '\r' || r == '\t':
			return -1
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// PageKey returns the key of SQLite's pages.
func (m MachineKey) PageKey() []byte { return derive(m.k[:], "sqlite-pages", keySize) }

// WrapSecret seals one of the installation's secrets under its label.
func (m MachineKey) WrapSecret(label string, secret []byte) []byte {
	return boxed(algSecret, encrypt(derived(m.k[:], "machine|"+label), secret, canonical([]byte(label))))
}

// OpenSecret opens what WrapSecret sealed under the same label.
func (m MachineKey) OpenSecret(label string, blob []byte) ([]byte, error) {
	body, err := unboxed(algSecret, blob)
	if err != nil {
		return nil, err
	}
	return decrypt(derived(m.k[:], "machine|"+label), body, canonical([]byte(label)))
}

// Random32 returns 32 random bytes for a new secret of the installation.
func Random32() []byte { return random(keySize) }

// Signer is an Ed25519 key with context separation: a signature made for one
// purpose never verifies for another.
type Signer struct{ key ed25519.PrivateKey }

// NewSigner derives a signer from a secret and a label.
func NewSigner(secret []byte, label string) Signer {
	return Signer{ed25519.NewKeyFromSeed(derive(secret, "sign|"+label, ed25519.SeedSize))}
}

// Public returns the public key.
func (s Signer) Public() []byte {
	if s.key == nil {
		return nil
	}
	return s.key.Public().(ed25519.PublicKey)
}

// Sign signs msg under a context.
func (s Signer) Sign(context string, msg []byte) []byte {
	if s.key == nil {
		return nil
	}
	return ed25519.Sign(s.key, canonical([]byte(context), msg))
}

// Raw returns the Ed25519 key for the note signer of the audit log.
func (s Signer) Raw() ed25519.PrivateKey { return s.key }

// Verify returns nil where sig was made over msg under this context by the key.
func Verify(public []byte, context string, msg, sig []byte) error {
	if len(public) != ed25519.PublicKeySize || !ed25519.Verify(public, canonical([]byte(context), msg), sig) {
		return errors.New("seal: signature does not hold")
	}
	return nil
}
