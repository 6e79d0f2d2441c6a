package events

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
)

func TestDeliveredOnceAndOnlyAfterCommit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		b := New(d, clock.NewFake(time.Unix(1.8e9, 0)), "jkb", nil)
		if err := b.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		var heard []string
		broken := true
		b.On("a", func(_ *db.Tx, p []byte) error { heard = append(heard, string(p)); return nil })
		b.On("b", func(*db.Tx, []byte) error {
			if broken {
				return errors.New("not now")
			}
			return nil
		})
		wrong := errors.New("taken back")
		if err := d.Write(ctx, func(tx *db.Tx) error { _ = b.Emit(tx, "a", "lost"); return wrong }); !errors.Is(err, wrong) {
			t.Fatal(err)
		}
		for _, topic := range []string{"b", "a"} {
			if err := d.Write(ctx, func(tx *db.Tx) error { return b.Emit(tx, topic, "kept") }); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if _, err := b.Deliver(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if len(heard) != 1 || heard[0] != `"kept"` {
			t.Errorf("heard %v", heard)
		}
		if n, failed, err := b.Waiting(ctx); n != 1 || failed != 1 || err != nil {
			t.Errorf("waiting %d, failed %d, %v", n, failed, err)
		}
		broken = false
		if n, err := b.Deliver(ctx); n != 1 || err != nil {
			t.Errorf("after mending: %d, %v", n, err)
		}
	})
}
