// Package access knows who the staff are, what they may do, and which keys a
// signed-in person holds.
//
// A person is invited by an administrator; the keys are born when the person
// sets a password, and an enrolment officer signs them into the roster, whose root
// is pinned under the machine key. Teams have a seed per epoch, wrapped to each
// member. A session holds what the seed gives, wrapped under its cookie, never the
// seed itself. Whatever needs a seed (adding a member, a new epoch) asks for the
// password again.
package access

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"sync"

	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/internal/platform/seal"
)

//go:embed schema/*.sql
var schema embed.FS

// Names of the installation's secrets, wrapped under the machine key.
const (
	secretPepper = "pepper"
	secretLog    = "log"
	secretToken  = "token"
)

// TeamKind says what a team is for.
type TeamKind string

// The kinds of team.
const (
	Desk      TeamKind = "desk"
	Cases     TeamKind = "case"
	Oversight TeamKind = "oversight"
	Review    TeamKind = "review" // decides what a desk may not decide alone
)

// Team is a group that shares keys.
type Team struct {
	ID, Name string
	Kind     TeamKind
	Reviewer string // the team whose member is the second person
	Epoch    int64
}

// Person is somebody on the staff. State is invited, pending (keys not yet
// signed), active or ended.
type Person struct{ ID, Name, State string }

// Actor returns the audit actor of the person's session.
func (w Who) Actor() audit.Actor {
	return audit.Actor{Person: w.Person, Session: w.Session, Sign: w.Sign}
}

// Service is the front door. It is safe for concurrent use.
type Service struct {
	db     *db.DB
	clock  clock.Clock
	audit  *audit.Log
	j      string
	pepper []byte
	pins   seal.TokenKey
	slow   *backoff
	mu     sync.Mutex
	public map[string]seal.TeamPublic // checked team keys, newest epoch
}

// Secrets are what the machine key opens.
type Secrets struct{ Pepper, Log, Token []byte }

// Migrate makes the tables.
func Migrate(ctx context.Context, d *db.DB) error {
	files, err := fs.Sub(schema, "schema")
	if err != nil {
		return err
	}
	if err := d.Migrate(ctx, "access", files); err != nil {
		return err
	}
	return d.Unlogged(ctx, "access_session")
}

