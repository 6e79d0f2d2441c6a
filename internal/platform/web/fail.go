package web

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/ui"
)

// Status returns the HTTP status of a kind of fault.
func Status(k fault.Kind) int {
	switch k {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.Denied:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Busy:
		return http.StatusServiceUnavailable
	case fault.Gone:
		return http.StatusGone
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Unsupported:
		return http.StatusUnsupportedMediaType
	case fault.Unauthenticated, fault.StepUp:
		return http.StatusUnauthorized
	}
	return http.StatusInternalServerError
}

// fail answers with the page of a fault. What was typed into a staff form is
// carried on: through signing in, through the password asked again, or shown to
// be copied.
func (c *Ctx) fail(err error) {
	kind := fault.KindOf(err)
	if kind == fault.Internal || kind == fault.Busy {
		c.site.Log.Error("fault", "route", c.route.Pattern, "kind", kind.String(), "err", err)
	}
	if c.R.Context().Err() != nil {
		return
	}
	key, args := fault.Message(err)
	title := c.P.T("ui.error_title")
	if c.route.Door != Public && (kind == fault.Unauthenticated || kind == fault.StepUp) {
		_ = c.render(Status(kind), c.view(title), again(c.carried(kind == fault.StepUp)))
		return
	}
	v := c.view(title)
	v.Switch = false
	back := "/"
	if c.Session != nil {
		back = "/hari-ini"
	}
	var b bytes.Buffer
	page := failed(c.P.T(key, args...), back, fault.Fields(err), c.typed())
	if rerr := page.Render(ui.With(c.R.Context(), v), &b); rerr != nil {
		http.Error(c.W, c.P.T("fault.internal"), http.StatusInternalServerError)
		return
	}
	c.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	c.W.WriteHeader(Status(kind))
	_, _ = b.WriteTo(c.W)
}

// typed returns the longer texts of a posted form, to be shown and copied.
func (c *Ctx) typed() (out []string) {
	for name, values := range c.R.PostForm {
		for _, v := range values {
			if !strings.HasPrefix(name, "_") && len(v) > 20 && !secret(name) {
				out = append(out, v)
			}
		}
	}
	return out
}

func secret(name string) bool {
	return strings.Contains(name, "password") || strings.Contains(name, "kode") || name == "s" || name == "t" || name == "totp" || name == "token" || name == "kit"
}

// carry is a request on its way through signing in: where it goes on, and what
// was typed into it.
type carry struct {
	StepUp bool
	Ended  bool // there was a session, and it is no more
	Path   string
	Post   bool
	Fields [][2]string
	Form   ui.Form
	Name   string
}

const carryPrefix = "_c."

// carried takes the present request along.
func (c *Ctx) carried(stepUp bool) carry {
	out := carry{StepUp: stepUp, Ended: c.Session == nil && c.hadSession(), Path: c.R.URL.RequestURI(), Post: c.R.Method == http.MethodPost}
	for name, values := range c.R.PostForm {
		if name == "_csrf" || name == "_once" || secret(name) {
			continue
		}
		for _, v := range values {
			out.Fields = append(out.Fields, [2]string{carryPrefix + name, v})
		}
	}
	return out
}

// Carried reads what a sign-in form took along.
func (c *Ctx) Carried() carry {
	out := carry{Path: local(c.Get("_next")), Post: c.Get("_post") == "1"}
	for name, values := range c.R.PostForm {
		if strings.HasPrefix(name, carryPrefix) {
			for _, v := range values {
				out.Fields = append(out.Fields, [2]string{name, v})
			}
		}
	}
	return out
}

// local keeps a path on this site.
func local(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return "/hari-ini"
	}
	return path
}

// GoOn leads on to where a carried request wanted to go: a page at once, a post
// behind one more button, with everything typed.
func (c *Ctx) GoOn(k carry) error {
	if !k.Post {
		return c.Redirect(k.Path)
	}
	for i := range k.Fields {
		k.Fields[i][0] = strings.TrimPrefix(k.Fields[i][0], carryPrefix)
	}
	return c.Page(c.P.T("web.resume"), resume(k))
}
