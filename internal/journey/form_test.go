package journey

import (
	"net/http"
	"strings"
	"testing"
)

// TestAFormIsFilledInWithoutScript: begun at a step, kept, stopped by what is
// missing, shown the fields that an answer brings out, finished, read and printed.
func TestAFormIsFilledInWithoutScript(t *testing.T) {
	both(t, func(h *house) {
		c := h.as("seruni")
		at := c.newCase(h, "Anak Contoh Formulir")
		c.get(at + "/formulir/F-03?langkah=A3")
		c.see("F-03 Rencana kontak aman", "Untuk langkah A3", "(wajib)")
		if c.shows("isi.to") {
			t.Error("a field is asked for that no answer asks for")
		}
		c.submit("Simpan dulu", "isi.never", "Jangan menelepon rumah.")
		c.see("Disimpan dulu", "Belum selesai: disimpan dulu oleh seruni", "Jangan menelepon rumah.")
		c.get(at + "/langkah")
		c.unseen("Formulir diisi: F-03") // a draft is nothing that happened

		c.get(at + "/formulir/F-03?langkah=A3")
		c.submit("Selesaikan formulir", "isi.channel", "whatsapp", "isi.guardian", "no")
		c.wants(http.StatusUnprocessableEntity)
		c.see("Disusun bersama perlu diisi.", "Jawaban Anda memunculkan isian yang belum tampil tadi: Nomor atau orang; Ponsel dipakai bersama?; Siapa", "Jangan menelepon rumah.")
		if !c.shows("isi.to") {
			t.Error("a field that an answer asks for is not shown")
		}
		c.submit("Lanjut", "isi.agreed_with", "child", "isi.channel", "none", "isi.to", "0812-0000-0000")
		c.wants(http.StatusOK)
		if c.shows("isi.to") || c.field("isi.to") != "0812-0000-0000" {
			t.Error("what no answer asks for is shown, or what was typed there is lost")
		}
		c.submit("Lanjut", "isi.channel", "whatsapp")
		c.submit("Selesaikan formulir")
		c.see("Formulir selesai dan disimpan", "Saluran", "WhatsApp", "0812-0000-0000", "Selesai diisi seruni")

		c.see("Formulir F-03 diisi sesudah kotak ini.") // the safe-contact box is the older one
		c.submit("Cetak formulir ini")
		c.see("Cetakan nomor 1, dicetak oleh seruni", "F-03 Rencana kontak aman", "0812-0000-0000", "Nama dan tanda tangan")
		c.get(at + "/garis-waktu")
		c.see("Formulir diisi: F-03 Rencana kontak aman")
		c.get(at + "/berkas")
		c.see("Formulir yang diisi di sini", "Selesai diisi seruni")
		c.get(at + "/jejak")
		c.see("Formulir yang diisi")

		c.get(at + "/ubah/contact")
		c.submit("Simpan", "channel", "whatsapp", "to", "0812-0000-0000")
		c.unseen("diisi sesudah kotak ini")

		// Filled in again by a colleague: the older one stays readable.
		d := h.as("wijaya")
		d.get(at + "/formulir/F-03?langkah=A3")
		d.see("Menyelesaikannya lagi menjadi isian baru")
		d.submit("Selesaikan formulir", "isi.to", "0812-0000-0001")
		d.see("0812-0000-0001", "Selesai diisi wijaya")
		d.get(at + "/formulir/F-03?langkah=A3")
		d.follow("Isian nomor")
		d.see("0812-0000-0000", "Ini isian lama. Yang berlaku:")
		for _, page := range []string{at + "/isian/1", at + "/isian/99999", at + "/isian/x", at + "/formulir/F-99", at + "/formulir/F-03?langkah=A1", at + "/formulir/F-03?langkah=Z"} {
			if d.get(page); d.status != http.StatusNotFound {
				t.Errorf("%s: %d", page, d.status)
			}
		}
		d.get(at + "/formulir/F-03?langkah=A3&lang=en")
		d.see("Safe-contact plan", "Save for now", "Finished by wijaya")
		d.get(at + "/formulir/F-03?langkah=A3&lang=id")
	})
}

// shows tells whether a field of the page is not hidden.
func (c *client) shows(name string) bool {
	c.t.Helper()
	for _, tag := range []string{"input", "select", "textarea"} {
		for n := range nodes(c.page, tag) {
			if attr(n, "name") != name {
				continue
			}
			for p := n.Parent; p != nil; p = p.Parent {
				if hasAttr(p, "hidden") {
					return false
				}
			}
			return true
		}
	}
	c.t.Fatalf("%s has no field %s", c.at, name)
	return false
}

