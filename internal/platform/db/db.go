// Package db opens the one database of an installation and gives the rooms two
// verbs: Read and Write. SQLite (encrypted pages, embedded) and PostgreSQL run
// the same text.
//
// Writes are grouped: closures wait in a queue, each runs in a savepoint of a
// shared transaction, and nobody is answered before the outer commit. A closure
// that fails takes back only itself. A closure may run more than once, so it
// must not act outside its transaction; OnCommit is for that.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"github.com/naungan/naungan/internal/platform/fault"
)

// Engine names the database engine.
type Engine string

// The engines. Every store test runs on both.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options says where the database is. The zero value of every field but URL works.
type Options struct {
	// URL is sqlite:PATH or postgres://…
	URL string
	// PageKey is the 32-byte key of SQLite's pages; nil leaves them plain, which
	// only tests do.
	PageKey []byte
	// Readers is how many connections read at once; 0 means 8.
	Readers int
	// Log receives what operators need to know; nil is silent.
	Log *slog.Logger
}

// DB is an open database, safe for concurrent use.
type DB struct {
	engine Engine
	reader *sql.DB
	writer *sql.DB
	queue  chan *deed
	stop   chan struct{}
	done   chan struct{}
	large  *sql.DB       // for transactions that no other joins; on PostgreSQL the writer's pool
	fold   chan struct{} // SQLite: the log is to be folded into the file
	folded chan struct{} // closed when nobody folds any more; nil on PostgreSQL
	log    *slog.Logger
	stats  stats
}

// Open opens the database and starts its committers. The fault is Invalid for a
// URL it does not know and Internal where the database does not answer (a wrong
// page key reads as "file is not a database").
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Readers == 0 {
		o.Readers = 8
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &DB{queue: make(chan *deed, maxQueue), stop: make(chan struct{}), done: make(chan struct{}), log: o.Log}
	var err error
	switch {
	case strings.HasPrefix(o.URL, "sqlite:"):
		err = d.openSQLite(ctx, strings.TrimPrefix(o.URL, "sqlite:"), o)
	case strings.HasPrefix(o.URL, "postgres:"), strings.HasPrefix(o.URL, "postgresql:"):
		err = d.openPostgres(ctx, o)
	default:
		err = fault.Wrap(fault.Invalid, "fault.config", errors.New("a database URL begins with sqlite: or postgres: and then says where"))
	}
	if err != nil {
		return nil, err
	}
	go d.commitAll(d.committers())
	return d, nil
}

// Engine returns which engine is open.
func (d *DB) Engine() Engine { return d.engine }

// Close waits for the writes that are queued, then closes every connection.
func (d *DB) Close() error {
	close(d.stop)
	<-d.done
	if d.folded != nil {
		<-d.folded
	}
	return errors.Join(d.reader.Close(), d.writer.Close(), d.large.Close())
}

// Ping tells whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.reader.PingContext(ctx) }

// versionSuffix ends the name of the table in which a room's migrations are counted.
const versionSuffix = "_version"

// Migrate brings a room's tables to their newest version. Files are NNNN_name.sql
// at the root of files; each room has its own version table. Migrations only go
// forward.
func (d *DB) Migrate(ctx context.Context, room string, files fs.FS) error {
	dialect := goose.DialectPostgres
	if d.engine == SQLite {
		dialect = goose.DialectSQLite3
	}
	store, err := database.NewStore(dialect, room+versionSuffix)
	if err != nil {
		return fmt.Errorf("db: migrate %s: %w", room, err)
	}
	p, err := goose.NewProvider("", d.large, files, goose.WithStore(store), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("db: migrate %s: %w", room, err)
	}
	done, err := p.Up(ctx)
	if err != nil {
		return fmt.Errorf("db: migrate %s: %w", room, err)
	}
	if d.engine == Postgres && len(done) > 0 {
		return d.plainStorage(ctx)
	}
	return nil
}
