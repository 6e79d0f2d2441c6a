package xlsform

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// endOfCSV is a line put after the last one. If it does not come back as a row of its own, a quoted cell was never closed and has
// swallowed all that follows it; the csv package, told to be as lenient as spreadsheets are, would not say so.
const endOfCSV = "\x01\x02\x01"

// csv reads an XLSForm in one CSV file: the first column names the sheet and is empty in the sheet's rows. Rows are counted within
// their sheet, the header being row 1, empty ones included; columns are counted from the second of the file.
func (in *reading) csv(data []byte) (Workbook, error) {
	text, err := utf8Text(data)
	if err != nil {
		return Workbook{}, err
	}
	if isMarkdown(text) {
		if _, wide := unwrapBOM(data); wide {
			return in.markdown(data)
		}
	}
	comma, text := separator(text)
	text = append(append(bytes.Clone(text), '\n'), endOfCSV+"\n"...)
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord, r.ReuseRecord = comma, true, -1, true
	return in.records(r, text)
}

// records takes the rows one by one; it counts the empty lines that the csv package leaves out.
func (in *reading) records(r *csv.Reader, text []byte) (Workbook, error) {
	t := tables{in: in}
	offset, next := int64(0), 1
	for n := 0; ; n++ {
		if n%256 == 0 && in.ctx.Err() != nil {
			return Workbook{}, in.ctx.Err()
		}
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t.book, nil
		}
		if err != nil {
			return Workbook{}, notReadable("read-csv", "line", itoa(next), "detail", err.Error())
		}
		line, _ := r.FieldPos(0)
		t.skip(line - next)
		end := r.InputOffset()
		next += bytes.Count(text[offset:end], []byte("\n"))
		offset = end
		if last := len(record) - 1; strings.Contains(record[last], endOfCSV) {
			if len(record) == 1 && record[0] == endOfCSV {
				return t.book, nil
			}
			line, _ = r.FieldPos(last)
			return Workbook{}, notReadable("read-csv-quote", "line", itoa(line))
		}
		if err := t.add(record); err != nil {
			return Workbook{}, err
		}
	}
}

// separator finds what stands between cells: what a line "sep=;" says (Excel writes it, and it is taken off), else the most
// frequent of comma, semicolon and tab outside quotes in the first line that has one.
func separator(text []byte) (rune, []byte) {
	line, rest, _ := bytes.Cut(text, []byte("\n"))
	if line = bytes.TrimSpace(line); len(line) == 5 && bytes.EqualFold(line[:4], []byte("sep=")) && strings.IndexByte(",;\t", line[4]) >= 0 {
		return rune(line[4]), rest
	}
	counts, quoted := [3]int{}, false
	for _, c := range text {
		switch i := strings.IndexByte(",;\t", c); {
		case c == '"':
			quoted = !quoted
		case quoted:
		case i >= 0:
			counts[i]++
		case c == '\n' && counts != [3]int{}:
			return mostFrequent(counts), text
		}
	}
	return mostFrequent(counts), text
}

func mostFrequent(counts [3]int) rune {
	best := 0
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	return rune(",;\t"[best])
}
