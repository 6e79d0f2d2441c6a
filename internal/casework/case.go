package casework

import (
	"slices"

	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/record"
)

// Status is where a case stands, by the steps of the Inter-Agency Guidelines.
type Status string

// The states of a case. A reopened case stands in Assessment again; its
// history keeps the closing.
const (
	Begun      Status = "new"
	Assessment Status = "assessment"
	Plan       Status = "plan"
	InService  Status = "service"
	FollowUp   Status = "follow_up"
	Closed     Status = "closed"
)

// Statuses lists every status in the order of a case's life.
var Statuses = []Status{Begun, Assessment, Plan, InService, FollowUp, Closed}

// transitions lists the statuses that may follow each one. Closed is reached
// only through a decided closing, and left only by reopening.
var transitions = map[Status][]Status{
	Begun:      {Assessment},
	Assessment: {Plan, InService},
	Plan:       {InService, Assessment},
	InService:  {FollowUp, Plan, Assessment},
	FollowUp:   {InService, Plan, Closed},
	Closed:     {Assessment},
}

// Next returns the statuses that may follow s, in order. Closing is not among
// them: it has its own deed.
func (s Status) Next() []Status {
	return slices.DeleteFunc(slices.Clone(transitions[s]), func(n Status) bool { return n == Closed })
}

// Early tells whether a case of this status has no plan yet: closing it then needs
// a cause of its own.
func (s Status) Early() bool { return s == Begun || s == Assessment }

// Open tells whether work goes on in a case of this status.
func (s Status) Open() bool { return s != Closed }

// Move returns an Invalid fault unless to may follow s and a reason is given.
func (s Status) Move(to Status, reason string) error {
	if !slices.Contains(transitions[s], to) || to == Closed {
		return fault.Of(fault.Field{Name: "status", Key: "casework.status.not_next"})
	}
	if reason == "" {
		return fault.Of(fault.Field{Name: "reason", Key: "casework.reason.missing"})
	}
	return nil
}

// Risk is the supervisor-visible risk level of a case; unknown runs the high clock.
type Risk string

// The levels of risk (Inter-Agency Guidelines, appendix 6).
const (
	RiskHigh    Risk = "high"
	RiskMedium  Risk = "medium"
	RiskLow     Risk = "low"
	RiskUnknown Risk = "unknown"
)

// Risks lists the levels, the gravest first.
var Risks = []Risk{RiskHigh, RiskUnknown, RiskMedium, RiskLow}

// Kind names a document of a case.
type Kind string

// The documents of a case. Each kind has one current version (the newest) and
// its history; Note and Transition are append-only. Of Filling each form of each
// step has one (Opened.Fill).
const (
	Identity       Kind = "identity"
	Situation      Kind = "situation"
	Concerns       Kind = "concerns"
	SafeContact    Kind = "contact"
	SafetyPlan     Kind = "safety"
	Consents       Kind = "consent"
	CasePlan       Kind = "plan"
	CourseOf       Kind = "course"
	Filling        Kind = "filling"
	Note           Kind = "note"
	TransitionNote Kind = "transition"
)

// Kinds lists every document kind.
var Kinds = []Kind{Identity, Situation, Concerns, SafeContact, SafetyPlan, Consents, CasePlan, CourseOf, Filling, Note, TransitionNote}

// AppendOnly tells whether two people may write documents of this kind at the
// same time without asking each other.
func (k Kind) AppendOnly() bool { return k == Note || k == TransitionNote }

// Part returns which of a case's two keys a document of this kind lies under.
func (k Kind) Part() string {
	if k == Identity {
		return record.Identity
	}
	return record.Main
}
