package db

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// pipe holds statements of a PostgreSQL transaction back until an answer is
// needed, and sends them together: a deed that only inserts costs one round trip
// with BEGIN and COMMIT instead of five. Whoever runs a statement through it learns
// of a failure later than usual; the committer then takes everything back and runs
// the deeds once more, each answer awaited, so that a deed that reacts to an error
// finds it where it expects it.
type pipe struct {
	conn    *sql.Conn
	batch   *pgx.Batch
	waiting []*pending
	began   bool  // something was sent
	err     error // the first failure; the transaction is lost
}

// pending is the result of a statement that may not have been sent yet.
type pending struct {
	p    *pipe
	ctx  context.Context
	rows int64
	sent bool
}

// LastInsertId does not exist on PostgreSQL.
func (r *pending) LastInsertId() (int64, error) {
	return 0, errors.New("db: PostgreSQL has no last insert id")
}

// RowsAffected sends the statement, where that was not done, and says.
func (r *pending) RowsAffected() (int64, error) {
	if !r.sent {
		if err := r.p.flush(r.ctx); err != nil {
			return 0, err
		}
	}
	return r.rows, nil
}

func newPipe(conn *sql.Conn) *pipe { return &pipe{conn: conn, batch: &pgx.Batch{}} }

func (p *pipe) queue(ctx context.Context, query string, args ...any) *pending {
	r := &pending{p: p, ctx: ctx}
	p.batch.Queue(query, args...)
	p.waiting = append(p.waiting, r)
	return r
}

// flush sends what waits and reads every answer.
func (p *pipe) flush(ctx context.Context) error {
	if p.err != nil || len(p.waiting) == 0 {
		return p.err
	}
	batch, waiting := p.batch, p.waiting
	p.batch, p.waiting, p.began = &pgx.Batch{}, nil, true
	p.err = p.conn.Raw(func(driver any) error {
		results := driver.(*stdlib.Conn).Conn().SendBatch(ctx, batch)
		for _, r := range waiting {
			tag, err := results.Exec()
			if err != nil {
				return errors.Join(err, results.Close())
			}
			r.rows, r.sent = tag.RowsAffected(), true
		}
		return results.Close()
	})
	return p.err
}

// refused tells whether the server itself said no: then nothing was committed.
func (p *pipe) refused() bool {
	var pg *pgconn.PgError
	return errors.As(p.err, &pg)
}

// pipelined runs a batch through a pipe and tells whether that settled it. If
// not, nothing was kept, and the deeds run again.
func (c *committer) pipelined(ctx context.Context, batch []*deed) (settled bool) {
	p := newPipe(c.conn)
	p.queue(ctx, c.begin())
	c.pipe = p
	good := c.all(ctx, batch)
	c.pipe = nil
	for _, w := range batch {
		good = good && w.err == nil
	}
	if good {
		p.queue(ctx, "COMMIT")
		if p.flush(ctx) == nil {
			c.d.committed()
			for _, w := range batch {
				c.finish(w, nil)
			}
			return true
		}
		if !p.refused() { // the connection broke around COMMIT
			c.drop()
			c.uncommitted(batch, p.err) // the engine asked for nothing: it did not answer
			for _, w := range batch {
				c.finish(w, w.err)
			}
			return true
		}
	}
	if p.began {
		if _, err := c.conn.ExecContext(ctx, "ROLLBACK"); err != nil {
			c.drop()
		}
	}
	return false
}
