//go:build browser

package journey

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/lang"
)

// tab is a tab of a real browser.
type tab struct {
	t   *testing.T
	ctx context.Context
	h   *house
	axe string
}

// browse starts Debian's chromium; without one the test is skipped with a word,
// in CI it fails.
func browse(t *testing.T, h *house) *tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	axe, axeErr := os.ReadFile("../../web/node_modules/axe-core/axe.min.js")
	if err != nil || axeErr != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("chromium and axe-core are needed in CI:", err, axeErr)
		}
		t.Skip("chromium or axe-core is missing: make test installs them")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))
	alloc, stop := chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(stop)
	c, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	c, cancel = context.WithTimeout(c, 8*time.Minute)
	t.Cleanup(cancel)
	return &tab{t: t, ctx: c, h: h, axe: string(axe)}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatalf("%v\n%s", err, b.text())
	}
}

func (b *tab) text() string {
	s, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.pathname + "\n" + (document.body ? document.body.innerText : "")`))
	if err != nil {
		return err.Error()
	}
	return s
}

func (b *tab) goTo(path string) { b.t.Helper(); b.do(chromedp.Navigate(b.h.URL + path)) }

// set fills a field of the page by name, as typing would.
func (b *tab) set(name, value string) {
	b.t.Helper()
	js := fmt.Sprintf(`(() => { for (const e of document.getElementsByName(%q)) {
		if (e.type === "radio" || e.type === "checkbox") { if (e.value === %q) { e.click(); return true; } continue; }
		if (e.type === "hidden") continue;
		e.value = %q; e.dispatchEvent(new Event("input", {bubbles: true})); return true; } return false; })()`, name, value, value)
	ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](js))
	if err != nil || !ok {
		b.t.Fatalf("no field %s (%v):\n%s", name, err, b.text())
	}
}

// choose picks the option whose text contains s.
func (b *tab) choose(name, s string) {
	b.t.Helper()
	js := fmt.Sprintf(`(() => { for (const e of document.getElementsByName(%q)) for (const o of (e.options || [])) if (o.text.includes(%q)) { e.value = o.value; return true; } return false; })()`, name, s)
	if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](js)); err != nil || !ok {
		b.t.Fatalf("no option %s=%s (%v)", name, s, err)
	}
}

// press clicks the first visible button with this label (unfolding what hides
// it) and waits for the next page.
func (b *tab) press(label string) { b.t.Helper(); b.pressIn("", label) }

func (b *tab) pressIn(deed, label string) {
	b.t.Helper()
	js := fmt.Sprintf(`(() => { window.__old = true; for (const e of document.querySelectorAll("button")) {
		const f = e.closest("form"), d = f && f.querySelector("input[name=deed]");
		if (e.innerText.trim() !== %q && e.textContent.trim() !== %q || (%q !== "" && (!d || d.value !== %q))) continue;
		for (let p = e.closest("details"); p; p = p.parentElement && p.parentElement.closest("details")) p.open = true;
		e.click(); return true; } return false; })()`, label, label, deed, deed)
	if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](js)); err != nil || !ok {
		b.t.Fatalf("no button %q (%v):\n%s", label, err, b.text())
	}
	b.arrive()
}

// arrive waits until the page that was pressed on is gone and the next is there.
func (b *tab) arrive() {
	b.t.Helper()
	for range 200 {
		done, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`!window.__old && document.readyState === "complete"`))
		if err == nil && done {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.t.Fatalf("the next page did not come:\n%s", b.text())
}

// await waits until something is so on the page.
func (b *tab) await(js string) {
	b.t.Helper()
	for range 400 {
		if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("!!("+js+")")); err == nil && ok {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.t.Fatalf("never so: %s\n%s", js, b.text())
}

func (b *tab) see(texts ...string) {
	b.t.Helper()
	shown := b.text()
	for _, s := range texts {
		if !strings.Contains(shown, s) {
			b.t.Fatalf("not shown: %q\n%s", s, shown)
		}
	}
}

// look runs axe-core and takes a picture at 320 px and 1280 px.
func (b *tab) look(name string) {
	b.t.Helper()
	for _, width := range []int64{1280, 320} {
		b.do(chromedp.EmulateViewport(width, 900))
		wide, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`(() => { const w = document.documentElement.clientWidth; if (document.documentElement.scrollWidth <= w + 1) return "";
			return [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > w + 1).map(e => e.outerHTML.slice(0, 120)).slice(0, 3).join(" | ") || "something outside main"; })()`))
		if err != nil || wide != "" {
			b.t.Errorf("%s is wider than %d px: %s (%v)", name, width, wide, err)
		}
		b.picture(fmt.Sprintf("%s-%d", name, width))
		b.readable(name, width)
	}
	b.paper(name)
	b.do(chromedp.EmulateViewport(1280, 900))
	js := b.axe + `;axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => JSON.stringify(r.violations.map(v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 160)).join(" | "))))`
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](js, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatal(err)
	}
	var list []string
	if err := json.Unmarshal([]byte(found), &list); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range list {
		b.t.Errorf("%s: axe: %s", name, v)
	}
}

// readable fails where the letters of a picture are smaller than 12 CSS pixels, or a
// clock of a list of tasks lies beside the screen.
func (b *tab) readable(name string, width int64) {
	b.t.Helper()
	wrong, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`(() => { const out = [];
		for (const s of document.querySelectorAll("svg.n-flow")) { const w = s.getBoundingClientRect().width; if (!w) continue;
			const small = Math.min(...[...s.querySelectorAll("text")].map(t => parseFloat(getComputedStyle(t).fontSize) * w / s.viewBox.baseVal.width));
			if (small < 11.95) out.push("letters of " + small.toFixed(1) + " px"); }
		if (document.querySelector("main svg.n-flow--narrow") && ![...document.querySelectorAll("main svg.n-flow")].some(s => s.getBoundingClientRect().width)) out.push("no picture");
		for (const c of document.querySelectorAll("main td[data-head] .n-clock")) if (c.getBoundingClientRect().right > innerWidth + 1) out.push("a clock beside the screen");
		if (location.pathname == "/hari-ini" && document.querySelector("main table td .n-clock") && !document.querySelector("main td[data-head] .n-clock")) out.push("tasks in a wide table");
		return out.join(", "); })()`))
	if err != nil || wrong != "" {
		b.t.Errorf("%s at %d px: %s (%v)", name, width, wrong, err)
	}
}

// paper keeps the page as it prints on A4, beside the pictures.
func (b *tab) paper(name string) {
	dir := os.Getenv("NAUNGAN_SHOTS")
	if dir == "" {
		return
	}
	printed := func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		r, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69}) // inches
		if err != nil {
			return nil, err
		}
		return r.Data, nil
	}
	pdf, err := chromedp.Run(b.ctx, chromedp.Action[[]byte](printed))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".pdf"), pdf, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// picture keeps a screenshot where NAUNGAN_SHOTS names a folder.
func (b *tab) picture(name string) {
	dir := os.Getenv("NAUNGAN_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) signIn(name string) {
	b.t.Helper()
	b.goTo("/masuk?lang=id")
	password, code := b.h.signIn(name)
	b.set("name", name)
	b.set("password", password)
	b.set("totp", code)
	b.press("Lanjutkan")
	b.see("Hari ini")
}

func (b *tab) signOut() { b.t.Helper(); b.press("Keluar") }

// TestWholeWayInABrowser is the main job with scripts on: report, desk, case,
// steps, closing, and the answer for whoever holds the code.
func TestWholeWayInABrowser(t *testing.T) {
	h := start(t, "", io.Discard)
	b := browse(t, h)
	story := "Seorang anak perlu teman bicara yang aman."
	b.goTo("/")
	b.see("Butuh bantuan")
	b.goTo("/tulis/other")
	b.press("Tidak, lanjutkan")
	h.clock.Advance(30 * time.Second)
	b.set("helps", "advice")
	b.press("Lanjut")
	b.set("text", story)
	b.press("Lanjut")
	b.press("Lanjut")
	b.press("Lanjut")
	b.set("contact", "code")
	b.press("Lanjut")
	b.look("06-check")
	b.press("Kirim")
	b.see("Simpan kode ini")
	b.look("07-code")
	code, err := chromedp.Run(b.ctx, chromedp.Text(".n-code--digits"))
	if err != nil {
		t.Fatal(err)
	}
	b.signIn("anggrek")
	path := h.find(h.as("dahlia"), story)
	b.goTo(path)
	b.set("risk", "high")
	b.pressIn("rate", "Simpan")
	b.see("Penilaian disimpan")
	b.choose("team", "Barat")
	b.pressIn("hand", "Serahkan ke tim kasus")
	b.see("Aduan diserahkan")
	b.signOut()

	b.signIn("seruni")
	b.goTo("/kasus/baru?aduan=" + strings.TrimPrefix(path, "/aduan/"))
	b.set("name", "Anak Contoh Lain")
	b.set("birth_year", "2014")
	b.set("kecamatan", "Palmerah")
	b.press("Cari")
	b.choose("team", "Barat")
	b.choose("worker", "seruni")
	b.choose("second", "teratai")
	b.press("Buka kasus")
	b.see("Kasus dibuka")
	at, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.pathname`))
	if err != nil {
		t.Fatal(err)
	}
	b.goTo(at + "/langkah")
	b.press("Selesai")
	b.see("masih ada yang terbuka")
	b.set("anyway", "yes")
	b.set("text", "Diisi kemudian.") // of the first step, as the button
	b.press("Selesai")
	b.see("Langkah disimpan")
	b.goTo(at + "/kelola")
	b.set("cause", "other")
	b.set("reason", "Tujuan tercapai.")
	b.pressIn("close", "Usulkan penutupan kasus")
	if !strings.Contains(b.text(), "mengusulkan penutupan kasus") { // the reason lies in the form of the deed
		b.do(chromedp.SetValue("#reason-close", "Tujuan tercapai."))
		b.pressIn("close", "Usulkan penutupan kasus")
	}
	b.see("mengusulkan penutupan kasus")
	b.signOut()
	b.signIn("wijaya")
	b.goTo(at + "/kelola")
	b.set("reason", "Sudah diperiksa.")
	b.pressIn("decide", "Setuju")
	b.see("Ditutup")
	b.signOut()
	h.settle()
	b.goTo("/kotak")
	b.set("kode", code)
	b.press("Buka")
	b.see("Selesai")
	b.look("08-mailbox")
}

