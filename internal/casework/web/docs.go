package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// field is one field of a document's form: a line, an area, a choice or choices.
type field struct {
	Name, Type string
	Codes      []string
	Prefix     string
}

// docForm is how a document is shown and read.
type docForm struct {
	Fields []field
	Fill   func(o casework.Opened) url.Values
	Read   func(v url.Values) casework.Document
}

var (
	ageBands = []string{"0-5", "6-11", "12-14", "15-17", "18+", "unknown"}
	sexes    = []string{"girl", "boy", "other", "unknown"}
	places   = []string{"home", "school", "venue", "online", "street", "boarding", "work", "institution", "other", "unknown"}
	channels = []string{"phone", "whatsapp", "in_person", "through_adult", "none"}
	yesNo    = []string{"yes", "no", "unknown"}
)

var docForms = map[casework.Kind]docForm{
	casework.Situation: {
		[]field{{Name: "summary", Type: "area"}, {Name: "own_words", Type: "area"}, {Name: "age_band", Type: "select", Codes: ageBands, Prefix: "casework.age"}, {Name: "sex", Type: "select", Codes: sexes, Prefix: "casework.sex"},
			{Name: "place", Type: "select", Codes: places, Prefix: "casework.place"}, {Name: "area", Type: "line"}, {Name: "helps_now", Type: "area"}, {Name: "languages", Type: "line"}, {Name: "needs", Type: "area"}},
		func(o casework.Opened) url.Values {
			s := o.Situation
			return ui.Filled("summary", s.Summary, "own_words", s.OwnWords, "age_band", s.AgeBand, "sex", s.Sex, "place", s.Place, "area", s.Area, "helps_now", s.HelpsNow, "languages", s.Languages, "needs", s.Needs).Values
		},
		func(v url.Values) casework.Document {
			return casework.SituationDoc{Summary: text(v, "summary"), OwnWords: text(v, "own_words"), AgeBand: v.Get("age_band"), Sex: v.Get("sex"), Place: v.Get("place"), Area: text(v, "area"),
				HelpsNow: text(v, "helps_now"), Languages: text(v, "languages"), Needs: text(v, "needs")}
		},
	},
	casework.Concerns: {
		[]field{{Name: "codes", Type: "checks", Codes: casework.ConcernCodes, Prefix: "casework.concern"}, {Name: "note", Type: "area"}},
		func(o casework.Opened) url.Values {
			v := ui.Filled("note", o.Concerns.Note).Values
			v["codes"] = o.Concerns.Codes
			return v
		},
		func(v url.Values) casework.Document {
			return casework.ConcernsDoc{Codes: v["codes"], Note: text(v, "note")}
		},
	},
	casework.SafeContact: {
		[]field{{Name: "channel", Type: "select", Codes: channels, Prefix: "casework.channel"}, {Name: "to", Type: "line"}, {Name: "shared_phone", Type: "select", Codes: yesNo, Prefix: "ui"}, {Name: "safe_hours", Type: "line"},
			{Name: "code_word", Type: "line"}, {Name: "neutral", Type: "area"}, {Name: "trusted_adult", Type: "line"}, {Name: "never", Type: "area"}},
		func(o casework.Opened) url.Values {
			s := o.Contact
			return ui.Filled("channel", s.Channel, "to", s.To, "shared_phone", s.SharedPhone, "safe_hours", s.SafeHours, "code_word", s.CodeWord, "neutral", s.Neutral, "trusted_adult", s.TrustedAdult, "never", s.Never).Values
		},
		func(v url.Values) casework.Document {
			return casework.SafeContactDoc{Channel: v.Get("channel"), To: text(v, "to"), SharedPhone: v.Get("shared_phone"), SafeHours: text(v, "safe_hours"), CodeWord: text(v, "code_word"),
				Neutral: text(v, "neutral"), TrustedAdult: text(v, "trusted_adult"), Never: text(v, "never")}
		},
	},
	casework.SafetyPlan: {
		[]field{{Name: "safe_people", Type: "area"}, {Name: "where_to", Type: "area"}, {Name: "numbers", Type: "area"}, {Name: "signal", Type: "area"}, {Name: "must_not", Type: "area"}},
		func(o casework.Opened) url.Values {
			s := o.Safety
			return ui.Filled("safe_people", s.SafePeople, "where_to", s.WhereTo, "numbers", s.Numbers, "signal", s.Signal, "must_not", s.MustNot).Values
		},
		func(v url.Values) casework.Document {
			return casework.SafetyDoc{SafePeople: text(v, "safe_people"), WhereTo: text(v, "where_to"), Numbers: text(v, "numbers"), Signal: text(v, "signal"), MustNot: text(v, "must_not")}
		},
	},
	casework.CasePlan: {planFields(), fillPlan, readPlan},
}

const goals = 5 // lines of the plan's form; more are kept

