package manual

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/naungan/naungan/protocol"
)

// TestWordsUntouchedChangeNothing: what is written as it was leaves every byte.
func TestWordsUntouchedChangeNothing(t *testing.T) {
	m, text, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	same := func(what string, out []byte, err error) {
		t.Helper()
		if err != nil || !bytes.Equal(out, text) {
			t.Errorf("%s: the text changed (%v)", what, err)
		}
	}
	for id, f := range m.Facts {
		out, err := PutFact(text, m, id, f)
		same(id, out, err)
	}
	for id, r := range m.Roles {
		out, err := PutRole(text, m, id, r)
		same(id, out, err)
	}
	for id, s := range m.Sources {
		out, err := PutSource(text, m, id, s)
		same(id, out, err)
	}
	out, err := PutHead(text, m, m.Protocol)
	same("head", out, err)
}

// TestAWordIsItsLines: a change touches the lines of what changed; comments and the
// order of everything else stay.
func TestAWordIsItsLines(t *testing.T) {
	m, text, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, out []byte, err error, gone, came int) *protocol.Manual {
		t.Helper()
		if err != nil {
			t.Fatal(what, err)
		}
		if g, c := linesChanged(text, out); g != gone || c != came {
			t.Errorf("%s: %d lines went and %d came, want %d and %d", what, g, c, gone, came)
		}
		if a, b := bytes.Count(text, []byte("#")), bytes.Count(out, []byte("#")); a != b {
			t.Errorf("%s: %d comments of %d", what, b, a)
		}
		return parsed(t, out)
	}
	f := m.Facts["risk"]
	f.Label.EN = "How great the risk is"
	out, err := PutFact(text, m, "risk", f)
	if now := try("label", out, err, 1, 1); now.Facts["risk"].Label != f.Label {
		t.Error(now.Facts["risk"].Label)
	}
	f = m.Facts["risk"]
	f.Values, f.Labels = append(slices.Clone(f.Values), "later"), maps.Clone(f.Labels)
	f.Labels["later"] = protocol.Text{ID: "Nanti", EN: "Later"}
	out, err = PutFact(text, m, "risk", f)
	if now := try("answer", out, err, 1, 2); now.ValueText("risk", "later").EN != "Later" {
		t.Error(now.Facts["risk"])
	}
	fresh := protocol.Fact{Type: "enum", Label: protocol.Text{ID: "Perlu juru bahasa", EN: "An interpreter is needed"}, Values: []string{"yes", "no"}, Labels: map[string]protocol.Text{"yes": {ID: "Ya", EN: "Yes"}}, UnknownAs: "no"}
	out, err = PutFact(text, m, "interpreter", fresh)
	if err != nil {
		t.Fatal(err)
	}
	if now := parsed(t, out).Facts["interpreter"]; now.Label != fresh.Label || !slices.Equal(now.Values, fresh.Values) || now.UnknownAs != "no" || now.Labels["yes"].EN != "Yes" {
		t.Errorf("%+v", now)
	}
	if gone, _ := linesChanged(text, out); gone != 0 {
		t.Error(gone, "lines went for a new fact")
	}
	s := m.Sources["S-TPKS23"]
	s.Certainty, s.Date = "secondary", "2022-05-09"
	out, err = PutSource(text, m, "S-TPKS23", s)
	if now := try("source", out, err, 1, 1); now.Sources["S-TPKS23"] != s {
		t.Errorf("%+v", now.Sources["S-TPKS23"])
	}
	out, err = PutSource(text, m, "S-BARU", protocol.Source{Title: "Pedoman contoh 2024", Certainty: "unverified"})
	try("new source", out, err, 0, 3)
	out, err = PutRole(text, m, "R-BARU", protocol.Role{ID: "Juru bahasa", EN: "Interpreter", External: true})
	if now := try("new role", out, err, 0, 4); !now.Roles["R-BARU"].External {
		t.Errorf("%+v", now.Roles["R-BARU"])
	}
	h := m.Protocol
	h.Title, h.Note, h.ReviewEvery = protocol.Text{ID: "Manual kota", EN: "City manual"}, protocol.Text{ID: "Tenggat diperpendek."}, 6
	out, err = PutHead(text, m, h)
	if now := try("head", out, err, 1, 3); now.Protocol.Title != h.Title || now.Protocol.Note != h.Note || now.Protocol.ReviewEvery != 6 {
		t.Errorf("%+v", now.Protocol)
	}
	for _, l := range []string{"id", "en"} {
		said := ""
		for _, c := range protocol.Diff(m, parsed(t, out)) {
			said += c.Sentence(l)
		}
		if !strings.Contains(said, h.Title.In(l)) || !strings.Contains(said, h.Note.In(l)) {
			t.Errorf("%s: the difference does not tell of title and note: %s", l, said)
		}
	}
}

// TestWhatIsUsedStays: a word in use is not taken out, and one that nothing uses is.
func TestWhatIsUsedStays(t *testing.T) {
	m, text, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{{"facts", "risk"}, {"roles", m.Steps[0].Actor}, {"sources", "S-TPKS23"}} {
		if out, uses, err := RemoveWord(text, m, c[0], c[1]); err != nil || out != nil || len(uses) == 0 {
			t.Errorf("%s: %d bytes, %v, %v", c, len(out), uses, err)
		}
	}
	with, err := PutSource(text, m, "S-BARU", protocol.Source{Title: "Pedoman contoh 2024", Certainty: "unverified"})
	if err != nil {
		t.Fatal(err)
	}
	if out, uses, err := RemoveWord(with, parsed(t, with), "sources", "S-BARU"); err != nil || uses != nil || !bytes.Equal(out, text) {
		t.Errorf("a source that was added and removed leaves another text: %v, %v", uses, err)
	}
	f := m.Facts["risk"]
	f.Values = slices.DeleteFunc(slices.Clone(f.Values), func(a string) bool { return a == "high" })
	if lost := LostAnswers(m, "risk", f); len(lost) == 0 {
		t.Error("steps ask for a high risk")
	}
	if lost := LostAnswers(m, "risk", m.Facts["risk"]); len(lost) != 0 {
		t.Error(lost)
	}
	b := m.Facts["immediate_danger"]
	if b.Type, b.Values = "enum", []string{"a"}; len(LostAnswers(m, "immediate_danger", b)) == 0 {
		t.Error("a yes/no fact in use becomes a choice")
	}
}
