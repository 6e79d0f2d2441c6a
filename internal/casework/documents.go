package casework

import (
	"slices"

	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/protocol"
)

// Bounds of what one document may hold; a page says so before a text is lost.
const (
	maxText  = 20_000 // runes in one text
	maxLine  = 300    // runes in one line
	maxLines = 40     // entries in one list
)

// Document is what is sealed in a case. Check returns an Invalid fault that
// names the fields which are too long or not of a listed code.
type Document interface {
	Kind() Kind
	Check() error
}

// Person is somebody in a child's surroundings, with what they are to the child.
type Person struct {
	Name     string `json:"name"`
	Relation string `json:"relation"`
	Contact  string `json:"contact,omitempty"`
	Safe     string `json:"safe"` // yes, no, unknown: unknown counts as no (guard G-WALI)
}

// Phone is a number and whose it is: child, reporter, shared or suspect.
type Phone struct {
	Number string `json:"number"`
	Whose  string `json:"whose"`
}

// IdentityDoc is who the child is. It lies under the identity key.
type IdentityDoc struct {
	Name      string   `json:"name"`
	Alias     string   `json:"alias,omitempty"`
	BirthYear int      `json:"birth_year,omitempty"`
	BirthDate string   `json:"birth_date,omitempty"`
	Sex       string   `json:"sex,omitempty"`
	NIK       string   `json:"nik,omitempty"`
	Phones    []Phone  `json:"phones,omitempty"`
	Address   string   `json:"address,omitempty"`
	Kecamatan string   `json:"kecamatan,omitempty"`
	Kelurahan string   `json:"kelurahan,omitempty"`
	School    string   `json:"school,omitempty"`
	People    []Person `json:"people,omitempty"`
}

// SituationDoc is what is known, in few words, without detail of acts.
type SituationDoc struct {
	Summary   string `json:"summary"`
	AgeBand   string `json:"age_band,omitempty"`
	Sex       string `json:"sex,omitempty"`
	Place     string `json:"place,omitempty"` // kind of place: home, school, venue, online …
	Area      string `json:"area,omitempty"`  // kecamatan
	HelpsNow  string `json:"helps_now,omitempty"`
	OwnWords  string `json:"own_words,omitempty"` // the child's words, never rewritten
	Languages string `json:"languages,omitempty"`
	Needs     string `json:"needs,omitempty"` // disability, language, care
}

// ConcernsDoc lists what there is to protect from, by code, with a note.
type ConcernsDoc struct {
	Codes []string `json:"codes"`
	Note  string   `json:"note,omitempty"`
}

// SafeContactDoc is form F-03: how this child may be reached. It is always in view.
type SafeContactDoc struct {
	Channel      string `json:"channel"` // phone, whatsapp, in_person, through_adult, none
	To           string `json:"to"`
	SharedPhone  string `json:"shared_phone"` // yes, no, unknown
	SafeHours    string `json:"safe_hours"`
	CodeWord     string `json:"code_word,omitempty"`
	Neutral      string `json:"neutral"` // the neutral message that may be left
	TrustedAdult string `json:"trusted_adult,omitempty"`
	Never        string `json:"never,omitempty"` // whom or what never to contact
}

// SafetyDoc is form F-19, made with the child.
type SafetyDoc struct {
	SafePeople string `json:"safe_people"`
	WhereTo    string `json:"where_to"`
	Numbers    string `json:"numbers"`
	Signal     string `json:"signal,omitempty"`
	MustNot    string `json:"must_not,omitempty"` // what the institution must not do
}

// Consent is one entry of the consent ledger. State is given, refused or withdrawn.
type Consent struct {
	ID        string `json:"id"` // the manual's consent id, e.g. C-ASSENT
	State     string `json:"state"`
	By        string `json:"by"` // child, guardian, court …
	Purpose   string `json:"purpose,omitempty"`
	Recipient string `json:"recipient,omitempty"`
	Evidence  string `json:"evidence,omitempty"` // number and place of the paper, never a scan
	Day       int64  `json:"day"`
}

// ConsentsDoc is the ledger of consents and assent; entries are never edited, a
// later one of the same id, purpose and recipient holds.
type ConsentsDoc struct {
	Entries []Consent `json:"entries"`
}

// Holds returns the newest entry of a consent id, purpose and recipient.
func (d ConsentsDoc) Holds(id, purpose, recipient string) (Consent, bool) {
	for i := len(d.Entries) - 1; i >= 0; i-- {
		e := d.Entries[i]
		if e.ID == id && e.Purpose == purpose && e.Recipient == recipient {
			return e, true
		}
	}
	return Consent{}, false
}

// Goal is one line of the case plan.
type Goal struct {
	Goal    string `json:"goal"`
	Service string `json:"service,omitempty"`
	Who     string `json:"who,omitempty"`
	By      string `json:"by,omitempty"`
	Done    string `json:"done,omitempty"` // yes, partly, no
}

