//go:build bench

package journey

import (
	"bytes"
	"crypto/rand"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/naungan/naungan/internal/app"
	"github.com/naungan/naungan/internal/casework"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/db/dbtest"
	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/internal/platform/seal"
)

// span is how long each measurement lasts.
const span = 4 * time.Second

// BenchmarkReports sends reports by the public form to the built program and
// prints accepted reports a second (every one durable), the latency, the server's
// CPU a report and its memory; beside it the same rows by bare SQL with the same
// grouping, page encryption and durability.
func BenchmarkReports(b *testing.B) {
	bin := build(b)
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, clients := range []int{1, 4, 16, 64} {
			b.Run(fmt.Sprintf("%s/clients=%d", engine, clients), func(b *testing.B) {
				database := ""
				if engine == "postgres" {
					database = dbtest.PostgresURL(b)
				}
				data := filepath.Join(b.TempDir(), "data")
				if _, err := app.MakeDemo(ctx, app.Place{Data: data, Database: database, Jurisdiction: "jkb"}, 1); err != nil {
					b.Fatal(err)
				}
				p := serve(b, bin, data, database)
				for b.Loop() {
					load(b, p, clients)
				}
				_ = p.cmd.Process.Kill()
				_, _ = p.cmd.Process.Wait()
				raw(b, app.Place{Data: data, Database: database, Jurisdiction: "jkb"}, clients)
			})
		}
	}
}

func load(b *testing.B, p *program, clients int) {
	client := crowd()
	cpu := p.cpu(b)
	var mu sync.Mutex
	var took []time.Duration
	var wg sync.WaitGroup
	began := time.Now()
	for range clients {
		wg.Go(func() {
			var mine []time.Duration
			for time.Since(began) < span {
				at := time.Now()
				if code, status := send(client, p.url, seal.NewReporterSecret()); code == "" {
					b.Errorf("status %d", status)
					return
				}
				mine = append(mine, time.Since(at))
			}
			mu.Lock()
			took = append(took, mine...)
			mu.Unlock()
		})
	}
	wg.Wait()
	lasted := time.Since(began).Seconds()
	n := float64(len(took))
	b.ReportMetric(n/lasted, "reports/s")
	b.ReportMetric(ms(took, 0.5), "p50-ms")
	b.ReportMetric(ms(took, 0.95), "p95-ms")
	b.ReportMetric(ms(took, 0.999), "p999-ms")
	b.ReportMetric((p.cpu(b)-cpu)*1000/n, "cpu-ms/report")
	b.ReportMetric(p.resident(b), "resident-MB")
	b.ReportMetric(0, "ns/op")
}

func ms(list []time.Duration, q float64) float64 {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return float64(list[min(len(list)-1, int(q*float64(len(list))))].Microseconds()) / 1000
}

// cpu returns the seconds of processor time the program has used (proc(5), stat
// fields 14 and 15, in ticks of 10 ms).
func (p *program) cpu(b *testing.B) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	f := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	user, err1 := strconv.ParseFloat(f[11], 64)
	system, err2 := strconv.ParseFloat(f[12], 64)
	if err1 != nil || err2 != nil {
		b.Fatal(err1, err2)
	}
	return (user + system) / 100
}

// resident returns the program's resident memory in MB.
func (p *program) resident(b *testing.B) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return kb / 1024
}

