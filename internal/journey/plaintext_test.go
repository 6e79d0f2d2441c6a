package journey

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/naungan/naungan/internal/app"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/report"
)

// markers are what a visitor and the staff type; none may be found on disk.
var markers = []string{"zanggarwati", "kwetiauputih", "0813-7777-1234", "+6281377771234", "markahalaman.example", "nyonyamarka", "198.51.100.77", "MarkaAgen/9", "rahasiamarka"}

const planted = "sengajaditanam"

// TestNoPlaintext sends markers through every door, then searches everything that
// reaches a disk. A marker planted on purpose must be found first.
func TestNoPlaintext(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { noPlaintext(t, "", "") })
	t.Run("postgres", func(t *testing.T) {
		dir, err := os.MkdirTemp("", "naungan-pg") // not t.TempDir: another user must reach it
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		pattern, stop, err := dbtest.StartPostgres(dir, true)
		if errors.Is(err, dbtest.ErrNoPostgres) && os.Getenv("CI") == "" {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(stop)
		noPlaintext(t, strings.Replace(pattern, "%s", "postgres", 1), dir)
	})
}

func noPlaintext(t *testing.T, database, pgDir string) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	var logs bytes.Buffer
	h := startAt(t, app.Place{Database: database, PlainPages: true}, &logs)
	h.throughEveryDoor()
	h.settle()
	if err := h.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(tx.Ctx(), `INSERT INTO app_setting (jurisdiction, name, value) VALUES ('jkb', 'planted', '`+planted+`')`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if database != "" {
		_ = h.DB.Read(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(tx.Ctx(), `CHECKPOINT`); return err })
	}
	var dump bytes.Buffer
	if _, err := h.DB.Dump(ctx, &dump, nil); err != nil {
		t.Fatal(err)
	}
	places := map[string][]byte{"dump": dump.Bytes(), "logs": logs.Bytes()}
	for _, dir := range []string{h.Data, tmp, pgDir} {
		if dir != "" {
			readAll(t, dir, places)
		}
	}
	if len(places) < 4 {
		t.Fatalf("only %d places searched", len(places))
	}
	found := ""
	for name, b := range places {
		if in(b, planted) {
			found += " " + filepath.Base(name)
		}
	}
	if !strings.Contains(found, "dump") || len(strings.Fields(found)) < 2 {
		t.Fatalf("the planted marker is found only in:%s", found)
	}
	for _, m := range markers {
		for name, b := range places {
			if in(b, m) {
				t.Errorf("%q lies in %s", m, name)
			}
		}
	}
}

