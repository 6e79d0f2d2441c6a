package manual_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/access/accesstest"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/seal"
)

var ctx = context.Background()

type house struct {
	*accesstest.Office
	t *testing.T
	s *manual.Service
}

func each(t *testing.T, fn func(h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := accesstest.New(t, d)
		policy, err := access.NewEngine(map[string][]byte{"manual": manual.Policy})
		if err != nil {
			t.Fatal(err)
		}
		s, err := manual.New(manual.Deps{DB: d, Clock: o.Clock, Audit: o.Audit, Policy: policy, Jurisdiction: accesstest.Jurisdiction})
		if err := errors.Join(err, s.Migrate(ctx), s.Migrate(ctx)); err != nil { // twice: it is brought once
			t.Fatal(err)
		}
		fn(house{o, t, s})
	})
}

func (h house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h house) wants(key string, err error) {
	h.t.Helper()
	if err == nil {
		h.t.Fatalf("want %s, have no error", key)
	}
	if have, _ := fault.Message(err); have != key {
		h.t.Fatalf("want %s, have %s (%v)", key, have, err)
	}
}

func (h house) who(name string) access.Who { return h.In(name).Who }

func (h house) find(ref string) manual.Full {
	h.t.Helper()
	f, err := h.s.Find(ctx, ref)
	h.ok(err)
	return f
}

// running is the hash of the version in force, or "" where none can be.
func (h house) running() string {
	h.t.Helper()
	hash, err := h.s.ActiveHash(ctx)
	h.ok(err)
	return hash
}

// change is a draft's text with one deadline changed: step A2, from 1 hour to 2.
func change(f manual.Full) []byte {
	return bytes.Replace(f.Text, []byte("{value: 1, unit: hour, anchor: intake_received"), []byte("{value: 2, unit: hour, anchor: intake_received"), 1)
}

func TestSixEyesMakeAVersion(t *testing.T) {
	each(t, func(h house) {
		first, err := h.s.Active(ctx)
		h.ok(err)
		list, err := h.s.Editions(ctx, "")
		h.ok(err)
		if len(list) != 1 || list[0].Origin != manual.OfProgram || list[0].State != manual.Running || len(list[0].Signers()) != 0 {
			t.Fatalf("%+v", list)
		}
		for _, name := range []string{"worker1", "desk1", "admin", "dpo", "auditor"} {
			_, err := h.s.Begin(ctx, h.who(name), first.Hash(), "2", "Tenggat baru.")
			h.wants("fault.denied", err)
		}
		_, err = h.s.Begin(ctx, h.who("super1"), first.Hash(), "2", " ")
		if fault.KindOf(err) != fault.Invalid {
			t.Fatal("a draft without a reason:", err)
		}
		draft, err := h.s.Begin(ctx, h.who("super1"), first.Hash(), "2", "Tenggat baru.")
		h.ok(err)
		f := h.find(draft)
		if f.State != manual.Draft || f.Manual.Protocol.Version != "2" || f.Base != first.Hash() {
			t.Fatalf("%+v", f.Edition)
		}
		h.ok(h.s.Save(ctx, h.who("super1"), draft, f.Hash, change(f), "steps/A2", "Dua jam lebih masuk akal."))
		h.wants("manual.edit.newer", h.s.Save(ctx, h.who("super2"), draft, f.Hash, change(f), "steps/A2", "Juga saya."))
		f = h.find(draft)

		h.wants("fault.denied", h.s.Review(ctx, h.who("worker1"), draft, f.Hash, h.running(), "Ya."))
		h.wants("manual.sign.author", h.s.Review(ctx, h.who("super1"), draft, f.Hash, h.running(), "Ya."))
		h.wants("manual.sign.changed", h.s.Review(ctx, h.who("dpo"), draft, first.Hash(), h.running(), "Ya."))
		h.wants("manual.sign.changed", h.s.Activate(ctx, h.who("dpo"), draft, f.Hash, "Belum ditinjau."))
		h.ok(h.s.Review(ctx, h.who("dpo"), draft, f.Hash, h.running(), "Sudah dibandingkan."))
		h.wants("manual.edit.not_draft", h.s.Save(ctx, h.who("super1"), draft, f.Hash, bytes.ReplaceAll(f.Text, []byte("A1"), []byte("A1x")), "text", "Setelah ditinjau."))
		h.wants("manual.sign.twice", h.s.Activate(ctx, h.who("dpo"), draft, f.Hash, "Ya."))
		h.wants("manual.sign.author", h.s.Activate(ctx, h.who("super1"), draft, f.Hash, "Ya."))
		h.ok(h.s.Activate(ctx, h.who("overseer1"), draft, f.Hash, "Berlaku."))

		now, err := h.s.Active(ctx)
		h.ok(err)
		if now.Hash() != f.Hash || now.Step("A2").Deadline.Value != 2 {
			t.Fatal("the signed edition does not run")
		}
		old, err := h.s.Version(ctx, first.Hash())
		h.ok(err)
		if old.Step("A2").Deadline.Value != 1 || h.find(first.Hash()).State != manual.Past {
			t.Fatal("the earlier version is not there as it was")
		}
		f = h.find(draft)
		if !slices.Equal(f.Signers(), []string{h.People["dpo"], h.People["overseer1"]}) || !slices.Equal(f.Authors(), []string{h.People["super1"]}) {
			t.Fatalf("%v %v", f.Signers(), f.Authors())
		}
		h.wants("manual.edit.not_draft", h.s.Save(ctx, h.who("super1"), draft, f.Hash, append(f.Text, '\n'), "text", "Berlaku tidak berubah."))
		h.ok(h.s.Migrate(ctx)) // a start of the program changes nothing that was signed
		if hash, err := h.s.ActiveHash(ctx); err != nil || hash != f.Hash {
			t.Fatal("a restart changed the running version", err)
		}
	})
}

