//go:build browser

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/naungan/naungan/xlsform"
)

// unloadable are cases whose form is as its author wrote it and which ODK's engine 0.22 does not load, the recorded XML as little
// as ours: an expression with <>, which XPath does not know, among them.
var unloadable = regexp.MustCompile(`test_area\.|test_media_from_reference__translated|test_instance_expression__permutations|test_validate_unicode_exception\.`)

type loaded struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Error string `json:"error"`
}

// TestEveryFormLoads loads our sample forms and, where the corpus is, all its valid forms with @getodk/xforms-engine under Node.
func TestEveryFormLoads(t *testing.T) {
	var in bytes.Buffer
	forms := samples(t, &in)
	if _, err := os.Stat(corpusFile); err == nil {
		for _, c := range corpus(t) {
			if xml, _, found, err := c.compile(t.Context()); err == nil && xml != "" && len(found.Errors()) == 0 {
				forms++
				put(t, &in, c.Test, xml)
			}
		}
	}
	put(t, &in, "broken", `<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head/></h:html>`)
	answers := engine(t, &in)
	if len(answers) != forms+1 {
		t.Fatalf("%d answers for %d forms", len(answers), forms+1)
	}
	for _, a := range answers {
		if want := a.Name != "broken"; a.OK != want && !unloadable.MatchString(a.Name) {
			t.Errorf("%s: loads = %v: %s", a.Name, a.OK, a.Error)
		}
	}
}

// samples compiles the forms of xlsform/testdata that have no faults on purpose.
func samples(t *testing.T, in io.Writer) (n int) {
	t.Helper()
	files, err := filepath.Glob("../testdata/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if filepath.Base(name) == "salah.md" {
			continue
		}
		n++
		put(t, in, name, compiled(t, name))
	}
	if n < 2 {
		t.Fatalf("only %d sample forms", n)
	}
	return n
}

func compiled(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	form, found, err := xlsform.Compile(context.Background(), xlsform.Source{Name: name, Reader: f}, xlsform.Options{})
	if err != nil || form == nil {
		t.Fatalf("%s: %v %v", name, err, told(found))
	}
	var xml bytes.Buffer
	if err := form.WriteXForm(&xml); err != nil {
		t.Fatal(err)
	}
	return xml.String()
}

func put(t *testing.T, w io.Writer, name, xml string) {
	t.Helper()
	if err := json.NewEncoder(w).Encode(map[string]string{"name": name, "xml": xml}); err != nil {
		t.Fatal(err)
	}
}

// engine asks web/oracle/engine.mjs; without Node or the package the test is skipped with a word, in CI it fails.
func engine(t *testing.T, in io.Reader) (out []loaded) {
	t.Helper()
	_, noPackage := os.Stat("../../web/node_modules/@getodk/xforms-engine")
	node, noNode := exec.LookPath("node")
	if noNode != nil || noPackage != nil {
		missing(t, "node or @getodk/xforms-engine is missing: make assets installs it: ", errors.Join(noNode, noPackage))
	}
	cmd := exec.CommandContext(t.Context(), node, "../../web/oracle/engine.mjs")
	cmd.Stdin, cmd.Stderr = in, os.Stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		var a loaded
		if err := d.Decode(&a); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		out = append(out, a)
	}
}
