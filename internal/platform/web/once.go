package web

import (
	"context"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"

	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/seal"
)

//go:embed schema/*.sql
var schema embed.FS

// Migrate makes the table of posted forms.
func (s *Site) Migrate(ctx context.Context) error { return Migrate(ctx, s.DB) }

// Migrate makes the package's table.
func Migrate(ctx context.Context, d *db.DB) error {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return err
	}
	return d.Migrate(ctx, "web", sub)
}

func newOnce() string { return hex.EncodeToString(seal.Random32()[:12]) }

// onceOnly runs a staff post once: the same form again leads to where the first
// led. A first that is still under way, or whose end is unknown after a crash,
// is said plainly.
func (c *Ctx) onceOnly(route Route) error {
	token := c.Get("_once")
	if len(token) != 24 {
		return fault.New(fault.Invalid, "fault.malformed")
	}
	key := seal.HashToken([]byte(c.Session.Person + "|" + token))
	led, first, err := c.reserve(key)
	if err != nil {
		return err
	}
	if !first {
		if led == "" {
			return fault.New(fault.Busy, "fault.unknown_end")
		}
		http.Redirect(c.W, c.R, led, http.StatusSeeOther)
		return nil
	}
	err = route.Do(c)
	if k, _ := fault.Message(err); err != nil && k == "fault.unknown_outcome" {
		return err // it may have been done: the same form again is told so, not run again
	}
	c.settle(key, c.W.Header().Get("Location"), err == nil)
	return err
}

func (c *Ctx) reserve(key string) (led string, first bool, err error) {
	s := c.site
	err = s.DB.Write(c.R.Context(), func(tx *db.Tx) error {
		res, err := tx.ExecContext(tx.Ctx(), `INSERT INTO web_idempotency (jurisdiction, key_hash, person, led, day) VALUES ($1, $2, $3, '', $4) ON CONFLICT DO NOTHING`,
			s.Jurisdiction, key, c.Session.Person, clock.Day(c.Now))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if first = n == 1; first || err != nil {
			return err
		}
		return tx.QueryRowContext(tx.Ctx(), `SELECT led FROM web_idempotency WHERE jurisdiction = $1 AND key_hash = $2`, s.Jurisdiction, key).Scan(&led)
	})
	return led, first, err
}

// settle keeps where a post led; a post that did nothing may be sent again.
func (c *Ctx) settle(key, led string, done bool) {
	s, ctx := c.site, context.WithoutCancel(c.R.Context())
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		if !done || led == "" {
			_, err := tx.ExecContext(ctx, `DELETE FROM web_idempotency WHERE jurisdiction = $1 AND key_hash = $2`, s.Jurisdiction, key)
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE web_idempotency SET led = $3 WHERE jurisdiction = $1 AND key_hash = $2`, s.Jurisdiction, key, led)
		return err
	})
	if err != nil {
		s.Log.Error("posted form not settled", "err", err)
	}
}

// Sweep deletes posted forms older than a week: a job.
func (s *Site) Sweep(ctx context.Context) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM web_idempotency WHERE jurisdiction = $1 AND day < $2`, s.Jurisdiction, clock.Day(s.Clock.Now())-7)
		return err
	})
}
