package protocol

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Types of a form's field. A person or an institution is written as a name; the
// software that fills the form may offer those it knows.
const (
	FieldText        = "text"      // one line
	FieldLong        = "long_text" // several lines
	FieldChoice      = "choice"    // one of Choices
	FieldChoices     = "choices"   // any of Choices
	FieldNumber      = "number"    // whole number, Min to Max where given
	FieldDate        = "date"      // day
	FieldTime        = "time"      // day and hour
	FieldYesNo       = "yes_no"
	FieldPerson      = "person"
	FieldInstitution = "institution"
)

// Form is a sheet of the manual: what it is for and its fields. In YAML it is
// a map, or a plain text where only the title is given.
type Form struct {
	Title       Text    `yaml:"title,omitempty"`
	Purpose     Text    `yaml:"purpose,omitempty"`     // when and by whom it is filled
	Sensitivity string  `yaml:"sensitivity,omitempty"` // as of a step
	Fields      []Field `yaml:"fields,omitempty"`

	Line int `yaml:"-"`
}

// UnmarshalYAML reads both forms and keeps the line for messages.
func (f *Form) UnmarshalYAML(n *yaml.Node) error {
	f.Line = n.Line
	if n.Kind == yaml.ScalarNode {
		f.Title.ID = n.Value
		return nil
	}
	type plain Form
	if err := n.Decode((*plain)(f)); err != nil {
		return fmt.Errorf("line %d: a form is a title or {title: …, fields: [...]}: %w", n.Line, err)
	}
	f.Line = n.Line
	return nil
}

// Field is one thing to fill in. ShownWhen asks for other fields of the same
// form as `when` asks for facts (fact: names the field). Fact names the fact of
// the manual that the answer is: of a choice or a yes/no, answer by answer.
type Field struct {
	ID        string   `yaml:"id,omitempty"`
	Label     Text     `yaml:"label,omitempty"`
	Hint      Text     `yaml:"hint,omitempty"`
	Type      string   `yaml:"type,omitempty"`
	Choices   []Choice `yaml:"choices,omitempty"`
	Required  bool     `yaml:"required,omitempty"`
	ShownWhen *Cond    `yaml:"shown_when,omitempty"`
	Min       *int     `yaml:"min,omitempty"`
	Max       *int     `yaml:"max,omitempty"`
	Fact      string   `yaml:"fact,omitempty"`

	Line int `yaml:"-"`
}

// UnmarshalYAML keeps the line for messages.
func (f *Field) UnmarshalYAML(n *yaml.Node) error {
	type plain Field
	if err := n.Decode((*plain)(f)); err != nil {
		return err
	}
	f.Line = n.Line
	return nil
}

// Choice is one answer of a choice field.
type Choice struct {
	ID    string `yaml:"id,omitempty"`
	Label Text   `yaml:"label,omitempty"`
}

// Field returns a field of the form by id, or nil.
func (f Form) Field(id string) *Field {
	if i := slices.IndexFunc(f.Fields, func(d Field) bool { return d.ID == id }); i >= 0 {
		return &f.Fields[i]
	}
	return nil
}

func (f Form) labelOf(field string) Text {
	if d := f.Field(field); d != nil {
		return orID(d.Label, field)
	}
	return same(field)
}

func (f Form) choiceOf(field, value string) Text {
	if d := f.Field(field); d != nil {
		for _, c := range d.Choices {
			if c.ID == value {
				return orID(c.Label, value)
			}
		}
	}
	return Word(value)
}

// maxText bounds one answer, in bytes.
const maxText = 20_000

// Shown returns the fields that are asked for, given what is filled in so far
// (values by field id; several only for FieldChoices). What was typed into a field
// that is no longer shown shows no other.
func (f Form) Shown(values map[string][]string) (out []Field) {
	seen := map[string][]string{}
	for _, d := range f.Fields {
		if d.ShownWhen == nil || filled(*d.ShownWhen, seen) {
			out, seen[d.ID] = append(out, d), values[d.ID]
		}
	}
	return out
}

// Answers returns what may be answered to a field of listed answers: yes and no,
// or the ids of its choices; nil for every other field.
func (d Field) Answers() (out []string) {
	if d.Type == FieldYesNo {
		return []string{"yes", "no"}
	}
	for _, c := range d.Choices {
		out = append(out, c.ID)
	}
	return out
}

// saysOf returns the value of the fact that an answer stands for: yes and no of a
// bool are true and false, and "unknown" says nothing of it; every other answer is
// the value of its name.
func (f Fact) saysOf(answer string) string {
	if f.Type != "bool" {
		return answer
	}
	return map[string]string{"yes": "true", "no": "false", "true": "true", "false": "false"}[answer]
}

// Says returns what the answers of a filled form say of the manual's facts (Field.Fact),
// as events of FactSet with Name and Value, in the order of the fields. Fields that
// are not shown, not answered, or answered with what no fact has say nothing.
func (m *Manual) Says(form string, values map[string][]string) (out []Event) {
	for _, d := range m.Forms[form].Shown(values) {
		f, ok := m.Facts[d.Fact]
		if given := values[d.ID]; ok && len(given) == 1 {
			if v := f.saysOf(strings.TrimSpace(given[0])); slices.Contains(f.Answers(), v) {
				out = append(out, Event{Kind: FactSet, Name: d.Fact, Value: v})
			}
		}
	}
	return out
}

