package protocol

import (
	"slices"
	"time"
)

// State is where a step stands in a case.
type State string

// The states of a task.
const (
	NotYet        State = "not_yet"        // its trigger has not come
	Due           State = "due"            // to be done, in time
	Overdue       State = "overdue"        // to be done, late
	Blocked       State = "blocked"        // to be done, but a gate is closed
	Done          State = "done"           // done
	Skipped       State = "skipped"        // left out, with a reason
	NotApplicable State = "not_applicable" // its condition does not hold (any more)
)

// Open tells whether somebody has to do something.
func (s State) Open() bool { return s == Due || s == Overdue || s == Blocked }

// Why is one reason behind a task's state: the rule of the manual and what it
// found, by names that a page puts in words.
type Why struct {
	Rule  string    `json:"rule"`           // trigger, when, gate, deadline, calendar
	Kind  string    `json:"kind,omitempty"` // what Name names: event, step, fact, consent, form; or recurring, schedule
	Name  string    `json:"name,omitempty"`
	At    time.Time `json:"at,omitzero"`     // trigger: when it came, zero where it has not; deadline: from when it counts
	Value int       `json:"value,omitempty"` // deadline, recurring: how many of Unit; calendar: the year
	Unit  string    `json:"unit,omitempty"`
	Known bool      `json:"known,omitempty"` // deadline: the time of Name was noted; else it counts from when the step began
	Ahead bool      `json:"ahead,omitempty"` // deadline: before Name, not after it
	Holds bool      `json:"holds,omitempty"` // when: the condition holds
	Facts []Found   `json:"facts,omitempty"` // when, deadline: the facts that were asked for
}

// Found is a fact as a condition found it. Assumed: nobody knows, and the manual
// says what that counts as.
type Found struct {
	Fact, Value string
	Assumed     bool
}

// Task is a step of the manual in a case.
type Task struct {
	Step      *Step
	State     State
	Since     time.Time // when its trigger came; zero before
	Due       time.Time // zero where it has no clock yet
	Next      time.Time // by when the next visit of a schedule is due, before its time has come
	At        time.Time // when it was done or skipped
	By        string
	Reason    string // of a skip
	Ours      bool
	Binding   string
	Basis     string
	Certainty string
	Missing   []string // consents and forms that close the gate, in every unfinished state
	Why       []Why
	Uncertain bool // a calendar year on the way has no list of holidays
	Reopened  bool
}

// Clock is a deadline of another agency that we track.
type Clock struct {
	Step    *Step
	Track   Track
	From    time.Time
	Due     time.Time
	Late    bool // never for a power: an unused power is not late
	Running bool
}

// Evaluation is the answer of the engine.
type Evaluation struct {
	Manual *Manual
	Now    time.Time
	Tasks  []Task
	Clocks []Clock
	course *course
	closed bool
}

// Evaluate computes every task and clock of a case from its events.
func Evaluate(m *Manual, events []Event, now time.Time, cal *Calendar) Evaluation {
	c := read(m, events, now, cal)
	e := Evaluation{Manual: m, Now: now, course: c, Tasks: make([]Task, 0, len(m.Steps))}
	_, e.closed = c.happened[CaseClosed]
	for _, s := range m.Steps {
		e.Tasks = append(e.Tasks, c.task(s))
		for _, t := range s.Track {
			e.Clocks = append(e.Clocks, c.clock(s, t))
		}
	}
	return e
}

