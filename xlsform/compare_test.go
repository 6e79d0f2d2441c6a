package xlsform

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// survey is a small form for comparisons; change alters a copy of it.
func survey(t testing.TB, change ...func(f *Form)) *Form {
	f, err := ParseXForm(strings.NewReader(surveyXML), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(f)
	}
	return f
}

const surveyXML = `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa">
<h:head><h:title>Garden</h:title><model>
<itext><translation lang="id" default="true()">
<text id="age"><value>Umur kebun</value></text><text id="l-0"><value>Cabai</value></text><text id="l-1"><value>Buncis</value></text>
</translation><translation lang="en">
<text id="age"><value>Age of the garden</value></text><text id="l-0"><value>Chili</value></text><text id="l-1"><value>Beans</value></text>
</translation></itext>
<instance><data id="garden" version="1"><intro/><age/><crop/><area><size/><twice/></area><beds jr:template=""><plants/></beds><done/></data></instance>
<instance id="l"><root><item><itextId>l-0</itextId><name>chili</name></item><item><itextId>l-1</itextId><name>beans</name></item></root></instance>
<bind nodeset="/data/intro" type="string" readonly="true()"/>
<bind nodeset="/data/age" type="int"/><bind nodeset="/data/crop" type="string"/>
<bind nodeset="/data/area" relevant="/data/age &gt; 1"/>
<bind nodeset="/data/area/size" type="decimal" constraint=". &lt; 100"/><bind nodeset="/data/area/twice" type="string" calculate="../size * 2"/>
<bind nodeset="/data/beds/plants" type="int"/><bind nodeset="/data/done" type="string"/>
</model></h:head><h:body>
<input ref="/data/intro"><label>Welcome</label></input>
<input ref="/data/age"><label ref="jr:itext('age')"/></input>
<select1 ref="/data/crop"><label>Crop</label><itemset nodeset="instance('l')/root/item"><value ref="name"/><label ref="jr:itext(itextId)"/></itemset></select1>
<group ref="/data/area"><label>Area</label><input ref="/data/area/size"><label>Size when <output value="/data/age"/> old</label></input></group>
<group ref="/data/beds"><label>Beds</label><repeat nodeset="/data/beds"><input ref="/data/beds/plants"><label>Plants</label></input></repeat></group>
<trigger ref="/data/done"><label>Done</label></trigger>
</h:body></h:html>`

// codes are the changes as "code name".
func codes(changes []Change) (out []string) {
	for _, c := range changes {
		path := c.Path
		if path == "" {
			path = c.OldPath
		}
		out = append(out, strings.TrimSpace(c.Code+" "+strings.TrimPrefix(path, "/data/")))
	}
	return out
}

// rename gives an item another name, in its path and those of its children.
func rename(f *Form, path, name string) {
	it := f.Find(path)
	to := parentPath(path) + "/" + name
	it.Name = name
	f.Walk(func(k, _ *Item) bool {
		if k == it || strings.HasPrefix(k.Path, path+"/") {
			k.Path = to + strings.TrimPrefix(k.Path, path)
		}
		return true
	})
}

var one = func(path string, change func(it *Item)) func(f *Form) {
	return func(f *Form) { change(f.Find("/data/" + path)) }
}

func words(s string) Text { return plainText(Value{{Text: s}}) }

