package app

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	File       string `arg:"" help:"Backup file, or - for standard input."`
	Identity   string `required:"" help:"File with the private key printed at init."`
	Checkpoint string `help:"Latest checkpoint that left the machine: the restored log must be the same as far as it goes."`
	Lists      string `help:"Latest lists that left the machine: what was erased and who left after the backup."`
	Yes        bool   `help:"Do not ask."`
}

// Validate keeps standard input for one purpose.
func (c restoreCmd) Validate() error {
	if c.File == "-" && (!c.Yes || c.MachineKey == "" || c.MachineKey == "-") {
		return errors.New("a backup from standard input needs --yes and --machine-key FILE")
	}
	return nil
}

// Run restores into an empty folder, under the machine key it was made with. The
// public form stays shut until two people confirm what they see.
func (c restoreCmd) Run(ctx context.Context, s streams) error {
	if c.file() != "" && exists(c.file()) {
		return fmt.Errorf("%s holds a database already; restore only into an empty folder", c.Data)
	}
	if err := c.ask(s); err != nil {
		return err
	}
	witness, err := c.witnesses()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	in, err := c.unseal(s.in)
	if err != nil {
		return err
	}
	key, beside, err := c.readKey() // once: it may come from standard input
	if err != nil {
		return err
	}
	n, err := c.load(ctx, key, in)
	if err != nil {
		return fmt.Errorf("nothing was restored: %w", errors.Join(err, c.removeFile()))
	}
	h, err := open(ctx, c.Place, key, beside, clock.System(), logger(io.Discard))
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(s.err, "%d rows restored\n", n)
	err = c.finish(ctx, h, witness, s)
	if errors.Is(err, errRefused) {
		return errors.Join(fmt.Errorf("nothing was restored: %w", err), h.empty(ctx), h.Close(), c.removeFile())
	}
	return errors.Join(err, h.Close())
}

// file returns SQLite's file, "" on the other engine.
func (c restoreCmd) file() string {
	path, sqlite := strings.CutPrefix(c.url(), "sqlite:")
	if !sqlite {
		return ""
	}
	return path
}

// removeFile takes away the database that a restore began: it was not there before.
func (c restoreCmd) removeFile() (err error) {
	if c.file() == "" {
		return nil
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if rerr := os.Remove(c.file() + suffix); !errors.Is(rerr, fs.ErrNotExist) {
			err = errors.Join(err, rerr)
		}
	}
	return err
}

const (
	noCheckpoint = "Without a checkpoint nobody can tell whether this backup was changed, or how much was lost after it."
	noLists      = "Without the lists, what was erased after the backup is readable again, and people who left after it can sign in again."
)

// ask asks for what was not given; with --yes it only says what is missing.
func (c *restoreCmd) ask(s streams) error {
	if !c.Yes {
		if line(s, "Restore into "+c.Data+"? Type yes: ") != "yes" {
			return errNo
		}
		if c.Checkpoint == "" {
			c.Checkpoint = line(s, "File with the latest checkpoint that left the machine (empty: none): ")
		}
		if c.Lists == "" {
			c.Lists = line(s, "File with the latest lists that left the machine (empty: none): ")
		}
	}
	if c.Checkpoint == "" {
		_, _ = fmt.Fprintln(s.err, noCheckpoint)
	}
	if c.Lists == "" {
		_, _ = fmt.Fprintln(s.err, noLists)
	}
	return nil
}

// line asks and reads one line, byte by byte: what follows on standard input may
// be the machine key.
func line(s streams, question string) string {
	_, _ = fmt.Fprint(s.err, question)
	var out []byte
	for b := make([]byte, 1); s.in != nil; {
		if n, err := s.in.Read(b); n == 0 || err != nil || b[0] == '\n' {
			break
		}
		out = append(out, b[0])
	}
	return strings.TrimSpace(string(out))
}

// witness is what was kept outside: nil where it was not.
type witness struct{ checkpoint, lists []byte }

func (c restoreCmd) witnesses() (w witness, err error) {
	for path, to := range map[string]*[]byte{c.Checkpoint: &w.checkpoint, c.Lists: &w.lists} {
		if path == "" {
			continue
		}
		text, rerr := os.ReadFile(filepath.Clean(path))
		err = errors.Join(err, rerr)
		*to = text
	}
	return w, err
}

func (c restoreCmd) unseal(stdin io.Reader) (io.Reader, error) {
	text, err := os.ReadFile(filepath.Clean(c.Identity))
	if err != nil {
		return nil, err
	}
	ids, err := age.ParseIdentities(strings.NewReader(string(text)))
	if err != nil {
		return nil, errors.New("the identity file holds no private key of a backup")
	}
	in := stdin
	if c.File != "-" {
		if in, err = os.Open(filepath.Clean(c.File)); err != nil {
			return nil, err
		}
	}
	plain, err := age.Decrypt(in, ids...)
	if err != nil {
		return nil, fmt.Errorf("the backup does not open with this key: %w", err)
	}
	return gzip.NewReader(plain)
}

