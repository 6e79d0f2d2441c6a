package protocol

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

func keysOf[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

var year = regexp.MustCompile(`\b(19|20)\d\d\b`)

func (c *checking) facts() {
	for _, id := range keysOf(c.m.Facts) {
		f, at := c.m.Facts[id], c.root().to("facts", id)
		c.listed(at.to("type"), f.Type, "bool", "enum")
		if f.Type == "enum" && len(f.Values) == 0 {
			c.wrong(at, RuleShape, both("fakta %s tidak memiliki nilai", "fact %s has no values", id), same("values: [a, b, unknown]"))
			continue
		}
		if f.UnknownAs != "" {
			c.listed(at.to("unknown_as"), f.UnknownAs, f.Answers()...)
		}
		for _, v := range keysOf(f.Labels) {
			c.listed(at.to("labels", v), v, f.Answers()...)
		}
	}
}

// words checks roles, consents, anchors and sources.
func (c *checking) words() {
	for _, id := range keysOf(c.m.Consents) {
		if or := c.m.Consents[id].OrStep; or != "" {
			c.refers(c.root().to("consents", id, "or_step"), "steps", or)
		}
	}
	occurs := c.m.occurring()
	for _, id := range keysOf(c.m.Anchors) {
		a, at := c.m.Anchors[id], c.root().to("anchors", id)
		_, builtIn := anchors[id]
		switch {
		case id == LastReview || id == ScheduledVisit || strings.HasPrefix(id, before):
			c.wrong(at, RuleAnchor, both("%s berarti tetap dalam bahasa manual", "%s has its meaning by the language", id), Text{"beri nama lain", "give it another name"})
		case occurs[id]: // a clock would count from this and no longer from the event
			c.wrong(at, RuleAnchor, both("%s adalah nama kejadian", "%s is the name of an event", id), Text{"beri nama lain", "give it another name"})
		case builtIn && !reflect.DeepEqual(a, anchors[id]):
			c.warn(at, RuleBuiltIn, both("%s tidak lagi berarti seperti bawaannya", "%s no longer means what it does by itself", id), Text{"pakai nama lain bila tidak disengaja", "use another name unless this is meant"})
		}
		if c.means(at, a); reflect.DeepEqual(a, Anchor{}) {
			c.wrong(at, RuleShape, both("%s tidak berarti apa-apa", "%s means nothing", id), Text{"step_done, fact_change atau consents", "step_done, fact_change or consents"})
		}
	}
	for _, id := range keysOf(c.m.Sources) {
		s, at := c.m.Sources[id], c.root().to("sources", id)
		if s.Certainty == "" {
			c.wrong(at, RuleLaw, both("sumber %s tanpa kepastian", "source %s has no certainty", id), same("certainty: text | secondary | unverified"))
			continue
		}
		c.listed(at.to("certainty"), s.Certainty, Certainties...)
	}
}

// guards also holds the manual to locking every action that the engine can lock:
// a guard that was renamed, emptied or loosened until it locks nothing is told here.
func (c *checking) guards() {
	locked := map[string]bool{}
	for i, g := range c.m.Guards {
		at := c.root().to("global_guards", i)
		c.each(at.to("refs"), "sources", g.Refs)
		for k, a := range g.Forbids {
			c.listed(at.to("forbids", k), a, Actions...)
		}
		c.guard(at, g)
		forbids, unless := g.locks()
		if unless != nil {
			c.cond(at.to("unless"), *unless)
		}
		if len(forbids) == 0 && unless != nil {
			c.wrong(at.to("unless"), RuleLock, both("pengaman %s memiliki unless tetapi tidak mengunci apa pun", "guard %s has unless and locks nothing", g.ID), Text{"tulis forbids:, atau hapus unless:", "write forbids:, or take out unless:"})
		}
		if unless != nil && !c.possible(Cond{Not: unless}, nil) {
			c.wrong(at.to("unless"), RuleLock, both("kunci pengaman %s selalu terbuka: unless-nya selalu terpenuhi", "the lock of guard %s is always open: its unless always holds", g.ID), Text{"persempit unless:", "make unless: narrower"})
			continue
		}
		for _, a := range forbids {
			locked[a] = true
		}
	}
	for _, a := range Actions {
		if !locked[a] && len(c.m.Steps) > 0 {
			name := keysOf(guards)[slices.IndexFunc(keysOf(guards), func(id string) bool { return slices.Contains(guards[id].Forbids, a) })]
			c.wrong(c.root().to("global_guards"), RuleLock, both("tidak ada pengaman yang mengunci %s", "no guard locks %s", a),
				both("pulihkan pengaman %s, atau tulis forbids: [%s] pada pengaman lain", "bring back guard %s, or write forbids: [%s] in another guard", name, a))
		}
	}
}

// guard checks what a guard opens, which forms open it, and that somebody keeps it.
func (c *checking) guard(at place, g Guard) {
	c.each(at.to("requires_forms"), "forms", g.RequiresForms)
	c.each(at.to("opens"), "steps", g.Opens)
	if g.While != nil {
		c.cond(at.to("while"), *g.While)
	}
	forbids, _ := g.locks()
	if len(forbids) == 0 && len(g.RequiresForms) > 0 {
		c.wrong(at.to("requires_forms"), RuleLock, both("pengaman %s memiliki requires_forms tetapi tidak mengunci apa pun", "guard %s has requires_forms and locks nothing", g.ID), Text{"tulis forbids:, atau hapus requires_forms:", "write forbids:, or take out requires_forms:"})
	}
	if len(g.Opens) > 0 && (g.While == nil || !c.possible(Cond{Not: g.While}, nil)) {
		c.wrong(at.to("opens"), RuleLock, both("pengaman %s membuka langkahnya selalu", "guard %s opens its steps always", g.ID), Text{"tulis while: syarat yang dapat tidak terpenuhi, atau hapus persetujuan dari langkah itu", "write while: a condition that may not hold, or take the consents from the steps"})
	}
	if len(g.Opens) == 0 && g.While != nil {
		c.wrong(at.to("while"), RuleLock, both("pengaman %s memiliki while tetapi tidak membuka apa pun", "guard %s has while and opens nothing", g.ID), Text{"tulis opens:, atau hapus while:", "write opens:, or take out while:"})
	}
	for k, f := range g.RequiresForms {
		if _, ok := c.m.Forms[f]; ok && !slices.ContainsFunc(c.m.Steps, func(s *Step) bool { return slices.Contains(s.Outputs, f) }) {
			c.wrong(at.to("requires_forms", k), RuleGate, both("pengaman %s menunggu formulir %s yang tidak dihasilkan langkah mana pun", "guard %s waits for form %s, which no step brings out", g.ID, f), Text{"sebut di outputs: sebuah langkah", "name it in outputs: of a step"})
		}
	}
	if len(forbids)+len(g.Opens) == 0 && g.Unless == nil && g.While == nil && len(g.RequiresForms) == 0 && g.KeptBy == (Text{}) {
		c.warn(at, RuleKept, both("pengaman %s tidak mengunci apa pun dan tidak menyebut siapa yang menjaganya", "guard %s locks nothing and does not say who keeps it", g.ID), Text{"tulis forbids:, opens:, atau kept_by:", "write forbids:, opens: or kept_by:"})
	}
}

func (c *checking) forms() {
	for _, id := range keysOf(c.m.Forms) {
		f, at := c.m.Forms[id], c.root().to("forms", id)
		c.listed(at.to("sensitivity"), f.Sensitivity, sensitivities...)
		for i, d := range f.Fields {
			c.field(at.to("fields", i), f, d)
		}
	}
}

func (c *checking) field(at place, f Form, d Field) {
	no := func(message, hint Text) { c.wrong(at, RuleField, message, hint) }
	c.listed(at.to("type"), d.Type, FieldTypes...)
	chosen := d.Type == FieldChoice || d.Type == FieldChoices
	switch {
	case chosen && len(d.Choices) == 0:
		no(both("isian %s tidak memiliki pilihan", "field %s has no choices", d.named()), same("choices: [{id: a, label: …}]"))
	case !chosen && len(d.Choices) > 0:
		no(both("isian %s bukan pilihan tetapi memiliki choices", "field %s is no choice and has choices", d.named()), same("type: choice"))
	case d.Type != FieldNumber && slices.Contains(FieldTypes, d.Type) && (d.Min != nil || d.Max != nil):
		no(both("isian %s bukan angka tetapi memiliki batas", "field %s is no number and has bounds", d.named()), same("type: number"))
	case d.Min != nil && d.Max != nil && *d.Min > *d.Max:
		no(both("isian %s: min lebih besar daripada max", "field %s: min is more than max", d.named()), Text{"tukar keduanya", "swap them"})
	}
	if d.ShownWhen != nil {
		c.shown(at.to("shown_when"), f, d, *d.ShownWhen)
	}
	if d.Fact != "" {
		c.fieldFact(at.to("fact"), f, d)
	}
}

// fieldFact holds a field that is a fact to one answer, which the fact has, and a
// fact to one field of a form: two would contradict each other.
func (c *checking) fieldFact(at place, f Form, d Field) {
	fact := c.m.Facts[d.Fact]
	first := slices.IndexFunc(f.Fields, func(o Field) bool { return o.Fact == d.Fact })
	switch {
	case !c.refers(at, "facts", d.Fact):
	case d.Type != FieldChoice && d.Type != FieldYesNo:
		c.wrong(at, RuleField, both("isian %s menjadi fakta %s, tetapi bukan pilihan tunggal atau ya/tidak", "field %s is the fact %s, and is neither a single choice nor yes/no", d.ID, d.Fact), same("type: choice"))
	case f.Fields[first].ID != d.ID:
		c.wrong(at, RuleField, both("isian %s dan %s menjadi fakta %s yang sama", "fields %s and %s are the same fact %s", f.Fields[first].ID, d.ID, d.Fact), Text{"satu isian saja untuk satu fakta", "one field for one fact"})
	default:
		for _, a := range d.Answers() {
			if v := fact.saysOf(a); !slices.Contains(fact.Answers(), v) && (fact.Type != "bool" || a != "unknown") {
				c.wrong(at, RuleField, both("jawaban %s dari isian %s bukan nilai fakta %s", "answer %s of field %s is no value of the fact %s", a, d.ID, d.Fact), oneOf(fact.Answers(), a))
			}
		}
	}
}

// shown holds shown_when to fields that stand before, so that a reader who goes
// down the sheet has answered them.
func (c *checking) shown(at place, f Form, d Field, w Cond) {
	for i, sub := range w.All {
		c.shown(at.to("all", i), f, d, sub)
	}
	for i, sub := range w.Any {
		c.shown(at.to("any", i), f, d, sub)
	}
	if w.Not != nil {
		c.shown(at.to("not"), f, d, *w.Not)
	}
	if w.Fact == "" {
		return
	}
	before := slices.IndexFunc(f.Fields, func(o Field) bool { return o.ID == w.Fact })
	this := slices.IndexFunc(f.Fields, func(o Field) bool { return o.ID == d.ID })
	if before < 0 || before >= this {
		c.wrong(at, RuleField, both("isian %s menunggu %q, yang tidak ada di atasnya", "field %s waits for %q, which does not stand above it", d.named(), w.Fact), Text{"sebut isian yang ada di atasnya", "name a field that stands above"})
		return
	}
	c.listed(at.to("op"), w.Op, operators...)
	asked := f.Fields[before]
	answers := asked.Answers()
	if answers == nil {
		return
	}
	for i, v := range w.Value {
		c.listed(at.to("value", i), v, answers...)
	}
}

// reachable finds steps that wait only for each other, and those whose condition
// can never hold.
func (c *checking) reachable() {
	live := map[string]bool{}
	for before := -1; before < len(live); {
		before = len(live)
		for _, s := range c.m.Steps {
			if !live[s.ID] && begins(s.Trigger, live) {
				live[s.ID] = true
			}
		}
	}
	for i, s := range c.m.Steps {
		at := c.root().to("steps", i)
		never := s.When != nil && !c.possible(*s.When, nil)
		c.idle[s.ID] = never || !live[s.ID]
		switch {
		case !live[s.ID] && c.known(s.Trigger):
			c.wrong(at.to("trigger"), RuleUnreachable, both("langkah %s tidak pernah dimulai: ia menunggu langkah yang menunggunya", "step %s can never begin: it waits for steps that wait for it", c.m.Named("steps", s.ID)),
				Text{"biarkan salah satunya dimulai oleh kejadian atau fakta", "let one of them begin by an event or a fact"})
		case never:
			c.wrong(at.to("when"), RuleUnreachable, both("syarat langkah %s tidak mungkin terpenuhi", "the condition of step %s can never hold", c.m.Named("steps", s.ID)), Text{"satu fakta tidak dapat bernilai dua", "one fact cannot have two values"})
		}
	}
}

// known tells whether a trigger names what there is: what it does not is told already.
func (c *checking) known(t Trigger) (ok bool) {
	ok = true
	t.walk(func(o Trigger) {
		ok = ok && (o.StepDone == "" || c.m.Step(o.StepDone) != nil)
		if reflect.DeepEqual(o, Trigger{}) {
			ok = false
		}
	})
	return ok
}

func begins(t Trigger, live map[string]bool) bool {
	if len(t.Any) > 0 {
		return slices.ContainsFunc(t.Any, func(o Trigger) bool { return begins(o, live) })
	}
	return live[t.StepDone] || t.Event != "" || t.FactChange != "" || t.Recurring != nil || t.Schedule != nil
}

// loops finds ways (next and decisions) that lead round for ever: no step on them
// leads to one where the way ends.
func (c *checking) loops() {
	ways := map[string][]string{}
	for _, s := range c.m.Steps {
		to := slices.Clone(s.Next)
		for _, d := range s.Decide {
			to = append(to, d.Then, d.Else)
		}
		ways[s.ID] = slices.DeleteFunc(to, func(id string) bool { return c.m.Step(id) == nil })
	}
	ends := ending(ways)
	for _, round := range rounds(c.m.Steps, ways) {
		if ends[round[0]] {
			continue
		}
		i := slices.IndexFunc(c.m.Steps, func(s *Step) bool { return s.ID == round[0] })
		shown := round[:min(len(round), 12)]
		c.wrong(c.root().to("steps", i, "next"), RuleLoop, both("dari langkah %s jalannya berputar tanpa akhir: %s", "from step %s the way goes round for ever: %s", c.m.Named("steps", round[0]), strings.Join(shown, " → ")),
			Text{"beri salah satunya jalan ke langkah yang berakhir (next: [])", "lead one of them to a step where the way ends (next: [])"})
	}
}

// ending tells the steps from which some way comes to an end.
func ending(ways map[string][]string) map[string]bool {
	back, out := map[string][]string{}, map[string]bool{}
	var todo []string
	for id, list := range ways {
		if len(list) == 0 {
			todo = append(todo, id)
		}
		for _, to := range list {
			back[to] = append(back[to], id)
		}
	}
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		if todo = todo[:len(todo)-1]; !out[id] {
			out[id] = true
			todo = append(todo, back[id]...)
		}
	}
	return out
}

