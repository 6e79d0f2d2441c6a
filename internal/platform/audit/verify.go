package audit

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/seal"
)

// Report is the answer of Verify.
type Report struct {
	OK     bool   `json:"ok"`
	Leaves int64  `json:"leaves"`
	Root   string `json:"root"`
	Break  *Break `json:"break,omitempty"`
}

// Break names the first thing that does not hold. Index is -1 where no leaf has
// the fault but something beside the tree.
type Break struct {
	Index int64  `json:"index"`
	ID    string `json:"id,omitempty"`
	What  string `json:"what"`
}

// HeadSource lists every record of a room with its head (audit.Head), for the
// comparison with the newest leaf of each. Taken together the sources list every
// record whose head was ever logged: an erased one keeps its row.
type HeadSource func(ctx context.Context, each func(record string, head []byte) error) error

// Verify reads the whole log again: every leaf against the tree and its
// signature, every session key against its person's certificate, counters
// without gaps, every checkpoint, every record's head against its newest leaf and,
// where sources are given, every logged record against the rows that are there. It
// names the first break.
func Verify(ctx context.Context, d *db.DB, jurisdiction string, heads ...HeadSource) (Report, error) {
	return VerifyPeople(ctx, d, jurisdiction, nil, heads...)
}

// PersonKey returns the signing key that the checked roster holds of a person.
type PersonKey func(ctx context.Context, person string) ([]byte, error)

// VerifyPeople is Verify that also asks the roster whose key certified each
// session: a certificate that somebody made for another person is a break.
func VerifyPeople(ctx context.Context, d *db.DB, jurisdiction string, people PersonKey, heads ...HeadSource) (Report, error) {
	v := &verifier{j: jurisdiction, people: people, signers: map[string]*signer{}, newest: map[string][]byte{}}
	err := d.Read(ctx, func(tx *db.Tx) error {
		for _, step := range []func(*db.Tx) error{v.readLog, v.readSigners, v.readCheckpoints, v.placed, v.unplaced, v.counters} {
			if err := step(tx); err != nil {
				return err
			}
		}
		for _, source := range heads {
			if err := source(tx.Ctx(), v.head); err != nil {
				return err
			}
		}
		if len(heads) == 0 {
			return nil
		}
		return v.missing()
	})
	r := Report{OK: true, Leaves: v.leaves, Root: v.root().String()}
	var b *Break
	if errors.As(err, &b) {
		r.OK, r.Break, err = false, b, nil
	}
	return r, err
}

// Error makes a Break the error that ends the walk.
func (b *Break) Error() string { return b.What }

func broken(index int64, id, format string, args ...any) error {
	return &Break{Index: index, ID: id, What: fmt.Sprintf(format, args...)}
}

type signer struct {
	person, public, personKey, certificate []byte
	until, counter                         int64
	seen                                   []int64
}

type checkpoint struct {
	size int64
	text string
}

type verifier struct {
	j       string
	people  PersonKey
	public  []byte
	origins []origin // those still to come stand behind the one that signs
	size    int64
	leaves  int64
	stack   []tlog.Hash // roots of the full subtrees, the largest first
	levels  []int
	signers map[string]*signer
	checks  []checkpoint
	newest  map[string][]byte // heads not yet found in a row
}

func (v *verifier) readLog(tx *db.Tx) error {
	var first origin
	err := tx.QueryRowContext(tx.Ctx(), `SELECT origin, verifier, public, size FROM audit_log WHERE jurisdiction = $1`, v.j).Scan(&first.name, &first.key, &v.public, &v.size)
	if errors.Is(err, sql.ErrNoRows) {
		return broken(-1, "", "the log's own row is missing")
	}
	if err != nil {
		return err
	}
	if v.origins, err = origins(tx, v.j); err != nil {
		return err
	}
	if len(v.origins) == 0 || v.origins[0].name != first.name || v.origins[0].key != first.key {
		return broken(-1, "", "the log's first origin is missing or was changed")
	}
	for i, o := range v.origins {
		key, err := verifierKey(o.name, v.public)
		if err != nil || key != o.key || o.generation != int64(i)+1 || i == 0 && o.from != 0 || i > 0 && (o.from <= v.origins[i-1].from || o.from >= v.size) {
			return broken(-1, "", "origin %d of the log was changed", o.generation)
		}
	}
	return nil
}

