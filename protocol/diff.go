package protocol

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Kinds of Change.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
	Renamed = "renamed" // a step that replaces the one of another id: Old and New are the ids
)

// Change is one difference between two versions of a manual, in words: what
// changed for whom, from what to what. Part is empty where the whole thing came
// or went. A part that is a list tells each line that came (Added, New) or went
// (Removed, Old).
type Change struct {
	Kind string
	What string // manual, stage, step, form, field, fact, role, consent, event, anchor, guard, action (its locks), source
	ID   string // its id; a field's is that of its form, a dot and its own
	Name Text   // what it is called (now, or before it went)
	Who  Text   // whom it concerns: the actor of a step; empty where it concerns all
	Part string // title, actor, when, deadline, basis, do …: a key of the language
	Old  Text
	New  Text
}

// thing is a part of a manual in words.
type thing struct {
	what, id  string
	name, who Text
	parts     []part
	renamed   string // its id in the older manual, where that is another
}

// part is one thing said of it, or a list of them.
type part struct {
	name  string
	list  bool
	lines []Text
}

func (t *thing) say(name string, text Text) {
	if text.ID != "" || text.EN != "" {
		t.parts = append(t.parts, part{name, false, []Text{text}})
	}
}

func (t *thing) list(name string, lines []Text) {
	if len(lines) > 0 {
		t.parts = append(t.parts, part{name, true, lines})
	}
}

func (t *thing) part(name string) (p part) {
	for _, p := range t.parts {
		if p.name == name {
			return p
		}
	}
	return part{}
}

// Diff returns what changed from one version to another: things in the order of
// the new manual (manual, steps, forms, guards, facts …), then what went. A thing
// is the same where its id is, a step also where it replaces the id. Of steps, whom
// each change concerns is named.
func Diff(old, new *Manual) (out []Change) {
	was, is := old.things(), new.things()
	for _, s := range new.Steps {
		if id := s.before(old, new); id != "" && id != s.ID {
			i := slices.IndexFunc(was, func(t *thing) bool { return t.what == "step" && t.id == id })
			was[i].id, was[i].renamed = s.ID, id
		}
	}
	find := func(list []*thing, t *thing) *thing {
		if i := slices.IndexFunc(list, func(o *thing) bool { return o.what == t.what && o.id == t.id }); i >= 0 {
			return list[i]
		}
		return nil
	}
	for _, t := range is {
		if o := find(was, t); o != nil {
			out = append(out, o.changes(t)...)
		} else {
			out = append(out, Change{Kind: Added, What: t.what, ID: t.id, Name: t.name, Who: t.who, New: t.whole()})
		}
	}
	for _, t := range was {
		if find(is, t) == nil {
			out = append(out, Change{Kind: Removed, What: t.what, ID: t.id, Name: t.name, Who: t.who, Old: t.whole()})
		}
	}
	return out
}

// whole says a thing that came or went in one line: every part of it.
func (t *thing) whole() Text {
	var list []Text
	for _, p := range t.parts {
		if !strings.HasPrefix(p.name, orderOf) && !slices.Equal(p.lines, []Text{t.name}) { // its name and its fields stand by themselves
			list = append(list, both("%s: %s", "%s: %s", Label(p.name), joined(p.lines, " · ", " · ")))
		}
	}
	return joined(list, "; ", "; ")
}

func (t *thing) changes(now *thing) (out []Change) {
	if t.renamed != "" {
		out = append(out, Change{Kind: Renamed, What: now.what, ID: now.id, Name: now.name, Who: now.who, Old: same(t.renamed), New: same(now.id)})
	}
	names := make([]string, 0, len(now.parts))
	for _, p := range append(slices.Clone(now.parts), t.parts...) {
		if !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	}
	for _, name := range names {
		before, after := t.part(name), now.part(name)
		add := func(kind string, old, new Text) {
			if kind == Changed {
				old, new = apart(old, new)
			}
			out = append(out, Change{kind, now.what, now.id, now.name, now.who, name, old, new})
		}
		if strings.HasPrefix(name, orderOf) { // what came and went is told by itself
			before.lines, after.lines = without(before.lines, without(before.lines, after.lines)), without(after.lines, without(after.lines, before.lines))
		}
		switch {
		case slices.Equal(before.lines, after.lines), name == "replaces" && t.renamed != "":
		case before.list || after.list:
			lines(before.lines, after.lines, add)
		case len(before.lines) == 0:
			add(Added, Text{}, after.lines[0])
		case len(after.lines) == 0:
			add(Removed, before.lines[0], Text{})
		default:
			add(Changed, before.lines[0], after.lines[0])
		}
	}
	return out
}

