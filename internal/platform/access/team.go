package access

import (
	"context"
	"encoding/json"

	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/internal/platform/seal"
)

// Founder is somebody a new team begins with.
type Founder struct {
	Person string
	Role   Role
}

// CreateTeam makes a team with its first epoch, wrapped to its founders. Only an
// enrolment officer does this, with the password: the team's keys are signed
// into the roster. The officer does not keep the seed.
func (s *Service) CreateTeam(ctx context.Context, who Who, password string, t Team, founders []Founder) (string, error) {
	if !who.Has(EnrolmentOfficer) {
		return "", fault.New(fault.Denied, "fault.denied")
	}
	if err := checkName(t.Name); err != nil {
		return "", err
	}
	b, err := s.unlock(ctx, who.Person, password, true)
	if err != nil {
		return "", err
	}
	t.ID = id.New(s.clock.Now())
	seed := seal.NewTeamSeed()
	err = s.deed(ctx, who.Actor(), "access.team.create", t.ID, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO access_team (jurisdiction, id, name, kind, reviewer, epoch) VALUES ($1, $2, $3, $4, $5, 1)`, s.j, t.ID, t.Name, string(t.Kind), t.Reviewer); err != nil {
			return err
		}
		if err := s.enrolEpoch(tx, t.ID, 1, seed, who.Person, b.Seed.Signer()); err != nil {
			return err
		}
		for _, f := range founders {
			if err := s.putMember(tx, t.ID, f.Person, f.Role); err != nil {
				return err
			}
			if err := s.wrapTo(tx, t.ID, 1, seed, f.Person, who.Person, b.Seed.Signer()); err != nil {
				return err
			}
		}
		return nil
	})
	return t.ID, err
}

func (s *Service) enrolEpoch(tx *db.Tx, team string, epoch int64, seed seal.TeamSeed, signer string, key seal.Signer) error {
	public, err := json.Marshal(seed.Keys(team, epoch).Public)
	if err != nil {
		return err
	}
	return s.enrol(tx, team, "team", epoch, public, signer, key)
}

// wrapTo seals a team's seed to a person on the roster; the granter signs.
func (s *Service) wrapTo(tx *db.Tx, team string, epoch int64, seed seal.TeamSeed, person, granter string, key seal.Signer) error {
	to, err := s.personPublic(tx, person)
	if err != nil {
		return err
	}
	wrap, err := seal.WrapTeamSeed(to, seed, team, epoch, person)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(tx.Ctx(), `INSERT INTO access_wrap (jurisdiction, team, epoch, person, wrap, granter, sig) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		s.j, team, epoch, person, wrap, granter, key.Sign("team-wrap", wrap))
	return err
}

// seeds opens every epoch of a team that a person holds.
func (s *Service) seeds(tx *db.Tx, team, person string, b seal.Bundle) (map[int64]seal.TeamSeed, error) {
	rows, err := tx.QueryContext(tx.Ctx(), `SELECT epoch, wrap FROM access_wrap WHERE jurisdiction = $1 AND team = $2 AND person = $3`, s.j, team, person)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]seal.TeamSeed{}
	for rows.Next() {
		var epoch int64
		var wrap []byte
		if err := rows.Scan(&epoch, &wrap); err != nil {
			return nil, err
		}
		seed, err := b.Seed.OpenTeamSeed(wrap, team, epoch, person)
		if err != nil {
			return nil, err
		}
		out[epoch] = seed
	}
	return out, rows.Err()
}

// AddMember gives somebody on the roster a role in a team and every epoch of its
// keys. A steward of the team does this, with the password.
func (s *Service) AddMember(ctx context.Context, who Who, password, team, person string, role Role) error {
	return s.asSteward(ctx, who, password, team, "access.member.add", person, func(tx *db.Tx, b seal.Bundle, seeds map[int64]seal.TeamSeed) error {
		if err := s.putMember(tx, team, person, role); err != nil {
			return err
		}
		for epoch, seed := range seeds {
			if err := s.wrapTo(tx, team, epoch, seed, person, who.Person, b.Seed.Signer()); err != nil {
				return err
			}
		}
		return nil
	})
}

