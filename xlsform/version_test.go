package xlsform

import (
	"slices"
	"testing"
)

func TestHashes(t *testing.T) {
	base := func() *Form { return parseFile(t, "entities.xml") }
	content, schema := base().ContentHash(), base().SchemaHash()
	if len(content) != 64 || len(schema) != 64 || content == schema {
		t.Fatal(content, schema)
	}
	type want struct{ content, schema bool } // whether each changes
	for name, c := range map[string]struct {
		change func(f *Form)
		want   want
	}{
		"nothing":         {func(f *Form) {}, want{}},
		"row":             {func(f *Form) { f.Items[0].Row = 9 }, want{}},
		"attribute order": {func(f *Form) { slices.Reverse(f.Settings.Attributes) }, want{}},
		"label":           {func(f *Form) { f.Items[0].Label.Translations[0].Value[0].Text += "?" }, want{true, false}},
		"relevant":        {func(f *Form) { f.Items[0].Bind.Relevant = "1 = 1" }, want{true, false}},
		"version":         {func(f *Form) { f.Version = "8" }, want{true, false}},
		"order":           {func(f *Form) { f.Items[0], f.Items[1] = f.Items[1], f.Items[0] }, want{true, false}},
		"type":            {func(f *Form) { f.Items[1].Type = "integer" }, want{true, true}},
		"removed":         {func(f *Form) { f.Items = f.Items[1:] }, want{true, true}},
		"no repeat":       {func(f *Form) { f.Find("/data/trees").Kind = Group }, want{true, true}},
		"file":            {func(f *Form) { f.Find("/data/owner").Choices.File = "x.csv" }, want{true, true}},
	} {
		f := base()
		f.Settings.Attributes = []Attr{{"a", "1"}, {"b", "2"}}
		before := f.ContentHash()
		c.change(f)
		if got := (want{f.ContentHash() != before, f.SchemaHash() != schema}); got != c.want {
			t.Errorf("%s: changed %+v, want %+v", name, got, c.want)
		}
	}
	hand := parseFile(t, "hand.xml")
	before := hand.SchemaHash()
	hand.List("crop").Choices[0].Name = "pepper"
	if hand.SchemaHash() == before {
		t.Error("another choice, the same schema")
	}
}
