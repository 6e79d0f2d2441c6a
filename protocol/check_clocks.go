package protocol

import (
	"math/bits"
	"slices"
	"strings"
	"time"
)

// set is a set of small numbers.
type set []uint64

func (s set) has(i int) bool { return i>>6 < len(s) && s[i>>6]&(1<<(i&63)) != 0 }
func (s set) add(i int)      { s[i>>6] |= 1 << (i & 63) }

func (s set) empty() bool { return !slices.ContainsFunc(s, func(w uint64) bool { return w != 0 }) }

// each yields the members, lowest first.
func (s set) each(yield func(int) bool) {
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			if !yield(i<<6 + bits.TrailingZeros64(w)) {
				return
			}
		}
	}
}

// ways tells what every way to begin a step goes through: steps that were done or
// left out, and events that came, of those that deadlines count from. Where steps
// lead round to each other it may say too little, never too much.
type ways struct {
	m     *Manual
	steps map[string]int // id → place among the steps
	names map[string]int // event → its number, after those of the steps
	past  []set
	known []bool
}

func waysOf(m *Manual) *ways {
	w := &ways{m: m, steps: map[string]int{}, names: map[string]int{}, past: make([]set, len(m.Steps)), known: make([]bool, len(m.Steps))}
	for i, s := range m.Steps {
		w.steps[s.ID] = i
	}
	for _, s := range m.Steps {
		if name := s.Deadline.Anchor; m.isEvent(name) && !m.LiesAhead(name) {
			w.names[name] = len(m.Steps) + len(w.names)
		}
	}
	return w
}

// of returns what is gone through before step i begins.
func (w *ways) of(i int) set {
	if !w.known[i] {
		w.known[i], w.past[i] = true, w.none() // of itself, on the way round: nothing
		w.past[i] = w.through(w.m.Steps[i].Trigger)
	}
	return w.past[i]
}

func (w *ways) none() set { return make(set, (len(w.m.Steps)+len(w.names)+63)/64) }

func (w *ways) through(t Trigger) set {
	out := w.none()
	if len(t.Any) > 0 { // what all of them go through
		for k, sub := range t.Any {
			one := w.through(sub)
			for i := range out {
				if k == 0 {
					out[i] = one[i]
				}
				out[i] &= one[i]
			}
			if out.empty() {
				break
			}
		}
		return out
	}
	name := t.Event
	if t.Schedule != nil {
		name = t.Schedule.Anchor
	}
	if i, ok := w.names[name]; ok {
		out.add(i)
	}
	if i, ok := w.steps[t.StepDone]; ok {
		copy(out, w.of(i))
		out.add(i)
	}
	return out
}

// after tells whether every way to begin step goes through the end of other.
func (w *ways) after(step, other string) bool {
	i, ok := w.steps[step]
	k, is := w.steps[other]
	return ok && is && w.of(i).has(k)
}

// from is what a clock counts from, told by its meaning.
type from struct{ event, step, fact, consents string }

func (c *checking) from(s *Step) (f from, ok bool) {
	name := s.Deadline.Anchor
	a, other := c.m.anchor(name)
	switch {
	case name == "" || s.ahead() || name == LastReview || name == ScheduledVisit || a.FactChange != "" && s.Trigger.changes(a.FactChange):
		return f, false // its moment is the step's own
	case !other:
		return from{event: name}, true
	case a.StepDone != "":
		return from{step: a.StepDone}, true
	case a.FactChange != "":
		return from{fact: a.FactChange}, true
	case len(a.Consents) > 0:
		return from{consents: name}, true
	}
	return f, false
}

// notAfter tells whether a has always come when b comes.
func (c *checking) notAfter(a, b from) bool {
	if a == b {
		return true
	}
	i, ok := c.ways.steps[b.step]
	return ok && b.step != "" && c.gone(a, c.ways.of(i))
}

