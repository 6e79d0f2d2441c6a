package access

import (
	"context"
	"strconv"

	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/seal"
)

// TeamKit makes a printed way into a team's newest epoch: a steward prints it
// and locks it away. Only its wrapped form is kept.
func (s *Service) TeamKit(ctx context.Context, who Who, password, team string) (kit seal.Kit, err error) {
	kit = seal.NewKit()
	err = s.asSteward(ctx, who, password, team, "access.kit", team, func(tx *db.Tx, _ signing, seeds map[int64]seal.TeamSeed) error {
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

// NameSteward signs somebody as steward of a team, who may then open it once with
// the team's printed kit (RecoverTeam). An enrolment officer does this for
// somebody else: a kit that was found, or kept by who left, opens nothing alone.
func (s *Service) NameSteward(ctx context.Context, who Who, password, team, person string) error {
	return s.asOfficer(ctx, who, password, "access.steward", person, func(tx *db.Tx, by signing) error {
		if person == who.Person {
			return fault.Of(fault.Field{Name: "person", Key: "access.not_yourself"})
		}
		if _, err := s.team(tx, team); err != nil {
			return err
		}
		if _, _, err := s.person(tx, person, 0); err != nil {
			return err
		}
		if err := s.pin(tx, pinRecover(team), pin{Team: team, Person: person}); err != nil {
			return err
		}
		return s.signSteward(tx, team, person, by, true)
	})
}

// Recoverable returns the teams that a person was named for and has not opened yet.
func (s *Service) Recoverable(ctx context.Context, person string) (out []Team, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		teams, err := s.teams(tx)
		if err != nil {
			return err
		}
		out = nil
		for _, t := range teams {
			p, _, err := s.pinned(tx, pinRecover(t.ID))
			if err != nil {
				return err
			}
			if p.Person == person {
				out = append(out, t)
			}
		}
		return nil
	})
	return out, err
}

// RecoverTeam opens a team with its printed kit: the person whom an enrolment
// officer named becomes a member and its steward. Where the kit is older than the
// newest epoch, what came after stays shut and a new epoch begins.
func (s *Service) RecoverTeam(ctx context.Context, who Who, password, team, kitText string) error {
	wrong := fault.Of(fault.Field{Name: "kit", Key: "access.team_kit_wrong"})
	kit, err := seal.ParseKit(kitText)
	if err != nil {
		return wrong
	}
	b, err := s.unlock(ctx, who.Person, password, true)
	if err != nil {
		return err
	}
	by := signing{who.Person, b.Seed.Signer()}
	err = s.deed(ctx, who.Actor(), "access.recover_team", team, func(tx *db.Tx) error {
		t, err := s.team(tx, team)
		if err != nil {
			return err
		}
		named, _, err := s.pinned(tx, pinRecover(team))
		if err != nil {
			return err
		}
		if named.Person != who.Person {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		seeds, err := s.kitSeeds(tx, team, kit)
		if err != nil {
			return err
		}
		if len(seeds) == 0 {
			return wrong
		}
		for _, role := range []Role{firstRole[t.Kind], Steward} {
			if err := s.join(tx, team, Founder{who.Person, role}, by, seeds, "kit"); err != nil {
				return err
			}
		}
		if err := s.unpin(tx, pinRecover(team)); err != nil {
			return err
		}
		if _, newest := seeds[t.Epoch]; newest {
			return nil
		}
		return s.newEpoch(tx, team, by)
	})
	if fault.KindOf(err) == fault.Invalid {
		s.audit.Denied(ctx, who.Actor(), "access.recover_team", team, "wrong")
	}
	return err
}

// kitSeeds opens what a kit opens of a team and compares it with the roster.
func (s *Service) kitSeeds(tx *db.Tx, team string, kit seal.Kit) (map[int64]seal.TeamSeed, error) {
	epochs, err := s.column(tx, `SELECT CAST(epoch AS TEXT) FROM access_kit WHERE jurisdiction = $1 AND team = $2`, s.j, team)
	if err != nil {
		return nil, err
	}
	out := map[int64]seal.TeamSeed{}
	for _, text := range epochs {
		epoch, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, err
		}
		var blob []byte
		if err := tx.QueryRowContext(tx.Ctx(), `SELECT blob FROM access_kit WHERE jurisdiction = $1 AND team = $2 AND epoch = $3`, s.j, team, epoch).Scan(&blob); err != nil {
			return nil, db.NotFound(err)
		}
		seed, err := kit.OpenTeam(blob, team, epoch)
		if err != nil {
			continue // of another kit
		}
		if err := s.isSeed(tx, seed, team, epoch); err != nil {
			return nil, err
		}
		out[epoch] = seed
	}
	return out, nil
}
