package casework_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/protocol"
)

// screening is F-04, whole: what it must have, and some of what it may.
func screening() map[string][]string {
	out := map[string][]string{"immediate_danger": {"no"}, "guardian_conflict": {"no"}, "trafficking_indicators": {"unknown"}, "risk": {"medium"}, "official_implicated": {"no"}}
	for _, id := range []string{"with_suspect", "threatened", "threat_to_spread", "self_harm", "injured_or_pregnant", "confined", "about_to_be_moved"} {
		out[id] = []string{"no"}
	}
	return out
}

func (h house) fill(in access.Session, id string, d casework.FillingDoc, seen int64) (casework.Filled, error) {
	h.t.Helper()
	f, err := h.read(in, id).Fill(in.Who, h.rules(), h.Clock.Now(), h.day(), d, seen)
	if err != nil {
		return f, err
	}
	return f, h.s.Fill(ctx, in.Who, f)
}

// finishable fills in whatever of F-04 the default manual requires.
func finishable(t *testing.T, m *protocol.Manual) map[string][]string {
	t.Helper()
	out := screening()
	for _, f := range m.Forms["F-04"].Validate(out) {
		d := m.Forms["F-04"].Field(f.Field)
		if f.Rule != "required" {
			t.Fatalf("%s: %s", f.Field, f.Rule)
		}
		switch list := d.Answers(); d.Type {
		case protocol.FieldDate:
			out[d.ID] = []string{"2026-11-20"}
		case protocol.FieldTime:
			out[d.ID] = []string{"2026-11-20T09:00"}
		default:
			out[d.ID] = []string{"Seruni"}
			if list != nil {
				out[d.ID] = list[:1]
			}
		}
	}
	return out
}

func TestAFormIsDraftedMendedFinishedAndSuperseded(t *testing.T) {
	each(t, func(h house) {
		in, m := h.In("worker1"), h.rules().Manual
		id := h.begin(casework.Beginning{Identity: child})
		draft := casework.FillingDoc{Form: "F-04", Step: "A5", Draft: true, Answers: map[string][]string{"risk": {"medium"}, "no_such": {"x"}}}
		first, err := h.fill(in, id, draft, 0)
		h.ok(err)
		o := h.read(in, id)
		e, ok := o.Filling("F-04", "A5")
		if !ok || !e.Doc.Draft || e.Seq != first.Seq || e.Author != in.Who.Person || e.Doc.Manual != m.Hash() || len(e.Doc.Answers) != 1 {
			t.Fatalf("the draft: %+v", e)
		}
		if o.Said("risk") != "unknown" || o.Head.Risk != casework.RiskUnknown {
			t.Errorf("a draft says the risk: %s %s", o.Said("risk"), o.Head.Risk)
		}

		_, err = h.fill(in, id, casework.FillingDoc{Form: "F-04", Step: "A5", Answers: draft.Answers}, first.Seq)
		h.wants(fault.Invalid, err)
		if list := fault.Fields(err); len(list) < 8 || list[0].Name != casework.AnswerField("with_suspect") || list[0].Key != "casework.filling.wrong" {
			t.Errorf("what is missing: %+v", list)
		}
		answers := finishable(t, m)
		_, err = h.fill(in, id, casework.FillingDoc{Form: "F-04", Step: "A5", Answers: answers}, 0) // seen before the draft
		h.wants(fault.Conflict, err)
		done, err := h.fill(in, id, casework.FillingDoc{Form: "F-04", Step: "A5", Answers: answers}, first.Seq)
		h.ok(err)
		o = h.read(in, id)
		for fact, want := range map[string]string{"immediate_danger": "false", "risk": "medium", "guardian_conflict": "no", "official_implicated": "no", "trafficking_indicators": ""} {
			if got := o.Said(fact); got != want {
				t.Errorf("%s is said to be %q, want %q", fact, got, want)
			}
		}
		if o.Head.Risk != casework.RiskMedium {
			t.Errorf("the case's risk: %s", o.Head.Risk)
		}
		if n := told(o, protocol.FormFilled, "F-04"); n != 1 {
			t.Errorf("F-04 was noted %d times", n)
		}

		h.Clock.Advance(48 * 3600e9)
		colleague := h.In("worker2")
		answers["risk"] = []string{"low"}
		_, err = h.fill(colleague, id, casework.FillingDoc{Form: "F-04", Step: "A5", Answers: answers}, done.Seq)
		h.ok(err)
		o = h.read(colleague, id)
		now, _ := o.Filling("F-04", "A5")
		old, ok := o.FillingAt(done.Seq)
		if now.Author != colleague.Who.Person || o.Head.Risk != casework.RiskLow || !ok || old.Doc.Answers["risk"][0] != "medium" || len(o.Fillings) != 3 {
			t.Errorf("superseded: %+v, the older %+v", now, old)
		}
		if n := told(o, protocol.FactSet, "guardian_conflict"); n != 1 {
			t.Errorf("what is not new was noted %d times", n)
		}
		if other, ok := o.Filling("F-04", "A6"); ok {
			t.Errorf("another step's: %+v", other)
		}
	})
}

