package book

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/naungan/naungan/internal/manual/flow"
	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/protocol"
)

// cadre is the role whose steps stand on the pocket card.
const cadre = "R-KADER"

// writer says a manual in one language.
type writer struct {
	m *protocol.Manual
	o Options
	w flow.Words
	p *lang.Printer
}

func (w *writer) book() *content {
	status := w.word("book.status.", w.o.Status)
	c := &content{
		Lang: w.o.Lang, Title: cmp.Or(w.m.Protocol.Title.In(w.o.Lang), w.p.T("book.title")), Subtitle: w.p.T("book.subtitle"),
		Edition: w.p.T("book.edition", "version", w.m.Protocol.Version, "status", status),
		Hash:    w.p.T("book.fingerprint", "hash", w.o.Hash),
		Warning: w.word("book.warning.", w.o.Status),
		Counted: w.counted(), Day: w.p.T("book.use.day"),
		Contacts: w.o.Contacts, t: w.p.T,
	}
	c.Short = w.m.Protocol.ID + " " + w.m.Protocol.Version + " · " + status + " · " + w.o.Hash[:min(12, len(w.o.Hash))]
	for _, n := range []string{"one", "two", "three", "four", "five"} {
		c.Use = append(c.Use, w.p.T("book.use."+n))
	}
	c.Legend = w.legend()
	for _, g := range w.m.Guards {
		c.Guards = append(c.Guards, guard{g.ID, g.Rule.In(w.o.Lang), strings.Join(g.Refs, ", ")})
	}
	for _, st := range w.m.Stages {
		c.Stages = append(c.Stages, w.stage(st))
		c.Clocks = append(c.Clocks, w.clocks(st))
	}
	c.Forms, c.Sources, c.Card = w.forms(), w.sources(), w.card(c)
	return c
}

// word returns the text of a code, or the code itself where the catalogue has none.
func (w *writer) word(prefix, code string) string {
	if w.p.Has(prefix + code) {
		return w.p.T(prefix + code)
	}
	return strings.ReplaceAll(code, "_", " ")
}

// counted says how many deadlines are ours.
func (w *writer) counted() string {
	ours, all := 0, 0
	for _, s := range w.m.Steps {
		if s.Deadline.Unit != "" {
			all++
		}
		if s.Deadline.Basis == "project_default" {
			ours++
		}
	}
	return w.p.T("book.counted", "proposals", ours, "deadlines", all)
}

func (w *writer) legend() []legend {
	kinds := []struct {
		kind  string
		codes []string
	}{
		{"binding", []string{"duty", "power", "target"}},
		{"basis", []string{"law", "service_standard", "guideline", "project_default"}},
		{"certainty", []string{"text", "secondary", "unverified"}},
	}
	out := make([]legend, len(kinds))
	for i, k := range kinds {
		out[i].Title = w.p.T("book.use." + k.kind)
		for _, code := range k.codes {
			m := w.mark(k.kind, code)
			m.Text = w.word("book."+k.kind+"_text.", code)
			out[i].Marks = append(out[i].Marks, m)
		}
	}
	return out
}

func (w *writer) mark(kind, code string) mark {
	if code == "" {
		return mark{}
	}
	return mark{Kind: code, Sign: signs[code], Word: w.word("book."+kind+".", code)}
}

func (w *writer) stage(st protocol.Stage) stage {
	title := st.Title.In(w.o.Lang)
	out := stage{ID: st.ID, Title: title, Head: w.p.T("book.stage_title", "stage", st.ID, "title", title)}
	out.Flow = flow.Of(w.m, st.ID, w.o.Lang, flow.Options{Columns: 2})
	out.Wide = flow.Of(w.m, st.ID, w.o.Lang, flow.Options{Columns: 3})
	for _, s := range w.m.Steps {
		if s.Stage == st.ID {
			out.Steps = append(out.Steps, w.step(s))
		}
	}
	return out
}