// rounds lists the groups of steps that lead round to each other, each and all in
// the order of the manual (strongly connected components, Tarjan 1972).
func rounds(steps []*Step, ways map[string][]string) (out [][]string) {
	order, low := map[string]int{}, map[string]int{}
	place := map[string]int{}
	for i, s := range steps {
		place[s.ID] = i
	}
	var stack []string
	on := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		order[id] = len(order) + 1
		low[id] = order[id]
		stack, on[id] = append(stack, id), true
		for _, to := range ways[id] {
			if order[to] == 0 {
				visit(to)
				low[id] = min(low[id], low[to])
			} else if on[to] {
				low[id] = min(low[id], order[to])
			}
		}
		if low[id] != order[id] {
			return
		}
		i := slices.Index(stack, id)
		group := slices.Clone(stack[i:])
		stack = stack[:i]
		for _, s := range group {
			on[s] = false
		}
		if len(group) > 1 || slices.Contains(ways[id], id) {
			slices.SortFunc(group, func(a, b string) int { return place[a] - place[b] })
			out = append(out, group)
		}
	}
	for _, s := range steps {
		if order[s.ID] == 0 {
			visit(s.ID)
		}
	}
	slices.SortFunc(out, func(a, b []string) int { return place[a[0]] - place[b[0]] })
	return out
}

