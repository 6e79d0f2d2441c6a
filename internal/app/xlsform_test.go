package app

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/naungan/naungan/xlsform"
)

const xlsforms = "../../xlsform/testdata/"

func runXlsform(in string, args ...string) (status int, out, errs string) {
	var o, e bytes.Buffer
	status = Main(append([]string{"xlsform"}, args...), strings.NewReader(in), &o, &e)
	return status, o.String(), e.String()
}

func readCompiled(t *testing.T, out string) (a compiled) {
	t.Helper()
	in := json.NewDecoder(strings.NewReader(out))
	in.DisallowUnknownFields()
	if err := in.Decode(&a); err != nil || in.More() {
		t.Fatalf("%v in %q", err, out)
	}
	return a
}

// TestXlsformCheck holds the command to its contract: status, one JSON document, every fault with its place and a hint.
func TestXlsformCheck(t *testing.T) {
	for _, name := range []string{"rumah-tangga.md", "kunjungan.md"} {
		status, out, errs := runXlsform("", "check", xlsforms+name, "--json")
		if a := readCompiled(t, out); status != 0 || !a.OK || len(a.Errors) > 0 || a.Warnings == nil || errs != "" {
			t.Errorf("%s: status %d, %+v, %q", name, status, a, errs)
		}
	}
	bad, err := os.ReadFile(xlsforms + "salah.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tables, _ := strings.Cut(string(bad), "\n\n") // without a name, only tables tell that it is Markdown
	status, out, _ := runXlsform(tables, "check", "-", "--json")
	a := readCompiled(t, out)
	if status != 1 || a.OK || len(a.Errors) < 5 {
		t.Errorf("many faults: status %d, %+v", status, a)
	}
	for _, f := range append(a.Errors, a.Warnings...) {
		if f.Code == "" || f.Message == "" || f.Hint == "" || strings.ContainsAny(f.Message+f.Hint, "{}") && !strings.Contains(f.Message+f.Hint, "${") {
			t.Errorf("%+v does not help", f)
		}
	}
	typo := a.Errors[0]
	if typo.Sheet != "survey" || typo.Column != "type" || typo.Found != "txet" || !strings.Contains(typo.Message+typo.Hint, "text") {
		t.Errorf("the misspelt type: %+v", typo)
	}
}

// TestXlsformSpeaks writes for people in both languages, with the cell.
func TestXlsformSpeaks(t *testing.T) {
	for l, word := range map[string]string{"id": "kesalahan", "en": "errors"} {
		status, out, errs := runXlsform("", "check", xlsforms+"salah.md", "--lang", l)
		if status != 1 || errs != "" || !strings.Contains(out, word) || !regexp.MustCompile(`survey![A-Z]\d+: `).MatchString(out) {
			t.Errorf("%s: status %d, %q, %q", l, status, out, errs)
		}
	}
	for name, env := range map[string]map[string]string{
		"id": {"LANG": "id_ID.UTF-8"}, "en": {"LC_ALL": "en_GB.UTF-8", "LANG": "id_ID.UTF-8"},
	} {
		if got := systemLang(func(k string) string { return env[k] }); got != name {
			t.Errorf("%v speaks %s", env, got)
		}
	}
	if got := systemLang(func(string) string { return "" }); got != "id" {
		t.Errorf("without a language it speaks %s", got)
	}
}

// TestXlsformUnreadable answers for what is no spreadsheet, and for wrong usage.
func TestXlsformUnreadable(t *testing.T) {
	status, out, _ := runXlsform("PK\x03\x04 broken", "check", "-", "--json", "--lang", "en")
	if a := readCompiled(t, out); status != 1 || a.OK || len(a.Errors) != 1 || a.Errors[0].Code != "read-zip" || a.Errors[0].Hint == "" {
		t.Errorf("a broken zip: status %d, %+v", status, a)
	}
	if status, _, errs := runXlsform("", "check", filepath.Join(t.TempDir(), "none.xlsx")); status != 1 || errs == "" {
		t.Errorf("no such file: status %d, %q", status, errs)
	}
	for _, args := range [][]string{{"check"}, {"convert", "a.md", "--json", "-o", "-"}, {"check", "a.md", "--lang", "fr"}} {
		if status, _, errs := runXlsform("", args...); status != 2 || errs == "" {
			t.Errorf("%q: status %d, %q", args, status, errs)
		}
	}
}

// TestXlsformConvert writes the XForm to a file or standard output, itemsets.csv beside it, and nothing of a form with errors.
func TestXlsformConvert(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "out.xml")
	status, out, errs := runXlsform("", "convert", xlsforms+"rumah-tangga.md", "-o", file, "--json")
	text, err := os.ReadFile(file)
	if a := readCompiled(t, out); status != 0 || !a.OK || err != nil || !bytes.Contains(text, []byte(`id="rumah-tangga"`)) {
		t.Errorf("to a file: status %d, %+v, %v, %q, %.80q", status, a, err, errs, text)
	}
	status, out, _ = runXlsform("", "convert", xlsforms+"kunjungan.md", "--name", "pos")
	if status != 0 || !strings.HasPrefix(out, "<?xml") || !strings.Contains(out, "<pos ") {
		t.Errorf("to standard output: status %d, %.200q", status, out)
	}
	external := "| survey |\n| | type | name | label | choice_filter |\n| | text | s | S | |\n| | select_one_external k | q | Q | s=${s} |\n" +
		"| external_choices |\n| | list_name | name | s |\n| | k | a | b |\n"
	status, _, errs = runXlsform(external, "convert", "-", "-o", file)
	sets, err := os.ReadFile(filepath.Join(dir, "itemsets.csv"))
	if status != 0 || err != nil || !bytes.HasPrefix(sets, []byte(`"list_name","name","s"`)) {
		t.Errorf("with itemsets: status %d, %q, %v, %q", status, sets, err, errs)
	}
	before, _ := os.ReadFile(file)
	status, out, errs = runXlsform("", "convert", xlsforms+"salah.md", "-o", file)
	if after, err := os.ReadFile(file); status != 1 || out != "" || errs == "" || err != nil || !bytes.Equal(before, after) {
		t.Errorf("a form with errors: status %d, %q, %v", status, errs, err)
	}
}

