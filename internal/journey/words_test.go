package journey

import (
	"regexp"
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/platform/lang"
)

// codes are what a machine would say: keys of texts, names with underscores, and
// the plain words of closed lists that no page of either language writes so.
var (
	codes   = regexp.MustCompile(`\b(casework|report|ui|field|fault)\.[a-z_]+|\b[a-z]+_[a-z_]+\b`)
	english = regexp.MustCompile(`\b(high|medium|low|unknown|true|false|given|refused|withdrawn|closed|girl|boy|whatsapp|service|follow up)\b`)
)

// TestPagesSayWords renders every page of a case in both languages and looks for
// codes. The page of steps is held by its own tests.
func TestPagesSayWords(t *testing.T) {
	h := start(t, "", discard{})
	worker, super := h.as("seruni"), h.as("wijaya")
	worker.get("/kasus")
	at := "/kasus/" + h.case_(worker)
	worker.get(at + "/persetujuan")
	worker.submit("Simpan", "consent", worker.option("consent", "C-SHARE"), "state", "given", "by", "Anak", "purpose", "")
	worker.see("Bagian ini perlu diisi")
	worker.submit("Simpan", "state", "given", "by", "Anak", "purpose", "Layanan kesehatan")
	worker.see("Layanan kesehatan", "Diberikan")
	worker.get(at + "/kelola")
	worker.deed("close", "Usulkan penutupan kasus", "cause", "other", "reason", "Tujuan tercapai, kata pendamping.")
	worker.see("Menunggu keputusan wijaya")
	worker.unseen(`name="deed" value="close"`)
	super.get(at + "/kelola")
	super.see("Tujuan tercapai, kata pendamping.", "Daftar periksa menurut isi kasus saat ini", "Rencana kontak aman ada")
	super.unseen("Minta persetujuan", "Cetak (sudah disetujui)") // not theirs to print
	h.settle()
	for _, l := range lang.Languages {
		for _, c := range []*client{worker, super} {
			for _, page := range []string{"", "/catatan", "/ubah/plan", "/ubah/concerns", "/ubah/situation", "/ubah/contact", "/ubah/safety", "/persetujuan", "/identitas", "/garis-waktu", "/kelola", "/berkas",
				"/berkas/formulir", "/berkas/rujukan", "/berkas/penugasan", "/berkas/serah-terima", "/berkas/simfoni", "/jejak"} {
				c.words(l, at+page)
			}
			for _, page := range []string{"/hari-ini", "/kasus", "/kasus?lihat=second", "/kasus?lihat=late", "/kasus?lihat=team", "/kasus?lihat=closed", "/kasus/baru"} {
				c.words(l, page)
			}
		}
		for _, name := range []string{"kenanga", "cempaka"} {
			c := h.as(name)
			c.words(l, "/hari-ini")
			c.follow(map[string]string{lang.ID: "Matriks izin", lang.EN: "Permission matrix"}[l])
			c.see("(caseworker_other)", "GET /kasus/{id}")
		}
	}
	super.get(at + "/kelola?lang=id")
	super.deed("decide", "Setuju", "reason", "Sudah diperiksa.")
	super.see("Ditutup", "Buka lagi kasus")
	worker.get(at + "?lang=id")
	worker.see("sudah ditutup dan hanya dapat dibaca", "Tidak ada langkah terbuka")
	worker.unseen("Ubah: ", "/ubah/contact")
}

func (c *client) words(l, path string) {
	c.t.Helper()
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	c.get(path + sep + "lang=" + l)
	shown := text(first(c, "main"))
	if c.status != 200 {
		c.t.Errorf("%s: %d", path, c.status)
	}
	found := codes.FindAllString(shown, -1)
	if l == lang.ID {
		found = append(found, english.FindAllString(shown, -1)...)
	}
	if len(found) > 0 {
		c.t.Errorf("%s in %s says %q:\n%s", path, l, found, shown)
	}
}

// case_ returns the first open case on the list that somebody accompanies.
func (h *house) case_(c *client) string {
	h.t.Helper()
	for n := range nodes(c.page, "a") {
		if p, ok := strings.CutPrefix(attr(n, "href"), "/kasus/"); ok && len(p) > 8 && !strings.Contains(p, "?") {
			return p
		}
	}
	h.t.Fatal("no case on the list")
	return ""
}

// TestTwoPeopleEdit: whoever saves second sees what differs, keeps what they
// typed, and may store it knowingly.
func TestTwoPeopleEdit(t *testing.T) {
	h := start(t, "", discard{})
	one, two := h.as("seruni"), h.as("teratai")
	one.get("/kasus")
	at := "/kasus/" + h.case_(one) + "/ubah/situation"
	one.get(at)
	two.get(at)
	one.submit("Simpan", "summary", "Tulisan seruni.", "languages", "Betawi")
	two.submit("Simpan", "summary", "Tulisan teratai.")
	two.see("Yang berbeda: Ringkasan, Bahasa", "Versi seruni: Tulisan seruni.", "Versi seruni: Betawi")
	if form, _ := two.form("Simpan versi saya"); values(form).Get("summary") != "Tulisan teratai." {
		t.Error("what was typed is lost")
	}
	two.submit("Simpan versi saya")
	two.see("Tulisan teratai.")
	two.unseen("Tulisan seruni.")
}

// TestEmptySearchIsNoSearch: nothing found means nothing where nothing was asked.
func TestEmptySearchIsNoSearch(t *testing.T) {
	h := start(t, "", discard{})
	c := h.as("seruni")
	c.get("/kasus/baru")
	c.submit("Cari", "name", "Anak Contoh")
	c.see("Belum ada yang dicari", "Nama tidak dicari: isi tahun lahir dan kecamatan")
	c.unseen("tidak ditemukan kasus lain")
	fields := []string{"team", c.option("team", "Barat"), "worker", c.option("worker", "seruni"), "second", c.option("second", "teratai")}
	c.submit("Buka kasus", fields...)
	c.see("nyatakan bahwa identitas belum diketahui")
	c.submit("Buka kasus", append(fields, "unidentified", "yes")...)
	c.see("Kasus dibuka")
}
