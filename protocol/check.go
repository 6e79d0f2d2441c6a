package protocol

import (
	"cmp"
	"regexp"
	"slices"

	"gopkg.in/yaml.v3"
)

// Severities. A manual with an error may not become active.
const (
	Error   = "error"
	Warning = "warning"
)

// Problem is one thing that is wrong in a manual: where (line and column count
// from 1), by which rule of Check, and what to do. Message and Hint are English;
// In gives them in the reader's language.
type Problem struct {
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Rule     string `json:"rule"`
	Severity string `json:"severity"` // Error or Warning
	Message  string `json:"message"`
	Hint     string `json:"hint"`

	message, hint Text
}

// In returns message and hint in a language (id or en).
func (p Problem) In(lang string) (message, hint string) {
	if p.message.ID == "" {
		return p.Message, p.Hint
	}
	return p.message.In(lang), p.hint.In(lang)
}

// The rules of Check. Those of Warnings leave a manual fit to run.
const (
	RuleYAML          = "yaml"                // what Parse refuses; see Problems
	RuleShape         = "shape"               // something is missing, or two things stand where one may
	RuleDuplicate     = "duplicate-id"        // two things have one id
	RuleID            = "id-shape"            // an id that is not letters, digits, - and _
	RuleReference     = "unknown-reference"   // it points to what is not there
	RuleValue         = "unknown-value"       // a word that the language or the fact does not list
	RuleUnreachable   = "unreachable-step"    // a step that can never begin
	RuleLoop          = "endless-loop"        // a way that never comes to an end
	RuleClock         = "contradictory-clock" // a deadline that cannot be as it is written
	RuleLaw           = "law-without-date"    // a law cited without date or certainty
	RuleDuty          = "duty-without-source" // a duty that rests on no law with a source
	RuleTerm          = "forbidden-term"      // a word that blames a child
	RuleGate          = "closed-gate"         // a gate that can never open
	RuleLock          = "open-lock"           // an action that the engine can lock and no guard locks
	RuleAnchor        = "anchor-is-event"     // an anchor that hides an event of its name
	RuleField         = "field"               // a field of a form that cannot be filled as it is written
	RuleKey           = "unknown-key"         // warning: a key that the language does not know
	RuleBuiltIn       = "built-in-redefined"  // warning: an anchor that the language knows means something else
	RuleTranslation   = "missing-translation" // warning
	RuleFactUnasked   = "fact-never-asked"    // warning: no condition asks for it
	RuleSilent        = "silent-duty"         // warning: a duty waits for a fact that nothing asks for
	RuleKept          = "nobody-keeps"        // warning: a guard that locks nothing and does not say who keeps it
	RuleConsentUnheld = "consent-not-asked"   // warning: a gate waits for a consent that no step asks for
)

// checking collects problems; at is where it looks.
type checking struct {
	m     *Manual
	out   []Problem
	ids   map[string]map[string]bool // part → its ids
	tries int

	ways     *ways
	idle     map[string]bool // steps that never begin
	backward map[string]bool // steps whose clock counts from what comes after them
	events   map[string]bool // what occurs
	consents map[string]bool // what some step names
	spans    map[Span]*[14]int64
	pairs    int
}

// mostTries bounds the comparisons by which Check looks whether conditions can hold.
const mostTries = 500_000

// mostProblems ends a check of what is wrong all through.
const mostProblems = 1000

func (c *checking) full() bool { return len(c.out) >= mostProblems }

// place is a node of the text, or the nearest above it that there is.
type place struct{ *yaml.Node }

// to goes down keys (string) and places in lists (int).
func (p place) to(path ...any) place {
	for _, step := range path {
		var next *yaml.Node
		switch s := step.(type) {
		case string:
			next = child(p.Node, s)
		case int:
			if p.Node != nil && p.Kind == yaml.SequenceNode && s < len(p.Content) {
				next = p.Content[s]
			}
		}
		if next == nil {
			return p
		}
		p = place{next}
	}
	return p
}

func (c *checking) root() place { return place{c.m.root} }

func (c *checking) say(at place, rule, severity string, message, hint Text) {
	if c.full() {
		return
	}
	p := Problem{Line: 1, Column: 1, Rule: rule, Severity: severity, Message: message.EN, Hint: hint.EN, message: message, hint: hint}
	if at.Node != nil {
		p.Line, p.Column = at.Line, at.Column
	}
	c.out = append(c.out, p)
}

func (c *checking) wrong(at place, rule string, message, hint Text) {
	c.say(at, rule, Error, message, hint)
}

func (c *checking) warn(at place, rule string, message, hint Text) {
	c.say(at, rule, Warning, message, hint)
}

// Check returns every problem of a manual at once (the first 1,000), errors before
// warnings, each by line.
func Check(m *Manual) []Problem {
	c := &checking{m: m, ids: map[string]map[string]bool{}, ways: waysOf(m), idle: map[string]bool{}, backward: map[string]bool{}, spans: map[Span]*[14]int64{}}
	c.header()
	c.facts()
	c.words()
	c.forms()
	c.guards()
	for i, s := range m.Steps {
		c.step(c.root().to("steps", i), s)
	}
	c.duplicates()
	c.reachable()
	c.clocks()
	c.loops()
	c.gates()
	c.unasked()
	c.silent()
	c.texts()
	c.keys()
	slices.SortStableFunc(c.out, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) // "error" < "warning"
	})
	return c.out
}

