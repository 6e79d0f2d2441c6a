package xlsform

import (
	"context"
	"fmt"
	"io"
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

func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{950, 10_000} {
		b.Run(fmt.Sprint(n, " rows"), func(b *testing.B) {
			book := household(n)
			b.ReportAllocs()
			for b.Loop() {
				form, found, err := CompileWorkbook(context.Background(), book, Options{})
				if err != nil || len(found.Errors()) > 0 {
					b.Fatal(err, found.Errors()[0].Message("en"))
				}
				if err := form.WriteXForm(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