func TestAFinishedFormDecidesWhatComesNext(t *testing.T) {
	h := start(t, "", discard{})
	c := h.as("seruni")
	at := c.newCase(h, "Anak Contoh Penapisan")
	c.get(at + "/langkah")
	c.see("Untuk tahu apa berikutnya, perlu diketahui:", "Isi formulir F-04 Lembar penapisan bahaya & risiko")
	c.get(at + "/formulir/F-04?langkah=A5")
	c.see("Jawaban ini dicatat sebagai fakta kasus: Tingkat risiko.")
	fields := []string{"isi.immediate_danger", "yes", "isi.risk", "high", "isi.official_implicated", "no", "isi.screened_at", "2026-11-20T09:00"}
	for _, id := range []string{"with_suspect", "threatened", "threat_to_spread", "self_harm", "injured_or_pregnant", "confined", "about_to_be_moved"} {
		fields = append(fields, "isi."+id, "no")
	}
	c.submit("Selesaikan formulir", fields...)
	c.see("isian yang belum tampil tadi: Alasan singkat.")
	c.submit("Selesaikan formulir")
	c.see("Formulir selesai dan disimpan")
	c.get(at + "/langkah")
	c.see("Risiko tinggi", "B1 Pertolongan darurat")
	c.get(at + "/garis-waktu")
	c.see("Bahaya sekarang: Ya", "Tingkat risiko: Tinggi")
}

// screened fills in F-04 for a step, where nothing of it is known yet.
func (c *client) screened(at, step string) {
	c.t.Helper()
	c.get(at + "/formulir/F-04?langkah=" + step)
	fields := []string{"isi.immediate_danger", "no", "isi.risk", "medium", "isi.official_implicated", "no", "isi.screened_at", "2026-11-20T09:00"}
	for _, id := range []string{"with_suspect", "threatened", "threat_to_spread", "self_harm", "injured_or_pregnant", "confined", "about_to_be_moved"} {
		fields = append(fields, "isi."+id, "no")
	}
	c.submit("Selesaikan formulir", fields...)
	if c.status == http.StatusUnprocessableEntity { // fields that the answers made appear
		c.submit("Selesaikan formulir")
	}
	c.see("Formulir selesai dan disimpan")
}

// TestAFormForAnotherStepBeginsWithWhatIsKnown: F-04 serves A5 and A6.
func TestAFormForAnotherStepBeginsWithWhatIsKnown(t *testing.T) {
	h := start(t, "", discard{})
	c := h.as("seruni")
	at := c.newCase(h, "Anak Contoh Dua Langkah")
	c.get(at + "/formulir/F-04?langkah=A5")
	c.submit("Simpan dulu", "isi.screened_at", "2026-11-19T08:00")
	c.get(at + "/formulir/F-04?langkah=A6")
	c.unseen("Jawaban di bawah diambil dari") // a draft is no answer yet
	if c.field("isi.screened_at") != "" {
		t.Error("an unfinished filling is taken for known")
	}
	c.screened(at, "A5")

	d := h.as("wijaya")
	d.get(at + "/formulir/F-04?langkah=A6")
	d.see("Jawaban di bawah diambil dari: Isian nomor", "seruni", "langkah A5. Periksa satu per satu")
	if d.field("isi.screened_at") != "2026-11-20T09:00" {
		t.Error("what is known is asked again")
	}
	d.follow("Mulai dari formulir kosong")
	d.unseen("Jawaban di bawah diambil dari")
	if d.field("isi.screened_at") != "" {
		t.Error("the empty form is not empty")
	}
	d.get(at + "/formulir/F-04?langkah=A6")
	d.submit("Selesaikan formulir", "isi.screened_at", "")
	d.wants(http.StatusUnprocessableEntity)
	d.see("Jawaban di bawah diambil dari: Isian nomor") // still
	d.submit("Selesaikan formulir", "isi.screened_at", "2026-11-21T10:00")
	d.see("Formulir selesai dan disimpan", "Selesai diisi wijaya")
	d.get(at + "/formulir/F-04?langkah=A5") // that of A5 stays its own
	d.unseen("Jawaban di bawah diambil dari")
	if d.field("isi.screened_at") != "2026-11-20T09:00" {
		t.Error("the filling of A5 was changed")
	}
}

