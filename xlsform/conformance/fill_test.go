//go:build browser

package main

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// host is the page that fills in one form, and what was sent from it.
type host struct {
	*httptest.Server
	mu   sync.Mutex
	sent []string // each xml_submission_file
}

// hostPolicy is what ODK's form needs of a page: its XPath parser is WebAssembly, its styles and fonts are put in by its script.
const hostPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; font-src data:; img-src data:; connect-src 'self'"

// serve gives the page, the bundle made of web/oracle/fill.js, and the form. Nothing of it is part of the program.
func serve(t *testing.T, form string) *host {
	t.Helper()
	h, dir := &host{}, bundle(t)
	text := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Content-Security-Policy", hostPolicy)
			_, _ = io.WriteString(w, body)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", text("text/html; charset=utf-8", `<!doctype html><html lang="id"><title>form</title><link rel="icon" href="data:,">`+
		`<div id="form"></div><script src="/watch.js"></script><script type="module" src="/fill.js"></script>`))
	mux.HandleFunc("GET /watch.js", text("text/javascript",
		`window.refused = []; document.addEventListener("securitypolicyviolation", e => refused.push(e.violatedDirective + " " + e.blockedURI));`))
	mux.HandleFunc("GET /form.xml", text("text/xml; charset=utf-8", form))
	mux.Handle("GET /fill.js", http.FileServer(http.Dir(dir)))
	mux.HandleFunc("POST /submission", h.receive)
	h.Server = httptest.NewServer(mux)
	t.Cleanup(h.Close)
	return h
}

func (h *host) receive(w http.ResponseWriter, r *http.Request) {
	f, _, err := r.FormFile("xml_submission_file")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	body, _ := io.ReadAll(f)
	h.mu.Lock()
	h.sent = append(h.sent, string(body))
	h.mu.Unlock()
	w.WriteHeader(http.StatusCreated)
}

// bundle builds web/oracle/fill.js into a folder of the test; what is missing is told as engine tells it.
func bundle(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	tool, err := filepath.Abs("../../web/node_modules/.bin/esbuild")
	if err == nil {
		_, err = os.Stat("../../web/node_modules/@getodk/web-forms")
	}
	if err != nil {
		missing(t, "@getodk/web-forms is missing: make assets installs it", err)
	}
	cmd := exec.CommandContext(t.Context(), tool, "oracle/fill.js", "--bundle", "--minify", "--format=esm", "--log-level=error",
		`--define:process.env.NODE_ENV="production"`, "--outfile="+filepath.Join(dir, "fill.js"))
	cmd.Dir = "../../web"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// missing skips with a word where a tool is not installed; in CI it fails.
func missing(t *testing.T, what string, err error) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what, err)
	}
	t.Skip(what, err)
}

// page is the form in a browser, and every address it asked for.
type page struct {
	t     *testing.T
	ctx   context.Context
	mu    sync.Mutex
	asked []string
}

func openPage(t *testing.T, url string) *page {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		missing(t, "chromium is missing: make test installs it", err)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	p := &page{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.Navigate(url), chromedp.EmulateViewport(800, 1200))
	return p
}

func (p *page) hear(ev any) {
	if e, ok := ev.(*network.EventRequestWillBeSent); ok {
		p.mu.Lock()
		p.asked = append(p.asked, e.Request.URL)
		p.mu.Unlock()
	}
}

func (p *page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatalf("%v\n%s", err, p.text())
	}
}

