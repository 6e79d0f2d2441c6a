package seal

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// NormalPhone returns an Indonesian number as +62… digits, whatever its
// spelling (08…, 62…, +62 8-…, (021) …), or "" where there are fewer than 8 or
// more than 15 digits (E.164).
func NormalPhone(s string) string {
	d := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	switch {
	case strings.HasPrefix(d, "00"):
		d = d[2:]
	case strings.HasPrefix(d, "620"): // +62 (0)812…
		d = "62" + d[3:]
	case strings.HasPrefix(d, "0"):
		d = "62" + d[1:]
	case strings.HasPrefix(d, "8") && !strings.HasPrefix(strings.TrimSpace(s), "+"):
		d = "62" + d
	}
	if len(d) < 8 || len(d) > 15 {
		return ""
	}
	return "+" + d
}

// NormalNIK returns the sixteen digits of a NIK, or "".
func NormalNIK(s string) string {
	d := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		if unicode.IsLetter(r) {
			return 'x'
		}
		return -1
	}, s)
	if len(d) != 16 || strings.Contains(d, "x") {
		return ""
	}
	return d
}

// NormalAccount returns an account handle without @, spaces and case.
func NormalAccount(s string) string {
	s = strings.ToLower(strings.TrimLeft(strings.TrimSpace(s), "@"))
	if s == "" || len(s) > 100 || strings.ContainsFunc(s, unicode.IsSpace) {
		return ""
	}
	return s
}

// NormalURL returns host and path of a link without scheme, www, query and
// trailing slash: two people who copy the same page rarely copy the same query.
func NormalURL(s string) string {
	s = Refang(strings.TrimSpace(s))
	if s == "" || len(s) > 2000 {
		return ""
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || !strings.Contains(u.Hostname(), ".") {
		return ""
	}
	host := strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	return strings.TrimSuffix(host+u.EscapedPath(), "/")
}

// Defang makes a link inert for showing: nobody opens it by a slip.
func Defang(s string) string {
	s = strings.NewReplacer("https://", "hxxps://", "http://", "hxxp://").Replace(s)
	return strings.ReplaceAll(s, ".", "[.]")
}

// Refang undoes Defang, for comparing.
func Refang(s string) string {
	return strings.NewReplacer("hxxps://", "https://", "hxxp://", "http://", "[.]", ".").Replace(s)
}

// titles are dropped from names: honorifics and academic or religious titles.
var titles = []string{"bapak", "bpk", "pak", "ibu", "bu", "sdr", "sdri", "saudara", "saudari", "kak", "kakak", "bang", "mas", "mbak", "neng", "adik", "dek", "haji", "hajjah", "h", "hj", "ustad", "ustaz", "ustadzah", "drs", "dra", "dr", "ir", "st", "se", "sh", "spd", "amd", "raden", "rr", "r", "bin", "binti", "alias", "an", "nn", "ny", "tn"}

// muhammads are spellings and abbreviations of one name that nearly anybody may
// bear in front of the name they are called by.
var muhammads = []string{"muhammad", "muhamad", "mohammad", "mohamad", "mohamed", "muhammed", "mochammad", "mochamad", "moh", "muh", "moch", "mhd", "md", "m"}

// spellings are rules of our own over the old and new Indonesian orthographies
// (van Ophuijsen 1901, Republik 1947, EYD 1972) and common romanisations.
var spellings = strings.NewReplacer(
	"oe", "u", "tj", "c", "dj", "j", "nj", "ny", "sj", "sy", "ch", "kh",
	"kh", "h", "gh", "g", "sh", "s", "sy", "s", "dh", "d", "dz", "z", "dl", "d", "th", "t", "ts", "s",
	"ph", "f", "v", "f", "p", "f", "q", "k", "x", "ks", "z", "s", "j", "y", "ie", "i", "ee", "i", "ou", "u",
)

// NormalName returns the phonetic form of a name: titles and Muhammad dropped
// unless nothing else is there, old spellings made new, sounds that are written
// two ways made one, double letters and silent h removed, words sorted. Two
// spellings of one name should give the same form; two names may, too: a match
// is a hint that a person looks at, never a merge.
func NormalName(s string) string {
	var keep, common []string
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) }) {
		switch {
		case slices.Contains(titles, w):
		case slices.Contains(muhammads, w):
			common = []string{"muhamad"}
		default:
			if p := phonetic(w); p != "" {
				keep = append(keep, p)
			}
		}
	}
	if len(keep) == 0 {
		keep = common
	}
	if len(keep) > 6 {
		keep = keep[:6]
	}
	slices.Sort(keep)
	return strings.Join(slices.Compact(keep), " ")
}

func phonetic(w string) string {
	w = spellings.Replace(w)
	w = spellings.Replace(w) // dj → j → y
	var b strings.Builder
	var last rune
	for i, r := range w {
		if r == 'y' && (i == len(w)-1 || !vowel(rune(w[i+1]))) {
			r = 'i' // Rizky, Rizki
		}
		if r == last || (r == 'h' && i > 0 && last != 0 && !vowel(last)) || (r == 'h' && i == len(w)-1) {
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

func vowel(r rune) bool { return strings.ContainsRune("aiueo", r) }

// NormalPerson returns what is tagged of a person: phonetic name, birth year
// and kecamatan; "" where one is missing, since a name alone says little.
func NormalPerson(name string, birthYear int, kecamatan string) string {
	n, k := NormalName(name), NormalName(kecamatan)
	if n == "" || birthYear == 0 || k == "" {
		return ""
	}
	return n + "|" + strconv.Itoa(birthYear) + "|" + k
}