// apart lets a reader of one language see what changed only in the other: both
// sides then read as they stand in that one, after its name.
func apart(old, new Text) (Text, Text) {
	in := func(t Text, lang string) string { return "[" + lang + "] " + orID(same(t.In(lang)), "–").ID }
	switch a, b := old, new; {
	case a.In("id") == b.In("id"):
		old.ID, new.ID = in(a, "en"), in(b, "en")
	case a.In("en") == b.In("en"):
		old.EN, new.EN = in(a, "id"), in(b, "id")
	}
	return old, new
}

// lines tells which lines of a list came and went; where they are the same in
// another order, the two orders.
func lines(old, new []Text, add func(kind string, old, new Text)) {
	gone, come := without(old, new), without(new, old)
	if len(gone) == len(come) && len(old) == len(new) && len(gone) > 0 && slices.Equal(without(old, gone), without(new, come)) {
		for i := range gone { // line by line, each in its place
			add(Changed, gone[i], come[i])
		}
		return
	}
	for _, t := range gone {
		add(Removed, t, Text{})
	}
	for _, t := range come {
		add(Added, Text{}, t)
	}
	if len(gone)+len(come) == 0 {
		add(Changed, joined(old, " · ", " · "), joined(new, " · ", " · "))
	}
}

// without returns the lines that are not in other, counting those said twice.
func without(list, other []Text) (out []Text) {
	left := slices.Clone(other)
	for _, t := range list {
		if i := slices.Index(left, t); i >= 0 {
			left = slices.Delete(left, i, i+1)
		} else {
			out = append(out, t)
		}
	}
	return out
}

// orderOf begins the parts that tell in which order things stand.
const orderOf = "order of "

// waits is the part of a step that says which gates it has, whichever keys of the
// manual make them.
const waits = "waits"

// things lists a manual in words.
func (m *Manual) things() (out []*thing) {
	h := m.Protocol
	head := &thing{what: "manual", id: h.ID, name: Text{h.ID, h.ID}}
	head.say("title", h.Title)
	head.say("note", h.Note)
	for _, p := range [][2]string{{"version", h.Version}, {"status", h.Status}, {"effective_from", h.EffectiveFrom}, {"holiday_calendar", h.HolidayCalendar},
		{"timezone", h.Timezone}, {"consent_form", h.ConsentForm}, {"schema", m.Schema}, {"language", strings.Join(h.Languages, ", ")}} {
		head.say(p[0], Text{p[1], p[1]})
	}
	if h.ReviewEvery != 0 {
		head.say("review_every_months", both("%d", "%d", h.ReviewEvery))
	}
	for _, k := range slices.Sorted(maps.Keys(h.Jurisdiction)) {
		head.say("jurisdiction."+k, Text{h.Jurisdiction[k], h.Jurisdiction[k]})
	}
	head.list(orderOf+"stages", ids(m.Stages, func(s Stage) string { return s.ID }))
	head.list(orderOf+"steps", ids(m.Steps, func(s *Step) string { return s.ID }))
	out = append(out, head)
	for _, s := range m.Stages {
		t := &thing{what: "stage", id: s.ID, name: s.Title}
		t.say("title", s.Title)
		out = append(out, t)
	}
	for _, s := range m.Steps {
		out = append(out, m.stepThing(s))
	}
	for _, id := range slices.Sorted(maps.Keys(m.Forms)) {
		out = append(out, m.formThings(id)...)
	}
	for _, g := range m.Guards {
		out = append(out, m.guardThing(g))
	}
	for _, a := range Actions { // whatever guard does it, and by whatever rule of its name
		t := &thing{what: "action", id: a, name: Label(a)}
		t.list("locked_by", m.locksOf(a))
		out = append(out, t)
	}
	return append(out, m.vocabulary()...)
}

func ids[T any](list []T, id func(T) string) (out []Text) {
	for _, t := range list {
		out = append(out, same(id(t)))
	}
	return out
}

func texts(list []string, text func(string) Text) (out []Text) {
	for _, id := range list {
		out = append(out, text(id))
	}
	return out
}

func same(s string) Text { return Text{s, s} }

