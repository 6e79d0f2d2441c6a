package report

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/record"
	"github.com/naungan/naungan/internal/platform/seal"
)

// The kinds of document in a report.
const (
	kindIntake   = "intake"
	kindNote     = "note"
	kindIn       = "message_in"
	kindOut      = "message_out"
	kindDecision = "decision"
)

// Text is a note, a message or the words of a decision.
type Text struct {
	Kind string `json:"kind,omitempty"`
	To   string `json:"to,omitempty"`
	Text string `json:"text"`
	N    int64  `json:"n,omitempty"`
}

// Check bounds the text.
func (t Text) Check() error {
	var c plain.Checker
	c.Must("text", t.Text)
	c.Text("text", t.Text, MaxText)
	return c.Err()
}

// Label is what a list shows of a report that was opened once.
type Label struct {
	Helps    []string `json:"helps,omitempty"`
	Concerns []string `json:"concerns,omitempty"`
	Age      string   `json:"age,omitempty"`
	Area     string   `json:"area,omitempty"`
}

func labelOf(in Intake) Label {
	return Label{Helps: in.Helps, Concerns: in.Concerns, Age: in.Age, Area: in.Area}
}

// Submission is a sealed report, ready to be stored.
type Submission struct {
	ID, Team    string
	Grant       record.Grant
	Change      record.Change
	Label       seal.Box
	Lookup      []byte
	ReplyPublic []byte
	Mark        []byte
	Danger      bool
	Size        int64
	Tags        []Tag
	Inbox       []byte // empty where nobody with keys has opened it yet
}

// Tag is an entry of the blind index.
type Tag struct {
	Team  string
	Tag   seal.Tag
	Year  int64
	Kind  seal.TagKind
	Whose string
}

// SealIntake seals what the public channel received to a team's public key. It
// holds no key afterwards.
func SealIntake(jurisdiction string, to seal.TeamPublic, secret seal.ReporterSecret, in Intake, now time.Time, day int64) (Submission, error) {
	keys := record.New(record.Place{Jurisdiction: jurisdiction, Room: Room, ID: id.New(now)}, false)
	pen := record.NewPen(keys, "", day, 0, [32]byte{})
	if err := pen.Write(record.Main, kindIntake, in); err != nil {
		return Submission{}, err
	}
	grant, err := keys.WrapPublic(to)
	if err != nil {
		return Submission{}, err
	}
	code := secret.Code()
	text, err := json.Marshal(in)
	if err != nil {
		return Submission{}, err
	}
	s := Submission{ID: keys.ID, Team: to.Team, Grant: grant, Change: pen.Written(), Lookup: code.Lookup(), ReplyPublic: code.Public(), Mark: code.Mark(text), Danger: in.Danger}
	s.Size = seal.SizeStep(len(s.Change.Docs[0].Box))
	return s, nil
}

// SealRecorded seals what an officer wrote down, under keys of their session.
func SealRecorded(kr *seal.Keyring, who access.Who, jurisdiction string, to seal.TeamPublic, secret seal.ReporterSecret, in Intake, now time.Time, day int64) (Submission, error) {
	s, err := SealIntake(jurisdiction, to, secret, in, now, day)
	if err != nil {
		return s, err
	}
	keys := record.New(record.Place{Jurisdiction: jurisdiction, Room: Room, ID: s.ID}, false)
	pen := record.NewPen(keys, who.Person, day, 0, [32]byte{})
	if err := pen.Write(record.Main, kindIntake, in); err != nil {
		return s, err
	}
	if s.Grant, err = keys.GrantTo(kr, who, to, "recorded", 0); err != nil {
		return s, err
	}
	if s.Label, err = keys.Label(labelOf(in)); err != nil {
		return s, err
	}
	s.Change = pen.Written()
	s.Tags, s.Inbox = tagsOf(kr, to.Team, day, in), keys.Inbox()
	return s, nil
}

// Opened is a report whose boxes are open.
type Opened struct {
	View
	Keys     record.Keys
	Intake   Intake
	Thread   []Said
	Notes    []Entry
	Decision []Entry
	fresh    []Text // messages that no document holds yet
	unread   bool   // some of them lie under a key that is not on the ring
}

// Said is one message of the thread.
type Said struct {
	Out    bool
	Text   string
	Day    int64
	Author string
}

// Entry is one note or decision, with who wrote it.
type Entry struct {
	Text
	Author string
	Day    int64
}