func readAll(t *testing.T, dir string, into map[string][]byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil // a file that went away while we looked
		}
		b, err := os.ReadFile(p)
		if err == nil && len(b) > 0 {
			into[p] = b
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// in tells whether a marker stands in b in any common form.
func in(b []byte, marker string) bool {
	for _, f := range forms(marker) {
		if bytes.Contains(b, f) {
			return true
		}
	}
	for rest := b; ; {
		i := bytes.Index(rest, []byte{0x1f, 0x8b, 8})
		if i < 0 {
			return false
		}
		if z, err := gzip.NewReader(bytes.NewReader(rest[i:])); err == nil {
			z.Multistream(false)
			plain, _ := io.ReadAll(io.LimitReader(z, 1<<20)) // a cut stream gives what it held
			if bytes.Contains(plain, []byte(marker)) {
				return true
			}
		}
		rest = rest[i+3:]
	}
}

func forms(m string) (out [][]byte) {
	var le, be []byte
	for _, u := range utf16.Encode([]rune(m)) {
		le, be = append(le, byte(u), byte(u>>8)), append(be, byte(u>>8), byte(u))
	}
	out = append(out, []byte(m), le, be, []byte(hex.EncodeToString([]byte(m))), []byte(strings.ToUpper(hex.EncodeToString([]byte(m)))), []byte(url.QueryEscape(m)))
	for shift := range 3 { // base64 of a text that holds the marker, at each alignment
		padded := strings.Repeat("\x00", shift) + m
		enc := base64.RawStdEncoding.EncodeToString([]byte(padded))
		begin := (shift*8 + 5) / 6
		end := len(padded) / 3 * 4
		if end > begin {
			out = append(out, []byte(enc[begin:end]))
		}
	}
	return out
}

func TestFormsAreFound(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write([]byte("xx " + planted + " yy"))
	_ = w.Close()
	for i, b := range [][]byte{
		[]byte("a " + planted), []byte(base64.StdEncoding.EncodeToString([]byte("halo " + planted + " ya"))), []byte(base64.StdEncoding.EncodeToString([]byte("hal " + planted))),
		[]byte(base64.StdEncoding.EncodeToString([]byte("ha " + planted + "x"))), []byte(hex.EncodeToString([]byte(planted))), append([]byte("zz"), z.Bytes()...),
	} {
		if !in(b, planted) {
			t.Errorf("form %d is not found", i)
		}
	}
	if in([]byte("nothing here"), planted) {
		t.Error("found where it is not")
	}
}

// throughEveryDoor types the markers into every field there is.
func (h *house) throughEveryDoor() {
	h.t.Helper()
	c := visit(h.t, h.URL)
	c.http.Transport = marked{}
	story := "zanggarwati bercerita tentang kwetiauputih"
	c.get("/tulis/other?catatan=rahasiamarka")
	c.submit("Tidak, lanjutkan")
	c.submit("Lanjut", "helps", "advice")
	c.submit("Lanjut", "text", story)
	c.submit("Lanjut", "where", "kwetiauputih", "links", "https://markahalaman.example/a")
	c.submit("Lanjut", "helpers", "nyonyamarka")
	c.submit("Lanjut", "number", "0813-7777-1234", "safe", "rahasiamarka", "contact", "phone")
	c.submit("Kirim")
	code := c.digits()
	c.mailbox(code)
	c.submit("Kirim", "text", "pesan kwetiauputih")
	c.get("/zanggarwati?x=kwetiauputih")
	desk := h.as("anggrek")
	path := h.find(desk, story)
	for _, d := range [][]string{{"reply", "Kirim jawaban", "text", "jawab rahasiamarka"}, {"note", "Simpan", "text", "catat zanggarwati"}} {
		desk.get(path)
		desk.deed(d[0], d[1], d[2:]...)
	}
	h.capture(desk)
	desk.get(path)
	desk.deed("hand", "Serahkan ke tim kasus", "team", desk.option("team", "Barat"), "text", "alasan nyonyamarka")
	h.caseDoors()
	req, err := http.NewRequest(http.MethodPost, h.URL+"/api/v1/reports", strings.NewReader(`{"secret":"0123456789abcdef0123456789abcdef","text":"kwetiauputih lewat mitra","where":"zanggarwati"}`))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Naungan-Key", h.demo.PartnerKey)
	c.do(req)
	if c.status != http.StatusCreated {
		h.t.Fatalf("partner: %d %s", c.status, c.body)
	}
	in := report.Intake{Door: report.Other, Text: story, Where: "kwetiauputih", Numbers: []report.Number{{Number: "0813-7777-1234", Whose: "reporter"}}}
	if err := h.Reports.ReceiveLater(ctx, seal.NewReporterSecret(), in, report.Web, report.Normal); err != nil || h.Reports.Spooled() != 1 {
		h.t.Fatalf("the spool: %v", err)
	}
}

// capture writes a call down, with a draft on the way.
func (h *house) capture(desk *client) {
	h.t.Helper()
	desk.get("/aduan/catat")
	form, _ := desk.form("Simpan")
	v := values(form)
	for k, x := range map[string]string{"channel": "phone", "text": "zanggarwati menelepon", "summary": "kwetiauputih", "name": "Nyonyamarka Contoh nyonyamarka", "birth_year": "2012", "area": "Tambora", "caller": "nyonyamarka", "number": "0813-7777-1234", "safe": "rahasiamarka"} {
		v.Set(k, x)
	}
	desk.post("/aduan/catat/simpan", v)
	desk.get("/aduan/catat")
	desk.see("belum selesai")
	form, _ = desk.form("Simpan")
	again := values(form)
	for k := range v {
		if !strings.HasPrefix(k, "_") {
			again[k] = v[k]
		}
	}
	again.Set("go", "record")
	desk.post("/aduan/catat", again)
	desk.see("Bacakan kode ini")
	desk.get("/aduan/catat")
	v["_once"], v["_csrf"] = []string{fmt.Sprintf("%024d", 7)}, []string{hidden(desk, "_csrf")}
	desk.post("/aduan/catat/simpan", v) // a draft that stays
}

// caseDoors opens a case from the report and writes into every document.
func (h *house) caseDoors() {
	h.t.Helper()
	w := h.as("seruni")
	w.get("/kasus")
	w.follow("cari dulu, lalu buka kasus")
	w.submit("Cari", "name", "zanggarwati", "birth_year", "2012", "kecamatan", "Tambora", "phone", "0813-7777-1234")
	w.submit("Buka kasus", "team", w.option("team", "Barat"), "worker", w.option("worker", "seruni"), "second", w.option("second", "teratai"), "summary", "kwetiauputih")
	at := strings.SplitN(w.at, "?", 2)[0]
	for kind, fields := range map[string][]string{
		"situation": {"summary", "zanggarwati", "own_words", "kwetiauputih"}, "contact": {"to", "0813-7777-1234", "code_word", "rahasiamarka"},
		"safety": {"safe_people", "nyonyamarka"}, "plan": {"goal1", "kwetiauputih", "note", "zanggarwati"}, "concerns": {"note", "rahasiamarka"},
	} {
		w.get(at + "/ubah/" + kind)
		w.submit("Simpan", fields...)
		w.see("Disimpan")
	}
	w.get(at + "/catatan")
	w.submit("Simpan", "text", "catatan zanggarwati")
	w.get(at + "/persetujuan")
	w.submit("Simpan", "consent", "C-ASSENT", "state", "given", "by", "nyonyamarka", "purpose", "rahasiamarka", "evidence", "kwetiauputih")
	w.get(at + "/langkah")
	w.submit("Lewati dengan alasan", "text", "alasan kwetiauputih")
	h.formDoor(w, at)
	w.get(at + "/kelola")
	w.deed("move", "Simpan", "status", "assessment", "reason", "alasan zanggarwati")
	h.newVersion()
	w.get(at + "/manual?lang=id")
	w.submit("Pindahkan kasus ke versi 0.3.0", "reason", "alasan kwetiauputih")
	w.see("alasan kwetiauputih")
	h.stepUp(w, "seruni")
	w.get(at + "/identitas")
	w.submit("Buka identitas", "reason", "contact")
	w.submit("Simpan", "address", "kwetiauputih", "school", "zanggarwati", "person", "nyonyamarka")
	w.see("Disimpan")
}

// formDoor keeps a draft of a form, finishes it, and prints it.
func (h *house) formDoor(w *client, at string) {
	h.t.Helper()
	w.get(at + "/formulir/F-19?langkah=B0")
	w.submit("Simpan dulu", "isi.safe_people", "draf nyonyamarka")
	w.see("Disimpan dulu", "draf nyonyamarka")
	w.submit("Selesaikan formulir", "isi.safe_people", "nyonyamarka", "isi.must_not", "rahasiamarka", "isi.numbers", "0813-7777-1234", "isi.why_now", "first", "isi.made_on", "2026-11-20",
		"isi.guardian_there", "no", "isi.paper", "none", "isi.worries", "zanggarwati", "isi.calm", "kwetiauputih")
	w.see("Formulir selesai", "zanggarwati")
	w.submit("Cetak formulir ini")
	w.see("kwetiauputih", "Cetakan nomor 1")
}

// marked sends every request with a marker as address and user agent.
type marked struct{}

// RoundTrip adds the markers.
func (marked) RoundTrip(r *http.Request) (*http.Response, error) {
	r.Header.Set("User-Agent", "MarkaAgen/9")
	r.Header.Set("X-Forwarded-For", "198.51.100.77")
	r.Header.Set("Referer", "https://markahalaman.example/dari")
	return http.DefaultTransport.RoundTrip(r)
}
