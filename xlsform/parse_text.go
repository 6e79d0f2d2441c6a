package xlsform

import (
	"slices"
	"strings"
)

// wording is what itext holds under one id: a text, and the guidance that goes with a hint.
type wording struct{ text, guidance Text }

// readItext reads all translations. The "-" that converters write where a translation is missing is no text, as long as another
// language has one; a text in the language "default" alone is an untranslated one.
func (p *formReader) readItext(model *xmlNode) error {
	p.texts = map[string]*wording{}
	p.form.DefaultLanguage = "default"
	known := map[string]bool{}
	for _, tr := range model.child("itext").translations() {
		lang := tr.get("lang")
		if mark, marked := tr.attr("", "default"); marked && !strings.HasPrefix(mark, "false") {
			p.form.DefaultLanguage = lang
		}
		if !known[lang] {
			known[lang] = true
			p.form.Languages = append(p.form.Languages, lang)
		}
		for _, t := range tr.kids {
			if t.local == "text" {
				if err := p.readWording(t, lang); err != nil {
					return err
				}
			}
		}
	}
	for _, w := range p.texts {
		w.text.tidy()
		w.guidance.tidy()
	}
	if slices.Equal(p.form.Languages, []string{"default"}) {
		p.form.Languages = nil
	}
	return nil
}

func (n *xmlNode) translations() []*xmlNode {
	if n == nil {
		return nil
	}
	return slices.DeleteFunc(n.elements(), func(k *xmlNode) bool { return k.local != "translation" })
}

func (p *formReader) readWording(n *xmlNode, lang string) error {
	id := n.get("id")
	w := p.texts[id]
	if w == nil {
		w = &wording{}
		p.texts[id] = w
	}
	if k := len(w.text.Translations); k > 0 && w.text.Translations[k-1].Language == lang {
		return &XFormError{Code: "text-twice", Line: n.line, Found: id}
	}
	tr := Translation{Language: lang}
	rank := 0 // a plain value goes before a long, a long before a short one
	for _, v := range n.elements() {
		if v.local != "value" {
			continue
		}
		switch form := v.get("form"); form {
		case "", "long", "short":
			if r := map[string]int{"": 3, "long": 2, "short": 1}[form]; r > rank {
				rank, tr.Value = r, p.value(v)
			}
		case "guidance":
			w.guidance.Translations = append(w.guidance.Translations, Translation{Language: lang, Value: p.value(v)})
		default:
			tr.Media = append(tr.Media, Media{Kind: form, File: mediaFile(v.content())})
		}
	}
	w.text.Translations = append(w.text.Translations, tr)
	return nil
}

// mediaFile is the name in jr://images/a.jpg.
func mediaFile(s string) string {
	s = strings.TrimSpace(s)
	if rest, found := strings.CutPrefix(s, "jr://"); found {
		if _, name, deep := strings.Cut(rest, "/"); deep {
			return name
		}
	}
	return s
}

func (t *Text) tidy() {
	filler := func(tr Translation) bool { return len(tr.Media) == 0 && tr.Value.String() == "-" }
	if slices.ContainsFunc(t.Translations, func(tr Translation) bool { return !filler(tr) && !tr.bare() }) {
		t.Translations = slices.DeleteFunc(t.Translations, filler)
	}
	t.Translations = slices.DeleteFunc(t.Translations, Translation.bare)
	for i, tr := range t.Translations {
		if len(tr.Media) > 0 && tr.Value.String() == "-" {
			t.Translations[i].Value = nil
		}
	}
	if len(t.Translations) == 1 && t.Translations[0].Language == "default" {
		t.Translations[0].Language = ""
	}
}

func (tr Translation) bare() bool { return len(tr.Value) == 0 && len(tr.Media) == 0 }

// value reads words and outputs. Indentation at the ends is no part of the text; plain spaces are.
func (p *formReader) value(n *xmlNode) Value {
	var v Value
	var words strings.Builder
	flush := func() {
		if words.Len() > 0 {
			v = append(v, Piece{Text: words.String()})
			words.Reset()
		}
	}
	for _, k := range n.kids {
		switch k.local {
		case "":
			words.WriteString(k.text)
		case "output":
			flush()
			expr := k.get("value")
			if expr == "" {
				expr = k.get("ref")
			}
			if expr != "" {
				v = append(v, Piece{Output: expr})
			}
		default:
			words.WriteString(k.content())
		}
	}
	flush()
	return trimIndent(v)
}

func trimIndent(v Value) Value {
	if len(v) > 0 && v[0].Output == "" {
		if t := strings.TrimLeft(v[0].Text, " \t\r\n"); strings.Contains(v[0].Text[:len(v[0].Text)-len(t)], "\n") || t == "" {
			v[0].Text = t
		}
		if v[0].Text == "" {
			v = v[1:]
		}
	}
	if k := len(v) - 1; k >= 0 && v[k].Output == "" {
		if t := strings.TrimRight(v[k].Text, " \t\r\n"); strings.Contains(v[k].Text[len(t):], "\n") || t == "" {
			v[k].Text = t
		}
		if v[k].Text == "" {
			v = v[:k]
		}
	}
	if len(v) == 0 {
		return nil
	}
	return v
}

// itextID finds the id in jr:itext('id'); an id that is computed (jr:itext(itextId)) is none.
func itextID(ref string) (string, bool) {
	inner, found := strings.CutPrefix(strings.TrimSpace(ref), "jr:itext(")
	if !found {
		return "", false
	}
	inner = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(inner), ")"))
	if len(inner) < 2 || inner[0] != '\'' && inner[0] != '"' || inner[len(inner)-1] != inner[0] {
		return "", false
	}
	return inner[1 : len(inner)-1], true
}

// wordingOf is the text of a label or hint, or of an attribute that holds one.
func (p *formReader) wordingOf(n *xmlNode) (wording, error) {
	if n == nil {
		return wording{}, nil
	}
	if ref := n.get("ref"); ref != "" {
		if _, plain := itextID(ref); plain {
			return p.attrText(ref, n.line)
		}
		return wording{text: plainText(Value{{Output: ref}})}, nil
	}
	return wording{text: plainText(p.value(n))}, nil
}

func (p *formReader) attrText(s string, line int) (wording, error) {
	id, found := itextID(s)
	if !found {
		return wording{text: plainText(trimIndent(Value{{Text: s}}))}, nil
	}
	w := p.texts[id]
	if w == nil {
		return wording{}, &XFormError{Code: "no-text", Line: line, Found: id}
	}
	return *w, nil
}

func plainText(v Value) Text {
	if len(v) == 0 {
		return Text{}
	}
	return Text{Translations: []Translation{{Value: v}}}
}