// Open opens everything of a view that the ring can open.
func Open(kr *seal.Keyring, v View) (Opened, error) {
	o := Opened{View: v}
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
	}
	for _, m := range v.Messages {
		if m.Out || len(m.Box) == 0 {
			continue
		}
		text, ok := o.message(kr, m)
		if !ok {
			o.unread = true
			continue
		}
		o.fresh = append(o.fresh, Text{Text: text, N: m.N})
		o.Thread = append(o.Thread, Said{Text: text, Day: m.Day})
	}
	return o, nil
}

func (o *Opened) read(d record.Doc) error {
	if d.Kind == kindIntake {
		return o.Keys.Read(record.Main, d, &o.Intake)
	}
	var t Text
	if err := o.Keys.Read(record.Main, d, &t); err != nil {
		return err
	}
	switch d.Kind {
	case kindIn, kindOut:
		o.Thread = append(o.Thread, Said{Out: d.Kind == kindOut, Text: t.Text, Day: d.Day, Author: d.Author})
	case kindNote:
		o.Notes = append(o.Notes, Entry{t, d.Author, d.Day})
	case kindDecision:
		o.Decision = append(o.Decision, Entry{t, d.Author, d.Day})
	}
	return nil
}

// messageContext binds a message to its report and direction.
func messageContext(p record.Place, direction string) string {
	return strings.Join([]string{"message", direction, p.Jurisdiction, p.ID}, "|")
}

// message opens a message to the report's inbox, or one to the team's key from
// before the first opening.
func (o *Opened) message(kr *seal.Keyring, m Message) (string, bool) {
	at := messageContext(o.Place, "in")
	if m.Team == "" {
		plain, err := o.Keys.OpenMessage(at, m.Box)
		return string(plain), err == nil
	}
	tk, ok := kr.At(m.Team, m.Epoch)
	if !ok {
		return "", false
	}
	plain, err := tk.OpenFrom(at, m.Box)
	return string(plain), err == nil
}

// Edit is a change of a report by somebody with keys: documents to add, and
// what else goes with them.
type Edit struct {
	ID       string
	Change   record.Change
	Label    seal.Box
	Grants   []record.Grant
	Tags     []Tag
	Emptied  []int64 // messages now sealed under the record key
	Inbox    []byte  // set where the report had none, or has a new key
	Reporter seal.Box
}

// pen returns a pen at the report's head.
func (o Opened) pen(who access.Who, day int64) *record.Pen {
	return record.NewPen(o.Keys, who.Person, day, o.Head.Seq, o.Head.Hash)
}

// Adopt returns what an opening writes. The desk's first: the symmetric wrap in
// place of the public one, tags, a label, the inbox. Anybody's: messages sealed
// again as documents. It returns false where nothing is to do.
func (o Opened) Adopt(kr *seal.Keyring, who access.Who, to seal.TeamPublic, day int64) (Edit, bool, error) {
	e := Edit{ID: o.Head.ID}
	_, desk := kr.At(to.Team, to.Epoch) // a second reader's opening is not the desk's
	first := desk && (o.Keys.Fresh || len(o.Head.Label) == 0 || len(o.Head.Inbox) == 0)
	if !first && len(o.fresh) == 0 {
		return e, false, nil
	}
	var err error
	if first {
		g, err := o.Keys.GrantTo(kr, who, to, "opened", 0)
		if err != nil {
			return e, false, err
		}
		e.Grants, e.Tags, e.Inbox = []record.Grant{g}, tagsOf(kr, to.Team, o.Head.OpenedDay, o.Intake), o.Keys.Inbox()
		if e.Label, err = o.Keys.Label(labelOf(o.Intake)); err != nil {
			return e, false, err
		}
	}
	pen := o.pen(who, day)
	e.Emptied, err = o.keep(pen)
	e.Change = pen.Written()
	return e, err == nil, err
}

// keep seals the messages that no document holds yet.
func (o Opened) keep(pen *record.Pen) (emptied []int64, err error) {
	for _, m := range o.fresh {
		if err := pen.Write(record.Main, kindIn, m); err != nil {
			return emptied, err
		}
		emptied = append(emptied, m.N)
	}
	return emptied, nil
}

