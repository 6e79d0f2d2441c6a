package audit

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/seal"
)

// restoreVerb is the verb of the leaf with which an origin after the first begins.
const restoreVerb = "log.restore"

// origin is a name under which the log signs, from the leaf at index from on.
type origin struct {
	generation int64
	name, key  string // key is the verifier key as text
	from       int64
}

// verifierKey returns the text of an origin's verifier key.
func verifierKey(name string, public []byte) (string, error) {
	key, err := note.NewEd25519VerifierKey(name, public)
	if err != nil {
		return "", err
	}
	_, err = note.NewVerifier(key) // refuses names that no note can bear
	return key, err
}

// signerOf returns the log's key as the signer of an origin.
func signerOf(o origin, key seal.Signer) (note.Signer, error) {
	v, err := note.NewVerifier(o.key)
	if err != nil {
		return nil, err
	}
	// The note package reads signers as text: algorithm byte and seed behind the key's hash.
	seed := append([]byte{1}, key.Raw().Seed()...)
	return note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", o.name, v.KeyHash(), base64.StdEncoding.EncodeToString(seed)))
}

// origins lists the log's origins, the first first.
func origins(tx *db.Tx, jurisdiction string) (out []origin, err error) {
	rows, err := tx.QueryContext(tx.Ctx(), `SELECT generation, origin, verifier, from_size FROM audit_origin WHERE jurisdiction = $1 ORDER BY generation`, jurisdiction)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var o origin
		if err := rows.Scan(&o.generation, &o.name, &o.key, &o.from); err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, rows.Err()
}

// newest returns the origin under which the log signs now.
func (l *Log) newest(tx *db.Tx) (o origin, err error) {
	err = tx.QueryRowContext(tx.Ctx(), `SELECT generation, origin, verifier, from_size FROM audit_origin WHERE jurisdiction = $1 ORDER BY generation DESC LIMIT 1`, l.j).Scan(&o.generation, &o.name, &o.key, &o.from)
	if err != nil {
		return o, fmt.Errorf("audit: the log has no origin: %w", err)
	}
	return o, nil
}

// signNote signs a text under an origin.
func (l *Log) signNote(o origin, text string) (string, error) {
	s, err := signerOf(o, l.key)
	if err != nil {
		return "", err
	}
	signed, err := note.Sign(&note.Note{Text: text}, s)
	return string(signed), err
}

// Reopen goes on under a new origin: a restored log is another log, whose
// checkpoints can never be set against those of the log that was lost. The first
// leaf of the new origin names the root that was restored. It returns that root.
func (l *Log) Reopen(ctx context.Context) (root string, err error) {
	if err := l.sequenceAll(ctx); err != nil {
		return "", err
	}
	err = l.db.Write(ctx, func(tx *db.Tx) error {
		size, err := l.size(tx)
		if err != nil {
			return err
		}
		h, err := tlog.TreeHash(size, l.hashes(tx, map[int64]tlog.Hash{}))
		if err != nil {
			return err
		}
		was, err := l.newest(tx)
		if err != nil {
			return err
		}
		// Random, because one backup can be restored twice.
		mark := make([]byte, 4)
		_, _ = rand.Read(mark)
		o := origin{generation: was.generation + 1, from: size}
		o.name = fmt.Sprintf("%s/%d-%x", l.origin, o.generation, mark)
		if o.key, err = verifierKey(o.name, l.key.Public()); err != nil {
			return err
		}
		if err := putOrigin(tx, l.j, o); err != nil {
			return err
		}
		root = h.String()
		if err := l.Append(tx, System("restore"), Entry{Verb: restoreVerb, Record: o.name, Reason: root}); err != nil {
			return err
		}
		tx.OnCommit(func() { l.verifier.Store(&o.key) })
		_, err = l.Sequence(tx.Ctx())
		return err
	})
	return root, err
}

func putOrigin(tx *db.Tx, j string, o origin) error {
	_, err := tx.ExecContext(tx.Ctx(), `INSERT INTO audit_origin (jurisdiction, generation, origin, verifier, from_size) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		j, o.generation, o.name, o.key, o.from)
	return err
}
