package journey

import (
	"strings"
	"testing"
)

// TestWhatACaseLinksToIsThere: the manual of a case opened before versions were
// stored reads, compares and prints, on every page.
func TestWhatACaseLinksToIsThere(t *testing.T) {
	h := start(t, "", discard{})
	c := h.as("seruni")
	const first = "19ecb9731cbe587266845d805d1f09b4fc590abf186788bd7cadf92dc36f8341" // SHA-256 of default/earlier/0.1.0.yaml
	at := "/manual/versi/" + first
	now := must(h.Manual.ActiveHash(ctx))(t)
	for _, l := range []string{"id", "en"} {
		for _, page := range []string{at, at + "/tahap/A", at + "/langkah/A6", at + "/formulir/F-01", at + "/coba", "/manual/cari?q=bahaya&versi=" + first, "/manual/banding?dari=" + first + "&ke=" + now} {
			sep := map[bool]string{true: "&", false: "?"}[strings.Contains(page, "?")]
			if c.get(page + sep + "lang=" + l); c.status != 200 { // its words are of before events had names
				t.Errorf("%s: %d", page, c.status)
			}
		}
	}
	c.get(at + "/langkah/A6?lang=id")
	c.see("dari sebelum versi disimpan", "0.1.0")
	c.get("/manual/banding?dari=" + first + "&ke=" + now)
	c.see("versi 0.1.0", "Bagi:")
	c.get(at + "/naskah.yaml")
	if c.status != 200 || !strings.Contains(c.body, "0.1.0") {
		t.Errorf("its text: %d", c.status)
	}
	if c.get("/manual/naskah/" + first); c.status != 404 {
		t.Errorf("it is written on as a draft: %d", c.status)
	}
}

// TestAReviewerIsToldOfAnotherVersion: what came into force while somebody read is
// said, with its differences, and the reason that was typed is still there.
func TestAReviewerIsToldOfAnotherVersion(t *testing.T) {
	h := start(t, "", discard{})
	draft := h.draftOf("0.4.0", h.as("wijaya"))
	reviewer := h.as("jati")
	reviewer.get(draft)
	h.newVersion()
	reviewer.deed("review", "Tanda tangani: sudah ditinjau", "reason", "Sudah dibandingkan dengan yang lama.")
	if reviewer.status != 409 {
		t.Errorf("status %d", reviewer.status)
	}
	reviewer.see("versi lain mulai berlaku", "Sudah dibandingkan dengan yang lama.", "Yang berubah dari versi 0.3.0")
	reviewer.deed("review", "Tanda tangani: sudah ditinjau")
	reviewer.see("Tanda tangan peninjauan disimpan")
}

// TestProblemsAreInTheReadersLanguage, with the rule that names them.
func TestProblemsAreInTheReadersLanguage(t *testing.T) {
	h := start(t, "", discard{})
	c := h.as("wijaya")
	draft := h.draft(c)
	c.get(draft + "/teks?lang=id")
	form, _ := c.form("Periksa saja")
	text := values(form).Get("text")
	c.submit("Periksa saja", "text", strings.Replace(text, "actor: R-INTAKE", "actor: R-TIDAK", 1))
	c.see("aturan unknown-reference", "R-TIDAK")
	c.unseen("is not defined", "no role")
}

// TestAStepSaysWhatMustBeSoAndToWhomItGoes: require and ladder stand on its page.
func TestAStepSaysWhatMustBeSoAndToWhomItGoes(t *testing.T) {
	h := start(t, "", discard{})
	c := h.as("seruni")
	m, shown := must(h.Manual.Active(ctx))(t), 0
	for _, s := range m.Steps {
		if len(s.Require)+len(s.Ladder) == 0 {
			continue
		}
		shown++
		c.words("id", "/manual/"+s.ID)
		for _, r := range s.Require {
			c.see("Selesai bila", r.ID)
		}
		for _, r := range s.Ladder {
			c.see("Jenjang eskalasi", r.To.ID)
		}
	}
	if shown == 0 {
		t.Error("no step has any")
	}
}

// TestAFieldWithoutAUnitIsNamed: the form comes again as it was typed.
func TestAFieldWithoutAUnitIsNamed(t *testing.T) {
	h := start(t, "", discard{})
	c := h.as("wijaya")
	c.get(h.draft(c) + "/langkah/A2")
	c.submit("Simpan", "deadline.unit", "", "deadline.value", "7", "dw.value.0", "9", "reason", "Lupa satuannya.")
	c.see("Pilih satuannya", "Pilih keadaan yang membuat tenggat ini berlaku")
	form, _ := c.form("Simpan")
	if v := values(form); c.status != 422 || v.Get("deadline.value") != "7" || v.Get("dw.value.0") != "9" || v.Get("reason") != "Lupa satuannya." {
		t.Errorf("%d, what was typed is lost", c.status)
	}
}
