package db_test

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
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

// TestLargeLoadSpills loads more than the page cache holds and sees, before the
// end, that pages have gone to the log: a restore must not need memory for all.
// The committer's own connection must never do so (logFile says why).
func TestLargeLoadSpills(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	d, err := db.Open(context.Background(), db.Options{URL: "sqlite:" + path, PageKey: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	migrated(t, d)
	var spilled int64
	at := func() {
		if st, err := os.Stat(path + "-wal"); err == nil {
			spilled = st.Size()
		}
	}
	const rows, size = 900, 60_000 // 54 MB; the cache holds 16
	n, err := d.Load(context.Background(), &dump{rows: rows, size: size, end: at})
	if err != nil || n != rows {
		t.Fatalf("%d rows: %v", n, err)
	}
	if spilled < rows*size/3 {
		t.Errorf("before the end %d bytes had gone to the log", spilled)
	}
	if got := count(t, d); got != rows {
		t.Errorf("%d rows", got)
	}
	err = d.Write(context.Background(), func(tx *db.Tx) error {
		var spill int
		if err := tx.QueryRowContext(tx.Ctx(), `PRAGMA cache_spill`).Scan(&spill); err != nil || spill != 0 {
			t.Errorf("the committer spills: %d %v", spill, err)
		}
		return nil
	})
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(path + "-*"); err != nil || len(left) != 0 {
		t.Errorf("after Close: %v %v", left, err)
	}
}

// dump is a dump of many rows, made as it is read.
type dump struct {
	rows, size, n int
	line          []byte
	end           func()
}

func (r *dump) Read(p []byte) (int, error) {
	if len(r.line) == 0 {
		switch {
		case r.n == 0:
			r.line = []byte(`{"table":"thing_row","columns":["jurisdiction","id","n","b","yes"]}` + "\n")
		case r.n > r.rows:
			r.end()
			return 0, io.EOF
		default:
			r.line = fmt.Appendf(nil, "[\"s:j\",\"s:%d\",\"i:%d\",\"b:%s\",\"t:true\"]\n", r.n, r.n, base64.StdEncoding.EncodeToString(make([]byte, r.size)))
		}
		r.n++
	}
	n := copy(p, r.line)
	r.line = r.line[n:]
	return n, nil
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
