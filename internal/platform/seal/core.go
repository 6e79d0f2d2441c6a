package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
)

// ErrOpen is returned for anything that cannot be opened: a wrong key, a wrong
// place, a changed byte. It never says which.
var ErrOpen = errors.New("seal: cannot be opened")

const keySize = 32

// Secret holds a value that must not be printed: every way of formatting it
// gives three dots.
type Secret[T any] struct{ v T }

// Hide returns v as a Secret.
func Hide[T any](v T) Secret[T] { return Secret[T]{v} }

// Reveal returns the value.
func (s Secret[T]) Reveal() T { return s.v }

// String returns three dots.
func (Secret[T]) String() string { return "•••" }

// GoString returns three dots.
func (Secret[T]) GoString() string { return "•••" }

// Format writes three dots for every verb.
func (Secret[T]) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("•••")) }

// LogValue returns three dots.
func (Secret[T]) LogValue() slog.Value { return slog.StringValue("•••") }

// MarshalJSON returns three dots: a secret is never serialised by accident.
func (Secret[T]) MarshalJSON() ([]byte, error) { return []byte(`"•••"`), nil }

// random returns n random bytes.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // crypto/rand.Read never fails since Go 1.24
	return b
}

func newKey() (k [keySize]byte) {
	_, _ = rand.Read(k[:])
	return k
}

// derive returns n bytes of HKDF-SHA256 (RFC 5869) over secret under a label.
func derive(secret []byte, label string, n int) []byte {
	out, err := hkdf.Key(sha256.New, secret, nil, "naungan/1|"+label, n)
	if err != nil {
		panic(err) // only for lengths above 255 hashes
	}
	return out
}

func derived(secret []byte, label string) (k [keySize]byte) {
	copy(k[:], derive(secret, label, keySize))
	return k
}

// canonical joins parts, each behind its length, so that no two lists of parts
// give the same bytes.
func canonical(parts ...[]byte) []byte {
	n := 1
	for _, p := range parts {
		n += 4 + len(p)
	}
	out := make([]byte, 1, n)
	out[0] = formatOfBind
	for _, p := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p)))
		out = append(out, p...)
	}
	return out
}

func num(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// encrypt is AES-256-GCM with a random nonce in front (NIST SP 800-38D).
func encrypt(key [keySize]byte, plain, aad []byte) []byte {
	return gcm(key).Seal(nil, nil, plain, aad)
}

func decrypt(key [keySize]byte, box, aad []byte) ([]byte, error) {
	plain, err := gcm(key).Open(nil, nil, box, aad)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

func gcm(key [keySize]byte) cipher.AEAD {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // only for wrong key sizes
	}
	a, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only for foreign block ciphers
	}
	return a
}

// boxed and unboxed put the algorithm id in front and check it.
func boxed(alg byte, body []byte) []byte { return append([]byte{alg}, body...) }

func unboxed(alg byte, blob []byte) ([]byte, error) {
	if len(blob) < 1+12+16 || blob[0] != alg {
		return nil, ErrOpen
	}
	return blob[1:], nil
}

// sealHPKE is HPKE base mode (RFC 9180) with the hybrid KEM MLKEM768-X25519;
// info is the canonical binding.
func sealHPKE(public, info, plain []byte) ([]byte, error) {
	pk, err := hpke.MLKEM768X25519().NewPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("seal: public key: %w", err)
	}
	ct, err := hpke.Seal(pk, hpke.HKDFSHA256(), hpke.AES256GCM(), info, plain)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return boxed(algHPKE, ct), nil
}

func openHPKE(k hpke.PrivateKey, info, blob []byte) ([]byte, error) {
	body, err := unboxed(algHPKE, blob)
	if err != nil || k == nil {
		return nil, ErrOpen
	}
	plain, err := hpke.Open(k, hpke.HKDFSHA256(), hpke.AES256GCM(), info, body)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// keyPair derives the HPKE pair of a 32-byte secret.
func keyPair(secret [keySize]byte) hpke.PrivateKey {
	k, err := hpke.MLKEM768X25519().DeriveKeyPair(secret[:])
	if err != nil {
		panic(err) // only for short input
	}
	return k
}
