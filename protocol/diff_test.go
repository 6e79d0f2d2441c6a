package protocol

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func parse(t testing.TB, text []byte) *Manual {
	t.Helper()
	m, err := Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func edited(t testing.TB, text []byte, value any, path ...string) []byte {
	t.Helper()
	out, err := Edit(text, path, value)
	if err != nil {
		t.Fatalf("%q: %v", path, err)
	}
	return out
}

func TestDiffSaysWhatChangedForWhom(t *testing.T) {
	text := manualText(t)
	old := parse(t, text)
	for name, c := range map[string]struct {
		new  []byte
		want []string // parts of the sentence in Indonesian
	}{
		"by when":       {edited(t, text, 5, "steps", "A7", "deadline", "value"), []string{"Langkah A7", "Manajer kasus", "tenggat berubah dari “3 hari kerja sejak", "menjadi “5 hari kerja"}},
		"on what basis": {edited(t, text, "guideline", "steps", "A7", "deadline", "basis"), []string{"Langkah A7", "dasar berubah dari “standar layanan", "menjadi “pedoman"}},
		"for whom":      {edited(t, text, "R-SUPERVISOR", "steps", "A7", "actor"), []string{"pelaksana berubah", "R-SUPERVISOR"}},
		"a new line":    {edited(t, text, "baris baru", "steps", "A1", "forbid", "+"), []string{"Langkah A1", "larangan: ditambah “baris baru”"}},
		"a step went":   {edited(t, text, nil, "steps", "H4"), []string{"Langkah H4", "dihapus"}},
		"a guard":       {edited(t, text, "aturan lain", "global_guards", "G-LIFE", "rule"), []string{"Pengaman G-LIFE", "aturan berubah"}},
	} {
		changes := Diff(old, parse(t, c.new))
		if len(changes) != 1 {
			t.Errorf("%s: %d changes: %+v", name, len(changes), changes)
			continue
		}
		for _, want := range c.want {
			if s := changes[0].Sentence("id"); !strings.Contains(s, want) {
				t.Errorf("%s: %q is not in %s", name, want, s)
			}
		}
		if s := changes[0].Sentence("en"); s == changes[0].Sentence("id") || s == "" {
			t.Errorf("%s: no English: %s", name, s)
		}
	}
	if d := Diff(old, old); len(d) != 0 {
		t.Errorf("a manual differs from itself: %+v", d)
	}
}

// No change of a manual's meaning goes untold: whichever value is changed, Diff
// says something, and never about another thing alone.
func TestDiffTellsEveryChange(t *testing.T) {
	text := good(t)
	old := parse(t, text)
	root, err := tree(text)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, path := range places(root, nil) {
		p, err := find(root, path)
		if err != nil {
			t.Fatal(err)
		}
		if p.node.Kind != yaml.ScalarNode || path[0] == "vocab" {
			continue
		}
		value := any(p.node.Value + "x")
		switch p.node.ShortTag() {
		case "!!int":
			value = 4711
		case "!!bool":
			value = p.node.Value != "true"
		}
		out, err := Edit(text, path, value)
		if err != nil {
			t.Fatalf("%q: %v", path, err)
		}
		m, err := Parse(bytes.NewReader(out))
		if err != nil || path[len(path)-1] == "anchor" || hasErrors(Check(m)) {
			continue // what may not become active needs no difference
		}
		if tried++; len(Diff(old, m)) == 0 {
			t.Errorf("%q changed from %q to %v and nobody is told", path, p.node.Value, value)
		}
	}
	if tried < 60 {
		t.Errorf("only %d changes tried", tried)
	}
}

func hasErrors(list []Problem) bool {
	return slices.ContainsFunc(list, func(p Problem) bool { return p.Severity == Error })
}

// What weakens a gate or a lock is told as such, whichever key of the manual does it.
func TestDiffTellsGatesAndLocks(t *testing.T) {
	text := good(t)
	old := parse(t, text)
	for name, c := range map[string]struct {
		new  []byte
		want string
	}{
		"a gate went":              {edited(t, text, []string{}, "steps", "P4", "consent"), "Step P4 “Hand over” (Police): no longer waits for “C-1"},
		"a gate came":              {edited(t, text, []string{"F-1"}, "steps", "P2", "requires_forms"), "now waits for “F-1 (Note)”"},
		"outputs ask":              {edited(t, text, []string{"F-2"}, "steps", "P4", "outputs"), "no longer waits for “C-1"},
		"another consent form":     {edited(t, text, "F-1", "protocol", "consent_form"), "Step P2 “Ask for consent” (Companion): now waits for “C-1"},
		"a step no longer stands":  {edited(t, text, nil, "consents", "C-1", "or_step"), "waits for changed from"},
		"life first":               {edited(t, text, map[string]any{"fact": "risk", "op": "eq", "value": "high"}, "steps", "P4", "consent_unless"), "unless Risk level: high”"},
		"a guard has another name": {edited(t, text, "G-X", "global_guards", "G-NOIMAGE", "id"), "Action upload_media “upload media”: locked by: removed “G-NOIMAGE, always”"},
		"a lock is looser":         {edited(t, text, []string{"low", "unknown"}, "global_guards", "G-1", "unless", "value"), "Action mediate: locked by changed from “G-1, unless Risk level: low”"},
	} {
		var all []string
		for _, d := range Diff(old, parse(t, c.new)) {
			all = append(all, d.Sentence("en"))
		}
		if s := strings.Join(all, "\n"); !strings.Contains(s, c.want) {
			t.Errorf("%s: %q is not in\n%s", name, c.want, s)
		}
	}
}

// What came or went is told with all that it says, and a text of one language to
// the readers of both.
func TestDiffTellsTheWholeOfAThing(t *testing.T) {
	text := good(t)
	for path, want := range map[string][]string{
		"steps P1":               {"do: Listen.", "do not: to ask for details", "outputs: F-1 (Note)", "special deadline: if Risk level: high: 1 hour", "who supports: R-B (Police)", "sensitivity: case", "sources: S-1", "if overdue: notify_supervisor", "next: P2"},
		"steps P2":               {"Consent: C-1 (The child's assent)", "decision: if Risk level: high: P3", "condition: Risk level: high / low", "who acts: R-A"},
		"steps P4":               {"another agency: Answer of the police: 7 days", "waits for: C-1", "escalation: 1. superior: wait 5 working days"},
		"global_guards G-1":      {"rule: No mediation.", "locks: mediate", "unless: Risk level: low"},
		"facts risk":             {"values: high (high) · low (low) · unknown", "if not known counts as: high"},
		"roles R-B":              {"another agency: yes"},
		"forms F-1":              {"required: yes", "shown if: Safe?: yes", "choices: home", "least: 0", "most: 20"},
		"consents C-1":           {"evidence: noted by staff", "a step may stand in: P3"},
		"anchors plan":           {"completion of step: P2 (Ask for consent)"},
		"sources S-1":            {"address: https://example.org", "certainty: text read"},
		"forms F-1 fields calls": {"type: number"},
	} {
		less := parse(t, edited(t, text, nil, strings.Fields(path)...))
		for kind, list := range map[string][]Change{Removed: Diff(parse(t, text), less), Added: Diff(less, parse(t, text))} {
			var all []string
			for _, c := range list {
				if c.Kind == kind && c.Part == "" {
					all = append(all, c.Sentence("en"))
				}
			}
			for _, w := range want {
				if s := strings.Join(all, "\n"); !strings.Contains(s, w) {
					t.Errorf("%s %s: %q is not in\n%s", path, kind, w, s)
				}
			}
		}
	}
	for lang, c := range map[string][2]string{"id": {"en", "[en] Receive it"}, "en": {"id", "[id] Terima dia"}} {
		value := map[string]string{"en": "Receive it", "id": "Terima dia"}[c[0]]
		list := Diff(parse(t, text), parse(t, edited(t, text, value, "steps", "P1", "title", c[0])))
		if i := slices.IndexFunc(list, func(d Change) bool { return d.ID == "P1" && d.Part == "title" }); i < 0 || !strings.Contains(list[i].Sentence(lang), c[1]) || list[i].Old.In(lang) == list[i].New.In(lang) {
			t.Errorf("%s: %+v", lang, list)
		}
	}
	for _, to := range []any{map[string]string{"step_done": "P1"}, map[string]string{"fact_change": "risk"}, map[string]any{"consents": []string{"C-1"}}} {
		named := edited(t, text, map[string]Text{"plan": {"rencana", "the plan"}}, "events")
		list := Diff(parse(t, named), parse(t, edited(t, named, to, "anchors", "plan")))
		if !slices.ContainsFunc(list, func(c Change) bool { return c.What == "anchor" && c.ID == "plan" }) {
			t.Errorf("the anchor means %v and nobody is told: %+v", to, list)
		}
	}
}
