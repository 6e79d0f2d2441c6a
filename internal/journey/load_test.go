//go:build load || bench

package journey

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"encoding/base64"

	"github.com/naungan/naungan/internal/app"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/report"
)

var codeOnPage = regexp.MustCompile(`n-code--digits">([0-9 ]+)<`)

// crowd is a client that many use at once.
func crowd() *http.Client {
	return &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 256, MaxConnsPerHost: 256}}
}

// lastStep is the form as a browser sends it on the last step.
func lastStep(secret seal.ReporterSecret) url.Values {
	return url.Values{"s": {base64.RawURLEncoding.EncodeToString(secret[:])}, "step": {"check"}, "go": {"send"}, "helps": {"advice"}, "concerns": {report.Concerns[0]},
		"text": {strings.Repeat("Laporan dari keramaian. ", 28)}, "area": {report.Kecamatan[0]}, "age": {report.Ages[2]}}
}

// send posts a report by a fresh secret and returns the code, "" where it was not
// acknowledged.
func send(c *http.Client, base string, secret seal.ReporterSecret) (code string, status int) {
	res, err := c.PostForm(base+"/tulis/other", lastStep(secret))
	if err != nil {
		return "", 0
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		return "", res.StatusCode
	}
	if m := codeOnPage.FindSubmatch(b); m != nil {
		return string(m[1]), res.StatusCode
	}
	return "", res.StatusCode
}

// TestThousandAtOnce sends 1,000 reports at the same time: 1,000 codes, 1,000
// rows, none refused; every one sent again shows the same code.
func TestThousandAtOnce(t *testing.T) {
	both(t, func(h *house) {
		const n = 1000
		before := h.count("report_head")
		client := crowd()
		var codes sync.Map
		var refused atomic.Int64
		round := func(secrets []seal.ReporterSecret, check func(i int, code string)) {
			var wg sync.WaitGroup
			for i, s := range secrets {
				wg.Go(func() {
					code, status := send(client, h.URL, s)
					if code == "" {
						refused.Add(1)
						h.t.Errorf("report %d: status %d", i, status)
						return
					}
					check(i, code)
				})
			}
			wg.Wait()
		}
		secrets := make([]seal.ReporterSecret, n)
		for i := range secrets {
			secrets[i] = seal.NewReporterSecret()
		}
		byIndex := make([]string, n)
		round(secrets, func(i int, code string) { byIndex[i] = code; codes.Store(code, i) })
		round(secrets[:200], func(i int, code string) {
			if byIndex[i] != code {
				h.t.Errorf("report %d: another code the second time", i)
			}
		})
		distinct := 0
		codes.Range(func(any, any) bool { distinct++; return true })
		if stored := h.count("report_head") - before; distinct != n || stored != n || refused.Load() != 0 {
			h.t.Fatalf("%d codes, %d stored, %d refused", distinct, stored, refused.Load())
		}
	})
}

func (h *house) count(table string) (n int) {
	h.t.Helper()
	if err := h.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.QueryRowContext(tx.Ctx(), `SELECT COUNT(*) FROM `+table).Scan(&n)
	}); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// program is the built binary, serving.
type program struct {
	cmd *exec.Cmd
	url string
	log *bytes.Buffer
}

func build(t testing.TB) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "naungan")
	out, err := exec.Command("go", "build", "-o", bin, "../../cmd/naungan").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

func serve(t testing.TB, bin, data, database string) *program {
	t.Helper()
	p := &program{cmd: exec.Command(bin, "serve", "--demo", "--data", data, "--listen", "127.0.0.1:0", "--database", database), log: &bytes.Buffer{}}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = w
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); _, _ = p.cmd.Process.Wait() })
	ready := make(chan string, 1)
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := r.Read(b)
			p.log.Write(b[:n])
			if i := strings.Index(p.log.String(), "ready "); i >= 0 && len(ready) == 0 {
				line, _, ok := strings.Cut(p.log.String()[i+6:], "\n")
				if ok {
					select {
					case ready <- line:
					default:
					}
				}
			}
			if err != nil {
				return
			}
		}
	}()
	select {
	case p.url = <-ready:
	case <-time.After(time.Minute):
		t.Fatalf("not ready:\n%s", p.log.String())
	}
	return p
}

// TestKilledUnderLoad kills the program with -9 while reports come in; after the
// restart every acknowledged report is there and the log holds.
func TestKilledUnderLoad(t *testing.T) {
	bin := build(t)
	run := func(t *testing.T, database string) {
		data := filepath.Join(t.TempDir(), "data")
		place := app.Place{Data: data, Database: database, Jurisdiction: "jkb"}
		if _, err := app.MakeDemo(ctx, place, 1); err != nil {
			t.Fatal(err)
		}
		p := serve(t, bin, data, database)
		var mu sync.Mutex
		var codes []string
		client := crowd()
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					if code, _ := send(client, p.url, seal.NewReporterSecret()); code != "" {
						mu.Lock()
						codes = append(codes, code)
						mu.Unlock()
					}
				}
			})
		}
		time.Sleep(1500 * time.Millisecond)
		_ = p.cmd.Process.Signal(syscall.SIGKILL)
		_, _ = p.cmd.Process.Wait()
		close(stop)
		wg.Wait()
		if len(codes) < 50 {
			t.Fatalf("only %d reports before the end", len(codes))
		}
		again := serve(t, bin, data, database)
		for i, code := range codes {
			res, err := http.PostForm(again.url+"/kotak", url.Values{"kode": {code}})
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != http.StatusOK {
				t.Fatalf("acknowledged report %d of %d is gone: status %d", i, len(codes), res.StatusCode)
			}
		}
		_ = again.cmd.Process.Signal(syscall.SIGTERM)
		began := time.Now()
		_, _ = again.cmd.Process.Wait()
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("SIGTERM took %v", took)
		}
		out, err := exec.Command(bin, "audit", "verify", "--json", "--data", data, "--database", database).CombinedOutput()
		if err != nil || !strings.Contains(string(out), `"ok": true`) {
			t.Errorf("audit verify: %v\n%s", err, out)
		}
		t.Logf("%d acknowledged reports, all there", len(codes))
	}
	t.Run("sqlite", func(t *testing.T) { run(t, "") })
	t.Run("postgres", func(t *testing.T) { run(t, dbtest.PostgresURL(t)) })
}
