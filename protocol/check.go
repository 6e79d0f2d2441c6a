package protocol

import (
	"fmt"
	"slices"
)

// Problem is one thing that is wrong in a manual.
type Problem struct {
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Rule     string `json:"rule"`     // which rule of Check found it
	Severity string `json:"severity"` // Error or Warning
	Message  string `json:"message"`
	Hint     string `json:"hint"`
}

// Severities. A manual with an error may not become active.
const (
	Error   = "error"
	Warning = "warning"
)

type checking struct {
	m   *Manual
	out []Problem
}

func (c *checking) add(line int, severity, hint, format string, args ...any) {
	c.out = append(c.out, Problem{Line: line, Column: 1, Severity: severity, Message: fmt.Sprintf(format, args...), Hint: hint})
}

// Check returns every problem of a manual at once, errors before warnings.
func Check(m *Manual) []Problem {
	c := &checking{m: m}
	if len(m.Steps) == 0 {
		c.add(1, "error", "list at least one step under steps:", "the manual has no steps")
	}
	seen := map[string]bool{}
	for _, s := range m.Steps {
		if s.ID == "" || seen[s.ID] {
			c.add(s.Line, "error", "give every step an id of its own", "step id %q is empty or used twice", s.ID)
		}
		seen[s.ID] = true
		c.step(s)
	}
	c.reachable()
	slices.SortStableFunc(c.out, func(a, b Problem) int {
		if a.Severity != b.Severity {
			if a.Severity == "error" {
				return -1
			}
			return 1
		}
		return a.Line - b.Line
	})
	return c.out
}

func (c *checking) step(s *Step) {
	if s.Title.ID == "" {
		c.add(s.Line, "error", "write title: in the first language", "step %s has no title", s.ID)
	}
	if !slices.ContainsFunc(c.m.Stages, func(st Stage) bool { return st.ID == s.Stage }) {
		c.add(s.Line, "error", "use an id listed under stages:", "step %s stands in unknown stage %q", s.ID, s.Stage)
	}
	for _, r := range append([]string{s.Actor}, s.Support...) {
		if _, ok := c.m.Roles[r]; !ok {
			c.add(s.Line, "error", "use an id listed under roles:", "step %s names unknown role %q", s.ID, r)
		}
	}
	for _, f := range append(slices.Clone(s.Outputs), s.RequiresForms...) {
		if _, ok := c.m.Forms[f]; !ok {
			c.add(s.Line, "error", "use an id listed under forms:", "step %s names unknown form %q", s.ID, f)
		}
	}
	for _, id := range s.Consent {
		if _, ok := c.m.Consents[id]; !ok {
			c.add(s.Line, "error", "use an id listed under consents:", "step %s names unknown consent %q", s.ID, id)
		}
	}
	for _, id := range append(slices.Clone(s.Next), s.ReviewBefore...) {
		if c.m.Step(id) == nil {
			c.add(s.Line, "error", "use an id listed under steps:", "step %s points to unknown step %q", s.ID, id)
		}
	}
	for _, ref := range s.Refs {
		if _, ok := c.m.Sources[ref]; !ok {
			c.add(s.Line, "error", "list the source under sources:", "step %s cites unknown source %q", s.ID, ref)
		}
	}
	if s.When != nil {
		c.cond(s, *s.When)
	}
	for _, w := range s.DeadlineWhen {
		c.cond(s, w.If)
	}
	c.trigger(s, s.Trigger)
	c.deadline(s)
}

func (c *checking) deadline(s *Step) {
	d := s.Deadline
	if d.Unit == "" {
		return
	}
	if !slices.Contains([]string{"minute", "hour", "calendar_day", "working_day"}, d.Unit) || d.Value < 0 {
		c.add(s.Line, "error", "minute, hour, calendar_day or working_day, and no negative value", "step %s has a deadline of %d %q", s.ID, d.Value, d.Unit)
	}
	if !slices.Contains([]string{"law", "service_standard", "guideline", "project_default"}, d.Basis) {
		c.add(s.Line, "error", "law, service_standard, guideline or project_default", "step %s has a deadline without a known basis", s.ID)
	}
	if !slices.Contains([]string{"text", "secondary", "unverified"}, d.Certainty) {
		c.add(s.Line, "error", "text, secondary or unverified", "step %s has a deadline without certainty", s.ID)
	}
	if !slices.Contains([]string{"duty", "power", "target"}, d.Binding) {
		c.add(s.Line, "error", "duty, power or target", "step %s has a deadline without binding", s.ID)
	}
	if d.Binding == "duty" && (d.Basis != "law" || len(s.Refs) == 0) {
		c.add(s.Line, "error", "a duty rests on law and names its source", "step %s is called a duty without law and source", s.ID)
	}
}

func (c *checking) cond(s *Step, d Cond) {
	for _, sub := range append(slices.Clone(d.All), d.Any...) {
		c.cond(s, sub)
	}
	if d.Not != nil {
		c.cond(s, *d.Not)
	}
	if d.Fact == "" {
		return
	}
	f, ok := c.m.Facts[d.Fact]
	if !ok {
		c.add(d.Line, "error", "use a fact listed under facts:", "step %s asks for unknown fact %q", s.ID, d.Fact)
		return
	}
	if !slices.Contains([]string{"eq", "ne", "in", "not_in"}, d.Op) {
		c.add(d.Line, "error", "eq, ne, in or not_in", "step %s compares with unknown operator %q", s.ID, d.Op)
	}
	values := f.Values
	if f.Type == "bool" {
		values = []string{"true", "false"}
	}
	for _, v := range d.Value {
		if !slices.Contains(values, v) {
			c.add(d.Line, "error", "use a value listed for the fact", "step %s compares %s with unknown value %q", s.ID, d.Fact, v)
		}
	}
}

func (c *checking) trigger(s *Step, t Trigger) {
	for _, sub := range t.Any {
		c.trigger(s, sub)
	}
	if t.StepDone != "" && c.m.Step(t.StepDone) == nil {
		c.add(s.Line, "error", "use an id listed under steps:", "step %s waits for unknown step %q", s.ID, t.StepDone)
	}
	if _, ok := c.m.Facts[t.FactChange]; t.FactChange != "" && !ok {
		c.add(s.Line, "error", "use a fact listed under facts:", "step %s waits for unknown fact %q", s.ID, t.FactChange)
	}
	if t.Event == "" && t.StepDone == "" && t.FactChange == "" && t.Recurring == nil && t.Schedule == nil && len(t.Any) == 0 {
		c.add(s.Line, "error", "event, step_done, fact_change, recurring, schedule or any", "step %s has no trigger", s.ID)
	}
}

// reachable finds steps that wait only for each other.
func (c *checking) reachable() {
	live := map[string]bool{}
	for range c.m.Steps {
		for _, s := range c.m.Steps {
			live[s.ID] = live[s.ID] || c.begins(s.Trigger, live)
		}
	}
	for _, s := range c.m.Steps {
		if !live[s.ID] {
			c.add(s.Line, "error", "let one of them begin by an event or a fact", "step %s can never begin: it waits for steps that wait for it", s.ID)
		}
	}
}

func (c *checking) begins(t Trigger, live map[string]bool) bool {
	if len(t.Any) > 0 {
		return slices.ContainsFunc(t.Any, func(o Trigger) bool { return c.begins(o, live) })
	}
	return live[t.StepDone] || t.Event != "" || t.FactChange != "" || t.Recurring != nil || t.Schedule != nil
}
