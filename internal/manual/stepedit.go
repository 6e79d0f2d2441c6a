package manual

import (
	"errors"
	"reflect"
	"slices"
	"strconv"

	"github.com/naungan/naungan/protocol"
)

// pen writes changes into a manual's text, place by place, so that comments and
// order stay where nothing changed. The first failure stays.
type pen struct {
	text []byte
	err  error
}

func (p *pen) put(value any, path ...string) {
	if p.err != nil {
		return
	}
	var out []byte
	if out, p.err = protocol.Edit(p.text, path, value); p.err == nil {
		p.text = out
	}
}

// drop takes a place out; one that is not there is out already.
func (p *pen) drop(path ...string) {
	if p.err != nil {
		return
	}
	out, err := protocol.Edit(p.text, path, nil)
	switch {
	case err == nil:
		p.text = out
	case !errors.Is(err, protocol.ErrNoPlace):
		p.err = err
	}
}

// say writes a text where it differs, by language: {id: …, en: …} keeps its shape.
func (p *pen) say(old, now protocol.Text, path ...string) {
	switch {
	case old == now || p.err != nil:
		return
	case now == protocol.Text{}:
		p.drop(path...)
		return
	case old.EN != "" && now.EN != "":
		for _, l := range []struct{ key, old, now string }{{"id", old.ID, now.ID}, {"en", old.EN, now.EN}} {
			if l.old != l.now {
				p.put(l.now, append(slices.Clone(path), l.key)...)
			}
		}
		return
	}
	p.put(now, path...)
}

// texts writes a list of texts: lines that changed in place, new ones at the end,
// those that went out.
func (p *pen) texts(old, now []protocol.Text, path ...string) {
	if slices.Equal(old, now) {
		return
	}
	if len(old) == 0 || len(now) == 0 {
		p.list(len(now) == 0, now, path...)
		return
	}
	// A line that was taken out of the middle leaves the others where they are.
	for i := len(old) - 1; i >= 0 && len(old) > len(now); i-- {
		if !slices.Contains(now, old[i]) {
			p.drop(append(slices.Clone(path), strconv.Itoa(i))...)
			old = slices.Delete(slices.Clone(old), i, i+1)
		}
	}
	for i, t := range now {
		if i < len(old) {
			p.say(old[i], t, append(slices.Clone(path), strconv.Itoa(i))...)
			continue
		}
		p.put(t, append(slices.Clone(path), "+")...)
	}
	for i := len(old) - 1; i >= len(now); i-- {
		p.drop(append(slices.Clone(path), strconv.Itoa(i))...)
	}
}

func (p *pen) list(empty bool, value any, path ...string) {
	if empty {
		p.drop(path...)
	} else {
		p.put(value, path...)
	}
}

func (p *pen) codes(old, now []string, path ...string) {
	if !slices.Equal(old, now) {
		p.list(len(now) == 0, now, path...)
	}
}

func (p *pen) word(old, now string, path ...string) {
	if old != now {
		if now == "" {
			p.drop(path...)
		} else {
			p.put(now, path...)
		}
	}
}

// yamlCond, yamlDeadline and the like are the shapes in which the language writes
// them. A condition of a form (m is nil) asks for its fields.
type yamlCond struct {
	All   []yamlCond `yaml:"all,omitempty"`
	Any   []yamlCond `yaml:"any,omitempty"`
	Not   *yamlCond  `yaml:"not,omitempty"`
	Fact  string     `yaml:"fact,omitempty"`
	Op    string     `yaml:"op,omitempty"`
	Value any        `yaml:"value,omitempty"`
}

