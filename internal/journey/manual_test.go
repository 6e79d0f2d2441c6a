package journey

import (
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/lang"
)

// session signs somebody in at the front door of the rooms, without pages.
func (h *house) session(name string) access.Session {
	h.t.Helper()
	password, code := h.signIn(name)
	cookie, err := h.Access.SignIn(ctx, name, password, code, true)
	if err != nil {
		h.t.Fatal(err)
	}
	s, err := h.Access.Session(ctx, cookie)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// TestTheManualReadsAsABook: from the front to a step, a form, a source, the history, in
// both languages, and from a case's task to the page it comes from.
func TestTheManualReadsAsABook(t *testing.T) {
	h := start(t, "", discard{})
	c := h.as("seruni")
	c.get("/manual")
	c.see("Manual bawaan program", "Belum disahkan siapa pun")
	at := "/manual/versi/" + must(h.Manual.ActiveHash(ctx))(t)
	for _, l := range lang.Languages {
		for _, page := range []string{"/manual/cari?q=bahaya", "/manual/riwayat", at + "/tahap/A", at + "/tahap/G", at + "/langkah/A6", at + "/langkah/E9", at + "/langkah/G3", at + "/formulir/F-01"} {
			c.words(l, page)
		}
	}
	c.get("/manual/A6?lang=id")
	c.see("Tetapkan tingkat risiko")
	if !strings.HasPrefix(c.at, at+"/langkah/A6") {
		t.Error("the short way leads to", c.at)
	}
	c.get("/manual/cari?q=kata+sandi")
	c.follow("Langkah A3")
	c.see("Susun rencana kontak aman")
	c.get("/kasus?lihat=team")
	c.get("/kasus/" + h.case_(c) + "/langkah")
	c.follow("Halaman manual")
	if !strings.HasPrefix(c.at, at+"/langkah/") {
		t.Error("a task leads to", c.at)
	}
	for _, wrong := range []string{"/manual/versi/" + strings.Repeat("0", 64), "/manual/Z9", at + "/langkah/Z9", at + "/tahap/Z", at + "/formulir/Z"} {
		if c.get(wrong); c.status != 404 {
			t.Errorf("%s: %d", wrong, c.status)
		}
	}
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
