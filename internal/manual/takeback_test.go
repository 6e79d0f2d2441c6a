package manual_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
)

// TestAChangeIsTakenBack: step by step, byte for byte, and forward again; the oldest
// texts are forgotten, and all once the draft is dropped.
func TestAChangeIsTakenBack(t *testing.T) {
	each(t, func(h house) {
		id, err := h.s.Begin(ctx, h.who("super1"), h.running(), "2", "Coba.")
		h.ok(err)
		var texts [][]byte
		for i := range manual.KeptTexts + 3 {
			f := h.find(id)
			texts = append(texts, f.Text)
			h.ok(h.s.Save(ctx, h.who("super1"), id, f.Hash, append(bytes.Clone(f.Text), fmt.Sprintf("# baris %d\n", i)...), "text", "Baris."))
		}
		list := func() []manual.Earlier {
			out, err := h.s.Earlier(ctx, h.find(id).Edition)
			h.ok(err)
			return out
		}
		if n := len(list()); n != manual.KeptTexts {
			t.Fatalf("%d texts are kept", n)
		}
		newest := h.find(id).Text
		for back := 1; back <= 3; back++ {
			f := h.find(id)
			to, ok := manual.Last(f.Edition, list())
			if !ok {
				t.Fatal("nothing to take back")
			}
			h.ok(h.s.TakeBack(ctx, h.who("super2"), id, f.Hash, to.Seq, "Diambil kembali."))
			if want := texts[len(texts)-back]; !bytes.Equal(h.find(id).Text, want) {
				t.Fatalf("taking back %d times brings another text", back)
			}
		}
		f := h.find(id)
		forward := list()[0] // what stood before the last taking back
		h.wants("manual.edit.newer", h.s.TakeBack(ctx, h.who("super1"), id, manual.HashOf(newest), forward.Seq, "Terlambat."))
		h.ok(h.s.TakeBack(ctx, h.who("super1"), id, f.Hash, forward.Seq, "Ternyata perlu."))
		if !bytes.Equal(h.find(id).Text, texts[len(texts)-2]) {
			t.Fatal("a taking back is not taken back")
		}
		for _, seq := range []int64{-1, 0, 1, 9999} {
			if err := h.s.TakeBack(ctx, h.who("super1"), id, h.find(id).Hash, seq, "Tidak ada."); fault.KindOf(err) != fault.NotFound {
				t.Errorf("a text that is not kept: %v", err)
			}
		}
		h.wants("fault.denied", h.s.TakeBack(ctx, h.who("worker1"), id, h.find(id).Hash, forward.Seq, "Tidak boleh."))
		h.ok(h.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(tx.Ctx(), `UPDATE manual_edition_kept SET text = $1`, []byte("steps: []"))
			return err
		}))
		h.wants("manual.broken", h.s.TakeBack(ctx, h.who("super1"), id, h.find(id).Hash, list()[0].Seq, "Diganti orang."))
		h.ok(h.s.Drop(ctx, h.who("super1"), id, "Tidak jadi."))
		if n := len(list()); n != 0 {
			t.Errorf("%d texts of a dropped draft are kept", n)
		}
	})
}

// TestAVersionHasItsOwnName: by the page that begins it and by its text; a dropped
// draft leaves its name.
func TestAVersionHasItsOwnName(t *testing.T) {
	each(t, func(h house) {
		now := h.find(h.running())
		taken := func(field string, err error) {
			t.Helper()
			if f := fault.Fields(err); len(f) != 1 || f[0].Key != "manual.begin.taken" || f[0].Name != field {
				t.Fatalf("%+v (%v)", f, err)
			}
		}
		_, err := h.s.Begin(ctx, h.who("super1"), now.ID, now.Name, "Nama sama.")
		taken("version", err)
		one, err := h.s.Begin(ctx, h.who("super1"), now.ID, "2", "Coba.")
		h.ok(err)
		_, err = h.s.Begin(ctx, h.who("super2"), now.ID, " 2 ", "Nama sama.")
		taken("version", err)
		two, err := h.s.Begin(ctx, h.who("super2"), now.ID, "3", "Coba.")
		h.ok(err)
		f := h.find(two)
		renamed := bytes.Replace(f.Text, []byte("version: \"3\""), []byte("version: \"2\""), 1)
		if bytes.Equal(renamed, f.Text) {
			t.Fatal("the name is not in the text as this test thinks")
		}
		taken("text", h.s.Save(ctx, h.who("super2"), two, f.Hash, renamed, "text", "Nama."))
		h.ok(h.s.Drop(ctx, h.who("super1"), one, "Tidak jadi."))
		h.ok(h.s.Save(ctx, h.who("super2"), two, f.Hash, renamed, "text", "Nama."))
	})
}
