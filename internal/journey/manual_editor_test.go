package journey

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/platform/lang"
)

// hit presses the button of a page that says this, in the form that posts to where
// the page is; names and values follow.
func (c *client) hit(deed string, fields ...string) {
	c.t.Helper()
	for form := range nodes(c.page, "form") {
		for b := range nodes(form, "button") {
			if attr(b, "value") != deed {
				continue
			}
			v := values(form)
			for i := 0; i+1 < len(fields); i += 2 {
				if !has(form, fields[i]) {
					c.t.Fatalf("%s: no field %q", c.at, fields[i])
				}
				v.Set(fields[i], fields[i+1])
			}
			v.Set("go", deed)
			c.post(resolve(c.at, attr(form, "action")), v)
			return
		}
	}
	c.t.Fatalf("%s (%d) has no button %q:\n%s", c.at, c.status, deed, text(c.page))
}

// TestAConditionIsWrittenWithoutScript: lines and groups come and go by buttons,
// nothing typed is lost, the page says what it means and whom it waits for.
func TestAConditionIsWrittenWithoutScript(t *testing.T) {
	h := start(t, "", discard{})
	c := h.as("wijaya")
	draft := h.draft(c)
	c.get(draft + "/langkah/A3?lang=id")
	c.hit("cond:line:when", "when.add", "risk", "title.id", "Judul yang sedang diketik")
	c.hit("cond:group:when", "when.0.value", "high")
	c.hit("cond:line:when.1", "when.1.add", "immediate_danger", "when.1.mode", "none")
	c.hit("cond:line:when.1", "when.1.0.value", "true", "when.1.add", "suspect_in_household")
	c.hit("cond:line:when", "when.1.1.value", "yes", "when.add", "child_missing")
	form, _ := c.form("Simpan")
	if v := values(form); c.status != 200 || v.Get("title.id") != "Judul yang sedang diketik" || v.Get("when.0.value") != "high" || v.Get("when.1.1.value") != "yes" || v.Get("when.1.mode") != "none" {
		t.Fatalf("%d, what was typed is lost: %v", c.status, v)
	}
	c.submit("Simpan", "reason", "Syarat baru.")
	c.see("Pilih jawaban syarat ini") // the line of child_missing has none
	c.hit("cond:drop:when.2")
	c.submit("Simpan", "reason", "Syarat baru.")
	c.see("Perubahan draf disimpan", "Artinya:", "Tingkat risiko: Tinggi", "bukan (", "Bahaya sekarang: ya",
		"Selama “Tingkat risiko (risk)” belum diketahui, langkah ini bisa tidak berlaku.", "dicatat di bagian Fakta pada kasus")
	c.unseen("Selama “Terduga serumah") // unknown counts as yes
	for _, l := range lang.Languages {
		c.words(l, draft+"/langkah/A3")
	}
	f := must(h.Manual.Find(ctx, strings.TrimPrefix(draft, "/manual/naskah/")))(t)
	when := f.Manual.Step("A3").When
	if when == nil || len(when.All) != 2 || when.All[1].Not == nil || len(when.All[1].Not.Any) != 2 {
		t.Fatalf("%+v", when)
	}
}

// TestTheRestOfAStepIsWritten: clocks of others, decisions, sheets, what happens
// when it is late, and when a field of a sheet is asked.
func TestTheRestOfAStepIsWritten(t *testing.T) {
	h := start(t, "", discard{})
	c := h.as("wijaya")
	draft := h.draft(c)
	read := func() string {
		return string(must(h.Manual.Find(ctx, strings.TrimPrefix(draft, "/manual/naskah/")))(t).Text)
	}
	was := read()
	c.get(draft + "/langkah/A5?lang=id")
	c.hit("cond:line:decide.1.if", "decide.1.if.add", "risk", "decide.1.then", "A7")
	c.submit("Lihat dulu", "decide.1.if.0.value", "high", "track.0.what.id", "Polisi menjawab", "track.0.what.en", "The police answer", "track.0.value", "24", "track.0.unit", "hour",
		"track.0.anchor", "case_opened", "track.0.basis", "project_default", "track.0.certainty", "unverified", "track.0.binding", "target", "overdue", "remind_actor")
	c.see("Belum disimpan", "Polisi menjawab")
	c.submit("Simpan", "reason", "Jalan dan tenggat baru.")
	c.see("Perubahan draf disimpan")
	s := must(h.Manual.Find(ctx, strings.TrimPrefix(draft, "/manual/naskah/")))(t).Manual.Step("A5")
	if len(s.Track) != 1 || s.Track[0].Value != 24 || len(s.Decide) != 3 || s.Decide[1].Then != "A7" || s.Decide[2].Else != "A6" || len(s.OnOverdue) != 1 {
		t.Fatalf("%+v %+v %v", s.Track, s.Decide, s.OnOverdue)
	}
	if strings.Count(read(), "#") != strings.Count(was, "#") {
		t.Error("comments went")
	}
	c.submit("Simpan", "track.0.remove", "yes", "decide.1.remove", "yes", "reason", "Tidak jadi.")
	s = must(h.Manual.Find(ctx, strings.TrimPrefix(draft, "/manual/naskah/")))(t).Manual.Step("A5")
	if len(s.Track) != 0 || len(s.Decide) != 2 {
		t.Fatalf("%+v %+v", s.Track, s.Decide)
	}

	form := must(h.Manual.Find(ctx, strings.TrimPrefix(draft, "/manual/naskah/")))(t).Manual.Forms["F-02"]
	place := -1
	for i, x := range form.Fields {
		if x.ShownWhen != nil && x.ShownWhen.All != nil {
			place = i
			break
		}
	}
	n := "shown." + strconv.Itoa(place)
	c.get(draft + "/formulir/F-02?lang=id")
	c.hit("cond:group:"+n, "title.id", "Judul yang diketik")
	c.hit("cond:line:"+n+".1", n+".1.add", form.Fields[place].ShownWhen.All[0].Fact)
	c.submit("Simpan", n+".1.0.value", "yes", "reason", "Ditanyakan lebih sering.")
	c.see("Perubahan draf disimpan")
	after := must(h.Manual.Find(ctx, strings.TrimPrefix(draft, "/manual/naskah/")))(t).Manual.Forms["F-02"]
	if w := after.Fields[place].ShownWhen; after.Title.ID != "Judul yang diketik" || len(w.All) != 2 || len(w.All[1].Any) != 1 {
		t.Fatalf("%+v", w)
	}
}

