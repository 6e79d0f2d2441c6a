package web

import (
	"encoding/base64"
	"errors"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/platform/ui"
)

// Ctx is one request: what came, who came, and how to answer.
type Ctx struct {
	W       http.ResponseWriter
	R       *http.Request
	P       *lang.Printer
	Now     time.Time
	Session *access.Session // nil on public pages
	Cookie  string
	site    *Site
	route   Route
}

func (s *Site) ctx(w http.ResponseWriter, r *http.Request, route Route) *Ctx {
	c := &Ctx{W: w, R: r, Now: s.Clock.Now(), site: s, route: route}
	c.P = s.Texts.In(c.language())
	return c
}

// language is what was chosen, not what the browser says: a shared phone set to
// English still meets Indonesian first.
func (c *Ctx) language() string {
	if l, ok := lang.Parse(c.R.URL.Query().Get("lang")); ok {
		return l
	}
	if c.route.Door == Staff || c.route.Door == Entry {
		if k, err := c.R.Cookie("lang"); err == nil {
			if l, ok := lang.Parse(k.Value); ok {
				return l
			}
		}
	}
	if c.route.Door == API {
		if l, ok := lang.Parse(c.R.Header.Get("Accept-Language")); ok {
			return l
		}
	}
	return lang.ID
}

// Who returns the person of the session.
func (c *Ctx) Who() access.Who { return c.Session.Who }

// Keyring returns the keys of the session.
func (c *Ctx) Keyring() *seal.Keyring { return c.Session.Keyring }

// Today returns the day, as clear columns count it.
func (c *Ctx) Today() int64 { return clock.Day(c.Now) }

// Visitor returns the address of the client for counters in memory; nothing
// keeps it.
func (c *Ctx) Visitor() string {
	if c.site.TrustProxy {
		// The last entry is the proxy's own word; what stands before it, anybody can send.
		if f := c.R.Header.Values("X-Forwarded-For"); len(f) > 0 {
			last := f[len(f)-1]
			return strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
		}
	}
	host, _, err := net.SplitHostPort(c.R.RemoteAddr)
	if err != nil {
		return c.R.RemoteAddr
	}
	return host
}

// serve is the way of a request to its handler: language, session, origin, body,
// tokens.
func (c *Ctx) serve(route Route) error {
	if l := c.R.URL.Query().Get("lang"); l != "" && route.Door != Public {
		c.cookie("lang", c.P.Lang(), 365*24*time.Hour)
	}
	post := c.R.Method != http.MethodGet && c.R.Method != http.MethodHead
	if post {
		if err := c.body(); err != nil {
			return err
		}
	}
	if route.Door == Public {
		return route.Do(c)
	}
	if err := c.site.cross.Check(c.R); err != nil {
		return fault.Wrap(fault.Denied, "fault.cross_site", err)
	}
	if err := c.session(route); err != nil {
		return err
	}
	if err := c.permitted(route); err != nil {
		return err
	}
	if !post || route.Door == Entry {
		return route.Do(c)
	}
	if c.R.PostForm.Get("_csrf") != c.Session.CSRF {
		return fault.New(fault.Denied, "fault.cross_site")
	}
	return c.onceOnly(route)
}

// session finds who came; a staff route without one is Unauthenticated.
func (c *Ctx) session(route Route) error {
	k, err := c.R.Cookie(c.site.cookieName("sesi"))
	if err == nil {
		if s, err := c.site.Access.Session(c.R.Context(), k.Value); err == nil {
			c.Session, c.Cookie = &s, k.Value
		} else if fault.KindOf(err) != fault.Unauthenticated {
			return err
		}
	}
	if c.Session == nil && route.Door == Staff {
		return fault.New(fault.Unauthenticated, "fault.unauthenticated")
	}
	return nil
}

// permitted asks the policies whether the person may do a route's action in any
// team of theirs at all. Which record it may be done to is the room's to check.
func (c *Ctx) permitted(route Route) error {
	if route.Action == "" || c.Session == nil {
		return nil
	}
	room, _, _ := strings.Cut(route.Action, ".")
	return c.site.Policy.Check(c.Who(), route.Action, access.Resource{Room: room, Teams: c.Who().Teams(), Mine: true})
}

// body reads a form of words: bounded, never multipart.
func (c *Ctx) body() error {
	most := c.site.MaxPublicBody
	if c.route.Door == Staff {
		most = 512 << 10
	}
	if c.route.Body > 0 {
		most = c.route.Body
	}
	kind, _, err := mime.ParseMediaType(c.R.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return fault.New(fault.Unsupported, "fault.unsupported")
	}
	c.R.Body = http.MaxBytesReader(c.W, c.R.Body, most)
	if err := c.R.ParseForm(); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return fault.New(fault.TooLarge, "fault.too_large")
		}
		return fault.Wrap(fault.Invalid, "fault.malformed", err)
	}
	return nil
}

// Form returns what was posted, without the tokens.
func (c *Ctx) Form() ui.Form { return ui.Form{Values: c.R.PostForm} }

