package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/protocol"
)

const pageSize = 25

// caseView is one case as its pages show it.
type caseView struct {
	casework.Opened
	ui.Form
	Tab     string
	Names   map[string]string
	Manual  *protocol.Manual
	Members []access.Member
	Super   bool // may decide and assign
	Me      string
	Ident   bool // may open the identity
	Trail   bool
}

// opened reads and opens a case for its pages.
func (p *Pages) opened(c *web.Ctx, tab string) (v caseView, err error) {
	view, err := p.s.Show(c.R.Context(), c.Who(), c.R.PathValue("id"), "work")
	if err != nil {
		return v, err
	}
	return p.open(c, view, tab)
}

func (p *Pages) open(c *web.Ctx, view casework.View, tab string) (v caseView, err error) {
	rules, err := p.s.Rules(view.Head.Manual)
	if err != nil {
		return v, err
	}
	v = caseView{Form: ui.Empty(), Tab: tab, Manual: rules.Manual, Me: c.Who().Person}
	if v.Opened, err = casework.Open(c.Keyring(), view, rules, c.Now); err != nil {
		return v, err
	}
	if v.Names, err = p.access.Names(c.R.Context()); err != nil {
		return v, err
	}
	v.Members, err = p.access.Members(c.R.Context(), view.Head.Team)
	v.Members = slices.CompactFunc(v.Members, func(a, b access.Member) bool { return a.ID == b.ID })
	v.Super = slices.Contains(c.Who().Teams(access.Supervisor), view.Head.Team)
	mine := view.Head.Worker == v.Me || view.Head.Second == v.Me
	v.Ident, v.Trail = mine || v.Super, mine || v.Super
	return v, err
}

// retry does an append-only deed again where a colleague wrote at the same
// moment.
func retry(do func() error) (err error) {
	for range 4 {
		if err = do(); err == nil {
			return nil
		}
		if key, _ := fault.Message(err); key != "fault.conflict" { // two texts for one document are the person's to settle
			return err
		}
	}
	return err
}

func title(c *web.Ctx) string { return c.P.T("casework.title") }

func (p *Pages) summary(c *web.Ctx) error {
	v, err := p.opened(c, "summary")
	if err != nil {
		return err
	}
	return c.Page(title(c), summaryPage(v))
}

func (p *Pages) timeline(c *web.Ctx) error {
	v, err := p.opened(c, "timeline")
	if err != nil {
		return err
	}
	return c.Page(title(c), timelinePage(v, moments(c, v)))
}

// moment is one entry of the time line.
type moment struct {
	At   time.Time
	What string
	By   string
	Text string
}

// moments lists what happened in a case, newest first.
func moments(c *web.Ctx, v caseView) (out []moment) {
	for _, e := range v.Course.Events {
		what := c.P.T("casework.event."+e.Kind, "name", eventName(c, v, e), "value", eventValue(c, e))
		if !e.When.IsZero() {
			what = c.P.T("casework.event.stated", "what", what, "when", c.P.DateTime(e.When))
		}
		out = append(out, moment{At: e.At, What: what, By: v.Names[e.By]})
	}
	for _, t := range v.Transitions {
		out = append(out, moment{At: dayTime(t.Day), What: c.P.T("casework.moved", "status", c.P.T("casework.status."+string(t.Doc.To))), By: v.Names[t.Author], Text: t.Doc.Reason})
	}
	slices.SortStableFunc(out, func(a, b moment) int { return b.At.Compare(a.At) })
	return out
}

func eventName(c *web.Ctx, v caseView, e protocol.Event) string {
	switch e.Kind {
	case protocol.Occurred:
		return eventTitle(c.P, e.Name)
	case protocol.FactSet:
		return factTitle(c.P, e.Name)
	case protocol.ConsentSet, protocol.FormFilled:
		return titleOf(v.Manual, e.Name, c.P.Lang())
	}
	if s := v.Manual.Step(e.Name); s != nil {
		return s.ID + " " + s.Title.In(c.P.Lang())
	}
	return e.Name
}

