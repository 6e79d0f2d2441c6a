package app

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/seal"
)

// leftOut are the tables that no backup holds: sessions, tokens, posted forms.
var leftOut = []string{"access_session", "access_invite", "web_idempotency", "jobs_slot"}

type backupCmd struct {
	Place
	Out       string `short:"o" required:"" help:"File to write, or -."`
	Recipient string `help:"File with an age recipient; default: the one made at init."`
}

// Run writes every table as one sealed stream, consistent while serving.
func (c backupCmd) Run(ctx context.Context, s streams) error {
	h, err := Open(ctx, c.Place, clock.System(), logger(io.Discard))
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	w := s.out
	if c.Out != "-" {
		f, err := os.OpenFile(filepath.Clean(c.Out), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		w = f
	}
	n, err := h.backup(ctx, w, c.Recipient)
	if err == nil {
		_, _ = fmt.Fprintf(s.err, "backup of %d rows written\n", n)
	}
	return err
}

// backup seals a dump to the recipient.
func (h *House) backup(ctx context.Context, w io.Writer, recipientFile string) (int64, error) {
	text := h.setting(ctx, "backup_recipient")
	if recipientFile != "" {
		b, err := os.ReadFile(filepath.Clean(recipientFile))
		if err != nil {
			return 0, err
		}
		text = strings.TrimSpace(string(b))
	}
	to, err := age.ParseX25519Recipient(text)
	if err != nil {
		return 0, errors.New("there is no recipient for backups; give --recipient with an age public key")
	}
	sealed, err := age.Encrypt(w, to)
	if err != nil {
		return 0, err
	}
	z := gzip.NewWriter(sealed)
	n, err := h.DB.Dump(ctx, z, leftOut)
	return n, errors.Join(err, z.Close(), sealed.Close())
}

type restoreCmd struct {
	Place
	File       string `arg:"" help:"Backup file."`
	Identity   string `required:"" help:"File with the private key printed at init."`
	Checkpoint string `help:"Latest checkpoint that left the machine: the restored log must continue it."`
	Yes        bool   `help:"Do not ask."`
}

// Run restores into an empty folder, under the machine key it was made with.
func (c restoreCmd) Run(ctx context.Context, s streams) error {
	if strings.HasPrefix(c.url(), "sqlite:") && exists(strings.TrimPrefix(c.url(), "sqlite:")) {
		return fmt.Errorf("%s holds a database already; restore only into an empty folder", c.Data)
	}
	if !c.Yes {
		_, _ = fmt.Fprint(s.err, "Restore into "+c.Data+"? Type yes: ")
		var answer string
		if _, err := fmt.Fscanln(s.in, &answer); err != nil || answer != "yes" {
			return errNo
		}
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	in, err := c.unseal()
	if err != nil {
		return err
	}
	key, beside, err := c.readKey() // once: it may come from standard input
	if err != nil {
		return err
	}
	n, err := c.load(ctx, key, in)
	if err != nil {
		return fmt.Errorf("nothing was restored: %w", err)
	}
	h, err := open(ctx, c.Place, key, beside, clock.System(), logger(io.Discard))
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	return c.confirm(ctx, h, n, s)
}

func (c restoreCmd) unseal() (io.Reader, error) {
	text, err := os.ReadFile(filepath.Clean(c.Identity))
	if err != nil {
		return nil, err
	}
	ids, err := age.ParseIdentities(strings.NewReader(string(text)))
	if err != nil {
		return nil, errors.New("the identity file holds no private key of a backup")
	}
	f, err := os.Open(filepath.Clean(c.File))
	if err != nil {
		return nil, err
	}
	plain, err := age.Decrypt(f, ids...)
	if err != nil {
		return nil, fmt.Errorf("the backup does not open with this key: %w", err)
	}
	return gzip.NewReader(plain)
}

// load opens an empty installation, which makes new secrets and a new log, and
// replaces every row by the backup's.
func (c restoreCmd) load(ctx context.Context, key seal.MachineKey, in io.Reader) (int64, error) {
	empty, err := open(ctx, c.Place, key, false, clock.System(), logger(io.Discard))
	if err != nil {
		return 0, err
	}
	defer func() { _ = empty.Close() }()
	if err := empty.unused(ctx); err != nil {
		return 0, err
	}
	return empty.DB.Load(ctx, in)
}

// unused refuses a database in which anybody ever did anything: loading replaces
// the rows of every table.
func (h *House) unused(ctx context.Context) error {
	return h.DB.Read(ctx, func(tx *db.Tx) error {
		for _, table := range []string{"audit_leaf", "access_person", "report_head", "casework_case"} {
			var n int64
			if err := tx.QueryRowContext(tx.Ctx(), `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				return fmt.Errorf("the database is in use (%s has %d rows); restore only into an empty one", table, n)
			}
		}
		return nil
	})
}

// confirm checks the restored log and writes the leaf that names its root.
func (c restoreCmd) confirm(ctx context.Context, h *House, rows int64, s streams) error {
	r, err := h.Verify(ctx)
	if err != nil {
		return err
	}
	if !r.OK {
		return fmt.Errorf("restored, but the log is broken at leaf %d: %s", r.Break.Index, r.Break.What)
	}
	if c.Checkpoint != "" {
		want, err := os.ReadFile(filepath.Clean(c.Checkpoint))
		if err != nil {
			return err
		}
		have, err := h.Audit.Checkpoint(ctx)
		if err != nil {
			return err
		}
		if size(have) < size(string(want)) {
			return fmt.Errorf("the backup is older than the checkpoint: %d leaves, the checkpoint has %d", size(have), size(string(want)))
		}
	}
	err = h.DB.Write(ctx, func(tx *db.Tx) error {
		return h.Audit.Append(tx, audit.System("restore"), audit.Entry{Verb: "log.restore", Record: r.Root[:19], Reason: "restored"})
	})
	if err == nil {
		_, _ = fmt.Fprintf(s.err, "restored %d rows; the log holds with %d leaves, root %s\n", rows, r.Leaves, r.Root)
	}
	return err
}

// size returns the number of leaves that a checkpoint's second line states.
func size(checkpoint string) (n int64) {
	lines := strings.SplitN(checkpoint, "\n", 3)
	if len(lines) > 1 {
		_, _ = fmt.Sscan(lines[1], &n) // 0 where it is no number
	}
	return n
}
