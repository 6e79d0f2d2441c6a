package access

import (
	"context"
	"encoding/base64"
	"strings"
	"sync"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/internal/platform/seal"
)

// How long a session lives (sealing.md, Sessions).
const (
	Idle     = 30 * time.Minute
	Absolute = 12 * time.Hour
	StepUp   = 5 * time.Minute
)

// Session is what a request of a signed-in person has.
type Session struct {
	Who
	Keyring *seal.Keyring
	CSRF    string
	Stepped bool
}

// NewTOTPSecret returns a new secret of the second factor, in base 32, and the
// otpauth:// text for an authenticator program.
func NewTOTPSecret(name string) (secret, uri string, err error) {
	k, err := totp.Generate(totp.GenerateOpts{Issuer: "Naungan", AccountName: name})
	if err != nil {
		return "", "", err
	}
	return k.Secret(), k.URL(), nil
}

var totpOpts = totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// checkTOTP returns the time step whose code was given: now, or one step aside.
func checkTOTP(secret, code string, now time.Time) (step int64, ok bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	for _, d := range []time.Duration{0, -30 * time.Second, 30 * time.Second} {
		at := now.Add(d)
		if good, err := totp.ValidateCustom(code, secret, at, totpOpts); err == nil && good {
			return at.Unix() / 30, true
		}
	}
	return 0, false
}

// TOTPCode returns the code of a secret at a time; the demo and tests need it.
func TOTPCode(secret string, now time.Time) (string, error) {
	return totp.GenerateCodeCustom(secret, now, totpOpts)
}

// checkPassword wants twelve characters; six generated words are offered first.
func checkPassword(p string) error {
	if n := len([]rune(p)); n < 12 || n > 200 {
		return fault.Of(fault.Field{Name: "password", Key: "access.password_length"})
	}
	return nil
}

func tokenText(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

func tokenHash(text string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) != 32 {
		return "", fault.New(fault.NotFound, "fault.not_found")
	}
	return seal.HashToken(raw), nil
}

// SignIn opens a session and returns the cookie's text. A wrong name, password
// or code all give the same fault and cost the same. Repeated failures for a
// name slow only strangers' tries, not devices that signed in before.
func (s *Service) SignIn(ctx context.Context, name, password, code string, known bool) (cookie string, err error) {
	if err := s.slow.wait(ctx, name, known); err != nil {
		return "", err
	}
	person, b, err := s.authenticate(ctx, name, password, code, known)
	if err != nil {
		if fault.KindOf(err) == fault.Invalid {
			s.slow.failed(name)
			s.audit.Denied(ctx, audit.System("sign-in"), "access.signin", person, "wrong")
		}
		return "", err
	}
	s.slow.passed(name)
	return s.begin(ctx, person, b)
}

var errSignIn = fault.Of(fault.Field{Name: "password", Key: "access.signin_wrong"})

func (s *Service) authenticate(ctx context.Context, name, password, code string, known bool) (string, seal.Bundle, error) {
	var person, state string
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		return db.NotFound(tx.QueryRowContext(ctx, `SELECT id, state FROM access_person WHERE jurisdiction = $1 AND name = $2 AND state IN ('active', 'pending')`, s.j, strings.TrimSpace(name)).Scan(&person, &state))
	})
	if fault.KindOf(err) == fault.NotFound {
		if err := seal.BurnPassword(ctx, password, s.pepper, known); err != nil {
			return "", seal.Bundle{}, busy(err)
		}
		return "", seal.Bundle{}, errSignIn
	}
	if err != nil {
		return "", seal.Bundle{}, err
	}
	b, err := s.unlock(ctx, person, password, known)
	if fault.KindOf(err) == fault.Invalid {
		return person, b, errSignIn
	}
	if err != nil {
		return person, b, err
	}
	step, ok := checkTOTP(b.TOTP, code, s.clock.Now())
	if !ok {
		return person, b, errSignIn
	}
	if state == "pending" { // only who knows password and code is told
		return person, b, fault.New(fault.Unauthenticated, "access.waiting")
	}
	return person, b, s.spend(ctx, person, step)
}