var comparisons = []struct {
	name    string
	change  func(f *Form)
	want    string // codes, with "; " between them
	verdict Verdict
}{
	{"version", func(f *Form) { f.Version = "2" }, "form-version", Comparable},
	{"question added", func(f *Form) { f.Items = append(f.Items, &Item{Name: "new", Path: "/data/new", Type: "text"}) }, "question-added new", Comparable},
	{"question removed", func(f *Form) { f.Items = slices.Delete(f.Items, 1, 2) }, "question-removed age", SeriesBroken},
	{"note removed", func(f *Form) { f.Items = f.Items[1:] }, "note-removed intro", WithCare},
	{"renamed, and what refers to it follows", func(f *Form) {
		rename(f, "/data/age", "years")
		f.Find("/data/area").Bind.Relevant = "/data/years>1"
		f.Find("/data/area/size").Label.Translations[0].Value[1].Output = "/data/years"
	}, "question-renamed years", WithCare},
	{"two could be meant", func(f *Form) {
		rename(f, "/data/age", "years")
		twin := *f.Find("/data/years")
		twin.Name, twin.Path = "months", "/data/months"
		f.Items = append(f.Items, &twin)
		f.Find("/data/area").Bind.Relevant = "/data/years > 1"
	}, "question-added years; relevant area; question-added months; question-removed age", SeriesBroken},
	{"group renamed", func(f *Form) { rename(f, "/data/area", "ground") }, "group-renamed ground", Comparable},
	{"moved", func(f *Form) {
		area, age := f.Find("/data/area"), f.Find("/data/age")
		f.Items = slices.Delete(f.Items, 1, 2)
		area.Children = append(area.Children, age)
		age.Path = "/data/area/age"
		area.Bind.Relevant = "/data/area/age > 1"
		f.Find("/data/area/size").Label.Translations[0].Value[1].Output = "../age"
	}, "moved area/age", WithCare},
	{"moved into a repeat", func(f *Form) {
		beds, crop := f.Find("/data/beds"), f.Find("/data/crop")
		f.Items = slices.Delete(f.Items, 2, 3)
		beds.Children, crop.Path = append(beds.Children, crop), "/data/beds/crop"
	}, "moved-repeat beds/crop", SeriesBroken},
	{"reordered", func(f *Form) { f.Items[1], f.Items[2] = f.Items[2], f.Items[1] }, "reordered crop", WithCare},
	{"text of a number", one("age", func(it *Item) { it.Type, it.Bind.Type = "text", "string" }), "type age", SeriesBroken},
	{"fractions", one("age", func(it *Item) { it.Type, it.Bind.Type = "decimal", "decimal" }), "type age", WithCare},
	{"several answers", one("crop", func(it *Item) { it.Type, it.Control.Element = "select_multiple", "select" }), "type crop", SeriesBroken},
	{"relevant of a group", one("area", func(it *Item) { it.Bind.Relevant = "" }), "relevant area", WithCare},
	{"blanks in an expression", one("area", func(it *Item) { it.Bind.Relevant = " ../age  >1" }), "", Comparable},
	{"constraint", one("area/size", func(it *Item) { it.Bind.Constraint = ". < 200" }), "constraint area/size", WithCare},
	{"required", one("age", func(it *Item) { it.Bind.Required = "true()" }), "required age", WithCare},
	{"not required, said aloud", one("age", func(it *Item) { it.Bind.Required = "false()" }), "", Comparable},
	{"calculation", one("area/twice", func(it *Item) { it.Bind.Calculate = "../size * 3" }), "calculation area/twice", SeriesBroken},
	{"prefill", one("age", func(it *Item) { it.Bind.Calculate = "1 + 1" }), "prefill age", WithCare},
	{"default", one("age", func(it *Item) { it.Default = "3" }), "default age", WithCare},
	{"trigger", one("age", func(it *Item) { it.Actions = []Action{{Element: "setvalue", Trigger: "/data/crop"}} }), "actions age", WithCare},
	{"count", one("beds", func(it *Item) { it.Count = "3" }), "repeat-count beds", WithCare},
	{"repeat undone", one("beds", func(it *Item) { it.Kind = Group }), "repeat-undone beds", SeriesBroken},
	{"wording", one("age", func(it *Item) { it.Label.Translations[1].Value[0].Text = "How old?" }), "label age", WithCare},
	{"wording, blanks only", one("age", func(it *Item) { it.Label.Translations[1].Value[0].Text = "Age  of the garden " }), "", Comparable},
	{"hint", one("age", func(it *Item) { it.Hint = words("In years") }), "hint age", WithCare},
	{"translation gone", one("age", func(it *Item) { it.Label.Translations = it.Label.Translations[:1] }), "translation age", WithCare},
	{"picture", one("age", func(it *Item) { it.Label.Translations[0].Media = []Media{{"image", "a.png"}} }), "media age", WithCare},
	{"message", one("age", func(it *Item) { it.Bind.ConstraintMessage = words("No") }), "message age", Comparable},
	{"language", func(f *Form) { f.Languages = append(f.Languages, "jv") }, "language-added", WithCare},
	{"appearance", one("age", func(it *Item) { it.Control.Appearance = "w1" }), "appearance age", Comparable},
	{"layout of answers", one("crop", func(it *Item) { it.Control.Appearance = "minimal" }), "appearance-choices crop", WithCare},
	{"choice added", func(f *Form) { f.Lists[0].Choices = append(f.Lists[0].Choices, &Choice{Name: "x", Label: words("X")}) }, "choice-added crop", WithCare},
	{"choice removed", func(f *Form) { f.Lists[0].Choices = f.Lists[0].Choices[:1] }, "choice-removed crop", WithCare},
	{"choice renamed", func(f *Form) { f.Lists[0].Choices[0].Name = "pepper" }, "choice-renamed crop", WithCare},
	{"choice relabelled", func(f *Form) { f.Lists[0].Choices[0].Label.Translations[0].Value = Value{{Text: "Lombok"}} }, "choice-label crop", WithCare},
	{"choices swapped", func(f *Form) {
		l := f.Lists[0].Choices
		l[0].Label, l[1].Label = l[1].Label, l[0].Label
	}, "choice-swapped crop; choice-swapped crop; choice-swapped crop; choice-swapped crop", SeriesBroken},
	{"choices reordered", func(f *Form) { slices.Reverse(f.Lists[0].Choices) }, "choice-order crop", WithCare},
	{"choices by chance", one("crop", func(it *Item) { it.Choices.Randomize = true }), "choice-random crop", WithCare},
	{"choices filtered", one("crop", func(it *Item) { it.Choices.Filter = "a = 1" }), "choice-filter crop", WithCare},
	{"choices in a file", one("crop", func(it *Item) { it.Choices.List, it.Choices.File = "", "a.csv" }), "choice-source crop", WithCare},
}

