package journey

import (
	"slices"
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
	for name, begins := range map[string]string{"buku.pdf": "%PDF-", "buku.html": "<!doctype html>", "naskah.yaml": "#"} {
		c.get(at + "/" + name)
		if c.status != 200 || !strings.HasPrefix(c.body, begins) || !strings.Contains(c.head.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %d %.20q %s", name, c.status, c.body, c.head.Get("Content-Disposition"))
		}
		if name == "buku.html" && !strings.Contains(c.body, "SAPA 129") {
			t.Error("the book has no number to call")
		}
	}
	for _, wrong := range []string{"/manual/versi/" + strings.Repeat("0", 64), "/manual/Z9", at + "/langkah/Z9", at + "/tahap/Z", at + "/formulir/Z"} {
		if c.get(wrong); c.status != 404 {
			t.Errorf("%s: %d", wrong, c.status)
		}
	}
}

// draft begins a draft as an expert, changes one deadline by its form and returns
// where it is.
func (h *house) draft(expert *client) (at string) { h.t.Helper(); return h.draftOf("0.3.0", expert) }

func (h *house) draftOf(version string, expert *client) (at string) {
	h.t.Helper()
	expert.get("/manual/riwayat?lang=id")
	expert.submit("Buat draf", "version", version, "reason", "Tenggat pertama terlalu longgar.")
	expert.see("Draf dibuat")
	at = strings.SplitN(expert.at, "?", 2)[0]
	expert.get(at + "/langkah/A2")
	expert.submit("Lihat dulu", "deadline.value", "3")
	expert.see("Belum disimpan", "3 jam")
	expert.submit("Simpan", "deadline.value", "3", "reason", "")
	expert.see("Bagian ini perlu diisi")
	expert.submit("Simpan", "reason", "Tiga jam sesuai jumlah petugas.")
	expert.see("Perubahan draf disimpan")
	return at
}

// newVersion puts a changed manual in force.
func (h *house) newVersion() {
	h.t.Helper()
	draft := h.draft(h.as("wijaya"))
	reviewer := h.as("kenanga")
	reviewer.get(draft)
	reviewer.deed("review", "Tanda tangani: sudah ditinjau", "reason", "Sudah dibandingkan.")
	c := h.as("cemara")
	c.get(draft)
	c.deed("activate", "Tanda tangani: mulai berlaku", "reason", "Disepakati.")
	c.see("mulai berlaku")
}

// TestThreePeopleAndACase: an expert changes a deadline, a second person reviews,
// a third puts it in force; a running case goes on under it, its clock changes,
// and the difference is in its history.
func TestThreePeopleAndACase(t *testing.T) {
	both(t, func(h *house) {
		worker := h.as("seruni")
		worker.get("/kasus")
		open := "/kasus/" + h.case_(worker)
		expert, second, third := h.as("wijaya"), h.as("kenanga"), h.as("cemara")
		draft := h.draft(expert)
		expert.get(draft)
		expert.see("Anda ikut menulis draf ini", "Tiga jam sesuai jumlah petugas.", "1 jam", "3 jam")
		expert.unseen(`name="deed" value="review"`)
		for _, c := range []*client{worker, h.as("anggrek"), h.as("admin")} {
			if c.get(draft + "/langkah/A2"); c.status != 403 {
				t.Errorf("somebody who may not writes the manual: %d", c.status)
			}
		}
		second.get(draft)
		second.deed("review", "Tanda tangani: sudah ditinjau", "reason", "Sudah dibandingkan baris demi baris.")
		second.see("Tanda tangan peninjauan disimpan")
		second.unseen(`name="deed" value="activate"`)
		third.get(draft)
		third.deed("activate", "Tanda tangani: mulai berlaku", "reason", "Disepakati dalam rapat.")
		third.see("mulai berlaku")
		worker.get("/manual?lang=id")
		worker.see("Ditinjau oleh kenanga, disahkan oleh cemara", "Versi 0.3.0")
		worker.get("/manual/riwayat")
		worker.see("Disepakati dalam rapat.", "Sudah dibandingkan baris demi baris.", "Versi 0.2.1")

		worker.get(open)
		worker.see("Ada manual yang lebih baru")
		other := h.as("kamboja")
		if other.get(open + "/manual"); other.status != 404 {
			t.Errorf("another team sees the case's manual: %d", other.status)
		}
		worker.follow("Lihat apa yang akan berubah")
		worker.see("memakai versi 0.2.1", "versi 0.3.0", "hal lain tetap seperti semula")
		worker.submit("Pindahkan kasus ke versi 0.3.0", "reason", " ")
		worker.see("Bagian ini perlu diisi")
		worker.submit("Pindahkan kasus ke versi 0.3.0", "reason", "Tenggat baru berlaku bagi semua.")
		worker.see("Kasus dipindahkan dari manual versi 0.2.1 ke versi 0.3.0", "Tenggat baru berlaku bagi semua.")
		worker.follow("Baca versi 0.2.1")
		worker.see("Tidak lagi berlaku untuk kasus baru")
		worker.get(open + "/manual")
		worker.see("Ini manual yang berlaku")
		h.settle()
		if r := must(h.Verify(ctx))(t); !r.OK {
			t.Errorf("%+v", r.Break)
		}
	})
}

