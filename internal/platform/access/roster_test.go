package access_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/access/accesstest"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/internal/platform/seal"
)

const pass = accesstest.Password

type office struct {
	*accesstest.Office
	t *testing.T
}

func each(t *testing.T, fn func(o office)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(office{accesstest.New(t, d), t}) })
}

func (o office) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o office) wants(kind fault.Kind, err error) {
	o.t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		o.t.Fatalf("wanted %v, got %v", kind, err)
	}
}

// field wants a fault of one form field.
func (o office) field(name, key string, err error) {
	o.t.Helper()
	if f := fault.Fields(err); len(f) != 1 || f[0].Name != name || f[0].Key != key {
		o.t.Fatalf("wanted %s: %s, got %v", name, key, err)
	}
}

func (o office) exec(query string, args ...any) {
	o.t.Helper()
	o.ok(o.DB.Write(ctx, func(tx *db.Tx) error {
		res, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			o.t.Fatal("nothing was changed", err)
		}
		return nil
	}))
}

// joins invites somebody and returns their seed: somebody who works here and
// writes to the database.
func (o office) joins(name string, roles ...access.Role) (person string, seed seal.PersonSeed) {
	o.t.Helper()
	person, token, err := o.Access.Invite(ctx, audit.System("test"), name, roles...)
	o.ok(err)
	secret, _, err := access.NewTOTPSecret(name)
	o.ok(err)
	code, err := access.TOTPCode(secret, o.Clock.Now())
	o.ok(err)
	kit, err := o.Access.Accept(ctx, access.Enrolment{Token: token, Password: pass, TOTP: secret, Code: code})
	o.ok(err)
	var blob []byte
	o.ok(o.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT blob FROM access_unlock WHERE person = $1 AND method = 'kit'`, person).Scan(&blob)
	}))
	b, err := kit.OpenBundle(person, blob)
	o.ok(err)
	o.ok(o.Access.Approve(ctx, o.In("enrol").Who, pass, person))
	return person, b.Seed
}

// signed is what a roster entry's signature is made over.
func signed(subject, kind string, epoch int64, public []byte) []byte {
	b, _ := json.Marshal([]any{accesstest.Jurisdiction, subject, kind, epoch, public})
	return b
}

func (o office) receiver(kind access.TeamKind) access.Receiver {
	o.t.Helper()
	list, err := o.Access.Receivers(ctx)
	o.ok(err)
	for _, r := range list {
		if r.Kind == kind {
			return r
		}
	}
	o.t.Fatal("no such kind")
	return access.Receiver{}
}

func TestReceiversChangeByTwoPeople(t *testing.T) {
	each(t, func(o office) {
		officer := o.In("enrol").Who
		found := func(name string, kind access.TeamKind, person string, role access.Role) string {
			id, err := o.Access.CreateTeam(ctx, officer, pass, access.Team{Name: name, Kind: kind, Reviewer: o.Teams["review"]}, []access.Founder{{Person: o.People[person], Role: role}, {Person: o.People[person], Role: access.Steward}})
			o.ok(err)
			return id
		}
		fresh := found("AAA pengawas", access.Oversight, "worker3", access.OversightOfficer)
		desk := found("AAA meja", access.Desk, "worker3", access.IntakeOfficer)
		if o.receiver(access.Oversight).Team != o.Teams["oversight"] || o.receiver(access.Desk).Team != o.Teams["desk"] {
			o.t.Fatal("a team founded later receives")
		}
		o.wants(fault.Denied, o.Access.ProposeReceiver(ctx, o.In("overseer1").Who, pass, fresh))
		for _, team := range []string{o.Teams["case"], o.Teams["oversight"]} {
			o.field("receiver", "field.not_listed", o.Access.ProposeReceiver(ctx, officer, pass, team))
		}
		o.wants(fault.NotFound, o.Access.ConfirmReceiver(ctx, o.In("overseer1").Who, pass, access.Oversight, fresh)) // nobody proposed
		o.ok(o.Access.ProposeReceiver(ctx, officer, pass, fresh))
		if r := o.receiver(access.Oversight); r.Team != o.Teams["oversight"] || r.Wanted != fresh || r.Wanter != o.People["enrol"] {
			o.t.Fatalf("after the proposal: %+v", r)
		}
		o.wants(fault.Denied, o.Access.ConfirmReceiver(ctx, officer, pass, access.Oversight, fresh)) // the proposer
		newcomer, err := o.Access.Session(ctx, o.Cookie("worker3"))                                  // an overseer of the proposed team only
		o.ok(err)
		o.wants(fault.Denied, o.Access.ConfirmReceiver(ctx, newcomer.Who, pass, access.Oversight, fresh))
		o.wants(fault.Invalid, o.Access.ConfirmReceiver(ctx, o.In("overseer1").Who, "salah sekali ya", access.Oversight, fresh))
		o.wants(fault.NotFound, o.Access.ConfirmReceiver(ctx, o.In("overseer1").Who, pass, access.Oversight, desk)) // saw another proposal
		o.ok(o.Access.ConfirmReceiver(ctx, o.In("overseer1").Who, pass, access.Oversight, fresh))
		if r := o.receiver(access.Oversight); r.Team != fresh || r.Wanted != "" {
			o.t.Fatalf("after confirming: %+v", r)
		}
		o.ok(o.Access.ProposeReceiver(ctx, officer, pass, desk))
		o.wants(fault.Denied, o.Access.ConfirmReceiver(ctx, newcomer.Who, pass, access.Desk, desk)) // overseers do not choose the desk
		o.exec(`UPDATE access_member SET role = 'enrolment_officer' WHERE team = '' AND person = $1`, o.People["dpo"])
		forged, err := o.Access.Session(ctx, o.Cookie("dpo")) // the row was forged: no officer signed it
		o.ok(err)
		o.wants(fault.Denied, o.Access.ConfirmReceiver(ctx, forged.Who, pass, access.Desk, desk))
		o.joins("second", access.EnrolmentOfficer)
		o.exec(`UPDATE access_pin SET team = $1 WHERE name = 'receiver.desk'`, desk)
		if r, err := o.Access.Receivers(ctx); err == nil {
			o.t.Fatalf("a pin changed in the database was believed: %+v", r)
		}
	})
}

func TestNoTeamLosesItsKeysByARemoval(t *testing.T) {
	each(t, func(o office) {
		stranger := o.Cookie("overseer1")
		o.wants(fault.NotFound, o.Access.RemoveMember(ctx, o.In("super1").Who, pass, o.Teams["case"], o.People["overseer1"]))
		if _, err := o.Access.Session(ctx, stranger); err != nil {
			o.t.Error("a steward ended a stranger's session:", err)
		}
		for team, people := range map[string][2]string{"desk": {"desk1", "desk2"}, "review": {"reviewer", "reviewer"}} {
			o.field("person", "access.too_few", o.Access.RemoveMember(ctx, o.In(people[0]).Who, pass, o.Teams[team], o.People[people[1]]))
		}
		o.field("person", "access.last_steward", o.Access.RemoveMember(ctx, o.In("super1").Who, pass, o.Teams["case"], o.People["super1"]))
		colleague, steward := o.Cookie("worker1"), o.Cookie("super1")
		o.ok(o.Access.RemoveMember(ctx, o.In("super1").Who, pass, o.Teams["case"], o.People["worker2"]))
		for who, cookie := range map[string]string{"colleague": colleague, "steward": steward} {
			_, err := o.Access.Session(ctx, cookie) // it lacks the new epoch: new records would be "not found"
			if fault.KindOf(err) != fault.Unauthenticated {
				o.t.Errorf("the %s goes on without the new keys: %v", who, err)
			}
		}
		s, err := o.Access.Session(ctx, o.Cookie("worker1"))
		o.ok(err)
		if k, _ := s.Keyring.Team(o.Teams["case"]); k.Public.Epoch != 2 {
			o.t.Errorf("a new session has epoch %d", k.Public.Epoch)
		}
		if _, err := o.Access.Session(ctx, stranger); err != nil {
			o.t.Error("another team's session ended:", err)
		}
		if n, err := o.Access.WaysIn(ctx, o.Teams["case"]); err != nil || n != access.WaysNeeded {
			o.t.Errorf("ways in: %d %v", n, err)
		}
	})
}

func TestATeamComesBackByItsKit(t *testing.T) {
	each(t, func(o office) {
		team, officer := o.Teams["desk"], o.In("enrol").Who
		old, err := o.Access.TeamKit(ctx, o.In("overseer1").Who, pass, o.Teams["oversight"])
		o.ok(err)
		kit, err := o.Access.TeamKit(ctx, o.In("desk1").Who, pass, team)
		o.ok(err)
		o.exec(`DELETE FROM access_member WHERE team = $1`, team)
		o.exec(`DELETE FROM access_wrap WHERE team = $1`, team)
		o.wants(fault.NotFound, o.Access.RecoverTeam(ctx, o.In("worker3").Who, pass, team, kit.Text())) // found in a drawer
		o.wants(fault.NotFound, o.Access.RecoverTeam(ctx, o.In("desk1").Who, pass, team, kit.Text()))   // kept by who was steward
		o.field("person", "access.not_yourself", o.Access.NameSteward(ctx, officer, pass, team, o.People["enrol"]))
		o.wants(fault.Denied, o.Access.NameSteward(ctx, o.In("super1").Who, pass, team, o.People["worker3"]))
		o.ok(o.Access.NameSteward(ctx, officer, pass, team, o.People["worker3"]))
		if list, err := o.Access.Recoverable(ctx, o.People["worker3"]); err != nil || len(list) != 1 || list[0].ID != team {
			o.t.Fatalf("named for %v %v", list, err)
		}
		for _, wrong := range []string{"", old.Text(), seal.NewKit().Text()} {
			o.field("kit", "access.team_kit_wrong", o.Access.RecoverTeam(ctx, o.In("worker3").Who, pass, team, wrong))
		}
		want, err := o.Access.TeamPublic(ctx, team)
		o.ok(err)
		o.ok(o.Access.RecoverTeam(ctx, o.In("worker3").Who, pass, team, kit.Text()))
		s, err := o.Access.Session(ctx, o.Cookie("worker3"))
		o.ok(err)
		if k, ok := s.Keyring.Team(team); !ok || string(k.Public.KEM) != string(want.KEM) || len(s.Teams(access.Steward)) == 0 {
			o.t.Fatal("the keys did not come back")
		}
		o.wants(fault.NotFound, o.Access.RecoverTeam(ctx, o.In("worker3").Who, pass, team, kit.Text())) // once
		// A kit older than the newest epoch: what it opens comes back, and a new epoch begins.
		o.ok(o.Access.AddMember(ctx, s.Who, pass, team, o.People["desk1"], access.IntakeOfficer))
		o.ok(o.Access.AddMember(ctx, s.Who, pass, team, o.People["desk2"], access.IntakeOfficer))
		o.ok(o.Access.RemoveMember(ctx, s.Who, pass, team, o.People["desk2"]))
		o.ok(o.Access.NameSteward(ctx, officer, pass, team, o.People["desk2"]))
		o.ok(o.Access.RecoverTeam(ctx, o.In("desk2").Who, pass, team, kit.Text()))
		s, err = o.Access.Session(ctx, o.Cookie("desk2"))
		o.ok(err)
		_, first := s.Keyring.At(team, 1)
		_, second := s.Keyring.At(team, 2)
		_, third := s.Keyring.At(team, 3)
		if !first || second || !third {
			o.t.Errorf("epochs by an old kit: %v %v %v", first, second, third)
		}
		o.ok(o.Access.NameSteward(ctx, officer, pass, team, o.People["admin"]))
		o.field("kit", "access.no_administrator", o.Access.RecoverTeam(ctx, o.In("admin").Who, pass, team, kit.Text()))
	})
}

// TestARosterSignedBySomebodyElseIsNotUsed forges entries as whoever writes to the
// database could: with keys of their own, with a colleague's, for every use.
func TestARosterSignedBySomebodyElseIsNotUsed(t *testing.T) {
	each(t, func(o office) {
		insider, seed := o.joins("insider")
		team, epoch := o.Teams["oversight"], int64(1)
		forged := seal.NewTeamSeed()
		public, err := json.Marshal(forged.Keys(team, epoch).Public)
		o.ok(err)
		sign := func(k seal.Signer, as string) {
			o.exec(`UPDATE access_roster SET public = $1, signer = $2, sig = $3 WHERE subject = $4 AND kind = 'team'`, public, as, k.Sign("roster", signed(team, "team", epoch, public)), team)
		}
		refused := func(what string) {
			o.t.Helper()
			s := access.New(o.DB, o.Clock, o.Audit, accesstest.Jurisdiction, o.Secrets)
			if p, err := s.TeamPublic(ctx, team); err == nil {
				o.t.Errorf("%s: the key was used: %v", what, p.Team)
			}
		}
		sign(seed.Signer(), insider)
		refused("a colleague who is neither officer nor steward signed a team's key")
		o.exec(`INSERT INTO access_member (jurisdiction, team, person, role) VALUES ($1, $2, $3, 'steward'), ($1, '', $3, 'enrolment_officer')`, accesstest.Jurisdiction, team, insider)
		refused("roles that no officer signed")
		o.exec(`INSERT INTO access_steward (jurisdiction, team, person, signer, sig) VALUES ($1, $2, $3, $3, $4)`, accesstest.Jurisdiction, team, insider, seed.Signer().Sign("steward", []byte(`["`+accesstest.Jurisdiction+`","`+team+`","`+insider+`"]`)))
		refused("a steward who signed themself")

		evil := seal.NewPersonSeed()
		own, err := json.Marshal(evil.Public())
		o.ok(err)
		o.exec(`INSERT INTO access_roster (jurisdiction, subject, kind, epoch, public, signer, sig, day) VALUES ($1, 'evil', 'officer', 0, $2, 'evil', $3, 0)`, accesstest.Jurisdiction, own, evil.Signer().Sign("roster", signed("evil", "officer", 0, own)))
		sign(evil.Signer(), "evil")
		refused("a second root")
		o.exec(`UPDATE access_pin SET print = $1 WHERE name = 'root'`, evil.Public().Fingerprint())
		refused("a root put over the pinned one")
		o.exec(`DELETE FROM access_pin WHERE name = 'root'`)
		refused("a root without a pin")
	})
}

func TestASeedThatIsNotOnTheRosterIsNotUsed(t *testing.T) {
	each(t, func(o office) {
		insider, seed := o.joins("insider")
		team, person := o.Teams["case"], o.People["worker1"]
		var public []byte
		o.ok(o.DB.Read(ctx, func(tx *db.Tx) error {
			return tx.QueryRowContext(ctx, `SELECT public FROM access_person WHERE id = $1`, person).Scan(&public)
		}))
		var to seal.PersonPublic
		o.ok(json.Unmarshal(public, &to))
		wrap, err := seal.WrapTeamSeed(to, seal.NewTeamSeed(), team, 1, person)
		o.ok(err)
		o.Clock.Advance(time.Minute)
		signIn := func() error {
			o.Clock.Advance(time.Minute)
			_, err := o.Access.SignIn(ctx, "worker1", pass, o.Code("worker1"), true)
			return err
		}
		o.ok(signIn())
		o.exec(`UPDATE access_wrap SET wrap = $1 WHERE team = $2 AND person = $3`, wrap, team, person)
		if signIn() == nil {
			o.t.Error("a seed was used whose wrap nobody signed")
		}
		o.exec(`UPDATE access_wrap SET granter = $1, sig = $2 WHERE team = $3 AND person = $4`, insider, seed.Signer().Sign("team-wrap", wrap), team, person)
		if signIn() == nil {
			o.t.Error("a seed was used that somebody wrapped who may not")
		}
		// Even the right hand cannot give another seed than the one on the roster.
		officer, hand := o.joins("officer", access.EnrolmentOfficer)
		o.exec(`UPDATE access_wrap SET granter = $1, sig = $2 WHERE team = $3 AND person = $4`, officer, hand.Signer().Sign("team-wrap", wrap), team, person)
		if signIn() == nil {
			o.t.Error("a seed was used that is not the roster's")
		}
	})
}

func TestASessionCertifiedByAForeignKeyIsNamed(t *testing.T) {
	each(t, func(o office) {
		verify := func() audit.Report {
			for range 3 {
				_, err := o.Audit.Sequence(ctx)
				o.ok(err)
			}
			r, err := audit.VerifyPeople(ctx, o.DB, accesstest.Jurisdiction, o.Access.SigningKey)
			o.ok(err)
			return r
		}
		o.In("worker3")
		if r := verify(); !r.OK {
			o.t.Fatalf("not whole before: %+v", r.Break)
		}
		evil, now := seal.NewPersonSeed(), o.Clock.Now()
		session, until := id.New(now), clock.HourUp(now.Add(time.Hour))
		key, cert := seal.NewSessionSigner(evil, o.People["worker3"], session, until)
		o.ok(o.DB.Write(ctx, func(tx *db.Tx) error {
			if err := o.Audit.RegisterSigner(tx, session, o.People["worker3"], key.Public(), evil.Public().Sign, until, cert); err != nil {
				return err
			}
			return o.Audit.Append(tx, audit.Actor{Person: o.People["worker3"], Session: session, Sign: key.Sign}, audit.Entry{Verb: "casework.identity", Record: "0abc"})
		}))
		if r := verify(); r.OK || r.Break.ID != session {
			o.t.Errorf("a session made for somebody else passed: %+v", r)
		}
	})
}

func TestTeamsAreNamedReviewedAndWithoutAdministrators(t *testing.T) {
	each(t, func(o office) {
		officer := o.In("enrol").Who
		found := func(t access.Team, person string) error {
			_, err := o.Access.CreateTeam(ctx, officer, pass, t, []access.Founder{{Person: o.People[person], Role: access.Supervisor}, {Person: o.People[person], Role: access.Steward}})
			return err
		}
		o.field("founder", "access.no_administrator", found(access.Team{Name: "Tim lain", Kind: access.Cases, Reviewer: o.Teams["review"]}, "admin"))
		o.field("person", "access.no_administrator", o.Access.AddMember(ctx, o.In("super1").Who, pass, o.Teams["case"], o.People["admin"], access.Caseworker))
		o.field("team_name", "access.name_taken", found(access.Team{Name: "TIM DESK", Kind: access.Cases, Reviewer: o.Teams["review"]}, "worker3"))
		for _, k := range []access.TeamKind{access.Desk, access.Cases} {
			o.field("reviewer", "access.reviewer_missing", found(access.Team{Name: "Tim lain", Kind: k}, "worker3"))
		}
		o.field("reviewer", "field.not_listed", found(access.Team{Name: "Tim lain", Kind: access.Cases, Reviewer: o.Teams["desk"]}, "worker3"))
		o.ok(found(access.Team{Name: "Tim lain", Kind: access.Cases, Reviewer: o.Teams["review"]}, "worker3"))
		o.wants(fault.Denied, o.Access.ChangeTeam(ctx, o.In("desk1").Who, pass, o.Teams["desk"], "Meja", o.Teams["review"]))
		o.field("team_name", "access.name_taken", o.Access.ChangeTeam(ctx, officer, pass, o.Teams["desk"], "Tim lain", o.Teams["review"]))
		o.field("reviewer", "field.not_listed", o.Access.ChangeTeam(ctx, officer, pass, o.Teams["oversight"], "Tim pengawas", o.Teams["oversight"]))
		o.ok(o.Access.ChangeTeam(ctx, officer, pass, o.Teams["desk"], "Meja penerima", o.Teams["oversight"]))
		if d, err := o.Access.Team(ctx, o.Teams["desk"]); err != nil || d.Name != "Meja penerima" || d.Reviewer != o.Teams["oversight"] || d.Kind != access.Desk {
			o.t.Errorf("%+v %v", d, err)
		}
	})
}

// TestAnOlderInstallationPinsItsRootOnce begins as one made before pins.
func TestAnOlderInstallationPinsItsRootOnce(t *testing.T) {
	each(t, func(o office) {
		root, err := o.Access.RootFingerprint(ctx)
		o.ok(err)
		if o.Access.PinRoot(ctx, root) == nil {
			o.t.Error("the root was pinned twice")
		}
		o.exec(`DELETE FROM access_pin`)
		if o.Access.PinRoot(ctx, seal.NewPersonSeed().Public().Fingerprint()) == nil {
			o.t.Error("another fingerprint was pinned")
		}
		fresh := access.New(o.DB, o.Clock, o.Audit, accesstest.Jurisdiction, o.Secrets)
		if _, err := fresh.TeamPublic(ctx, o.Teams["desk"]); err == nil {
			o.t.Error("a roster without a pinned root was believed")
		}
		o.ok(o.Access.PinRoot(ctx, root))
		if _, err := fresh.TeamPublic(ctx, o.Teams["desk"]); err != nil {
			o.t.Error(err)
		}
		if o.receiver(access.Desk).Team != o.Teams["desk"] || o.receiver(access.Oversight).Team != o.Teams["oversight"] {
			o.t.Error("who received until now does not")
		}
	})
}
