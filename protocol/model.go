package protocol

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// Text is one text in the languages of the manual. In YAML it is a plain string
// (the first language) or a map {id: …, en: …}.
type Text struct{ ID, EN string }

// UnmarshalYAML reads both forms.
func (t *Text) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		t.ID = n.Value
		return nil
	}
	var m struct{ ID, EN string }
	if err := n.Decode(&m); err != nil {
		return fmt.Errorf("line %d: a text is a string or {id: …, en: …}", n.Line)
	}
	t.ID, t.EN = m.ID, m.EN
	return nil
}

// MarshalYAML writes a text in one language as a string, else as {id: …, en: …}.
func (t Text) MarshalYAML() (any, error) {
	if t.EN == "" {
		return t.ID, nil
	}
	n := &yaml.Node{}
	err := n.Encode(struct{ ID, EN string }{t.ID, t.EN})
	n.Style = yaml.FlowStyle
	return n, err
}

// In returns the text in a language; the first language where it has no other.
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" {
		return t.EN
	}
	return t.ID
}

// Manual is a handling protocol.
type Manual struct {
	Schema   string             `yaml:"schema"`
	Protocol Header             `yaml:"protocol"`
	Vocab    map[string]any     `yaml:"vocab"` // words explained to readers of the file; the engine does not read them
	Facts    map[string]Fact    `yaml:"facts"`
	Roles    map[string]Role    `yaml:"roles"`
	Consents map[string]Consent `yaml:"consents"`
	Forms    map[string]Form    `yaml:"forms"`
	Happens  map[string]Text    `yaml:"events"`  // what each event is called
	Anchors  map[string]Anchor  `yaml:"anchors"` // what deadlines count from, where it is no event; see Anchor
	Guards   []Guard            `yaml:"global_guards"`
	Stages   []Stage            `yaml:"stages"`
	Steps    []*Step            `yaml:"steps"`
	Sources  map[string]Source  `yaml:"sources"`

	hash string
	root *yaml.Node // the text as read, for the places of Check's problems
	step map[string]*Step
}

// Header says what the manual is. ConsentForm is the form on which consents are
// written: a step that brings it out asks for its consents and does not wait for
// them (F-07 where the manual says nothing).
type Header struct {
	ID              string            `yaml:"id"`
	Version         string            `yaml:"version"`
	Status          string            `yaml:"status"` // draft, reviewed or active
	Languages       []string          `yaml:"language"`
	Jurisdiction    map[string]string `yaml:"jurisdiction"`
	EffectiveFrom   string            `yaml:"effective_from"` // 2006-01-02
	ReviewEvery     int               `yaml:"review_every_months"`
	HolidayCalendar string            `yaml:"holiday_calendar"`
	Timezone        string            `yaml:"timezone"`
	ConsentForm     string            `yaml:"consent_form"`
}

// Fact is a typed fact that conditions may ask for. Type is bool or enum.
type Fact struct {
	Type      string          `yaml:"type"`
	Label     Text            `yaml:"label"`
	Values    []string        `yaml:"values"`
	Labels    map[string]Text `yaml:"labels"` // what each value is called; yes and no need none
	UnknownAs string          `yaml:"unknown_as"`
	Line      int             `yaml:"-"`
}

// Role is who acts. External roles are only tracked.
type Role struct {
	ID       string `yaml:"id"`
	EN       string `yaml:"en"`
	External bool   `yaml:"external"`
}

// Name returns the role's name in a language.
func (r Role) Name(lang string) string { return Text{r.ID, r.EN}.In(lang) }

// Consent is something that must be given before certain steps. OrStep names a
// step whose completion stands in for it.
type Consent struct {
	ID       string `yaml:"id"`
	EN       string `yaml:"en"`
	Evidence Text   `yaml:"evidence"`
	OrStep   string `yaml:"or_step"`
}

// Guard is a rule that holds on every step. Forbids names the actions that it
// locks, always or Unless its condition holds.
type Guard struct {
	ID      string   `yaml:"id"`
	Rule    Text     `yaml:"rule"`
	Refs    []string `yaml:"refs"`
	Forbids []string `yaml:"forbids"`
	Unless  *Cond    `yaml:"unless"`
}

// Stage is a part of the manual.
type Stage struct {
	ID    string `yaml:"id"`
	Title Text   `yaml:"title"`
}

// Source is where a fact of law or practice was read.
type Source struct {
	Title     string `yaml:"title"`
	URL       string `yaml:"url"`
	Certainty string `yaml:"certainty"`
}

// Step is one thing to do.
type Step struct {
	ID            string         `yaml:"id"`
	Stage         string         `yaml:"stage"`
	Title         Text           `yaml:"title"`
	Actor         string         `yaml:"actor"`
	Support       []string       `yaml:"support"`
	When          *Cond          `yaml:"when"`
	Trigger       Trigger        `yaml:"trigger"`
	Deadline      Deadline       `yaml:"deadline"`
	DeadlineWhen  []DeadlineWhen `yaml:"deadline_when"`
	Track         []Track        `yaml:"track"`
	Consent       []string       `yaml:"consent"`
	RequiresForms []string       `yaml:"requires_forms"`
	ReviewBefore  []string       `yaml:"review_before"`
	Do            []Text         `yaml:"do"`
	Forbid        []Text         `yaml:"forbid"`
	Decide        []Decide       `yaml:"decide"`
	Outputs       []string       `yaml:"outputs"`
	OnOverdue     []string       `yaml:"on_overdue"`
	Sensitivity   string         `yaml:"sensitivity"`
	Require       []Text         `yaml:"require"` // what must be so before it is called done; read by people
	Ladder        []Rung         `yaml:"ladder"`
	Next          []string       `yaml:"next"`
	Refs          []string       `yaml:"refs"`

	Line int `yaml:"-"`
}

