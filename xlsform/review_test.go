package xlsform

import (
	"regexp"
	"strings"
	"testing"
)

// TestDefaults tells values from expressions: https://xlsform.org/en/#dynamic-defaults
func TestDefaults(t *testing.T) {
	for _, c := range []struct {
		kind, text string
		want       bool
	}{
		{"dateTime", "2026-11-25T08:30:00+07:00", false}, {"time", "08:30:00+07:00", false}, {"text", "2026-11-25T08:30:00.5Z", false},
		{"time", "08:30:00-07:00", false}, {"date", "-0044-03-15", false}, {"geopoint", "-6.2 106.8 0 0", false},
		{"text", "a-b", false}, {"text", "7-4", false}, {"text", "'a + b'", false}, {"text", "https://x.invalid/a(b)", true},
		{"text", "7 - 4", true}, {"text", "a+b", true}, {"date", "today() - 3", true}, {"text", "5 div 5", true},
		{"text", "${a}", true}, {"text", "concat('2026', '-01')", true},
	} {
		if got := dynamic(c.text, c.kind); got != c.want {
			t.Errorf("%s default %q: an expression is %v", c.kind, c.text, got)
		}
	}
}

// TestParametersAsPeopleWriteThem takes spaces around "=" and fixed words in any case; names keep theirs.
func TestParametersAsPeopleWriteThem(t *testing.T) {
	form, found := compileText(t, rows("survey", "type|name|label|parameters",
		"text|a|A|rows = 3", "audio|b|B|Quality=Voice-Only", "image|c|C|max-pixels = 640;app=org.Example.App", "audit|||track-changes=True",
		"range|d|D|start = 2 , end = 4"))
	if len(found) > 0 {
		t.Fatal(found)
	}
	xml := written(t, form)
	for _, want := range []string{`rows="3"`, `odk:quality="voice-only"`, `orx:max-pixels="640"`, `intent="org.Example.App"`,
		`odk:track-changes="true"`, `start="2" end="4"`} {
		if !strings.Contains(xml, want) {
			t.Errorf("no %s in\n%s", want, xml)
		}
	}
}

// TestInstanceAttributesReferToAnswers resolves references in columns of the group "instance".
func TestInstanceAttributesReferToAnswers(t *testing.T) {
	form, _ := compileText(t, rows("survey", "type|name|label|instance::source", "text|a|A|", "text|b|B|${a}"))
	if xml := written(t, form); !strings.Contains(xml, `<b source=" /data/a "/>`) {
		t.Error(xml)
	}
}

// TestManyWarningsStopNoForm keeps a form that is only doubtful.
func TestManyWarningsStopNoForm(t *testing.T) {
	lines := make([]string, 3*mostFaults)
	for i := range lines {
		lines[i] = "l|c" + itoa(i) + "|"
	}
	form, found := compileText(t, rows("survey", "type|name|label", "select_one l|a|A")+rows("choices", "list_name|name|label", lines...))
	if form == nil || len(found) != mostFaults+1 || found[0].Code != "too-many-warnings" {
		t.Errorf("a form of choices without labels is made: %v, %d diagnostics", form != nil, len(found))
	}
}

// TestAttributesStandOnce whatever columns people invent: twice they would break the XML.
func TestAttributesStandOnce(t *testing.T) {
	form, found := compileText(t, rows("survey", "type|name|label|bind::nodeset|body::ref|body::nodeset|instance::jr:template|body::mediatype|body::query|bind::x",
		"begin repeat|r|R|1|2|3|4|||", "image|a|A|5|6|7|8|image/png|9|10", "end repeat")+
		rows("settings", "form_id|version|attribute::id|attribute::version", "f|1|x|y"))
	if n := len(found.Errors()); n > 0 {
		t.Fatal(found)
	}
	xml := written(t, form)
	for _, tag := range regexp.MustCompile(`<[^>]*>`).FindAllString(xml, -1) {
		seen := map[string]bool{}
		for _, m := range regexp.MustCompile(` ([\w:]+)="`).FindAllStringSubmatch(tag, -1) {
			if seen[m[1]] {
				t.Errorf("%s stands twice in %s", m[1], tag)
			}
			seen[m[1]] = true
		}
	}
	for _, want := range []string{`<data version="1" id="f">`, `mediatype="image/png"`, `<bind nodeset="/data/r/a"`} {
		if !strings.Contains(xml, want) {
			t.Errorf("no %s in\n%s", want, xml)
		}
	}
}