func (v *verifier) readSigners(tx *db.Tx) error {
	rows, err := tx.QueryContext(tx.Ctx(), `SELECT session, person, public, person_key, until_hour, certificate, counter FROM audit_signer WHERE jurisdiction = $1`, v.j)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var session, person string
		s := &signer{}
		if err := rows.Scan(&session, &person, &s.public, &s.personKey, &s.until, &s.certificate, &s.counter); err != nil {
			return err
		}
		s.person = []byte(person)
		if seal.VerifySessionKey(s.personKey, person, session, s.public, s.until, s.certificate) != nil {
			return broken(-1, session, "the certificate of a session key does not hold")
		}
		v.signers[session] = s
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || v.people == nil {
		return err
	}
	return v.certifiers(tx.Ctx())
}

// certifiers holds the key that certified each session against the roster.
func (v *verifier) certifiers(ctx context.Context) error {
	keys := map[string][]byte{}
	for _, session := range slices.Sorted(maps.Keys(v.signers)) {
		s := v.signers[session]
		person := string(s.person)
		if keys[person] == nil {
			key, err := v.people(ctx, person)
			if ctx.Err() != nil {
				return err
			}
			if err != nil || len(key) == 0 {
				return broken(-1, session, "the person of a session is not on the roster")
			}
			keys[person] = key
		}
		if !bytes.Equal(keys[person], s.personKey) {
			return broken(-1, session, "a session was certified by a key that is not its person's on the roster")
		}
	}
	return nil
}

func (v *verifier) readCheckpoints(tx *db.Tx) error {
	rows, err := tx.QueryContext(tx.Ctx(), `SELECT size, note FROM audit_checkpoint WHERE jurisdiction = $1 ORDER BY size`, v.j)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var c checkpoint
		if err := rows.Scan(&c.size, &c.text); err != nil {
			return err
		}
		v.checks = append(v.checks, c)
	}
	return rows.Err()
}

// placed walks the leaves of the tree in order.
func (v *verifier) placed(tx *db.Tx) error {
	for v.leaves < v.size {
		page, err := (&Log{j: v.j}).leaves(tx, `SELECT `+columns+` FROM audit_leaf WHERE jurisdiction = $1 AND tree_index >= $2 AND tree_index < $3 ORDER BY tree_index`, v.j, v.leaves, v.leaves+batch)
		if err != nil {
			return err
		}
		if want := min(batch, v.size-v.leaves); int64(len(page)) != want {
			return broken(v.leaves+v.firstGap(tx), "", "a leaf is missing: %d of %d leaves from index %d are there", len(page), want, v.leaves)
		}
		stored, err := v.stored(tx, v.leaves, int64(len(page)))
		if err != nil {
			return err
		}
		for _, leaf := range page {
			if err := v.add(leaf, &stored); err != nil {
				return err
			}
		}
	}
	return v.tail(tx)
}

// firstGap returns how many leaves follow index v.leaves without a hole.
func (v *verifier) firstGap(tx *db.Tx) (n int64) {
	rows, err := tx.QueryContext(tx.Ctx(), `SELECT tree_index FROM audit_leaf WHERE jurisdiction = $1 AND tree_index >= $2 ORDER BY tree_index LIMIT $3`, v.j, v.leaves, batch)
	if err != nil {
		return 0
	}
	defer rows.Close()
	for rows.Next() {
		var at int64
		if rows.Scan(&at) != nil || at != v.leaves+n {
			return n
		}
		n++
	}
	return n
}

