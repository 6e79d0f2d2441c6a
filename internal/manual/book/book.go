// Package book makes the manual a book to print: PDF for the press and the
// photocopier, HTML for screens and screen readers, from the same content in the
// same order. It writes to what it is given, reads no clock, and the same manual
// gives the same bytes.
//
// The PDF has an outline, a title, a language, links, text that can be searched
// and tags: a tree of headings, paragraphs, lists and pictures with their words
// (tags.go). The HTML stays the edition to read on a screen.
package book

import (
	"embed"
	"io/fs"
	"sync"

	"github.com/naungan/naungan/internal/manual/flow"
	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/protocol"
)

//go:embed text.id.toml text.en.toml
var texts embed.FS

// Texts returns the package's catalogue files.
func Texts() fs.FS { return texts }

var catalogue = sync.OnceValue(func() *lang.Catalogue { return lang.MustLoad(texts) })

// Contact is a number to call, printed on the page of use and on the pocket card.
type Contact struct{ Name, Number, Note string }

// Options are what the book says beside the manual itself.
type Options struct {
	Lang     string    // "id" or "en"; another is "id"
	Contacts []Contact // none leaves the lists of numbers out
	Status   string    // draft, reviewed or active where the room knows better than the file
	Hash     string    // content hash; the manual's own where empty
}

// content is everything the book says, in words; both editions only lay it out.
type content struct {
	Lang     string
	Title    string
	Subtitle string
	Edition  string // version and status
	Short    string // edition for the foot of a page
	Hash     string
	Warning  string
	Counted  string
	Use      []string // numbered
	Day      string
	Legend   []legend
	Contacts []Contact
	Guards   []guard
	Stages   []stage
	Forms    []form
	Clocks   []clockGroup
	Card     card
	Sources  []source
	t        func(key string, args ...any) string
}

// legend explains one kind of mark.
type legend struct {
	Title string
	Marks []mark
}

// mark is a sign, its word, and what it means.
type mark struct{ Kind, Sign, Word, Text string }

type guard struct{ ID, Rule, Refs string }

type stage struct {
	ID, Title string // title without "stage"
	Head      string // "Tahap A: …"
	Flow      flow.Picture
	Wide      flow.Picture // three steps side by side
	Steps     []step
}

type step struct {
	ID, Title string
	Facts     []fact // who, begins, only if
	Deadlines []deadline
	First     []string // gates
	Do        []string
	Forbid    []string
	Decide    []string
	Require   []string
	Ladder    []string
	Next      []string
	Outputs   []string
	Tracks    []deadline
	Review    string
	Overdue   string
	Secrecy   string
	Refs      []cited
}

// fact is one line of a step's head.
type fact struct{ Name, Value string }

// deadline is by when, with its marks.
type deadline struct {
	What      string // of a tracked clock, or the condition under which it holds
	Span      string // "24 jam"
	Full      string // "24 jam sesudah pengaduan diterima"
	From      string // "sesudah pengaduan diterima"
	Note      string
	Binding   mark
	Basis     mark
	Certainty mark
	Refs      string
}

type cited struct{ ID, Title, Certainty string }

type form struct {
	ID, Title, Purpose, UsedBy, Secrecy string
	Fields                              []field
}

type field struct {
	Label, Hint, Shown, Range string
	Type                      string
	Required                  bool
	Choices                   []string
}

type clockGroup struct {
	Head   string
	Clocks []clock
}

type clock struct {
	ID, Title, Who string
	Theirs         bool
	D              deadline
}

// card is what a cadre carries: the first steps, the cadre's steps of the manual,
// what is never the cadre's to do, who never sees a case, and the rules.
type card struct {
	First []string
	Steps []step
	Never []string
	Rules []string
}

type source struct {
	ID, Title, URL, CitedBy string
	Certainty               mark
}

// signs of basis and certainty; binding is told by the frame of its word.
var signs = map[string]string{
	"law": "§", "service_standard": "■", "guideline": "►", "project_default": "○",
	"text": "●", "secondary": "◊", "unverified": "?",
	"duty": "!", "power": "±", "target": "·",
}

// compose puts the manual in words.
func compose(m *protocol.Manual, o Options) *content {
	if o.Lang != lang.EN {
		o.Lang = lang.ID
	}
	if o.Status == "" {
		o.Status = m.Protocol.Status
	}
	if o.Hash == "" {
		o.Hash = m.Hash()
	}
	w := &writer{m: m, o: o, w: flow.Say(m, o.Lang), p: catalogue().In(o.Lang)}
	return w.book()
}
