package protocol

import (
	"slices"
	"testing"
	"time"
)

// Help that saves a life waits for no consent, and waits again when the danger is over.
func TestLifeFirst(t *testing.T) {
	m, cal := load(t)
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, Zone)
	events := []Event{
		{Kind: Occurred, Name: CaseOpened, At: at},
		{Kind: FactSet, Name: "suspect_in_household", Value: "yes", At: at},
		{Kind: FactSet, Name: "contact_sexual_violence_recent", Value: "true", At: at},
		{Kind: Occurred, Name: "medical_need", At: at},
	}
	for _, c := range []struct {
		danger string
		waits  bool
	}{{"", true}, {"true", false}, {"false", true}} {
		list := slices.Clone(events)
		if c.danger != "" {
			list = append(list, Event{Kind: FactSet, Name: "immediate_danger", Value: c.danger, At: at.Add(time.Minute)})
		}
		e := Evaluate(m, list, at.Add(time.Hour), cal)
		for _, step := range []string{"B3", "B4"} {
			task, ok := e.Task(step)
			if !ok || !task.State.Open() && task.State != Blocked {
				t.Fatalf("%s with danger %q: %v", step, c.danger, task.State)
			}
			if waits := len(task.Missing) > 0; waits != c.waits {
				t.Errorf("%s with danger %q waits for %v", step, c.danger, task.Missing)
			}
		}
	}
}
