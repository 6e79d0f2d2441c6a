package xlsform

import "strings"

// Workbook is the content of a spreadsheet: its sheets in order, cells as text.
type Workbook struct {
	Sheets []Sheet
}

// Sheet is one table. The first of its rows that holds anything is the header.
type Sheet struct {
	Name string
	Rows []Row
}

// Row is one line of a sheet. Number is the row's number as the spreadsheet shows it (the first row is 1); Cells holds the text
// of column A, B, C …, missing ones at the end left out. A reader leaves out rows that are empty, so numbers may jump.
type Row struct {
	Number int
	Cells  []string
}

// sheet finds a sheet by its name, whatever its case and outer spaces; nil if there is none.
func (w Workbook) sheet(name string) *Sheet {
	for i := range w.Sheets {
		if strings.EqualFold(strings.TrimSpace(w.Sheets[i].Name), name) {
			return &w.Sheets[i]
		}
	}
	return nil
}

// names lists the sheets' names as they are written.
func (w Workbook) names() []string {
	out := make([]string, len(w.Sheets))
	for i, s := range w.Sheets {
		out[i] = s.Name
	}
	return out
}

// cellRef is the spreadsheet's name of a cell: column 0 in row 3 is "A3"; "" without a row or column.
func cellRef(column, row int) string {
	if column < 0 || row <= 0 {
		return ""
	}
	name := ""
	for c := column; c >= 0; c = c/26 - 1 {
		name = string(rune('A'+c%26)) + name
	}
	return name + itoa(row)
}
