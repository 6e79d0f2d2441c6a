package protocol

import (
	"fmt"
	"io"
	"time"

	"gopkg.in/yaml.v3"
)

// Zone is Jakarta's time: +7 all year.
var Zone = time.FixedZone("WIB", 7*60*60)

// Calendar knows which days are not worked, beside Saturdays and Sundays.
type Calendar struct {
	days  map[string]string // 2006-01-02 → name
	years map[int]bool
}

// ParseCalendar reads a calendar file: years with their days and the source of
// each year's list.
func ParseCalendar(r io.Reader) (*Calendar, error) {
	var file struct {
		Years []struct {
			Year      int               `yaml:"year"`
			Source    string            `yaml:"source"`
			Certainty string            `yaml:"certainty"`
			Days      map[string]string `yaml:"days"`
		} `yaml:"years"`
	}
	if err := yaml.NewDecoder(io.LimitReader(r, 1<<20)).Decode(&file); err != nil {
		return nil, fmt.Errorf("protocol: calendar: %w", err)
	}
	c := &Calendar{days: map[string]string{}, years: map[int]bool{}}
	for _, y := range file.Years {
		if y.Source == "" || y.Certainty == "" {
			return nil, fmt.Errorf("protocol: calendar: year %d has no source or certainty", y.Year)
		}
		c.years[y.Year] = true
		for day, name := range y.Days {
			t, err := time.Parse("2006-01-02", day)
			if err != nil || t.Year() != y.Year {
				return nil, fmt.Errorf("protocol: calendar: %q is no day of %d", day, y.Year)
			}
			c.days[day] = name
		}
	}
	return c, nil
}

// Works tells whether t falls on a working day, and whether its year is known.
func (c *Calendar) Works(t time.Time) (works, known bool) {
	t = t.In(Zone)
	if c == nil {
		return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday, false
	}
	_, off := c.days[t.Format("2006-01-02")]
	return !off && t.Weekday() != time.Saturday && t.Weekday() != time.Sunday, c.years[t.Year()]
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
	for n > 0 {
		day = day.AddDate(0, 0, step)
		works, k := c.Works(day)
		known = known && k
		if works {
			n--
		}
	}
	return day, known
}