func TestCompare(t *testing.T) {
	for _, c := range comparisons {
		got := Compare(survey(t), survey(t, c.change))
		if s := strings.Join(codes(got.Changes), "; "); s != c.want || got.Verdict != c.verdict {
			t.Errorf("%s: %s (%s), want %s (%s)", c.name, s, got.Verdict, c.want, c.verdict)
		}
	}
}

// Every change reads as a sentence in both languages, with no placeholder left.
func TestCompareWords(t *testing.T) {
	for _, c := range comparisons {
		for _, ch := range Compare(survey(t), survey(t, c.change)).Changes {
			for _, lang := range []string{"id", "en"} {
				if m, a := ch.Message(lang), ch.Advice(lang); m == "" || a == "" || strings.ContainsAny(m+a, "{}") && !strings.Contains(m, "${") {
					t.Errorf("%s %s: %q %q", ch.Code, lang, m, a)
				}
			}
			if ch.Message("id") == ch.Message("en") {
				t.Errorf("%s reads the same in both languages", ch.Code)
			}
		}
	}
	seen := map[string]bool{}
	for _, e := range ChangeExplanations() {
		if seen[e.Code] || e.English.Message == "" || e.Bahasa.Message == "" || e.Code != "type" && (e.English.Hint == "" || e.Bahasa.Hint == "") {
			t.Errorf("%s: twice or without words", e.Code)
		}
		seen[e.Code] = true
	}
	for v := Comparable; v <= SeriesBroken; v++ {
		if v.Words("id") == "" || v.Words("id") == v.Words("en") || v.String() == "" {
			t.Error(v)
		}
	}
}

// What is said of a group bears on the questions inside.
func TestCompareStandings(t *testing.T) {
	got := Compare(survey(t), survey(t, one("area", func(it *Item) { it.Bind.Relevant = "" })))
	want := map[string]Verdict{"/data/area/size": WithCare, "/data/area/twice": WithCare}
	if len(got.Questions) != 7 {
		t.Errorf("%d questions", len(got.Questions))
	}
	for _, q := range got.Questions {
		if q.Verdict != want[q.Path] || q.Path == "" || q.OldPath == "" {
			t.Errorf("%s: %s", q.Path, q.Verdict)
		}
	}
	gone := Compare(survey(t), survey(t, func(f *Form) { f.Items = f.Items[:2] }))
	last := gone.Questions[len(gone.Questions)-1]
	if last.OldPath != "/data/done" || last.Path != "" || last.Verdict != SeriesBroken {
		t.Errorf("%+v", last)
	}
}

// The types of the table are XLSForm's, every reason has words, and the direction does not matter but for notes.
func TestTypeChanges(t *testing.T) {
	used := map[string]bool{}
	for a := range typeGroups {
		for b := range typeGroups {
			reason, back := typeChange(a, b), typeChange(b, a)
			if used[reason] = true; a != b && changeWords[reason].Code == "" {
				t.Errorf("%s → %s: %s is not explained", a, b, reason)
			}
			if reason != back && a != "note" && b != "note" {
				t.Errorf("%s → %s: %s, back: %s", a, b, reason, back)
			}
		}
	}
	for _, e := range typeChanges {
		if e.Code != "type" && !used[e.Code] {
			t.Errorf("no change of type has the reason %s", e.Code)
		}
	}
	for pair, want := range map[string]Verdict{"text integer": SeriesBroken, "select_one select_multiple": SeriesBroken, "integer decimal": WithCare,
		"integer range": WithCare, "text select_one": SeriesBroken, "note text": Comparable, "text note": SeriesBroken,
		"calculate integer": SeriesBroken, "select_one select_one_from_file": WithCare, "geopoint geoshape": SeriesBroken} {
		a, b, _ := strings.Cut(pair, " ")
		if got := ExplainChange(typeChange(a, b)).Verdict; got != want {
			t.Errorf("%s: %s, want %s", pair, got, want)
		}
	}
}

