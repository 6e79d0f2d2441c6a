package web

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/protocol"
)

// fillView is a form of the manual being filled in for a step of a case.
type fillView struct {
	caseView
	ID, Step string
	Sheet    protocol.Form
	Last     casework.Entry[casework.FillingDoc] // the newest filling for this step
	Has      bool                                // there is one
	From     casework.Entry[casework.FillingDoc] // another filling that the answers were taken from
	Seen     int64                               // the filling that what is typed was made from
	Theirs   url.Values                          // a colleague's newer filling, where both wrote
	People   []string                            // offered where a person is written
	Places   []string                            // and an institution
}

func fillPath(caseID, form, step string) string {
	path := "/kasus/" + caseID + "/formulir/" + url.PathEscape(form)
	if step != "" {
		path += "?langkah=" + url.QueryEscape(step)
	}
	return path
}

// readPath leads to one filling, by its number: a post leads there, and where a post
// led stands in clear for a week, so that neither form nor step may be in it.
func readPath(caseID string, seq int64) string {
	return "/kasus/" + caseID + "/isian/" + itoa(seq)
}

// earlier lists every other filling of this form in the case, newest first.
func (v fillView) earlier() (out []casework.Entry[casework.FillingDoc]) {
	for _, e := range reversed(v.Fillings) {
		if e.Doc.Form == v.ID && e.Seq != v.Last.Seq {
			out = append(out, e)
		}
	}
	return out
}

// shown tells whether a field is asked for, given what is typed so far; one that is
// wrong is shown in any case.
func (v fillView) shown(d protocol.Field) bool {
	return v.Wrong(casework.AnswerField(d.ID)) || slices.ContainsFunc(v.Sheet.Shown(answersIn(v.Sheet, v.Values)), func(s protocol.Field) bool { return s.ID == d.ID })
}

// grows tells whether answers make further fields appear.
func (v fillView) grows() bool {
	return slices.ContainsFunc(v.Sheet.Fields, func(d protocol.Field) bool { return d.ShownWhen != nil })
}

// theirs says a colleague's answer where it is another than typed.
func (v fillView) theirs(ctx context.Context, d protocol.Field) string {
	name := casework.AnswerField(d.ID)
	if v.Theirs == nil || slices.Equal(filled(v.Values[name]), filled(v.Theirs[name])) {
		return ""
	}
	return ui.T(ctx, "casework.theirs_says", "name", v.Names[v.Last.Author], "text", orNone(ctx, answerText(ctx, d, v.Theirs[name])))
}

func (v fillView) differing(ctx context.Context) (out []string) {
	for _, d := range v.Sheet.Fields {
		if v.theirs(ctx, d) != "" {
			out = append(out, d.Label.In(ui.V(ctx).P.Lang()))
		}
	}
	return out
}

// answersIn reads the fields of a form out of what was posted.
func answersIn(f protocol.Form, v url.Values) map[string][]string {
	out := map[string][]string{}
	for _, d := range f.Fields {
		if given := v[casework.AnswerField(d.ID)]; len(given) > 0 {
			out[d.ID] = given
		}
	}
	return out
}

func typedOf(answers map[string][]string) url.Values {
	v := url.Values{}
	for id, given := range answers {
		v[casework.AnswerField(id)] = given
	}
	return v
}

func (p *Pages) fillView(c *web.Ctx, form, step string) (v fillView, err error) {
	v.ID, v.Step = form, step
	if v.caseView, err = p.opened(c, "steps"); err != nil {
		return v, err
	}
	if v.Sheet, err = casework.FormOf(v.Manual, v.ID, step); err != nil {
		return v, err
	}
	v.Last, v.Has = v.Filling(v.ID, step)
	v.Seen = v.Last.Seq
	for _, m := range v.Members {
		v.People = append(v.People, m.Name)
	}
	for _, r := range v.Manual.Roles {
		if r.External {
			v.Places = append(v.Places, r.Name(c.P.Lang()))
		}
	}
	slices.Sort(v.Places)
	return v, nil
}

// fill shows a form to be filled in: as it was left, empty, or beginning with an
// earlier filling. What was answered for another step is not asked again, but is to
// be checked: the page says where it comes from.
func (p *Pages) fill(c *web.Ctx) error {
	q := c.R.URL.Query()
	v, err := p.fillView(c, c.R.PathValue("form"), q.Get("langkah"))
	if err != nil {
		return err
	}
	switch from, ok := v.fillingAt(q.Get("dari")); {
	case ok && from.Doc.Form == v.ID:
		v.From, v.Values = from, typedOf(from.Doc.Answers)
	case v.Has && (q.Get("kosong") != "1" || v.Last.Doc.Draft):
		v.Values = typedOf(v.Last.Doc.Answers)
	case !v.Has && q.Get("kosong") != "1":
		v.From, _ = v.Finished(v.ID)
		v.Values = typedOf(v.From.Doc.Answers)
	}
	return c.Page(title(c), fillPage(v))
}