func TestAReturnedDraftIsSignedAnew(t *testing.T) {
	each(t, func(h house) {
		hash, err := h.s.ActiveHash(ctx)
		h.ok(err)
		begin := func(who string) manual.Full {
			id, err := h.s.Begin(ctx, h.who(who), hash, who, "Perbaikan.")
			h.ok(err)
			return h.find(id)
		}
		one, two := begin("super1"), begin("super2")
		h.ok(h.s.Review(ctx, h.who("dpo"), one.ID, one.Hash, h.running(), "Baik."))
		h.ok(h.s.Return(ctx, h.who("overseer1"), one.ID, "Satu kata lagi."))
		h.wants("manual.sign.changed", h.s.Activate(ctx, h.who("overseer1"), one.ID, one.Hash, "Ya."))
		h.ok(h.s.Save(ctx, h.who("super1"), one.ID, one.Hash, change(one), "steps/A2", "Satu kata."))
		one = h.find(one.ID)
		if len(one.Signers()) != 0 {
			t.Fatal("a signature stayed after the text was sent back")
		}
		h.ok(h.s.Review(ctx, h.who("dpo"), one.ID, one.Hash, h.running(), "Baik."))
		h.ok(h.s.Review(ctx, h.who("dpo"), two.ID, two.Hash, h.running(), "Baik."))
		h.ok(h.s.Activate(ctx, h.who("overseer1"), one.ID, one.Hash, "Berlaku."))
		h.wants("manual.sign.moved", h.s.Activate(ctx, h.who("overseer1"), two.ID, two.Hash, "Dibandingkan dengan yang lama."))
		h.ok(h.s.Drop(ctx, h.who("super2"), two.ID, "Tidak jadi."))
		h.wants("manual.sign.changed", h.s.Return(ctx, h.who("dpo"), two.ID, "Sudah berakhir."))
	})
}

func TestErrorsAreNotSigned(t *testing.T) {
	each(t, func(h house) {
		hash, err := h.s.ActiveHash(ctx)
		h.ok(err)
		id, err := h.s.Begin(ctx, h.who("super1"), hash, "2", "Coba.")
		h.ok(err)
		f := h.find(id)
		h.wants("fault.invalid", h.s.Save(ctx, h.who("super1"), id, f.Hash, []byte("steps: ["), "text", "Bukan manual."))
		wrong := bytes.Replace(f.Text, []byte("actor: R-INTAKE"), []byte("actor: R-TIDAK-ADA"), 1)
		h.ok(h.s.Save(ctx, h.who("super1"), id, f.Hash, wrong, "steps/A2", "Salah."))
		h.wants("manual.sign.errors", h.s.Review(ctx, h.who("dpo"), id, manual.HashOf(wrong), h.running(), "Ya."))
	})
}

