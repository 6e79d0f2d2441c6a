package protocol

import (
	"slices"
	"strings"
)

func (c *checking) step(at place, s *Step) {
	if s.Title.ID == "" {
		c.wrong(at, RuleShape, both("langkah %s tidak memiliki judul", "step %s has no title", s.ID), Text{"tulis title: dalam bahasa pertama", "write title: in the first language"})
	}
	c.replaced(at.to("replaces"), s)
	c.refers(at.to("stage"), "stages", s.Stage)
	c.refers(at.to("actor"), "roles", s.Actor)
	c.each(at.to("support"), "roles", s.Support)
	c.each(at.to("outputs"), "forms", s.Outputs)
	c.each(at.to("requires_forms"), "forms", s.RequiresForms)
	c.each(at.to("consent"), "consents", s.Consent)
	c.each(at.to("next"), "steps", s.Next)
	c.each(at.to("review_before"), "steps", s.ReviewBefore)
	c.each(at.to("refs"), "sources", s.Refs)
	c.listed(at.to("sensitivity"), s.Sensitivity, sensitivities...)
	for i, a := range s.OnOverdue {
		c.listed(at.to("on_overdue", i), a, Overdues...)
	}
	if s.When != nil {
		c.cond(at.to("when"), *s.When)
	}
	if s.ConsentUnless != nil {
		c.cond(at.to("consent_unless"), *s.ConsentUnless)
	}
	for i, d := range s.Decide {
		c.decide(at.to("decide", i), d)
	}
	c.trigger(at.to("trigger"), s.Trigger)
	c.deadline(at, s)
	c.deadlineWhen(at.to("deadline_when"), s)
	for i, t := range s.Track {
		c.track(at.to("track", i), t)
	}
	for i, r := range s.Ladder {
		c.rung(at.to("ladder", i), r)
	}
}

// replaced holds the ids that a step had in earlier versions to ids that no step
// has now, each of one step: else what was done of the one would count for two. One
// that is not known is of an older version.
func (c *checking) replaced(at place, s *Step) {
	for i, id := range s.Replaces {
		switch here := at.to(i); {
		case c.m.Step(id) != nil:
			c.wrong(here, RuleDuplicate, both("%q adalah langkah yang masih ada", "%q is a step that there still is", id), Text{"sebut id lama yang tidak dipakai lagi", "name an old id that is no longer used"})
		case c.m.StepNow(id) != s || slices.Index(s.Replaces, id) < i:
			c.wrong(here, RuleDuplicate, both("%q sudah digantikan", "%q is replaced already", id), Text{"satu id lama digantikan satu langkah, sekali", "one old id is replaced by one step, once"})
		case !idShape.MatchString(id):
			c.wrong(here, RuleID, both("id %.60q tidak dapat dipakai", "id %.60q cannot be used", id), Text{"huruf a–z, angka, - dan _, paling banyak 40", "letters a–z, digits, - and _, at most 40"})
		}
	}
}

func (c *checking) decide(at place, d Decide) {
	if d.If != nil {
		c.cond(at.to("if"), *d.If)
		c.refers(at.to("then"), "steps", d.Then)
	}
	if d.Else != "" {
		c.refers(at.to("else"), "steps", d.Else)
	}
	if d.If == nil && d.Else == "" {
		c.wrong(at, RuleShape, Text{"keputusan tanpa if atau else", "a decision without if or else"}, same("{if: …, then: A1}, {else: A2}"))
	}
}

func (c *checking) trigger(at place, t Trigger) {
	set := 0
	for _, is := range []bool{t.Event != "", t.StepDone != "", t.FactChange != "", len(t.Any) > 0, t.Recurring != nil, t.Schedule != nil} {
		if is {
			set++
		}
	}
	if set != 1 {
		c.wrong(at, RuleShape, Text{"pemicu harus tepat satu", "a trigger is exactly one thing"}, Text{"event, step_done, fact_change, recurring, schedule atau any", "event, step_done, fact_change, recurring, schedule or any"})
	}
	for i, sub := range t.Any {
		c.trigger(at.to("any", i), sub)
	}
	if t.StepDone != "" {
		c.refers(at.to("step_done"), "steps", t.StepDone)
	}
	if t.FactChange != "" {
		c.refers(at.to("fact_change"), "facts", t.FactChange)
	}
	if r := t.Recurring; r != nil {
		c.span(at.to("recurring", "unit"), r.Unit, r.Every, 1)
		if r.Until == "" {
			c.wrong(at.to("recurring"), RuleLoop, Text{"diulang tanpa akhir", "it is repeated without end"}, same("until: case_closed"))
		}
	}
	if s := t.Schedule; s != nil {
		c.schedule(at.to("schedule"), s)
	}
}

