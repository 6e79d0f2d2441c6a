package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/platform/access/accesstest"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/report"
	"github.com/naungan/naungan/protocol"
)

// TestLateIsCountedNow: a case that nobody wrote to for weeks is late in the list
// and in the workload, by the same deadline as in the case itself.
func TestLateIsCountedNow(t *testing.T) {
	each(t, func(h house) {
		h.Clock.Advance(17 * time.Minute) // deadlines do not fall on full hours
		id := h.begin(casework.Beginning{})
		in, super := h.In("worker1"), h.In("super1")
		late := func() int64 {
			load, err := h.s.Workload(ctx, super.Who, h.Teams["case"])
			h.ok(err)
			if len(load) != 1 || load[0].Cases != 1 {
				t.Fatalf("%+v", load)
			}
			lines, _, err := h.s.List(ctx, super.Who, casework.Late, nil, casework.Cursor{}, 50)
			h.ok(err)
			if int64(len(lines)) != load[0].Late {
				t.Errorf("the list shows %d late cases, the workload %d", len(lines), load[0].Late)
			}
			return load[0].Late
		}
		next := h.read(in, id).Head.NextDue
		if n := late(); n != 0 || !next.After(h.Clock.Now()) {
			t.Fatalf("%d late at once, due %v", n, next)
		}
		if !slices.ContainsFunc(h.read(in, id).Eval.Tasks, func(x protocol.Task) bool { return x.Due.Equal(next) }) {
			t.Error("the case itself knows no step of the list's deadline")
		}
		h.Clock.Set(next)
		if n := late(); n != 0 {
			t.Error("the deadline itself counts as late")
		}
		h.Clock.Advance(time.Second)
		if n := late(); n != 1 {
			t.Errorf("%d late cases after the deadline", n)
		}
		o := h.read(in, id)
		if !slices.ContainsFunc(o.Eval.Tasks, func(x protocol.Task) bool { return x.State == protocol.Overdue }) {
			t.Error("the case itself has no late step")
		}
	})
}

// A case without a plan is closed for a cause from a list, beside the words.
func TestEarlyClosingNeedsACause(t *testing.T) {
	for from, needed := range map[casework.Status]bool{casework.Begun: true, casework.Assessment: true, casework.Plan: false, casework.InService: false, casework.FollowUp: false} {
		d := casework.TransitionDoc{Deed: "close", From: from, To: from, Reason: "Sudah dibahas."}
		if err := d.Check(); (err != nil) != needed {
			t.Errorf("closing from %s: %v", from, err)
		}
		for cause, ok := range map[string]bool{"moved": true, "no_such_cause": false} {
			if d.Cause = cause; (d.Check() == nil) != ok {
				t.Errorf("closing from %s for %s: %v", from, cause, d.Check())
			}
		}
	}
}

func TestOneRequestOfAKind(t *testing.T) {
	each(t, func(h house) {
		id := h.begin(casework.Beginning{})
		worker, second, super := h.In("worker1").Who, h.In("worker2").Who, h.In("super1").Who
		open := func() map[string]string {
			out := map[string]string{}
			for _, r := range h.read(h.In("worker1"), id).Requests {
				if r.State == "open" {
					out[r.Kind] = r.ID
				}
			}
			return out
		}
		h.ok(h.s.Ask(ctx, worker, casework.Edit{ID: id}, "close"))
		h.wants(fault.Invalid, h.s.Ask(ctx, second, casework.Edit{ID: id}, "close"))
		h.ok(h.s.Answer(ctx, super, casework.Edit{ID: id}, open()["close"], false))
		h.ok(h.s.Ask(ctx, second, casework.Edit{ID: id}, "close")) // refused ones do not stand in the way
		h.ok(h.s.Ask(ctx, worker, casework.Edit{ID: id}, "print_identity"))
		reqs := open()
		if len(reqs) != 2 {
			t.Fatalf("%v", reqs)
		}
		h.ok(h.s.Answer(ctx, super, casework.Edit{ID: id}, reqs["close"], true))
		if left := open(); len(left) != 0 {
			t.Errorf("requests are left on a closed case: %v", left)
		}
		if waiting, err := h.s.Waiting(ctx, super); err != nil || len(waiting) != 0 {
			t.Errorf("%+v %v", waiting, err)
		}
	})
}

func TestClosedCaseIsOnlyRead(t *testing.T) {
	each(t, func(h house) {
		id := h.begin(casework.Beginning{})
		in := h.In("worker1")
		h.ok(h.s.Ask(ctx, in.Who, casework.Edit{ID: id}, "close"))
		h.ok(h.s.Answer(ctx, h.In("super1").Who, casework.Edit{ID: id}, h.read(in, id).Requests[0].ID, true))
		note := func() error {
			e, err := h.read(in, id).Save(in.Keyring, in.Who, h.day(), casework.NoteDoc{Text: "Catatan susulan."}, 0)
			h.ok(err)
			return h.s.Save(ctx, in.Who, e, casework.Note)
		}
		h.wants(fault.Invalid, note())
		h.ok(h.s.Move(ctx, in.Who, casework.Edit{ID: id}, casework.Assessment))
		h.ok(note())
	})
}

