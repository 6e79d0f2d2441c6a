package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/record"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/internal/report"
)

const pageSize = 25

// line is one line of the queue as the page shows it.
type line struct {
	report.Line
	Label report.Label
	Known bool
	Name  string // of the officer
}

// manyQuarantined is where the queue page stops counting: "500 or more".
const manyQuarantined = 500

type queueView struct {
	Lines       []line
	Lane        string
	More        string
	Heavy       int64
	Quarantined int64
	Names       map[string]string
	Can         func(action string) bool
}

// can tells whether a deed without a record is permitted in any of the person's teams.
func (p *Pages) can(c *web.Ctx) func(action string) bool {
	return func(action string) bool { return p.s.May(c.Who(), action, c.Who().Teams()...) }
}

func (p *Pages) queue(c *web.Ctx) error {
	q := c.R.URL.Query()
	lane := q.Get("lajur")
	if lane != report.Quarantine {
		lane = report.Normal
	}
	hour, _ := strconv.ParseInt(q.Get("jam"), 10, 64) // a wrong cursor is the beginning
	var statuses []string
	switch q.Get("keadaan") {
	case report.Handling, report.Finished:
		statuses = []string{q.Get("keadaan")}
	}
	lines, next, err := p.s.Queue(c.R.Context(), c.Who(), lane, statuses, report.Cursor{Hour: hour, ID: q.Get("id")}, pageSize)
	if err != nil {
		return err
	}
	v := queueView{Lane: lane, Can: p.can(c)}
	if v.Names, err = p.access.Names(c.R.Context()); err != nil {
		return err
	}
	if v.Heavy, err = p.s.HeavyToday(c.R.Context(), c.Who()); err != nil {
		return err
	}
	if v.Quarantined, err = p.s.Quarantined(c.R.Context(), c.Who(), manyQuarantined); err != nil {
		return err
	}
	for _, l := range lines {
		label, ok := report.ReadLabel(c.Keyring(), l)
		v.Lines = append(v.Lines, line{l, label, ok, v.Names[l.Head.Officer]})
	}
	if next.ID != "" {
		v.More = "/aduan?" + url.Values{"lajur": {lane}, "jam": {strconv.FormatInt(next.Hour, 10)}, "id": {next.ID}, "keadaan": {q.Get("keadaan")}}.Encode()
	}
	return c.Page(c.P.T("report.desk.queue"), queuePage(v))
}

func (p *Pages) next(c *web.Ctx) error {
	id, err := p.s.Next(c.R.Context(), c.Who())
	for range 4 {
		if fault.KindOf(err) != fault.Conflict {
			break
		}
		id, err = p.s.Next(c.R.Context(), c.Who()) // a colleague took that one
	}
	if fault.KindOf(err) == fault.NotFound {
		return c.Done("/aduan", "empty")
	}
	if err != nil {
		return err
	}
	return c.Redirect("/aduan/" + id)
}

// opened reads a report, writes what a first opening writes, and opens it.
func (p *Pages) opened(c *web.Ctx, id string) (report.Opened, error) {
	for range 3 {
		v, err := p.s.Show(c.R.Context(), c.Who(), id, "duty")
		if err != nil {
			return report.Opened{}, err
		}
		o, err := report.Open(c.Keyring(), v)
		if err != nil {
			return o, err
		}
		to, err := p.access.TeamPublic(c.R.Context(), v.Head.Team)
		if err != nil {
			return o, err
		}
		e, need, err := o.Adopt(c.Keyring(), c.Who(), to, c.Today())
		if err != nil || !need {
			return o, err
		}
		if err := p.s.Adopt(c.R.Context(), c.Who(), e); err != nil && fault.KindOf(err) != fault.Conflict {
			return o, err
		}
	}
	return report.Opened{}, fault.New(fault.Conflict, "fault.conflict")
}

// reportView is one report as its page shows it.
type reportView struct {
	report.Opened
	ui.Form
	Names     map[string]string
	Related   []report.Hit
	CaseTeams []access.Team
	Mates     []access.Member
	Desk      bool // may decide
	Decides   []report.Proposal
	Promise   string
	Me        string
}

