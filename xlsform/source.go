package xlsform

import (
	"errors"
	"io"
	"path/filepath"
	"strconv"
	"strings"
)

// Format says how a source is written.
type Format int

// The formats of a source. Detect looks at the first bytes: a zip is .xlsx, a line that begins with | or a
// name that ends with .md is Markdown, all else CSV.
const (
	Detect Format = iota
	XLSX
	CSV
	Markdown
)

// Source is an XLSForm to be read once.
type Source struct {
	// Name is the file's name; without its folder and ending it names the form when the settings do not.
	Name   string
	Format Format
	Reader io.Reader
}

// Limits bound what is read and made; zero fields take the defaults of [DefaultLimits].
type Limits struct {
	Bytes      int64 // of the source as it comes
	Unpacked   int64 // of an .xlsx when unzipped, all parts together
	Cells      int   // of all sheets together; a row counts up to its last cell that holds anything
	CellRunes  int   // in one cell
	Columns    int   // of one sheet
	Depth      int   // of groups and repeats inside each other
	Expression int   // runes of one expression
}

// DefaultLimits hold forms far larger than any we have seen (the largest, of 950 rows, has 40,000 cells).
var DefaultLimits = Limits{
	Bytes: 32 << 20, Unpacked: 256 << 20, Cells: 4_000_000, CellRunes: 32_767, Columns: 1_000, Depth: 64, Expression: 100_000,
}

// Options steer a compilation; the zero value is good.
type Options struct {
	Limits Limits
	// Name is the name of the instance's root element; empty means the settings' name, else "data".
	Name string
	// ID is the form's id when the settings have none; empty means the source's file name, else "data".
	ID string
}

// ErrTooLarge is what every bound answers with; errors.Is finds it. The error's text says which bound.
var ErrTooLarge = errors.New("xlsform: larger than the bounds allow")

// ErrFormat is answered for a source that is not a spreadsheet at all: a broken zip, a picture, an old .xls.
var ErrFormat = errors.New("xlsform: not a spreadsheet that can be read")

func itoa(n int) string { return strconv.Itoa(n) }

// limits fills what is zero from DefaultLimits.
func (o Options) limits() Limits {
	l, d := o.Limits, DefaultLimits
	for _, f := range []struct{ v, def *int }{{&l.Cells, &d.Cells}, {&l.CellRunes, &d.CellRunes}, {&l.Columns, &d.Columns},
		{&l.Depth, &d.Depth}, {&l.Expression, &d.Expression}} {
		if *f.v == 0 {
			*f.v = *f.def
		}
	}
	if l.Bytes == 0 {
		l.Bytes = d.Bytes
	}
	if l.Unpacked == 0 {
		l.Unpacked = d.Unpacked
	}
	return l
}

// base is a file's name without folder and ending.
func base(name string) string {
	name = filepath.Base(strings.ReplaceAll(name, "\\", "/"))
	if name == "." || name == "/" {
		return ""
	}
	return strings.TrimSuffix(name, filepath.Ext(name))
}
