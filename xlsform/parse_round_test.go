package xlsform

import (
	"bytes"
	"strings"
	"testing"
)

// What is read from a form, written and read again is the same form by the comparison, which looks at all that is asked.
func TestParseRoundTrip(t *testing.T) {
	for name, doc := range corpusForms(t) {
		f, err := ParseXForm(strings.NewReader(doc), Limits{})
		if err != nil {
			t.Fatal(name, err)
		}
		var b bytes.Buffer
		if err := f.WriteXForm(&b); err != nil {
			t.Fatal(name, err)
		}
		again, err := ParseXForm(&b, Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c := Compare(f, again); len(c.Changes) > 0 {
			t.Errorf("%s: %v %q %q", name, codes(c.Changes), c.Changes[0].Old, c.Changes[0].New)
		}
	}
}
