package journey

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/platform/clock"
)

// machine is what the engine calls things by; no page shows it.
var machine = regexp.MustCompile(`\b([a-z]+_[a-z_]+|C-[A-Z]+|G-[A-Z]+)\b`)

// newCase opens a case without a report, as a worker of the team does, and returns
// its address.
func (c *client) newCase(h *house, child string) string {
	c.t.Helper()
	c.get("/kasus/baru")
	c.submit("Cari", "name", child, "birth_year", "2013", "kecamatan", "Tambora")
	c.submit("Buka kasus", "team", c.option("team", "Barat"), "worker", c.option("worker", "seruni"), "second", c.option("second", "teratai"), "summary", "Perlu teman bicara.")
	c.see("Kasus dibuka")
	return strings.SplitN(c.at, "?", 2)[0]
}

// stepDeed presses a button in the form of a step.
func (c *client) stepDeed(step, label, typed string) {
	c.t.Helper()
	for f := range nodes(c.page, "form") {
		v := values(f)
		if v.Get("step") != step {
			continue
		}
		v.Set("text", typed)
		for b := range nodes(f, "button") {
			if strings.TrimSpace(text(b)) == label {
				v.Set("go", attr(b, "value"))
				c.post(resolve(c.at, attr(f, "action")), v)
				return
			}
		}
	}
	c.t.Fatalf("%s (%d) has no form of step %s", c.at, c.status, step)
}

// doneAnyway marks a step done that leaves something open: it is told so, and
// means it.
func (c *client) doneAnyway(step, why string) {
	c.t.Helper()
	c.stepDeed(step, "Selesai", why)
	c.wants(http.StatusUnprocessableEntity)
	c.see("masih ada yang terbuka")
	c.ask(step, "done", "anyway", "yes")
	c.wants(http.StatusOK)
	c.see("Langkah disimpan")
}

// happened records an event with the time somebody stated.
func (c *client) happened(event, day, hour string) {
	c.t.Helper()
	for f := range nodes(c.page, "form") {
		if !has(f, "event") {
			continue
		}
		v := values(f)
		v.Set("event", event)
		v.Set("when", day)
		v.Set("when_time", hour)
		v.Set("go", "happened")
		c.post(resolve(c.at, attr(f, "action")), v)
		return
	}
	c.t.Fatalf("%s (%d) has no form for what happened", c.at, c.status)
}

func (c *client) wants(status int) {
	c.t.Helper()
	if c.status != status {
		c.t.Fatalf("%s answers %d, want %d:\n%s", c.at, c.status, status, text(c.page))
	}
}

func TestStepsSayWhatIsMissingAndKeepWhatWasTyped(t *testing.T) {
	both(t, func(h *house) {
		c := h.as("seruni")
		at := c.newCase(h, "Anak Contoh Langkah")
		c.get(at + "/langkah")
		c.submit("Simpan", "fact.trafficking_indicators", "true")
		c.see("Langkah disimpan", "Kesediaan anak (assent)", "Persetujuan orang tua/wali")
		const typed = "Anak memilih tinggal di rumah bibi."
		c.stepDeed("B3", "Selesai", typed)
		c.wants(http.StatusUnprocessableEntity)
		c.see("Langkah ini tertahan; masih perlu: Kesediaan anak (assent)")
		if area := c.area("text-B3"); area != typed {
			t.Errorf("the note is lost: %q", area)
		}
		c.get(at + "/langkah")
		c.stepDeed("A2", "Lewati dengan alasan", "")
		c.wants(http.StatusUnprocessableEntity)
		c.see("Tulis alasannya.")

		c.get(at + "/langkah")
		c.happened("", "", "")
		c.wants(http.StatusUnprocessableEntity)
		c.see("Bagian ini perlu diisi.")
		c.happened("case_closed", "", "")
		c.wants(http.StatusUnprocessableEntity)
		c.see("Pilih salah satu dari daftar.")
		c.happened("hearing_scheduled", "", "")
		c.see("tenggat dihitung mundur dari hari itu")
		c.happened("hearing_scheduled", "besok", "09.00")
		c.see("Tulis tanggal dan jam yang benar")
		day := clock.OfDay(clock.Day(h.clock.Now()) + 30).Format("2006-01-02")
		c.happened("victim_reported", day, "09:00")
		c.wants(http.StatusUnprocessableEntity)
		c.see("Waktu ini belum lewat")
		if v := c.field("when"); v != day {
			t.Errorf("the date is lost: %q", v)
		}
		if !c.folded("Sesuatu terjadi", true) {
			t.Error("the form to mend is folded away")
		}
		c.happened("hearing_scheduled", day, "09:00")
		c.wants(http.StatusOK)
		c.see("E11 Dampingi setiap pemeriksaan dan sidang", "1 hari kerja sebelum “Pemeriksaan dijadwalkan”")
	})
}