// load opens an empty installation, which makes new secrets and a new log, and
// replaces every row by the backup's. In the same transaction the public form is
// held shut: no failure later opens it.
func (c restoreCmd) load(ctx context.Context, key seal.MachineKey, in io.Reader) (n int64, err error) {
	empty, err := open(ctx, c.Place, key, false, clock.System(), logger(io.Discard))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, empty.Close()) }()
	if err := empty.unused(ctx); err != nil {
		return 0, err
	}
	err = empty.DB.WriteMuch(ctx, func(tx *db.Tx) error {
		if _, err := tx.ExecContext(tx.Ctx(), `DELETE FROM audit_origin`); err != nil { // a backup from before there were origins brings none
			return err
		}
		if n, err = empty.DB.Load(tx.Ctx(), in); err != nil {
			return err
		}
		return empty.hold(tx, "?")
	})
	return n, err
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

// empty takes back what load wrote into a database that was unused.
func (h *House) empty(ctx context.Context) error {
	return h.DB.WriteMuch(ctx, func(tx *db.Tx) error {
		names, err := tx.Tables()
		if err != nil {
			return err
		}
		slices.Reverse(names) // what hangs on a case is named after it
		for _, name := range names {
			if _, err := tx.ExecContext(tx.Ctx(), `DELETE FROM `+name); err != nil {
				return err
			}
		}
		return nil
	})
}

// errRefused marks a backup that does not fit what was kept outside.
var errRefused = errors.New("refused")

// finish checks what was restored, goes on under a new origin of the log, and
// takes back what was taken back after the backup.
func (c restoreCmd) finish(ctx context.Context, h *House, w witness, s streams) error {
	r, err := h.Verify(ctx)
	if err != nil {
		return err
	}
	if !r.OK {
		return fmt.Errorf("restored, but %s; the public form stays shut", saidBroken(r.Break))
	}
	if w.checkpoint != nil {
		if err := c.compare(ctx, h, w.checkpoint, s); err != nil {
			return err
		}
	}
	l, err := h.openLists(ctx, w.lists, r.Leaves, s)
	if err != nil {
		return err
	}
	root, err := h.Audit.Reopen(ctx)
	if err != nil {
		return err
	}
	if err := h.DB.Write(ctx, func(tx *db.Tx) error { return h.hold(tx, root) }); err != nil {
		return err
	}
	if l != nil {
		if err := h.replay(ctx, *l, s); err != nil {
			return err
		}
	}
	_, _ = fmt.Fprintf(s.err, "the log holds with %d leaves, root %s\nit goes on under a new origin; its verifier key is now\n  %s\nThe public form stays shut until two people (enrolment officer, supervisor, oversight officer, data protection officer) sign in and confirm.\n",
		r.Leaves, root, h.Audit.Verifier())
	return nil
}

// compare holds the checkpoint against the restored log. Deeds after the backup are
// lost: that needs a yes.
func (c restoreCmd) compare(ctx context.Context, h *House, text []byte, s streams) error {
	k, err := audit.Compare(ctx, h.DB, h.Place.Jurisdiction, text, "")
	if b := audit.AsBreak(err); b != nil {
		return fmt.Errorf("%w: %s", errRefused, b.What)
	}
	if err != nil || k.Missing == 0 {
		return err
	}
	_, _ = fmt.Fprintf(s.err, "The checkpoint is newer than the backup: %d deeds after the backup are lost.\n", k.Missing)
	if !c.Yes && line(s, "Go on without them? Type yes: ") != "yes" {
		return fmt.Errorf("%w: the backup is older than the checkpoint", errRefused)
	}
	return nil
}

// openLists reads the lists; nil where there are none, or where the backup is newer
// and holds all that they name.
func (h *House) openLists(ctx context.Context, text []byte, leaves int64, s streams) (*lists, error) {
	if text == nil {
		return nil, nil
	}
	var l lists
	at, err := h.Audit.OpenLists(ctx, text, &l)
	if b := audit.AsBreak(err); b != nil {
		return nil, fmt.Errorf("%w: %s", errRefused, b.What)
	}
	if err != nil {
		return nil, err
	}
	if at < leaves {
		_, _ = fmt.Fprintln(s.err, "The lists are older than the backup, which holds all that they name.")
		return nil, nil
	}
	return &l, nil
}

// replay erases again what was erased, and withdraws who does not stand any more.
func (h *House) replay(ctx context.Context, l lists, s streams) error {
	erased, err := h.Reports.EraseAgain(ctx, l.Erased)
	if err != nil {
		return err
	}
	people, seats, err := h.Access.Withdraw(ctx, audit.System("restore"), l.Standing)
	if err == nil {
		_, _ = fmt.Fprintf(s.err, "from the lists: %d reports erased again, %d people and %d memberships withdrawn\n", erased, people, seats)
	}
	return err
}