// gone tells whether a clock's beginning lies among what was gone through.
func (c *checking) gone(a from, past set) bool {
	of, id := c.ways.steps, a.step
	if id == "" {
		of, id = c.ways.names, a.event
	}
	i, ok := of[id]
	return ok && id != "" && past.has(i)
}

// starts are the moments of a week from which lengths of time are compared: the
// first and the last minute of each day. Between them the difference of two only
// grows or only shrinks.
var starts = func() (out [14]time.Time) {
	for i := range 7 {
		day := time.Date(2024, 1, 1+i, 0, 0, 0, 0, Zone)
		out[2*i], out[2*i+1] = day, day.AddDate(0, 0, 1).Add(-time.Second)
	}
	return out
}()

// ends returns when a length of time is over from each of the starts, in seconds,
// where only Saturdays and Sundays are free.
func (c *checking) ends(s Span) *[14]int64 {
	out, ok := c.spans[s]
	if !ok {
		out = new([14]int64)
		for i, from := range starts {
			t, _ := after(from, s.Value, s.Unit, nil)
			out[i] = t.Unix()
		}
		c.spans[s] = out
	}
	return out
}

// earlier tells whether a is over before b less some seconds, from the same moment,
// whenever that is: in weeks without holidays (usual), and whatever the calendar
// (certain). A holiday only makes working days longer, and of two counts of working
// days both.
func (c *checking) earlier(a, b Span, less int64) (usual, certain bool) {
	x, y := c.ends(a), c.ends(b)
	for i := range x {
		if x[i] >= y[i]-less {
			return false, false
		}
	}
	return true, a.Unit != "working_day" || b.Unit == "working_day" && (less == 0 || a.Value < b.Value-1)
}

// longer tells whether a may end after b, from the same moment.
func (c *checking) longer(a, b Span) bool {
	x, y := c.ends(a), c.ends(b)
	for i := range x {
		if x[i] > y[i] {
			return true
		}
	}
	return a.Unit == "working_day" && b.Unit != "working_day" // over holidays
}

// spanned tells whether a length of time is one that can be.
func spanned(value int, unit string) bool {
	return slices.Contains(Units, unit) && value >= 0 && value <= longest(unit)
}

// variant is one of a step's deadlines, with the conditions under which it counts.
type variant struct {
	Span
	basis string
	holds []Cond
	fails []Cond
	at    place
}

func (c *checking) variants(i int) (out []variant) {
	s, at := c.m.Steps[i], c.root().to("steps", i)
	var when, special []Cond
	if s.When != nil {
		when = []Cond{*s.When}
	}
	for k, w := range s.DeadlineWhen {
		out = append(out, variant{Span{w.Value, w.Unit}, w.Basis, append(slices.Clip(when), w.If), slices.Clip(special), at.to("deadline_when", k)})
		special = append(special, w.If)
	}
	out = append(out, variant{Span{s.Deadline.Value, s.Deadline.Unit}, s.Deadline.Basis, when, special, at.to("deadline")})
	return slices.DeleteFunc(out, func(v variant) bool {
		return !spanned(v.Value, v.Unit) // told already
	})
}

// mostPairs bounds the deadlines that Check holds against each other.
const mostPairs = 500_000

// clocks finds deadlines that cannot be kept together with those of the steps that
// have to be done first.
func (c *checking) clocks() {
	all := make([][]variant, len(c.m.Steps))
	for i := range all {
		all[i] = c.variants(i)
	}
	for i, s := range c.m.Steps {
		if c.ways.steps[s.ID] != i || c.idle[s.ID] || s.Deadline == (Deadline{}) || s.Deadline.Binding == "power" {
			continue
		}
		c.begins(i)
		a, counts := c.from(s)
		for _, v := range all[i] {
			if v.Value == 0 && v.Unit == "working_day" {
				c.warn(v.at, RuleClock, Text{"0 hari kerja berakhir pukul 17.00 hari itu: lewat sebelum dimulai bila dimulai sesudahnya", "0 working days end at 17.00 of that day: over before they begin where they begin later"},
					Text{"pakai 0 jam (saat itu juga) atau 1 hari kerja", "use 0 hours (at once) or 1 working day"})
			}
			if counts {
				c.kept(i, a, v, all)
			}
		}
	}
	c.circles()
}

