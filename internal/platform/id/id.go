// Package id makes record ids: the day and 75 random bits. A UUIDv7 would tell
// the millisecond at which a child wrote; this tells the day, as the clear
// columns do.
package id

import (
	"crypto/rand"
	"encoding/binary"
	"strings"
	"time"

	"github.com/naungan/naungan/internal/platform/clock"
)

// alphabet is Crockford's base 32 in lower case: no i, l, o, u, so an id read
// aloud or copied by hand survives.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

const (
	dayChars  = 4
	randChars = 15
	// Len is the length of an id.
	Len = dayChars + randChars
)

// New returns a new id of the day of t. Ids of later days sort later.
func New(t time.Time) string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // crypto/rand.Read never fails since Go 1.24
	var b [Len]byte
	day := uint64(clock.Day(t))
	for i := dayChars - 1; i >= 0; i-- {
		b[i] = alphabet[day&31]
		day >>= 5
	}
	lo, hi := binary.BigEndian.Uint64(raw[:8]), binary.BigEndian.Uint64(raw[8:])
	for i := range randChars {
		if i < 12 {
			b[dayChars+i] = alphabet[lo&31]
			lo >>= 5
		} else {
			b[dayChars+i] = alphabet[hi&31]
			hi >>= 5
		}
	}
	return string(b[:])
}

// Valid tells whether s has the form of an id.
func Valid(s string) bool {
	if len(s) != Len {
		return false
	}
	for i := range len(s) {
		if strings.IndexByte(alphabet, s[i]) < 0 {
			return false
		}
	}
	return true
}

// Day returns the day of an id (days since 1970-01-01, Jakarta), or -1 where s is no id.
func Day(s string) int64 {
	if !Valid(s) {
		return -1
	}
	var d int64
	for i := range dayChars {
		d = d<<5 | int64(strings.IndexByte(alphabet, s[i]))
	}
	return d
}

// Short returns the last five characters: what people say to each other. It is
// no key; lists that use it show the day beside it.
func Short(s string) string {
	if len(s) < 5 {
		return s
	}
	return s[len(s)-5:]
}