// gates finds consents and forms that steps wait for and that cannot come.
func (c *checking) gates() {
	brings, asked := map[string][]*Step{}, map[string]bool{}
	for _, s := range c.m.Steps {
		for _, f := range s.Outputs {
			brings[f] = append(brings[f], s)
		}
		for _, id := range s.Consent {
			asked[id] = asked[id] || c.m.asks(s)
		}
	}
	for i, s := range c.m.Steps {
		at := c.root().to("steps", i)
		for k, f := range s.RequiresForms {
			if _, ok := c.m.Forms[f]; ok && !slices.ContainsFunc(brings[f], func(o *Step) bool { return o != s }) {
				c.wrong(at.to("requires_forms", k), RuleGate, both("langkah %s menunggu formulir %s yang tidak dihasilkan langkah lain", "step %s waits for form %s, which no other step brings out", c.m.Named("steps", s.ID), c.m.Named("forms", f)), Text{"sebut di outputs: sebuah langkah sebelumnya", "name it in outputs: of a step before"})
			}
		}
		for k, id := range s.Consent {
			c.gate(at.to("consent", k), s, id, asked[id])
		}
	}
}

func (c *checking) gate(at place, s *Step, id string, asked bool) {
	consent, ok := c.m.Consents[id]
	if !ok || c.m.asks(s) {
		return
	}
	if or := c.m.Step(consent.OrStep); or != nil && !c.m.asks(or) && slices.Contains(or.Consent, id) {
		c.wrong(at, RuleGate, both("langkah %s yang menggantikan persetujuan %s menunggu persetujuan itu sendiri", "step %s, which stands in for consent %s, waits for that consent itself", c.m.Named("steps", or.ID), c.m.Named("consents", id)), Text{"hapus persetujuan itu dari langkah pengganti", "take the consent from the step that stands in"})
		return
	}
	if !asked && consent.OrStep == "" && consent.Evidence.ID == "" {
		c.wrong(at, RuleGate, both("langkah %s menunggu persetujuan %s yang tidak diminta langkah mana pun dan tidak memiliki bukti", "step %s waits for consent %s, which no step asks for and nothing shows", c.m.Named("steps", s.ID), c.m.Named("consents", id)), Text{"mintalah di langkah dengan formulir persetujuan, atau tulis evidence:", "ask for it in the step with the consent form, or write evidence:"})
	} else if !asked && consent.OrStep == "" {
		c.warn(at, RuleConsentUnheld, both("persetujuan %s tidak diminta langkah mana pun", "no step asks for consent %s", c.m.Named("consents", id)), Text{"sebut pada persetujuan (consent:) langkah yang menghasilkan formulir persetujuan", "name it among the consents (consent:) of the step that brings out the consent form"})
	}
}

