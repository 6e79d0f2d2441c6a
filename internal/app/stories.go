package app

import (
	"context"
	"fmt"
	"time"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/record"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/report"
	"github.com/naungan/naungan/protocol"
)

// The stories are bland on purpose: what kind of help, never what happened.
var storyTexts = []string{
	"Seorang anak di lingkungan kami sering tidak masuk sekolah dan tampak takut. Kami ingin tahu cara membantu.",
	"Teman saya bercerita butuh tempat yang aman. Ia belum siap bicara dengan orang dewasa.",
	"Ada akun yang mengajak anak-anak bertemu. Kami catat alamatnya dan tidak membukanya lagi.",
	"Guru melihat perubahan pada seorang murid dan ingin bertanya ke mana merujuk.",
	"Tetangga mendengar seorang anak menangis hampir setiap malam.",
	"Seorang anak ingin berhenti bekerja di sebuah tempat usaha dan perlu pendamping.",
}

func pickOf[T any](list []T, i int) T { return list[i%len(list)] }

// stories tells reports and cases through the sealing, in every stage.
func (m *maker) stories(ctx context.Context, cases int) error {
	if err := m.roster(ctx); err != nil {
		return err
	}
	for i := range cases {
		m.clock.Advance(12 * time.Hour)
		m.in = map[string]access.Session{}
		if err := m.story(ctx, i); err != nil {
			return fmt.Errorf("demo: case %d: %w", i, err)
		}
		if err := m.deliver(ctx); err != nil {
			return err
		}
	}
	// The story ends some minutes ago, so that no code of the next minutes is spent.
	m.clock.Set(time.Now().Add(-10 * time.Minute)) //nolint:forbidigo // the demo ends today
	m.in = map[string]access.Session{}
	for i := range 12 {
		if _, err := m.receive(ctx, i+cases, i%6 == 4); err != nil {
			return err
		}
	}
	if err := m.deliver(ctx); err != nil {
		return err
	}
	return m.roster(ctx)
}

func (m *maker) deliver(ctx context.Context) error {
	for {
		n, err := m.h.Events.Deliver(ctx)
		if err != nil || n == 0 {
			break
		}
	}
	_, err := m.h.Audit.Sequence(ctx)
	return err
}

