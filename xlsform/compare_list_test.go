package xlsform

import (
	"strings"
	"testing"
)

// TestSharedListsAreToldOfEachQuestion compares a list that several questions share: each is told of it under its own path, whether or
// not a label holds an answer.
func TestSharedListsAreToldOfEachQuestion(t *testing.T) {
	form := func(label string) *Form {
		f, found := compileText(t, rows("survey", "type|name|label", "text|who|Who?", "begin group|g|G", "select_one k|a|A", "end group",
			"select_one k|b|B", "rank k|c|C")+rows("choices", "list_name|name|label", "k|x|One", "k|y|"+label, "k|z|Three"))
		if f == nil {
			t.Fatal(found)
		}
		return f
	}
	for _, label := range []string{"Other", "Other than ${who}", "One"} {
		want := "choice-label"
		if label == "One" {
			want = "choice-swapped"
		}
		var told []string
		for _, ch := range Compare(form("Two"), form(label)).Changes {
			if ch.Code != want || ch.Choice != "y" || ch.Old != "Two" || ch.OldPath != ch.Path {
				t.Errorf("%q: %+v", label, ch)
			}
			told = append(told, ch.Path)
		}
		if got := strings.Join(told, " "); got != "/data/g/a /data/b /data/c" {
			t.Errorf("%q is told of %s", label, got)
		}
	}
}