// TestXlsformKeepsItsSource: the form that was read is never written over, by whatever name it is called.
func TestXlsformKeepsItsSource(t *testing.T) {
	dir := t.TempDir()
	text, err := os.ReadFile(xlsforms + "kunjungan.md")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "bentuk.md")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{file, filepath.Join(dir, ".", "..", filepath.Base(dir), "bentuk.md")} {
		status, _, errs := runXlsform("", "convert", file, "-o", out, "--lang", "id")
		if status != 1 || !strings.Contains(errs, "formulir yang dibaca") {
			t.Errorf("%s: status %d, %q", out, status, errs)
		}
	}
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, text) {
		t.Error("the source is gone", err)
	}
}

// TestXlsformReference holds docs/xlsform-errors.md to the program's words: make generate writes it.
func TestXlsformReference(t *testing.T) {
	const file = "../../docs/xlsform-errors.md"
	status, out, errs := runXlsform("", "explain")
	if status != 0 || errs != "" {
		t.Fatalf("status %d, %q", status, errs)
	}
	have, err := os.ReadFile(file)
	if err != nil || string(have) != out {
		t.Errorf("%s is stale (%v): run make generate", file, err)
	}
	for _, e := range xlsform.Explanations() {
		if e.Bahasa.Message == e.English.Message || e.Bahasa.Hint == "" || e.English.Hint == "" || !strings.Contains(out, "### "+e.Code+"\n") {
			t.Errorf("%s is not whole: %+v", e.Code, e)
		}
		if status, one, _ := runXlsform("", "explain", e.Code); status != 0 || !strings.Contains(one, marked(e.Bahasa.Message)) {
			t.Errorf("explain %s: status %d, %q", e.Code, status, one)
		}
	}
	if status, _, errs := runXlsform("", "explain", "no-such-code"); status != 1 || errs == "" {
		t.Errorf("an unknown code: status %d, %q", status, errs)
	}
}

// TestXlsformChangeReference holds docs/xlsform-changes.md to the program's words in the same way.
func TestXlsformChangeReference(t *testing.T) {
	const file = "../../docs/xlsform-changes.md"
	status, out, errs := runXlsform("", "explain", "--changes")
	if status != 0 || errs != "" {
		t.Fatalf("status %d, %q", status, errs)
	}
	if have, err := os.ReadFile(file); err != nil || string(have) != out {
		t.Errorf("%s is stale (%v): run make generate", file, err)
	}
	for _, e := range xlsform.ChangeExplanations() {
		hints := e.Bahasa.Hint != "" && e.English.Hint != "" || e.Code == "type" // whose reason says what to do
		if e.Bahasa.Message == e.English.Message || !hints || strings.Count(out, "### "+e.Code+"\n") != 1 {
			t.Errorf("%s is not whole: %+v", e.Code, e)
		}
	}
	if status, one, _ := runXlsform("", "explain", "--changes", "question-removed", "--json"); status != 0 || !strings.Contains(one, `"verdict": "series-broken"`) || strings.Contains(one, "severity") {
		t.Errorf("one change as JSON: status %d, %q", status, one)
	}
}
