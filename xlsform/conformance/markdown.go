package main

import (
	"strings"

	"github.com/naungan/naungan/xlsform"
)

// markdown reads the tables of a case as the recorded converter does: a first cell that holds anything names a sheet, the header
// is its row 1, and what stands behind the last bar is a remark.
func markdown(text string) (book xlsform.Workbook) {
	for line := range strings.Lines(text) {
		cells, ok := bars(strings.TrimSpace(line))
		if !ok {
			continue
		}
		if cells[0] != "" {
			book.Sheets = append(book.Sheets, xlsform.Sheet{Name: cells[0]})
		}
		if len(book.Sheets) == 0 || strings.Join(cells[1:], "") == "" {
			continue
		}
		sheet := &book.Sheets[len(book.Sheets)-1]
		sheet.Rows = append(sheet.Rows, xlsform.Row{Number: len(sheet.Rows) + 1, Cells: cells[1:]})
	}
	return book
}

func bars(line string) ([]string, bool) {
	const escaped = "\x00"
	line = strings.ReplaceAll(line, `\|`, escaped)
	end := strings.LastIndex(line, "|")
	if !strings.HasPrefix(line, "|") || end < 1 {
		return nil, false
	}
	cells := strings.Split(line[1:end], "|")
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(strings.TrimSpace(c), escaped, "|")
	}
	return cells, true
}
