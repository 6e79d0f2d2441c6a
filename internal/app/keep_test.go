package app

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
)

// mailServer takes every mail and returns its address and what it got.
func mailServer(t *testing.T) (address string, got chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	got = make(chan string, 4)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			r := bufio.NewReader(c)
			_, _ = fmt.Fprint(c, "220 uji\r\n")
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					break
				}
				if !strings.HasPrefix(line, "DATA") {
					_, _ = fmt.Fprint(c, "250 ya\r\n")
					continue
				}
				_, _ = fmt.Fprint(c, "354 lanjut\r\n")
				var b strings.Builder
				for line, err = r.ReadString('\n'); err == nil && line != ".\r\n"; line, err = r.ReadString('\n') {
					b.WriteString(line)
				}
				got <- b.String()
				_, _ = fmt.Fprint(c, "250 ya\r\n")
			}
			_ = c.Close()
		}
	}()
	return l.Addr().String(), got
}

// total returns how often something was sent with an outcome.
func total(t *testing.T, sent *prometheus.CounterVec, what, outcome string) (n float64) {
	t.Helper()
	reg := prometheus.NewRegistry()
	reg.MustRegister(sent.MustCurryWith(prometheus.Labels{"what": what}).WithLabelValues(outcome))
	list, err := reg.Gather()
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	return list[0].GetMetric()[0].GetCounter().GetValue()
}

func newCounter() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sent"}, []string{"what", "outcome"})
}

func TestCheckpointLeavesTheMachineOnceADay(t *testing.T) {
	ctx := context.Background()
	at := clock.NewFake(time.Date(2026, 11, 25, 5, 0, 0, 0, clock.Jakarta))
	h, _, err := found(ctx, Place{Data: filepath.Join(t.TempDir(), "data"), Jurisdiction: "jkb"}, at, streams{nil, io.Discard, io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	h.Log = slog.New(slog.DiscardHandler)
	if _, _, err := h.Access.Invite(ctx, audit.System("init"), "melati", access.EnrolmentOfficer); err != nil {
		t.Fatal(err)
	}
	server, got := mailServer(t)
	dir := filepath.Join(t.TempDir(), "stick") // not there yet: nothing is mounted
	sent := newCounter()
	c := serveCmd{KeepMail: "penyimpan@contoh.invalid", KeepDir: dir, KeepHour: 6, SMTP: server, MailFrom: "naungan@localhost", sent: sent}
	k := &keeper{h: h, hour: c.KeepHour, sent: sent, ways: c.ways(h)}
	count := func(what, outcome string) float64 { return total(t, sent, what, outcome) }

	if err := k.daily(ctx); err != nil || len(got) != 0 {
		t.Fatalf("sent at five: %v", err)
	}
	doctor := func(want ...string) {
		t.Helper()
		list, err := h.examine(ctx)
		if err != nil {
			t.Fatal(err)
		}
		all := fmt.Sprint(list)
		for _, w := range want {
			if !strings.Contains(all, w) {
				t.Errorf("doctor does not say %q:\n%s", w, all)
			}
		}
	}
	doctor("no   checkpoints leave this machine by themselves", "yes  0 sealed reports wait")
	at.Advance(time.Hour)
	if err := k.daily(ctx); err == nil {
		t.Fatal("a folder that is not there took the checkpoint")
	}
	doctor("yes  checkpoints leave this machine by mail, the last one on 2026-11-25", "no   checkpoints leave this machine by dir, none so far; sending failed on 2026-11-25")
	mailed := <-got
	newest, err := h.Audit.Newest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	flat := strings.ReplaceAll(mailed, "\r\n", "")
	if !strings.Contains(flat, base64.StdEncoding.EncodeToString([]byte(newest.Text))) || !strings.Contains(mailed, newest.Verifier) || !strings.Contains(mailed, "naungan-2026-11-25.lists") {
		t.Fatal(mailed)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	at.Advance(time.Hour)
	if err := k.daily(ctx); err != nil || len(got) != 0 {
		t.Fatalf("mailed again, or still no file: %v", err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "naungan-jkb-2026-11-25.checkpoint")); err != nil || string(text) != newest.Text {
		t.Fatalf("%q %v", text, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "naungan-jkb-2026-11-25.lists"))
	if err != nil {
		t.Fatal(err)
	}
	var l lists
	if _, err := h.Audit.OpenLists(ctx, text, &l); err != nil || len(l.People) != 1 {
		t.Fatalf("%+v %v", l, err)
	}
	if count("checkpoint_mail", "done") != 1 || count("checkpoint_dir", "failed") != 1 || count("checkpoint_dir", "done") != 1 {
		t.Error("sendings are miscounted")
	}

	doctor("yes  checkpoints leave this machine by dir, the last one on 2026-11-25")
	if err := h.Reports.Spool.Put("abc", []byte("tersegel")); err != nil {
		t.Fatal(err)
	}
	doctor("no   1 sealed reports wait outside the database")

	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for day := 1; day <= 2; day++ {
		at.Advance(24 * time.Hour)
		if err := k.daily(ctx); err == nil {
			t.Fatal("written into nothing")
		}
		if <-got == "" {
			t.Fatal("the mail did not go because the folder failed")
		}
		for _, s := range h.sendings(ctx) {
			if want := s.Way == wayDir && day == 2; s.Late != want {
				t.Errorf("after %d days %s is late: %v", day, s.Way, s.Late)
			}
		}
	}
}

func TestAlarmThatIsNotTakenIsAFailure(t *testing.T) {
	status := http.StatusNotFound
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(hook.Close)
	c := serveCmd{AlarmWebhook: hook.URL, sent: newCounter()}
	if err := c.ring(context.Background(), 1); err == nil || total(t, c.sent, "alarm_webhook", "failed") != 1 {
		t.Errorf("404 passed: %v", err)
	}
	status = http.StatusNoContent
	if err := c.ring(context.Background(), 1); err != nil || total(t, c.sent, "alarm_webhook", "done") != 1 {
		t.Errorf("204 failed: %v", err)
	}
	for _, wrong := range []serveCmd{{AlarmMail: "a@b.invalid"}, {KeepMail: "a@b.invalid"}, {KeepHour: 24}} {
		if wrong.Validate() == nil {
			t.Errorf("%+v would fail in silence", wrong)
		}
	}
}