// TestDoneSaysWhatIsStillOpen: a step is not marked done past its question and form
// unless the worker means it; what was typed stays, and the history tells why.
func TestDoneSaysWhatIsStillOpen(t *testing.T) {
	both(t, func(h *house) {
		c := h.as("seruni")
		at := c.newCase(h, "Anak Contoh Terbuka")
		c.get(at + "/langkah")
		c.unseen("Tetap tandai selesai")
		const why = "Sinyal putus; dilanjutkan lewat telepon sekolah."
		c.stepDeed("A5", "Selesai", why)
		c.wants(http.StatusUnprocessableEntity)
		c.see("Langkah ini belum disimpan sebagai selesai", "belum dijawab: Bahaya sekarang, Tingkat risiko; formulir belum selesai diisi: F-04", "Tetap tandai selesai")
		if c.area("text-A5") != why {
			t.Error("the note is lost")
		}
		c.ask("A5", "done", "anyway", "yes", "text", "")
		c.wants(http.StatusUnprocessableEntity)
		c.see("Tulis alasannya.", "Tetap tandai selesai")
		c.get(at + "/garis-waktu")
		c.unseen("Selesai: A5")
		c.get(at + "/langkah?lang=en")
		c.ask("A5", "done")
		c.see("something is still open", "Mark as done all the same")
		c.get(at + "/langkah?lang=id")
		c.doneAnyway("A5", why)
		c.get(at + "/garis-waktu")
		c.see("Selesai: A5", why)
		c.get(at + "/catatan")
		c.see(why)

		// Answered and filled in, nothing more is asked.
		at = c.newCase(h, "Anak Contoh Lengkap")
		c.screened(at, "A5")
		c.get(at + "/langkah")
		c.stepDeed("A5", "Selesai", "")
		c.wants(http.StatusOK)
		c.see("Langkah disimpan")

		// Where a child is in danger the tick alone is enough.
		at = c.newCase(h, "Anak Contoh Bahaya")
		c.get(at + "/langkah")
		c.ask("A5", "done", "fact.immediate_danger", "true")
		c.wants(http.StatusUnprocessableEntity)
		c.ask("A5", "done", "anyway", "yes")
		c.wants(http.StatusOK)
		c.see("Langkah disimpan", "B1 Pertolongan darurat")
	})
}

func TestAStepAsksForItsFacts(t *testing.T) {
	both(t, func(h *house) {
		c := h.as("seruni")
		at := c.newCase(h, "Anak Contoh Pertanyaan")
		c.get(at + "/langkah")
		c.ask("A5", "done", "fact.immediate_danger", "maybe")
		c.wants(http.StatusUnprocessableEntity)
		c.see("Pilih salah satu dari daftar.")
		c.ask("A5", "done", "fact.immediate_danger", "false", "fact.risk", "medium")
		c.wants(http.StatusUnprocessableEntity)
		c.see("masih ada yang terbuka: formulir belum selesai diisi: F-04 Lembar penapisan bahaya & risiko.")
		if c.chosen("fact-A5-risk") != "medium" {
			t.Error("what was answered is lost")
		}
		c.ask("A5", "done", "anyway", "yes", "text", "Lembar diisi nanti.")
		c.wants(http.StatusOK)
		c.see("Langkah disimpan", "Risiko sedang", "A6 Tetapkan tingkat risiko")
		if c.asks("A6", "fact.risk") || c.asks("A5", "fact.immediate_danger") {
			t.Error("what is known is asked again")
		}
		c.get(at + "/garis-waktu")
		c.see("Bahaya sekarang: Tidak")
	})
}

// Somebody who called a step done without an answer is asked still.
func TestADoneStepStillAsks(t *testing.T) {
	h := start(t, "", discard{})
	c := h.as("seruni")
	at := c.newCase(h, "Anak Contoh Lalu")
	c.get(at + "/langkah")
	c.doneAnyway("A5", "Anak tidak dapat ditanya sekarang.")
	if !c.asks("A5", "fact.immediate_danger") {
		t.Fatal("the done step asks no more")
	}
	c.ask("A5", "facts", "fact.immediate_danger", "maybe")
	c.wants(http.StatusUnprocessableEntity)
	c.see("Pilih salah satu dari daftar.")
	c.ask("A5", "facts", "fact.immediate_danger", "true")
	c.wants(http.StatusOK)
	c.see("B1 Pertolongan darurat")
	if c.asks("A5", "fact.immediate_danger") || strings.Contains(c.body, "Langkah ini tidak terbuka") {
		t.Error("what is known is asked again")
	}
}

