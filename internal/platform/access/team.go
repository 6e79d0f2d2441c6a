package access

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

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
// into the roster. The officer does not keep the seed. The first desk and the
// first oversight team become the receivers.
func (s *Service) CreateTeam(ctx context.Context, who Who, password string, t Team, founders []Founder) (string, error) {
	t.ID = id.New(s.clock.Now())
	seed := seal.NewTeamSeed()
	err := s.asOfficer(ctx, who, password, "access.team.create", t.ID, func(tx *db.Tx, by signing) error {
		if err := s.checkTeam(tx, t); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO access_team (jurisdiction, id, name, kind, reviewer, epoch) VALUES ($1, $2, $3, $4, $5, 1)`, s.j, t.ID, t.Name, string(t.Kind), t.Reviewer); err != nil {
			return err
		}
		if err := s.enrolEpoch(tx, t.ID, 1, seed, by); err != nil {
			return err
		}
		for _, f := range founders {
			if err := s.join(tx, t.ID, f, by, map[int64]seal.TeamSeed{1: seed}, "founder"); err != nil {
				return err
			}
		}
		return s.firstReceiver(tx, who.Actor(), t)
	})
	return t.ID, err
}

// ChangeTeam gives a team another name and another review team.
func (s *Service) ChangeTeam(ctx context.Context, who Who, password, team, name, reviewer string) error {
	return s.asOfficer(ctx, who, password, "access.team.change", team, func(tx *db.Tx, _ signing) error {
		t, err := s.team(tx, team)
		if err != nil {
			return err
		}
		t.Name, t.Reviewer = name, reviewer
		if err := s.checkTeam(tx, t); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE access_team SET name = $3, reviewer = $4 WHERE jurisdiction = $1 AND id = $2`, s.j, team, name, reviewer)
		return err
	})
}

// checkTeam wants a name of its own and, for teams that propose, a review team
// where there is any: a team of kind review or oversight, not the same team.
func (s *Service) checkTeam(tx *db.Tx, t Team) error {
	if err := checkName(t.Name); err != nil {
		return fault.Of(fault.Field{Name: "team_name", Key: "access.name_length"})
	}
	teams, err := s.teams(tx)
	if err != nil {
		return err
	}
	reviewers, found := 0, false
	for _, o := range teams {
		if o.ID == t.ID {
			continue
		}
		if strings.EqualFold(o.Name, t.Name) {
			return fault.Of(fault.Field{Name: "team_name", Key: "access.name_taken"})
		}
		if o.Reviews() {
			reviewers++
			found = found || o.ID == t.Reviewer
		}
	}
	if t.Reviewer != "" && !found {
		return fault.Of(fault.Field{Name: "reviewer", Key: "field.not_listed"})
	}
	if t.Reviewer == "" && reviewers > 0 && (t.Kind == Desk || t.Kind == Cases) {
		return fault.Of(fault.Field{Name: "reviewer", Key: "access.reviewer_missing"})
	}
	return nil
}

// Reviews tells whether a team's members may be the second person of other teams.
func (t Team) Reviews() bool { return t.Kind == Review || t.Kind == Oversight }

// join gives somebody on the roster a role in a team and its keys. An
// administrator is refused: whoever keeps the machine reads nothing.
func (s *Service) join(tx *db.Tx, team string, f Founder, by signing, seeds map[int64]seal.TeamSeed, field string) error {
	admin, err := s.inOffice(tx, f.Person, Administrator)
	if err != nil {
		return err
	}
	if admin {
		return fault.Of(fault.Field{Name: field, Key: "access.no_administrator"})
	}
	if err := s.putMember(tx, team, f.Person, f.Role); err != nil {
		return err
	}
	if f.Role == Steward {
		if err := s.signSteward(tx, team, f.Person, by, false); err != nil {
			return err
		}
	}
	for epoch, seed := range seeds {
		if err := s.wrapTo(tx, team, epoch, seed, f.Person, by); err != nil {
			return err
		}
	}
	return s.endSessions(tx, f.Person) // the keys come with a new one
}

func (s *Service) endSessions(tx *db.Tx, person string) error {
	_, err := tx.ExecContext(tx.Ctx(), `DELETE FROM access_session WHERE jurisdiction = $1 AND person = $2`, s.j, person)
	return err
}

