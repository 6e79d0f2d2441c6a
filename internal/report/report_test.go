package report_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naungan/naungan/internal/directory"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/access/accesstest"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
	"github.com/naungan/naungan/internal/platform/events"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/record"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/report"
)

var ctx = context.Background()

type house struct {
	*accesstest.Office
	t *testing.T
	s *report.Service
	b *events.Bus
}

func each(t *testing.T, fn func(h house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := accesstest.New(t, d)
		policy, err := access.NewEngine(map[string][]byte{"report": report.Policy})
		dir, err2 := directory.New(directory.Contents{})
		b := events.New(d, o.Clock, accesstest.Jurisdiction, nil)
		if err := errors.Join(err, err2, b.Migrate(ctx)); err != nil {
			t.Fatal(err)
		}
		s := report.New(report.Deps{DB: d, Clock: o.Clock, Audit: o.Audit, Access: o.Access, Policy: policy, Events: b, Directory: dir, Jurisdiction: accesstest.Jurisdiction})
		if err := s.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		fn(house{o, t, s, b})
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
	if fault.KindOf(err) != kind || err == nil {
		h.t.Fatalf("want a %v fault, have %v", kind, err)
	}
}

func (h house) receive(in report.Intake) (seal.Code, string) {
	h.t.Helper()
	secret := seal.NewReporterSecret()
	id, err := h.s.Receive(ctx, secret, in, report.Web, report.Normal)
	h.ok(err)
	return secret.Code(), id
}

// open reads and adopts a report as somebody.
func (h house) open(name, id string) report.Opened {
	h.t.Helper()
	in := h.In(name)
	for range 2 {
		v, err := h.s.Show(ctx, in.Who, id, "duty")
		h.ok(err)
		o, err := report.Open(in.Keyring, v)
		h.ok(err)
		to, err := h.Access.TeamPublic(ctx, v.Head.Team)
		h.ok(err)
		e, need, err := o.Adopt(in.Keyring, in.Who, to, clock.Day(h.Clock.Now()))
		h.ok(err)
		if !need {
			return o
		}
		h.ok(h.s.Adopt(ctx, in.Who, e))
	}
	h.t.Fatal("adopting never ends")
	return report.Opened{}
}

func (h house) day() int64 { return clock.Day(h.Clock.Now()) }

func (h house) review(o report.Opened, name string) func(string) (record.Grant, error) {
	in := h.In(name)
	return func(team string) (record.Grant, error) {
		to, err := h.Access.TeamPublic(ctx, team)
		if err != nil {
			return record.Grant{}, err
		}
		return o.GrantFor(in.Keyring, in.Who, to, "review")
	}
}

var intake = report.Intake{Door: report.Other, Helps: []string{"advice"}, Concerns: []string{"venue"}, Text: "Seorang anak di gang kami perlu dibantu.",
	Numbers: []report.Number{{Number: "0812-0000-1111", Whose: "reporter"}}, Links: []string{"https://contoh.example/halaman?x=1"}}

func TestReportIsReadAnsweredAndClosedByTwo(t *testing.T) {
	each(t, func(h house) {
		code, id := h.receive(intake)
		o := h.open("desk1", id)
		if o.Intake.Text != intake.Text || o.Head.Status != report.Read {
			t.Fatalf("%+v", o.Intake)
		}
		desk := h.In("desk1")
		key, err := h.s.ReplyPublic(ctx, desk.Who, id)
		h.ok(err)
		e, err := o.Reply(desk.Who, h.day(), key, "Terima kasih, kami sedang memeriksa.")
		h.ok(err)
		h.ok(h.s.Answer(ctx, desk.Who, e))
		m, err := h.s.Mailbox(ctx, code.Lookup())
		h.ok(err)
		if said := report.OpenAnswers(code, m); len(said) != 1 || !strings.HasPrefix(said[0].Text, "Terima kasih") || m.Status != report.Read {
			t.Fatalf("%+v %+v", said, m)
		}
		h.ok(h.s.Post(ctx, code, "Ada tambahan.", false))
		o = h.open("desk2", id)
		if len(o.Thread) != 2 || o.Thread[1].Text != "Ada tambahan." {
			t.Fatalf("%+v", o.Thread)
		}
		e, err = o.Note(h.In("desk2").Who, h.day(), "decision", report.Text{Kind: report.Close, Text: "Sudah ditangani pihak lain."})
		h.ok(err)
		h.ok(h.s.Propose(ctx, h.In("desk2").Who, e, report.Close, "", h.review(o, "desk2")))
		list, err := h.s.Reviews(ctx, h.In("reviewer").Who)
		h.ok(err)
		if len(list) != 1 || list[0].Kind != report.Close {
			t.Fatalf("%+v", list)
		}
		r := h.open("reviewer", id)
		e, err = r.Note(h.In("reviewer").Who, h.day(), "decision", report.Text{Text: "Setuju."})
		h.ok(err)
		h.ok(h.s.Decide(ctx, h.In("reviewer").Who, e, list[0].ID, true))
		if m, err = h.s.Mailbox(ctx, code.Lookup()); err != nil || m.Status != report.Finished {
			t.Errorf("%+v %v", m, err)
		}
	})
}

func TestTwiceIsOnce(t *testing.T) {
	each(t, func(h house) {
		secret := seal.NewReporterSecret()
		var wg sync.WaitGroup
		ids := make([]string, 8)
		for i := range ids {
			wg.Go(func() { ids[i], _ = h.s.Receive(ctx, secret, intake, report.Web, report.Normal) })
		}
		wg.Wait()
		if n := len(slices.DeleteFunc(ids, func(s string) bool { return s == "" })); n != 1 {
			t.Errorf("stored %d times", n)
		}
	})
}

func TestConflictOfInterestIsInvisibleToTheDesk(t *testing.T) {
	each(t, func(h house) {
		in := intake
		in.Conflict = true
		_, id := h.receive(in)
		for _, name := range []string{"desk1", "desk2", "reviewer", "worker1", "super1", "admin", "dpo"} {
			_, err := h.s.Show(ctx, h.In(name).Who, id, "duty")
			h.wants(fault.NotFound, err)
		}
		lines, _, err := h.s.Queue(ctx, h.In("desk1").Who, "", nil, report.Cursor{}, 20)
		h.ok(err)
		if len(lines) != 0 {
			t.Error("the desk's list shows it")
		}
		if o := h.open("overseer1", id); o.Intake.Text != intake.Text {
			t.Error("oversight cannot read it")
		}
	})
}

func TestDangerRingsUntilAccepted(t *testing.T) {
	each(t, func(h house) {
		in := intake
		in.Danger = true
		_, id := h.receive(in)
		_, err := h.b.Deliver(ctx)
		h.ok(err)
		for range 3 {
			open, err := h.s.RepeatAlarms(ctx)
			h.ok(err)
			list, err := h.s.Alarms(ctx, h.In("desk1").Who)
			h.ok(err)
			if open != 1 || len(list) != 1 || list[0].Report != id {
				t.Fatalf("%d %+v", open, list)
			}
		}
		h.ok(h.s.AcceptAlarm(ctx, h.In("desk2").Who, id))
		h.wants(fault.Gone, h.s.AcceptAlarm(ctx, h.In("desk1").Who, id))
		open, err := h.s.RepeatAlarms(ctx)
		h.ok(err)
		if open != 0 {
			t.Error("rings after it was accepted")
		}
		h.ok(h.s.SetDanger(ctx, h.In("desk2").Who, report.Edit{ID: id}, false))
		h.ok(h.s.SetDanger(ctx, h.In("desk2").Who, report.Edit{ID: id}, true))
		if n, err := h.s.Ringing(ctx, h.In("desk1").Who); err != nil || n != 1 {
			t.Errorf("danger that comes again does not ring: %d %v", n, err)
		}
	})
}

func TestLoweringARiskNeedsSomebodyElse(t *testing.T) {
	each(t, func(h house) {
		_, id := h.receive(intake)
		o := h.open("desk1", id)
		who := h.In("desk1").Who
		h.wants(fault.Denied, h.s.Rate(ctx, who, report.Edit{ID: id}, "low")) // not rated runs the high clock
		_, marked := h.receive(intake)
		h.open("desk1", marked)
		h.ok(h.s.SetDanger(ctx, who, report.Edit{ID: marked}, true))
		h.ok(h.s.SetDanger(ctx, who, report.Edit{ID: marked}, false))
		h.wants(fault.Denied, h.s.Rate(ctx, who, report.Edit{ID: marked}, "medium")) // not by way of the mark
		for _, danger := range []bool{true, false} {
			want := []string{"high", "medium"}
			if danger {
				want = []string{"high"}
			}
			if got := report.Alone("unknown", danger); !slices.Equal(got, want) {
				t.Errorf("a first rating, danger %v: %v", danger, got)
			}
		}
		h.ok(h.s.Rate(ctx, who, report.Edit{ID: id}, "high"))
		for _, lower := range []string{"low", "medium", "unknown"} { // by way of unknown, low would be one step away
			h.wants(fault.Denied, h.s.Rate(ctx, who, report.Edit{ID: id}, lower))
		}
		e, err := o.Note(who, h.day(), "decision", report.Text{Kind: report.LowerRisk, To: "low", Text: "Alasan."})
		h.ok(err)
		h.ok(h.s.Propose(ctx, who, e, report.LowerRisk, "low", h.review(o, "desk1")))
		list, err := h.s.Reviews(ctx, h.In("reviewer").Who)
		h.ok(err)
		h.wants(fault.NotFound, h.s.Decide(ctx, who, report.Edit{ID: id}, list[0].ID, true))
		h.ok(h.s.Decide(ctx, h.In("reviewer").Who, report.Edit{ID: id}, list[0].ID, true))
		if o := h.open("desk1", id); o.Head.Risk != "low" {
			t.Errorf("risk is %s", o.Head.Risk)
		}
	})
}

func TestRelatedByNumber(t *testing.T) {
	each(t, func(h house) {
		_, first := h.receive(intake)
		h.open("desk1", first)
		again := report.Intake{Door: report.Other, Text: "Sekali lagi.", Numbers: []report.Number{{Number: "+62 812 0000 1111", Whose: "reporter"}}}
		_, second := h.receive(again)
		o := h.open("desk1", second)
		in := h.In("desk1")
		hits, err := h.s.Related(ctx, in.Who, report.Wanted(in.Keyring, o.Head.Team, h.day(), o.Intake), second)
		h.ok(err)
		if len(hits) != 1 || hits[0].Report != first || hits[0].Whose != "reporter" {
			t.Fatalf("%+v", hits)
		}
		h.ok(h.s.Relate(ctx, in.Who, report.Edit{ID: second}, first, false))
		h.ok(h.s.Relate(ctx, in.Who, report.Edit{ID: second}, first, true))
		if o = h.open("desk1", second); len(o.Links) != 1 || !o.Links[0].Undone {
			t.Errorf("%+v", o.Links)
		}
	})
}

func TestFrozenMailboxTellsNothing(t *testing.T) {
	each(t, func(h house) {
		code, _ := h.receive(intake)
		h.ok(h.s.SetMailbox(ctx, code.Lookup(), "stopped"))
		h.ok(h.s.SetMailbox(ctx, code.Lookup(), "frozen")) // whoever stopped may learn later that the code is known
		m, err := h.s.Mailbox(ctx, code.Lookup())
		h.ok(err)
		if m.Status != "" || m.State != "frozen" || m.Opened != 0 {
			t.Errorf("%+v", m)
		}
		h.wants(fault.Gone, h.s.Post(ctx, code, "halo", false))
		_, err = h.s.Mailbox(ctx, seal.NewReporterSecret().Code().Lookup())
		h.wants(fault.NotFound, err)
	})
}

func TestMediaIsRefused(t *testing.T) {
	each(t, func(h house) {
		in := intake
		in.Text = "lihat data:image/png;base64,iVBORw0KGgo="
		_, err := h.s.Receive(ctx, seal.NewReporterSecret(), in, report.Web, report.Normal)
		h.wants(fault.Invalid, err)
	})
}

func TestRosterOpensTheChannel(t *testing.T) {
	each(t, func(h house) {
		open, err := h.s.Open(ctx)
		h.ok(err)
		if open {
			t.Error("open without anybody on duty")
		}
		now := h.Clock.Now()
		h.ok(h.s.SetShift(ctx, h.In("desk1").Who, h.Teams["desk"], report.Shift{From: now, To: now.Add(8 * time.Hour), Person: h.People["desk2"], Deputy: h.People["desk1"]}))
		for field, sh := range map[string]report.Shift{"person": {Person: "Bapak Contoh"}, "deputy": {Person: h.People["desk1"], Deputy: h.People["worker1"]}} {
			sh.From, sh.To = now, now.Add(time.Hour)
			if f := fault.Fields(h.s.SetShift(ctx, h.In("desk1").Who, h.Teams["desk"], sh)); len(f) != 1 || f[0].Name != field {
				h.t.Errorf("%s who is no member of the desk: %v", field, f)
			}
		}
		h.wants(fault.Denied, h.s.SetShift(ctx, h.In("worker1").Who, h.Teams["desk"], report.Shift{From: now, To: now.Add(time.Hour), Person: h.People["desk2"]}))
		if open, err = h.s.Open(ctx); !open || err != nil {
			t.Error("nobody on duty", err)
		}
	})
}

// TestReportsGoWhereTwoPeopleSay founds teams whose names sort first: nothing of
// what comes in goes to them until a second person confirmed it.
func TestReportsGoWhereTwoPeopleSay(t *testing.T) {
	each(t, func(h house) {
		officer, fresh := h.In("enrol").Who, map[access.TeamKind]string{}
		for kind, role := range map[access.TeamKind]access.Role{access.Oversight: access.OversightOfficer, access.Desk: access.IntakeOfficer} {
			id, err := h.Access.CreateTeam(ctx, officer, accesstest.Password, access.Team{Name: "AAA " + string(kind), Kind: kind, Reviewer: h.Teams["review"]},
				[]access.Founder{{Person: h.People["worker3"], Role: role}, {Person: h.People["worker3"], Role: access.Steward}})
			h.ok(err)
			fresh[kind] = id
		}
		receives := func(conflict bool, want string) {
			h.t.Helper()
			h.Clock.Advance(time.Minute)
			in := intake
			in.Conflict = conflict
			_, id := h.receive(in)
			if to, err := h.s.Receiver(ctx, conflict); err != nil || to.Team != want {
				h.t.Errorf("%s goes to %s, not %s: %v", id, to.Team, want, err)
			}
		}
		receives(true, h.Teams["oversight"])
		receives(false, h.Teams["desk"])
		if ready, err := h.s.Prepared(ctx); err != nil || !ready {
			h.t.Error("a team that receives nothing shut the channel", err)
		}
		h.ok(h.Access.ProposeReceiver(ctx, officer, accesstest.Password, fresh[access.Oversight]))
		receives(true, h.Teams["oversight"])
		h.ok(h.Access.ConfirmReceiver(ctx, h.In("overseer1").Who, accesstest.Password, access.Oversight, fresh[access.Oversight]))
		receives(true, fresh[access.Oversight])
		receives(false, h.Teams["desk"])
		if ready, err := h.s.Prepared(ctx); err != nil || ready {
			h.t.Error("the receiver has one way in and the channel is open", err)
		}
	})
}

// TestReportsOpenAfterATeamCameBack loses every member of the desk and opens its
// report with the printed kit.
func TestReportsOpenAfterATeamCameBack(t *testing.T) {
	each(t, func(h house) {
		_, id := h.receive(intake)
		kit, err := h.Access.TeamKit(ctx, h.In("desk1").Who, accesstest.Password, h.Teams["desk"])
		h.ok(err)
		h.ok(h.DB.Write(ctx, func(tx *db.Tx) error {
			for _, table := range []string{"access_member", "access_wrap"} {
				if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE team = $1`, h.Teams["desk"]); err != nil {
					return err
				}
			}
			return nil
		}))
		h.ok(h.Access.NameSteward(ctx, h.In("enrol").Who, accesstest.Password, h.Teams["desk"], h.People["worker3"]))
		h.ok(h.Access.RecoverTeam(ctx, h.In("worker3").Who, accesstest.Password, h.Teams["desk"], kit.Text()))
		s, err := h.Access.Session(ctx, h.Cookie("worker3"))
		h.ok(err)
		v, err := h.s.Show(ctx, s.Who, id, "duty")
		h.ok(err)
		if o, err := report.Open(s.Keyring, v); err != nil || o.Intake.Text != intake.Text {
			h.t.Errorf("the report does not open: %v", err)
		}
	})
}

func TestIntakeOpensWhenEveryReceivingTeamHasTwoWaysIn(t *testing.T) {
	for team, second := range map[string]string{"oversight": "overseer2", "desk": "desk2"} {
		each(t, func(h house) {
			ready, err := h.s.Prepared(ctx)
			h.ok(err)
			if !ready {
				h.t.Error("shut although desk and oversight have two members each")
			}
			h.ok(h.DB.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.ExecContext(tx.Ctx(), `DELETE FROM access_member WHERE team = $1 AND person = $2`, h.Teams[team], h.People[second])
				return err
			}))
			if ready, err = h.s.Prepared(ctx); ready || err != nil {
				h.t.Errorf("open although %s has one way in (%v)", team, err)
			}
		})
	}
}

// lower has the reviewer agree to a lower risk that desk1 proposes.
func (h house) lower(o report.Opened, to string) {
	h.T.Helper()
	h.ok(h.s.Propose(ctx, h.In("desk1").Who, report.Edit{ID: o.Head.ID}, report.LowerRisk, to, h.review(o, "desk1")))
	list, err := h.s.Reviews(ctx, h.In("reviewer").Who)
	h.ok(err)
	h.ok(h.s.Decide(ctx, h.In("reviewer").Who, report.Edit{ID: o.Head.ID}, list[len(list)-1].ID, true))
}

// A rating counts from the hour the report came, not from the rating.
func TestClockCountsFromArrival(t *testing.T) {
	each(t, func(h house) {
		_, id := h.receive(intake)
		came := h.Clock.Now()
		h.Clock.Advance(3 * time.Hour)
		o := h.open("desk1", id)
		h.lower(o, "medium")
		if o = h.open("desk1", id); o.Head.Due.Before(h.s.Due("medium", false, came)) || o.Head.Due.After(h.s.Due("medium", false, came).Add(time.Hour)) {
			t.Errorf("due %v, arrived %v", o.Head.Due, came)
		}
	})
}

func TestMessageAfterHandOverReachesBothTeams(t *testing.T) {
	each(t, func(h house) {
		code, id := h.receive(intake)
		o := h.open("desk1", id)
		desk := h.In("desk1")
		to, err := h.Access.TeamPublic(ctx, h.Teams["case"])
		h.ok(err)
		g, err := o.GrantFor(desk.Keyring, desk.Who, to, "handover")
		h.ok(err)
		h.ok(h.s.Hand(ctx, desk.Who, report.Edit{ID: id, Grants: []record.Grant{g}}))
		h.ok(h.s.Post(ctx, code, "Masih perlu bantuan.", false))
		h.ok(h.s.Post(ctx, code, "Masih perlu bantuan.", false)) // Back, and sent again
		lines, _, err := h.s.Queue(ctx, desk.Who, report.Normal, nil, report.Cursor{}, 20)
		h.ok(err)
		if len(lines) != 1 || lines[0].Head.Waiting != 1 {
			t.Errorf("the desk's queue shows %+v", lines)
		}
		written, err := h.s.Written(ctx, h.In("worker1").Who)
		h.ok(err)
		if len(written) != 1 || written[0].Report != id || written[0].N != 1 {
			t.Errorf("the case team is told %+v", written)
		}
		if o := h.open("worker1", id); len(o.Thread) != 1 || o.Thread[0].Text != "Masih perlu bantuan." {
			t.Errorf("the case team reads %+v", o.Thread)
		}
		if written, err = h.s.Written(ctx, h.In("worker1").Who); err != nil || len(written) != 0 {
			t.Errorf("still waiting after it was read: %+v %v", written, err)
		}
	})
}

func TestFloodHidesNothing(t *testing.T) {
	each(t, func(h house) {
		in := intake
		in.Danger = true
		for range 30 {
			_, err := h.s.Receive(ctx, seal.NewReporterSecret(), in, report.Web, report.Quarantine)
			h.ok(err)
		}
		h.Clock.Advance(2 * time.Hour)
		_, id := h.receive(in)
		secret := in
		secret.Conflict = true
		_, apart := h.receive(secret)
		for { // fifty events a step
			n, err := h.b.Deliver(ctx)
			h.ok(err)
			if n == 0 {
				break
			}
		}
		lines, _, err := h.s.Queue(ctx, h.In("desk1").Who, report.Normal, nil, report.Cursor{}, 5)
		h.ok(err)
		if len(lines) != 1 || lines[0].Head.ID != id {
			t.Errorf("the normal lane shows %d lines", len(lines))
		}
		for most, want := range map[int64]int64{500: 30, 10: 10} { // a flood is not counted at every view
			if n, err := h.s.Quarantined(ctx, h.In("desk1").Who, most); err != nil || n != want {
				t.Errorf("%d in quarantine, want %d: %v", n, want, err)
			}
		}
		list, err := h.s.Alarms(ctx, h.In("desk1").Who)
		h.ok(err)
		if len(list) != 31 || list[0].Report != id {
			t.Errorf("%d alarms, the first is %+v", len(list), list[0])
		}
		if list, err = h.s.Alarms(ctx, h.In("overseer1").Who); err != nil || len(list) != 1 || list[0].Report != apart {
			t.Errorf("oversight hears %+v %v", list, err)
		}
	})
}

func TestProposalAboutAnotherStateIsOvertaken(t *testing.T) {
	each(t, func(h house) {
		_, id := h.receive(intake)
		o := h.open("desk1", id)
		who := h.In("desk1").Who
		propose := func(kind, to string) report.Proposal {
			h.ok(h.s.Propose(ctx, who, report.Edit{ID: id}, kind, to, h.review(o, "desk1")))
			list, err := h.s.Reviews(ctx, h.In("reviewer").Who)
			h.ok(err)
			if len(list) != 1 {
				t.Fatalf("%d open proposals", len(list))
			}
			return list[0]
		}
		h.lower(o, "medium")
		p := propose(report.LowerRisk, "low")
		h.ok(h.s.Rate(ctx, h.In("desk2").Who, report.Edit{ID: id}, "high"))
		h.wants(fault.Conflict, h.s.Decide(ctx, h.In("reviewer").Who, report.Edit{ID: id}, p.ID, true))
		p = propose(report.Close, "")
		h.ok(h.s.Hand(ctx, h.In("desk2").Who, report.Edit{ID: id}))
		h.wants(fault.Conflict, h.s.Decide(ctx, h.In("reviewer").Who, report.Edit{ID: id}, p.ID, true))
		if o := h.open("desk1", id); o.Head.Status != report.Handling || o.Head.Risk != "high" {
			t.Errorf("%s, %s", o.Head.Status, o.Head.Risk)
		}
	})
}

func TestChangedFormIsNotTakenForTheSame(t *testing.T) {
	each(t, func(h house) {
		secret := seal.NewReporterSecret()
		_, err := h.s.Receive(ctx, secret, intake, report.Web, report.Normal)
		h.ok(err)
		id, err := h.s.Receive(ctx, secret, intake, report.Web, report.Normal)
		h.ok(err)
		if id != "" {
			t.Error("stored twice")
		}
		other := intake
		other.Text = "Ada yang perlu diperbaiki."
		if _, err = h.s.Receive(ctx, secret, other, report.Web, report.Normal); !errors.Is(err, report.ErrOther) {
			t.Errorf("a changed form is taken for the same: %v", err)
		}
		h.ok(h.s.Post(ctx, secret.Code(), other.Text, true))
		list, err := h.s.Alarms(ctx, h.In("desk1").Who)
		h.ok(err)
		if len(list) != 1 {
			t.Error("danger in a message does not ring")
		}
	})
}

func TestRecordedElsewhereIsReadByItsDesk(t *testing.T) {
	each(t, func(h house) {
		in := h.In("worker1")
		to, err := h.s.Receiver(ctx, false)
		h.ok(err)
		sub, err := report.SealRecorded(in.Keyring, in.Who, accesstest.Jurisdiction, to, seal.NewReporterSecret(), intake, h.Clock.Now(), h.day())
		h.ok(err)
		id, err := h.s.Record(ctx, in.Who, sub, report.Phone)
		h.ok(err)
		next, err := h.s.Next(ctx, h.In("desk1").Who)
		h.ok(err)
		if next != id {
			t.Error("the desk is never offered it")
		}
		if o := h.open("desk1", id); o.Intake.Text != intake.Text || o.Head.Status != report.Read {
			t.Errorf("%+v", o.Head)
		}
	})
}

// Two deeds at once: neither writes a document, and neither may be lost.
func TestDeedsAtOnceOverwriteNothing(t *testing.T) {
	each(t, func(h house) {
		for range 20 {
			code, id := h.receive(intake)
			h.open("desk1", id)
			var wg sync.WaitGroup
			var swap, danger error
			one, two := h.In("desk1").Who, h.In("desk2").Who
			wg.Go(func() { _ = h.s.SetMailbox(ctx, code.Lookup(), "frozen") })
			wg.Go(func() { swap = h.s.Swap(ctx, one, report.Edit{ID: id}, h.People["desk2"]) })
			wg.Go(func() { danger = h.s.SetDanger(ctx, two, report.Edit{ID: id}, true) })
			wg.Wait()
			o := h.open("desk1", id)
			if o.Head.Mailbox != "frozen" || (swap == nil) != (o.Head.Officer == h.People["desk2"]) || (danger == nil) != o.Head.Danger {
				t.Fatalf("mailbox %s, swap %v: %q, danger %v: %v", o.Head.Mailbox, swap, o.Head.Officer, danger, o.Head.Danger)
			}
		}
	})
}

func TestNextIsGivenToOne(t *testing.T) {
	each(t, func(h house) {
		for range 10 {
			h.receive(intake)
			var wg sync.WaitGroup
			var got [2]string
			for i, who := range []access.Who{h.In("desk1").Who, h.In("desk2").Who} {
				wg.Go(func() { got[i], _ = h.s.Next(ctx, who) })
			}
			wg.Wait()
			if got[0] == got[1] {
				t.Fatalf("both have %q", got[0])
			}
			id := got[0] + got[1] // one of them is empty
			h.ok(h.s.Swap(ctx, h.In("desk1").Who, report.Edit{ID: id}, ""))
			h.open("desk1", id)
		}
	})
}

// shelf is a spool in memory.
type shelf map[string][]byte

func (s shelf) Room() bool                      { return len(s) < 10 }
func (s shelf) Put(name string, b []byte) error { s[name] = b; return nil }
func (s shelf) Names() []string                 { return slices.Collect(maps.Keys(s)) }
func (s shelf) Get(name string) ([]byte, error) { return s[name], nil }
func (s shelf) Remove(name string) error        { delete(s, name); return nil }

func TestSpoolKeepsWhatTheDatabaseCannot(t *testing.T) {
	each(t, func(h house) {
		h.s.Spool = shelf{}
		secret := seal.NewReporterSecret()
		for range 2 { // sent twice is one
			h.ok(h.s.ReceiveLater(ctx, secret, intake, report.Web, report.Normal))
		}
		_, err := h.s.Mailbox(ctx, secret.Code().Lookup())
		h.wants(fault.NotFound, err)
		if n := h.s.Spooled(); n != 1 {
			t.Fatalf("%d in the spool", n)
		}
		for want := 1; want >= 0; want-- {
			if moved, err := h.s.Drain(ctx); err != nil || moved != want {
				t.Fatalf("moved %d, want %d: %v", moved, want, err)
			}
		}
		m, err := h.s.Mailbox(ctx, secret.Code().Lookup())
		h.ok(err)
		lines, _, err := h.s.Queue(ctx, h.In("desk1").Who, report.Normal, nil, report.Cursor{}, 5)
		h.ok(err)
		if m.Status != report.Received || len(lines) != 1 {
			t.Fatalf("%+v, %d lines", m, len(lines))
		}
		if o := h.open("desk1", lines[0].Head.ID); o.Intake.Text != intake.Text {
			t.Error("the spooled report reads otherwise")
		}
		danger := intake
		danger.Danger = true
		h.ok(h.s.ReceiveLater(ctx, seal.NewReporterSecret(), danger, report.Web, report.Normal))
		if n, err := h.s.Ringing(ctx, h.In("desk1").Who); err != nil || n != 1 {
			t.Errorf("danger waits in the spool: %d %v", n, err)
		}
	})
}

// A database that cannot write does not lose the report.
func TestReportSurvivesAFailingDatabase(t *testing.T) {
	each(t, func(h house) {
		h.s.Spool = shelf{}
		h.ok(h.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(tx.Ctx(), `ALTER TABLE report_doc RENAME TO report_doc_gone`)
			return err
		}))
		secret := seal.NewReporterSecret()
		_, err := h.s.Receive(ctx, secret, intake, report.Web, report.Normal)
		h.ok(err)
		if moved, err := h.s.Drain(ctx); err == nil || moved != 0 || h.s.Spooled() != 1 {
			t.Fatalf("moved %d into a database that cannot write: %v", moved, err)
		}
		h.ok(h.DB.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.ExecContext(tx.Ctx(), `ALTER TABLE report_doc_gone RENAME TO report_doc`)
			return err
		}))
		if moved, err := h.s.Drain(ctx); err != nil || moved != 1 {
			t.Fatalf("moved %d: %v", moved, err)
		}
		_, err = h.s.Mailbox(ctx, secret.Code().Lookup())
		h.ok(err)
	})
}
