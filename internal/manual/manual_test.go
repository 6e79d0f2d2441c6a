package manual

import (
	"testing"

	"github.com/naungan/naungan/protocol"
)

func TestTheDefaultManualIsWhole(t *testing.T) {
	m, _, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Steps) != 52 || len(m.Stages) != 8 || len(m.Forms) != 19 {
		t.Fatalf("%d steps, %d stages, %d forms", len(m.Steps), len(m.Stages), len(m.Forms))
	}
	for _, p := range protocol.Check(m) {
		t.Errorf("line %d: %s: %s", p.Line, p.Severity, p.Message)
	}
	basis := map[string]int{}
	for _, st := range m.Steps {
		basis[st.Deadline.Basis]++
	}
	if basis["project_default"] != 39 || basis["law"] != 9 {
		t.Errorf("deadlines by basis: %v", basis)
	}
}
