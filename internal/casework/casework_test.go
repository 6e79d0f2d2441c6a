package casework_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/directory"
	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/access/accesstest"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
	"github.com/naungan/naungan/internal/platform/events"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/record"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/report"
	"github.com/naungan/naungan/protocol"
)

var ctx = context.Background()

type house struct {
	*accesstest.Office
	t *testing.T
	s *casework.Service
	r *report.Service
	b *events.Bus
	m *manual.Service
}

func each(t *testing.T, fn func(h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := accesstest.New(t, d)
		policy, err := access.NewEngine(map[string][]byte{"report": report.Policy, "casework": casework.Policy, "manual": manual.Policy})
		dir, err2 := directory.New(directory.Contents{})
		man, err3 := manual.New(manual.Deps{DB: d, Clock: o.Clock, Audit: o.Audit, Policy: policy, Jurisdiction: accesstest.Jurisdiction})
		b := events.New(d, o.Clock, accesstest.Jurisdiction, nil)
		if err := errors.Join(err, err2, err3, b.Migrate(ctx)); err != nil {
			t.Fatal(err)
		}
		r := report.New(report.Deps{DB: d, Clock: o.Clock, Audit: o.Audit, Access: o.Access, Policy: policy, Events: b, Directory: dir, Jurisdiction: accesstest.Jurisdiction})
		s := casework.New(casework.Deps{DB: d, Clock: o.Clock, Audit: o.Audit, Access: o.Access, Policy: policy, Events: b, Manual: man, Reports: r, Directory: dir, Jurisdiction: accesstest.Jurisdiction})
		if err := errors.Join(man.Migrate(ctx), r.Migrate(ctx), s.Migrate(ctx)); err != nil {
			t.Fatal(err)
		}
		fn(house{o, t, s, r, b, man})
	})
}

func (h house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h house) wants(kind fault.Kind, err error) {
	h.t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		h.t.Fatalf("want a %v fault, have %v", kind, err)
	}
}

func (h house) day() int64 { return clock.Day(h.Clock.Now()) }

func (h house) rules() casework.Rules {
	r, err := h.s.Rules(ctx, "")
	h.ok(err)
	return r
}

// begin opens a case as worker1, with worker2 as second key-holder.
func (h house) begin(b casework.Beginning) string {
	h.t.Helper()
	in := h.In("worker1")
	b.Team, b.Worker, b.Second = h.Teams["case"], h.People["worker1"], h.People["worker2"]
	if b.Risk == "" {
		b.Risk = casework.RiskUnknown
	}
	to, err := h.Access.TeamPublic(ctx, b.Team)
	h.ok(err)
	o, err := casework.Begin(in.Keyring, in.Who, accesstest.Jurisdiction, to, b, h.rules(), h.Clock.Now(), h.day())
	h.ok(err)
	h.ok(h.s.OpenCase(ctx, in.Who, o))
	return o.ID
}

func (h house) read(in access.Session, id string) casework.Opened {
	h.t.Helper()
	v, err := h.s.Show(ctx, in.Who, id, "work")
	h.ok(err)
	return h.opened(in, v)
}

// whole opens the identity as well.
func (h house) whole(in access.Session, id string) casework.Opened {
	h.t.Helper()
	v, err := h.s.ShowIdentity(ctx, in.Who, id, "contact")
	h.ok(err)
	return h.opened(in, v)
}

func (h house) opened(in access.Session, v casework.View) casework.Opened {
	h.t.Helper()
	o, err := casework.Open(in.Keyring, v, h.rules(), h.Clock.Now())
	h.ok(err)
	return o
}

var child = casework.IdentityDoc{Name: "Bunga Contoh", BirthYear: 2012, Kecamatan: "Tambora", Phones: []casework.Phone{{Number: "0812 1111 2222", Whose: "child"}}}

