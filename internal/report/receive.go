package report

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/report/internal/store"
)

// ErrOther says that a report with this secret is stored already and says
// something else: what is new is not kept by Receive or Record.
var ErrOther = fault.New(fault.Conflict, "report.fault.other_content")

// Receive checks, seals and stores what the public channel was told: three rows.
// The same secret with the same content again changes nothing and is no fault
// (the id is empty then); with another content it is ErrOther.
func (s *Service) Receive(ctx context.Context, secret seal.ReporterSecret, in Intake, channel, lane string) (string, error) {
	sub, err := s.seal(ctx, secret, in)
	if err != nil {
		return "", err
	}
	row := s.row(sub, channel, lane)
	id, err := s.store(ctx, audit.System("public"), sub, row)
	if k := fault.KindOf(err); err != nil && (k == fault.Internal || k == fault.Busy) && s.spools() {
		// Stored or not is unknown; once more from the spool is the same report.
		return "", s.spool(spooled{row, sub})
	}
	return id, err
}

// ReceiveLater keeps a report in the spool, for a disk that is nearly full: it is
// read after Drain. A danger report goes to the database even then, because its
// alarm must ring.
func (s *Service) ReceiveLater(ctx context.Context, secret seal.ReporterSecret, in Intake, channel, lane string) error {
	if in.Danger {
		_, err := s.Receive(ctx, secret, in, channel, lane)
		return err
	}
	sub, err := s.seal(ctx, secret, in)
	if err != nil {
		return err
	}
	return s.spool(spooled{s.row(sub, channel, lane), sub})
}

func (s *Service) seal(ctx context.Context, secret seal.ReporterSecret, in Intake) (Submission, error) {
	in.Clean()
	if err := in.Check(); err != nil {
		return Submission{}, err
	}
	to, err := s.Receiver(ctx, in.Conflict)
	if err != nil {
		return Submission{}, err
	}
	now := s.Clock.Now()
	return SealIntake(s.Jurisdiction, to, secret, in, now, clock.Day(now))
}

// store writes a sealed report once. Where staff hold a grant of it, the row holds
// no wrap.
func (s *Service) store(ctx context.Context, a audit.Actor, sub Submission, p store.InsertHeadParams) (id string, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		id = ""
		n, err := s.q(tx).InsertHead(tx.Ctx(), p)
		if err != nil {
			return err
		}
		if n == 0 {
			return s.again(tx, sub)
		}
		id = sub.ID
		if len(p.Wrap) == 0 {
			if err := s.putGrant(tx, sub.ID, sub.Grant); err != nil {
				return err
			}
		}
		if err := s.putDocs(tx, sub.ID, sub.Change.Docs); err != nil {
			return err
		}
		if err := s.putTags(tx, sub.ID, sub.Tags); err != nil {
			return err
		}
		if err := s.Audit.Append(tx, a, audit.Entry{Verb: "report.receive", Record: sub.ID, Reason: p.Channel, Head: audit.Head(sub.Change.Seq, sub.Change.Head)}); err != nil {
			return err
		}
		if !sub.Danger {
			return nil
		}
		return s.raise(tx, sub.ID, sub.Team)
	})
	return id, err
}

// again tells whether a report that is stored already says the same.
func (s *Service) again(tx *db.Tx, sub Submission) error {
	h, err := s.q(tx).HeadByLookup(tx.Ctx(), store.HeadByLookupParams{Jurisdiction: s.Jurisdiction, Lookup: sub.Lookup})
	if err != nil {
		return err
	}
	if !bytes.Equal(h.Mark, sub.Mark) {
		return ErrOther
	}
	return nil
}

func (s *Service) row(sub Submission, channel, lane string) store.InsertHeadParams {
	now := s.Clock.Now()
	p := store.InsertHeadParams{
		Jurisdiction: s.Jurisdiction, ID: sub.ID, Team: sub.Team, Epoch: sub.Grant.Epoch, Wrap: sub.Grant.Wrap,
		Status: Received, Lane: lane, Channel: channel, Risk: "unknown", Danger: sub.Danger, Authority: "unset",
		OpenedDay: clock.Day(now), DueHour: clock.HourUp(s.Due("unknown", sub.Danger, now)),
		Seq: sub.Change.Seq, Head: sub.Change.Head[:], SizeStep: sub.Size, Lookup: sub.Lookup, ReplyPublic: sub.ReplyPublic, Mark: sub.Mark,
		Mailbox: "open", Label: sub.Label, Inbox: sub.Inbox,
	}
	if p.Label == nil {
		p.Label = []byte{}
	}
	if p.Inbox == nil {
		p.Inbox = []byte{}
	}
	return p
}

