package manual

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/naungan/naungan/protocol"
)

// TestARehearsalGoesOn: with every step done in time and every gate open, more
// comes up than on the first day; whatever is chosen, it ends, stays within its
// days, and is the same again.
func TestARehearsalGoesOn(t *testing.T) {
	m, _, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Date(2026, 3, 2, 9, 0, 0, 0, protocol.Zone)
	facts := map[string]string{"risk": "high", "child_age_band": "15-17", "suspect_in_household": "yes"}
	first := Rehearse(m, nil, Trial{Facts: facts, Days: 90}, begin)
	all := Rehearse(m, nil, Trial{Facts: facts, Days: 90, Done: true, Given: true}, begin)
	if len(first) == 0 || len(all) <= len(first) {
		t.Fatalf("%d lines on the first day, %d in all", len(first), len(all))
	}
	rapid.Check(t, func(r *rapid.T) {
		trial := Trial{Facts: map[string]string{}, Done: rapid.Bool().Draw(r, "done"), Given: rapid.Bool().Draw(r, "given"), Days: rapid.IntRange(-5, 1000).Draw(r, "days")}
		for name, f := range m.Facts {
			if len(f.Values) > 0 && rapid.Bool().Draw(r, name) {
				trial.Facts[name] = rapid.SampledFrom(f.Values).Draw(r, name+"=")
			}
		}
		if rapid.Bool().Draw(r, "event") {
			trial.Events = []string{rapid.SampledFrom(m.Recordable()).Draw(r, "which")}
		}
		lines := Rehearse(m, nil, trial, begin)
		if again := Rehearse(m, nil, trial, begin); len(again) != len(lines) {
			r.Fatalf("%d lines, then %d", len(lines), len(again))
		}
		end := begin.Add(MaxTrialDays * 24 * time.Hour)
		for _, l := range lines {
			if l.From.Before(begin) || l.From.After(end) {
				r.Fatalf("%s begins at %v", l.Step.ID, l.From)
			}
		}
	})
}
