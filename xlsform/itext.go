package xlsform

import (
	"slices"
	"strings"
)

// itexts are the texts of a form that stand in its itext block: for each language, in the order in which they come up.
type itexts struct {
	languages []string
	entries   map[string]*itextLanguage
}

type itextLanguage struct {
	ids   []string
	texts map[string]*itextEntry
}

// itextEntry is one text in one language. Values are in the order given: "" for the words, "guidance", or a kind of media.
type itextEntry struct {
	forms  []string
	values map[string]Value
}

// itext collects them: choices first, then messages, labels and hints item by item, then the media of labels; last, so that each
// text is there in every language, a hyphen where words are missing.
func (f *Form) itext() *itexts {
	x := &itexts{entries: map[string]*itextLanguage{}}
	for _, l := range f.Lists {
		if !l.Translated {
			continue
		}
		for i, ch := range l.Choices {
			x.words(f, l.Name+"-"+itoa(i), ch.Label)
			x.media(f, l.Name+"-"+itoa(i), ch.Label)
		}
	}
	f.Walk(func(it, _ *Item) bool {
		x.item(f, it)
		return true
	})
	f.Walk(func(it, _ *Item) bool {
		x.media(f, it.Path+":label", it.Label)
		return true
	})
	x.fill()
	return x
}

func (x *itexts) item(f *Form, it *Item) {
	for _, m := range it.Bind.messages() {
		if m.text.translated() || m.text.dynamic() {
			x.words(f, it.Path+":"+m.name, m.text)
		}
	}
	if it.Label.translated() {
		x.words(f, it.Path+":label", it.Label)
	}
	if it.Hint.translated() || !it.Guidance.Empty() {
		x.words(f, it.Path+":hint", it.Hint)
	}
	for _, tr := range it.Guidance.Translations {
		x.put(first(tr.Language, f.DefaultLanguage), it.Path+":hint", "guidance", tr.Value)
	}
}

// message is one of the messages of a bind, by its attribute.
type message struct {
	name string
	text Text
}

func (b *Bind) messages() []message {
	return []message{{"jr:constraintMsg", b.ConstraintMessage}, {"jr:requiredMsg", b.RequiredMessage}, {"jr:noAppErrorString", b.NoAppMessage}}
}

func (x *itexts) words(f *Form, id string, t Text) {
	for _, tr := range t.Translations {
		if tr.Value != nil {
			x.put(first(tr.Language, f.DefaultLanguage), id, "", tr.Value)
		}
	}
}

func (x *itexts) media(f *Form, id string, t Text) {
	for _, tr := range t.Translations {
		for _, m := range tr.Media {
			x.put(first(tr.Language, f.DefaultLanguage), id, m.Kind, valueOf(mediaPath(m)))
		}
	}
}

// valueOf takes a text in which ${path} stands for an answer apart again.
func valueOf(s string) Value {
	var v Value
	for {
		before, after, found := strings.Cut(s, "${")
		path, rest, closed := strings.Cut(after, "}")
		if !found || !closed {
			break
		}
		if before != "" {
			v = append(v, Piece{Text: before})
		}
		v, s = append(v, Piece{Output: path}), rest
	}
	if s != "" || len(v) == 0 {
		v = append(v, Piece{Text: s})
	}
	return v
}

// mediaPath is the address of an attached file: https://getodk.github.io/xforms-spec/#media
func mediaPath(m Media) string {
	if m.Kind == "image" || m.Kind == "big-image" {
		return "jr://images/" + m.File
	}
	return "jr://" + m.Kind + "/" + m.File
}

func (x *itexts) put(lang, id, form string, v Value) {
	l := x.entries[lang]
	if l == nil {
		l = &itextLanguage{texts: map[string]*itextEntry{}}
		x.entries[lang] = l
		x.languages = append(x.languages, lang)
	}
	e := l.texts[id]
	if e == nil {
		e = &itextEntry{values: map[string]Value{}}
		l.texts[id] = e
		l.ids = append(l.ids, id)
	}
	if _, found := e.values[form]; !found {
		e.forms = append(e.forms, form)
	}
	e.values[form] = v
}

// fill puts a hyphen where a language lacks words or guidance that another has; missing media are left out.
func (x *itexts) fill() {
	var ids []string
	forms := map[string][]string{}
	for _, lang := range x.languages {
		for _, id := range x.entries[lang].ids {
			e := x.entries[lang].texts[id]
			if _, found := forms[id]; !found {
				ids = append(ids, id)
				forms[id] = nil
			}
			for _, form := range e.forms {
				if !slices.Contains(forms[id], form) {
					forms[id] = append(forms[id], form)
				}
			}
		}
	}
	for _, lang := range x.languages {
		l := x.entries[lang]
		for _, id := range ids {
			if l.texts[id] == nil {
				l.texts[id] = &itextEntry{values: map[string]Value{}}
				l.ids = append(l.ids, id)
			}
			for _, form := range forms[id] {
				if e := l.texts[id]; e.values[form] == nil && (form == "" || form == "guidance") {
					x.put(lang, id, form, Value{{Text: "-"}})
				}
			}
		}
	}
}