// eventValue is a fact's or a consent's value in words, or the reason of a skip.
func eventValue(c *web.Ctx, e protocol.Event) string {
	switch e.Kind {
	case protocol.FactSet:
		return valueTitle(c.P, e.Value)
	case protocol.ConsentSet:
		if key := "casework.consent_state." + e.Value; c.P.Has(key) {
			return c.P.T(key)
		}
	}
	return e.Value
}

func (p *Pages) list(c *web.Ctx) error {
	q := c.R.URL.Query()
	scope, statuses := casework.Mine, []casework.Status(nil)
	if q.Get("lihat") == "team" {
		scope = casework.Team
	}
	if q.Get("lihat") == "closed" {
		scope, statuses = casework.Team, []casework.Status{casework.Closed}
	}
	hour, _ := strconv.ParseInt(q.Get("jam"), 10, 64) // a wrong cursor is the beginning
	lines, next, err := p.s.List(c.R.Context(), c.Who(), scope, statuses, casework.Cursor{Hour: hour, ID: q.Get("id")}, pageSize)
	if err != nil {
		return err
	}
	v := listView{Scope: cmp.Or(q.Get("lihat"), "mine")}
	if v.Names, err = p.access.Names(c.R.Context()); err != nil {
		return err
	}
	for _, l := range lines {
		label, _ := casework.ReadLabel(c.Keyring(), l)
		v.Lines = append(v.Lines, listLine{l, label})
	}
	if v.Handed, err = p.handed(c); err != nil {
		return err
	}
	for _, team := range c.Who().Teams(access.Supervisor) {
		load, err := p.s.Workload(c.R.Context(), c.Who(), team)
		if err != nil {
			return err
		}
		v.Load = append(v.Load, load...)
	}
	if next.ID != "" {
		v.More = "/kasus?" + url.Values{"lihat": {v.Scope}, "jam": {strconv.FormatInt(next.Hour, 10)}, "id": {next.ID}}.Encode()
	}
	return c.Page(title(c), listPage(v))
}

type listLine struct {
	casework.Line
	Label casework.Label
}

// waiting is a report that waits for a case.
type waiting struct {
	ID  string
	Day int64
	Due time.Time
}

type listView struct {
	Lines  []listLine
	Handed []waiting
	Load   []casework.Load
	Names  map[string]string
	Scope  string
	More   string
}

func (p *Pages) handed(c *web.Ctx) (out []waiting, err error) {
	list, err := p.s.Handed(c.R.Context(), c.Who())
	for _, l := range list {
		out = append(out, waiting{l.Head.ID, l.Head.OpenedDay, l.Head.Due})
	}
	return out, err
}

// task is one line of the day page.
type task struct {
	Case string
	Age  string
	protocol.Task
}

type todayView struct {
	Overdue, Due, Theirs []task
	Fresh                []listLine
	Handed               []waiting
	Requests             []casework.Request
	Desk                 casework.Desk
	HasDesk              bool
	Reviews              int64
	HasCases             bool
	Admin                bool
	Names                map[string]string
}

// today is the first page of everybody on the staff.
func (p *Pages) today(c *web.Ctx) (err error) {
	ctx, who := c.R.Context(), c.Who()
	v := todayView{Admin: who.Has(access.Administrator) || who.Has(access.EnrolmentOfficer), HasCases: len(p.s.Teams(who)) > 0}
	if v.Desk, v.HasDesk, err = p.s.Desk(ctx, who); err != nil {
		return err
	}
	if v.Reviews, err = p.s.Reviews(ctx, who); err != nil {
		return err
	}
	if v.Requests, err = p.s.Waiting(ctx, who); err != nil {
		return err
	}
	if v.HasCases {
		if err = p.myCases(c, &v); err != nil {
			return err
		}
	}
	if v.Names, err = p.access.Names(ctx); err != nil {
		return err
	}
	return c.Page(c.P.T("casework.today.title"), todayPage(v))
}