// again tells whether a deed was posted with a fault: its form stays open, with
// what was typed.
func (v reportView) again(deed string) bool { return len(v.Errors) > 0 && v.Get("deed") == deed }

func (v reportView) kept(deed, name string) string {
	if !v.again(deed) {
		return ""
	}
	return v.Get(name)
}

func (v reportView) linked(other string) bool {
	return slices.ContainsFunc(v.Links, func(l report.Link) bool { return l.Other == other && !l.Undone })
}

// others are the colleagues a report can be given to: not the one who has it.
func (v reportView) others() []access.Member {
	return slices.DeleteFunc(slices.Clone(v.Mates), func(m access.Member) bool { return m.ID == v.Me })
}

func (p *Pages) show(c *web.Ctx) error { return p.showWith(c, http.StatusOK, ui.Empty()) }

func (p *Pages) showWith(c *web.Ctx, status int, f ui.Form) error {
	o, err := p.opened(c, c.R.PathValue("id"))
	if err != nil {
		return err
	}
	v := reportView{Opened: o, Form: f, Desk: p.s.May(c.Who(), "report.rate", o.Head.Team), Me: c.Who().Person}
	for i := range v.Errors {
		v.Errors[i].Name += "-" + f.Get("deed")
	}
	ctx := c.R.Context()
	if v.CaseTeams, err = p.s.CaseTeams(ctx); err != nil {
		return err
	}
	if v.Names, err = p.access.Names(ctx); err != nil {
		return err
	}
	if v.Desk {
		if v.Related, err = p.s.Related(ctx, c.Who(), report.Wanted(c.Keyring(), o.Head.Team, c.Today(), o.Intake), o.Head.ID); err != nil {
			return err
		}
		if v.Mates, err = p.access.Members(ctx, o.Head.Team); err != nil {
			return err
		}
	}
	for _, pr := range o.Proposals {
		if pr.State == "open" && pr.Proposer != c.Who().Person && slices.Contains(c.Who().Teams(access.Supervisor, access.OversightOfficer), pr.Team) {
			v.Decides = append(v.Decides, pr)
		}
	}
	for _, pr := range p.s.Promises() {
		if pr.Risk == o.Head.Risk && o.Head.Owed() && !o.Head.Danger {
			v.Promise = c.P.T("report.desk.promise", "hours", pr.Hours, "basis", c.P.T("report.basis."+pr.Basis))
		}
	}
	return c.PageAs(status, c.P.T("report.desk.one"), showPage(v))
}

// act does one deed on a report. What is only an entry in the thread is tried
// again where a colleague wrote at the same moment.
func (p *Pages) act(c *web.Ctx) error {
	id := c.R.PathValue("id")
	done := ""
	var err error
	for range 3 {
		if done, err = p.deed(c, id); fault.KindOf(err) != fault.Conflict || err == nil {
			break
		}
	}
	if err != nil {
		return c.Invalid(err, "text", "", c.Form(), func(f ui.Form) error { return p.showWith(c, http.StatusUnprocessableEntity, f) })
	}
	return c.Done("/aduan/"+id, done)
}

