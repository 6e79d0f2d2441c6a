package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
	"github.com/naungan/naungan/internal/platform/fault"
)

var thing = fstest.MapFS{"0001_thing.sql": {Data: []byte(`-- +goose Up
CREATE TABLE thing_row (jurisdiction TEXT NOT NULL, id TEXT NOT NULL, n BIGINT NOT NULL, b BYTEA, yes BOOLEAN NOT NULL, PRIMARY KEY (jurisdiction, id));
`)}}

func migrated(t *testing.T, d *db.DB) {
	t.Helper()
	for range 2 { // the second run finds nothing to do
		if err := d.Migrate(context.Background(), "thing", thing); err != nil {
			t.Fatal(err)
		}
	}
}

func insert(tx *db.Tx, id string, n int) error {
	_, err := tx.ExecContext(tx.Ctx(), `INSERT INTO thing_row (id, n, yes, b, jurisdiction) VALUES ($2, $3, $5, $4, $1)`, "j", id, n, []byte{0, 1, 255}, true)
	return err
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		return tx.QueryRowContext(tx.Ctx(), `SELECT COUNT(*) FROM thing_row`).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWriteReadAndPlaceholdersOutOfOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		migrated(t, d)
		ctx := context.Background()
		if err := d.Write(ctx, func(tx *db.Tx) error { return insert(tx, "a", 7) }); err != nil {
			t.Fatal(err)
		}
		var j, id string
		var n int
		var b []byte
		var yes bool
		err := d.Read(ctx, func(tx *db.Tx) error {
			return tx.QueryRowContext(ctx, `SELECT jurisdiction, id, n, b, yes FROM thing_row WHERE n = $2 AND id = $1`, "a", 7).Scan(&j, &id, &n, &b, &yes)
		})
		if err != nil || j != "j" || id != "a" || n != 7 || len(b) != 3 || b[2] != 255 || !yes {
			t.Fatalf("%v: %q %q %d %v %v", err, j, id, n, b, yes)
		}
		err = d.Read(ctx, func(tx *db.Tx) error {
			return tx.QueryRowContext(ctx, `SELECT id FROM thing_row WHERE id = $1`, "nobody").Scan(&id)
		})
		if fault.KindOf(db.NotFound(err)) != fault.NotFound {
			t.Fatalf("no rows gave %v", err)
		}
	})
}

func TestAFailingDeedTakesBackOnlyItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		migrated(t, d)
		var wg sync.WaitGroup
		var good, bad, panicked atomic.Int64
		for i := range 300 {
			wg.Go(func() {
				err := d.Write(context.Background(), func(tx *db.Tx) error {
					if err := insert(tx, fmt.Sprint(i), i); err != nil {
						return err
					}
					switch i % 3 {
					case 1:
						return errors.New("no")
					case 2:
						panic("oh")
					}
					return nil
				})
				switch {
				case err == nil:
					good.Add(1)
				case strings.Contains(err.Error(), "panic"):
					panicked.Add(1)
				default:
					bad.Add(1)
				}
			})
		}
		wg.Wait()
		if good.Load() != 100 || bad.Load() != 100 || panicked.Load() != 100 || count(t, d) != 100 {
			t.Fatalf("good %d, bad %d, panicked %d, rows %d", good.Load(), bad.Load(), panicked.Load(), count(t, d))
		}
	})
}

func TestDeedsAreGrouped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		migrated(t, d)
		before := d.Stats()
		var wg sync.WaitGroup
		for i := range 500 {
			wg.Go(func() {
				if err := d.Write(context.Background(), func(tx *db.Tx) error { return insert(tx, fmt.Sprint(i), i) }); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		s := d.Stats()
		if s.Deeds-before.Deeds != 500 || s.Commits-before.Commits >= 400 {
			t.Fatalf("%d deeds in %d commits", s.Deeds-before.Deeds, s.Commits-before.Commits)
		}
	})
}

func TestJoinedDeedsStandOrFallTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		migrated(t, d)
		fired := 0
		inner := func(ctx context.Context, id string) error {
			return d.Write(ctx, func(tx *db.Tx) error {
				tx.OnCommit(func() { fired++ })
				return insert(tx, id, 1)
			})
		}
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			if err := inner(tx.Ctx(), "a"); err != nil {
				return err
			}
			var n int
			err := d.Read(tx.Ctx(), func(r *db.Tx) error {
				return r.QueryRowContext(r.Ctx(), `SELECT COUNT(*) FROM thing_row`).Scan(&n)
			})
			if err != nil || n != 1 {
				return fmt.Errorf("a read inside does not see the write: %d %w", n, err)
			}
			return errors.New("take it all back")
		})
		if err == nil || !strings.Contains(err.Error(), "take it all back") || count(t, d) != 0 || fired != 0 {
			t.Fatalf("%v, %d rows, fired %d", err, count(t, d), fired)
		}
		if err := d.Write(context.Background(), func(tx *db.Tx) error { return inner(tx.Ctx(), "b") }); err != nil {
			t.Fatal(err)
		}
		if count(t, d) != 1 || fired != 1 {
			t.Fatalf("%d rows, fired %d", count(t, d), fired)
		}
	})
}

func TestUniqueIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		migrated(t, d)
		write := func() error {
			return d.Write(context.Background(), func(tx *db.Tx) error { return insert(tx, "same", 1) })
		}
		if err := write(); err != nil {
			t.Fatal(err)
		}
		if err := write(); !db.IsUnique(err) {
			t.Fatalf("got %v", err)
		}
		if db.IsUnique(errors.New("else")) {
			t.Fatal("any error is unique")
		}
	})
}

func TestCancelledWhileQueuedIsNotDone(t *testing.T) {
	d := dbtest.SQLite(t)
	migrated(t, d)
	hold := make(chan struct{})
	started := make(chan struct{})
	go func() {
		_ = d.Write(context.Background(), func(tx *db.Tx) error { close(started); <-hold; return nil })
	}()
	<-started
	ctx, cancel := context.WithCancel(context.Background())
	answer := make(chan error)
	go func() {
		answer <- d.Write(ctx, func(tx *db.Tx) error { return insert(tx, "late", 1) })
	}()
	time.Sleep(20 * time.Millisecond)
	cancel()
	if err := <-answer; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	close(hold)
	if err := d.Write(context.Background(), func(tx *db.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if count(t, d) != 0 {
		t.Fatal("a deed that was given up was done")
	}
}

func TestPagesAreEncrypted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	key := make([]byte, 32)
	d, err := db.Open(context.Background(), db.Options{URL: "sqlite:" + path, PageKey: key})
	if err != nil {
		t.Fatal(err)
	}
	migrated(t, d)
	if err := d.Write(context.Background(), func(tx *db.Tx) error { return insert(tx, "penanda-terang", 1) }); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal"} {
		raw, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), "penanda") || strings.HasPrefix(string(raw), "SQLite format") {
			t.Fatalf("%s is readable", path+suffix)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	key[0] = 1
	if _, err := db.Open(context.Background(), db.Options{URL: "sqlite:" + path, PageKey: key}); err == nil {
		t.Fatal("a wrong key opened the file")
	}
}

func TestUnknownURL(t *testing.T) {
	for _, url := range []string{"", "mysql://x", "test.db"} {
		if _, err := db.Open(context.Background(), db.Options{URL: url}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q gave %v", url, err)
		}
	}
}
