package xlsform

import (
	"slices"
	"strings"
)

// Verdict says whether answers to two versions of a form still make one series.
type Verdict int

// The verdicts, from good to bad.
const (
	Comparable   Verdict = iota // put the answers together as they are
	WithCare                    // put them together, note the change, and look at what the advice says
	SeriesBroken                // begin a new series at this version
)

// String is the verdict's code: "comparable", "with-care" or "series-broken".
func (v Verdict) String() string { return [...]string{"comparable", "with-care", "series-broken"}[v] }

// Words are the verdict for people. Languages are "id" and "en"; another gives English.
func (v Verdict) Words(lang string) string { return verdictWords[v].in(lang) }

// Comparison is what [Compare] finds.
type Comparison struct {
	Verdict   Verdict    // of the whole form: the worst of its changes
	Changes   []Change   // of the form, then in the new form's order, removed items last in the old one's
	Questions []Standing // every question of either form, in the same order
}

// Standing is how the series of one question stands. Notes are among them though they hold no answers.
type Standing struct {
	Path, OldPath string // "" where the form has no such question
	Type          string // in the new form, else in the old
	Verdict       Verdict
	Changes       []Change // its own and those of the groups around it that bear on it
}

// Change is one difference. Old and New are what stood there: a text, an expression, a type, the name of a choice.
type Change struct {
	Code          string // looked up by [ExplainChange]
	Path, OldPath string // of the item; both empty for the form itself, one where only one form has it
	Language      string // of a text
	Choice        string // name of the choice, in the new form if it is there
	Old, New      string
	Reason        string // for "type" the code of the reason, also looked up by [ExplainChange]; for a rename the language of the label that is the same
	Verdict       Verdict
}

// Message says what changed. Languages are "id" and "en"; another gives English.
func (c Change) Message(lang string) string { return c.fill(ExplainChange(c.Code).in(lang).Message) }

// Advice says why that matters for the series and what to do about it.
func (c Change) Advice(lang string) string {
	code := c.Code
	if code == "type" {
		code = c.Reason
	}
	return c.fill(ExplainChange(code).in(lang).Hint)
}

func (c Change) fill(text string) string {
	path := c.Path
	if path == "" {
		path = c.OldPath
	}
	if c.Language == "" { // a form without languages
		text = strings.ReplaceAll(text, " ({language})", "")
	}
	return strings.NewReplacer("{name}", lastStep(path), "{path}", path, "{oldpath}", c.OldPath, "{language}", c.Language,
		"{choice}", c.Choice, "{old}", cutFound(c.Old), "{new}", cutFound(c.New), "{reason}", c.Reason).Replace(text)
}