func condOf(c protocol.Cond, m *protocol.Manual) yamlCond {
	out := yamlCond{Fact: c.Fact, Op: c.Op}
	for _, s := range c.All {
		out.All = append(out.All, condOf(s, m))
	}
	for _, s := range c.Any {
		out.Any = append(out.Any, condOf(s, m))
	}
	if c.Not != nil {
		n := condOf(*c.Not, m)
		out.Not = &n
	}
	switch {
	case m != nil && len(c.Value) == 1 && m.Facts[c.Fact].Type == "bool":
		out.Value = c.Value[0] == "true"
	case len(c.Value) == 1:
		out.Value = c.Value[0]
	case len(c.Value) > 1:
		out.Value = c.Value
	}
	return out
}

type yamlWhen struct {
	If        yamlCond `yaml:"if"`
	Value     int      `yaml:"value"`
	Unit      string   `yaml:"unit"`
	Basis     string   `yaml:"basis"`
	Certainty string   `yaml:"certainty"`
}

type yamlDeadline struct {
	Value     int           `yaml:"value"`
	Unit      string        `yaml:"unit"`
	Anchor    string        `yaml:"anchor,omitempty"`
	Basis     string        `yaml:"basis"`
	Certainty string        `yaml:"certainty"`
	Binding   string        `yaml:"binding"`
	Note      protocol.Text `yaml:"note,omitempty"`
}

type yamlTrigger struct {
	Event      string `yaml:"event,omitempty"`
	StepDone   string `yaml:"step_done,omitempty"`
	FactChange string `yaml:"fact_change,omitempty"`
}

// SimpleTrigger tells whether a trigger is one that a form can show: one event,
// step or fact.
func SimpleTrigger(t protocol.Trigger) bool {
	return len(t.Any) == 0 && t.Recurring == nil && t.Schedule == nil
}

// EditStep returns a manual's text with one step made to say what now says. Only
// what differs is written. What forms do not show (a trigger of several, the ladder,
// what must be so) is never touched.
func EditStep(text []byte, m *protocol.Manual, now protocol.Step) ([]byte, error) {
	old := m.Step(now.ID)
	if old == nil {
		return nil, protocol.ErrNoPlace
	}
	p := &pen{text: text}
	at := func(keys ...string) []string { return append([]string{"steps", now.ID}, keys...) }
	p.say(old.Title, now.Title, at("title")...)
	p.word(old.Actor, now.Actor, at("actor")...)
	p.codes(old.Support, now.Support, at("support")...)
	p.cond(m, old.When, now.When, at("when"))
	if t := now.Trigger; SimpleTrigger(old.Trigger) && !reflect.DeepEqual(old.Trigger, t) {
		p.put(yamlTrigger{t.Event, t.StepDone, t.FactChange}, at("trigger")...)
	}
	p.deadline(old.Deadline, now.Deadline, at("deadline"))
	p.whens(m, old.DeadlineWhen, now.DeadlineWhen, at("deadline_when"))
	p.codes(old.Consent, now.Consent, at("consent")...)
	p.texts(old.Do, now.Do, at("do")...)
	p.texts(old.Forbid, now.Forbid, at("forbid")...)
	p.tracks(old.Track, now.Track, at("track"))
	p.decides(m, old.Decide, now.Decide, at("decide"))
	p.codes(old.Outputs, now.Outputs, at("outputs")...)
	p.codes(old.OnOverdue, now.OnOverdue, at("on_overdue")...)
	p.codes(old.Refs, now.Refs, at("refs")...)
	return p.text, p.err
}

func (p *pen) deadline(old, now protocol.Deadline, at []string) {
	switch {
	case old == now:
		return
	case now.Unit == "":
		p.drop(at...)
		return
	case old.Unit == "":
		p.put(yamlDeadline{now.Value, now.Unit, now.Anchor, now.Basis, now.Certainty, now.Binding, now.Note}, at...)
		return
	}
	in := func(key string) []string { return append(slices.Clone(at), key) }
	if old.Value != now.Value {
		p.put(now.Value, in("value")...)
	}
	p.word(old.Unit, now.Unit, in("unit")...)
	p.word(old.Anchor, now.Anchor, in("anchor")...)
	p.word(old.Basis, now.Basis, in("basis")...)
	p.word(old.Certainty, now.Certainty, in("certainty")...)
	p.word(old.Binding, now.Binding, in("binding")...)
	p.say(old.Note, now.Note, in("note")...)
}