// Record stores what an officer wrote down (Catat aduan). It is read already, and
// theirs, only where they are of the team that receives it.
func (s *Service) Record(ctx context.Context, who access.Who, sub Submission, channel string) (string, error) {
	if err := s.check(ctx, who, "report.record", "", nil, false); err != nil {
		return "", err
	}
	p := s.row(sub, channel, Normal)
	p.Wrap = []byte{}
	if slices.Contains(s.DeskTeams(who), sub.Team) {
		p.Status, p.Officer = Read, who.Person
	}
	return s.store(ctx, who.Actor(), sub, p)
}

// Known tells whether a report with this lookup id is stored.
func (s *Service) Known(ctx context.Context, lookup []byte) (known bool, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := s.q(tx).HeadByLookup(tx.Ctx(), store.HeadByLookupParams{Jurisdiction: s.Jurisdiction, Lookup: lookup})
		known = err == nil
		if fault.KindOf(db.NotFound(err)) == fault.NotFound {
			return nil
		}
		return err
	})
	return known, err
}

// raise rings the content-free alarm of a danger report.
func (s *Service) raise(tx *db.Tx, report, team string) error {
	return s.q(tx).RaiseAlarm(tx.Ctx(), store.RaiseAlarmParams{Jurisdiction: s.Jurisdiction, Report: report, Team: team, RaisedHour: clock.Hour(s.Clock.Now())})
}

// hearCase keeps the reporter's word of state: nothing else of a case comes here.
func (s *Service) hearCase(tx *db.Tx, payload []byte) error {
	var e struct{ Report, Status string }
	if err := json.Unmarshal(payload, &e); err != nil {
		return err
	}
	if e.Status != Handling && e.Status != Finished {
		return nil
	}
	_, err := s.q(tx).SetStatus(tx.Ctx(), store.SetStatusParams{Status: e.Status, Jurisdiction: s.Jurisdiction, ID: e.Report})
	return err
}

// Mailbox is what a code finds: state, clock and sealed answers.
type Mailbox struct {
	Place   placeOf
	Status  string
	State   string // open, frozen, stopped
	Opened  int64
	DueHour int64
	Sent    int  // how many messages the reporter wrote
	Owed    bool // no answer came since the reporter wrote last, and the desk is not done
	Answers []Message
}

// Mailbox finds a mailbox by the code's lookup id, or returns NotFound. A frozen
// one tells nothing but that it is frozen. Reporters' readings are not logged.
func (s *Service) Mailbox(ctx context.Context, lookup []byte) (m Mailbox, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		h, err := s.q(tx).HeadByLookup(tx.Ctx(), store.HeadByLookupParams{Jurisdiction: s.Jurisdiction, Lookup: lookup})
		if err != nil {
			return db.NotFound(err)
		}
		m = Mailbox{Place: s.place(h.ID), Status: h.Status, State: h.Mailbox, Opened: h.OpenedDay, DueHour: h.DueHour}
		if m.State == "frozen" {
			m = Mailbox{State: "frozen"}
			return nil
		}
		m.Owed = true
		rows, err := s.q(tx).ListMessages(tx.Ctx(), store.ListMessagesParams{Jurisdiction: s.Jurisdiction, Report: h.ID})
		for _, r := range rows {
			if m.Owed = r.Direction == "in"; m.Owed {
				m.Sent++
			} else {
				m.Answers = append(m.Answers, Message{N: r.N, Out: true, Box: r.ReporterBox, Day: r.Day})
			}
		}
		m.Owed = m.Owed && (h.Status == Received || h.Status == Read)
		return err
	})
	return m, err
}

// Post adds a message of the reporter, sealed so that whoever may open the
// report reads it; danger raises the flag and the alarm. The same text again on
// the same day is stored once. Where the report is walled at the same moment, it
// is sealed once more to the new key.
func (s *Service) Post(ctx context.Context, code seal.Code, text string, danger bool) (err error) {
	t := Text{Text: text}
	if err := t.Check(); err != nil {
		return err
	}
	for range 5 {
		var h store.ReportHead
		if h, err = s.open(ctx, code.Lookup()); err != nil {
			return err
		}
		if err = s.post(ctx, h, text, code.Mark([]byte(text)), danger); fault.KindOf(err) != fault.Conflict {
			return err
		}
	}
	return err
}

