package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/protocol"
)

// What of a draft is a word: the part of an address, and what the manual calls it.
var wordParts = map[string]string{"fakta": "facts", "peran": "roles", "sumber": "sources"}

// head is the part that there is one of.
const head = "kepala"

// wordEdit is one fact, role or source of a draft, or its head, as a form.
type wordEdit struct {
	draftView
	Part, ID string         // Part as in the address; ID "" for a new one and for the head
	Seen     string         // fingerprint of what was read
	Uses     []protocol.Use // where it is used
	Held     []protocol.Use // what keeps it from being taken out, or changed so
	Theirs   []thing        // what somebody else saved meanwhile, against what was typed
}

func wordsPath(v draftView) string { return draftPath(v.Full.ID) + "/kamus" }

// Path is where the form is sent.
func (e wordEdit) Path() string {
	return strings.TrimSuffix(wordsPath(e.draftView)+"/"+e.Part+"/"+e.ID, "/")
}

// About names the part as the history does.
func (e wordEdit) About() string {
	if e.Part == head {
		return "protocol"
	}
	return wordParts[e.Part] + "/" + e.ID
}

// History is what was done in this draft to the one that is shown.
func (e wordEdit) History() manual.Edition {
	x := e.Edition
	x.Deeds = slices.DeleteFunc(slices.Clone(x.Deeds), func(d manual.Deed) bool { return d.About != e.About() })
	return x
}

func (p *Pages) words(c *web.Ctx) error {
	v, err := p.writable(c)
	if err != nil {
		return err
	}
	return c.Page(title(c), wordsPage(v))
}

// word loads the one that an address names; without an id it is a new one.
func (p *Pages) word(c *web.Ctx) (e wordEdit, err error) {
	v, err := p.writable(c)
	if err != nil {
		return e, err
	}
	e = wordEdit{draftView: v, Part: c.R.PathValue("part"), ID: c.R.PathValue("word")}
	f, seen, ok := wordForm(v.Manual, e.Part, e.ID)
	if !ok {
		return e, notFound
	}
	e.Form, e.Seen, e.Uses = f, seen, v.Manual.Uses(wordParts[e.Part], e.ID)
	return e, nil
}

func (p *Pages) editWord(c *web.Ctx) error {
	e, err := p.word(c)
	if err != nil {
		return err
	}
	return c.Page(title(c), wordPage(e))
}

// saveWord stores a fact, role, source or head as it was typed, or takes it out.
func (p *Pages) saveWord(c *web.Ctx) error { return untilSettled(c, p.trySaveWord) }

func (p *Pages) trySaveWord(c *web.Ctx) error {
	e, err := p.word(c)
	if err != nil {
		return err
	}
	stored := e.Seen
	e.Seen, e.Form = c.Get("seen"), c.Form()
	show := func(status int, errs ...fault.Field) error {
		e.Form.Errors = errs
		return c.PageAs(status, title(c), wordPage(e))
	}
	text, err := e.text(c.R.PostForm)
	switch {
	case errors.Is(err, protocol.ErrCannotEdit), errors.Is(err, protocol.ErrNoPlace):
		return show(http.StatusUnprocessableEntity, fault.Field{Name: "reason", Key: "manual.edit.by_hand"})
	case fault.KindOf(err) == fault.Invalid:
		return show(http.StatusUnprocessableEntity, fault.Fields(err)...)
	case err != nil:
		return err
	}
	now, err := parse(text)
	if err != nil {
		return show(http.StatusUnprocessableEntity, fault.Field{Name: "reason", Key: "manual.edit.by_hand"})
	}
	if stored != e.Seen {
		e.Seen, e.Theirs = stored, together(protocol.Diff(e.Manual, now))
		return show(http.StatusConflict)
	}
	about := e.About()
	if e.ID == "" && e.Part != head {
		about += plain.Clean(c.Get("code"))
	}
	err = p.s.Save(c.R.Context(), c.Who(), e.Full.ID, e.Hash, text, about, plain.Clean(c.Get("reason")))
	if key, _ := fault.Message(err); key == "manual.edit.newer" {
		return err
	}
	if err != nil {
		return c.Invalid(err, "reason", "", e.Form, func(f ui.Form) error { return show(http.StatusUnprocessableEntity, f.Errors...) })
	}
	return c.Done(wordsPath(e.draftView)+"#"+e.Part, "manual_saved")
}

