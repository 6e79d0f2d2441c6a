// Package jobs runs what is done at intervals: ids and clear clocks only, never
// keys. Of several servers on one database only one runs a job at a time.
package jobs

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
)

//go:embed schema/*.sql
var schema embed.FS

// Job is something done every so often.
type Job struct {
	Name  string
	Every time.Duration
	Do    func(ctx context.Context) error
}

// Runner runs jobs. Add them before Run.
type Runner struct {
	db           *db.DB
	clock        clock.Clock
	jurisdiction string
	log          *slog.Logger
	list         []Job
}

// New returns a runner without jobs.
func New(d *db.DB, c clock.Clock, jurisdiction string, log *slog.Logger) *Runner {
	return &Runner{db: d, clock: c, jurisdiction: jurisdiction, log: log}
}

// Migrate makes the table.
func (r *Runner) Migrate(ctx context.Context) error {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return err
	}
	return r.db.Migrate(ctx, "jobs", sub)
}

// Add registers a job.
func (r *Runner) Add(j Job) { r.list = append(r.list, j) }

// Run runs every job at its interval until ctx ends.
func (r *Runner) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, j := range r.list {
		wg.Go(func() { r.loop(ctx, j) })
	}
	wg.Wait()
}

func (r *Runner) loop(ctx context.Context, j Job) {
	tick := time.NewTicker(j.Every)
	defer tick.Stop()
	for {
		if _, err := r.Once(ctx, j); err != nil && ctx.Err() == nil {
			r.log.Error("job failed", "job", j.Name, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Once runs a job if no other server did within its interval, and tells
// whether it ran.
func (r *Runner) Once(ctx context.Context, j Job) (ran bool, err error) {
	now := r.clock.Now()
	slot := now.UnixNano() / int64(j.Every)
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		res, err := tx.ExecContext(tx.Ctx(), `INSERT INTO jobs_slot (jurisdiction, job, slot) VALUES ($1, $2, $3)
			ON CONFLICT (jurisdiction, job) DO UPDATE SET slot = EXCLUDED.slot WHERE jobs_slot.slot < EXCLUDED.slot`, r.jurisdiction, j.Name, slot)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		ran = n == 1
		return err
	})
	if err != nil || !ran {
		return false, err
	}
	return true, j.Do(ctx)
}