// TestWalledCaseCanBeClosed: one overseer assigns and proposes, another decides.
func TestWalledCaseCanBeClosed(t *testing.T) {
	each(t, func(h house) {
		id := h.begin(casework.Beginning{Identity: child})
		in := h.StepUp("super1")
		to, err := h.s.Restricted(ctx, h.Teams["case"])
		h.ok(err)
		w, err := h.whole(in, id).Wall(in.Keyring, in.Who, to, "Menyangkut rekan kerja.", h.day())
		h.ok(err)
		h.ok(h.s.Wall(ctx, in.Who, w))
		one, two := h.StepUp("overseer1"), h.In("overseer2")
		if o := h.read(one, id); o.Head.Worker != "" || o.Head.Second != "" {
			t.Fatalf("%+v", o.Head)
		}
		h.wants(fault.Invalid, h.s.Assign(ctx, one.Who, casework.Edit{ID: id}, h.People["worker1"], h.People["overseer2"]))
		h.ok(h.s.Assign(ctx, one.Who, casework.Edit{ID: id}, h.People["overseer1"], h.People["overseer2"]))
		o := h.whole(one, id)
		renamed := o.Identity
		renamed.Alias = "Contoh"
		e, err := o.Save(one.Keyring, one.Who, h.day(), renamed, o.Seqs[casework.Identity])
		h.ok(err)
		h.ok(h.s.Save(ctx, one.Who, e, casework.Identity))
		h.ok(h.s.Ask(ctx, one.Who, casework.Edit{ID: id}, "close"))
		if own, err := h.s.Waiting(ctx, one.Who); err != nil || len(own) != 0 {
			t.Errorf("an overseer is asked to decide their own request: %+v %v", own, err)
		}
		waiting, err := h.s.Waiting(ctx, two.Who)
		h.ok(err)
		if len(waiting) != 1 {
			t.Fatalf("%+v", waiting)
		}
		h.wants(fault.Denied, h.s.Answer(ctx, one.Who, casework.Edit{ID: id}, waiting[0].ID, true))
		h.ok(h.s.Answer(ctx, two.Who, casework.Edit{ID: id}, waiting[0].ID, true))
		if o := h.read(two, id); o.Head.Status != casework.Closed {
			t.Errorf("it is %s", o.Head.Status)
		}
	})
}

func TestOpenedForMembersOnly(t *testing.T) {
	each(t, func(h house) {
		in := h.In("worker1")
		to, err := h.Access.TeamPublic(ctx, h.Teams["case"])
		h.ok(err)
		for _, pair := range [][2]string{{"Nama Anak Contoh", h.People["worker2"]}, {h.People["worker1"], "bukan siapa-siapa"}, {h.People["worker1"], h.People["worker1"]}, {h.People["worker1"], h.People["worker3"]}, {"", ""}} {
			b := casework.Beginning{Team: h.Teams["case"], Worker: pair[0], Second: pair[1], Risk: casework.RiskLow}
			o, err := casework.Begin(in.Keyring, in.Who, accesstest.Jurisdiction, to, b, h.rules(), h.Clock.Now(), h.day())
			h.ok(err)
			h.wants(fault.Invalid, h.s.OpenCase(ctx, in.Who, o))
		}
		lines, _, err := h.s.List(ctx, in.Who, casework.Team, nil, casework.Cursor{}, 50)
		h.ok(err)
		if len(lines) != 0 {
			t.Error("a case was stored all the same")
		}
	})
}

