package xlsform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// ReadError says why a source is no workbook: what it is, and what to do about it, in the words of [Explain].
// It is (by errors.Is) either ErrFormat or ErrTooLarge.
type ReadError struct {
	Code string // looked up as a Diagnostic's is
	Args Args
	kind error
}

// Error is the message in English.
func (e *ReadError) Error() string { return e.kind.Error() + ": " + e.Message("en") }

// Unwrap gives ErrFormat or ErrTooLarge.
func (e *ReadError) Unwrap() error { return e.kind }

// Message says what is wrong, in "id" or "en".
func (e *ReadError) Message(lang string) string {
	return Diagnostic{Code: e.Code, Args: e.Args}.Message(lang)
}

// Hint says how to mend it.
func (e *ReadError) Hint(lang string) string {
	return Diagnostic{Code: e.Code, Args: e.Args}.Hint(lang)
}

func notReadable(code string, pairs ...string) error { return readError(ErrFormat, code, pairs) }
func tooLarge(code string, pairs ...string) error    { return readError(ErrTooLarge, code, pairs) }

func readError(kind error, code string, pairs []string) error {
	args := Args{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i]] = pairs[i+1]
	}
	return &ReadError{Code: code, Args: args, kind: kind}
}

// ReadWorkbook reads the sheets of a source, whatever their names and whether hidden or not. Rows that hold nothing but blanks
// are left out. An .xlsx with one sheet only, whatever its name, is a survey. Rows of an .xlsx have the numbers the spreadsheet shows; those of CSV and Markdown are counted within their
// sheet, the header being row 1, so that row and cell names are those the same table would have as a sheet of its own.
// Faults: *ReadError (which is ErrTooLarge or ErrFormat), the reader's own, the context's.
func ReadWorkbook(ctx context.Context, src Source, limits Limits) (Workbook, error) {
	in := &reading{ctx: ctx, Limits: Options{Limits: limits}.limits()}
	data, err := in.all(src.Reader)
	if err != nil {
		return Workbook{}, err
	}
	found, err := detect(data)
	if err != nil {
		return Workbook{}, err
	}
	if src.Format != Detect {
		found = src.Format
	} else if end := strings.ToLower(src.Name); found == CSV && (strings.HasSuffix(end, ".md") || strings.HasSuffix(end, ".markdown")) {
		found = Markdown // words may stand before its tables
	}
	switch found {
	case XLSX:
		book, err := in.xlsx(data)
		return soleSheet(book), err
	case Markdown:
		return in.markdown(data)
	case CSV:
		return in.csv(data)
	}
	return Workbook{}, fmt.Errorf("xlsform: no format %d: %w", found, errors.ErrUnsupported)
}

// soleSheet takes the only sheet of an .xlsx for the survey, unless it has the name of another part of a form: people who write no
// choices leave it “Sheet1”.
func soleSheet(book Workbook) Workbook {
	if len(book.Sheets) == 1 && !isSheet[strings.ToLower(strings.TrimSpace(book.Sheets[0].Name))] {
		book.Sheets[0].Name = "survey"
	}
	return book
}

// reading is one call of ReadWorkbook: its bounds and what of them is used up.
type reading struct {
	Limits
	ctx   context.Context
	cells int
	text  int64 // bytes of all cells together, which shared strings could else multiply
	bytes int64 // unzipped
}

// all reads the source up to its bound; the context is asked before each piece.
func (in *reading) all(r io.Reader) ([]byte, error) {
	if r == nil {
		return nil, notReadable("read-empty")
	}
	data, err := io.ReadAll(io.LimitReader(asking{in.ctx, r}, in.Bytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > in.Bytes {
		return nil, tooLarge("read-large-file", "limit", size(in.Bytes))
	}
	return data, nil
}

// asking is a reader that stops when its context does.
type asking struct {
	ctx context.Context
	r   io.Reader
}

func (a asking) Read(p []byte) (int, error) {
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	return a.r.Read(p)
}

// row takes a row into the sheet, if it holds anything, after looking at the bounds. It keeps no hold on cells.
func (in *reading) row(sheet *Sheet, number int, cells []string) error {
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) == 0 {
		return nil
	}
	if len(cells) > in.Columns {
		return tooLarge("read-large-columns", "place", sheet.Name+"!"+cellRef(len(cells)-1, number), "limit", itoa(in.Columns))
	}
	if in.cells += len(cells); in.cells > in.Cells {
		return tooLarge("read-large-cells", "limit", itoa(in.Cells))
	}
	for i, text := range cells {
		if len(text) > in.CellRunes && utf8.RuneCountInString(text) > in.CellRunes {
			return tooLarge("read-large-cell", "place", sheet.Name+"!"+cellRef(i, number), "limit", itoa(in.CellRunes))
		}
		in.text += int64(len(text))
	}
	if in.text > in.Unpacked {
		return tooLarge("read-large-unpacked", "limit", size(in.Unpacked))
	}
	sheet.Rows = append(sheet.Rows, Row{Number: number, Cells: append([]string(nil), cells...)})
	return nil
}

// size writes a number of bytes for people.
func size(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d kB", (n+1023)>>10)
	}
	return fmt.Sprintf("%d MB", n>>20)
}

// signatures are how files begin that people choose by mistake.
var signatures = []struct{ start, code string }{
	{"%PDF", "read-pdf"}, {"\x89PNG\r\n", "read-image"}, {"\xff\xd8\xff", "read-image"}, {"GIF8", "read-image"},
	{"II*\x00", "read-image"}, {"MM\x00*", "read-image"}, {"RIFF", "read-binary"},
	{"<", "read-markup"}, {"{\\rtf", "read-binary"}, {"\x1f\x8b", "read-binary"}, {"7z\xbc\xaf", "read-binary"}, {"Rar!", "read-binary"},
}

// detect tells the format by the content, or what the source is instead of a workbook.
func detect(data []byte) (Format, error) {
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("PK\x05\x06")):
		return XLSX, nil
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		// The same container holds an old .xls and an .xlsx under a password; the latter has a stream of this name, in UTF-16.
		if bytes.Contains(data, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")) {
			return 0, notReadable("read-password")
		}
		return 0, notReadable("read-old-xls")
	}
	text, wide := unwrapBOM(data)
	if wide {
		return CSV, nil // or Markdown: csv looks again once it is UTF-8
	}
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return 0, notReadable("read-empty")
	}
	for _, s := range signatures {
		if bytes.HasPrefix(text, []byte(s.start)) {
			return 0, notReadable(s.code)
		}
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return 0, notReadable("read-binary")
	}
	if isMarkdown(text) {
		return Markdown, nil
	}
	return CSV, nil
}
