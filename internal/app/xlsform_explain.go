package app

import (
	"fmt"
	"io"
	"strings"

	"github.com/naungan/naungan/xlsform"
)

type xlsformExplainCmd struct {
	Code string `arg:"" optional:"" help:"A code as it stands behind a message; without one, the reference of all (docs/xlsform-errors.md)."`
	JSON bool   `name:"json" help:"Print one JSON document."`
}

// explained is a code as JSON.
type explained struct {
	Code     string           `json:"code"`
	Severity xlsform.Severity `json:"severity"`
	ID       explainedWords   `json:"id"`
	EN       explainedWords   `json:"en"`
}

type explainedWords struct {
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// Run writes the reference, or what it says of one code.
func (c xlsformExplainCmd) Run(s streams) error {
	list := xlsform.Explanations()
	if c.Code != "" {
		list = only(list, c.Code)
	}
	switch {
	case c.Code != "" && len(list) == 0:
		_, _ = fmt.Fprintf(s.err, "naungan: no such code: %s; naungan xlsform explain lists them all\n", c.Code)
		return errNo
	case c.JSON:
		return printJSON(s.out, explain(list))
	case c.Code == "":
		return xlsformReference(s.out, list)
	}
	return explainOne(s.out, list[0])
}

func only(list []xlsform.Explanation, code string) []xlsform.Explanation {
	for _, e := range list {
		if e.Code == code {
			return []xlsform.Explanation{e}
		}
	}
	return nil
}

func explain(list []xlsform.Explanation) []explained {
	out := make([]explained, 0, len(list))
	for _, e := range list {
		out = append(out, explained{e.Code, e.Severity, explainedWords(e.Bahasa), explainedWords(e.English)})
	}
	return out
}

// xlsformReference writes all codes as Markdown, errors first: docs/xlsform-errors.md is made by it.
func xlsformReference(w io.Writer, list []xlsform.Explanation) error {
	if _, err := fmt.Fprintf(w, "%s\n", xlsformReferenceHead); err != nil {
		return err
	}
	for _, part := range []struct {
		severity xlsform.Severity
		title    string
	}{{xlsform.Error, "Kesalahan (errors)"}, {xlsform.Warning, "Peringatan (warnings)"}} {
		if _, err := fmt.Fprintf(w, "\n## %s\n", part.title); err != nil {
			return err
		}
		for _, e := range list {
			if e.Severity != part.severity {
				continue
			}
			if err := explainOne(w, e); err != nil {
				return err
			}
		}
	}
	return nil
}

const xlsformReferenceHead = `<!-- Written by naungan xlsform explain (make generate); do not edit. -->
# Pesan pemeriksa XLSForm (messages of the XLSForm compiler)

Tiap pesan menyebut lembar, baris, sel, apa yang ditemukan, dan cara memperbaikinya. Kode di bawah tetap sama antarversi. Isi dalam
{kurung} diganti dengan yang ada pada borang. *(Each message names sheet, row, cell, what was found and how to mend it. The codes stay
the same from version to version. What stands in {braces} is filled from the form.)*

Kesalahan menghentikan pembuatan borang; peringatan tidak. *(With an error no form is made; a warning does not prevent it.)*`

// explainOne writes a code with its words; braces are shown as code, so that no Markdown reader takes < or * in them for its own.
func explainOne(w io.Writer, e xlsform.Explanation) error {
	_, err := fmt.Fprintf(w, "\n### %s\n\n- **id** %s\n  *%s*\n- **en** %s\n  *%s*\n", e.Code,
		marked(e.Bahasa.Message), marked(e.Bahasa.Hint), marked(e.English.Message), marked(e.English.Hint))
	return err
}

var marks = strings.NewReplacer(`*`, `\*`, `_`, `\_`, `<`, `\<`, "\n", " ")

func marked(s string) string { return marks.Replace(s) }
