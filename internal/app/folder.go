package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// maxSpool bounds how many reports wait in the spool: with texts capped at 4 KiB
// that is at most 64 MB.
const maxSpool = 4000

// folder is the report room's spool: a file a report.
type folder struct {
	dir string
	n   atomic.Int64
}

// newFolder returns the spool in a folder, which is made when the first report comes.
func newFolder(dir string) *folder {
	f := &folder{dir: dir}
	f.n.Store(int64(len(f.Names())))
	return f
}

const spoolSuffix = ".report"

func (f *folder) path(name string) string {
	return filepath.Join(f.dir, filepath.Base(name)+spoolSuffix)
}

// Room tells whether one more fits.
func (f *folder) Room() bool { return f.n.Load() < maxSpool }

// Names lists what is kept.
func (f *folder) Names() (out []string) {
	list, _ := filepath.Glob(filepath.Join(f.dir, "*"+spoolSuffix)) // the pattern is well formed
	for _, p := range list {
		out = append(out, strings.TrimSuffix(filepath.Base(p), spoolSuffix))
	}
	return out
}

// Get reads one.
func (f *folder) Get(name string) ([]byte, error) { return os.ReadFile(f.path(name)) }

// Remove takes one away.
func (f *folder) Remove(name string) error {
	err := os.Remove(f.path(name))
	if err == nil {
		f.n.Add(-1)
	}
	return err
}

// Put writes a file that is there whole and durable, or not at all.
func (f *folder) Put(name string, text []byte) error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	if _, err := os.Stat(f.path(name)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	part, err := os.CreateTemp(f.dir, ".part-*")
	if err != nil {
		return err
	}
	_, err = part.Write(text)
	err = errors.Join(err, part.Sync(), part.Close())
	if err == nil {
		err = os.Rename(part.Name(), f.path(name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	f.n.Add(1)
	d, err := os.Open(f.dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
