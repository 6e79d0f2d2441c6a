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
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/lang"
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
	Mine    bool            // worker or second key-holder
	Ident   bool            // may open the identity
	Writes  bool            // may change the identity
	Walls   bool            // may wall it, and there is a team to wall it to; set where it is managed
	Judges  []access.Member // who may decide what is asked
	Newer   string          // hash of the manual in force, where the case runs by another
}

// Closed tells whether the case is only read.
func (v caseView) Closed() bool { return v.Head.Status == casework.Closed }

// others lists who may decide a request of this person.
func (v caseView) others(proposer string) (names []string) {
	for _, m := range v.Judges {
		if m.ID != proposer && !slices.Contains(names, m.Name) {
			names = append(names, m.Name)
		}
	}
	return names
}

// asked returns the open request of a kind.
func (v caseView) asked(kind string) (r casework.Request, ok bool) {
	i := slices.IndexFunc(v.Requests, func(r casework.Request) bool { return r.Kind == kind && r.State == "open" })
	if i < 0 {
		return r, false
	}
	return v.Requests[i], true
}

// approved tells whether the person holds an approval to print that is not used.
func (v caseView) approved() bool {
	return slices.ContainsFunc(v.Requests, func(r casework.Request) bool {
		return r.Kind == "print_identity" && r.State == "accepted" && r.Proposer == v.Me
	})
}

// told returns what the proposer wrote: the newest telling of this deed by them.
func (v caseView) told(r casework.Request) (d casework.TransitionDoc) {
	for _, t := range reversed(v.Transitions) {
		if t.Author == r.Proposer && t.Doc.Deed == r.Kind {
			return t.Doc
		}
	}
	return d
}

// opened reads and opens a case for its pages.
func (p *Pages) opened(c *web.Ctx, tab string) (v caseView, err error) {
	view, err := p.s.Show(c.R.Context(), c.Who(), c.R.PathValue("id"), "work")
	if err != nil {
		return v, err
	}
	return p.open(c, view, tab)
}

// openedWhole opens a case with its identity, for a reason.
func (p *Pages) openedWhole(c *web.Ctx, tab, reason string) (v caseView, err error) {
	view, err := p.s.ShowIdentity(c.R.Context(), c.Who(), c.R.PathValue("id"), reason)
	if err != nil {
		return v, err
	}
	return p.open(c, view, tab)
}

// unseal opens a case's boxes and runs its manual: no page needs less.
func (p *Pages) unseal(c *web.Ctx, view casework.View) (v caseView, err error) {
	rules, err := p.s.Rules(c.R.Context(), view.Head.Manual)
	if err != nil {
		return v, err
	}
	v = caseView{Form: ui.Empty(), Manual: rules.Manual, Me: c.Who().Person}
	v.Opened, err = casework.Open(c.Keyring(), view, rules, c.Now)
	return v, err
}

func (p *Pages) open(c *web.Ctx, view casework.View, tab string) (v caseView, err error) {
	if v, err = p.unseal(c, view); err != nil {
		return v, err
	}
	v.Tab = tab
	if v.Names, err = p.access.Names(c.R.Context()); err != nil {
		return v, err
	}
	if v.Members, err = p.access.Members(c.R.Context(), view.Head.Team); err != nil {
		return v, err
	}
	v.Members = slices.DeleteFunc(v.Members, func(m access.Member) bool { return m.State != "active" })
	for _, m := range v.Members {
		if m.Role == access.Supervisor || m.Role == access.OversightOfficer {
			v.Judges = append(v.Judges, m)
		}
	}
	v.Members = slices.CompactFunc(v.Members, func(a, b access.Member) bool { return a.ID == b.ID })
	v.Super = p.s.May(c.Who(), "casework.decide", view.Head.Team)
	v.Mine = view.Head.Worker == v.Me || view.Head.Second == v.Me
	v.Ident = v.Mine || v.Super
	v.Writes = v.Mine || p.s.May(c.Who(), "casework.identity_write", view.Head.Team)
	v.Newer, err = p.s.Newer(c.R.Context(), view.Head)
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
	Day  bool // only the day is known
	What string
	By   string
	Text string
	New  *casework.Renewal // a change of manual
}

