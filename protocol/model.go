package protocol

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// MaxManual bounds the size of a manual, in bytes.
const MaxManual = 2 << 20

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
	Facts    map[string]Fact    `yaml:"facts"`
	Roles    map[string]Role    `yaml:"roles"`
	Consents map[string]Consent `yaml:"consents"`
	Forms    map[string]Form    `yaml:"forms"`
	Happens  map[string]Text    `yaml:"events"` // what each event is called
	Guards   []Guard            `yaml:"global_guards"`
	Stages   []Stage            `yaml:"stages"`
	Steps    []*Step            `yaml:"steps"`
	Sources  map[string]Source  `yaml:"sources"`

	hash string
	step map[string]*Step
}

// Header says what the manual is.
type Header struct {
	ID      string `yaml:"id"`
	Version string `yaml:"version"`
	Status  string `yaml:"status"`
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

// Guard is a rule that holds on every step.
type Guard struct {
	ID   string   `yaml:"id"`
	Rule Text     `yaml:"rule"`
	Refs []string `yaml:"refs"`
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
	Next          []string       `yaml:"next"`
	Refs          []string       `yaml:"refs"`

	Line int `yaml:"-"`
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

// Parse reads a manual. It fails on what is not YAML of this shape; what is
// wrong in content is Check's to say.
func Parse(r io.Reader) (*Manual, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxManual+1))
	if err != nil {
		return nil, fmt.Errorf("protocol: %w", err)
	}
	if len(text) > MaxManual {
		return nil, errors.New("protocol: a manual has at most 2 MiB")
	}
	m := &Manual{}
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(m); err != nil {
		return nil, fmt.Errorf("protocol: %w", err)
	}
	h := sha256.Sum256(text)
	m.hash = hex.EncodeToString(h[:])
	m.step = make(map[string]*Step, len(m.Steps))
	for i, s := range m.Steps {
		if s == nil {
			return nil, fmt.Errorf("protocol: step %d is empty", i+1)
		}
		m.step[s.ID] = s
	}
	return m, nil
}

// Hash names the manual by its content (SHA-256 of its text, hex).
func (m *Manual) Hash() string { return m.hash }

// Events that the software notes itself, by a deed of its own; nobody records
// them by hand.
const (
	CaseOpened      = "case_opened"
	CaseClosed      = "case_closed"
	CaseReopened    = "case_reopened"
	ClosureProposed = "closure_proposed"
	IntakeReceived  = "intake_received"
	HighRisk        = "high_risk_set" // the fact risk became high
)

// System lists them.
var System = []string{CaseOpened, CaseClosed, CaseReopened, ClosureProposed, IntakeReceived, HighRisk}

// Events returns the names of events that the manual waits for or counts from, in
// the order of the steps, each once: of triggers, schedules, deadlines and
// tracked clocks. Anchors that mean a fact, a step or a consent are none.
func (m *Manual) Events() (out []string) {
	add := func(name string) {
		_, step := stepAnchors[name]
		_, fact := factAnchors[name]
		if name != "" && !step && !fact && !slices.Contains(ownAnchors, name) && !strings.HasPrefix(name, before) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	var walk func(t Trigger)
	walk = func(t Trigger) {
		add(t.Event)
		if t.Schedule != nil {
			add(t.Schedule.Anchor)
		}
		if t.Recurring != nil {
			add(t.Recurring.Until)
		}
		for _, a := range t.Any {
			walk(a)
		}
	}
	for _, s := range m.Steps {
		walk(s.Trigger)
		add(s.Deadline.Anchor)
		for _, t := range s.Track {
			add(t.Anchor)
		}
	}
	return out
}

// Recordable returns the events that people note: all but System.
func (m *Manual) Recordable() []string {
	return slices.DeleteFunc(m.Events(), func(name string) bool { return slices.Contains(System, name) })
}

// LiesAhead tells whether an event names something to come, as a hearing, whose
// day has to be said: a step that waits for it counts back from that day.
func (m *Manual) LiesAhead(event string) bool {
	return slices.ContainsFunc(m.Steps, func(s *Step) bool { return s.ahead() && s.Trigger.waits(event) })
}

// before begins the anchors that are counted back from.
const before = "before_"

func (s *Step) ahead() bool { return strings.HasPrefix(s.Deadline.Anchor, before) }

func (t Trigger) waits(event string) bool {
	return t.Event == event || slices.ContainsFunc(t.Any, func(o Trigger) bool { return o.waits(event) })
}

func (t Trigger) changes(fact string) bool {
	return t.FactChange == fact || slices.ContainsFunc(t.Any, func(o Trigger) bool { return o.changes(fact) })
}

// Step returns a step by id, or nil.
func (m *Manual) Step(id string) *Step { return m.step[id] }
