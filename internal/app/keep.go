package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/internal/report"
)

// lists are what a restore needs to know of the time after the backup: what was
// erased, and who still stands.
type lists struct {
	Erased []report.Stone `json:"erased"`
	access.Standing
}

// kept is what leaves the machine every day.
type kept struct {
	audit.Checkpoint
	Lists string `json:"lists"`
}

// keep returns the newest checkpoint with the signed lists that belong to it.
func (h *House) keep(ctx context.Context) (k kept, l lists, err error) {
	if k.Checkpoint, err = h.Audit.Newest(ctx); err != nil {
		return k, l, err
	}
	if k.Text == "" {
		return k, l, errors.New("nothing was logged yet: there is no checkpoint")
	}
	if l.Erased, err = h.Reports.Erased(ctx); err != nil {
		return k, l, err
	}
	if l.Standing, err = h.Access.Standing(ctx); err != nil {
		return k, l, err
	}
	if l.Erased == nil {
		l.Erased = []report.Stone{} // a list, also to other programs
	}
	k.Lists, err = h.Audit.SignLists(ctx, k.Checkpoint, l)
	return k, l, err
}

type checkpointCmd struct {
	Place
	Out  string `short:"o" help:"File to write, or - for standard output." default:"-"`
	JSON bool   `help:"Print one JSON document." name:"json"`
}

// Run prints the newest signed checkpoint.
func (c checkpointCmd) Run(ctx context.Context, s streams) error {
	return withKept(ctx, c.Place, func(k kept, _ lists) error {
		return output(s, c.Out, k.Text, c.JSON, k.Checkpoint)
	})
}

type listsCmd struct {
	Place
	Out  string `short:"o" help:"File to write, or - for standard output." default:"-"`
	JSON bool   `help:"Print one JSON document." name:"json"`
}

// Run prints the signed lists of what was erased and of who stands.
func (c listsCmd) Run(ctx context.Context, s streams) error {
	return withKept(ctx, c.Place, func(k kept, l lists) error {
		return output(s, c.Out, k.Lists, c.JSON, struct {
			kept
			lists
		}{k, l})
	})
}

func withKept(ctx context.Context, p Place, fn func(kept, lists) error) error {
	h, err := Open(ctx, p, clock.System(), logger(io.Discard))
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	k, l, err := h.keep(ctx)
	if err != nil {
		return err
	}
	return fn(k, l)
}

// output writes a text, or the JSON document in its place, to a file that is not
// there yet or to standard output.
func output(s streams, path, text string, asJSON bool, doc any) error {
	if asJSON {
		b, err := json.MarshalIndent(doc, "", "  ")
		if err != nil {
			return err
		}
		text = string(b) + "\n"
	}
	if path == "-" {
		_, err := io.WriteString(s.out, text)
		return err
	}
	f, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	return errors.Join(err, f.Close())
}

// The ways off the machine, by which their settings are called.
const (
	wayMail = "mail"
	wayDir  = "dir"
)

// keeper takes the newest checkpoint off the machine once a day.
type keeper struct {
	h    *House
	hour int // of the day, in Jakarta
	ways map[string]func(ctx context.Context, k kept, day string) error
	sent *prometheus.CounterVec
}

// daily sends what was not sent today; what failed is tried again at the next call,
// an hour later.
func (k *keeper) daily(ctx context.Context) error {
	now := k.h.Clock.Now().In(clock.Jakarta)
	if now.Hour() < k.hour {
		return nil
	}
	today := strconv.FormatInt(clock.Day(now), 10)
	var errs []error
	for way, send := range k.ways {
		if k.h.setting(ctx, "checkpoint_"+way) == today {
			continue
		}
		errs = append(errs, counted(k.sent, "checkpoint_"+way, k.once(ctx, way, today, now.Format("2006-01-02"), send)))
	}
	return errors.Join(errs...)
}

func (k *keeper) once(ctx context.Context, way, today, date string, send func(context.Context, kept, string) error) error {
	if k.h.setting(ctx, "checkpoint_"+way+"_since") == "" {
		if err := k.h.set(ctx, "checkpoint_"+way+"_since", today); err != nil {
			return err
		}
	}
	what, _, err := k.h.keep(ctx)
	if err != nil {
		return err
	}
	if err := send(ctx, what, date); err != nil {
		return errors.Join(fmt.Errorf("checkpoint by %s: %w", way, err), k.h.set(ctx, "checkpoint_"+way+"_failed", today))
	}
	return k.h.set(ctx, "checkpoint_"+way, today)
}

// counted counts a sending by its outcome.
func counted(sent *prometheus.CounterVec, what string, err error) error {
	outcome := "done"
	if err != nil {
		outcome = "failed"
	}
	sent.WithLabelValues(what, outcome).Inc()
	return err
}

// writeKept writes checkpoint and lists as dated files; each appears whole or not
// at all.
func (h *House) writeKept(dir string) func(context.Context, kept, string) error {
	return func(_ context.Context, k kept, date string) error {
		for ext, text := range map[string]string{"checkpoint": k.Text, "lists": k.Lists} {
			path := filepath.Join(dir, "naungan-"+h.Place.Jurisdiction+"-"+date+"."+ext)
			if err := os.WriteFile(path+".part", []byte(text), 0o600); err != nil {
				return err
			}
			if err := os.Rename(path+".part", path); err != nil {
				return err
			}
		}
		return nil
	}
}

// patience is how many days may pass without a sending before the page says so.
const patience = 2

// sending is how it stands with one way off the machine.
type sending struct {
	Way    string
	Last   int64 // day; 0 never
	Late   bool
	Failed int64 // day of a try that failed and was not made good; 0 none
}

func (h *House) sendings(ctx context.Context) (out []sending) {
	today := clock.Day(h.Clock.Now())
	for _, way := range []string{wayMail, wayDir} {
		since, err := strconv.ParseInt(h.setting(ctx, "checkpoint_"+way+"_since"), 10, 64)
		if err != nil {
			continue // was never set up
		}
		last, _ := strconv.ParseInt(h.setting(ctx, "checkpoint_"+way), 10, 64)
		failed, _ := strconv.ParseInt(h.setting(ctx, "checkpoint_"+way+"_failed"), 10, 64)
		if failed <= last {
			failed = 0
		}
		out = append(out, sending{way, last, today-max(since, last) >= patience, failed})
	}
	return out
}

// keepRoutes show what is to be kept outside.
func (h *House) keepRoutes() []web.Route {
	return []web.Route{{Pattern: "GET /lainnya/catatan", Door: web.Staff, Action: "access.matrix", Do: func(c *web.Ctx) error {
		if err := h.Policy.Check(c.Who(), "access.matrix", access.Resource{Room: "access"}); err != nil {
			return err
		}
		k, err := h.Audit.Newest(c.R.Context())
		if err != nil {
			return err
		}
		if k.Text == "" {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		return c.Page(c.P.T("keep.title"), keepPage(k, h.sendings(c.R.Context())))
	}}}
}
