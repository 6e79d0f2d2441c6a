package journey

import "testing"

// TestWordsOfADraft: an expert adds a fact with its answers, is kept from removing
// what steps use and led to them, names a source, gives the manual a title, and
// loses nothing that was typed; others do not come here.
func TestWordsOfADraft(t *testing.T) {
	h := start(t, "", discard{})
	expert := h.as("wijaya")
	draft := h.draft(expert)
	for _, l := range []string{"en", "id"} {
		for _, page := range []string{"", "/kepala", "/fakta", "/fakta/risk", "/peran", "/peran/R-PENDAMPING", "/sumber", "/sumber/S-TPKS23"} {
			expert.words(l, draft+"/kamus"+page)
		}
	}
	expert.get(draft)
	expert.follow("Fakta, peran, sumber, dan judul")
	expert.follow("Tambah fakta")
	expert.submit("Simpan", "code", "interpreter", "title.id", "Perlu juru bahasa", "title.en", "An interpreter is needed", "type", "enum", "answer", "yes", "answer.id", "Ya", "reason", "")
	expert.see("Bagian ini perlu diisi", "Kode jawaban 1")
	if expert.field("code") != "interpreter" || expert.field("title.en") != "An interpreter is needed" || expert.field("answer.id-1") != "Ya" {
		t.Error("what was typed is gone")
	}
	expert.submit("Simpan", "type", "enum", "reason", "Dibutuhkan di sini.")
	expert.see("Perubahan draf disimpan", "Perlu juru bahasa")
	expert.follow("Perlu juru bahasa")
	expert.see("Tidak dipakai di mana pun", "Diubah: fakta interpreter", "Dibutuhkan di sini.")
	expert.submit("Hapus interpreter", "reason", "Tidak jadi.")
	expert.see("Perubahan draf disimpan")
	expert.unseen("Perlu juru bahasa")

	expert.get(draft + "/kamus/fakta/risk")
	expert.submit("Hapus risk", "reason", "Dicoba.")
	expert.wants(422)
	expert.see("Belum dihapus, karena masih dipakai", "Masih dipakai pada")
	expert.follow("A6 Tetapkan")
	expert.see("Ubah langkah A6")

	expert.get(draft + "/kamus/sumber")
	expert.submit("Simpan", "code", "S-CONTOH", "title.id", "Pedoman contoh 2024", "url", "contoh", "certainty", "unverified", "reason", "Contoh.")
	expert.wants(422)
	expert.submit("Simpan", "url", "https://example.org", "reason", "Contoh.")
	expert.see("Perubahan draf disimpan", "Pedoman contoh 2024")

	expert.get(draft + "/kamus/kepala")
	stale := expert.field("title.id")
	second := h.as("jati")
	second.get(draft + "/kamus/kepala")
	second.submit("Simpan", "version", "0.3.1", "reason", "Nama versi.")
	second.see("Perubahan draf disimpan")
	expert.submit("Simpan", "title.id", "Manual kota contoh", "note.id", "Satu sumber ditambah.", "reason", "Judul.")
	expert.wants(409)
	if stale != "" || expert.field("title.id") != "Manual kota contoh" {
		t.Error("what was typed is gone")
	}
	expert.see("Orang lain mengubah draf ini", "0.3.1")
	expert.submit("Simpan versi saya", "version", "0.3.1")
	expert.see("Perubahan draf disimpan", "Manual kota contoh")
	expert.get(draft)
	expert.follow("Baca seperti petugas membacanya")
	expert.see("Manual kota contoh", "Satu sumber ditambah.")

	for _, c := range []*client{h.as("seruni"), h.as("anggrek")} {
		if c.get(draft + "/kamus/fakta/risk"); c.status != 403 {
			t.Errorf("somebody who may not writes the manual: %d", c.status)
		}
	}
	for _, wrong := range []string{"/kamus/langkah", "/kamus/fakta/tidak-ada", "/kamus/kepala/x"} {
		if expert.get(draft + wrong); expert.status != 404 {
			t.Errorf("%s: %d", wrong, expert.status)
		}
	}
}