// text is the draft with what was typed; what is used and would go is an Invalid
// fault, its uses in Held.
func (e *wordEdit) text(v url.Values) (text []byte, err error) {
	if v.Get("go") == "remove" && e.Part != head && e.ID != "" {
		text, e.Held, err = manual.RemoveWord(e.Text, e.Manual, wordParts[e.Part], e.ID)
		if len(e.Held) > 0 {
			err = fault.Of(fault.Field{Name: "held", Key: "manual.word.held"})
		}
		return text, err
	}
	var k plain.Checker
	id := e.newID(v, &k)
	switch e.Part {
	case "fakta":
		now := factOf(e.Manual.Facts[e.ID], v, &k)
		if e.Held = manual.LostAnswers(e.Manual, e.ID, now); len(e.Held) > 0 {
			k.Add("held", "manual.word.held_answer")
		}
		if err = k.Err(); err == nil {
			text, err = manual.PutFact(e.Text, e.Manual, id, now)
		}
	case "peran":
		now := roleOf(v, &k)
		if err = k.Err(); err == nil {
			text, err = manual.PutRole(e.Text, e.Manual, id, now)
		}
	case "sumber":
		now := sourceOf(v, &k)
		if err = k.Err(); err == nil {
			text, err = manual.PutSource(e.Text, e.Manual, id, now)
		}
	default:
		now := headOf(e.Manual, v, &k)
		if err = k.Err(); err == nil {
			text, err = manual.PutHead(e.Text, e.Manual, now)
		}
	}
	return text, err
}

// newID is the id that is written: of a new one what was typed, if nothing has it.
func (e *wordEdit) newID(v url.Values, k *plain.Checker) string {
	if e.ID != "" || e.Part == head {
		return e.ID
	}
	id := plain.Clean(v.Get("code"))
	if _, _, has := wordForm(e.Manual, e.Part, id); id == "" || has || !protocol.ValidID(id) {
		k.Add("code", "manual.word.wrong_code")
	}
	return id
}

// wordForm fills the form of one, with the fingerprint of what it was filled from;
// id "" gives an empty one. ok is false where there is none.
func wordForm(m *protocol.Manual, part, id string) (f ui.Form, seen string, ok bool) {
	if _, known := wordParts[part]; id == "" && part != head {
		return ui.Empty(), "", known
	}
	switch part {
	case head:
		h := m.Protocol
		f = ui.Filled("title.id", h.Title.ID, "title.en", h.Title.EN, "version", h.Version, "note.id", h.Note.ID, "note.en", h.Note.EN, "consent_form", h.ConsentForm)
		if h.ReviewEvery != 0 {
			f.Values.Set("review", strconv.Itoa(h.ReviewEvery))
		}
		return f, fingerprint(h), id == ""
	case "fakta":
		x, has := m.Facts[id]
		x.Line = 0
		return factForm(x), fingerprint(x), has
	case "peran":
		x, has := m.Roles[id]
		f = ui.Filled("title.id", x.ID, "title.en", x.EN)
		if x.External {
			f.Values.Set("external", "yes")
		}
		return f, fingerprint(x), has
	case "sumber":
		x, has := m.Sources[id]
		return ui.Filled("title.id", x.Title, "title.en", x.EN, "url", x.URL, "date", x.Date, "certainty", x.Certainty), fingerprint(x), has
	}
	return f, "", false
}