// TestTwoWriteOneDraft: other parts go together; the same part shows both, and
// nothing typed is lost.
func TestTwoWriteOneDraft(t *testing.T) {
	h := start(t, "", discard{})
	one, two := h.as("wijaya"), h.as("jati")
	draft := h.draft(one)
	one.get(draft + "/langkah/A2")
	two.get(draft + "/langkah/A2")
	one.submit("Simpan", "deadline.value", "4", "reason", "Empat.")
	one.see("disimpan")
	two.submit("Simpan", "deadline.value", "5", "reason", "Lima.")
	two.see("Orang lain mengubah langkah ini", "4 jam", "5 jam")
	if form, _ := two.form("Simpan versi saya"); values(form).Get("deadline.value") != "5" || values(form).Get("reason") != "Lima." {
		t.Error("what was typed is lost")
	}
	two.submit("Simpan versi saya")
	two.see("disimpan")
	one.get(draft + "/langkah/A3")
	two.get(draft + "/langkah/A4")
	one.submit("Simpan", "title.id", "Susun rencana kontak yang aman", "reason", "Kata.")
	two.submit("Simpan", "title.id", "Tangani bukti digital, jangan menyalin", "reason", "Kata.")
	two.see("disimpan")
	two.get(draft)
	two.see("Susun rencana kontak yang aman", "Tangani bukti digital, jangan menyalin")

	one.get(draft + "/teks")
	form, _ := one.form("Periksa saja")
	text := values(form).Get("text")
	one.submit("Periksa saja", "text", strings.Replace(text, "actor: R-INTAKE", "actor: R-TIDAK", 1))
	one.see("R-TIDAK", "Kesalahan")
	one.submit("Simpan", "text", "steps: [", "reason", "Rusak.")
	one.see("bukan manual yang dapat dibaca")
	one.submit("Simpan", "text", text+"\n# catatan di akhir\n", "reason", "Satu catatan.")
	one.see("disimpan")
	one.get(strings.Replace(draft, "naskah", "versi", 1) + "/naskah.yaml")
	if one.body != text+"\n# catatan di akhir\n" {
		t.Error("the imported text is not what was typed")
	}
	one.get(draft + "/formulir/F-01")
	one.submit("Simpan", "label.id.0", "Pertanyaan yang diubah", "reason", "Lebih jelas.")
	one.see("disimpan", "Pertanyaan yang diubah")
	one.get(draft)
	one.submit("Tambah langkah ini", "step", "A8", "stage", one.option("stage", "A "), "title.id", "Langkah baru", "title.en", "New step", "actor", one.option("actor", "Manajer"), "trigger", "step:A6", "do.id", "Satu", "do.en", "One", "reason", "Perlu.")
	one.see("Ubah langkah A8")
	one.submit("Hapus langkah A8", "reason", "Tidak jadi.")
	one.see("disimpan")
}

// TestARehearsalShowsWhatFollows: facts change what comes up, and nothing is stored.
func TestARehearsalShowsWhatFollows(t *testing.T) {
	h := start(t, "", discard{})
	c := h.as("anggrek")
	at := "/manual/versi/" + must(h.Manual.ActiveHash(ctx))(t) + "/coba"
	for _, l := range lang.Languages {
		c.words(l, at)
		c.words(l, at+"?hari=90&selesai=ya&fact.risk=high&fact.child_age_band=15-17&fact.suspect_in_household=yes")
	}
	c.see("B1 ")
	c.get(at + "?hari=90&fact.risk=low&fact.immediate_danger=false&lang=id")
	c.see("A5 ")
	c.unseen("/langkah/B1\"")
	c.get(at + "?hari=abc&fact.risk=%00&event=x&fact.tidak=ada")
	if c.status != 200 {
		t.Errorf("a strange address: %d", c.status)
	}
}

// TestContactsAreShown: what an office writes once stands on every step it belongs to.
func TestContactsAreShown(t *testing.T) {
	h := start(t, "", discard{})
	super, worker := h.as("wijaya"), h.as("seruni")
	super.get("/manual/kontak")
	super.submit("Simpan", "role", super.option("role", "LPSK"), "name", "", "number", "021-000-0000", "reason", "Kantor baru.")
	super.see("Bagian ini perlu diisi")
	super.submit("Simpan", "name", "Kantor contoh", "note", "Jam kerja")
	super.see("Daftar kontak disimpan", "Kantor contoh")
	m := must(h.Manual.Active(ctx))(t)
	for _, s := range m.Steps {
		if s.Actor == "R-LPSK" || slices.Contains(s.Support, "R-LPSK") {
			worker.get("/manual/" + s.ID)
			worker.see("Kantor contoh", "021-000-0000")
		}
	}
	worker.get("/manual/kontak")
	worker.unseen("/manual/kontak?ubah=")
	super.follow("Ubah Kantor contoh")
	super.submit("Hapus kontak ini", "reason", "Tutup.")
	super.unseen("Ubah Kantor contoh")
	super.see("Tutup.; role: R-LPSK → -; name: Kantor contoh → -")
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