func (s *Service) post(ctx context.Context, h store.ReportHead, text string, mark []byte, danger bool) error {
	m := store.InsertMessageParams{Direction: "in", ReporterBox: []byte{}, Mark: mark}
	to := h.Inbox
	if len(to) == 0 { // nobody opened it yet
		t, err := s.Access.TeamPublic(ctx, h.Team)
		if err != nil {
			return err
		}
		to, m.Team, m.Epoch = t.KEM, t.Team, t.Epoch
	}
	var err error
	if m.DeskBox, err = seal.SealTo(to, messageContext(s.place(h.ID), "in"), []byte(text)); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		// The row first: on PostgreSQL it makes posts to one mailbox wait for each other.
		if _, err := s.q(tx).AddWaiting(tx.Ctx(), store.AddWaitingParams{N: 1, Jurisdiction: s.Jurisdiction, ID: h.ID}); err != nil {
			return err
		}
		now, err := s.q(tx).GetHead(tx.Ctx(), store.GetHeadParams{Jurisdiction: s.Jurisdiction, ID: h.ID})
		if err != nil {
			return db.NotFound(err)
		}
		if !bytes.Equal(now.Inbox, h.Inbox) {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		n, err := s.q(tx).Repeated(tx.Ctx(), store.RepeatedParams{Jurisdiction: s.Jurisdiction, Report: h.ID, Mark: mark, Day: s.today()})
		if err != nil {
			return err
		}
		if n > 0 {
			_, err := s.q(tx).AddWaiting(tx.Ctx(), store.AddWaitingParams{N: -1, Jurisdiction: s.Jurisdiction, ID: h.ID})
			return err
		}
		if err := s.putMessage(tx, h.ID, m); err != nil {
			return err
		}
		if danger && !now.Danger {
			if err := s.endanger(tx, now); err != nil {
				return err
			}
		}
		return s.Audit.Append(tx, audit.System("public"), audit.Entry{Verb: "report.message", Record: h.ID})
	})
}

// endanger raises the flag of a report by the public channel.
func (s *Service) endanger(tx *db.Tx, h store.ReportHead) error {
	_, err := s.q(tx).SetDanger(tx.Ctx(), store.SetDangerParams{DueHour: min(h.DueHour, clock.HourUp(s.Clock.Now())), Jurisdiction: s.Jurisdiction, ID: h.ID})
	if err != nil {
		return err
	}
	return s.raise(tx, h.ID, h.Team)
}

func (s *Service) putMessage(tx *db.Tx, report string, m store.InsertMessageParams) (err error) {
	m.Jurisdiction, m.Report, m.Day = s.Jurisdiction, report, s.today()
	if m.N, err = s.q(tx).NextMessage(tx.Ctx(), store.NextMessageParams{Jurisdiction: s.Jurisdiction, Report: report}); err != nil {
		return err
	}
	err = s.q(tx).InsertMessage(tx.Ctx(), m)
	if db.IsUnique(err) {
		return fault.Wrap(fault.Conflict, "fault.conflict", err)
	}
	return err
}

// open returns the head of a mailbox that takes messages.
func (s *Service) open(ctx context.Context, lookup []byte) (h store.ReportHead, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		h, err = s.q(tx).HeadByLookup(tx.Ctx(), store.HeadByLookupParams{Jurisdiction: s.Jurisdiction, Lookup: lookup})
		return db.NotFound(err)
	})
	if err == nil && h.Mailbox != "open" {
		return h, fault.New(fault.Gone, "report.mailbox.closed")
	}
	return h, err
}

// SetMailbox stops messages ("stopped": the reporter withdraws) or freezes the
// mailbox ("frozen": somebody else knows the code). Neither deletes anything nor
// ends an assessment of danger.
func (s *Service) SetMailbox(ctx context.Context, lookup []byte, state string) error {
	if state != "stopped" && state != "frozen" {
		return fault.Of(fault.Field{Name: "state", Key: "field.not_listed"})
	}
	h, err := s.open(ctx, lookup)
	if fault.KindOf(err) == fault.Gone && h.Mailbox == "stopped" && state == "frozen" {
		err = nil // whoever stopped the messages may still learn that the code is known
	}
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := s.q(tx).SetMailbox(tx.Ctx(), store.SetMailboxParams{Mailbox: state, Jurisdiction: s.Jurisdiction, ID: h.ID}); err != nil {
			return err
		}
		return s.Audit.Append(tx, audit.System("public"), audit.Entry{Verb: "report.mailbox", Record: h.ID, Reason: state})
	})
}

// PartnerOf returns the partner of an API key, or an Unauthenticated fault.
func (s *Service) PartnerOf(ctx context.Context, key string) (name string, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		p, err := s.q(tx).PartnerByKey(tx.Ctx(), store.PartnerByKeyParams{Jurisdiction: s.Jurisdiction, KeyHash: seal.HashToken([]byte(key))})
		name = p.Name
		if fault.KindOf(db.NotFound(err)) == fault.NotFound {
			return fault.New(fault.Unauthenticated, "report.partner.key")
		}
		return err
	})
	return name, err
}

// AddPartner makes a partner and returns its API key, shown once.
func (s *Service) AddPartner(ctx context.Context, a audit.Actor, name string) (key string, err error) {
	key = seal.HashToken(seal.Random32())
	return key, s.DB.Write(ctx, func(tx *db.Tx) error {
		id := newID(s.Clock.Now())
		if err := s.q(tx).InsertPartner(tx.Ctx(), store.InsertPartnerParams{Jurisdiction: s.Jurisdiction, ID: id, Name: name, KeyHash: seal.HashToken([]byte(key))}); err != nil {
			return err
		}
		return s.Audit.Append(tx, a, audit.Entry{Verb: "report.partner", Record: id})
	})
}
