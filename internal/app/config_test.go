package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestConfigurationFile holds the names of the file to those of the flags: the
// machine key lands where the file says, and an unknown name is refused.
func TestConfigurationFile(t *testing.T) {
	dir := t.TempDir()
	data, key := filepath.Join(dir, "data"), filepath.Join(dir, "apart.key")
	run := func(config string) (int, string) {
		file := filepath.Join(dir, "config.json")
		if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		errs := &bytes.Buffer{}
		return Main([]string{"init", "--config", file}, nil, &bytes.Buffer{}, errs), errs.String()
	}
	for _, wrong := range []string{`{"data": "` + data + `", "machinekey": "` + key + `"}`, `{"machine_key": "x"}`, `[]`, `{`} {
		if n, said := run(wrong); n != 2 || said == "" {
			t.Errorf("%s: exit status %d, %q", wrong, n, said)
		}
	}
	if exists(data) {
		t.Fatal("a refused configuration made an installation")
	}
	if n, said := run(`{"data": "` + data + `", "machine-key": "` + key + `"}`); n != 0 {
		t.Fatal(n, said)
	}
	if !exists(key) || exists(filepath.Join(data, "machine.key")) {
		t.Error("the machine key is not where the configuration says")
	}
	if n, said := run(`{"data": "` + data + `", "machine-key": "` + key + `"}`); n != 1 || !strings.Contains(said, "not empty") {
		t.Error(n, said)
	}
}