// moments lists what happened in a case, newest first.
func moments(c *web.Ctx, v caseView) (out []moment) {
	for _, e := range v.Course.Events {
		if e.Kind == protocol.Migrated { // its transition tells more
			continue
		}
		m := moment{At: e.At, By: v.Names[e.By]}
		m.What = c.P.T("casework.event."+e.Kind, "name", eventName(c, v, e))
		switch e.Kind {
		case protocol.FactSet:
			m.What += ": " + valueTitle(c.P, v.Manual, e.Name, e.Value)
		case protocol.ConsentSet:
			m.What += ": " + named(c.P, "casework.consent_state", e.Value)
		default:
			m.Text = e.Value // a reason
		}
		switch s := v.Manual.StepNow(e.Name); {
		case e.Kind == protocol.StepDone && s != nil && v.Manual.Roles[s.Actor].External:
			m.What = c.P.T("casework.event.heard", "name", eventName(c, v, e), "role", v.Manual.Roles[s.Actor].Name(c.P.Lang()), "day", c.P.Date(e.Time()))
		case !e.When.IsZero():
			m.What = c.P.T("casework.event.stated", "what", m.What, "when", c.P.DateTime(e.When))
		}
		out = append(out, m)
	}
	for _, t := range v.Transitions {
		out = append(out, moment{At: dayTime(t.Day + 1).Add(-time.Second), Day: true, What: deedText(c.P, v.Names, t.Doc), By: v.Names[t.Author], Text: t.Doc.Reason, New: t.Doc.Renewal})
	}
	slices.Reverse(out)
	slices.SortStableFunc(out, func(a, b moment) int { return b.At.Compare(a.At) })
	return out
}

func eventName(c *web.Ctx, v caseView, e protocol.Event) string {
	switch e.Kind {
	case protocol.Occurred:
		return eventTitle(c.P, v.Manual, e.Name)
	case protocol.FactSet:
		return factTitle(c.P, v.Manual, e.Name)
	case protocol.ConsentSet, protocol.FormFilled:
		return titleOf(v.Manual, e.Name, c.P.Lang())
	}
	if s := v.Manual.StepNow(e.Name); s != nil {
		return s.ID + " " + s.Title.In(c.P.Lang())
	}
	return e.Name
}

// deedText says what a transition was. Old ones name no deed: there the status or
// the people tell.
func deedText(p *lang.Printer, names map[string]string, d casework.TransitionDoc) string {
	switch {
	case d.Renewal != nil:
		return p.T("casework.deed.manual", "was", d.Renewal.Was, "is", d.Renewal.Is)
	case d.Deed == "assign" || d.Worker != "":
		return p.T("casework.deed.assign", "worker", names[d.Worker], "second", names[d.Second])
	case d.Deed == "" || d.Deed == "move" || d.To != d.From:
		return p.T("casework.moved", "status", p.T("casework.status."+string(d.To)))
	}
	if d.Cause != "" {
		return p.T("casework.deed."+d.Deed) + ": " + p.T("casework.cause."+d.Cause)
	}
	return p.T("casework.deed." + d.Deed)
}

// named returns the text of a code; a code of a manual that has none reads as words.
func named(p *lang.Printer, prefix, code string) string {
	if key := prefix + "." + code; p.Has(key) {
		return p.T(key)
	}
	return strings.ReplaceAll(code, "_", " ")
}

func (p *Pages) list(c *web.Ctx) error {
	q := c.R.URL.Query()
	scope, statuses := casework.Mine, []casework.Status(nil)
	switch seen := casework.Scope(q.Get("lihat")); seen {
	case casework.Second, casework.Team, casework.Late:
		scope = seen
	case "closed":
		scope, statuses = casework.Team, []casework.Status{casework.Closed}
	}
	hour, _ := strconv.ParseInt(q.Get("jam"), 10, 64) // a wrong cursor is the beginning
	lines, next, err := p.s.List(c.R.Context(), c.Who(), scope, statuses, casework.Cursor{Hour: hour, ID: q.Get("id")}, pageSize)
	if err != nil {
		return err
	}
	v := listView{Scope: cmp.Or(q.Get("lihat"), "mine"), May: p.s.May(c.Who(), "casework.open", p.s.Teams(c.Who())...)}
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
	May    bool // open a case
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
	Second               []task // late or due today, as second key-holder
	Fresh                []listLine
	Handed               []waiting
	Requests             []casework.Request
	Desk                 casework.Desk
	HasDesk              bool
	Reviews              int64
	HasCases             bool
	HasTeam              bool  // supervises
	TeamLate             int64 // cases of the supervised teams that are late
	Admin                bool
	Matrix               bool // may read who may do what, and nothing of a report or case
	Names                map[string]string
	Written              []casework.Written // reports of the team's cases to which the reporter wrote
}

// today is the first page of everybody on the staff.
func (p *Pages) today(c *web.Ctx) (err error) {
	ctx, who := c.R.Context(), c.Who()
	v := todayView{Admin: who.Has(access.Administrator) || who.Has(access.EnrolmentOfficer), Matrix: who.Has(access.DPO) || who.Has(access.Auditor), HasCases: len(p.s.Teams(who)) > 0}
	if v.Desk, v.HasDesk, err = p.s.Desk(ctx, who); err != nil {
		return err
	}
	if v.Reviews, err = p.s.Reviews(ctx, who); err != nil {
		return err
	}
	if v.Requests, err = p.s.Waiting(ctx, who); err != nil {
		return err
	}
	if v.Written, err = p.s.Written(ctx, who); err != nil {
		return err
	}
	if v.HasCases {
		if err = p.myCases(c, &v); err != nil {
			return err
		}
	}
	for _, team := range who.Teams(access.Supervisor) {
		load, err := p.s.Workload(ctx, who, team)
		if err != nil {
			return err
		}
		v.HasTeam = true
		for _, l := range load {
			v.TeamLate += l.Late
		}
	}
	if v.Names, err = p.access.Names(ctx); err != nil {
		return err
	}
	return c.Page(c.P.T("casework.today.title"), todayPage(v))
}

