package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/naungan/naungan/internal/platform/fault"
)

const (
	maxQueue = 8192 // deeds waiting; more are told Busy and may try again
	maxBatch = 256  // deeds in one commit
	maxTries = 8    // runs of one deed after the engine asked to run it again
)

// deed is one closure on its way through the queue.
type deed struct {
	ctx   context.Context
	fn    func(tx *Tx) error
	state atomic.Int32 // waiting → taken, or waiting → left
	after []func()
	err   error
	done  chan struct{}
}

const (
	waiting int32 = iota
	taken
	left
)

type stats struct{ commits, deeds, retries atomic.Int64 }

// Stats counts commits, the deeds in them and the runs that had to be repeated.
type Stats struct{ Commits, Deeds, Retries int64 }

// Stats returns the counts since Open.
func (d *DB) Stats() Stats {
	return Stats{d.stats.commits.Load(), d.stats.deeds.Load(), d.stats.retries.Load()}
}

// Write runs fn in a transaction and returns after it is durable. It joins a
// Write that ctx carries; then the outer one decides. fn may run more than once.
// A cancelled ctx gives up a deed that still waits; one that has begun is
// awaited, because its outcome matters. A full queue is a Busy fault.
func (d *DB) Write(ctx context.Context, fn func(tx *Tx) error) error {
	if tx, ok := d.joined(ctx); ok {
		if !tx.write {
			return errors.New("db: Write inside Read")
		}
		return fn(tx)
	}
	w := &deed{ctx: context.WithoutCancel(ctx), fn: fn, done: make(chan struct{})}
	select {
	case <-d.stop:
		return fault.New(fault.Busy, "fault.busy")
	default:
	}
	select {
	case d.queue <- w:
	default:
		return fault.New(fault.Busy, "fault.busy")
	}
	select {
	case <-w.done:
	case <-ctx.Done():
		if w.state.CompareAndSwap(waiting, left) {
			return ctx.Err()
		}
		<-w.done
	}
	return w.err
}

// WriteMuch runs fn in a transaction beside the queue, for deeds that may be
// larger than memory: a restore, the emptying of every table. It joins a transaction
// that ctx carries, as Write does; fn runs once. On SQLite other
// writes wait until it ends (ten seconds, then they are told Busy).
func (d *DB) WriteMuch(ctx context.Context, fn func(tx *Tx) error) error {
	if tx, ok := d.joined(ctx); ok {
		return fn(tx)
	}
	t, err := d.large.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	tx := &Tx{d: d, ctx: ctx, q: t, write: true}
	if err := safely(tx, fn); err != nil {
		return errors.Join(err, t.Rollback())
	}
	if err := t.Commit(); err != nil {
		return err
	}
	for _, after := range tx.after {
		after()
	}
	return nil
}

func (d *DB) committers() int {
	if d.engine == Postgres {
		return pgCommitters
	}
	return 1 // SQLite has one writer
}

func (d *DB) commitAll(n int) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(d.commitLoop)
	}
	wg.Wait()
	close(d.done)
}

// commitLoop owns one connection and commits batch after batch until Close,
// then what is still queued.
func (d *DB) commitLoop() {
	c := &committer{d: d}
	defer c.drop()
	for {
		select {
		case w := <-d.queue:
			c.run(d.gather(w))
		case <-d.stop:
			for {
				select {
				case w := <-d.queue:
					c.run(d.gather(w))
				default:
					return
				}
			}
		}
	}
}

// gather takes what is queued behind w, up to a batch. It never waits: under
// load the previous commit's flush is what lets a batch grow.
func (d *DB) gather(w *deed) []*deed {
	most := maxBatch
	if d.engine == Postgres { // leave work for the other committers
		most = max(8, min(maxBatch, (len(d.queue)+1)/pgCommitters+1))
	}
	batch := make([]*deed, 0, 16)
	for {
		if w.state.CompareAndSwap(waiting, taken) {
			batch = append(batch, w)
		}
		if len(batch) >= most {
			return batch
		}
		select {
		case w = <-d.queue:
		default:
			return batch
		}
	}
}

type committer struct {
	d     *DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	pipe  *pipe // PostgreSQL: of the batch that runs, while its answers need not be awaited
}