// kept holds one deadline of a step against every step that it waits for, and
// against the day on which a schedule lets it begin.
func (c *checking) kept(i int, a from, v variant, all [][]variant) {
	if c.scheduled(i, i, a, v) {
		return
	}
	late := false // it is over before a step that has no clock begins
	for k := range c.ways.of(i).each {
		if k >= len(c.m.Steps) {
			break
		}
		p := c.m.Steps[k]
		if c.scheduled(i, k, a, v) {
			return
		}
		b, counts := c.from(p)
		if !counts || !c.notAfter(a, b) {
			late = late || p.Deadline == (Deadline{}) && c.gone(a, c.ways.of(k))
			continue
		}
		for _, w := range all[k] {
			if c.pairs++; c.pairs > mostPairs {
				return
			}
			usual, certain := c.earlier(v.Span, w.Span, 0)
			if usual && c.together(v, w) {
				c.before(v, certain, v.basis == "law" && w.basis == "law", both("langkah %s (%s) jatuh tempo sebelum langkah %s (%s) yang ditunggunya", "step %s (%s) is due before step %s (%s), which it waits for",
					c.m.Steps[i].ID, SpanText(v.Value, v.Unit), p.ID, SpanText(w.Value, w.Unit)))
				return
			}
		}
	}
	if late && v.Value == 0 && v.Unit != "working_day" {
		c.warn(v.at, RuleClock, both("langkah %s sudah terlambat saat dimulai: ia dihitung dari saat sebelum langkah yang ditunggunya", "step %s is late when it begins: it counts from before a step that it waits for", c.m.Steps[i].ID),
			Text{"hitung dari selesainya langkah itu, atau beri waktu", "count from the end of that step, or give it time"})
	}
}

// scheduled tells of a deadline of step i that is over before the schedule of
// step k, which it waits for or is, lets that begin.
func (c *checking) scheduled(i, k int, a from, v variant) bool {
	t := c.m.Steps[k].Trigger.Schedule
	if t == nil || len(t.Offsets) == 0 || !spanned(t.Offsets[0], t.Unit) || a != (from{event: t.Anchor}) {
		return false
	}
	usual, certain := c.earlier(v.Span, Span{t.Offsets[0], t.Unit}, int64(early/time.Second))
	if usual {
		c.before(v, certain, false, both("langkah %s (%s) jatuh tempo sebelum kunjungan pertama langkah %s (%s) dapat dimulai", "step %s (%s) is due before the first visit of step %s (%s) can begin",
			c.m.Steps[i].ID, SpanText(v.Value, v.Unit), c.m.Steps[k].ID, SpanText(t.Offsets[0], t.Unit)))
	}
	return usual
}

// before says that a deadline cannot be kept: an error where no calendar helps and
// the manual may change it, else a warning.
func (c *checking) before(v variant, certain, law bool, message Text) {
	hint := Text{"perpanjang tenggat ini atau persingkat yang ditunggu, bila perlu dengan deadline_when: untuk syarat yang sama", "make this deadline longer or the one it waits for shorter, where needed by deadline_when: for the same condition"}
	switch {
	case law:
		c.warn(v.at, RuleClock, message, Text{"keduanya peraturan: tulis dalam note: bahwa yang pertama harus lebih cepat", "both are law: say in note: that the first has to be quicker"})
	case certain:
		c.wrong(v.at, RuleClock, message, hint)
	default:
		c.warn(v.at, RuleClock, both("%s, kecuali hari libur memperpanjang hari kerja", "%s, unless holidays make the working days longer", message), hint)
	}
}