// saveFilling keeps a draft, finishes a form, or shows it again with the fields
// that the answers make appear. Where a colleague saved in between, both are shown
// and the person decides.
func (p *Pages) saveFilling(c *web.Ctx) error {
	var v fillView
	var done casework.Filled
	read := func() (err error) {
		if v, err = p.fillView(c, c.R.PathValue("form"), c.Get("step")); err == nil {
			v.Values, v.Seen = c.R.PostForm, seenOf(c)
			if from, ok := v.fillingAt(c.Get("from")); ok && from.Doc.Form == v.ID {
				v.From = from
			}
		}
		return err
	}
	if c.Get("go") != "draft" && c.Get("go") != "finish" {
		if err := read(); err != nil {
			return err
		}
		return c.Page(title(c), fillPage(v))
	}
	err := retry(func() (err error) {
		if err = read(); err != nil {
			return err
		}
		done, err = p.filled(c, v)
		return err
	})
	switch {
	case err == nil && c.Get("go") == "draft":
		return c.Done(readPath(v.Head.ID, done.Seq), "filling_draft")
	case err == nil:
		return c.Done(readPath(v.Head.ID, done.Seq), "filling_done")
	case v.Sheet.Fields == nil:
		return err
	}
	return c.Invalid(err, "seen", "", c.Form(), func(f ui.Form) error {
		for i, e := range f.Errors {
			if e.Name == "form" {
				f.Errors[i].Name = casework.AnswerField(v.Sheet.Fields[0].ID)
			}
			f.Errors[i].Args = said(e, c.P.Lang())
		}
		v.Form = f
		if fault.KindOf(err) == fault.Conflict {
			v.Theirs, v.Seen = typedOf(v.Last.Doc.Answers), v.Last.Seq // now it was read
		}
		return c.PageAs(web.Status(fault.KindOf(err)), title(c), fillPage(v))
	})
}

func (p *Pages) filled(c *web.Ctx, v fillView) (out casework.Filled, err error) {
	d := casework.FillingDoc{Form: v.ID, Step: v.Step, Draft: c.Get("go") == "draft", Answers: answersIn(v.Sheet, c.R.PostForm)}
	if !d.Draft {
		if err := unseen(v.Sheet, d.Answers, c.R.PostForm["asked"]); err != nil {
			return out, err
		}
	}
	rules, err := p.s.Rules(c.R.Context(), v.Head.Manual)
	if err != nil {
		return out, err
	}
	if out, err = v.Fill(c.Who(), rules, c.Now, c.Today(), d, seenOf(c)); err != nil {
		return out, err
	}
	return out, p.s.Fill(c.R.Context(), c.Who(), out)
}

// unseen refuses to finish a form whose answers ask for fields that were not on
// the page: without script they appear only now.
func unseen(f protocol.Form, answers map[string][]string, asked []string) error {
	var more protocol.Text
	first := ""
	for _, d := range f.Shown(answers) {
		if d.ShownWhen == nil || slices.Contains(asked, d.ID) {
			continue
		}
		if first == "" {
			first, more = d.ID, d.Label
			continue
		}
		more = protocol.Text{ID: more.ID + "; " + d.Label.ID, EN: more.In("en") + "; " + d.Label.In("en")}
	}
	if first == "" {
		return nil
	}
	var fields []fault.Field
	for _, w := range f.Validate(answers) {
		fields = append(fields, fault.Field{Name: casework.AnswerField(w.Field), Key: "casework.filling.wrong", Args: []any{"fault", w}})
	}
	return fault.Of(append(fields, fault.Field{Name: casework.AnswerField(first), Key: "casework.filling.more", Args: []any{"labels", more}})...)
}

// said puts what the manual's form says of an answer into a language.
func said(e fault.Field, l string) []any {
	if len(e.Args) == 2 {
		switch w := e.Args[1].(type) {
		case protocol.FieldFault:
			return []any{"text", w.Sentence(l)}
		case protocol.Text:
			return []any{"labels", w.In(l)}
		}
	}
	return e.Args
}

func (v caseView) fillingAt(seq string) (e casework.Entry[casework.FillingDoc], ok bool) {
	n, err := strconv.ParseInt(seq, 10, 64)
	if err != nil {
		return e, false
	}
	return v.FillingAt(n)
}

// filledView is a filling to be read or printed, with the manual that it was
// filled by.
type filledView struct {
	caseView
	casework.Entry[casework.FillingDoc]
	By  *protocol.Manual
	Now casework.Entry[casework.FillingDoc] // the newest of this form and step
}

func (p *Pages) filledView(c *web.Ctx, tab, seq string) (v filledView, err error) {
	if v.caseView, err = p.opened(c, tab); err != nil {
		return v, err
	}
	var ok bool
	if v.Entry, ok = v.fillingAt(seq); !ok {
		return v, fault.New(fault.NotFound, "fault.not_found")
	}
	v.Now, _ = v.Filling(v.Doc.Form, v.Doc.Step)
	rules, err := p.s.Rules(c.R.Context(), v.Doc.Manual)
	if v.By = rules.Manual; err != nil { // its version is not to be had: the words of the case's own
		v.By = v.Manual
	}
	return v, nil
}

