package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
	"github.com/naungan/naungan/internal/platform/seal"
)

var ctx = context.Background()

type office struct {
	*Log
	d   *db.DB
	ani Actor
}

func open(t *testing.T, d *db.DB) office {
	t.Helper()
	c := clock.NewFake(time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC))
	l, err := New(d, c, "jkb", "naungan.example/jkb", seal.NewSigner(seal.Random32(), "log"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	p := seal.NewPersonSeed()
	until := clock.Hour(c.Now()) + 12
	s, cert := seal.NewSessionSigner(p, "ani", "s1", until)
	err = d.Write(ctx, func(tx *db.Tx) error {
		return l.RegisterSigner(tx, "s1", "ani", s.Public(), p.Public().Sign, until, cert)
	})
	if err != nil {
		t.Fatal(err)
	}
	return office{l, d, Actor{Person: "ani", Session: "s1", Sign: s.Sign}}
}

func (o office) append(t *testing.T, a Actor, e Entry) {
	t.Helper()
	if err := o.d.Write(ctx, func(tx *db.Tx) error { return o.Append(tx, a, e) }); err != nil {
		t.Fatal(err)
	}
}

func (o office) fill(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		o.append(t, o.ani, Entry{Verb: "casework.note.add", Record: fmt.Sprintf("c%d", i%7), Head: Head(int64(i), [32]byte{byte(i)})})
		o.append(t, System("public"), Entry{Verb: "report.receive", Record: fmt.Sprintf("r%d", i)})
	}
	if err := o.sequenceAll(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsWrittenVerifies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		if r, err := Verify(ctx, d, "jkb"); err != nil || !r.OK {
			t.Fatalf("an empty log: %+v %v", r.Break, err)
		}
		o.fill(t, 40)
		o.append(t, o.ani, Entry{Verb: "late", Record: "x"}) // waits for its place
		r, err := Verify(ctx, d, "jkb")
		if err != nil || !r.OK || r.Leaves != 80 || r.Root == "" {
			t.Fatalf("%+v %+v %v", r, r.Break, err)
		}
		if err := o.Reading(ctx, o.ani, "casework.read", []string{"c1", "c2"}, "duty"); err != nil {
			t.Fatal(err)
		}
		o.Denied(ctx, o.ani, "casework.read", "c9", "not_yours")
		if err := o.sequenceAll(ctx); err != nil {
			t.Fatal(err)
		}
		if r, err = Verify(ctx, d, "jkb"); err != nil || !r.OK || r.Leaves != 84 {
			t.Fatalf("%+v %v", r, err)
		}
		trail, err := o.Trail(ctx, "c9", 10)
		if err != nil || len(trail) != 1 || trail[0].Outcome != "denied" || trail[0].Person != "ani" {
			t.Fatalf("%+v %v", trail, err)
		}
	})
}

func TestEveryTamperingIsNamed(t *testing.T) {
	head := func(record string, h []byte) HeadSource {
		return func(_ context.Context, each func(string, []byte) error) error { return each(record, h) }
	}
	for name, c := range map[string]struct {
		sql  []string
		says string
	}{
		"verb":       {[]string{`UPDATE audit_leaf SET verb = 'casework.note.other' WHERE tree_index = 10`}, "signature"},
		"person":     {[]string{`UPDATE audit_leaf SET person = 'budi' WHERE verb = 'casework.note.add' AND tree_index < 30`}, "not known"},
		"hour":       {[]string{`UPDATE audit_leaf SET hour = hour - 1 WHERE tree_index = 3`}, "signature"},
		"signature":  {[]string{`UPDATE audit_leaf SET sig = (SELECT sig FROM audit_leaf WHERE tree_index = 5) WHERE tree_index = 4`}, "signature"},
		"delete":     {[]string{`DELETE FROM audit_leaf WHERE tree_index = 11`}, "missing"},
		"unplace":    {[]string{`UPDATE audit_leaf SET tree_index = NULL WHERE tree_index = 11`}, "missing"},
		"swap":       {[]string{`UPDATE audit_leaf SET tree_index = 1000 WHERE tree_index = 6`, `UPDATE audit_leaf SET tree_index = 6 WHERE tree_index = 7`, `UPDATE audit_leaf SET tree_index = 7 WHERE tree_index = 1000`}, "tree"},
		"hash":       {[]string{`UPDATE audit_hash SET hash = (SELECT hash FROM audit_hash WHERE idx = 1) WHERE idx = 9`}, "tree"},
		"hash gone":  {[]string{`DELETE FROM audit_hash WHERE idx = 20`}, "hash"},
		"cut":        {[]string{`DELETE FROM audit_leaf WHERE tree_index >= 20`}, "missing"},
		"cut well":   {[]string{`DELETE FROM audit_leaf WHERE tree_index >= 20`, `UPDATE audit_log SET size = 20`}, "cut"},
		"cut best":   {[]string{`DELETE FROM audit_leaf WHERE tree_index >= 20`, `DELETE FROM audit_hash WHERE idx >= 38`, `DELETE FROM audit_checkpoint WHERE size > 20`, `UPDATE audit_log SET size = 20`}, "checkpoint"},
		"checkpoint": {[]string{`UPDATE audit_checkpoint SET note = 'naungan.example/jkb'`}, "checkpoint"},
		"no log":     {[]string{`DELETE FROM audit_log`}, "own row"},
		"signer":     {[]string{`UPDATE audit_signer SET until_hour = until_hour + 1`}, "certificate"},
		"no signer":  {[]string{`DELETE FROM audit_signer`}, "not known"},
		"counter":    {[]string{`UPDATE audit_signer SET counter = counter + 1`}, "wrote"},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				o := open(t, d)
				o.fill(t, 20)
				for _, s := range c.sql {
					if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(ctx, s); return err }); err != nil {
						t.Fatal(err)
					}
				}
				r, err := Verify(ctx, d, "jkb")
				if err != nil || r.OK || r.Break == nil || !strings.Contains(r.Break.What, c.says) {
					t.Fatalf("%+v %+v %v", r, r.Break, err)
				}
			})
		})
	}
	d := dbtest.SQLite(t)
	o := open(t, d)
	o.fill(t, 20)
	rest := func(_ context.Context, each func(record string, head []byte) error) error {
		for i := 13; i < 19; i++ { // the newest of c6, c0 … c4
			if err := each(fmt.Sprintf("c%d", i%7), Head(int64(i), [32]byte{byte(i)})); err != nil {
				return err
			}
		}
		return nil
	}
	if r, err := Verify(ctx, d, "jkb", rest); err != nil || r.OK || r.Break.ID != "c5" {
		t.Errorf("a deleted record passed: %+v %v", r, err)
	}
	if r, err := Verify(ctx, d, "jkb", rest, head("c5", Head(19, [32]byte{19}))); err != nil || !r.OK {
		t.Fatalf("a right head: %+v %v", r.Break, err)
	}
	for _, h := range [][]byte{Head(12, [32]byte{12}), Head(19, [32]byte{20}), nil} {
		if r, err := Verify(ctx, d, "jkb", rest, head("c5", h)); err != nil || r.OK {
			t.Errorf("head %x passed: %v", h, err)
		}
	}
	if r, _ := Verify(ctx, d, "jkb", rest, head("c5", Head(19, [32]byte{19})), head("never-logged", Head(1, [32]byte{}))); r.OK {
		t.Error("a record without any leaf passed")
	}
}

