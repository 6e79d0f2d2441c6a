package xlsform

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"
)

// surveyOf makes a workbook of a survey with so many rows of 40 cells, a quarter of them numbers.
func surveyOf(b testing.TB, rows int) []byte {
	b.Helper()
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	for r := 1; r <= rows; r++ {
		row := make([]any, 40)
		for c := range row {
			if row[c] = any(fmt.Sprintf("text of row %d column %d", r, c)); c%4 == 3 {
				row[c] = r * c
			}
		}
		if err := w.SetRow(fmt.Sprintf("A%d", r), row); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

func BenchmarkRead(b *testing.B) {
	for _, rows := range []int{950, 10_000} {
		b.Run(fmt.Sprintf("%d rows", rows), func(b *testing.B) {
			data := surveyOf(b, rows)
			b.ReportAllocs()
			for b.Loop() {
				book, err := ReadWorkbook(b.Context(), Source{Reader: bytes.NewReader(data)}, Limits{})
				if err != nil || len(book.Sheets[0].Rows) != rows {
					b.Fatal(err)
				}
			}
		})
	}
}
