package book

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/protocol"
)

func builtIn(t testing.TB) *protocol.Manual {
	t.Helper()
	text, err := os.ReadFile("../default/manual.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, err := protocol.Parse(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestBooksForTheEye writes the books to look at where NAUNGAN_LOOK names a folder.
func TestBooksForTheEye(t *testing.T) {
	dir := os.Getenv("NAUNGAN_LOOK")
	if dir == "" {
		t.Skip("NAUNGAN_LOOK names no folder")
	}
	m := builtIn(t)
	for _, l := range lang.Languages {
		var b bytes.Buffer
		start := time.Now()
		if err := PDF(&b, m, Options{Lang: l, Contacts: numbers}); err != nil {
			t.Fatal(err)
		}
		t.Log(l, b.Len(), time.Since(start))
		if err := os.WriteFile(dir+"/book."+l+".pdf", b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if l == lang.ID {
			long := builtIn(t)
			for _, s := range long.Steps {
				s.Title.ID = strings.Repeat("kata panjang ", 150)
				s.Support = append(s.Support, s.Support...)
			}
			if err := os.WriteFile(dir+"/long.pdf", printPDF(t, long, l), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		b.Reset()
		if err := HTML(&b, m, Options{Lang: l, Contacts: numbers}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/book."+l+".html", b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

var numbers = []Contact{{"Polisi", "110", ""}, {"Darurat", "112", ""}, {"SAPA 129", "129", ""}, {"SAPA 129 lewat WhatsApp", "08111-129-129", ""}}
