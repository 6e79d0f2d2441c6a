package db_test

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"

	"github.com/naungan/naungan/internal/platform/db"
)

// TestLogIsWholeAtEveryAnswer writes through the sealed layer from several sides,
// reads every row back by another connection as soon as it is answered, and at
// times copies database and log as a crash would leave them: the copy must be
// sound and hold every row answered before. 3,000 commits pass every place
// where the end of a frame can meet the end of a block (512 of them).
func TestLogIsWholeAtEveryAnswer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	key := make([]byte, 32)
	key[3] = 7
	d, err := db.Open(context.Background(), db.Options{URL: "sqlite:" + path, PageKey: key})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	migrated(t, d)
	const writers, each = 3, 1000
	for round := range 4 {
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each / 4 {
					id := fmt.Sprintf("%d-%d-%d", round, w, i)
					err := d.Write(context.Background(), func(tx *db.Tx) error {
						if err := insert(tx, id, i); err != nil || i%7 != 3 {
							return err
						}
						return insert(tx, id, i) // unique: this deed is taken back
					})
					if (i%7 == 3) != (err != nil) {
						t.Errorf("%s: %v", id, err)
						return
					}
					want := 1
					if i%7 == 3 {
						want = 0
					}
					if n := rowsOf(t, d, id); n != want {
						t.Errorf("%s: %d rows right after the answer", id, n)
						return
					}
				}
			})
		}
		wg.Wait()
		answered := count(t, d)
		if n := crashed(t, path, key); n != answered {
			t.Fatalf("a crash after round %d leaves %d rows of %d", round, n, answered)
		}
	}
}

func rowsOf(t *testing.T, d *db.DB, id string) (n int) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		return tx.QueryRowContext(tx.Ctx(), `SELECT COUNT(*) FROM thing_row WHERE jurisdiction = 'j' AND id = $1`, id).Scan(&n)
	})
	if err != nil {
		t.Error(err)
	}
	return n
}

// crashed opens a copy of the files and returns how many rows it holds.
func crashed(t *testing.T, path string, key []byte) (n int) {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "copy.db")
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied+suffix, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// The layer of the library alone: what lies on disk is read without ours.
	pool, err := driver.Open("file:"+copied+"?vfs=adiantum", func(c *sqlite3.Conn) error {
		return c.Exec(`PRAGMA hexkey = '` + hex.EncodeToString(key) + `'`)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func(p *sql.DB) { _ = p.Close() }(pool)
	var sound string
	if err := pool.QueryRow(`PRAGMA integrity_check`).Scan(&sound); err != nil || sound != "ok" {
		t.Fatalf("integrity: %q %v", sound, err)
	}
	if err := pool.QueryRow(`SELECT COUNT(*) FROM thing_row`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
