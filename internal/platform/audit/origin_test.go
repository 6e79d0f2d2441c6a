package audit

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
	"github.com/naungan/naungan/internal/platform/seal"
)

var errUndo = errors.New("undo")

// origin returns the name under which a checkpoint was signed.
func (c Checkpoint) origin() string { name, _, _ := strings.Cut(c.Text, "\n"); return name }

func (o office) newest(t *testing.T) Checkpoint {
	t.Helper()
	c, err := o.Newest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// says checks a checkpoint and expects a break with these words, or none.
func (o office) says(t *testing.T, text, verifier, want string) {
	t.Helper()
	err := VerifyCheckpoint(ctx, o.d, "jkb", []byte(text), verifier)
	switch {
	case want == "" && err != nil:
		t.Errorf("a right checkpoint: %v", err)
	case want != "" && (AsBreak(err) == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("said %v, not %q", err, want)
	}
}

func TestCheckpointThatWasKeptIsHeldAgainstTheLog(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		if c := o.newest(t); c.Text != "" {
			t.Fatalf("a checkpoint of nothing: %+v", c)
		}
		o.append(t, o.ani, Entry{Verb: "x", Record: "r"}) // waits
		first := o.newest(t)
		if first.Leaves != 1 || first.Verifier != o.Verifier() || !strings.Contains(first.Text, first.Root) {
			t.Fatalf("%+v", first)
		}
		o.fill(t, 10)
		second := o.newest(t)
		for _, c := range []Checkpoint{first, second} {
			o.says(t, c.Text, "", "")
			o.says(t, c.Text, c.Verifier+"\n", "")
		}
		other, err := New(d, clock.System(), "jkb", o.origin, seal.NewSigner(seal.Random32(), "log"), nil)
		if err != nil {
			t.Fatal(err)
		}
		o.says(t, second.Text, other.Verifier(), "signature")
		o.says(t, strings.Replace(second.Text, "\n21\n", "\n20\n", 1), "", "signature")
		o.says(t, "elsewhere"+second.Text, "", "another log")
		o.says(t, "", "", "another log")
		forged, err := other.signNote(origin{name: o.origin, key: other.Verifier()}, checkpointText(o.origin, 21, [32]byte{}))
		if err != nil {
			t.Fatal(err)
		}
		o.says(t, forged, "", "signature")
		o.says(t, forged, other.Verifier(), "another key")

		lists, err := o.SignLists(ctx, second, map[string]int{"a": 7})
		if err != nil {
			t.Fatal(err)
		}
		var back map[string]int
		if n, err := o.OpenLists(ctx, []byte(lists), &back); err != nil || n != 21 || back["a"] != 7 {
			t.Errorf("%d %v %v", n, back, err)
		}
		o.says(t, lists, "", "no checkpoint")
		for _, text := range []string{second.Text, strings.Replace(lists, `"a":7`, `"a":8`, 1), ""} {
			if _, err := o.OpenLists(ctx, []byte(text), &back); AsBreak(err) == nil {
				t.Errorf("read as lists: %q %v", text, err)
			}
		}

		rebuilt := open(t, dbtest.SQLite(t)) // the owner of the machine writes the log anew, with the same key
		rebuilt.key = o.key
		rebuilt.exec(t, `UPDATE audit_log SET verifier = '`+o.Verifier()+`'`, `UPDATE audit_origin SET verifier = '`+o.Verifier()+`'`)
		rebuilt.append(t, System("y"), Entry{Verb: "x"})
		rebuilt.newest(t)
		rebuilt.says(t, second.Text, "", "shorter than the checkpoint: 20 deeds are missing")
		rebuilt.fill(t, 12)
		rebuilt.says(t, second.Text, "", "rewritten after the checkpoint")
	})
}

func (o office) exec(t *testing.T, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if err := o.d.Write(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(ctx, s); return err }); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRestoredLogGoesOnUnderANewOrigin(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		o.fill(t, 10)
		before := o.newest(t)
		root, err := o.Reopen(ctx)
		if err != nil || root != before.Root {
			t.Fatalf("%q %v", root, err)
		}
		o.fill(t, 3)
		after := o.newest(t)
		if !strings.HasPrefix(after.Text, o.origin+"/2-") || after.Verifier == before.Verifier || after.Leaves != 27 {
			t.Fatalf("%+v", after)
		}
		r, err := o.Receipt(ctx, after.origin(), restoreVerb)
		if err != nil || r.Index != 20 || r.Leaf.Reason != root {
			t.Fatalf("the first leaf of the new origin: %+v %v", r, err)
		}
		v, err := Verify(ctx, d, "jkb")
		if err != nil || !v.OK || v.Leaves != 27 {
			t.Fatalf("%+v %v", v.Break, err)
		}
		o.says(t, before.Text, "", "")
		o.says(t, before.Text, before.Verifier, "")
		o.says(t, after.Text, "", "")
		lost, err := o.signNote(origin{name: o.origin, key: before.Verifier}, checkpointText(o.origin, 25, [32]byte{7}))
		if err != nil {
			t.Fatal(err)
		}
		o.says(t, lost, "", "older backup was restored after the checkpoint: 5 deeds are missing")

		again, err := New(d, clock.System(), "jkb", o.origin, o.key, nil) // the next start
		if err != nil {
			t.Fatal(err)
		}
		if err := again.Migrate(ctx); err != nil || again.Verifier() != after.Verifier {
			t.Errorf("%s %v", again.Verifier(), err)
		}
		if _, err := o.Reopen(ctx); err != nil { // a second restore
			t.Fatal(err)
		}
		if v, err := Verify(ctx, d, "jkb"); err != nil || !v.OK || !strings.Contains(o.newest(t).Text, "/3-") {
			t.Fatalf("%+v %v", v.Break, err)
		}
		for _, s := range []string{
			`UPDATE audit_origin SET from_size = from_size + 1 WHERE generation = 2`,
			`UPDATE audit_origin SET from_size = 1 WHERE generation = 1`,
			`UPDATE audit_origin SET verifier = 'x' WHERE generation = 3`,
			`UPDATE audit_origin SET origin = origin || 'x' WHERE generation = 1`,
			`DELETE FROM audit_origin WHERE generation = 2`,
			`DELETE FROM audit_origin WHERE generation = 3`,
		} {
			err := d.Write(ctx, func(tx *db.Tx) error {
				if _, err := tx.ExecContext(ctx, s); err != nil {
					return err
				}
				if v, err := Verify(tx.Ctx(), d, "jkb"); err != nil || v.OK {
					t.Errorf("not noticed: %s (%v)", s, err)
				}
				return errUndo
			})
			if err != errUndo {
				t.Fatal(err)
			}
		}
	})
}

func TestManyAskForACheckpointAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		var wg sync.WaitGroup
		for range 8 {
			o.append(t, o.ani, Entry{Verb: "x", Record: "r"})
			wg.Go(func() {
				if _, err := o.Newest(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if v, err := Verify(ctx, d, "jkb"); err != nil || !v.OK {
			t.Fatalf("%+v %v", v.Break, err)
		}
	})
}
