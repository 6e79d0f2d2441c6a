package protocol

import (
	"bytes"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("v1.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("v1.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t *testing.T, s *jsonschema.Schema, text []byte) error {
	t.Helper()
	var doc any
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	return s.Validate(doc)
}

func TestTheSchemaAgreesWithCheck(t *testing.T) {
	s := schema(t)
	for name, text := range map[string][]byte{"default": manualText(t), "good": good(t)} {
		if err := validate(t, s, text); err != nil {
			t.Errorf("the %s manual: %v", name, err)
		}
	}
	shape := []string{RuleShape, RuleValue, RuleKey} // what a schema can see, but for what a fact or a field lists
	beyond := []string{"facts risk unknown_as", "facts risk labels medium", "steps P2 when all 0 value 0", "forms F-1 fields where shown_when value"}
	for _, bad := range spoils {
		if !slices.Contains(shape, bad.rule) || slices.Contains(beyond, bad.path) {
			continue
		}
		if err := validate(t, s, edited(t, good(t), bad.value, strings.Fields(bad.path)...)); err == nil {
			t.Errorf("%s = %v passes the schema", bad.path, bad.value)
		}
	}
}

// Every key that the language reads is in the schema, and no other.
func TestTheSchemaHasEveryKey(t *testing.T) {
	var doc any
	if err := yaml.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if p, ok := v["properties"].(map[string]any); ok && v["type"] == "object" {
				for k := range p {
					said[k] = true
				}
			}
			for _, sub := range v {
				walk(sub)
			}
		case []any:
			for _, sub := range v {
				walk(sub)
			}
		}
	}
	walk(doc)
	read := map[string]bool{}
	seen := map[reflect.Type]bool{}
	var types func(t reflect.Type)
	types = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || seen[t] {
			return
		}
		seen[t] = true
		for f := range fieldsOf(t) {
			read[f.name] = true
			types(f.typ)
		}
	}
	types(reflect.TypeFor[Manual]())
	if !reflect.DeepEqual(said, read) {
		t.Errorf("schema: %v\nlanguage: %v", keysOf(said), keysOf(read))
	}
}

// The written reference names every key and rule, and its example has no problem.
func TestTheReferenceIsTrue(t *testing.T) {
	doc, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc), "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	if list := Check(parse(t, []byte(example))); len(list) != 0 {
		t.Errorf("the example has problems: %+v", list)
	}
	var names []string
	seen := map[reflect.Type]bool{}
	var types func(t reflect.Type)
	types = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
			t = t.Elem()
		}
		if t.Kind() == reflect.Struct && !seen[t] {
			seen[t] = true
			for f := range fieldsOf(t) {
				names = append(names, f.name)
				types(f.typ)
			}
		}
	}
	types(reflect.TypeFor[Manual]())
	names = append(names, RuleYAML, RuleShape, RuleDuplicate, RuleReference, RuleValue, RuleUnreachable, RuleLoop, RuleClock, RuleLaw, RuleDuty, RuleTerm, RuleGate,
		RuleField, RuleKey, RuleTranslation, RuleFactUnasked, RuleConsentUnheld)
	for _, list := range [][]string{Units, Bases, Certainties, Bindings, sensitivities, Overdues, operators, FieldTypes, Actions, keysOf(anchors), keysOf(guards)} {
		names = append(names, list...)
	}
	for _, name := range names {
		if !regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`).Match(doc) {
			t.Errorf("docs/protocol.md does not name %s", name)
		}
	}
}
