package xlsform

// Form is an XForm: all that its XML says, typed. Expressions are XPath, references already paths. Order is the form's.
type Form struct {
	ID      string // the form's id
	Title   string
	Version string // as the author numbers it; "" when not given
	Name    string // of the instance's root element

	DefaultLanguage string   // "default" when the author names none
	Languages       []string // of the texts that are translated, in the order of their itext; empty when none is

	Settings   Settings
	Items      []*Item // questions, groups and repeats on the top level, without meta
	Meta       []*Item // the children of meta: audit, instanceID, instanceName
	Lists      []*List // choice lists that the form carries, in the order of the choices sheet
	Instances  []Instance
	Entities   []*Entity
	Namespaces []Attr // prefixes beyond the usual ones: name is the prefix, value the URI

	// Itemsets is the table that becomes itemsets.csv, header first; nil unless the workbook has external choices.
	Itemsets [][]string
}

// Settings are what the settings sheet says beside names and languages.
type Settings struct {
	SubmissionURL, PublicKey, AutoSend, AutoDelete string
	ClientEditable                                 bool
	Style                                          string // class of the body: pages, theme-grid …
	Xmlns                                          string // default namespace of the instance, rare
	Prefix, Delimiter                              string // of the compact text representation
	Attributes                                     []Attr // attribute::… on the instance's root
	EntitiesVersion                                string // "2024.1.0", "2025.1.0" or ""
}

// Attr is an attribute by its qualified name.
type Attr struct{ Name, Value string }

// Kind tells the three things an item can be.
type Kind int

// The kinds of an item.
const (
	Question Kind = iota
	Group
	Repeat
)

// Item is a question, a group or a repeat.
type Item struct {
	Kind Kind
	Type string // of a question, by XLSForm's own name: "integer", "select_one", "note", "calculate" …
	Name string
	Path string // absolute: /data/group/name
	Row  int    // of the survey sheet; 0 for what the compiler adds and for forms read from XML

	Label, Hint, Guidance Text

	Bind     Bind
	Control  Control
	Attrs    []Attr // on the element in the instance (instance::…)
	Default  string // a value that does not change
	Actions  []Action
	Choices  *Choices // of a select, rank or a range with labels
	Count    string   // of a repeat: how many; "" as many as people add
	SaveTo   []SaveTo
	Children []*Item
}

// Bind is what the model says of a node.
type Bind struct {
	Type                                                string // "string", "int", "dateTime" …; "" when none is written
	Required, ReadOnly, Relevant, Constraint, Calculate string // XPath
	RequiredMessage, ConstraintMessage, NoAppMessage    Text
	Preload, PreloadParams                              string
	Extra                                               []Attr // bind::…, odk:… and orx:… attributes
}

// Control is what the body says of a node. Element is "input", "select1", "select", "odk:rank", "range", "trigger", "upload",
// "group", or "" for what people never see.
type Control struct {
	Element    string
	Appearance string
	MediaType  string
	Extra      []Attr // rows, intent, start, end, step, body::… attributes
	Query      string // of a select_one_external: the path into itemsets.csv
}

// Action is a setvalue, setgeopoint or recordaudio. Trigger is the path of the question whose change starts it; "" for the
// events of the form itself.
type Action struct {
	Element string // "setvalue", "odk:setgeopoint", "odk:recordaudio"
	Events  []string
	Value   string // XPath; "" clears
	Trigger string
	Extra   []Attr
}

// SaveTo binds a question to a property of an entity list.
type SaveTo struct{ List, Property string }

// Choices are what a select offers.
type Choices struct {
	List       string // name of a List of the form; "" for answers of a repeat or a file
	File       string // name of an attached file; "" for the form's own
	Repeat     string // path of the question whose answers are offered; "" otherwise
	Search     bool   // the list stands inside the body since the appearance searches a file
	Filter     string // XPath predicate; "" offers all
	Randomize  bool
	Seed       string // XPath or number; "" a new order each time
	Value      string // name of the field that is kept; "name" as a rule
	LabelField string // name of the field that is shown; "label" as a rule
	Nodeset    string // as it stands in the XML
}

// List is a choice list.
type List struct {
	Name       string
	Columns    []string // beyond name, label and media, for filters; in the sheet's order
	Choices    []*Choice
	Translated bool // labels stand in itext
	Searched   bool // only used by selects whose appearance searches; stands in the body
}

// Choice is one answer of a list.
type Choice struct {
	Name  string
	Label Text
	Extra []Attr // values of the columns, empty ones left out
	Row   int
}

// Instance is a secondary instance that stands outside the form.
type Instance struct{ ID, Source string }

// Entity is a row of the entities sheet: what a submission creates or changes in an entity list.
type Entity struct {
	List                          string
	Container                     string // path of the survey, group or repeat whose meta holds it
	Label, ID, CreateIf, UpdateIf string // XPath
	Known                         string // path of its row in the list, when there is an ID
	Creates, Updates              bool
	Row                           int
}

// Text is what people read: plain, or one value a language.
type Text struct {
	// Translations are in the order of the columns. An untranslated text has one, with Language "".
	Translations []Translation
}

// Translation is a text in one language, with its media.
type Translation struct {
	Language string
	Value    Value
	Media    []Media
}

// Media is a file shown or played with a text. Kind is "image", "big-image", "audio" or "video"; File a name without a folder, in
// which ${path} stands for an answer.
type Media struct{ Kind, File string }

// Value is a text with the answers shown in it: pieces of Text alternate with Output, the path of an answer.
type Value []Piece

// Piece is either words (Output empty) or an answer's path.
type Piece struct{ Text, Output string }

// String is the text with ${path} where answers stand.
func (v Value) String() string {
	s := ""
	for _, p := range v {
		if p.Output != "" {
			s += "${" + p.Output + "}"
		} else {
			s += p.Text
		}
	}
	return s
}

// Empty tells whether there is neither text nor media.
func (t Text) Empty() bool { return len(t.Translations) == 0 }

// In gives the text in a language, else the untranslated one, else "".
func (t Text) In(language string) string {
	for _, tr := range t.Translations {
		if tr.Language == language || tr.Language == "" {
			return tr.Value.String()
		}
	}
	return ""
}

// Walk calls f for every item, parents first, with the item's parent (nil on the top level); f answers whether to go inside.
func (f *Form) Walk(visit func(item, parent *Item) bool) { walk(f.Items, nil, visit) }

func walk(items []*Item, parent *Item, visit func(item, parent *Item) bool) {
	for _, it := range items {
		if visit(it, parent) {
			walk(it.Children, it, visit)
		}
	}
}

// Find gives the item at a path, nil if there is none.
func (f *Form) Find(path string) *Item {
	var found *Item
	f.Walk(func(it, _ *Item) bool {
		if it.Path == path {
			found = it
		}
		return found == nil
	})
	return found
}

// List gives a choice list by name, nil if there is none.
func (f *Form) List(name string) *List {
	for _, l := range f.Lists {
		if l.Name == name {
			return l
		}
	}
	return nil
}
