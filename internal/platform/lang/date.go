package lang

import (
	"fmt"
	"time"

	"github.com/naungan/naungan/internal/platform/clock"
)

// All dates and times are Jakarta's, whatever zone the value came in.

// Date returns the long date: "Selasa, 24 November 2026", "Tuesday, 24 November 2026".
func (p *Printer) Date(t time.Time) string {
	t = t.In(clock.Jakarta)
	return fmt.Sprintf("%s, %d %s %d", p.weekday(t), t.Day(), p.month(t), t.Year())
}

// Day returns the date without its weekday: "24 November 2026".
func (p *Printer) Day(t time.Time) string {
	t = t.In(clock.Jakarta)
	return fmt.Sprintf("%d %s %d", t.Day(), p.month(t), t.Year())
}

// ShortDay returns the date for tables: "24 Nov 2026".
func (p *Printer) ShortDay(t time.Time) string {
	t = t.In(clock.Jakarta)
	return fmt.Sprintf("%d %s %d", t.Day(), p.T("lang.month_short."+num(int(t.Month()))), t.Year())
}

// Time returns the time of day: "10.00" in Indonesian, "10:00" in English.
func (p *Printer) Time(t time.Time) string {
	t = t.In(clock.Jakarta)
	return fmt.Sprintf("%02d%s%02d", t.Hour(), p.T("lang.time_sign"), t.Minute())
}

// DateTime returns date and time in full: "Selasa, 24 November 2026, 10.00 WIB".
func (p *Printer) DateTime(t time.Time) string {
	return p.Date(t) + ", " + p.Time(t) + " WIB"
}

// DayNumber returns the long date of a day counted as clock.Day counts.
func (p *Printer) DayNumber(d int64) string { return p.Date(clock.OfDay(d)) }

// Due returns when something falls due, seen from now: "besok 10.00 (23 jam
// lagi)", or "kemarin 10.00 (terlambat 3 jam)" once it has passed.
func (p *Printer) Due(due, now time.Time) string {
	key := "lang.due.ahead"
	if Overdue(due, now) {
		key = "lang.due.late"
	}
	return p.T(key, "when", p.Near(due, now), "span", p.Span(due.Sub(now).Abs()))
}

// Overdue tells whether due has passed at now; due itself is still in time.
func Overdue(due, now time.Time) bool { return now.After(due) }

// Ago returns how long ago t was, seen from now: "3 jam lalu", "baru saja".
func (p *Printer) Ago(t, now time.Time) string {
	d := now.Sub(t)
	if d < time.Minute {
		return p.T("lang.just_now")
	}
	return p.T("lang.ago", "span", p.Span(d))
}

// Near returns day and time, the day by its nearest name: "hari ini 10.00",
// "besok 10.00", "Jumat 10.00" within the week, "3 Des 2026 10.00" beyond.
func (p *Printer) Near(t, now time.Time) string { return p.NearDay(t, now) + " " + p.Time(t) }

// NearDay returns the day part of Near.
func (p *Printer) NearDay(t, now time.Time) string {
	away := clock.Day(t) - clock.Day(now)
	switch {
	case away >= -1 && away <= 1:
		return p.T("lang.near." + [...]string{"yesterday", "today", "tomorrow"}[away+1])
	case away > 1 && away < 7:
		return p.weekday(t.In(clock.Jakarta))
	}
	return p.ShortDay(t)
}

// Span returns a length of time in its largest fitting unit, rounded down:
// minutes below two hours, hours below two days, else days.
func (p *Printer) Span(d time.Duration) string {
	switch {
	case d < 2*time.Hour:
		return p.T("lang.span.minutes", "n", int(d/time.Minute))
	case d < 48*time.Hour:
		return p.T("lang.span.hours", "n", int(d/time.Hour))
	}
	return p.T("lang.span.days", "n", int(d/(24*time.Hour)))
}

func (p *Printer) weekday(t time.Time) string { return p.T("lang.weekday." + num(int(t.Weekday()))) }

func (p *Printer) month(t time.Time) string { return p.T("lang.month." + num(int(t.Month()))) }

func num(n int) string { return fmt.Sprint(n) }
