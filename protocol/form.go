package protocol

import (
	"fmt"

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
	Title       Text    `yaml:"title"`
	Purpose     Text    `yaml:"purpose"`     // when and by whom it is filled
	Sensitivity string  `yaml:"sensitivity"` // as of a step
	Fields      []Field `yaml:"fields"`

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
// form as `when` asks for facts (fact: names the field).
type Field struct {
	ID        string   `yaml:"id"`
	Label     Text     `yaml:"label"`
	Hint      Text     `yaml:"hint"`
	Type      string   `yaml:"type"`
	Choices   []Choice `yaml:"choices"`
	Required  bool     `yaml:"required"`
	ShownWhen *Cond    `yaml:"shown_when"`
	Min       *int     `yaml:"min"`
	Max       *int     `yaml:"max"`

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
	ID    string `yaml:"id"`
	Label Text   `yaml:"label"`
}
