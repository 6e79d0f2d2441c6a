package protocol

import "slices"

// What may be done about a task.
const (
	DoDone    = "done"    // call the step done
	DoSkip    = "skip"    // leave it out, with a reason
	DoForm    = "form"    // fill form Name
	DoConsent = "consent" // note what was said of consent Name
)

// Action is something that may be done about a task now, or may not (Allowed), and
// the rule of the manual that says so: the trigger that asks for the step or has
// not come, the condition that does not hold, the gate that is shut.
type Action struct {
	Do      string
	Name    string // the step, form or consent
	Allowed bool
	Why     Why
}

// Allowed returns what may be done about a step now: done, skip, its forms and its
// consents, each with the rule. It is empty for a step that the manual does not
// have. A form or consent of a step may be noted at any time, early too: what the
// child has said or what is on paper waits for no trigger.
func (e Evaluation) Allowed(step string) (out []Action) {
	t, ok := e.Task(step)
	if !ok {
		return nil
	}
	reason := t.rule()
	done := Action{DoDone, step, t.State.Open() && len(t.Missing) == 0, reason}
	if t.State.Open() && len(t.Missing) > 0 {
		i := slices.IndexFunc(t.Why, func(w Why) bool { return w.Rule == "gate" })
		done.Why = t.Why[i]
	}
	out = append(out, done, Action{DoSkip, step, t.State.Open(), reason})
	for _, f := range append(slices.Clone(t.Step.Outputs), t.Step.RequiresForms...) {
		out = append(out, Action{DoForm, f, true, Why{Rule: "step", Kind: "form", Name: f}})
	}
	for _, c := range t.Step.Consent {
		out = append(out, Action{DoConsent, c, true, Why{Rule: "step", Kind: "consent", Name: c}})
	}
	return out
}

// rule returns what decides whether a task is asked for: the condition that does
// not hold, else its trigger.
func (t Task) rule() Why {
	for _, w := range t.Why {
		if w.Rule == "when" && !w.Holds {
			return w
		}
	}
	if len(t.Why) > 0 {
		return t.Why[0]
	}
	return Why{}
}
