package protocol

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Migrated is the kind of the event that moves a case to another version of its
// manual: Name is the new version's hash, Value the old one's.
const Migrated = "migrated"

// Version returns the hash of the version that a case stands on: that of its last
// Migrated event, or first where it was never migrated.
func Version(events []Event, first string) string {
	for _, e := range slices.Backward(events) {
		if e.Kind == Migrated {
			return e.Name
		}
	}
	return first
}

// Fates of what a case holds when it is migrated.
const (
	Carries = "carries" // it is in both versions
	New     = "new"     // only the new version has it
	Drops   = "drops"   // only the old version has it; what was noted stays in the history
)

// Move is what becomes of one thing of a case. Of a step Was and Is are its
// states, OldDue and NewDue its clock (zero: none runs); of a clock of another
// agency only the clock. Reason says why something is dropped, opened again,
// settled or otherwise not as it was: a code that Sentence puts in words; a step
// that carries without one is the same to whoever has to do it. More says what
// else differs.
type Move struct {
	What   string // step, clock, guard, action (its locks), fact, consent, form, event
	ID     string // a clock's is its step's, a dot and its anchor
	Name   Text
	Fate   string
	Was    State
	Is     State
	OldDue time.Time
	NewDue time.Time
	Reason string
	More   []Text // gates, binding, whose task it is; a guard's parts; an action's locks
	Noted  int    // how many events of the case are about it
}

// Reasons of a Move.
const (
	ReasonGone      = "gone"      // the new version does not have it
	ReasonGoneDone  = "gone_done" // nor has it, but it was done: it stays done in the history
	ReasonValue     = "value"     // the new version does not list the value that was set: it counts for no condition
	ReasonAskedNow  = "asked_now" // it was closed and is to be done under the new version
	ReasonNoLonger  = "no_longer" // it was to be done and the new version does not ask for it now
	ReasonUnheard   = "unheard"   // the new version waits for no such event
	ReasonDifferent = "different" // its clock counts otherwise
	ReasonState     = "state"     // it is in another state
	ReasonGate      = "gate"      // it waits for other consents or forms
	ReasonBinding   = "binding"   // it binds otherwise: a duty has become a power
	ReasonActor     = "actor"     // it is another's to do: another agency's, another role's
	ReasonRenamed   = "renamed"   // a step of another id that it replaces
	ReasonRule      = "rule"      // a guard says or locks something else
	ReasonRuleGone  = "rule_gone" // a guard that the new version does not have
	ReasonLock      = "lock"      // an action is locked by other guards or conditions
)

// Migration is the report of moving a case. Event is to be noted after the
// others: the events stay as they are, and evaluated from the start under the new
// version they give Is and NewDue of every move.
type Migration struct {
	From, To string // content hashes
	Event    Event
	Moves    []Move // steps in the order of the new manual, then those that went; clocks; guards and locks that changed; then facts, consents, forms, events by name
}

// Migrate reports what moving a case from one version to another means, at a
// moment. It never fails: every step of both versions and everything that the
// events name has its move. Nothing done is lost, for no event is.
func Migrate(old, new *Manual, events []Event, at time.Time, cal *Calendar) Migration {
	was, is := Evaluate(old, events, at, cal), Evaluate(new, events, at, cal)
	m := Migration{From: old.Hash(), To: new.Hash(), Event: Event{Kind: Migrated, Name: new.Hash(), Value: old.Hash(), At: at}}
	g := migrating{old: old, new: new, noted: map[[2]string]int{}, set: map[string]string{}}
	for _, e := range events {
		g.note(e)
	}
	carried := map[string]bool{}
	for _, t := range is.Tasks {
		before, ok := was.Task(t.Step.before(old, new))
		carried[before.id()] = true
		m.Moves = append(m.Moves, g.step(before, ok, t))
	}
	for _, t := range was.Tasks {
		if !carried[t.Step.ID] {
			m.Moves = append(m.Moves, g.gone(t))
		}
	}
	m.Moves = append(m.Moves, clocks(was, is)...)
	m.Moves = append(m.Moves, g.rules(was, is)...)
	m.Moves = append(m.Moves, g.rest()...)
	return m
}

// migrating counts what a case's events are about.
type migrating struct {
	old, new *Manual
	noted    map[[2]string]int // what and id → events
	set      map[string]string // fact → its value now
}

func (g *migrating) note(e Event) {
	what := map[string]string{StepDone: "step", StepSkipped: "step", FactSet: "fact", ConsentSet: "consent", FormFilled: "form", Occurred: "event"}[e.Kind]
	if what == "" {
		return
	}
	g.noted[[2]string{what, e.Name}]++
	if e.Kind == FactSet {
		g.set[e.Name] = e.Value
	}
}

