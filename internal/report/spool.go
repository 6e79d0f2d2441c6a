package report

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/report/internal/store"
)

// MaxSpool bounds how many reports wait in the spool: with texts capped at 4 KiB
// that is at most 64 MB.
const MaxSpool = 4000

// Spool keeps sealed reports as files while the database cannot take them: the
// disk is nearly full, or a commit failed. A file is named by the lookup id of its
// code, so the same report twice is one file. The zero value keeps nothing.
type Spool struct {
	dir string
	n   atomic.Int64
}

// NewSpool returns the spool in a folder, which is made when the first report
// comes.
func NewSpool(dir string) *Spool {
	s := &Spool{dir: dir}
	s.n.Store(int64(len(s.names())))
	return s
}

func (s *Spool) names() []string {
	if s == nil {
		return nil
	}
	list, _ := filepath.Glob(filepath.Join(s.dir, "*.report")) // the pattern is well formed
	return list
}

// Room tells whether one more report fits.
func (s *Spool) Room() bool { return s != nil && s.dir != "" && s.n.Load() < MaxSpool }

// spooled is a sealed report on its way to the database.
type spooled struct {
	Row store.InsertHeadParams
	Sub Submission
}

// put keeps a sealed report durably, or says Busy.
func (s *Spool) put(r spooled) error {
	if !s.Room() {
		return fault.New(fault.Busy, "report.not_kept_text")
	}
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	name := filepath.Join(s.dir, hex.EncodeToString(r.Sub.Lookup)+".report")
	if _, err := os.Stat(name); err == nil {
		return nil
	}
	if err := durably(s.dir, name, text); err != nil {
		return err
	}
	s.n.Add(1)
	return nil
}

// durably writes a file that is there whole, or not at all.
func durably(dir, name string, text []byte) error {
	f, err := os.CreateTemp(dir, ".part-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Drain moves what the spool holds into the database and returns how many were
// moved: a job. A report that cannot be stored stays, and the first fault is
// returned; a file that is no report is left for a human.
func (s *Service) Drain(ctx context.Context) (moved int, err error) {
	for _, name := range s.Spool.names() {
		text, rerr := os.ReadFile(filepath.Clean(name))
		var r spooled
		if rerr = errors.Join(rerr, json.Unmarshal(text, &r)); rerr != nil || !strings.HasPrefix(filepath.Base(name), hex.EncodeToString(r.Sub.Lookup)) {
			err = errors.Join(err, errors.New("report: a file of the spool cannot be read: "+filepath.Base(name)), rerr)
			continue
		}
		if _, serr := s.store(ctx, audit.System("public"), r.Sub, r.Row); serr != nil && !errors.Is(serr, ErrOther) {
			err = errors.Join(err, serr)
			continue
		}
		if rerr := os.Remove(name); rerr != nil {
			return moved, errors.Join(err, rerr)
		}
		s.Spool.n.Add(-1)
		moved++
	}
	return moved, err
}

// Spooled returns how many reports wait in the spool.
func (s *Service) Spooled() int { return len(s.Spool.names()) }
