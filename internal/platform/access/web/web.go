// Package web holds the pages about people and teams: inviting, signing keys into
// the roster, founding teams, membership, printed team kits.
package web

import (
	"cmp"
	"embed"
	"io/fs"
	"net/http"
	"slices"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
)

//go:embed text.id.toml text.en.toml
var texts embed.FS

// Texts returns the package's catalogue files.
func Texts() fs.FS { return texts }

// Pages are the pages about people and teams.
type Pages struct {
	s      *access.Service
	policy *access.Engine
	matrix string
}

// New returns the pages; matrix is the permission matrix as text.
func New(s *access.Service, e *access.Engine, matrix string) *Pages { return &Pages{s, e, matrix} }

// Routes lists every page, one line each.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /lainnya", Door: web.Staff, Action: "access.people", Do: p.people},
		{Pattern: "POST /lainnya/undang", Door: web.Staff, Action: "access.invite", Do: p.invite},
		{Pattern: "POST /lainnya/sahkan", Door: web.Staff, Action: "access.approve", Do: p.approve},
		{Pattern: "POST /lainnya/tim", Door: web.Staff, Action: "access.team_create", Do: p.found},
		{Pattern: "POST /lainnya/anggota", Door: web.Staff, Action: "access.member", Do: p.member},
		{Pattern: "POST /lainnya/lembar-tim", Door: web.Staff, Action: "access.team_kit", Do: p.kit},
		{Pattern: "POST /lainnya/ubah-tim", Door: web.Staff, Action: "access.team_change", Do: p.change},
		{Pattern: "POST /lainnya/penerima", Door: web.Staff, Action: "access.receiver_propose", Do: p.propose},
		{Pattern: "POST /lainnya/penerima/sahkan", Door: web.Staff, Action: "access.receiver_confirm", Do: p.confirm},
		{Pattern: "POST /lainnya/akhiri", Door: web.Staff, Action: "access.end", Do: p.end},
		{Pattern: "POST /lainnya/pengurus", Door: web.Staff, Action: "access.steward", Do: p.steward},
		{Pattern: "POST /lainnya/pulihkan", Door: web.Staff, Action: "access.recover_team", Do: p.recover},
		{Pattern: "GET /lainnya/matriks", Door: web.Staff, Action: "access.matrix", Do: p.showMatrix},
	}
}

func (p *Pages) may(c *web.Ctx, action string, teams ...string) bool {
	return p.policy.Check(c.Who(), action, access.Resource{Room: "access", Teams: teams}) == nil
}

func (p *Pages) must(c *web.Ctx, action string, teams ...string) error {
	return p.policy.Check(c.Who(), action, access.Resource{Room: "access", Teams: teams})
}

// person is somebody on the staff as the page shows them.
type person struct {
	access.Person
	Office      []access.Role
	Fingerprint string
}

// team is a team as the page shows it.
type team struct {
	access.Team
	Members []access.Member
	Ways    int
	Steward bool
}

type peopleView struct {
	ui.Form
	People                        []person
	Teams                         []team
	Receivers                     []receiver
	Recover                       []access.Team // that the person was named to bring back
	Invite, Approve, Team, Matrix bool
	Root                          string
}

// receiver is where reports of a kind arrive, in names.
type receiver struct {
	access.Receiver
	Name, WantedName, WanterName string
	Confirm                      bool
}

func (p *Pages) people(c *web.Ctx) error { return p.peopleWith(c, http.StatusOK, ui.Empty()) }

func (p *Pages) peopleWith(c *web.Ctx, status int, f ui.Form) error {
	v := peopleView{Form: f, Invite: p.may(c, "access.invite"), Approve: p.may(c, "access.approve"), Team: p.may(c, "access.team_create"), Matrix: p.may(c, "access.matrix")}
	ctx := c.R.Context()
	list, err := p.s.People(ctx)
	if err != nil {
		return err
	}
	office, err := p.s.Members(ctx, "")
	if err != nil {
		return err
	}
	for _, x := range list {
		one := person{Person: x}
		for _, m := range office {
			if m.ID == x.ID {
				one.Office = append(one.Office, m.Role)
			}
		}
		if x.State == "pending" || x.State == "active" {
			if one.Fingerprint, err = p.s.Fingerprint(ctx, x.ID); err != nil {
				return err
			}
		}
		v.People = append(v.People, one)
	}
	if v.Teams, err = p.teams(c); err != nil {
		return err
	}
	if v.Root, err = p.s.RootFingerprint(ctx); err != nil {
		return err
	}
	if v.Recover, err = p.s.Recoverable(ctx, c.Who().Person); err != nil {
		return err
	}
	if v.Receivers, err = p.receivers(c, v); err != nil {
		return err
	}
	return c.PageAs(status, c.P.T("access.title"), peoplePage(v))
}

