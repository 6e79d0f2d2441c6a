package xlsform

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

// fuzzLimits are small, so that a fuzzer comes near them.
var fuzzLimits = Limits{Bytes: 1 << 16, Unpacked: 1 << 20, Cells: 5000, CellRunes: 500, Columns: 50}

// holds checks what must be true of anything read: within bounds, only text that XML can hold, and no other faults than promised.
func holds(t *testing.T, data []byte, format Format) {
	book, err := ReadWorkbook(t.Context(), Source{Format: format, Reader: bytes.NewReader(data)}, fuzzLimits)
	if err != nil {
		var known *ReadError
		if !errors.As(err, &known) || !errors.Is(err, ErrFormat) && !errors.Is(err, ErrTooLarge) {
			t.Fatalf("an unknown fault: %v", err)
		}
		if _, found := explanations[known.Code]; !found || strings.Contains(known.Message("id"), "{") && len(known.Args) == 0 {
			t.Fatalf("code %s is not explained", known.Code)
		}
		return
	}
	cells := 0
	for _, s := range book.Sheets {
		before := 0
		for _, r := range s.Rows {
			if r.Number < max(1, before) || len(r.Cells) == 0 || len(r.Cells) > fuzzLimits.Columns {
				t.Fatalf("row %d after %d has %d cells", r.Number, before, len(r.Cells))
			}
			before = r.Number
			cells += len(r.Cells)
			for _, c := range r.Cells {
				if !utf8.ValidString(c) || utf8.RuneCountInString(c) > fuzzLimits.CellRunes {
					t.Fatalf("cell %q", c)
				}
			}
		}
	}
	if cells > fuzzLimits.Cells {
		t.Fatalf("%d cells", cells)
	}
}

// FuzzXLSX puts the input in the place of each part in turn, and reads it as a whole package too.
func FuzzXLSX(f *testing.F) {
	parts := oneSheet(`<row r="1" spans="1:2"><c r="A1" s="1" t="s"><v>1</v></c><c t="inlineStr"><is><t>a</t></is></c></row>`)
	for _, part := range parts {
		f.Add([]byte(part))
	}
	f.Add([]byte(zipOf(f, parts)))
	f.Add([]byte(`<worksheet><sheetData><row><c s="2"><v>1e300</v></c></row></sheetData><mergeCells><mergeCell ref="A1:ZZ9999999"/></mergeCells></worksheet>`))
	f.Add([]byte(`<?xml version="1.0"?><!-- c --><sst><si><t>_xD83D__xDE00__x0001_&#128512;</t></si></sst>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		holds(t, data, XLSX)
		for name := range parts {
			changed := oneSheet(`<row><c s="1" t="s"><v>1</v></c><c s="2"><v>12.5</v></c></row>`)
			changed[name] = string(data)
			holds(t, []byte(zipOf(t, changed)), Detect)
		}
	})
}

func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"survey\n,type,name\n,text,a\n", "sep=;\nsurvey;a;b\n;\"x\"\"y\n\";\n", "\xef\xbb\xbfa\r\n\r\n,b", "\xff\xfea\x00", ",\"", "a\n,\x01\x02\x01"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { holds(t, data, CSV) })
}

func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{"| survey |\n| | type | name |\n|---|---|\n| | text | a\\|b |x\n", "|", "||\n|\\||", "# c\n| a | b |\n| a | c |"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { holds(t, data, Markdown) })
}

// FuzzXMLScanner compares the scanner with encoding/xml: what both accept, both must read alike.
func FuzzXMLScanner(f *testing.F) {
	for _, part := range oneSheet("<row><c r='A1'><v>1</v></c></row>") {
		f.Add([]byte(part))
	}
	f.Add([]byte("<a x='1&gt;2' y=\">\"><!-- - --><b/>t&amp;u<![CDATA[<c>]]]]><?p q?></a>\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		want, err := wordsOf(data)
		if err != nil || bytes.IndexByte(data, '\r') >= 0 { // cellText makes line ends alike, not the scanner
			return
		}
		got, err := scanned(t, data)
		if err != nil {
			return
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("read\n%q\nencoding/xml reads\n%q", got, want)
		}
	})
}

// scanned lists elements, attributes and the root's text as the scanner finds them; one byte comes at a time.
func scanned(t *testing.T, data []byte) (out []string, err error) {
	s := newXMLScanner(t.Context(), &dribble{data}, 1<<20)
	s.keeps = true
	for {
		e, err := s.next()
		switch {
		case err != nil:
			return nil, err
		case e == done:
			return append(out, string(s.texts)), nil
		case e == finish:
			out = append(out, "/"+string(s.name))
			continue
		}
		out = append(out, string(s.name))
		for {
			name, value, found, err := s.attr()
			if err != nil {
				return nil, err
			}
			if !found {
				break
			}
			out = append(out, string(local(name))+"="+string(value))
		}
	}
}

// wordsOf lists the same by encoding/xml.
func wordsOf(data []byte) (out []string, err error) {
	d, text := xml.NewDecoder(bytes.NewReader(data)), ""
	for depth := 0; ; {
		token, err := d.Token()
		if err == io.EOF {
			return append(out, text), nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			depth++
			out = append(out, token.Name.Local)
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" && !strings.HasPrefix(a.Name.Local, "xmlns") {
					out = append(out, a.Name.Local+"="+a.Value)
				}
			}
		case xml.EndElement:
			depth--
			out = append(out, "/"+token.Name.Local)
		case xml.CharData:
			text += string(token)
		}
	}
}

// dribble gives one byte at a time.
type dribble struct{ data []byte }

func (d *dribble) Read(p []byte) (int, error) {
	if len(d.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:1], d.data)
	d.data = d.data[n:]
	return n, nil
}
