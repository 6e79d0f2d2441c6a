package xlsform

import (
	"bytes"
	"strings"
)

// isMarkdown tells whether the first line that is neither blank nor a comment begins with |.
func isMarkdown(text []byte) bool {
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return line[0] == '|'
		}
		text = rest
	}
	return false
}

// markdown reads an XLSForm written as tables:
//
//	| survey |
//	|        | type | name | label       |
//	|        | text | town | Which town? |
//
// A line is a row when it begins with |; what stands after its last | is a comment. Other lines, and rules like |---|---|, are no
// rows and are not counted. A | within a cell is written \|. Rows are counted within their sheet, the header being row 1 and rows
// without text included; columns are counted from the second of the table.
func (in *reading) markdown(data []byte) (Workbook, error) {
	text, err := utf8Text(data)
	if err != nil {
		return Workbook{}, err
	}
	t := tables{in: in}
	rest, more := string(text), true
	for n := 0; more; n++ {
		if n%256 == 0 && in.ctx.Err() != nil {
			return Workbook{}, in.ctx.Err()
		}
		var line string
		line, rest, more = strings.Cut(rest, "\n")
		cells := tableRow(strings.TrimSpace(line))
		if cells == nil || isRule(cells) {
			continue
		}
		if err := t.add(cells); err != nil {
			return Workbook{}, err
		}
	}
	return t.book, nil
}

// tableRow cuts a line into cells; nil if it is no row of a table.
func tableRow(line string) []string {
	end := strings.LastIndexByte(line, '|')
	if end < 1 || line[0] != '|' {
		return nil
	}
	var cells []string
	for start, i := 1, 1; i <= end; i++ {
		if line[i] == '|' && (line[i-1] != '\\' || i == end) {
			cells = append(cells, strings.ReplaceAll(strings.TrimSpace(line[start:i]), `\|`, "|"))
			start = i + 1
		}
	}
	return cells
}

// isRule tells the line under a header, |---|:--:|, from a row.
func isRule(cells []string) bool {
	dashes := 0
	for _, c := range cells {
		inner := strings.TrimSuffix(strings.TrimPrefix(c, ":"), ":")
		if c != "" && (len(inner) < 3 || strings.Trim(inner, "-") != "") {
			return false
		}
		dashes += len(inner)
	}
	return dashes > 0
}