func factForm(x protocol.Fact) ui.Form {
	f := ui.Filled("title.id", x.Label.ID, "title.en", x.Label.EN, "type", x.Type, "unknown_as", x.UnknownAs)
	for _, a := range x.Values {
		f.Values.Add("answer", a)
		f.Values.Add("answer.id", x.Labels[a].ID)
		f.Values.Add("answer.en", x.Labels[a].EN)
	}
	return f
}

// named reads a name in two languages.
func named(v url.Values, k *plain.Checker) protocol.Text {
	t := protocol.Text{ID: plain.Clean(v.Get("title.id")), EN: plain.Clean(v.Get("title.en"))}
	k.Must("title.id", t.ID)
	k.Text("title.id", t.ID, 500)
	k.Text("title.en", t.EN, 500)
	return t
}

// mostAnswers bounds what one fact may be: a form shows them all.
const mostAnswers = 40

// answer is one row of a fact's form.
type answer struct{ Code, ID, EN string }

func answersIn(v url.Values) (out []answer) {
	at := func(name string, i int) string {
		if list := v[name]; i < len(list) {
			return plain.Clean(list[i])
		}
		return ""
	}
	for i := range max(len(v["answer"]), len(v["answer.id"]), len(v["answer.en"])) {
		out = append(out, answer{at("answer", i), at("answer.id", i), at("answer.en", i)})
	}
	return out
}

// Rows are the answers to show: those that are there or were typed, and empty ones.
func (e wordEdit) Rows() []answer {
	rows := slices.DeleteFunc(answersIn(e.Form.Values), func(a answer) bool { return a == answer{} })
	return append(rows, make([]answer, 3)...)
}

func factOf(old protocol.Fact, v url.Values, k *plain.Checker) protocol.Fact {
	f := protocol.Fact{Type: v.Get("type"), Label: named(v, k), UnknownAs: v.Get("unknown_as"), Labels: map[string]protocol.Text{}}
	k.Must("type", f.Type)
	k.Code("type", f.Type, []string{"bool", "enum"})
	for _, a := range answersIn(v) {
		switch {
		case a == answer{}:
			continue
		case !answerCode(a.Code) || slices.Contains(f.Values, a.Code):
			k.Add("answers", "manual.word.wrong_answer", "code", a.Code+" "+a.ID)
		}
		k.Text("answers", a.ID, 200)
		k.Text("answers", a.EN, 200)
		f.Values = append(f.Values, a.Code)
		if a.ID != "" || a.EN != "" {
			f.Labels[a.Code] = protocol.Text{ID: a.ID, EN: a.EN}
		}
	}
	k.Count("answers", len(f.Values), mostAnswers)
	switch {
	case f.Type == "enum" && len(f.Values) == 0:
		k.Add("answers", "manual.word.no_answers")
	case f.Type == "bool" && len(f.Values) > 0:
		k.Add("answers", "manual.word.yes_no_answers")
	case f.Type == "bool":
		f.Labels = old.Labels // yes and no may be named in the text
		if old.Type != "bool" {
			f.Labels = nil
		}
	}
	if f.UnknownAs != "" && !slices.Contains(f.Answers(), f.UnknownAs) {
		k.Add("unknown_as", "manual.word.unknown_gone")
	}
	return f
}

// answerCode tells whether an answer may be called so: age bands have signs too.
func answerCode(s string) bool {
	return s != "" && len(s) <= 40 && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune("+-_", r) && (r > 'z' || !isWord(byte(r))) })
}

func isWord(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' }

func roleOf(v url.Values, k *plain.Checker) protocol.Role {
	t := named(v, k)
	return protocol.Role{ID: t.ID, EN: t.EN, External: v.Get("external") == "yes"}
}

func sourceOf(v url.Values, k *plain.Checker) protocol.Source {
	t := named(v, k)
	s := protocol.Source{Title: t.ID, EN: t.EN, URL: plain.Clean(v.Get("url")), Date: plain.Clean(v.Get("date")), Certainty: v.Get("certainty")}
	k.Text("url", s.URL, 1000)
	k.Text("date", s.Date, 40)
	k.Must("certainty", s.Certainty)
	k.Code("certainty", s.Certainty, protocol.Certainties)
	if u, err := url.Parse(s.URL); s.URL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		k.Add("url", "manual.word.wrong_url")
	}
	return s
}