// TestTheHistoryHolds: signatures are of the people, and what somebody changes in
// the store is named.
func TestTheHistoryHolds(t *testing.T) {
	each(t, func(h house) {
		hash, err := h.s.ActiveHash(ctx)
		h.ok(err)
		id, err := h.s.Begin(ctx, h.who("super1"), hash, "2", "Coba.")
		h.ok(err)
		f := h.find(id)
		h.ok(h.s.Review(ctx, h.who("dpo"), id, f.Hash, h.running(), "Sudah dibandingkan."))
		f = h.find(id)
		for i, d := range f.Deeds {
			if d.Hour == 0 || clock.Day(clock.OfHour(d.Hour)) != d.Day {
				t.Errorf("deed %d: hour %d of day %d", i, d.Hour, d.Day)
			}
			var public []byte
			h.ok(h.DB.Read(ctx, func(tx *db.Tx) error {
				return tx.QueryRowContext(tx.Ctx(), `SELECT public FROM audit_signer WHERE jurisdiction = $1 AND session = $2 AND person = $3`, accesstest.Jurisdiction, d.Session, d.Person).Scan(&public)
			}))
			head := manual.Head(id, f.Deeds[:i+1])
			h.ok(seal.Verify(public, "manual", head[:], d.Sig))
		}
		if _, err := h.Audit.Sequence(ctx); err != nil {
			t.Fatal(err)
		}
		verify := func() audit.Report {
			r, err := audit.VerifyPeople(ctx, h.DB, accesstest.Jurisdiction, h.Access.SigningKey, h.s.Heads)
			h.ok(err)
			return r
		}
		if r := verify(); !r.OK {
			t.Fatalf("%+v", r.Break)
		}
		write := func(sql string) {
			t.Helper()
			h.ok(h.DB.Write(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(tx.Ctx(), sql); return err }))
		}
		for _, c := range []struct{ change, undo string }{
			{`UPDATE manual_edition_deed SET hour = hour + 1 WHERE kind = 'begin'`, `UPDATE manual_edition_deed SET hour = hour - 1 WHERE kind = 'begin'`},
			{`UPDATE manual_edition_deed SET hour = -hour`, `UPDATE manual_edition_deed SET hour = -hour`},
			{`UPDATE manual_edition_deed SET reason = 'lain' WHERE kind = 'review'`, `UPDATE manual_edition_deed SET reason = 'Sudah dibandingkan.' WHERE kind = 'review'`},
			{`UPDATE manual_edition SET text = head WHERE id = '` + id + `'`, ""},
		} {
			write(c.change)
			if r := verify(); r.OK {
				t.Errorf("not named: %s", c.change)
			}
			if c.undo != "" {
				write(c.undo)
				if r := verify(); !r.OK {
					t.Fatalf("named after it was put back: %s", c.change)
				}
			}
		}
	})
}