func planFields() (out []field) {
	for i := range goals {
		n := itoa(int64(i + 1))
		out = append(out, field{Name: "goal" + n, Type: "line"}, field{Name: "service" + n, Type: "line"}, field{Name: "who" + n, Type: "line"}, field{Name: "by" + n, Type: "line"},
			field{Name: "done" + n, Type: "select", Codes: []string{"yes", "partly", "no"}, Prefix: "casework.done"})
	}
	return append(out, field{Name: "note", Type: "area"})
}

func fillPlan(o casework.Opened) url.Values {
	v := ui.Filled("note", o.Plan.Note).Values
	for i, g := range o.Plan.Goals {
		n := itoa(int64(i + 1))
		for name, s := range map[string]string{"goal": g.Goal, "service": g.Service, "who": g.Who, "by": g.By, "done": g.Done} {
			if s != "" {
				v.Set(name+n, s)
			}
		}
	}
	return v
}

func readPlan(v url.Values) casework.Document {
	d := casework.PlanDoc{Note: text(v, "note")}
	for i := range goals {
		n := itoa(int64(i + 1))
		if g := text(v, "goal"+n); g != "" {
			d.Goals = append(d.Goals, casework.Goal{Goal: g, Service: text(v, "service"+n), Who: text(v, "who"+n), By: text(v, "by"+n), Done: v.Get("done" + n)})
		}
	}
	return d
}

func text(v url.Values, name string) string { return plain.Clean(v.Get(name)) }

// label returns the message key of a field: numbered ones share it.
func (f field) label() string { return strings.TrimRight(f.Name, "0123456789") }

func (f field) number() string { return strings.TrimLeft(f.Name, "abcdefghijklmnopqrstuvwxyz_") }

// docView is a document's form; Theirs is a colleague's newer version where both
// wrote. The form then holds what was typed, and a second save stores it knowingly.
type docView struct {
	caseView
	Kind   casework.Kind
	Doc    docForm
	Seen   int64
	Theirs url.Values
}

// differs tells whether a colleague's version of a field is another than typed.
func (v docView) differs(name string) bool {
	return v.Theirs != nil && !slices.Equal(filled(v.Values[name]), filled(v.Theirs[name]))
}

func filled(list []string) []string {
	return slices.DeleteFunc(slices.Sorted(slices.Values(list)), func(s string) bool { return plain.Clean(s) == "" })
}

func (p *Pages) edit(c *web.Ctx) error {
	v, err := p.docView(c)
	if err != nil {
		return err
	}
	v.Values = v.Doc.Fill(v.Opened)
	return c.Page(title(c), editPage(v))
}

func (p *Pages) docView(c *web.Ctx) (v docView, err error) {
	kind := casework.Kind(c.R.PathValue("kind"))
	form, ok := docForms[kind]
	if !ok {
		return v, fault.New(fault.NotFound, "fault.not_found")
	}
	cv, err := p.opened(c, string(kind))
	return docView{caseView: cv, Kind: kind, Doc: form, Seen: cv.Seqs[kind]}, err
}

func seenOf(c *web.Ctx) int64 {
	n, err := strconv.ParseInt(c.Get("seen"), 10, 64)
	if err != nil {
		return -1 // a form without it was never read: a conflict
	}
	return n
}

// save stores a document. Where a colleague saved in between, both texts are
// shown and the person decides.
func (p *Pages) save(c *web.Ctx) error {
	form, ok := docForms[casework.Kind(c.R.PathValue("kind"))]
	if !ok {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	d, seen := form.Read(c.R.PostForm), seenOf(c)
	var v docView
	err := retry(func() (err error) {
		if v, err = p.docView(c); err != nil {
			return err
		}
		if err := p.allowed(v, d); err != nil {
			return err
		}
		e, err := v.Save(c.Keyring(), c.Who(), c.Today(), d, seen)
		if err != nil {
			return err
		}
		return p.s.Save(c.R.Context(), c.Who(), e, d.Kind())
	})
	if err == nil {
		return c.Done("/kasus/"+v.Head.ID, "saved")
	}
	if v.Head.ID == "" {
		return err
	}
	return c.Invalid(err, "seen", "", c.Form(), func(f ui.Form) error {
		v.Form = f
		if fault.KindOf(err) == fault.Conflict {
			v.Theirs = v.Doc.Fill(v.Opened)
		}
		return c.PageAs(web.Status(fault.KindOf(err)), title(c), editPage(v))
	})
}

// allowed holds a document to the manual's guards: no contact through a guardian
// who was not assessed.
func (p *Pages) allowed(v docView, d casework.Document) error {
	s, ok := d.(casework.SafeContactDoc)
	if !ok || s.Channel != "through_adult" {
		return nil
	}
	if guard, no := v.Eval.Forbids("contact_guardian"); no && slices.Contains([]string{"", "unknown"}, v.Said("guardian_conflict")) {
		return fault.Of(fault.Field{Name: "channel", Key: "casework.forbidden", Args: []any{"guard", guard}})
	}
	return nil
}
