package manual

import (
	"maps"
	"slices"

	"github.com/naungan/naungan/protocol"
)

// The words of a manual are its facts, roles and sources; with its head they are
// what stands beside the steps and forms. Each is written as steps are: only what
// differs, so that comments and order stay.

type yamlFact struct {
	Type      string                   `yaml:"type"`
	Label     protocol.Text            `yaml:"label"`
	Values    []string                 `yaml:"values,omitempty"`
	Labels    map[string]protocol.Text `yaml:"labels,omitempty"`
	UnknownAs string                   `yaml:"unknown_as,omitempty"`
}

// PutFact returns a manual's text with one fact made to say what now says, or with
// it as a new one.
func PutFact(text []byte, m *protocol.Manual, id string, now protocol.Fact) ([]byte, error) {
	p := &pen{text: text}
	old, has := m.Facts[id]
	if !has {
		p.entry(len(m.Facts), yamlFact{now.Type, now.Label, now.Values, now.Labels, now.UnknownAs}, "facts", id)
		return p.text, p.err
	}
	at := func(keys ...string) []string { return append([]string{"facts", id}, keys...) }
	p.say(old.Label, now.Label, at("label")...)
	p.word(old.Type, now.Type, at("type")...)
	p.codes(old.Values, now.Values, at("values")...)
	p.labels(old.Labels, now.Labels, at("labels"))
	p.word(old.UnknownAs, now.UnknownAs, at("unknown_as")...)
	return p.text, p.err
}

// labels writes what answers are called, answer by answer.
func (p *pen) labels(old, now map[string]protocol.Text, at []string) {
	if len(old) == 0 || len(now) == 0 {
		if len(old)+len(now) > 0 {
			p.list(len(now) == 0, now, at...)
		}
		return
	}
	for _, id := range slices.Sorted(maps.Keys(now)) {
		p.say(old[id], now[id], append(slices.Clone(at), id)...)
	}
	for _, id := range slices.Sorted(maps.Keys(old)) {
		if _, stays := now[id]; !stays {
			p.drop(append(slices.Clone(at), id)...)
		}
	}
}

// PutRole does for a role what PutFact does for a fact.
func PutRole(text []byte, m *protocol.Manual, id string, now protocol.Role) ([]byte, error) {
	p := &pen{text: text}
	old, has := m.Roles[id]
	if !has {
		p.entry(len(m.Roles), now, "roles", id)
		return p.text, p.err
	}
	p.word(old.ID, now.ID, "roles", id, "id")
	p.word(old.EN, now.EN, "roles", id, "en")
	if old.External != now.External {
		p.put(now.External, "roles", id, "external")
	}
	return p.text, p.err
}

// PutSource does for a source what PutFact does for a fact.
func PutSource(text []byte, m *protocol.Manual, id string, now protocol.Source) ([]byte, error) {
	p := &pen{text: text}
	old, has := m.Sources[id]
	if !has {
		p.entry(len(m.Sources), now, "sources", id)
		return p.text, p.err
	}
	for _, w := range []struct{ key, old, now string }{{"title", old.Title, now.Title}, {"en", old.EN, now.EN}, {"url", old.URL, now.URL}, {"date", old.Date, now.Date}, {"certainty", old.Certainty, now.Certainty}} {
		p.word(w.old, w.now, "sources", id, w.key)
	}
	return p.text, p.err
}

// PutHead returns a manual's text with its head made to say what now says: title,
// version, note, review and consent form. The rest of a head is for the whole text.
func PutHead(text []byte, m *protocol.Manual, now protocol.Header) ([]byte, error) {
	p, old := &pen{text: text}, m.Protocol
	p.say(old.Title, now.Title, "protocol", "title")
	p.word(old.Version, now.Version, "protocol", "version")
	p.say(old.Note, now.Note, "protocol", "note")
	if old.ReviewEvery != now.ReviewEvery {
		p.list(now.ReviewEvery == 0, now.ReviewEvery, "protocol", "review_every_months")
	}
	p.word(old.ConsentForm, now.ConsentForm, "protocol", "consent_form")
	return p.text, p.err
}

// entry adds one to a part; the first of a part makes it.
func (p *pen) entry(have int, value any, part, id string) {
	if have == 0 {
		p.put(map[string]any{id: value}, part)
		return
	}
	p.put(value, part, id)
}

// RemoveWord takes a fact, role or source (part: facts, roles, sources) out of a
// manual's text. What is used is not taken out: its uses come back instead.
func RemoveWord(text []byte, m *protocol.Manual, part, id string) ([]byte, []protocol.Use, error) {
	if uses := m.Uses(part, id); len(uses) > 0 {
		return nil, uses, nil
	}
	out, err := protocol.Edit(text, []string{part, id}, nil)
	return out, nil, err
}

// LostAnswers lists the uses of answers that a fact no longer has.
func LostAnswers(m *protocol.Manual, id string, now protocol.Fact) (out []protocol.Use) {
	for _, a := range m.Facts[id].Answers() {
		if slices.Contains(now.Answers(), a) {
			continue
		}
		for _, u := range m.AnswerUses(id, a) {
			if !slices.Contains(out, u) {
				out = append(out, u)
			}
		}
	}
	return out
}
