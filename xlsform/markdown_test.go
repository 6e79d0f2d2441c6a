package xlsform

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"
)

func TestMarkdown(t *testing.T) {
	book := read(t, `
		# A form of three questions
		| survey |
		|        | type    | name | label         | the rest is a comment
		|--------|---------|------|---------------|
		|        | integer | a    | How many\|how much? |
		# | | text | left | out |
		|        |         |      |               |

		|        | note    |      | ${a} \d       | # and this
		words between
		| Choices | list_name | name |
		|         | yn        | -    |
		`)
	if len(book.Sheets) != 2 || book.Sheets[1].Name != "Choices" {
		t.Fatal(book.names())
	}
	wantGrid(t, book.Sheets[0], map[int][]string{1: {"type", "name", "label"}, 2: {"integer", "a", "How many|how much?"}, 4: {"note", "", `${a} \d`}})
	wantGrid(t, book.Sheets[1], map[int][]string{1: {"list_name", "name"}, 2: {"yn", "-"}})
}

func TestMarkdownOddLines(t *testing.T) {
	for _, data := range []string{"|", "||", "| survey", "|\\|", "| survey |", "| | a |\n| | b |", "|---|"} {
		for _, s := range read(t, data).Sheets {
			if len(s.Rows) > 0 {
				t.Errorf("%q gave rows %v", data, s.Rows)
			}
		}
	}
}

// TestMarkdownCorpus reads the recorded forms, where they are at hand.
func TestMarkdownCorpus(t *testing.T) {
	path := os.Getenv("XLSFORM_CORPUS")
	if path == "" {
		t.Skip("XLSFORM_CORPUS names no file")
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, n := bufio.NewScanner(f), 0
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var c struct{ Test, MD string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.MD == "" {
			continue
		}
		n++
		if book := read(t, c.MD); len(book.Sheets) == 0 || len(book.Sheets[0].Rows) == 0 {
			t.Errorf("%s: nothing read", c.Test)
		}
	}
	if err := lines.Err(); err != nil || n < 900 {
		t.Errorf("%d forms read: %v", n, err)
	}
}
