// Package web is how pages meet the network: the mux, one handler form, one
// error page, one log event a request, headers, sessions, limits. It knows no
// room.
package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/platform/ui"
)

// Door says who may knock at a route.
type Door int

// Public pages know no session and set no cookie; Entry is the way in to the
// staff side; Staff needs a session; API is for programs.
const (
	Public Door = iota
	Entry
	Staff
	API
)

// String returns the door's name, for the permission matrix.
func (d Door) String() string { return [...]string{"public", "entry", "staff", "api"}[d] }

// Handler answers a request or returns a fault for the error page.
type Handler func(c *Ctx) error

// Route is one line of a room's routes.go. Action is what the policy engine is
// asked for, "" where every signed-in person may. Body bounds what is posted, in
// bytes; 0 is the door's own bound.
type Route struct {
	Pattern string
	Door    Door
	Action  string
	Body    int64
	Do      Handler
}

// Options is what a site stands on.
type Options struct {
	DB            *db.DB
	Clock         clock.Clock
	Texts         *lang.Catalogue
	Access        *access.Service
	Policy        *access.Engine
	Token         seal.TokenKey
	Log           *slog.Logger
	Jurisdiction  string
	Exit          string // where the quick exit leads
	Secure        bool   // cookies need TLS
	Demo          bool
	KeyBeside     bool
	TrustProxy    bool
	Nav           func(who access.Who) []ui.Item
	Alarms        func(ctx context.Context, who access.Who) int
	Restored      func(ctx context.Context, p *lang.Printer) string // what staff pages say of a restore; "" nothing
	Registry      *prometheus.Registry
	MaxPublicBody int64 // 0 means 64 KiB
}

// Site is the whole of the pages.
type Site struct {
	Options
	mux    *http.ServeMux
	routes []Route
	cross  *http.CrossOriginProtection
	took   *prometheus.HistogramVec
}

// New returns a site without routes.
func New(o Options) *Site {
	if o.MaxPublicBody == 0 {
		o.MaxPublicBody = 64 << 10
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	s := &Site{Options: o, mux: http.NewServeMux(), cross: http.NewCrossOriginProtection()}
	s.took = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "naungan_request_seconds", Help: "Requests by route and status class.",
		Buckets: []float64{.002, .005, .01, .02, .05, .1, .5, 2}}, []string{"route", "class"})
	o.Registry.MustRegister(s.took)
	s.mux.Handle("GET /aset/", s.frame("/aset/", http.StripPrefix("/aset", assets(ui.Assets()))))
	s.mux.Handle("GET /healthz", s.frame("/healthz", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })))
	s.mux.Handle("GET /readyz", s.frame("/readyz", http.HandlerFunc(s.ready)))
	s.mux.Handle("/", s.frame("(none)", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := s.ctx(w, r, Route{})
		c.fail(fault.New(fault.NotFound, "fault.not_found"))
	})))
	return s
}

// Mount adds routes.
func (s *Site) Mount(routes ...Route) {
	for _, r := range routes {
		s.routes = append(s.routes, r)
		s.mux.Handle(r.Pattern, s.frame(r.Pattern, s.handle(r)))
	}
}

// MountAPI adds a handler for programs under its own patterns.
func (s *Site) MountAPI(pattern string, h http.Handler) {
	s.routes = append(s.routes, Route{Pattern: pattern, Door: API})
	s.mux.Handle(pattern, s.frame(pattern, h))
}

// Routes returns every route, for the tests that walk them.
func (s *Site) Routes() []Route { return s.routes }

// ServeHTTP makes the site an http.Handler.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *Site) ready(w http.ResponseWriter, r *http.Request) {
	if err := s.DB.Ping(r.Context()); err != nil {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

// policy is the content security policy of every page: only our own styles and
// scripts, nothing from anywhere else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func headers(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), display-capture=()")
	h.Set("X-Robots-Tag", "noindex, nofollow")
}

type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// frame sets the headers, catches panics and writes the one log event: method,
// route, status and duration; never an address, a user agent or a query.
func (s *Site) frame(route string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now() //nolint:forbidigo // a duration, never kept as a time
		headers(w.Header())
		if s.Secure {
			w.Header().Set("Strict-Transport-Security", "max-age=63072000")
		}
		rec := &recorder{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				s.Log.Error("panic", "route", route, "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
				if rec.status == 0 {
					s.ctx(rec, r, Route{}).fail(errors.New("panic"))
				}
			}
			took := time.Since(began)
			s.took.WithLabelValues(route, fmt.Sprintf("%dxx", rec.status/100)).Observe(took.Seconds())
			s.Log.Info("request", "method", r.Method, "route", route, "status", rec.status, "ms", took.Milliseconds())
		}()
		next.ServeHTTP(rec, r)
	})
}

func (s *Site) handle(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := s.ctx(w, r, route)
		if err := c.serve(route); err != nil {
			c.fail(err)
		}
	})
}

// assets serves the built files for ever: their names carry their hash.
func assets(files fs.FS) http.Handler {
	h := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") || strings.HasSuffix(r.URL.Path, ".json") || strings.HasSuffix(r.URL.Path, ".txt") {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		if gz, ok := zipped(files, r); ok {
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Type", typeOf(r.URL.Path))
			_, _ = w.Write(gz)
			return
		}
		h.ServeHTTP(w, r)
	})
}
