package protocol

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Zone is Jakarta's time: +7 all year.
var Zone = time.FixedZone("WIB", 7*60*60)

// Calendar knows which days are not worked, beside Saturdays and Sundays.
type Calendar struct {
	days  map[int]string // day number → name
	years map[int]Year
}

// Year is the list of one year: where it was read and how sure that is (text,
// secondary or unverified, as of a deadline).
type Year struct {
	Year      int               `yaml:"year"`
	Source    string            `yaml:"source"`
	Certainty string            `yaml:"certainty"`
	Days      map[string]string `yaml:"days"` // 2006-01-02 → name
}

// ParseCalendar reads a calendar file: years with their days and the source and
// certainty of each year's list. At most 1 MiB is read.
func ParseCalendar(r io.Reader) (*Calendar, error) {
	var file struct {
		Years []Year `yaml:"years"`
	}
	if err := yaml.NewDecoder(io.LimitReader(r, 1<<20)).Decode(&file); err != nil {
		return nil, fmt.Errorf("protocol: calendar: %w", err)
	}
	c := &Calendar{days: map[int]string{}, years: map[int]Year{}}
	for _, y := range file.Years {
		if y.Source == "" || !slices.Contains(Certainties, y.Certainty) {
			return nil, fmt.Errorf("protocol: calendar: year %d has no source or no certainty (%s)", y.Year, strings.Join(Certainties, ", "))
		}
		if _, twice := c.years[y.Year]; twice {
			return nil, fmt.Errorf("protocol: calendar: year %d stands twice", y.Year)
		}
		c.years[y.Year] = y
		for day, name := range y.Days {
			t, err := time.Parse(time.DateOnly, day)
			if err != nil || t.Year() != y.Year {
				return nil, fmt.Errorf("protocol: calendar: %q is no day of %d", day, y.Year)
			}
			c.days[number(t)] = name
		}
	}
	return c, nil
}

// number counts days: the same for every moment of a day in t's own zone.
func number(t time.Time) int {
	_, offset := t.Zone()
	return int(math.Floor(float64(t.Unix()+int64(offset)) / (24 * 60 * 60)))
}

// Year returns the list of a year, and whether there is one.
func (c *Calendar) Year(year int) (Year, bool) {
	if c == nil {
		return Year{}, false
	}
	y, ok := c.years[year]
	return y, ok
}

// Works tells whether t falls on a working day, and whether its year is known: of
// a year without a list only Saturdays and Sundays are free.
func (c *Calendar) Works(t time.Time) (works, known bool) {
	t = t.In(Zone)
	works = t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
	if c == nil {
		return works, false
	}
	_, off := c.days[number(t)]
	_, known = c.years[t.Year()]
	return works && !off, known
}

// mostDays bounds how far a count of working days walks: a manual that says more
// is wrong, and must not keep a page waiting.
const mostDays = 10_000

// AddWorkingDays returns the end (17.00) of the n-th working day after t's day,
// or before it where n is negative.
// known is false where a year on the way has no list: the answer then counts
// only weekends as free, and whoever shows it says so.
func (c *Calendar) AddWorkingDays(t time.Time, n int) (due time.Time, known bool) {
	t, known = t.In(Zone), true
	day := time.Date(t.Year(), t.Month(), t.Day(), 17, 0, 0, 0, Zone)
	step := 1
	if n < 0 {
		n, step = -n, -1
	}
	n = min(n, mostDays)
	if n == 0 {
		return day, true
	}
	first, weekday, today, walked := day.AddDate(0, 0, step), int(day.Weekday()), number(day), 0
	for n > 0 { // by numbers: this is the dearest loop of an evaluation
		weekday, walked = (weekday+step+7)%7, walked+step
		off := false
		if c != nil {
			_, off = c.days[today+walked]
		}
		if weekday != int(time.Saturday) && weekday != int(time.Sunday) && !off {
			n--
		}
	}
	day = day.AddDate(0, 0, walked)
	for y := min(first.Year(), day.Year()); y <= max(first.Year(), day.Year()); y++ {
		_, listed := c.Year(y)
		known = known && listed
	}
	return day, known
}
