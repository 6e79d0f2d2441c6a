package xlsform

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// FuzzWholeXML holds that what the compiler makes of any form is XML in which no attribute stands twice and
// every prefix is declared, which our own parser reads again.
func FuzzWholeXML(f *testing.F) {
	f.Add(rows("survey", "type|name|label|relevant|default|trigger", "begin repeat|r|R|||", "text|a|A ${a}|${a} = 1|now()|${a}", "end repeat"))
	f.Add(rows("survey", "type|name|label::x|media::image|bind::y|body::z|parameters", "select_one l or_other|a|A|i.png|1|2|randomize=true seed=${a}") +
		rows("choices", "list_name|name|label|e", "l|x|X|1") + rows("settings", "namespaces|attribute::q:a|instance_name", `q="u"|1|${a}`))
	f.Add(rows("survey", "type|name|label|save_to|repeat_count|choice_filter", "begin repeat|r|R||3|", "select_one ${b}|a|A|l#p||${b} != instance('l')/root/item[name = ${a}]/x",
		"text|b|B|||", "end repeat") + rows("entities", "list_name|label|entity_id", "l|${b}|${a}"))
	f.Add(rows("survey", "type|name|label|appearance", "begin group|g|G|table-list", "select_one l|a|A|", "end group", "range|b|B|", "audit|||") + rows("choices", "list_name|name|label", "l|1|X"))
	f.Fuzz(func(t *testing.T, text string) {
		src := Source{Format: Markdown, Reader: strings.NewReader(text)}
		form, _, err := Compile(t.Context(), src, Options{Limits: Limits{Cells: 10_000}})
		if err != nil || form == nil {
			return
		}
		var out bytes.Buffer
		if err := form.WriteXForm(&out); err != nil {
			t.Fatal(err)
		}
		whole(t, out.Bytes())
		if _, err := ParseXForm(bytes.NewReader(out.Bytes()), Limits{}); err != nil {
			t.Fatalf("%v in\n%s", err, out.String())
		}
	})
}

// whole reads XML to its end and looks at the attributes on the way.
func whole(t *testing.T, text []byte) {
	in := xml.NewDecoder(bytes.NewReader(text))
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		start, _ := token.(xml.StartElement)
		seen := map[xml.Name]bool{}
		for _, a := range start.Attr {
			if seen[a.Name] {
				t.Fatalf("%v stands twice in\n%s", a.Name, text)
			}
			seen[a.Name] = true
			if s := a.Name.Space; s != "" && s != "xmlns" && !bytes.Contains(text, []byte(`="`+s+`"`)) && !strings.Contains(s, "&") {
				t.Fatalf("the prefix %s is not declared in\n%s", s, text)
			}
		}
	}
}
