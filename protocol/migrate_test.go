package protocol

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestMigrationMovesClocksAndLosesNothing(t *testing.T) {
	text := manualText(t)
	old, cal := load(t)
	text = edited(t, text, 48, "steps", "E1", "deadline", "value")
	text = edited(t, text, nil, "steps", "A5")
	text = edited(t, text, map[string]any{"id": "A9", "stage": "A", "title": "Langkah baru", "actor": "R-INTAKE", "trigger": map[string]any{"event": IntakeReceived}}, "steps", "+")
	text = edited(t, text, []string{"high", "low", "unknown"}, "facts", "risk", "values")
	text = edited(t, text, nil, "facts", "venue_linked")
	next := parse(t, text)
	events := opening(ev(FactSet, "case_type", "sexual", 0), ev(FactSet, "informant", "victim", 0), ev(Occurred, "victim_reported", "", 0),
		ev(FactSet, "risk", "medium", 0), ev(FactSet, "venue_linked", "true", 1), ev(StepDone, "A5", "", 1))
	m := Migrate(old, next, events, at(2), cal)
	got := map[string]Move{}
	for _, v := range m.Moves {
		got[v.What+" "+v.ID] = v
	}
	if e1 := got["step E1"]; e1.Fate != Carries || !e1.OldDue.Equal(at(72)) || !e1.NewDue.Equal(at(48)) || e1.Reason != ReasonDifferent {
		t.Errorf("E1: %+v", e1)
	}
	if a5 := got["step A5"]; a5.Fate != Drops || a5.Was != Done || a5.Reason != ReasonGoneDone || a5.Noted != 1 {
		t.Errorf("A5: %+v", a5)
	}
	if a9 := got["step A9"]; a9.Fate != New || a9.Is != Due {
		t.Errorf("A9: %+v", a9)
	}
	if f := got["fact risk"]; f.Fate != Carries || f.Reason != ReasonValue {
		t.Errorf("risk: %+v", f)
	}
	if f := got["fact venue_linked"]; f.Fate != Drops || f.Noted != 1 {
		t.Errorf("venue_linked: %+v", f)
	}
	if gone := m.Of(Drops); len(gone) != 2 || len(m.Clocks()) != 1 {
		t.Errorf("%+v", gone)
	}
	want := "Langkah E1 “Laporkan ke kepolisian”: tenggatnya dihitung lain; tenggat berubah dari 19 Maret 2026, 09.00 WIB menjadi 18 Maret 2026, 09.00 WIB."
	if s := got["step E1"].Sentence("id"); s[:10] != want[:10] || !strings.HasSuffix(s, want[strings.Index(want, "; tenggat"):]) {
		t.Error(s)
	}
	events = append(events, m.Event)
	if Version(events, old.Hash()) != next.Hash() || Version(events[:3], old.Hash()) != old.Hash() {
		t.Error("the events do not name the version")
	}
	after := Evaluate(next, events, at(2), cal)
	for _, task := range after.Tasks {
		if v := got["step "+task.Step.ID]; v.Is != task.State {
			t.Errorf("%s is %s, the report says %s", task.Step.ID, task.State, v.Is)
		}
	}
}

