package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
)

// Receipt proves offline that a leaf is in the log: the leaf, its place, the
// hashes beside its path (RFC 6962) and a signed checkpoint.
type Receipt struct {
	Leaf       Leaf     `json:"leaf"`
	Index      int64    `json:"index"`
	Proof      []string `json:"proof"`
	Checkpoint string   `json:"checkpoint"`
	Verifier   string   `json:"verifier"`
}

// Receipt returns the receipt of the first leaf of a record with this verb. It
// is a NotFound fault until the leaf has its place.
func (l *Log) Receipt(ctx context.Context, record, verb string) (r Receipt, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		found, err := l.leaves(tx, `SELECT `+columns+` FROM audit_leaf WHERE jurisdiction = $1 AND record = $2 AND verb = $3 AND tree_index IS NOT NULL ORDER BY tree_index LIMIT 1`, l.j, record, verb)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		r.Leaf, r.Verifier = found[0], l.Verifier()
		if err := tx.QueryRowContext(ctx, `SELECT tree_index FROM audit_leaf WHERE jurisdiction = $1 AND id = $2`, l.j, r.Leaf.ID).Scan(&r.Index); err != nil {
			return err
		}
		var size int64
		err = tx.QueryRowContext(ctx, `SELECT size, note FROM audit_checkpoint WHERE jurisdiction = $1 ORDER BY size DESC LIMIT 1`, l.j).Scan(&size, &r.Checkpoint)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		if err != nil {
			return err
		}
		proof, err := tlog.ProveRecord(size, r.Index, l.hashes(tx, map[int64]tlog.Hash{}))
		for _, h := range proof {
			r.Proof = append(r.Proof, h.String())
		}
		return err
	})
	return r, err
}

// maxReceipt bounds what is read as a receipt, in bytes.
const maxReceipt = 64 << 10

// VerifyReceipt checks a receipt offline, by the verifier key that it carries;
// where verifier is not empty, only that key counts.
func VerifyReceipt(text []byte, verifier string) (Receipt, error) {
	var r Receipt
	if len(text) > maxReceipt {
		return r, errors.New("audit: too large for a receipt")
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("audit: this is no receipt: %w", err)
	}
	if verifier != "" && verifier != r.Verifier {
		return r, errors.New("audit: the receipt is of another log")
	}
	v, err := note.NewVerifier(r.Verifier)
	if err != nil {
		return r, fmt.Errorf("audit: verifier key: %w", err)
	}
	n, err := note.Open([]byte(r.Checkpoint), note.VerifierList(v))
	if err != nil {
		return r, fmt.Errorf("audit: checkpoint: %w", err)
	}
	size, root, err := parseCheckpoint(n.Text)
	if err != nil {
		return r, err
	}
	var proof tlog.RecordProof
	for _, s := range r.Proof {
		h, err := tlog.ParseHash(s)
		if err != nil {
			return r, fmt.Errorf("audit: proof: %w", err)
		}
		proof = append(proof, h)
	}
	if err := tlog.CheckRecord(proof, size, root, r.Index, tlog.RecordHash(r.Leaf.data())); err != nil {
		return r, fmt.Errorf("audit: the leaf is not in this log: %w", err)
	}
	return r, nil
}

func parseCheckpoint(text string) (size int64, root tlog.Hash, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return 0, root, errors.New("audit: not a checkpoint")
	}
	if _, err := fmt.Sscanf(lines[1], "%d", &size); err != nil || size < 1 || fmt.Sprint(size) != lines[1] {
		return 0, root, errors.New("audit: not a checkpoint")
	}
	root, err = tlog.ParseHash(lines[2])
	return size, root, err
}