type yamlStep struct {
	ID          string          `yaml:"id"`
	Stage       string          `yaml:"stage"`
	Title       protocol.Text   `yaml:"title"`
	Actor       string          `yaml:"actor"`
	Trigger     yamlTrigger     `yaml:"trigger"`
	Do          []protocol.Text `yaml:"do"`
	Sensitivity string          `yaml:"sensitivity"`
}

// AddStep appends a step; the rest of it is written on its own page.
func AddStep(text []byte, s protocol.Step) ([]byte, error) {
	t := s.Trigger
	return protocol.Edit(text, []string{"steps", "+"}, yamlStep{s.ID, s.Stage, s.Title, s.Actor, yamlTrigger{t.Event, t.StepDone, t.FactChange}, s.Do, "restricted"})
}

// RemoveStep takes a step out. What still points to it is Check's to find.
func RemoveStep(text []byte, id string) ([]byte, error) {
	return protocol.Edit(text, []string{"steps", id}, nil)
}

type yamlField struct {
	ID       string        `yaml:"id"`
	Label    protocol.Text `yaml:"label"`
	Hint     protocol.Text `yaml:"hint,omitempty"`
	Type     string        `yaml:"type"`
	Required bool          `yaml:"required,omitempty"`
	Choices  []yamlChoice  `yaml:"choices,omitempty"`
	Shown    *yamlCond     `yaml:"shown_when,omitempty"`
}

type yamlChoice struct {
	ID    string        `yaml:"id"`
	Label protocol.Text `yaml:"label"`
}

func choicesOf(list []protocol.Choice) (out []yamlChoice) {
	for _, c := range list {
		out = append(out, yamlChoice(c))
	}
	return out
}

// EditForm returns a manual's text with one form made to say what now says: title,
// purpose, and fields by id; a field that is not in now is taken out, a new one is
// appended.
func EditForm(text []byte, m *protocol.Manual, id string, now protocol.Form) ([]byte, error) {
	old, ok := m.Forms[id]
	if !ok {
		return nil, protocol.ErrNoPlace
	}
	p := &pen{text: text}
	at := func(keys ...string) []string { return append([]string{"forms", id}, keys...) }
	p.say(old.Title, now.Title, at("title")...)
	p.say(old.Purpose, now.Purpose, at("purpose")...)
	for i := len(old.Fields) - 1; i >= 0; i-- {
		if now.Field(old.Fields[i].ID) == nil {
			p.drop(at("fields", old.Fields[i].ID)...)
		}
	}
	for _, f := range now.Fields {
		if was := old.Field(f.ID); was != nil {
			p.field(*was, f, at("fields", f.ID))
			continue
		}
		one := yamlField{f.ID, f.Label, f.Hint, f.Type, f.Required, choicesOf(f.Choices), nil}
		if f.ShownWhen != nil {
			c := condOf(*f.ShownWhen, nil)
			one.Shown = &c
		}
		if len(old.Fields) == 0 && f.ID == now.Fields[0].ID {
			p.put([]yamlField{one}, at("fields")...)
		} else {
			p.put(one, at("fields", "+")...)
		}
	}
	return p.text, p.err
}

func (p *pen) field(old, now protocol.Field, at []string) {
	in := func(key string) []string { return append(slices.Clone(at), key) }
	p.say(old.Label, now.Label, in("label")...)
	p.say(old.Hint, now.Hint, in("hint")...)
	p.word(old.Type, now.Type, in("type")...)
	if old.Required != now.Required {
		p.list(!now.Required, now.Required, in("required")...)
	}
	if !slices.Equal(old.Choices, now.Choices) {
		p.list(len(now.Choices) == 0, choicesOf(now.Choices), in("choices")...)
	}
	p.cond(nil, old.ShownWhen, now.ShownWhen, in("shown_when"))
}