// myCases opens the boxes of the person's own caseload and sorts its tasks.
func (p *Pages) myCases(c *web.Ctx, v *todayView) (err error) {
	lines, _, err := p.s.List(c.R.Context(), c.Who(), casework.Mine, nil, casework.Cursor{}, 40)
	if err != nil {
		return err
	}
	var ids []string
	for _, l := range lines {
		ids = append(ids, l.Head.ID)
		if l.Head.Status == casework.Begun && l.Head.Worker == c.Who().Person {
			label, _ := casework.ReadLabel(c.Keyring(), l)
			v.Fresh = append(v.Fresh, listLine{l, label})
		}
	}
	views, err := p.s.ShowMany(c.R.Context(), c.Who(), ids)
	if err != nil {
		return err
	}
	for _, view := range views {
		cv, err := p.open(c, view, "")
		if err != nil {
			return err
		}
		v.sort(c.Now, cv)
	}
	byDue := func(a, b task) int { return a.Due.Compare(b.Due) }
	slices.SortStableFunc(v.Overdue, byDue)
	slices.SortStableFunc(v.Due, byDue)
	v.Handed, err = p.handed(c)
	return err
}

func (v *todayView) sort(now time.Time, cv caseView) {
	for _, t := range cv.Eval.Tasks {
		x := task{cv.Head.ID, cv.Situation.AgeBand, t}
		switch {
		case !t.State.Open():
		case !t.Ours:
			v.Theirs = append(v.Theirs, x)
		case t.State == protocol.Overdue:
			v.Overdue = append(v.Overdue, x)
		case !t.Due.IsZero() && t.Due.Sub(now) < 24*time.Hour:
			v.Due = append(v.Due, x)
		}
	}
}

// beginView is the way to a new case: search first.
type beginView struct {
	ui.Form
	Report  string
	Teams   []access.Team
	People  []access.Member
	Hits    []casework.Hit
	Asked   bool
	Summary []ui.Row
}

func (p *Pages) begin(c *web.Ctx) error {
	v := beginView{Form: ui.Empty(), Report: c.R.URL.Query().Get("aduan")}
	b, err := p.beginning(c, v.Report)
	if err != nil {
		return err
	}
	id := b.Identity
	v.Form = ui.Filled("name", id.Name, "kecamatan", id.Kecamatan, "risk", string(b.Risk), "age_band", b.Situation.AgeBand, "sex", b.Situation.Sex, "summary", b.Situation.Summary)
	if id.BirthYear > 0 {
		v.Values.Set("birth_year", strconv.Itoa(id.BirthYear))
	}
	for _, ph := range id.Phones {
		v.Values.Add("phone", ph.Number)
		v.Values.Add("whose", ph.Whose)
	}
	return p.beginWith(c, http.StatusOK, v)
}

func (p *Pages) beginning(c *web.Ctx, rep string) (b casework.Beginning, err error) {
	if rep == "" {
		return casework.Beginning{Risk: casework.RiskUnknown}, nil
	}
	view, err := p.s.Report(c.R.Context(), c.Who(), rep, "handover")
	if err != nil {
		return b, err
	}
	return casework.FromReport(c.Keyring(), view)
}

func (p *Pages) beginWith(c *web.Ctx, status int, v beginView) error {
	ctx := c.R.Context()
	for _, id := range c.Who().Teams(access.Caseworker, access.Supervisor) {
		t, err := p.access.Team(ctx, id)
		if err != nil {
			return err
		}
		v.Teams = append(v.Teams, t)
		m, err := p.access.Members(ctx, id)
		if err != nil {
			return err
		}
		v.People = append(v.People, m...)
	}
	return c.PageAs(status, c.P.T("casework.new.title"), beginPage(v))
}

