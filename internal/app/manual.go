package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/naungan/naungan/internal/directory"
	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/manual/book"
	"github.com/naungan/naungan/protocol"
)

type manualCmd struct {
	Check   manualCheckCmd   `cmd:"" help:"Name every problem of a manual, with its line and what to do."`
	Booklet manualBookletCmd `cmd:"" help:"Write a manual as a book: PDF to print, HTML to read."`
}

type manualCheckCmd struct {
	File string `arg:"" optional:"" default:"default" help:"Manual (YAML), - for standard input, or default: the one in the program."`
	JSON bool   `name:"json" help:"Print one JSON document."`
}

// checked is the answer of manual check.
type checked struct {
	OK       bool               `json:"ok"`
	Steps    int                `json:"steps"`
	Problems []protocol.Problem `json:"problems"`
}

// Run answers whether a manual may be used: warnings do not forbid it.
func (c manualCheckCmd) Run(s streams) error {
	m, problems, err := readManual(c.File, s.in)
	if err != nil {
		return err
	}
	answer := checked{OK: !faulty(problems), Problems: problems}
	if m != nil {
		answer.Steps = len(m.Steps)
	}
	if c.JSON {
		if answer.Problems == nil {
			answer.Problems = []protocol.Problem{}
		}
		err = printJSON(s.out, answer)
	} else {
		err = say(s.out, c.File, answer)
	}
	if err == nil && !answer.OK {
		return errNo
	}
	return err
}

// say writes an answer for people: a line for each problem, one for the whole.
func say(w io.Writer, file string, a checked) error {
	printProblems(w, file, a.Problems)
	end := "may be used"
	if !a.OK {
		end = "may not be used: mend the errors above"
	}
	_, err := fmt.Fprintf(w, "%s: %d steps, %d problems; it %s\n", file, a.Steps, len(a.Problems), end)
	return err
}

func printProblems(w io.Writer, file string, list []protocol.Problem) {
	for _, p := range list {
		_, _ = fmt.Fprintf(w, "%s:%d:%d: %s: %s (%s)\n", file, p.Line, p.Column, p.Severity, p.Message, p.Hint)
	}
}

func faulty(list []protocol.Problem) bool {
	for _, p := range list {
		if p.Severity == "error" {
			return true
		}
	}
	return false
}

// readManual reads a manual and everything that is wrong in it; one that cannot be
// read at all is nil. The error is of the file, not of what it says.
func readManual(name string, in io.Reader) (*protocol.Manual, []protocol.Problem, error) {
	if name == "default" {
		m, _, err := manual.Default()
		if err != nil {
			return nil, nil, err
		}
		return m, protocol.Check(m), nil
	}
	text, err := manualFile(name, in)
	if err != nil {
		return nil, nil, err
	}
	m, err := protocol.Parse(bytes.NewReader(text))
	if err != nil {
		return nil, protocol.Problems(err), nil
	}
	return m, protocol.Check(m), nil
}

// manualFile reads no more than one byte beyond what a manual may have, so that
// Parse says that it is too large.
func manualFile(name string, in io.Reader) ([]byte, error) {
	if name != "-" {
		f, err := os.Open(filepath.Clean(name))
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	return io.ReadAll(io.LimitReader(in, protocol.MaxManual+1))
}

type manualBookletCmd struct {
	File string `arg:"" optional:"" default:"default" help:"Manual (YAML), - for standard input, or default: the one in the program."`
	Out  string `short:"o" required:"" help:"File to write: .pdf to print, .html to read on a screen or with a screen reader."`
	Lang string `enum:"id,en" default:"id" help:"Language: id or en."`
}

// Validate refuses a file whose name does not say which edition is meant.
func (c manualBookletCmd) Validate() error {
	if c.edition() == nil {
		return errors.New("-o: the name ends in .pdf or .html")
	}
	return nil
}

func (c manualBookletCmd) edition() func(io.Writer, *protocol.Manual, book.Options) error {
	switch strings.ToLower(filepath.Ext(c.Out)) {
	case ".pdf":
		return book.PDF
	case ".html", ".htm":
		return book.HTML
	}
	return nil
}

// Run writes the book. A manual with errors makes none: people would work by it.
func (c manualBookletCmd) Run(s streams) error {
	m, problems, err := readManual(c.File, s.in)
	if err != nil {
		return err
	}
	if faulty(problems) {
		printProblems(s.err, c.File, problems)
		_, _ = fmt.Fprintf(s.err, "naungan: %s has errors, so no book was written; mend them and try again\n", c.File)
		return errNo
	}
	var b bytes.Buffer // a book that fails leaves no half file
	if err := c.edition()(&b, m, book.Options{Lang: c.Lang, Contacts: bookNumbers(directory.Defaults().Numbers, c.Lang)}); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Clean(c.Out), b.Bytes(), 0o644); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(s.err, "%s written: manual %s %s, %d steps\n", c.Out, m.Protocol.ID, m.Protocol.Version, len(m.Steps))
	return nil
}

// bookNumbers are the numbers to call that have been checked.
func bookNumbers(numbers []directory.Number, lang string) (out []book.Contact) {
	for _, n := range numbers {
		if n.Verified {
			out = append(out, book.Contact{Name: n.Name.In(lang), Number: n.Shown})
		}
	}
	return out
}
