// Package accesstest builds a small office in a fresh database: the same people
// and teams that the demo has, through the same deeds.
package accesstest

import (
	"context"
	"testing"
	"time"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/seal"
)

// Jurisdiction of every test office.
const Jurisdiction = "jkb"

// Password of everybody in a test office.
const Password = "enam kata untuk uji saja"

func init() { seal.CheapPasswords() }

// Office is a founded installation.
type Office struct {
	T       testing.TB
	DB      *db.DB
	Clock   *clock.Fake
	Audit   *audit.Log
	Access  *access.Service
	Secrets access.Secrets
	People  map[string]string // name → id
	Teams   map[string]string // desk, review, case, case2, oversight → id
	totp    map[string]string
	open    map[string]access.Session
}

// New founds the office: an administrator who reads nothing, an enrolment
// officer, a desk of two, a review team, two case teams, an oversight team, a
// data protection officer and an auditor.
func New(t testing.TB, d *db.DB) *Office {
	t.Helper()
	ctx := context.Background()
	o := &Office{T: t, DB: d, Clock: clock.NewFake(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)),
		People: map[string]string{}, Teams: map[string]string{}, totp: map[string]string{}, open: map[string]access.Session{}}
	o.must(access.Migrate(ctx, d))
	secrets, err := access.OpenSecrets(ctx, d, Jurisdiction, seal.NewMachineKey())
	o.must(err)
	o.Audit, err = audit.New(d, o.Clock, Jurisdiction, "naungan.example/"+Jurisdiction, secrets.LogSigner(), nil)
	o.must(err)
	o.must(o.Audit.Migrate(ctx))
	o.Secrets = secrets
	o.Access = access.New(d, o.Clock, o.Audit, Jurisdiction, secrets)
	o.hire("enrol", access.EnrolmentOfficer)
	for name, role := range map[string]access.Role{"admin": access.Administrator, "dpo": access.DPO, "auditor": access.Auditor} {
		o.hire(name, role)
	}
	for _, name := range []string{"desk1", "desk2", "reviewer", "worker1", "worker2", "super1", "worker3", "super2", "overseer1", "overseer2"} {
		o.hire(name)
	}
	o.found("review", access.Review, "", founder{"reviewer", access.Supervisor}, founder{"reviewer", access.Steward})
	o.found("oversight", access.Oversight, "", founder{"overseer1", access.OversightOfficer}, founder{"overseer1", access.Steward}, founder{"overseer2", access.OversightOfficer})
	o.found("desk", access.Desk, o.Teams["review"], founder{"desk1", access.IntakeOfficer}, founder{"desk1", access.Steward}, founder{"desk2", access.IntakeOfficer})
	o.found("case", access.Cases, o.Teams["oversight"], founder{"worker1", access.Caseworker}, founder{"worker2", access.Caseworker}, founder{"super1", access.Supervisor}, founder{"super1", access.Steward})
	o.found("case2", access.Cases, o.Teams["oversight"], founder{"worker3", access.Caseworker}, founder{"super2", access.Supervisor}, founder{"super2", access.Steward})
	return o
}

type founder struct {
	name string
	role access.Role
}

func (o *Office) must(err error) {
	o.T.Helper()
	if err != nil {
		o.T.Fatal(err)
	}
}

// hire invites somebody, accepts for them and has the officer approve.
func (o *Office) hire(name string, office ...access.Role) {
	o.T.Helper()
	ctx := context.Background()
	person, token, err := o.Access.Invite(ctx, audit.System("init"), name, office...)
	o.must(err)
	secret, _, err := access.NewTOTPSecret(name)
	o.must(err)
	o.totp[name], o.People[name] = secret, person
	_, err = o.Access.Accept(ctx, access.Enrolment{Token: token, Password: Password, TOTP: secret, Code: o.Code(name)})
	o.must(err)
	if name != "enrol" {
		o.must(o.Access.Approve(ctx, o.In("enrol").Who, Password, person))
	}
}

func (o *Office) found(key string, kind access.TeamKind, reviewer string, founders ...founder) {
	o.T.Helper()
	var list []access.Founder
	for _, f := range founders {
		list = append(list, access.Founder{Person: o.People[f.name], Role: f.role})
	}
	team, err := o.Access.CreateTeam(context.Background(), o.In("enrol").Who, Password, access.Team{Name: "Tim " + key, Kind: kind, Reviewer: reviewer}, list)
	o.must(err)
	o.Teams[key] = team
}

// Code returns somebody's code of the second factor, now.
func (o *Office) Code(name string) string {
	o.T.Helper()
	code, err := access.TOTPCode(o.totp[name], o.Clock.Now())
	o.must(err)
	return code
}

// In returns somebody's open session, signing in the first time.
func (o *Office) In(name string) access.Session {
	o.T.Helper()
	if s, ok := o.open[name]; ok {
		return s
	}
	s, err := o.Access.Session(context.Background(), o.Cookie(name))
	o.must(err)
	o.open[name] = s
	return s
}

// Cookie signs somebody in and returns the cookie's text.
func (o *Office) Cookie(name string) string {
	o.T.Helper()
	o.Clock.Advance(time.Minute) // a code is good once
	cookie, err := o.Access.SignIn(context.Background(), name, Password, o.Code(name), true)
	o.must(err)
	return cookie
}

// StepUp returns a session of somebody with the identity keys released.
func (o *Office) StepUp(name string) access.Session {
	o.T.Helper()
	cookie := o.Cookie(name)
	o.must(o.Access.StepUp(context.Background(), cookie, Password))
	s, err := o.Access.Session(context.Background(), cookie)
	o.must(err)
	return s
}