func (c *checking) header() {
	if c.m.Schema != "" && c.m.Schema != "handling-protocol/v1" {
		c.wrong(c.root().to("schema"), RuleValue, both("bahasa manual %q tidak dikenal", "the language %q is not known", c.m.Schema), same("handling-protocol/v1"))
	}
	if len(c.m.Steps) == 0 {
		c.wrong(c.root(), RuleShape, Text{"manual tidak memiliki langkah", "the manual has no steps"}, Text{"tulis paling sedikit satu langkah di bawah steps:", "list at least one step under steps:"})
	}
	c.listed(c.root().to("protocol", "status"), c.m.Protocol.Status, "", "draft", "reviewed", "active")
	if f := c.m.Protocol.ConsentForm; f != "" {
		c.refers(c.root().to("protocol", "consent_form"), "forms", f)
	}
}

// duplicates finds ids that stand twice or are empty.
func (c *checking) duplicates() {
	unique := func(at place, n int, id func(int) string) {
		seen := map[string]bool{}
		for i := range n {
			switch name := id(i); {
			case name == "":
				c.wrong(at.to(i), RuleShape, Text{"id belum diisi", "there is no id"}, Text{"beri id sendiri", "give it an id of its own"})
			case seen[name]:
				c.wrong(at.to(i, "id"), RuleDuplicate, both("id %q dipakai dua kali", "id %q is used twice", name), Text{"beri id sendiri", "give it an id of its own"})
			default:
				seen[name] = true
			}
		}
	}
	for _, part := range []string{"facts", "roles", "consents", "forms", "stages", "steps", "guards"} {
		c.shaped(part)
	}
	unique(c.root().to("steps"), len(c.m.Steps), func(i int) string { return c.m.Steps[i].ID })
	unique(c.root().to("stages"), len(c.m.Stages), func(i int) string { return c.m.Stages[i].ID })
	unique(c.root().to("global_guards"), len(c.m.Guards), func(i int) string { return c.m.Guards[i].ID })
	for id, f := range c.m.Forms {
		fields := c.root().to("forms", id, "fields")
		unique(fields, len(f.Fields), func(i int) string { return f.Fields[i].ID })
		for i, d := range f.Fields {
			unique(fields.to(i, "choices"), len(d.Choices), func(k int) string { return d.Choices[k].ID })
		}
	}
}

// idShape is what an id looks like: it stands in addresses, in the names of inputs
// and in the margins of the book.
var idShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)

// shaped holds the ids of a part to that.
func (c *checking) shaped(part string) {
	key := part
	if part == "guards" {
		key = "global_guards"
	}
	for i, id := range c.m.idsOf(part) {
		if id == "" || idShape.MatchString(id) {
			continue
		}
		at := c.root().to(key, i, "id")
		if n := child(c.m.root, key); n != nil && n.Kind == yaml.MappingNode {
			for k := 0; k+1 < len(n.Content); k += 2 {
				if n.Content[k].Value == id {
					at = place{n.Content[k]}
				}
			}
		}
		c.wrong(at, RuleID, both("id %.60q tidak dapat dipakai", "id %.60q cannot be used", id), Text{"huruf a–z, angka, - dan _, paling banyak 40", "letters a–z, digits, - and _, at most 40"})
	}
}

// listed holds a word to those of the language.
func (c *checking) listed(at place, word string, list ...string) {
	if !c.full() && !slices.Contains(list, word) {
		list = slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == "" })
		c.wrong(at, RuleValue, both("%q tidak dikenal di sini", "%q is not known here", word), oneOf(list, word))
	}
}

// refers holds an id to those of a part of the manual.
func (c *checking) refers(at place, part, id string) bool {
	if c.ids[part] == nil {
		c.ids[part] = setOf(c.m.idsOf(part))
	}
	if c.ids[part][id] {
		return true
	}
	if !c.full() {
		c.wrong(at, RuleReference, both("%q tidak ada di %s:", "%q is not under %s:", id, part), oneOf(c.m.idsOf(part), id))
	}
	return false
}

func (c *checking) each(at place, part string, list []string) {
	for i, id := range list {
		c.refers(at.to(i), part, id)
	}
}

func setOf(list []string) map[string]bool {
	out := make(map[string]bool, len(list))
	for _, s := range list {
		out[s] = true
	}
	return out
}

// idsOf lists what stands under a key of the manual.
func (m *Manual) idsOf(part string) (out []string) {
	switch part {
	case "facts":
		return keysOf(m.Facts)
	case "roles":
		return keysOf(m.Roles)
	case "forms":
		return keysOf(m.Forms)
	case "consents":
		return keysOf(m.Consents)
	case "sources":
		return keysOf(m.Sources)
	case "stages":
		for _, s := range m.Stages {
			out = append(out, s.ID)
		}
	case "guards":
		for _, g := range m.Guards {
			out = append(out, g.ID)
		}
	case "steps":
		for _, s := range m.Steps {
			out = append(out, s.ID)
		}
	}
	return out
}

// The words of the language, in the order in which people are asked for them.
var (
	Units       = []string{"minute", "hour", "calendar_day", "working_day"}
	Bases       = []string{"law", "service_standard", "guideline", "project_default"}
	Certainties = []string{"text", "secondary", "unverified"}
	Bindings    = []string{"duty", "power", "target"}
	Overdues    = []string{"remind_actor", "notify_supervisor", "notify_manager", "open_escalation"}
	FieldTypes  = []string{FieldText, FieldLong, FieldChoice, FieldChoices, FieldNumber, FieldDate, FieldTime, FieldYesNo, FieldPerson, FieldInstitution}
)

var (
	sensitivities = []string{"", "public", "internal", "case", "restricted"}
	operators     = []string{"eq", "ne", "in", "not_in"}
)
