package seal

import (
	"context"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"testing"

	"golang.org/x/crypto/argon2"
)

// Costs of the slow hash (Argon2id, RFC 9106; OWASP's second recommendation).
// They are the floor as well: a blob never chooses its own.
const (
	argonTime    = 2
	argonMemory  = 19 * 1024 // KiB
	argonThreads = 1
	saltSize     = 16
)

// slowMemory is what a slow hash takes, in KiB: argonMemory, but for tests.
var slowMemory uint32 = argonMemory

// CheapPasswords makes the slow hash of this process cheap: an office in a test
// is founded with dozens, and under the race detector each takes seconds. It
// panics outside a test, and is called before anything hashes; what was sealed
// under a cheap hash does not open under the real one.
func CheapPasswords() {
	if !testing.Testing() {
		panic("seal: cheap passwords outside a test")
	}
	slowMemory = 64
}

// PersonSeed is where all of a person's keys come from. It is born when the
// person sets a password and exists only wrapped.
type PersonSeed struct{ b [64]byte }

// NewPersonSeed returns a fresh seed.
func NewPersonSeed() (s PersonSeed) {
	copy(s.b[:], random(64))
	return s
}

// PersonPublic is what the roster holds of a person.
type PersonPublic struct {
	KEM  []byte `json:"kem"`
	Sign []byte `json:"sign"`
}

// Public returns the public half.
func (s PersonSeed) Public() PersonPublic {
	return PersonPublic{KEM: s.kem().PublicKey().Bytes(), Sign: s.Signer().Public()}
}

// Signer returns the person's signing key.
func (s PersonSeed) Signer() Signer { return NewSigner(s.b[:], "person") }

func (s PersonSeed) kem() hpke.PrivateKey { return keyPair(derived(s.b[:], "kem")) }

// Fingerprint returns a short, readable hash of public keys for comparing in
// person or on paper.
func (p PersonPublic) Fingerprint() string {
	h := sha256.Sum256(canonical(p.KEM, p.Sign))
	return groups(b32.EncodeToString(h[:15]))
}

// Bytes returns the public keys in canonical form: what an enrolment officer signs.
func (p PersonPublic) Bytes() []byte { return canonical(p.KEM, p.Sign) }

// Bundle is what a person's password or kit opens: the seed, and the secret of
// the second factor inside it, so that neither is of use alone.
type Bundle struct {
	Seed PersonSeed
	TOTP string
}

type bundleJSON struct {
	Seed []byte `json:"seed"`
	TOTP string `json:"totp"`
}

func (b Bundle) bytes() []byte {
	out, _ := json.Marshal(bundleJSON{b.Seed.b[:], b.TOTP}) // bytes and a string always marshal
	return out
}

func parseBundle(plain []byte) (b Bundle, err error) {
	var j bundleJSON
	if err := json.Unmarshal(plain, &j); err != nil || len(j.Seed) != 64 {
		return Bundle{}, ErrOpen
	}
	copy(b.Seed.b[:], j.Seed)
	b.TOTP = j.TOTP
	return b, nil
}

// slow lets two slow hashes run at once; one place is kept for devices that
// signed in before, so that a flood of guesses cannot keep staff out.
var (
	slowKnown = make(chan struct{}, 1)
	slowAny   = make(chan struct{}, 1)
)

// ErrBusy says that no slow hash could begin before the context ended.
var ErrBusy = errors.New("seal: too many sign-ins at once")

func slowly(ctx context.Context, known bool, fn func()) error {
	reserve := slowKnown
	if !known {
		reserve = nil // a nil channel never takes
	}
	select {
	case slowAny <- struct{}{}:
		defer func() { <-slowAny }()
	case reserve <- struct{}{}:
		defer func() { <-slowKnown }()
	case <-ctx.Done():
		return ErrBusy
	}
	fn()
	return nil
}