func (w *writer) step(s *protocol.Step) step {
	out := step{ID: s.ID, Title: s.Title.In(w.o.Lang), Facts: w.facts(s), Deadlines: w.deadlines(s), First: w.gates(s)}
	out.Do, out.Forbid = w.texts(s.Do), w.texts(s.Forbid)
	for _, way := range w.w.Ways(s) {
		if way.If != "" {
			out.Decide = append(out.Decide, capital(way.If)+" → "+w.w.Step(way.To))
		} else {
			out.Next = append(out.Next, w.w.Step(way.To))
		}
	}
	out.Require, out.Ladder = w.texts(s.Require), w.ladder(s.Ladder)
	for _, f := range s.Outputs {
		out.Outputs = append(out.Outputs, w.form(f))
	}
	for _, t := range s.Track {
		d := w.deadline(t.Value, t.Unit, t.Anchor, t.Basis, t.Certainty, t.Binding)
		d.What, d.Refs = t.What.In(w.o.Lang), strings.Join(t.Refs, ", ")
		out.Tracks = append(out.Tracks, d)
	}
	if len(s.ReviewBefore) > 0 {
		out.Review = capital(w.p.T("book.step.review", "steps", strings.Join(s.ReviewBefore, ", ")))
	}
	var late []string
	for _, a := range s.OnOverdue {
		late = append(late, w.word("book.overdue.", a))
	}
	out.Overdue, out.Secrecy = capital(strings.Join(late, "; ")), w.secrecy(s.Sensitivity)
	for _, id := range s.Refs {
		src := w.m.Sources[id]
		out.Refs = append(out.Refs, cited{id, src.Title, w.word("book.certainty.", src.Certainty)})
	}
	return out
}

func (w *writer) secrecy(code string) string {
	if code == "" {
		return ""
	}
	return capital(w.word("book.sensitivity.", code))
}

func (w *writer) texts(list []protocol.Text) (out []string) {
	for _, t := range list {
		out = append(out, capital(t.In(w.o.Lang)))
	}
	return out
}

