package main

import (
	"cmp"
	"os"
	"strings"
	"testing"
)

// corpusFile are the recorded conversions, which are no part of the project: NAUNGAN_CORPUS names them, else they are looked for beside
// the checkout.
var corpusFile = cmp.Or(os.Getenv("NAUNGAN_CORPUS"), "../../../shared/data/xlsform/corpus.jsonl")

// corpus reads them. A named file that cannot be read is a failure.
func corpus(t *testing.T) []Case {
	t.Helper()
	f, err := os.Open(corpusFile)
	if err != nil && os.Getenv("NAUNGAN_CORPUS") == "" {
		t.Skip("the recorded conversions are not there: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	cases, err := readCorpus(f)
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// TestTheRecordHolds runs the recorded checks on the recorded XML: each must hold, or the harness misreads one of them.
func TestTheRecordHolds(t *testing.T) {
	ran, same := 0, 0
	for _, c := range corpus(t) {
		if c.XForm == "" {
			continue
		}
		doc, err := parseXML(c.XForm)
		if err != nil {
			t.Fatalf("line %d: %v", c.Line, err)
		}
		n, failed := c.check(doc)
		ran += n
		if len(failed) > 0 {
			t.Errorf("line %d %s: %s", c.Line, c.Test, strings.Join(failed, "\n\t"))
		}
		if again, err := parseXML(c.XForm); err == nil && again.children[0].canonical(false) == doc.children[0].canonical(false) {
			same++
		}
	}
	t.Logf("%d checks on %d forms", ran, same)
	if ran < 1500 || same < 600 {
		t.Errorf("only %d checks on %d forms", ran, same)
	}
}

// TestConformance holds the compiler to the bar.
func TestConformance(t *testing.T) {
	var results []Result
	for _, c := range corpus(t) {
		results = append(results, c.Judge(t.Context()))
	}
	sum := total(results)
	var text, page strings.Builder
	sum.summary(&text)
	t.Log(text.String())
	if short := sum.short(); short != "" {
		t.Error(short)
	}
	for _, r := range results {
		if !r.Right() && r.Reason == "" {
			t.Errorf("line %d %s: %s without a reason in reasons.txt: %s", r.Case.Line, r.Case.Short(), r.Outcome, strings.Join(r.Why, "\n\t"))
		}
	}
	if report(&page, results); page.String() != read(t, "../../docs/xlsform-conformance.md") {
		t.Error("docs/xlsform-conformance.md is stale: go run ./xlsform/conformance -corpus FILE -o docs/xlsform-conformance.md")
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestEveryCauseIsKnown finds a code for every message the record holds, errors and warnings.
func TestEveryCauseIsKnown(t *testing.T) {
	for _, c := range corpus(t) {
		for _, message := range append(c.Warned, c.Err) {
			if message != "" && codesFor(message) == nil {
				t.Errorf("line %d: no code for %q", c.Line, message)
			}
		}
	}
}
