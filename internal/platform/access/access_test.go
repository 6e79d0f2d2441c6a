package access_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/access/accesstest"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/seal"
)

var ctx = context.Background()

func TestAnOfficeIsFoundedAndVerifies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := accesstest.New(t, d)
		s := o.In("desk1")
		if got := s.Teams(access.IntakeOfficer); len(got) != 1 || got[0] != o.Teams["desk"] {
			t.Fatalf("teams of the officer: %v", got)
		}
		if _, ok := s.Keyring.Team(o.Teams["desk"]); !ok || len(s.Keyring.Teams()) != 1 || s.Keyring.HasIdentity() {
			t.Fatal("the officer's keys are not those of the desk alone")
		}
		if keys := o.In("admin").Keyring.Teams(); len(keys) != 0 {
			t.Fatalf("an administrator holds keys of %v", keys)
		}
		if n, err := o.Access.WaysIn(ctx, o.Teams["desk"]); err != nil || n != 2 {
			t.Fatalf("ways into the desk: %d %v", n, err)
		}
		if fp, err := o.Access.RootFingerprint(ctx); err != nil || len(fp) < 20 {
			t.Fatalf("%q %v", fp, err)
		}
		for range 3 {
			if _, err := o.Audit.Sequence(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if r, err := audit.Verify(ctx, d, accesstest.Jurisdiction); err != nil || !r.OK {
			t.Fatalf("%+v %v", r.Break, err)
		}
	})
}