// myCases opens the boxes of the person's own caseload, and of what they are
// second key-holder of, and sorts the tasks.
func (p *Pages) myCases(c *web.Ctx, v *todayView) error {
	var ids []string
	for _, scope := range []casework.Scope{casework.Mine, casework.Second} {
		lines, _, err := p.s.List(c.R.Context(), c.Who(), scope, nil, casework.Cursor{}, 40)
		if err != nil {
			return err
		}
		for _, l := range lines {
			ids = append(ids, l.Head.ID)
			if l.Head.Status == casework.Begun && l.Head.Worker == c.Who().Person {
				label, _ := casework.ReadLabel(c.Keyring(), l)
				v.Fresh = append(v.Fresh, listLine{l, label})
			}
		}
	}
	views, err := p.s.ShowMany(c.R.Context(), c.Who(), ids)
	if err != nil {
		return err
	}
	for _, view := range views {
		cv, err := p.unseal(c, view) // names and members are for one case's own pages
		if err != nil {
			return err
		}
		v.sort(c.Now, cv)
	}
	for _, list := range [][]task{v.Overdue, v.Due, v.Theirs, v.Second} {
		slices.SortStableFunc(list, func(a, b task) int { return a.Due.Compare(b.Due) })
	}
	v.Handed, err = p.handed(c)
	return err
}

// sort puts each open step where it belongs: late, due on this calendar day of
// Jakarta, or with somebody else. What is due later is not of today.
func (v *todayView) sort(now time.Time, cv caseView) {
	for _, t := range cv.Eval.Tasks {
		x := task{cv.Head.ID, cv.Situation.AgeBand, t}
		late := t.State == protocol.Overdue || t.State == protocol.Blocked && !t.Due.IsZero() && now.After(t.Due)
		today := !t.Due.IsZero() && clock.Day(t.Due) == clock.Day(now) && !now.After(t.Due)
		switch {
		case !t.State.Open():
		case cv.Head.Worker != cv.Me:
			if late || today {
				v.Second = append(v.Second, x)
			}
		case !t.Ours:
			v.Theirs = append(v.Theirs, x)
		case late:
			v.Overdue = append(v.Overdue, x)
		case today:
			v.Due = append(v.Due, x)
		}
	}
}

// beginView is the way to a new case: search first.
type beginView struct {
	ui.Form
	Report string
	Teams  []access.Team
	People []access.Member
	Hits   []casework.Hit
	Asked  bool
	Sought []casework.Sought // what was typed, and whether it could be searched
}

// searched tells whether anything at all was.
func (v beginView) searched() bool {
	return slices.ContainsFunc(v.Sought, func(s casework.Sought) bool { return s.Can })
}

func (p *Pages) begin(c *web.Ctx) error {
	v := beginView{Form: ui.Empty(), Report: c.R.URL.Query().Get("aduan")}
	b, err := p.beginning(c, v.Report)
	if err != nil {
		return err
	}
	id := b.Identity
	v.Form = ui.Filled("name", id.Name, "kecamatan", id.Kecamatan, "risk", string(b.Risk), "age_band", b.Situation.AgeBand, "sex", b.Situation.Sex, "summary", summaryOf(c.P, b))
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

// summaryOf returns the first summary of a case. How a reporter who is not the
// child may be answered goes there, with its label: never into the child's plan.
func summaryOf(p *lang.Printer, b casework.Beginning) string {
	lines := []string{b.Situation.Summary}
	if w := b.Reporter.Contact; w != "" {
		lines = append(lines, p.T("casework.reporter_way", "way", named(p, "casework.channel", w)))
	}
	if w := b.Reporter.Safe; w != "" {
		lines = append(lines, p.T("casework.reporter_safe", "safe", w))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
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
	v.Sought = casework.SoughtBy(id)
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
	case !v.searched() && c.Get("unidentified") != "yes":
		v.Errors = []fault.Field{{Name: "unidentified", Key: "casework.new.not_searched"}}
		return p.beginWith(c, http.StatusUnprocessableEntity, v)
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
	if !slices.Contains(c.Who().Teams(access.Caseworker, access.Supervisor), b.Team) {
		return "", fault.Of(fault.Field{Name: "team", Key: "field.not_listed"})
	}
	to, err := p.access.TeamPublic(c.R.Context(), b.Team)
	if err != nil {
		return "", err
	}
	rules, err := p.s.Rules(c.R.Context(), "")
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