// TestAChangeIsTakenBackWithOnePress, and the one before it with the next.
func TestAChangeIsTakenBackWithOnePress(t *testing.T) {
	h := start(t, "", discard{})
	c := h.as("wijaya")
	draft := h.draft(c) // one change: A2
	id := strings.TrimPrefix(draft, "/manual/naskah/")
	one := must(h.Manual.Find(ctx, id))(t)
	c.get(draft + "/langkah/A7?lang=id")
	c.submit("Hapus langkah A7", "reason", "Salah tekan.")
	if must(h.Manual.Find(ctx, id))(t).Manual.Step("A7") != nil {
		t.Fatal("the step did not go")
	}
	c.get(draft + "?lang=id")
	c.submit("Ambil kembali perubahan terakhir (Diubah: langkah A7)")
	c.see("Perubahan diambil kembali")
	if string(must(h.Manual.Find(ctx, id))(t).Text) != string(one.Text) {
		t.Fatal("the text is not as it was")
	}
	c.submit("Ambil kembali perubahan terakhir (Diubah: langkah A2)")
	c.see("Perubahan diambil kembali")
	if d := must(h.Manual.Find(ctx, id))(t).Manual.Step("A2").Deadline; d.Value != 1 {
		t.Fatalf("%+v", d)
	}
	c.unseen("Ambil kembali perubahan terakhir")
	c.get(draft)
	stale, _ := c.form("Kembalikan draf sebelum perubahan ini (2)")
	v := values(stale)
	c.submit("Kembalikan draf sebelum perubahan ini (2)")
	v.Set("_once", strings.Repeat("a", 24))
	c.post(draft+"/kembali", v)
	if c.status != 409 {
		t.Errorf("a page that is old takes back: %d", c.status)
	}
	c.get("/manual/riwayat?lang=id")
	c.submit("Buat draf", "version", "0.3.0", "reason", "Nama yang sama.")
	c.see("Nama versi 0.3.0 sudah dipakai")
}

// TestACheckAnswersWhileTyping: what is wrong with what is typed, leading to its
// field, what would change, and nothing is stored.
func TestACheckAnswersWhileTyping(t *testing.T) {
	h := start(t, "", discard{})
	c := h.as("wijaya")
	draft := h.draft(c)
	id := strings.TrimPrefix(draft, "/manual/naskah/")
	before := must(h.Manual.Find(ctx, id))(t)
	check := func(page, label string, change func(v url.Values)) {
		t.Helper()
		c.get(draft + page + "?lang=id")
		form, _ := c.form(label)
		if attr(form, "data-check") != draft+page+"/periksa" {
			t.Fatalf("%s has no check: %q", page, attr(form, "data-check"))
		}
		v := values(form)
		change(v)
		c.post(draft+page+"/periksa", v)
		if c.status != 200 || strings.Contains(c.body, "<html") {
			t.Fatalf("%s: %d, a page: %v", page, c.status, strings.Contains(c.body, "<html"))
		}
	}
	check("/langkah/A2", "Simpan", func(v url.Values) { v.Set("deadline.value", "9"); v.Set("title.id", "Anak nakal") })
	c.see("menyalahkan anak", "3 jam", "9 jam")
	if !strings.Contains(c.body, `data-field="title.id"`) {
		t.Error("the problem does not lead to its field:", c.body)
	}
	check("/langkah/A2", "Simpan", func(v url.Values) { v.Set("deadline.unit", "") })
	if c.see("Pilih satuannya"); !strings.Contains(c.body, `data-field="deadline.unit"`) {
		t.Error("the fault does not lead to its field:", c.body)
	}
	check("/langkah/A2", "Simpan", func(url.Values) {})
	c.see("Tidak ada yang salah")
	check("/formulir/F-01", "Simpan", func(v url.Values) { v.Set("type.0", "choice") })
	if c.see("tidak memiliki pilihan"); !strings.Contains(c.body, `data-field="type.0"`) && !strings.Contains(c.body, `data-field="label.id.0"`) {
		t.Error("the problem does not lead to its field:", c.body)
	}
	check("/teks", "Simpan", func(v url.Values) { v.Set("text", "steps: [") })
	c.see("bukan manual yang dapat dibaca")
	check("/teks", "Simpan", func(v url.Values) {
		v.Set("text", strings.Replace(v.Get("text"), "actor: R-INTAKE", "actor: R-TIDAK", 20))
	})
	if c.see("R-TIDAK"); strings.Count(c.body, "<li") > 60 {
		t.Error("the answer has no bound")
	}
	if after := must(h.Manual.Find(ctx, id))(t); after.Hash != before.Hash || after.Seq != before.Seq {
		t.Error("a check stored something")
	}
	if other := h.as("seruni"); true {
		other.get(draft)
		form := first(other, "form")
		other.post(draft+"/langkah/A2/periksa", values(form))
		if other.status != 403 {
			t.Errorf("somebody who may not write checks: %d", other.status)
		}
	}
}