// TestPrefixesAreDeclared in the names of elements too.
func TestPrefixesAreDeclared(t *testing.T) {
	for _, name := range []string{"x:a", "xmlns", "xmlns:a"} {
		if _, found := compileText(t, rows("survey", "type|name|label", "text|"+name+"|A")); len(found) == 0 || found[0].Code != "name-invalid" {
			t.Errorf("%s is taken: %v", name, found)
		}
	}
	if form, found := compileText(t, rows("survey", "type|name|label", "text|x:a|A")+rows("settings", "namespaces", `x="http://x.invalid"`)); form == nil {
		t.Error(found)
	}
}

// TestMediaOfNoKind is a fault of the header, told once.
func TestMediaOfNoKind(t *testing.T) {
	_, found := compileText(t, rows("survey", "type|name|label|media::picture::English (en)", "text|a|A|x.png", "text|b|B|y.png"))
	if errs := found.Errors(); len(errs) != 1 || errs[0].Code != "media-type" || errs[0].Cell != "D1" {
		t.Error(found)
	}
	if _, found := compileText(t, rows("survey", "type|name|label|media::picture", "text|a|A|")); len(found) > 0 {
		t.Error(found)
	}
}

// TestSoleSheet of an .xlsx is the survey.
func TestSoleSheet(t *testing.T) {
	for name, want := range map[string]string{"Sheet1": "survey", "Survey ": "Survey ", "choices": "choices"} {
		if got := soleSheet(Workbook{Sheets: []Sheet{{Name: name}}}).Sheets[0].Name; got != want {
			t.Errorf("%q is taken for %q", name, got)
		}
	}
	if got := soleSheet(Workbook{Sheets: []Sheet{{Name: "Sheet1"}, {Name: "Sheet2"}}}).Sheets[0].Name; got != "Sheet1" {
		t.Error(got)
	}
}

// TestPlacesOfTextsAndColumns names the cell of a bad reference in a choice, and the column that lacks.
func TestPlacesOfTextsAndColumns(t *testing.T) {
	_, found := compileText(t, rows("survey", "type|name|label|image", "select_one l|a|A|${m}.png")+
		rows("choices", "list_name|name|label::A (en)|label::B (id)|audio", "l|x|X|${y}|${z}.mp3"))
	got := ""
	for _, d := range found.Errors() {
		got += d.Sheet + "!" + d.Cell + " " + d.Args["name"] + ";"
	}
	if got != "survey!D2 m;choices!D2 y;choices!E2 z;" {
		t.Error(got)
	}
	_, found = compileText(t, rows("survey", "type|name|label", "text|a|A")+rows("choices", "name|label", "x|X"))
	if len(found) != 1 || !strings.Contains(found[0].Message("id"), "“list_name”") || !strings.Contains(found[0].Hint("en"), "“list_name”") {
		t.Errorf("%v %s", found, found[0].Message("id"))
	}
}

// TestSettingsNameIsLookedAt also when the caller gives another.
func TestSettingsNameIsLookedAt(t *testing.T) {
	src := Source{Format: Markdown, Reader: strings.NewReader(rows("survey", "type|name|label", "text|a|A") + rows("settings", "form_title|name", "T|a b"))}
	_, found, err := Compile(t.Context(), src, Options{Name: "root"})
	if err != nil || len(found) != 1 || found[0].Code != "form-name" || found[0].Cell != "B2" {
		t.Error(found, err)
	}
}
