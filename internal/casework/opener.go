package casework

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/internal/platform/record"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/report"
	"github.com/naungan/naungan/protocol"
)

// Label is what a list shows of a case: never a name.
type Label struct {
	Age     string `json:"age,omitempty"`
	Sex     string `json:"sex,omitempty"`
	Area    string `json:"area,omitempty"`
	Concern string `json:"concern,omitempty"`
}

// Beginning is what a new case starts with.
type Beginning struct {
	Team      string
	Worker    string
	Second    string
	Risk      Risk
	Danger    bool
	Report    string    // the report it comes from, if any
	Received  time.Time // the hour that report came; zero where there is none
	Identity  IdentityDoc
	Situation SituationDoc
	Concerns  ConcernsDoc
	Contact   SafeContactDoc
	Reporter  Way // of the reporter, where that is not the child
}

// Way is how somebody may be answered: a contact code of the report's form and
// when it is safe, in their own words.
type Way struct{ Contact, Safe string }

// Opening is a sealed new case, ready to be stored.
type Opening struct {
	ID, Team, Worker, Second, Manual, Report string
	Risk                                     Risk
	Change                                   record.Change
	Grants                                   []record.Grant
	Tags                                     []Tag
	Label                                    seal.Box
	Summary                                  protocol.Summary
}

// Tag is an entry of the blind index.
type Tag struct {
	Team  string
	Tag   seal.Tag
	Year  int64
	Kind  seal.TagKind
	Whose string
}

// Rules is the manual a case runs by.
type Rules struct {
	Manual   *protocol.Manual
	Calendar *protocol.Calendar
}

// evaluate runs the manual. Deadlines end with the full hour, as the clear column
// keeps them: a list and the case itself then say the same time.
func (r Rules) evaluate(events []protocol.Event, now time.Time) protocol.Evaluation {
	e := protocol.Evaluate(r.Manual, events, now, r.Calendar)
	for i := range e.Tasks {
		t := &e.Tasks[i]
		if t.Due.IsZero() {
			continue
		}
		t.Due = clock.OfHour(clock.HourUp(t.Due))
		if t.State != protocol.Overdue || now.After(t.Due) {
			continue
		}
		if t.State = protocol.Due; len(t.Missing) > 0 {
			t.State = protocol.Blocked
		}
	}
	return e
}

// Begin seals a new case for its team.
func Begin(kr *seal.Keyring, who access.Who, jurisdiction string, to seal.TeamPublic, b Beginning, r Rules, now time.Time, day int64) (Opening, error) {
	keys := record.New(record.Place{Jurisdiction: jurisdiction, Room: Room, ID: id.New(now)}, true)
	course := CourseDoc{Events: firstEvents(b, who.Person, now)}
	pen := record.NewPen(keys, who.Person, day, 0, [32]byte{})
	for _, d := range []Document{b.Identity, b.Situation, b.Concerns, b.Contact, course} {
		if err := write(pen, d); err != nil {
			return Opening{}, err
		}
	}
	o := Opening{ID: keys.ID, Team: b.Team, Worker: b.Worker, Second: b.Second, Manual: r.Manual.Hash(), Report: b.Report, Risk: b.Risk, Change: pen.Written()}
	o.Summary = r.evaluate(course.Events, now).Summary()
	main, err := keys.GrantTo(kr, who, to, "opened", 0)
	if err != nil {
		return o, err
	}
	ident, err := keys.GrantIdentity(who, to, "opened", 0)
	if err != nil {
		return o, err
	}
	o.Grants = []record.Grant{main, ident}
	o.Tags = tagsOf(kr, b.Team, yearOf(day), b.Identity)
	o.Label, err = keys.Label(labelOf(b.Situation, b.Concerns))
	return o, err
}

func write(pen *record.Pen, d Document) error {
	if err := d.Check(); err != nil {
		return err
	}
	return pen.Write(d.Kind().Part(), string(d.Kind()), d)
}