func TestIdentityOpensOnlyAfterStepUp(t *testing.T) {
	each(t, func(h house) {
		id := h.begin(casework.Beginning{Identity: child, Situation: casework.SituationDoc{Summary: "Perlu pendampingan.", AgeBand: "12-14"}})
		o := h.read(h.In("worker1"), id)
		if o.Identity.Name != "" || o.Situation.AgeBand != "12-14" || o.Keys.HasIdentity() {
			t.Fatalf("%+v", o.Identity)
		}
		if o := h.whole(h.StepUp("worker2"), id); o.Identity.Name != child.Name {
			t.Fatal("the second key-holder cannot read the identity")
		}
		_, err := h.s.ShowIdentity(ctx, h.In("worker1").Who, id, "")
		h.wants(fault.Invalid, err)
		for _, name := range []string{"worker3", "super2", "desk1", "dpo", "admin", "auditor", "overseer1"} {
			_, err := h.s.Show(ctx, h.In(name).Who, id, "work")
			h.wants(fault.NotFound, err)
		}
	})
}

func TestNobodyIsOverwritten(t *testing.T) {
	each(t, func(h house) {
		id := h.begin(casework.Beginning{})
		a, b := h.In("worker1"), h.In("worker2")
		first, second := h.read(a, id), h.read(b, id)
		save := func(in access.Session, o casework.Opened, text string) error {
			e, err := o.Save(in.Keyring, in.Who, h.day(), casework.SituationDoc{Summary: text}, second.Seqs[casework.Situation])
			if err != nil {
				return err
			}
			return h.s.Save(ctx, in.Who, e, casework.Situation)
		}
		h.ok(save(a, first, "Yang pertama."))
		h.wants(fault.Conflict, save(b, second, "Yang kedua."))
		h.wants(fault.Conflict, save(b, h.read(b, id), "Yang kedua.")) // read anew, but the form is old
		if o := h.read(a, id); o.Situation.Summary != "Yang pertama." {
			t.Errorf("%q", o.Situation.Summary)
		}
	})
}

func TestManualRuns(t *testing.T) {
	each(t, func(h house) {
		id := h.begin(casework.Beginning{})
		in := h.In("worker1")
		o := h.read(in, id)
		var due protocol.Task
		for _, task := range o.Eval.Tasks {
			if task.State == protocol.Due && task.Ours {
				due = task
				break
			}
		}
		if due.Step == nil || o.Head.NextDue.IsZero() {
			t.Fatal("a new case owes nothing")
		}
		_, err := o.Happen(in.Who, h.rules(), h.Clock.Now(), h.day(), []protocol.Event{{Kind: protocol.StepSkipped, Name: due.Step.ID}})
		h.wants(fault.Invalid, err)
		e, err := o.Happen(in.Who, h.rules(), h.Clock.Now(), h.day(), []protocol.Event{{Kind: protocol.StepDone, Name: due.Step.ID}})
		h.ok(err)
		h.ok(h.s.Happened(ctx, in.Who, e))
		if task, _ := h.read(in, id).Eval.Task(due.Step.ID); task.State != protocol.Done {
			t.Errorf("step %s is %s", due.Step.ID, task.State)
		}
		_, err = o.Happen(in.Who, h.rules(), h.Clock.Now(), h.day(), []protocol.Event{{Kind: protocol.Occurred, Name: protocol.ContactGuardian}})
		h.wants(fault.Denied, err)
		_, err = o.Happen(in.Who, h.rules(), h.Clock.Now(), h.day(), []protocol.Event{{Kind: protocol.Occurred, Name: protocol.Mediate}})
		h.wants(fault.Denied, err)
	})
}

// desk opens a report as the desk does, with everything a first opening writes.
func (h house) desk(rep string) (access.Session, report.Opened) {
	h.t.Helper()
	desk := h.In("desk1")
	to, err := h.Access.TeamPublic(ctx, h.Teams["desk"])
	h.ok(err)
	for {
		v, err := h.r.Show(ctx, desk.Who, rep, "duty")
		h.ok(err)
		o, err := report.Open(desk.Keyring, v)
		h.ok(err)
		e, need, err := o.Adopt(desk.Keyring, desk.Who, to, h.day())
		h.ok(err)
		if !need {
			return desk, o
		}
		h.ok(h.r.Adopt(ctx, desk.Who, e))
	}
}

