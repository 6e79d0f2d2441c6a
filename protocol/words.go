package protocol

import (
	"fmt"
	"strconv"
	"strings"
)

// The language puts its own parts in words, in the two languages of a manual, so
// that what changed between two versions reads as sentences and the booklet and
// the pages say the same. Names come from the manual; what it does not name stands
// with its id.

var words = map[string]Text{
	"minute":       {"menit", "minutes"},
	"hour":         {"jam", "hours"},
	"calendar_day": {"hari", "days"},
	"working_day":  {"hari kerja", "working days"},

	"law":              {"dasar hukum", "law"},
	"service_standard": {"standar layanan", "service standard"},
	"guideline":        {"pedoman", "guideline"},
	"project_default":  {"usulan kami", "our proposal"},

	"text":       {"teks dibaca", "text read"},
	"secondary":  {"dari ringkasan", "from a summary"},
	"unverified": {"belum dicek", "not checked"},

	"duty":   {"wajib", "duty"},
	"power":  {"boleh", "power"},
	"target": {"sasaran", "target"},

	"true": {"ya", "yes"}, "false": {"tidak", "no"}, "yes": {"ya", "yes"}, "no": {"tidak", "no"}, "unknown": {"belum diketahui", "not known"},

	LastReview:     {"tinjauan terakhir", "the last review"},
	ScheduledVisit: {"kunjungan terjadwal", "the scheduled visit"},
}

// Word returns what a code of the language is called: a unit, a basis, a
// certainty, a binding, yes and no. What is no code stands as it is.
func Word(code string) Text {
	if w, ok := words[code]; ok {
		return w
	}
	return Text{code, code}
}

// both writes one text in both languages: each argument that is a Text is said in
// the language of the line.
func both(id, en string, args ...any) Text {
	say := func(lang, format string) string {
		in := make([]any, len(args))
		for i, a := range args {
			if in[i] = a; a != nil {
				if t, ok := a.(Text); ok {
					in[i] = t.In(lang)
				}
			}
		}
		return fmt.Sprintf(format, in...)
	}
	return Text{say("id", id), say("en", en)}
}

func joined(list []Text, id, en string) Text {
	var a, b []string
	for _, t := range list {
		a, b = append(a, t.In("id")), append(b, t.In("en"))
	}
	return Text{strings.Join(a, id), strings.Join(b, en)}
}

func orID(t Text, id string) Text {
	if t.ID == "" && t.EN == "" {
		return Text{id, id}
	}
	return t
}

// RoleText returns who a role is.
func (m *Manual) RoleText(id string) Text { return orID(Text{m.Roles[id].ID, m.Roles[id].EN}, id) }

// FactText returns what a fact is called.
func (m *Manual) FactText(id string) Text { return orID(m.Facts[id].Label, id) }

// ValueText returns what a value of a fact is called.
func (m *Manual) ValueText(fact, value string) Text {
	if t, ok := m.Facts[fact].Labels[value]; ok {
		return orID(t, value)
	}
	return Word(value)
}

// StepText returns a step's id and title.
func (m *Manual) StepText(id string) Text {
	if s := m.Step(id); s != nil && s.Title.ID != "" {
		return both("%s (%s)", "%s (%s)", id, s.Title)
	}
	return Text{id, id}
}

// FormText returns a form's id and title.
func (m *Manual) FormText(id string) Text {
	if f, ok := m.Forms[id]; ok && f.Title.ID != "" {
		return both("%s (%s)", "%s (%s)", id, f.Title)
	}
	return Text{id, id}
}

// ConsentText returns what is consented to.
func (m *Manual) ConsentText(id string) Text {
	return orID(Text{m.Consents[id].ID, m.Consents[id].EN}, id)
}

// EventText returns what an event is called.
func (m *Manual) EventText(name string) Text { return orID(m.Happens[name], name) }

// AnchorText returns from when a deadline counts.
func (m *Manual) AnchorText(name string) Text {
	if t, ok := m.Happens[name]; ok && t.ID != "" {
		return t
	}
	switch a, _ := m.anchor(name); {
	case a.StepDone != "":
		return both("selesainya langkah %s", "completion of step %s", m.StepText(a.StepDone))
	case a.FactChange != "":
		return both("diketahuinya: %s", "it was known: %s", m.FactText(a.FactChange))
	case len(a.Consents) > 0:
		var list []Text
		for _, id := range a.Consents {
			list = append(list, m.ConsentText(id))
		}
		return both("keputusan tentang %s", "the decision on %s", joined(list, ", ", ", "))
	}
	return Word(name)
}

