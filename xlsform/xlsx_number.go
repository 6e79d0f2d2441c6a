package xlsform

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// shown is how a style shows a number.
type shown int

const (
	asNumber shown = iota
	asDate
	asTime
	asDateTime
	asElapsed // [h]:mm: hours that go on after 24
)

// readStyles learns how each cell style shows numbers.
func (c *cellReader) readStyles(part string) error {
	formats := map[int]shown{}
	c.styles = nil
	return c.read(part, func(s *xmlScanner) error {
		within := ""
		return s.each(func() error {
			switch name := string(s.name); name {
			case "cellXfs", "cellStyleXfs":
				within = name
			case "numFmt":
				v, err := s.attrOf("numFmtId", "formatCode")
				if id, bad := strconv.Atoi(v[0]); bad == nil && within == "" { // those after the styles are of conditional formats
					formats[id] = formatShows(v[1])
				}
				return err
			case "xf":
				if within != "cellXfs" {
					return nil
				}
				v, err := s.attrOf("numFmtId")
				id, _ := strconv.Atoi(v[0])
				how, own := formats[id]
				if !own {
					how = builtinShows(id)
				}
				c.styles = append(c.styles, how)
				return err
			}
			return nil
		})
	})
}

// builtinShows knows the formats that a workbook uses without writing them down (ECMA-376 part 1, 18.8.30; 27-36 and 50-58 are
// those of East Asian versions).
func builtinShows(id int) shown {
	switch {
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return asDate
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id == 45, id == 47, id == 55, id == 56:
		return asTime
	case id == 22:
		return asDateTime
	case id == 46:
		return asElapsed
	}
	return asNumber
}

// formatShows looks for the letters of dates and times in a format's first section, outside quotes, brackets and escapes.
func formatShows(format string) shown {
	date, clock, month := false, false, false
	format = format[:min(len(format), 1000)] // Excel takes 255
	for i := 0; i < len(format); i++ {
		switch c := format[i] | 0x20; {
		case format[i] == ';':
			i = len(format)
		case format[i] == '\\', format[i] == '_', format[i] == '*':
			i++
		case format[i] == '"':
			i += 1 + strings.IndexByte(format[i+1:]+`"`, '"')
		case format[i] == '[':
			inner, _, _ := strings.Cut(format[i+1:], "]")
			if isElapsed(strings.ToLower(inner)) {
				return asElapsed
			}
			i += 1 + len(inner)
		case c == 'd', c == 'y':
			date = true
		case c == 'h', c == 's':
			clock = true
		case c == 'm':
			month = true
		}
	}
	switch {
	case date && clock:
		return asDateTime
	case date, month && !clock:
		return asDate
	case clock:
		return asTime
	}
	return asNumber
}

// isElapsed tells [h], [mm] and [ss] from colours, conditions and languages.
func isElapsed(inner string) bool {
	return inner != "" && strings.Contains("hms", inner[:1]) && strings.Trim(inner, inner[:1]) == ""
}

// numberText writes a number in full: 42, not 42.0 or 4.2E1, and the shortest decimals that mean the same number.
func numberText(raw string, how shown, is1904 bool) string {
	raw = strings.TrimSpace(raw)
	if how == asNumber && raw != "" && strings.Trim(raw, "0123456789") == "" {
		return raw
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return raw
	}
	if how != asNumber {
		if text, ok := dateText(f, how, is1904); ok {
			return text
		}
	}
	if f == 0 {
		return "0"
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// dateText writes a day's number as 2026-11-25, with 13:00:00 behind it if it has a time or its style shows one, or as a time alone
// when it is less than one day. It is false for what is no date, as a negative number.
func dateText(days float64, how shown, is1904 bool) (string, bool) {
	const dayMillis = 24 * 60 * 60 * 1000
	if days < 0 || days >= 2_958_466 { // the year 10000
		return "", false
	}
	day, fraction := math.Modf(days)
	millis := int64(math.Round(fraction * dayMillis)) // Excel's own exactness; it hides that 13:00 is 0.5416666666666666
	if how == asElapsed {
		return clockText(int64(day)*dayMillis + millis), true
	}
	if day == 0 && millis < dayMillis {
		return clockText(millis), true
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if is1904 {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	} else if days < 60 { // before the 29 February 1900 that Excel believes in
		day++
	}
	t := epoch.AddDate(0, 0, int(day)).Add(time.Duration(millis) * time.Millisecond)
	text := t.Format(time.DateOnly)
	if rest := millis % dayMillis; rest != 0 || how != asDate {
		text += " " + clockText(rest)
	}
	return text, true
}

func clockText(millis int64) string {
	text := fmt.Sprintf("%02d:%02d:%02d", millis/3_600_000, millis/60_000%60, millis/1000%60)
	if millis%1000 != 0 {
		text += fmt.Sprintf(".%06d", millis%1000*1000)
	}
	return text
}

// isoText writes a date that the file holds as 2026-11-25T13:00:00 in the same manner.
func isoText(raw string, how shown) string {
	raw = strings.TrimSuffix(strings.TrimSpace(raw), "Z")
	date, clock, both := strings.Cut(raw, "T")
	if !both || clock == "" || how == asDate && strings.Trim(clock, "0:.") == "" {
		return date
	}
	if date == "" {
		return clock
	}
	return date + " " + clock
}
