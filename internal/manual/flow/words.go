package flow

import (
	"embed"
	"io/fs"
	"strconv"
	"strings"
	"sync"

	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/protocol"
)

//go:embed text.id.toml text.en.toml
var texts embed.FS

// Texts returns the package's catalogue files.
func Texts() fs.FS { return texts }

var catalogue = sync.OnceValue(func() *lang.Catalogue { return lang.MustLoad(texts) })

// Words says the parts of a manual in one language: conditions, triggers, events,
// facts and lengths of time. Where the manual gives no name, its code stands with
// spaces for underscores.
type Words struct {
	m     *protocol.Manual
	p     *lang.Printer
	after map[string][]string // by step: those that begin when it is done
}

// Say returns the words of a manual in a language.
func Say(m *protocol.Manual, language string) Words {
	w := Words{m, catalogue().In(language), map[string][]string{}}
	for _, s := range m.Steps {
		for _, a := range alternatives(s.Trigger) {
			if a.StepDone != "" {
				w.after[a.StepDone] = append(w.after[a.StepDone], s.ID)
			}
		}
	}
	return w
}

// Lang returns the code of the language.
func (w Words) Lang() string { return w.p.Lang() }

// Event returns what an event is called.
func (w Words) Event(name string) string { return spaced(w.m.EventText(name).In(w.Lang())) }

// Fact returns what a fact is called.
func (w Words) Fact(name string) string { return spaced(w.m.FactText(name).In(w.Lang())) }

// spaced makes a code that the manual gives no name fit to read.
func spaced(s string) string {
	if strings.ContainsAny(s, " ") {
		return s
	}
	return strings.ReplaceAll(s, "_", " ")
}

// Step returns id and title of a step, or the bare id where there is none.
func (w Words) Step(id string) string {
	if s := w.m.Step(id); s != nil {
		return id + " " + s.Title.In(w.p.Lang())
	}
	return id
}

// Span returns a length of time: "3 hari kerja"; none is "segera".
func (w Words) Span(n int, unit string) string { return protocol.SpanText(n, unit).In(w.Lang()) }

// Cond returns a condition: "Tingkat risiko: Tinggi".
func (w Words) Cond(c protocol.Cond) string { return w.m.CondText(c).In(w.Lang()) }

// join says a list: "a, b atau c".
func (w Words) join(list []string, key string) string {
	if len(list) == 0 {
		return ""
	}
	last := len(list) - 1
	if last == 0 {
		return list[0]
	}
	return w.p.T(key, "a", strings.Join(list[:last], ", "), "b", list[last])
}

// Trigger returns what makes a step begin, each alternative by itself.
func (w Words) Trigger(t protocol.Trigger) (out []string) {
	for _, a := range alternatives(t) {
		switch {
		case a.Event != "":
			out = append(out, w.Event(a.Event))
		case a.StepDone != "":
			out = append(out, w.p.T("flow.trigger.done", "step", a.StepDone))
		case a.FactChange != "":
			out = append(out, w.p.T("flow.trigger.change", "fact", w.Fact(a.FactChange)))
		case a.Recurring != nil:
			out = append(out, w.p.T("flow.trigger.recurring", "span", w.Span(a.Recurring.Every, a.Recurring.Unit), "event", w.Event(a.Recurring.Until)))
		case a.Schedule != nil:
			out = append(out, w.p.T("flow.trigger.schedule", "days", w.offsets(*a.Schedule), "event", w.Event(a.Schedule.Anchor)))
		}
	}
	return out
}

// offsets says "14, 30, 90, 180 hari".
func (w Words) offsets(s protocol.Schedule) string {
	if len(s.Offsets) == 0 {
		return w.Span(0, s.Unit)
	}
	var b strings.Builder
	for _, n := range s.Offsets[:len(s.Offsets)-1] {
		b.WriteString(strconv.Itoa(n) + ", ")
	}
	return b.String() + w.Span(s.Offsets[len(s.Offsets)-1], s.Unit)
}

// alternatives returns a trigger as a flat list.
func alternatives(t protocol.Trigger) (out []protocol.Trigger) {
	for _, a := range t.Any {
		out = append(out, alternatives(a)...)
	}
	t.Any = nil
	if t.Event != "" || t.StepDone != "" || t.FactChange != "" || t.Recurring != nil || t.Schedule != nil {
		out = append(out, t)
	}
	return out
}

// Way is one exit of a step: where the work goes on, and if what.
type Way struct {
	To     string // step id
	If     string // condition in words, "" where there is none
	Begins bool   // To begins because the step was done; else the manual only points there
}

// Ways returns where the work goes on after a step: decisions first, then what
// begins by itself, then what the manual points to; each step once.
func (w Words) Ways(s *protocol.Step) (out []Way) {
	at := map[string]int{}
	add := func(way Way) {
		if way.To == "" {
			return
		}
		if i, ok := at[way.To]; ok {
			out[i].Begins = out[i].Begins || way.Begins
			return
		}
		at[way.To] = len(out)
		out = append(out, way)
	}
	for _, d := range s.Decide {
		if d.If != nil {
			add(Way{To: d.Then, If: w.p.T("flow.if", "what", w.Cond(*d.If))})
		}
		add(Way{To: d.Else, If: w.p.T("flow.else")})
	}
	for _, id := range w.after[s.ID] {
		add(Way{To: id, Begins: true})
	}
	for _, id := range s.Next {
		add(Way{To: id})
	}
	return out
}
