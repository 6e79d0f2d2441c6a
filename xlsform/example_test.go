package xlsform_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/naungan/naungan/xlsform"
)

// A form is compiled, its questions are listed, its XML is written, read back and found to be the same form.
func ExampleCompile() {
	src := xlsform.Source{Name: "rumah.md", Reader: strings.NewReader(`
| survey |
|        | type                | name  | label                      |
|        | integer             | orang | Berapa orang tinggal?      |
|        | select_one ya_tidak | air   | Ada air bersih?            |
| choices |
|         | list_name | name  | label |
|         | ya_tidak  | ya    | Ya    |
|         | ya_tidak  | tidak | Tidak |
`)}
	form, found, err := xlsform.Compile(context.Background(), src, xlsform.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range found {
		fmt.Println(d.Sheet, d.Cell, d.Message("en"), d.Hint("en"))
	}
	if form == nil {
		return // there were errors among them
	}
	form.Walk(func(it, _ *xlsform.Item) bool {
		fmt.Println(it.Path, it.Type, it.Label.In(""))
		return true
	})
	var xform bytes.Buffer
	if err := form.WriteXForm(&xform); err != nil {
		fmt.Println(err)
	}
	again, err := xlsform.ParseXForm(&xform, xlsform.Limits{})
	fmt.Println(err, len(xlsform.Compare(form, again).Changes), "changes")
	// Output:
	// /data/orang integer Berapa orang tinggal?
	// /data/air select_one Ada air bersih?
	// <nil> 0 changes
}

// What is wrong is told all at once, each with its cell and how to mend it, in Indonesian or English.
func ExampleDiagnostic() {
	src := xlsform.Source{Name: "rumah.md", Reader: strings.NewReader(`
| survey |
|        | type | name    | label | relevant     |
|        | txet | nama    | Nama  |              |
|        | date | lahir 1 | Lahir | ${nma} != '' |
`)}
	_, found, _ := xlsform.Compile(context.Background(), src, xlsform.Options{})
	for _, d := range found.Errors() {
		fmt.Fprintf(os.Stdout, "%s %s: %s %s\n", d.Cell, d.Code, d.Message("id"), d.Hint("id"))
	}
	// Output:
	// A2 type-misspelt: Tidak ada jenis pertanyaan “txet”. Apakah maksudnya “text”?
	// B3 name-invalid: “lahir 1” tidak dapat menjadi nama. Mulai dengan huruf atau garis bawah; lalu huruf, angka, garis bawah, tanda hubung, atau titik. Misalnya “lahir_1”.
	// D3 reference-unknown: Tidak ada pertanyaan “nma”. Apakah maksudnya “nama”? Periksa ejaannya; huruf besar dan kecil dibedakan.
}
