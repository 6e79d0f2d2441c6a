package journey

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// client is a browser without script: it reads pages, follows links, fills forms.
type client struct {
	t      testing.TB
	base   string
	http   *http.Client
	status int
	at     string
	body   string
	page   *html.Node
	head   http.Header
}

// visit opens a fresh client without cookies.
func visit(t testing.TB, base string) *client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &client{t: t, base: base, http: &http.Client{Jar: jar}}
}

func (c *client) do(req *http.Request) {
	c.t.Helper()
	res, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	c.status, c.at, c.body, c.head = res.StatusCode, res.Request.URL.RequestURI(), string(b), res.Header
	if c.page, err = html.Parse(strings.NewReader(c.body)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) get(path string) {
	c.t.Helper()
	req, err := http.NewRequest(http.MethodGet, c.base+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	c.do(req)
}

func (c *client) post(path string, v url.Values) {
	c.t.Helper()
	req, err := http.NewRequest(http.MethodPost, c.base+path, strings.NewReader(v.Encode()))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	c.do(req)
}

// see fails unless the page shows every text.
func (c *client) see(texts ...string) {
	c.t.Helper()
	shown := text(c.page)
	for _, s := range texts {
		if !strings.Contains(shown, s) {
			c.t.Fatalf("%s (%d) does not show %q:\n%s", c.at, c.status, s, shown)
		}
	}
}

// unseen fails if the page shows any of the texts, in markup too.
func (c *client) unseen(texts ...string) {
	c.t.Helper()
	for _, s := range texts {
		if strings.Contains(c.body, s) {
			c.t.Fatalf("%s shows %q", c.at, s)
		}
	}
}

// follow follows the first link whose text contains s.
func (c *client) follow(s string) {
	c.t.Helper()
	for n := range nodes(c.page, "a") {
		if strings.Contains(text(n), s) {
			c.get(resolve(c.at, attr(n, "href")))
			return
		}
	}
	c.t.Fatalf("%s has no link %q:\n%s", c.at, s, text(c.page))
}

func resolve(at, href string) string {
	base, err := url.Parse(at)
	if err != nil {
		return href
	}
	u, err := base.Parse(href)
	if err != nil {
		return href
	}
	return u.RequestURI()
}

// submit presses the first button with this label, after filling fields by name.
// A field that the form does not have is a failure: the page changed.
func (c *client) submit(label string, fields ...string) {
	c.t.Helper()
	form, button := c.form(label)
	v := values(form)
	for i := 0; i+1 < len(fields); i += 2 {
		if !has(form, fields[i]) {
			c.t.Fatalf("%s: the form of %q has no field %q", c.at, label, fields[i])
		}
		v.Set(fields[i], fields[i+1])
	}
	if name := attr(button, "name"); name != "" {
		v.Set(name, attr(button, "value"))
	}
	action := attr(form, "action")
	if action == "" {
		action = c.at
	}
	c.post(resolve(c.at, action), v)
}

func (c *client) form(label string) (form, button *html.Node) {
	c.t.Helper()
	for f := range nodes(c.page, "form") {
		for b := range nodes(f, "button") {
			if strings.TrimSpace(text(b)) == label {
				return f, b
			}
		}
	}
	c.t.Fatalf("%s (%d) has no button %q:\n%s", c.at, c.status, label, text(c.page))
	return nil, nil
}

// formWith returns the form that holds a hidden field of this value, with the
// label of its first button.
func (c *client) deed(value, label string, fields ...string) {
	c.t.Helper()
	for f := range nodes(c.page, "form") {
		v := values(f)
		if v.Get("deed") != value {
			continue
		}
		for i := 0; i+1 < len(fields); i += 2 {
			v.Set(fields[i], fields[i+1])
		}
		for b := range nodes(f, "button") {
			if strings.TrimSpace(text(b)) == label {
				if name := attr(b, "name"); name != "" {
					v.Set(name, attr(b, "value"))
				}
				c.post(resolve(c.at, attr(f, "action")), v)
				return
			}
		}
	}
	c.t.Fatalf("%s (%d) has no deed %s with button %q:\n%s", c.at, c.status, value, label, text(c.page))
}

func has(form *html.Node, name string) bool {
	for _, tag := range []string{"input", "textarea", "select"} {
		for n := range nodes(form, tag) {
			if attr(n, "name") == name {
				return true
			}
		}
	}
	return false
}

// values returns what a browser would send of a form as it stands.
func values(form *html.Node) url.Values {
	v := url.Values{}
	for n := range nodes(form, "input") {
		kind := attr(n, "type")
		if (kind == "radio" || kind == "checkbox") && !hasAttr(n, "checked") || hasAttr(n, "disabled") {
			continue
		}
		v.Add(attr(n, "name"), attr(n, "value"))
	}
	for n := range nodes(form, "textarea") {
		v.Add(attr(n, "name"), text(n))
	}
	for n := range nodes(form, "select") {
		chosen := ""
		first := true
		for o := range nodes(n, "option") {
			if first || hasAttr(o, "selected") {
				chosen = attr(o, "value")
			}
			first = false
		}
		v.Add(attr(n, "name"), chosen)
	}
	return v
}

// option returns the value of the option whose text contains s.
func (c *client) option(name, s string) string {
	c.t.Helper()
	for n := range nodes(c.page, "select") {
		if attr(n, "name") != name {
			continue
		}
		for o := range nodes(n, "option") {
			if strings.Contains(text(o), s) {
				return attr(o, "value")
			}
		}
	}
	c.t.Fatalf("%s: select %q has no option %q", c.at, name, s)
	return ""
}

func nodes(n *html.Node, tag string) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for d := range n.Descendants() {
			if d.Type == html.ElementNode && d.Data == tag && !yield(d) {
				return
			}
		}
	}
}

func attr(n *html.Node, name string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}

func hasAttr(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

var spaces = regexp.MustCompile(`\s+`)

func text(n *html.Node) string {
	if n.Type == html.ElementNode && n.Data == "textarea" {
		var b strings.Builder
		for d := range n.Descendants() {
			b.WriteString(d.Data)
		}
		return b.String()
	}
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.TrimSpace(spaces.ReplaceAllString(b.String(), " "))
}

func first(c *client, tag string) *html.Node {
	for n := range nodes(c.page, tag) {
		return n
	}
	c.t.Fatalf("%s has no <%s>", c.at, tag)
	return nil
}
