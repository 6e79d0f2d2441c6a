package casework_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/protocol"
)

// newManual puts a version in force in which step A2 has two more hours and is no target.
func (h house) newManual(value int) casework.Rules {
	h.t.Helper()
	hash, err := h.m.ActiveHash(ctx)
	h.ok(err)
	draft, err := h.m.Begin(ctx, h.In("super1").Who, hash, "baru", "Uji.")
	h.ok(err)
	f, err := h.m.Find(ctx, draft)
	h.ok(err)
	text, err := protocol.Edit(f.Text, []string{"steps", "A2", "deadline", "value"}, value)
	h.ok(err)
	text, err = protocol.Edit(text, []string{"steps", "A2", "deadline", "binding"}, "power")
	h.ok(err)
	h.ok(h.m.Save(ctx, h.In("super1").Who, draft, f.Hash, text, "steps/A2", "Uji."))
	f, err = h.m.Find(ctx, draft)
	h.ok(err)
	if !bytes.Equal(f.Text, text) {
		h.t.Fatal("the text is another")
	}
	h.ok(h.m.Review(ctx, h.In("dpo").Who, draft, f.Hash, hash, "Uji."))
	h.ok(h.m.Activate(ctx, h.In("overseer1").Who, draft, f.Hash, "Uji."))
	return h.rules()
}

func TestACaseGoesOnUnderANewerManual(t *testing.T) {
	each(t, func(h house) {
		old := h.rules()
		id := h.begin(casework.Beginning{})
		now := h.newManual(3)
		w := h.In("worker1")
		read := func(r casework.Rules) casework.Opened {
			v, err := h.s.Show(ctx, w.Who, id, "work")
			h.ok(err)
			o, err := casework.Open(w.Keyring, v, r, h.Clock.Now())
			h.ok(err)
			return o
		}
		o := read(old)
		if o.Head.Manual != old.Manual.Hash() {
			t.Fatal("a new version moved a case by itself")
		}
		if newer, err := h.s.Newer(ctx, o.Head); err != nil || newer != now.Manual.Hash() {
			t.Fatal("the newer version is not offered", err)
		}
		before, _ := o.Eval.Task("A2")
		for _, name := range []string{"worker2", "worker3", "desk1", "dpo", "admin"} {
			e, err := o.Renew(h.In(name).Who, old, now, h.Clock.Now(), h.day(), "Uji.")
			h.ok(err)
			if err := h.s.Renew(ctx, h.In(name).Who, e, old.Manual.Hash(), now.Manual.Hash()); name != "worker2" {
				h.wants(fault.NotFound, err) // worker2 is second key-holder: theirs to do
				continue
			} else if err != nil {
				t.Fatal(err)
			}
			o = read(now)
		}
		after, _ := o.Eval.Task("A2")
		if o.Head.Manual != now.Manual.Hash() || after.Due.Sub(before.Due).Hours() != 2 {
			t.Fatalf("%s %v %v", o.Head.Manual, before.Due, after.Due)
		}
		last := o.Transitions[len(o.Transitions)-1].Doc
		if last.Deed != "manual" || last.Renewal == nil || last.Renewal.From != old.Manual.Hash() || len(last.Renewal.Moves) == 0 {
			t.Fatalf("%+v", last)
		}
		for _, m := range last.Renewal.Moves {
			if m.What == "step" && m.ID == "A2" && !m.New.Equal(after.Due) {
				t.Errorf("the history says %v, the case %v", m.New, after.Due)
			}
			if m.What == "step" && m.ID == "A2" && (m.Was != before.State || m.Is != after.State || len(m.More) != 1 || !strings.Contains(m.Sentence("en"), "binding: target → power")) {
				t.Errorf("the history keeps %q", m.Sentence("en"))
			}
		}
		e, err := o.Renew(w.Who, now, now, h.Clock.Now(), h.day(), "Lagi.")
		h.ok(err)
		h.wants(fault.Conflict, h.s.Renew(ctx, w.Who, e, old.Manual.Hash(), now.Manual.Hash()))
		_, err = o.Renew(w.Who, now, now, h.Clock.Now(), h.day(), " ")
		h.wants(fault.Invalid, err)
	})
}