// RemoveMember takes somebody out of a team and begins a new epoch, which they
// never get. What they copied is gone; the page says so. Their sessions end.
func (s *Service) RemoveMember(ctx context.Context, who Who, password, team, person string) error {
	return s.asSteward(ctx, who, password, team, "access.member.remove", person, func(tx *db.Tx, b seal.Bundle, seeds map[int64]seal.TeamSeed) error {
		for _, q := range []string{
			`DELETE FROM access_member WHERE jurisdiction = $1 AND person = $2 AND team = $3`,
			`DELETE FROM access_wrap WHERE jurisdiction = $1 AND person = $2 AND team = $3`,
		} {
			if _, err := tx.ExecContext(ctx, q, s.j, person, team); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM access_session WHERE jurisdiction = $1 AND person = $2`, s.j, person); err != nil {
			return err
		}
		return s.newEpoch(tx, team, who.Person, b.Seed.Signer())
	})
}

func (s *Service) newEpoch(tx *db.Tx, team, signer string, key seal.Signer) error {
	var epoch int64
	if err := tx.QueryRowContext(tx.Ctx(), `UPDATE access_team SET epoch = epoch + 1 WHERE jurisdiction = $1 AND id = $2 RETURNING epoch`, s.j, team).Scan(&epoch); err != nil {
		return db.NotFound(err)
	}
	seed := seal.NewTeamSeed()
	if err := s.enrolEpoch(tx, team, epoch, seed, signer, key); err != nil {
		return err
	}
	people, err := s.column(tx, `SELECT DISTINCT person FROM access_member WHERE jurisdiction = $1 AND team = $2`, s.j, team)
	if err != nil {
		return err
	}
	for _, p := range people {
		if err := s.wrapTo(tx, team, epoch, seed, p, signer, key); err != nil {
			return err
		}
	}
	tx.OnCommit(s.forget)
	return nil
}

// TeamKit makes a printed way into a team's newest epoch: a steward prints it
// and locks it away. Only its wrapped form is kept.
func (s *Service) TeamKit(ctx context.Context, who Who, password, team string) (kit seal.Kit, err error) {
	kit = seal.NewKit()
	err = s.asSteward(ctx, who, password, team, "access.kit", team, func(tx *db.Tx, _ seal.Bundle, seeds map[int64]seal.TeamSeed) error {
		for epoch, seed := range seeds {
			if _, err := tx.ExecContext(ctx, `INSERT INTO access_kit (jurisdiction, team, epoch, blob) VALUES ($1, $2, $3, $4) ON CONFLICT (jurisdiction, team, epoch) DO UPDATE SET blob = EXCLUDED.blob`,
				s.j, team, epoch, kit.WrapTeam(seed, team, epoch)); err != nil {
				return err
			}
		}
		return nil
	})
	return kit, err
}

// asSteward runs a deed that needs a team's seeds.
func (s *Service) asSteward(ctx context.Context, who Who, password, team, verb, record string, fn func(*db.Tx, seal.Bundle, map[int64]seal.TeamSeed) error) error {
	if !(Resource{Teams: who.Teams(Steward)}).holds(team) {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	b, err := s.unlock(ctx, who.Person, password, true)
	if err != nil {
		return err
	}
	return s.deed(ctx, who.Actor(), verb, record, func(tx *db.Tx) error {
		seeds, err := s.seeds(tx, team, who.Person, b)
		if err != nil {
			return err
		}
		return fn(tx, b, seeds)
	})
}

func (r Resource) holds(team string) bool {
	for _, t := range r.Teams {
		if t == team {
			return true
		}
	}
	return false
}

// Teams returns every team of the installation, by name.
func (s *Service) Teams(ctx context.Context) (out []Team, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id, name, kind, reviewer, epoch FROM access_team WHERE jurisdiction = $1 ORDER BY name`, s.j)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t Team
			if err := rows.Scan(&t.ID, &t.Name, &t.Kind, &t.Reviewer, &t.Epoch); err != nil {
				return err
			}
			out = append(out, t)
		}
		return rows.Err()
	})
	return out, err
}

// Team returns one team, or NotFound.
func (s *Service) Team(ctx context.Context, team string) (t Team, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		return db.NotFound(tx.QueryRowContext(ctx, `SELECT id, name, kind, reviewer, epoch FROM access_team WHERE jurisdiction = $1 AND id = $2`, s.j, team).Scan(&t.ID, &t.Name, &t.Kind, &t.Reviewer, &t.Epoch))
	})
	return t, err
}

// Member is a person's place in a team.
type Member struct {
	Person
	Role Role
}

