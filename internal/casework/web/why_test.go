package web

import (
	"testing"

	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/protocol"
)

// TestTheManualHasTitles holds every name that a reason may show against the texts.
func TestTheManualHasTitles(t *testing.T) {
	m, _, err := manual.Default()
	if err != nil {
		t.Fatal(err)
	}
	texts := lang.MustLoad(Texts())
	for _, l := range lang.Languages {
		p := texts.In(l)
		has := func(key string) {
			if !p.Has(key) {
				t.Errorf("%s has no text %s", l, key)
			}
		}
		for _, e := range append(m.Events(), protocol.ContactGuardian, protocol.Mediate) {
			has("casework.occurred." + e)
		}
		for _, s := range m.Steps {
			if s.Deadline.Unit != "" {
				has("casework.unit." + s.Deadline.Unit)
			}
		}
		for name := range m.Facts {
			has("casework.fact." + name)
		}
		for _, g := range []string{"G-WALI", "G-NOMEDIATE"} {
			has("casework.guard_first." + g)
		}
	}
}
