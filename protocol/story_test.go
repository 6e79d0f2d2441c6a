package protocol

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files of the stories anew")

// story plays one of testdata/story-*.txt: each line is a time and what happens or
// has to be so then. A step is done only if the engine allows it.
type story struct {
	t      *testing.T
	m      *Manual
	cal    *Calendar
	line   string
	now    time.Time
	events []Event
	done   map[string]bool // steps
	tried  map[string]bool // guards
}

func (s *story) hours(word string) time.Time {
	unit := time.Hour
	if days, ok := strings.CutSuffix(word, "d"); ok {
		word, unit = days, 24*time.Hour
	}
	n, err := strconv.ParseFloat(word, 64)
	if err != nil {
		s.t.Fatalf("%s: %v", s.line, err)
	}
	return start.Add(time.Duration(n * float64(unit)))
}

func (s *story) note(kind, name, value string) {
	s.events = append(s.events, Event{Kind: kind, Name: name, Value: value, At: s.now, By: "budi"})
}

func (s *story) may(step, do string) {
	list := Evaluate(s.m, s.events, s.now, s.cal).Allowed(step)
	i := slices.IndexFunc(list, func(a Action) bool { return a.Do == do })
	if i < 0 || !list[i].Allowed || list[i].Why.Rule == "" {
		s.t.Errorf("%s: not allowed: %+v", s.line, list)
	}
}

func (s *story) play(line string) {
	w := append(strings.Fields(line), "", "")
	s.line, s.now = line, s.hours(w[0])
	e := func() Evaluation { return Evaluate(s.m, s.events, s.now, s.cal) }
	switch verb, name, value := w[1], w[2], w[3]; verb {
	case "happened":
		s.note(Occurred, name, "")
		if value != "" {
			s.events[len(s.events)-1].When = s.hours(value)
		}
	case "fact":
		s.note(FactSet, name, value)
	case "consent":
		s.note(ConsentSet, name, value)
	case "form":
		s.note(FormFilled, name, "")
	case "done":
		s.may(name, DoDone)
		s.note(StepDone, name, "")
		s.done[name] = true
	case "skip":
		s.may(name, DoSkip)
		s.note(StepSkipped, name, strings.Join(w[3:len(w)-2], " "))
	case "lock":
		if g, no := e().Forbids(name); !no || g != value {
			s.t.Errorf("%s: %q %v", line, g, no)
		}
		s.tried[value] = true
	case "opened", "kept": // the engine lets a step wait for nothing, or somebody else keeps the rule
		list := e().Guards()
		i := slices.IndexFunc(list, func(k Kept) bool { return k.Guard == value })
		if i < 0 || verb == "opened" && !slices.Contains(list[i].Opened, name) || verb == "kept" && !strings.Contains(list[i].Says[len(list[i].Says)-1].EN, "kept by: the "+name) && !strings.Contains(list[i].Says[len(list[i].Says)-1].EN, "kept by: this "+name) {
			s.t.Errorf("%s: %+v", line, list)
		}
		s.tried[value] = true
	case "free":
		if g, no := e().Forbids(name); no {
			s.t.Errorf("%s: locked by %s", line, g)
		}
	case "open", "state", "late", "due":
		s.expect(e(), verb, name, value)
	default:
		s.t.Fatalf("%s: what is that?", line)
	}
}

func (s *story) expect(e Evaluation, verb, step, value string) {
	task, ok := e.Task(step)
	good := map[string]func() bool{
		"open": task.State.Open, "state": func() bool { return string(task.State) == value }, "late": func() bool { return task.State == Overdue },
		"due": func() bool { return task.Due.Equal(s.hours(value)) },
	}
	if !ok || !good[verb]() {
		s.t.Errorf("%s: %s is %s, due %v (%v), missing %v", s.line, step, task.State, task.Due, task.Due.Sub(start), task.Missing)
	}
}

// table is the whole course at its end, for the golden file.
func (s *story) table() string {
	e := Evaluate(s.m, s.events, s.now, s.cal)
	var b strings.Builder
	stamp := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.In(Zone).Format("2006-01-02T15:04")
	}
	for _, t := range e.Tasks {
		fmt.Fprintf(&b, "%-4s %-15s since %-16s due %-16s next %-16s %s %v\n", t.Step.ID, t.State, stamp(t.Since), stamp(t.Due), stamp(t.Next), t.Binding, t.Missing)
	}
	for _, k := range e.Clocks {
		if k.Running {
			fmt.Fprintf(&b, "clock %-4s %-30s due %s late %v\n", k.Step.ID, k.Track.Anchor, stamp(k.Due), k.Late)
		}
	}
	sum := e.Summary()
	fmt.Fprintf(&b, "open %d, overdue %d, next %s %s\n", sum.Open, sum.Overdue, stamp(sum.NextDue), sum.Class)
	return b.String()
}

// TestStories plays five invented stories that together go through every step and
// try every guard that locks something.
func TestStories(t *testing.T) {
	m, cal := load(t)
	files, err := filepath.Glob("testdata/story-*.txt")
	if err != nil || len(files) != 5 {
		t.Fatal(files, err)
	}
	done, tried := map[string]bool{}, map[string]bool{}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		s := &story{t: t, m: m, cal: cal, done: done, tried: tried}
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			if l := strings.TrimSpace(lines.Text()); l != "" && l[0] != '#' {
				s.play(l)
			}
		}
		_ = f.Close()
		golden(t, strings.TrimSuffix(file, ".txt")+".golden", s.table())
	}
	for _, s := range m.Steps {
		if !done[s.ID] {
			t.Errorf("no story does step %s", s.ID)
		}
	}
	if len(m.Steps) != 52 {
		t.Errorf("%d steps", len(m.Steps))
	}
	for _, g := range m.Guards {
		if !tried[g.ID] {
			t.Errorf("no story tries guard %s", g.ID)
		}
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s:\n%s", file, got)
	}
}