func TestStepOfAnotherInstitutionIsNotedWithItsDay(t *testing.T) {
	both(t, func(h *house) {
		c := h.as("seruni")
		at := c.newCase(h, "Anak Contoh Lembaga")
		c.get(at + "/langkah")
		c.submit("Simpan", "fact.suspect_is_child", "true")
		c.happened("investigation_started", "", "")
		c.see("E7 Bila terduga pelaku juga anak", "Tanggal dilakukan oleh Pembimbing Kemasyarakatan (Bapas)")
		c.heard("E7", "", "Kata petugas Bapas.")
		c.wants(http.StatusUnprocessableEntity)
		c.see("Isi tanggal lembaga itu melakukannya.")
		if area := c.area("text-E7"); area != "Kata petugas Bapas." {
			t.Errorf("the note is lost: %q", area)
		}
		day := clock.OfDay(clock.Day(h.clock.Now()))
		c.heard("E7", day.AddDate(0, 0, 2).Format("2006-01-02"), "")
		c.see("Waktu ini belum lewat")
		c.heard("E7", day.Format("2006-01-02"), "Kata petugas Bapas.")
		c.wants(http.StatusOK)
		c.get(at + "/garis-waktu")
		c.see("Dilakukan Pembimbing Kemasyarakatan (Bapas),", "E7 Bila terduga pelaku juga anak", "seruni")
	})
}

// heard notes the step of another institution as done on a day.
func (c *client) heard(step, day, typed string) {
	c.t.Helper()
	for f := range nodes(c.page, "form") {
		v := values(f)
		if v.Get("step") != step || !has(f, "heard_day") {
			continue
		}
		v.Set("heard_day", day)
		v.Set("text", typed)
		v.Set("go", "heard")
		c.post(resolve(c.at, attr(f, "action")), v)
		return
	}
	c.t.Fatalf("%s (%d) has no form of another institution's step %s", c.at, c.status, step)
}

func TestGuardsSayTheirRuleAndWhatComesFirst(t *testing.T) {
	both(t, func(h *house) {
		c := h.as("seruni")
		at := c.newCase(h, "Anak Contoh Wali")
		for event, words := range map[string][]string{
			"contact_guardian": {"Wali tidak dihubungi sebelum keamanannya dinilai", "langkah C5"},
			"mediate":          {"layanan mediasi/perdamaian terkunci", "Jenis kasus"},
		} {
			c.get(at + "/langkah")
			c.happened(event, "", "")
			c.wants(http.StatusUnprocessableEntity)
			c.see(words...)
			c.see("A5 Penapisan bahaya langsung")
			c.unseen("G-WALI", "G-NOMEDIATE")
			if v := c.chosen("event"); v != event {
				t.Errorf("the choice is lost: %q", v)
			}
		}
		c.get(at + "/langkah")
		c.submit("Simpan", "fact.guardian_conflict", "no")
		c.happened("contact_guardian", "", "")
		c.wants(http.StatusUnprocessableEntity)
		c.see("Kontak keluar hanya lewat kanal", "rencana kontak aman", "langkah A3")
		c.get(at + "/langkah")
		c.doneAnyway("A2", "Catatan lembaga dipakai.")
		c.doneAnyway("A3", "Disepakati lewat telepon.")
		c.happened("contact_guardian", "", "")
		c.wants(http.StatusOK)
		c.see("Langkah disimpan")
	})
}

func TestWhyIsSaidInWords(t *testing.T) {
	both(t, func(h *house) {
		c := h.as("seruni")
		at := c.newCase(h, "Anak Contoh Mengapa")
		c.get(at + "/langkah")
		c.submit("Simpan", "fact.immediate_danger", "true", "fact.risk", "high", "fact.informant", "victim", "fact.case_type", "sexual", "fact.victim_reported", "true")
		c.doneAnyway("A5", "Sedang ditolong.")
		c.happened("first_contact", "", "")
		c.happened("reintegrated", clock.OfDay(clock.Day(h.clock.Now())-14).Format("2006-01-02"), "")
		c.see("Muncul karena “Aduan diterima”", "Tenggat 1 jam sesudah “Aduan diterima”", "Muncul karena langkah A5 Penapisan bahaya langsung selesai", "karena Tingkat risiko: Tinggi",
			"Wali terlibat atau menekan: belum diketahui, dianggap Ya", "Tenggat 72 jam sesudah “Korban melapor”", "jadwal kunjungan sesudah “Anak sudah pulang”")
		c.get(at + "/langkah")
		c.submit("Simpan", "fact.immediate_danger", "false") // help that saves a life waited for nothing
		c.get(at + "/langkah")
		c.see("Masih perlu: Kesediaan anak")
		for _, lang := range []string{"id", "en"} {
			c.get(at + "/langkah?lang=" + lang)
			if m := machine.FindString(text(first(c, "main"))); m != "" {
				t.Errorf("the page in %s shows %q", lang, m)
			}
		}
		c.see("Due 1 hour after the event “Report received”", "Level of risk: High")
		c.get(at + "/garis-waktu?lang=id")
		c.see("Terjadi: Kontak pertama dengan anak", "Tingkat risiko: Tinggi", "waktunya:")
	})
}

