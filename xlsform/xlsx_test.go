package xlsform

import (
	"archive/zip"
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// zipOf makes a zip of the files; only large ones are compressed, which takes time when fuzzing.
func zipOf(t testing.TB, files map[string]string) string {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		how := &zip.FileHeader{Name: name, Method: zip.Store}
		if len(files[name]) > 1<<16 {
			how.Method = zip.Deflate
		}
		w, err := z.CreateHeader(how)
		if err == nil {
			_, err = w.Write([]byte(files[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// oneSheet is a workbook whose sheet "survey" holds the rows, as the parts of a strict package with unusual names.
func oneSheet(rows string) map[string]string {
	const kind = "http://purl.oclc.org/ooxml/officeDocument/relationships/"
	return map[string]string{
		"_rels/.rels": `<Relationships><Relationship Id="a" Type="` + kind + `officeDocument" Target="/Book/main.xml"/></Relationships>`,
		"Book/main.xml": `<?xml version="1.0" encoding="UTF-8"?><x:workbook xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main" xmlns:r="` + kind + `">` +
			`<x:sheets><x:sheet name="survey" sheetId="7" state="hidden" r:id="b"/></x:sheets></x:workbook>`,
		"Book/_rels/main.xml.rels": `<Relationships><Relationship Id="b" Type="` + kind + `worksheet" Target="../pages/Erste.xml"/>` +
			`<Relationship Id="c" Type="` + kind + `sharedStrings" Target="texts.xml"/><Relationship Id="d" Type="` + kind + `styles" Target="looks.xml"/></Relationships>`,
		"Pages/erste.xml": `<x:worksheet xmlns:x="x"><x:sheetData>` + strings.NewReplacer("</", "</x:", "<", "<x:").Replace(rows) + `</x:sheetData></x:worksheet>`,
		"Book/texts.xml": `<sst><si><t>plain</t></si><si><r><rPr><b/></rPr><t xml:space="preserve">rich </t></r><r><t>text</t></r><rPh sb="0" eb="1"><t>aid</t></rPh></si>` +
			`<si><t>line_x000D_` + "\n" + `two_x005F_x000D_ &lt;&#38;&#xe9;&gt;</t></si><si/><si><t><![CDATA[a<b&c]]></t></si></sst>`,
		"Book/looks.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$-421]dd\ mmmm\ yyyy;@"/><numFmt numFmtId="165" formatCode="&quot;days&quot; 0.0"/>` +
			`<numFmt numFmtId="166" formatCode="[h]:mm"/><numFmt numFmtId="167" formatCode="[Red]#,##0_d\y;h"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>` +
			`<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="22"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="167"/><xf numFmtId="20"/></cellXfs></styleSheet>`,
	}
}

func TestXLSXCells(t *testing.T) {
	rows := `<row r="2"><c r="A2" t="s"><v>0</v></c><c t="s"><v>1</v></c><c r="D2" t="s"><v>2</v></c><c t="s"><v>3</v></c><c t="s"><v>4</v></c></row>` +
		`<row><c><v>42</v></c><c><v>42.0</v></c><c><v>0.10000000000000001</v></c><c><v>1E+20</v></c><c><v>-1.5E-3</v></c><c><v>12345678901234567890</v></c></row>` +
		`<row/><row r="8"><c t="b"><v>1</v></c><c t="b"><v>0</v></c><c t="e"><v>#N/A</v></c><c t="str"><f>1&lt;2</f><v> a&#160;b </v></c><c t="inlineStr"><is><t>in</t><r><t>line</t></r></is></c><c><f>1+1</f><v>2</v></c><c><f>1+1</f></c></row>` +
		`<row r="9"><c s="3"/><c s="3"/></row>` +
		`<row r="10"><c s="1"><v>46351</v></c><c s="2"><v>46351.541666666664</v></c><c s="3"><v>46351</v></c><c s="4"><v>1.0833333333333333</v></c><c s="5"><v>5</v></c><c s="6"><v>0.54166666666666663</v></c><c s="1"><v>46351.5</v></c><c s="2"><v>46351</v></c></row>` +
		`<row r="11"><c s="1"><v>59</v></c><c s="1"><v>61</v></c><c s="1"><v>-1</v></c><c s="1" t="d"><v>2026-11-25T00:00:00</v></c><c s="2" t="d"><v>2026-11-25T13:00:00Z</v></c></row>`
	book := read(t, zipOf(t, oneSheet(rows)))
	wantGrid(t, book.Sheets[0], map[int][]string{
		2:  {"plain", "rich text", "", "line\ntwo_x000D_ <&é>", "", "a<b&c"},
		3:  {"42", "42", "0.1", "100000000000000000000", "-0.0015", "12345678901234567890"},
		8:  {"TRUE", "FALSE", "#N/A", " a b ", "inline", "2"},
		10: {"2026-11-25", "2026-11-25 13:00:00", "46351", "26:00:00", "5", "13:00:00", "2026-11-25 12:00:00", "2026-11-25 00:00:00"},
		11: {"1900-02-28", "1900-03-01", "-1", "2026-11-25", "2026-11-25 13:00:00"},
	})
}

func TestXLSXFrom1904(t *testing.T) {
	parts := oneSheet(`<row><c s="1"><v>44889</v></c></row>`)
	parts["Book/main.xml"] = strings.Replace(parts["Book/main.xml"], "<x:sheets>", `<x:workbookPr date1904="1"/><x:sheets>`, 1)
	wantGrid(t, read(t, zipOf(t, parts)).Sheets[0], map[int][]string{1: {"2026-11-25"}})
}

func TestXLSXMerged(t *testing.T) {
	parts := oneSheet(`<row r="1"><c t="s"><v>0</v></c><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row r="2"><c t="s"><v>0</v></c></row>`)
	parts["Pages/erste.xml"] = strings.Replace(parts["Pages/erste.xml"], "</x:sheetData>", `</x:sheetData><x:mergeCells><x:mergeCell ref="A1:B2"/></x:mergeCells>`, 1)
	wantGrid(t, read(t, zipOf(t, parts)).Sheets[0], map[int][]string{1: {"plain", "", "rich text"}})
}

// TestXLSXOfExcelize reads what another writer makes: hidden things, empty styled rows, merged cells and dates.
func TestXLSXOfExcelize(t *testing.T) {
	f := excelize.NewFile()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.SetSheetName("Sheet1", "survey"))
	date, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	must(err)
	must(f.SetSheetRow("survey", "A1", &[]any{"type", "name", "default"}))
	must(f.SetSheetRow("survey", "A5000", &[]any{"date", "d", time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), true, 2.5, "trailing  "}))
	must(f.SetRowStyle("survey", 2, 4999, date))
	must(f.SetCellStyle("survey", "A2", "F4999", date))
	must(f.SetCellStyle("survey", "C5000", "C5000", date))
	must(f.MergeCell("survey", "A1", "A2"))
	must(f.SetRowVisible("survey", 5000, false))
	must(f.SetColVisible("survey", "B", false))
	must(f.SetCellRichText("survey", "G1", []excelize.RichTextRun{{Text: "la"}, {Text: "bel", Font: &excelize.Font{Bold: true}}}))
	_, err = f.NewSheet("choices")
	must(err)
	must(f.SetCellStr("choices", "B2", "x"))
	must(f.SetSheetVisible("choices", false))
	var out bytes.Buffer
	must(f.Write(&out))
	book := read(t, out.String())
	if got := book.names(); !slices.Equal(got, []string{"survey", "choices"}) {
		t.Fatal(got)
	}
	wantGrid(t, book.Sheets[0], map[int][]string{1: {"type", "name", "default", "", "", "", "label"}, 5000: {"date", "d", "2026-11-25", "TRUE", "2.5", "trailing  "}})
	wantGrid(t, book.Sheets[1], map[int][]string{2: {"", "x"}})
}

func TestXLSXFaults(t *testing.T) {
	for name, c := range map[string]struct {
		rows, part, text string
		limits           Limits
		kind             error
		code             string
	}{
		"no such shared text": {rows: `<row><c t="s"><v>9</v></c></row>`, kind: ErrFormat, code: "read-part"},
		"bad reference":       {rows: `<row><c r="12"><v>9</v></c></row>`, kind: ErrFormat, code: "read-part"},
		"crossed tags":        {rows: `<row><c></row></c>`, kind: ErrFormat, code: "read-part"},
		"unknown entity":      {rows: `<row><c t="str"><v>&boom;</v></c></row>`, kind: ErrFormat, code: "read-part"},
		"not UTF-8":           {rows: "<row><c t=\"str\"><v>\xff</v></c></row>", kind: ErrFormat, code: "read-part"},
		"no sheet":            {part: "Pages/erste.xml", kind: ErrFormat, code: "read-part-missing"},
		"no relation":         {part: "Book/_rels/main.xml.rels", kind: ErrFormat, code: "read-part-missing"},
		"cut off":             {part: "Book/texts.xml", text: "<sst><si><t>a", kind: ErrFormat, code: "read-part"},
		"an XML bomb": {part: "Book/texts.xml", text: `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;">]><sst><si><t>&lol1;</t></si></sst>`,
			kind: ErrFormat, code: "read-doctype"},
		"a zip bomb":      {part: "Book/looks.xml", text: "<styleSheet>" + strings.Repeat(" ", 9<<20) + "</styleSheet>", limits: Limits{Unpacked: 8 << 20}, kind: ErrTooLarge, code: "read-large-unpacked"},
		"deep nesting":    {part: "Book/texts.xml", text: strings.Repeat("<a>", 1000), kind: ErrFormat, code: "read-part"},
		"a long cell":     {rows: `<row><c t="str"><v>abcdef</v></c></row>`, limits: Limits{CellRunes: 5}, kind: ErrTooLarge, code: "read-large-cell"},
		"a far column":    {rows: `<row><c r="ZZ1"><v>1</v></c></row>`, limits: Limits{Columns: 701}, kind: ErrTooLarge, code: "read-large-columns"},
		"many cells":      {rows: strings.Repeat(`<row><c r="J1"><v>1</v></c></row>`, 11), limits: Limits{Cells: 100}, kind: ErrTooLarge, code: "read-large-cells"},
		"many texts":      {part: "Book/texts.xml", text: "<sst>" + strings.Repeat("<si/>", 101) + "</sst>", limits: Limits{Cells: 100}, kind: ErrTooLarge, code: "read-large-cells"},
		"a very long tag": {part: "Book/texts.xml", text: "<sst a='" + strings.Repeat("x", maxTag) + "'/>", kind: ErrTooLarge, code: "read-large-cell"},
		"texts that repeat": {rows: strings.Repeat(`<row><c t="s"><v>1</v></c></row>`, 3000), limits: Limits{Unpacked: 300_000, Cells: 10_000},
			kind: ErrTooLarge, code: "read-large-unpacked"},
	} {
		t.Run(name, func(t *testing.T) {
			parts := oneSheet(c.rows)
			if c.text != "" {
				parts[c.part] = c.text
			} else {
				delete(parts, c.part)
			}
			if name == "texts that repeat" {
				parts["Book/texts.xml"] = "<sst><si/><si><t>" + strings.Repeat("long ", 30) + "</t></si></sst>"
			}
			refused(t, zipOf(t, parts), c.limits, c.kind, c.code)
		})
	}
}

func TestFormatShows(t *testing.T) {
	for format, want := range map[string]shown{
		"General": asNumber, "0.00E+00": asNumber, `#,##0.00" days"`: asNumber, `[Magenta]0`: asNumber, "@": asNumber, `_-"Rp"* #,##0_-`: asNumber,
		"yyyy-mm-dd": asDate, "mmm": asDate, "[$-F800]dddd\\, mmmm dd, yyyy": asDate, "[$-409]d-mmm;@": asDate,
		"h:mm AM/PM": asTime, "mm:ss.0": asTime, "d/m/yyyy h:mm": asDateTime, "[h]:mm:ss": asElapsed, "[mm]:ss": asElapsed, "0;yyyy": asNumber,
		`"unclosed d`: asNumber, "[d": asNumber, `\`: asNumber,
	} {
		if got := formatShows(format); got != want {
			t.Errorf("%q shows %d, wanted %d", format, got, want)
		}
	}
}