// handed returns a report that the desk gave to the case team.
func (h house) handed(in report.Intake) (seal.Code, string) {
	h.t.Helper()
	secret := seal.NewReporterSecret()
	rep, err := h.r.Receive(ctx, secret, in, report.Web, report.Normal)
	h.ok(err)
	desk, ro := h.desk(rep)
	to, err := h.Access.TeamPublic(ctx, h.Teams["case"])
	h.ok(err)
	e, err := ro.Note(desk.Who, h.day(), "decision", report.Text{Kind: "hand", Text: "Perlu pendampingan."})
	h.ok(err)
	g, err := ro.GrantFor(desk.Keyring, desk.Who, to, "handover")
	h.ok(err)
	e.Grants = append(e.Grants, g)
	h.ok(h.r.Hand(ctx, desk.Who, e))
	return secret.Code(), rep
}

func TestFromReportToClosing(t *testing.T) {
	each(t, func(h house) {
		code, rep := h.handed(report.Intake{Door: report.Other, Concerns: []string{"venue"}, Text: "Perlu dibantu.", Age: "12-14"})
		in := h.In("worker1")
		list, err := h.s.Handed(ctx, in.Who)
		h.ok(err)
		if len(list) != 1 || list[0].Head.ID != rep {
			t.Fatalf("%+v", list)
		}
		rv, err := h.s.Report(ctx, in.Who, rep, "handover")
		h.ok(err)
		b, err := casework.FromReport(in.Keyring, rv)
		h.ok(err)
		if b.Situation.OwnWords != "Perlu dibantu." || b.Situation.AgeBand != "12-14" {
			t.Fatalf("%+v", b.Situation)
		}
		id := h.begin(b)
		if list, err = h.s.Handed(ctx, in.Who); len(list) != 0 || err != nil {
			t.Error("it still waits for a case", err)
		}
		status := func() string {
			_, err := h.b.Deliver(ctx)
			h.ok(err)
			m, err := h.r.Mailbox(ctx, code.Lookup())
			h.ok(err)
			return m.Status
		}
		if st := status(); st != report.Handling {
			t.Errorf("the reporter reads %q", st)
		}
		h.ok(h.s.Move(ctx, in.Who, casework.Edit{ID: id}, casework.Assessment))
		h.wants(fault.Invalid, h.s.Move(ctx, in.Who, casework.Edit{ID: id}, casework.Closed))
		h.ok(h.s.Ask(ctx, in.Who, casework.Edit{ID: id}, "close"))
		o := h.read(in, id)
		h.wants(fault.NotFound, h.s.Answer(ctx, in.Who, casework.Edit{ID: id}, o.Requests[0].ID, true))
		waiting, err := h.s.Waiting(ctx, h.In("super1").Who)
		h.ok(err)
		if len(waiting) != 1 {
			t.Fatalf("%+v", waiting)
		}
		h.ok(h.s.Answer(ctx, h.In("super1").Who, casework.Edit{ID: id}, waiting[0].ID, true))
		if o := h.read(in, id); o.Head.Status != casework.Closed {
			t.Errorf("the case is %s", o.Head.Status)
		}
		if st := status(); st != report.Finished {
			t.Errorf("the reporter reads %q", st)
		}
		_, err = h.Audit.Sequence(ctx)
		h.ok(err)
		rep2, err := audit.Verify(ctx, h.DB, accesstest.Jurisdiction, h.r.Heads, h.s.Heads, h.m.Heads)
		h.ok(err)
		if !rep2.OK {
			t.Errorf("%+v", rep2.Break)
		}
	})
}

func TestSearchFindsOtherSpelling(t *testing.T) {
	each(t, func(h house) {
		id := h.begin(casework.Beginning{Identity: child})
		in := h.In("worker2")
		hits, err := h.s.Search(ctx, in.Who, casework.Wanted(in.Keyring, h.day(), casework.IdentityDoc{Name: "Boenga Tjontoh", BirthYear: 2012, Kecamatan: "Tambora"}))
		h.ok(err)
		if !slices.ContainsFunc(hits, func(x casework.Hit) bool { return x.Case == id }) {
			t.Errorf("%+v", hits)
		}
		other := h.In("worker3")
		hits, err = h.s.Search(ctx, other.Who, casework.Wanted(other.Keyring, h.day(), child))
		h.ok(err)
		if len(hits) != 0 {
			t.Error("another team finds the case")
		}
	})
}