// unasked finds facts that nothing asks for.
func (c *checking) unasked() {
	asked := map[string]bool{}
	cond := func(d Cond) {
		d.leaves(place{}, true, func(_ place, one Cond, _ bool) { asked[one.Fact] = true })
	}
	for _, s := range c.m.Steps {
		if s.When != nil {
			cond(*s.When)
		}
		if s.ConsentUnless != nil {
			cond(*s.ConsentUnless)
		}
		for _, w := range s.DeadlineWhen {
			cond(w.If)
		}
		for _, d := range s.Decide {
			if d.If != nil {
				cond(*d.If)
			}
		}
		s.Trigger.walk(func(t Trigger) { asked[t.FactChange], asked[t.Event] = true, true }) // a fact that becomes true is an event of its name
		a, _ := c.m.anchor(s.Deadline.Anchor)
		asked[a.FactChange] = true
	}
	for _, g := range c.m.Guards {
		if _, unless := g.locks(); unless != nil {
			cond(*unless)
		}
		if g.While != nil {
			cond(*g.While)
		}
	}
	for _, id := range keysOf(c.m.Facts) {
		if !asked[id] {
			c.warn(c.root().to("facts", id), RuleFactUnasked, both("tidak ada syarat yang memakai fakta %s", "no condition asks for fact %s", c.m.Named("facts", id)), Text{"pakai dalam syarat sebuah langkah (when:), atau hapus bila tidak perlu", "use it in a condition of a step (when:), or take it out if nobody needs it"})
		}
	}
}