// WrapByPassword seals a bundle under HKDF(Argon2id(password) ‖ pepper), bound
// to the person. It waits for its turn among slow hashes.
func WrapByPassword(ctx context.Context, b Bundle, password string, pepper []byte, person string) ([]byte, error) {
	salt := random(saltSize)
	kek, err := passwordKey(ctx, password, salt, pepper, true)
	if err != nil {
		return nil, err
	}
	return append(boxed(algPassword, salt), encrypt(kek, b.bytes(), canonical([]byte("person"), []byte(person)))...), nil
}

// OpenByPassword opens what WrapByPassword sealed. known says that this device
// signed in before.
func OpenByPassword(ctx context.Context, blob []byte, password string, pepper []byte, person string, known bool) (Bundle, error) {
	if len(blob) < 1+saltSize || blob[0] != algPassword {
		return Bundle{}, ErrOpen
	}
	salt, body := blob[1:1+saltSize], blob[1+saltSize:]
	kek, err := passwordKey(ctx, password, salt, pepper, known)
	if err != nil {
		return Bundle{}, err
	}
	plain, err := decrypt(kek, body, canonical([]byte("person"), []byte(person)))
	if err != nil {
		return Bundle{}, err
	}
	return parseBundle(plain)
}

// BurnPassword costs what OpenByPassword costs: for names that do not exist.
func BurnPassword(ctx context.Context, password string, pepper []byte, known bool) error {
	_, err := passwordKey(ctx, password, make([]byte, saltSize), pepper, known)
	return err
}

func passwordKey(ctx context.Context, password string, salt, pepper []byte, known bool) (k [keySize]byte, err error) {
	if len(pepper) != keySize {
		return k, errors.New("seal: no pepper")
	}
	err = slowly(ctx, known, func() {
		h := argon2.IDKey([]byte(password), salt, argonTime, slowMemory, argonThreads, keySize)
		k = derived(append(h, pepper...), "password")
	})
	return k, err
}

// Kit is a printed way in: 20 random bytes and a check, never kept by the server.
type Kit struct{ b [20]byte }

// NewKit returns a fresh kit.
func NewKit() (k Kit) {
	copy(k.b[:], random(20))
	return k
}

// Text returns the kit for print, in groups of five.
func (k Kit) Text() string { return groups(b32.EncodeToString(append(k.b[:], check(k.b[:])...))) }

// ParseKit reads what Text wrote, in any case and grouping.
func ParseKit(text string) (k Kit, err error) {
	raw, err := b32.DecodeString(plainText(text))
	if err != nil || len(raw) != 23 {
		return k, errors.New("seal: this is no kit (it has 37 letters and digits)")
	}
	copy(k.b[:], raw)
	if string(check(k.b[:])) != string(raw[20:]) {
		return Kit{}, errors.New("seal: a character of the kit is wrong")
	}
	return k, nil
}

// Wrap seals a secret under the kit, bound to what it is for ("person|ID", "team|ID|EPOCH").
// A kit has 160 random bits: no slow hash is needed.
func (k Kit) Wrap(what string, secret []byte) []byte {
	return boxed(algKit, encrypt(derived(k.b[:], "kit"), secret, canonical([]byte(what))))
}

// Open opens what Wrap sealed for the same purpose.
func (k Kit) Open(what string, blob []byte) ([]byte, error) {
	body, err := unboxed(algKit, blob)
	if err != nil {
		return nil, err
	}
	return decrypt(derived(k.b[:], "kit"), body, canonical([]byte(what)))
}

// WrapBundle and OpenBundle seal a person's bundle under a recovery kit.
func (k Kit) WrapBundle(person string, b Bundle) []byte { return k.Wrap("person|"+person, b.bytes()) }

// OpenBundle opens what WrapBundle sealed.
func (k Kit) OpenBundle(person string, blob []byte) (Bundle, error) {
	plain, err := k.Open("person|"+person, blob)
	if err != nil {
		return Bundle{}, err
	}
	return parseBundle(plain)
}

// HashToken returns the SHA-256 of a cookie or link token in hex: what a row keeps.
func HashToken(token []byte) string {
	h := sha256.Sum256(token)
	return hex.EncodeToString(h[:])
}