// roster puts the desk on duty for a fortnight from now.
func (m *maker) roster(ctx context.Context) error {
	in, err := m.as(ctx, "dahlia")
	if err != nil {
		return err
	}
	for d := range 14 {
		from := clock.OfDay(clock.Day(m.clock.Now())).Add(time.Duration(d) * 24 * time.Hour)
		for half, names := range [][2]string{{"anggrek", "dahlia"}, {"dahlia", "anggrek"}} {
			begin := from.Add(time.Duration(half) * 12 * time.Hour)
			sh := report.Shift{From: begin, To: begin.Add(12 * time.Hour), Person: m.who[names[0]], Deputy: m.who[names[1]]}
			if err := m.h.Reports.SetShift(ctx, in.Who, m.team["desk"], sh); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *maker) intake(i int, danger bool) report.Intake {
	return report.Intake{
		Door: pickOf(report.Doors, i), Danger: danger, Helps: []string{pickOf(report.Helps, i)}, Concerns: []string{pickOf(report.Concerns, i)}, Text: pickOf(storyTexts, i),
		Area: pickOf(report.Kecamatan[:8], i), Place: pickOf(report.Places, i), When: pickOf(report.Whens, i), Age: pickOf(report.Ages[1:4], i), Sex: pickOf(report.Sexes, i), Contact: pickOf(report.Contacts[:3], i),
		Safe: "Sore hari, jangan menelepon rumah.", Numbers: []report.Number{{Number: fmt.Sprintf("0812-0000-%04d", i%17), Whose: "reporter"}},
	}
}

func (m *maker) receive(ctx context.Context, i int, danger bool) (string, error) {
	m.done.Reports++
	lane := report.Normal
	if i%9 == 8 {
		lane = report.Quarantine
	}
	return m.h.Reports.Receive(ctx, seal.NewReporterSecret(), m.intake(i, danger), report.Web, lane)
}

// opened opens a report at the desk, as its page does.
func (m *maker) opened(ctx context.Context, in access.Session, id string) (o report.Opened, err error) {
	for range 2 {
		v, err := m.h.Reports.Show(ctx, in.Who, id, "duty")
		if err != nil {
			return o, err
		}
		if o, err = report.Open(in.Keyring, v); err != nil {
			return o, err
		}
		to, err := m.h.Access.TeamPublic(ctx, v.Head.Team)
		if err != nil {
			return o, err
		}
		e, need, err := o.Adopt(in.Keyring, in.Who, to, clock.Day(m.clock.Now()))
		if err != nil || !need {
			return o, err
		}
		if err := m.h.Reports.Adopt(ctx, in.Who, e); err != nil {
			return o, err
		}
	}
	return o, nil
}

// story is one case from its report to where it stands.
func (m *maker) story(ctx context.Context, i int) error {
	desk, err := m.as(ctx, "anggrek")
	if err != nil {
		return err
	}
	id, err := m.receive(ctx, i, false)
	if err != nil {
		return err
	}
	o, err := m.opened(ctx, desk, id)
	if err != nil {
		return err
	}
	risk := pickOf([]casework.Risk{casework.RiskHigh, casework.RiskMedium, casework.RiskLow, casework.RiskMedium}, i)
	if risk == casework.RiskHigh { // less than high, for a report, is a second person's to say
		if err := m.h.Reports.Rate(ctx, desk.Who, report.Edit{ID: id}, "high"); err != nil {
			return err
		}
	}
	if err := m.hand(ctx, desk, o); err != nil {
		return err
	}
	return m.caseOf(ctx, i, id, risk)
}

func (m *maker) hand(ctx context.Context, desk access.Session, o report.Opened) error {
	to, err := m.h.Access.TeamPublic(ctx, m.team["case"])
	if err != nil {
		return err
	}
	e, err := o.Note(desk.Who, clock.Day(m.clock.Now()), "decision", report.Text{Kind: "hand", Text: "Perlu pendampingan."})
	if err != nil {
		return err
	}
	g, err := o.GrantFor(desk.Keyring, desk.Who, to, "handover")
	if err != nil {
		return err
	}
	e.Grants = []record.Grant{g}
	return m.h.Reports.Hand(ctx, desk.Who, e)
}

func (m *maker) caseOf(ctx context.Context, i int, rep string, risk casework.Risk) error {
	worker, second := "seruni", "teratai"
	if i%2 == 1 {
		worker, second = second, worker
	}
	in, err := m.as(ctx, worker)
	if err != nil {
		return err
	}
	v, err := m.h.Cases.Report(ctx, in.Who, rep, "handover")
	if err != nil {
		return err
	}
	b, err := casework.FromReport(in.Keyring, v)
	if err != nil {
		return err
	}
	b.Team, b.Worker, b.Second, b.Risk = m.team["case"], m.who[worker], m.who[second], risk
	b.Identity = casework.IdentityDoc{Name: fmt.Sprintf("Anak Contoh %d", i+1), BirthYear: 2010 + i%6, Kecamatan: b.Situation.Area}
	b.Situation.Summary = "Anak memerlukan pendampingan dan tempat bicara yang aman."
	to, err := m.h.Access.TeamPublic(ctx, b.Team)
	if err != nil {
		return err
	}
	rules, err := m.h.Cases.Rules(ctx, "")
	if err != nil {
		return err
	}
	o, err := casework.Begin(in.Keyring, in.Who, m.h.Place.Jurisdiction, to, b, rules, m.clock.Now(), clock.Day(m.clock.Now()))
	if err != nil {
		return err
	}
	if err := m.h.Cases.OpenCase(ctx, in.Who, o); err != nil {
		return err
	}
	m.done.Cases++
	if i == 2 { // one case shows a filled form
		if err := m.fill(ctx, in, o.ID, risk, rules); err != nil {
			return err
		}
	}
	return m.work(ctx, in, o.ID, i%6, rules)
}

// fill screens a case for danger and risk, as form F-04 does.
func (m *maker) fill(ctx context.Context, in access.Session, id string, risk casework.Risk, rules casework.Rules) error {
	o, err := m.open(ctx, in, id, rules)
	if err != nil {
		return err
	}
	answers := map[string][]string{"immediate_danger": {"no"}, "suspect_in_household": {"no"}, "safe_adult": {"yes"}, "risk": {string(risk)}, "official_implicated": {"no"},
		"risk_reason": {"Anak tinggal dengan orang dewasa yang melindunginya."}, "screened_at": {m.clock.Now().In(clock.Jakarta).Format("2006-01-02T15:04")}}
	for _, d := range rules.Manual.Forms["F-04"].Fields {
		if d.Required && answers[d.ID] == nil {
			answers[d.ID] = []string{"no"}
		}
	}
	f, err := o.Fill(in.Who, rules, m.clock.Now(), clock.Day(m.clock.Now()), casework.FillingDoc{Form: "F-04", Step: "A5", Answers: answers}, 0)
	if err != nil {
		return err
	}
	return m.h.Cases.Fill(ctx, in.Who, f)
}

// work takes a case to its stage: steps done, documents written, moved on.
func (m *maker) work(ctx context.Context, in access.Session, id string, stage int, rules casework.Rules) error {
	docs := []casework.Document{
		casework.SafeContactDoc{Channel: "whatsapp", To: "0812-0000-0000", SharedPhone: "yes", SafeHours: "15.00–17.00", Neutral: "Halo, buku pinjamannya sudah ada.", Never: "Jangan menelepon rumah."},
		casework.SafetyDoc{SafePeople: "Kakak sepupu", WhereTo: "Rumah kakak sepupu", Numbers: "129", MustNot: "Datang ke sekolah berseragam"},
		casework.PlanDoc{Goals: []casework.Goal{{Goal: "Kembali bersekolah dengan aman", Service: "Pendidikan", Who: "Pendamping", By: "dua minggu", Done: "partly"}}},
		casework.NoteDoc{Text: "Pertemuan pertama berjalan tenang. Anak memilih sendiri waktu pertemuan berikutnya."},
	}
	moves := []casework.Status{casework.Assessment, casework.Plan, casework.InService, casework.FollowUp}
	for n := range min(stage, 4) {
		if err := m.write(ctx, in, id, docs[n], rules); err != nil {
			return err
		}
		if err := m.doOne(ctx, in, id, rules); err != nil {
			return err
		}
		if err := m.move(ctx, in, id, moves[n], rules); err != nil {
			return err
		}
	}
	if stage < 5 {
		return nil
	}
	return m.closeCase(ctx, in, id, rules)
}

func (m *maker) open(ctx context.Context, in access.Session, id string, rules casework.Rules) (casework.Opened, error) {
	v, err := m.h.Cases.Show(ctx, in.Who, id, "work")
	if err != nil {
		return casework.Opened{}, err
	}
	return casework.Open(in.Keyring, v, rules, m.clock.Now())
}

func (m *maker) write(ctx context.Context, in access.Session, id string, d casework.Document, rules casework.Rules) error {
	o, err := m.open(ctx, in, id, rules)
	if err != nil {
		return err
	}
	e, err := o.Save(in.Keyring, in.Who, clock.Day(m.clock.Now()), d, o.Seqs[d.Kind()])
	if err != nil {
		return err
	}
	return m.h.Cases.Save(ctx, in.Who, e, d.Kind())
}

// doOne completes the first open step of ours.
func (m *maker) doOne(ctx context.Context, in access.Session, id string, rules casework.Rules) error {
	o, err := m.open(ctx, in, id, rules)
	if err != nil {
		return err
	}
	for _, t := range o.Eval.Tasks {
		if t.Ours && t.State.Open() && len(t.Missing) == 0 {
			e, err := o.Happen(in.Who, rules, m.clock.Now(), clock.Day(m.clock.Now()), []protocol.Event{{Kind: protocol.StepDone, Name: t.Step.ID}})
			if err != nil {
				return err
			}
			return m.h.Cases.Happened(ctx, in.Who, e)
		}
	}
	return nil
}

func (m *maker) move(ctx context.Context, in access.Session, id string, to casework.Status, rules casework.Rules) error {
	o, err := m.open(ctx, in, id, rules)
	if err != nil {
		return err
	}
	e, err := o.Happen(in.Who, rules, m.clock.Now(), clock.Day(m.clock.Now()), nil, casework.TransitionDoc{From: o.Head.Status, To: to, Reason: "Tahap sebelumnya selesai."})
	if err != nil {
		return err
	}
	return m.h.Cases.Move(ctx, in.Who, e, to)
}

func (m *maker) closeCase(ctx context.Context, in access.Session, id string, rules casework.Rules) error {
	if err := m.h.Cases.Ask(ctx, in.Who, casework.Edit{ID: id}, "close"); err != nil {
		return err
	}
	o, err := m.open(ctx, in, id, rules)
	if err != nil {
		return err
	}
	super, err := m.as(ctx, "wijaya")
	if err != nil {
		return err
	}
	e, err := o.Happen(super.Who, rules, m.clock.Now(), clock.Day(m.clock.Now()), nil, casework.TransitionDoc{From: o.Head.Status, To: casework.Closed, Reason: "Sudah diperiksa bersama."})
	if err != nil {
		return err
	}
	return m.h.Cases.Answer(ctx, super.Who, e, o.Requests[len(o.Requests)-1].ID, true)
}
