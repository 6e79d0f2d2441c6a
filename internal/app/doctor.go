package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/ui"
)

type doctorCmd struct {
	Place
	JSON bool `help:"Print one JSON document." name:"json"`
}

// finding is one thing doctor looked at. Grave ones forbid real use.
type finding struct {
	OK      bool   `json:"ok"`
	Grave   bool   `json:"grave"`
	What    string `json:"what"`
	Mending string `json:"mending,omitempty"`
}

// String says a finding in a line, and how to mend it in a second one.
func (f finding) String() string {
	switch {
	case f.OK:
		return "yes  " + f.What
	case f.Grave:
		return "NO   " + f.What + f.mend()
	}
	return "no   " + f.What + f.mend()
}

func (f finding) mend() string {
	if f.Mending == "" {
		return ""
	}
	return "\n     → " + f.Mending
}

// Run says what is wrong and how to mend it; the exit status is 1 where real use
// is unsafe.
func (c doctorCmd) Run(ctx context.Context, s streams) error {
	h, err := Open(ctx, c.Place, clock.System(), logger(io.Discard))
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	list, err := h.examine(ctx)
	if err != nil {
		return err
	}
	ok := true
	for _, f := range list {
		ok = ok && (f.OK || !f.Grave)
	}
	if c.JSON {
		err = printJSON(s.out, map[string]any{"ok": ok, "findings": list})
	} else {
		err = printFindings(s.out, list, ok)
	}
	if err == nil && !ok {
		return errNo
	}
	return err
}

func printFindings(w io.Writer, list []finding, ok bool) error {
	if _, err := fmt.Fprintln(w, "Is it so? (NO: unsafe until mended)"); err != nil {
		return err
	}
	for _, f := range list {
		if _, err := fmt.Fprintln(w, f); err != nil {
			return err
		}
	}
	answer := "This installation can be used."
	if !ok {
		answer = "Do not use this installation for real reports yet."
	}
	_, err := fmt.Fprintln(w, "\n"+answer)
	return err
}

// examine looks at everything in one go.
func (h *House) examine(ctx context.Context) (list []finding, err error) {
	add := func(ok, grave bool, what, mending string) { list = append(list, finding{ok, grave, what, mending}) }
	add(!h.Demo, true, "the data is real, not a demo", "a demo stays a demo; begin a new folder with naungan init")
	add(!h.KeyBeside, false, "the machine key lies apart from the data", "move machine.key to another medium and give --machine-key; until then a thief of this computer can read everything")
	add(ui.Built(), false, "styles and scripts are built", "run make build on a machine with Node")
	add(h.setting(ctx, "backup_recipient") != "", true, "backups have a recipient", "run naungan init in a new folder, or give backup --recipient")
	for _, disk := range []struct{ what, dir string }{{"database", h.Place.base()}, {"spool", h.Place.spool()}} {
		add(freeAt(disk.dir) >= tight, false, "the disk of the "+disk.what+" has room ("+disk.dir+")", "free space: near full, public texts are cut, then refused with the numbers to call")
	}
	waiting := h.Reports.Spooled()
	add(waiting == 0, false, fmt.Sprintf("%d sealed reports wait outside the database", waiting), "they move in by themselves every minute while naungan serve runs and the disk has room; see its log")
	list = append(list, h.examineSendings(ctx)...)
	r, err := h.Verify(ctx)
	if err != nil {
		return nil, err
	}
	what := "the audit log holds"
	if r.Break != nil {
		what = "the audit log is broken: " + r.Break.What
	}
	add(r.OK, true, what, "keep the machine as it is and call whoever holds the checkpoints")
	n, failed, err := h.Events.Waiting(ctx)
	if err != nil {
		return nil, err
	}
	add(failed == 0, false, fmt.Sprintf("%d events wait, %d of them failed before", n, failed), "see the log; they are tried again by themselves")
	return h.examineTeams(ctx, list)
}

