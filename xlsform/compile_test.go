package xlsform

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func compileText(t *testing.T, text string) (*Form, Diagnostics) {
	t.Helper()
	src := Source{Name: "contoh.md", Format: Markdown, Reader: strings.NewReader(text)}
	form, found, err := Compile(context.Background(), src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return form, found
}

func written(t *testing.T, form *Form) string {
	t.Helper()
	var b bytes.Buffer
	if err := form.WriteXForm(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// rows makes a sheet of lines like "text name label".
func rows(name, head string, lines ...string) string {
	out := "| " + name + " |\n| | " + strings.Join(strings.Split(head, "|"), " | ") + " |\n"
	for _, l := range lines {
		out += "| | " + strings.Join(strings.Split(l, "|"), " | ") + " |\n"
	}
	return out
}

func TestXFormHolds(t *testing.T) {
	yesNo := rows("choices", "list_name|name|label", "yn|y|Yes", "yn|n|No")
	for name, c := range map[string]struct {
		text string
		want []string
		not  []string
	}{
		"a question has bind, node and control": {rows("survey", "type|name|label|required|constraint", "integer|age|Age|yes|. > 0"),
			[]string{`<age/>`, `<bind nodeset="/data/age" type="int" required="true()" constraint=". &gt; 0"/>`, `<input ref="/data/age">`, `<label>Age</label>`}, nil},
		"the form's id is its file's name": {rows("survey", "type|name|label", "text|a|A"), []string{`<data id="contoh">`, `<h:title>contoh</h:title>`}, nil},
		"a reference outside of repeats is absolute": {rows("survey", "type|name|label|relevant", "text|a|A|", "text|b|B|${a} = 'x'"),
			[]string{`relevant=" /data/a  = 'x'"`}, nil},
		"within one repeat it is relative": {rows("survey", "type|name|label|relevant", "begin repeat|r|R", "text|a|A|", "begin group|g|G", "text|b|B|${a} = 'x'", "end group", "end repeat"),
			[]string{`relevant=" ../../a  = 'x'"`}, nil},
		"in a choice filter it begins at the question": {rows("survey", "type|name|label|choice_filter", "begin repeat|r|R", "text|a|A|", "select_one yn|b|B|name = ${a}", "end repeat") + yesNo,
			[]string{`nodeset="instance('yn')/root/item[name =  current()/../a ]"`}, nil},
		"indexed-repeat is absolute but for its numbers": {rows("survey", "type|name|label|calculation", "begin repeat|r|R", "text|a|A|", "calculate|p||position(..)", "calculate|c||indexed-repeat(${a}, ${r}, ${p} - 1)", "end repeat"),
			[]string{`indexed-repeat( /data/r/a ,  /data/r ,  ../p  - 1)`}, nil},
		"a repeat is written as template and as its first part": {rows("survey", "type|name|label|repeat_count", "begin repeat|r|R|3", "text|a|A", "end repeat"),
			[]string{`<r jr:template="">`, `<r>`, `<repeat nodeset="/data/r" jr:count=" /data/r_count ">`, `<bind nodeset="/data/r_count" type="string" readonly="true()" calculate="3"/>`}, nil},
		"an expression as default is set at load and in each new part": {rows("survey", "type|name|label|default", "begin repeat|r|R|", "date|d|D|today()", "text|s|S|words - and more", "text|f|F|2026-11-25", "end repeat"),
			[]string{`<setvalue ref="/data/r/d" event="odk-instance-first-load" value="today()"/>`, `<setvalue ref="/data/r/d" event="odk-new-repeat" value="today()"/>`, `<f>2026-11-25</f>`}, nil},
		"a trigger moves the calculation to the answer that sets it off": {rows("survey", "type|name|label|calculation|trigger", "text|a|A||", "dateTime|at||now()|${a}"),
			[]string{`<setvalue ref="/data/at" event="xforms-value-changed" value="now()"/>`}, []string{`calculate="now()"`, `<input ref="/data/at"`}},
		"labels in two languages stand in itext, a hyphen for what lacks": {rows("survey", "type|name|label::Indonesia (id)|label::English (en)|hint::English (en)", "text|a|Nama|Name|Short"),
			[]string{`<translation lang="Indonesia (id)">`, "<text id=\"/data/a:hint\">\n            <value>-</value>", `<label ref="jr:itext('/data/a:label')"/>`}, nil},
		"a label shows an answer": {rows("survey", "type|name|label", "text|a|A", "note|n|Hello ${a} < 3"), []string{`<label> Hello <output value=" /data/a "/> &lt; 3 </label>`}, nil},
		"a label shows a row of a file": {rows("survey", "type|name|label", "text|a|A", "csv-external|t|", "note|n|It is instance('t')/root/item[k = ${a}]/label."),
			[]string{`<output value="instance('t')/root/item[k =  /data/a ]/label"/>. </label>`, `<instance id="t" src="jr://file-csv/t.csv"/>`}, nil},
		"or_other adds the answer and its question": {rows("survey", "type|name|label", "select_one yn or_other|q|Q") + yesNo,
			[]string{`<name>other</name>`, `<bind nodeset="/data/q_other" type="string" relevant="selected(../q, 'other')"/>`}, nil},
		"choices come from the answers of a repeat": {rows("survey", "type|name|label", "begin repeat|r|R", "text|who|Who", "end repeat", "select_one ${who}|q|Q"),
			[]string{`<itemset nodeset="/data/r[./who != '']">`, `<value ref="who"/>`}, nil},
		"pulldata brings its file": {rows("survey", "type|name|label|calculation", "calculate|c||pulldata('prices', 'p', 'k', 'x')"), []string{`<instance id="prices" src="jr://file-csv/prices.csv"/>`}, nil},
		"last-saved brings its instance": {rows("survey", "type|name|label|default", "text|a|A|${last-saved#a}"),
			[]string{`<instance id="__last-saved" src="jr://instance/last-saved"/>`, `value=" instance('__last-saved')/data/a "`}, nil},
		"search keeps its choices in the body": {rows("survey", "type|name|label|appearance", "select_one yn|q|Q|search('f')") + yesNo, []string{`<label>Yes</label>`, `<value>y</value>`}, []string{`<itemset`, `<instance id="yn">`}},
		"an entity with a property": {rows("survey", "type|name|label|save_to", "text|a|A|street") + rows("entities", "list_name|label", "houses|${a}"),
			[]string{`entities:entities-version="2024.1.0"`, `<entity dataset="houses" create="1" id="">`, `entities:saveto="street"`, `<bind nodeset="/data/meta/entity/label" calculate=" /data/a " readonly="true()" type="string"/>`}, nil},
		"an entity in a repeat": {rows("survey", "type|name|label|save_to", "begin repeat|r|R|", "text|a|A|street", "end repeat") + rows("entities", "list_name|label", "houses|${a}"),
			[]string{`entities:entities-version="2025.1.0"`, `<setvalue ref="/data/r/meta/entity/@id" event="odk-new-repeat" value="uuid()"/>`, `calculate=" ../../../a "`}, nil},
		"settings for encryption and sending": {rows("survey", "type|name|label", "text|a|A") + rows("settings", "public_key|submission_url|auto_send|style", "MIIB|https://example.test/x|true|pages"),
			[]string{`<submission action="https://example.test/x" method="post" base64RsaPublicKey="MIIB" orx:auto-send="true"/>`, `<h:body class="pages">`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			form, found := compileText(t, c.text)
			if form == nil {
				t.Fatal(found.Errors()[0].Message("en"))
			}
			got := written(t, form)
			for _, w := range c.want {
				if !strings.Contains(got, w) {
					t.Errorf("lacks %s in\n%s", w, got)
				}
			}
			for _, w := range c.not {
				if strings.Contains(got, w) {
					t.Errorf("has %s in\n%s", w, got)
				}
			}
			wellFormed(t, got)
		})
	}
}

func wellFormed(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
	}
}

// All faults of a form are told at once, each with its cell.
func TestFaultsAreToldAtOnce(t *testing.T) {
	form, found := compileText(t, rows("survey", "type|name|label|relevant", "txet|a|A|", "integer|b 1|B|", "select_one colour|c|C|${nobody} = 1", "begin group|g|G|")+
		rows("choices", "list_name|name|label", "colours|red|Red", "colours|red|Crimson"))
	if form != nil {
		t.Error("a form was made all the same")
	}
	var got []string
	for _, d := range found.Errors() {
		got = append(got, d.Code+" "+d.Sheet+"!"+d.Cell+" "+itoa(d.Row))
	}
	want := []string{"type-misspelt survey!A2 2", "name-invalid survey!B3 3", "list-unknown survey!A4 4", "reference-unknown survey!D4 4", "begin-unmatched survey! 5", "choice-twice choices!B3 3"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if m := found.Errors()[0]; !strings.Contains(m.Hint("id"), "“text”") || !strings.Contains(m.Message("en"), "“txet”") {
		t.Errorf("%q %q", m.Message("en"), m.Hint("id"))
	}
}

// Every code that the compiler tells is explained in both languages, and no explanation is for a code that nobody tells.
func TestEveryCodeIsExplained(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	told := map[string]bool{}
	literal := regexp.MustCompile(`"([a-z]+(?:-[a-z]+)+|disabled)"`)
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") || strings.HasPrefix(f, "words") {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range literal.FindAllStringSubmatch(string(text), -1) {
			told[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`(?:fault|notReadable|tooLarge)\("([a-z-]+)"`).FindAllStringSubmatch(string(text), -1) {
			if e := Explain(m[1]); e.English.Message == m[1] {
				t.Errorf("%s: nobody explains %s", f, m[1])
			}
		}
	}
	for _, e := range Explanations() {
		if !told[e.Code] {
			t.Errorf("%s is explained and never told", e.Code)
		}
		for _, w := range []Words{e.English, e.Bahasa} {
			if w.Message == "" || w.Hint == "" {
				t.Errorf("%s lacks words", e.Code)
			}
		}
		if e.English.Message == e.Bahasa.Message {
			t.Errorf("%s says the same in both languages", e.Code)
		}
	}
}

func TestDynamicDefaults(t *testing.T) {
	for text, want := range map[string]bool{"words": false, "a-b": false, "1-1": false, "021-555": false, "2026-11-25": false, "not_func$": false,
		"1 + 1": true, "random()": true, "${a}": true, "x[1]": true, "'quoted (call)'": false, "7 div 2": true, "divide": false, "a|b": true} {
		if got := dynamic(text, "text"); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if dynamic("2026-11-25 - x", "date") {
		t.Error("a hyphen in a date is an operator")
	}
}

func TestBoundsOfTheCompiler(t *testing.T) {
	deep := []string{}
	for range 70 {
		deep = append(deep, "begin group|g|G")
	}
	_, found := compileText(t, rows("survey", "type|name|label", deep...))
	if !slices.ContainsFunc(found, func(d Diagnostic) bool { return d.Code == "too-deep" }) {
		t.Error("70 groups inside each other are taken")
	}
	var many []string
	for range 3000 {
		many = append(many, "text||A")
	}
	_, found = compileText(t, rows("survey", "type|name|label", many...))
	if len(found) != mostFaults+1 {
		t.Errorf("%d faults told", len(found))
	}
}

func TestCancelled(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, _, err := CompileWorkbook(ctx, household(50), Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Whatever is written in a sheet, the compiler answers; a form it makes is well-formed XML that has no reference left.
func FuzzCompile(f *testing.F) {
	for _, name := range []string{"testdata/rumah-tangga.md", "testdata/kunjungan.md", "testdata/salah.md"} {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add(rows("survey", "type|name|label|trigger|default|parameters", "range|r|R|${r}|1 + 1|start=1;end=5", "geopoint|g|G||${last-saved#r}|reference-geometry=${r}"))
	f.Fuzz(func(t *testing.T, text string) {
		src := Source{Format: Markdown, Reader: strings.NewReader(text)}
		form, found, err := Compile(context.Background(), src, Options{Limits: Limits{Bytes: 1 << 20, Cells: 20_000}})
		if err != nil {
			return
		}
		for _, d := range found {
			_ = d.Message("id") + d.Hint("en")
		}
		if form == nil {
			if len(found.Errors()) == 0 {
				t.Fatal("no form and no fault")
			}
			return
		}
		var b bytes.Buffer
		if err := form.WriteXForm(&b); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, b.String())
	})
}