func (m *Manual) stepThing(s *Step) *thing {
	t := &thing{what: "step", id: s.ID, name: s.Title, who: m.RoleText(s.Actor)}
	t.say("title", s.Title)
	t.list("replaces", texts(s.Replaces, same))
	t.say("stage", same(s.Stage))
	t.say("actor", m.roleWithID(s.Actor))
	t.list("support", texts(s.Support, m.roleWithID))
	t.say("trigger", m.TriggerText(s.Trigger))
	if s.When != nil {
		t.say("when", m.CondText(*s.When))
	}
	t.say("deadline", m.DeadlineText(s.Deadline))
	t.say("basis", BasisText(s.Deadline.Basis, s.Deadline.Certainty, s.Deadline.Binding))
	t.say("note", s.Deadline.Note)
	var list []Text
	for _, w := range s.DeadlineWhen {
		list = append(list, both("bila %s: %s (%s)", "if %s: %s (%s)", m.CondText(w.If), SpanText(w.Value, w.Unit), BasisText(w.Basis, w.Certainty, "")))
	}
	t.list("deadline_when", list)
	list = nil
	for _, k := range s.Track {
		list = append(list, both("%s: %s (%s; %s)", "%s: %s (%s; %s)", k.What, m.DeadlineText(Deadline{Value: k.Value, Unit: k.Unit, Anchor: k.Anchor}),
			BasisText(k.Basis, k.Certainty, k.Binding), joined(texts(k.Refs, m.sourceText), ", ", ", ")))
	}
	t.list("track", list)
	t.list("consent", texts(s.Consent, m.consentWithID))
	if s.ConsentUnless != nil {
		t.say("consent_unless", m.CondText(*s.ConsentUnless))
	}
	t.list("requires_forms", texts(s.RequiresForms, m.FormText))
	t.list("review_before", texts(s.ReviewBefore, m.StepText))
	t.list("do", s.Do)
	t.list("forbid", s.Forbid)
	t.list("decide", m.decideLines(s))
	t.list("require", s.Require)
	t.list("ladder", ladderLines(s))
	t.list("outputs", texts(s.Outputs, m.FormText))
	t.list(waits, m.gatesOf(s))
	t.list("on_overdue", texts(s.OnOverdue, same))
	t.say("sensitivity", same(s.Sensitivity))
	t.list("next", texts(s.Next, m.StepText))
	t.list("refs", texts(s.Refs, m.sourceText))
	return t
}

func (m *Manual) decideLines(s *Step) (out []Text) {
	for _, d := range s.Decide {
		switch {
		case d.If != nil:
			out = append(out, both("bila %s: %s", "if %s: %s", m.CondText(*d.If), m.StepText(d.Then)))
		default:
			out = append(out, both("selain itu: %s", "otherwise: %s", m.StepText(d.Else)))
		}
	}
	return out
}

func ladderLines(s *Step) (out []Text) {
	for _, r := range s.Ladder {
		wait := Text{"jenjang terakhir", "the last level"}
		if r.Wait != nil {
			wait = both("tunggu %s", "wait %s", SpanText(r.Wait.Value, r.Wait.Unit))
		}
		out = append(out, both("%d. %s: %s (%s) %s", "%d. %s: %s (%s) %s", r.Level, r.To, wait, BasisText(r.Basis, r.Certainty, ""), r.Note))
	}
	return out
}

func (m *Manual) roleWithID(id string) Text    { return withID(id, m.RoleText(id)) }
func (m *Manual) consentWithID(id string) Text { return withID(id, m.ConsentText(id)) }
func (m *Manual) sourceText(id string) Text {
	return withID(id, Text{m.Sources[id].Title, m.Sources[id].EN})
}

func withID(id string, t Text) Text {
	if t.ID == id || t.ID == "" {
		return same(id)
	}
	return both("%s (%s)", "%s (%s)", id, t)
}

func (m *Manual) formThings(id string) []*thing {
	f := m.Forms[id]
	t := &thing{what: "form", id: id, name: f.Title}
	t.say("title", f.Title)
	t.say("purpose", f.Purpose)
	t.say("sensitivity", same(f.Sensitivity))
	out := []*thing{t}
	t.list(orderOf+"fields", ids(f.Fields, func(d Field) string { return d.ID }))
	for _, d := range f.Fields {
		out = append(out, m.fieldThing(id, d))
	}
	return out
}

func (m *Manual) fieldThing(form string, d Field) *thing {
	f := m.Forms[form]
	t := &thing{what: "field", id: form + "." + d.ID, name: d.Label}
	t.say("label", d.Label)
	t.say("hint", d.Hint)
	t.say("type", same(d.Type))
	var list []Text
	for _, c := range d.Choices {
		list = append(list, withID(c.ID, c.Label))
	}
	t.list("choices", list)
	if d.Required {
		t.say("required", Word("yes"))
	}
	if d.ShownWhen != nil {
		t.say("shown_when", d.ShownWhen.text(f.labelOf, f.choiceOf))
	}
	if d.Fact != "" {
		t.say("fact", m.FactText(d.Fact))
	}
	if d.Min != nil {
		t.say("min", both("%d", "%d", *d.Min))
	}
	if d.Max != nil {
		t.say("max", both("%d", "%d", *d.Max))
	}
	return t
}