// together tells whether two deadlines can count at the same time; false where
// there is too much to try.
func (c *checking) together(v, w variant) bool {
	all := slices.Concat(v.holds, w.holds)
	for _, d := range slices.Concat(v.fails, w.fails) {
		all = append(all, Cond{Not: &d})
	}
	found := len(all) == 0
	if !found {
		found, _ = c.search(Cond{All: all}, nil)
	}
	return found
}

// begins holds a deadline to a beginning that can come.
func (c *checking) begins(i int) {
	s, at := c.m.Steps[i], c.root().to("steps", i, "deadline", "anchor")
	name := s.Deadline.Anchor
	a, other := c.m.anchor(name)
	never := func(why Text) {
		c.wrong(at, RuleClock, both("tenggat langkah %s tidak pernah mulai dihitung: %s", "the clock of step %s never begins: %s", s.ID, why), Text{"hitung dari kejadian, fakta, atau langkah yang dapat terjadi", "count from an event, a fact or a step that can come"})
	}
	switch {
	case a.StepDone != "" && c.idle[a.StepDone] && a.StepDone != s.ID && !c.ways.after(s.ID, a.StepDone): // else it waits for it, and that is told
		never(both("langkah %s tidak pernah dimulai", "step %s can never begin", a.StepDone))
	case len(a.Consents) > 0 && !slices.ContainsFunc(a.Consents, func(id string) bool { return c.consented()[id] }):
		never(Text{"tidak ada langkah yang menyebut persetujuan itu", "no step names those consents"})
	case !other && c.m.isEvent(name) && len(c.m.Happens) > 0 && c.m.Happens[name] == (Text{}) && !c.occurs()[name]:
		c.warn(at, RuleClock, both("tenggat langkah %s dihitung dari %q, yang tidak ada di events: dan tidak ditunggu langkah mana pun", "step %s counts from %q, which is not under events: and which no step waits for", s.ID, name), oneOf(keysOf(c.m.Happens), name))
	}
}

// consented tells the consents that some step names.
func (c *checking) consented() map[string]bool {
	if c.consents == nil {
		c.consents = map[string]bool{}
		for _, s := range c.m.Steps {
			for _, id := range s.Consent {
				c.consents[id] = true
			}
		}
	}
	return c.consents
}

func (c *checking) occurs() map[string]bool {
	if c.events == nil {
		c.events = c.m.occurring()
	}
	return c.events
}

// circles finds clocks that count from each other: none begins before another
// step is done, whose own clock waits for it.
func (c *checking) circles() {
	counts, to := map[string]string{}, map[string][]string{}
	for _, s := range c.m.Steps {
		if a, ok := c.m.anchor(s.Deadline.Anchor); ok && a.StepDone != "" && c.m.Step(a.StepDone) != nil && s.Deadline != (Deadline{}) {
			counts[s.ID] = a.StepDone
			to[s.ID] = append(to[s.ID], a.StepDone)
		}
		if c.m.Step(s.Trigger.StepDone) != nil {
			to[s.ID] = append(to[s.ID], s.Trigger.StepDone)
		}
	}
	for _, round := range rounds(c.m.Steps, to) {
		in := setOf(round)
		told := slices.ContainsFunc(round, func(id string) bool { return c.idle[id] || c.backward[id] })
		first := slices.IndexFunc(c.m.Steps, func(s *Step) bool { return in[s.ID] && in[counts[s.ID]] })
		if told || first < 0 {
			continue
		}
		c.wrong(c.root().to("steps", first, "deadline", "anchor"), RuleClock, both("tenggat langkah-langkah ini saling menunggu, jadi tidak ada yang mulai dihitung: %s", "the clocks of these steps count from each other, so none begins: %s", strings.Join(round[:min(len(round), 12)], " ↔ ")),
			Text{"hitung salah satunya dari kejadian atau fakta", "count one of them from an event or a fact"})
	}
}