func (p *Pages) deed(c *web.Ctx, id string) (done string, err error) {
	ctx, who, text := c.R.Context(), c.Who(), plain.Clean(c.Get("text"))
	plainEdit := report.Edit{ID: id}
	switch c.Get("deed") {
	case "rate":
		return "rated", p.s.Rate(ctx, who, plainEdit, c.Get("risk"))
	case "danger":
		return "rated", p.s.SetDanger(ctx, who, plainEdit, c.Get("danger") == "yes")
	case "ours":
		return "rated", p.s.SetAuthority(ctx, who, plainEdit, "ours")
	case "swap":
		return "swapped", p.s.Swap(ctx, who, plainEdit, c.Get("colleague"))
	case "link", "unlink":
		return "linked", p.s.Relate(ctx, who, plainEdit, strings.TrimSpace(c.Get("other")), c.Get("deed") == "unlink")
	}
	o, err := p.opened(c, id)
	if err != nil {
		return "", err
	}
	switch c.Get("deed") {
	case "note":
		e, err := o.Note(who, c.Today(), "note", report.Text{Text: text})
		return "noted", cmp.Or(err, then(err, func() error { return p.s.AddNote(ctx, who, e) }))
	case "reply":
		return "replied", p.reply(c, o, text)
	case "hand":
		return "handed", p.hand(c, o, text)
	case "refer":
		e, err := o.Note(who, c.Today(), "decision", report.Text{Kind: "refer", To: plain.Clean(c.Get("institution")), Text: text})
		return "referred", cmp.Or(err, then(err, func() error { return p.s.Refer(ctx, who, e, p.granter(c, o)) }))
	case "propose":
		kind, to := c.Get("kind"), ""
		kind, to, _ = strings.Cut(kind, ":")
		e, err := o.Note(who, c.Today(), "decision", report.Text{Kind: kind, To: to, Text: text})
		return "proposed", cmp.Or(err, then(err, func() error { return p.s.Propose(ctx, who, e, kind, to, p.granter(c, o)) }))
	case "decide":
		e, err := o.Note(who, c.Today(), "decision", report.Text{Kind: "answer", To: c.Get("yes"), Text: text})
		return "decided", cmp.Or(err, then(err, func() error { return p.s.Decide(ctx, who, e, c.Get("proposal"), c.Get("yes") == "yes") }))
	}
	return "", fault.New(fault.Invalid, "fault.malformed")
}

func then(err error, do func() error) error {
	if err != nil {
		return err
	}
	return do()
}

func (p *Pages) reply(c *web.Ctx, o report.Opened, text string) error {
	key, err := p.s.ReplyPublic(c.R.Context(), c.Who(), o.Head.ID)
	if err != nil {
		return err
	}
	e, err := o.Reply(c.Who(), c.Today(), key, text)
	if err != nil {
		return err
	}
	return p.s.Answer(c.R.Context(), c.Who(), e)
}

func (p *Pages) hand(c *web.Ctx, o report.Opened, text string) error {
	teams, err := p.s.CaseTeams(c.R.Context())
	if err != nil {
		return err
	}
	team := c.Get("team")
	if !slices.ContainsFunc(teams, func(t access.Team) bool { return t.ID == team }) {
		return fault.Of(fault.Field{Name: "team", Key: "field.not_listed"})
	}
	to, err := p.access.TeamPublic(c.R.Context(), team)
	if err != nil {
		return err
	}
	e, err := o.Note(c.Who(), c.Today(), "decision", report.Text{Kind: "hand", To: team, Text: cmp.Or(text, "-")})
	if err != nil {
		return err
	}
	g, err := o.GrantFor(c.Keyring(), c.Who(), to, "handover")
	if err != nil {
		return err
	}
	e.Grants = append(e.Grants, g)
	return p.s.Hand(c.R.Context(), c.Who(), e)
}

// granter returns how a report's key is given to the team that looks again.
func (p *Pages) granter(c *web.Ctx, o report.Opened) func(team string) (record.Grant, error) {
	return func(team string) (record.Grant, error) {
		to, err := p.access.TeamPublic(c.R.Context(), team)
		if err != nil {
			return record.Grant{}, err
		}
		return o.GrantFor(c.Keyring(), c.Who(), to, "review")
	}
}

func (p *Pages) alarms(c *web.Ctx) error {
	list, err := p.s.Alarms(c.R.Context(), c.Who())
	if err != nil {
		return err
	}
	return c.Page(c.P.T("report.desk.alarms"), alarmsPage(list, p.can(c)))
}

func (p *Pages) acceptAlarm(c *web.Ctx) error {
	id := c.R.PathValue("id")
	if err := p.s.AcceptAlarm(c.R.Context(), c.Who(), id); err != nil {
		return err
	}
	return c.Redirect("/aduan/" + id)
}