func headOf(m *protocol.Manual, v url.Values, k *plain.Checker) protocol.Header {
	h := m.Protocol
	h.Title = protocol.Text{ID: plain.Clean(v.Get("title.id")), EN: plain.Clean(v.Get("title.en"))}
	h.Note = protocol.Text{ID: plain.Clean(v.Get("note.id")), EN: plain.Clean(v.Get("note.en"))}
	for name, t := range map[string]protocol.Text{"title": h.Title, "note": h.Note} {
		k.Text(name+".id", t.ID, 500)
		k.Text(name+".en", t.EN, 500)
		if t.ID == "" && t.EN != "" {
			k.Must(name+".id", "")
		}
	}
	h.Version = plain.Clean(v.Get("version"))
	k.Must("version", h.Version)
	k.Text("version", h.Version, 40)
	h.ReviewEvery = 0
	if typed := plain.Clean(v.Get("review")); typed != "" {
		n, err := strconv.Atoi(typed)
		if err != nil || n < 1 || n > 120 {
			k.Add("review", "manual.word.wrong_months")
		}
		h.ReviewEvery = n
	}
	h.ConsentForm = v.Get("consent_form")
	k.Code("consent_form", h.ConsentForm, formIDs(m))
	return h
}

// wordHeading says what a page changes.
func wordHeading(ctx context.Context, e wordEdit) string {
	switch {
	case e.Part == head:
		return ui.T(ctx, "manual.word.head")
	case e.ID == "":
		return ui.T(ctx, "manual.word.add."+e.Part)
	}
	return ui.T(ctx, "manual.word.change."+e.Part, "id", e.ID)
}

// useLink is where a use is mended, and what it is called; without an address where
// only the whole text shows it.
func useLink(v draftView, u protocol.Use) ui.Option {
	switch u.Part {
	case "step":
		return ui.Option{Value: draftPath(v.Full.ID) + "/langkah/" + u.ID, Label: v.Words.Step(u.ID)}
	case "form":
		return ui.Option{Value: draftPath(v.Full.ID) + "/formulir/" + u.ID, Label: protocol.Label(u.Part).In(v.L) + " " + u.ID}
	case "guard":
		return ui.Option{Value: v.At + "#" + u.ID, Label: protocol.Label(u.Part).In(v.L) + " " + u.ID}
	}
	return ui.Option{Label: protocol.Label(u.Part).In(v.L) + " " + u.ID}
}

// answerText lists what a fact can be.
func answerText(v view, id string) string {
	var out []string
	for _, a := range v.Manual.Facts[id].Answers() {
		out = append(out, v.Manual.ValueText(id, a).In(v.L))
	}
	return strings.Join(out, ", ")
}

// unknownOptions are what a fact may count as while nobody knows it.
func (e wordEdit) unknownOptions() (out []ui.Option) {
	f := protocol.Fact{Type: e.Form.Get("type"), Labels: map[string]protocol.Text{}}
	for _, a := range answersIn(e.Form.Values) {
		if a.Code != "" {
			f.Values = append(f.Values, a.Code)
			f.Labels[a.Code] = protocol.Text{ID: a.ID, EN: a.EN}
		}
	}
	m := &protocol.Manual{Facts: map[string]protocol.Fact{"x": f}}
	for _, a := range f.Answers() {
		out = append(out, ui.Option{Value: a, Label: m.ValueText("x", a).In(e.L)})
	}
	return out
}

// sheetOptions lists the forms of a manual.
func sheetOptions(v view) (out []ui.Option) {
	for _, id := range formIDs(v.Manual) {
		out = append(out, ui.Option{Value: id, Label: id + " " + v.Manual.Forms[id].Title.In(v.L)})
	}
	return out
}
