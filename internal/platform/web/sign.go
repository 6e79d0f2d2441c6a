package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/platform/ui"
)

// SignRoutes are the ways in: sign in, step up, sign out, the kit, an invitation.
func (s *Site) SignRoutes() []Route {
	return []Route{
		{Pattern: "GET /masuk", Door: Entry, Action: "", Do: showSignIn},
		{Pattern: "POST /masuk", Door: Entry, Action: "", Do: signIn},
		{Pattern: "POST /masuk/lagi", Door: Entry, Action: "", Do: stepUp},
		{Pattern: "POST /keluar", Door: Entry, Action: "", Do: signOut},
		{Pattern: "GET /masuk/kit", Door: Entry, Action: "", Do: func(c *Ctx) error { return c.Page(c.P.T("web.kit"), recovery(ui.Empty())) }},
		{Pattern: "POST /masuk/kit", Door: Entry, Action: "", Do: recoverByKit},
		{Pattern: "GET /masuk/undangan/{token}", Door: Entry, Action: "", Do: showInvitation},
		{Pattern: "POST /masuk/undangan", Door: Entry, Action: "", Do: acceptInvitation},
	}
}

func showSignIn(c *Ctx) error {
	if c.Session != nil {
		return c.Redirect("/hari-ini")
	}
	return c.Page(c.P.T("web.sign_in"), again(carry{Path: "/hari-ini", Form: ui.Empty()}))
}

// signIn opens a session and goes on to where the person wanted to go.
func signIn(c *Ctx) error {
	k := c.Carried()
	name := strings.TrimSpace(c.Get("name"))
	cookie, err := c.site.Access.SignIn(c.R.Context(), name, c.Get("password"), strings.TrimSpace(c.Get("totp")), c.Known(name))
	if err != nil {
		return c.signAgain(k, name, err)
	}
	session, err := c.site.Access.Session(c.R.Context(), cookie)
	if err != nil {
		return err
	}
	c.SetSession(cookie)
	c.Remember(name)
	c.Session, c.Cookie = &session, cookie
	return c.GoOn(k)
}

func (c *Ctx) signAgain(k carry, name string, err error) error {
	if kind := fault.KindOf(err); kind != fault.Unauthenticated && kind != fault.Busy && kind != fault.Invalid {
		return err
	}
	k.Form = ui.Filled("name", name)
	k.Form.Errors = c.fieldErrors(err, "password")
	if k.Form.Errors == nil { // too many at once
		key, args := fault.Message(err)
		k.Form.Errors = []fault.Field{{Name: "password", Key: key, Args: args}}
	}
	return c.PageAs(Status(fault.KindOf(err)), c.P.T("web.sign_in"), again(k))
}

func stepUp(c *Ctx) error {
	if c.Session == nil {
		return fault.New(fault.Unauthenticated, "fault.unauthenticated")
	}
	if c.Get("_csrf") != c.Session.CSRF {
		return fault.New(fault.Denied, "fault.cross_site")
	}
	k := c.Carried()
	k.StepUp = true
	if err := c.site.Access.StepUp(c.R.Context(), c.Cookie, c.Get("password")); err != nil {
		return c.signAgain(k, "", err)
	}
	return c.GoOn(k)
}

func signOut(c *Ctx) error {
	if c.Session != nil && c.Get("_csrf") == c.Session.CSRF {
		if err := c.site.Access.SignOut(c.R.Context(), c.Cookie); err != nil {
			return err
		}
	}
	c.SetSession("")
	return c.Redirect("/masuk")
}

func recoverByKit(c *Ctx) error {
	f := c.Form()
	if err := c.site.Access.RecoverByKit(c.R.Context(), strings.TrimSpace(c.Get("name")), c.Get("kit"), c.Get("password")); err != nil {
		f.Errors = c.fieldErrors(err, "kit")
		if f.Errors == nil {
			return err
		}
		f.Values.Del("password")
		return c.PageAs(http.StatusUnprocessableEntity, c.P.T("web.kit"), recovery(f))
	}
	return c.Redirect("/masuk")
}

// fieldErrors returns the fields of a fault of input, or its message at one
// field; nil for faults that have their own page.
func (c *Ctx) fieldErrors(err error, at string) []fault.Field {
	if f := fault.Fields(err); f != nil {
		return f
	}
	if !slices.Contains([]fault.Kind{fault.Invalid, fault.Unauthenticated, fault.NotFound}, fault.KindOf(err)) {
		return nil
	}
	key, args := fault.Message(err)
	return []fault.Field{{Name: at, Key: key, Args: args}}
}

// Invalid shows a form again with what is wrong: show renders it. Faults that are
// no matter of input keep their own page.
func (c *Ctx) Invalid(err error, at, title string, f ui.Form, show func(f ui.Form) error) error {
	if k := fault.KindOf(err); k != fault.Invalid && k != fault.Conflict {
		return err
	}
	if f.Errors = fault.Fields(err); f.Errors == nil {
		key, args := fault.Message(err)
		f.Errors = []fault.Field{{Name: at, Key: key, Args: args}}
	}
	_ = title
	return show(f)
}

func showInvitation(c *Ctx) error {
	token := c.R.PathValue("token")
	p, err := c.site.Access.Invited(c.R.Context(), token)
	if err != nil {
		return err
	}
	secret, _, err := access.NewTOTPSecret(p.Name)
	if err != nil {
		return err
	}
	return c.Page(c.P.T("web.invitation"), invitation(ui.Empty(), p.Name, token, secret, seal.GeneratePassword()))
}

func acceptInvitation(c *Ctx) error {
	p, err := c.site.Access.Invited(c.R.Context(), c.Get("token"))
	if err != nil {
		return err
	}
	e := access.Enrolment{Token: c.Get("token"), Password: c.Get("password"), TOTP: c.Get("secret"), Code: strings.TrimSpace(c.Get("totp"))}
	kit, err := c.site.Access.Accept(c.R.Context(), e)
	if err != nil {
		f := ui.Form{Values: c.R.PostForm, Errors: c.fieldErrors(err, "totp")}
		if f.Errors == nil {
			return err
		}
		return c.PageAs(http.StatusUnprocessableEntity, c.P.T("web.invitation"), invitation(f, p.Name, e.Token, e.TOTP, seal.GeneratePassword()))
	}
	print, err := c.site.Access.Fingerprint(c.R.Context(), p.ID)
	if err != nil {
		return err
	}
	root, err := c.site.Access.RootFingerprint(c.R.Context())
	if err != nil {
		return err
	}
	return c.Page(c.P.T("web.kit_new"), kitPage(kit.Text(), print, print == root))
}
