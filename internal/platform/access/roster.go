package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/seal"
)

// Kinds of roster entry. An officer's entry says that its keys may sign others.
const (
	entryPerson  = "person"
	entryOfficer = "officer"
	entryTeam    = "team"
)

// chain is how many signatures may lie between an entry and the root.
const chain = 8

var errSigner = errors.New("access: roster: signed by somebody who may not")

// signing is somebody's hand for the roster.
type signing struct {
	person string
	key    seal.Signer
}

// enrolPerson writes a person's signed entry and makes the person active. Whoever
// holds the enrolment officer's role in the office is signed as one.
func (s *Service) enrolPerson(tx *db.Tx, person string, public []byte, by signing) error {
	officer, err := s.inOffice(tx, person, EnrolmentOfficer)
	if err != nil {
		return err
	}
	kind := entryPerson
	if officer {
		kind = entryOfficer
	}
	if err := s.enrol(tx, person, kind, 0, public, by); err != nil {
		return err
	}
	_, err = tx.ExecContext(tx.Ctx(), `UPDATE access_person SET state = 'active' WHERE jurisdiction = $1 AND id = $2`, s.j, person)
	return err
}

// inOffice tells whether somebody holds a role of the office, outside any team.
func (s *Service) inOffice(tx *db.Tx, person string, r Role) (is bool, err error) {
	err = tx.QueryRowContext(tx.Ctx(), `SELECT COUNT(*) > 0 FROM access_member WHERE jurisdiction = $1 AND team = '' AND person = $2 AND role = $3`, s.j, person, string(r)).Scan(&is)
	return is, err
}