// firstEvents is what is known when a case opens, in the manual's terms.
func firstEvents(b Beginning, by string, now time.Time) []protocol.Event {
	intake := protocol.Event{Kind: protocol.Occurred, Name: protocol.IntakeReceived, At: now, By: by}
	// Of a report only the hour is kept: a clock may run up to an hour early, never late.
	if !b.Received.IsZero() && b.Received.Before(now) {
		intake.When = b.Received
	}
	ev := []protocol.Event{
		{Kind: protocol.Occurred, Name: protocol.CaseOpened, At: now, By: by},
		intake,
		{Kind: protocol.FactSet, Name: "risk", Value: string(b.Risk), At: now, By: by},
	}
	set := func(name, value string) {
		if value != "" {
			ev = append(ev, protocol.Event{Kind: protocol.FactSet, Name: name, Value: value, At: now, By: by})
		}
	}
	if b.Risk == RiskHigh || b.Risk == RiskUnknown {
		ev = append(ev, protocol.Event{Kind: protocol.Occurred, Name: protocol.HighRisk, At: now, By: by})
	}
	if b.Danger {
		set("immediate_danger", "true")
	}
	set("child_age_band", b.Situation.AgeBand)
	set("lead_agency", "ours")
	return ev
}

func labelOf(s SituationDoc, c ConcernsDoc) Label {
	l := Label{Age: s.AgeBand, Sex: s.Sex, Area: s.Area}
	if len(c.Codes) > 0 {
		l.Concern = c.Codes[0]
	}
	return l
}

func yearOf(day int64) int64 { return int64(time.Unix(day*86400, 0).UTC().Year()) }

// identifiers lists what is tagged of an identity, normalised.
func identifiers(d IdentityDoc) (out []Tag, forms []string) {
	add := func(kind seal.TagKind, whose, normal string) {
		if normal != "" {
			out, forms = append(out, Tag{Kind: kind, Whose: whose}), append(forms, normal)
		}
	}
	for _, p := range d.Phones {
		add(seal.TagPhone, p.Whose, seal.NormalPhone(p.Number))
	}
	add(seal.TagNIK, "child", seal.NormalNIK(d.NIK))
	add(seal.TagName, "child", seal.NormalPerson(d.Name, d.BirthYear, d.Kecamatan))
	add(seal.TagName, "child", seal.NormalPerson(d.Alias, d.BirthYear, d.Kecamatan))
	return out, forms
}

func tagsOf(kr *seal.Keyring, team string, year int64, d IdentityDoc) (out []Tag) {
	tk, ok := kr.Team(team)
	if !ok {
		return nil
	}
	list, forms := identifiers(d)
	for i, t := range list {
		if tag, ok := tk.TagOf(t.Kind, year, forms[i]); ok {
			t.Team, t.Year, t.Tag = team, year, tag
			out = append(out, t)
		}
	}
	return out
}

// Sought is an identifier that was typed, and whether it can be searched: a name
// only with a birth year and a kecamatan, a number only where it is one.
type Sought struct {
	Kind seal.TagKind
	Can  bool
}