func (c *course) task(s *Step) Task {
	role := c.m.Roles[s.Actor]
	t := Task{Step: s, Ours: !role.External, State: NotYet, Binding: s.Deadline.Binding, Basis: s.Deadline.Basis, Certainty: s.Deadline.Certainty}
	f, asked := c.asked(s, s.Trigger)
	if !asked {
		t.Next = c.nextVisit(s)
	}
	if last, ended := c.last(s.ID); ended && (!asked || onlySteps(s.Trigger)) {
		t.State, t.At, t.By, t.Why = Done, last.At, last.By, c.causes(s.Trigger)
		if last.Kind == StepSkipped {
			t.State, t.Reason = Skipped, last.Value
		}
		return t
	}
	t.Missing = c.missing(s)
	if !asked {
		t.Why = append(c.causes(s.Trigger), c.gates(t.Missing)...)
		return t
	}
	t.Reopened, t.Since, t.Why = c.completed(s.ID), f.since, []Why{f.why}
	if s.When != nil {
		holds := c.holds(*s.When, c.facts)
		t.Why = append(t.Why, Why{Rule: "when", Holds: holds, Facts: c.found(*s.When)})
		if !holds {
			t.State = NotApplicable
			return t
		}
		t.Since = c.heldFrom(*s.When, f)
	}
	c.due(&t, f)
	t.State = Due
	if !t.Due.IsZero() && c.now.After(t.Due) && t.Binding != "power" {
		t.State = Overdue
	}
	if len(t.Missing) > 0 && t.State == Due {
		t.State = Blocked
	}
	t.Why = append(t.Why, c.gates(t.Missing)...)
	return t
}

// firing is a trigger that came and that no completion has answered.
type firing struct {
	n      int       // its place in the course
	since  time.Time // from when the step is asked for
	of     time.Time // the time of what it is about: a hearing's, a visit's
	stated bool      // somebody said that time
	why    Why
}

// asked returns the firing that asks for a step now: of all that nobody answered
// the earliest, so that what is noted again moves no clock. A completion or skip
// answers everything noted before it, but of visits and hearings: see visits, ahead.
func (c *course) asked(s *Step, t Trigger) (f firing, ok bool) {
	last, _ := c.last(s.ID)
	var e entry
	switch {
	case t.Event != "" && s.ahead():
		e, ok = c.ahead(s, t.Event)
	case t.Event != "":
		e, ok = earliest(c.happened[t.Event], last.n)
	case t.StepDone != "": // a step left out with a reason does not stop the way
		e, ok = earliest(c.ended[t.StepDone], last.n)
	case t.FactChange != "":
		e, ok = earliest(c.changed[t.FactChange], last.n)
	case t.Recurring != nil:
		return c.recurring(s, t)
	case t.Schedule != nil:
		return c.scheduled(s, t)
	default:
		return c.anyOf(s, t.Any)
	}
	f = firing{n: e.n, since: e.Time(), of: e.Time(), stated: !e.When.IsZero(), why: cause(t, e.Time())}
	if e.At.Before(f.since) { // it lies ahead: it is asked for since it is known
		f.since = e.At
	}
	return f, ok
}

func (c *course) anyOf(s *Step, list []Trigger) (f firing, ok bool) {
	for _, t := range list {
		if o, asked := c.asked(s, t); asked && (!ok || o.since.Before(f.since)) {
			f, ok = o, true
		}
	}
	return f, ok
}

// recurring asks again after every completion or skip until its end event.
func (c *course) recurring(s *Step, t Trigger) (f firing, ok bool) {
	if len(c.happened[t.Recurring.Until]) > 0 || c.opened.IsZero() {
		return f, false
	}
	f = firing{since: c.opened}
	if last, ended := c.last(s.ID); ended && last.At.After(c.opened) {
		f.n, f.since, f.stated = last.n, last.At, true
	}
	f.of, f.why = f.since, cause(t, f.since)
	return f, true
}

// early is how long before its day a scheduled visit may be made.
const early = 24 * time.Hour

// scheduled asks for the first visit that is not answered, from the day before it.
func (c *course) scheduled(s *Step, t Trigger) (f firing, ok bool) {
	left := c.left(s)
	if len(left) == 0 || left[0].At.Add(-early).After(c.now) {
		return f, false
	}
	v := left[0]
	return firing{n: v.n, since: v.At.Add(-early), of: v.At, stated: true, why: cause(t, v.At)}, true
}

// nextVisit returns by when the next visit is due; zero where there is none.
func (c *course) nextVisit(s *Step) time.Time {
	left := c.left(s)
	if len(left) == 0 || s.When != nil && !c.holds(*s.When, c.facts) {
		return time.Time{}
	}
	t := Task{Step: s, Since: left[0].At}
	c.due(&t, firing{of: left[0].At, stated: true})
	return t.Due
}