// TestAManualInABrowser: an expert changes a deadline, a second person signs, a
// third puts it in force, a running case goes on under it, and its history tells.
func TestAManualInABrowser(t *testing.T) {
	h := start(t, "", io.Discard)
	b := browse(t, h)
	worker := h.as("seruni")
	worker.get("/kasus")
	at := "/kasus/" + h.case_(worker)
	where := func() string {
		path, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.pathname`))
		if err != nil {
			t.Fatal(err)
		}
		return path
	}

	b.signIn("wijaya")
	b.goTo("/manual/riwayat")
	b.set("version", "0.3.0")
	b.set("reason", "Tenggat pertama terlalu longgar.")
	b.press("Buat draf")
	b.see("Draf dibuat")
	draft := where()
	b.goTo(draft + "/langkah/A2")
	b.set("title.id", "Anak nakal") // a word that blames: told beside its field before anything is sent
	b.await(`document.querySelector("#title\\.id").closest(".govuk-form-group").querySelector(".n-live-note")`)
	b.see("Pemeriksaan sambil mengetik", "menyalahkan anak")
	b.look("manual-1-live")
	b.set("title.id", "Terima pengaduan dari kanal mana pun")
	b.set("deadline.value", "3")
	b.await(`!document.querySelector(".n-live-note") && document.querySelector("[data-check-result]").textContent.includes("3 jam")`)
	b.goTo(draft + "/teks")
	b.set("text", "steps: [")
	b.await(`document.querySelector("[data-check-result]").textContent.includes("bukan manual")`)
	b.goTo(draft + "/formulir/F-01")
	b.set("label.id.0", "")
	b.await(`document.querySelector("[data-check-result] a[data-field='label.id.0']")`)
	b.goTo(draft + "/langkah/A2")
	b.set("deadline.value", "3")
	b.set("reason", "Tiga jam sesuai jumlah petugas.")
	b.press("Lihat dulu")
	b.see("Belum disimpan")
	b.look("manual-1-preview")
	b.press("Simpan")
	b.see("Perubahan draf disimpan")
	b.look("manual-2-step")
	b.press("Tambah kelompok syarat")
	b.see("Kelompok syarat")
	b.look("manual-2-group")
	b.goTo(draft)
	b.look("manual-2-draft")
	b.signOut()

	for _, s := range []struct{ name, deed, label string }{{"kenanga", "review", "Tanda tangani: sudah ditinjau"}, {"cemara", "activate", "Tanda tangani: mulai berlaku"}} {
		b.signIn(s.name)
		b.goTo(draft)
		b.do(chromedp.SetValue("#reason-"+s.deed, "Sudah dibandingkan."))
		b.look("manual-3-" + s.deed)
		b.pressIn(s.deed, s.label)
		b.signOut()
	}

	b.signIn("seruni")
	b.goTo(at)
	b.see("Ada manual yang lebih baru")
	b.goTo(at + "/manual")
	b.see("0.3.0", "hal lain tetap seperti semula")
	b.look("manual-4-case")
	b.set("reason", "Tenggat baru berlaku bagi semua.")
	b.press("Pindahkan kasus ke versi 0.3.0")
	b.see("Kasus dipindahkan dari manual versi 0.2.1 ke versi 0.3.0", "Tenggat baru berlaku bagi semua.")
	b.look("manual-5-history")
}

// TestAFormInABrowser: a worker fills in a form of the manual, is stopped by what
// is missing, mends it, and prints it. Fields come and go with the answers, at once.
func TestAFormInABrowser(t *testing.T) {
	h := start(t, "", io.Discard)
	b := browse(t, h)
	at := h.as("seruni").newCase(h, "Anak Contoh Peramban")
	visible := func(name string) bool {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](fmt.Sprintf(`document.getElementsByName(%q)[0].checkVisibility()`, name)))
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	b.signIn("seruni")
	b.goTo(at + "/langkah")
	b.see("Untuk tahu apa berikutnya, perlu diketahui:")
	b.look("form-0-step")
	b.goTo(at + "/formulir/F-03?langkah=A3")
	b.see("Simpan dulu", "Selesaikan formulir")
	if strings.Contains(b.text(), "Lanjut memunculkan") || visible("isi.to") {
		t.Error("the script did not start")
	}
	b.set("isi.channel", "whatsapp")
	if !visible("isi.to") {
		t.Error("an answer brings nothing out")
	}
	b.set("isi.to", "0812-0000-0000")
	b.set("isi.channel", "none")
	if visible("isi.to") {
		t.Error("what is no longer asked is shown")
	}
	b.set("isi.channel", "whatsapp")
	b.set("isi.never", "Jangan menelepon rumah.")
	b.press("Selesaikan formulir")
	b.see("Ada isian yang perlu diperbaiki", "Disusun bersama perlu diisi.", "Bolehkah wali dihubungi? perlu diisi.")
	if !visible("isi.to") {
		t.Error("what was asked is hidden after a fault")
	}
	b.look("form-1-missing")
	b.set("isi.agreed_with", "child")
	b.set("isi.guardian", "no")
	b.press("Selesaikan formulir")
	b.see("Formulir selesai dan disimpan", "0812-0000-0000", "Jangan menelepon rumah.")
	b.look("form-2-finished")
	b.press("Cetak formulir ini")
	b.see("Cetakan nomor 1, dicetak oleh seruni", "0812-0000-0000")
	b.look("form-3-print")
	b.goTo(at + "/formulir/F-03?langkah=A3")
	b.see("Menyelesaikannya lagi menjadi isian baru")
	b.look("form-4-again")
}

// TestEveryPageIsAccessible walks the pages of every role in both languages.
func TestEveryPageIsAccessible(t *testing.T) {
	h := start(t, "", io.Discard)
	b := browse(t, h)
	for _, l := range lang.Languages {
		for i, path := range []string{"/", "/bantuan", "/tulis/self", "/tulis/other", "/kotak", "/masuk", "/masuk/kit", "/peragaan", "/tidak-ada"} {
			b.goTo(path + "?lang=" + l)
			b.look(fmt.Sprintf("%s-0%d%s", l, i, strings.ReplaceAll(path, "/", "_")))
		}
	}
	reader := h.as("seruni")
	reader.get("/kasus?lihat=team")
	at := "/kasus/" + firstCase(reader)
	public := visit(t, h.URL)
	story := "Perlu tempat bertanya."
	public.report(h, "other", story, false)
	rep := h.find(h.as("dahlia"), story)
	book := "/manual/versi/" + must(h.Manual.ActiveHash(ctx))(t)
	draft := h.draft(h.as("jati"))
	for _, who := range []struct {
		name  string
		pages []string
	}{
		{"anggrek", []string{"/hari-ini", "/aduan", "/aduan/catat", "/aduan/alarm", "/aduan/piket", "/aduan/serah-terima", rep, "/manual", "/manual/A1", "/manual/riwayat", "/manual/cari?q=bahaya", "/manual/kontak", book + "/tahap/A", book + "/langkah/A6", book + "/formulir/F-02", book + "/coba", book + "/coba?hari=90&selesai=ya&fact.risk=high&fact.child_age_band=15-17", "/lainnya"}},
		{"flamboyan", []string{"/aduan/tinjauan"}},
		{"wijaya", []string{"/hari-ini", "/kasus", "/kasus?lihat=team", "/kasus/baru", at, at + "/langkah", at + "/formulir/F-04?langkah=A5", at + "/formulir/F-13?langkah=B1", at + "/catatan", at + "/ubah/plan", at + "/ubah/concerns", at + "/persetujuan", at + "/identitas", at + "/kelola", at + "/garis-waktu", at + "/manual", "/manual/kontak", "/manual/riwayat", draft, draft + "/langkah/A6", draft + "/formulir/F-02", draft + "/teks", draft + "/kamus", draft + "/kamus/kepala", draft + "/kamus/fakta", draft + "/kamus/fakta/risk", draft + "/kamus/peran/R-PENDAMPING", draft + "/kamus/sumber/S-TPKS23", "/manual/banding?ke=" + strings.TrimPrefix(draft, "/manual/naskah/"), at + "/berkas", at + "/berkas/formulir", at + "/berkas/rujukan", at + "/berkas/penugasan", at + "/berkas/serah-terima", at + "/berkas/simfoni", at + "/jejak"}},
		{"seruni", []string{"/hari-ini"}}, // with tasks
		{"melati", []string{"/hari-ini", "/lainnya", "/lainnya/matriks", "/lainnya/catatan"}},
	} {
		b.signIn(who.name)
		for _, l := range []string{"en", "id"} { // Indonesian last: the buttons below are pressed in it
			for _, path := range who.pages {
				sep := "?"
				if strings.Contains(path, "?") {
					sep = "&"
				}
				b.goTo(path + sep + "lang=" + l)
				name := strings.NewReplacer(book, "_buku", draft, "_naskah", "/", "_", "?", "_", strings.TrimPrefix(at, "/kasus/"), "ID", strings.TrimPrefix(rep, "/aduan/"), "ID", strings.TrimPrefix(draft, "/manual/naskah/"), "ID", "&", "_").Replace(path)
				b.look(l + "-" + who.name + name)
			}
		}
		b.signOut()
	}
	if err := h.DB.Write(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(tx.Ctx(), `DELETE FROM access_member`); return err }); err != nil {
		t.Fatal(err)
	}
	for l, says := range map[string]string{"en": "not open yet", "id": "belum dibuka"} {
		b.goTo("/tulis/other?lang=" + l)
		b.see(says)
		b.look(l + "-shut")
	}
}
