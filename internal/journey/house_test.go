package journey

import (
	"context"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"github.com/naungan/naungan/internal/app"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/platform/web"
)

var ctx = context.Background()

// house is a served demo.
type house struct {
	*app.House
	t       testing.TB
	URL     string
	Data    string
	demo    app.DemoDone
	spent   map[string]time.Time
	clock   *clock.Fake
	logs    io.Writer
	cookies map[string]*client
	pages   *web.Site
}

// both runs fn on a fresh demo on each engine.
func both(t *testing.T, fn func(h *house)) {
	t.Run("sqlite", func(t *testing.T) { fn(start(t, "", io.Discard)) })
	t.Run("postgres", func(t *testing.T) { fn(start(t, dbtest.PostgresURL(t), io.Discard)) })
}

// start makes a small demo and serves it. Its clock moves only when told, so that
// codes of the second factor can be made at will.
func start(t testing.TB, url string, logs io.Writer) *house {
	t.Helper()
	return startAt(t, app.Place{Database: url}, logs)
}

func startAt(t testing.TB, place app.Place, logs io.Writer) *house {
	t.Helper()
	h := &house{t: t, Data: filepath.Join(t.TempDir(), "data"), spent: map[string]time.Time{}, clock: clock.NewFake(time.Now()), logs: logs, cookies: map[string]*client{}}
	place.Data, place.Jurisdiction = h.Data, "jkb"
	var err error
	if place.Database == "" && !place.PlainPages {
		h.demo, err = copyDemo(h.Data)
	} else {
		h.demo, err = app.MakeDemo(ctx, place, 6)
	}
	if err != nil {
		t.Fatal(err)
	}
	if h.House, err = app.Open(ctx, place, h.clock, slog.New(slog.NewTextHandler(logs, nil))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	h.pages = h.Site(app.SiteOptions{})
	h.URL = served(t, h.pages)
	return h
}

// served serves pages for the length of the test and returns their address.
func served(t testing.TB, pages http.Handler) string {
	site := httptest.NewServer(pages)
	t.Cleanup(site.Close)
	return site.URL
}

// pattern is the demo that every test on encrypted SQLite gets a copy of: founding
// an office takes dozens of slow hashes, minutes under the race detector.
var pattern struct {
	once sync.Once
	dir  string
	demo app.DemoDone
	err  error
}

func copyDemo(to string) (app.DemoDone, error) {
	p := &pattern
	p.once.Do(func() {
		if p.dir, p.err = os.MkdirTemp("", "naungan-demo"); p.err == nil {
			p.demo, p.err = app.MakeDemo(ctx, app.Place{Data: filepath.Join(p.dir, "data"), Jurisdiction: "jkb"}, 6)
		}
	})
	if p.err != nil {
		return p.demo, p.err
	}
	return p.demo, os.CopyFS(to, os.DirFS(filepath.Join(p.dir, "data")))
}

// TestMain makes sign-ins cheap, but where they are measured.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.bench").Value.String() == "" {
		seal.CheapPasswords()
	}
	status := m.Run()
	if pattern.dir != "" {
		_ = os.RemoveAll(pattern.dir)
	}
	os.Exit(status)
}

// settle delivers events and numbers leaves, as the background work does.
func (h *house) settle() {
	h.t.Helper()
	for {
		n, err := h.Events.Deliver(ctx)
		if err != nil {
			h.t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	if _, err := h.Audit.Sequence(ctx); err != nil {
		h.t.Fatal(err)
	}
}

// signIn returns what somebody types to sign in, with a code not spent yet.
func (h *house) signIn(name string) (password, code string) {
	h.t.Helper()
	h.clock.Advance(time.Minute)
	for _, s := range h.demo.SignIns {
		if s.Name == name {
			code, err := access.TOTPCode(s.TOTP, h.clock.Now())
			if err != nil {
				h.t.Fatal(err)
			}
			return s.Password, code
		}
	}
	h.t.Fatalf("nobody called %s", name)
	return "", ""
}

// as returns a client signed in as somebody of the demo.
func (h *house) as(name string) *client {
	h.t.Helper()
	if c, ok := h.cookies[name]; ok {
		return c
	}
	c := visit(h.t, h.URL)
	c.get("/masuk")
	password, code := h.signIn(name)
	c.submit("Lanjutkan", "name", name, "password", password, "totp", code)
	c.see("Hari ini")
	h.cookies[name] = c
	return c
}

func (h *house) site() *web.Site { return h.pages }

// ageKeys writes a pair of backup keys and returns the files.
func ageKeys(t testing.TB, dir string) (identity, recipient string) {
	t.Helper()
	k, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	identity, recipient = filepath.Join(dir, "identity"), filepath.Join(dir, "recipient")
	for path, text := range map[string]string{identity: k.String(), recipient: k.Recipient().String()} {
		if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return identity, recipient
}
