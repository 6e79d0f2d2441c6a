package journey

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/naungan/naungan/internal/app"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
)

// TestTamperingIsNamed edits, deletes and cuts rows behind the program's back;
// verify names the break each time.
func TestTamperingIsNamed(t *testing.T) {
	for name, statement := range map[string]string{
		"a report's head edited": `UPDATE report_head SET head = (SELECT head FROM casework_case LIMIT 1) WHERE id = (SELECT MIN(id) FROM report_head)`,
		"a report deleted":       `DELETE FROM report_head WHERE id = (SELECT MIN(id) FROM report_head)`,
		"a case deleted":         `DELETE FROM casework_case WHERE id = (SELECT MIN(id) FROM casework_case)`,
		"a leaf edited":          `UPDATE audit_leaf SET reason = 'lain' WHERE tree_index = 5`,
		"a leaf deleted":         `DELETE FROM audit_leaf WHERE tree_index = 7`,
		"the newest leaves cut":  `DELETE FROM audit_leaf WHERE tree_index > 20`,
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t, "", discard{})
			h.settle()
			if r, err := h.Verify(ctx); err != nil || !r.OK {
				t.Fatalf("not whole before: %+v %v", r, err)
			}
			if err := h.DB.Write(ctx, func(tx *db.Tx) error {
				if name == "a case deleted" { // whoever deletes a case takes what hangs on it too
					for _, table := range []string{"casework_doc", "casework_grant", "casework_request"} {
						if _, err := tx.ExecContext(tx.Ctx(), `DELETE FROM `+table+` WHERE case_id = (SELECT MIN(id) FROM casework_case)`); err != nil {
							return err
						}
					}
				}
				_, err := tx.ExecContext(tx.Ctx(), statement)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			r, err := h.Verify(ctx)
			if err != nil || r.OK || r.Break == nil || r.Break.What == "" {
				t.Errorf("not noticed: %+v %v", r, err)
			}
		})
	}
}

// TestBackupAndRestore backs up while serving, restores into both engines, and
// finds a case, a mailbox and a whole log there.
func TestBackupAndRestore(t *testing.T) {
	h := start(t, "", discard{})
	public := visit(t, h.URL)
	code := public.report(h, "self", "Cerita yang disimpan cadangannya.", false)
	h.settle()
	dir := t.TempDir()
	identity, recipient := ageKeys(t, dir)
	out, errs := &bytes.Buffer{}, &bytes.Buffer{}
	file := filepath.Join(dir, "cadangan.age")
	if n := app.Main([]string{"backup", "--data", h.Data, "-o", file, "--recipient", recipient}, nil, out, errs); n != 0 {
		t.Fatalf("backup: %d %s", n, errs)
	}
	sealed, err := os.ReadFile(file)
	if err != nil || bytes.Contains(sealed, []byte("report_head")) {
		t.Fatal("the backup is not sealed", err)
	}
	for engine, database := range map[string]string{"sqlite": "", "postgres": dbtest.PostgresURL(t)} {
		to := filepath.Join(dir, engine)
		args := []string{"restore", file, "--data", to, "--database", database, "--identity", identity, "--machine-key", filepath.Join(h.Data, "machine.key"), "--yes"}
		if n := app.Main(args, nil, out, errs); n != 0 {
			t.Fatalf("restore into %s: %d %s", engine, n, errs)
		}
		if n := app.Main(args, nil, out, errs); n != 1 {
			t.Errorf("restored over an installation on %s", engine)
		}
		place := app.Place{Data: to, Database: database, MachineKey: filepath.Join(h.Data, "machine.key"), Jurisdiction: "jkb"}
		r, err := app.Open(ctx, place, h.clock, h.Log)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := r.Verify(ctx); err != nil || !v.OK {
			t.Errorf("%s: %+v %v", engine, v, err)
		}
		back := served(t, r.Site(app.SiteOptions{}))
		c := visit(t, back)
		c.mailbox(code)
		c.see("Diterima")
		desk := (&house{House: r, t: t, URL: back, demo: h.demo, clock: h.clock, cookies: map[string]*client{}}).as("anggrek")
		desk.get("/aduan")
		desk.see("Antrean aduan")
		_ = r.Close()
	}
}