func TestContacts(t *testing.T) {
	each(t, func(h house) {
		c := manual.Contact{Role: "R-LPSK", Name: "Kantor contoh", Number: "021-000-0000", Note: "Jam kerja"}
		h.wants("fault.denied", h.s.SaveContact(ctx, h.who("worker1"), c, "Nomor baru."))
		h.ok(h.s.SaveContact(ctx, h.who("super1"), c, "Nomor baru."))
		list, err := h.s.Contacts(ctx)
		h.ok(err)
		if len(list) != 1 || list[0].Name != c.Name {
			t.Fatalf("%+v", list)
		}
		list[0].Number = "021-000-0001"
		h.ok(h.s.SaveContact(ctx, h.who("super2"), list[0], "Kantor pindah."))
		h.wants("fault.invalid", h.s.SaveContact(ctx, h.who("super2"), list[0], " "))
		h.wants("fault.invalid", h.s.RemoveContact(ctx, h.who("super1"), list[0].ID, ""))
		c.Role = "R-TIDAK"
		h.wants("fault.invalid", h.s.SaveContact(ctx, h.who("super1"), c, "Peran lain."))
		h.ok(h.s.RemoveContact(ctx, h.who("super1"), list[0].ID, "Tutup."))
		h.wants("fault.not_found", h.s.RemoveContact(ctx, h.who("super1"), list[0].ID, "Tutup."))
		h.wants("fault.not_found", h.s.SaveContact(ctx, h.who("super1"), manual.Contact{ID: list[0].ID, Role: "R-LPSK", Name: "x", Number: "1"}, "Sudah tidak ada."))
		for _, want := range []string{"Kantor pindah.; number: 021-000-0000 → 021-000-0001", "Tutup.; role: R-LPSK → -; name: Kantor contoh → -; number: 021-000-0001 → -; note: Jam kerja → -"} {
			list, err := h.s.Changes(ctx)
			h.ok(err)
			n := 0
			for _, x := range list {
				if x.What == want {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%d changes say %q", n, want)
			}
		}

		// A full list still lets one be changed.
		c.Role = "R-LPSK"
		h.ok(h.s.SaveContact(ctx, h.who("super1"), c, "Satu."))
		list, err = h.s.Contacts(ctx)
		h.ok(err)
		h.ok(h.DB.Write(ctx, func(tx *db.Tx) error {
			for i := range 499 {
				if _, err := tx.ExecContext(tx.Ctx(), `INSERT INTO manual_contact (jurisdiction, id, role, name, number, note, person, day) VALUES ($1, $2, 'R-LPSK', 'x', '1', '', '', 0)`, accesstest.Jurisdiction, fmt.Sprint("x", i)); err != nil {
					return err
				}
			}
			return nil
		}))
		list[0].Note = "Hari kerja"
		h.ok(h.s.SaveContact(ctx, h.who("super1"), list[0], "Catatan."))
		h.wants("fault.invalid", h.s.SaveContact(ctx, h.who("super1"), c, "Satu lagi."))
	})
}

// A case opened under a manual of the program from before versions were stored
// still finds it.
func TestEarlierManualsAreThere(t *testing.T) {
	each(t, func(h house) {
		for version, hash := range map[string]string{ // SHA-256 of default/earlier/*.yaml
			"0.1.0": "19ecb9731cbe587266845d805d1f09b4fc590abf186788bd7cadf92dc36f8341",
			"0.2.0": "4657d5271adf9ae172a1c754bcdacdb1aa00d56038aa07d53aabfd1a584963ad",
		} {
			m, err := h.s.Version(ctx, hash)
			h.ok(err)
			if m.Protocol.Version != version || len(m.Steps) != 52 || m.Hash() != hash {
				t.Errorf("version %s, %d steps", m.Protocol.Version, len(m.Steps))
			}
		}
		_, err := h.s.Version(ctx, strings.Repeat("0", 64))
		h.wants("fault.not_found", err)
	})
}

// TestADraftIsNotCopied: a copy of somebody's draft would hide who wrote it, so that
// its author could sign her own text.
func TestADraftIsNotCopied(t *testing.T) {
	each(t, func(h house) {
		first := h.running()
		draft, err := h.s.Begin(ctx, h.who("super1"), first, "2", "Coba.")
		h.ok(err)
		refused := func(state string) {
			t.Helper()
			_, err := h.s.Begin(ctx, h.who("super2"), draft, "3", "Salinan.")
			if f := fault.Fields(err); len(f) != 1 || f[0].Key != "manual.begin.from_draft" {
				t.Errorf("a %s edition was copied: %v", state, err)
			}
		}
		refused("draft")
		h.ok(h.s.Review(ctx, h.who("dpo"), draft, h.find(draft).Hash, first, "Baik."))
		refused("reviewed")
		h.ok(h.s.Activate(ctx, h.who("overseer1"), draft, h.find(draft).Hash, "Berlaku."))
		for i, version := range []string{first, draft} { // past and running
			_, err := h.s.Begin(ctx, h.who("super2"), version, fmt.Sprint("dari ", i), "Dari versi.")
			h.ok(err)
		}
		h.ok(h.s.Drop(ctx, h.who("super1"), func() string {
			draft, err = h.s.Begin(ctx, h.who("super1"), first, "4", "Dihentikan.")
			h.ok(err)
			return draft
		}(), "Tidak jadi."))
		refused("dropped")
	})
}

// TestTheStateIsWhatTheDeedsSay: an UPDATE puts no draft in force, and verify names
// every column that says something else than the deeds.
func TestTheStateIsWhatTheDeedsSay(t *testing.T) {
	each(t, func(h house) {
		first := h.find(h.running())
		draft, err := h.s.Begin(ctx, h.who("super1"), first.Hash, "2", "Coba.")
		h.ok(err)
		f := h.find(draft)
		sql := func(change string) {
			t.Helper()
			h.ok(h.DB.Write(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(tx.Ctx(), change); return err }))
		}
		whole := func() bool {
			t.Helper()
			r, err := audit.VerifyPeople(ctx, h.DB, accesstest.Jurisdiction, h.Access.SigningKey, h.s.Heads)
			h.ok(err)
			return r.OK
		}
		_, err = h.Audit.Sequence(ctx)
		h.ok(err)
		if !whole() {
			t.Fatal("an untouched store is named")
		}
		set := func(id, column, to string) {
			sql(`UPDATE manual_edition SET ` + column + ` = '` + to + `' WHERE id = '` + id + `'`)
		}
		for _, c := range []struct{ column, to, was string }{
			{"state", "past", string(manual.Draft)}, {"state", "reviewed", string(manual.Draft)}, {"state", "dropped", string(manual.Draft)},
			{"origin", manual.OfProgram, manual.OfOffice}, {"base", f.Hash, first.Hash}, {"hash", first.Hash, f.Hash}, {"version", "9", "2"},
		} {
			set(draft, c.column, c.to)
			if whole() {
				t.Errorf("not named: %s = %s", c.column, c.to)
			}
			if c.column == "state" && h.find(draft).State != manual.Broken {
				t.Errorf("%s: stands as %s", c.to, h.find(draft).State)
			}
			set(draft, c.column, c.was)
		}
		set(draft, "state", "past")
		_, err = h.s.Version(ctx, f.Hash)
		h.wants("manual.broken", err)
		set(draft, "state", "draft")
		if !whole() {
			t.Fatal("named after all was put back")
		}

		set(first.ID, "state", "past")
		set(draft, "state", "active")
		if whole() {
			t.Error("a draft is in force and nobody is told")
		}
		_, err = h.s.ActiveHash(ctx)
		h.wants("manual.broken", err)
		_, err = h.s.Active(ctx)
		h.wants("manual.broken", err)
		h.ok(h.s.Migrate(ctx)) // the program starts: somebody has to look

		// Deeds that the rules do not allow put nothing in force either.
		sql(`INSERT INTO manual_edition_deed (jurisdiction, edition, seq, kind, person, session, hash, about, reason, day, sig) SELECT jurisdiction, edition, 2, 'review', person, session, hash, about, reason, day, sig FROM manual_edition_deed WHERE edition = '` + draft + `'`)
		sql(`INSERT INTO manual_edition_deed (jurisdiction, edition, seq, kind, person, session, hash, about, reason, day, sig) SELECT jurisdiction, edition, 3, 'activate', 'lain', session, hash, about, reason, day, sig FROM manual_edition_deed WHERE edition = '` + draft + `' AND seq = 1`)
		sql(`UPDATE manual_edition SET seq = 3 WHERE id = '` + draft + `'`)
		_, err = h.s.ActiveHash(ctx)
		h.wants("manual.broken", err)
	})
}