// checkCompare holds what is true of any two forms.
func checkCompare(t *testing.T, name string, a, b *Form) {
	if same := Compare(a, a); len(same.Changes) > 0 || same.Verdict != Comparable {
		t.Errorf("%s: against itself: %v", name, codes(same.Changes))
	}
	there, back := Compare(a, b), Compare(b, a)
	sides := func(c Comparison, what string) (out []string) {
		for _, ch := range c.Changes {
			if strings.HasSuffix(ch.Code, "-"+what) && !strings.Contains(ch.Code, "choice") && !strings.Contains(ch.Code, "language") {
				out = append(out, strings.TrimSuffix(ch.Code, what)+ch.Path+ch.OldPath)
			}
		}
		slices.Sort(out)
		return out
	}
	for _, way := range [][2]string{{"added", "removed"}, {"removed", "added"}} {
		if x, y := sides(there, way[0]), sides(back, way[1]); !slices.Equal(x, y) {
			t.Errorf("%s: %s %v, the other way round %s %v", name, way[0], x, way[1], y)
		}
	}
	renames := func(c Comparison, turn bool) (out []string) {
		for _, ch := range c.Changes {
			if strings.HasSuffix(ch.Code, "-renamed") && ch.Choice == "" {
				if turn {
					ch.Path, ch.OldPath = ch.OldPath, ch.Path
				}
				out = append(out, ch.OldPath+" "+ch.Path)
			}
		}
		slices.Sort(out)
		return out
	}
	if x, y := renames(there, false), renames(back, true); !slices.Equal(x, y) {
		t.Errorf("%s: renamed %v, the other way round %v", name, x, y)
	}
	worst := Comparable
	for _, ch := range there.Changes {
		worst = max(worst, ch.Verdict)
	}
	if worst != there.Verdict {
		t.Errorf("%s: verdict %s, the worst change is %s", name, there.Verdict, worst)
	}
}

func TestCompareProperties(t *testing.T) {
	for i, c := range comparisons {
		checkCompare(t, c.name, survey(t), survey(t, c.change))
		checkCompare(t, c.name+" and next", survey(t, c.change), survey(t, comparisons[(i+1)%len(comparisons)].change))
	}
}

func TestCompareCorpus(t *testing.T) {
	var last *Form
	forms := corpusForms(t)
	for _, name := range sortedKeys(forms) {
		f, err := ParseXForm(strings.NewReader(forms[name]), Limits{})
		if err != nil {
			t.Fatal(name, err)
		}
		if last != nil {
			checkCompare(t, name, last, f)
		}
		last = f
	}
}

func TestPlainExpr(t *testing.T) {
	same := func(p string) string { return p }
	for in, want := range map[string]string{
		"../b  =  '/a/b  c'":                    "/d/g/b='/a/b  c'",
		"instance('l')/root/item[x = ../b]/y":   "instance('l')/root/item[x=/d/g/b]/y",
		" /d/x  and current()/../../y or z - 1": "/d/x and /d/y or z - 1",
		"'open":                                 "'open",
		"":                                      "",
	} {
		if got := plainExpr(in, "/d/g/q", same); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func ExampleCompare() {
	form := func(question, choices string) *Form {
		f, err := ParseXForm(strings.NewReader(`<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>
			<instance><data id="water"><source/></data></instance><bind nodeset="/data/source" type="string"/></model></h:head>
			<h:body><select1 ref="/data/source"><label>`+question+`</label>`+choices+`</select1></h:body></h:html>`), Limits{})
		if err != nil {
			panic(err)
		}
		return f
	}
	well, river := `<item><label>Well</label><value>well</value></item>`, `<item><label>River</label><value>river</value></item>`
	c := Compare(form("Where is water fetched?", well), form("Where do you fetch water?", well+river))
	fmt.Println(c.Verdict)
	for _, ch := range c.Changes {
		fmt.Println("-", ch.Message("en"))
	}
	// Output:
	// with-care
	// - The wording of source was “Where is water fetched?” and is now “Where do you fetch water?”.
	// - source offers a new answer: river (“River”).
}
