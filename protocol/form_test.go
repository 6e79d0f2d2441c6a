package protocol

import (
	"strings"
	"testing"
)

func TestAFilledFormIsHeldToItsFields(t *testing.T) {
	text := `forms: {F: {title: t, fields: [
  {id: safe, label: {id: Aman, en: Safe}, type: yes_no, required: true},
  {id: why, type: long_text, required: true, shown_when: {fact: safe, op: eq, value: "no"}},
  {id: where, type: choice, choices: [{id: home}, {id: kin}], shown_when: {not: {fact: safe, op: eq, value: "no"}}},
  {id: with, type: choices, choices: [{id: a}, {id: b}], shown_when: {fact: where, op: ne, value: home}},
  {id: n, type: number, min: 1, max: 3}, {id: day, type: date}, {id: at, type: time}, {id: who, type: person}]}}`
	f := parse(t, []byte(text)).Forms["F"]
	type values = map[string][]string
	for name, c := range map[string]struct {
		in   values
		want string
	}{
		"nothing":                {nil, "safe required"},
		"blank is nothing":       {values{"safe": {" "}}, "safe required"},
		"all is well":            {values{"safe": {"yes"}, "where": {"home"}, "n": {"2"}, "day": {"2026-03-16"}, "at": {"2026-03-16T09:00"}, "who": {"Budi"}}, ""},
		"shown and required":     {values{"safe": {"no"}}, "why required"},
		"hidden is not asked":    {values{"safe": {"yes"}, "why": {strings.Repeat("x", 30_000)}}, ""},
		"neither yes nor no":     {values{"safe": {"ya"}}, "safe yes_no"},
		"not listed":             {values{"safe": {"yes"}, "where": {"moon"}}, "where choice"},
		"several listed":         {values{"safe": {"yes"}, "where": {"kin"}, "with": {"a", "b"}}, ""},
		"one of several is not":  {values{"safe": {"yes"}, "where": {"kin"}, "with": {"a", "c"}}, "with choice"},
		"nobody said: not shown": {values{"safe": {"yes"}, "with": {"c"}}, ""},
		"two answers":            {values{"safe": {"yes", "no"}}, "safe one why required"},
		"too small":              {values{"safe": {"yes"}, "n": {"0"}}, "n min"},
		"too big":                {values{"safe": {"yes"}, "n": {"4"}}, "n max"},
		"no number":              {values{"safe": {"yes"}, "n": {"2.5"}}, "n number"},
		"no such day":            {values{"safe": {"yes"}, "day": {"2026-02-30"}}, "day date"},
		"no such hour":           {values{"safe": {"yes"}, "at": {"2026-02-20T25:00"}}, "at time"},
		"too long":               {values{"safe": {"yes"}, "who": {strings.Repeat("x", 30_000)}}, "who long"},
		"hidden shows no other":  {values{"safe": {"no"}, "why": {"w"}, "where": {"kin"}, "with": {"c"}}, ""},
		"no such field":          {values{"safe": {"yes"}, "zzz": {"1"}}, "zzz unknown"},
		"two faults":             {values{"n": {"9"}, "day": {"x"}, "safe": {"yes"}}, "n max day date"},
	} {
		var got []string
		for _, fault := range f.Validate(c.in) {
			got = append(got, fault.Field, fault.Rule)
			if id, en := fault.Sentence("id"), fault.Sentence("en"); id == en || id == "" || strings.Contains(id+en, "%!") {
				t.Errorf("%s: %q %q", name, id, en)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %q", name, got, c.want)
		}
	}
}

func TestAFormSaysFacts(t *testing.T) {
	m := parse(t, []byte(`facts: {danger: {type: bool}, band: {type: enum, values: [a, b, unknown]}}
forms: {F: {title: t, fields: [
  {id: now, type: yes_no, fact: danger}, {id: more, type: yes_no},
  {id: age, type: choice, choices: [{id: a}, {id: b}, {id: unknown}], fact: band, shown_when: {fact: more, op: eq, value: "yes"}}]}
, G: {title: t, fields: [{id: now, type: choice, choices: [{id: "yes"}, {id: "no"}, {id: unknown}], fact: danger}]}}`))
	type values = map[string][]string
	for _, c := range []struct {
		form string
		in   values
		want string
	}{
		{"F", nil, ""},
		{"F", values{"now": {"yes"}, "more": {"yes"}, "age": {"b"}}, "danger=true band=b "},
		{"F", values{"now": {"no"}, "more": {"no"}, "age": {"b"}}, "danger=false "},
		{"F", values{"more": {"yes"}, "age": {"unknown"}}, "band=unknown "},
		{"F", values{"now": {"maybe"}, "more": {"yes"}, "age": {"z"}}, ""},
		{"F", values{"now": {"yes", "no"}}, ""},
		{"G", values{"now": {"unknown"}}, ""},
		{"G", values{"now": {" yes "}}, "danger=true "},
		{"H", values{"now": {"yes"}}, ""},
	} {
		got := ""
		for _, e := range m.Says(c.form, c.in) {
			if e.Kind != FactSet {
				t.Errorf("%+v", e)
			}
			got += e.Name + "=" + e.Value + " "
		}
		if got != c.want {
			t.Errorf("%s %v: %q, want %q", c.form, c.in, got, c.want)
		}
	}
}

func TestOneFieldOfAFormIsAFact(t *testing.T) {
	m := parse(t, []byte(`facts: {danger: {type: bool}}
forms: {F: {title: t, fields: [{id: a, type: yes_no, fact: danger}, {id: b, type: yes_no, fact: danger}]}}`))
	n := 0
	for _, p := range Check(m) {
		if strings.Contains(p.Message, "fields a and b are the same fact danger") && p.Rule == RuleField {
			n++
		}
	}
	if n != 1 {
		t.Errorf("told %d times", n)
	}
}
