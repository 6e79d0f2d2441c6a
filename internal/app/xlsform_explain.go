package app

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/naungan/naungan/xlsform"
)

type xlsformExplainCmd struct {
	Code    string `arg:"" optional:"" help:"A code as it stands behind a message; without one, the reference of all (docs/xlsform-errors.md)."`
	Changes bool   `help:"Codes of changes between two versions of a form instead (docs/xlsform-changes.md)."`
	JSON    bool   `name:"json" help:"Print one JSON document."`
}

// explained is a code as JSON: of a fault with its severity, of a change with its verdict.
type explained struct {
	Code     string           `json:"code"`
	Severity xlsform.Severity `json:"severity,omitempty"`
	Verdict  string           `json:"verdict,omitempty"`
	ID       explainedWords   `json:"id"`
	EN       explainedWords   `json:"en"`
}

func (e explained) kind() string { return string(e.Severity) + e.Verdict }

type explainedWords struct {
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// Run writes the reference, or what it says of one code.
func (c xlsformExplainCmd) Run(s streams) error {
	list, page := faultsExplained(), faultReference
	if c.Changes {
		list, page = changesExplained(), changeReference
	}
	if c.Code != "" {
		list = slices.DeleteFunc(list, func(e explained) bool { return e.Code != c.Code })
	}
	switch {
	case c.Code != "" && len(list) == 0:
		_, _ = fmt.Fprintf(s.err, "naungan: no such code: %s; naungan xlsform explain lists them all\n", c.Code)
		return errNo
	case c.JSON:
		return printJSON(s.out, list)
	case c.Code == "":
		return page.write(s.out, list)
	}
	return explainOne(s.out, list[0])
}

func faultsExplained() (out []explained) {
	for _, e := range xlsform.Explanations() {
		out = append(out, explained{Code: e.Code, Severity: e.Severity, ID: explainedWords(e.Bahasa), EN: explainedWords(e.English)})
	}
	return out
}

func changesExplained() (out []explained) {
	for _, e := range xlsform.ChangeExplanations() {
		out = append(out, explained{Code: e.Code, Verdict: e.Verdict.String(), ID: explainedWords(e.Bahasa), EN: explainedWords(e.English)})
	}
	return out
}

// reference is a page of codes: what stands above them, and its parts by kind, the gravest first.
type reference struct {
	head  string
	parts [][2]string // kind and title
}

// write writes all codes as Markdown: docs/xlsform-errors.md and docs/xlsform-changes.md are made by it.
func (r reference) write(w io.Writer, list []explained) error {
	if _, err := fmt.Fprintf(w, "%s\n", r.head); err != nil {
		return err
	}
	for _, part := range r.parts {
		if _, err := fmt.Fprintf(w, "\n## %s\n", part[1]); err != nil {
			return err
		}
		for _, e := range list {
			if e.kind() != part[0] {
				continue
			}
			if err := explainOne(w, e); err != nil {
				return err
			}
		}
	}
	return nil
}

var faultReference = reference{`<!-- Written by naungan xlsform explain (make generate); do not edit. -->
# Pesan pemeriksa XLSForm (messages of the XLSForm compiler)

Tiap pesan menyebut lembar, baris, sel, apa yang ditemukan, dan cara memperbaikinya. Kode di bawah tetap sama antarversi. Isi dalam
{kurung} diganti dengan yang ada pada formulir. *(Each message names sheet, row, cell, what was found and how to mend it. The codes stay
the same from version to version. What stands in {braces} is filled from the form.)*

Kesalahan menghentikan pembuatan formulir; peringatan tidak. *(With an error no form is made; a warning does not prevent it.)*`, [][2]string{{"error", "Kesalahan (errors)"}, {"warning", "Peringatan (warnings)"}}}

var changeReference = reference{`<!-- Written by naungan xlsform explain --changes (make generate); do not edit. -->
# Perubahan antarversi formulir (changes between versions of a form)

Tiap perubahan diberi putusan: apakah jawaban kedua versi masih satu rangkaian. Kode yang dimulai dengan type- adalah alasan putusan atas
perubahan jenis pertanyaan. *(Each change has a verdict: whether the answers to both versions still make one series. Codes that begin with
type- are the reasons for the verdict on a change of a question's type.)*`,
	[][2]string{{"series-broken", "Rangkaian terputus (series broken)"}, {"with-care", "Dapat dibandingkan dengan hati-hati (comparable with care)"},
		{"comparable", "Dapat dibandingkan (comparable)"}}}

// explainOne writes a code with its words; signs that Markdown would take for its own are marked as text.
func explainOne(w io.Writer, e explained) error {
	_, err := fmt.Fprintf(w, "\n### %s\n\n- **id** %s\n- **en** %s\n", e.Code, e.ID.lines(), e.EN.lines())
	return err
}

// lines are a message and, if it has one, its hint below. A change of type has none: its reason's stands for it.
func (e explainedWords) lines() string {
	if e.Hint == "" {
		return marked(e.Message)
	}
	return marked(e.Message) + "\n  *" + marked(e.Hint) + "*"
}

var marks = strings.NewReplacer(`*`, `\*`, `_`, `\_`, `<`, `\<`, "\n", " ")

func marked(s string) string { return marks.Replace(s) }
