package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/naungan/naungan/xlsform"
)

// Case is one recorded conversion: what went in, what came out, and what the test that made it checked.
type Case struct {
	Test    string          `json:"test"`
	MD      string          `json:"md"`
	SS      json.RawMessage `json:"ss"`
	Name    string          `json:"name"`
	Errored bool            `json:"errored"`
	XForm   string          `json:"xform"`
	Sets    string          `json:"itemsets"`
	Warned  []string        `json:"warnings"`
	Err     string          `json:"error"`

	Match []string `json:"xml__xpath_match"` // each finds exactly one node
	Exact []exact  `json:"xml__xpath_exact"`
	Count []count  `json:"xml__xpath_count"`

	Contains         []string `json:"xml__contains"`
	Excludes         []string `json:"xml__excludes"`
	ModelContains    []string `json:"model__contains"`
	ModelExcludes    []string `json:"model__excludes"`
	InstanceContains []string `json:"instance__contains"`
	ItextContains    []string `json:"itext__contains"`
	ItextExcludes    []string `json:"itext__excludes"`

	WarningsCount       *int     `json:"warnings_count"`
	WarningsContains    []string `json:"warnings__contains"`
	WarningsNotContains []string `json:"warnings__not_contains"`

	Line int `json:"-"` // in the corpus
}

// exact is an XPath and the set of values it finds.
type exact struct {
	Path string
	Want []string
}

// UnmarshalJSON reads ["path", ["value", …]].
func (e *exact) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &[]any{&e.Path, &e.Want}) }

// count is an XPath and how many nodes it finds.
type count struct {
	Path string
	Want int
}

// UnmarshalJSON reads ["path", 2].
func (c *count) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &[]any{&c.Path, &c.Want}) }

// readCorpus reads one case a line.
func readCorpus(r io.Reader) ([]Case, error) {
	var out []Case
	in := bufio.NewScanner(r)
	in.Buffer(nil, 16<<20)
	for line := 1; in.Scan(); line++ {
		var c Case
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		c.Line = line
		out = append(out, c)
	}
	return out, in.Err()
}

// Module is the file of tests that the case comes from.
func (c Case) Module() string {
	parts := strings.Split(c.Test, ".")
	return strings.TrimPrefix(strings.Join(parts[:max(len(parts)-2, 1)], "."), "tests.")
}

// Short is the test's own name with its class.
func (c Case) Short() string {
	parts := strings.Split(c.Test, ".")
	return strings.Join(parts[max(len(parts)-2, 0):], ".")
}

// compile makes the case's form and its XML; both are empty when there are errors.
func (c Case) compile(ctx context.Context) (xml, itemsets string, found xlsform.Diagnostics, err error) {
	book, err := c.workbook(ctx)
	if err != nil {
		return "", "", nil, err
	}
	opts := xlsform.Options{Name: cmp.Or(c.Name, "test_name")}
	if named(book) {
		opts.Name = "" // the recorded converter lets the settings override the name it was called with
	}
	form, found, err := xlsform.CompileWorkbook(ctx, book, opts)
	if err != nil || form == nil {
		return "", "", found, err
	}
	var x, sets bytes.Buffer
	err = errors.Join(form.WriteXForm(&x), form.WriteItemsets(&sets))
	return x.String(), sets.String(), found, err
}

// named tells whether the settings name the form's root element.
func named(book xlsform.Workbook) bool {
	for _, s := range book.Sheets {
		if strings.EqualFold(s.Name, "settings") && len(s.Rows) > 1 {
			at := slices.IndexFunc(s.Rows[0].Cells, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), "name") })
			return at >= 0 && at < len(s.Rows[1].Cells) && s.Rows[1].Cells[at] != ""
		}
	}
	return false
}

// workbook builds what a spreadsheet reader would give.
func (c Case) workbook(ctx context.Context) (xlsform.Workbook, error) {
	if c.MD == "" && len(c.SS) > 0 {
		return sheets(c.SS)
	}
	src := xlsform.Source{Name: "data.md", Format: xlsform.Markdown, Reader: strings.NewReader(c.MD)}
	return xlsform.ReadWorkbook(ctx, src, xlsform.DefaultLimits)
}

// sheets reads {"survey": [{"type": …}, …], …}: the columns are the keys in the order they first appear.
func sheets(raw json.RawMessage) (book xlsform.Workbook, err error) {
	err = object(raw, func(name string, rows json.RawMessage) error {
		sheet := xlsform.Sheet{Name: name}
		var list []json.RawMessage
		if err := json.Unmarshal(rows, &list); err != nil {
			return err
		}
		var header []string
		at := map[string]int{}
		for i, row := range list {
			cells := xlsform.Row{Number: i + 2}
			err := object(row, func(key string, value json.RawMessage) error {
				if _, known := at[key]; !known {
					at[key] = len(header)
					header = append(header, key)
				}
				for len(cells.Cells) <= at[key] {
					cells.Cells = append(cells.Cells, "")
				}
				cells.Cells[at[key]] = cellText(value)
				return nil
			})
			if err != nil {
				return err
			}
			sheet.Rows = append(sheet.Rows, cells)
		}
		sheet.Rows = append([]xlsform.Row{{Number: 1, Cells: header}}, sheet.Rows...)
		book.Sheets = append(book.Sheets, sheet)
		return nil
	})
	return book, err
}

func cellText(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) == nil {
		return s
	}
	if string(value) == "null" {
		return ""
	}
	return string(value)
}

// object calls f for each member in the order written, which a map would lose.
func object(raw json.RawMessage, f func(key string, value json.RawMessage) error) error {
	in := json.NewDecoder(bytes.NewReader(raw))
	if _, err := in.Token(); err != nil {
		return err
	}
	for in.More() {
		key, err := in.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := in.Decode(&value); err != nil {
			return err
		}
		if err := f(key.(string), value); err != nil {
			return err
		}
	}
	return nil
}