// silent finds duties that nobody hears of while a fact is unknown for which
// nothing asks: no form that a step brings out or waits for has a field that is that
// fact, no step decides by it, and the manual does not say what unknown counts as.
func (c *checking) silent() {
	asked := map[string]bool{}
	for _, s := range c.m.Steps {
		for _, d := range s.Decide {
			if d.If != nil {
				d.If.leaves(place{}, true, func(_ place, one Cond, _ bool) { asked[one.Fact] = true })
			}
		}
		for _, id := range slices.Concat(s.Outputs, s.RequiresForms) {
			for _, d := range c.m.Forms[id].Fields {
				asked[d.Fact] = true
			}
		}
	}
	for i, s := range c.m.Steps {
		if s.When == nil || s.Deadline.Binding != "duty" && !slices.ContainsFunc(s.Track, func(t Track) bool { return t.Binding == "duty" }) {
			continue
		}
		told := map[string]bool{}
		s.When.leaves(c.root().to("steps", i, "when"), true, func(at place, one Cond, wanted bool) {
			f, ok := c.m.Facts[one.Fact]
			shut := wanted && (one.Op == "ne" || one.Op == "not_in" || !slices.Contains(one.Value, "unknown"))
			if !ok || !shut || f.UnknownAs != "" || asked[one.Fact] || told[one.Fact] {
				return
			}
			told[one.Fact] = true
			c.warn(at, RuleSilent, both("kewajiban %s tidak muncul selama fakta %s belum diketahui, dan tidak ada yang menanyakannya", "the duty %s does not come up while fact %s is unknown, and nothing asks for it", s.ID, one.Fact),
				both("beri sebuah formulir isian dengan fact: %s, atau tulis unknown_as: pada fakta itu", "give a form a field with fact: %s, or write unknown_as: in the fact", one.Fact))
		})
	}
}

