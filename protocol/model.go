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
	Schema   string             `yaml:"schema,omitempty"`
	Protocol Header             `yaml:"protocol,omitempty"`
	Vocab    map[string]any     `yaml:"vocab,omitempty"` // words explained to readers of the file; the engine does not read them
	Facts    map[string]Fact    `yaml:"facts,omitempty"`
	Roles    map[string]Role    `yaml:"roles,omitempty"`
	Consents map[string]Consent `yaml:"consents,omitempty"`
	Forms    map[string]Form    `yaml:"forms,omitempty"`
	Happens  map[string]Text    `yaml:"events,omitempty"`  // what each event is called
	Anchors  map[string]Anchor  `yaml:"anchors,omitempty"` // what deadlines count from, where it is no event; see Anchor
	Guards   []Guard            `yaml:"global_guards,omitempty"`
	Stages   []Stage            `yaml:"stages,omitempty"`
	Steps    []*Step            `yaml:"steps,omitempty"`
	Sources  map[string]Source  `yaml:"sources,omitempty"`

	hash string
	root *yaml.Node // the text as read, for the places of Check's problems
	step map[string]*Step
	heir map[string]*Step // by what steps were called in earlier versions
}

// Header says what the manual is. ConsentForm is the form on which consents are
// written: a step that brings it out asks for its consents and does not wait for
// them (F-07 where the manual says nothing).
type Header struct {
	ID              string            `yaml:"id,omitempty"`
	Title           Text              `yaml:"title,omitempty"` // what the manual is called; "" for the common name
	Version         string            `yaml:"version,omitempty"`
	Note            Text              `yaml:"note,omitempty"`   // what this version is or changes, for its readers
	Status          string            `yaml:"status,omitempty"` // draft, reviewed or active
	Languages       []string          `yaml:"language,omitempty"`
	Jurisdiction    map[string]string `yaml:"jurisdiction,omitempty"`
	EffectiveFrom   string            `yaml:"effective_from,omitempty"` // 2006-01-02
	ReviewEvery     int               `yaml:"review_every_months,omitempty"`
	HolidayCalendar string            `yaml:"holiday_calendar,omitempty"`
	Timezone        string            `yaml:"timezone,omitempty"`
	ConsentForm     string            `yaml:"consent_form,omitempty"`
}

// Fact is a typed fact that conditions may ask for. Type is bool or enum.
type Fact struct {
	Type      string          `yaml:"type,omitempty"`
	Label     Text            `yaml:"label,omitempty"`
	Values    []string        `yaml:"values,omitempty"`
	Labels    map[string]Text `yaml:"labels,omitempty"` // what each value is called; yes and no need none
	UnknownAs string          `yaml:"unknown_as,omitempty"`
	Line      int             `yaml:"-"`
}

// Role is who acts. External roles are only tracked.
type Role struct {
	ID       string `yaml:"id,omitempty"`
	EN       string `yaml:"en,omitempty"`
	External bool   `yaml:"external,omitempty"`
}

// Name returns the role's name in a language.
func (r Role) Name(lang string) string { return Text{r.ID, r.EN}.In(lang) }

// Consent is something that must be given before certain steps. OrStep names a
// step whose completion stands in for it.
type Consent struct {
	ID       string `yaml:"id,omitempty"`
	EN       string `yaml:"en,omitempty"`
	Evidence Text   `yaml:"evidence,omitempty"`
	OrStep   string `yaml:"or_step,omitempty"`
}

// Guard is a rule that holds on every step. Forbids names the actions that it
// locks: until the forms of RequiresForms are there, and Unless its condition
// holds; always where it says neither. Opens names the steps that wait for no
// consent and no form While its condition holds. What no action of the engine
// stands for is KeptBy somebody: it says who.
type Guard struct {
	ID      string   `yaml:"id,omitempty"`
	Rule    Text     `yaml:"rule,omitempty"`
	Refs    []string `yaml:"refs,omitempty"`
	Forbids []string `yaml:"forbids,omitempty"`
	Unless  *Cond    `yaml:"unless,omitempty"`

	RequiresForms []string `yaml:"requires_forms,omitempty"`
	Opens         []string `yaml:"opens,omitempty"`
	While         *Cond    `yaml:"while,omitempty"`
	KeptBy        Text     `yaml:"kept_by,omitempty"`
}

