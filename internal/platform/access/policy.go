package access

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/cedar-policy/cedar-go"

	"github.com/naungan/naungan/internal/platform/fault"
)

// Role is what somebody does in a team, or (team "") in the office as a whole.
type Role string

// The roles. An administrator can read nothing.
const (
	IntakeOfficer    Role = "intake_officer"
	Caseworker       Role = "caseworker"
	Supervisor       Role = "supervisor"
	Steward          Role = "steward"
	OversightOfficer Role = "oversight_officer"
	DPO              Role = "dpo"
	Administrator    Role = "administrator"
	Auditor          Role = "auditor"
	EnrolmentOfficer Role = "enrolment_officer"
)

// Roles lists every role, in the order of the permission matrix.
var Roles = []Role{IntakeOfficer, Caseworker, Supervisor, Steward, OversightOfficer, DPO, Administrator, Auditor, EnrolmentOfficer}

// Resource is what somebody wants to act on. Teams are those that hold a grant
// for the record; an empty ID is an action on no record (a list, a form).
type Resource struct {
	Room  string
	ID    string
	Teams []string
	Mine  bool // the person's own: their case, their draft, their proposal
}

// Decision is the engine's answer, with the policy that decided.
type Decision struct {
	Allow  bool
	Policy string
}

// Engine decides by the Cedar policies of all rooms. A policy reads:
//
//	context.here   roles the person has in the teams that hold the record
//	context.roles  roles the person has anywhere
//	context.mine   whether the record is the person's own
type Engine struct{ set *cedar.PolicySet }

// NewEngine reads each room's access.cedar. Every policy must bear an @id.
func NewEngine(files map[string][]byte) (*Engine, error) {
	set := cedar.NewPolicySet()
	for room, text := range files {
		list, err := cedar.NewPolicyListFromBytes(room+"/access.cedar", text)
		if err != nil {
			return nil, fmt.Errorf("access: %s/access.cedar: %w", room, err)
		}
		for i, p := range list {
			name := string(p.Annotations()["id"])
			if name == "" {
				return nil, fmt.Errorf("access: %s/access.cedar: policy %d has no @id", room, i+1)
			}
			if !set.Add(cedar.PolicyID(room+"."+name), p) {
				return nil, fmt.Errorf("access: %s/access.cedar: two policies are called %q", room, name)
			}
		}
	}
	return &Engine{set}, nil
}

// Decide answers whether who may do action ("report.read") to a resource. An
// error while a policy is evaluated is a denial: a forbid that cannot be
// evaluated would otherwise be skipped.
func (e *Engine) Decide(who Who, action string, res Resource) Decision {
	req := cedar.Request{
		Principal: cedar.NewEntityUID("Person", cedar.String(who.Person)),
		Action:    cedar.NewEntityUID("Action", cedar.String(action)),
		Resource:  cedar.NewEntityUID(cedar.EntityType(res.Room), cedar.String(res.ID)),
		Context: cedar.NewRecord(cedar.RecordMap{
			"here": roleSet(who.rolesIn(res.Teams)), "roles": roleSet(who.allRoles()), "mine": cedar.Boolean(res.Mine),
		}),
	}
	decision, why := cedar.Authorize(e.set, cedar.EntityMap{}, req)
	if len(why.Errors) > 0 {
		return Decision{Policy: "error:" + string(why.Errors[0].PolicyID)}
	}
	d := Decision{Allow: decision == cedar.Allow, Policy: "default"}
	if len(why.Reasons) > 0 {
		d.Policy = string(why.Reasons[0].PolicyID)
	}
	return d
}

func roleSet(roles []Role) cedar.Set {
	var v []cedar.Value
	for _, r := range roles {
		v = append(v, cedar.String(r))
	}
	return cedar.NewSet(v...)
}

// Check returns nil, or a fault: NotFound for a record (not there and not yours
// are the same answer), Denied where there is no record.
func (e *Engine) Check(who Who, action string, res Resource) error {
	if e.Decide(who, action, res).Allow {
		return nil
	}
	if res.ID != "" {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return fault.New(fault.Denied, "fault.denied")
}

// Actions returns every action id named in the policies of a room, sorted.
func (e *Engine) Actions() (out []string) {
	text := string(e.set.MarshalCedar())
	for _, part := range strings.Split(text, `Action::"`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		out = append(out, name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Membership is a role in a team.
type Membership struct {
	Team string
	Role Role
}

// Who is the person that acts, as the session found them.
type Who struct {
	Person      string
	Name        string
	Session     string
	Memberships []Membership
	Sign        func(context string, msg []byte) []byte
}

func (w Who) allRoles() (out []Role) {
	for _, m := range w.Memberships {
		out = append(out, m.Role)
	}
	return out
}

func (w Who) rolesIn(teams []string) (out []Role) {
	for _, m := range w.Memberships {
		if m.Team != "" && slices.Contains(teams, m.Team) {
			out = append(out, m.Role)
		}
	}
	return out
}

// Has tells whether the person has a role anywhere.
func (w Who) Has(r Role) bool { return slices.Contains(w.allRoles(), r) }

// Teams returns the teams in which the person has one of the roles (any role
// where none is named).
func (w Who) Teams(roles ...Role) (out []string) {
	for _, m := range w.Memberships {
		if m.Team != "" && (len(roles) == 0 || slices.Contains(roles, m.Role)) && !slices.Contains(out, m.Team) {
			out = append(out, m.Team)
		}
	}
	return out
}

// Policy is the package's own policies: people and teams.
//
//go:embed access.cedar
var Policy []byte
