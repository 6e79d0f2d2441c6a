package web

import (
	"context"
	"net/http"

	"github.com/naungan/naungan/internal/manual"
	"github.com/naungan/naungan/internal/platform/plain"
	"github.com/naungan/naungan/internal/platform/ui"
	"github.com/naungan/naungan/internal/platform/web"
)

// contactView is the list of local contacts and the form for one.
type contactView struct {
	view
	ui.Form
	List    []manual.Contact
	Changes []manual.ContactChange
}

func (p *Pages) contacts(c *web.Ctx) error { return p.contactsWith(c, http.StatusOK, ui.Empty()) }

func (p *Pages) contactsWith(c *web.Ctx, status int, f ui.Form) error {
	v, err := p.load(c, "")
	if err != nil {
		return err
	}
	e := contactView{view: v, Form: f}
	if e.List, err = p.s.Contacts(c.R.Context()); err != nil {
		return err
	}
	if e.Changes, err = p.s.Changes(c.R.Context()); err != nil {
		return err
	}
	if id := c.R.URL.Query().Get("ubah"); id != "" && status == http.StatusOK {
		for _, x := range e.List {
			if x.ID == id {
				e.Form = ui.Filled("id", x.ID, "role", x.Role, "name", x.Name, "number", x.Number, "note", x.Note)
			}
		}
	}
	return c.PageAs(status, title(c), contactsPage(e))
}

// saveContact stores or removes a contact.
func (p *Pages) saveContact(c *web.Ctx) (err error) {
	x := manual.Contact{ID: c.Get("id"), Role: c.Get("role"), Name: plain.Clean(c.Get("name")), Number: plain.Clean(c.Get("number")), Note: plain.Clean(c.Get("note"))}
	reason := plain.Clean(c.Get("reason"))
	if c.Get("go") == "remove" {
		err = p.s.RemoveContact(c.R.Context(), c.Who(), x.ID, reason)
	} else {
		err = p.s.SaveContact(c.R.Context(), c.Who(), x, reason)
	}
	if err != nil {
		return c.Invalid(err, "name", "", c.Form(), func(f ui.Form) error { return p.contactsWith(c, http.StatusUnprocessableEntity, f) })
	}
	return c.Done("/manual/kontak", "manual_contact")
}

func contactHeading(ctx context.Context, f ui.Form) string {
	if f.Get("id") != "" {
		return ui.T(ctx, "manual.contact.change")
	}
	return ui.T(ctx, "manual.contact.add")
}
