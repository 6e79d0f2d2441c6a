package xlsform

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

func TestCSV(t *testing.T) {
	book := read(t, "\xef\xbb\xbfsurvey\r\n,type,name,label\r\n,text,town,\"Which, \"\"town\"\"?\r\nOr place\"\r\n,,,\r\n\r\n,note,n,  kept \r\nchoices,,\n,list_name,name\n,l,a\n")
	if len(book.Sheets) != 2 || book.Sheets[1].Name != "choices" {
		t.Fatal(book.names())
	}
	wantGrid(t, book.Sheets[0], map[int][]string{1: {"type", "name", "label"}, 2: {"text", "town", "Which, \"town\"?\nOr place"}, 5: {"note", "n", "  kept "}})
	wantGrid(t, book.Sheets[1], map[int][]string{1: {"list_name", "name"}, 2: {"l", "a"}})
}

func TestCSVVariants(t *testing.T) {
	want := map[int][]string{1: {"type", "name", "label, short"}, 2: {"text", "a", "A; a"}}
	plain := "survey,type,name,\"label, short\"\n,text,a,A; a\n"
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String("survey\t\n\ttype\tname\tlabel, short\n\ttext\ta\tA; a\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{
		"header beside the name": plain,
		"name on every row":      "survey,type,name,\"label, short\"\nsurvey,text,a,A; a\n",
		"old Macintosh":          strings.ReplaceAll(plain, "\n", "\r"),
		"semicolons":             "survey;;;\n;type;name;label, short\n;text;a;\"A; a\"",
		"sep line":               "sep=;\nsurvey\n;type;name;label, short\n;text;a;\"A; a\"",
		"tabs in UTF-16":         wide,
		"blank lines":            "\n\nsurvey\n\n,type,name,\"label, short\"\n,text,a,A; a",
		"name in the quotes":     "\"survey\"\n,type,\"name\",\"label, short\"\n,text,a,A; a,,,\n,,,",
	} {
		t.Run(name, func(t *testing.T) {
			book := read(t, data)
			if len(book.Sheets) != 1 || book.Sheets[0].Name != "survey" {
				t.Fatal(book.names())
			}
			wantGrid(t, book.Sheets[0], want)
		})
	}
}

func TestCSVFaults(t *testing.T) {
	bad := refused(t, "survey\n,type,label\n,text,\"never closed\n,text,b\n", Limits{}, ErrFormat, "read-csv-quote")
	if bad.Args["line"] != "3" {
		t.Error(bad.Args)
	}
	bad = refused(t, "survey\n,type\n,te\xfft\n", Limits{}, ErrFormat, "read-encoding")
	if bad.Args["line"] != "3" {
		t.Error(bad.Args)
	}
	// A quote within an unquoted cell is only a quote, as in spreadsheets.
	wantGrid(t, read(t, "survey\n,label\n,the 5\" pipe\n").Sheets[0], map[int][]string{1: {"label"}, 2: {"the 5\" pipe"}})
}