// readFilling shows one filling; the draft that is being written, as its form.
func (p *Pages) readFilling(c *web.Ctx) error {
	v, err := p.filledView(c, "steps", c.R.PathValue("seq"))
	if err != nil {
		return err
	}
	if v.Doc.Draft && v.Now.Seq == v.Seq && !v.Closed() {
		f, err := p.fillView(c, v.Doc.Form, v.Doc.Step)
		if err == nil {
			f.Values = typedOf(v.Doc.Answers)
			return c.Page(title(c), fillPage(f))
		}
		if fault.KindOf(err) != fault.NotFound { // the case's manual no longer has this form: it is read
			return err
		}
	}
	return c.Page(title(c), filledPage(v))
}

// printFilling numbers a print of one filled form and shows it.
func (p *Pages) printFilling(c *web.Ctx) error {
	v, err := p.filledView(c, "print", c.Get("filling"))
	if err != nil {
		return err
	}
	n, err := p.s.Print(c.R.Context(), c.Who(), v.Head.ID, "filling")
	if err != nil {
		return err
	}
	return c.Page(title(c), printFillingPage(v, n))
}

// rows lists what was answered, in the order of the form and in its words.
func (v filledView) rows(ctx context.Context) (out []ui.Row) {
	known := map[string]bool{}
	for _, d := range v.By.Forms[v.Doc.Form].Fields {
		if known[d.ID] = true; len(v.Doc.Answers[d.ID]) > 0 {
			out = append(out, ui.Row{Key: d.Label.In(ui.V(ctx).P.Lang()), Value: answerText(ctx, d, v.Doc.Answers[d.ID])})
		}
	}
	for id, given := range v.Doc.Answers {
		if !known[id] {
			out = append(out, ui.Row{Key: id, Value: strings.Join(given, ", ")})
		}
	}
	return out
}

// answerText says an answer in the words of the form.
func answerText(ctx context.Context, d protocol.Field, given []string) string {
	p := ui.V(ctx).P
	var words []string
	for _, s := range given {
		switch d.Type {
		case protocol.FieldYesNo:
			s = named(p, "ui", s)
		case protocol.FieldChoice, protocol.FieldChoices:
			for _, c := range d.Choices {
				if c.ID == s {
					s = c.Label.In(p.Lang())
					break
				}
			}
		case protocol.FieldDate:
			if t, err := time.ParseInLocation("2006-01-02", s, clock.Jakarta); err == nil {
				s = p.Date(t)
			}
		case protocol.FieldTime:
			if t, err := time.ParseInLocation("2006-01-02T15:04", s, clock.Jakarta); err == nil {
				s = p.DateTime(t)
			}
		}
		words = append(words, plain.Clean(s))
	}
	return strings.Join(words, ", ")
}

func answerOptions(ctx context.Context, d protocol.Field) (out []ui.Option) {
	if d.Type == protocol.FieldYesNo {
		return ui.Options(ctx, "ui", []string{"yes", "no"})
	}
	for _, c := range d.Choices {
		out = append(out, ui.Option{Value: c.ID, Label: cmp.Or(c.Label.In(ui.V(ctx).P.Lang()), c.ID)})
	}
	return out
}

// whenJSON is a field's condition for the script that shows it at once.
func whenJSON(c *protocol.Cond) string {
	if c == nil {
		return ""
	}
	text, err := json.Marshal(condOf(*c))
	if err != nil { // strings and lists of them always are JSON
		return ""
	}
	return string(text)
}

func condOf(c protocol.Cond) map[string]any {
	list := func(of []protocol.Cond) (out []any) {
		for _, sub := range of {
			out = append(out, condOf(sub))
		}
		return out
	}
	switch {
	case len(c.All) > 0:
		return map[string]any{"all": list(c.All)}
	case len(c.Any) > 0:
		return map[string]any{"any": list(c.Any)}
	case c.Not != nil:
		return map[string]any{"not": condOf(*c.Not)}
	}
	return map[string]any{"field": casework.AnswerField(c.Fact), "not_in": c.Op == "ne" || c.Op == "not_in", "values": c.Value}
}

// sheetsOf lists the forms that can be filled in for a step: what it brings out,
// and what it still waits for.
func sheetsOf(v caseView, t protocol.Task) (out []string) {
	for _, f := range append(slices.Clone(t.Step.Outputs), t.Missing...) {
		if _, err := casework.FormOf(v.Manual, f, t.Step.ID); err == nil && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// currents lists the newest filling of each form and step, newest first.
func currents(v caseView) (out []casework.Entry[casework.FillingDoc]) {
	for _, e := range reversed(v.Fillings) {
		if now, _ := v.Filling(e.Doc.Form, e.Doc.Step); now.Seq == e.Seq {
			out = append(out, e)
		}
	}
	return out
}