// Whatever the versions and the course, each step of both and each thing that the
// events name has one move, and every event is still there.
func TestMigrationIsTotal(t *testing.T) {
	text := manualText(t)
	old, cal := load(t)
	versions := []*Manual{old}
	for _, gone := range [][]string{{"A5"}, {"B0", "G5"}, {"C2", "D4", "E1", "E11"}, {"H1", "H2", "H3", "H4"}} {
		out := text
		for _, id := range gone {
			out = edited(t, out, nil, "steps", id)
		}
		versions = append(versions, parse(t, edited(t, out, 9, "steps", "E2", "track", "0", "value")))
	}
	more := text
	for _, e := range []struct {
		value any
		path  string
	}{
		{"power", "steps A2 deadline binding"}, {"target", "steps E1 deadline binding"}, {"R-POLICE", "steps D4 actor"}, {[]string{"F-01"}, "steps D5 requires_forms"},
		{[]string{}, "steps D1 consent"}, {[]string{"contact_suspect"}, "global_guards G-NOIMAGE forbids"}, {nil, "global_guards G-LIFE"},
	} {
		more = edited(t, more, e.value, strings.Fields(e.path)...)
		versions = append(versions, parse(t, more))
	}
	for _, ids := range [][]string{{"A5"}, {"A6", "D3"}, {"E1", "E12", "G3"}} {
		versions = append(versions, parse(t, renamed(t, text, ids...)))
	}
	guards, idle := false, false
	rapid.Check(t, func(t *rapid.T) {
		from, to := rapid.SampledFrom(versions).Draw(t, "from"), rapid.SampledFrom(versions).Draw(t, "to")
		events := drawCourse(t, old)
		got := Migrate(from, to, events, at(200), cal)
		moves := map[string]int{}
		for _, v := range got.Moves {
			if v.What == "clock" {
				continue
			}
			if moves[v.What+" "+v.ID]++; moves[v.What+" "+v.ID] > 1 {
				t.Fatalf("%s %s moves twice", v.What, v.ID)
			}
			if v.Fate != Carries && v.Fate != New && v.Fate != Drops || v.Fate == Drops && v.Reason == "" || v.Sentence("id") == "" || v.Sentence("en") == v.Sentence("id") {
				t.Fatalf("%+v", v)
			}
		}
		was, is := Evaluate(from, events, at(200), cal), Evaluate(to, events, at(200), cal)
		for _, v := range got.Moves {
			guards = guards || v.What == "guard"
			if v.Idle() && (v.Noted > 0 || v.Was.Open() || v.Is.Open() || v.Was == Done || v.Fate == Carries && (v.Was != NotApplicable || v.Is != NotApplicable)) {
				t.Fatalf("%+v", v)
			}
			idle = idle || v.Idle()
			if v.What != "step" || v.Fate != Carries {
				continue
			}
			a, had := was.Task(to.Step(v.ID).before(from, to))
			b, _ := is.Task(v.ID)
			if !had {
				t.Fatalf("%+v", v)
			}
			if differs := a.Step.ID != v.ID || a.State != b.State || a.Binding != b.Binding || a.Ours != b.Ours || a.Step.Actor != b.Step.Actor || !slices.Equal(a.Missing, b.Missing) || !v.OldDue.Equal(v.NewDue); differs != (v.Reason != "") {
				t.Fatalf("%+v\n%+v\n%+v", v, a, b)
			}
			if (v.Was == Overdue && v.Is != Overdue) != strings.Contains(v.Sentence("en"), "was overdue since "+moment(a.Due).EN) {
				t.Fatal(v.Sentence("en"))
			}
		}
		for _, s := range append(append([]*Step(nil), from.Steps...), to.Steps...) {
			if moves["step "+now(to, s.ID)] != 1 {
				t.Fatalf("step %s has no move", s.ID)
			}
		}
		what := map[string]string{StepDone: "step", StepSkipped: "step", FactSet: "fact", ConsentSet: "consent", Occurred: "event", FormFilled: "form"}
		for _, e := range events {
			name := e.Name
			if what[e.Kind] == "step" {
				name = now(to, name)
			}
			if moves[what[e.Kind]+" "+name] != 1 {
				t.Fatalf("%s %s has no move", e.Kind, e.Name)
			}
		}
	})
	if !idle {
		t.Error("no step never applied")
	}
	if !guards {
		t.Error("no guard moved")
	}
}

// now is the id under which a version tells of a step.
func now(m *Manual, id string) string {
	if s := m.StepNow(id); s != nil {
		return s.ID
	}
	return id
}

// renamed gives steps other ids, wherever they are named, and says so.
func renamed(t testing.TB, text []byte, ids ...string) []byte {
	t.Helper()
	for _, id := range ids {
		word := regexp.MustCompile(`([^A-Za-z0-9-])` + id + `\b`)
		text = edited(t, word.ReplaceAll(text, []byte("${1}"+id+"x")), []string{"old-" + id, id}, "steps", id+"x", "replaces")
	}
	return text
}

// A step that only has another name is the same: the course says the same of it
// and of every other, and the report that it was renamed.
func TestARenamedStepIsTheSame(t *testing.T) {
	text := manualText(t)
	old, cal := load(t)
	ids := []string{"A5", "A6", "D1", "D2", "D3", "D4", "E1", "E12", "G3"}
	next := parse(t, renamed(t, text, ids...))
	for _, p := range Check(next) {
		if p.Severity == Error {
			t.Fatalf("%+v", p)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		events := drawCourse(t, old)
		was, is := Evaluate(old, events, at(200), cal), Evaluate(next, events, at(200), cal)
		told := map[string]Move{}
		for _, v := range Migrate(old, next, events, at(200), cal).Moves {
			told[v.What+v.ID] = v
			if v.What == "step" && v.Fate != Carries {
				t.Fatalf("%+v", v)
			}
		}
		for _, a := range was.Tasks {
			b, ok := is.Task(now(next, a.Step.ID))
			if !ok || a.State != b.State || !a.At.Equal(b.At) || a.By != b.By || a.Reason != b.Reason || !slices.Equal(a.Missing, b.Missing) || a.Reopened != b.Reopened {
				t.Fatalf("%s: %+v\n%+v", a.Step.ID, a, b)
			}
			if !a.Due.Equal(b.Due) {
				t.Fatalf("%s is due %v, was %v", a.Step.ID, b.Due, a.Due)
			}
			if slices.Contains(ids, a.Step.ID) {
				if v := told["step"+a.Step.ID+"x"]; v.Reason != ReasonRenamed || !strings.Contains(v.Sentence("id"), "dahulu langkah "+a.Step.ID) {
					t.Fatalf("%+v", v)
				}
			}
		}
	})
	renames := 0
	for _, c := range Diff(old, next) {
		if c.Kind == Removed && c.Part == "" || c.Kind == Added && c.Part == "" || c.Part == "replaces" {
			t.Errorf("%+v", c)
		}
		if c.Kind == Renamed {
			renames++
			if s := c.Sentence("en"); !strings.HasSuffix(s, ": renamed, was "+strings.TrimSuffix(c.ID, "x")+".") {
				t.Error(s)
			}
		}
	}
	if renames != len(ids) {
		t.Errorf("%d are told", renames)
	}
}