type rosterView struct {
	ui.Form
	Team    string
	Teams   []access.Team // whose roster the person may see
	Shifts  []report.Shift
	Members []access.Member
	Names   map[string]string
	May     bool
	Can     func(action string) bool
}

func (p *Pages) roster(c *web.Ctx) error { return p.rosterWith(c, http.StatusOK, ui.Empty()) }

func (p *Pages) rosterWith(c *web.Ctx, status int, f ui.Form) error {
	team, teams, err := p.rosterTeam(c)
	if err != nil {
		return err
	}
	v := rosterView{Form: f, Team: team, Teams: teams, Can: p.can(c), May: p.s.May(c.Who(), "report.roster_set", team)}
	ctx := c.R.Context()
	if v.Shifts, err = p.s.Roster(ctx, c.Who(), team, c.Now.Add(-12*time.Hour), c.Now.Add(14*24*time.Hour)); err != nil {
		return err
	}
	if v.Members, err = p.access.Members(ctx, team); err != nil {
		return err
	}
	if v.Names, err = p.access.Names(ctx); err != nil {
		return err
	}
	v.Members = people(v.Members)
	return c.PageAs(status, c.P.T("report.desk.roster"), rosterPage(v))
}

// people returns each member once, whatever the roles.
func people(list []access.Member) (out []access.Member) {
	for _, m := range list {
		if !slices.ContainsFunc(out, func(o access.Member) bool { return o.ID == m.ID }) {
			out = append(out, m)
		}
	}
	return out
}

// deskTeam returns the person's receiving team.
func (p *Pages) deskTeam(c *web.Ctx) (string, error) {
	teams := p.s.DeskTeams(c.Who())
	if len(teams) == 0 {
		return "", fault.New(fault.Denied, "fault.denied")
	}
	return teams[0], nil
}

// rosterTeam returns the receiving team whose roster is meant, and all whose roster
// the person may see; the first of them where none is named.
func (p *Pages) rosterTeam(c *web.Ctx) (team string, may []access.Team, err error) {
	list, err := p.access.Teams(c.R.Context())
	if err != nil {
		return "", nil, err
	}
	for _, t := range list {
		if slices.Contains(access.Receiving, t.Kind) && p.s.May(c.Who(), "report.roster", t.ID) {
			may = append(may, t)
		}
	}
	if len(may) == 0 {
		return "", nil, fault.New(fault.Denied, "fault.denied")
	}
	team = cmp.Or(c.R.FormValue("tim"), may[0].ID)
	if !slices.ContainsFunc(may, func(t access.Team) bool { return t.ID == team }) {
		return "", nil, fault.New(fault.NotFound, "fault.not_found")
	}
	return team, may, nil
}

func (p *Pages) setShift(c *web.Ctx) error {
	team, _, err := p.rosterTeam(c)
	if err != nil {
		return err
	}
	day, err := time.ParseInLocation("2006-01-02", c.Get("day"), clock.Jakarta)
	from, ferr := strconv.Atoi(c.Get("from"))
	hours, herr := strconv.Atoi(c.Get("hours"))
	if err != nil || ferr != nil || herr != nil || from < 0 || from > 23 || hours < 1 || hours > 24 {
		f := c.Form()
		f.Errors = []fault.Field{{Name: "day", Key: "report.roster.wrong"}}
		return p.rosterWith(c, http.StatusUnprocessableEntity, f)
	}
	begin := day.Add(time.Duration(from) * time.Hour)
	err = p.s.SetShift(c.R.Context(), c.Who(), team, report.Shift{From: begin, To: begin.Add(time.Duration(hours) * time.Hour), Person: c.Get("person"), Deputy: c.Get("deputy")})
	if err != nil {
		return c.Invalid(err, "day", "", c.Form(), func(f ui.Form) error { return p.rosterWith(c, http.StatusUnprocessableEntity, f) })
	}
	return c.Done("/aduan/piket?tim="+team, "shift")
}

