package protocol

import (
	"bytes"
	"slices"
	"testing"
)

// TestUsesAreWhatCheckMisses: what has no use can be taken out of the default manual
// and nothing points to it.
func TestUsesAreWhatCheckMisses(t *testing.T) {
	text := manualText(t)
	m, err := Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	free := 0
	for _, part := range []string{"facts", "roles", "sources"} {
		for _, id := range m.idsOf(part) {
			out, err := Edit(text, []string{part, id}, nil)
			if err != nil {
				t.Fatal(part, id, err)
			}
			now, err := Parse(bytes.NewReader(out))
			if err != nil {
				t.Fatal(part, id, err)
			}
			broken := false
			for _, p := range Check(now) {
				broken = broken || p.Rule == RuleReference
			}
			uses := m.Uses(part, id)
			if broken && len(uses) == 0 {
				t.Errorf("%s %s has no use, and without it something points to nothing", part, id)
			}
			if len(uses) == 0 {
				free++
			}
		}
	}
	if free == 0 {
		t.Error("everything has a use: nothing was tried")
	}
}

func TestUsesOfEveryKind(t *testing.T) {
	m, err := Parse(bytes.NewReader([]byte(`
facts:
  a: {type: bool, label: A}
  b: {type: enum, label: B, values: [x, y, z]}
  c: {type: bool, label: C}
  risk: {type: enum, label: R, values: [high, low]}
anchors: {b_known: {fact_change: b}}
roles: {R-1: {id: Satu}, R-2: {id: Dua}, R-3: {id: Tiga}}
sources: {S-1: {title: T}, S-2: {title: U}, S-3: {title: V}}
global_guards: [{id: G-1, rule: {id: G}, refs: [S-2], forbids: [mediate], unless: {not: {fact: b, op: eq, value: y}}}]
forms: {F-1: {title: F, fields: [{id: c, label: C, type: choice, fact: b, choices: [{id: x, label: X}]}]}}
steps:
  - {id: P1, actor: R-1, trigger: {event: a}, refs: [S-1]}
  - {id: P2, actor: R-1, support: [R-2], trigger: {any: [{event: x}, {fact_change: b}]}, deadline: {value: 1, unit: hour, anchor: b_known}}
  - {id: P3, actor: R-1, trigger: {event: high_risk_set}, when: {any: [{fact: b, op: in, value: [x, z]}]}, track: [{what: W, value: 1, unit: hour, anchor: a, refs: [S-1]}]}
`)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		part, id string
		want     []Use
	}{
		{"facts", "a", []Use{{"step", "P1"}, {"step", "P3"}}},
		{"facts", "b", []Use{{"step", "P2"}, {"step", "P3"}, {"form", "F-1"}, {"guard", "G-1"}, {"anchor", "b_known"}}},
		{"facts", "c", nil},
		{"facts", "", nil},
		{"roles", "R-1", []Use{{"step", "P1"}, {"step", "P2"}, {"step", "P3"}}},
		{"roles", "R-2", []Use{{"step", "P2"}}},
		{"roles", "R-3", nil},
		{"sources", "S-1", []Use{{"step", "P1"}, {"step", "P3"}}},
		{"sources", "S-2", []Use{{"guard", "G-1"}}},
		{"sources", "S-3", nil},
		{"forms", "F-1", nil},
	} {
		if got := m.Uses(c.part, c.id); !slices.Equal(got, c.want) {
			t.Errorf("%s %s: %v, want %v", c.part, c.id, got, c.want)
		}
	}
	for _, c := range []struct {
		fact, answer string
		want         []Use
	}{
		{"b", "x", []Use{{"step", "P3"}, {"form", "F-1"}}},
		{"b", "y", []Use{{"guard", "G-1"}}},
		{"risk", "high", []Use{{"step", "P3"}}},
		{"risk", "low", nil},
		{"a", "true", []Use{{"step", "P1"}, {"step", "P3"}}},
		{"a", "false", nil},
	} {
		if got := m.AnswerUses(c.fact, c.answer); !slices.Equal(got, c.want) {
			t.Errorf("%s = %s: %v, want %v", c.fact, c.answer, got, c.want)
		}
	}
}
