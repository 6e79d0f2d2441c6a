package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/jobs"
	"github.com/naungan/naungan/internal/platform/ui"
	reportweb "github.com/naungan/naungan/internal/report/web"
)

type serveCmd struct {
	Place
	Listen       string `help:"Address to listen on." default:"127.0.0.1:8080"`
	Metrics      string `help:"Address of a separate listener for /metrics; none without it."`
	TLSCert      string `help:"Certificate file." name:"tls-cert"`
	TLSKey       string `help:"Key file of the certificate." name:"tls-key"`
	PublicURL    string `help:"Address as people type it; https:// here means that TLS ends in front of us." name:"public-url"`
	TrustedProxy bool   `help:"Take the visitor's address from X-Forwarded-For (in memory only)." name:"trusted-proxy"`
	Exit         string `help:"Where the quick exit leads." default:"https://www.bmkg.go.id/cuaca"`
	AlarmWebhook string `help:"Address that is told how many danger reports wait; never what they say." name:"alarm-webhook"`
	AlarmMail    string `help:"Address that is mailed how many danger reports wait." name:"alarm-mail"`
	SMTP         string `help:"Mail server, host:port." name:"smtp"`
	MailFrom     string `help:"Sender of mails." name:"mail-from" default:"naungan@localhost"`
	KeepMail     string `help:"Address that is mailed the newest checkpoint of the log once a day." name:"checkpoint-mail"`
	KeepDir      string `help:"Folder off this machine (a mounted stick or share) to which the newest checkpoint is written once a day." name:"checkpoint-dir" type:"path"`
	KeepHour     int    `help:"Hour of the day, in Jakarta, from which it is sent." name:"checkpoint-hour" default:"6"`
	Demo         bool   `help:"Fill an empty folder with the synthetic West Jakarta and serve it."`
	DemoPublic   bool   `help:"Let a demo listen beyond this computer." name:"demo-public"`

	sent *prometheus.CounterVec
}

// Validate refuses what could only fail in silence later.
func (c serveCmd) Validate() error {
	if (c.AlarmMail != "" || c.KeepMail != "") && c.SMTP == "" {
		return errors.New("--alarm-mail and --checkpoint-mail need --smtp")
	}
	if c.KeepHour < 0 || c.KeepHour > 23 {
		return errors.New("--checkpoint-hour is an hour of the day, 0 to 23")
	}
	return nil
}

// keepDaily adds the job that takes checkpoints off the machine, if any is set.
func (c serveCmd) keepDaily(h *House) {
	k := &keeper{h: h, hour: c.KeepHour, sent: c.sent, ways: c.ways(h)}
	if len(k.ways) > 0 {
		h.Jobs.Add(jobs.Job{Name: "checkpoint", Every: time.Hour, Do: k.daily})
	}
}

func (c serveCmd) ways(h *House) map[string]func(context.Context, kept, string) error {
	out := map[string]func(context.Context, kept, string) error{}
	if c.KeepMail != "" {
		out[wayMail] = mailKept(c.SMTP, c.MailFrom, c.KeepMail)
	}
	if c.KeepDir != "" {
		out[wayDir] = h.writeKept(c.KeepDir)
	}
	return out
}

// easeCollector lets garbage grow to four times what lives, a tenth less work
// for each report, as long as the whole stays small. GOGC and GOMEMLIMIT, where set, hold.
func easeCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(256 << 20)
	}
}

// Run serves until a signal.
func (c serveCmd) Run(ctx context.Context, s streams) error {
	easeCollector()
	log := logger(s.err)
	secure := c.TLSCert != "" || strings.HasPrefix(c.PublicURL, "https://")
	if err := c.check(secure); err != nil {
		return err
	}
	if c.Demo {
		if err := ensureDemo(ctx, c.Place, s); err != nil {
			return err
		}
	}
	h, err := Open(ctx, c.Place, clock.System(), log)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	if err := c.mayServe(ctx, h, s); err != nil {
		return err
	}
	if !ui.Built() {
		_, _ = fmt.Fprintln(s.err, "note: styles and scripts were not built (make assets needs Node); pages work but look bare")
	}
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	c.sent = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "naungan_sendings_total", Help: "Alarms and checkpoints sent off the machine, by way and outcome."}, []string{"what", "outcome"})
	reg.MustRegister(c.sent)
	c.keepDaily(h)
	site := h.Site(SiteOptions{Exit: c.Exit, Secure: secure, TrustProxy: c.TrustedProxy, Registry: reg, Space: h.space})
	go h.Run(ctx, c.ring, site.Sweep)
	if err := c.metrics(ctx, reg); err != nil {
		return err
	}
	if h.Demo {
		printSignIns(ctx, h, s.err)
	}
	return c.listen(ctx, site, s)
}