func (p *Pages) receivers(c *web.Ctx, v peopleView) (out []receiver, err error) {
	list, err := p.s.Receivers(c.R.Context())
	for _, r := range list {
		x := receiver{Receiver: r, Confirm: r.Wanted != "" && r.Wanter != c.Who().Person && p.may(c, "access.receiver_confirm", r.Team)}
		for _, t := range v.Teams {
			if t.ID == r.Team {
				x.Name = t.Name
			}
			if t.ID == r.Wanted {
				x.WantedName = t.Name
			}
		}
		for _, one := range v.People {
			if one.ID == r.Wanter {
				x.WanterName = one.Name
			}
		}
		out = append(out, x)
	}
	return out, err
}

func (p *Pages) teams(c *web.Ctx) (out []team, err error) {
	list, err := p.s.Teams(c.R.Context())
	if err != nil {
		return nil, err
	}
	for _, t := range list {
		x := team{Team: t, Steward: p.may(c, "access.member", t.ID)}
		if x.Members, err = p.s.Members(c.R.Context(), t.ID); err != nil {
			return nil, err
		}
		if x.Ways, err = p.s.WaysIn(c.R.Context(), t.ID); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func (p *Pages) again(c *web.Ctx, err error, at string) error {
	if fault.KindOf(err) == fault.Unauthenticated {
		key, args := fault.Message(err)
		err = fault.Of(fault.Field{Name: at, Key: key, Args: args})
	}
	return c.Invalid(err, at, "", c.Form(), func(f ui.Form) error { return p.peopleWith(c, http.StatusUnprocessableEntity, f) })
}

var officeRoles = []access.Role{access.Administrator, access.EnrolmentOfficer, access.DPO, access.Auditor}

var teamRoles = []access.Role{access.IntakeOfficer, access.Caseworker, access.Supervisor, access.Steward, access.OversightOfficer}

var teamKinds = []access.TeamKind{access.Desk, access.Cases, access.Review, access.Oversight}

func (p *Pages) invite(c *web.Ctx) error {
	if err := p.must(c, "access.invite"); err != nil {
		return err
	}
	var roles []access.Role
	for _, r := range c.R.PostForm["roles"] {
		if !slices.Contains(officeRoles, access.Role(r)) {
			return fault.Of(fault.Field{Name: "roles", Key: "field.not_listed"})
		}
		roles = append(roles, access.Role(r))
	}
	_, token, err := p.s.Invite(c.R.Context(), c.Who().Actor(), plain.Clean(c.Get("name")), roles...)
	if err != nil {
		return p.again(c, err, "name")
	}
	return c.Page(c.P.T("access.title"), invitedPage("/masuk/undangan/"+token))
}

func (p *Pages) approve(c *web.Ctx) error {
	if err := p.must(c, "access.approve"); err != nil {
		return err
	}
	if err := p.s.Approve(c.R.Context(), c.Who(), c.Get("password"), c.Get("person")); err != nil {
		return p.again(c, err, "password")
	}
	return c.Done("/lainnya", "approved")
}

func (p *Pages) found(c *web.Ctx) error {
	if err := p.must(c, "access.team_create"); err != nil {
		return err
	}
	t := access.Team{Name: plain.Clean(c.Get("team_name")), Kind: access.TeamKind(c.Get("kind")), Reviewer: c.Get("reviewer")}
	role := access.FirstRole(t.Kind)
	if role == "" || t.Name == "" {
		return p.again(c, fault.Of(fault.Field{Name: "team_name", Key: "field.missing"}), "team_name")
	}
	founders := []access.Founder{{Person: c.Get("founder"), Role: role}, {Person: c.Get("founder"), Role: access.Steward}}
	if other := cmp.Or(c.Get("founder2"), c.Get("founder")); other != c.Get("founder") {
		founders = append(founders, access.Founder{Person: other, Role: role})
	}
	if _, err := p.s.CreateTeam(c.R.Context(), c.Who(), c.Get("password"), t, founders); err != nil {
		return p.again(c, err, "team_name")
	}
	return c.Done("/lainnya", "founded")
}

func (p *Pages) change(c *web.Ctx) error {
	if err := p.must(c, "access.team_change"); err != nil {
		return err
	}
	if err := p.s.ChangeTeam(c.R.Context(), c.Who(), c.Get("password"), c.Get("team"), plain.Clean(c.Get("team_name")), c.Get("reviewer")); err != nil {
		return p.again(c, err, "team_name")
	}
	return c.Done("/lainnya", "changed")
}

func (p *Pages) propose(c *web.Ctx) error {
	if err := p.must(c, "access.receiver_propose"); err != nil {
		return err
	}
	if err := p.s.ProposeReceiver(c.R.Context(), c.Who(), c.Get("password"), c.Get("receiver")); err != nil {
		return p.again(c, err, "receiver")
	}
	return c.Done("/lainnya", "receiver_proposed")
}

func (p *Pages) confirm(c *web.Ctx) error {
	if err := p.s.ConfirmReceiver(c.R.Context(), c.Who(), c.Get("password"), access.TeamKind(c.Get("kind")), c.Get("receiver")); err != nil {
		return p.again(c, err, "receiver")
	}
	return c.Done("/lainnya", "receiver_confirmed")
}

func (p *Pages) end(c *web.Ctx) error {
	if err := p.must(c, "access.end"); err != nil {
		return err
	}
	if err := p.s.EndAccount(c.R.Context(), c.Who(), c.Get("password"), c.Get("person")); err != nil {
		return p.again(c, err, "ended")
	}
	return c.Done("/lainnya", "ended")
}

func (p *Pages) steward(c *web.Ctx) error {
	if err := p.must(c, "access.steward"); err != nil {
		return err
	}
	if err := p.s.NameSteward(c.R.Context(), c.Who(), c.Get("password"), c.Get("team"), c.Get("person")); err != nil {
		return p.again(c, err, "person")
	}
	return c.Done("/lainnya", "steward")
}

func (p *Pages) recover(c *web.Ctx) error {
	if err := p.s.RecoverTeam(c.R.Context(), c.Who(), c.Get("password"), c.Get("team"), c.Get("kit")); err != nil {
		return p.again(c, err, "kit")
	}
	return c.Done("/lainnya", "recovered")
}

func (p *Pages) member(c *web.Ctx) (err error) {
	id := c.Get("team")
	if err := p.must(c, "access.member", id); err != nil {
		return err
	}
	if c.Get("go") == "remove" {
		err = p.s.RemoveMember(c.R.Context(), c.Who(), c.Get("password"), id, c.Get("person"))
	} else {
		role := access.Role(c.Get("role"))
		if !slices.Contains(teamRoles, role) {
			return p.again(c, fault.Of(fault.Field{Name: "role", Key: "field.not_listed"}), "role")
		}
		err = p.s.AddMember(c.R.Context(), c.Who(), c.Get("password"), id, c.Get("person"), role)
	}
	if err != nil {
		return p.again(c, err, "person")
	}
	return c.Done("/lainnya", "member")
}

func (p *Pages) kit(c *web.Ctx) error {
	id := c.Get("team")
	if err := p.must(c, "access.team_kit", id); err != nil {
		return err
	}
	kit, err := p.s.TeamKit(c.R.Context(), c.Who(), c.Get("password"), id)
	if err != nil {
		return p.again(c, err, "password")
	}
	return c.Page(c.P.T("access.title"), kitPage(kit.Text()))
}

func (p *Pages) showMatrix(c *web.Ctx) error {
	if err := p.must(c, "access.matrix"); err != nil {
		return err
	}
	return c.Page(c.P.T("access.matrix"), matrixPage(parseMatrix(p.matrix)))
}

// personOptions lists who can be a member of a team: active, and no administrator.
func personOptions(list []person) (out []ui.Option) {
	for _, x := range list {
		if x.State == "active" && !slices.Contains(x.Office, access.Administrator) {
			out = append(out, ui.Option{Value: x.ID, Label: x.Name})
		}
	}
	return out
}
