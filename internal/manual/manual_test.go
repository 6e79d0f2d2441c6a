package manual

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/naungan/naungan/protocol"
)

func theDefault(t *testing.T) *protocol.Manual {
	t.Helper()
	m, _, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTheDefaultManualIsWhole(t *testing.T) {
	m := theDefault(t)
	if len(m.Steps) != 52 || len(m.Stages) != 8 || len(m.Forms) != 19 {
		t.Fatalf("%d steps, %d stages, %d forms", len(m.Steps), len(m.Stages), len(m.Forms))
	}
	// Facts that people note and no condition asks for, and the consent to an
	// examination, which the examining doctor asks for: known, and no others.
	known := []string{"official_implicated", "stays_home", "child_age_band", "disability_support_needed", "C-MEDICAL", "C-MEDICAL"}
	for _, p := range protocol.Check(m) {
		i := slices.IndexFunc(known, func(what string) bool { return strings.Contains(p.Message, what) })
		if p.Severity == protocol.Error || p.Rule != "fact-never-asked" && p.Rule != "consent-not-asked" || i < 0 {
			t.Errorf("line %d: %s: %s", p.Line, p.Rule, p.Message)
			continue
		}
		known = slices.Delete(known, i, i+1)
	}
	if len(known) > 0 {
		t.Errorf("no longer warned of: %v", known)
	}
	basis := map[string]int{}
	for _, st := range m.Steps {
		basis[st.Deadline.Basis]++
	}
	if basis["project_default"] != 39 || basis["law"] != 9 {
		t.Errorf("deadlines by basis: %v", basis)
	}
}

// A told is a text that people read, with the line where it stands.
type told struct {
	id, en string
	line   int
}

// texts returns every text of the manual, also of the parts that the engine
// passes over (vocabulary, closing conditions, ladder). What stands in place
// of a text is returned as one without English, so that the test sees it.
func texts(t *testing.T) (out []told) {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(manualText, &doc); err != nil {
		t.Fatal(err)
	}
	add := func(n *yaml.Node, id, en string) {
		x := told{line: n.Line}
		if n.Kind == yaml.ScalarNode {
			x.id = n.Value
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			switch n.Content[i].Value {
			case id:
				x.id = n.Content[i+1].Value
			case en:
				x.en = n.Content[i+1].Value
			}
		}
		out = append(out, x)
	}
	one := []string{"title", "purpose", "label", "hint", "rule", "note", "what", "to", "evidence"}
	list := []string{"do", "forbid", "require"}
	table := []string{"labels", "events", "roles", "consents", "deadline_basis", "certainty"}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Kind != yaml.MappingNode {
			for _, c := range n.Content {
				walk(c)
			}
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, v := n.Content[i].Value, n.Content[i+1]
			switch {
			case key == "sources":
				for j := 1; j < len(v.Content); j += 2 {
					add(v.Content[j], "title", "en")
				}
				continue
			case slices.Contains(one, key):
				add(v, "id", "en")
				continue
			case slices.Contains(list, key):
				for _, c := range v.Content {
					add(c, "id", "en")
				}
				continue
			case slices.Contains(table, key) && v.Kind == yaml.MappingNode:
				for j := 1; j < len(v.Content); j += 2 {
					add(v.Content[j], "id", "en")
				}
			}
			walk(v)
		}
	}
	walk(&doc)
	return out
}

func TestEveryTextOfTheDefaultManualIsInBothLanguages(t *testing.T) {
	all := texts(t)
	if len(all) < 1000 {
		t.Fatalf("only %d texts were found", len(all))
	}
	for _, x := range all {
		if strings.TrimSpace(x.id) == "" || strings.TrimSpace(x.en) == "" {
			t.Errorf("line %d: a text lacks a language: %q, %q", x.line, x.id, x.en)
		}
	}
}

// Words that blame or belittle a child, from the list of terms: each has a
// better one, as "pengawasan" for "razia" and "offender" for "customer".
var forbidden = regexp.MustCompile(`(?i)\b(` + strings.Join([]string{
	"pornografi anak", "pelacur", "psk", "pekerja seks", "lc", "talent", "anak nakal", "wisata seks",
	"pelanggan", "tamu", "predator cilik", "pelaku anak", "anak pelaku", "kejahatan dunia maya", "razia", "mengaku",
	"suka sama suka", "child pornography", "child prostitut(e|es|ion)", "sex workers?", "child sex tourism",
	"customers?", "clients?", "revenge porn", "sextortion", "sexting", "child offenders?", "rescued?", "raids?", "engaged in",
	"admits?", "admitted", "consented",
}, "|") + `)\b`)

