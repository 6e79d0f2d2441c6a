package xlsform

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// unwrapBOM takes UTF-8's byte order mark off; wide tells that the mark is one of UTF-16.
func unwrapBOM(data []byte) (text []byte, wide bool) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return data, true
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), false
}

// utf8Text gives CSV or Markdown as UTF-8 with \n or \r\n between lines. Another encoding is refused with the line: guessing it
// would silently change letters in questions.
func utf8Text(data []byte) ([]byte, error) {
	text, wide := unwrapBOM(data)
	if wide {
		var err error
		if text, err = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(text); err != nil {
			return nil, notReadable("read-encoding", "line", "1")
		}
		if len(bytes.TrimSpace(text)) == 0 {
			return nil, notReadable("read-empty")
		}
	}
	line := 1
	for rest := text; len(rest) > 0; line++ {
		this, after, _ := bytes.Cut(rest, []byte("\n"))
		if !utf8.Valid(this) {
			return nil, notReadable("read-encoding", "line", itoa(line))
		}
		if bytes.IndexByte(this, 0) >= 0 {
			return nil, notReadable("read-binary")
		}
		rest = after
	}
	if bytes.IndexByte(text, '\n') < 0 { // the line ends of old Macintoshes
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	return text, nil
}

// tables gathers lines whose first cell names the sheet that begins there, as CSV and Markdown XLSForms have them.
type tables struct {
	in     *reading
	book   Workbook
	number int // of the last row of the current sheet; 0 before its header
}

// add takes one line. A line with a name and nothing else begins a sheet; so does one with a new name and cells, which are then its
// header. A line that repeats the sheet's own name before its cells is a row like others. Lines before the first name are no table.
func (t *tables) add(cells []string) error {
	if len(cells) == 0 {
		cells = []string{""}
	}
	name, cells := strings.TrimSpace(cells[0]), cells[1:]
	blank := true
	for _, c := range cells {
		blank = blank && strings.TrimSpace(c) == ""
	}
	last := len(t.book.Sheets) - 1
	if name != "" && (last < 0 || blank || t.number == 0 || !strings.EqualFold(name, t.book.Sheets[last].Name)) {
		if last++; last >= maxSheets {
			return tooLarge("read-large-sheets", "limit", itoa(maxSheets))
		}
		t.book.Sheets = append(t.book.Sheets, Sheet{Name: name})
		t.number = 0
		if blank {
			return nil
		}
	}
	if last < 0 || blank && t.number == 0 {
		return nil
	}
	t.number++
	return t.in.row(&t.book.Sheets[last], t.number, cells)
}

// skip counts n empty lines of the current sheet.
func (t *tables) skip(n int) {
	if t.number > 0 {
		t.number += n
	}
}