// PlanDoc is form F-10, the plan made with the child.
type PlanDoc struct {
	Goals []Goal `json:"goals"`
	Note  string `json:"note,omitempty"`
}

// CourseDoc is what happened, in the terms of the manual; tasks and clocks are
// computed from it (protocol.Evaluate).
type CourseDoc struct {
	Events []protocol.Event `json:"events"`
}

// NoteDoc is one note. Heavy marks a note that a colleague may want to read prepared.
type NoteDoc struct {
	Text  string `json:"text"`
	Heavy bool   `json:"heavy,omitempty"`
	Step  string `json:"step,omitempty"` // the step of the manual it belongs to
}

// TransitionDoc says why a case changed status, hands, or was reopened, or what
// was asked and decided. Deed is one of Deeds; older ones have none. Cause is one
// of EarlyCauses where closing was asked for before there was a plan.
type TransitionDoc struct {
	Deed   string `json:"deed,omitempty"`
	From   Status `json:"from"`
	To     Status `json:"to"`
	Reason string `json:"reason"`
	Cause  string `json:"cause,omitempty"`
	Worker string `json:"worker,omitempty"`
	Second string `json:"second,omitempty"`

	Renewal *Renewal `json:"renewal,omitempty"` // of the deed "manual"
}

func (IdentityDoc) Kind() Kind    { return Identity }
func (SituationDoc) Kind() Kind   { return Situation }
func (ConcernsDoc) Kind() Kind    { return Concerns }
func (SafeContactDoc) Kind() Kind { return SafeContact }
func (SafetyDoc) Kind() Kind      { return SafetyPlan }
func (ConsentsDoc) Kind() Kind    { return Consents }
func (PlanDoc) Kind() Kind        { return CasePlan }
func (CourseDoc) Kind() Kind      { return CourseOf }
func (FillingDoc) Kind() Kind     { return Filling }
func (NoteDoc) Kind() Kind        { return Note }
func (TransitionDoc) Kind() Kind  { return TransitionNote }

// ConcernCodes are the concerns a case may list: the vocabulary of the field
// (Inter-Agency case management; terms by the terminology guidelines), not a
// list of acts.
var ConcernCodes = []string{
	"sexual_exploitation", "sexual_violence", "trafficking", "online_exploitation", "grooming", "sexual_extortion",
	"content_online", "venue", "travel", "physical_violence", "psychological_violence", "neglect", "early_marriage",
	"child_labour", "out_of_school", "self_harm_risk", "pregnancy", "missing", "threats", "violence", "other",
}

// Unmapped are the concerns of a report that a case deliberately does not take
// over: they name nothing to protect from. Every other one is a ConcernCode.
var Unmapped = []string{"unsure"}

// EarlyCauses say why a case is to end before its child had a plan. The words
// beside them are the proposer's; the supervisor sees both.
var EarlyCauses = []string{"moved", "transferred", "wrong_report", "duplicate", "declined", "unreachable", "other"}

// Deeds are what a transition may tell of: asking and deciding included.
var Deeds = []string{"move", "assign", "close", "print_identity", "agree", "refuse", "wall", "manual"}

var (
	yesNo     = []string{"", "yes", "no", "unknown"}
	sexes     = []string{"", "girl", "boy", "other", "unknown"}
	ageBands  = []string{"", "0-5", "6-11", "12-14", "15-17", "18+", "unknown"}
	places    = []string{"", "home", "school", "venue", "online", "street", "boarding", "work", "institution", "other", "unknown"}
	channels  = []string{"", "phone", "whatsapp", "in_person", "through_adult", "none"}
	whose     = []string{"child", "reporter", "shared", "suspect"}
	consented = []string{"given", "refused", "withdrawn"}
	doneness  = []string{"", "yes", "partly", "no"}
)

// checker is plain.Checker with the room's bounds.
type checker struct{ plain.Checker }

func (c *checker) text(name, v string, most int) { c.Text(name, v, most) }

func (c *checker) lines(values map[string]string) {
	for name, v := range values {
		c.Text(name, v, maxLine)
	}
}

func (c *checker) code(name, v string, of []string) { c.Code(name, v, of) }
func (c *checker) count(name string, n int)         { c.Count(name, n, maxLines) }
func (c *checker) must(name, v string)              { c.Must(name, v) }
func (c *checker) add(name, key string, a ...any)   { c.Add(name, key, a...) }
func (c *checker) err() error                       { return c.Err() }

