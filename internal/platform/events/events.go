// Package events carries news between rooms: what one announces in its own
// transaction, others hear afterwards, exactly once each. Payloads are ids and
// coarse codes, never content (allow-list in docs/clear-columns.md).
package events

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"log/slog"
	"time"

	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/id"
)

//go:embed schema/*.sql
var schema embed.FS

// batch is how many events one transaction delivers.
const batch = 64

// Hearer takes one event inside the transaction that delivers it.
type Hearer func(tx *db.Tx, payload []byte) error

// Bus is the outbox of an installation. It is safe for concurrent use once all
// hearers are registered.
type Bus struct {
	db           *db.DB
	clock        clock.Clock
	jurisdiction string
	log          *slog.Logger
	hearers      map[string][]Hearer
	wake         chan struct{}
}

// New returns a bus. Call On for every hearer before Run.
func New(d *db.DB, c clock.Clock, jurisdiction string, log *slog.Logger) *Bus {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Bus{db: d, clock: c, jurisdiction: jurisdiction, log: log, hearers: map[string][]Hearer{}, wake: make(chan struct{}, 1)}
}

// Migrate makes the table.
func (b *Bus) Migrate(ctx context.Context) error {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return err
	}
	return b.db.Migrate(ctx, "events", sub)
}

// On registers a hearer of a topic.
func (b *Bus) On(topic string, h Hearer) { b.hearers[topic] = append(b.hearers[topic], h) }

// Emit puts an event into the outbox, in the deed's transaction.
func (b *Bus) Emit(tx *db.Tx, topic string, payload any) error {
	text, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	_, err = tx.ExecContext(tx.Ctx(), `INSERT INTO events_outbox (jurisdiction, id, topic, payload, tries) VALUES ($1, $2, $3, $4, 0)`,
		b.jurisdiction, id.New(now), topic, string(text))
	tx.OnCommit(b.nudge)
	return err
}

func (b *Bus) nudge() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

type event struct {
	id, topic, payload string
	tries              int64
}

// Deliver hands waiting events to their hearers, up to a batch, and returns how
// many it delivered. An event whose hearer fails stays, counted, and does not
// hold up the others.
func (b *Bus) Deliver(ctx context.Context) (done int, err error) {
	var list []event
	if err := b.db.Read(ctx, func(tx *db.Tx) (err error) { list, err = b.waiting(tx); return err }); err != nil {
		return 0, err
	}
	for _, e := range list {
		if err := b.db.Write(ctx, func(tx *db.Tx) error { return b.deliver(tx, e) }); err != nil {
			b.log.Error("event not delivered", "topic", e.topic, "tries", e.tries+1, "err", err)
			if err := b.db.Write(ctx, func(tx *db.Tx) error { return b.count(tx, e) }); err != nil {
				return done, err
			}
			continue
		}
		done++
	}
	return done, nil
}

func (b *Bus) waiting(tx *db.Tx) (list []event, err error) {
	rows, err := tx.QueryContext(tx.Ctx(), `SELECT id, topic, payload, tries FROM events_outbox WHERE jurisdiction = $1 ORDER BY tries, id LIMIT $2`, b.jurisdiction, batch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var e event
		if err := rows.Scan(&e.id, &e.topic, &e.payload, &e.tries); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

// deliver deletes first: of two servers that hold the same event, one deletes a
// row and the other nothing.
func (b *Bus) deliver(tx *db.Tx, e event) error {
	res, err := tx.ExecContext(tx.Ctx(), `DELETE FROM events_outbox WHERE jurisdiction = $1 AND id = $2`, b.jurisdiction, e.id)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	for _, h := range b.hearers[e.topic] {
		if err := h(tx, []byte(e.payload)); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bus) count(tx *db.Tx, e event) error {
	_, err := tx.ExecContext(tx.Ctx(), `UPDATE events_outbox SET tries = tries + 1 WHERE jurisdiction = $1 AND id = $2`, b.jurisdiction, e.id)
	return err
}

// Waiting returns how many events wait, and how many of them failed before.
func (b *Bus) Waiting(ctx context.Context) (n, failed int64, err error) {
	err = b.db.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRowContext(tx.Ctx(), `SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN tries > 0 THEN 1 ELSE 0 END), 0) AS BIGINT) FROM events_outbox WHERE jurisdiction = $1`, b.jurisdiction).Scan(&n, &failed)
	})
	return n, failed, err
}

// Run delivers until ctx ends: woken by a commit, and by a tick in case another
// server wrote or a hearer failed.
func (b *Bus) Run(ctx context.Context) {
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.wake:
		case <-tick.C:
		}
		for {
			n, err := b.Deliver(ctx)
			if err != nil && ctx.Err() == nil {
				b.log.Error("events", "err", err)
			}
			if n < batch || err != nil {
				break
			}
		}
	}
}