// stored reads the tree's hashes that belong to n leaves from index from.
func (v *verifier) stored(tx *db.Tx, from, n int64) (out []tlog.Hash, err error) {
	lo, hi := tlog.StoredHashIndex(0, from), tlog.StoredHashCount(from+n)
	rows, err := tx.QueryContext(tx.Ctx(), `SELECT idx, hash FROM audit_hash WHERE jurisdiction = $1 AND idx >= $2 AND idx < $3 ORDER BY idx`, v.j, lo, hi)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var idx int64
		var raw []byte
		if err := rows.Scan(&idx, &raw); err != nil {
			return nil, err
		}
		if idx != lo+int64(len(out)) || len(raw) != tlog.HashSize {
			return nil, broken(from, "", "hash %d of the tree is missing or cut", lo+int64(len(out)))
		}
		out = append(out, tlog.Hash(raw))
	}
	if int64(len(out)) != hi-lo {
		return nil, errors.Join(rows.Err(), broken(from, "", "hash %d of the tree is missing", lo+int64(len(out))))
	}
	return out, rows.Err()
}

// add checks one leaf: its signature, its hashes, and the checkpoint that ends with it.
func (v *verifier) add(leaf Leaf, stored *[]tlog.Hash) error {
	at := v.leaves
	if err := v.signature(at, leaf); err != nil {
		return err
	}
	if err := v.reopened(leaf); err != nil {
		return err
	}
	h := tlog.RecordHash(leaf.data())
	for level := 0; ; level++ {
		if h != (*stored)[0] {
			return broken(at, leaf.ID, "the leaf does not match the tree: it was changed after it was written")
		}
		*stored = (*stored)[1:]
		if at>>level&1 == 0 {
			v.stack, v.levels = append(v.stack, h), append(v.levels, level)
			break
		}
		last := len(v.stack) - 1
		h = tlog.NodeHash(v.stack[last], h)
		v.stack, v.levels = v.stack[:last], v.levels[:last]
	}
	v.leaves++
	v.note(leaf)
	return v.checkpointAt(leaf.ID)
}

// reopened goes on to the next origin where one begins: with a leaf that names the
// root so far.
func (v *verifier) reopened(leaf Leaf) error {
	if len(v.origins) < 2 || v.origins[1].from != v.leaves {
		return nil
	}
	v.origins = v.origins[1:]
	if leaf.Verb != restoreVerb || leaf.Record != v.origins[0].name || leaf.Reason != v.root().String() {
		return broken(v.leaves, leaf.ID, "origin %d of the log does not begin with the root that was restored", v.origins[0].generation)
	}
	return nil
}

func (v *verifier) note(leaf Leaf) {
	if len(leaf.Head) > 0 {
		if have := v.newest[leaf.Record]; bytes.Compare(leaf.Head, have) >= 0 { // heads begin with the sequence
			v.newest[leaf.Record] = leaf.Head
		}
	}
	if s := v.signers[leaf.Session]; s != nil {
		s.seen = append(s.seen, leaf.Counter)
	}
}

func (v *verifier) signature(at int64, leaf Leaf) error {
	key := v.public
	if leaf.Session != "" {
		s := v.signers[leaf.Session]
		if s == nil || string(s.person) != leaf.Person {
			return broken(at, leaf.ID, "the session that signed this leaf is not known")
		}
		if leaf.Hour > s.until {
			return broken(at, leaf.ID, "the leaf is later than its session")
		}
		key = s.public
	}
	if seal.Verify(key, leafContext, leaf.Bytes(), leaf.Sig) != nil {
		return broken(at, leaf.ID, "the signature does not hold: the leaf was changed")
	}
	return nil
}

