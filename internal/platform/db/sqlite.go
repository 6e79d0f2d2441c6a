package db

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"

	"github.com/naungan/naungan/internal/platform/fault"
)

// pragmas are set on every connection. FULL makes a commit durable in WAL mode;
// secure_delete overwrites what is deleted; trusted_schema off and memory
// temporaries keep a prepared file from running code or leaking to disk.
const pragmas = `PRAGMA busy_timeout = 10000;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = ON;
PRAGMA trusted_schema = OFF;
PRAGMA temp_store = MEMORY;
PRAGMA wal_autocheckpoint = 8000;
PRAGMA cache_size = -16000;`

// libraryVFS is the encrypting file layer as the library has it.
const libraryVFS = "adiantum"

func (d *DB) openSQLite(ctx context.Context, path string, o Options) error {
	if o.PageKey != nil && len(o.PageKey) != 32 {
		return fault.Wrap(fault.Invalid, "fault.config", errors.New("a page key has 32 bytes"))
	}
	d.engine = SQLite
	var err error
	if d.large, err = sqlitePool(path, o.PageKey, libraryVFS, "_txlock=immediate", 2); err != nil {
		return err
	}
	// One statement decides the file's mode for good, before any other connection opens it.
	if _, err = d.large.ExecContext(ctx, `PRAGMA journal_mode = WAL`); err != nil {
		return errors.Join(fmt.Errorf("db: open %s: %w", path, err), d.large.Close())
	}
	if d.writer, err = sqlitePool(path, o.PageKey, gatheringVFS, "_pragma=cache_spill(OFF)", 1); err != nil {
		return errors.Join(err, d.large.Close())
	}
	if d.reader, err = sqlitePool(path, o.PageKey, libraryVFS, "_txlock=deferred", o.Readers); err != nil {
		return errors.Join(err, d.writer.Close(), d.large.Close())
	}
	d.fold, d.folded = make(chan struct{}, 1), make(chan struct{})
	go d.foldLoop()
	return nil
}

// foldEvery is how many commits the log takes before it is folded into the
// file: some 2,000 frames under load.
const foldEvery = 250

// foldLoop copies the log into the file (a passive checkpoint, which waits for
// nobody and holds nobody up) beside the committer, so that no answer waits for it.
// Under unbroken load the log cannot begin anew that way; wal_autocheckpoint then
// lets the committer fold the little that is left.
func (d *DB) foldLoop() {
	defer close(d.folded)
	for {
		select {
		case <-d.stop:
			return
		case <-d.fold:
			if _, err := d.large.Exec(`PRAGMA wal_checkpoint(PASSIVE)`); err != nil {
				d.log.Warn("db: checkpoint", "err", err)
			}
		}
	}
}

// committed counts a commit towards the next fold.
func (d *DB) committed() {
	if d.stats.commits.Add(1)%foldEvery == 0 && d.fold != nil {
		select {
		case d.fold <- struct{}{}:
		default: // one is under way
		}
	}
}

// sqlitePool opens a pool whose connections get the key in the init function:
// in the DSN other parts of the program could read it.
func sqlitePool(path string, key []byte, layer, options string, conns int) (*sql.DB, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + options
	if key != nil {
		dsn += "&vfs=" + layer
	}
	pool, err := driver.Open(dsn, func(c *sqlite3.Conn) error {
		if key != nil {
			if err := c.Exec(`PRAGMA hexkey = '` + hex.EncodeToString(key) + `'`); err != nil {
				return err
			}
		}
		return c.Exec(pragmas)
	})
	if err != nil {
		return nil, fmt.Errorf("db: open %s: %w", path, err)
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	return pool, nil
}

// sqliteBusy tells whether another writer held the file: the closure may run again.
func sqliteBusy(err error) bool {
	return errors.Is(err, sqlite3.BUSY) || errors.Is(err, sqlite3.LOCKED)
}
