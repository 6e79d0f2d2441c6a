package journey

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/app"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
	"github.com/naungan/naungan/internal/report"
)

// naungan runs the command line and returns status, output and what it said.
func naungan(stdin string, args ...string) (int, string, string) {
	out, errs := &bytes.Buffer{}, &bytes.Buffer{}
	n := app.Main(args, strings.NewReader(stdin), out, errs)
	return n, out.String(), errs.String()
}

func write(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCheckpointCommands prints a checkpoint and holds logs against it.
func TestCheckpointCommands(t *testing.T) {
	both(t, func(h *house) {
		t, dir := h.t, h.t.TempDir()
		on := func(args ...string) []string { return append(args, "--data", h.Data, "--database", h.Place.Database) }
		n, out, errs := naungan("", on("audit", "checkpoint", "--json")...)
		var c audit.Checkpoint
		if err := json.Unmarshal([]byte(out), &c); n != 0 || err != nil || c.Leaves == 0 || c.Root == "" || !strings.HasPrefix(c.Text, "naungan/jkb\n") || c.Verifier != h.Audit.Verifier() {
			t.Fatalf("%d %v %s %s", n, err, out, errs)
		}
		file := filepath.Join(dir, "titik")
		if n, _, errs := naungan("", on("audit", "checkpoint", "-o", file)...); n != 0 {
			t.Fatal(errs)
		}
		if n, _, _ := naungan("", on("audit", "checkpoint", "-o", file)...); n != 1 {
			t.Error("wrote over a checkpoint:", n)
		}
		visit(t, h.URL).report(h, "other", "Cerita setelah titik periksa.", false)
		if n, out, errs := naungan("", on("audit", "verify", "--checkpoint", file, "--verifier", c.Verifier)...); n != 0 {
			t.Errorf("a right checkpoint: %d %s %s", n, out, errs)
		}
		if n, _, _ := naungan("", on("audit", "verify", "--verifier", c.Verifier)...); n != 2 {
			t.Error("a verifier without a checkpoint:", n)
		}
		n, out, _ = naungan(strings.Replace(c.Text, c.Root, "A"+c.Root[1:], 1), on("audit", "verify", "--json", "--checkpoint", "-")...)
		var r audit.Report
		if err := json.Unmarshal([]byte(out), &r); n != 1 || err != nil || r.OK || r.Break == nil || !strings.Contains(r.Break.What, "signature") {
			t.Errorf("a changed checkpoint: %d %v %s", n, err, out)
		}
		for _, who := range []string{"cempaka", "kenanga", "admin", "melati"} {
			p := h.as(who)
			p.get("/lainnya")
			p.follow("Titik periksa")
			p.see("naungan/jkb", c.Verifier, "Belum ada pengiriman harian")
			p.get("/lainnya/catatan?lang=en")
			p.see("Signed checkpoint", "Verifier key")
			p.get("/lainnya/catatan?lang=id")
		}
		if p := h.as("seruni"); true {
			if p.get("/lainnya/catatan"); p.status != 403 {
				t.Error("a caseworker sees it:", p.status)
			}
		}
	})
}

// TestRestoreStaysShutUntilTwoConfirm backs up, goes on working, loses everything,
// restores with the checkpoint and the lists of the last day, and opens again.
func TestRestoreStaysShutUntilTwoConfirm(t *testing.T) {
	for engine, database := range map[string]string{"sqlite": "", "postgres": dbtest.PostgresURL(t)} {
		t.Run(engine, func(t *testing.T) { restoreStaysShut(t, database) })
	}
}

func restoreStaysShut(t *testing.T, database string) {
	h := start(t, "", discard{})
	public := visit(t, h.URL)
	code := public.report(h, "other", "Cerita yang nanti dihapus.", false)
	gone := strings.TrimPrefix(h.find(h.as("dahlia"), "Cerita yang nanti dihapus."), "/aduan/")
	worker := h.as("seruni")
	form := worker.newCase(h, "Anak Contoh Cadangan") + "/formulir/F-19?langkah=B0"
	worker.get(form)
	worker.submit("Simpan dulu", "isi.safe_people", "Bibi dan kakak sepupu.")
	h.settle()
	dir := t.TempDir()
	identity, recipient := ageKeys(t, dir)
	key := filepath.Join(h.Data, "machine.key")
	backup := filepath.Join(dir, "cadangan.age")
	if n, _, errs := naungan("", "backup", "--data", h.Data, "-o", backup, "--recipient", recipient); n != 0 {
		t.Fatal(errs)
	}
	_, early, _ := naungan("", "audit", "lists", "--data", h.Data)

	// After the backup: a report is erased, a caseworker leaves her team, an account ends.
	h.finish(gone)
	h.leave("teratai", "Tim pendamping Barat")
	delete(h.cookies, "seruni")
	worker = h.as("seruni") // under the team's new keys
	worker.get(form)
	worker.see("Bibi dan kakak sepupu.")
	h.exec(`UPDATE access_person SET state = 'ended' WHERE name = 'kamboja'`)
	_, point, errs := naungan("", "audit", "checkpoint", "--data", h.Data)
	checkpoint := write(t, filepath.Join(dir, "checkpoint"), point)
	n, text, _ := naungan("", "audit", "lists", "--data", h.Data)
	if n != 0 || !strings.Contains(text, gone) {
		t.Fatal(n, text, errs)
	}
	lists := write(t, filepath.Join(dir, "lists"), text)

	to := filepath.Join(dir, "baru")
	restore := func(stdin string, more ...string) (int, string) {
		n, _, errs := naungan(stdin, append([]string{"restore", backup, "--data", to, "--database", database, "--identity", identity, "--machine-key", key}, more...)...)
		return n, errs
	}
	broken := write(t, filepath.Join(dir, "lain"), strings.Replace(text, gone, strings.Repeat("0", len(gone)), 1))
	for _, c := range []struct {
		stdin string
		args  []string
		says  string
	}{
		{"no\n", nil, ""},
		{"yes\n\n\n", []string{"--checkpoint", write(t, filepath.Join(dir, "umum"), strings.Replace(point, "naungan/jkb", "naungan/lain", 1))}, "another log"},
		{"", []string{"--yes", "--checkpoint", write(t, filepath.Join(dir, "ubah"), strings.Replace(point, "\n\n", "x\n\n", 1))}, "signature"},
		{"", []string{"--yes", "--lists", broken}, "signature"},
		{"yes\n" + checkpoint + "\n\nno\n", nil, "older than the checkpoint"},
	} {
		if n, errs := restore(c.stdin, c.args...); n != 1 || !strings.Contains(errs, c.says) {
			t.Fatalf("%v: %d %s", c, n, errs)
		}
	}
	if n, _, _ := naungan("", "restore", "-", "--data", to, "--identity", identity, "--yes"); n != 2 {
		t.Error("a backup from standard input without a key file:", n)
	}
	n, said := restore("yes\n" + checkpoint + "\n" + lists + "\nyes\n")
	if n != 0 || !strings.Contains(said, "deeds after the backup are lost") || !strings.Contains(said, "1 reports erased again, 1 people and 1 memberships withdrawn") {
		t.Fatal(n, said)
	}

	place := app.Place{Data: to, Database: database, MachineKey: key, Jurisdiction: "jkb"}
	r, err := app.Open(ctx, place, h.clock, h.Log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	if v, err := r.Verify(ctx); err != nil || !v.OK {
		t.Fatalf("%+v %v", v.Break, err)
	}
	if n, out, _ := naungan("", "audit", "verify", "--data", to, "--database", database, "--machine-key", key, "--checkpoint", checkpoint); n != 1 || !strings.Contains(out, "older backup was restored") {
		t.Error(n, out)
	}
	_, now, _ := naungan("", "audit", "checkpoint", "--data", to, "--database", database, "--machine-key", key)
	if !strings.HasPrefix(now, "naungan/jkb/2-") {
		t.Error("the old origin goes on:", now)
	}
	back := &house{House: r, t: t, demo: h.demo, clock: h.clock, cookies: map[string]*client{}, URL: served(t, r.Site(app.SiteOptions{}))}

	// What was taken back stays so.
	c := visit(t, back.URL)
	c.mailbox(code)
	c.unseen("Cerita yang nanti dihapus.")
	if stones, err := r.Reports.Erased(ctx); err != nil || len(stones) != 1 || stones[0].ID != gone {
		t.Errorf("%+v %v", stones, err)
	}
	if rows := back.number(`SELECT COUNT(*) FROM report_doc WHERE report = '` + gone + `'`); rows != 0 {
		t.Errorf("%d documents of the erased report came back", rows)
	}
	c.get("/masuk")
	password, totp := back.signIn("kamboja")
	c.submit("Lanjutkan", "name", "kamboja", "password", password, "totp", totp)
	if c.status != 422 {
		t.Error("somebody whose access ended signed in:", c.status)
	}
	if rows := back.number(`SELECT COUNT(*) FROM access_wrap w JOIN access_person p ON p.id = w.person JOIN access_team t ON t.id = w.team WHERE p.name = 'teratai' AND t.name = 'Tim pendamping Barat'`); rows != 0 {
		t.Error("a key wrap came back")
	}

	// Shut until two different people confirm.
	shut := func(want bool) {
		t.Helper()
		c := visit(t, back.URL)
		c.get("/tulis/other")
		if got := strings.Contains(c.body, "Saluran ini belum dibuka") && strings.Contains(c.body, "110"); got != want {
			t.Fatalf("shut: %v", got)
		}
	}
	shut(true)
	admin := back.as("admin")
	admin.get("/lainnya")
	admin.see("Dipulihkan dari cadangan")
	admin.follow("Pastikan pemulihan")
	admin.unseen("Sudah saya bandingkan")
	admin.post("/lainnya/pemulihan", map[string][]string{"_csrf": {hidden(admin, "_csrf")}, "_once": {strings.Repeat("a", 24)}})
	if admin.status != 403 {
		t.Error("the administrator confirmed:", admin.status)
	}
	super := back.as("wijaya")
	super.get("/hari-ini")
	super.see("Dipulihkan dari cadangan")
	super.follow("Pastikan pemulihan")
	super.submit("Sudah saya bandingkan, pastikan")
	super.see("Satu orang lagi", "wijaya sudah memastikan")
	super.unseen("Sudah saya bandingkan")
	shut(true)
	super.post("/lainnya/pemulihan", map[string][]string{"_csrf": {hidden(super, "_csrf")}, "_once": {strings.Repeat("b", 24)}})
	super.see("Anda sudah memastikan")
	shut(true)
	dpo := back.as("kenanga")
	dpo.get("/lainnya/pemulihan")
	dpo.submit("Sudah saya bandingkan, pastikan")
	dpo.see("dipastikan dua orang")
	dpo.unseen("Dipulihkan dari cadangan")
	shut(false)
	again := back.as("seruni")
	again.get(form)
	again.see("Bibi dan kakak sepupu.", "Belum selesai: disimpan dulu oleh seruni")
	if rows := back.number(`SELECT COUNT(DISTINCT person) FROM audit_leaf WHERE verb = 'access.restored' AND outcome = 'done'`); rows != 2 {
		t.Errorf("%d people in the log", rows)
	}

	// Lists that are older than a backup change nothing.
	if n, _, errs := naungan("", "backup", "--data", to, "--database", database, "--machine-key", key, "-o", filepath.Join(dir, "kedua.age"), "--recipient", recipient); n != 0 {
		t.Fatal(errs)
	}
	second, err := os.Open(filepath.Join(dir, "kedua.age"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	out := &bytes.Buffer{}
	if n := app.Main([]string{"restore", "-", "--data", filepath.Join(dir, "ketiga"), "--identity", identity, "--machine-key", key, "--yes", "--lists", write(t, filepath.Join(dir, "awal"), early)}, second, out, out); n != 0 || !strings.Contains(out.String(), "older than the backup") {
		t.Error(n, out)
	}
}

// finish erases a report. The deed wants a steward who is the data protection
// officer too; nobody in the demo is both.
func (h *house) finish(id string) {
	h.t.Helper()
	h.exec(`UPDATE report_head SET status = 'finished' WHERE id = '` + id + `'`)
	if n, err := h.Reports.EraseAgain(ctx, []report.Stone{{ID: id, Reason: "asked", Person: "dahlia", Day: 1}}); err != nil || n != 1 {
		h.t.Fatal(n, err)
	}
}

// leave takes somebody out of a team through the deed.
func (h *house) leave(name, team string) {
	h.t.Helper()
	teams, err := h.Access.Teams(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	people, err := h.Access.People(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	var person string
	for _, p := range people {
		if p.Name == name {
			person = p.ID
		}
	}
	password, code := h.signIn("wijaya")
	cookie, err := h.Access.SignIn(ctx, "wijaya", password, code, true)
	if err != nil {
		h.t.Fatal(err)
	}
	s, err := h.Access.Session(ctx, cookie)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, x := range teams {
		if x.Name == team {
			if err := h.Access.RemoveMember(ctx, s.Who, password, x.ID, person); err != nil {
				h.t.Fatal(err)
			}
		}
	}
	if len(s.Teams(access.Steward)) == 0 {
		h.t.Fatal("wijaya is no steward")
	}
}

func (h *house) exec(statement string) {
	h.t.Helper()
	if err := h.DB.Write(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(tx.Ctx(), statement); return err }); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) number(query string) (n int) {
	h.t.Helper()
	if err := h.DB.Read(ctx, func(tx *db.Tx) error { return tx.QueryRowContext(tx.Ctx(), query).Scan(&n) }); err != nil {
		h.t.Fatal(err)
	}
	return n
}
