// Package audit is the tamper-evident record of every deed and every reading.
//
// A deed appends its leaf in its own transaction; a reading commits its leaf
// before plaintext leaves the Service; a denial commits by itself. Leaves carry
// no content: who, what verb, which record and its head, a reason code, the
// hour. One sequencer gives them places in an RFC 6962 tree and signs
// checkpoints (C2SP note). Verify checks everything again from the rows.
package audit

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/internal/platform/seal"
)

//go:embed schema/*.sql
var schema embed.FS

// leafContext separates leaf signatures from all others.
const leafContext = "audit-leaf"

// Entry is what a deed says of itself. Head is the record's head after the
// deed, empty for readings; Outcome is "done" unless it says otherwise.
type Entry struct {
	Verb    string
	Record  string
	Reason  string
	Outcome string
	Head    []byte
}

// Actor is who acts. Sign is the session's key; the zero Actor is the system:
// the public channel and jobs, signed by the log's own key.
type Actor struct {
	Person  string
	Session string
	Sign    func(context string, msg []byte) []byte
}

// System is the actor of the public channel and of jobs.
func System(name string) Actor { return Actor{Person: name} }

// Log is the audit log of one jurisdiction. It is safe for concurrent use.
type Log struct {
	db     *db.DB
	clock  clock.Clock
	log    *slog.Logger
	j      string
	origin string // the first; a restore adds to it
	key    seal.Signer
	wake   chan struct{}

	verifier atomic.Pointer[string] // of the newest origin
}

// New returns the log over its signing key. Migrate and Open follow.
func New(d *db.DB, c clock.Clock, jurisdiction, origin string, key seal.Signer, log *slog.Logger) (*Log, error) {
	verifier, err := verifierKey(origin, key.Public())
	if err != nil {
		return nil, fmt.Errorf("audit: origin %q: %w", origin, err)
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	l := &Log{db: d, clock: c, log: log, j: jurisdiction, origin: origin, key: key, wake: make(chan struct{}, 1)}
	l.verifier.Store(&verifier)
	return l, nil
}

// Migrate makes the tables and writes the log's public key on first use. A log
// that is there under another key is a Conflict: a restored installation opens
// a new origin instead.
func (l *Log) Migrate(ctx context.Context) error {
	files, err := fs.Sub(schema, "schema")
	if err != nil {
		return err
	}
	if err := l.db.Migrate(ctx, "audit", files); err != nil {
		return err
	}
	return l.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO audit_log (jurisdiction, origin, verifier, public, size) VALUES ($1, $2, $3, $4, 0) ON CONFLICT DO NOTHING`,
			l.j, l.origin, l.Verifier(), l.key.Public()); err != nil {
			return err
		}
		var public []byte
		if err := tx.QueryRowContext(ctx, `SELECT public FROM audit_log WHERE jurisdiction = $1`, l.j).Scan(&public); err != nil {
			return err
		}
		if string(public) != string(l.key.Public()) {
			return fault.Wrap(fault.Conflict, "fault.config", errors.New("audit: the log belongs to another key"))
		}
		// A log from before there were origins is the first of them.
		if _, err := tx.ExecContext(ctx, `INSERT INTO audit_origin (jurisdiction, generation, origin, verifier, from_size)
			SELECT jurisdiction, 1, origin, verifier, 0 FROM audit_log WHERE jurisdiction = $1 ON CONFLICT DO NOTHING`, l.j); err != nil {
			return err
		}
		o, err := l.newest(tx)
		l.verifier.Store(&o.key)
		return err
	})
}

// Verifier returns the newest origin's verifier key as text: what witnesses and
// offline checks are given.
func (l *Log) Verifier() string { return *l.verifier.Load() }

// RegisterSigner records a session's key with the person's certificate, in the
// transaction that opens the session.
func (l *Log) RegisterSigner(tx *db.Tx, session, person string, public, personKey []byte, untilHour int64, certificate []byte) error {
	_, err := tx.ExecContext(tx.Ctx(), `INSERT INTO audit_signer (jurisdiction, session, person, public, person_key, until_hour, certificate, counter) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
		l.j, session, person, public, personKey, untilHour, certificate)
	return err
}

