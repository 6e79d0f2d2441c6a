package clock

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDayTurnsAtMidnightInJakarta(t *testing.T) {
	before := time.Date(2026, 11, 24, 16, 59, 59, 0, time.UTC) // 23:59:59 WIB
	if Day(before)+1 != Day(before.Add(time.Second)) {
		t.Error("the day does not turn at midnight WIB")
	}
	if got := OfDay(Day(before)).Format("2006-01-02 15:04"); got != "2026-11-24 00:00" {
		t.Errorf("OfDay(Day) = %s", got)
	}
}

func TestHoursEncloseTheirInstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-1e10, 1e10).Draw(t, "s"), rapid.Int64Range(0, 999999999).Draw(t, "ns"))
		if OfHour(Hour(at)).After(at) || OfHour(HourUp(at)).Before(at) {
			t.Fatalf("hours do not enclose %v", at)
		}
		if d := HourUp(at) - Hour(at); d < 0 || d > 1 {
			t.Fatalf("HourUp-Hour = %d", d)
		}
		if OfDay(Day(at)).After(at) || !OfDay(Day(at)+1).After(at) {
			t.Fatalf("day does not enclose %v", at)
		}
	})
}

func TestFakeMovesOnlyWhenTold(t *testing.T) {
	f := NewFake(time.Unix(100, 0))
	f.Advance(time.Minute)
	if !f.Now().Equal(time.Unix(160, 0)) {
		t.Fatal(f.Now())
	}
	f.Set(time.Unix(7, 0))
	if !f.Now().Equal(time.Unix(7, 0)) {
		t.Fatal(f.Now())
	}
	if d := time.Since(System().Now()); d < 0 || d > time.Minute {
		t.Fatalf("the system clock is off by %v", d)
	}
}
