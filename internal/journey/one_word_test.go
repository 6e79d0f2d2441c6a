package journey

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/protocol"
)

// TestOneWordForOneIdea: basis, certainty and binding are called the same by the
// language, the rooms, the book and the glossary of the guide, and no page or guide
// says the words that were given up.
func TestOneWordForOneIdea(t *testing.T) {
	dirs := map[string]string{"manual": "../manual/web", "book": "../manual/book", "casework": "../casework/web", "report": "../report/web"}
	guide, err := os.ReadFile("../../docs/guide/manual.md")
	if err != nil {
		t.Fatal(err)
	}
	for room, dir := range dirs {
		c := lang.MustLoad(os.DirFS(dir))
		for part, codes := range map[string][]string{"basis": protocol.Bases, "certainty": protocol.Certainties, "binding": protocol.Bindings} {
			if room == "report" && part != "basis" { // the desk's clocks say only their basis
				continue
			}
			for _, code := range codes {
				for _, l := range lang.Languages {
					word := protocol.Word(code).In(l)
					if got := c.In(l).T(room + "." + part + "." + code); got != word {
						t.Errorf("%s calls %s %q in %s; the language says %q", room, code, got, l, word)
					}
					if !strings.Contains(string(guide), "| "+word+" |") {
						t.Errorf("the glossary has no %q (%s)", word, l)
					}
				}
			}
		}
	}
	given := regexp.MustCompile(`(?i)\b(naskah(nya)?|rancangan|ditelaah|sumber kedua|usulan proyek|belum dipastikan|second-hand|secondary source|project proposal)\b`)
	var files []string
	for _, glob := range []string{"../manual/*/text.*.toml", "../casework/web/text.*.toml", "../../docs/guide/*.md"} {
		more, err := filepath.Glob(glob)
		if err != nil || len(more) == 0 {
			t.Fatal(glob, err)
		}
		files = append(files, more...)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if word := given.FindString(line); word != "" {
				t.Errorf("%s:%d says %q", f, i+1, word)
			}
		}
	}
}