func lastStep(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// Compare tells what changed from an old to a new version of a form and whether answers to both may be put together.
//
// Items are the same when they have the same name in the same place (the same group, or the same root). What is left over is
//   - moved, when exactly one item of the same name, kind and type is left over on each side;
//   - a renamed group or repeat, when it stands in the same place, is of the same kind, and has the same label in at least one
//     language or the same names inside;
//   - a renamed question, when it stands in the same place, has the same type and the same label in at least one language.
//
// Where two could be meant, none is taken. A rename is a proposal, with its reason: a person must say that both ask the same. All
// else is added or removed. A choice is renamed by the same rule within its list.
//
// Paths in expressions and texts are compared as the items they lead to, so that a rename does not show as a change of logic.
// The verdicts follow common practice for repeated surveys: what changes the question, its answers, who is asked, or what stands
// before it may change the result, whether or not anything changed in the world. They are advice, not a test of equivalence.
func Compare(old, new *Form) Comparison {
	c := &comparer{old: old, new: new, to: map[*Item]*Item{}, from: map[*Item]*Item{}, parents: map[*Item]*Item{},
		own: map[*Item][]Change{}, paths: map[string]string{}, lists: map[listPair][]Change{}}
	c.match()
	c.form()
	c.visit()
	for _, ch := range c.out.Changes {
		c.out.Verdict = max(c.out.Verdict, ch.Verdict)
	}
	return c.out
}

// comparer holds what is known while two forms are compared.
type comparer struct {
	old, new *Form
	to, from map[*Item]*Item    // old item to new and back
	parents  map[*Item]*Item    // of the items of both forms
	paths    map[string]string  // local path in the old form to that in the new
	own      map[*Item][]Change // by new item, by old item when there is no new
	lists    map[listPair][]Change
	out      Comparison
}

// visit goes through the new form, then through what only the old one has, and notes changes and standings.
func (c *comparer) visit() {
	order := c.reordered()
	c.new.Walk(func(it, parent *Item) bool {
		before := c.from[it]
		if before == nil {
			c.note(it, Change{Code: presence(it, "added"), Path: it.Path, New: it.Name})
		} else {
			c.item(before, it, order[it])
		}
		c.stand(it, before)
		return true
	})
	c.old.Walk(func(it, parent *Item) bool {
		if c.to[it] == nil {
			c.note(it, Change{Code: presence(it, "removed"), OldPath: it.Path, Old: it.Name})
			c.stand(it, it)
		}
		return true
	})
}

// presence is the code for an item that is added or removed.
func presence(it *Item, what string) string {
	switch {
	case it.Kind == Group:
		return "group-" + what
	case it.Kind == Repeat:
		return "repeat-" + what
	case it.Type == "note":
		return "note-" + what
	}
	return "question-" + what
}

func (c *comparer) note(key *Item, ch Change) {
	if ch.Code != "type" {
		ch.Verdict = ExplainChange(ch.Code).Verdict
	}
	c.out.Changes = append(c.out.Changes, ch)
	c.own[key] = append(c.own[key], ch)
}

// bearing are the changes of a group or repeat that bear on all inside.
var bearing = []string{"relevant", "readonly", "required", "moved", "moved-repeat", "reordered", "repeat-made", "repeat-undone",
	"repeat-count", "appearance"}

// stand notes the standing of a question; before is nil for an added one and the question itself for a removed one.
func (c *comparer) stand(it, before *Item) {
	if it.Kind != Question {
		return
	}
	s := Standing{Type: it.Type, Changes: c.own[it]}
	if before != it {
		s.Path = it.Path
	}
	if before != nil {
		s.OldPath = before.Path
	}
	for up := c.parents[it]; up != nil && before != nil && before != it; up = c.parents[up] {
		for _, ch := range c.own[up] {
			if slices.Contains(bearing, ch.Code) {
				s.Changes = append(s.Changes[:len(s.Changes):len(s.Changes)], ch)
			}
		}
	}
	for _, ch := range s.Changes {
		s.Verdict = max(s.Verdict, ch.Verdict)
	}
	c.out.Questions = append(c.out.Questions, s)
}

// form notes what changed of the form as a whole.
func (c *comparer) form() {
	a, b := c.old, c.new
	say := func(code, old, new string) {
		if old != new {
			c.out.Changes = append(c.out.Changes, Change{Code: code, Old: old, New: new, Verdict: ExplainChange(code).Verdict})
		}
	}
	say("form-id", a.ID, b.ID)
	say("form-title", a.Title, b.Title)
	say("form-version", a.Version, b.Version)
	say("default-language", a.DefaultLanguage, b.DefaultLanguage)
	if len(a.Languages) == 0 || len(b.Languages) == 0 {
		return // the only language got a name, or lost it
	}
	for _, l := range missing(b.Languages, a.Languages) {
		say("language-added", "", l)
	}
	for _, l := range missing(a.Languages, b.Languages) {
		say("language-removed", l, "")
	}
}

// missing are the texts of all that are not among some.
func missing(all, some []string) (out []string) {
	has := map[string]bool{}
	for _, s := range some {
		has[s] = true
	}
	for _, s := range all {
		if !has[s] {
			out = append(out, s)
		}
	}
	return out
}