// What is the same clock but binds, blocks or locks otherwise is not "unchanged".
func TestMigrationTellsWhatBindsOtherwise(t *testing.T) {
	text := manualText(t)
	old, cal := load(t)
	events := opening(ev(FactSet, "case_type", "sexual", 0))
	e := Evaluate(old, events, at(500), cal)
	var late *Step
	for _, task := range e.Tasks {
		if task.State == Overdue && task.Ours && len(task.Missing) == 0 {
			late = task.Step
		}
	}
	next := edited(t, text, "power", "steps", late.ID, "deadline", "binding")
	next = edited(t, next, "other", "global_guards", "G-NOIMAGE", "id")
	next = edited(t, next, "R-POLICE", "steps", "A2", "actor")
	said := map[string]string{}
	for _, v := range Migrate(old, parse(t, next), events, at(500), cal).Moves {
		said[v.What+" "+v.ID] = v.Sentence("en")
	}
	for key, wants := range map[string][]string{
		"step " + late.ID:     {"state: overdue → due", "was overdue since 16 March 2026", "→ power"},
		"step A2":             {"who acts: "},
		"guard other":         {"rule: "},
		"guard G-NOIMAGE":     {"not in the new version"},
		"action upload_media": {"in this case: locked (G-NOIMAGE) → not locked"},
	} {
		for _, want := range wants {
			if !strings.Contains(said[key], want) {
				t.Errorf("%s: %q is not in %q", key, want, said[key])
			}
		}
	}
	task, _ := e.Task(late.ID)
	gated := Migrate(old, parse(t, edited(t, text, []string{"F-07"}, "steps", late.ID, "requires_forms")), events, task.Since, cal)
	for _, v := range gated.Moves {
		if s := v.Sentence("en"); v.ID == late.ID && (v.Was != Due || v.Is != Blocked || v.Reason != ReasonState || !strings.Contains(s, "now waits for F-07")) {
			t.Error(s)
		}
	}
}

// TestMovesSayTimesInWords: no raw date, and what has no deadline says so.
func TestMovesSayTimesInWords(t *testing.T) {
	at := time.Date(2026, 10, 17, 5, 0, 0, 0, time.UTC)
	for want, v := range map[string]Move{
		"Langkah A1: tetap; tenggat 17 Oktober 2026, 12.00 WIB, sebelumnya tanpa tenggat.":                       {What: "step", ID: "A1", Fate: Carries, NewDue: at},
		"Langkah A1: tetap; tanpa tenggat, sebelumnya 17 Oktober 2026, 12.00 WIB.":                               {What: "step", ID: "A1", Fate: Carries, OldDue: at},
		"Langkah A1: tetap; tenggat berubah dari 17 Oktober 2026, 12.00 WIB menjadi 18 Oktober 2026, 12.00 WIB.": {What: "step", ID: "A1", Fate: Carries, OldDue: at, NewDue: at.Add(24 * time.Hour)},
		"Step A1: stays; due changes from 17 October 2026, 12:00 WIB to 18 October 2026, 12:00 WIB.":             {What: "step", ID: "A1", Fate: Carries, OldDue: at, NewDue: at.Add(24 * time.Hour)},
	} {
		lang := "id"
		if strings.HasPrefix(want, "Step") {
			lang = "en"
		}
		if got := v.Sentence(lang); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestWhatNeverAppliedIsIdle(t *testing.T) {
	for _, v := range []Move{{What: "step", Fate: New, Is: NotApplicable}, {What: "step", Fate: Drops, Was: NotApplicable, Reason: ReasonGone}, {What: "step", Fate: Carries, Was: NotApplicable, Is: NotApplicable, Reason: ReasonActor}} {
		if !v.Idle() {
			t.Errorf("%+v is told", v)
		}
	}
	for _, v := range []Move{{What: "step", Fate: New, Is: NotYet}, {What: "step", Fate: New, Is: Due}, {What: "step", Fate: Drops, Was: Done}, {What: "step", Fate: Drops, Was: NotApplicable, Noted: 1, Reason: ReasonGoneDone},
		{What: "step", Fate: Carries, Was: NotApplicable, Is: Due}, {What: "guard", Fate: New}, {What: "clock", Fate: New}, {What: "step", Fate: New, Is: NotApplicable, NewDue: time.Unix(1, 0)}} {
		if v.Idle() {
			t.Errorf("%+v is not told", v)
		}
	}
}
