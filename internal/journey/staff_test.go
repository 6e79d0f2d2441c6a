package journey

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/platform/id"
)

// find returns the path of the report that tells a story, by opening each one in
// the queue.
func (h *house) find(desk *client, story string) string {
	h.t.Helper()
	for _, page := range []string{"/aduan", "/aduan?lajur=quarantine"} {
		desk.get(page)
		var paths []string
		for a := range nodes(desk.page, "a") {
			if p := attr(a, "href"); strings.HasPrefix(p, "/aduan/") && id.Valid(strings.TrimPrefix(p, "/aduan/")) {
				paths = append(paths, p)
			}
		}
		for _, p := range paths {
			desk.get(p)
			if strings.Contains(desk.body, story) {
				return p
			}
		}
	}
	h.t.Fatalf("no report tells %q", story)
	return ""
}

// caseOf hands over the report the desk is looking at and opens a case of it.
func (h *house) caseOf(desk *client) (worker *client, caseAt string) {
	h.t.Helper()
	desk.deed("hand", "Serahkan ke tim kasus", "team", desk.option("team", "Barat"), "text", "Perlu pendampingan.")
	desk.see("Aduan diserahkan")
	worker = h.as("seruni")
	worker.get("/kasus")
	worker.follow("cari dulu, lalu buka kasus")
	worker.submit("Cari", "name", "Anak Contoh Baru", "birth_year", "2013", "kecamatan", "Tambora")
	worker.see("tidak ditemukan kasus lain", "Nama dicari, dengan tahun lahir itu")
	worker.submit("Buka kasus", "team", worker.option("team", "Barat"), "worker", worker.option("worker", "seruni"), "second", worker.option("second", "teratai"), "summary", "Perlu teman bicara.")
	worker.see("Kasus dibuka", "Langkah berikutnya")
	return worker, strings.SplitN(worker.at, "?", 2)[0]
}

func TestWholeWayWithoutScript(t *testing.T) {
	both(t, func(h *house) {
		public := visit(h.t, h.URL)
		story := "Seorang anak di gang kami perlu teman bicara."
		code := public.report(h, "other", story, false)
		desk := h.as("anggrek")
		path := h.find(desk, story)
		public.mailbox(code)
		public.see("Dibaca")
		desk.get(path)
		desk.unseen("href=\"https://contoh.example") // shown, never a link
		desk.see("contoh[.]example")
		desk.deed("rate", "Simpan", "risk", "high")
		desk.see("Penilaian disimpan", "Risiko tinggi")
		desk.deed("reply", "Kirim jawaban", "text", "Terima kasih. Kami sedang memeriksa.")
		desk.see("Jawaban tersimpan")
		public.mailbox(code)
		public.see("Terima kasih. Kami sedang memeriksa.")
		public.submit("Kirim", "text", "Anak itu senang bila sore.")
		desk.get(path)
		desk.see("Anak itu senang bila sore.")
		worker, caseAt := h.caseOf(desk)
		h.settle()
		public.mailbox(code)
		public.see("Sedang ditangani")
		public.unseen("Kasus", caseAt)

		worker.get(caseAt + "/langkah")
		worker.see("Jangan", "Selesai")
		worker.doneAnyway("A2", "Aduan dipakai sebagai catatan.")
		worker.get(caseAt + "/ubah/contact")
		worker.submit("Simpan", "channel", "whatsapp", "to", "0812-0000-9999", "safe_hours", "15.00–16.00")
		worker.see("Disimpan", "0812-0000-9999")
		worker.get(caseAt + "/identitas")
		worker.submit("Buka identitas", "reason", "contact")
		worker.see("Ketik kata sandi sekali lagi")
		password, _ := h.signIn("seruni")
		worker.submit("Lanjutkan", "password", password)
		worker.see("Lanjutkan yang tadi")
		worker.submit("Lanjutkan")
		if hidden(worker, "name") != "Anak Contoh Baru" {
			h.t.Error("the identity is not shown")
		}
		worker.get(caseAt + "/kelola")
		worker.deed("move", "Simpan", "status", "assessment", "reason", "Mulai asesmen.")
		worker.see("Asesmen")
		worker.deed("close", "Usulkan penutupan kasus", "cause", "other", "reason", "Tujuan tercapai.")
		worker.see("mengusulkan penutupan kasus")

		super := h.as("wijaya")
		super.get("/hari-ini")
		super.follow("mengusulkan penutupan kasus")
		super.deed("decide", "Setuju", "reason", "Sudah diperiksa.")
		super.see("Ditutup")
		h.settle()
		public.mailbox(code)
		public.see("Selesai")
		if r, err := h.Verify(ctx); err != nil || !r.OK {
			h.t.Errorf("%+v %v", r, err)
		}
	})
}

