package protocol

import (
	"slices"
	"strings"
)

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

// Anchor says what the name that a deadline counts from means, where it is no
// event: the completion of a step, the change of a fact, or the moment since
// when all of the named consents that were decided stand. One is set.
type Anchor struct {
	StepDone   string   `yaml:"step_done,omitempty"`
	FactChange string   `yaml:"fact_change,omitempty"`
	Consents   []string `yaml:"consents,omitempty"`
}

// anchors are those of every manual that does not say otherwise.
var anchors = map[string]Anchor{
	"plan_agreed":      {StepDone: "D4"},
	"conference_held":  {StepDone: "D3"},
	"lpsk_application": {StepDone: "E3"},
	"risk_set":         {FactChange: "risk"},
	"danger_known":     {FactChange: "immediate_danger"},
	"conflict_known":   {FactChange: "guardian_conflict"},
	"missing_known":    {FactChange: "child_missing"},
	"release_known":    {FactChange: "retaliation"},
	"refusal_recorded": {FactChange: "child_assents"},
	"consent_decided":  {Consents: []string{"C-ASSENT", "C-GUARDIAN"}},
}

// Anchors whose time is that of the firing itself: the last review of a
// recurring step, the visit of a scheduled one.
const (
	LastReview     = "last_review"
	ScheduledVisit = "scheduled_visit"
)

// before begins the anchors that are counted back from.
const before = "before_"

// anchor returns what a name means where it is no event.
func (m *Manual) anchor(name string) (Anchor, bool) {
	if a, ok := m.Anchors[name]; ok {
		return a, true
	}
	a, ok := anchors[name]
	if s := m.heir[a.StepDone]; s != nil && m.step[a.StepDone] == nil {
		a.StepDone = s.ID
	}
	return a, ok
}

// isEvent tells whether an anchor is something that occurs.
func (m *Manual) isEvent(name string) bool {
	_, other := m.anchor(name)
	return name != "" && !other && name != LastReview && name != ScheduledVisit && !strings.HasPrefix(name, before)
}

// Actions that guards may forbid.
const (
	ContactGuardian = "contact_guardian"
	Mediate         = "mediate"
	UploadMedia     = "upload_media"
	RecordOffender  = "record_child_as_offender"
	ContactSuspect  = "contact_suspect"
)

// Actions lists them.
var Actions = []string{ContactGuardian, Mediate, UploadMedia, RecordOffender, ContactSuspect}

// guards say what the guards of these names lock in every manual that does not
// say otherwise.
var guards = map[string]Guard{
	"G-WALI":             {Forbids: []string{ContactGuardian}, Unless: &Cond{Fact: "guardian_conflict", Op: "eq", Value: []string{"no"}}},
	"G-NOMEDIATE":        {Forbids: []string{Mediate}, Unless: &Cond{Fact: "case_type", Op: "eq", Value: []string{"other"}}},
	"G-NOIMAGE":          {Forbids: []string{UploadMedia}},
	"G-VICTIM":           {Forbids: []string{RecordOffender}},
	"G-NOCONTACTSUSPECT": {Forbids: []string{ContactSuspect}},
}

// locks returns what a guard forbids and unless what. A guard that does not say
// what it forbids has the lock of its name; an unless of its own takes the place of
// that lock's.
func (g Guard) locks() (forbids []string, unless *Cond) {
	if len(g.Forbids) > 0 {
		return g.Forbids, g.Unless
	}
	own := guards[g.ID]
	if g.Unless != nil {
		own.Unless = g.Unless
	}
	return own.Forbids, own.Unless
}

// locksOf says, in the order of the guards, which of them lock an action and
// unless what.
func (m *Manual) locksOf(action string) (out []Text) {
	for _, g := range m.Guards {
		forbids, unless := g.locks()
		switch {
		case !slices.Contains(forbids, action):
		default:
			out = append(out, both("%s, %s", "%s, %s", g.ID, m.shutText(g, unless)))
		}
	}
	return out
}

// shutText says when a guard's lock is shut.
func (m *Manual) shutText(g Guard, unless *Cond) Text {
	var list []Text
	if len(g.RequiresForms) > 0 {
		list = append(list, both("sampai ada %s", "until there is %s", joined(texts(g.RequiresForms, m.FormText), ", ", ", ")))
	}
	if unless != nil {
		list = append(list, both("kecuali %s", "unless %s", m.CondText(*unless)))
	}
	if len(list) == 0 {
		return Text{"selalu", "always"}
	}
	return joined(list, "; ", "; ")
}

