package protocol

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

// No step is lost: every step of the manual has exactly one task, in order, with a
// state, a reason and a rule for each action.
func TestNoStepIsLost(t *testing.T) {
	m, cal := load(t)
	rapid.Check(t, func(t *rapid.T) {
		events := drawCourse(t, m)
		e := Evaluate(m, events, at(rapid.IntRange(0, 5000).Draw(t, "now")), cal)
		if len(e.Tasks) != len(m.Steps) {
			t.Fatalf("%d tasks of %d steps", len(e.Tasks), len(m.Steps))
		}
		ended := map[string]bool{}
		for _, ev := range events {
			ended[ev.Name] = ended[ev.Name] || ev.Kind == StepDone || ev.Kind == StepSkipped
		}
		for i, task := range e.Tasks {
			if task.Step != m.Steps[i] || task.State == "" || len(task.Why) == 0 {
				t.Fatalf("%+v", task)
			}
			if closed := task.State == Done || task.State == Skipped; closed && !ended[task.Step.ID] || !closed && ended[task.Step.ID] && !task.State.Open() && task.State != NotApplicable {
				t.Fatalf("%s is %s, ended %v", task.Step.ID, task.State, ended[task.Step.ID])
			}
			if task.State == Overdue && task.Binding == "power" {
				t.Fatalf("a power is late: %s", task.Step.ID)
			}
			for _, a := range e.Allowed(task.Step.ID) {
				if a.Why.Rule == "" || a.Allowed && a.Do == DoSkip && !task.State.Open() {
					t.Fatalf("%+v", a)
				}
			}
		}
		for _, k := range e.Clocks {
			if k.Late && (k.Track.Binding == "power" || !k.Running || !e.Now.After(k.Due)) {
				t.Fatalf("%+v", k)
			}
		}
	})
}

// Clocks are monotone in time: with the same events, as time passes no due time
// moves but of visits that come near, and what is late stays late.
func TestClocksAreMonotone(t *testing.T) {
	m, cal := load(t)
	rapid.Check(t, func(t *rapid.T) {
		events := drawCourse(t, m)
		hour := rapid.IntRange(0, 5000).Draw(t, "now")
		a, b := Evaluate(m, events, at(hour), cal), Evaluate(m, events, at(hour+rapid.IntRange(0, 3000).Draw(t, "later")), cal)
		for i := range a.Tasks {
			x, y := a.Tasks[i], b.Tasks[i]
			if x.State.Open() && !x.Due.Equal(y.Due) {
				t.Fatalf("%s is due %v, later %v", x.Step.ID, x.Due, y.Due)
			}
			if x.State == Overdue && y.State != Overdue || x.State.Open() && !y.State.Open() {
				t.Fatalf("%s is %s, later %s", x.Step.ID, x.State, y.State)
			}
		}
		if a.Summary().Overdue > b.Summary().Overdue {
			t.Fatal("fewer are late later")
		}
	})
}

// Facts, consents and forms of different names that are noted at the same moment
// may stand in any order.
func TestOrderDoesNotMatterWhereItShouldNot(t *testing.T) {
	m, cal := load(t)
	facts, consents := keysOf(m.Facts), keysOf(m.Consents)
	rapid.Check(t, func(t *rapid.T) {
		var batch []Event
		for _, name := range facts {
			if rapid.Bool().Draw(t, name) {
				batch = append(batch, ev(FactSet, name, rapid.SampledFrom(m.Facts[name].Answers()).Draw(t, "value"), 2))
			}
		}
		for _, name := range consents {
			batch = append(batch, ev(ConsentSet, name, rapid.SampledFrom([]string{"given", "refused"}).Draw(t, "said"), 2))
		}
		other := rapid.Permutation(batch).Draw(t, "order")
		now := at(rapid.IntRange(2, 500).Draw(t, "now"))
		a, b := Evaluate(m, append(opening(), batch...), now, cal), Evaluate(m, append(opening(), other...), now, cal)
		for i := range a.Tasks {
			x, y := a.Tasks[i], b.Tasks[i]
			if x.State != y.State || !x.Due.Equal(y.Due) || !slices.Equal(x.Missing, y.Missing) {
				t.Fatalf("%s: %s due %v and %s due %v", x.Step.ID, x.State, x.Due, y.State, y.Due)
			}
		}
	})
}