func (p *page) text() string {
	s, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.title + "\n" + document.body.innerHTML`))
	return s
}

// under runs a step of JavaScript on the first field below a label, e, once it is there.
func (p *page) under(label, step string) {
	p.t.Helper()
	js := fmt.Sprintf(`(() => { for (const l of document.querySelectorAll("label")) {
		if (!l.textContent.includes(%q)) continue;
		let e = l; while (e && !e.querySelector("input")) e = e.parentElement;
		if (e = e?.querySelector("input")) { %s; return true; } } return false; })()`, label, step)
	ctx, cancel := context.WithTimeout(p.ctx, 20*time.Second)
	defer cancel()
	if ok, err := chromedp.Run(ctx, chromedp.Poll[bool](js)); err != nil || !ok {
		p.t.Fatalf("no question %q: %v\n%s", label, err, p.text())
	}
}

// write types into a question as a person does, and leaves it.
func (p *page) write(label, text string) {
	p.t.Helper()
	p.under(label, "e.focus(); e.select()")
	p.do(chromedp.KeyEvent(text + kb.Tab))
}

// TestAFormIsFilled fills in a compiled form in a browser with ODK's own @getodk/web-forms, and reads what it sends.
func TestAFormIsFilled(t *testing.T) {
	h := serve(t, compiled(t, "../testdata/kunjungan.md"))
	p := openPage(t, h.URL)
	p.under("Nama pos", "")
	p.do(chromedp.Click(chromedp.CSS(`button[aria-label="Send"]`))) // three answers are required: nothing may be sent
	p.write("Nama pos", "Pos Melati & Kenanga <2>")
	p.write("Berapa petugas", "4")
	p.do(chromedp.Click(chromedp.CSS(`input[value="other"]`)))
	p.write("Specify other", "Malam")
	p.do(chromedp.Click(chromedp.CSS(`input[value="meja"]`)), chromedp.Click(chromedp.CSS(`input[value="kipas"]`)))
	p.write("Jarak dari", "2")
	if sent := h.all(); len(sent) > 0 {
		t.Fatalf("sent without the required answers: %v", sent)
	}
	if !strings.Contains(p.text(), "Pos Melati") {
		t.Error("the note does not repeat the answer")
	}
	p.do(chromedp.Click(chromedp.CSS(`button[aria-label="Send"]`)))
	if _, err := chromedp.Run(p.ctx, chromedp.Poll[bool](`document.title === "sent: 201"`)); err != nil {
		t.Fatalf("%v\n%s", err, p.text())
	}
	answers(t, h.all())
	p.quiet(h.URL)
}

// answers holds the one record sent against what was typed.
func answers(t *testing.T, sent []string) {
	t.Helper()
	if len(sent) != 1 {
		t.Fatalf("sent: %v", sent)
	}
	var got struct {
		XMLName  xml.Name
		ID       string `xml:"id,attr"`
		Version  string `xml:"version,attr"`
		Post     string `xml:"pos"`
		Staff    string `xml:"petugas"`
		Open     string `xml:"buka"`
		Other    string `xml:"buka_other"`
		Have     string `xml:"sarana"`
		Metres   string `xml:"meter"`
		Office   string `xml:"pengisi"`
		Instance string `xml:"meta>instanceID"`
	}
	if err := xml.Unmarshal([]byte(sent[0]), &got); err != nil {
		t.Fatalf("%v in %s", err, sent[0])
	}
	for _, c := range [][2]string{{got.XMLName.Local, "data"}, {got.ID, "kunjungan"}, {got.Version, "1"}, {got.Post, "Pos Melati & Kenanga <2>"},
		{got.Staff, "4"}, {got.Open, "other"}, {got.Other, "Malam"}, {got.Have, "meja kipas"}, {got.Metres, "2000"}, {got.Office, "Umum"}} {
		if c[0] != c[1] {
			t.Errorf("sent %q, typed %q in %s", c[0], c[1], sent[0])
		}
	}
	if !regexp.MustCompile(`^uuid:[0-9a-f-]{36}$`).MatchString(got.Instance) {
		t.Errorf("instanceID %q", got.Instance)
	}
}

func (h *host) all() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.sent)
}

// quiet finds no request but those to the host, and nothing that the policy had to refuse.
func (p *page) quiet(url string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.asked) < 4 {
		p.t.Errorf("only %v was heard", p.asked)
	}
	for _, a := range p.asked {
		if !strings.HasPrefix(a, url+"/") && !strings.HasPrefix(a, "data:") {
			p.t.Errorf("asked for %s", a)
		}
	}
	refused, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]string]("refused"))
	if err != nil || len(refused) > 0 {
		p.t.Errorf("the policy refused %v (%v)", refused, err)
	}
}