// create searches first; a case is made only by the second button, after the
// hits were shown.
func (p *Pages) create(c *web.Ctx) error {
	v := beginView{Form: c.Form(), Report: c.Get("report"), Asked: true}
	id := identityOf(v.Values)
	if err := id.Check(); err != nil {
		v.Errors = fault.Fields(err)
		return p.beginWith(c, http.StatusUnprocessableEntity, v)
	}
	var err error
	if v.Hits, err = p.s.Search(c.R.Context(), c.Who(), casework.Wanted(c.Keyring(), c.Today(), id)); err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(c.Get("go"), "link:"):
		to := strings.TrimPrefix(c.Get("go"), "link:")
		if err := p.s.LinkReport(c.R.Context(), c.Who(), to, v.Report); err != nil {
			return err
		}
		return c.Done("/kasus/"+to, "linked_case")
	case c.Get("go") != "create":
		return p.beginWith(c, http.StatusOK, v)
	}
	caseID, err := p.createCase(c, v, id)
	if err != nil {
		return c.Invalid(err, "team", "", v.Form, func(f ui.Form) error {
			v.Form = f
			return p.beginWith(c, http.StatusUnprocessableEntity, v)
		})
	}
	return c.Done("/kasus/"+caseID, "case_opened")
}

func (p *Pages) createCase(c *web.Ctx, v beginView, id casework.IdentityDoc) (string, error) {
	b, err := p.beginning(c, v.Report)
	if err != nil {
		return "", err
	}
	b.Team, b.Worker, b.Second, b.Identity = c.Get("team"), c.Get("worker"), c.Get("second"), id
	if b.Risk = casework.Risk(c.Get("risk")); !slices.Contains(casework.Risks, b.Risk) {
		b.Risk = casework.RiskUnknown
	}
	b.Situation.Summary = plain.Clean(c.Get("summary"))
	b.Situation.AgeBand, b.Situation.Sex = c.Get("age_band"), c.Get("sex")
	switch {
	case !slices.Contains(c.Who().Teams(access.Caseworker, access.Supervisor), b.Team):
		return "", fault.Of(fault.Field{Name: "team", Key: "field.not_listed"})
	case b.Worker == "" || b.Second == "" || b.Worker == b.Second:
		return "", fault.Of(fault.Field{Name: "worker", Key: "casework.assign.same"})
	}
	to, err := p.access.TeamPublic(c.R.Context(), b.Team)
	if err != nil {
		return "", err
	}
	rules, err := p.s.Rules("")
	if err != nil {
		return "", err
	}
	o, err := casework.Begin(c.Keyring(), c.Who(), p.s.Jurisdiction, to, b, rules, c.Now, c.Today())
	if err != nil {
		return "", err
	}
	return o.ID, p.s.OpenCase(c.R.Context(), c.Who(), o)
}

// identityOf reads the identity fields of a form.
func identityOf(v url.Values) casework.IdentityDoc {
	d := casework.IdentityDoc{Name: plain.Clean(v.Get("name")), Alias: plain.Clean(v.Get("alias")), NIK: plain.Clean(v.Get("nik")), Address: plain.Clean(v.Get("address")),
		Kecamatan: v.Get("kecamatan"), Kelurahan: plain.Clean(v.Get("kelurahan")), School: plain.Clean(v.Get("school")), Sex: v.Get("sex")}
	d.BirthYear, _ = strconv.Atoi(v.Get("birth_year")) // no year is no year
	for i, n := range v["phone"] {
		if n = plain.Clean(n); n != "" {
			whose := "child"
			if i < len(v["whose"]) {
				whose = v["whose"][i]
			}
			d.Phones = append(d.Phones, casework.Phone{Number: n, Whose: whose})
		}
	}
	for i, n := range v["person"] {
		if n = plain.Clean(n); n != "" {
			person := casework.Person{Name: n, Safe: "unknown"}
			if i < len(v["relation"]) {
				person.Relation = plain.Clean(v["relation"][i])
			}
			if i < len(v["safe"]) && v["safe"][i] != "" {
				person.Safe = v["safe"][i]
			}
			d.People = append(d.People, person)
		}
	}
	return d
}