// TestAReviewSaysWhatItComparedWith: another version that came into force while
// somebody read is a conflict, and nothing is signed.
func TestAReviewSaysWhatItComparedWith(t *testing.T) {
	each(t, func(h house) {
		old := h.running()
		draft := func(name string) manual.Full {
			id, err := h.s.Begin(ctx, h.who("super1"), old, name, "Coba.")
			h.ok(err)
			return h.find(id)
		}
		one, two := draft("2"), draft("3")
		h.ok(h.s.Review(ctx, h.who("dpo"), one.ID, one.Hash, old, "Baik."))
		h.ok(h.s.Activate(ctx, h.who("overseer1"), one.ID, one.Hash, "Berlaku."))
		h.wants("manual.sign.running", h.s.Review(ctx, h.who("dpo"), two.ID, two.Hash, old, "Dibandingkan dengan yang lama."))
		if h.find(two.ID).State != manual.Draft {
			t.Error("it was signed")
		}
		h.ok(h.s.Review(ctx, h.who("dpo"), two.ID, two.Hash, h.running(), "Dibandingkan dengan yang baru."))
		if d := h.find(two.ID).Deeds; d[len(d)-1].About != one.Hash {
			t.Error("the review says another version:", d[len(d)-1].About)
		}
	})
}

// TestTheHistoryIsPaged: nothing is cut off, however much there is.
func TestTheHistoryIsPaged(t *testing.T) {
	each(t, func(h house) {
		first := h.running()
		for i := range manual.PageOfEditions + 3 {
			_, err := h.s.Begin(ctx, h.who("super1"), first, fmt.Sprint("n", i), "Coba.")
			h.ok(err)
		}
		var all []manual.Edition
		for before, pages := "", 0; pages < 5; pages++ {
			list, err := h.s.Editions(ctx, before)
			h.ok(err)
			if all = append(all, list...); len(list) < manual.PageOfEditions {
				break
			}
			before = list[len(list)-1].ID
		}
		seen := map[string]bool{}
		for _, e := range all {
			seen[e.Hash] = true
		}
		if len(all) != manual.PageOfEditions+4 || len(seen) != len(all) || !seen[first] {
			t.Errorf("%d editions, %d of them once, the first version %v", len(all), len(seen), seen[first])
		}
	})
}