// filled evaluates a condition over a form's answers; a field that nobody filled
// meets none, not even "is not".
func filled(d Cond, values map[string][]string) bool {
	return d.met(func(c Cond) bool {
		given := values[c.Fact]
		in := slices.ContainsFunc(given, func(v string) bool { return slices.Contains(c.Value, v) })
		if c.Op == "ne" || c.Op == "not_in" {
			return !in && len(given) > 0 && given[0] != ""
		}
		return in
	})
}

// FieldFault is what is wrong with one answer. Rule is required, unknown (no such
// field), one (more than one answer), choice, number, min, max, date, time,
// yes_no or long; Limit is the bound of min, max and long.
type FieldFault struct {
	Field string
	Label Text
	Rule  string
	Limit int
}

// faultWords say what to do, in both languages.
var faultWords = map[string]Text{
	"required": {"%s perlu diisi.", "%s must be filled in."}, "unknown": {"%s bukan isian formulir ini.", "%s is no field of this form."},
	"one": {"%s diisi satu jawaban saja.", "%s takes one answer."}, "choice": {"Pilih salah satu jawaban yang tersedia untuk %s.", "Choose one of the listed answers for %s."},
	"number": {"%s diisi angka bulat.", "%s takes a whole number."}, "min": {"%s paling kecil %d.", "%s is at least %d."}, "max": {"%s paling besar %d.", "%s is at most %d."},
	"date": {"%s diisi tanggal, misalnya 2026-03-16.", "%s takes a date, as 2026-03-16."}, "time": {"%s diisi tanggal dan jam, misalnya 2026-03-16T09:00.", "%s takes a day and hour, as 2026-03-16T09:00."},
	"yes_no": {"%s diisi ya atau tidak.", "%s takes yes or no."}, "long": {"%s terlalu panjang: paling banyak %d huruf.", "%s is too long: at most %d characters."},
}

// Sentence says in a language (id or en) what to do.
func (f FieldFault) Sentence(lang string) string {
	args := []any{f.Label.In(lang)}
	if strings.Contains(faultWords[f.Rule].ID, "%d") {
		args = append(args, f.Limit)
	}
	return fmt.Sprintf(faultWords[f.Rule].In(lang), args...)
}

// Validate returns what is wrong with a filled form, in the order of its fields:
// nothing where all is well. Values are by field id. A field that is not shown is
// neither required nor looked at. Yes and no are "yes" and "no", a date is
// 2006-01-02, a time 2006-01-02T15:04.
func (f Form) Validate(values map[string][]string) (out []FieldFault) {
	for _, d := range f.Shown(values) {
		if rule, limit := d.fault(values[d.ID]); rule != "" {
			out = append(out, FieldFault{d.ID, orID(d.Label, d.ID), rule, limit})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(values)) {
		if f.Field(id) == nil {
			out = append(out, FieldFault{id, same(id), "unknown", 0})
		}
	}
	return out
}

func (d Field) fault(given []string) (rule string, limit int) {
	given = slices.DeleteFunc(slices.Clone(given), func(v string) bool { return strings.TrimSpace(v) == "" })
	switch {
	case len(given) == 0 && d.Required:
		return "required", 0
	case len(given) > 1 && d.Type != FieldChoices:
		return "one", 0
	}
	for _, v := range given {
		if len(v) > maxText {
			return "long", maxText
		}
		if rule, limit := d.wrong(strings.TrimSpace(v)); rule != "" {
			return rule, limit
		}
	}
	return "", 0
}

func (d Field) wrong(v string) (rule string, limit int) {
	bad := false
	switch d.Type {
	case FieldChoice, FieldChoices:
		bad = !slices.ContainsFunc(d.Choices, func(c Choice) bool { return c.ID == v })
	case FieldYesNo:
		bad = v != "yes" && v != "no"
	case FieldDate:
		_, err := time.Parse("2006-01-02", v)
		bad = err != nil
	case FieldTime:
		_, err := time.Parse("2006-01-02T15:04", v)
		bad = err != nil
	case FieldNumber:
		n, err := strconv.Atoi(v)
		switch {
		case err != nil:
			return FieldNumber, 0
		case d.Min != nil && n < *d.Min:
			return "min", *d.Min
		case d.Max != nil && n > *d.Max:
			return "max", *d.Max
		}
	}
	if !bad {
		return "", 0
	}
	if d.Type == FieldChoices {
		return FieldChoice, 0
	}
	return d.Type, 0
}

// CondText says a condition over the fields of the form by the form's own words.
func (f Form) CondText(c Cond) Text {
	facts := map[string]Fact{}
	for _, d := range f.Fields {
		labels := map[string]Text{}
		for _, o := range d.Choices {
			labels[o.ID] = o.Label
		}
		facts[d.ID] = Fact{Label: d.Label, Labels: labels}
	}
	return (&Manual{Facts: facts}).CondText(c)
}
