package app

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func run(in string, args ...string) (status int, out, errs string) {
	var o, e bytes.Buffer
	status = Main(append([]string{"manual"}, args...), strings.NewReader(in), &o, &e)
	return status, o.String(), e.String()
}

// TestManualCheck holds the command to its contract: status, one JSON document,
// problems with line and hint.
func TestManualCheck(t *testing.T) {
	read := func(out string) (a checked) {
		t.Helper()
		if err := json.Unmarshal([]byte(out), &a); err != nil {
			t.Fatalf("%v in %q", err, out)
		}
		return a
	}
	status, out, errs := run("", "check", "default", "--json")
	if a := read(out); status != 0 || !a.OK || a.Steps == 0 || errs != "" {
		t.Errorf("the built-in manual: status %d, %+v, %q", status, a, errs)
	}
	for name, text := range map[string]string{
		"no YAML":      "steps: [",
		"wrong shape":  "steps: 7\n",
		"wrong inside": "stages: [{id: A, title: x}]\nsteps:\n  - {id: A1, stage: B, title: x, actor: R}\n",
		"too large":    "# " + strings.Repeat("x", 5<<20),
	} {
		status, out, _ := run(text, "check", "-", "--json")
		a := read(out)
		if status != 1 || a.OK || len(a.Problems) == 0 {
			t.Errorf("%s: status %d, %+v", name, status, a)
		}
		for _, p := range a.Problems {
			if p.Line < 1 || p.Message == "" || p.Hint == "" || p.Severity == "" {
				t.Errorf("%s: %+v does not help", name, p)
			}
		}
	}
	if status, out, _ := run("steps: []\n", "check", "-"); status != 1 || !strings.Contains(out, "mend") {
		t.Errorf("for people: status %d, %q", status, out)
	}
	if status, _, errs := run("", "check", filepath.Join(t.TempDir(), "none.yaml")); status != 1 || errs == "" {
		t.Errorf("no such file: status %d, %q", status, errs)
	}
}

// TestManualBooklet writes both editions, and none of a manual with errors.
func TestManualBooklet(t *testing.T) {
	dir := t.TempDir()
	for name, begins := range map[string]string{"m.pdf": "%PDF-", "m.html": "<!doctype html>"} {
		file := filepath.Join(dir, name)
		status, out, errs := run("", "booklet", "-o", file, "--lang", "en")
		text, err := os.ReadFile(file)
		if status != 0 || err != nil || out != "" || !strings.HasPrefix(string(text), begins) {
			t.Errorf("%s: status %d, %v, %q, %q, begins %.10q", name, status, err, out, errs, text)
		}
	}
	if status, _, errs := run("", "booklet", "-o", filepath.Join(dir, "m.doc")); status != 2 || !strings.Contains(errs, ".pdf or .html") {
		t.Errorf("a name that says no edition: status %d, %q", status, errs)
	}
	file := filepath.Join(dir, "bad.pdf")
	status, _, errs := run("steps: [{id: A, title: x}]\n", "booklet", "-", "-o", file)
	if _, err := os.Stat(file); status != 1 || !os.IsNotExist(err) || !strings.Contains(errs, "no book was written") {
		t.Errorf("a manual with errors: status %d, %v, %q", status, err, errs)
	}
}