func told(o casework.Opened, kind, name string) (n int) {
	for _, e := range o.Course.Events {
		if e.Kind == kind && e.Name == name {
			n++
		}
	}
	return n
}

func TestAFilledFormIsBounded(t *testing.T) {
	each(t, func(h house) {
		in := h.In("worker1")
		id := h.begin(casework.Beginning{Identity: child})
		draft := func(answers map[string][]string) casework.FillingDoc {
			return casework.FillingDoc{Form: "F-02", Step: "A2", Draft: true, Answers: answers}
		}
		for name, d := range map[string]casework.FillingDoc{
			"too long":      draft(map[string][]string{"summary": {strings.Repeat("a ", 10_001)}}),
			"too many":      draft(map[string][]string{"concerns": slices.Repeat([]string{"other"}, 201)}),
			"a picture":     draft(map[string][]string{"summary": {"data:image/png;base64,AAAA"}}),
			"long together": draft(map[string][]string{"concerns": slices.Repeat([]string{strings.Repeat("a ", 9_000)}, 6)}),
		} {
			if _, err := h.fill(in, id, d, 0); fault.KindOf(err) != fault.Invalid || len(fault.Fields(err)) == 0 {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, d := range map[string]casework.FillingDoc{"no such form": {Form: "F-99"}, "no such step": {Form: "F-02", Step: "Z9"}, "of another step": {Form: "F-02", Step: "A5"}} {
			d.Draft = true
			if _, err := h.fill(in, id, d, 0); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := h.read(in, id).Save(in.Keyring, in.Who, h.day(), draft(nil), 0); err == nil {
			t.Error("a filled form goes past Fill")
		}
		f, err := h.read(in, id).Fill(in.Who, h.rules(), h.Clock.Now(), h.day(), draft(nil), 0)
		h.ok(err)
		h.wants(fault.NotFound, h.s.Fill(ctx, h.In("worker3").Who, f))
	})
}

func TestWhatIsNoLongerAskedIsNotKept(t *testing.T) {
	each(t, func(h house) {
		in := h.In("worker1")
		id := h.begin(casework.Beginning{Identity: child})
		d := casework.FillingDoc{Form: "F-13", Step: "B1", Answers: map[string][]string{"kind": {"needs"}, "began": {"2026-11-20T09:00"}, "companion": {"Seruni"}, "amount": {"50000"}, "treated": {"no"}, "treated_how": {"Menunggu lama."}}}
		f, err := h.fill(in, id, d, 0)
		h.ok(err)
		e, _ := h.read(in, id).FillingAt(f.Seq)
		if e.Doc.Answers["amount"] == nil || e.Doc.Answers["treated"] != nil || e.Doc.Answers["treated_how"] != nil {
			t.Errorf("kept: %v", e.Doc.Answers)
		}
	})
}

func TestAWalledCaseTakesItsForms(t *testing.T) {
	each(t, func(h house) {
		in := h.In("worker1")
		id := h.begin(casework.Beginning{Identity: child})
		_, err := h.fill(in, id, casework.FillingDoc{Form: "F-04", Step: "A5", Draft: true, Answers: map[string][]string{"risk": {"medium"}}}, 0)
		h.ok(err)
		super := h.StepUp("super1")
		to, err := h.s.Restricted(ctx, h.Teams["case"])
		h.ok(err)
		w, err := h.whole(super, id).Wall(super.Keyring, super.Who, to, "Menyangkut rekan kerja.", h.day())
		h.ok(err)
		h.ok(h.s.Wall(ctx, super.Who, w))
		_, err = h.s.Show(ctx, in.Who, id, "work")
		h.wants(fault.NotFound, err)
		if e, ok := h.read(h.In("overseer1"), id).Filling("F-04", "A5"); !ok || e.Author != in.Who.Person || e.Doc.Answers["risk"][0] != "medium" {
			t.Errorf("after the wall: %+v", e)
		}
	})
}

func TestAStepAsksForWhatDecidesTheNext(t *testing.T) {
	each(t, func(h house) {
		in, m := h.In("worker1"), h.rules().Manual
		id := h.begin(casework.Beginning{Identity: child})
		o := h.read(in, id)
		if got := strings.Join(o.Wants(m, "A5"), " "); got != "immediate_danger risk" {
			t.Errorf("A5 asks for %q", got)
		}
		if got := strings.Join(o.Wants(m, "A6"), " "); got != "risk immediate_danger" { // who leads is known: ours
			t.Errorf("A6 asks for %q", got)
		}
		paper := []protocol.Event{{Kind: protocol.FormFilled, Name: "F-04"}, {Kind: protocol.FactSet, Name: "risk", Value: "low"}}
		if facts, forms := o.LeftOpen(m, "A5", nil); len(facts) != 2 || !slices.Equal(forms, []string{"F-04"}) {
			t.Errorf("A5 leaves open %q and %q", facts, forms)
		}
		if facts, forms := o.LeftOpen(m, "A5", paper); !slices.Equal(facts, []string{"immediate_danger"}) || forms != nil || o.Said("risk") != "unknown" {
			t.Errorf("with the form on paper A5 leaves open %q and %q", facts, forms)
		}
		if got := o.Wants(m, "Z9"); got != nil {
			t.Errorf("no step asks for %q", got)
		}
		e, err := o.Happen(in.Who, h.rules(), h.Clock.Now(), h.day(), []protocol.Event{{Kind: protocol.Occurred, Name: "victim_reported"}})
		h.ok(err)
		h.ok(h.s.Happened(ctx, in.Who, e))
		o = h.read(in, id) // E1 is due, if one knew who told and of what kind the case is
		if got := strings.Join(o.Unasked(m), " "); got != "informant case_type" {
			t.Errorf("asked by no step: %q", got)
		}
		e, err = o.Happen(in.Who, h.rules(), h.Clock.Now(), h.day(), []protocol.Event{{Kind: protocol.FactSet, Name: "immediate_danger", Value: "false"}, {Kind: protocol.FactSet, Name: "risk", Value: "low"}})
		h.ok(err)
		h.ok(h.s.Rate(ctx, in.Who, e, casework.RiskLow))
		if got := h.read(in, id).Wants(m, "A6"); got != nil {
			t.Errorf("A6 asks again for %q", got)
		}
	})
}

// TestWhatDutiesWaitForIsSaidOnForms: whoever answers on the form that a duty rests
// on has noted it for the duty too.
func TestWhatDutiesWaitForIsSaidOnForms(t *testing.T) {
	m, _, err := manual.Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range [][4]string{{"F-02", "informant", "victim", "victim"}, {"F-11", "suspect_is_child", "yes", "true"}, {"F-04", "case_type", "online", "online"}, {"F-04", "risk", "high", "high"}} {
		said := m.Says(want[0], map[string][]string{want[1]: {want[2]}})
		if len(said) != 1 || said[0].Name != want[1] || said[0].Value != want[3] {
			t.Errorf("%v says %+v", want, said)
		}
	}
}

func TestARenamedStepKeepsItsForms(t *testing.T) {
	m, err := protocol.Parse(strings.NewReader("forms: {F-1: {title: a}}\nsteps: [{id: A9, replaces: A1, outputs: [F-1]}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	var o casework.Opened
	o.Eval.Manual = m
	o.Fillings = []casework.Entry[casework.FillingDoc]{{Seq: 4, Doc: casework.FillingDoc{Form: "F-1", Step: "A1", Draft: true}}}
	for _, step := range []string{"A1", "A9"} {
		if e, ok := o.Filling("F-1", step); !ok || e.Seq != 4 {
			t.Errorf("%s: %+v", step, e)
		}
	}
	if _, ok := o.Filling("F-1", ""); ok {
		t.Error("a step's form is of no step")
	}
}