// handoverLines is what one sheet of paper holds; the queue shows the rest.
const handoverLines = 25

type handoverView struct {
	Counts []report.Count
	Lines  []line
	More   bool
	Duty   report.Shift
	Next   report.Shift
	Names  map[string]string
	Can    func(action string) bool
}

// handover is one page for the next shift: counts and what is open, no content.
func (p *Pages) handover(c *web.Ctx) error {
	team, err := p.deskTeam(c)
	if err != nil {
		return err
	}
	v, ctx := handoverView{Can: p.can(c)}, c.R.Context()
	if v.Counts, err = p.s.Counts(ctx, c.Who(), team); err != nil {
		return err
	}
	lines, next, err := p.s.Queue(ctx, c.Who(), "", []string{report.Received, report.Read, report.Handling}, report.Cursor{}, handoverLines)
	if err != nil {
		return err
	}
	if v.Names, err = p.access.Names(ctx); err != nil {
		return err
	}
	for _, l := range lines {
		v.Lines = append(v.Lines, line{Line: l, Name: v.Names[l.Head.Officer]})
	}
	v.More = next != report.Cursor{}
	v.Duty, _, err = p.s.OnDuty(ctx, team, c.Now)
	if err == nil && !v.Duty.To.IsZero() {
		v.Next, _, err = p.s.OnDuty(ctx, team, v.Duty.To.Add(time.Minute))
	}
	if err != nil {
		return err
	}
	return c.Page(c.P.T("report.desk.handover"), handoverPage(v))
}

func (p *Pages) reviews(c *web.Ctx) error {
	list, err := p.s.Reviews(c.R.Context(), c.Who())
	if err != nil {
		return err
	}
	names, err := p.access.Names(c.R.Context())
	if err != nil {
		return err
	}
	return c.Page(c.P.T("report.desk.reviews"), reviewsPage(list, names, p.can(c)))
}

const draftKey = "catat"

type captureView struct {
	ui.Form
	Secret string
	Hits   []report.Hit
	Asked  bool
	Draft  bool
}

// capture shows the form for a call, a letter or a visit; an unfinished one is
// taken up again.
func (p *Pages) capture(c *web.Ctx) error {
	v := captureView{Form: ui.Empty(), Secret: form{Secret: seal.NewReporterSecret()}.secretText()}
	box, err := p.s.Draft(c.R.Context(), c.Who(), draftKey)
	if err == nil {
		if text, err := c.Keyring().OpenOwn(draftKey, box); err == nil {
			if values, err := url.ParseQuery(string(text)); err == nil {
				v.Values, v.Draft = values, true
				v.Secret = cmp.Or(values.Get("s"), v.Secret)
			}
		}
	} else if fault.KindOf(err) != fault.NotFound {
		return err
	}
	return c.Page(c.P.T("report.capture.title"), capturePage(v))
}

// team returns the team that an officer's own record is sealed to: theirs if it
// takes reports, else the desk.
func (p *Pages) ownTeam(c *web.Ctx, conflict bool) (seal.TeamPublic, error) {
	if teams := p.s.DeskTeams(c.Who()); len(teams) > 0 && !conflict {
		return p.access.TeamPublic(c.R.Context(), teams[0])
	}
	return p.s.Receiver(c.R.Context(), conflict)
}

func (p *Pages) autosave(c *web.Ctx) error {
	values := url.Values{}
	for k, v := range c.R.PostForm {
		if !strings.HasPrefix(k, "_") {
			values[k] = v
		}
	}
	// A save that comes late, after the report was stored, must not bring the draft
	// back: the next caller would be read this caller's code.
	if known, err := p.s.Known(c.R.Context(), secretOf(c.Get("s")).Code().Lookup()); err != nil || known {
		c.W.WriteHeader(http.StatusNoContent)
		return err
	}
	box, err := c.Keyring().SealOwn(draftKey, []byte(values.Encode()))
	if err != nil {
		return err
	}
	if err := p.s.SaveDraft(c.R.Context(), c.Who(), draftKey, box); err != nil {
		return err
	}
	c.W.WriteHeader(http.StatusNoContent)
	return nil
}

