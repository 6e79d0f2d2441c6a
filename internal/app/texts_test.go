package app

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/platform/lang"
)

var placeholder = regexp.MustCompile(`\{([a-z_]+)[|}]`)

// alike are the texts that are the same in both languages: names of places and
// months, and words that both languages share.
var alike = regexp.MustCompile(`^(casework\.event\.fact|casework\.filling\.wrong|report\.kecamatan\..*|lang\.month(_short)?\..*|nav\.manual|access\.role\.administrator|report\.title|(report|casework)\.(place_code|contact_code|channel|place)\.(online|whatsapp)|casework\.(field|identity)\.(area|nik|kelurahan|kecamatan))$`)

// avoided are the words that no text of ours uses for a child or what was done to
// one (Terminology Guidelines for the Protection of Children from Sexual
// Exploitation and Sexual Abuse, 2016).
var avoided = regexp.MustCompile(`(?i)\b(child porn\w*|prostitut\w*|sex worker|sex tourism|pornografi anak|pelacur\w*|PSK|dilacurkan|wisata seks|anak nakal|terjaring|suka sama suka|revenge porn|rescued?|raid|damai secara)\b`)

// TestTextsAreWhole holds the two languages against each other: the same keys,
// the same placeholders, translated, no avoided word.
func TestTextsAreWhole(t *testing.T) {
	if _, err := Texts(); err != nil {
		t.Fatal(err)
	}
	for _, f := range append(textFiles(), lang.Texts()) {
		both := map[string]map[string]string{}
		for _, l := range lang.Languages {
			both[l] = read(t, f, l)
			for key, text := range both[l] {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s: %s is empty", l, key)
				}
				if w := avoided.FindString(text); w != "" {
					t.Errorf("%s: %s says %q", l, key, w)
				}
			}
		}
		for _, key := range slices.Sorted(maps.Keys(both[lang.ID])) {
			id, en := both[lang.ID][key], both[lang.EN][key]
			if en == "" {
				t.Errorf("%s is missing in English", key)
			} else if a, b := holes(id), holes(en); !slices.Equal(a, b) {
				t.Errorf("%s: placeholders %v in Indonesian, %v in English", key, a, b)
			} else if id == en && !alike.MatchString(key) {
				t.Errorf("%s is not translated: %q", key, id)
			}
		}
		for key := range both[lang.EN] {
			if _, ok := both[lang.ID][key]; !ok {
				t.Errorf("%s is missing in Indonesian", key)
			}
		}
	}
}

func read(t *testing.T, f fs.FS, l string) map[string]string {
	t.Helper()
	texts, err := lang.Read(f, l)
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func holes(text string) (out []string) {
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	slices.Sort(out)
	return out
}