func TestReclockIsTheSummary(t *testing.T) {
	m, cal := load(t)
	rapid.Check(t, func(t *rapid.T) {
		events := drawCourse(t, m)
		now := at(rapid.IntRange(0, 5000).Draw(t, "now"))
		if got, want := Reclock(m, events, now, cal), Evaluate(m, events, now, cal).Summary(); got != want {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}

func TestAFactTellsItsHistory(t *testing.T) {
	m, cal := load(t)
	e := Evaluate(m, opening(ev(FactSet, "risk", "low", 1), ev(FactSet, "risk", "low", 2), ev(FactSet, "risk", "high", 3), ev(FactSet, "stays_home", "true", 4)), at(5), cal)
	h := e.History("risk")
	if len(h) != 2 || h[0].Value != "low" || h[1].Value != "high" || !h[1].At.Equal(at(3)) || e.Fact("risk") != "high" || e.History("child_missing") != nil {
		t.Errorf("%+v", h)
	}
}

// brute counts working days one by one from the file itself.
func brute(off map[string]bool, from time.Time, n int) string {
	step := 24 * time.Hour
	if n < 0 {
		n, step = -n, -step
	}
	day := from.In(Zone)
	for n > 0 {
		day = day.Add(step)
		if w := day.Weekday(); w != time.Saturday && w != time.Sunday && !off[day.Format(time.DateOnly)] {
			n--
		}
	}
	return day.Format(time.DateOnly) + " 17:00"
}

func TestWorkingDaysAgainstABruteForceCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		off := map[string]bool{}
		file := "years:\n"
		for y := 2025; y <= 2027; y++ {
			file += fmt.Sprintf("  - {year: %d, source: daftar contoh, certainty: unverified, days: {", y)
			for range rapid.IntRange(0, 40).Draw(t, "holidays") {
				day := time.Date(y, 1, rapid.IntRange(1, 365).Draw(t, "day"), 0, 0, 0, 0, Zone).Format(time.DateOnly)
				if !off[day] {
					off[day] = true
					file += fmt.Sprintf("%q: libur, ", day)
				}
			}
			file += "}}\n"
		}
		c, err := ParseCalendar(strings.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, Zone).Add(time.Duration(rapid.IntRange(0, 365*24*60-1).Draw(t, "minute")) * time.Minute)
		n := rapid.IntRange(-120, 120).Draw(t, "n")
		got, known := c.AddWorkingDays(from.UTC(), n)
		if want := brute(off, from, n); got.Format("2006-01-02 15:04") != want || !known {
			t.Fatalf("%v + %d: %v (%v), want %s", from, n, got, known, want)
		}
		works, _ := c.Works(from)
		if today := brute(off, from.Add(-24*time.Hour), 1) == from.Format(time.DateOnly)+" 17:00"; works != today {
			t.Fatalf("%v works %v", from, works)
		}
	})
}

func TestAYearWithoutAListIsToldNotInvented(t *testing.T) {
	m, cal := load(t)
	for y := 2025; y <= 2027; y++ {
		if list, ok := cal.Year(y); ok && (list.Source == "" || list.Certainty == "" || y < 2027 && len(list.Days) < 20) {
			t.Errorf("%d: %+v", y, list)
		}
	}
	far := time.Date(2031, 1, 1, 9, 0, 0, 0, Zone)
	if due, known := cal.AddWorkingDays(far, 3); known || due.Format(time.DateOnly) != "2031-01-06" {
		t.Errorf("%v %v", due, known)
	}
	events := []Event{{Kind: Occurred, Name: IntakeReceived, At: far}, {Kind: Occurred, Name: ClosureProposed, At: far}}
	g4 := state(t, Evaluate(m, events, far, cal), "G4")
	if !g4.Uncertain || !slices.ContainsFunc(g4.Why, func(w Why) bool { return w.Rule == "calendar" && w.Value == 2031 }) {
		t.Errorf("%+v", g4)
	}
	if _, ok := cal.Year(2031); ok {
		t.Error("2031 is known")
	}
	for _, bad := range []string{"years: [{year: 2026, certainty: text}]", "years: [{year: 2026, source: a, certainty: sure}]", "years: [{year: 2026, source: a, certainty: text, days: {2025-01-01: x}}]",
		"years: [{year: 2026, source: a, certainty: text}, {year: 2026, source: b, certainty: text}]", "x: ["} {
		if _, err := ParseCalendar(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is a calendar", bad)
		}
	}
}

// A manual written out and read again is the same manual.
func TestYAMLRoundTrip(t *testing.T) {
	for name, text := range map[string][]byte{"default": manualText(t), "good": good(t)} {
		m := parse(t, text)
		var doc any
		if err := yaml.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		out, err := yaml.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		again := parse(t, out)
		if d := Diff(m, again); len(d) != 0 {
			t.Errorf("%s: %d changes, first %s", name, len(d), d[0].Sentence("en"))
		}
		if m.Hash() == again.Hash() || parse(t, text).Hash() != m.Hash() {
			t.Error("the hash does not name the text")
		}
	}
}

