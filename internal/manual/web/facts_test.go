package web

import (
	"bytes"
	"net/url"
	"testing"

	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/protocol"
)

func wordOf(f manual.Full, part, id string) *wordEdit {
	return &wordEdit{draftView: draftView{view: view{Full: f}}, Part: part, ID: id}
}

// TestAWordUntouchedChangesNothing: every fact's, role's and source's form, and that
// of the head, sent as it was shown, gives the same text byte by byte.
func TestAWordUntouchedChangesNothing(t *testing.T) {
	f := theDefault(t)
	all := map[string][]string{"fakta": keys(f.Manual.Facts), "peran": keys(f.Manual.Roles), "sumber": keys(f.Manual.Sources), head: {""}}
	for part, ids := range all {
		for _, id := range ids {
			form, _, ok := wordForm(f.Manual, part, id)
			out, err := wordOf(f, part, id).text(form.Values)
			if !ok || err != nil || !bytes.Equal(out, f.Text) {
				t.Errorf("%s %s: %v, %v", part, id, ok, err)
			}
		}
	}
}

// TestWhatIsWrongInAWord: each wrong field is named, and nothing is written.
func TestWhatIsWrongInAWord(t *testing.T) {
	f := theDefault(t)
	for _, c := range []struct{ part, id, field, body string }{
		{"fakta", "", "code", "code=risk&title.id=x&type=bool"},
		{"fakta", "", "code", "code=a+b&title.id=x&type=bool"},
		{"fakta", "", "title.id", "code=new&title.id=+&type=bool"},
		{"fakta", "", "type", "code=new&title.id=x"},
		{"fakta", "", "answers", "code=new&title.id=x&type=enum"},
		{"fakta", "", "answers", "code=new&title.id=x&type=bool&answer=a&answer.id=A"},
		{"fakta", "", "answers", "code=new&title.id=x&type=enum&answer=a&answer=a"},
		{"fakta", "", "answers", "code=new&title.id=x&type=enum&answer=&answer.id=Tanpa+kode"},
		{"fakta", "", "unknown_as", "code=new&title.id=x&type=enum&answer=a&unknown_as=b"},
		{"fakta", "risk", "held", "title.id=x&type=enum&answer=low&answer=unknown"},
		{"fakta", "risk", "held", "go=remove"},
		{"peran", "R-PENDAMPING", "held", "go=remove"},
		{"peran", "", "title.id", "code=R-X"},
		{"sumber", "", "certainty", "code=S-X&title.id=x"},
		{"sumber", "", "url", "code=S-X&title.id=x&certainty=text&url=javascript:alert(1)"},
		{"sumber", "S-TPKS23", "held", "go=remove"},
		{head, "", "version", "version="},
		{head, "", "review", "version=1&review=-3"},
		{head, "", "consent_form", "version=1&consent_form=F-99"},
	} {
		v, err := url.ParseQuery(c.body)
		if err != nil {
			t.Fatal(err)
		}
		out, err := wordOf(f, c.part, c.id).text(v)
		if got := fault.Fields(err); len(got) != 1 || got[0].Name != c.field || out != nil {
			t.Errorf("%s %s %q: %+v, %v, want %s", c.part, c.id, c.body, got, err, c.field)
		}
	}
}

// FuzzWordForm: whatever is posted gives a manual that can be read, or a fault.
func FuzzWordForm(f *testing.F) {
	m, text, err := manual.Default()
	if err != nil {
		f.Fatal(err)
	}
	full := manual.Full{Manual: m, Text: text}
	f.Add(uint8(0), "code=a&title.id=-+%3A+%23&type=enum&answer=yes&answer=1e3&answer.id=%22&unknown_as=yes")
	f.Add(uint8(1), "title.id=%7B&title.en=%0A&external=yes")
	f.Add(uint8(2), "code=1&title.id=null&certainty=text&date=2020-01-01&url=https://example.org")
	f.Add(uint8(3), "title.id=~&version=1.0&note.id=%5B&review=12")
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		v, err := url.ParseQuery(body)
		if err != nil || len(body) > 4000 {
			return
		}
		part := []string{"fakta", "peran", "sumber", head}[which%4]
		for _, id := range map[string][]string{"fakta": {"", "risk"}, "peran": {"", "R-PENDAMPING"}, "sumber": {"", "S-TPKS23"}, head: {""}}[part] {
			out, err := wordOf(full, part, id).text(v)
			if err != nil {
				continue
			}
			if _, err := protocol.Parse(bytes.NewReader(out)); err != nil {
				t.Fatalf("%v\n%s", err, body)
			}
		}
	})
}