func TestIdentityOfTwoEditorsNamesWhatDiffers(t *testing.T) {
	both(t, func(h *house) {
		one, two := h.as("seruni"), h.as("teratai")
		at := one.newCase(h, "Anak Contoh Berdua")
		for name, c := range map[string]*client{"seruni": one, "teratai": two} {
			c.get(at + "/identitas")
			c.submit("Buka identitas", "reason", "contact")
			password, _ := h.signIn(name)
			c.submit("Lanjutkan", "password", password)
			c.submit("Lanjutkan")
		}
		two.submit("Simpan", "school", "Sekolah Contoh Satu", "nik", "3173000000000001")
		two.wants(http.StatusOK)
		one.submit("Simpan", "school", "Sekolah Contoh Dua", "nik", "3173000000000001", "phone", "0812-0000-7777")
		one.see("Yang berbeda: Sekolah, Nomor telepon.", "Sekolah Contoh Satu", "Versi teratai")
		if hidden(one, "school") != "Sekolah Contoh Dua" {
			t.Error("what was typed is lost")
		}
		one.submit("Simpan")
		one.wants(http.StatusOK)
		one.unseen("Yang berbeda")
	})
}

func TestClosingTellsTheManual(t *testing.T) {
	both(t, func(h *house) {
		c, super := h.as("seruni"), h.as("wijaya")
		at := c.newCase(h, "Anak Contoh Tutup")
		c.get(at + "/kelola")
		c.deed("move", "Simpan", "status", "", "reason", "Lupa memilih.")
		c.wants(http.StatusUnprocessableEntity)
		c.see("Pilih tahap berikutnya dari daftar.")
		c.unseen("casework.status.not_next")
		c.get(at + "/kelola")
		c.deed("print_identity", "Minta persetujuan", "reason", "Untuk rujukan.")
		super.get(at + "/kelola")
		super.deed("decide", "Setuju", "reason", "Boleh.", "kind", "close") // the form's word is nothing
		super.get(at + "/garis-waktu")
		super.unseen("Kasus ditutup", "Tahap: Ditutup")
		c.get(at + "/kelola")
		c.deed("close", "Usulkan penutupan kasus", "reason", "Tujuan tercapai.")
		c.wants(http.StatusUnprocessableEntity) // before there is a plan a cause is asked
		c.see("Mengapa ditutup sebelum ada rencana?", "Bagian ini perlu diisi.")
		c.deed("close", "Usulkan penutupan kasus", "cause", "moved", "reason", "Sudah pindah ke kota lain.")
		super.get(at + "/kelola")
		super.see("Belum ada rencana untuk kasus ini. Sebab penutupan: Anak pindah wilayah.")
		super.deed("decide", "Setuju", "reason", "Sudah diperiksa.", "kind", "print_identity")
		super.get(at + "/garis-waktu")
		super.see("Terjadi: Kasus ditutup", "Tahap: Ditutup", "Penutupan diusulkan: Anak pindah wilayah")
		c.get(at + "/kelola")
		c.deed("move", "Simpan", "status", "assessment", "reason", "Perlu didampingi lagi.")
		c.get(at + "/garis-waktu")
		c.see("Terjadi: Kasus dibuka kembali")
		c.get(at + "/langkah")
		c.see("D5 Tinjau berkala")
	})
}

// area returns what a textarea holds.
func (c *client) area(id string) string {
	for n := range nodes(c.page, "textarea") {
		if attr(n, "id") == id {
			return text(n)
		}
	}
	return ""
}

// field returns what an input holds.
func (c *client) field(id string) string {
	for n := range nodes(c.page, "input") {
		if attr(n, "id") == id {
			return attr(n, "value")
		}
	}
	return ""
}

// chosen returns the option that a select stands at.
func (c *client) chosen(id string) string {
	for n := range nodes(c.page, "select") {
		if attr(n, "id") != id {
			continue
		}
		for o := range nodes(n, "option") {
			if hasAttr(o, "selected") {
				return attr(o, "value")
			}
		}
	}
	return ""
}

// folded tells whether the details of this summary are there and open or not.
func (c *client) folded(summary string, open bool) bool {
	for n := range nodes(c.page, "details") {
		for s := range nodes(n, "summary") {
			if strings.TrimSpace(text(s)) == summary {
				return hasAttr(n, "open") == open
			}
		}
	}
	return false
}