// SoughtBy tells what an identity can be searched by and what of it cannot.
func SoughtBy(d IdentityDoc) (out []Sought) {
	add := func(kind seal.TagKind, typed, normal string) {
		if s := (Sought{kind, normal != ""}); typed != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	add(seal.TagName, d.Name, seal.NormalPerson(d.Name, d.BirthYear, d.Kecamatan))
	add(seal.TagNIK, d.NIK, seal.NormalNIK(d.NIK))
	for _, p := range d.Phones {
		add(seal.TagPhone, p.Number, seal.NormalPhone(p.Number))
	}
	return out
}

// Wanted returns the tags by which cases of the same child are found: every
// team and epoch on the ring, this year and the nine before; names with the birth
// year, the one before and the one after.
func Wanted(kr *seal.Keyring, day int64, d IdentityDoc) (out []Tag) {
	list, forms := identifiers(d)
	if d.BirthYear > 0 {
		for _, year := range []int{d.BirthYear - 1, d.BirthYear + 1} {
			more, names := identifiers(IdentityDoc{Name: d.Name, Alias: d.Alias, BirthYear: year, Kecamatan: d.Kecamatan})
			list, forms = append(list, more...), append(forms, names...)
		}
	}
	kr.Each(func(tk seal.TeamKeys) {
		for year := yearOf(day) - 9; year <= yearOf(day); year++ {
			for i, t := range list {
				if tag, ok := tk.TagOf(t.Kind, year, forms[i]); ok {
					t.Team, t.Year, t.Tag = tk.Public.Team, year, tag
					out = append(out, t)
				}
			}
		}
	})
	return out
}

// Entry is one note or transition, with who wrote it and when.
type Entry[T any] struct {
	Doc    T
	Author string
	Day    int64
	Seq    int64
}

// Opened is a case whose boxes are open. Identity is empty until step-up.
type Opened struct {
	View
	Keys        record.Keys
	Identity    IdentityDoc
	Situation   SituationDoc
	Concerns    ConcernsDoc
	Contact     SafeContactDoc
	Safety      SafetyDoc
	Consents    ConsentsDoc
	Plan        PlanDoc
	Course      CourseDoc
	Fillings    []Entry[FillingDoc] // oldest first, drafts among them
	Notes       []Entry[NoteDoc]
	Transitions []Entry[TransitionDoc]
	Seqs        map[Kind]int64 // the newest sequence of each kind: what an edit was made on
	Authors     map[Kind]string
	Eval        protocol.Evaluation
}

// Open opens everything of a view that the ring can open and runs the manual.
func Open(kr *seal.Keyring, v View, r Rules, now time.Time) (Opened, error) {
	o := Opened{View: v, Seqs: map[Kind]int64{}, Authors: map[Kind]string{}}
	var err error
	if o.Keys, err = record.Open(kr, v.Place, v.Grants); err != nil {
		return o, err
	}
	if err := record.Verify(v.Docs, v.Head.Seq, v.Head.Hash); err != nil {
		return o, err
	}
	for _, d := range v.Docs {
		if err := o.read(d); err != nil {
			return o, err
		}
		o.Seqs[Kind(d.Kind)], o.Authors[Kind(d.Kind)] = d.Seq, d.Author
	}
	o.Eval = r.evaluate(o.Course.Events, now)
	return o, nil
}

func (o *Opened) read(d record.Doc) error {
	kind := Kind(d.Kind)
	if kind == Identity && (!o.Whole || !o.Keys.HasIdentity()) {
		return nil
	}
	switch kind {
	case Filling:
		e := Entry[FillingDoc]{Author: d.Author, Day: d.Day, Seq: d.Seq}
		err := o.Keys.Read(record.Main, d, &e.Doc)
		o.Fillings = append(o.Fillings, e)
		return err
	case Note:
		e := Entry[NoteDoc]{Author: d.Author, Day: d.Day, Seq: d.Seq}
		err := o.Keys.Read(record.Main, d, &e.Doc)
		o.Notes = append(o.Notes, e)
		return err
	case TransitionNote:
		e := Entry[TransitionDoc]{Author: d.Author, Day: d.Day, Seq: d.Seq}
		err := o.Keys.Read(record.Main, d, &e.Doc)
		o.Transitions = append(o.Transitions, e)
		return err
	}
	to, ok := o.current(kind)
	if !ok {
		return fmt.Errorf("casework: a document of unknown kind %q", d.Kind)
	}
	return o.Keys.Read(kind.Part(), d, to)
}

// current returns where the newest document of a kind is read to, emptied: an
// older version leaves nothing behind.
func (o *Opened) current(k Kind) (any, bool) {
	switch k {
	case Identity:
		o.Identity = IdentityDoc{}
		return &o.Identity, true
	case Situation:
		o.Situation = SituationDoc{}
		return &o.Situation, true
	case Concerns:
		o.Concerns = ConcernsDoc{}
		return &o.Concerns, true
	case SafeContact:
		o.Contact = SafeContactDoc{}
		return &o.Contact, true
	case SafetyPlan:
		o.Safety = SafetyDoc{}
		return &o.Safety, true
	case Consents:
		o.Consents = ConsentsDoc{}
		return &o.Consents, true
	case CasePlan:
		o.Plan = PlanDoc{}
		return &o.Plan, true
	case CourseOf:
		o.Course = CourseDoc{}
		return &o.Course, true
	}
	return nil, false
}

// Edit is a change of a case by somebody with keys.
type Edit struct {
	ID      string
	Change  record.Change
	Label   seal.Box
	Tags    []Tag
	Retag   bool
	Summary *protocol.Summary
}

// Save seals a new version of a document that was read at seen. Somebody else's
// newer version is a Conflict: both are shown, nobody is overwritten.
func (o Opened) Save(kr *seal.Keyring, who access.Who, day int64, d Document, seen int64) (Edit, error) {
	k := d.Kind()
	if k == Filling {
		return Edit{}, fmt.Errorf("casework: a filled form is saved by Fill")
	}
	if !k.AppendOnly() && o.Seqs[k] != seen {
		return Edit{}, fault.New(fault.Conflict, "casework.conflict")
	}
	pen := record.NewPen(o.Keys, who.Person, day, o.Head.Seq, o.Head.Hash)
	if err := write(pen, d); err != nil {
		return Edit{}, err
	}
	e := Edit{ID: o.Head.ID, Change: pen.Written()}
	var err error
	switch v := d.(type) {
	case SituationDoc:
		e.Label, err = o.Keys.Label(labelOf(v, o.Concerns))
	case ConcernsDoc:
		e.Label, err = o.Keys.Label(labelOf(o.Situation, v))
	case IdentityDoc:
		e.Tags, e.Retag = tagsOf(kr, o.Head.Team, yearOf(day), v), true
	}
	return e, err
}

// Happen adds events to the case's course, if the manual lets them happen, with
// further documents (a note, a transition) in the same change. A transition brings
// the events of closing and reopening with it; the other system events come only
// beside one.
func (o Opened) Happen(who access.Who, r Rules, now time.Time, day int64, events []protocol.Event, more ...Document) (Edit, error) {
	course := CourseDoc{Events: slices.Clone(o.Course.Events)}
	add := func(e protocol.Event) {
		e.At, e.By = now, who.Person
		course.Events = append(course.Events, e)
	}
	turned, names := turns(more)
	for _, name := range names {
		add(protocol.Event{Kind: protocol.Occurred, Name: name})
	}
	for _, e := range events {
		if !turned || e.Kind != protocol.Occurred || !slices.Contains(protocol.System, e.Name) {
			if err := o.allowed(r.Manual, e, now); err != nil {
				return Edit{}, err
			}
		}
		add(e)
	}
	pen := record.NewPen(o.Keys, who.Person, day, o.Head.Seq, o.Head.Hash)
	for _, d := range append(more, course) {
		if err := write(pen, d); err != nil {
			return Edit{}, err
		}
	}
	sum := r.evaluate(course.Events, now).Summary()
	return Edit{ID: o.Head.ID, Change: pen.Written(), Summary: &sum}, nil
}

// turns tells whether a transition is among documents, and what it means to the manual.
func turns(docs []Document) (turned bool, names []string) {
	for _, d := range docs {
		t, ok := d.(TransitionDoc)
		turned = turned || ok
		switch {
		case !ok || t.From == t.To:
		case t.To == Closed:
			names = append(names, protocol.CaseClosed)
		case t.From == Closed:
			names = append(names, protocol.CaseReopened)
		}
	}
	return turned, names
}

// allowed holds an event to the manual: steps that are open and whose gates are,
// what another institution did with the day on which it did, facts of the listed
// values, events that it names, and nothing that a guard
// forbids now.
func (o Opened) allowed(m *protocol.Manual, e protocol.Event, now time.Time) error {
	no := func(field, key string, args ...any) error {
		return fault.Of(fault.Field{Name: field, Key: key, Args: args})
	}
	switch e.Kind {
	case protocol.StepDone, protocol.StepSkipped:
		t, ok := o.Eval.Task(e.Name)
		switch {
		case !ok:
			return no("step", "field.not_listed")
		case !t.State.Open():
			return no("step", "casework.step.not_open")
		case e.Kind == protocol.StepSkipped && strings.TrimSpace(e.Value) == "":
			return no("step", "casework.reason.missing")
		case e.Kind == protocol.StepDone && len(t.Missing) > 0: // in time or late
			return no("step", "casework.step.blocked", "missing", strings.Join(t.Missing, ", "))
		case e.Kind == protocol.StepDone && t.Ours && !e.When.IsZero(): // ours are noted as they are done
			return no("when", "casework.when.own")
		case e.Kind == protocol.StepDone && !t.Ours && e.When.IsZero():
			return no("when", "casework.when.day_needed")
		case e.When.After(now):
			return no("when", "casework.when.future")
		case !e.When.IsZero() && now.Sub(e.When) > farthest:
			return no("when", "casework.when.far")
		}
	case protocol.FactSet:
		if f, ok := m.Facts[e.Name]; !ok || !slices.Contains(f.Answers(), e.Value) {
			return no(e.Name, "field.not_listed")
		}
	case protocol.FormFilled:
		if _, ok := m.Forms[e.Name]; !ok {
			return no("form", "field.not_listed")
		}
	case protocol.Occurred:
		return o.mayOccur(m, e, now)
	case protocol.ConsentSet:
		if _, ok := m.Consents[e.Name]; !ok {
			return no("consent", "field.not_listed")
		}
		if strings.Contains(strings.ToLower(e.Name), "wali") || strings.Contains(strings.ToLower(e.Name), "guardian") {
			if guard, no := o.Eval.Forbids(protocol.ContactGuardian); no && e.Value == "given" {
				return fault.New(fault.Denied, "casework.forbidden", "guard", guard)
			}
		}
	}
	return nil
}

// farthest bounds what time a person may state: beyond it is a slip of the finger.
const farthest = 10 * 365 * 24 * time.Hour

// mayOccur holds an event to those that people record, and its stated time to
// what can be: only what the manual prepares for may lie ahead, and has to.
func (o Opened) mayOccur(m *protocol.Manual, e protocol.Event, now time.Time) error {
	if guard, no := o.Eval.Forbids(e.Name); no {
		return fault.New(fault.Denied, "casework.forbidden", "guard", guard)
	}
	wrong := func(field, key string) error { return fault.Of(fault.Field{Name: field, Key: key}) }
	ahead := m.LiesAhead(e.Name)
	switch {
	case e.Name == "":
		return wrong("event", "field.missing")
	case e.Name != protocol.ContactGuardian && e.Name != protocol.Mediate && !slices.Contains(m.Recordable(), e.Name):
		return wrong("event", "field.not_listed")
	case e.When.IsZero() && ahead:
		return wrong("when", "casework.when.needed")
	case e.When.IsZero():
		return nil
	case e.When.Sub(now).Abs() > farthest:
		return wrong("when", "casework.when.far")
	case !ahead && e.When.After(now):
		return wrong("when", "casework.when.future")
	}
	return nil
}

// Said returns the value that was last set for a fact, "" where nobody said.
func (o Opened) Said(fact string) (value string) {
	for _, e := range o.Course.Events {
		if e.Kind == protocol.FactSet && e.Name == fact {
			value = e.Value
		}
	}
	return value
}

// Check is one line of the closing check-list.
type Check struct {
	Key string
	OK  bool
}

// Checklist returns what must hold before a case closes (Inter-Agency
// Guidelines, step 6: goals met, safe, child's view asked, follow-up agreed).
func (o Opened) Checklist() []Check {
	open := 0
	for _, t := range o.Eval.Tasks {
		if t.Ours && t.State.Open() && (t.State == protocol.Overdue) {
			open++
		}
	}
	goals := len(o.Plan.Goals) > 0
	for _, g := range o.Plan.Goals {
		goals = goals && g.Done != ""
	}
	calm := o.Head.Risk == RiskLow || o.Head.Risk == RiskMedium
	return []Check{
		{"no_danger", calm && o.Said("immediate_danger") == "false"}, // said, not assumed
		{"risk_low", calm},
		{"safety_plan", o.Safety != SafetyDoc{}},
		{"contact_plan", o.Contact.Channel != ""},
		{"goals", goals},
		{"nothing_late", open == 0},
	}
}

// ReadLabel opens the label of a list line.
func ReadLabel(kr *seal.Keyring, l Line) (label Label, ok bool) {
	keys, err := record.Open(kr, l.Place, []record.Grant{l.Grant})
	if err != nil || keys.ReadLabel(l.Head.Label, &label) != nil {
		return label, false
	}
	return label, true
}

// FromReport returns what a case begins with, out of a report that was handed
// over: the first telling is carried on, not asked again (guard G-ONCE). The
// safe-contact plan is the child's: how a reporter who is somebody else may be
// answered is kept apart from it.
func FromReport(kr *seal.Keyring, v report.View) (Beginning, error) {
	o, err := report.Open(kr, v)
	if err != nil {
		return Beginning{}, err
	}
	in := o.Intake
	area := in.Area
	if area == "elsewhere" { // a choice of the form, not the name of a place
		area = ""
	}
	b := Beginning{Report: o.Head.ID, Received: o.Arrived, Risk: Risk(o.Head.Risk), Danger: o.Head.Danger}
	b.Situation = SituationDoc{Summary: in.Summary, OwnWords: in.Text, AgeBand: in.Age, Sex: in.Sex, Area: area, HelpsNow: in.Helpers}
	if slices.Contains(places, in.Place) {
		b.Situation.Place = in.Place
	}
	for _, c := range in.Concerns {
		if !slices.Contains(Unmapped, c) {
			b.Concerns.Codes = append(b.Concerns.Codes, c)
		}
	}
	b.Identity = IdentityDoc{Name: in.Name, BirthYear: in.BirthYear, Sex: in.Sex, Kecamatan: area}
	self := in.Door == report.Self
	for _, n := range in.Numbers {
		b.Identity.Phones = append(b.Identity.Phones, Phone(n))
		if b.Contact.To == "" && (n.Whose == "child" || self && n.Whose == "reporter") {
			b.Contact.To = n.Number
		}
	}
	safe := strings.ReplaceAll(in.Safe, "\n", "; ")
	if !self || len([]rune(safe)) > maxLine {
		b.Reporter = Way{in.Contact, in.Safe}
		return b, nil
	}
	if slices.Contains(channels, in.Contact) {
		b.Contact.Channel = in.Contact
	}
	b.Contact.SafeHours = safe
	return b, nil
}

// Walled is a case sealed anew for a restricted team.
type Walled struct {
	ID      string
	To      seal.TeamPublic
	Change  record.Change
	Grants  []record.Grant
	Tags    []Tag
	Label   seal.Box
	Reports []report.Edit // those it came from (AddReport)
}

// Wall makes new keys and seals every document again for a restricted team. The
// identity must be open (step-up), or it would be lost. The linked reports are
// walled with it: AddReport.
func (o Opened) Wall(kr *seal.Keyring, who access.Who, to seal.TeamPublic, reason string, day int64) (Walled, error) {
	if !o.Whole || !o.Keys.HasIdentity() {
		return Walled{}, fault.New(fault.StepUp, "fault.step_up")
	}
	w := Walled{ID: o.Head.ID, To: to}
	keys, pen, err := o.Keys.Reseal(o.Docs, func(kind string) string { return Kind(kind).Part() }, who.Person, day)
	if err != nil {
		return w, err
	}
	t := TransitionDoc{Deed: "wall", From: o.Head.Status, To: o.Head.Status, Reason: reason}
	if err := write(pen, t); err != nil {
		return w, err
	}
	w.Change = pen.Written()
	main, err := keys.GrantTo(kr, who, to, "walled", 0)
	if err != nil {
		return w, err
	}
	ident, err := keys.GrantIdentity(who, to, "walled", 0)
	if err != nil {
		return w, err
	}
	w.Grants, w.Tags = []record.Grant{main, ident}, tagsOf(kr, to.Team, yearOf(day), o.Identity)
	w.Label, err = keys.Label(labelOf(o.Situation, o.Concerns))
	return w, err
}

// AddReport seals a linked report anew, to be walled with its case.
func (w *Walled) AddReport(kr *seal.Keyring, who access.Who, v report.View, day int64) error {
	o, err := report.Open(kr, v)
	if err != nil {
		return err
	}
	e, err := o.Wall(kr, who, w.To, day)
	w.Reports = append(w.Reports, e)
	return err
}
