package db

import (
	"context"
	"database/sql"
	"errors"
	"regexp"
	"sync"

	"github.com/ncruces/go-sqlite3"

	"github.com/naungan/naungan/internal/platform/fault"
)

// querier is what a transaction runs on: a dedicated connection or a sql.Tx.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Tx is a running transaction. It has the methods that sqlc's queries ask for.
type Tx struct {
	d     *DB
	ctx   context.Context
	q     querier
	stmts map[string]*sql.Stmt // of the committer's connection; nil where the driver caches itself
	pipe  *pipe                // of the committer's batch; nil where every answer is awaited
	write bool
	after []func()
}

type txKey struct{ d *DB }

// Ctx returns a context that carries the transaction: a Write or Read begun with
// it joins. Pass it to a deed of another door.
func (tx *Tx) Ctx() context.Context { return context.WithValue(tx.ctx, txKey{tx.d}, tx) }

// OnCommit runs fn after the outer commit, once, whatever the retries.
func (tx *Tx) OnCommit(fn func()) { tx.after = append(tx.after, fn) }

// ExecContext runs a statement.
func (tx *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if st := tx.stmt(query); st != nil {
		return st.ExecContext(ctx, args...)
	}
	if tx.pipe != nil {
		return tx.pipe.queue(ctx, query, args...), tx.pipe.err
	}
	return tx.q.ExecContext(ctx, tx.d.text(query), args...)
}

// QueryContext runs a query.
func (tx *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if st := tx.stmt(query); st != nil {
		return st.QueryContext(ctx, args...)
	}
	if err := tx.sent(ctx); err != nil {
		return nil, err
	}
	return tx.q.QueryContext(ctx, tx.d.text(query), args...)
}

// QueryRowContext runs a query for one row.
func (tx *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if st := tx.stmt(query); st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	_ = tx.sent(ctx) // a failure makes the query fail as well: the transaction is lost
	return tx.q.QueryRowContext(ctx, tx.d.text(query), args...)
}

// PrepareContext prepares a statement; sqlc asks for the method.
func (tx *Tx) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := tx.sent(ctx); err != nil {
		return nil, err
	}
	return tx.q.PrepareContext(ctx, tx.d.text(query))
}

// sent sends what a pipe holds back: what follows must see it.
func (tx *Tx) sent(ctx context.Context) error {
	if tx.pipe == nil {
		return nil
	}
	return tx.pipe.flush(ctx)
}

// stmt returns a prepared statement kept by the committer, or nil.
func (tx *Tx) stmt(query string) *sql.Stmt {
	if tx.stmts == nil {
		return nil
	}
	if st, ok := tx.stmts[query]; ok {
		return st
	}
	if len(tx.stmts) >= 500 {
		return nil // generated queries are far fewer; a caller that builds text must not grow this for ever
	}
	st, err := tx.q.PrepareContext(tx.ctx, tx.d.text(query))
	if err != nil {
		return nil // running it unprepared reports the fault to the caller
	}
	tx.stmts[query] = st
	return st
}

var placeholder = regexp.MustCompile(`\$(\d+)`)

var rewritten sync.Map // query → query with ?n

// text gives a query the placeholders of the engine. SQLite treats $2 as a name
// and numbers names by first appearance, so that "$2 … $1" would bind wrongly
// without a word; ?n means what PostgreSQL's $n means.
func (d *DB) text(query string) string {
	if d.engine != SQLite {
		return query
	}
	if s, ok := rewritten.Load(query); ok {
		return s.(string)
	}
	s := placeholder.ReplaceAllString(query, `?$1`)
	rewritten.Store(query, s)
	return s
}

// joined returns the transaction of this database that ctx carries.
func (d *DB) joined(ctx context.Context) (*Tx, bool) {
	tx, ok := ctx.Value(txKey{d}).(*Tx)
	return tx, ok
}

// Read runs fn in one snapshot. Inside a Write it reads through that
// transaction and sees its writes.
func (d *DB) Read(ctx context.Context, fn func(tx *Tx) error) error {
	if tx, ok := d.joined(ctx); ok {
		return fn(tx)
	}
	opts := &sql.TxOptions{ReadOnly: true}
	if d.engine == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	t, err := d.reader.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	tx := &Tx{d: d, ctx: ctx, q: t}
	err = fn(tx)
	_ = t.Rollback() // nothing was written; the snapshot ends
	return err
}

// IsUnique tells whether err says that a row with this key is there already.
func IsUnique(err error) bool {
	return isPgUnique(err) || errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) || errors.Is(err, sqlite3.CONSTRAINT_PRIMARYKEY)
}

// NotFound turns "no rows" into a NotFound fault and leaves other errors alone.
func NotFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return err
}
