package xlsform

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// translations notes the form's languages and warns of columns that a language lacks and of names without a language code.
func (c *compiler) translations() {
	texts := c.form.itext()
	c.form.Languages = texts.languages
	var bad []string
	for _, l := range texts.languages {
		if l != "default" && !hasCode(l) {
			bad = append(bad, l)
		}
	}
	if len(bad) > 0 {
		c.fault("language-code", at{sheet: "survey"}, "languages", strings.Join(bad, ", "))
	}
	several := false
	for _, t := range []*table{c.surveyTable, c.choiceTable} {
		if t != nil {
			several = c.lacking(t) || several
		}
	}
	if c.orOther && several {
		c.fault("or-other-translated", at{sheet: "survey"})
	}
}

// hasCode tells whether a language is named with its code, "Bahasa Indonesia (id)", or by its code alone (the subtags of IANA's
// registry, https://www.iana.org/assignments/language-subtag-registry).
func hasCode(name string) bool {
	code := strings.TrimSpace(name)
	if open := strings.LastIndexByte(code, '('); open >= 0 && strings.HasSuffix(code, ")") {
		code = strings.TrimSpace(code[open+1 : len(code)-1])
	}
	tag, err := language.Raw.Parse(code)
	if err != nil || code == "" {
		return false
	}
	base, _ := tag.Base()
	head, _, _ := strings.Cut(strings.ReplaceAll(code, "_", "-"), "-")
	return strings.EqualFold(base.String(), head) && len(head) <= 3 && !(len(head) == 3 && shortened(head))
}

// shortened tells a code of three letters for which the registry has one of two.
func shortened(code string) bool {
	tag, err := language.Parse(code)
	base, _ := tag.Base()
	return err == nil && len(base.String()) == 2
}

// lacking warns of text columns that are there in one language and not in another, and tells whether the sheet has several.
func (c *compiler) lacking(t *table) bool {
	words := surveyWords
	if t.sheet == "choices" {
		words = choiceWords
	}
	var languages, columns []string
	have := map[[2]string]bool{}
	for _, col := range t.columns {
		if !words.texts[col.key] {
			continue
		}
		lang := first(col.lang, "default")
		if !slices.Contains(languages, lang) {
			languages = append(languages, lang)
		}
		name := columnName(col.key)
		if !slices.Contains(columns, name) {
			columns = append(columns, name)
		}
		have[[2]string{lang, name}] = true
	}
	if len(languages) < 2 {
		return false
	}
	slices.Sort(columns)
	for _, lang := range languages {
		var missing []string
		for _, name := range columns {
			if !have[[2]string{lang, name}] {
				missing = append(missing, name)
			}
		}
		if len(missing) > 0 {
			c.fault("translation-missing", at{sheet: t.sheet}, "language", lang, "columns", strings.Join(missing, ", "))
		}
	}
	return true
}

func columnName(key string) string {
	switch key {
	case "bind::jr:constraintMsg":
		return "constraint_message"
	case "bind::jr:requiredMsg":
		return "required_message"
	}
	return strings.TrimPrefix(strings.TrimPrefix(key, "media::"), "bind::jr:")
}
