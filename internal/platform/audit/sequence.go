package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
)

// batch is how many leaves one sequencing step numbers.
const batch = 1000

// pause is how long the sequencer lets leaves gather: under load a step numbers
// hundreds, and signs one checkpoint for them.
const pause = 500 * time.Millisecond

// Run numbers new leaves until ctx ends: woken by a commit, and by a tick in
// case another server wrote.
func (l *Log) Run(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		case <-tick.C:
		}
		if err := l.sequenceAll(ctx); err != nil && ctx.Err() == nil {
			l.log.Error("audit: sequencing", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

func (l *Log) sequenceAll(ctx context.Context) error {
	for {
		n, err := l.Sequence(ctx)
		if err != nil || n < batch {
			return err
		}
	}
}

// Sequence gives up to a batch of leaves their places, extends the tree and
// signs a checkpoint, in one transaction. It returns how many it placed.
func (l *Log) Sequence(ctx context.Context) (placed int, err error) {
	err = l.db.Write(ctx, func(tx *db.Tx) error {
		placed = 0
		var some bool
		if err := tx.QueryRowContext(tx.Ctx(), `SELECT EXISTS (SELECT 1 FROM audit_leaf WHERE jurisdiction = $1 AND tree_index IS NULL)`, l.j).Scan(&some); err != nil || !some {
			return err
		}
		// The log's row first: of two servers the second sees what the first placed.
		if _, err := tx.ExecContext(tx.Ctx(), `UPDATE audit_log SET size = size WHERE jurisdiction = $1`, l.j); err != nil {
			return err
		}
		leaves, err := l.leaves(tx, `SELECT `+columns+` FROM audit_leaf WHERE jurisdiction = $1 AND tree_index IS NULL ORDER BY id LIMIT $2`, l.j, batch)
		if err != nil || len(leaves) == 0 {
			return err
		}
		size, err := l.size(tx)
		if err != nil {
			return err
		}
		if err := l.place(tx, leaves, size); err != nil {
			return err
		}
		placed = len(leaves)
		return l.checkpoint(tx, size, size+int64(placed))
	})
	return placed, err
}

func (l *Log) size(tx *db.Tx) (n int64, err error) {
	err = tx.QueryRowContext(tx.Ctx(), `SELECT size FROM audit_log WHERE jurisdiction = $1`, l.j).Scan(&n)
	return n, err
}

func (l *Log) place(tx *db.Tx, leaves []Leaf, size int64) error {
	fresh := map[int64]tlog.Hash{}
	read := l.hashes(tx, fresh)
	places, stored := make([]any, 0, 2*len(leaves)), make([]any, 0, 4*len(leaves))
	for i, leaf := range leaves {
		n := size + int64(i)
		hashes, err := tlog.StoredHashes(n, leaf.data(), read)
		if err != nil {
			return fmt.Errorf("audit: tree: %w", err)
		}
		at := tlog.StoredHashIndex(0, n)
		for k, h := range hashes {
			fresh[at+int64(k)] = h
			stored = append(stored, at+int64(k), h[:])
		}
		places = append(places, leaf.ID, n)
	}
	if err := l.many(tx, `INSERT INTO audit_hash (jurisdiction, idx, hash) VALUES `, "", `($1, %s, %s)`, stored); err != nil {
		return err
	}
	// The names of a VALUES list's columns are the same in both engines.
	return l.many(tx, `UPDATE audit_leaf SET tree_index = v.column2 FROM (VALUES `, `) AS v WHERE audit_leaf.jurisdiction = $1 AND audit_leaf.id = v.column1`, `(CAST(%s AS TEXT), CAST(%s AS BIGINT))`, places)
}

// rows is how many pairs one statement takes.
const rows = 100

// many runs a statement over pairs of values, a hundred pairs at a time.
func (l *Log) many(tx *db.Tx, head, tail, pair string, values []any) error {
	for len(values) > 0 {
		n := min(2*rows, len(values))
		var b strings.Builder
		b.WriteString(head)
		for i := range n / 2 {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, pair, "$"+strconv.Itoa(2*i+2), "$"+strconv.Itoa(2*i+3))
		}
		b.WriteString(tail)
		if _, err := tx.ExecContext(tx.Ctx(), b.String(), append([]any{l.j}, values[:n]...)...); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// hashes reads stored hashes of the tree, those of this step from memory.
func (l *Log) hashes(tx *db.Tx, fresh map[int64]tlog.Hash) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, idx := range indexes {
			if h, ok := fresh[idx]; ok {
				out[i] = h
				continue
			}
			var raw []byte
			if err := tx.QueryRowContext(tx.Ctx(), `SELECT hash FROM audit_hash WHERE jurisdiction = $1 AND idx = $2`, l.j, idx).Scan(&raw); err != nil {
				return nil, err
			}
			copy(out[i][:], raw)
			fresh[idx] = out[i]
		}
		return out, nil
	})
}

func (l *Log) checkpoint(tx *db.Tx, was, size int64) error {
	res, err := tx.ExecContext(tx.Ctx(), `UPDATE audit_log SET size = $2 WHERE jurisdiction = $1 AND size = $3`, l.j, size, was)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fault.New(fault.Conflict, "fault.conflict")) // another server placed leaves: the next step goes on from there
	}
	root, err := tlog.TreeHash(size, l.hashes(tx, map[int64]tlog.Hash{}))
	if err != nil {
		return err
	}
	o, err := l.newest(tx)
	if err != nil {
		return err
	}
	signed, err := l.signNote(o, checkpointText(o.name, size, root))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(tx.Ctx(), `INSERT INTO audit_checkpoint (jurisdiction, size, note, hour) VALUES ($1, $2, $3, $4)`, l.j, size, signed, clock.Hour(l.clock.Now()))
	return err
}

// checkpointText is the body of a C2SP tlog-checkpoint: origin, size, root.
func checkpointText(origin string, size int64, root tlog.Hash) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, size, root)
}

// Checkpoint returns the newest signed checkpoint, or "" before the first.
func (l *Log) Checkpoint(ctx context.Context) (text string, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT note FROM audit_checkpoint WHERE jurisdiction = $1 ORDER BY size DESC LIMIT 1`, l.j).Scan(&text)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return text, err
}

const columns = `jurisdiction, id, verb, person, session, record, head, reason, outcome, hour, salt, counter, sig`

func (l *Log) leaves(tx *db.Tx, query string, args ...any) (out []Leaf, err error) {
	rows, err := tx.QueryContext(tx.Ctx(), query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var f Leaf
		if err := rows.Scan(&f.Jurisdiction, &f.ID, &f.Verb, &f.Person, &f.Session, &f.Record, &f.Head, &f.Reason, &f.Outcome, &f.Hour, &f.Salt, &f.Counter, &f.Sig); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, rows.Err()
}