// checkpointAt compares the checkpoint that was signed at this size, if any.
func (v *verifier) checkpointAt(leafID string) error {
	if len(v.checks) == 0 || v.checks[0].size > v.leaves {
		return nil
	}
	c := v.checks[0]
	v.checks = v.checks[1:]
	signer, err := note.NewVerifier(v.origins[0].key)
	if err != nil {
		return err
	}
	n, err := note.Open([]byte(c.text), note.VerifierList(signer))
	if err != nil || c.size != v.leaves {
		return broken(v.leaves-1, leafID, "the checkpoint at %d leaves is not signed by this log", c.size)
	}
	if n.Text != checkpointText(v.origins[0].name, v.leaves, v.root()) {
		return broken(v.leaves-1, leafID, "the checkpoint at %d leaves names another tree", c.size)
	}
	return nil
}

// root folds the full subtrees into the root (RFC 6962, section 2.1).
func (v *verifier) root() tlog.Hash {
	if len(v.stack) == 0 {
		h, _ := tlog.TreeHash(0, nil)
		return h
	}
	h := v.stack[len(v.stack)-1]
	for i := len(v.stack) - 2; i >= 0; i-- {
		h = tlog.NodeHash(v.stack[i], h)
	}
	return h
}

// tail looks for what lies beyond the tree's end, and for a last checkpoint.
func (v *verifier) tail(tx *db.Tx) error {
	var leaves, hashes int64
	err := tx.QueryRowContext(tx.Ctx(), `SELECT COUNT(*) FROM audit_leaf WHERE jurisdiction = $1 AND tree_index >= $2`, v.j, v.size).Scan(&leaves)
	if err != nil {
		return err
	}
	err = tx.QueryRowContext(tx.Ctx(), `SELECT COUNT(*) FROM audit_hash WHERE jurisdiction = $1 AND idx >= $2`, v.j, tlog.StoredHashCount(v.size)).Scan(&hashes)
	switch {
	case err != nil:
		return err
	case leaves > 0 || hashes > 0 || len(v.checks) > 0:
		return broken(v.size, "", "the log was cut: %d leaves, %d hashes and %d checkpoints lie beyond its end", leaves, hashes, len(v.checks))
	case v.size > 0:
		var last int64
		if err := tx.QueryRowContext(tx.Ctx(), `SELECT COALESCE(MAX(size), 0) FROM audit_checkpoint WHERE jurisdiction = $1`, v.j).Scan(&last); err != nil {
			return err
		}
		if last != v.size {
			return broken(v.size-1, "", "the last checkpoint is missing")
		}
	}
	return nil
}

// unplaced checks leaves that wait for the sequencer.
func (v *verifier) unplaced(tx *db.Tx) error {
	leaves, err := (&Log{j: v.j}).leaves(tx, `SELECT `+columns+` FROM audit_leaf WHERE jurisdiction = $1 AND tree_index IS NULL ORDER BY id`, v.j)
	if err != nil {
		return err
	}
	for _, leaf := range leaves {
		if err := v.signature(-1, leaf); err != nil {
			return err
		}
		v.note(leaf)
	}
	return nil
}

// counters holds every session to its own count: 1, 2, 3 … and no more than its row says.
func (v *verifier) counters(*db.Tx) error {
	for session, s := range v.signers {
		slices.Sort(s.seen)
		for i, c := range s.seen {
			if c != int64(i)+1 {
				return broken(-1, session, "leaf %d of a session is missing or doubled", i+1)
			}
		}
		if int64(len(s.seen)) != s.counter {
			return broken(-1, session, "a session wrote %d leaves and %d are there", s.counter, len(s.seen))
		}
	}
	return nil
}

// missing names the first record that the log knows and no row holds.
func (v *verifier) missing() error {
	if left := slices.Sorted(maps.Keys(v.newest)); len(left) > 0 {
		return broken(-1, left[0], "a record that the log knows is not there: it was deleted behind the program's back")
	}
	return nil
}

// head compares a record's head with its newest leaf and crosses the record off.
func (v *verifier) head(record string, head []byte) error {
	if have, ok := v.newest[record]; !ok || !bytes.Equal(have, head) {
		return broken(-1, record, "the record's newest state is not the one in the log: it was changed, cut or added behind the program's back")
	}
	delete(v.newest, record)
	return nil
}