// Members returns the members of a team by name; team "" is the office.
func (s *Service) Members(ctx context.Context, team string) (out []Member, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT p.id, p.name, p.state, m.role FROM access_member m JOIN access_person p ON p.jurisdiction = m.jurisdiction AND p.id = m.person
			WHERE m.jurisdiction = $1 AND m.team = $2 ORDER BY p.name, m.role`, s.j, team)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var m Member
			if err := rows.Scan(&m.ID, &m.Name, &m.State, &m.Role); err != nil {
				return err
			}
			out = append(out, m)
		}
		return rows.Err()
	})
	return out, err
}

// Names returns the names of people, for showing who did what.
func (s *Service) Names(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id, name FROM access_person WHERE jurisdiction = $1`, s.j)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, name string
			if err := rows.Scan(&id, &name); err != nil {
				return err
			}
			out[id] = name
		}
		return rows.Err()
	})
	return out, err
}

// WaysNeeded is how many independent ways in a receiving team must have, so that
// no report becomes unreadable by one person's absence.
const WaysNeeded = 2

// WaysIn counts the independent ways into a team: its members, and a printed kit
// of the newest epoch.
func (s *Service) WaysIn(ctx context.Context, team string) (n int, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(DISTINCT m.person) FROM access_member m JOIN access_wrap w ON w.jurisdiction = m.jurisdiction AND w.team = m.team AND w.person = m.person WHERE m.jurisdiction = $1 AND m.team = $2)
			+ (SELECT COUNT(*) FROM access_kit k JOIN access_team t ON t.jurisdiction = k.jurisdiction AND t.id = k.team AND t.epoch = k.epoch WHERE k.jurisdiction = $1 AND k.team = $2)`, s.j, team).Scan(&n)
	})
	return n, err
}

// TeamPublic returns a team's newest public keys, checked against the roster and
// kept in memory until the epoch changes.
func (s *Service) TeamPublic(ctx context.Context, team string) (p seal.TeamPublic, err error) {
	s.mu.Lock()
	p, ok := s.public[team]
	s.mu.Unlock()
	if ok {
		return p, nil
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var epoch int64
		if err := tx.QueryRowContext(ctx, `SELECT epoch FROM access_team WHERE jurisdiction = $1 AND id = $2`, s.j, team).Scan(&epoch); err != nil {
			return db.NotFound(err)
		}
		raw, err := s.rosterEntry(tx, team, "team", epoch, 0)
		if err != nil {
			return err
		}
		return json.Unmarshal(raw, &p)
	})
	if err == nil {
		s.mu.Lock()
		s.public[team] = p
		s.mu.Unlock()
	}
	return p, err
}

func (s *Service) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.public)
}

func (s *Service) column(tx *db.Tx, query string, args ...any) (out []string, err error) {
	rows, err := tx.QueryContext(tx.Ctx(), query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// RootFingerprint returns the fingerprint of the officer who signed themself:
// what init prints and people compare.
func (s *Service) RootFingerprint(ctx context.Context) (string, error) {
	var p seal.PersonPublic
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		var raw []byte
		if err := tx.QueryRowContext(ctx, `SELECT public FROM access_roster WHERE jurisdiction = $1 AND kind = 'person' AND signer = subject`, s.j).Scan(&raw); err != nil {
			return db.NotFound(err)
		}
		return json.Unmarshal(raw, &p)
	})
	return p.Fingerprint(), err
}

// GrantSigned signs a record grant by the person's session.
func (w Who) GrantSigned(g seal.Grant) seal.Grant {
	g.Sig = w.Sign("grant", g.Bytes())
	return g
}

// People returns everybody on the staff, by name.
func (s *Service) People(ctx context.Context) (out []Person, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.QueryContext(tx.Ctx(), `SELECT id, name, state FROM access_person WHERE jurisdiction = $1 ORDER BY name`, s.j)
		if err != nil {
			return err
		}
		defer rows.Close()
		out = nil
		for rows.Next() {
			var p Person
			if err := rows.Scan(&p.ID, &p.Name, &p.State); err != nil {
				return err
			}
			out = append(out, p)
		}
		return rows.Err()
	})
	return out, err
}

// Fingerprint returns the fingerprint of the keys a person made, signed or not
// yet, for comparing face to face; "" where there are none.
func (s *Service) Fingerprint(ctx context.Context, person string) (text string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		var public []byte
		if err := tx.QueryRowContext(tx.Ctx(), `SELECT public FROM access_person WHERE jurisdiction = $1 AND id = $2`, s.j, person).Scan(&public); err != nil {
			return db.NotFound(err)
		}
		if len(public) == 0 {
			return nil
		}
		var p seal.PersonPublic
		if err := json.Unmarshal(public, &p); err != nil {
			return err
		}
		text = p.Fingerprint()
		return nil
	})
	return text, err
}