func (c *committer) drop() {
	for _, st := range c.stmts {
		_ = st.Close()
	}
	c.stmts = nil
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

func (c *committer) connect() error {
	if c.conn != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := c.d.writer.Conn(ctx)
	if err != nil {
		return err
	}
	c.conn = conn
	if c.d.engine == SQLite { // pgx keeps its own statements
		c.stmts = map[string]*sql.Stmt{}
	}
	return nil
}

// run commits a batch. When the shared transaction cannot be committed, or the
// engine asks to run one deed again, those deeds run alone.
func (c *committer) run(batch []*deed) {
	if len(batch) == 0 {
		return
	}
	again := c.commit(batch)
	for _, w := range again {
		c.alone(w)
	}
}

func (c *committer) alone(w *deed) {
	for try := 1; ; try++ {
		c.d.stats.retries.Add(1)
		w.err, w.after = nil, nil
		if len(c.commit([]*deed{w})) == 0 {
			return
		}
		if try == maxTries {
			c.finish(w, w.err)
			return
		}
		time.Sleep(time.Duration(try*try) * time.Millisecond)
	}
}

// commit runs the batch in one transaction and answers every deed, except those
// it returns: they must run again.
func (c *committer) commit(batch []*deed) (again []*deed) {
	ctx := context.Background()
	if err := c.connect(); err != nil {
		return c.failAll(batch, err)
	}
	if c.d.engine == Postgres {
		if c.pipelined(ctx, batch) {
			return nil
		}
		if err := c.connect(); err != nil { // the connection may be gone
			return c.failAll(batch, err)
		}
	}
	if _, err := c.conn.ExecContext(ctx, c.begin()); err != nil {
		c.drop()
		return c.failAll(batch, err)
	}
	if !c.all(ctx, batch) { // one of several failed: once more, each in a savepoint of its own
		for _, verb := range []string{"ROLLBACK", c.begin()} {
			if _, err := c.conn.ExecContext(ctx, verb); err != nil {
				c.drop()
				return c.failAll(batch, err)
			}
		}
		for _, w := range batch {
			w.err = c.one(ctx, w, true)
		}
	}
	good := make([]*deed, 0, len(batch))
	for _, w := range batch {
		switch {
		case w.err == nil:
			good = append(good, w)
		case c.d.retryable(w.err):
			again = append(again, w)
		}
	}
	if err := c.end(ctx, len(good)); err != nil {
		c.drop()
		again = append(again, c.uncommitted(good, err)...)
	} else {
		c.d.committed()
	}
	for _, w := range batch {
		if w.err == nil || !c.d.retryable(w.err) {
			c.finish(w, w.err)
		}
	}
	return again
}

// all runs the deeds one after the other without savepoints, which cost two of
// five round trips, and tells whether the transaction can end as it is: every
// deed did well, or there is only one.
func (c *committer) all(ctx context.Context, batch []*deed) bool {
	for _, w := range batch {
		if w.err = c.one(ctx, w, false); w.err != nil && len(batch) > 1 {
			return false
		}
	}
	return true
}

// uncommitted marks deeds whose commit failed. What the engine asks to repeat
// is returned; of anything else the outcome is unknown, and the caller is told
// so: running it again could do it twice.
func (c *committer) uncommitted(good []*deed, err error) (again []*deed) {
	for _, w := range good {
		if c.d.retryable(err) {
			w.err = err
			again = append(again, w)
			continue
		}
		w.err = fault.Wrap(fault.Busy, "fault.unknown_outcome", err)
	}
	return again
}

func (c *committer) begin() string {
	if c.d.engine == SQLite {
		return "BEGIN IMMEDIATE"
	}
	return "BEGIN ISOLATION LEVEL READ COMMITTED"
}

// end commits where something is to be kept. The error of a rollback matters
// as much: the connection is then of no use.
func (c *committer) end(ctx context.Context, good int) error {
	verb := "COMMIT"
	if good == 0 {
		verb = "ROLLBACK"
	}
	_, err := c.conn.ExecContext(ctx, verb)
	return err
}

// one runs a deed, in a savepoint of its own where asked: else the transaction
// itself is taken back when it fails.
func (c *committer) one(ctx context.Context, w *deed, savepoint bool) error {
	if savepoint {
		if _, err := c.conn.ExecContext(ctx, "SAVEPOINT deed"); err != nil {
			return err
		}
	}
	tx := &Tx{d: c.d, ctx: w.ctx, q: c.conn, stmts: c.stmts, pipe: c.pipe, write: true}
	err := safely(tx, w.fn)
	w.after = tx.after
	if !savepoint {
		return err
	}
	if err != nil {
		if _, e := c.conn.ExecContext(ctx, "ROLLBACK TO SAVEPOINT deed"); e != nil {
			return errors.Join(err, e)
		}
	}
	if _, e := c.conn.ExecContext(ctx, "RELEASE SAVEPOINT deed"); e != nil {
		return errors.Join(err, e)
	}
	return err
}

// safely turns a panic of a closure into its error: one deed must not take the
// others of its batch down.
func safely(tx *Tx, fn func(tx *Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("db: panic in a write: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(tx)
}

// failAll is for a transaction that did not begin: deeds of a batch get a try
// each, one that is alone already is answered.
func (c *committer) failAll(batch []*deed, err error) (again []*deed) {
	for _, w := range batch {
		w.err = err
		if len(batch) > 1 || c.d.retryable(err) {
			again = append(again, w)
			continue
		}
		c.finish(w, err)
	}
	return again
}

func (c *committer) finish(w *deed, err error) {
	w.err = err
	if err == nil {
		c.d.stats.deeds.Add(1)
		for _, fn := range w.after {
			fn()
		}
	}
	close(w.done)
}

func (d *DB) retryable(err error) bool {
	if d.engine == Postgres {
		return pgRetry(err)
	}
	return sqliteBusy(err)
}