// TestContactPlanIsTheChilds: what a reporter who is somebody else said of
// themselves is not how the child may be reached.
func TestContactPlanIsTheChilds(t *testing.T) {
	each(t, func(h house) {
		from := func(in report.Intake) casework.Beginning {
			in.Text = "Perlu dibantu."
			_, rep := h.handed(in)
			w := h.In("worker1")
			v, err := h.s.Report(ctx, w.Who, rep, "handover")
			h.ok(err)
			b, err := casework.FromReport(w.Keyring, v)
			h.ok(err)
			return b
		}
		reporters := report.Number{Number: "0812 0000 1111", Whose: "reporter"}
		childs := report.Number{Number: "0812 0000 2222", Whose: "child"}
		if b := from(report.Intake{Door: report.Other, Contact: "whatsapp", Safe: "Sore hari.", Numbers: []report.Number{reporters}}); b.Contact != (casework.SafeContactDoc{}) || b.Reporter != (casework.Way{Contact: "whatsapp", Safe: "Sore hari."}) {
			t.Errorf("the reporter's: %+v %+v", b.Contact, b.Reporter)
		}
		if b := from(report.Intake{Door: report.Other, Contact: "phone", Numbers: []report.Number{reporters, childs}}); b.Contact != (casework.SafeContactDoc{To: childs.Number}) {
			t.Errorf("the child's number: %+v", b.Contact)
		}
		if b := from(report.Intake{Door: report.Self, Contact: "whatsapp", Safe: "Sore hari.", Numbers: []report.Number{reporters}}); b.Contact != (casework.SafeContactDoc{Channel: "whatsapp", To: reporters.Number, SafeHours: "Sore hari."}) || b.Reporter != (casework.Way{}) {
			t.Errorf("a child that reported: %+v %+v", b.Contact, b.Reporter)
		}
		if b := from(report.Intake{Door: report.Other, Concerns: report.Concerns, Area: "elsewhere"}); len(b.Concerns.Codes) != len(report.Concerns)-len(casework.Unmapped) || b.Concerns.Check() != nil || b.Situation.Area != "" {
			t.Errorf("%+v %q", b.Concerns, b.Situation.Area)
		}
	})
}

func TestEveryReportConcernIsTakenOver(t *testing.T) {
	for _, c := range report.Concerns {
		if slices.Contains(casework.ConcernCodes, c) == slices.Contains(casework.Unmapped, c) {
			t.Errorf("%q is neither a concern of a case nor left out on purpose, or both", c)
		}
	}
}

func TestSearchTakesTheNeighbouringYears(t *testing.T) {
	each(t, func(h house) {
		id := h.begin(casework.Beginning{Identity: child})
		in := h.In("worker2")
		for year, want := range map[int]bool{2010: false, 2011: true, 2013: true, 2014: false} {
			hits, err := h.s.Search(ctx, in.Who, casework.Wanted(in.Keyring, h.day(), casework.IdentityDoc{Name: child.Name, BirthYear: year, Kecamatan: child.Kecamatan}))
			h.ok(err)
			if found := slices.ContainsFunc(hits, func(x casework.Hit) bool { return x.Case == id }); found != want {
				t.Errorf("%d: found %v", year, found)
			}
		}
	})
}

func TestSoughtBy(t *testing.T) {
	have := casework.SoughtBy(casework.IdentityDoc{Name: "Anak Contoh", NIK: "12", Phones: []casework.Phone{{Number: "0812 0000 1111"}, {Number: "7"}}})
	want := []casework.Sought{{Kind: seal.TagName}, {Kind: seal.TagNIK}, {Kind: seal.TagPhone, Can: true}, {Kind: seal.TagPhone}}
	if !slices.Equal(have, want) {
		t.Errorf("%+v", have)
	}
	if s := casework.SoughtBy(child); !s[0].Can {
		t.Errorf("%+v", s)
	}
}

func TestChecklistAssumesNothing(t *testing.T) {
	met := func(o casework.Opened) string {
		var out []string
		for _, c := range o.Checklist() {
			if c.OK {
				out = append(out, c.Key)
			}
		}
		return strings.Join(out, " ")
	}
	var o casework.Opened
	o.Head.Risk = casework.RiskLow
	if have := met(o); have != "risk_low nothing_late" {
		t.Errorf("an empty case meets %q", have)
	}
	o.Course.Events = []protocol.Event{{Kind: protocol.FactSet, Name: "immediate_danger", Value: "false"}}
	o.Plan.Goals = []casework.Goal{{Goal: "Kembali bersekolah.", Done: "yes"}}
	if have := met(o); have != "no_danger risk_low goals nothing_late" {
		t.Errorf("it meets %q", have)
	}
	o.Plan.Goals = append(o.Plan.Goals, casework.Goal{Goal: "Pindah rumah."})
	for _, r := range []casework.Risk{casework.RiskHigh, casework.RiskUnknown} {
		o.Head.Risk = r
		if have := met(o); have != "nothing_late" {
			t.Errorf("with risk %s it meets %q", r, have)
		}
	}
}

func TestConsentHasAPurpose(t *testing.T) {
	whole := casework.Consent{ID: "C-SHARE", State: "given", Purpose: "Rujukan ke layanan kesehatan."}
	if err := whole.Check(); err != nil {
		t.Error(err)
	}
	for _, c := range []casework.Consent{{State: "given", Purpose: "x"}, {ID: "C-SHARE", Purpose: "x"}, {ID: "C-SHARE", State: "given"}} {
		if fault.KindOf(c.Check()) != fault.Invalid {
			t.Errorf("%+v passes", c)
		}
	}
}
