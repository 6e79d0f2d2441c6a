package access_test

import (
	"context"
	"testing"
	"time"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/access/accesstest"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
)

func TestWhoeverLeftAfterTheBackupStaysOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		o := accesstest.New(t, d)
		had, err := o.Access.Standing(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if p, s, err := o.Access.Withdraw(ctx, audit.System("restore"), had); err != nil || p != 0 || s != 0 {
			t.Fatalf("nobody left, yet %d people and %d memberships went (%v)", p, s, err)
		}
		now := access.Standing{}
		for _, p := range had.People {
			if p != o.People["worker1"] {
				now.People = append(now.People, p)
			}
		}
		for _, x := range had.Seats {
			if x.Person != o.People["worker1"] && (x.Person != o.People["desk2"] || x.Team != o.Teams["desk"]) {
				now.Seats = append(now.Seats, x)
			}
		}
		if p, s, err := o.Access.Withdraw(ctx, audit.System("restore"), now); err != nil || p != 1 || s != 2 {
			t.Fatalf("%d people, %d memberships, %v", p, s, err)
		}
		o.Clock.Advance(time.Minute) // a code is good once
		if _, err := o.Access.SignIn(ctx, "worker1", accesstest.Password, o.Code("worker1"), true); err == nil {
			t.Error("somebody whose access ended signed in")
		}
		if _, err := o.Access.SignIn(ctx, "worker2", accesstest.Password, o.Code("worker2"), true); err != nil {
			t.Error("somebody who stands cannot sign in:", err)
		}
		if n, err := o.Access.WaysIn(ctx, o.Teams["desk"]); err != nil || n != 1 {
			t.Errorf("the desk has %d ways in (%v)", n, err)
		}
		var wraps int
		if err := d.Read(ctx, func(tx *db.Tx) error {
			return tx.QueryRowContext(tx.Ctx(), `SELECT COUNT(*) FROM access_wrap WHERE person = $1 OR person = $2 AND team = $3`, o.People["worker1"], o.People["desk2"], o.Teams["desk"]).Scan(&wraps)
		}); err != nil || wraps != 0 {
			t.Errorf("%d key wraps stayed (%v)", wraps, err)
		}
	})
}