func (m *Manual) guardThing(g Guard) *thing {
	t := &thing{what: "guard", id: g.ID, name: same(g.ID)}
	t.say("rule", g.Rule)
	forbids, unless := g.locks()
	t.list("forbids", texts(forbids, same))
	if unless != nil {
		t.say("unless", m.CondText(*unless))
	}
	t.list("requires_forms", texts(g.RequiresForms, m.FormText))
	t.list("opens", texts(g.Opens, m.StepText))
	if g.While != nil {
		t.say("while", m.CondText(*g.While))
	}
	t.say("kept_by", g.KeptBy)
	t.list("refs", texts(g.Refs, m.sourceText))
	return t
}

// vocabulary lists facts, roles, consents, events, anchors and sources.
func (m *Manual) vocabulary() (out []*thing) {
	add := func(what, id string, name Text) *thing {
		t := &thing{what: what, id: id, name: orID(name, id)}
		t.say("title", name)
		out = append(out, t)
		return t
	}
	for _, id := range slices.Sorted(maps.Keys(m.Facts)) {
		f := m.Facts[id]
		t := add("fact", id, f.Label)
		t.say("type", same(f.Type))
		t.list("values", texts(f.Values, func(v string) Text { return withID(v, f.Labels[v]) }))
		t.say("unknown_as", same(f.UnknownAs))
	}
	for _, id := range slices.Sorted(maps.Keys(m.Roles)) {
		t := add("role", id, Text{m.Roles[id].ID, m.Roles[id].EN})
		t.say("external", Word(strconv.FormatBool(m.Roles[id].External)))
	}
	for _, id := range slices.Sorted(maps.Keys(m.Consents)) {
		c := m.Consents[id]
		t := add("consent", id, Text{c.ID, c.EN})
		t.say("evidence", c.Evidence)
		t.say("or_step", same(c.OrStep))
	}
	for _, id := range slices.Sorted(maps.Keys(m.Happens)) {
		add("event", id, m.Happens[id])
	}
	for _, id := range slices.Sorted(maps.Keys(m.Anchors)) {
		a, t := m.Anchors[id], add("anchor", id, m.AnchorText(id))
		if a.StepDone != "" {
			t.say("step_done", m.StepText(a.StepDone))
		}
		if a.FactChange != "" {
			t.say("fact_change", withID(a.FactChange, m.FactText(a.FactChange)))
		}
		t.list("consents", texts(a.Consents, m.consentWithID))
	}
	for _, id := range slices.Sorted(maps.Keys(m.Sources)) {
		s := m.Sources[id]
		t := add("source", id, Text{s.Title, s.EN})
		t.say("url", same(s.URL))
		t.say("date", same(s.Date))
		t.say("certainty", Word(s.Certainty))
	}
	return out
}

