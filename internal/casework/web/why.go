package web

import (
	"cmp"
	"strings"

	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/protocol"
)

// eventTitle, factTitle and valueTitle name what the manual calls by a code: as
// the manual itself does, or from the room's texts where an earlier one does not.
func eventTitle(p *lang.Printer, m *protocol.Manual, code string) string {
	return cmp.Or(m.Happens[code].In(p.Lang()), named(p, "casework.occurred", code))
}

func factTitle(p *lang.Printer, m *protocol.Manual, code string) string {
	return cmp.Or(m.Facts[code].Label.In(p.Lang()), named(p, "casework.fact", code))
}

func valueTitle(p *lang.Printer, m *protocol.Manual, fact, code string) string {
	return cmp.Or(m.Facts[fact].Labels[code].In(p.Lang()), named(p, "casework.value", code))
}

// titleOf names a consent, or a form with the number that its paper bears.
func titleOf(m *protocol.Manual, id, l string) string {
	if c, ok := m.Consents[id]; ok {
		return c.Name(l)
	}
	if f, ok := m.Forms[id]; ok {
		return id + " " + f.Title.In(l)
	}
	return id
}

func titlesOf(m *protocol.Manual, ids []string, l string) (out []string) {
	for _, id := range ids {
		out = append(out, titleOf(m, id, l))
	}
	return out
}

// whyText puts a reason of the engine in words.
func whyText(p *lang.Printer, m *protocol.Manual, w protocol.Why) string {
	switch w.Rule {
	case "trigger":
		if w.At.IsZero() {
			return p.T("casework.because.waits", "what", whatText(p, m, w))
		}
		return p.T("casework.because.came", "what", whatText(p, m, w), "when", p.DateTime(w.At))
	case "when":
		return p.T("casework.because."+map[bool]string{true: "holds", false: "holds_not"}[w.Holds], "facts", factsText(p, m, w.Facts))
	case "gate":
		return p.T("casework.because.gate", "what", titleOf(m, w.Name, p.Lang()))
	case "calendar":
		return p.T("casework.because.calendar", "year", w.Value)
	}
	return deadlineText(p, m, w)
}

func deadlineText(p *lang.Printer, m *protocol.Manual, w protocol.Why) string {
	key := "after"
	switch {
	case w.Ahead && w.Known:
		key = "before"
	case w.Ahead:
		key = "before_unknown"
	case !w.Known:
		key = "after_unknown"
	}
	s := p.T("casework.because."+key, "span", spanText(p, w.Value, w.Unit), "what", whatText(p, m, w), "when", p.DateTime(w.At))
	if w.Unit == "minute" && w.Known && !w.Ahead { // the page and the lists show full hours
		s = p.T("casework.because.rounded", "deadline", s)
	}
	if len(w.Facts) > 0 {
		s = p.T("casework.because.with", "deadline", s, "facts", factsText(p, m, w.Facts))
	}
	return s
}

// whatText names what a trigger waits for or a deadline counts from.
func whatText(p *lang.Printer, m *protocol.Manual, w protocol.Why) string {
	switch w.Kind {
	case "step":
		title := w.Name
		if s := m.Step(w.Name); s != nil {
			title = s.ID + " " + s.Title.In(p.Lang())
		}
		return p.T("casework.because.step", "step", title)
	case "fact":
		return p.T("casework.because.change", "fact", factTitle(p, m, w.Name))
	case "recurring":
		return p.T("casework.because.recurring", "span", spanText(p, w.Value, w.Unit))
	case "schedule":
		return p.T("casework.because.schedule", "event", eventTitle(p, m, w.Name))
	}
	return p.T("casework.because.event", "event", eventTitle(p, m, w.Name))
}

func factsText(p *lang.Printer, m *protocol.Manual, facts []protocol.Found) string {
	var words []string
	for _, f := range facts {
		name, value := factTitle(p, m, f.Fact), valueTitle(p, m, f.Fact, f.Value)
		if f.Assumed {
			words = append(words, p.T("casework.because.fact_assumed", "fact", name, "value", value))
			continue
		}
		words = append(words, name+": "+value)
	}
	return strings.Join(words, "; ")
}

func spanText(p *lang.Printer, n int, unit string) string {
	if n == 0 {
		return p.T("casework.unit.none")
	}
	return p.T("casework.unit."+cmp.Or(unit, "calendar_day"), "n", n)
}
