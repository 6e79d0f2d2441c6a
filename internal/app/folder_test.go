package app

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	reportweb "github.com/naungan/naungan/internal/report/web"
)

func TestSpaceLooksAtBothDisks(t *testing.T) {
	const much, few, none = 1 << 40, 100 << 20, 1 << 20
	for _, c := range []struct {
		database, spool uint64
		room            bool
		want            reportweb.Space
	}{
		{much, much, true, reportweb.Roomy},
		{much, none, false, reportweb.Roomy}, // the database takes them all
		{300 << 20, much, true, reportweb.Tight},
		{few, few, true, reportweb.Spare}, // one disk
		{few, few, false, reportweb.Full},
		{none, none, true, reportweb.Full},
		{none, much, true, reportweb.Spare}, // the spool lies on another disk
		{few, none, true, reportweb.Full},
	} {
		if got := spaceFor(c.database, c.spool, c.room); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	dir := t.TempDir()
	if freeAt(filepath.Join(dir, "not", "there")) == math.MaxUint64 {
		t.Error("a folder that is not there yet is not measured where it will be")
	}
	p := Place{Data: dir, Database: "sqlite:/elsewhere/naungan.db"}
	if p.base() != "/elsewhere" || p.spool() != filepath.Join(dir, "spool") || (Place{Data: dir, Database: "postgres://x"}).base() != dir {
		t.Errorf("%s, %s", p.base(), p.spool())
	}
}

func TestFolderKeepsWholeFilesOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	f := newFolder(dir)
	for _, text := range []string{"satu", "dua"} { // the second changes nothing
		if err := f.Put("abc", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, ".part-1"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	f = newFolder(dir) // as after a restart
	if names := f.Names(); !slices.Equal(names, []string{"abc"}) || f.n.Load() != 1 {
		t.Fatalf("%v, counted %d", names, f.n.Load())
	}
	if text, err := f.Get("abc"); err != nil || string(text) != "satu" {
		t.Errorf("%q %v", text, err)
	}
	if err := f.Remove("abc"); err != nil || len(f.Names()) != 0 || f.n.Load() != 0 {
		t.Errorf("%v %v", err, f.Names())
	}
	f.n.Store(maxSpool)
	if f.Room() {
		t.Error("room in a full spool")
	}
}