// check refuses plain http beyond this computer: cookies would travel openly.
func (c serveCmd) check(secure bool) error {
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("--listen is host:port: %w", err)
	}
	ip := net.ParseIP(host)
	loopback := host == "localhost" || (ip != nil && ip.IsLoopback())
	if c.Demo && !loopback && !c.DemoPublic {
		return errors.New("a demo listens on this computer only (127.0.0.1); --demo-public lifts that")
	}
	if !loopback && !secure && !c.DemoPublic {
		return errors.New("plain http is for this computer only; give --tls-cert and --tls-key, or --public-url https://… behind a proxy")
	}
	return nil
}

// mayServe refuses a demo's data served as if it were real, and says aloud what
// doctor calls unsafe: staff must be able to sign in to mend it, while the public
// form stays shut until every receiving team has two ways in.
func (c serveCmd) mayServe(ctx context.Context, h *House, s streams) error {
	if h.Demo && !c.Demo {
		return errors.New("this folder was made as a demo and stays one; serve it with --demo, or begin a new folder with naungan init")
	}
	if h.Demo {
		return nil
	}
	list, err := h.examineTeams(ctx, nil)
	for _, f := range list {
		if !f.OK && f.Grave { // naungan doctor tells the rest
			_, _ = fmt.Fprintln(s.err, f)
		}
	}
	return err
}

func (c serveCmd) metrics(ctx context.Context, reg *prometheus.Registry) error {
	if c.Metrics == "" {
		return nil
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	l, err := net.Listen("tcp", c.Metrics)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(l) }()
	context.AfterFunc(ctx, func() { _ = srv.Close() })
	return nil
}

func (c serveCmd) listen(ctx context.Context, site http.Handler, s streams) error {
	srv := &http.Server{Addr: c.Listen, Handler: site, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	scheme := "http"
	if c.TLSCert != "" {
		scheme = "https"
	}
	go func() {
		if c.TLSCert != "" {
			done <- srv.ServeTLS(l, c.TLSCert, c.TLSKey)
		} else {
			done <- srv.Serve(l)
		}
	}()
	_, _ = fmt.Fprintf(s.err, "ready %s://%s\n", scheme, l.Addr())
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 4*time.Second)
	defer cancel()
	if err := srv.Shutdown(stop); err != nil {
		return srv.Close()
	}
	return nil
}

// ring tells the outside that danger reports wait: a number, nothing else.
func (c serveCmd) ring(ctx context.Context, n int) error {
	var errs []error
	if c.AlarmWebhook != "" {
		errs = append(errs, counted(c.sent, "alarm_webhook", post(ctx, c.AlarmWebhook, n)))
	}
	if c.AlarmMail != "" {
		errs = append(errs, counted(c.sent, "alarm_mail", mail(ctx, c.SMTP, c.MailFrom, c.AlarmMail, n)))
	}
	return errors.Join(errs...)
}

func post(ctx context.Context, url string, n int) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewBufferString(fmt.Sprintf(`{"waiting":%d}`, n)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		err = fmt.Errorf("the webhook answered %d", res.StatusCode)
	}
	return errors.Join(err, res.Body.Close())
}

// space says how full the disks are on which the database and the spool lie;
// staff and audit keep the last of it.
func (h *House) space() reportweb.Space {
	return spaceFor(freeAt(h.Place.base()), freeAt(h.Place.spool()), h.Reports.Spool.Room())
}

// The free space, in bytes, under which public reports change their way.
const (
	tight = 512 << 20 // free texts are cut
	spare = 192 << 20 // the database's disk is left to staff; reports wait in the spool
	least = 64 << 20  // the spool stops as well
)

// spaceFor says what public reports may take of the free bytes on the disk of the
// database and that of the spool, often the same; room tells that the spool takes
// one more.
func spaceFor(database, spool uint64, room bool) reportweb.Space {
	switch {
	case database < spare && (spool < least || !room):
		return reportweb.Full
	case database < spare:
		return reportweb.Spare
	case database < tight:
		return reportweb.Tight
	}
	return reportweb.Roomy
}

// freeAt returns the bytes free on the disk of a folder, or of the nearest one
// above it that is there. A disk that does not say counts as empty: a report is
// tried rather than refused.
func freeAt(dir string) uint64 {
	var st syscall.Statfs_t
	err := syscall.Statfs(dir, &st)
	if up := filepath.Dir(dir); errors.Is(err, fs.ErrNotExist) && up != dir {
		return freeAt(up)
	}
	if err != nil {
		return math.MaxUint64
	}
	return st.Bavail * uint64(st.Bsize)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
