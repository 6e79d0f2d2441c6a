// Command conformance compiles the recorded conversions of a corpus and says how many come out as recorded.
//
//	go run ./xlsform/conformance -corpus ../shared/data/xlsform/corpus.jsonl [-o docs/xlsform-conformance.md] [-run REGEXP] [-diff N] [-list]
//
// A conversion is right when its canonical XML equals the recorded one, or when all that the recorded test checked holds. An error
// case is right when the form is rejected for the same cause (causes.go), in the same row where the record names one. What differs
// on purpose stands with its reason in reasons.txt. Exit status: 0 when the bar of [Bar] is met, 1 when not, 2 wrong usage.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("conformance", flag.ContinueOnError)
	flags.SetOutput(errs)
	corpus := flags.String("corpus", "", "recorded conversions, one JSON object a line")
	file := flags.String("o", "", "write the report there as Markdown")
	only := flags.String("run", "", "only tests whose name matches")
	diff := flags.Int("diff", 0, "show the difference of so many cases that are not right")
	list := flags.Bool("list", false, "list every case with its outcome")
	if flags.Parse(args) != nil || *corpus == "" {
		return 2
	}
	match, err := regexp.Compile(*only)
	if err != nil {
		_, _ = fmt.Fprintln(errs, err)
		return 2
	}
	results, err := judge(context.Background(), *corpus, match)
	if err != nil {
		_, _ = fmt.Fprintln(errs, err)
		return 1
	}
	if *list {
		for _, r := range results {
			_, _ = fmt.Fprintf(out, "%-9s %s (line %d)%s\n", r.Outcome, r.Case.Test, r.Case.Line, indent(r.Why))
		}
	}
	showDiffs(out, results, *diff)
	t := total(results)
	t.summary(out)
	if *file != "" {
		var b bytes.Buffer
		report(&b, results)
		if err := os.WriteFile(*file, b.Bytes(), 0o644); err != nil {
			_, _ = fmt.Fprintln(errs, err)
			return 1
		}
	}
	if short := t.short(); short != "" {
		_, _ = fmt.Fprintln(errs, short)
		return 1
	}
	return 0
}

// judge reads the corpus and judges every case whose name matches.
func judge(ctx context.Context, corpus string, match *regexp.Regexp) ([]Result, error) {
	f, err := os.Open(corpus)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	cases, err := readCorpus(f)
	if err != nil {
		return nil, err
	}
	var out []Result
	for _, c := range cases {
		if match.MatchString(c.Test) {
			out = append(out, c.Judge(ctx))
		}
	}
	return out, nil
}