func (t Task) id() string {
	if t.Step == nil {
		return ""
	}
	return t.Step.ID
}

func (g *migrating) step(before Task, had bool, now Task) Move {
	m := Move{What: "step", ID: now.Step.ID, Name: now.Step.Title, Fate: New, Is: now.State, NewDue: running(now)}
	for _, id := range append([]string{m.ID}, now.Step.Replaces...) {
		if g.new.StepNow(id) == now.Step {
			m.Noted += g.noted[[2]string{"step", id}]
		}
	}
	if !had {
		return m
	}
	m.Fate, m.Was, m.OldDue = Carries, before.State, running(before)
	switch {
	case !before.State.Open() && before.State != NotYet && now.State.Open():
		m.Reason = ReasonAskedNow
	case before.State.Open() && !now.State.Open():
		m.Reason = ReasonNoLonger
	case !m.OldDue.Equal(m.NewDue):
		m.Reason = ReasonDifferent
	case m.Was != m.Is:
		m.Reason = ReasonState
	}
	g.more(&m, before, now)
	return m
}

// more tells what differs of a step beside state and clock; the first is its
// reason where it has no other.
func (g *migrating) more(m *Move, before, now Task) {
	say := func(reason string, text Text) {
		m.More = append(m.More, text)
		m.Reason = cmp.Or(m.Reason, reason)
	}
	if id := before.Step.ID; id != m.ID {
		say(ReasonRenamed, both("dahulu langkah %s", "was step %s", id))
	}
	if before.Ours != now.Ours || before.Step.Actor != now.Step.Actor {
		say(ReasonActor, both("pelaksana: %s → %s", "who acts: %s → %s", g.old.actorText(before), g.new.actorText(now)))
	}
	if before.Binding != now.Binding {
		say(ReasonBinding, both("sifat: %s → %s", "binding: %s → %s", bindingText(before.Binding), bindingText(now.Binding)))
	}
	gate := func(m *Manual, id string) Text {
		if _, ok := m.Consents[id]; ok {
			return m.consentWithID(id)
		}
		return m.FormText(id)
	}
	for _, id := range now.Missing {
		if !slices.Contains(before.Missing, id) {
			say(ReasonGate, both("sekarang menunggu %s", "now waits for %s", gate(g.new, id)))
		}
	}
	for _, id := range before.Missing {
		if !slices.Contains(now.Missing, id) {
			say(ReasonGate, both("tidak lagi menunggu %s", "no longer waits for %s", gate(g.old, id)))
		}
	}
}

func (m *Manual) actorText(t Task) Text {
	who := m.roleWithID(t.Step.Actor)
	if !t.Ours {
		who = both("%s, lembaga lain", "%s, another agency", who)
	}
	return who
}

func bindingText(code string) Text {
	if code == "" {
		return Text{"tidak disebut", "not said"}
	}
	return Word(code)
}

// rules reports the guards that differ and the actions that are locked otherwise,
// with whether each is locked in the case.
func (g *migrating) rules(was, is Evaluation) (out []Move) {
	locked := func(e Evaluation, action string) Text {
		if guard, yes := e.Forbids(action); yes {
			return both("terkunci (%s)", "locked (%s)", guard)
		}
		return Text{"tidak terkunci", "not locked"}
	}
	at := map[string]int{}
	for _, c := range Diff(g.old, g.new) {
		if c.What != "guard" && c.What != "action" {
			continue
		}
		key := c.What + " " + c.ID
		i, told := at[key]
		if !told {
			i = len(out)
			at[key] = i
			v := Move{What: c.What, ID: c.ID, Name: c.Name, Fate: Carries, Reason: ReasonRule}
			switch {
			case c.What == "action":
				v.Reason = ReasonLock
				v.More = []Text{both("dalam kasus ini: %s → %s", "in this case: %s → %s", locked(was, c.ID), locked(is, c.ID))}
			case c.Part == "" && c.Kind == Added:
				v.Fate, v.Reason = New, ""
			case c.Part == "":
				v.Fate, v.Reason = Drops, ReasonRuleGone
			}
			out = append(out, v)
		}
		none := Text{"tidak ada", "none"}
		switch {
		case c.Part == "":
			out[i].More = append(out[i].More, joined([]Text{c.Old, c.New}, "", ""))
		default:
			out[i].More = append(out[i].More, both("%s: %s → %s", "%s: %s → %s", Label(c.Part), orText(c.Old, none), orText(c.New, none)))
		}
	}
	return out
}

func orText(t, other Text) Text {
	if t == (Text{}) {
		return other
	}
	return t
}