func (c *checking) schedule(at place, s *Schedule) {
	c.listed(at.to("unit"), s.Unit, Units...)
	if s.Anchor == "" || len(s.Offsets) == 0 {
		c.wrong(at, RuleShape, Text{"jadwal tanpa anchor atau offsets", "a schedule without anchor or offsets"}, same("{anchor: reintegrated, offsets: [14, 30], unit: calendar_day}"))
	}
	if len(s.Offsets) > mostVisits {
		c.wrong(at.to("offsets"), RuleClock, both("jadwal memiliki paling banyak %d kunjungan", "a schedule has at most %d visits", mostVisits), Text{"pakai recurring:", "use recurring:"})
	}
	for i, n := range s.Offsets {
		if n < 0 || n > longest(s.Unit) || i > 0 && n <= s.Offsets[i-1] {
			c.wrong(at.to("offsets", i), RuleClock, both("jadwal harus naik dari 0: %d", "a schedule goes up from 0: %d", n), Text{"urutkan dari yang paling awal", "write the earliest first"})
		}
	}
}

// span holds a length of time to a known unit and a value from least on.
func (c *checking) span(at place, unit string, value, least int) {
	c.listed(at, unit, Units...)
	most := longest(unit)
	if value < least || value > most {
		c.wrong(at, RuleClock, both("%d bukan lama waktu yang mungkin", "%d is no length of time that can be", value), both("dari %d sampai %d", "from %d to %d", least, most))
	}
}

// mostYears bounds a deadline, in days: ten years.
const mostYears = 3650

// longest is the most of a unit that a deadline may have.
func longest(unit string) int {
	if one := minutes(1, unit); one > 0 {
		return mostYears * 24 * 60 / one
	}
	return mostYears
}

// mostVisits bounds a schedule.
const mostVisits = 100

func (c *checking) basis(at place, basis, certainty string) {
	c.listed(at.to("basis"), basis, Bases...)
	if basis == "law" && certainty == "" {
		c.wrong(at, RuleLaw, Text{"dasar peraturan tanpa kepastian", "a law without certainty"}, same("certainty: text | secondary | unverified"))
		return
	}
	c.listed(at.to("certainty"), certainty, Certainties...)
}

func (c *checking) deadline(step place, s *Step) {
	d, at := s.Deadline, step.to("deadline")
	if d == (Deadline{}) {
		return
	}
	c.span(at.to("unit"), d.Unit, d.Value, 0)
	c.basis(at, d.Basis, d.Certainty)
	c.listed(at.to("binding"), d.Binding, Bindings...)
	if d.Basis == "law" || d.Binding == "duty" {
		c.sourced(at, d.Binding, d.Basis, s.Refs)
	}
	c.anchored(at.to("anchor"), s)
}

// sourced holds what rests on law to sources with a date and a certainty.
func (c *checking) sourced(at place, binding, basis string, refs []string) {
	if binding == "duty" && (basis != "law" || len(refs) == 0) {
		c.wrong(at, RuleDuty, Text{"kewajiban tanpa peraturan dan sumber", "a duty without law and source"}, Text{"tulis basis: law dan refs:, atau binding: target", "write basis: law and refs:, or binding: target"})
		return
	}
	dated := func(id string) bool { s := c.m.Sources[id]; return s.Date != "" || year.MatchString(s.Title) }
	known := slices.DeleteFunc(slices.Clone(refs), func(id string) bool { _, ok := c.m.Sources[id]; return !ok })
	if len(refs) == 0 || len(known) > 0 && !slices.ContainsFunc(known, dated) {
		c.wrong(at, RuleLaw, Text{"peraturan tanpa sumber bertanggal", "a law without a dated source"}, Text{"beri sumbernya date: atau tahun dalam title:, dan sebut di refs:", "give its source a date: or the year in title:, and name it in refs:"})
	}
}

// anchored holds a deadline to a beginning that can come before it.
func (c *checking) anchored(at place, s *Step) {
	no := func(message Text) {
		c.wrong(at, RuleClock, message, Text{"hitung dari kejadian, fakta, atau langkah yang mendahului", "count from an event, a fact or a step that comes before"})
	}
	has := func(of func(Trigger) bool) (found bool) {
		s.Trigger.walk(func(t Trigger) { found = found || of(t) })
		return found
	}
	switch name := s.Deadline.Anchor; {
	case strings.HasPrefix(name, before) && !has(func(t Trigger) bool { return t.Event != "" }):
		no(Text{"dihitung mundur dari kejadian yang tidak ditunggu langkah ini", "it counts back from an event that the step does not wait for"})
	case name == LastReview && !has(func(t Trigger) bool { return t.Recurring != nil }):
		no(Text{"last_review hanya untuk langkah berulang", "last_review is for recurring steps"})
	case name == ScheduledVisit && !has(func(t Trigger) bool { return t.Schedule != nil }):
		no(Text{"scheduled_visit hanya untuk langkah terjadwal", "scheduled_visit is for scheduled steps"})
	}
	a, ok := c.m.anchor(s.Deadline.Anchor)
	if !ok || !c.means(at, a) || a.StepDone == "" {
		return
	}
	if a.StepDone == s.ID || c.ways.after(a.StepDone, s.ID) {
		c.backward[s.ID] = true
		no(both("dihitung dari langkah %s yang baru dapat dimulai setelah langkah ini", "it counts from step %s, which can only begin after this one", c.m.Named("steps", a.StepDone)))
	}
}