func capital(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

func (w *writer) facts(s *protocol.Step) (out []fact) {
	who := w.role(s.Actor)
	if w.m.Roles[s.Actor].External {
		who = w.p.T("book.step.external", "who", who)
	}
	out = append(out, fact{w.p.T("book.step.who"), who})
	if len(s.Support) > 0 {
		var with []string
		for _, r := range s.Support {
			with = append(with, w.role(r))
		}
		out = append(out, fact{w.p.T("book.step.support"), strings.Join(with, "; ")})
	}
	if begins := w.w.Trigger(s.Trigger); len(begins) > 0 {
		out = append(out, fact{w.p.T("book.step.begins"), capital(strings.Join(begins, "; "))})
	}
	if s.When != nil {
		out = append(out, fact{w.p.T("book.step.only"), capital(w.w.Cond(*s.When))})
	}
	return out
}

func (w *writer) role(id string) string {
	if name := w.m.Roles[id].Name(w.o.Lang); name != "" {
		return name
	}
	return id
}

// deadlines returns the step's deadline and those that replace it.
func (w *writer) deadlines(s *protocol.Step) (out []deadline) {
	d := s.Deadline
	if d.Unit == "" {
		return nil
	}
	first := w.deadline(d.Value, d.Unit, d.Anchor, d.Basis, d.Certainty, d.Binding)
	first.Note = d.Note.In(w.o.Lang)
	out = append(out, first)
	for _, o := range s.DeadlineWhen {
		other := w.deadline(o.Value, o.Unit, d.Anchor, o.Basis, o.Certainty, d.Binding)
		other.What = w.w.Cond(o.If)
		out = append(out, other)
	}
	return out
}

func (w *writer) deadline(n int, unit, anchor, basis, certainty, binding string) deadline {
	d := deadline{Span: w.w.Span(n, unit), Binding: w.mark("binding", binding), Basis: w.mark("basis", basis), Certainty: w.mark("certainty", certainty)}
	switch what := w.m.AnchorText(anchor).In(w.o.Lang); {
	case anchor == "":
		d.Full = d.Span
		return d
	case strings.HasPrefix(anchor, "before_"):
		d.Full = w.p.T("book.step.before", "span", d.Span, "what", what)
	default:
		d.Full = w.p.T("book.step.after", "span", d.Span, "what", what)
	}
	d.From = strings.TrimSpace(strings.TrimPrefix(d.Full, d.Span))
	return d
}

// ladder returns the levels of an escalation, each with how long it waits.
func (w *writer) ladder(rungs []protocol.Rung) (out []string) {
	for _, r := range rungs {
		text := capital(r.To.In(w.o.Lang))
		if r.Wait != nil {
			text = w.p.T("book.step.rung", "to", text, "span", w.w.Span(r.Wait.Value, r.Wait.Unit))
		}
		var basis []string
		for _, m := range []mark{w.mark("basis", r.Basis), w.mark("certainty", r.Certainty)} {
			if m.Kind != "" {
				basis = append(basis, m.Sign+" "+m.Word)
			}
		}
		if len(basis) > 0 {
			text += " (" + strings.Join(basis, ", ") + ")"
		}
		if note := r.Note.In(w.o.Lang); note != "" {
			text += ". " + note
		}
		out = append(out, text)
	}
	return out
}

// gates returns what must be there before the step.
func (w *writer) gates(s *protocol.Step) (out []string) {
	for _, id := range s.Consent {
		c := w.m.Consents[id]
		name := c.Name(w.o.Lang)
		if name == "" {
			name = id
		}
		text := w.p.T("book.step.consent", "what", name)
		var more []string
		if e := c.Evidence.In(w.o.Lang); e != "" {
			more = append(more, w.p.T("book.step.evidence", "what", e))
		}
		if c.OrStep != "" {
			more = append(more, w.p.T("book.step.or_step", "step", c.OrStep))
		}
		if len(more) > 0 {
			text += " (" + strings.Join(more, "; ") + ")"
		}
		out = append(out, text)
	}
	if s.ConsentUnless != nil {
		out = append(out, w.p.T("book.step.unless", "when", w.m.CondText(*s.ConsentUnless).In(w.o.Lang)))
	}
	for _, f := range s.RequiresForms {
		out = append(out, w.p.T("book.step.needs_form", "form", w.form(f)))
	}
	return out
}

func (w *writer) form(id string) string {
	if t := w.m.Forms[id].Title.In(w.o.Lang); t != "" {
		return id + " " + t
	}
	return id
}

// forms returns every form in the order of its id.
func (w *writer) forms() (out []form) {
	for _, id := range sorted(w.m.Forms) {
		f := w.m.Forms[id]
		o := form{ID: id, Title: f.Title.In(w.o.Lang), Purpose: f.Purpose.In(w.o.Lang), Secrecy: w.secrecy(f.Sensitivity)}
		if by := w.using(func(s *protocol.Step) bool {
			return slices.Contains(s.Outputs, id) || slices.Contains(s.RequiresForms, id)
		}); by != "" {
			o.UsedBy = w.p.T("book.used_by", "steps", by)
		}
		for _, d := range f.Fields {
			o.Fields = append(o.Fields, w.field(f, d))
		}
		out = append(out, o)
	}
	return out
}

func (w *writer) field(f protocol.Form, d protocol.Field) field {
	o := field{Label: d.Label.In(w.o.Lang), Hint: d.Hint.In(w.o.Lang), Type: d.Type, Required: d.Required, Range: w.between(d)}
	for _, c := range d.Choices {
		o.Choices = append(o.Choices, c.Label.In(w.o.Lang))
	}
	if d.Type == protocol.FieldYesNo {
		o.Choices = []string{w.p.T("book.form.yes"), w.p.T("book.form.no")}
	}
	if d.ShownWhen != nil {
		o.Shown = w.p.T("book.form.shown", "what", f.CondText(*d.ShownWhen).In(w.o.Lang))
	}
	return o
}

func (w *writer) between(d protocol.Field) string {
	switch {
	case d.Min != nil && d.Max != nil:
		return w.p.T("book.form.range", "min", *d.Min, "max", *d.Max)
	case d.Min != nil && *d.Min > 0: // that nothing is less than nothing goes without saying
		return w.p.T("book.form.at_least", "min", *d.Min)
	case d.Max != nil:
		return w.p.T("book.form.at_most", "max", *d.Max)
	}
	return ""
}

// using lists the steps that hold.
func (w *writer) using(holds func(*protocol.Step) bool) string {
	var ids []string
	for _, s := range w.m.Steps {
		if holds(s) {
			ids = append(ids, s.ID)
		}
	}
	return strings.Join(ids, ", ")
}

// clocks returns a stage's deadlines, ours and those we track.
func (w *writer) clocks(st protocol.Stage) clockGroup {
	g := clockGroup{Head: w.p.T("book.stage_title", "stage", st.ID, "title", st.Title.In(w.o.Lang))}
	for _, s := range w.m.Steps {
		if s.Stage != st.ID {
			continue
		}
		for i, d := range w.deadlines(s) {
			c := clock{ID: s.ID, Title: s.Title.In(w.o.Lang), Who: w.role(s.Actor), D: d}
			if i > 0 {
				c.Title = capital(d.What)
			}
			g.Clocks = append(g.Clocks, c)
		}
		for _, t := range s.Track {
			d := w.deadline(t.Value, t.Unit, t.Anchor, t.Basis, t.Certainty, t.Binding)
			g.Clocks = append(g.Clocks, clock{ID: s.ID, Title: t.What.In(w.o.Lang), Theirs: true, D: d})
		}
	}
	return g
}

// card returns what a cadre carries: the cadre's steps and the rules.
func (w *writer) card(c *content) (out card) {
	for _, s := range w.m.Steps {
		if s.Actor == cadre {
			out.Steps = append(out.Steps, w.step(s))
		}
	}
	for _, n := range []string{"one", "two", "three"} {
		out.First = append(out.First, w.p.T("book.pocket.first_"+n))
	}
	for _, n := range []string{"one", "two", "three", "four"} {
		out.Never = append(out.Never, w.p.T("book.pocket.never_"+n))
	}
	for _, g := range c.Guards {
		out.Rules = append(out.Rules, g.Rule)
	}
	return out
}

func (w *writer) sources() (out []source) {
	for _, id := range sorted(w.m.Sources) {
		s := w.m.Sources[id]
		o := source{ID: id, Title: s.Title, URL: webURL(s.URL), Certainty: w.mark("certainty", s.Certainty)}
		if by := w.using(func(st *protocol.Step) bool {
			return slices.Contains(st.Refs, id) || slices.ContainsFunc(st.Track, func(t protocol.Track) bool { return slices.Contains(t.Refs, id) })
		}); by != "" {
			o.CitedBy = w.p.T("book.cited_by", "steps", by)
		}
		out = append(out, o)
	}
	return out
}

// webURL returns an address of the web, or "": nothing else becomes a link.
func webURL(s string) string {
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		return s
	}
	return ""
}

// sorted returns the keys of a map, F-2 before F-10.
func sorted[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b string) int {
		if key := strings.Compare(padded(a), padded(b)); key != 0 {
			return key
		}
		return strings.Compare(a, b)
	})
	return out
}

func padded(s string) string {
	at := strings.IndexFunc(s, func(r rune) bool { return r >= '0' && r <= '9' })
	if at < 0 || len(s)-at > 9 {
		return s
	}
	return fmt.Sprintf("%s%9s", s[:at], s[at:])
}