func TestPhoneIntake(t *testing.T) {
	h := start(t, "", discard{})
	desk := h.as("anggrek")
	desk.get("/aduan/catat")
	fields := url.Values{"channel": {"phone"}, "number": {"0812-3333-4444", ""}, "whose": {"reporter", "reporter"}, "text": {"Kata penelepon."}, "summary": {"Ringkasan petugas."}, "contact": {"phone"}}
	submit := func(goTo string) {
		form, _ := desk.form("Simpan")
		v := values(form)
		for k, x := range fields {
			v[k] = x
		}
		v.Set("go", goTo)
		desk.post("/aduan/catat", v)
	}
	submit("search")
	desk.see("Tidak ada aduan lain")
	submit("record")
	desk.see("Bacakan kode ini")
	code := desk.digits()
	desk.follow("Buka aduan")
	desk.see("Kata penelepon.", "Ringkasan petugas.", "0812-3333-4444")
	public := visit(t, h.URL)
	public.mailbox(code)
	public.see("Dibaca")
	public.unseen("Ringkasan petugas", "Kata penelepon")
	desk.get("/aduan/catat")
	submit("search")
	desk.see("nomor telepon yang sama")
}

func TestReportAboutAnOfficialIsSeenByOversightOnly(t *testing.T) {
	both(t, func(h *house) {
		story := "Seorang petugas di sini sebaiknya tidak membaca ini."
		public := visit(h.t, h.URL)
		code := public.report(h, "other", story, true)
		h.settle()
		overseer := h.as("cemara")
		path := h.find(overseer, story)
		for name, want := range map[string]int{"anggrek": 404, "dahlia": 404, "flamboyan": 404, "seruni": 404, "wijaya": 404, // may read some reports
			"kenanga": 403, "admin": 403, "melati": 403, "cempaka": 403} { // may read none, whatever it is
			c := h.as(name)
			c.get("/aduan/" + id.New(h.clock.Now())) // a report that never was
			absent := text(c.page)
			c.get(path)
			if c.status != want || text(c.page) != absent {
				h.t.Errorf("%s: status %d, not %d, or another page than for a report that never was", name, c.status, want)
			}
			c.unseen(story)
			for _, page := range []string{"/hari-ini", "/aduan", "/aduan?lajur=quarantine", "/aduan/serah-terima", "/aduan/alarm", "/aduan/tinjauan", "/kasus", "/lainnya"} {
				c.get(page)
				c.unseen(strings.TrimPrefix(path, "/aduan/"), id.Short(strings.TrimPrefix(path, "/aduan/")))
			}
		}
		public.mailbox(code)
		public.see("Dibaca")
	})
}

func TestDangerRings(t *testing.T) {
	h := start(t, "", discard{})
	public := visit(t, h.URL)
	public.get("/tulis/other")
	public.submit("Ya, ada bahaya sekarang")
	public.see("Hubungi salah satu nomor ini sekarang")
	public.submit("Lanjutkan melapor")
	public.submit("Lanjut", "helps", "safe_place")
	v := url.Values{"s": {hidden(public, "s")}, "t": {hidden(public, "t")}, "danger": {"yes"}, "helps": {"safe_place"}, "step": {"check"}, "go": {"send"}}
	public.post("/tulis/other", v)
	public.see("menelepon lebih cepat")
	h.settle()
	desk := h.as("anggrek")
	desk.get("/hari-ini")
	desk.see("bahaya belum diterima siapa pun")
	desk.get("/aduan/alarm")
	desk.submit("Saya terima")
	desk.see("Bahaya")
}