// spend keeps a code from being used twice.
func (s *Service) spend(ctx context.Context, person string, step int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE access_person SET totp_step = $3 WHERE jurisdiction = $1 AND id = $2 AND totp_step < $3`, s.j, person, step)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return errSignIn
	})
}

// begin writes a session: keys without identity half, a fresh signing key that
// the person certifies, all wrapped under the cookie.
func (s *Service) begin(ctx context.Context, person string, b seal.Bundle) (string, error) {
	now := s.clock.Now()
	session, raw := id.New(now), seal.Random32()
	until := clock.HourUp(now.Add(Absolute))
	sign, cert := seal.NewSessionSigner(b.Seed, person, session, until)
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		kr, err := s.ring(tx, person, b, false)
		if err != nil {
			return err
		}
		wrapped, err := seal.WrapSession(raw, session, seal.SessionSecret{Keyring: kr, Sign: sign})
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM access_session WHERE jurisdiction = $1 AND (until_time < $2 OR idle_until < $2)`, s.j, now.Unix()); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO access_session (jurisdiction, hash, id, person, wrapped, csrf, idle_until, until_time, step_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)`,
			s.j, seal.HashToken(raw), session, person, wrapped, tokenText(seal.Random32()), now.Add(Idle).Unix(), now.Add(Absolute).Unix()); err != nil {
			return err
		}
		if err := s.audit.RegisterSigner(tx, session, person, sign.Public(), b.Seed.Public().Sign, until, cert); err != nil {
			return err
		}
		return s.audit.Append(tx, audit.Actor{Person: person, Session: session, Sign: sign.Sign}, audit.Entry{Verb: "access.signin", Record: person})
	})
	return tokenText(raw), err
}

// ring gathers the keys of every team the person is in.
func (s *Service) ring(tx *db.Tx, person string, b seal.Bundle, identity bool) (*seal.Keyring, error) {
	teams, err := s.column(tx, `SELECT DISTINCT team FROM access_member WHERE jurisdiction = $1 AND person = $2 AND team <> ''`, s.j, person)
	if err != nil {
		return nil, err
	}
	kr := seal.NewKeyring(b.Seed)
	for _, team := range teams {
		seeds, err := s.seeds(tx, team, person, b)
		if err != nil {
			return nil, err
		}
		for epoch, seed := range seeds {
			keys := seed.Keys(team, epoch)
			if !identity {
				keys = keys.WithoutIdentity()
			}
			kr.Add(keys)
		}
	}
	return kr, nil
}

// Session returns the session of a cookie, or an Unauthenticated fault.
func (s *Service) Session(ctx context.Context, cookie string) (out Session, err error) {
	out, _, err = s.session(ctx, cookie)
	return out, err
}

func (s *Service) session(ctx context.Context, cookie string) (out Session, raw []byte, err error) {
	unknown := fault.New(fault.Unauthenticated, "fault.unauthenticated")
	raw, err = base64.RawURLEncoding.DecodeString(cookie)
	if err != nil || len(raw) != 32 {
		return out, nil, unknown
	}
	now := s.clock.Now().Unix()
	var wrapped []byte
	var idle, until, step int64
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := tx.QueryRowContext(ctx, `SELECT s.id, s.person, p.name, s.wrapped, s.csrf, s.idle_until, s.until_time, s.step_until FROM access_session s JOIN access_person p ON p.jurisdiction = s.jurisdiction AND p.id = s.person
			WHERE s.jurisdiction = $1 AND s.hash = $2 AND p.state = 'active'`, s.j, seal.HashToken(raw)).Scan(&out.Session, &out.Person, &out.Name, &wrapped, &out.CSRF, &idle, &until, &step); err != nil {
			return db.NotFound(err)
		}
		out.Memberships, err = s.memberships(tx, out.Person)
		return err
	})
	if fault.KindOf(err) == fault.NotFound || err == nil && (idle < now || until < now) {
		return Session{}, nil, unknown
	}
	if err != nil {
		return Session{}, nil, err
	}
	secret, err := seal.OpenSession(raw, out.Session, wrapped)
	if err != nil {
		return Session{}, nil, unknown
	}
	out.Keyring, out.Sign, out.Stepped = secret.Keyring, secret.Sign.Sign, step > now
	if !out.Stepped && out.Keyring.HasIdentity() {
		out.Keyring = out.Keyring.WithoutIdentity()
		err = s.rewrap(ctx, raw, out.Session, seal.SessionSecret{Keyring: out.Keyring, Sign: secret.Sign}, 0)
	} else if idle-now < int64((Idle-time.Minute)/time.Second) {
		err = s.touch(ctx, raw, now)
	}
	return out, raw, err
}

func (s *Service) memberships(tx *db.Tx, person string) (out []Membership, err error) {
	rows, err := tx.QueryContext(tx.Ctx(), `SELECT team, role FROM access_member WHERE jurisdiction = $1 AND person = $2 ORDER BY team, role`, s.j, person)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m Membership
		if err := rows.Scan(&m.Team, &m.Role); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// touch moves the idle limit, at most once a minute.
func (s *Service) touch(ctx context.Context, raw []byte, now int64) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE access_session SET idle_until = $3 WHERE jurisdiction = $1 AND hash = $2`, s.j, seal.HashToken(raw), now+int64(Idle/time.Second))
		return err
	})
}

