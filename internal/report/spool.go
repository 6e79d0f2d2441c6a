package report

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"

	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/report/internal/store"
)

// ErrNotKept says that there is no room for a report: it is not stored.
var ErrNotKept = fault.New(fault.Busy, "report.not_kept_text")

// Spool keeps sealed reports outside the database while it cannot take them: the
// disk is nearly full, or a commit failed. app gives it a folder.
type Spool interface {
	// Room tells whether one more fits.
	Room() bool
	// Put keeps a text durably under a name; the same name again changes nothing.
	Put(name string, text []byte) error
	// Names lists what is kept, in no order.
	Names() []string
	Get(name string) ([]byte, error)
	Remove(name string) error
}

// spooled is a sealed report on its way to the database.
type spooled struct {
	Row store.InsertHeadParams
	Sub Submission
}

// name is the lookup id of the report's code: the same report twice is one file.
func (r spooled) name() string { return hex.EncodeToString(r.Sub.Lookup) }

// spool keeps a sealed report, or ErrNotKept.
func (s *Service) spool(r spooled) error {
	if !s.spools() {
		return ErrNotKept
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return s.Spool.Put(r.name(), text)
}

func (s *Service) spools() bool { return s.Spool != nil && s.Spool.Room() }

// Drain moves what the spool holds into the database and returns how many were
// moved: a job. What cannot be stored or read stays, and its fault is returned.
func (s *Service) Drain(ctx context.Context) (moved int, err error) {
	if s.Spool == nil {
		return 0, nil
	}
	for _, name := range s.Spool.Names() {
		if one := s.drain(ctx, name); one != nil {
			err = errors.Join(err, one)
			continue
		}
		moved++
	}
	return moved, err
}

func (s *Service) drain(ctx context.Context, name string) error {
	text, err := s.Spool.Get(name)
	if err != nil {
		return err
	}
	var r spooled
	if err := json.Unmarshal(text, &r); err != nil || r.name() != name {
		return errors.New("report: no report in the spool: " + name)
	}
	if _, err := s.store(ctx, audit.System("public"), r.Sub, r.Row); err != nil && !errors.Is(err, ErrOther) {
		return err
	}
	return s.Spool.Remove(name)
}

// Spooled returns how many reports wait in the spool.
func (s *Service) Spooled() int {
	if s.Spool == nil {
		return 0
	}
	return len(s.Spool.Names())
}