func (g *migrating) gone(t Task) Move {
	m := Move{What: "step", ID: t.Step.ID, Name: t.Step.Title, Fate: Drops, Was: t.State, OldDue: running(t), Reason: ReasonGone, Noted: g.noted[[2]string{"step", t.Step.ID}]}
	if m.Noted > 0 {
		m.Reason = ReasonGoneDone
	}
	return m
}

// running returns by when a task is due while it is to be done.
func running(t Task) time.Time {
	if t.State.Open() {
		return t.Due
	}
	return t.Next
}

// clocks reports the clocks of other agencies that run under either version.
func clocks(was, is Evaluation) (out []Move) {
	find := func(list []Clock, k Clock) (Clock, bool) {
		i := slices.IndexFunc(list, func(o Clock) bool {
			return o.Step.ID == k.Step.ID && o.Track.Anchor == k.Track.Anchor && o.Track.What == k.Track.What
		})
		if i < 0 {
			return Clock{}, false
		}
		return list[i], true
	}
	move := func(k Clock) Move {
		return Move{What: "clock", ID: k.Step.ID + "." + k.Track.Anchor, Name: k.Track.What}
	}
	for _, k := range is.Clocks {
		before, had := find(was.Clocks, k)
		m := move(k)
		m.Fate, m.OldDue, m.NewDue = New, before.Due, k.Due
		if had {
			m.Fate = Carries
		}
		if had && !m.OldDue.Equal(m.NewDue) {
			m.Reason = ReasonDifferent
		}
		if before.Running || k.Running {
			out = append(out, m)
		}
	}
	for _, k := range was.Clocks {
		if _, has := find(is.Clocks, k); !has && k.Running {
			m := move(k)
			m.Fate, m.OldDue, m.Reason = Drops, k.Due, ReasonGone
			out = append(out, m)
		}
	}
	return out
}

// rest reports facts, consents, forms, events and steps of neither version that
// the events name.
func (g *migrating) rest() (out []Move) {
	order := map[string]int{"step": 0, "fact": 1, "consent": 2, "form": 3, "event": 4}
	keys := slices.SortedFunc(maps.Keys(g.noted), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(order[a[0]], order[b[0]]), cmp.Compare(a[1], b[1]))
	})
	for _, k := range keys {
		what, id := k[0], k[1]
		if what == "step" && (g.old.Step(id) != nil || g.new.StepNow(id) != nil) {
			continue // told already
		}
		m := Move{What: what, ID: id, Fate: Carries, Noted: g.noted[k]}
		var has bool
		m.Name, has = g.new.named(what, id)
		if !has {
			m.Fate, m.Reason = Drops, ReasonGone
			m.Name, _ = g.old.named(what, id)
		}
		switch {
		case what == "event" && !has:
			m.Reason = ReasonUnheard
		case what == "fact" && has && !slices.Contains(g.new.Facts[id].Answers(), g.set[id]):
			m.Reason = ReasonValue
		case what == "step":
			m.Reason = ReasonGoneDone
		}
		out = append(out, m)
	}
	return out
}

// named returns what a thing is called, and whether the manual has it.
func (m *Manual) named(what, id string) (name Text, has bool) {
	switch what {
	case "fact":
		_, has = m.Facts[id]
		return m.FactText(id), has
	case "consent":
		_, has = m.Consents[id]
		return m.ConsentText(id), has
	case "form":
		f, has := m.Forms[id]
		return orID(f.Title, id), has
	case "event":
		return m.EventText(id), slices.Contains(System, id) || slices.Contains(m.Events(), id)
	}
	return same(id), false
}

// Answers lists what a fact can be.
func (f Fact) Answers() []string {
	if f.Type == "bool" {
		return []string{"true", "false"}
	}
	return f.Values
}

// Idle tells whether a move is of a step that differs between the versions and was
// never asked for in the case: nobody did it, and neither version wants it now. A
// reader of the case has nothing to learn from it.
func (v Move) Idle() bool {
	idle := func(s State) bool { return s == "" || s == NotApplicable || s == NotYet && v.Fate == Drops }
	return v.What == "step" && (v.Fate != Carries || v.Reason != "") && v.Noted == 0 && idle(v.Was) && idle(v.Is) && v.OldDue.IsZero() && v.NewDue.IsZero()
}

// Of returns the moves of one fate.
func (m Migration) Of(fate string) []Move {
	return slices.DeleteFunc(slices.Clone(m.Moves), func(v Move) bool { return v.Fate != fate })
}

// Clocks returns the moves whose time changes: of steps and of other agencies.
func (m Migration) Clocks() []Move {
	return slices.DeleteFunc(slices.Clone(m.Moves), func(v Move) bool { return v.OldDue.Equal(v.NewDue) })
}

