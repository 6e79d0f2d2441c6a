package protocol

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Term is a word that is not said of a child, and what is said instead.
type Term struct{ Avoid, Use string }

// Terms are words that blame a child or make light of what was done to one, in
// Indonesian and English, with what to write instead. The list follows the
// Terminology Guidelines for the Protection of Children from Sexual Exploitation
// and Sexual Abuse (Luxembourg, 2016; second edition 2025; Indonesian translation
// by ECPAT Indonesia, 2019) in our own words; the Indonesian alternatives are
// proposals. Words that are blameless elsewhere (guest, customer, to admit) are
// left out: a list cannot tell.
var Terms = []Term{
	{"pornografi anak", "materi kekerasan/eksploitasi seksual anak"},
	{"pelacur anak", "anak yang dieksploitasi dalam prostitusi"},
	{"pelacuran anak", "eksploitasi anak dalam prostitusi"},
	{"prostitusi anak", "eksploitasi anak dalam prostitusi"},
	{"psk anak", "anak yang dieksploitasi dalam prostitusi"},
	{"pekerja seks anak", "anak korban eksploitasi seksual"},
	{"wisata seks anak", "eksploitasi seksual anak dalam perjalanan dan pariwisata"},
	{"anak nakal", "anak"},
	{"predator cilik", "anak dengan perilaku seksual merugikan"},
	{"pelaku asusila", "anak korban"},
	{"terjaring", "ditemukan dan didampingi"},
	{"suka sama suka", "dimanipulasi"},
	{"child pornography", "child sexual abuse material"},
	{"child prostitute", "child exploited in prostitution"},
	{"child prostitution", "exploitation of children in prostitution"},
	{"child sex worker", "sexually exploited child"},
	{"child sex tourism", "sexual exploitation of children in travel and tourism"},
	{"underage prostitute", "child exploited in prostitution"},
	{"revenge porn", "image-based abuse"},
}

// Forbidden returns the first of Terms that a text says. What stands in quotes is
// not said but named, as the title of a law or the word that is forbidden.
func Forbidden(text string) (term, use string, found bool) {
	said := " " + strings.Join(strings.FieldsFunc(strings.ToLower(unquoted(text)), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127)
	}), " ") + " "
	i := slices.IndexFunc(Terms, func(t Term) bool { return strings.Contains(said, " "+t.Avoid+" ") })
	if i < 0 {
		return "", "", false
	}
	return Terms[i].Avoid, Terms[i].Use, true
}

// unquoted takes out what stands in quotes: "…", “…”, ‘…’ and '…' between words.
func unquoted(text string) string {
	closing := map[rune]string{'"': `"`, '“': "”", '‘': "’", '\'': "'"}
	var b strings.Builder
	last := ' '
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		end := closing[r]
		if end == "" || r == '\'' && last != ' ' {
			b.WriteString(text[i : i+n])
			i, last = i+n, r
			continue
		}
		to := strings.Index(text[i+n:], end)
		if to < 0 {
			return b.String() + text[i:]
		}
		b.WriteString(" | ")
		i, last = i+n+to+len(end), ' '
	}
	return b.String()
}

// oneOf is a hint: which entry of a list was probably meant, and what there is.
func oneOf(list []string, word string) Text {
	if len(list) == 0 {
		return Text{"belum ada yang terdaftar", "nothing is listed yet"}
	}
	shown, more := list, ""
	if len(list) > 12 {
		shown, more = list[:12], " …"
	}
	hint := both("yang ada: %s", "there is: %s", strings.Join(shown, ", ")+more)
	if near := nearest(list, word); near != "" {
		hint = both("maksud Anda %s? %s", "did you mean %s? %s", near, hint)
	}
	return hint
}

// nearest returns the entry of a list that differs by the fewest letters: at most
// two, or a third of the word.
func nearest(list []string, word string) (near string) {
	best := max(2, len(word)/3) + 1
	for _, s := range list {
		if d := distance(strings.ToLower(s), strings.ToLower(word), best); d < best {
			near, best = s, d
		}
	}
	if best >= len(word) {
		return ""
	}
	return near
}

// distance counts the letters to change, add or drop (Levenshtein); most is
// returned where it is more.
func distance(a, b string, most int) int {
	if n := len(a) - len(b); n > most || -n > most || len(a) > 100 || len(b) > 100 {
		return most
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := last
			if a[i] != b[j] {
				cost++
			}
			last = row[j+1]
			row[j+1] = min(cost, row[j]+1, last+1)
		}
	}
	return row[len(b)]
}
