package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver named pgx

	"github.com/naungan/naungan/internal/platform/fault"
)

// pgCommitters is how many transactions commit at once on PostgreSQL. More only
// split the batches; the commit wait (one WAL flush) is shared either way.
const pgCommitters = 4

func (d *DB) openPostgres(ctx context.Context, o Options) error {
	d.engine = Postgres
	var err error
	if d.writer, err = pgPool(ctx, o.URL, pgCommitters+2); err != nil {
		return err
	}
	d.large = d.writer
	if err = pgVersion(ctx, d.writer); err != nil {
		return errors.Join(err, d.writer.Close())
	}
	if d.reader, err = pgPool(ctx, o.URL, o.Readers); err != nil {
		return errors.Join(err, d.writer.Close())
	}
	return nil
}

// pgOldest is the oldest PostgreSQL that the tests run on, as server_version_num.
const pgOldest = 15_00_00

func pgVersion(ctx context.Context, pool *sql.DB) error {
	var version int
	if err := pool.QueryRowContext(ctx, `SELECT CAST(current_setting('server_version_num') AS INTEGER)`).Scan(&version); err != nil {
		return fmt.Errorf("db: version of postgres: %w", err)
	}
	return pgTooOld(version)
}

// pgTooOld returns an Invalid fault for a server older than what is tested.
func pgTooOld(version int) error {
	if version >= pgOldest {
		return nil
	}
	return fault.Wrap(fault.Invalid, "fault.config", fmt.Errorf("PostgreSQL %d or newer is needed; this server is %d", pgOldest/10000, version/10000))
}

func pgPool(ctx context.Context, url string, conns int) (*sql.DB, error) {
	pool, err := sql.Open("pgx", url)
	if err != nil {
		return nil, fmt.Errorf("db: open postgres: %w", err)
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("db: open postgres: %w", err), pool.Close())
	}
	return pool, nil
}

// pgRetry tells whether PostgreSQL asks to run a transaction again:
// serialization_failure and deadlock_detected.
func pgRetry(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// isPgUnique tells whether err is a unique violation.
func isPgUnique(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505"
}

// Unlogged keeps a table out of PostgreSQL's write-ahead log, and so out of log
// archives and standbys: for rows that need not outlive a crash, after which the
// server empties the table (PostgreSQL's manual, CREATE TABLE, UNLOGGED). Every
// request writes to sessions; that everybody signs in again after a crash is the
// price. On SQLite nothing changes.
func (d *DB) Unlogged(ctx context.Context, table string) error {
	if d.engine != Postgres {
		return nil
	}
	var logged bool
	err := d.writer.QueryRowContext(ctx, `SELECT relpersistence <> 'u' FROM pg_class WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relname = $1`, table).Scan(&logged)
	if err == nil && logged {
		_, err = d.writer.ExecContext(ctx, "ALTER TABLE "+pgx.Identifier{table}.Sanitize()+" SET UNLOGGED")
	}
	if err != nil {
		return fmt.Errorf("db: unlogged %s: %w", table, err)
	}
	return nil
}

// plainStorage tells PostgreSQL that BYTEA columns are ciphertext, keys and hashes:
// trying to compress them only costs time, and rows up to a page stay whole
// (PostgreSQL's manual, 73.2 TOAST). Columns that know already are left alone.
func (d *DB) plainStorage(ctx context.Context) error {
	rows, err := d.writer.QueryContext(ctx, `SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
		WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'bytea'::regtype AND a.attstorage <> 'e'`)
	if err != nil {
		return fmt.Errorf("db: storage: %w", err)
	}
	defer rows.Close()
	var alter []string
	for rows.Next() {
		var table, column string
		if err := rows.Scan(&table, &column); err != nil {
			return err
		}
		t := pgx.Identifier{table}.Sanitize()
		alter = append(alter, "ALTER TABLE "+t+" ALTER COLUMN "+pgx.Identifier{column}.Sanitize()+" SET STORAGE EXTERNAL", "ALTER TABLE "+t+" SET (toast_tuple_target = 8160)")
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, q := range alter {
		if _, err := d.writer.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("db: storage: %w", err)
		}
	}
	return nil
}
