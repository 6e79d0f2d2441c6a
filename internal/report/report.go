package report

import (
	"time"

	"github.com/naungan/naungan/internal/platform/record"
	"github.com/naungan/naungan/internal/platform/seal"
)

// Room is the name under which this room seals, audits and asks for permits.
const Room = "report"

// The states of a report; they are the four words a reporter learns.
const (
	Received = "received"
	Read     = "read"
	Handling = "handling"
	Finished = "finished"
)

// OpenStatuses are those in which the desk still owes an answer.
var OpenStatuses = []string{Received, Read}

// The lanes. Quarantine is read later, never not at all.
const (
	Normal     = "normal"
	Trusted    = "trusted"
	Quarantine = "quarantine"
)

// Lanes lists the lanes, the first looked at first.
var Lanes = []string{Trusted, Normal, Quarantine}

// The channels by which a report came.
const (
	Web      = "web"
	Phone    = "phone"
	WhatsApp = "whatsapp"
	Letter   = "letter"
	WalkIn   = "walk_in"
	Referral = "referral"
	Partner  = "partner"
)

// StaffChannels are those that an officer writes down (Catat aduan).
var StaffChannels = []string{Phone, WhatsApp, Letter, WalkIn, Referral}

// Risks lists the levels, the gravest first; unknown runs the high clock.
var Risks = []string{"high", "unknown", "medium", "low"}

// riskRank orders risks for "lower": unknown stands with high.
var riskRank = map[string]int{"high": 3, "unknown": 3, "medium": 2, "low": 1}

// Alone lists the levels to which one officer may set a risk without a second
// person: above what it is. A report not yet rated runs the high clock; one officer
// may say medium as well, unless danger is marked. Low is always agreed by two.
func Alone(risk string, danger bool) (out []string) {
	for _, to := range Risks {
		first := risk == "unknown" && to == "medium" && !danger
		if to != "unknown" && to != risk && (first || riskRank[to] >= riskRank[risk]) {
			out = append(out, to)
		}
	}
	return out
}

// Authorities says whose matter it is.
var Authorities = []string{"unset", "ours", "other_region", "ministry"}

// Head is what stands in clear of a report.
type Head struct {
	ID, Team, Status, Lane, Channel, Risk, Authority, Officer, Mailbox string
	Danger                                                             bool
	OpenedDay                                                          int64
	Due                                                                time.Time
	Seq                                                                int64
	Hash                                                               [32]byte
	Waiting                                                            int64
	Label                                                              seal.Box
	Inbox                                                              []byte
	HasReply                                                           bool
}

// Owed tells whether the desk still owes an answer.
func (h Head) Owed() bool { return h.Status == Received || h.Status == Read }

// Late tells whether the answer is overdue.
func (h Head) Late(now time.Time) bool { return h.Owed() && h.Due.Before(now) }

// Message is one message of the mailbox as stored: In under the report's inbox
// (Team is empty) or, before the first opening, the team's key, until a document
// holds it and Box is empty; Out under the code's key.
type Message struct {
	N     int64
	Out   bool
	Team  string
	Epoch int64
	Box   seal.Box
	Day   int64
}

// Link is a link to another report, with who made it.
type Link struct {
	Other, Person string
	Day           int64
	Undone        bool
}

// Proposal is what somebody outside the desk decides.
type Proposal struct {
	ID, Report, Kind, To, Team, Proposer, State, DecidedBy string
	Day                                                    int64
}

// The kinds of proposal; Sample is the tenth that is looked at again.
const (
	Close     = "close"
	LowerRisk = "lower_risk"
	NotOurs   = "not_ours"
	Sample    = "sample"
)

// View is one report as the Service gives it: clear head and sealed boxes.
type View struct {
	Head      Head
	Grants    []record.Grant
	Docs      []record.Doc
	Messages  []Message
	Links     []Link
	Proposals []Proposal
	Alarm     bool
	Arrived   time.Time // the hour it came, by its leaf
	Place     record.Place
}