// Stage is a part of the manual.
type Stage struct {
	ID    string `yaml:"id,omitempty"`
	Title Text   `yaml:"title,omitempty"`
}

// Source is where a fact of law or practice was read.
type Source struct {
	Title     string `yaml:"title,omitempty"`
	EN        string `yaml:"en,omitempty"` // the title in the second language
	URL       string `yaml:"url,omitempty"`
	Date      string `yaml:"date,omitempty"` // of the law or the page; a year in Title serves
	Certainty string `yaml:"certainty,omitempty"`
}

// Name returns the source's title in a language.
func (s Source) Name(lang string) string { return Text{s.Title, s.EN}.In(lang) }

// Step is one thing to do.
type Step struct {
	ID            string         `yaml:"id,omitempty"`
	Replaces      IDs            `yaml:"replaces,omitempty"` // what this same step was called in earlier versions
	Stage         string         `yaml:"stage,omitempty"`
	Title         Text           `yaml:"title,omitempty"`
	Actor         string         `yaml:"actor,omitempty"`
	Support       []string       `yaml:"support,omitempty"`
	When          *Cond          `yaml:"when,omitempty"`
	Trigger       Trigger        `yaml:"trigger,omitempty"`
	Deadline      Deadline       `yaml:"deadline,omitempty"`
	DeadlineWhen  []DeadlineWhen `yaml:"deadline_when,omitempty"`
	Track         []Track        `yaml:"track,omitempty"`
	Consent       []string       `yaml:"consent,omitempty"`
	ConsentUnless *Cond          `yaml:"consent_unless,omitempty"` // while it holds, the step waits for no consent: life first
	RequiresForms []string       `yaml:"requires_forms,omitempty"`
	ReviewBefore  []string       `yaml:"review_before,omitempty"`
	Do            []Text         `yaml:"do,omitempty"`
	Forbid        []Text         `yaml:"forbid,omitempty"`
	Decide        []Decide       `yaml:"decide,omitempty"`
	Outputs       []string       `yaml:"outputs,omitempty"`
	OnOverdue     []string       `yaml:"on_overdue,omitempty"`
	Sensitivity   string         `yaml:"sensitivity,omitempty"`
	Require       []Text         `yaml:"require,omitempty"` // what must be so before it is called done; read by people
	Ladder        []Rung         `yaml:"ladder,omitempty"`
	Next          []string       `yaml:"next,omitempty"`
	Refs          []string       `yaml:"refs,omitempty"`

	Line int `yaml:"-"`
}

// IDs are written as a list, or one as a word.
type IDs []string

// UnmarshalYAML reads both forms.
func (l *IDs) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode && n.ShortTag() != "!!null" {
		*l = IDs{n.Value}
		return nil
	}
	return n.Decode((*[]string)(l))
}

// Rung is one level of an escalation: to whom, and how long an answer is waited
// for before the next (nil: it is the last).
type Rung struct {
	Level     int    `yaml:"level,omitempty"`
	To        Text   `yaml:"to,omitempty"`
	Wait      *Span  `yaml:"wait,omitempty"`
	Basis     string `yaml:"basis,omitempty"`
	Certainty string `yaml:"certainty,omitempty"`
	Note      Text   `yaml:"note,omitempty"`
}

// Span is a length of time: Value of Unit (minute, hour, calendar_day or
// working_day).
type Span struct {
	Value int    `yaml:"value"`
	Unit  string `yaml:"unit,omitempty"`
}