func (s *Service) rewrap(ctx context.Context, raw []byte, session string, secret seal.SessionSecret, stepUntil int64) error {
	wrapped, err := seal.WrapSession(raw, session, secret)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE access_session SET wrapped = $3, step_until = $4 WHERE jurisdiction = $1 AND hash = $2`, s.j, seal.HashToken(raw), wrapped, stepUntil)
		return err
	})
}

// StepUp asks for the password again and releases the identity keys for five minutes.
func (s *Service) StepUp(ctx context.Context, cookie, password string) error {
	out, raw, err := s.session(ctx, cookie)
	if err != nil {
		return err
	}
	b, err := s.unlock(ctx, out.Person, password, true)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		kr, err := s.ring(tx, out.Person, b, true)
		if err != nil {
			return err
		}
		var wrapped []byte
		if err := tx.QueryRowContext(ctx, `SELECT wrapped FROM access_session WHERE jurisdiction = $1 AND hash = $2`, s.j, seal.HashToken(raw)).Scan(&wrapped); err != nil {
			return db.NotFound(err)
		}
		secret, err := seal.OpenSession(raw, out.Session, wrapped)
		if err != nil {
			return err
		}
		secret.Keyring = kr
		if err := s.rewrap(tx.Ctx(), raw, out.Session, secret, s.clock.Now().Add(StepUp).Unix()); err != nil {
			return err
		}
		return s.audit.Append(tx, out.Actor(), audit.Entry{Verb: "access.stepup", Record: out.Person})
	})
}

// SignOut ends the session of a cookie.
func (s *Service) SignOut(ctx context.Context, cookie string) error {
	out, raw, err := s.session(ctx, cookie)
	if err != nil {
		return err
	}
	return s.deed(ctx, out.Actor(), "access.signout", out.Person, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM access_session WHERE jurisdiction = $1 AND hash = $2`, s.j, seal.HashToken(raw))
		return err
	})
}

// RecoverByKit sets a new password with the printed recovery kit. Every session
// of the person ends.
func (s *Service) RecoverByKit(ctx context.Context, name, kitText, password string) error {
	if err := checkPassword(password); err != nil {
		return err
	}
	wrong := fault.Of(fault.Field{Name: "kit", Key: "access.kit_wrong"})
	kit, err := seal.ParseKit(kitText)
	if err != nil {
		return wrong
	}
	var person string
	var blob []byte
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		return db.NotFound(tx.QueryRowContext(ctx, `SELECT p.id, u.blob FROM access_person p JOIN access_unlock u ON u.jurisdiction = p.jurisdiction AND u.person = p.id AND u.method = 'kit'
			WHERE p.jurisdiction = $1 AND p.name = $2`, s.j, strings.TrimSpace(name)).Scan(&person, &blob))
	})
	if fault.KindOf(err) == fault.NotFound {
		return wrong
	}
	if err != nil {
		return err
	}
	b, err := kit.OpenBundle(person, blob)
	if err != nil {
		s.audit.Denied(ctx, audit.System("recovery"), "access.recover", person, "wrong")
		return wrong
	}
	fresh, err := seal.WrapByPassword(ctx, b, password, s.pepper, person)
	if err != nil {
		return busy(err)
	}
	return s.deed(ctx, audit.System("recovery"), "access.recover", person, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM access_session WHERE jurisdiction = $1 AND person = $2`, s.j, person); err != nil {
			return err
		}
		return s.putUnlock(tx, person, "password", fresh)
	})
}

// backoff slows repeated failures for a name: half a second, doubling to eight,
// in memory and bounded. It never refuses, and devices that signed in before do
// not wait.
type backoff struct {
	clock clock.Clock
	mu    sync.Mutex
	fails map[string]failure
}

type failure struct {
	n  int
	at time.Time
}

const maxNames = 10_000

func newBackoff(c clock.Clock) *backoff { return &backoff{clock: c, fails: map[string]failure{}} }

func (b *backoff) delay(name string) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	f := b.fails[name]
	if f.n < 5 || b.clock.Now().Sub(f.at) > 15*time.Minute {
		return 0
	}
	return min(500*time.Millisecond<<min(f.n-5, 4), 8*time.Second)
}

func (b *backoff) wait(ctx context.Context, name string, known bool) error {
	d := b.delay(name)
	if known || d == 0 {
		return nil
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return fault.Wrap(fault.Busy, "fault.busy", ctx.Err())
	}
}

func (b *backoff) failed(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.fails) >= maxNames {
		clear(b.fails) // a flood of names must not eat memory; the slow hash still holds
	}
	f := b.fails[name]
	b.fails[name] = failure{f.n + 1, b.clock.Now()}
}

func (b *backoff) passed(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.fails, name)
}
