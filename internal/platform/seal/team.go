package seal

import (
	"crypto/hpke"
	"fmt"
	"strconv"
)

// TeamSeed is where a team's keys of one epoch come from. Members hold it
// wrapped to their own key; a session holds only what Keys derives of it.
type TeamSeed struct{ b [keySize]byte }

// NewTeamSeed returns a fresh seed.
func NewTeamSeed() TeamSeed { return TeamSeed{newKey()} }

// TeamPublic is what the roster holds of a team's epoch.
type TeamPublic struct {
	Team     string `json:"team"`
	Epoch    int64  `json:"epoch"`
	KEM      []byte `json:"kem"`      // records are wrapped to it by the public channel
	Identity []byte `json:"identity"` // identity keys are wrapped to it by anybody on the team
}

// Bytes returns the public keys in canonical form: what an enrolment officer signs.
func (p TeamPublic) Bytes() []byte {
	return canonical([]byte(p.Team), num(p.Epoch), p.KEM, p.Identity)
}

// TeamKeys is what a session holds of a team's epoch. The zero value opens nothing.
type TeamKeys struct {
	Public TeamPublic `json:"public"`
	Wrap   []byte     `json:"wrap"`            // symmetric wrap key
	KEM    []byte     `json:"kem"`             // secret of the HPKE pair
	Index  []byte     `json:"index"`           // root of the index keys
	Ident  []byte     `json:"ident,omitempty"` // secret of the identity HPKE pair; only after step-up
}

// Keys derives all keys of a team's epoch from its seed.
func (s TeamSeed) Keys(team string, epoch int64) TeamKeys {
	k := TeamKeys{
		Wrap: derive(s.b[:], "team|wrap", keySize), KEM: derive(s.b[:], "team|kem", keySize),
		Index: derive(s.b[:], "team|index", keySize), Ident: derive(s.b[:], "team|identity", keySize),
	}
	k.Public = TeamPublic{Team: team, Epoch: epoch, KEM: k.private().PublicKey().Bytes(), Identity: pair(k.Ident).PublicKey().Bytes()}
	return k
}

// WithoutIdentity returns the keys without the identity half.
func (k TeamKeys) WithoutIdentity() TeamKeys {
	k.Ident = nil
	return k
}

// String hides the keys.
func (k TeamKeys) String() string {
	return fmt.Sprintf("keys of %s/%d •••", k.Public.Team, k.Public.Epoch)
}

// GoString hides the keys.
func (k TeamKeys) GoString() string { return k.String() }

func (k TeamKeys) private() hpke.PrivateKey { return pair(k.KEM) }

// pair returns the HPKE pair of a derived secret, or nil where there is none.
func pair(secret []byte) hpke.PrivateKey {
	if len(secret) != keySize {
		return nil
	}
	return keyPair([keySize]byte(secret))
}

func teamInfo(team string, epoch int64, member string) []byte {
	return canonical([]byte("team-seed"), []byte(team), num(epoch), []byte(member))
}

// WrapTeamSeed seals a team's seed to a member.
func WrapTeamSeed(to PersonPublic, s TeamSeed, team string, epoch int64, member string) ([]byte, error) {
	return sealHPKE(to.KEM, teamInfo(team, epoch, member), s.b[:])
}

// OpenTeamSeed opens what WrapTeamSeed sealed to this person.
func (s PersonSeed) OpenTeamSeed(blob []byte, team string, epoch int64, member string) (t TeamSeed, err error) {
	plain, err := openHPKE(s.kem(), teamInfo(team, epoch, member), blob)
	if err != nil || len(plain) != keySize {
		return t, ErrOpen
	}
	copy(t.b[:], plain)
	return t, nil
}

func kitTeam(team string, epoch int64) string {
	return "team|" + team + "|" + strconv.FormatInt(epoch, 10)
}

// WrapTeam seals a team's seed under a printed team kit.
func (k Kit) WrapTeam(s TeamSeed, team string, epoch int64) []byte {
	return k.Wrap(kitTeam(team, epoch), s.b[:])
}

// OpenTeam opens what WrapTeam sealed.
func (k Kit) OpenTeam(blob []byte, team string, epoch int64) (t TeamSeed, err error) {
	plain, err := k.Open(kitTeam(team, epoch), blob)
	if err != nil || len(plain) != keySize {
		return t, ErrOpen
	}
	copy(t.b[:], plain)
	return t, nil
}