func TestSecondPersonOutsideTheDesk(t *testing.T) {
	h := start(t, "", discard{})
	public := visit(t, h.URL)
	story := "Cerita untuk ditutup."
	code := public.report(h, "other", story, false)
	desk := h.as("anggrek")
	path := h.find(desk, story)
	desk.deed("propose", "Kirim", "kind", "close", "text", "Sudah ditangani keluarga.")
	desk.see("Usulan dikirim")
	desk.get("/aduan/tinjauan")
	if desk.status != http.StatusForbidden {
		t.Errorf("the desk sees reviews: %d", desk.status)
	}
	reviewer := h.as("flamboyan")
	reviewer.get("/aduan/tinjauan")
	reviewer.get(path)
	reviewer.see(story, "Menunggu keputusan Anda")
	reviewer.deed("decide", "Setuju", "text", "Setuju, sudah diperiksa.")
	public.mailbox(code)
	public.see("Selesai")
}

func TestConflictShowsBothTexts(t *testing.T) {
	h := start(t, "", discard{})
	a, b := h.as("seruni"), h.as("wijaya")
	a.get("/kasus?lihat=team")
	var path string
	for n := range nodes(a.page, "a") {
		if p := attr(n, "href"); strings.HasPrefix(p, "/kasus/") && id.Valid(strings.TrimPrefix(p, "/kasus/")) {
			path = p
			break
		}
	}
	a.get(path + "/ubah/situation")
	b.get(path + "/ubah/situation")
	a.submit("Simpan", "summary", "Versi pertama dari pendamping.")
	a.see("Disimpan")
	b.submit("Simpan", "summary", "Versi kedua dari penyelia.")
	if b.status != http.StatusConflict {
		t.Fatalf("status %d", b.status)
	}
	b.see("Versi pertama dari pendamping.", "Versi kedua dari penyelia.")
	b.submit("Simpan versi saya", "summary", "Gabungan.")
	b.see("Disimpan", "Gabungan.")
}

func TestStaffPostsAreGuarded(t *testing.T) {
	h := start(t, "", discard{})
	desk := h.as("anggrek")
	desk.get("/aduan/piket")
	v := url.Values{"day": {"2026-12-01"}, "from": {"8"}, "hours": {"8"}}
	desk.post("/aduan/piket", v)
	if desk.status != http.StatusForbidden {
		t.Errorf("without a token: %d", desk.status)
	}
	req, err := http.NewRequest(http.MethodPost, h.URL+"/aduan/piket", strings.NewReader(v.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "https://lain.example")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	desk.do(req)
	if desk.status != http.StatusForbidden {
		t.Errorf("cross-site: %d", desk.status)
	}
}

func TestStaffFormTwiceIsOnce(t *testing.T) {
	h := start(t, "", discard{})
	worker := h.as("seruni")
	worker.get("/kasus?lihat=team")
	worker.follow(id.Short(firstCase(worker)))
	at := worker.at
	worker.get(at + "/catatan")
	form, _ := worker.form("Simpan")
	v := values(form)
	v.Set("text", "Catatan sekali saja.")
	worker.post(at+"/catatan", v)
	worker.post(at+"/catatan", v)
	if n := strings.Count(worker.body, "Catatan sekali saja."); n != 1 {
		t.Errorf("the note stands there %d times", n)
	}
}

func firstCase(c *client) string {
	for n := range nodes(c.page, "a") {
		if p := strings.TrimPrefix(attr(n, "href"), "/kasus/"); id.Valid(p) {
			return p
		}
	}
	c.t.Fatal("no case in the list")
	return ""
}

func TestSignInCarriesWhatWasTyped(t *testing.T) {
	h := start(t, "", discard{})
	worker := h.as("seruni")
	worker.get("/kasus?lihat=team")
	at := "/kasus/" + firstCase(worker) + "/catatan"
	worker.get(at)
	form, _ := worker.form("Simpan")
	v := values(form)
	v.Set("text", "Tulisan yang panjang dan tidak boleh hilang.")
	h.clock.Advance(40 * 60 * 1e9) // the session's idle time passes
	worker.post(at, v)
	worker.see("Masuk")
	password, code := h.signIn("seruni")
	worker.submit("Lanjutkan", "name", "seruni", "password", password, "totp", code)
	worker.see("Lanjutkan yang tadi")
	worker.submit("Lanjutkan")
	worker.see("Tulisan yang panjang dan tidak boleh hilang.")
}