// OpenSecrets opens the installation's secrets with the machine key and makes
// them on first use. A wrong machine key is a Denied fault.
func OpenSecrets(ctx context.Context, d *db.DB, jurisdiction string, m seal.MachineKey) (s Secrets, err error) {
	err = d.Write(ctx, func(tx *db.Tx) error {
		for name, at := range map[string]*[]byte{secretPepper: &s.Pepper, secretLog: &s.Log, secretToken: &s.Token} {
			fresh := m.WrapSecret(name, seal.Random32())
			if _, err := tx.ExecContext(ctx, `INSERT INTO access_secret (jurisdiction, name, blob) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, jurisdiction, name, fresh); err != nil {
				return err
			}
			var blob []byte
			if err := tx.QueryRowContext(ctx, `SELECT blob FROM access_secret WHERE jurisdiction = $1 AND name = $2`, jurisdiction, name).Scan(&blob); err != nil {
				return err
			}
			if *at, err = m.OpenSecret(name, blob); err != nil {
				return fault.Wrap(fault.Denied, "fault.machine_key", err)
			}
		}
		return nil
	})
	return s, err
}

// LogSigner returns the audit log's signing key.
func (s Secrets) LogSigner() seal.Signer { return seal.NewSigner(s.Log, "audit-log") }

// New returns the service.
func New(d *db.DB, c clock.Clock, l *audit.Log, jurisdiction string, secrets Secrets) *Service {
	return &Service{db: d, clock: c, audit: l, j: jurisdiction, pepper: secrets.Pepper, pins: seal.TokenKeyFrom(secrets.Token, "pin"), slow: newBackoff(c), public: map[string]seal.TeamPublic{}}
}

func (s *Service) day() int64 { return clock.Day(s.clock.Now()) }

// deed runs fn and the audit leaf of verb in one transaction.
func (s *Service) deed(ctx context.Context, a audit.Actor, verb, record string, fn func(tx *db.Tx) error) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return s.audit.Append(tx, a, audit.Entry{Verb: verb, Record: record})
	})
}

// Invite makes a person and returns the token of a one-time link, good for 72
// hours. Roles are given in the office (team ""): administrator, enrolment
// officer, DPO, auditor; work roles come with a team.
func (s *Service) Invite(ctx context.Context, a audit.Actor, name string, office ...Role) (person, token string, err error) {
	if err := checkName(name); err != nil {
		return "", "", err
	}
	now := s.clock.Now()
	person, raw := id.New(now), seal.Random32()
	err = s.deed(ctx, a, "access.invite", person, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO access_person (jurisdiction, id, name, state, public, totp_step, day) VALUES ($1, $2, $3, 'invited', $4, 0, $5)`, s.j, person, name, []byte{}, s.day()); err != nil {
			if db.IsUnique(err) {
				return fault.Of(fault.Field{Name: "name", Key: "access.name_taken"})
			}
			return err
		}
		for _, r := range office {
			if err := s.putMember(tx, "", person, r); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO access_invite (jurisdiction, hash, person, until_hour) VALUES ($1, $2, $3, $4)`, s.j, seal.HashToken(raw), person, clock.Hour(now)+72)
		return err
	})
	return person, tokenText(raw), err
}

func checkName(name string) error {
	if n := len([]rune(name)); n < 3 || n > 60 {
		return fault.Of(fault.Field{Name: "name", Key: "access.name_length"})
	}
	return nil
}

func (s *Service) putMember(tx *db.Tx, team, person string, r Role) error {
	_, err := tx.ExecContext(tx.Ctx(), `INSERT INTO access_member (jurisdiction, team, person, role) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, s.j, team, person, string(r))
	return err
}

// Invited returns the person a one-time link belongs to, or NotFound.
func (s *Service) Invited(ctx context.Context, token string) (p Person, err error) {
	hash, err := tokenHash(token)
	if err != nil {
		return p, err
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		return db.NotFound(tx.QueryRowContext(ctx, `SELECT p.id, p.name, p.state FROM access_invite i JOIN access_person p ON p.jurisdiction = i.jurisdiction AND p.id = i.person
			WHERE i.jurisdiction = $1 AND i.hash = $2 AND i.until_hour >= $3`, s.j, hash, clock.Hour(s.clock.Now())).Scan(&p.ID, &p.Name, &p.State))
	})
	return p, err
}

// Enrolment is what a person brings when accepting an invitation: the password,
// the second factor's secret that was shown, and a code from it.
type Enrolment struct{ Token, Password, TOTP, Code string }

// Accept makes the person's keys. It returns the recovery kit, to be printed and
// typed back; only its wrapped form is kept. The first enrolment officer signs
// their own entry: its fingerprint is the root that init prints.
func (s *Service) Accept(ctx context.Context, e Enrolment) (kit seal.Kit, err error) {
	p, err := s.Invited(ctx, e.Token)
	if err != nil {
		return kit, err
	}
	if err := checkPassword(e.Password); err != nil {
		return kit, err
	}
	step, ok := checkTOTP(e.TOTP, e.Code, s.clock.Now())
	if !ok {
		return kit, fault.Of(fault.Field{Name: "code", Key: "access.code_wrong"})
	}
	bundle := seal.Bundle{Seed: seal.NewPersonSeed(), TOTP: e.TOTP}
	blob, err := seal.WrapByPassword(ctx, bundle, e.Password, s.pepper, p.ID)
	if err != nil {
		return kit, busy(err)
	}
	kit = seal.NewKit()
	hash, err := tokenHash(e.Token)
	if err != nil {
		return kit, err
	}
	public, err := json.Marshal(bundle.Seed.Public())
	if err != nil {
		return kit, err
	}
	err = s.deed(ctx, audit.System("enrolment"), "access.accept", p.ID, func(tx *db.Tx) error {
		res, err := tx.ExecContext(ctx, `DELETE FROM access_invite WHERE jurisdiction = $1 AND hash = $2`, s.j, hash)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return errors.Join(err, fault.New(fault.NotFound, "fault.not_found"))
		}
		if _, err := tx.ExecContext(ctx, `UPDATE access_person SET state = 'pending', public = $3, totp_step = $4 WHERE jurisdiction = $1 AND id = $2`, s.j, p.ID, public, step); err != nil {
			return err
		}
		if err := s.putUnlock(tx, p.ID, "password", blob); err != nil {
			return err
		}
		if err := s.putUnlock(tx, p.ID, "kit", kit.WrapBundle(p.ID, bundle)); err != nil {
			return err
		}
		return s.firstOfficer(tx, p.ID, bundle.Seed, public)
	})
	return kit, err
}

func (s *Service) putUnlock(tx *db.Tx, person, method string, blob []byte) error {
	_, err := tx.ExecContext(tx.Ctx(), `INSERT INTO access_unlock (jurisdiction, person, method, blob) VALUES ($1, $2, $3, $4)
		ON CONFLICT (jurisdiction, person, method) DO UPDATE SET blob = EXCLUDED.blob`, s.j, person, method, blob)
	return err
}

// firstOfficer lets the first enrolment officer sign their own entry and pins its
// fingerprint as the root. There is one root in the life of an installation.
func (s *Service) firstOfficer(tx *db.Tx, person string, seed seal.PersonSeed, public []byte) error {
	var entries, officer int
	err := tx.QueryRowContext(tx.Ctx(), `SELECT (SELECT COUNT(*) FROM access_roster WHERE jurisdiction = $1), (SELECT COUNT(*) FROM access_member WHERE jurisdiction = $1 AND team = '' AND person = $2 AND role = $3)`,
		s.j, person, string(EnrolmentOfficer)).Scan(&entries, &officer)
	if err != nil || entries > 0 || officer == 0 {
		return err
	}
	if _, there, err := s.pinned(tx, pinRoot); err != nil || there {
		return err
	}
	if err := s.pin(tx, pinRoot, pin{Print: seed.Public().Fingerprint()}); err != nil {
		return err
	}
	return s.enrolPerson(tx, person, public, signing{person, seed.Signer()})
}

// Approve signs a pending person's keys into the roster. The officer compares
// the fingerprint with the person first, and types the password again.
func (s *Service) Approve(ctx context.Context, who Who, password, person string) error {
	return s.asOfficer(ctx, who, password, "access.approve", person, func(tx *db.Tx, by signing) error {
		var public []byte
		err := tx.QueryRowContext(ctx, `SELECT public FROM access_person WHERE jurisdiction = $1 AND id = $2 AND state = 'pending'`, s.j, person).Scan(&public)
		if err != nil {
			return db.NotFound(err)
		}
		return s.enrolPerson(tx, person, public, by)
	})
}

// unlock opens a person's bundle with the password.
func (s *Service) unlock(ctx context.Context, person, password string, known bool) (b seal.Bundle, err error) {
	var blob []byte
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		return db.NotFound(tx.QueryRowContext(ctx, `SELECT blob FROM access_unlock WHERE jurisdiction = $1 AND person = $2 AND method = 'password'`, s.j, person).Scan(&blob))
	})
	if err != nil {
		return b, err
	}
	b, err = seal.OpenByPassword(ctx, blob, password, s.pepper, person, known)
	if errors.Is(err, seal.ErrOpen) {
		return b, fault.Of(fault.Field{Name: "password", Key: "access.password_wrong"})
	}
	return b, busy(err)
}

func busy(err error) error {
	if errors.Is(err, seal.ErrBusy) {
		return fault.Wrap(fault.Busy, "fault.busy", err)
	}
	return err
}
