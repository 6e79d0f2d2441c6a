package xlsform

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// cellText makes a cell's text: _x000D_ and its like decoded (ECMA-376 part 1, 22.9.2.19), line ends as \n, no-break spaces as
// spaces, and characters that XML cannot hold left out.
func cellText(raw []byte) (string, error) {
	if !utf8.Valid(raw) {
		return "", errXML
	}
	if isPlain(raw) {
		return string(raw), nil
	}
	text := plainSpaces.Replace(decodeEscapes(string(raw)))
	return strings.Map(func(c rune) rune {
		if isControl(c) {
			return -1
		}
		return c
	}, text), nil
}

// isPlain tells quickly that there is nothing to be done to a text; it may be wrong the other way.
func isPlain(raw []byte) bool {
	for i, c := range raw {
		if c < ' ' && c != '\n' && c != '\t' || c == 0xA0 || c == 0xBF || c == 'x' && i > 0 && raw[i-1] == '_' {
			return false
		}
	}
	return true
}

var plainSpaces = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u00a0", " ")

func isControl(c rune) bool {
	return c < ' ' && c != '\n' && c != '\t' || c == 0xFFFE || c == 0xFFFF
}

// decodeEscapes puts characters in the place of _xHHHH_. Surrogates, which are escaped in pairs, are joined.
func decodeEscapes(text string) string {
	var out strings.Builder
	for {
		i := strings.Index(text, "_x")
		if i < 0 || len(text) < i+7 {
			break
		}
		code, err := strconv.ParseUint(text[i+2:i+6], 16, 16)
		if err != nil || text[i+6] != '_' {
			out.WriteString(text[:i+2])
			text = text[i+2:]
			continue
		}
		out.WriteString(text[:i])
		text = text[i+7:]
		c := rune(code)
		if c >= 0xD800 && c < 0xDC00 && len(text) >= 7 && strings.HasPrefix(text, "_x") && text[6] == '_' {
			if low, err := strconv.ParseUint(text[2:6], 16, 16); err == nil && low >= 0xDC00 && low < 0xE000 {
				c = (c-0xD800)<<10 + rune(low) - 0xDC00 + 0x10000
				text = text[7:]
			}
		}
		out.WriteRune(c) // a lone surrogate becomes U+FFFD
	}
	out.WriteString(text)
	return out.String()
}

// columnOf is the column of a cell's reference: "C4" gives 2.
func columnOf(ref []byte) (int, error) {
	n := 0
	for i, c := range ref {
		if c |= 0x20; c < 'a' || c > 'z' {
			if i == 0 {
				return 0, errXML
			}
			break
		}
		if n = n*26 + int(c-'a') + 1; n > 1<<20 {
			return 0, errXML
		}
	}
	if n == 0 {
		return 0, errXML
	}
	return n - 1, nil
}

// area is a range of cells, its corners included.
type area struct{ left, top, right, bottom int }

// areaOf reads "B2:C4".
func areaOf(ref string) (area, bool) {
	first, last, found := strings.Cut(ref, ":")
	if !found {
		last = first
	}
	var a area
	var err [4]error
	a.left, err[0] = columnOf([]byte(first))
	a.right, err[1] = columnOf([]byte(last))
	a.top, err[2] = strconv.Atoi(strings.TrimLeft(strings.ToUpper(first), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	a.bottom, err[3] = strconv.Atoi(strings.TrimLeft(strings.ToUpper(last), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	return a, err == [4]error{} && a.left <= a.right && a.top <= a.bottom
}

// unmerge leaves of merged cells only the first, which is the one people see; files can hold old texts beneath the others. Areas
// do not overlap in a sound file, so the cells looked at are bounded as all cells are.
func (in *reading) unmerge(sheet *Sheet, merged []area) error {
	looked := 0
	for n, a := range merged {
		if n%256 == 0 && in.ctx.Err() != nil {
			return in.ctx.Err()
		}
		from, _ := slices.BinarySearchFunc(sheet.Rows, a.top, func(r Row, top int) int { return r.Number - top })
		for _, row := range sheet.Rows[from:] {
			if row.Number > a.bottom {
				break
			}
			last := min(a.right, len(row.Cells)-1)
			if looked += 1 + max(0, last-a.left); looked > in.Cells {
				return tooLarge("read-large-cells", "limit", itoa(in.Cells))
			}
			for i := a.left; i <= last; i++ {
				if row.Number != a.top || i != a.left {
					row.Cells[i] = ""
				}
			}
		}
	}
	if len(merged) > 0 {
		sheet.Rows = slices.DeleteFunc(sheet.Rows, func(r Row) bool { return strings.TrimSpace(strings.Join(r.Cells, "")) == "" })
	}
	return nil
}