// Append writes the deed's leaf in its transaction.
func (l *Log) Append(tx *db.Tx, a Actor, e Entry) error {
	leaf := l.leaf(a, e)
	if a.Session != "" {
		err := tx.QueryRowContext(tx.Ctx(), `UPDATE audit_signer SET counter = counter + 1 WHERE jurisdiction = $1 AND session = $2 AND person = $3 RETURNING counter`,
			l.j, a.Session, a.Person).Scan(&leaf.Counter)
		if err != nil {
			return fmt.Errorf("audit: signer of session: %w", err)
		}
	}
	leaf.Sig = l.sign(a, leaf.Bytes())
	if len(leaf.Sig) == 0 {
		return errors.New("audit: a leaf without signature")
	}
	_, err := tx.ExecContext(tx.Ctx(), `INSERT INTO audit_leaf (jurisdiction, id, verb, person, session, record, head, reason, outcome, hour, salt, counter, sig) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		leaf.Jurisdiction, leaf.ID, leaf.Verb, leaf.Person, leaf.Session, leaf.Record, leaf.Head, leaf.Reason, leaf.Outcome, leaf.Hour, leaf.Salt, leaf.Counter, leaf.Sig)
	if err != nil {
		return fmt.Errorf("audit: append: %w", err)
	}
	tx.OnCommit(l.notify)
	return nil
}

func (l *Log) leaf(a Actor, e Entry) Leaf {
	now := l.clock.Now()
	leaf := Leaf{Jurisdiction: l.j, ID: id.New(now), Verb: e.Verb, Person: a.Person, Session: a.Session, Record: e.Record,
		Head: e.Head, Reason: e.Reason, Outcome: e.Outcome, Hour: clock.Hour(now), Salt: make([]byte, 16)}
	_, _ = rand.Read(leaf.Salt)
	if leaf.Outcome == "" {
		leaf.Outcome = "done"
	}
	if leaf.Head == nil {
		leaf.Head = []byte{}
	}
	return leaf
}

func (l *Log) sign(a Actor, msg []byte) []byte {
	if a.Session == "" {
		return l.key.Sign(leafContext, msg)
	}
	if a.Sign == nil {
		return nil
	}
	return a.Sign(leafContext, msg)
}

// Reading commits a leaf for every record that is about to be shown; nothing is
// shown when it fails. It stands in a transaction of its own.
func (l *Log) Reading(ctx context.Context, a Actor, verb string, ids []string, reason string) error {
	return l.db.Write(ctx, func(tx *db.Tx) error {
		for _, record := range ids {
			if err := l.Append(tx, a, Entry{Verb: verb, Record: record, Reason: reason}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Denied commits a leaf for something that was not permitted. It never fails
// the caller: what could not be recorded is logged.
func (l *Log) Denied(ctx context.Context, a Actor, verb, record, reason string) {
	err := l.db.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		return l.Append(tx, a, Entry{Verb: verb, Record: record, Reason: reason, Outcome: "denied"})
	})
	if err != nil {
		l.log.Error("audit: a denial could not be recorded", "verb", verb, "err", err)
	}
}

func (l *Log) notify() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Leaf is one entry of the log.
type Leaf struct {
	Jurisdiction string `json:"jurisdiction"`
	ID           string `json:"id"`
	Verb         string `json:"verb"`
	Person       string `json:"person"`
	Session      string `json:"session"`
	Record       string `json:"record"`
	Head         []byte `json:"head"`
	Reason       string `json:"reason"`
	Outcome      string `json:"outcome"`
	Hour         int64  `json:"hour"`
	Salt         []byte `json:"salt"`
	Counter      int64  `json:"counter"`
	Sig          []byte `json:"sig"`
}

// Bytes returns what is signed: every field but the signature, each behind its length.
func (f Leaf) Bytes() []byte {
	out := []byte{1}
	for _, p := range [][]byte{[]byte(f.Jurisdiction), []byte(f.ID), []byte(f.Verb), []byte(f.Person), []byte(f.Session), []byte(f.Record),
		f.Head, []byte(f.Reason), []byte(f.Outcome), num(f.Hour), f.Salt, num(f.Counter)} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p)))
		out = append(out, p...)
	}
	return out
}

// data is what the tree hashes: the signed bytes and the signature.
func (f Leaf) data() []byte { return append(f.Bytes(), f.Sig...) }

func num(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// Head returns the form in which a record's head stands in a leaf.
func Head(seq int64, hash [32]byte) []byte { return append(num(seq), hash[:]...) }

// Trail is one line of "who did and read what" of a record.
type Trail struct {
	Hour                          int64
	Verb, Person, Reason, Outcome string
}

// Trail returns the newest leaves of a record, newest first. Denials are among
// them. It reads no content; permission is the caller's.
func (l *Log) Trail(ctx context.Context, record string, limit int) (out []Trail, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT hour, verb, person, reason, outcome FROM audit_leaf WHERE jurisdiction = $1 AND record = $2 ORDER BY hour DESC, id DESC LIMIT $3`, l.j, record, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t Trail
			if err := rows.Scan(&t.Hour, &t.Verb, &t.Person, &t.Reason, &t.Outcome); err != nil {
				return err
			}
			out = append(out, t)
		}
		return rows.Err()
	})
	return out, err
}

// Began returns the hour of a record's first leaf with a verb, the zero time
// where there is none.
func (l *Log) Began(tx *db.Tx, record, verb string) (time.Time, error) {
	var hour sql.NullInt64
	err := tx.QueryRowContext(tx.Ctx(), `SELECT MIN(hour) FROM audit_leaf WHERE jurisdiction = $1 AND record = $2 AND verb = $3`, l.j, record, verb).Scan(&hour)
	if err != nil || !hour.Valid {
		return time.Time{}, err
	}
	return clock.OfHour(hour.Int64), nil
}