// Check bounds the identity document. Every field may be empty: a child is
// helped before a name is known.
func (d IdentityDoc) Check() error {
	var c checker
	c.lines(map[string]string{"name": d.Name, "alias": d.Alias, "birth_date": d.BirthDate, "nik": d.NIK, "address": d.Address, "kecamatan": d.Kecamatan, "kelurahan": d.Kelurahan, "school": d.School})
	c.code("sex", d.Sex, sexes)
	if d.BirthYear != 0 && (d.BirthYear < 1990 || d.BirthYear > 2100) {
		c.add("birth_year", "field.year")
	}
	c.count("phones", len(d.Phones))
	for _, p := range d.Phones {
		c.text("phones", p.Number, maxLine)
		c.code("phones", p.Whose, whose)
	}
	c.count("people", len(d.People))
	for _, p := range d.People {
		c.text("people", p.Name+p.Relation+p.Contact, 3*maxLine)
		c.code("people", p.Safe, yesNo)
	}
	return c.err()
}

// Check bounds the situation.
func (d SituationDoc) Check() error {
	var c checker
	c.text("summary", d.Summary, maxText)
	c.text("own_words", d.OwnWords, maxText)
	c.lines(map[string]string{"area": d.Area, "languages": d.Languages})
	c.text("needs", d.Needs, 10*maxLine)
	c.text("helps_now", d.HelpsNow, 10*maxLine)
	c.code("age_band", d.AgeBand, ageBands)
	c.code("sex", d.Sex, sexes)
	c.code("place", d.Place, places)
	return c.err()
}

// Check holds the concerns to their list.
func (d ConcernsDoc) Check() error {
	var c checker
	c.count("codes", len(d.Codes))
	for _, code := range d.Codes {
		c.code("codes", code, ConcernCodes)
	}
	c.text("note", d.Note, maxText)
	return c.err()
}

// Check bounds the safe-contact plan.
func (d SafeContactDoc) Check() error {
	var c checker
	c.code("channel", d.Channel, channels)
	c.code("shared_phone", d.SharedPhone, yesNo)
	c.lines(map[string]string{"to": d.To, "safe_hours": d.SafeHours, "code_word": d.CodeWord, "trusted_adult": d.TrustedAdult})
	c.text("neutral", d.Neutral, 3*maxLine)
	c.text("never", d.Never, 3*maxLine)
	return c.err()
}

// Check bounds the safety plan.
func (d SafetyDoc) Check() error {
	var c checker
	for name, v := range map[string]string{"safe_people": d.SafePeople, "where_to": d.WhereTo, "numbers": d.Numbers, "signal": d.Signal, "must_not": d.MustNot} {
		c.text(name, v, 10*maxLine)
	}
	return c.err()
}

// Check holds every entry to the ledger's codes.
func (d ConsentsDoc) Check() error {
	var c checker
	if len(d.Entries) > 20*maxLines {
		c.add("entries", "field.too_many", "most", 20*maxLines)
	}
	for _, e := range d.Entries {
		c.must("id", e.ID)
		c.code("state", e.State, consented)
		c.lines(map[string]string{"by": e.By, "purpose": e.Purpose, "recipient": e.Recipient, "evidence": e.Evidence})
	}
	return c.err()
}

// Check asks a new entry for what, state, and for what purpose: a consent for
// nothing in particular is none.
func (e Consent) Check() error {
	var c checker
	c.must("consent", e.ID)
	if !slices.Contains(consented, e.State) {
		c.add("state", "field.not_listed")
	}
	c.must("purpose", e.Purpose)
	return c.err()
}

// Check bounds the plan.
func (d PlanDoc) Check() error {
	var c checker
	c.count("goals", len(d.Goals))
	for _, g := range d.Goals {
		c.must("goals", g.Goal)
		c.text("goals", g.Goal, 3*maxLine)
		c.lines(map[string]string{"goals": g.Service, "who": g.Who, "by": g.By})
		c.code("done", g.Done, doneness)
	}
	c.text("note", d.Note, maxText)
	return c.err()
}

// Check bounds the course; its events are checked by the engine that reads them.
func (d CourseDoc) Check() error {
	var c checker
	if len(d.Events) > 10_000 {
		c.add("events", "field.too_many", "most", 10_000)
	}
	return c.err()
}

// Check asks a note for words.
func (d NoteDoc) Check() error {
	var c checker
	c.must("text", d.Text)
	c.text("text", d.Text, maxText)
	c.text("step", d.Step, maxLine)
	return c.err()
}

// Check asks a transition for its reason.
func (d TransitionDoc) Check() error {
	var c checker
	c.code("deed", d.Deed, append([]string{""}, Deeds...))
	if d.Deed == "close" && d.From.Early() {
		c.must("cause", d.Cause)
	}
	c.code("cause", d.Cause, append([]string{""}, EarlyCauses...))
	c.must("reason", d.Reason)
	c.text("reason", d.Reason, 10*maxLine)
	if d.Renewal != nil && len(d.Renewal.Moves) > maxMoves {
		c.add("reason", "field.too_many", "most", maxMoves)
	}
	return c.err()
}
