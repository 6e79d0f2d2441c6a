package manual

import (
	"cmp"
	"context"
	"fmt"
	"strings"

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

// SaveContact stores a contact with a reason; an empty ID makes a new one. Its role
// must be one of the running manual's. What changed and why stays beside the list
// (Changes); the audit leaf, which holds no words of people, names the contact.
func (s *Service) SaveContact(ctx context.Context, who access.Who, c Contact, reason string) error {
	if err := s.check(ctx, who, "manual.write", c.ID); err != nil {
		return err
	}
	if wrong := append(fault.Fields(c.Check()), fault.Fields(checkReason(reason))...); len(wrong) > 0 {
		return fault.Of(wrong...)
	}
	m, err := s.Active(ctx)
	if err != nil {
		return err
	}
	if _, ok := m.Roles[c.Role]; !ok {
		return fault.Of(fault.Field{Name: "role", Key: "field.not_listed"})
	}
	if c.ID != "" && !id.Valid(c.ID) {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		old, n, err := s.contact(tx, c.ID)
		switch {
		case err != nil:
			return err
		case c.ID != "" && old.ID == "":
			return fault.New(fault.NotFound, "fault.not_found")
		case c.ID == "" && n >= maxContacts:
			return fault.Of(fault.Field{Name: "name", Key: "field.too_many", Args: []any{"most", maxContacts}})
		}
		now := c
		if now.ID == "" {
			now.ID = id.New(s.Clock.Now())
		}
		err = s.q(tx).PutContact(tx.Ctx(), store.PutContactParams{Jurisdiction: s.Jurisdiction, ID: now.ID, Role: c.Role, Name: c.Name, Number: c.Number, Note: c.Note, Person: who.Person, Day: s.today()})
		if err != nil {
			return err
		}
		return s.noteContact(tx, who, "manual.contact", now.ID, reason+changed(old, now))
	})
}

// noteContact keeps what was changed, with its leaf.
func (s *Service) noteContact(tx *db.Tx, who access.Who, verb, contact, what string) error {
	err := s.q(tx).PutContactChange(tx.Ctx(), store.PutContactChangeParams{Jurisdiction: s.Jurisdiction, ID: id.New(s.Clock.Now()), Contact: contact, What: what, Person: who.Person, Day: s.today()})
	if err != nil {
		return err
	}
	return s.Audit.Append(tx, who.Actor(), audit.Entry{Verb: verb, Record: contact})
}

// ContactChange is what somebody changed of a contact, and why.
type ContactChange struct {
	What, Person string
	Day          int64
}

// Changes lists the newest hundred changes of contacts.
func (s *Service) Changes(ctx context.Context) (out []ContactChange, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		rows, err := s.q(tx).ListContactChanges(tx.Ctx(), s.Jurisdiction)
		for _, r := range rows {
			out = append(out, ContactChange{r.What, r.Person, r.Day})
		}
		return err
	})
	return out, err
}

// contact returns a contact as it stands, zero where there is none, and how many
// there are.
func (s *Service) contact(tx *db.Tx, contact string) (old Contact, n int, err error) {
	rows, err := s.q(tx).ListContacts(tx.Ctx(), s.Jurisdiction)
	for _, r := range rows {
		if r.ID == contact {
			old = Contact{r.ID, r.Role, r.Name, r.Number, r.Note}
		}
	}
	return old, len(rows), err
}

// changed says what became of a contact, part by part: "; number: 1 → 2".
func changed(old, now Contact) string {
	var b strings.Builder
	for _, p := range []struct{ name, old, now string }{{"role", old.Role, now.Role}, {"name", old.Name, now.Name}, {"number", old.Number, now.Number}, {"note", old.Note, now.Note}} {
		if p.old != p.now {
			fmt.Fprintf(&b, "; %s: %s → %s", p.name, cmp.Or(p.old, "-"), cmp.Or(p.now, "-"))
		}
	}
	return b.String()
}

// RemoveContact takes a contact out, with a reason.
func (s *Service) RemoveContact(ctx context.Context, who access.Who, contact, reason string) error {
	if err := s.check(ctx, who, "manual.write", contact); err != nil {
		return err
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		old, _, err := s.contact(tx, contact)
		if err != nil {
			return err
		}
		n, err := s.q(tx).DeleteContact(tx.Ctx(), store.DeleteContactParams{Jurisdiction: s.Jurisdiction, ID: contact})
		if err == nil && n == 0 {
			err = fault.New(fault.NotFound, "fault.not_found")
		}
		if err != nil {
			return err
		}
		return s.noteContact(tx, who, "manual.contact_remove", contact, reason+changed(old, Contact{}))
	})
}
