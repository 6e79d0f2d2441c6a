package journey

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/platform/id"
	"github.com/naungan/naungan/internal/platform/web"
)

var update = flag.Bool("update", false, "write the permission matrix anew")

const matrixFile = "../app/matrix.txt"

// asked is somebody in a relation to the records of the walk.
type asked struct {
	column, name        string
	report, case_, file string
	filling             string // number of a filled form of the case
}

// TestPermissionMatrix walks every route as every role, on records of the own
// team, of another team, and walled, and holds the answers against the file that
// a data protection officer reads.
func TestPermissionMatrix(t *testing.T) {
	h := start(t, "", discard{})
	own, walled, filling := h.twoCases()
	desk := visit(t, h.URL)
	desk.report(h, "other", "Cerita biasa untuk matriks.", false)
	report := strings.TrimPrefix(h.find(h.as("dahlia"), "Cerita biasa untuk matriks."), "/aduan/")
	desk.report(h, "other", "Cerita untuk tim pengawas.", true)
	secret := strings.TrimPrefix(h.find(h.as("cemara"), "Cerita untuk tim pengawas."), "/aduan/")
	version, draft := h.aDraft()
	var people []asked
	for _, p := range []struct{ role, name string }{{"intake_officer", "anggrek"}, {"steward", "dahlia"}, {"reviewer", "flamboyan"}, {"caseworker", "seruni"}, {"supervisor", "wijaya"},
		{"caseworker_other", "kamboja"}, {"supervisor_other", "jati"}, {"oversight_officer", "cemara"}, {"dpo", "kenanga"}, {"auditor", "cempaka"}, {"enrolment_officer", "melati"}, {"administrator", "admin"}} {
		people = append(people, asked{p.role, p.name, report, own, "open", filling[0]}, asked{p.role, p.name, secret, walled, "walled", filling[1]})
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%-50s", "route")
	for _, p := range people {
		if p.file == "open" {
			fmt.Fprintf(&b, " %-17s", p.column)
		}
	}
	b.WriteString("\n")
	for _, r := range h.site().Routes() {
		if r.Door != web.Staff {
			continue
		}
		fmt.Fprintf(&b, "%-50s", r.Pattern)
		cell := ""
		for _, p := range people {
			cell += h.may(p, r, version, draft)
			if p.file == "walled" {
				fmt.Fprintf(&b, " %-17s", cell)
				cell = ""
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("\ny: reaches the deed; -: refused or not found. First letter: a report at the desk and a case of the team\nPendamping Barat; second: a report for the oversight team only and a walled case. caseworker_other and\nsupervisor_other belong to another case team. Public pages and the partner API are open to everybody.\n")
	if *update {
		if err := os.WriteFile(matrixFile, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(matrixFile)
	if err != nil || !bytes.Equal(want, b.Bytes()) {
		t.Errorf("the matrix changed; read it, then: go test ./internal/journey -run Matrix -update\n%s", b.String())
	}
	h.invariants(b.String())
}

// invariants are what no matrix may say, whatever file is committed.
func (h *house) invariants(matrix string) {
	lines := strings.Split(matrix, "\n")
	head := strings.Fields(lines[0])
	column := func(name string) int {
		for i, f := range head {
			if f == name {
				return i + 1 // a route takes two words
			}
		}
		h.t.Fatalf("no column %s", name)
		return 0
	}
	admin, other, dpo, desk := column("administrator"), column("caseworker_other"), column("dpo"), column("intake_officer")
	for _, line := range lines[1:] {
		f := strings.Fields(line)
		if len(f) != len(head)+1 {
			continue
		}
		record := strings.Contains(f[1], "{id}")
		if record && (f[admin] != "--" || f[dpo] != "--" || f[other] != "--") {
			h.t.Errorf("somebody without a key reaches %s", f[1])
		}
		if record && (f[desk] == "yy" || f[desk] == "-y") {
			h.t.Errorf("the desk reaches what is sealed to oversight: %s", f[1])
		}
	}
}

// aDraft returns the running version of the manual and a draft of it.
func (h *house) aDraft() (version, draft string) {
	h.t.Helper()
	version, err := h.Manual.ActiveHash(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	draft, err = h.Manual.Begin(ctx, h.session("jati").Who, version, "matriks", "Untuk matriks.")
	if err != nil {
		h.t.Fatal(err)
	}
	return version, draft
}

// twoCases returns a case of the team and one that is walled, each with the number
// of a form that was begun.
func (h *house) twoCases() (own, walled string, filling [2]string) {
	h.t.Helper()
	super := h.as("wijaya")
	super.get("/kasus?lihat=team")
	var ids []string
	for n := range nodes(super.page, "a") {
		if p := strings.TrimPrefix(attr(n, "href"), "/kasus/"); id.Valid(p) {
			ids = append(ids, p)
		}
	}
	if len(ids) < 2 {
		h.t.Fatal("too few cases in the demo")
	}
	own, walled = ids[0], ids[1]
	for i, one := range ids[:2] {
		super.get("/kasus/" + one + "/formulir/F-19?langkah=B0")
		super.submit("Simpan dulu")
		super.see("Disimpan dulu")
		_, filling[i], _ = strings.Cut(strings.SplitN(super.at, "?", 2)[0], "/isian/")
	}
	h.stepUp(super, "wijaya")
	super.get("/kasus/" + walled + "/kelola")
	super.deed("wall", "Pindahkan ke tim pengawas", "reason", "Menyangkut rekan kerja.")
	super.see("Kasus sudah dibatasi")
	return own, walled, filling
}

// stepUp types the password again.
func (h *house) stepUp(c *client, name string) {
	h.t.Helper()
	c.get("/hari-ini")
	password, _ := h.signIn(name)
	c.post("/masuk/lagi", url.Values{"_csrf": {hidden(c, "_csrf")}, "password": {password}, "_next": {"/hari-ini"}})
	c.see("Hari ini")
}

// may tells whether somebody gets through to a route's deed.
func (h *house) may(p asked, r web.Route, version, draft string) string {
	c := h.as(p.name)
	if strings.Contains(r.Pattern, "identitas") || strings.Contains(r.Pattern, "kelola") {
		h.stepUp(c, p.name)
	}
	method, path, _ := strings.Cut(r.Pattern, " ")
	record := p.case_
	if strings.HasPrefix(path, "/aduan") {
		record = p.report
	}
	path = strings.NewReplacer("{id}", record, "{kind}", "situation", "{paper}", "rujukan", "{step}", "A1", "{version}", version, "{draft}", draft, "{stage}", "A", "{form}", "F-01", "{seq}", p.filling).Replace(path)
	if method == http.MethodGet {
		c.get(path)
	} else {
		c.get("/hari-ini")
		c.post(path, url.Values{"_csrf": {hidden(c, "_csrf")}, "_once": {fmt.Sprintf("%024x", h.clock.Now().UnixNano())}, "seen": {"-1"}, "team": {h.teamFor(p)}})
		h.clock.Advance(1)
	}
	switch c.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return "-"
	case http.StatusInternalServerError:
		h.t.Errorf("%s as %s: 500\n%s", r.Pattern, p.name, text(c.page))
	}
	return "y"
}

// teamFor returns a team that the asker might manage: the desk's.
func (h *house) teamFor(asked) string {
	teams, err := h.Access.Teams(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, t := range teams {
		if t.Kind == "desk" {
			return t.ID
		}
	}
	return ""
}