// Trigger is what makes a step begin; exactly one field is set.
type Trigger struct {
	Event      string     `yaml:"event,omitempty"`
	StepDone   string     `yaml:"step_done,omitempty"`
	FactChange string     `yaml:"fact_change,omitempty"`
	Any        []Trigger  `yaml:"any,omitempty"`
	Recurring  *Recurring `yaml:"recurring,omitempty"`
	Schedule   *Schedule  `yaml:"schedule,omitempty"`
}

// Recurring repeats a step from the opening of the case until an event.
type Recurring struct {
	Every int    `yaml:"every"`
	Unit  string `yaml:"unit,omitempty"`
	Until string `yaml:"until,omitempty"`
}

// Schedule asks for a step again and again after an anchor.
type Schedule struct {
	Anchor  string `yaml:"anchor,omitempty"`
	Offsets []int  `yaml:"offsets,omitempty"`
	Unit    string `yaml:"unit,omitempty"`
}

// Name returns what is consented to, in a language.
func (c Consent) Name(lang string) string { return Text{c.ID, c.EN}.In(lang) }

// Deadline is by when, and on whose authority. Basis is law, service_standard,
// guideline or project_default; certainty text, secondary or unverified;
// binding duty, power or target.
type Deadline struct {
	Value     int    `yaml:"value"`
	Unit      string `yaml:"unit,omitempty"`
	Anchor    string `yaml:"anchor,omitempty"`
	Basis     string `yaml:"basis,omitempty"`
	Certainty string `yaml:"certainty,omitempty"`
	Binding   string `yaml:"binding,omitempty"`
	Note      Text   `yaml:"note,omitempty"`
}

// DeadlineWhen replaces the deadline's value where its condition holds; the
// first that holds counts.
type DeadlineWhen struct {
	If        Cond   `yaml:"if,omitempty"`
	Value     int    `yaml:"value"`
	Unit      string `yaml:"unit,omitempty"`
	Basis     string `yaml:"basis,omitempty"`
	Certainty string `yaml:"certainty,omitempty"`
}

// Track is a clock that another agency owns.
type Track struct {
	What      Text     `yaml:"what,omitempty"`
	Value     int      `yaml:"value"`
	Unit      string   `yaml:"unit,omitempty"`
	Anchor    string   `yaml:"anchor,omitempty"`
	Basis     string   `yaml:"basis,omitempty"`
	Certainty string   `yaml:"certainty,omitempty"`
	Binding   string   `yaml:"binding,omitempty"`
	Refs      []string `yaml:"refs,omitempty"`
}

// Decide says where the way goes on; kept for readers of the book.
type Decide struct {
	If   *Cond  `yaml:"if,omitempty"`
	Then string `yaml:"then,omitempty"`
	Else string `yaml:"else,omitempty"`
}

// Cond is a condition over facts: all, any or not of conditions, or one
// comparison (eq, ne, in, not_in).
type Cond struct {
	All   []Cond   `yaml:"all,omitempty"`
	Any   []Cond   `yaml:"any,omitempty"`
	Not   *Cond    `yaml:"not,omitempty"`
	Fact  string   `yaml:"fact,omitempty"`
	Op    string   `yaml:"op,omitempty"`
	Value []string `yaml:"value,omitempty"`
	Line  int      `yaml:"-"`
}

// Unplaced returns a condition without the lines it stands on, to compare what it says.
func (c *Cond) Unplaced() *Cond {
	if c == nil {
		return nil
	}
	out := Cond{Not: c.Not.Unplaced(), Fact: c.Fact, Op: c.Op, Value: c.Value}
	for _, s := range c.All {
		out.All = append(out.All, *s.Unplaced())
	}
	for _, s := range c.Any {
		out.Any = append(out.Any, *s.Unplaced())
	}
	return &out
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
		All   []Cond    `yaml:"all,omitempty"`
		Any   []Cond    `yaml:"any,omitempty"`
		Not   *Cond     `yaml:"not,omitempty"`
		Fact  string    `yaml:"fact,omitempty"`
		Op    string    `yaml:"op,omitempty"`
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