// Wall seals a report anew, under a new key, for a restricted team: what the
// others hold of it opens nothing any more. A message that the ring cannot open
// would be lost: that is a Conflict fault, and nothing is walled.
func (o Opened) Wall(kr *seal.Keyring, who access.Who, to seal.TeamPublic, day int64) (Edit, error) {
	if o.unread {
		return Edit{}, fault.New(fault.Conflict, "report.wall.unread")
	}
	keys, pen, err := o.Keys.Reseal(o.Docs, func(string) string { return record.Main }, who.Person, day)
	if err != nil {
		return Edit{}, err
	}
	e := Edit{ID: o.Head.ID, Inbox: keys.Inbox()}
	if e.Emptied, err = o.keep(pen); err != nil {
		return e, err
	}
	// One more document, so that a change made from the old state conflicts.
	if err := pen.Write(record.Main, kindNote, Text{Kind: "wall", Text: "wall"}); err != nil {
		return e, err
	}
	e.Change = pen.Written()
	g, err := keys.GrantTo(kr, who, to, "walled", 0)
	if err != nil {
		return e, err
	}
	e.Grants, e.Tags = []record.Grant{g}, tagsOf(kr, to.Team, o.Head.OpenedDay, o.Intake)
	e.Label, err = keys.Label(labelOf(o.Intake))
	return e, err
}

// Note seals a note or a decision.
func (o Opened) Note(who access.Who, day int64, kind string, t Text) (Edit, error) {
	if err := t.Check(); err != nil {
		return Edit{}, err
	}
	pen := o.pen(who, day)
	err := pen.Write(record.Main, kind, t)
	return Edit{ID: o.Head.ID, Change: pen.Written()}, err
}

// Reply seals an answer twice: for the reporter's code and for the desk.
func (o Opened) Reply(who access.Who, day int64, replyPublic []byte, text string) (Edit, error) {
	e, err := o.Note(who, day, kindOut, Text{Text: text})
	if err != nil {
		return e, err
	}
	e.Reporter, err = seal.SealTo(replyPublic, messageContext(o.Place, "out"), []byte(text))
	return e, err
}

// GrantFor wraps the report's key for another team.
func (o Opened) GrantFor(kr *seal.Keyring, who access.Who, to seal.TeamPublic, reason string) (record.Grant, error) {
	return o.Keys.GrantTo(kr, who, to, reason, 0)
}

// ReadLabel opens a label of a queue line.
func ReadLabel(kr *seal.Keyring, l Line) (label Label, ok bool) {
	if len(l.Head.Label) == 0 {
		return label, false
	}
	keys, err := record.Open(kr, l.Place, []record.Grant{l.Grant})
	if err != nil || keys.ReadLabel(l.Head.Label, &label) != nil {
		return label, false
	}
	return label, true
}

// identifiers lists what is tagged of an intake, normalised.
func identifiers(in Intake) (out []Tag, forms []string) {
	add := func(kind seal.TagKind, whose, normal string) {
		if normal != "" {
			out, forms = append(out, Tag{Kind: kind, Whose: whose}), append(forms, normal)
		}
	}
	for _, n := range in.Numbers {
		add(seal.TagPhone, n.Whose, seal.NormalPhone(n.Number))
	}
	for _, l := range in.Links {
		if strings.ContainsAny(l, "/.") {
			add(seal.TagURL, "suspect", seal.NormalURL(l))
		} else {
			add(seal.TagAccount, "suspect", seal.NormalAccount(l))
		}
	}
	add(seal.TagName, "child", seal.NormalPerson(in.Name, in.BirthYear, in.Area))
	return out, forms
}

func yearOf(day int64) int64 { return int64(time.Unix(day*86400, 0).UTC().Year()) }

func tagsOf(kr *seal.Keyring, team string, day int64, in Intake) (out []Tag) {
	tk, ok := kr.Team(team)
	if !ok {
		return nil
	}
	list, forms := identifiers(in)
	for i, t := range list {
		if tag, ok := tk.TagOf(t.Kind, yearOf(day), forms[i]); ok {
			t.Team, t.Year, t.Tag = team, yearOf(day), tag
			out = append(out, t)
		}
	}
	return out
}

// Wanted returns the tags by which earlier reports with the same identifiers
// are found: every epoch of a team on the ring, this year and the two before.
func Wanted(kr *seal.Keyring, team string, day int64, in Intake) (out []Tag) {
	list, forms := identifiers(in)
	kr.Each(func(tk seal.TeamKeys) {
		if tk.Public.Team != team {
			return
		}
		for year := yearOf(day) - 2; year <= yearOf(day); year++ {
			for i, t := range list {
				if tag, ok := tk.TagOf(t.Kind, year, forms[i]); ok {
					t.Team, t.Year, t.Tag = team, year, tag
					out = append(out, t)
				}
			}
		}
	})
	return out
}

// OpenAnswers opens the desk's answers with the reporter's code.
func OpenAnswers(code seal.Code, m Mailbox) (out []Said) {
	for _, a := range m.Answers {
		if plain, err := code.OpenAnswer(messageContext(m.Place, "out"), a.Box); err == nil {
			out = append(out, Said{Out: true, Text: string(plain), Day: a.Day})
		}
	}
	return out
}