// leaves visits the comparisons of a condition; wanted is false under not.
func (d Cond) leaves(at place, wanted bool, visit func(at place, one Cond, wanted bool)) {
	for i, sub := range d.All {
		sub.leaves(at.to("all", i), wanted, visit)
	}
	for i, sub := range d.Any {
		sub.leaves(at.to("any", i), wanted, visit)
	}
	if d.Not != nil {
		d.Not.leaves(at.to("not"), !wanted, visit)
	}
	if d.Fact != "" {
		visit(at, d, wanted)
	}
}

// possible tells whether a condition can hold for some values of its facts while
// none of the others does. Where there are too many to try, or what it says is no
// condition, it is taken for possible. All of a check may try mostTries times a
// comparison.
func (c *checking) possible(d Cond, others []Cond) bool {
	found, whole := c.search(d, others)
	return found || !whole
}

// search looks for values of the facts by which a condition holds and none of the
// others does; whole: it could look at all there are.
func (c *checking) search(d Cond, others []Cond) (found, whole bool) {
	m := c.m
	if c.tries > mostTries {
		return false, false
	}
	size := 0
	seen := map[string]bool{}
	var facts []string
	whole = true
	var collect func(d Cond)
	collect = func(d Cond) {
		size++
		if d.Fact != "" && !seen[d.Fact] {
			seen[d.Fact] = true
			facts = append(facts, d.Fact)
		}
		whole = whole && (d.Fact == "" || len(d.Value) > 0)
		for _, sub := range slices.Concat(d.All, d.Any) {
			collect(sub)
		}
		if d.Not != nil {
			collect(*d.Not)
		}
	}
	for _, o := range append(slices.Clone(others), d) {
		collect(o)
	}
	c.tries += size
	tries := 0
	k := &course{m: m}
	set := map[string]string{}
	var try func(i int) bool
	try = func(i int) bool {
		if i == len(facts) {
			tries++
			c.tries += size
			if tries > 20_000 || c.tries > mostTries {
				whole = false
			}
			found = whole && k.holds(d, set) && !slices.ContainsFunc(others, func(o Cond) bool { return k.holds(o, set) })
			return found || !whole
		}
		f, ok := m.Facts[facts[i]]
		if !ok || len(f.Answers()) == 0 {
			whole = false // told already
			return true
		}
		for _, v := range append(slices.Clone(f.Answers()), "unknown") {
			if set[facts[i]] = v; try(i + 1) {
				return true
			}
		}
		return false
	}
	if whole {
		try(0)
	}
	return found, whole
}

