package casework_test

import (
	"testing"

	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/platform/access/accesstest"
	"github.com/naungan/naungan/internal/platform/fault"
)

// A colleague of the same team who may read the case and has typed her password
// again for another one gets no identity by any door but ShowIdentity.
func TestIdentityHasOneDoor(t *testing.T) {
	each(t, func(h house) {
		in := h.In("worker1")
		b := casework.Beginning{Team: h.Teams["case"], Worker: h.People["worker1"], Second: h.People["super1"], Risk: casework.RiskUnknown,
			Identity: casework.IdentityDoc{Name: "Anak Contoh"}}
		to, err := h.Access.TeamPublic(ctx, b.Team)
		h.ok(err)
		o, err := casework.Begin(in.Keyring, in.Who, accesstest.Jurisdiction, to, b, h.rules(), h.Clock.Now(), h.day())
		h.ok(err)
		h.ok(h.s.OpenCase(ctx, in.Who, o))
		other := h.StepUp("worker2")
		_, err = h.s.ShowIdentity(ctx, other.Who, o.ID, "contact")
		h.wants(fault.NotFound, err)
		if v := h.read(other, o.ID); v.Identity.Name != "" {
			t.Errorf("Show gives the identity %q", v.Identity.Name)
		}
		mine := h.StepUp("worker1")
		if v := h.whole(mine, o.ID); v.Identity.Name != "Anak Contoh" {
			t.Errorf("the worker reads %q", v.Identity.Name)
		}
	})
}