// SpanText returns a length of time; nothing at all is "at once", no working day
// the day itself.
func SpanText(value int, unit string) Text {
	if value == 0 && unit == "working_day" {
		return Text{"hari yang sama", "the same day"}
	}
	if value == 0 {
		return Text{"segera", "at once"}
	}
	w := Word(unit)
	if value == 1 {
		w.EN = strings.TrimSuffix(w.EN, "s")
	}
	return both("%d %s", "%d %s", value, w)
}

// DeadlineText returns by when, without on whose authority; empty where there is
// no clock.
func (m *Manual) DeadlineText(d Deadline) Text {
	if d.Unit == "" {
		return Text{}
	}
	if named, ok := m.Happens[d.Anchor]; ok && strings.HasPrefix(d.Anchor, before) {
		return both("%s: %s", "%s: %s", SpanText(d.Value, d.Unit), named)
	}
	if strings.HasPrefix(d.Anchor, before) {
		return both("%s sebelum harinya", "%s before its day", SpanText(d.Value, d.Unit))
	}
	if d.Anchor == "" {
		return both("%s sejak langkah ini dimulai", "%s from when this step begins", SpanText(d.Value, d.Unit))
	}
	return both("%s sejak %s", "%s from %s", SpanText(d.Value, d.Unit), m.AnchorText(d.Anchor))
}

// BasisText returns on whose authority a clock runs: its basis, how sure that is,
// and whether it binds. Empty parts are left out.
func BasisText(basis, certainty, binding string) Text {
	var list []Text
	for _, code := range []string{basis, certainty, binding} {
		if code != "" {
			list = append(list, Word(code))
		}
	}
	return joined(list, "; ", "; ")
}

// CondText puts a condition in words.
func (m *Manual) CondText(d Cond) Text { return d.text(m.FactText, m.ValueText) }

func (d Cond) text(name func(string) Text, value func(string, string) Text) Text {
	sub := func(list []Cond) (out []Text) {
		for _, c := range list {
			t := c.text(name, value)
			if len(c.All)+len(c.Any) > 1 {
				t = both("(%s)", "(%s)", t)
			}
			out = append(out, t)
		}
		return out
	}
	switch {
	case len(d.All) > 0:
		return joined(sub(d.All), " dan ", " and ")
	case len(d.Any) > 0:
		return joined(sub(d.Any), " atau ", " or ")
	case d.Not != nil:
		return both("bukan (%s)", "not (%s)", d.Not.text(name, value))
	}
	var values []Text
	for _, v := range d.Value {
		values = append(values, value(d.Fact, v))
	}
	is := joined(values, " / ", " / ")
	if d.Op == "ne" || d.Op == "not_in" {
		return both("%s bukan %s", "%s is not %s", name(d.Fact), is)
	}
	return both("%s: %s", "%s: %s", name(d.Fact), is)
}

// TriggerText puts in words what makes a step begin.
func (m *Manual) TriggerText(t Trigger) Text {
	switch {
	case t.Event != "":
		return both("saat: %s", "when: %s", m.EventText(t.Event))
	case t.StepDone != "":
		return both("setelah langkah %s", "after step %s", m.StepText(t.StepDone))
	case t.FactChange != "":
		return both("saat berubah: %s", "on a change of: %s", m.FactText(t.FactChange))
	case t.Recurring != nil:
		return both("setiap %s sampai: %s", "every %s until: %s", SpanText(t.Recurring.Every, t.Recurring.Unit), m.EventText(t.Recurring.Until))
	case t.Schedule != nil:
		var offsets []string
		for _, n := range t.Schedule.Offsets {
			offsets = append(offsets, strconv.Itoa(n))
		}
		return both("%s %s setelah: %s", "%s %s after: %s", strings.Join(offsets, ", "), Word(t.Schedule.Unit), m.EventText(t.Schedule.Anchor))
	}
	var list []Text
	for _, sub := range t.Any {
		list = append(list, m.TriggerText(sub))
	}
	return joined(list, "; atau ", "; or ")
}