// texts looks at every text of the manual: whether it is in both languages where
// the manual says that it has both, and whether it blames a child.
func (c *checking) texts() {
	second := slices.Contains(c.m.Protocol.Languages, "en")
	visit(c.root(), reflect.TypeFor[Manual](), func(at place, first, other string) {
		if second && other == "" && first != "" {
			c.warn(at, RuleTranslation, both("tidak ada terjemahan Inggris: %.60s", "no English: %.60s", first), same("{id: …, en: …}"))
		}
		for _, text := range []string{first, other} {
			if term, use, found := Forbidden(text); found {
				c.wrong(at, RuleTerm, both("%q menyalahkan anak", "%q blames a child", term), both("pakai: %s", "use: %s", use))
			}
		}
	})
}

// visit walks the texts of the manual along its types. Source titles are names of
// others and are left out.
func visit(at place, t reflect.Type, text func(at place, first, other string)) {
	if at.Node == nil {
		return
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	named := t == reflect.TypeFor[Role]() || t == reflect.TypeFor[Consent]()
	switch {
	case at.Kind == yaml.ScalarNode && (t == reflect.TypeFor[Text]() || t == reflect.TypeFor[Form]()):
		text(at, at.Value, "")
	case t == reflect.TypeFor[Text]() || named:
		text(at, valueOf(at, "id"), valueOf(at, "en"))
		if named {
			visit(place{child(at.Node, "evidence")}, reflect.TypeFor[Text](), text)
		}
	case t.Kind() == reflect.Struct && t != reflect.TypeFor[Source]():
		for f := range fieldsOf(t) {
			visit(place{child(at.Node, f.name)}, f.typ, text)
		}
	case t.Kind() == reflect.Slice && at.Kind == yaml.SequenceNode:
		for _, n := range at.Content {
			visit(place{n}, t.Elem(), text)
		}
	case t.Kind() == reflect.Map && at.Kind == yaml.MappingNode:
		for k := 1; k < len(at.Content); k += 2 {
			visit(place{at.Content[k]}, t.Elem(), text)
		}
	}
}

func valueOf(at place, key string) string {
	if n := child(at.Node, key); n != nil {
		return n.Value
	}
	return ""
}

type fieldOf struct {
	name string
	typ  reflect.Type
}

// fieldsOf yields the keys that a type has in YAML.
func fieldsOf(t reflect.Type) func(func(fieldOf) bool) {
	return func(yield func(fieldOf) bool) {
		for f := range t.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
			if name == "" {
				name = strings.ToLower(f.Name)
			}
			if f.IsExported() && name != "-" && !yield(fieldOf{name, f.Type}) {
				return
			}
		}
	}
}

// keys finds keys that the language does not know, and the nearest that it does.
func (c *checking) keys() { c.keysAt(c.root(), reflect.TypeFor[Manual]()) }

func (c *checking) keysAt(at place, t reflect.Type) {
	if at.Node == nil {
		return
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Struct && at.Kind == yaml.MappingNode:
		known := map[string]reflect.Type{}
		for f := range fieldsOf(t) {
			known[f.name] = f.typ
		}
		for k := 0; k+1 < len(at.Content); k += 2 {
			if typ, ok := known[at.Content[k].Value]; ok {
				c.keysAt(place{at.Content[k+1]}, typ)
				continue
			}
			c.warn(place{at.Content[k]}, RuleKey, both("kunci %q tidak dikenal dan tidak dibaca", "key %q is not known and not read", at.Content[k].Value), oneOf(keysOf(known), at.Content[k].Value))
		}
	case t.Kind() == reflect.Slice && at.Kind == yaml.SequenceNode:
		for _, n := range at.Content {
			c.keysAt(place{n}, t.Elem())
		}
	case t.Kind() == reflect.Map && at.Kind == yaml.MappingNode:
		for k := 1; k < len(at.Content); k += 2 {
			c.keysAt(place{at.Content[k]}, t.Elem())
		}
	}
}
