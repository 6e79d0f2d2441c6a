// Package clock is the only place that asks the machine for the time, and the
// only one that knows how coarse a time may be kept.
package clock

import (
	"sync"
	"time"
)

// Jakarta is the zone of every date and clock of the product: +7 all year, no
// daylight saving, and no dependence on the machine's zone files.
var Jakarta = time.FixedZone("WIB", 7*60*60)

// Clock tells the time.
type Clock interface{ Now() time.Time }

type system struct{}

func (system) Now() time.Time { return time.Now() }

// System returns the machine's clock.
func System() Clock { return system{} }

// Fake is a clock that moves only when told. It is safe for concurrent use.
type Fake struct {
	mu  sync.Mutex
	now time.Time
}

// NewFake returns a clock that stands at t.
func NewFake(t time.Time) *Fake { return &Fake{now: t} }

// Now returns where the clock stands.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Advance moves the clock by d.
func (f *Fake) Advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// Set puts the clock at t.
func (f *Fake) Set(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = t
}

const (
	secondsPerHour = 3600
	secondsPerDay  = 24 * secondsPerHour
	offset         = 7 * secondsPerHour
)

// Day returns the number of days since 1970-01-01 by Jakarta's calendar.
func Day(t time.Time) int64 { return floor(t.Unix()+offset, secondsPerDay) }

// Hour returns the number of whole hours since the epoch, rounded down.
func Hour(t time.Time) int64 { return floor(t.Unix(), secondsPerHour) }

// HourUp returns the number of hours since the epoch, rounded up: the form in
// which due times are kept, so that a clear column never tells a minute.
func HourUp(t time.Time) int64 {
	h := Hour(t)
	if OfHour(h).Before(t) {
		h++
	}
	return h
}

// OfDay returns the midnight in Jakarta that begins day d.
func OfDay(d int64) time.Time { return time.Unix(d*secondsPerDay-offset, 0).In(Jakarta) }

// OfHour returns the instant of hour h.
func OfHour(h int64) time.Time { return time.Unix(h*secondsPerHour, 0).In(Jakarta) }

func floor(n, by int64) int64 {
	q := n / by
	if n%by < 0 {
		q--
	}
	return q
}
