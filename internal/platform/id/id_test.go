package id

import (
	"testing"
	"time"

	"github.com/naungan/naungan/internal/platform/clock"
)

func TestIdsAreDistinctValidAndTellOnlyTheDay(t *testing.T) {
	at := time.Date(2026, 11, 24, 3, 4, 5, 678, time.UTC)
	seen := map[string]bool{}
	for range 10_000 {
		s := New(at)
		if !Valid(s) || seen[s] || Day(s) != clock.Day(at) {
			t.Fatalf("id %q: valid %v, seen %v, day %d", s, Valid(s), seen[s], Day(s))
		}
		seen[s] = true
	}
	if a, b := New(at), New(at.Add(25*time.Hour)); a >= b {
		t.Error("ids of a later day must sort later")
	}
}

func TestEveryRandomCharacterVaries(t *testing.T) {
	at := time.Unix(0, 0)
	var kinds [Len]map[byte]bool
	for range 2000 {
		s := New(at)
		for i := range Len {
			if kinds[i] == nil {
				kinds[i] = map[byte]bool{}
			}
			kinds[i][s[i]] = true
		}
	}
	for i := dayChars; i < Len; i++ {
		if len(kinds[i]) != 32 {
			t.Errorf("position %d takes only %d of 32 values", i, len(kinds[i]))
		}
	}
}

func FuzzValid(f *testing.F) {
	f.Add(New(time.Unix(0, 0)))
	f.Add("")
	f.Add("ABCDEFGHIJKLMNOPQRS")
	f.Fuzz(func(t *testing.T, s string) {
		if Valid(s) != (Day(s) >= 0) {
			t.Fatalf("Valid and Day disagree on %q", s)
		}
		_ = Short(s)
	})
}