func TestWalledCaseIsGoneForTheOthers(t *testing.T) {
	each(t, func(h house) {
		number := []report.Number{{Number: "0812 0000 7777", Whose: "shared"}}
		code, rep := h.handed(report.Intake{Door: report.Other, Text: "Perlu dibantu.", Numbers: number})
		_, other := h.handed(report.Intake{Door: report.Other, Text: "Aduan kedua.", Numbers: number})
		h.ok(h.r.Relate(ctx, h.In("desk1").Who, report.Edit{ID: other}, rep, false))
		desk, do := h.desk(rep)
		review, err := h.Access.TeamPublic(ctx, h.Teams["review"])
		h.ok(err)
		h.ok(h.r.Propose(ctx, desk.Who, report.Edit{ID: rep}, report.Close, "", func(string) (record.Grant, error) {
			return do.GrantFor(desk.Keyring, desk.Who, review, "review")
		}))
		h.ok(h.r.Post(ctx, code, "Belum dibaca siapa pun.", false))
		id := h.begin(casework.Beginning{Identity: child, Situation: casework.SituationDoc{Summary: "Rahasia."}, Report: rep})
		second := h.begin(casework.Beginning{Report: other})
		h.ok(h.s.LinkReport(ctx, h.In("worker1").Who, second, rep))
		h.ok(h.s.Ask(ctx, h.In("worker1").Who, casework.Edit{ID: id}, "print_identity"))

		in := h.StepUp("super1")
		o := h.whole(in, id)
		to, err := h.s.Restricted(ctx, o.Head.Team)
		h.ok(err)
		if to.Team != h.Teams["oversight"] {
			t.Fatalf("it would go to %q", to.Team)
		}
		w, err := o.Wall(in.Keyring, in.Who, to, "Menyangkut rekan kerja.", h.day())
		h.ok(err)
		h.wants(fault.Conflict, h.s.Wall(ctx, in.Who, w)) // its report would stay behind
		rv, err := h.s.Report(ctx, in.Who, rep, "wall")
		h.ok(err)
		h.ok(w.AddReport(in.Keyring, in.Who, rv, h.day()))
		opened, err := h.s.Openings(ctx, in.Who, id)
		h.ok(err)
		if !slices.ContainsFunc(opened, func(l audit.Trail) bool { return l.Person == h.People["desk1"] }) {
			t.Error("the supervisor is not told that the desk opened the report")
		}
		h.ok(h.s.Wall(ctx, in.Who, w))

		h.ok(h.r.Post(ctx, code, "Ditulis sesudah dibatasi.", false))
		h.goneFor([]string{"worker1", "worker2", "super1", "desk1", "desk2", "reviewer"}, id, rep)
		if o := h.read(h.In("worker1"), second); slices.Contains(o.Reports, rep) || !slices.Contains(o.Reports, other) {
			t.Errorf("another case still names it: %v", o.Reports)
		}
		if _, ro := h.desk(other); len(ro.Links) != 0 {
			t.Errorf("another report still names it: %v", ro.Links)
		}

		over := h.StepUp("overseer1")
		if o := h.whole(over, id); o.Situation.Summary != "Rahasia." || o.Identity.Name != child.Name {
			t.Error("the restricted team cannot read the case")
		}
		rv, err = h.r.Show(ctx, over.Who, rep, "duty")
		h.ok(err)
		ro, err := report.Open(over.Keyring, rv)
		h.ok(err)
		if len(ro.Thread) != 2 || ro.Thread[0].Text != "Belum dibaca siapa pun." || ro.Thread[1].Text != "Ditulis sesudah dibatasi." || ro.Intake.Text != "Perlu dibantu." {
			t.Errorf("%+v", ro.Thread)
		}
		key, err := h.r.ReplyPublic(ctx, over.Who, rep)
		h.ok(err)
		e, err := ro.Reply(over.Who, h.day(), key, "Kami membaca pesan Anda.")
		h.ok(err)
		h.ok(h.r.Answer(ctx, over.Who, e))
		m, err := h.r.Mailbox(ctx, code.Lookup())
		h.ok(err)
		if said := report.OpenAnswers(code, m); len(said) != 1 {
			t.Errorf("the reporter reads %+v", said)
		}
		_, err = h.Audit.Sequence(ctx)
		h.ok(err)
		if v, err := audit.Verify(ctx, h.DB, accesstest.Jurisdiction, h.r.Heads, h.s.Heads, h.m.Heads); err != nil || !v.OK {
			t.Errorf("%+v %v", v.Break, err)
		}
	})
}