// Sessions are of staff at work now: they stay out of PostgreSQL's write-ahead log.
func TestSessionsAreNotLogged(t *testing.T) {
	d := dbtest.Postgres(t)
	for range 2 { // a second start finds it done
		if err := access.Migrate(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	kinds := map[string]string{}
	err := d.Read(ctx, func(tx *db.Tx) error {
		for _, table := range []string{"access_session", "access_person"} {
			var kind string
			if err := tx.QueryRowContext(ctx, `SELECT CAST(relpersistence AS TEXT) FROM pg_class WHERE relname = $1`, table).Scan(&kind); err != nil {
				return err
			}
			kinds[table] = kind
		}
		return nil
	})
	if err != nil || kinds["access_session"] != "u" || kinds["access_person"] != "p" {
		t.Errorf("%v %v", kinds, err)
	}
}

func TestSignInTellsNothingAndACodeIsGoodOnce(t *testing.T) {
	o := accesstest.New(t, dbtest.SQLite(t))
	o.Clock.Advance(time.Minute)
	code := o.Code("desk1")
	if _, err := o.Access.SignIn(ctx, "desk1", accesstest.Password, code, false); err != nil {
		t.Fatal(err)
	}
	var says []string
	for _, try := range [][3]string{
		{"desk1", accesstest.Password, code}, {"desk1", "salah sekali ya", o.Code("desk1")}, {"nobody", accesstest.Password, code}, {"desk1", accesstest.Password, "000000"},
	} {
		_, err := o.Access.SignIn(ctx, try[0], try[1], try[2], false)
		if fault.KindOf(err) != fault.Invalid {
			t.Fatalf("%v passed: %v", try, err)
		}
		says = append(says, err.Error())
	}
	for _, s := range says {
		if s != says[0] {
			t.Errorf("the answers differ: %q and %q", s, says[0])
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	o := accesstest.New(t, dbtest.SQLite(t))
	cookie := o.Cookie("worker1")
	for range 20 { // in use all day
		o.Clock.Advance(29 * time.Minute)
		if _, err := o.Access.Session(ctx, cookie); err != nil {
			t.Fatal(err)
		}
	}
	o.Clock.Advance(31 * time.Minute)
	if _, err := o.Access.Session(ctx, cookie); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("an idle session lives: %v", err)
	}
	cookie = o.Cookie("worker1")
	for range 26 {
		o.Clock.Advance(28 * time.Minute)
		_, _ = o.Access.Session(ctx, cookie)
	}
	if _, err := o.Access.Session(ctx, cookie); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("a session lives longer than twelve hours: %v", err)
	}
	cookie = o.Cookie("worker1")
	if err := o.Access.SignOut(ctx, cookie); err != nil {
		t.Fatal(err)
	}
	for _, c := range []string{cookie, "", "x", strings.Repeat("A", 43)} {
		if _, err := o.Access.Session(ctx, c); fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("cookie %q: %v", c, err)
		}
	}
}

func TestStepUpReleasesIdentityForFiveMinutes(t *testing.T) {
	o := accesstest.New(t, dbtest.SQLite(t))
	cookie := o.Cookie("worker1")
	if err := o.Access.StepUp(ctx, cookie, "salah sekali ya"); fault.KindOf(err) != fault.Invalid {
		t.Fatal(err)
	}
	if err := o.Access.StepUp(ctx, cookie, accesstest.Password); err != nil {
		t.Fatal(err)
	}
	s, err := o.Access.Session(ctx, cookie)
	if err != nil || !s.Stepped || !s.Keyring.HasIdentity() {
		t.Fatalf("%v", err)
	}
	o.Clock.Advance(6 * time.Minute)
	for range 2 {
		if s, err = o.Access.Session(ctx, cookie); err != nil || s.Stepped || s.Keyring.HasIdentity() {
			t.Fatalf("identity is open after five minutes: %v", err)
		}
	}
}

func TestWhoLeavesGetsNoNewKeys(t *testing.T) {
	o := accesstest.New(t, dbtest.SQLite(t))
	leaver := o.Cookie("worker2")
	if err := o.Access.RemoveMember(ctx, o.In("worker1").Who, accesstest.Password, o.Teams["case"], o.People["worker2"]); err == nil {
		t.Fatal("a caseworker removed a colleague")
	}
	if err := o.Access.RemoveMember(ctx, o.In("super1").Who, accesstest.Password, o.Teams["case"], o.People["worker2"]); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Access.Session(ctx, leaver); fault.KindOf(err) != fault.Unauthenticated {
		t.Error("the leaver's session lives")
	}
	s, err := o.Access.Session(ctx, o.Cookie("worker2"))
	if err != nil || len(s.Keyring.Teams()) != 0 || len(s.Teams()) != 0 {
		t.Fatalf("the leaver holds %v: %v", s.Keyring.Teams(), err)
	}
	stays, err := o.Access.Session(ctx, o.Cookie("worker1"))
	if err != nil {
		t.Fatal(err)
	}
	if k, _ := stays.Keyring.Team(o.Teams["case"]); k.Public.Epoch != 2 {
		t.Fatalf("the newest epoch is %d", k.Public.Epoch)
	}
	if _, ok := stays.Keyring.At(o.Teams["case"], 1); !ok {
		t.Error("who stays lost the former epoch")
	}
	if p, err := o.Access.TeamPublic(ctx, o.Teams["case"]); err != nil || p.Epoch != 2 {
		t.Errorf("public keys of epoch %d: %v", p.Epoch, err)
	}
	if err := o.Access.AddMember(ctx, o.In("super1").Who, accesstest.Password, o.Teams["case"], o.People["worker2"], access.Caseworker); err != nil {
		t.Fatal(err)
	}
	if kit, err := o.Access.TeamKit(ctx, o.In("super1").Who, accesstest.Password, o.Teams["case"]); err != nil || kit.Text() == "" {
		t.Fatal(err)
	}
	if n, err := o.Access.WaysIn(ctx, o.Teams["case"]); err != nil || n != 4 {
		t.Errorf("ways in: %d %v", n, err)
	}
}

func TestAForgedRosterEntryIsNotUsed(t *testing.T) {
	o := accesstest.New(t, dbtest.SQLite(t))
	err := o.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE access_roster SET public = $1 WHERE kind = 'team' AND subject = $2`, []byte(`{"team":"x","epoch":1,"kem":"AA==","identity":"AA=="}`), o.Teams["desk"])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Access.TeamPublic(ctx, o.Teams["desk"]); err == nil {
		t.Fatal("a key that nobody signed was used")
	}
}

func TestInvitationsAndRecovery(t *testing.T) {
	o := accesstest.New(t, dbtest.SQLite(t))
	_, token, err := o.Access.Invite(ctx, o.In("admin").Actor(), "Sari Contoh")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.Access.Invite(ctx, o.In("admin").Actor(), "Sari Contoh"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("one name twice: %v", err)
	}
	secret, _, err := access.NewTOTPSecret("Sari Contoh")
	if err != nil {
		t.Fatal(err)
	}
	code, _ := access.TOTPCode(secret, o.Clock.Now())
	e := access.Enrolment{Token: token, Password: "kata sandi yang panjang", TOTP: secret, Code: code}
	for name, bad := range map[string]access.Enrolment{
		"short password": {Token: token, Password: "pendek", TOTP: secret, Code: code}, "wrong code": {Token: token, Password: e.Password, TOTP: secret, Code: "123"},
		"other token": {Token: strings.Repeat("A", 43), Password: e.Password, TOTP: secret, Code: code},
	} {
		if _, err := o.Access.Accept(ctx, bad); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	kit, err := o.Access.Accept(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Access.Accept(ctx, e); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a link was used twice: %v", err)
	}
	o.Clock.Advance(time.Minute)
	code, _ = access.TOTPCode(secret, o.Clock.Now())
	if _, err := o.Access.SignIn(ctx, "Sari Contoh", e.Password, code, false); err == nil {
		t.Error("somebody not yet approved signed in")
	}
	if err := o.Access.RecoverByKit(ctx, "Sari Contoh", seal.NewKit().Text(), "kata sandi yang baru"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("another kit opened it: %v", err)
	}
	if err := o.Access.RecoverByKit(ctx, "Sari Contoh", kit.Text(), "kata sandi yang baru"); err != nil {
		t.Fatal(err)
	}
}

func TestPolicies(t *testing.T) {
	e, err := access.NewEngine(map[string][]byte{"room": []byte(`
@id("read") permit(principal, action in [Action::"room.read"], resource) when { context.here.contains("caseworker") };
@id("admin") forbid(principal, action, resource) when { context.roles.contains("administrator") };
@id("broken") forbid(principal, action == Action::"room.break", resource) when { context.missing };
@id("open") permit(principal, action == Action::"room.break", resource);`)})
	if err != nil {
		t.Fatal(err)
	}
	who := func(m ...access.Membership) access.Who { return access.Who{Person: "p", Memberships: m} }
	res := access.Resource{Room: "room", ID: "r", Teams: []string{"a"}}
	for name, c := range map[string]struct {
		who  access.Who
		want bool
	}{
		"own team": {who(access.Membership{Team: "a", Role: access.Caseworker}), true}, "other team": {who(access.Membership{Team: "b", Role: access.Caseworker}), false},
		"other role": {who(access.Membership{Team: "a", Role: access.Auditor}), false}, "nobody": {who(), false},
		"administrator too": {who(access.Membership{Team: "a", Role: access.Caseworker}, access.Membership{Role: access.Administrator}), false},
	} {
		if d := e.Decide(c.who, "room.read", res); d.Allow != c.want {
			t.Errorf("%s: %+v", name, d)
		}
	}
	if d := e.Decide(who(), "room.break", res); d.Allow {
		t.Error("a forbid that cannot be evaluated was skipped")
	}
	if fault.KindOf(e.Check(who(), "room.read", res)) != fault.NotFound || fault.KindOf(e.Check(who(), "room.read", access.Resource{Room: "room"})) != fault.Denied {
		t.Error("kinds of refusal")
	}
	if a := e.Actions(); len(a) != 2 {
		t.Errorf("actions %v", a)
	}
	if _, err := access.NewEngine(map[string][]byte{"x": []byte(`permit(principal, action, resource);`)}); err == nil {
		t.Error("a policy without name was taken")
	}
}