// Get returns one posted value.
func (c *Ctx) Get(name string) string { return c.R.PostForm.Get(name) }

// cookieName returns the name under which browsers keep a cookie to this host
// over TLS; plain http on loopback has a name of its own.
func (s *Site) cookieName(name string) string {
	if s.Secure {
		return "__Host-" + name
	}
	return name
}

func (c *Ctx) cookie(name, value string, lives time.Duration) {
	k := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: c.site.Secure, SameSite: http.SameSiteStrictMode, MaxAge: int(lives.Seconds())}
	if lives < 0 {
		k.MaxAge = -1
	}
	http.SetCookie(c.W, k)
}

// SetSession puts the session's cookie into the browser; "" takes it out.
func (c *Ctx) SetSession(cookie string) {
	if cookie == "" {
		c.cookie(c.site.cookieName("sesi"), "", -1)
		return
	}
	c.cookie(c.site.cookieName("sesi"), cookie, access.Absolute)
}

// hadSession tells whether the browser still brings the cookie of a session.
func (c *Ctx) hadSession() bool {
	k, err := c.R.Cookie(c.site.cookieName("sesi"))
	return err == nil && k.Value != ""
}

// Known tells whether this device signed in as the person before; Remember makes
// it so.
func (c *Ctx) Known(name string) bool {
	k, err := c.R.Cookie(c.site.cookieName("dikenal"))
	if err != nil {
		return false
	}
	mac, err := base64.RawURLEncoding.DecodeString(k.Value)
	return err == nil && c.site.Token.Verify(mac, []byte("device"), []byte(strings.ToLower(name)))
}

// Remember notes that this device signed in.
func (c *Ctx) Remember(name string) {
	mac := c.site.Token.MAC([]byte("device"), []byte(strings.ToLower(name)))
	c.cookie(c.site.cookieName("dikenal"), base64.RawURLEncoding.EncodeToString(mac), 180*24*time.Hour)
}

// Redirect leads to another page after a post, so that reload repeats nothing.
func (c *Ctx) Redirect(path string) error {
	if c.route.Door == Public && c.P.Lang() != lang.ID {
		path = ui.Link(ui.With(c.R.Context(), ui.View{P: c.P}), path)
	}
	http.Redirect(c.W, c.R, path, http.StatusSeeOther)
	return nil
}

// Done redirects with a word of what was done, by message key.
func (c *Ctx) Done(path, key string) error {
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	base, frag, has := strings.Cut(path, "#")
	if has {
		frag = "#" + frag
	}
	return c.Redirect(base + sep + "ok=" + url.QueryEscape(key) + frag)
}

// Page answers with a page; title is the page's own, neutral on public pages.
func (c *Ctx) Page(title string, body templ.Component) error {
	return c.PageAs(http.StatusOK, title, body)
}

// PageAs answers with a page and a status.
func (c *Ctx) PageAs(status int, title string, body templ.Component) error {
	return c.render(status, c.view(title), body)
}

// Waiting answers with a page that asks again after some seconds.
func (c *Ctx) Waiting(seconds int, title string, body templ.Component) error {
	v := c.view(title)
	v.Refresh = seconds
	return c.render(http.StatusServiceUnavailable, v, body)
}

func (c *Ctx) render(status int, v ui.View, body templ.Component) error {
	c.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	c.W.WriteHeader(status)
	return body.Render(ui.With(c.R.Context(), v), c.W)
}

func (c *Ctx) view(title string) ui.View {
	v := ui.View{P: c.P, Title: title, Path: c.R.URL.RequestURI(), Staff: c.route.Door == Staff || c.route.Door == Entry, Exit: c.site.Exit, Demo: c.site.Demo, KeyBeside: c.site.KeyBeside,
		Now: c.Now, Switch: c.R.Method == http.MethodGet}
	if key := c.R.URL.Query().Get("ok"); key != "" && v.Staff && c.P.Has("done."+key) {
		v.Notice = c.P.T("done." + key)
	}
	if c.Session == nil {
		return v
	}
	v.CSRF, v.Person, v.Once = c.Session.CSRF, c.Session.Name, newOnce()
	v.NoKeys = c.Session.Has(access.Administrator)
	if c.site.Nav != nil {
		v.Nav = c.site.Nav(c.Session.Who)
		here, longest := -1, 0 // the nearest entry above the page, and no other
		for i, n := range v.Nav {
			if at := n.Path; (c.R.URL.Path == at || strings.HasPrefix(c.R.URL.Path, at+"/")) && len(at) > longest {
				here, longest = i, len(at)
			}
		}
		if here >= 0 {
			v.Nav[here].Active = true
		}
	}
	if c.site.Restored != nil {
		v.Restored = c.site.Restored(c.R.Context(), c.P)
	}
	if c.site.Alarms != nil {
		v.Alarms = c.site.Alarms(c.R.Context(), c.Session.Who)
	}
	return v
}