// goneFor holds that people can tell from nothing that a case and its report exist.
func (h house) goneFor(people []string, id, rep string) {
	h.t.Helper()
	for _, name := range people {
		in := h.In(name)
		_, err := h.s.Show(ctx, in.Who, id, "work")
		h.wants(fault.NotFound, err)
		_, err = h.r.Show(ctx, in.Who, rep, "duty")
		h.wants(fault.NotFound, err)
		lines, _, _ := h.s.List(ctx, in.Who, casework.Team, nil, casework.Cursor{}, 50)
		if slices.ContainsFunc(lines, func(l casework.Line) bool { return l.Head.ID == id }) {
			h.t.Errorf("%s still sees the case in a list", name)
		}
		waiting, _ := h.s.Waiting(ctx, in.Who)
		reviews, _ := h.r.Reviews(ctx, in.Who)
		if len(waiting)+len(reviews) != 0 {
			h.t.Errorf("%s still sees a request about it", name)
		}
		queue, _, _ := h.r.Queue(ctx, in.Who, "", []string{report.Received, report.Read, report.Handling, report.Finished}, report.Cursor{}, 50)
		if slices.ContainsFunc(queue, func(l report.Line) bool { return l.Head.ID == rep }) {
			h.t.Errorf("%s still sees the report in the queue", name)
		}
		hits, _ := h.s.Search(ctx, in.Who, casework.Wanted(in.Keyring, h.day(), child))
		related, _ := h.r.Related(ctx, in.Who, report.Wanted(in.Keyring, h.Teams["desk"], h.day(), report.Intake{Numbers: []report.Number{{Number: "0812 0000 7777"}}}), "")
		if slices.ContainsFunc(hits, func(x casework.Hit) bool { return x.Case == id }) || slices.ContainsFunc(related, func(x report.Hit) bool { return x.Report == rep }) {
			h.t.Errorf("%s still finds it", name)
		}
	}
}

func TestIdentityPrintNeedsApproval(t *testing.T) {
	each(t, func(h house) {
		id := h.begin(casework.Beginning{Identity: child})
		in := h.In("worker1")
		_, err := h.s.Print(ctx, in.Who, id, "identity")
		h.wants(fault.Denied, err)
		h.ok(h.s.Ask(ctx, in.Who, casework.Edit{ID: id}, "print_identity"))
		o := h.read(in, id)
		h.ok(h.s.Answer(ctx, h.In("super1").Who, casework.Edit{ID: id}, o.Requests[0].ID, true))
		n, err := h.s.Print(ctx, in.Who, id, "identity")
		h.ok(err)
		if n != 1 {
			t.Errorf("print number %d", n)
		}
		_, err = h.s.Print(ctx, in.Who, id, "identity")
		h.wants(fault.Denied, err)
	})
}

// note adds events to a case's course, as the steps page does.
func (h house) note(in access.Session, id string, events ...protocol.Event) error {
	h.t.Helper()
	e, err := h.read(in, id).Happen(in.Who, h.rules(), h.Clock.Now(), h.day(), events)
	if err != nil {
		return err
	}
	return h.s.Happened(ctx, in.Who, e)
}

// refused holds that an event is an Invalid fault of this field and key.
func (h house) refused(err error, field, key string) {
	h.t.Helper()
	fields := fault.Fields(err)
	if len(fields) != 1 || fields[0].Name != field || fields[0].Key != key {
		h.t.Errorf("want %s of %q, have %v", key, field, err)
	}
}