// raw inserts the rows of a report again and again in bare SQL, one transaction
// for as many reports as clients wait at once.
func raw(b *testing.B, place app.Place, clients int) {
	h, err := app.Open(ctx, place, clock.System(), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = h.Close() }()
	tables := []string{"report_head", "report_doc", "audit_leaf"}
	rows := make([]row, len(tables))
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		for i, t := range tables {
			if rows[i], err = sample(tx, t); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	began, n := time.Now(), 0
	for time.Since(began) < span/2 {
		err := h.DB.Write(ctx, func(tx *db.Tx) error {
			for range clients {
				for i, t := range tables {
					if err := rows[i].insert(tx, t); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		n += clients
	}
	b.ReportMetric(float64(n)/time.Since(began).Seconds(), "raw/s")
}

// row is a row of a table, inserted again with what must be unique made new.
type row struct {
	columns []string
	values  []any
}

func sample(tx *db.Tx, table string) (r row, err error) {
	var list *sql.Rows
	if list, err = tx.QueryContext(tx.Ctx(), `SELECT * FROM `+table+` LIMIT 1`); err != nil {
		return r, err
	}
	defer func() { _ = list.Close() }()
	if r.columns, err = list.Columns(); err != nil {
		return r, err
	}
	if !list.Next() {
		return r, fmt.Errorf("%s is empty", table)
	}
	r.values = make([]any, len(r.columns))
	to := make([]any, len(r.columns))
	for i := range to {
		to[i] = &r.values[i]
	}
	return r, list.Scan(to...)
}

func (r row) insert(tx *db.Tx, table string) error {
	marks := make([]string, len(r.columns))
	for i, c := range r.columns {
		marks[i] = "$" + strconv.Itoa(i+1)
		switch c {
		case "id", "report":
			r.values[i] = id.New(time.Now())
		case "lookup":
			fresh := make([]byte, 32)
			_, _ = rand.Read(fresh)
			r.values[i] = fresh
		case "tree_index":
			r.values[i] = nil
		}
	}
	_, err := tx.ExecContext(tx.Ctx(), `INSERT INTO `+table+` (`+strings.Join(r.columns, ", ")+`) VALUES (`+strings.Join(marks, ", ")+`)`, r.values...)
	return err
}

// BenchmarkHundredThousand fills an installation with 100,000 sealed cases and
// times the case list, one case, a search, and the day.
func BenchmarkHundredThousand(b *testing.B) {
	cases := 100_000
	if n, err := strconv.Atoi(os.Getenv("NAUNGAN_BENCH_CASES")); err == nil {
		cases = n
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			database := ""
			if engine == "postgres" {
				database = dbtest.PostgresURL(b)
			}
			h := start(b, database, io.Discard)
			some := h.fill(cases)
			h.settle()
			c := h.as("seruni")
			for b.Loop() {
				for name, path := range map[string]func(i int) string{
					"list-p95-ms": func(int) string { return "/kasus" }, "open-p95-ms": func(i int) string { return "/kasus/" + some[i%len(some)] }, "today-p95-ms": func(int) string { return "/hari-ini" },
				} {
					var took []time.Duration
					for i := range 200 {
						at := time.Now()
						c.get(path(i))
						took = append(took, time.Since(at))
						if c.status != http.StatusOK {
							b.Fatalf("%s: %d", path(i), c.status)
						}
					}
					b.ReportMetric(ms(took, 0.95), name)
				}
			}
			b.ReportMetric(float64(h.count("casework_case")), "cases")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// fill opens cases through the sealing, shared by the workers of a team,
// and returns some of the first worker's.
func (h *house) fill(n int) (some []string) {
	h.t.Helper()
	password, code := h.signIn("seruni")
	cookie, err := h.Access.SignIn(ctx, "seruni", password, code, true)
	if err != nil {
		h.t.Fatal(err)
	}
	in, err := h.Access.Session(ctx, cookie)
	if err != nil {
		h.t.Fatal(err)
	}
	team := in.Who.Teams()[0]
	to, err := h.Access.TeamPublic(ctx, team)
	if err != nil {
		h.t.Fatal(err)
	}
	rules, err := h.Cases.Rules(ctx, "")
	if err != nil {
		h.t.Fatal(err)
	}
	members, err := h.Access.Members(ctx, team)
	if err != nil {
		h.t.Fatal(err)
	}
	who := map[string]string{}
	for _, m := range members {
		who[m.Name] = m.ID
	}
	openings := make(chan casework.Opening, 256)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for o := range openings {
				if err := h.Cases.OpenCase(ctx, in.Who, o); err != nil && !h.t.Failed() {
					h.t.Error(err)
				}
			}
		})
	}
	for i := range n {
		o, err := casework.Begin(in.Keyring, in.Who, "jkb", to, h.beginning(in, team, i, who), rules, h.clock.Now(), clock.Day(h.clock.Now()))
		if err != nil {
			h.t.Fatal(err)
		}
		if i%30 == 0 && len(some) < 200 {
			some = append(some, o.ID)
		}
		openings <- o
	}
	close(openings)
	wg.Wait()
	return some
}

// beginning gives every thirtieth case of the first 1,000 to the worker herself,
// the others to her colleague.
func (h *house) beginning(in access.Session, team string, i int, who map[string]string) casework.Beginning {
	worker, second := who["teratai"], who["wijaya"]
	if i < 1000 && i%30 == 0 {
		worker, second = in.Who.Person, who["teratai"]
	}
	return casework.Beginning{Team: team, Worker: worker, Second: second, Risk: "medium",
		Identity:  casework.IdentityDoc{Name: fmt.Sprintf("Anak Contoh %d", i), BirthYear: 2010 + i%6, Kecamatan: "Tambora"},
		Situation: casework.SituationDoc{Summary: "Anak memerlukan pendampingan.", Area: "Tambora"}}
}