// GuardLines says what a guard does and who keeps the rest of it: one line or more.
func (m *Manual) GuardLines(g Guard) (out []Text) {
	if forbids, unless := g.locks(); len(forbids) > 0 {
		out = append(out, both("mengunci %s: %s", "locks %s: %s", joined(texts(forbids, Label), ", ", ", "), m.shutText(g, unless)))
	}
	if g.While != nil && len(g.Opens) > 0 {
		out = append(out, both("langkah %s tidak menunggu persetujuan atau formulir selama %s", "steps %s wait for no consent and no form while %s", joined(texts(g.Opens, m.StepText), ", ", ", "), m.CondText(*g.While)))
	}
	if g.KeptBy != (Text{}) {
		out = append(out, both("dijaga oleh: %s", "kept by: %s", g.KeptBy))
	}
	if len(out) == 0 {
		out = []Text{{"dijaga oleh orang yang bekerja, bukan oleh mesin", "kept by the people at work, not by the engine"}}
	}
	return out
}

// gatesOf says what a step waits for before it may be called done, and what opens
// the gate instead.
func (m *Manual) gatesOf(s *Step) (out []Text) {
	for _, id := range s.Consent {
		if m.asks(s) {
			break
		}
		line := m.consentWithID(id)
		if or := m.Consents[id].OrStep; or != "" {
			line = both("%s atau langkah %s", "%s or step %s", line, or)
		}
		if s.ConsentUnless != nil {
			line = both("%s, kecuali %s", "%s, unless %s", line, m.CondText(*s.ConsentUnless))
		}
		out = append(out, line)
	}
	out = append(out, texts(s.RequiresForms, m.FormText)...)
	for i := range out {
		for _, g := range m.Guards {
			if g.While != nil && slices.Contains(g.Opens, s.ID) {
				out[i] = both("%s, kecuali %s (%s)", "%s, unless %s (%s)", out[i], m.CondText(*g.While), g.ID)
			}
		}
	}
	return out
}

// Step returns a step by id, or nil.
func (m *Manual) Step(id string) *Step { return m.step[id] }

// StepNow returns the step of an id, or the one that replaces it; nil where there is
// neither. What was noted of the old one counts for it.
func (m *Manual) StepNow(id string) *Step {
	if s := m.step[id]; s != nil {
		return s
	}
	return m.heir[id]
}

// before returns what a step is called in an older manual: the same, or what it
// replaces; "" where that has neither.
func (s *Step) before(old, new *Manual) string {
	if old.Step(s.ID) != nil {
		return s.ID
	}
	for _, id := range s.Replaces {
		if old.Step(id) != nil && new.StepNow(id) == s {
			return id
		}
	}
	return ""
}

// Events returns the names of events that the manual waits for or counts from, in
// the order of the steps, each once: of triggers, schedules, deadlines and
// tracked clocks. Anchors that mean a fact, a step or a consent are none.
func (m *Manual) Events() (out []string) {
	seen := map[string]bool{}
	add := func(name string) {
		if m.isEvent(name) && !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	for _, s := range m.Steps {
		s.Trigger.walk(func(t Trigger) {
			add(t.Event)
			if t.Schedule != nil {
				add(t.Schedule.Anchor)
			}
			if t.Recurring != nil {
				add(t.Recurring.Until)
			}
		})
		add(s.Deadline.Anchor)
		for _, t := range s.Track {
			add(t.Anchor)
		}
	}
	return out
}

// occurring tells the names of what occurs: by itself, because a trigger waits for
// it, or as a fact that becomes true.
func (m *Manual) occurring() map[string]bool {
	out := map[string]bool{}
	for _, name := range System {
		out[name] = true
	}
	for _, s := range m.Steps {
		s.Trigger.walk(func(t Trigger) {
			out[t.Event] = true
			if t.Schedule != nil {
				out[t.Schedule.Anchor] = true
			}
			if t.Recurring != nil {
				out[t.Recurring.Until] = true
			}
		})
	}
	for id, f := range m.Facts {
		out[id] = out[id] || f.Type == "bool"
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

func (s *Step) ahead() bool { return strings.HasPrefix(s.Deadline.Anchor, before) }

// walk visits a trigger and those inside it.
func (t Trigger) walk(visit func(Trigger)) {
	visit(t)
	for _, sub := range t.Any {
		sub.walk(visit)
	}
}

func (t Trigger) waits(event string) (found bool) {
	t.walk(func(o Trigger) { found = found || o.Event == event })
	return found
}

func (t Trigger) changes(fact string) (found bool) {
	t.walk(func(o Trigger) { found = found || o.FactChange == fact })
	return found
}

// asks tells whether a step is the one that asks for consents: it does not wait
// for them.
func (m *Manual) asks(s *Step) bool {
	form := m.Protocol.ConsentForm
	if form == "" {
		form = "F-07"
	}
	return slices.Contains(s.Outputs, form)
}

// index prepares what is looked up again and again.
func (m *Manual) index() {
	m.step = make(map[string]*Step, len(m.Steps))
	m.heir = map[string]*Step{}
	for _, s := range m.Steps {
		m.step[s.ID] = s
	}
	for _, s := range m.Steps {
		for _, id := range s.Replaces {
			if m.heir[id] == nil {
				m.heir[id] = s
			}
		}
	}
}