func TestNoTextOfTheDefaultManualHoldsAForbiddenTerm(t *testing.T) {
	for _, bad := range []string{"Anak terjaring razia.", "the client, a child prostitute", "pelaku anak"} {
		if !forbidden.MatchString(bad) {
			t.Errorf("%q passes", bad)
		}
	}
	for _, x := range texts(t) {
		for _, s := range []string{x.id, x.en} {
			if w := forbidden.FindString(s); w != "" {
				t.Errorf("line %d: %q holds %q", x.line, s, w)
			}
		}
	}
}

// What no form asks for, whatever its hint forbids.
var unasked = regexp.MustCompile(`(?i)\b(kronologi|foto|video|rekaman|tangkapan layar|sandi akun|photo\w*|recordings?|screenshots?|passwords?|chronology)\b`)

func TestEveryFormHasFieldsThatCanBeFilledIn(t *testing.T) {
	types := []string{
		protocol.FieldText, protocol.FieldLong, protocol.FieldChoice, protocol.FieldChoices, protocol.FieldNumber,
		protocol.FieldDate, protocol.FieldTime, protocol.FieldYesNo, protocol.FieldPerson, protocol.FieldInstitution,
	}
	for id, f := range theDefault(t).Forms {
		if len(f.Fields) < 6 || f.Purpose.ID == "" || !slices.Contains([]string{"internal", "case", "restricted"}, f.Sensitivity) {
			t.Errorf("%s has %d fields, purpose %q, sensitivity %q", id, len(f.Fields), f.Purpose.ID, f.Sensitivity)
		}
		answers := map[string][]string{} // of the fields above
		for _, d := range f.Fields {
			at := id + " " + d.ID
			if _, twice := answers[d.ID]; twice || d.ID == "" {
				t.Errorf("%s: no id of its own", at)
			}
			if d.Label.ID == "" || !slices.Contains(types, d.Type) {
				t.Errorf("%s: label %q, type %q", at, d.Label.ID, d.Type)
			}
			if chosen := d.Type == protocol.FieldChoice || d.Type == protocol.FieldChoices; chosen != (len(d.Choices) > 1) {
				t.Errorf("%s: %s with %d choices", at, d.Type, len(d.Choices))
			}
			if w := unasked.FindString(d.Label.ID + " " + d.Label.EN); w != "" {
				t.Errorf("%s asks for %q", at, w)
			}
			if d.ShownWhen != nil {
				for _, c := range append(d.ShownWhen.All, d.ShownWhen.Any...) {
					for _, v := range c.Value {
						if !slices.Contains(answers[c.Fact], v) {
							t.Errorf("%s is shown for answer %q of %q, which no field above has", at, v, c.Fact)
						}
					}
				}
				if len(d.ShownWhen.All)+len(d.ShownWhen.Any) == 0 {
					t.Errorf("%s: an empty condition", at)
				}
			}
			answers[d.ID] = nil
			if d.Type == protocol.FieldYesNo {
				answers[d.ID] = []string{"yes", "no"}
			}
			for _, c := range d.Choices {
				if c.ID == "" || slices.Contains(answers[d.ID], c.ID) {
					t.Errorf("%s: choice %q is empty or twice", at, c.ID)
				}
				answers[d.ID] = append(answers[d.ID], c.ID)
			}
		}
	}
}

func TestEveryFactValueAndEventHasAName(t *testing.T) {
	m := theDefault(t)
	for name, f := range m.Facts {
		if f.Label.ID == "" {
			t.Errorf("%s has no label", name)
		}
		if got := slices.Sorted(maps.Keys(f.Labels)); !slices.Equal(got, slices.Sorted(slices.Values(f.Values))) {
			t.Errorf("%s: values %v, labels %v", name, f.Values, got)
		}
	}
	names := m.Events()
	for _, s := range m.Steps { // an anchor may also mean a fact, a step or a consent
		names = append(names, s.Deadline.Anchor)
		for _, k := range s.Track {
			names = append(names, k.Anchor)
		}
	}
	for _, e := range append(names, protocol.System...) {
		if m.Happens[e].ID == "" {
			t.Errorf("event %s has no name", e)
		}
	}
}