// Sentence says a move in one sentence of a language (id or en).
func (v Move) Sentence(lang string) string {
	say := func(id, en string, args ...any) string { return both(id, en, args...).In(lang) }
	head := Label(v.What).In(lang) + " " + v.ID
	if n := v.Name.In(lang); n != "" && n != v.ID {
		head += " “" + n + "”"
	}
	end := map[string]string{
		New:     say("baru", "new"),
		Drops:   say("tidak ada lagi di versi baru", "not in the new version"),
		Carries: say("tetap", "stays"),
	}[v.Fate]
	if r, ok := reasons[v.Reason]; ok {
		end = r.In(lang)
	}
	if v.Was != v.Is && v.Was != "" && v.Is != "" {
		end += say("; keadaan: %s → %s", "; state: %s → %s", states[v.Was], states[v.Is])
	}
	if v.Was == Overdue && v.Is != Overdue { // a clock that starts anew does not make it never have been late
		end += say("; terlambat sejak %s", "; was overdue since %s", moment(v.OldDue))
	}
	for _, t := range v.More {
		end += "; " + t.In(lang)
	}
	switch {
	case v.OldDue.Equal(v.NewDue):
	case v.OldDue.IsZero():
		end += say("; tenggat %s, sebelumnya tanpa tenggat", "; due %s, without a deadline before", moment(v.NewDue))
	case v.NewDue.IsZero():
		end += say("; tanpa tenggat, sebelumnya %s", "; no deadline, before %s", moment(v.OldDue))
	default:
		end += say("; tenggat berubah dari %s menjadi %s", "; due changes from %s to %s", moment(v.OldDue), moment(v.NewDue))
	}
	return head + ": " + end + "."
}

var reasons = map[string]Text{
	ReasonGone:      {"tidak ada lagi di versi baru; catatannya tetap dalam riwayat", "not in the new version; what was noted stays in the history"},
	ReasonGoneDone:  {"tidak ada lagi di versi baru; yang sudah dikerjakan tetap dalam riwayat", "not in the new version; what was done stays in the history"},
	ReasonValue:     {"nilainya tidak terdaftar di versi baru dan perlu ditetapkan lagi", "its value is not listed in the new version and has to be set again"},
	ReasonAskedNow:  {"harus dikerjakan menurut versi baru", "to be done under the new version"},
	ReasonNoLonger:  {"sekarang tidak diminta oleh versi baru", "not asked for by the new version now"},
	ReasonUnheard:   {"tidak ditunggu langkah mana pun di versi baru; tetap dalam riwayat", "no step of the new version waits for it; it stays in the history"},
	ReasonDifferent: {"tenggatnya dihitung lain", "its clock counts otherwise"},
	ReasonState:     {"keadaannya lain", "its state is another"},
	ReasonGate:      {"syarat penyelesaiannya lain", "what it waits for is another"},
	ReasonBinding:   {"sifat mengikatnya lain", "it binds otherwise"},
	ReasonActor:     {"pelaksananya lain", "it is another's to do"},
	ReasonRenamed:   {"berganti id; yang sudah dikerjakan tetap berlaku", "renamed; what was done counts"},
	ReasonRule:      {"aturannya lain", "its rule is another"},
	ReasonRuleGone:  {"tidak ada lagi di versi baru", "not in the new version"},
	ReasonLock:      {"dikunci secara lain", "it is locked otherwise"},
}

var states = map[State]Text{
	NotYet: {"belum waktunya", "not yet"}, Due: {"perlu dikerjakan", "due"}, Overdue: {"terlambat", "overdue"}, Blocked: {"tertahan", "blocked"},
	Done: {"selesai", "done"}, Skipped: {"dilewati", "skipped"}, NotApplicable: {"tidak berlaku", "not applicable"},
}

// moment says a time as people write it: 18 Maret 2026, 09.00 WIB.
func moment(t time.Time) Text {
	t = t.In(Zone)
	m := months[t.Month()-1]
	return both("%[1]d %[2]s %[4]d, %02[5]d.%02[6]d WIB", "%[1]d %[3]s %[4]d, %02[5]d:%02[6]d WIB", t.Day(), m.ID, m.EN, t.Year(), t.Hour(), t.Minute())
}

var months = []Text{{"Januari", "January"}, {"Februari", "February"}, {"Maret", "March"}, {"April", "April"}, {"Mei", "May"}, {"Juni", "June"}, {"Juli", "July"},
	{"Agustus", "August"}, {"September", "September"}, {"Oktober", "October"}, {"November", "November"}, {"Desember", "December"}}
