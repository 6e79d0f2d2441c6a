package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
)

// version is set by the linker.
var version = "dev"

type streams struct {
	in       io.Reader
	out, err io.Writer
}

// commands is the command line.
type commands struct {
	Config  kong.ConfigFlag `help:"JSON file with the same names as the flags."`
	Serve   serveCmd        `cmd:"" help:"Serve the pages."`
	Init    initCmd         `cmd:"" help:"Set up a real installation: machine key, log, administrator, first officer."`
	Demo    demoCmd         `cmd:"" help:"Fill an empty folder with a synthetic West Jakarta."`
	Doctor  doctorCmd       `cmd:"" help:"Say in one page what is wrong and how to mend it."`
	Migrate migrateCmd      `cmd:"" help:"Bring the tables to this version."`
	Backup  backupCmd       `cmd:"" help:"Write a sealed backup."`
	Restore restoreCmd      `cmd:"" help:"Restore a sealed backup into an empty folder."`
	Audit   auditCmd        `cmd:"" help:"Check the audit log, or a receipt."`
	Manual  manualCmd       `cmd:"" help:"Check a handling manual, or write it as a book."`
	Xlsform xlsformCmd      `cmd:"" name:"xlsform" help:"Check an XLSForm, or make an XForm of it."`
	Version versionCmd      `cmd:"" help:"Print the version."`
}

// errNo ends a command whose answer is no, after it said why: exit status 1.
var errNo = errors.New("no")

// Main runs the command line and returns the exit status: 0 done, 1 the answer is
// no or the input is wrong, 2 wrong usage.
func Main(args []string, in io.Reader, out, errs io.Writer) int {
	var c commands
	status := -1
	parser, err := kong.New(&c, kong.Name("naungan"), kong.Description("Case management, reporting and a handling manual for child protection."),
		kong.Writers(out, errs), kong.DefaultEnvars("NAUNGAN"), kong.Configuration(readSettings), kong.Exit(func(n int) { status = n }), kong.UsageOnError())
	if err != nil {
		_, _ = fmt.Fprintln(errs, err)
		return 1
	}
	run, err := parser.Parse(args)
	if status >= 0 { // --help was asked for
		return status
	}
	if err != nil {
		_, _ = fmt.Fprintf(errs, "naungan: %v\nTry: naungan --help\n", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	run.BindTo(ctx, (*context.Context)(nil))
	run.Bind(streams{in, out, errs})
	if err := run.Run(); err != nil {
		if !errors.Is(err, errNo) {
			_, _ = fmt.Fprintf(errs, "naungan: %v\n", err)
		}
		return 1
	}
	return 0
}

// logger writes one line of JSON an event, with the time cut to the hour: no exact
// time of anybody's visit reaches a disk.
func logger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			a.Value = slog.StringValue(a.Value.Time().UTC().Truncate(time.Hour).Format("2006-01-02T15Z"))
		}
		return a
	}}))
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(s streams) error {
	_, err := fmt.Fprintln(s.out, version)
	return err
}

type migrateCmd struct {
	Place
	Root string `help:"Printed root fingerprint, to pin in an installation that is older than pins."`
}

// Run migrates: opening does. --root pins the roster's root once.
func (m migrateCmd) Run(ctx context.Context, s streams) error {
	h, err := Open(ctx, m.Place, clock.System(), logger(s.err))
	if err != nil {
		return err
	}
	if m.Root != "" {
		err = h.Access.PinRoot(ctx, m.Root)
	}
	if err == nil {
		_, _ = fmt.Fprintln(s.err, "the tables are of this version")
	}
	return errors.Join(err, h.Close())
}

type auditCmd struct {
	Verify     verifyCmd     `cmd:"" help:"Check every leaf, checkpoint and head, and a checkpoint that was kept elsewhere."`
	Checkpoint checkpointCmd `cmd:"" help:"Print the newest signed checkpoint, to be kept elsewhere."`
	Lists      listsCmd      `cmd:"" help:"Print the signed lists that a restore asks for: what was erased, who stands."`
	Receipt    receiptCmd    `cmd:"" name:"verify-receipt" help:"Check a receipt, offline."`
}

type verifyCmd struct {
	Place
	Checkpoint string `help:"Checkpoint that was kept elsewhere, or -: the log must continue it."`
	Verifier   string `help:"Verifier key that must have signed the checkpoint; default: the log's own."`
	JSON       bool   `help:"Print one JSON document." name:"json"`
}

// Validate refuses a key without anything to check by it.
func (v verifyCmd) Validate() error {
	if v.Verifier != "" && v.Checkpoint == "" {
		return errors.New("--verifier goes with --checkpoint")
	}
	return nil
}

// Run answers whether the log holds, or names the first break.
func (v verifyCmd) Run(ctx context.Context, s streams) error {
	h, err := Open(ctx, v.Place, clock.System(), logger(io.Discard))
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	r, err := h.Verify(ctx)
	if err == nil && r.OK && v.Checkpoint != "" {
		err = v.compare(ctx, h, s, &r)
	}
	if err != nil {
		return err
	}
	if v.JSON {
		err = printJSON(s.out, r)
	} else if r.OK {
		_, err = fmt.Fprintf(s.out, "the log holds: %d leaves, root %s\n", r.Leaves, r.Root)
	} else {
		_, err = fmt.Fprintln(s.out, saidBroken(r.Break))
	}
	if err == nil && !r.OK {
		return errNo
	}
	return err
}

// compare holds a kept checkpoint against the log that was just verified.
func (v verifyCmd) compare(ctx context.Context, h *House, s streams, r *audit.Report) error {
	text, err := readFile(v.Checkpoint, s.in)
	if err != nil {
		return err
	}
	err = audit.VerifyCheckpoint(ctx, h.DB, h.Place.Jurisdiction, text, v.Verifier)
	if b := audit.AsBreak(err); b != nil {
		r.OK, r.Break = false, b
		return nil
	}
	return err
}

// saidBroken says the first break in a line.
func saidBroken(b *audit.Break) string {
	if b.Index < 0 {
		return "the log is broken: " + b.What
	}
	return fmt.Sprintf("the log is broken at leaf %d: %s", b.Index, b.What)
}

type receiptCmd struct {
	File     string `arg:"" help:"Receipt, or - for standard input."`
	Verifier string `help:"Verifier key that must have signed; default: the one in the receipt."`
	JSON     bool   `help:"Print one JSON document." name:"json"`
}

// Run checks a receipt offline.
func (r receiptCmd) Run(s streams) error {
	text, err := readFile(r.File, s.in)
	if err != nil {
		return err
	}
	got, err := audit.VerifyReceipt(text, r.Verifier)
	if r.JSON {
		answer := map[string]any{"ok": err == nil}
		if err != nil {
			answer["message"] = err.Error()
		} else {
			answer["index"], answer["verb"] = got.Index, got.Leaf.Verb
		}
		if perr := printJSON(s.out, answer); perr != nil {
			return perr
		}
	}
	if err != nil {
		_, _ = fmt.Fprintf(s.err, "the receipt does not hold: %v\n", err)
		return errNo
	}
	return nil
}

func readFile(name string, in io.Reader) ([]byte, error) {
	if name == "-" {
		return readAll(in)
	}
	f, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return readAll(f)
}
