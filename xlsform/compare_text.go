package xlsform

import (
	"regexp"
	"slices"
	"strings"
)

// wording notes what changed of the texts, in each language.
func (c *comparer) wording(o, n *Item) {
	c.textChange("label", o, n, o.Label, n.Label)
	c.textChange("hint", o, n, o.Hint, n.Hint)
	c.textChange("guidance", o, n, o.Guidance, n.Guidance)
	c.textChange("message", o, n, o.Bind.ConstraintMessage, n.Bind.ConstraintMessage)
	c.textChange("message", o, n, o.Bind.RequiredMessage, n.Bind.RequiredMessage)
	c.textChange("message", o, n, o.Bind.NoAppMessage, n.Bind.NoAppMessage)
}

func (c *comparer) textChange(code string, o, n *Item, before, after Text) {
	c.texts(o, n, before, after, func(lang, old, new string, translation bool) {
		ch := Change{Code: code, Path: n.Path, OldPath: o.Path, Language: lang, Old: old, New: new}
		if translation && code != "message" {
			ch.Code = "translation"
		}
		c.note(n, ch)
	})
	if a, b := c.mediaOf(c.old, before), c.mediaOf(c.new, after); a != b {
		c.note(n, Change{Code: "media", Path: n.Path, OldPath: o.Path, Old: a, New: b})
	}
}

// texts tells every language in which two texts differ. A text that one form has in other languages only is a translation that came or
// went; it is told when both forms speak the language.
func (c *comparer) texts(o, n *Item, before, after Text, tell func(lang, old, new string, translation bool)) {
	a, b := c.inLanguages(c.old, o, before), c.inLanguages(c.new, n, after)
	langs := slices.Compact(slices.Sorted(slices.Values(append(sortedKeys(a), sortedKeys(b)...))))
	speaks := func(f *Form, lang string) bool {
		return len(f.Languages) == 0 || slices.Contains(f.Languages, lang) || lang == f.DefaultLanguage
	}
	for _, lang := range langs {
		old, inOld := a[lang]
		new, inNew := b[lang]
		if old == new {
			continue
		}
		translation := !inOld && len(a) > 0 || !inNew && len(b) > 0
		if translation && (!speaks(c.old, lang) || !speaks(c.new, lang)) {
			continue
		}
		tell(lang, old, new, translation)
	}
}

// inLanguages are the texts by language. An untranslated text counts as the default language of the form that has languages.
func (c *comparer) inLanguages(f *Form, it *Item, t Text) map[string]string {
	out := map[string]string{}
	for _, tr := range t.Translations {
		if text := c.words(f, it, tr.Value); text != "" {
			out[c.language(f, tr.Language)] = text
		}
	}
	return out
}

func (c *comparer) language(f *Form, lang string) string {
	switch {
	case lang != "":
		return lang
	case len(f.Languages) > 0:
		return f.DefaultLanguage
	case len(c.new.Languages) > 0:
		return c.new.DefaultLanguage
	case len(c.old.Languages) > 0:
		return c.old.DefaultLanguage
	}
	return ""
}

// words are a value with runs of blanks as one, and answers as paths of the new form.
func (c *comparer) words(f *Form, it *Item, v Value) string {
	var b strings.Builder
	for _, p := range v {
		switch {
		case p.Output == "":
			b.WriteString(p.Text)
		case f == c.old:
			b.WriteString("${" + c.oldExpr(it, p.Output) + "}")
		default:
			b.WriteString("${" + newExpr(it, p.Output) + "}")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func (c *comparer) mediaOf(f *Form, t Text) string {
	var out []string
	for _, tr := range t.Translations {
		for _, m := range tr.Media {
			out = append(out, strings.TrimSpace(c.language(f, tr.Language)+" "+m.Kind+" "+m.File))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

var (
	absolutePath = regexp.MustCompile(`^/[\pL_][\pL\pN_.:-]*(?:/[\pL_][\pL\pN_.:-]*)*`)
	relativePath = regexp.MustCompile(`^(?:current\(\)/)?(?:\.\./)+[\pL_][\pL\pN_.:-]*(?:/[\pL_][\pL\pN_.:-]*)*`)
)

// oldExpr writes an expression of the old form with the paths of the new one, newExpr one of the new form likewise: relative paths as
// absolute ones, blanks only where they part names.
func (c *comparer) oldExpr(it *Item, s string) string {
	return plainExpr(s, it.Path, func(path string) string {
		for at := path; at != ""; at = parentPath(at) {
			if to, found := c.paths[at]; found {
				return to + path[len(at):]
			}
		}
		return path
	})
}

func newExpr(it *Item, s string) string {
	return plainExpr(s, it.Path, func(path string) string { return path })
}

func plainExpr(s, context string, to func(string) string) string {
	var b strings.Builder
	prev, gap := byte(0), false
	put := func(token string) {
		if gap && nameByte(prev) && nameByte(token[0]) {
			b.WriteByte(' ')
		}
		b.WriteString(token)
		prev, gap = token[len(token)-1], false
	}
	for i := 0; i < len(s); {
		c := s[i]
		step := nameByte(prev) && !gap || prev == ')' || prev == ']' || prev == '*' && !gap // a path goes on here
		path := ""
		if !step && (c == '/' || c == '.' || c == 'c') {
			if path = absolutePath.FindString(s[i:]); path == "" {
				path = relativePath.FindString(s[i:])
			}
		}
		switch {
		case path != "":
			put(to(joinPath(context, path)))
			i += len(path)
		case c == '\'' || c == '"':
			end := strings.IndexByte(s[i+1:], c) + i + 2
			if end < i+2 {
				end = len(s)
			}
			put(s[i:end])
			i = end
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			gap = true
			i++
		default:
			put(s[i : i+1])
			i++
		}
	}
	return b.String()
}

func nameByte(b byte) bool {
	return b >= 0x80 || b == '_' || b == '-' || b == '.' || b == '/' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
