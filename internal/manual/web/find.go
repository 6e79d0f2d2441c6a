package web

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/naungan/naungan/protocol"
)

// found is one place of the manual that holds every word that was looked for.
type found struct {
	Part, ID string // langkah A1, formulir F-01, sumber S-…, aturan G-…
	Title    string
	Text     string // the sentence that holds the first word
}

// most bounds what a search shows: more is no answer.
const most = 60

// find looks for words in both languages of a manual: steps, forms, rules,
// sources. Every word must stand somewhere in the place; letters count without
// case. Titles are in language l.
func find(m *protocol.Manual, q, l string) (out []found) {
	words := strings.FieldsFunc(strings.ToLower(q), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' })
	if len(words) == 0 || len(q) > 200 {
		return nil
	}
	add := func(part, id, title string, texts ...string) {
		if s, ok := holds(words, append([]string{id, title}, texts...)); ok && len(out) < most {
			out = append(out, found{part, id, title, s})
		}
	}
	for _, s := range m.Steps {
		add("langkah", s.ID, s.Title.In(l), append(stepTexts(s), spans(m, s)...)...)
	}
	for _, id := range slices.Sorted(maps.Keys(m.Forms)) {
		f := m.Forms[id]
		texts := []string{f.Title.ID, f.Title.EN, f.Purpose.ID, f.Purpose.EN}
		for _, x := range f.Fields {
			texts = append(texts, x.Label.ID, x.Label.EN, x.Hint.ID, x.Hint.EN)
		}
		add("formulir", id, f.Title.In(l), texts...)
	}
	for _, g := range m.Guards {
		add("aturan", g.ID, g.Rule.In(l), g.Rule.ID, g.Rule.EN)
	}
	for _, id := range slices.Sorted(maps.Keys(m.Sources)) {
		add("sumber", id, m.Sources[id].Title)
	}
	return out
}

func stepTexts(s *protocol.Step) []string {
	out := []string{s.Title.ID, s.Title.EN, s.Deadline.Note.ID, s.Deadline.Note.EN}
	for _, t := range append(slices.Clone(s.Do), s.Forbid...) {
		out = append(out, t.ID, t.EN)
	}
	for _, t := range s.Track {
		out = append(out, t.What.ID, t.What.EN)
	}
	return out
}

// spans are the deadlines of a step as they are looked for: "24 jam · Laporan
// polisi diterima", also those of other agencies.
func spans(m *protocol.Manual, s *protocol.Step) (out []string) {
	add := func(n int, unit, anchor string) {
		if unit != "" {
			span, from := protocol.SpanText(n, unit), m.AnchorText(anchor)
			out = append(out, span.ID+" · "+from.ID, span.EN+" · "+from.EN)
		}
	}
	add(s.Deadline.Value, s.Deadline.Unit, s.Deadline.Anchor)
	for _, d := range s.DeadlineWhen {
		add(d.Value, d.Unit, s.Deadline.Anchor)
	}
	for _, t := range s.Track {
		add(t.Value, t.Unit, t.Anchor)
	}
	return out
}

// holds tells whether every word stands in one of the texts, and returns the text
// that holds most of them.
func holds(words, texts []string) (best string, ok bool) {
	seen, most := map[string]bool{}, 0
	for _, t := range texts {
		low, n := strings.ToLower(t), 0
		for _, w := range words {
			if strings.Contains(low, w) {
				seen[w] = true
				n++
			}
		}
		if n > most {
			best, most = t, n
		}
	}
	return best, len(seen) == len(slices.Compact(slices.Sorted(slices.Values(words))))
}
