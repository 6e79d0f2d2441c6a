package xlsform

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// workbookOf writes a workbook as an .xlsx: what looks like a whole number becomes a number.
func workbookOf(t testing.TB, book Workbook) []byte {
	t.Helper()
	x := newXLSX(t, book.names()...)
	for _, sheet := range book.Sheets {
		for _, row := range sheet.Rows {
			for i, text := range row.Cells {
				if n, err := strconv.ParseInt(text, 10, 32); err == nil && strconv.FormatInt(n, 10) == text {
					x.put(sheet.Name, cellRef(i, row.Number), n)
				} else if text != "" {
					x.put(sheet.Name, cellRef(i, row.Number), text)
				}
			}
		}
	}
	return x.bytes()
}

// xlsxFile is a workbook being written by excelize.
type xlsxFile struct {
	*excelize.File
	t testing.TB
}

func newXLSX(t testing.TB, sheets ...string) *xlsxFile {
	t.Helper()
	x := &xlsxFile{excelize.NewFile(), t}
	for i, name := range sheets {
		if i == 0 {
			x.must(x.SetSheetName("Sheet1", name))
		} else if _, err := x.NewSheet(name); err != nil {
			t.Fatal(err)
		}
	}
	return x
}

func (x *xlsxFile) must(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

func (x *xlsxFile) put(sheet, cell string, value any) {
	x.t.Helper()
	x.must(x.SetCellValue(sheet, cell, value))
}

func (x *xlsxFile) row(sheet, cell string, values ...any) {
	x.t.Helper()
	x.must(x.SetSheetRow(sheet, cell, &values))
}

func (x *xlsxFile) bytes() []byte {
	x.t.Helper()
	var out bytes.Buffer
	x.must(x.Write(&out))
	return out.Bytes()
}

// compileXLSX compiles bytes as a file that was called contoh.xlsx; errors end the test.
func compileXLSX(t *testing.T, data []byte) (*Form, Diagnostics) {
	t.Helper()
	form, found, err := Compile(t.Context(), Source{Name: "contoh.xlsx", Reader: bytes.NewReader(data)}, Options{})
	if err != nil || form == nil {
		t.Fatalf("%v %+v", err, found.Errors())
	}
	return form, found
}

// TestXLSXEqualsMarkdown compiles the samples from an .xlsx and from their Markdown: the XML is the same.
func TestXLSXEqualsMarkdown(t *testing.T) {
	for _, name := range []string{"testdata/rumah-tangga.md", "testdata/kunjungan.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		plain, _ := compileText(t, string(text))
		book, err := ReadWorkbook(t.Context(), Source{Name: name, Reader: bytes.NewReader(text)}, Limits{})
		if err != nil || plain == nil {
			t.Fatal(err)
		}
		form, _ := compileXLSX(t, workbookOf(t, book))
		if got, want := written(t, form), written(t, plain); got != want || len(got) < 1000 {
			t.Errorf("%s: from .xlsx\n%s\nfrom Markdown\n%s", name, got, want)
		}
	}
}

// wild is a form as people make them: dates, numbers and booleans in cells, rich text, merged and hidden cells, formulas, spaces at the
// ends, typographic quotes, sheets and headers in odd case, thousands of styled rows without text, sheets of other things.
func wild(t *testing.T) []byte {
	t.Helper()
	x := newXLSX(t, "Petunjuk", "SURVEY", "Choices ", "settings", "_arsip")
	x.put("Petunjuk", "B7", "Isi lembar SURVEY. Jangan ubah yang lain.")
	x.put("_arsip", "A1", "type")
	x.row("SURVEY", "A2", " Type ", "NAME", "Label", "", "Required", "Default", "Relevant", "Catatan petugas", "Constraint Message", "constraint")
	x.row("SURVEY", "A3", "text ", " pos", "", "", true, "", "", "dari rapat")
	x.row("SURVEY", "A5", "integer", "jumlah", " Berapa   meja? ", "", "", 5, "${pos} = “Melati”", "", "Antara 0 dan 9", ". >= 0 and . < 10")
	x.row("SURVEY", "A6", "date", "tanggal", "Tanggal", "", "", time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
	x.row("SURVEY", "A7", "decimal", "jarak", "Jarak", "", false, 2.5)
	x.row("SURVEY", "A3010", "select one  Buka", "buka", "Kapan?")
	x.must(x.SetCellRichText("SURVEY", "C3", []excelize.RichTextRun{{Text: "Nama "}, {Text: "pos", Font: &excelize.Font{Bold: true}}}))
	x.must(x.MergeCell("SURVEY", "C3", "D3"))
	x.must(x.MergeCell("SURVEY", "A1", "J1"))
	x.must(x.SetRowVisible("SURVEY", 6, false))
	x.must(x.SetColVisible("SURVEY", "H", false))
	grey, err := x.NewStyle(&excelize.Style{Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EEEEEE"}}})
	x.must(err)
	date, err := x.NewStyle(&excelize.Style{NumFmt: 14})
	x.must(err)
	x.must(x.SetCellStyle("SURVEY", "A8", "J3007", grey))
	x.must(x.SetCellStyle("SURVEY", "F6", "F6", date))
	x.row("Choices ", "A1", "List Name", "name", "label")
	x.row("Choices ", "A2", "Buka", 1, "Pagi\u00a0")
	x.row("Choices ", "A3", "Buka", 2, "Sore")
	x.must(x.SetCellFormula("Choices ", "B3", "B2+1"))
	x.must(x.SetSheetVisible("Choices ", false))
	x.row("settings", "A1", "form_title", "form_id", "version")
	x.row("settings", "A2", "Kunjungan", "kunjungan", 2026112501)
	return x.bytes()
}

// TestWildWorkbook compiles it to the XML of the same form written tidily, and finds nothing to warn of.
func TestWildWorkbook(t *testing.T) {
	form, found := compileXLSX(t, wild(t))
	plain, _ := compileText(t, rows("settings", "form_title|form_id|version", "Kunjungan|kunjungan|2026112501")+
		rows("survey", "type|name|label|required|default|relevant|constraint_message|constraint",
			"text|pos|Nama pos|yes", `integer|jumlah|Berapa meja?||5|${pos} = "Melati"|Antara 0 dan 9|. >= 0 and . < 10`,
			"date|tanggal|Tanggal||2026-11-25", "decimal|jarak|Jarak|no|2.5", "select_one Buka|buka|Kapan?")+
		rows("choices", "list_name|name|label", "Buka|1|Pagi", "Buka|2|Sore"))
	if plain == nil {
		t.Fatal("the tidy form does not compile")
	}
	if got, want := written(t, form), written(t, plain); got != want {
		t.Errorf("the workbook gives\n%s\nthe tidy form\n%s", got, want)
	}
	if len(found) > 0 {
		t.Errorf("found %+v", found)
	}
}

// TestWildWorkbookFaults names cells as the spreadsheet does, whatever stands above them.
func TestWildWorkbookFaults(t *testing.T) {
	x := newXLSX(t, "Survey")
	x.row("Survey", "C4", "type", "name", "label")
	x.row("Survey", "C3500", "txet", "a", "A")
	_, found, err := Compile(t.Context(), Source{Reader: bytes.NewReader(x.bytes())}, Options{})
	if err != nil || len(found.Errors()) != 1 {
		t.Fatal(err, found)
	}
	if d := found.Errors()[0]; d.Code != "type-misspelt" || d.Row != 3500 || d.Cell != "C3500" || !strings.Contains(d.Hint("id"), "text") {
		t.Errorf("%+v", d)
	}
}
