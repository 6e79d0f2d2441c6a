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
	_ "github.com/ncruces/go-sqlite3/vfs/adiantum" // the encrypting file layer

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
PRAGMA cache_size = -16000;`

func (d *DB) openSQLite(ctx context.Context, path string, o Options) error {
	if o.PageKey != nil && len(o.PageKey) != 32 {
		return fault.Wrap(fault.Invalid, "fault.config", errors.New("a page key has 32 bytes"))
	}
	d.engine = SQLite
	var err error
	// Two connections: the committer keeps one for good, migrations take the other.
	if d.writer, err = sqlitePool(path, o.PageKey, "immediate", 2); err != nil {
		return err
	}
	// One statement decides the file's mode for good, before any reader opens it.
	if _, err = d.writer.ExecContext(ctx, `PRAGMA journal_mode = WAL`); err != nil {
		return errors.Join(fmt.Errorf("db: open %s: %w", path, err), d.writer.Close())
	}
	if d.reader, err = sqlitePool(path, o.PageKey, "deferred", o.Readers); err != nil {
		return err
	}
	return nil
}

// sqlitePool opens a pool whose connections get the key in the init function:
// in the DSN other parts of the program could read it.
func sqlitePool(path string, key []byte, txlock string, conns int) (*sql.DB, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_txlock=" + txlock
	if key != nil {
		dsn += "&vfs=adiantum"
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