// A thing written back from its type is the same thing.
func TestEveryStepAndFormCanBeWrittenBack(t *testing.T) {
	s := schema(t)
	for name, text := range map[string][]byte{"default": manualText(t), "good": good(t)} {
		m := parse(t, text)
		for _, step := range []*Step{m.Steps[0], m.Steps[1], m.Steps[2], m.Steps[len(m.Steps)-1], m.Steps[len(m.Steps)/2]} {
			out := edited(t, text, step, "steps", step.ID)
			if d := Diff(m, parse(t, out)); len(d) != 0 {
				t.Errorf("%s: step %s: %+v", name, step.ID, d)
			}
			if err := validate(t, s, out); err != nil {
				t.Errorf("%s: step %s: %v", name, step.ID, err)
			}
		}
		for _, id := range keysOf(m.Forms)[:2] {
			out := edited(t, text, m.Forms[id], "forms", id)
			if d := Diff(m, parse(t, out)); len(d) != 0 {
				t.Errorf("%s: form %s: %+v", name, id, d)
			}
			if err := validate(t, s, out); err != nil {
				t.Errorf("%s: form %s: %v", name, id, err)
			}
		}
	}
}

// What is too big or too deep is refused before it costs anything.
func TestHugeAndDeepManualsAreRefused(t *testing.T) {
	const million = 1_000_000
	for name, text := range map[string]string{
		"5 MB":                strings.Repeat("a: b # c\n", 5<<20/9),
		"million brackets":    "a: " + strings.Repeat("[", million),
		"million maps":        strings.Repeat("{a: ", million/3),
		"million dashes":      strings.Repeat("- ", million),
		"million questions":   strings.Repeat("? ", million),
		"million indents":     deep(2000),
		"brackets in lines":   strings.Repeat("[\n", million),
		"many deep lines":     strings.Repeat("- "+strings.Repeat("[", 900)+strings.Repeat("]", 900)+"\n", 1000),
		"billion laughs":      "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nsteps: [*c,*c]\n",
		"a line of brackets":  "a: " + strings.Repeat("[", 1500),
		"a line of dashes":    strings.Repeat("- ", 60),
		"one long line":       "a: " + strings.Repeat("x", 3<<20),
		"unclosed quotes":     strings.Repeat("a: \"", 400_000),
		"many keys, one line": "{" + strings.Repeat("a,b:", 400_000),
	} {
		begun := time.Now()
		_, err := Parse(strings.NewReader(text))
		if err == nil || len(err.Error()) > 1000 {
			t.Errorf("%s: %.200v", name, err)
		}
		if took := time.Since(begun); took > slow*2*time.Second {
			t.Errorf("%s took %v", name, took)
		} else {
			t.Logf("%s: %v, %.90v", name, took, err)
		}
		if _, err := Edit([]byte(text), []string{"a"}, 1); err == nil {
			t.Errorf("%s was edited", name)
		}
	}
}

// deep nests n maps, each on a line of its own.
func deep(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%sa:\n", strings.Repeat(" ", i))
	}
	return b.String()
}

// FuzzEvaluate runs any readable manual through any course.
func FuzzEvaluate(f *testing.F) {
	f.Add(good(f), []byte("12345678"))
	f.Add([]byte("steps: [{id: A, trigger: {schedule: {anchor: x, offsets: [1], unit: working_day}}}]"), []byte{0, 9, 18})
	f.Fuzz(func(t *testing.T, text, course []byte) {
		m, err := Parse(bytes.NewReader(text))
		if err != nil || len(course) > 200 {
			return
		}
		names := append(m.Events(), append(keysOf(m.Facts), m.idsOf("steps")...)...)
		names = append(names, keysOf(m.Consents)...)
		kinds := []string{Occurred, FactSet, StepDone, StepSkipped, ConsentSet, FormFilled, Migrated}
		var events []Event
		for i, b := range course {
			if len(names) == 0 {
				break
			}
			e := Event{Kind: kinds[int(b)%len(kinds)], Name: names[int(b)/len(kinds)%len(names)], Value: []string{"true", "high", "given", ""}[i%4], At: at(i)}
			if i%3 == 0 {
				e.When = at(1000 - i)
			}
			events = append(events, e)
		}
		a, b := Evaluate(m, events, at(300), nil), Evaluate(m, events, at(300), nil)
		if !reflect.DeepEqual(a.Tasks, b.Tasks) || a.Summary() != Reclock(m, events, at(300), nil) {
			t.Fatal("two evaluations differ")
		}
		_ = Check(m)
		if d := Diff(m, m); len(d) != 0 {
			t.Fatalf("%+v", d[0])
		}
		_ = Migrate(m, m, events, at(300), nil)
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("steps: [{id: A, trigger: {event: x}}]"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("steps: [null]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(bytes.NewReader(b))
		if err == nil {
			_ = Check(m)
			events := []Event{{Kind: Occurred, Name: "x", At: start, When: start}}
			for _, name := range m.Events() {
				events = append(events, Event{Kind: Occurred, Name: name, At: start})
			}
			_ = Evaluate(m, events, start, nil).Summary()
		}
		_, _ = ParseCalendar(bytes.NewReader(b))
	})
}