// ask sends the form of a step with answers.
func (c *client) ask(step, deed string, fields ...string) {
	c.t.Helper()
	for f := range nodes(c.page, "form") {
		v := values(f)
		if v.Get("step") != step {
			continue
		}
		for i := 0; i+1 < len(fields); i += 2 {
			if !has(f, fields[i]) {
				c.t.Fatalf("step %s does not ask for %s", step, fields[i])
			}
			v.Set(fields[i], fields[i+1])
		}
		v.Set("go", deed)
		c.post(resolve(c.at, attr(f, "action")), v)
		return
	}
	c.t.Fatalf("%s (%d) has no form of step %s", c.at, c.status, step)
}

// asks tells whether the form of a step asks for a fact.
func (c *client) asks(step, fact string) bool {
	for f := range nodes(c.page, "form") {
		if values(f).Get("step") == step && has(f, fact) {
			return true
		}
	}
	return false
}

// TestTwoFillOneForm: the later one is told what differs, and decides.
func TestTwoFillOneForm(t *testing.T) {
	h := start(t, "", discard{})
	a, b := h.as("seruni"), h.as("wijaya")
	at := a.newCase(h, "Anak Contoh Berdua") + "/formulir/F-19?langkah=B0"
	a.get(at)
	b.get(at)
	a.submit("Simpan dulu", "isi.safe_people", "Bibi.", "isi.signal", "Buku merah")
	b.submit("Simpan dulu", "isi.safe_people", "Kakak sepupu.")
	b.wants(http.StatusConflict)
	b.see("seruni menyimpan versi lain", "Yang berbeda: Orang yang aman", "Versi seruni: Bibi.", "Kakak sepupu.")
	b.submit("Simpan dulu", "isi.safe_people", "Bibi dan kakak sepupu.")
	b.see("Disimpan dulu", "Bibi dan kakak sepupu.")
	b.follow("Isian nomor")
	b.see("Buku merah")
	if strings.Contains(b.body, "Bibi dan kakak sepupu.") {
		t.Error("the older filling reads as the newer")
	}
}

// TestAFormShownAgainIsNoNewerThanItWas: what asks for further fields, or is wrong,
// does not pass over what a colleague saved meanwhile.
func TestAFormShownAgainIsNoNewerThanItWas(t *testing.T) {
	h := start(t, "", discard{})
	a, b := h.as("seruni"), h.as("wijaya")
	at := a.newCase(h, "Anak Contoh Bersama") + "/formulir/F-03?langkah=A3"
	for _, again := range []string{"Lanjut", "Selesaikan formulir"} {
		b.get(at)
		a.get(at)
		a.submit("Simpan dulu", "isi.never", "Jangan menelepon rumah, "+again+".")
		b.submit(again, "isi.channel", "whatsapp", "isi.never", "Jangan ke sekolah.")
		if b.status != http.StatusConflict {
			b.submit("Selesaikan formulir", "isi.agreed_with", "child", "isi.to", "0812-0000-0000")
		}
		b.wants(http.StatusConflict)
		b.see("seruni menyimpan versi lain", "Jangan menelepon rumah, "+again+".", "Jangan ke sekolah.")
	}
}

// TestAnOldPageBringsNoOldAnswerBack: of the facts only what was changed on the page
// is noted, and what a colleague changed meanwhile is told before it is passed over.
func TestAnOldPageBringsNoOldAnswerBack(t *testing.T) {
	h := start(t, "", discard{})
	a, b := h.as("seruni"), h.as("wijaya")
	at := a.newCase(h, "Anak Contoh Fakta") + "/langkah"
	a.get(at)
	b.get(at)
	b.ask("A5", "facts", "fact.immediate_danger", "true", "fact.risk", "high")
	b.wants(http.StatusOK)
	a.ask("A5", "facts", "fact.immediate_danger", "false")
	a.wants(http.StatusUnprocessableEntity)
	a.see("Sementara itu orang lain mencatat: Ya.", "Risiko tinggi")
	b.get(at)
	a.get(at)
	a.submit("Simpan", "fact.risk", "medium") // the list of all facts
	a.wants(http.StatusOK)
	b.submit("Simpan", "fact.venue_linked", "true") // its page still says that the risk is high
	b.wants(http.StatusOK)
	b.see("Risiko sedang")
	a.submit("Simpan", "fact.venue_linked", "false")
	a.wants(http.StatusUnprocessableEntity)
	a.see("Sementara itu orang lain mencatat: Ya.")
	a.submit("Simpan", "fact.venue_linked", "false")
	a.wants(http.StatusOK)
	a.get(at)
	if a.chosen("fact.venue_linked") != "false" {
		t.Error("what was decided after reading both is not noted")
	}
}
