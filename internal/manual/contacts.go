package manual

import (
	"context"

	"github.com/naungan/naungan/internal/manual/internal/store"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/internal/platform/plain"
)

// Contact is whom to call here for a role of the manual: an office or post, its
// number, a note (hours, extension).
type Contact struct{ ID, Role, Name, Number, Note string }

// Check asks for a role, a name and a number.
func (c Contact) Check() error {
	var k plain.Checker
	for _, f := range []struct{ name, value string }{{"role", c.Role}, {"name", c.Name}, {"number", c.Number}} {
		k.Must(f.name, f.value)
		k.Text(f.name, f.value, 120)
	}
	k.Text("note", c.Note, 300)
	return k.Err()
}

// Contacts lists the local contacts, by role and name.
func (s *Service) Contacts(ctx context.Context) (out []Contact, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		rows, err := s.q(tx).ListContacts(tx.Ctx(), s.Jurisdiction)
		for _, r := range rows {
			out = append(out, Contact{r.ID, r.Role, r.Name, r.Number, r.Note})
		}
		return err
	})
	return out, err
}

// maxContacts bounds the list, as the page shows it whole.
const maxContacts = 500

// SaveContact stores a contact; an empty ID makes a new one. Its role must be one
// of the running manual's.
func (s *Service) SaveContact(ctx context.Context, who access.Who, c Contact) error {
	if err := s.check(ctx, who, "manual.write", c.ID); err != nil {
		return err
	}
	if err := c.Check(); err != nil {
		return err
	}
	m, err := s.Active(ctx)
	if err != nil {
		return err
	}
	if _, ok := m.Roles[c.Role]; !ok {
		return fault.Of(fault.Field{Name: "role", Key: "field.not_listed"})
	}
	if c.ID == "" {
		c.ID = id.New(s.Clock.Now())
	} else if !id.Valid(c.ID) {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		rows, err := s.q(tx).ListContacts(tx.Ctx(), s.Jurisdiction)
		if err != nil {
			return err
		}
		if len(rows) >= maxContacts {
			return fault.Of(fault.Field{Name: "name", Key: "field.too_many", Args: []any{"most", maxContacts}})
		}
		err = s.q(tx).PutContact(tx.Ctx(), store.PutContactParams{Jurisdiction: s.Jurisdiction, ID: c.ID, Role: c.Role, Name: c.Name, Number: c.Number, Note: c.Note, Person: who.Person, Day: s.today()})
		if err != nil {
			return err
		}
		return s.Audit.Append(tx, who.Actor(), audit.Entry{Verb: "manual.contact", Record: c.ID})
	})
}

// RemoveContact takes a contact out.
func (s *Service) RemoveContact(ctx context.Context, who access.Who, contact string) error {
	if err := s.check(ctx, who, "manual.write", contact); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := s.q(tx).DeleteContact(tx.Ctx(), store.DeleteContactParams{Jurisdiction: s.Jurisdiction, ID: contact})
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "fault.not_found")
		}
		if err != nil {
			return err
		}
		return s.Audit.Append(tx, who.Actor(), audit.Entry{Verb: "manual.contact_remove", Record: contact})
	})
}