// enrol writes a signed roster entry.
func (s *Service) enrol(tx *db.Tx, subject, kind string, epoch int64, public []byte, by signing) error {
	sig := by.key.Sign("roster", rosterBytes(s.j, subject, kind, epoch, public))
	_, err := tx.ExecContext(tx.Ctx(), `INSERT INTO access_roster (jurisdiction, subject, kind, epoch, public, signer, sig, day) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		s.j, subject, kind, epoch, public, by.person, sig, s.day())
	return err
}

func rosterBytes(j, subject, kind string, epoch int64, public []byte) []byte {
	b, _ := json.Marshal([]any{j, subject, kind, epoch, public}) // strings, numbers and bytes always marshal
	return b
}

// person returns somebody's public keys and whether they may sign others' keys,
// after checking the signatures up to the pinned root. A person who is on no
// roster is NotFound.
func (s *Service) person(tx *db.Tx, person string, depth int) (p seal.PersonPublic, officer bool, err error) {
	var kind, signer string
	var public, sig []byte
	err = tx.QueryRowContext(tx.Ctx(), `SELECT kind, public, signer, sig FROM access_roster WHERE jurisdiction = $1 AND subject = $2 AND kind IN ('officer', 'person') ORDER BY kind LIMIT 1`, s.j, person).Scan(&kind, &public, &signer, &sig)
	if err != nil {
		return p, false, db.NotFound(err)
	}
	if err := json.Unmarshal(public, &p); err != nil {
		return seal.PersonPublic{}, false, err
	}
	key, officer := p.Sign, kind == entryOfficer
	if signer == person {
		root, there, err := s.pinned(tx, pinRoot)
		if err != nil {
			return seal.PersonPublic{}, false, err
		}
		if !there || root.Print != p.Fingerprint() {
			return seal.PersonPublic{}, false, fmt.Errorf("access: roster entry of %s is signed by itself and is not the root", person)
		}
		officer = true
	} else {
		if key, err = s.officerKey(tx, signer, depth); err != nil {
			return seal.PersonPublic{}, false, fmt.Errorf("access: roster entry of %s: %w", person, err)
		}
	}
	if err := seal.Verify(key, "roster", rosterBytes(s.j, person, kind, 0, public), sig); err != nil {
		return seal.PersonPublic{}, false, fmt.Errorf("access: roster entry of %s: %w", person, err)
	}
	return p, officer, nil
}

// officerKey returns the signing key of an enrolment officer on the roster.
func (s *Service) officerKey(tx *db.Tx, person string, depth int) ([]byte, error) {
	if depth >= chain {
		return nil, errors.New("access: roster: the chain of signatures is too long")
	}
	p, officer, err := s.person(tx, person, depth+1)
	if err == nil && !officer {
		err = errSigner
	}
	return p.Sign, err
}

// teamPublic returns a team's public keys of one epoch: signed by an enrolment
// officer, or by a steward of the team.
func (s *Service) teamPublic(tx *db.Tx, team string, epoch int64) (p seal.TeamPublic, err error) {
	var signer string
	var public, sig []byte
	err = tx.QueryRowContext(tx.Ctx(), `SELECT public, signer, sig FROM access_roster WHERE jurisdiction = $1 AND subject = $2 AND kind = $3 AND epoch = $4`, s.j, team, entryTeam, epoch).Scan(&public, &signer, &sig)
	if err != nil {
		return p, db.NotFound(err)
	}
	key, err := s.granterKey(tx, team, signer, 0)
	if err == nil {
		err = seal.Verify(key, "roster", rosterBytes(s.j, team, entryTeam, epoch, public), sig)
	}
	if err != nil {
		return p, fmt.Errorf("access: keys of team %s/%d: %w", team, epoch, err)
	}
	return p, json.Unmarshal(public, &p)
}

// granterKey returns the signing key of somebody who may give a team's keys: an
// enrolment officer, or whom one of them, or another steward, signed as steward.
func (s *Service) granterKey(tx *db.Tx, team, person string, depth int) ([]byte, error) {
	if depth >= chain {
		return nil, errors.New("access: stewards: the chain of signatures is too long")
	}
	p, officer, err := s.person(tx, person, 0)
	if err != nil || officer {
		return p.Sign, err
	}
	var signer string
	var sig []byte
	err = tx.QueryRowContext(tx.Ctx(), `SELECT signer, sig FROM access_steward WHERE jurisdiction = $1 AND team = $2 AND person = $3`, s.j, team, person).Scan(&signer, &sig)
	if fault.KindOf(db.NotFound(err)) == fault.NotFound {
		return nil, errSigner
	}
	if err != nil {
		return nil, err
	}
	key, err := s.granterKey(tx, team, signer, depth+1)
	if err == nil {
		err = seal.Verify(key, "steward", stewardBytes(s.j, team, person), sig)
	}
	return p.Sign, err
}

// signSteward signs somebody as steward of a team. The row outlives membership:
// what was signed as steward must still verify. Whom a steward signed again keeps
// the first signature, or two could vouch for each other in a ring.
func (s *Service) signSteward(tx *db.Tx, team, person string, by signing, again bool) error {
	there := `NOTHING`
	if again {
		there = `UPDATE SET signer = EXCLUDED.signer, sig = EXCLUDED.sig`
	}
	_, err := tx.ExecContext(tx.Ctx(), `INSERT INTO access_steward (jurisdiction, team, person, signer, sig) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (jurisdiction, team, person) DO `+there, s.j, team, person, by.person, by.key.Sign("steward", stewardBytes(s.j, team, person)))
	return err
}

func stewardBytes(j, team, person string) []byte {
	b, _ := json.Marshal([]string{j, team, person}) // strings always marshal
	return b
}

// asOfficer runs a deed of an enrolment officer on the roster, who types the password.
func (s *Service) asOfficer(ctx context.Context, who Who, password, verb, record string, fn func(*db.Tx, signing) error) error {
	if !who.Has(EnrolmentOfficer) {
		return fault.New(fault.Denied, "fault.denied")
	}
	b, err := s.unlock(ctx, who.Person, password, true)
	if err != nil {
		return err
	}
	return s.deed(ctx, who.Actor(), verb, record, func(tx *db.Tx) error {
		_, officer, err := s.person(tx, who.Person, 0)
		if err != nil {
			return err
		}
		if !officer { // the role stands in the database, but no officer signed it
			return fault.New(fault.Denied, "fault.denied")
		}
		return fn(tx, signing{who.Person, b.Seed.Signer()})
	})
}

// SigningKey returns the public signing key that the checked roster holds of a
// person, for audit.VerifyPeople.
func (s *Service) SigningKey(ctx context.Context, person string) (key []byte, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		p, _, err := s.person(tx, person, 0)
		key = p.Sign
		return err
	})
	return key, err
}

// RootFingerprint returns the pinned fingerprint of the first enrolment officer:
// what people compare; "" before there is one.
func (s *Service) RootFingerprint(ctx context.Context) (text string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		p, _, err := s.pinned(tx, pinRoot)
		text = p.Print
		return err
	})
	return text, err
}

// PinRoot pins the root of an installation that is older than pins: print is the
// printed fingerprint of the officer who signed themself. The receiving teams
// become those that received until now. It pins nothing a second time.
func (s *Service) PinRoot(ctx context.Context, print string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		_, there, err := s.pinned(tx, pinRoot)
		if err != nil {
			return err
		}
		if there {
			return errors.New("access: the root is pinned already")
		}
		roots, err := s.column(tx, `SELECT public FROM access_roster WHERE jurisdiction = $1 AND kind IN ('person', 'officer') AND signer = subject`, s.j)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(roots, func(public string) bool {
			var p seal.PersonPublic
			return json.Unmarshal([]byte(public), &p) == nil && p.Fingerprint() == print
		}) {
			return errors.New("access: this is not the fingerprint of the officer who signed themself")
		}
		if err := s.pin(tx, pinRoot, pin{Print: print}); err != nil {
			return err
		}
		for _, k := range Receiving {
			first, err := s.column(tx, `SELECT id FROM access_team WHERE jurisdiction = $1 AND kind = $2 ORDER BY name LIMIT 1`, s.j, string(k))
			if err != nil {
				return err
			}
			for _, team := range first {
				if err := s.pin(tx, pinReceiver(k), pin{Team: team}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
