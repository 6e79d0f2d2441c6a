package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver named pgx
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
	if d.reader, err = pgPool(ctx, o.URL, o.Readers); err != nil {
		return errors.Join(err, d.writer.Close())
	}
	return nil
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