func TestGatesOpenByConsentOnly(t *testing.T) {
	each(t, func(h house) {
		id := h.begin(casework.Beginning{Risk: casework.RiskHigh})
		in := h.In("worker1")
		done := func(step string) error { return h.note(in, id, protocol.Event{Kind: protocol.StepDone, Name: step}) }
		h.refused(done("E3"), "step", "casework.step.not_open")
		h.refused(h.note(in, id, protocol.Event{Kind: protocol.StepSkipped, Name: "E3", Value: "Belum perlu."}), "step", "casework.step.not_open")
		h.ok(h.note(in, id, protocol.Event{Kind: protocol.FactSet, Name: "trafficking_indicators", Value: "true"}))
		h.refused(done("B3"), "step", "casework.step.blocked")
		h.Clock.Advance(25 * time.Hour)
		in = h.In("worker1")
		if task, _ := h.read(in, id).Eval.Task("B3"); task.State != protocol.Overdue {
			t.Fatalf("B3 is %s", task.State)
		}
		h.refused(done("B3"), "step", "casework.step.blocked")
		h.ok(h.note(in, id, protocol.Event{Kind: protocol.FactSet, Name: "guardian_conflict", Value: "no"}))
		h.wants(fault.Denied, h.note(in, id, protocol.Event{Kind: protocol.ConsentSet, Name: "C-GUARDIAN", Value: "given"})) // no safe-contact plan yet: G-SAFECHANNEL
		h.ok(h.note(in, id, protocol.Event{Kind: protocol.ConsentSet, Name: "C-ASSENT", Value: "given"}, protocol.Event{Kind: protocol.FormFilled, Name: "F-03"}))
		h.refused(done("B3"), "step", "casework.step.blocked")
		h.ok(h.note(in, id, protocol.Event{Kind: protocol.ConsentSet, Name: "C-GUARDIAN", Value: "given"}))
		h.ok(done("B3"))
		h.refused(done("B3"), "step", "casework.step.not_open")
	})
}

// What another institution did is noted with its day by whoever heard of it, and
// that person stands in the audit; clocks go on from that day.
func TestStepOfAnotherInstitutionIsHeardOf(t *testing.T) {
	each(t, func(h house) {
		id := h.begin(casework.Beginning{})
		in := h.In("worker1")
		h.ok(h.note(in, id, protocol.Event{Kind: protocol.FactSet, Name: "suspect_is_child", Value: "true"}, protocol.Event{Kind: protocol.Occurred, Name: "investigation_started"}))
		const theirs = "E7"
		if task, _ := h.read(in, id).Eval.Task(theirs); task.Ours || task.State != protocol.Due {
			t.Fatalf("%s is %s", theirs, task.State)
		}
		in = h.In("worker2")
		now := h.Clock.Now()
		done := func(step string, when time.Time) error {
			return h.note(in, id, protocol.Event{Kind: protocol.StepDone, Name: step, When: when})
		}
		h.refused(done(theirs, time.Time{}), "when", "casework.when.day_needed")
		h.refused(done(theirs, now.Add(time.Hour)), "when", "casework.when.future")
		h.refused(done(theirs, now.AddDate(-11, 0, 0)), "when", "casework.when.far")
		h.refused(done("A2", now.Add(-time.Hour)), "when", "casework.when.own")
		h.ok(done(theirs, now.Add(-time.Hour)))
		o := h.read(in, id)
		task, _ := o.Eval.Task(theirs)
		last := o.Course.Events[len(o.Course.Events)-1]
		if task.State != protocol.Done || last.By != h.People["worker2"] || !last.Time().Equal(now.Add(-time.Hour)) {
			t.Errorf("%s is %s: %+v", theirs, task.State, last)
		}
		trail, err := h.s.Trail(ctx, h.In("super1").Who, id)
		h.ok(err)
		if !slices.ContainsFunc(trail, func(l audit.Trail) bool { return l.Verb == "casework.write" && l.Person == h.People["worker2"] }) {
			t.Errorf("who heard of it stands nowhere: %+v", trail)
		}
	})
}

