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
	"github.com/naungan/naungan/internal/platform/fault"
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

func TestEndedAccessOpensNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		o := accesstest.New(t, d)
		enrol, worker := o.In("enrol"), o.People["worker1"]
		cookie := o.Cookie("worker1")
		if err := o.Access.EndAccount(ctx, enrol.Who, accesstest.Password, enrol.Person); fault.KindOf(err) != fault.Invalid {
			t.Errorf("an officer ended their own access: %v", err)
		}
		if err := o.Access.EndAccount(ctx, o.In("desk1").Who, accesstest.Password, worker); fault.KindOf(err) != fault.Denied {
			t.Errorf("somebody else than an officer: %v", err)
		}
		before, err := o.Access.WaysIn(ctx, o.Teams["case"])
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Access.EndAccount(ctx, enrol.Who, accesstest.Password, worker); err != nil {
			t.Fatal(err)
		}
		if _, err := o.Access.Session(ctx, cookie); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("the session goes on: %v", err)
		}
		o.Clock.Advance(time.Minute) // a code is good once
		if _, err := o.Access.SignIn(ctx, "worker1", accesstest.Password, o.Code("worker1"), true); fault.KindOf(err) != fault.Invalid {
			t.Errorf("signed in after the end: %v", err)
		}
		if after, err := o.Access.WaysIn(ctx, o.Teams["case"]); err != nil || after != before-1 {
			t.Errorf("%d ways in before, %d after (%v)", before, after, err)
		}
		if err := o.Access.EndAccount(ctx, enrol.Who, accesstest.Password, worker); fault.KindOf(err) != fault.NotFound {
			t.Errorf("ended twice: %v", err)
		}
		if err := o.Access.RemoveMember(ctx, o.In("super1").Who, accesstest.Password, o.Teams["case"], worker); err != nil {
			t.Errorf("the steward cannot take them out: %v", err)
		}
	})
}
