package protocol

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"
)

func good(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/good.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// spoil is one thing that is made wrong in the good manual, by the rule that has
// to find it: the path of what is set (or deleted, nil) and the line it is told at.
type spoil struct {
	rule  string
	path  string
	value any
	says  string // part of message or hint
}

var spoils = []spoil{
	{RuleValue, "schema", "handling-protocol/v9", "v9"},
	{RuleValue, "protocol status", "ready", "draft"},
	{RuleReference, "protocol consent_form", "F-3", "F-3"},
	{RuleDuplicate, "stages +", map[string]any{"id": "S", "title": Text{"a", "b"}}, `"S"`},
	{RuleDuplicate, "global_guards +", map[string]any{"id": "G-1", "rule": Text{"a", "b"}, "kept_by": Text{"a", "b"}}, `"G-1"`},
	{RuleDuplicate, "forms F-1 fields +", map[string]any{"id": "safe", "label": Text{"a", "b"}, "type": "text"}, `"safe"`},
	{RuleDuplicate, "forms F-1 fields where choices +", map[string]any{"id": "home", "label": Text{"a", "b"}}, `"home"`},
	{RuleDuplicate, "steps P3 replaces", "P3", "still is"},
	{RuleDuplicate, "steps P3 replaces", []string{"P0", "P1"}, "still is"},
	{RuleDuplicate, "steps P3 replaces", []string{"P0", "P0"}, "replaced already"},
	{RuleID, "steps P3 replaces", "P.0", "P.0"},
	{RuleShape, "stages +", map[string]any{"title": Text{"a", "b"}}, "no id"},
	{RuleShape, "steps P1 title", nil, "no title"},
	{RuleReference, "steps P1 stage", "T", "stages"},
	{RuleReference, "steps P1 actor", "R-X", "roles"},
	{RuleReference, "steps P1 support +", "R-X", "roles"},
	{RuleReference, "steps P4 outputs", []string{"F-9"}, "forms"},
	{RuleReference, "steps P4 requires_forms +", "F-9", "forms"},
	{RuleReference, "steps P4 consent +", "C-9", "consents"},
	{RuleReference, "steps P1 next +", "P9", "did you mean P"},
	{RuleReference, "steps P1 review_before", []string{"P9"}, "steps"},
	{RuleReference, "steps P1 refs +", "S-9", "sources"},
	{RuleReference, "steps P2 decide 0 then", "P9", "steps"},
	{RuleReference, "steps P2 decide 1 else", "P9", "steps"},
	{RuleReference, "steps P3 trigger step_done", "P9", "steps"},
	{RuleReference, "steps P2 trigger any 1 fact_change", "ris", "did you mean risk"},
	{RuleReference, "steps P2 when all 0 fact", "ris", "did you mean risk"},
	{RuleReference, "consents C-1 or_step", "P9", "steps"},
	{RuleReference, "anchors plan step_done", "P9", "steps"},
	{RuleReference, "global_guards G-1 refs 0", "S-9", "sources"},
	{RuleReference, "steps P4 track 0 refs 0", "S-9", "sources"},
	{RuleReference, "steps P3 deadline anchor", "plan_agreed", `"D4"`},
	{RuleValue, "steps P1 sensitivity", "secret", "restricted"},
	{RuleValue, "steps P1 on_overdue 0", "shout", "notify_manager"},
	{RuleValue, "steps P1 deadline unit", "hours", "did you mean hour"},
	{RuleValue, "steps P1 deadline_when 0 unit", "moon", "hour"},
	{RuleValue, "steps P3 deadline basis", "lore", "guideline"},
	{RuleValue, "steps P3 deadline certainty", "sure", "text"},
	{RuleValue, "steps P3 deadline binding", "must", "duty"},
	{RuleValue, "steps P2 when all 0 op", "is", "not_in"},
	{RuleValue, "steps P2 when all 0 value 0", "hight", "did you mean high"},
	{RuleValue, "facts risk type", "set", "bool"},
	{RuleValue, "facts risk unknown_as", "medium", "high"},
	{RuleValue, "facts risk labels medium", Text{"a", "b"}, "high"},
	{RuleValue, "global_guards G-1 forbids +", "sing", "mediate"},
	{RuleValue, "forms F-1 sensitivity", "hidden", "restricted"},
	{RuleValue, "forms F-1 fields calls type", "numbr", "did you mean number"},
	{RuleValue, "forms F-1 fields where shown_when value", "maybe", "yes"},
	{RuleValue, "sources S-1 certainty", "sure", "text"},
	{RuleShape, "facts risk values", []string{}, "no values"},
	{RuleShape, "steps P4 trigger", map[string]any{}, "exactly one"},
	{RuleShape, "steps P4 trigger step_done", "P1", "exactly one"},
	{RuleShape, "steps P2 when fact", "risk", "exactly one"},
	{RuleShape, "steps P2 when all 0 value", nil, "without a value"},
	{RuleShape, "steps P2 decide 1", map[string]any{}, "if or else"},
	{RuleShape, "steps P4 track 0 anchor", nil, "anchor"},
	{RuleShape, "anchors plan2", map[string]any{}, "nothing"},
	{RuleUnreachable, "steps P3 trigger step_done", "P3", "never begin"},
	{RuleUnreachable, "steps P2 when all +", map[string]any{"fact": "risk", "op": "eq", "value": "unknown"}, "never hold"},
	{RuleLoop, "steps P4 next", []string{"P1"}, "round for ever"},
	{RuleLoop, "steps P4 trigger", map[string]any{"recurring": map[string]any{"every": 3, "unit": "calendar_day"}}, "without end"},
	{RuleClock, "steps P1 deadline value", -1, "length of time"},
	{RuleClock, "steps P3 deadline value", 3651, "to 3650"},
	{RuleClock, "steps P4 track 0 value", 9999, "to 3650"},
	{RuleClock, "steps P4 trigger", map[string]any{"schedule": map[string]any{"anchor": "home", "offsets": []int{3, 4000}, "unit": "calendar_day"}}, "goes up"},
	{RuleClock, "steps P1 deadline_when 0 value", 5000, "shorter"},
	{RuleClock, "steps P1 deadline_when +", map[string]any{"if": map[string]any{"fact": "risk", "op": "eq", "value": "high"}, "value": 2, "unit": "hour", "basis": "guideline", "certainty": "unverified"}, "never count"},
	{RuleClock, "anchors plan step_done", "P3", "only begin after"},
	{RuleClock, "steps P3 deadline anchor", LastReview, "recurring"},
	{RuleClock, "steps P3 deadline anchor", ScheduledVisit, "scheduled"},
	{RuleClock, "steps P3 deadline anchor", "before_day", "counts back"},
	{RuleClock, "steps P4 trigger", map[string]any{"schedule": map[string]any{"anchor": "home", "offsets": []int{9, 3}, "unit": "calendar_day"}}, "earliest"},
	{RuleClock, "steps P4 ladder 0 wait value", 0, "length of time"},
	{RuleClock, "steps P3 deadline", map[string]any{"value": 0, "unit": "working_day", "anchor": "plan", "basis": "project_default", "certainty": "unverified", "binding": "target"}, "end at 17.00"},
	{RuleSilent, "facts risk unknown_as", nil, "fact risk is unknown"},
	{RuleLaw, "sources S-1 certainty", nil, "certainty"},
	{RuleLaw, "steps P1 deadline certainty", nil, "certainty"},
	{RuleLaw, "sources S-1 date", nil, "dated"},
	{RuleLaw, "steps P4 track 0 refs", nil, "dated"},
	{RuleDuty, "steps P1 refs", nil, "duty"},
	{RuleDuty, "steps P1 deadline basis", "guideline", "duty"},
	{RuleTerm, "steps P1 do 0 id", "Tanyakan apakah anak nakal.", "anak nakal"},
	{RuleTerm, "forms F-1 fields safe label en", "A child prostitute?", "exploited"},
	{RuleGate, "steps P1 outputs", []string{}, "F-1"},
	{RuleGate, "steps P3 consent", []string{"C-1"}, "itself"},
	{RuleLock, "global_guards G-NOIMAGE", map[string]any{"id": "G-NOPICTURE", "rule": Text{"a", "b"}, "kept_by": Text{"a", "b"}}, "upload_media"},
	{RuleLock, "global_guards G-NOIMAGE", nil, "G-NOIMAGE"},
	{RuleLock, "global_guards G-2 forbids", []string{"contact_guardian", "contact_suspect"}, "record_child_as_offender"},
	{RuleLock, "global_guards +", map[string]any{"id": "G-3", "rule": Text{"a", "b"}, "unless": map[string]any{"fact": "risk", "op": "eq", "value": "low"}}, "locks nothing"},
	{RuleLock, "global_guards G-1 unless", map[string]any{"fact": "risk", "op": "in", "value": []string{"high", "low", "unknown"}}, "always open"},
	{RuleLock, "global_guards G-NOIMAGE while", map[string]any{"fact": "risk", "op": "eq", "value": "low"}, "opens nothing"},
	{RuleLock, "global_guards G-NOIMAGE opens", []string{"P4"}, "always"},
	{RuleLock, "global_guards +", map[string]any{"id": "G-3", "rule": Text{"a", "b"}, "requires_forms": []string{"F-1"}}, "locks nothing"},
	{RuleReference, "global_guards G-2 requires_forms", []string{"F-9"}, "forms"},
	{RuleKept, "global_guards +", map[string]any{"id": "G-3", "rule": Text{"a", "b"}}, "who keeps it"},
	{RuleID, "roles R.C", map[string]any{"id": "a", "en": "b"}, "R.C"},
	{RuleID, "consents C'1", map[string]any{"id": "a", "en": "b", "evidence": Text{"a", "b"}}, "C'1"},
	{RuleID, "forms F%2", map[string]any{"title": Text{"a", "b"}}, "F%2"},
	{RuleID, "stages +", map[string]any{"id": "A/../B", "title": Text{"a", "b"}}, "A/../B"},
	{RuleID, "global_guards +", map[string]any{"id": "G\u200b1", "rule": Text{"a", "b"}, "kept_by": Text{"a", "b"}}, "letters"},
	{RuleID, "steps +", map[string]any{"id": strings.Repeat("P", 41), "stage": "S", "title": Text{"a", "b"}, "actor": "R-A", "trigger": map[string]any{"event": "x"}}, "PPPP"},
	{RuleAnchor, "anchors intake_received", map[string]any{"step_done": "P2"}, "name of an event"},
	{RuleAnchor, "anchors case_closed", map[string]any{"step_done": "P2"}, "name of an event"},
	{RuleAnchor, "anchors handed_over", map[string]any{"fact_change": "risk"}, "name of an event"},
	{RuleAnchor, "anchors last_review", map[string]any{"step_done": "P2"}, "by the language"},
	{RuleBuiltIn, "anchors plan_agreed", map[string]any{"step_done": "P2"}, "plan_agreed"},
	{RuleField, "forms F-1 fields where choices", nil, "no choices"},
	{RuleField, "forms F-1 fields safe choices", []any{map[string]any{"id": "a", "label": Text{"a", "b"}}}, "is no choice"},
	{RuleField, "forms F-1 fields safe min", 3, "no number"},
	{RuleField, "forms F-1 fields calls max", -1, "more than max"},
	{RuleField, "forms F-1 fields where shown_when fact", "calls", "above"},
	{RuleReference, "forms F-1 fields safe fact", "rsk", "did you mean risk"},
	{RuleField, "forms F-1 fields calls fact", "risk", "yes/no"},
	{RuleField, "forms F-1 fields safe fact", "risk", "no value"},
	{RuleKey, "steps P1 dedline", 3, "did you mean deadline"},
	{RuleKey, "forms F-1 fields safe requred", true, "did you mean required"},
	{RuleTranslation, "steps P1 title", "Terima", "Terima"},
	{RuleFactUnasked, "facts other", map[string]any{"type": "bool", "label": Text{"a", "b"}}, "other"},
	{RuleConsentUnheld, "consents C-1 or_step", nil, ""},
}

func TestCheckFindsEachProblemAlone(t *testing.T) {
	text := good(t)
	if list := Check(parse(t, text)); len(list) != 0 {
		t.Fatalf("the good manual has problems: %+v", list)
	}
	seen := map[string]bool{}
	for _, s := range spoils {
		bad := edited(t, text, s.value, strings.Fields(s.path)...)
		if s.rule == RuleSilent { // a duty behind the condition, and no decision that asks for its fact
			bad = edited(t, bad, map[string]any{"value": 3, "unit": "working_day", "anchor": "intake_received", "basis": "law", "certainty": "text", "binding": "duty"}, "steps", "P2", "deadline")
			bad = edited(t, edited(t, bad, []string{"S-1"}, "steps", "P2", "refs"), nil, "steps", "P2", "decide")
		}
		if s.rule == RuleConsentUnheld {
			bad = edited(t, bad, []string{}, "steps", "P2", "consent")
		}
		list := Check(parse(t, bad))
		if len(list) == 0 {
			t.Errorf("%s = %v: nothing is found", s.path, s.value)
			continue
		}
		told := false
		for _, p := range list {
			if p.Rule != s.rule {
				t.Errorf("%s = %v: %s (%s) beside %s", s.path, s.value, p.Rule, p.Message, s.rule)
			}
			told = told || strings.Contains(p.Message+" "+p.Hint, s.says)
			if p.Line < 1 || p.Column < 1 || p.Line > bytes.Count(bad, []byte("\n")) || p.Hint == "" {
				t.Errorf("%s: %+v", s.path, p)
			}
			if m, h := p.In("id"); m == p.Message || h == "" {
				t.Errorf("%s: no Indonesian: %q %q", s.path, m, h)
			}
		}
		if !told {
			t.Errorf("%s = %v: %q is not in %+v", s.path, s.value, s.says, list)
		}
		seen[s.rule] = true
	}
	for _, rule := range []string{RuleShape, RuleDuplicate, RuleReference, RuleValue, RuleUnreachable, RuleLoop, RuleClock, RuleLaw, RuleDuty, RuleTerm, RuleGate, RuleLock, RuleID, RuleAnchor, RuleBuiltIn,
		RuleField, RuleKey, RuleTranslation, RuleFactUnasked, RuleSilent, RuleKept, RuleConsentUnheld} {
		if !seen[rule] {
			t.Errorf("no manual is spoiled by rule %s", rule)
		}
	}
}

func TestCheckTellsTheExactPlace(t *testing.T) {
	bad := edited(t, good(t), "R-X", "steps", "P1", "actor")
	p := Check(parse(t, bad))[0]
	line := bytes.Split(bad, []byte("\n"))[p.Line-1]
	if !bytes.HasPrefix(line[p.Column-1:], []byte("R-X")) {
		t.Errorf("line %d column %d of %q", p.Line, p.Column, line)
	}
}

func TestCheckTellsEverythingAtOnce(t *testing.T) {
	text := good(t)
	for _, s := range spoils[:1] {
		text = edited(t, text, s.value, strings.Fields(s.path)...)
	}
	for _, s := range []string{"steps P1 stage", "steps P1 actor", "steps P3 deadline basis", "facts risk unknown_as", "sources S-1 certainty"} {
		text = edited(t, text, "zzz", strings.Fields(s)...)
	}
	rules := map[string]int{}
	for _, p := range Check(parse(t, text)) {
		rules[p.Rule]++
	}
	if want := map[string]int{RuleValue: 4, RuleReference: 2}; !maps.Equal(rules, want) {
		t.Errorf("%v, want %v", rules, want)
	}
}

func TestAManualWithoutSteps(t *testing.T) {
	if list := Check(parse(t, []byte("schema: handling-protocol/v1\nprotocol: {status: draft}\n"))); len(list) != 1 || list[0].Rule != RuleShape {
		t.Errorf("%+v", list)
	}
}

func TestTheDefaultManualHasNoErrors(t *testing.T) {
	m, _ := load(t)
	for _, p := range Check(m) {
		if p.Severity == Error {
			t.Errorf("%d:%d %s: %s (%s)", p.Line, p.Column, p.Rule, p.Message, p.Hint)
		}
	}
}

func TestTermsAreNotSaidButMayBeNamed(t *testing.T) {
	for text, want := range map[string]bool{
		"Anak nakal": true, "anak-anak nakal": true, "ANAK  NAKAL!": true, "tak ada isian 'pelaku asusila' untuk anak": false, "tak ada isian “anak nakal”": false,
		"child prostitution": true, "it's a child prostitute": true, "the child's 'child prostitute' label": false, "": false,
	} {
		if _, use, got := Forbidden(text); got != want || got && use == "" {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestWhatIsNoManualIsRefusedWithItsPlace(t *testing.T) {
	for text, line := range map[string]int{
		"steps: [":                                             1,
		"a: 1\nsteps: 7\n":                                     2,
		"a: &x 1\nb: *x\n":                                     1,
		"- a\n":                                                1,
		"a: 1\n---\nb: 2\n":                                    2,
		"steps:\n- id: A\n  id: B\n":                           3,
		"\n\nsteps: [{trigger: [1]}]\n":                        3,
		"x:\n" + strings.Repeat("- ", 50):                      2,
		"x: " + strings.Repeat("[", 50):                        1,
		"steps:\n- title: {id: [1]}\n":                         2,
		"steps: [{id: A}, null]\n":                             1,
		"forms: {F: {title: a, fields: 3}}":                    1,
		"a: {b: 1}\nc: {<<: {b: 2}}\n":                         2,
		"a: 1\nsteps: [{deadline: {value: 010}}]\n":            2,
		"a: 1\nfacts: [" + strings.Repeat("a, ", 1001) + "]\n": 2,
	} {
		_, err := Parse(strings.NewReader(text))
		list := Problems(err)
		for _, p := range list {
			if m, h := p.In("id"); m == "" || m == p.Message || h == "" || p.Column < 1 {
				t.Errorf("%.40q: not in both languages: %+v", text, p)
			}
		}
		if err == nil || len(list) == 0 || list[0].Line != line || list[0].Rule != RuleYAML {
			t.Errorf("%.40q: %v %v", text, err, list)
		}
	}
	if Problems(nil) != nil {
		t.Error("no failure has problems")
	}
}

// What the parser says is put in words, with the column where it can be known.
func TestUnreadableYAMLIsExplained(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "1:1 berkas ini kosong",
		"a: 1\n  b: c: d\n":                     "2:3 ada titik dua di tempat yang salah",
		"steps:\n- id: A\n  id: B\n":            `3:3 kunci "id" sudah ada di baris 2`,
		"steps: 7\n":                            "1:8 di sini harus ada daftar, bukan angka",
		"steps:\n- {id: A, next: {a: b}}\n":     "2:3 di sini harus ada daftar, bukan peta (kunci: isi)",
		"steps:\n- deadline: {value: banyak}\n": "2:21 di sini harus ada angka, bukan teks",
		"steps: [{id: A}, null]\n":              "1:18 langkah 2 kosong",
	} {
		_, err := Parse(strings.NewReader(text))
		p := Problems(err)[0]
		m, _ := p.In("id")
		if got := fmt.Sprintf("%d:%d %s", p.Line, p.Column, m); got != want {
			t.Errorf("%q: %s, want %s (%s)", text, got, want, p.Message)
		}
	}
}

func TestAFactHasAnIDOfOneShape(t *testing.T) {
	list := Check(parse(t, bytes.ReplaceAll(good(t), []byte("risk"), []byte("ri.sk"))))
	if len(list) != 1 || list[0].Rule != RuleID || list[0].Line != 6 {
		t.Errorf("%+v", list)
	}
}

// tangle is a manual of n steps, each of which leads to three others and waits for the one
// after it: what is dear to check.
func tangle(n int) string {
	var b strings.Builder
	b.WriteString("schema: handling-protocol/v1\nfacts:\n")
	for i := range 20 {
		fmt.Fprintf(&b, "  f%d: {type: enum, label: a, values: [a, b, c, d]}\n", i)
	}
	b.WriteString("steps:\n")
	for i := range n {
		fmt.Fprintf(&b, "- id: S%d\n  title: a\n  trigger: {step_done: S%d}\n  next: [S%d, S%d, S%d]\n  when: {all: [", i, i+1, (i+1)%n, (i+7)%n, (i*31)%n)
		for k := range 20 {
			fmt.Fprintf(&b, "{fact: f%d, op: eq, value: [d]}, ", k)
		}
		b.WriteString("{fact: f0, op: eq, value: a}]}\n")
	}
	return b.String()
}

// What is too much is refused at once, and what may be is checked at once.
func TestCheckIsCheap(t *testing.T) {
	begun := time.Now()
	if _, err := Parse(strings.NewReader(tangle(MaxSteps + 1))); err == nil || !strings.Contains(err.Error(), "at most 500 steps") {
		t.Error(err)
	}
	m := parse(t, []byte(tangle(MaxSteps)))
	t.Logf("read in %v", time.Since(begun))
	begun = time.Now()
	if list := Check(m); !hasErrors(list) {
		t.Error("nothing is found")
	}
	if took := time.Since(begun); took > time.Second { // 0.1 s where the machine has nothing else to do
		t.Errorf("checked in %v", took)
	} else {
		t.Logf("checked in %v", took)
	}
	begun = time.Now()
	_, _, _ = Forbidden(strings.Repeat(`"a" 'b' `, 250_000))
	if took := time.Since(begun); took > time.Second {
		t.Errorf("quotes took %v", took)
	}
	begun = time.Now()
	for range MaxSteps {
		(*Calendar)(nil).AddWorkingDays(begun, mostYears)
	}
	if took := time.Since(begun); took > time.Second {
		t.Errorf("500 clocks took %v", took)
	}
}