// left returns the visits of a step that nobody answered.
func (c *course) left(s *Step) []entry {
	left := c.visits(s.Trigger)
	for _, end := range c.ended[s.ID] {
		left = answered(left, end)
	}
	return left
}

// visits lists the days that the schedules of a trigger ask for, in order. An
// anchor that is noted again, as a second coming home, adds its own days.
func (c *course) visits(t Trigger) (out []entry) {
	for _, sub := range t.Any {
		out = append(out, c.visits(sub)...)
	}
	if t.Schedule != nil {
		for _, e := range c.happened[t.Schedule.Anchor] {
			for _, n := range t.Schedule.Offsets {
				day, _ := after(e.Time(), n, t.Schedule.Unit, c.cal)
				out = append(out, entry{Event{At: day}, e.n})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b entry) int { return a.At.Compare(b.At) })
	return slices.CompactFunc(out, func(a, b entry) bool { return a.At.Equal(b.At) })
}

// answered returns the visits that remain after a completion, which answers every
// one whose time had come, or a skip, which answers the first of them only.
func answered(visits []entry, end entry) (left []entry) {
	first := true
	for _, v := range visits {
		open := v.n < end.n && !v.At.Add(-early).After(end.At)
		if !open || end.Kind == StepSkipped && !first {
			left = append(left, v)
		}
		first = first && !open
	}
	return left
}

// ahead returns the hearing that a step prepares next. Each has its own
// completion: the earliest that was known then is answered by it, the others stay
// ("every examination and hearing", step E11). A hearing put off is a new one; the
// old is skipped with that reason.
func (c *course) ahead(s *Step, event string) (entry, bool) {
	var left []entry
	for _, e := range c.happened[event] {
		if !slices.ContainsFunc(left, func(o entry) bool { return o.Time().Equal(e.Time()) }) {
			left = append(left, e)
		}
	}
	slices.SortStableFunc(left, func(a, b entry) int { return a.Time().Compare(b.Time()) })
	for _, end := range c.ended[s.ID] {
		if i := slices.IndexFunc(left, func(e entry) bool { return e.n < end.n }); i >= 0 {
			left = slices.Delete(left, i, i+1)
		}
	}
	return earliest(left, -1)
}

// cause names a trigger that is not any; at is when it came.
func cause(t Trigger, at time.Time) Why {
	w := Why{Rule: "trigger", At: at}
	switch {
	case t.Event != "":
		w.Kind, w.Name = "event", t.Event
	case t.StepDone != "":
		w.Kind, w.Name = "step", t.StepDone
	case t.FactChange != "":
		w.Kind, w.Name = "fact", t.FactChange
	case t.Recurring != nil:
		w.Kind, w.Value, w.Unit = "recurring", t.Recurring.Every, t.Recurring.Unit
	case t.Schedule != nil:
		w.Kind, w.Name = "schedule", t.Schedule.Anchor
	}
	return w
}

// causes lists the triggers of a step that is not asked for now, with when each
// came the last time.
func (c *course) causes(t Trigger) (out []Why) {
	for _, sub := range t.Any {
		out = append(out, c.causes(sub)...)
	}
	if len(t.Any) > 0 {
		return out
	}
	var at time.Time
	for _, list := range [][]entry{c.happened[t.Event], c.ended[t.StepDone], c.changed[t.FactChange]} {
		if len(list) > 0 {
			at = list[len(list)-1].Time()
		}
	}
	if t.Schedule != nil && len(c.happened[t.Schedule.Anchor]) > 0 {
		at = c.happened[t.Schedule.Anchor][0].Time()
	}
	return []Why{cause(t, at)}
}

func (c *course) gates(missing []string) (out []Why) {
	for _, id := range missing {
		kind := "form"
		if _, ok := c.m.Consents[id]; ok {
			kind = "consent"
		}
		out = append(out, Why{Rule: "gate", Kind: kind, Name: id})
	}
	return out
}

// onlySteps tells whether a trigger waits only for other steps: such a step is
// not asked for again when they are done again.
func onlySteps(t Trigger) bool {
	if len(t.Any) > 0 {
		return !slices.ContainsFunc(t.Any, func(o Trigger) bool { return !onlySteps(o) })
	}
	return t.StepDone != ""
}

// holds evaluates a condition over facts.
func (c *course) holds(d Cond, facts map[string]string) bool {
	return d.met(func(one Cond) bool {
		v := c.counted(facts, one.Fact)
		in := slices.Contains(one.Value, v)
		if one.Op == "ne" || one.Op == "not_in" {
			return !in && v != "unknown" // nothing is concluded from what nobody knows
		}
		return in
	})
}

// heldFrom returns when a step was first wanted: its trigger had come and its
// condition held.
func (c *course) heldFrom(d Cond, f firing) time.Time {
	facts := map[string]string{}
	i := 0
	for ; i < len(c.changes) && c.changes[i].n <= f.n; i++ {
		facts[c.changes[i].Name] = c.changes[i].Value
	}
	if c.holds(d, facts) {
		return f.since
	}
	for _, e := range c.changes[i:] {
		if facts[e.Name] = e.Value; c.holds(d, facts) {
			if e.At.After(f.since) {
				return e.At
			}
			return f.since
		}
	}
	return f.since
}

// found lists the facts that a condition asks for, each once.
func (c *course) found(d Cond) (out []Found) {
	subs := append(slices.Clone(d.All), d.Any...)
	if d.Not != nil {
		subs = append(subs, *d.Not)
	}
	for _, sub := range subs {
		for _, f := range c.found(sub) {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	if d.Fact != "" {
		said := c.facts[d.Fact]
		out = append(out, Found{d.Fact, c.value(d.Fact), (said == "" || said == "unknown") && c.m.Facts[d.Fact].UnknownAs != ""})
	}
	return out
}

// missing lists the consents and forms that a step still waits for.
func (c *course) missing(s *Step) (out []string) {
	for _, id := range s.Consent {
		if c.consents[id].Value == "given" {
			continue
		}
		if or := c.m.Consents[id].OrStep; or != "" && c.completed(or) {
			continue
		}
		if c.m.asks(s) {
			continue
		}
		out = append(out, id)
	}
	for _, f := range s.RequiresForms {
		if !c.forms[f] {
			out = append(out, f)
		}
	}
	return out
}

// due sets a task's clock.
func (c *course) due(t *Task, f firing) {
	d := t.Step.Deadline
	w := Why{Rule: "deadline", Name: d.Anchor, Value: d.Value, Unit: d.Unit, Ahead: t.Step.ahead()}
	for _, o := range t.Step.DeadlineWhen {
		if c.holds(o.If, c.facts) {
			w.Value, w.Unit, w.Facts, t.Basis, t.Certainty = o.Value, o.Unit, c.found(o.If), o.Basis, o.Certainty
			break
		}
	}
	if w.Unit == "" {
		return
	}
	w.Kind, w.Name, w.At, w.Known = c.anchor(d.Anchor, t, f)
	counts, known := w.Value, true
	if w.Ahead {
		counts = -counts
	}
	if !w.Ahead || w.Known { // nothing counts back from a day that nobody said
		t.Due, known = after(w.At, counts, w.Unit, c.cal)
	}
	if t.Why = append(t.Why, w); !known {
		t.Uncertain = true
		t.Why = append(t.Why, Why{Rule: "calendar", Value: t.Due.Year()})
	}
}

// after counts from an instant; a negative value counts back.
func after(from time.Time, value int, unit string, cal *Calendar) (time.Time, bool) {
	switch unit {
	case "minute":
		return from.Add(time.Duration(value) * time.Minute), true
	case "hour":
		return from.Add(time.Duration(value) * time.Hour), true
	case "working_day":
		return cal.AddWorkingDays(from, value)
	}
	return from.AddDate(0, 0, value), true
}

// anchor returns what an anchor of a task means, from when it counts, and whether
// that was noted. What was noted before the step was done the last time is
// answered: then, as where nothing was noted, the clock begins with the task.
func (c *course) anchor(name string, t *Task, f firing) (kind, ref string, from time.Time, known bool) {
	last, _ := c.last(t.Step.ID)
	if t.Step.ahead() {
		return "event", f.why.Name, f.of, f.stated
	}
	if name == LastReview || name == ScheduledVisit {
		return "event", name, f.of, f.stated
	}
	switch a, _ := c.m.anchor(name); {
	case len(a.Consents) > 0:
		from, known = c.decided(a.Consents)
		return "event", name, orElse(from, known, t.Since), known
	case a.StepDone != "":
		e, known := earliest(done(c.ended[a.StepDone]), last.n)
		return "step", a.StepDone, orElse(e.At, known, t.Since), known
	case a.FactChange != "":
		list := c.changed[a.FactChange]
		if len(list) == 0 || t.Step.Trigger.changes(a.FactChange) { // a change that asks for the step is where the task begins
			return "fact", a.FactChange, t.Since, len(list) > 0
		}
		return "fact", a.FactChange, list[len(list)-1].At, true
	}
	e, known := earliest(c.happened[name], last.n)
	return "event", name, orElse(e.Time(), known, t.Since), known
}

func orElse(at time.Time, ok bool, other time.Time) time.Time {
	if ok {
		return at
	}
	return other
}

// decided returns since when what was said of these consents stands.
func (c *course) decided(consents []string) (at time.Time, ok bool) {
	for _, id := range consents {
		if e, said := c.consents[id]; said && e.At.After(at) {
			at, ok = e.At, true
		}
	}
	return at, ok
}

func (c *course) clock(s *Step, t Track) Clock {
	k := Clock{Step: s, Track: t}
	list := c.happened[t.Anchor]
	if a, ok := c.m.anchor(t.Anchor); ok {
		list = append(done(c.ended[a.StepDone]), c.changed[a.FactChange]...)
	}
	if len(list) == 0 {
		return k
	}
	last, _ := c.last(s.ID)
	e, ok := earliest(list, last.n)
	if !ok { // the step is done, but the other agency's clock runs on
		e = list[len(list)-1]
	}
	k.From, k.Running = e.Time(), true
	k.Due, _ = after(k.From, t.Value, t.Unit, c.cal)
	k.Late = c.now.After(k.Due) && t.Binding != "power"
	return k
}

// Task returns the task of a step.
func (e Evaluation) Task(step string) (Task, bool) {
	for _, t := range e.Tasks {
		if t.Step.ID == step {
			return t, true
		}
	}
	return Task{}, false
}

// Fact returns the value a fact has now, unknown counted as the manual says.
func (e Evaluation) Fact(name string) string { return e.course.value(name) }

// Forbids tells whether a guard of the manual forbids an action now, and which.
func (e Evaluation) Forbids(action string) (guard string, forbidden bool) {
	for _, g := range e.Manual.Guards {
		forbids, unless := g.locks()
		if slices.Contains(forbids, action) && (unless == nil || !e.course.holds(*unless, e.course.facts)) {
			return g.ID, true
		}
	}
	return "", false
}

// History returns every change of a fact, oldest first, with who noted it and when.
func (e Evaluation) History(fact string) (out []Event) {
	for _, c := range e.course.changed[fact] {
		out = append(out, c.Event)
	}
	return out
}

// Summary is what may stand in clear beside a case: the next clock, whose it
// is, and how many are late.
type Summary struct {
	NextDue time.Time
	Class   string // ours, theirs, supervisor; "" where nothing runs
	Overdue int
	Open    int
}

// Summary folds the tasks of a case. A late one of ours goes to the supervisor's
// class; what another agency owes is theirs.
func (e Evaluation) Summary() (s Summary) {
	if e.closed {
		return s
	}
	for _, t := range e.Tasks {
		due := t.Next
		if t.State.Open() {
			due = t.Due
			s.Open++
		}
		if t.State == Overdue {
			s.Overdue++
		}
		if due.IsZero() || t.Binding == "power" || !s.NextDue.IsZero() && !due.Before(s.NextDue) { // a power is never late
			continue
		}
		s.NextDue = due
		switch {
		case !t.Ours:
			s.Class = "theirs"
		case t.State == Overdue:
			s.Class = "supervisor"
		default:
			s.Class = "ours"
		}
	}
	return s
}