func TestOnlyRecordableEventsAreNoted(t *testing.T) {
	each(t, func(h house) {
		id := h.begin(casework.Beginning{})
		in := h.In("worker1")
		happened := func(name string, when time.Time) error {
			return h.note(in, id, protocol.Event{Kind: protocol.Occurred, Name: name, When: when})
		}
		h.refused(happened("", time.Time{}), "event", "field.missing")
		for _, name := range append([]string{"no_such_event", "risk_set"}, protocol.System...) {
			h.refused(happened(name, time.Time{}), "event", "field.not_listed")
		}
		h.refused(h.note(in, id, protocol.Event{Kind: protocol.FormFilled, Name: "F-99"}), "form", "field.not_listed")
		now := h.Clock.Now()
		h.refused(happened("victim_reported", now.Add(time.Minute)), "when", "casework.when.future")
		h.refused(happened("victim_reported", now.AddDate(-11, 0, 0)), "when", "casework.when.far")
		h.refused(happened("hearing_scheduled", now.AddDate(11, 0, 0)), "when", "casework.when.far")
		h.refused(happened("hearing_scheduled", time.Time{}), "when", "casework.when.needed")
		h.ok(happened("hearing_scheduled", now.AddDate(0, 0, 30)))
		h.ok(happened("reintegrated", now.AddDate(0, 0, -13)))
		o := h.read(in, id)
		if task, _ := o.Eval.Task("E11"); !task.Due.After(now.AddDate(0, 0, 20)) || !task.Due.Before(now.AddDate(0, 0, 30)) {
			t.Errorf("E11 is due %v", task.Due)
		}
		if task, _ := o.Eval.Task("G3"); !task.State.Open() {
			t.Errorf("G3 is %s", task.State)
		}
		if n := len(o.Course.Events); o.Course.Events[n-1].By != h.People["worker1"] || !o.Course.Events[n-1].When.Equal(now.AddDate(0, 0, -13)) {
			t.Errorf("%+v", o.Course.Events[n-1])
		}
	})
}

func TestIntakeCountsFromTheReportsHour(t *testing.T) {
	each(t, func(h house) {
		_, rep := h.handed(report.Intake{Door: report.Other, Text: "Perlu dibantu."})
		came := clock.OfHour(clock.Hour(h.Clock.Now()))
		h.Clock.Advance(50 * time.Hour)
		in := h.In("worker1")
		v, err := h.s.Report(ctx, in.Who, rep, "handover")
		h.ok(err)
		b, err := casework.FromReport(in.Keyring, v)
		h.ok(err)
		id := h.begin(b)
		a2, _ := h.read(in, id).Eval.Task("A2")
		if want := came.Add(time.Hour); !a2.Due.Equal(want) || a2.State != protocol.Overdue {
			t.Errorf("A2 is %s, due %v, want %v", a2.State, a2.Due, want)
		}
		a2, _ = h.read(in, h.begin(casework.Beginning{})).Eval.Task("A2")
		if !a2.Due.Equal(clock.OfHour(clock.HourUp(h.Clock.Now().Add(time.Hour)))) {
			t.Errorf("without a report A2 is due %v", a2.Due)
		}
	})
}

func TestClosingAndReopeningAreEventsOfTheManual(t *testing.T) {
	each(t, func(h house) {
		id := h.begin(casework.Beginning{})
		in, super := h.In("worker1"), h.In("super1")
		turn := func(in access.Session, to casework.Status, events ...protocol.Event) casework.Edit {
			o := h.read(in, id)
			e, err := o.Happen(in.Who, h.rules(), h.Clock.Now(), h.day(), events, casework.TransitionDoc{From: o.Head.Status, To: to, Reason: "Sudah dibahas."})
			h.ok(err)
			return e
		}
		h.ok(h.s.Ask(ctx, in.Who, turn(in, casework.Begun, protocol.Event{Kind: protocol.Occurred, Name: protocol.ClosureProposed}), "close"))
		if task, _ := h.read(in, id).Eval.Task("G4"); !task.State.Open() {
			t.Errorf("a proposed closing asks for nothing: G4 is %s", task.State)
		}
		h.ok(h.s.Answer(ctx, super.Who, turn(super, casework.Closed), h.read(in, id).Requests[0].ID, true))
		o := h.read(in, id)
		if task, _ := o.Eval.Task("D5"); task.State != protocol.NotYet || o.Head.Status != casework.Closed || !o.Head.NextDue.IsZero() {
			t.Errorf("closed: D5 is %s, status %s, next due %v", task.State, o.Head.Status, o.Head.NextDue)
		}
		h.ok(h.s.Move(ctx, in.Who, turn(in, casework.Assessment), casework.Assessment))
		o = h.read(in, id)
		if task, _ := o.Eval.Task("D5"); !task.State.Open() || o.Head.NextDue.IsZero() {
			t.Errorf("reopened: D5 is %s, next due %v", task.State, o.Head.NextDue)
		}
	})
}