// means holds what an anchor names to what there is.
func (c *checking) means(at place, a Anchor) bool {
	ok := true
	if a.StepDone != "" {
		ok = c.refers(at, "steps", a.StepDone)
	}
	if a.FactChange != "" {
		ok = c.refers(at, "facts", a.FactChange) && ok
	}
	for _, id := range a.Consents {
		ok = c.refers(at, "consents", id) && ok
	}
	return ok
}

// deadlineWhen looks for special deadlines that can never count, or that lengthen
// what a law commands.
func (c *checking) deadlineWhen(at place, s *Step) {
	var earlier []Cond
	for i, w := range s.DeadlineWhen {
		here := at.to(i)
		c.cond(here.to("if"), w.If)
		c.span(here.to("unit"), w.Unit, w.Value, 0)
		c.basis(here, w.Basis, w.Certainty)
		if w.Basis == "law" {
			c.sourced(here, "", "law", s.Refs)
		}
		fits := c.possible(w.If, earlier)
		earlier = append(earlier, w.If)
		if !fits {
			c.wrong(here.to("if"), RuleClock, Text{"tenggat khusus ini tidak pernah berlaku", "this special deadline can never count"}, Text{"syaratnya mustahil, atau sudah tercakup oleh yang di atasnya", "its condition cannot be, or one above it covers it"})
		}
		d := s.Deadline
		if d.Binding == "duty" && spanned(w.Value, w.Unit) && spanned(d.Value, d.Unit) && c.longer(Span{w.Value, w.Unit}, Span{d.Value, d.Unit}) {
			c.wrong(here, RuleClock, Text{"tenggat khusus dapat lebih panjang daripada kewajiban", "a special deadline that can be longer than the duty"}, Text{"kewajiban hanya dapat dipersingkat; hari kerja dapat lebih panjang daripada hari", "a duty can only be made shorter; working days can be longer than days"})
		}
	}
}

// minutes compares lengths of time; a working day counts as a day.
func minutes(value int, unit string) int {
	return value * map[string]int{"minute": 1, "hour": 60, "calendar_day": 24 * 60, "working_day": 24 * 60}[unit]
}

func (c *checking) track(at place, t Track) {
	c.span(at.to("unit"), t.Unit, t.Value, 0)
	c.basis(at, t.Basis, t.Certainty)
	c.listed(at.to("binding"), t.Binding, append([]string{""}, Bindings...)...)
	c.each(at.to("refs"), "sources", t.Refs)
	if t.Basis == "law" || t.Binding == "duty" {
		c.sourced(at, t.Binding, t.Basis, t.Refs)
	}
	if t.Anchor == "" {
		c.wrong(at, RuleShape, Text{"tenggat lembaga lain tanpa awal", "a clock of another agency without anchor"}, same("anchor: police_report_received"))
	}
	if a, ok := c.m.anchor(t.Anchor); ok {
		c.means(at.to("anchor"), a)
	}
}

func (c *checking) rung(at place, r Rung) {
	if r.Wait != nil {
		c.span(at.to("wait", "unit"), r.Wait.Unit, r.Wait.Value, 1)
	}
	c.basis(at, r.Basis, r.Certainty)
}

// cond holds a condition to one shape, known facts and their values.
func (c *checking) cond(at place, d Cond) {
	set := 0
	for _, is := range []bool{len(d.All) > 0, len(d.Any) > 0, d.Not != nil, d.Fact != ""} {
		if is {
			set++
		}
	}
	if set != 1 {
		c.wrong(at, RuleShape, Text{"syarat harus tepat satu", "a condition is exactly one thing"}, Text{"all, any, not, atau {fact, op, value}", "all, any, not, or {fact, op, value}"})
		return
	}
	for i, sub := range d.All {
		c.cond(at.to("all", i), sub)
	}
	for i, sub := range d.Any {
		c.cond(at.to("any", i), sub)
	}
	if d.Not != nil {
		c.cond(at.to("not"), *d.Not)
	}
	if d.Fact == "" || !c.refers(at.to("fact"), "facts", d.Fact) {
		return
	}
	c.listed(at.to("op"), d.Op, operators...)
	if values := c.m.Facts[d.Fact].Answers(); len(values) > 0 {
		for i, v := range d.Value {
			c.listed(at.to("value", i), v, append(slices.Clone(values), "unknown")...)
		}
	}
	if len(d.Value) == 0 {
		c.wrong(at, RuleShape, Text{"syarat tanpa nilai", "a condition without a value"}, same("value: [a, b]"))
	}
}
