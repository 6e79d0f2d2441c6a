package xlsform

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// household is a made-up form of about n rows in two languages: groups of questions with lists, filters and conditions.
func household(n int) Workbook {
	survey := Sheet{Name: "survey", Rows: []Row{{1, []string{"type", "name", "label::Bahasa Indonesia (id)", "label::English (en)",
		"hint::Bahasa Indonesia (id)", "hint::English (en)", "relevant", "constraint", "required", "calculation", "choice_filter"}}}}
	add := func(cells ...string) { survey.Rows = append(survey.Rows, Row{len(survey.Rows) + 1, cells}) }
	for g := 0; len(survey.Rows) < n; g++ {
		add("begin repeat", fmt.Sprint("r", g), "Bagian", "Part")
		add("integer", fmt.Sprint("a", g), "Berapa orang?", "How many people?", "Semua yang tinggal", "All who live here", "", ". >= 0 and . < 100", "yes")
		for q := range 8 {
			add("select_one daftar", fmt.Sprint("s", g, "_", q), "Pilih untuk ${a"+fmt.Sprint(g)+"}", "Choose", "", "", fmt.Sprint("${a", g, "} > ", q), "", "", "", fmt.Sprint("wilayah = ${a", g, "}"))
			add("text", fmt.Sprint("t", g, "_", q), "Tulis", "Write", "Singkat", "Short", fmt.Sprintf("selected(${s%d_%d}, 'p1')", g, q))
		}
		add("calculate", fmt.Sprint("c", g), "", "", "", "", "", "", "", fmt.Sprintf("sum(${a%d}) + count(${r%d})", g, g))
		add("end repeat")
	}
	choices := Sheet{Name: "choices", Rows: []Row{{1, []string{"list_name", "name", "label::Bahasa Indonesia (id)", "label::English (en)", "wilayah"}}}}
	for i := range n / 10 {
		choices.Rows = append(choices.Rows, Row{i + 2, []string{"daftar", fmt.Sprint("p", i), fmt.Sprint("Pilihan ", i), fmt.Sprint("Choice ", i), fmt.Sprint(i % 7)}})
	}
	return Workbook{[]Sheet{survey, choices}}
}

// BenchmarkCompile goes from the bytes of an .xlsx to the XForm written.
func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{950, 1000, 10_000, 40_000} {
		b.Run(fmt.Sprint(n, " rows"), func(b *testing.B) {
			data := workbookOf(b, household(n))
			b.ReportAllocs()
			for b.Loop() {
				form, found, err := Compile(b.Context(), Source{Reader: bytes.NewReader(data)}, Options{})
				if err != nil || form == nil {
					b.Fatal(err, found.Errors())
				}
				if err := form.WriteXForm(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkParseXForm reads the XForm of such a form back, and BenchmarkCompare holds it against one with other questions and choices.
func BenchmarkParseXForm(b *testing.B) {
	for _, n := range []int{950, 10_000} {
		b.Run(fmt.Sprint(n, " rows"), func(b *testing.B) {
			var text bytes.Buffer
			if err := householdForm(b, n, "").WriteXForm(&text); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(text.Len()))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseXForm(bytes.NewReader(text.Bytes()), Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompare(b *testing.B) {
	for _, n := range []int{950, 10_000} {
		b.Run(fmt.Sprint(n, " rows"), func(b *testing.B) {
			before, after := householdForm(b, n, ""), householdForm(b, n, "_7")
			b.ReportAllocs()
			for b.Loop() {
				if c := Compare(before, after); len(c.Changes) < n/20 {
					b.Fatal(len(c.Changes))
				}
			}
		})
	}
}

// householdForm compiles it; items whose name ends with renamed get another name, and their labels other words.
func householdForm(b *testing.B, n int, renamed string) *Form {
	b.Helper()
	book := household(n)
	for _, row := range book.Sheets[0].Rows {
		if renamed != "" && strings.HasPrefix(row.Cells[0], "text") && strings.HasSuffix(row.Cells[1], renamed) {
			row.Cells[1], row.Cells[2] = row.Cells[1]+"x", "Catat"
		}
	}
	form, found, err := CompileWorkbook(b.Context(), book, Options{})
	if err != nil || form == nil {
		b.Fatal(err, found.Errors())
	}
	return form
}