func TestAFailedDeedLeavesNoLeafAndNoGap(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				_ = d.Write(ctx, func(tx *db.Tx) error {
					if err := o.Append(tx, o.ani, Entry{Verb: "x", Record: "r"}); err != nil {
						return err
					}
					if i%3 == 0 {
						return errors.New("the deed failed")
					}
					return nil
				})
			})
		}
		wg.Wait()
		if err := o.sequenceAll(ctx); err != nil {
			t.Fatal(err)
		}
		if r, err := Verify(ctx, d, "jkb"); err != nil || !r.OK || r.Leaves != 40 {
			t.Fatalf("%+v %+v %v", r, r.Break, err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error {
			return o.Append(tx, Actor{Person: "ani", Session: "gone"}, Entry{Verb: "x"})
		}); err == nil {
			t.Error("a leaf of an unknown session was written")
		}
		if err := d.Write(ctx, func(tx *db.Tx) error {
			return o.Append(tx, Actor{Person: "ani", Session: "s1"}, Entry{Verb: "x"})
		}); err == nil {
			t.Error("an unsigned leaf was written")
		}
	})
}

func TestReceiptsHoldOfflineAndFailWhenAltered(t *testing.T) {
	d := dbtest.SQLite(t)
	o := open(t, d)
	if _, err := o.Receipt(ctx, "r3", "report.receive"); err == nil {
		t.Fatal("a receipt before the deed")
	}
	o.fill(t, 20)
	r, err := o.Receipt(ctx, "r3", "report.receive")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := VerifyReceipt(text, o.Verifier()); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{{`"r3"`, `"r4"`}, {fmt.Sprintf(`"index":%d`, r.Index), fmt.Sprintf(`"index":%d`, r.Index+1)}, {`naungan.example/jkb\n40`, `naungan.example/jkb\n41`}} {
		altered := strings.Replace(string(text), change[0], change[1], 1)
		if altered == string(text) {
			t.Fatalf("%q is not in %s", change[0], text)
		}
		if _, err := VerifyReceipt([]byte(altered), ""); err == nil {
			t.Errorf("altered %q passed", change[0])
		}
	}
	if _, err := VerifyReceipt(text, "naungan.example/other+1+x"); err == nil {
		t.Error("a receipt of another log passed")
	}
	if c, err := o.Checkpoint(ctx); err != nil || !strings.HasPrefix(c, "naungan.example/jkb\n40\n") {
		t.Errorf("%q %v", c, err)
	}
}

func TestAnotherKeyCannotTakeTheLogOver(t *testing.T) {
	d := dbtest.SQLite(t)
	open(t, d)
	l, err := New(d, clock.System(), "jkb", "naungan.example/jkb", seal.NewSigner(seal.Random32(), "log"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Migrate(ctx); err == nil {
		t.Fatal("the log was taken over")
	}
}

func TestRunPlacesWhatIsCommitted(t *testing.T) {
	d := dbtest.SQLite(t)
	o := open(t, d)
	run, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan struct{})
	go func() { o.Run(run); close(done) }()
	o.append(t, o.ani, Entry{Verb: "x", Record: "r"})
	for range 100 {
		if c, _ := o.Checkpoint(ctx); c != "" {
			stop()
			<-done
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the leaf has no place after two seconds")
}

func FuzzReceipt(f *testing.F) {
	f.Add([]byte(`{"leaf":{},"index":0,"proof":["x"],"checkpoint":"","verifier":""}`))
	f.Add([]byte("a\n1\nx\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := VerifyReceipt(b, ""); err == nil {
			t.Fatal("noise is a receipt")
		}
		if size, _, err := parseCheckpoint(string(b)); err == nil && size < 1 {
			t.Fatal("a checkpoint of nothing")
		}
	})
}
