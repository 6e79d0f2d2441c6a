package jobs

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
)

func TestOneServerRunsAJobInAnInterval(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, c := context.Background(), clock.NewFake(time.Unix(1.8e9, 0))
		a, b := New(d, c, "jkb", slog.Default()), New(d, c, "jkb", slog.Default())
		if err := a.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		ran := 0
		job := Job{Name: "x", Every: time.Minute, Do: func(context.Context) error { ran++; return nil }}
		for range 2 {
			for _, r := range []*Runner{a, b, a} {
				if _, err := r.Once(ctx, job); err != nil {
					t.Fatal(err)
				}
			}
			c.Advance(time.Minute)
		}
		if ran != 2 {
			t.Errorf("ran %d times in two intervals", ran)
		}
	})
}
