package xlsform

import (
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// read reads a source whose format is to be found out.
func read(t testing.TB, data string) Workbook {
	t.Helper()
	book, err := ReadWorkbook(t.Context(), Source{Reader: strings.NewReader(data)}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// refused reads a source that must be refused with the code, and gives the error.
func refused(t testing.TB, data string, limits Limits, kind error, code string) *ReadError {
	t.Helper()
	_, err := ReadWorkbook(t.Context(), Source{Reader: strings.NewReader(data)}, limits)
	var bad *ReadError
	if !errors.As(err, &bad) || !errors.Is(err, kind) || bad.Code != code {
		t.Fatalf("answered %v, wanted %s", err, code)
	}
	return bad
}

// grid shows a sheet's rows by their numbers.
func grid(s Sheet) map[int][]string {
	out := map[int][]string{}
	for _, r := range s.Rows {
		out[r.Number] = r.Cells
	}
	return out
}

func wantGrid(t testing.TB, s Sheet, want map[int][]string) {
	t.Helper()
	if got := grid(s); !reflect.DeepEqual(got, want) {
		t.Fatalf("sheet %s holds\n%#v\nwanted\n%#v", s.Name, got, want)
	}
}

func TestRefusedByContent(t *testing.T) {
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 500)
	locked := ole + "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"
	for _, c := range []struct{ data, code string }{
		{"", "read-empty"}, {" \r\n\t", "read-empty"}, {"\xef\xbb\xbf\n", "read-empty"}, {"\xff\xfe", "read-empty"},
		{ole, "read-old-xls"}, {locked, "read-password"},
		{"\x89PNG\r\n\x1a\n...", "read-image"}, {"\xff\xd8\xff\xe0....JFIF", "read-image"}, {"GIF89a", "read-image"},
		{"%PDF-1.7\n", "read-pdf"}, {"<?xml version=\"1.0\"?><h:html/>", "read-markup"}, {"\n<html><table>", "read-markup"},
		{"a,b\x00c", "read-binary"}, {"PK\x03\x04 cut off", "read-zip"},
		{zipOf(t, map[string]string{"survey.csv": "survey"}), "read-zip-other"},
		{zipOf(t, map[string]string{"xl/workbook.bin": "x"}), "read-xlsb"},
		{zipOf(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}), "read-ods"},
		{zipOf(t, map[string]string{"_rels/.rels": `<Relationships><Relationship Id="a" Type="x/officeDocument" Target="word/document.xml"/></Relationships>`,
			"word/document.xml": "<w:document/>"}), "read-zip-other"},
	} {
		refused(t, c.data, Limits{}, ErrFormat, c.code)
	}
}

func TestReadErrorsSpeakBothLanguages(t *testing.T) {
	bad := refused(t, "survey\n,caf\xe9\n", Limits{}, ErrFormat, "read-encoding")
	if got := bad.Message("en"); got != "Line 2 holds letters that are not written in UTF-8." {
		t.Error(got)
	}
	if got := bad.Message("id"); got != "Baris 2 berisi huruf yang tidak ditulis dalam UTF-8." {
		t.Error(got)
	}
	if !strings.HasPrefix(bad.Error(), ErrFormat.Error()+": Line 2") {
		t.Error(bad.Error())
	}
	for _, e := range Explanations() {
		if !strings.HasPrefix(e.Code, "read-") {
			continue
		}
		for _, text := range []string{e.English.Message, e.English.Hint, e.Bahasa.Message, e.Bahasa.Hint} {
			if text == "" || strings.Count(text, "{") != strings.Count(text, "}") {
				t.Errorf("%s: %q", e.Code, text)
			}
		}
		if strings.Contains(e.English.Message, "{line}") != strings.Contains(e.Bahasa.Message, "{line}") {
			t.Errorf("%s: the languages name different things", e.Code)
		}
	}
}

func TestBoundsOfText(t *testing.T) {
	for _, start := range []string{"survey\n,type,name\n,text,abcdef\n", "| survey |\n| | type | name |\n| | text | abcdef |\n"} {
		refused(t, start, Limits{Bytes: int64(len(start) - 1)}, ErrTooLarge, "read-large-file")
		refused(t, start, Limits{Cells: 3}, ErrTooLarge, "read-large-cells")
		refused(t, start, Limits{Columns: 1}, ErrTooLarge, "read-large-columns")
		bad := refused(t, start, Limits{CellRunes: 5}, ErrTooLarge, "read-large-cell")
		if bad.Args["place"] != "survey!B2" {
			t.Error(bad.Args)
		}
		if _, err := ReadWorkbook(t.Context(), Source{Reader: strings.NewReader(start)}, Limits{Bytes: int64(len(start)), Cells: 4, Columns: 2, CellRunes: 6}); err != nil {
			t.Error(err)
		}
	}
	refused(t, strings.Repeat("| a |\n", maxSheets+1), Limits{}, ErrTooLarge, "read-large-sheets")
}

func TestReaderAndContextFaults(t *testing.T) {
	broken := errors.New("the line went dead")
	if _, err := ReadWorkbook(t.Context(), Source{Reader: io.MultiReader(strings.NewReader("a,b"), iotest.ErrReader(broken))}, Limits{}); !errors.Is(err, broken) {
		t.Error(err)
	}
	if _, err := ReadWorkbook(t.Context(), Source{}, Limits{}); !errors.Is(err, ErrFormat) {
		t.Error(err)
	}
	if _, err := ReadWorkbook(t.Context(), Source{Format: 9, Reader: strings.NewReader("a")}, Limits{}); !errors.Is(err, errors.ErrUnsupported) {
		t.Error(err)
	}
	for _, data := range []string{"| survey |\n| | a |", "survey\n,a", zipOf(t, oneSheet("<row/>"))} {
		ctx, stop := context.WithCancel(t.Context())
		in := &reading{ctx: ctx, Limits: DefaultLimits}
		stop()
		for _, of := range []func([]byte) (Workbook, error){in.csv, in.markdown, in.xlsx} {
			if _, err := of([]byte(data)); !errors.Is(err, context.Canceled) && !errors.Is(err, ErrFormat) {
				t.Errorf("a stopped context gave %v", err)
			}
		}
		if _, err := ReadWorkbook(ctx, Source{Reader: bytes.NewReader([]byte(data))}, Limits{}); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}