// record stores what an officer wrote down and shows the code to read aloud.
func (p *Pages) record(c *web.Ctx) error {
	f := c.Form()
	in := capturedIntake(f.Values)
	v := captureView{Form: f, Secret: c.Get("s")}
	if c.Get("go") == "search" {
		return p.related(c, v, in)
	}
	channel := c.Get("channel")
	if !slices.Contains(report.StaffChannels, channel) {
		v.Errors = []fault.Field{{Name: "channel", Key: "field.missing"}}
	}
	if err := in.Check(); err != nil {
		v.Errors = append(v.Errors, fault.Fields(err)...)
	}
	if in.Empty() {
		v.Errors = append(v.Errors, fault.Field{Name: "text", Key: "report.capture.say_something"})
	}
	if y := strings.TrimSpace(f.Values.Get("birth_year")); y != "" && in.BirthYear == 0 {
		v.Errors = append(v.Errors, fault.Field{Name: "birth_year", Key: "field.year"})
	}
	if len(v.Errors) > 0 {
		return c.PageAs(http.StatusUnprocessableEntity, c.P.T("report.capture.title"), capturePage(v))
	}
	return p.recorded(c, in, channel, v.Secret)
}

// secretOf reads the secret that a form carries; a new one where it is none.
func secretOf(text string) seal.ReporterSecret {
	secret := seal.NewReporterSecret()
	if raw, err := decode(text); err == nil && len(raw) == len(secret) {
		copy(secret[:], raw)
	}
	return secret
}

func (p *Pages) recorded(c *web.Ctx, in report.Intake, channel, secretText string) error {
	to, err := p.ownTeam(c, in.Conflict)
	if err != nil {
		return err
	}
	secret, mine := secretOf(secretText), ""
	for {
		sub, err := report.SealRecorded(c.Keyring(), c.Who(), p.s.Jurisdiction, to, secret, in, c.Now, c.Today())
		if err != nil {
			return err
		}
		id, err := p.s.Record(c.R.Context(), c.Who(), sub, channel)
		if errors.Is(err, report.ErrOther) { // an old form: this is another caller, with a code of their own
			secret = seal.NewReporterSecret()
			continue
		}
		if err != nil {
			return err
		}
		if slices.Contains(p.s.DeskTeams(c.Who()), to.Team) {
			mine = id
		}
		break
	}
	if err := p.s.SaveDraft(c.R.Context(), c.Who(), draftKey, nil); err != nil {
		return err
	}
	return c.Page(c.P.T("report.capture.done"), capturedPage(secret.Code(), mine))
}

func (p *Pages) related(c *web.Ctx, v captureView, in report.Intake) (err error) {
	v.Asked = true
	if teams := p.s.DeskTeams(c.Who()); len(teams) > 0 {
		if v.Hits, err = p.s.Related(c.R.Context(), c.Who(), report.Wanted(c.Keyring(), teams[0], c.Today(), in), ""); err != nil {
			return err
		}
	}
	return c.Page(c.P.T("report.capture.title"), capturePage(v))
}

// capturedIntake reads the officer's form: the caller's words apart from the
// officer's summary, each number with whose it is.
func capturedIntake(v url.Values) report.Intake {
	in := intakeOf(v, report.Other)
	in.Summary, in.Caller, in.Name = v.Get("summary"), v.Get("caller"), v.Get("name")
	in.BirthYear, _ = strconv.Atoi(v.Get("birth_year")) // no year is no year
	in.Numbers = nil
	for i, n := range v["number"] {
		whose := "reporter"
		if i < len(v["whose"]) && v["whose"][i] != "" {
			whose = v["whose"][i]
		}
		in.Numbers = append(in.Numbers, report.Number{Number: plain.Clean(n), Whose: whose})
	}
	in.Clean()
	return in
}
