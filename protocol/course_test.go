package protocol

import (
	"maps"
	"slices"

	"pgregory.net/rapid"
)

// drawCourse draws what may happen in a case of a manual, also what makes no sense.
func drawCourse(t *rapid.T, m *Manual) []Event {
	facts, consents, forms, names := slices.Sorted(maps.Keys(m.Facts)), slices.Sorted(maps.Keys(m.Consents)), slices.Sorted(maps.Keys(m.Forms)), m.Events()
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Event {
		e := Event{At: at(rapid.IntRange(0, 4000).Draw(t, "hour")), By: "budi"}
		switch e.Kind = rapid.SampledFrom([]string{Occurred, FactSet, StepDone, StepSkipped, ConsentSet, FormFilled}).Draw(t, "kind"); e.Kind {
		case Occurred:
			e.Name = rapid.SampledFrom(names).Draw(t, "event")
			if rapid.Bool().Draw(t, "stated") {
				e.When = at(rapid.IntRange(-500, 5000).Draw(t, "when"))
			}
		case FactSet:
			e.Name = rapid.SampledFrom(facts).Draw(t, "fact")
			e.Value = rapid.SampledFrom(m.Facts[e.Name].Answers()).Draw(t, "value")
		case StepDone, StepSkipped:
			e.Name, e.Value = rapid.SampledFrom(m.Steps).Draw(t, "step").ID, "alasan"
		case ConsentSet:
			e.Name, e.Value = rapid.SampledFrom(consents).Draw(t, "consent"), rapid.SampledFrom([]string{"given", "refused", "withdrawn"}).Draw(t, "said")
		case FormFilled:
			e.Name = rapid.SampledFrom(forms).Draw(t, "form")
		}
		return e
	}), 0, 60).Draw(t, "events")
}
