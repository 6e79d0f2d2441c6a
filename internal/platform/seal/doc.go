// Package seal holds all cryptography of Naungan. It knows no database, no file
// and no room: keys and bytes in, keys and bytes out.
//
// Who holds what:
//
//	MachineKey  32 bytes of the installation; wraps the pepper, the log key, token keys
//	PersonSeed  a person's HPKE and signing keys; only ever wrapped under password or kit
//	TeamSeed    a team's keys of one epoch; wrapped to each member
//	TeamKeys    what a signed-in member's session holds of a team; identity half only after step-up
//	RecordKey   the key of one report, case or packet; wrapped for each team that may read it
//	Code        what a reporter keeps; opens the answers, never the report
//
// Every blob begins with an algorithm id; every ciphertext is bound to its place
// by associated data in one canonical, length-prefixed form; minimum costs are
// constants here and nowhere else.
package seal

// Algorithm ids: the first byte of every blob.
const (
	algSecret    byte = 0x01 // AES-256-GCM under a key derived with a label
	algPassword  byte = 0x02 // Argon2id + pepper, then algSecret
	algKit       byte = 0x03 // HKDF of a printed kit, then algSecret
	algHPKE      byte = 0x04 // HPKE base mode, MLKEM768-X25519, HKDF-SHA256, AES-256-GCM
	algWrap      byte = 0x05 // record key under a team's symmetric wrap key
	algDocument  byte = 0x06 // document: commitment, AES-256-GCM, padded
	algSession   byte = 0x07 // session secrets under HKDF(cookie)
	formatOfBind byte = 0x01 // version of the canonical associated data
)
