package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/seal"
)

type initCmd struct {
	Place
	Admin     string `help:"Sign-in name of the administrator, who can read nothing." default:"admin"`
	Officer   string `help:"Sign-in name of the first enrolment officer." default:"petugas"`
	PublicURL string `help:"Address as people type it; the links are printed with it." name:"public-url"`
	JSON      bool   `help:"Print one JSON document." name:"json"`
}

// founded is what init prints once and keeps nowhere.
type founded struct {
	MachineKey string            `json:"machine_key"`
	BackupKey  string            `json:"backup_identity"`
	Links      map[string]string `json:"links"`
	Verifier   string            `json:"log_verifier"`
}

// Run makes the machine key, the backup recipient, the log, the administrator and
// the first enrolment officer.
func (c initCmd) Run(ctx context.Context, s streams) error {
	h, f, err := found(ctx, c.Place, clock.System(), s)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	f.Links = map[string]string{}
	for name, role := range map[string]access.Role{c.Admin: access.Administrator, c.Officer: access.EnrolmentOfficer} {
		_, token, err := h.Access.Invite(ctx, audit.System("init"), name, role)
		if err != nil {
			return err
		}
		f.Links[name] = strings.TrimSuffix(c.PublicURL, "/") + "/masuk/undangan/" + token
	}
	if c.JSON {
		return printJSON(s.out, f)
	}
	_, err = fmt.Fprintf(s.out, `Naungan is set up in %s.

Print this page, lock it away, then clear the screen. Nothing below is kept.

Machine key (move the file to another medium, or type it at start):
  %s
Key that opens backups (never on this computer):
  %s
Log verifier (give it to whoever checks the log):
  %s

Open these links within 72 hours, each by its own person%s:
  %s: %s
  %s: %s

The root fingerprint of the roster is made when %s opens the link and sets a
password: the page shows it, and so do the page "Orang dan tim" and naungan doctor.
Print it then and compare it with this installation from time to time.

Next: naungan doctor%s
`, c.Data, f.MachineKey, f.BackupKey, f.Verifier, c.addressHint(), c.Admin, f.Links[c.Admin], c.Officer, f.Links[c.Officer], c.Officer, c.flags())
	return err
}

// addressHint says what to put in front of the links where init was not told.
func (c initCmd) addressHint() string {
	if c.PublicURL != "" {
		return ""
	}
	return " (put your address in\nfront, such as https://naungan.example)"
}

// flags returns the flags that say where this installation is, for the next command.
func (p Place) flags() (out string) {
	for _, f := range [][2]string{{"--data", p.Data}, {"--database", p.Database}, {"--machine-key", p.MachineKey}} {
		if f[1] != "" {
			out += " " + f[0] + " " + quoted(f[1])
		}
	}
	if p.Jurisdiction != "jkb" {
		out += " --jurisdiction " + quoted(p.Jurisdiction)
	}
	return out
}

// quoted puts a word into quotes where a shell would cut it.
func quoted(word string) string {
	if strings.ContainsAny(word, " \t\"'$&|;<>()*?`\\") {
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return word
}

// found makes an empty installation: key file, database, backup recipient.
func found(ctx context.Context, p Place, c clock.Clock, s streams) (h *House, f founded, err error) {
	if err := os.MkdirAll(p.Data, 0o700); err != nil {
		return nil, f, err
	}
	path, _ := p.keyFile()
	if path == "-" {
		return nil, f, errors.New("init writes a new key: give --machine-key a file, best on another medium")
	}
	if exists(path) || exists(filepath.Join(p.Data, "naungan.db")) {
		return nil, f, fmt.Errorf("%s is not empty; nothing was changed", p.Data)
	}
	key := seal.NewMachineKey()
	if err := os.WriteFile(path, []byte(key.Text()+"\n"), 0o600); err != nil {
		return nil, f, err
	}
	if h, err = Open(ctx, p, c, logger(s.err)); err != nil {
		return nil, f, err
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, f, err
	}
	f = founded{MachineKey: key.Text(), BackupKey: identity.String(), Verifier: h.Audit.Verifier()}
	return h, f, h.set(ctx, "backup_recipient", identity.Recipient().String())
}
