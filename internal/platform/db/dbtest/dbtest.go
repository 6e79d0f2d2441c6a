// Package dbtest gives tests a fresh database on each engine: SQLite with
// encrypted pages, and a PostgreSQL server that the tests start themselves.
package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // to create databases

	"github.com/naungan/naungan/internal/platform/db"
)

// Each runs fn once on SQLite and once on PostgreSQL. Without PostgreSQL the
// second run skips with one line, and fails in CI.
func Each(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
}

// SQLite returns a fresh encrypted database that is closed with the test.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	return open(t, db.Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "test.db"), PageKey: key})
}

// Plain returns a SQLite database without page encryption and its path: for
// tests that search the file for what must not be in it.
func Plain(t testing.TB) (*db.DB, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plain.db")
	return open(t, db.Options{URL: "sqlite:" + path}), path
}

// Postgres returns a fresh PostgreSQL database.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return open(t, db.Options{URL: PostgresURL(t)})
}

func open(t testing.TB, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

var serial atomic.Int64

// PostgresURL creates a fresh database on the test server and returns its URL.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server, err := server()
	if errors.Is(err, ErrNoPostgres) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("t%d_%d", os.Getpid(), serial.Add(1))
	admin(t, server, "CREATE DATABASE "+name)
	t.Cleanup(func() { admin(t, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return strings.Replace(server, "%s", name, 1)
}

func admin(t testing.TB, server, statement string) {
	t.Helper()
	pool, err := sql.Open("pgx", strings.Replace(server, "%s", "postgres", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// server returns the URL pattern of the server: the one that the environment
// names (one for a whole `make test`), else one for this test process.
var server = sync.OnceValues(func() (string, error) {
	if url := os.Getenv("NAUNGAN_TEST_POSTGRES"); url != "" {
		return url, nil
	}
	dir, err := os.MkdirTemp("", "naungan-pg")
	if err != nil {
		return "", err
	}
	url, _, err := StartPostgres(dir, false)
	return url, err // the server ends with this process (Pdeathsig)
})