// Rung is one level of an escalation: to whom, and how long an answer is waited
// for before the next (nil: it is the last).
type Rung struct {
	Level     int    `yaml:"level"`
	To        Text   `yaml:"to"`
	Wait      *Span  `yaml:"wait"`
	Basis     string `yaml:"basis"`
	Certainty string `yaml:"certainty"`
	Note      Text   `yaml:"note"`
}

// Span is a length of time: Value of Unit (minute, hour, calendar_day or
// working_day).
type Span struct {
	Value int    `yaml:"value"`
	Unit  string `yaml:"unit"`
}

// Trigger is what makes a step begin; exactly one field is set.
type Trigger struct {
	Event      string     `yaml:"event"`
	StepDone   string     `yaml:"step_done"`
	FactChange string     `yaml:"fact_change"`
	Any        []Trigger  `yaml:"any"`
	Recurring  *Recurring `yaml:"recurring"`
	Schedule   *Schedule  `yaml:"schedule"`
}

// Recurring repeats a step from the opening of the case until an event.
type Recurring struct {
	Every int    `yaml:"every"`
	Unit  string `yaml:"unit"`
	Until string `yaml:"until"`
}

// Schedule asks for a step again and again after an anchor.
type Schedule struct {
	Anchor  string `yaml:"anchor"`
	Offsets []int  `yaml:"offsets"`
	Unit    string `yaml:"unit"`
}

// Name returns what is consented to, in a language.
func (c Consent) Name(lang string) string { return Text{c.ID, c.EN}.In(lang) }

// Deadline is by when, and on whose authority. Basis is law, service_standard,
// guideline or project_default; certainty text, secondary or unverified;
// binding duty, power or target.
type Deadline struct {
	Value     int    `yaml:"value"`
	Unit      string `yaml:"unit"`
	Anchor    string `yaml:"anchor"`
	Basis     string `yaml:"basis"`
	Certainty string `yaml:"certainty"`
	Binding   string `yaml:"binding"`
	Note      Text   `yaml:"note"`
}

// DeadlineWhen replaces the deadline's value where its condition holds; the
// first that holds counts.
type DeadlineWhen struct {
	If        Cond   `yaml:"if"`
	Value     int    `yaml:"value"`
	Unit      string `yaml:"unit"`
	Basis     string `yaml:"basis"`
	Certainty string `yaml:"certainty"`
}

// Track is a clock that another agency owns.
type Track struct {
	What      Text     `yaml:"what"`
	Value     int      `yaml:"value"`
	Unit      string   `yaml:"unit"`
	Anchor    string   `yaml:"anchor"`
	Basis     string   `yaml:"basis"`
	Certainty string   `yaml:"certainty"`
	Binding   string   `yaml:"binding"`
	Refs      []string `yaml:"refs"`
}

// Decide says where the way goes on; kept for readers of the book.
type Decide struct {
	If   *Cond  `yaml:"if"`
	Then string `yaml:"then"`
	Else string `yaml:"else"`
}

// Cond is a condition over facts: all, any or not of conditions, or one
// comparison (eq, ne, in, not_in).
type Cond struct {
	All   []Cond
	Any   []Cond
	Not   *Cond
	Fact  string
	Op    string
	Value []string
	Line  int
}

// met folds a condition over its comparisons.
func (d Cond) met(one func(Cond) bool) bool {
	switch {
	case len(d.All) > 0:
		return !slices.ContainsFunc(d.All, func(sub Cond) bool { return !sub.met(one) })
	case len(d.Any) > 0:
		return slices.ContainsFunc(d.Any, func(sub Cond) bool { return sub.met(one) })
	case d.Not != nil:
		return !d.Not.met(one)
	}
	return one(d)
}

// UnmarshalYAML reads a condition; a value may be one scalar or a list.
func (c *Cond) UnmarshalYAML(n *yaml.Node) error {
	var raw struct {
		All   []Cond    `yaml:"all"`
		Any   []Cond    `yaml:"any"`
		Not   *Cond     `yaml:"not"`
		Fact  string    `yaml:"fact"`
		Op    string    `yaml:"op"`
		Value yaml.Node `yaml:"value"`
	}
	if err := n.Decode(&raw); err != nil {
		return err
	}
	*c = Cond{All: raw.All, Any: raw.Any, Not: raw.Not, Fact: raw.Fact, Op: raw.Op, Line: n.Line}
	switch raw.Value.Kind {
	case yaml.ScalarNode:
		c.Value = []string{raw.Value.Value}
	case yaml.SequenceNode:
		return raw.Value.Decode(&c.Value)
	}
	return nil
}

// UnmarshalYAML keeps the line of a step for messages.
func (s *Step) UnmarshalYAML(n *yaml.Node) error {
	type plain Step
	if err := n.Decode((*plain)(s)); err != nil {
		return err
	}
	s.Line = n.Line
	return nil
}

// Hash names the manual by its content (SHA-256 of its text, hex).
func (m *Manual) Hash() string { return m.hash }