// names of what a change is of, and of its parts.
var names = map[string]Text{
	"manual": {"Manual", "Manual"}, "stage": {"Tahap", "Stage"}, "step": {"Langkah", "Step"}, "form": {"Formulir", "Form"}, "field": {"Isian", "Field"},
	"fact": {"Fakta", "Fact"}, "role": {"Peran", "Role"}, "event": {"Kejadian", "Event"},
	"action": {"Tindakan", "Action"}, ContactGuardian: {"menghubungi wali", "contact the guardian"}, Mediate: {"mediasi", "mediate"}, UploadMedia: {"mengunggah media", "upload media"},
	RecordOffender: {"mencatat anak sebagai pelaku", "record a child as an offender"}, ContactSuspect: {"menghubungi terduga pelaku", "contact the suspect"},
	"step_done": {"selesainya langkah", "completion of step"}, "fact_change": {"perubahan fakta", "change of fact"}, "consents": {"keputusan tentang persetujuan", "decision on consents"},
	"locked_by": {"dikunci oleh", "locked by"}, waits: {"menunggu", "waits for"}, "consent": {"Persetujuan", "Consent"}, "consent_unless": {"tidak menunggu persetujuan bila", "waits for no consent if"},
	"anchor": {"Awal hitungan", "Start of a count"}, "guard": {"Pengaman", "Guard"}, "source": {"Sumber", "Source"}, "clock": {"Tenggat", "Clock"},

	"title": {"nama", "name"}, "replaces": {"nama dahulu", "was called"}, "actor": {"pelaksana", "who acts"}, "support": {"pendukung", "who supports"}, "trigger": {"kapan dimulai", "when it begins"},
	"when": {"syarat", "condition"}, "deadline": {"tenggat", "by when"}, "basis": {"dasar", "basis"}, "note": {"catatan", "note"},
	"deadline_when": {"tenggat khusus", "special deadline"}, "track": {"tenggat lembaga lain", "clock of another agency"}, "requires_forms": {"formulir yang harus ada", "forms that must be there"},
	"review_before": {"ditinjau lagi sebelum", "reviewed before"}, "do": {"lakukan", "do"}, "forbid": {"larangan", "do not"}, "decide": {"keputusan", "decision"},
	"require": {"harus terpenuhi", "must be so"}, "ladder": {"jenjang", "escalation"}, "outputs": {"hasil", "outputs"}, "on_overdue": {"bila terlambat", "if overdue"},
	"sensitivity": {"tingkat kerahasiaan", "sensitivity"}, "next": {"berikutnya", "next"}, "refs": {"rujukan", "sources"}, "purpose": {"kegunaan", "purpose"},
	"label": {"label", "label"}, "hint": {"petunjuk", "hint"}, "type": {"jenis", "type"}, "choices": {"pilihan", "choices"}, "required": {"wajib diisi", "required"},
	"shown_when": {"ditampilkan bila", "shown if"}, "min": {"paling kecil", "least"}, "max": {"paling besar", "most"}, "rule": {"aturan", "rule"},
	"forbids": {"mengunci", "locks"}, "unless": {"kecuali", "unless"}, "opens": {"langkah yang tidak menunggu", "steps that wait for nothing"}, "while": {"selama", "while"}, "kept_by": {"dijaga oleh", "kept by"}, "values": {"nilai", "values"}, "unknown_as": {"bila belum diketahui dianggap", "if not known counts as"},
	"external": {"lembaga lain", "another agency"}, "evidence": {"bukti", "evidence"}, "or_step": {"dapat digantikan langkah", "a step may stand in"}, "url": {"alamat", "address"},
	"certainty": {"kepastian", "certainty"}, "date": {"tanggal", "date"}, "version": {"versi", "version"}, "status": {"status", "status"}, "effective_from": {"berlaku sejak", "in force from"},
	"holiday_calendar": {"kalender hari libur", "holiday calendar"}, "timezone": {"zona waktu", "time zone"}, "consent_form": {"formulir persetujuan", "consent form"},
	"schema": {"bahasa manual", "language of the manual"}, "language": {"bahasa", "languages"}, "review_every_months": {"ditinjau setiap (bulan)", "reviewed every (months)"},
	"order of stages": {"urutan tahap", "order of stages"}, "order of steps": {"urutan langkah", "order of steps"}, "order of fields": {"urutan isian", "order of fields"},
}

// Label returns what a kind of thing or a part of it is called: step, deadline,
// basis and the other values of Change.What and Change.Part.
func Label(name string) Text {
	if t, ok := names[name]; ok {
		return t
	}
	return same(name)
}

// Sentence says a change in one sentence of a language (id or en).
func (c Change) Sentence(lang string) string {
	head := Label(c.What).In(lang) + " " + c.ID
	if n := c.Name.In(lang); n != "" && n != c.ID {
		head += " “" + n + "”"
	}
	if who := c.Who.In(lang); who != "" {
		head += " (" + who + ")"
	}
	old, new := c.Old.In(lang), c.New.In(lang)
	if c.Kind == Renamed {
		return head + both(": berganti id, dahulu %s.", ": renamed, was %s.", old).In(lang)
	}
	if c.Part == "" {
		end := map[string]Text{Added: {"baru", "new"}, Removed: {"dihapus", "removed"}}[c.Kind].In(lang)
		return strings.TrimSuffix(head+": "+end+"; "+old+new, "; ") + "."
	}
	head += ": " + Label(c.Part).In(lang)
	switch {
	case c.Part == waits && c.Kind == Added:
		return strings.TrimSuffix(head, Label(waits).In(lang)) + both("sekarang menunggu “%s”.", "now waits for “%s”.", new).In(lang)
	case c.Part == waits && c.Kind == Removed:
		return strings.TrimSuffix(head, Label(waits).In(lang)) + both("tidak lagi menunggu “%s”.", "no longer waits for “%s”.", old).In(lang)
	case c.Kind == Added:
		return head + both(": ditambah “%s”.", ": added “%s”.", new).In(lang)
	case c.Kind == Removed:
		return head + both(": dihapus “%s”.", ": removed “%s”.", old).In(lang)
	}
	return head + both(" berubah dari “%s” menjadi “%s”.", " changed from “%s” to “%s”.", old, new).In(lang)
}
