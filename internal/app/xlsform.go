package app

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/xlsform"
)

type xlsformCmd struct {
	Convert xlsformConvertCmd `cmd:"" help:"Make an XForm of an XLSForm."`
	Check   xlsformCheckCmd   `cmd:"" help:"Name everything that is wrong or doubtful in an XLSForm, with its cell and what to do."`
	Explain xlsformExplainCmd `cmd:"" help:"Say what a code means, or write the reference of all codes."`
}

// xlsformIn is the form a command reads and how it speaks of it.
type xlsformIn struct {
	File string `arg:"" name:"in" help:"XLSForm (.xlsx, .csv or .md), or - for standard input."`
	JSON bool   `name:"json" help:"Print one JSON document."`
	Name string `help:"Name of the form's root element, instead of the one in its settings."`
	Lang string `enum:"id,en," default:"" help:"Language of the messages, id or en; default: the system's."`
}

type xlsformCheckCmd struct{ xlsformIn }

type xlsformConvertCmd struct {
	xlsformIn
	Out string `short:"o" help:"File to write; default: standard output, or none with --json. itemsets.csv is written beside it when the form has one."`
}

// flaw is a diagnostic as JSON: row 0 and empty strings where it is about no one row or cell.
type flaw struct {
	Code    string `json:"code"`
	Sheet   string `json:"sheet"`
	Row     int    `json:"row"`
	Column  string `json:"column"`
	Cell    string `json:"cell"`
	Found   string `json:"found"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// compiled is the answer of xlsform check and convert.
type compiled struct {
	OK       bool   `json:"ok"`
	Errors   []flaw `json:"errors"`
	Warnings []flaw `json:"warnings"`
}

// Run answers whether the form may be used: warnings do not forbid it.
func (c xlsformCheckCmd) Run(ctx context.Context, s streams) error {
	_, answer, err := c.compile(ctx, s)
	if err == nil {
		err = c.tell(s.out, answer)
	}
	if err == nil && !answer.OK {
		return errNo
	}
	return err
}

// compile reads and compiles. What is no XLSForm at all is an answer too: one error without a cell.
func (c xlsformIn) compile(ctx context.Context, s streams) (*xlsform.Form, compiled, error) {
	in, name := s.in, ""
	if c.File != "-" {
		f, err := os.Open(filepath.Clean(c.File))
		if err != nil {
			return nil, compiled{}, err
		}
		defer func() { _ = f.Close() }()
		in, name = f, c.File
	}
	form, found, err := xlsform.Compile(ctx, xlsform.Source{Name: name, Reader: in}, xlsform.Options{Name: c.Name})
	answer := compiled{Errors: c.flaws(found.Errors()), Warnings: c.flaws(found.Warnings())}
	if bad, found := errors.AsType[*xlsform.ReadError](err); found {
		answer.Errors, err = append(answer.Errors, flaw{Code: bad.Code, Message: bad.Message(c.lang()), Hint: bad.Hint(c.lang())}), nil
	}
	answer.OK = err == nil && form != nil && len(answer.Errors) == 0
	return form, answer, err
}

func (c xlsformIn) flaws(list xlsform.Diagnostics) []flaw {
	out := make([]flaw, 0, len(list))
	for _, d := range list {
		out = append(out, flaw{d.Code, d.Sheet, d.Row, d.Column, d.Cell, d.Found, d.Message(c.lang()), d.Hint(c.lang())})
	}
	return out
}

// words says a text of ours in the language of the messages.
func (c xlsformIn) words() func(key string, args ...any) string {
	return lang.MustLoad(texts).In(c.lang()).T
}

// lang is the language asked for, else the system's: Indonesian unless it names another.
func (c xlsformIn) lang() string { return cmp.Or(c.Lang, systemLang(os.Getenv)) }

// systemLang follows the order of POSIX: LC_ALL, LC_MESSAGES, LANG. Names like id_ID.UTF-8 and the plain C or POSIX occur.
func systemLang(env func(string) string) string {
	name := cmp.Or(env("LC_ALL"), env("LC_MESSAGES"), env("LANG"))
	if name == "" || name == "C" || name == "POSIX" || strings.HasPrefix(name, "C.") || strings.HasPrefix(name, "id") {
		return "id"
	}
	return "en"
}

// tell writes the answer: one JSON document, or a line and a hint for each flaw and one line for the whole.
func (c xlsformIn) tell(w io.Writer, a compiled) error {
	if c.JSON {
		return printJSON(w, a)
	}
	say := c.words()
	for _, f := range a.Errors {
		c.print(w, say("xlsform.error"), f)
	}
	for _, f := range a.Warnings {
		c.print(w, say("xlsform.warning"), f)
	}
	end := "xlsform.may"
	if !a.OK {
		end = "xlsform.may_not"
	}
	_, err := fmt.Fprintln(w, say("xlsform.sum", "file", c.File, "errors", len(a.Errors), "warnings", len(a.Warnings), "end", say(end)))
	return err
}

func (c xlsformIn) print(w io.Writer, kind string, f flaw) {
	_, _ = fmt.Fprintf(w, "%s: %s: %s\n    %s (%s)\n", c.place(f), kind, f.Message, f.Hint, f.Code)
}

// place is where a flaw is, as people find it in a spreadsheet: file, sheet, cell or row.
func (c xlsformIn) place(f flaw) string {
	at := c.File
	if f.Sheet != "" {
		at += ": " + f.Sheet
	}
	switch {
	case f.Cell != "":
		at += "!" + f.Cell
	case f.Row > 0:
		at += " " + c.words()("xlsform.row", "row", f.Row)
	}
	return at
}

// Run writes the XForm. A form with errors makes none, and a file that is there stays as it was.
func (c xlsformConvertCmd) Run(ctx context.Context, s streams) error {
	form, answer, err := c.compile(ctx, s)
	if err != nil {
		return err
	}
	if answer.OK {
		if err := c.write(form, s); err != nil {
			return err
		}
	}
	to := s.err
	if c.JSON {
		to = s.out
	}
	if err := c.tell(to, answer); err != nil || answer.OK {
		return err
	}
	return errNo
}

// write makes both files in memory first, so that one that fails leaves no half file.
func (c xlsformConvertCmd) write(form *xlsform.Form, s streams) error {
	var xml, sets bytes.Buffer
	if err := errors.Join(form.WriteXForm(&xml), form.WriteItemsets(&sets)); err != nil {
		return err
	}
	if c.Out == "" && c.JSON {
		return nil
	}
	if c.Out == "" || c.Out == "-" {
		_, err := s.out.Write(xml.Bytes())
		if err == nil && sets.Len() > 0 {
			_, err = fmt.Fprintln(s.err, c.words()("xlsform.itemsets"))
		}
		return err
	}
	if err := c.put(c.Out, xml.Bytes(), s.err); err != nil || sets.Len() == 0 {
		return err
	}
	return c.put(filepath.Join(filepath.Dir(c.Out), "itemsets.csv"), sets.Bytes(), s.err)
}

// put writes a file, but never over the form that was read: its source would be gone.
func (c xlsformConvertCmd) put(file string, text []byte, errs io.Writer) error {
	in, err := os.Stat(filepath.Clean(c.File))
	out, none := os.Stat(filepath.Clean(file))
	if err == nil && none == nil && os.SameFile(in, out) {
		return fmt.Errorf("%s", c.words()("xlsform.same", "file", file))
	}
	if err := os.WriteFile(filepath.Clean(file), text, 0o644); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(errs, "%s\n", c.words()("xlsform.written", "file", file))
	return nil
}

// Validate refuses to mix the XForm and the JSON document on standard output.
func (c xlsformConvertCmd) Validate() error {
	if c.JSON && c.Out == "-" {
		return errors.New("--json prints on standard output: give the XForm a file with -o FILE.xml")
	}
	return nil
}