func (s *Service) enrolEpoch(tx *db.Tx, team string, epoch int64, seed seal.TeamSeed, by signing) error {
	public, err := json.Marshal(seed.Keys(team, epoch).Public)
	if err != nil {
		return err
	}
	return s.enrol(tx, team, entryTeam, epoch, public, by)
}

// wrapTo seals a team's seed to a person on the roster; the granter signs.
func (s *Service) wrapTo(tx *db.Tx, team string, epoch int64, seed seal.TeamSeed, person string, by signing) error {
	to, _, err := s.person(tx, person, 0)
	if err != nil {
		return err
	}
	wrap, err := seal.WrapTeamSeed(to, seed, team, epoch, person)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(tx.Ctx(), `INSERT INTO access_wrap (jurisdiction, team, epoch, person, wrap, granter, sig) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		s.j, team, epoch, person, wrap, by.person, by.key.Sign("team-wrap", wrap))
	return err
}

// seeds opens every epoch of a team that a person holds. Each wrap is signed by
// somebody who may give the team's keys, and what it holds is what the roster
// says: a seed put there by anybody else is an error, or new records would be
// sealed to it.
func (s *Service) seeds(tx *db.Tx, team, person string, b seal.Bundle) (map[int64]seal.TeamSeed, error) {
	type wrapped struct {
		epoch     int64
		wrap, sig []byte
		granter   string
	}
	rows, err := tx.QueryContext(tx.Ctx(), `SELECT epoch, wrap, granter, sig FROM access_wrap WHERE jurisdiction = $1 AND team = $2 AND person = $3`, s.j, team, person)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []wrapped
	for rows.Next() {
		var w wrapped
		if err := rows.Scan(&w.epoch, &w.wrap, &w.granter, &w.sig); err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	out := map[int64]seal.TeamSeed{}
	for _, w := range list {
		key, err := s.granterKey(tx, team, w.granter, 0)
		if err == nil {
			err = seal.Verify(key, "team-wrap", w.wrap, w.sig)
		}
		if err != nil {
			return nil, fmt.Errorf("access: the keys of team %s/%d for %s: %w", team, w.epoch, person, err)
		}
		seed, err := b.Seed.OpenTeamSeed(w.wrap, team, w.epoch, person)
		if err != nil {
			return nil, err
		}
		if err := s.isSeed(tx, seed, team, w.epoch); err != nil {
			return nil, err
		}
		out[w.epoch] = seed
	}
	return out, nil
}

// isSeed compares a seed with the roster's entry of the epoch.
func (s *Service) isSeed(tx *db.Tx, seed seal.TeamSeed, team string, epoch int64) error {
	want, err := s.teamPublic(tx, team, epoch)
	if err != nil {
		return err
	}
	if have := seed.Keys(team, epoch).Public; !bytes.Equal(have.Bytes(), want.Bytes()) {
		return fmt.Errorf("access: the seed of team %s/%d is not the one on the roster", team, epoch)
	}
	return nil
}

// AddMember gives somebody on the roster a role in a team and every epoch of its
// keys. A steward of the team does this, with the password.
func (s *Service) AddMember(ctx context.Context, who Who, password, team, person string, role Role) error {
	return s.asSteward(ctx, who, password, team, "access.member.add", person, func(tx *db.Tx, by signing, seeds map[int64]seal.TeamSeed) error {
		return s.join(tx, team, Founder{person, role}, by, seeds, "person")
	})
}

// RemoveMember takes somebody out of a team and begins a new epoch, which they
// never get. What they copied is gone; the page says so. A removal that would
// leave fewer than WaysNeeded people with the keys, or no steward, is refused: a printed kit does
// not count, it opens no new epoch. Sessions of the whole team end.
func (s *Service) RemoveMember(ctx context.Context, who Who, password, team, person string) error {
	return s.asSteward(ctx, who, password, team, "access.member.remove", person, func(tx *db.Tx, by signing, seeds map[int64]seal.TeamSeed) error {
		// The team's row first: of two removals at once the second sees the first.
		if _, err := tx.ExecContext(ctx, `UPDATE access_team SET epoch = epoch WHERE jurisdiction = $1 AND id = $2`, s.j, team); err != nil {
			return err
		}
		people, err := s.membersOf(tx, team)
		if err != nil {
			return err
		}
		if !slices.Contains(people, person) {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		if left := len(people) - 1; left < WaysNeeded {
			return fault.Of(fault.Field{Name: "person", Key: "access.too_few", Args: []any{"n", WaysNeeded}})
		}
		stewards, err := s.column(tx, `SELECT person FROM access_member WHERE jurisdiction = $1 AND team = $2 AND role = $3`, s.j, team, string(Steward))
		if err != nil {
			return err
		}
		if slices.Equal(stewards, []string{person}) {
			return fault.Of(fault.Field{Name: "person", Key: "access.last_steward"})
		}
		for _, q := range []string{
			`DELETE FROM access_member WHERE jurisdiction = $1 AND person = $2 AND team = $3`,
			`DELETE FROM access_wrap WHERE jurisdiction = $1 AND person = $2 AND team = $3`,
		} {
			if _, err := tx.ExecContext(ctx, q, s.j, person, team); err != nil {
				return err
			}
		}
		if err := s.endSessions(tx, person); err != nil {
			return err
		}
		return s.newEpoch(tx, team, by)
	})
}

func (s *Service) membersOf(tx *db.Tx, team string) ([]string, error) {
	return s.column(tx, `SELECT DISTINCT person FROM access_member WHERE jurisdiction = $1 AND team = $2`, s.j, team)
}

// newEpoch begins a new epoch of a team's keys. The members' sessions end: they
// hold the former epochs only, and the next password brings the new one.
func (s *Service) newEpoch(tx *db.Tx, team string, by signing) error {
	var epoch int64
	if err := tx.QueryRowContext(tx.Ctx(), `UPDATE access_team SET epoch = epoch + 1 WHERE jurisdiction = $1 AND id = $2 RETURNING epoch`, s.j, team).Scan(&epoch); err != nil {
		return db.NotFound(err)
	}
	seed := seal.NewTeamSeed()
	if err := s.enrolEpoch(tx, team, epoch, seed, by); err != nil {
		return err
	}
	people, err := s.membersOf(tx, team)
	if err != nil {
		return err
	}
	for _, p := range people {
		if err := s.wrapTo(tx, team, epoch, seed, p, by); err != nil {
			return err
		}
		if err := s.endSessions(tx, p); err != nil {
			return err
		}
	}
	tx.OnCommit(s.forget)
	return nil
}

// firstRole is what the first member of a team does.
var firstRole = map[TeamKind]Role{Desk: IntakeOfficer, Cases: Supervisor, Review: Supervisor, Oversight: OversightOfficer}

// FirstRole returns what the first member of a kind of team does; "" for no kind.
func FirstRole(k TeamKind) Role { return firstRole[k] }

// asSteward runs a deed that needs a team's seeds.
func (s *Service) asSteward(ctx context.Context, who Who, password, team, verb, record string, fn func(*db.Tx, signing, map[int64]seal.TeamSeed) error) error {
	if !slices.Contains(who.Teams(Steward), team) {
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
		return fn(tx, signing{who.Person, b.Seed.Signer()}, seeds)
	})
}

// Teams returns every team of the installation, by name.
func (s *Service) Teams(ctx context.Context) (out []Team, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		out, err = s.teams(tx)
		return err
	})
	return out, err
}

func (s *Service) teams(tx *db.Tx) (out []Team, err error) {
	rows, err := tx.QueryContext(tx.Ctx(), `SELECT id, name, kind, reviewer, epoch FROM access_team WHERE jurisdiction = $1 ORDER BY name`, s.j)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t Team
		if err := rows.Scan(&t.ID, &t.Name, &t.Kind, &t.Reviewer, &t.Epoch); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

// Team returns one team, or NotFound.
func (s *Service) Team(ctx context.Context, team string) (t Team, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		t, err = s.team(tx, team)
		return err
	})
	return t, err
}

func (s *Service) team(tx *db.Tx, team string) (t Team, err error) {
	err = tx.QueryRowContext(tx.Ctx(), `SELECT id, name, kind, reviewer, epoch FROM access_team WHERE jurisdiction = $1 AND id = $2`, s.j, team).Scan(&t.ID, &t.Name, &t.Kind, &t.Reviewer, &t.Epoch)
	return t, db.NotFound(err)
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
		return tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(DISTINCT m.person) FROM access_member m JOIN access_wrap w ON w.jurisdiction = m.jurisdiction AND w.team = m.team AND w.person = m.person JOIN access_person p ON p.jurisdiction = m.jurisdiction AND p.id = m.person WHERE m.jurisdiction = $1 AND m.team = $2 AND p.state <> 'ended')
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
		var err error
		p, err = s.teamPublic(tx, team, epoch)
		return err
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
