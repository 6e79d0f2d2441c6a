// Package lane decides how fast a report is looked at when many come at once. It
// never refuses: a flood only moves to quarantine. Everything is in memory; a
// visitor is a keyed hash that changes every window, so nothing here can say
// afterwards who wrote.
package lane

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/bits"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/seal"
)

const (
	window  = 10 * time.Minute
	perHead = 6     // reports of one visitor in a window before quarantine
	most    = 50000 // visitors counted at once
	minFill = 3 * time.Second
	maxAge  = 24 * time.Hour
	// PowBits is the work that lifts a report out of quarantine: about a second
	// on a cheap phone.
	PowBits = 16
	// Crowd is how many posts may be under way before a form waits.
	Crowd = 400
)

// Keeper counts and marks forms. It is safe for concurrent use.
type Keeper struct {
	clock clock.Clock
	key   seal.TokenKey
	busy  atomic.Int64

	mu    sync.Mutex
	salt  []byte
	since time.Time
	seen  map[[16]byte]int
}

// New returns a keeper whose keys live in this process only.
func New(c clock.Clock) *Keeper {
	return &Keeper{clock: c, key: seal.NewTokenKey(), salt: seal.Random32(), since: c.Now(), seen: map[[16]byte]int{}}
}

// count counts a post of a visitor and returns how many there were in the window.
func (k *Keeper) count(visitor string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := k.clock.Now(); now.Sub(k.since) > window || len(k.seen) > most {
		k.salt, k.since, k.seen = seal.Random32(), now, map[[16]byte]int{}
	}
	var id [16]byte
	copy(id[:], k.key.MAC(k.salt, []byte(visitor)))
	k.seen[id]++
	return k.seen[id]
}

// Token marks a form: when it was shown, for which secret. Nothing is kept.
func (k *Keeper) Token(secret []byte) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(k.clock.Now().Unix()))
	return base64.RawURLEncoding.EncodeToString(append(b[:], k.key.MAC([]byte("form"), b[:], secret)...))
}

// age returns how long ago a form was shown; ok is false for a token of another
// secret, another process or none.
func (k *Keeper) age(token string, secret []byte) (time.Duration, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != 24 || !k.key.Verify(raw[8:], []byte("form"), raw[:8], secret) {
		return 0, false
	}
	return k.clock.Now().Sub(time.Unix(int64(binary.BigEndian.Uint64(raw[:8])), 0)), true
}

// Challenge returns what a script may work on while the form is filled.
func Challenge(secret []byte) string {
	h := sha256.Sum256(append([]byte("pow|"), secret...))
	return hex.EncodeToString(h[:16])
}

// Worked tells whether the nonce does the work of a challenge.
func Worked(challenge, nonce string) bool {
	if nonce == "" || len(nonce) > 40 {
		return false
	}
	h := sha256.Sum256([]byte(challenge + ":" + nonce))
	return bits.LeadingZeros32(binary.BigEndian.Uint32(h[:4])) >= PowBits
}

// Signs is what a post shows of itself.
type Signs struct {
	Visitor  string // remote address: hashed in memory, never kept
	Token    string
	Secret   []byte
	Honeypot string
	Nonce    string
}

// Suspect tells whether a post goes to quarantine: a filled trap, a form that
// nobody was shown or that was filled faster than anyone reads, or too many from
// one place. Work done lifts the last two.
func (k *Keeper) Suspect(s Signs) bool {
	many := k.count(s.Visitor) > perHead
	age, shown := k.age(s.Token, s.Secret)
	if strings.TrimSpace(s.Honeypot) != "" {
		return true
	}
	odd := many || !shown || age < minFill || age > maxAge
	return odd && !Worked(Challenge(s.Secret), s.Nonce)
}

// Enter notes a post under way; call the result when it is over.
func (k *Keeper) Enter() func() {
	k.busy.Add(1)
	return func() { k.busy.Add(-1) }
}

// Crowded tells whether a new form should wait a moment.
func (k *Keeper) Crowded() bool { return k.busy.Load() > Crowd }