// examineSendings looks at how checkpoints leave the machine.
func (h *House) examineSendings(ctx context.Context) (list []finding) {
	all := h.sendings(ctx)
	if len(all) == 0 {
		return []finding{{What: "checkpoints leave this machine by themselves", Mending: "serve with --checkpoint-mail or --checkpoint-dir; until then print or copy one daily (naungan audit checkpoint)"}}
	}
	for _, s := range all {
		f := finding{OK: !s.Late && s.Failed == 0, What: "checkpoints leave this machine by " + s.Way, Mending: "see the log of naungan serve: mail server and address, or the mounted folder; it tries again every hour"}
		if s.Last > 0 {
			f.What += ", the last one on " + clock.OfDay(s.Last).Format(time.DateOnly)
		} else {
			f.What += ", none so far"
		}
		if s.Failed > 0 {
			f.What += "; sending failed on " + clock.OfDay(s.Failed).Format(time.DateOnly)
		}
		list = append(list, f)
	}
	return list
}

// examineTeams looks at people and teams, in the order in which what is missing can
// be mended: who signs, who reviews, who receives, who can open, who is on duty.
func (h *House) examineTeams(ctx context.Context, list []finding) ([]finding, error) {
	add := func(ok, grave bool, what, mending string) { list = append(list, finding{ok, grave, what, mending}) }
	root, err := h.Access.RootFingerprint(ctx)
	if err != nil {
		return nil, err
	}
	teams, err := h.Access.Teams(ctx)
	if err != nil {
		return nil, err
	}
	receivers, err := h.Access.Receivers(ctx)
	if err != nil {
		return nil, err
	}
	have, byID := map[access.TeamKind]int{}, map[string]access.Team{}
	for _, t := range teams {
		have[t.Kind]++
		byID[t.ID] = t
	}
	desk, oversight := access.Team{}, access.Team{}
	for _, r := range receivers {
		if r.Kind == access.Desk {
			desk = byID[r.Team]
		} else {
			oversight = byID[r.Team]
		}
	}
	what := "the first enrolment officer has keys"
	if root != "" {
		what += "; root fingerprint " + root
	}
	add(root != "", true, what, "the officer opens the link that init printed and sets a password")
	add(have[access.Review] > 0 || desk.Reviewer != "", true, "there is a review team outside the desk", "the enrolment officer makes a team of kind review")
	add(oversight.ID != "", true, "there is an independent oversight team", "the enrolment officer makes a team of kind oversight; reports about officials go there")
	add(desk.ID != "", true, "there is a receiving desk", "the enrolment officer makes a team of kind desk and names its review team")
	add(desk.Reviewer != "", true, called("the receiving desk", desk)+" has a review team", "the enrolment officer names one (Lainnya → Ubah tim)")
	for _, t := range []struct {
		word string
		access.Team
	}{{"the receiving desk", desk}, {"the oversight team", oversight}} {
		ways := 0
		if t.ID != "" {
			if ways, err = h.Access.WaysIn(ctx, t.ID); err != nil {
				return nil, err
			}
		}
		add(ways >= access.WaysNeeded, true, fmt.Sprintf("%s has %d independent ways in, %d are needed", called(t.word, t.Team), ways, access.WaysNeeded), "add a second member, or print a team kit and lock it away (Lainnya → tim)")
	}
	duty := false
	for _, at := range []time.Duration{0, 24 * time.Hour} {
		if desk.ID == "" || duty {
			break
		}
		if _, duty, err = h.Reports.OnDuty(ctx, desk.ID, h.Clock.Now().Add(at)); err != nil {
			return nil, err
		}
	}
	add(duty, true, called("the receiving desk", desk)+" has somebody on duty today or tomorrow", "set the roster (Aduan → jadwal piket)")
	add(have[access.Cases] > 0, false, "there is a case team", "the enrolment officer makes a team of kind case")
	return list, nil
}

// called names a team by what it does and by its name where it has one.
func called(word string, t access.Team) string {
	if t.ID == "" {
		return word
	}
	return fmt.Sprintf("%s %q", word, t.Name)
}
