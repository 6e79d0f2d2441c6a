package app

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

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
