package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/naungan/naungan/internal/platform/db"
)

// maxNote bounds what is read as a checkpoint or as lists, in bytes.
const maxNote = 1 << 20

// Checkpoint is the signed state of the log, for keeping off the machine: a C2SP
// note, the key that checks it, how many leaves it covers, and their root.
type Checkpoint struct {
	Text     string `json:"checkpoint"`
	Verifier string `json:"verifier"`
	Leaves   int64  `json:"leaves"`
	Root     string `json:"root"`
}

// Newest numbers what waits and returns the newest checkpoint; the zero
// Checkpoint where nothing was ever logged.
func (l *Log) Newest(ctx context.Context) (c Checkpoint, err error) {
	if err = l.sequenceAll(ctx); err != nil {
		return c, err
	}
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		if c.Text, err = l.Checkpoint(tx.Ctx()); err != nil || c.Text == "" {
			return err
		}
		text, _, _ := strings.Cut(c.Text, "\n\n")
		size, root, err := parseCheckpoint(text + "\n")
		if err != nil {
			return err
		}
		o, err := l.newest(tx)
		c.Verifier, c.Leaves, c.Root = o.key, size, root.String()
		return err
	})
	return c, err
}

// Kept is what a checkpoint that was kept elsewhere says of this log: how many
// leaves it covers, how many of them are not here, and whether that is because an
// older backup was restored since.
type Kept struct {
	Leaves, Missing int64
	Restored        bool
}

// Compare checks a checkpoint that was kept elsewhere against the log: signed by
// verifier (a verifier key as text; "" is the log's own key), and of the tree that
// stands here now. What does not hold is a *Break. The stored hashes are believed:
// run Verify first. Missing leaves are no break here but a number: whoever restores
// a backup expects them.
func Compare(ctx context.Context, d *db.DB, jurisdiction string, text []byte, verifier string) (k Kept, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		l := &Log{j: jurisdiction}
		list, err := origins(tx, jurisdiction)
		if err != nil {
			return err
		}
		signed, at, err := openNote(text, list, verifier, "checkpoint")
		if err != nil {
			return err
		}
		size, root, err := parseCheckpoint(signed)
		if err != nil {
			return broken(-1, "", "this is no checkpoint")
		}
		have, err := l.size(tx)
		if err != nil {
			return err
		}
		// An earlier origin ends where the next begins: what it signed later was lost.
		if at+1 < len(list) {
			have = list[at+1].from
		}
		k = Kept{Leaves: size, Missing: max(0, size-have), Restored: at+1 < len(list)}
		if k.Missing > 0 {
			return nil
		}
		if size <= list[at].from && at > 0 {
			return broken(-1, "", "the checkpoint is older than its origin")
		}
		h, err := tlog.TreeHash(size, l.hashes(tx, map[int64]tlog.Hash{}))
		if err != nil {
			return broken(-1, "", "hashes of the tree at the checkpoint are missing")
		}
		if h != root {
			return broken(-1, "", "the log was rewritten after the checkpoint: its first %d leaves are others", size)
		}
		return nil
	})
	return k, err
}

// VerifyCheckpoint is Compare for a log that should hold every leaf of the
// checkpoint: missing ones are a *Break too.
func VerifyCheckpoint(ctx context.Context, d *db.DB, jurisdiction string, text []byte, verifier string) error {
	k, err := Compare(ctx, d, jurisdiction, text, verifier)
	if err == nil && k.Missing > 0 && k.Restored {
		return broken(-1, "", "an older backup was restored after the checkpoint: %d deeds are missing", k.Missing)
	}
	if err == nil && k.Missing > 0 {
		return broken(-1, "", "the log is shorter than the checkpoint: %d deeds are missing", k.Missing)
	}
	return err
}

// openNote returns the text of a note signed under one of the origins, and which.
// Only its first line says which log it is of; the signature must hold by that
// origin's key, or by the key given.
func openNote(text []byte, list []origin, verifier, what string) (signed string, at int, err error) {
	if len(text) > maxNote {
		return "", 0, broken(-1, "", "this is no %s: it is too long", what)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	name, _, _ := strings.Cut(line, " ") // "origin" or "origin lists": origins hold no space
	at = slices.IndexFunc(list, func(o origin) bool { return o.name == name })
	if at < 0 {
		return "", 0, broken(-1, "", "the %s is of another log, or this log's origins were changed: %q", what, line)
	}
	key := list[at].key
	if verifier != "" {
		key = strings.TrimSpace(verifier)
	}
	v, err := note.NewVerifier(key)
	if err != nil {
		return "", 0, fmt.Errorf("audit: the verifier key cannot be read: %w", err)
	}
	n, err := note.Open(text, note.VerifierList(v))
	if err != nil {
		return "", 0, broken(-1, "", "the signature of the %s does not hold by this verifier key", what)
	}
	if key != list[at].key {
		return "", 0, broken(-1, "", "the log signs with another key than the one you hold")
	}
	return n.Text, at, nil
}

// AsBreak returns the break that an error of Compare, VerifyCheckpoint or
// OpenLists is; nil for other errors.
func AsBreak(err error) *Break {
	var b *Break
	if errors.As(err, &b) {
		return b
	}
	return nil
}
