package journey

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/naungan/naungan/internal/app"
	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
)

const newPassword = "enam kata yang baru sekali"

var (
	linkOf = regexp.MustCompile(`/masuk/undangan/[A-Za-z0-9_-]{43}`)
	kitOf  = regexp.MustCompile(`(?:[0-9a-z]{5}-){7}[0-9a-z]{2}`)
)

// accept sets a password on an invitation's page and returns the secret of the
// second factor.
func accept(c *client, link string, now time.Time) (totp string) {
	c.t.Helper()
	c.get(link)
	totp = hidden(c, "secret")
	code, err := access.TOTPCode(totp, now)
	if err != nil {
		c.t.Fatal(err)
	}
	c.submit("Lanjutkan", "password", newPassword, "totp", code)
	return totp
}

// ofTeam presses a button of a team's own form.
func (c *client) ofTeam(team, label string, fields ...string) {
	c.t.Helper()
	for f := range nodes(c.page, "form") {
		v := values(f)
		if v.Get("team") != team {
			continue
		}
		for b := range nodes(f, "button") {
			if strings.TrimSpace(text(b)) != label {
				continue
			}
			for i := 0; i+1 < len(fields); i += 2 {
				v.Set(fields[i], fields[i+1])
			}
			if name := attr(b, "name"); name != "" {
				v.Set(name, attr(b, "value"))
			}
			c.post(attr(f, "action"), v)
			return
		}
	}
	c.t.Fatalf("%s has no button %q for team %s", c.at, label, team)
}

// teamID returns the id of the team whose name begins so.
func (h *house) teamID(name string) string {
	h.t.Helper()
	list, err := h.Access.Teams(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, t := range list {
		if strings.HasPrefix(t.Name, name) {
			return t.ID
		}
	}
	h.t.Fatalf("no team %s", name)
	return ""
}

func (h *house) personID(name string) string {
	h.t.Helper()
	list, err := h.Access.People(ctx)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, p := range list {
		if p.Name == name {
			return p.ID
		}
	}
	h.t.Fatalf("nobody called %s", name)
	return ""
}

func (h *house) passwordOf(name string) string {
	h.t.Helper()
	for _, s := range h.demo.SignIns {
		if s.Name == name {
			return s.Password
		}
	}
	h.t.Fatalf("nobody called %s", name)
	return ""
}

// TestANewColleagueIsLedIn goes from the invitation to the first day: the sheet
// shows the fingerprint that the officer compares, and who waits is told so.
func TestANewColleagueIsLedIn(t *testing.T) {
	h := start(t, "", discard{})
	admin := h.as("admin")
	admin.get("/lainnya")
	admin.submit("Undang orang", "name", "mawar")
	c := visit(t, h.URL)
	totp := accept(c, linkOf.FindString(admin.body), h.clock.Now())
	print, err := h.Access.Fingerprint(ctx, h.personID("mawar"))
	if err != nil || print == "" {
		t.Fatal(print, err)
	}
	c.see("Lembar pemulihan Anda", print, "Petugas pendaftaran akan membandingkan")
	signIn := func(password string) {
		t.Helper()
		h.clock.Advance(time.Minute)
		code, err := access.TOTPCode(totp, h.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		c.get("/masuk")
		c.submit("Lanjutkan", "name", "mawar", "password", password, "totp", code)
	}
	signIn("salah sekali ya")
	c.see("Nama, kata sandi, atau kode tidak cocok.")
	c.unseen("belum mengesahkan")
	signIn(newPassword)
	c.see("petugas pendaftaran belum mengesahkan kunci Anda")
	officer := h.as("melati")
	officer.get("/lainnya")
	officer.see(print)
	officer.submit("Sidiknya sama, sahkan", "password", h.passwordOf("melati"))
	officer.see("Kunci disahkan", print)
	signIn(newPassword)
	c.see("Hari ini")
	h.again(c, "salah sekali ya")
	c.see("Kata sandi tidak cocok.")
	if c.status != http.StatusUnprocessableEntity {
		t.Errorf("status %d", c.status)
	}
}

// again types the password again.
func (h *house) again(c *client, password string) {
	h.t.Helper()
	c.get("/hari-ini")
	c.post("/masuk/lagi", map[string][]string{"_csrf": {hidden(c, "_csrf")}, "password": {password}, "_next": {"/hari-ini"}})
}

// TestTheFirstOfficerWaitsForNobody founds a real installation: init says where the
// root fingerprint appears and gives the next command whole; the first officer's
// sheet shows it.
func TestTheFirstOfficerWaitsForNobody(t *testing.T) {
	for _, url := range []string{"", "https://naungan.example/"} {
		data, key := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "machine.key")
		out := &bytes.Buffer{}
		if n := app.Main([]string{"init", "--data", data, "--machine-key", key, "--officer", "sari", "--public-url", url}, nil, out, out); n != 0 {
			t.Fatal(n, out)
		}
		said := out.String()
		want := []string{"naungan doctor --data " + data + " --machine-key " + key, "root fingerprint", "sari: " + strings.TrimSuffix(url, "/") + "/masuk/undangan/"}
		if url == "" {
			want = append(want, "put your address")
		}
		for _, w := range want {
			if !strings.Contains(said, w) {
				t.Errorf("init does not say %q:\n%s", w, said)
			}
		}
		h, err := app.Open(ctx, app.Place{Data: data, MachineKey: key, Jurisdiction: "jkb"}, clock.NewFake(time.Now()), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = h.Close() })
		c := visit(t, served(t, h.Site(app.SiteOptions{})))
		accept(c, linkOf.FindString(said[strings.Index(said, "sari: "):]), h.Clock.Now())
		root, err := h.Access.RootFingerprint(ctx)
		if err != nil || root == "" {
			t.Fatal(root, err)
		}
		c.see(root, "sidik akar pendaftaran", "tidak menunggu siapa pun")
		c.unseen("Petugas pendaftaran akan membandingkan")
	}
}

// TestDoctorNamesWhatIsMissingInOrder asks on the first day.
func TestDoctorNamesWhatIsMissingInOrder(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	out := &bytes.Buffer{}
	if n := app.Main([]string{"init", "--data", data}, nil, out, out); n != 0 {
		t.Fatal(n, out)
	}
	out.Reset()
	if n := app.Main([]string{"doctor", "--data", data, "--json"}, nil, out, &bytes.Buffer{}); n != 1 {
		t.Fatal(n, out)
	}
	var doctor struct {
		Findings []struct {
			OK   bool   `json:"ok"`
			What string `json:"what"`
		} `json:"findings"`
	}
	if err := json.Unmarshal(out.Bytes(), &doctor); err != nil {
		t.Fatal(err)
	}
	at := 0
	want := []string{"first enrolment officer", "review team outside", "oversight team", "a receiving desk", "desk has a review team", "desk has 0 independent ways", "oversight team has 0 independent ways", "on duty", "a case team"}
	for _, f := range doctor.Findings {
		if at < len(want) && !f.OK && strings.Contains(f.What, want[at]) {
			at++
		}
	}
	if at < len(want) {
		t.Errorf("doctor does not name %q in its place: %+v", want[at], doctor.Findings)
	}
}

// TestTheReceivingTeamIsChangedByTwoPeople walks the form on the people page.
func TestTheReceivingTeamIsChangedByTwoPeople(t *testing.T) {
	h := start(t, "", discard{})
	officer, overseer := h.as("melati"), h.as("cemara")
	officer.get("/lainnya")
	for n := range nodes(officer.page, "option") {
		if text(n) == "admin" {
			t.Error("the administrator can be chosen for a team")
		}
	}
	officer.submit("Buat tim", "team_name", "AAA pengawas", "kind", "oversight", "founder", h.personID("kamboja"), "password", h.passwordOf("melati"))
	officer.see("Tim dibuat", "Laporan tentang petugas masuk ke Tim pengawas mandiri.")
	officer.submit("Usulkan tim penerima lain", "receiver", officer.option("receiver", "AAA"), "password", h.passwordOf("melati"))
	officer.see("melati mengusulkan AAA pengawas", "Laporan tentang petugas masuk ke Tim pengawas mandiri.")
	officer.unseen("Sahkan AAA pengawas")
	overseer.get("/lainnya")
	overseer.submit("Sahkan AAA pengawas sebagai penerima", "password", h.passwordOf("cemara"))
	overseer.see("Tim penerima diganti", "Laporan tentang petugas masuk ke AAA pengawas.")
	overseer.get("/lainnya?lang=en")
	overseer.see("Receiving teams", "Reports about staff go to AAA pengawas.")
}

// TestATeamIsChangedAndComesBack renames a team and names its reviewer, ends the
// sessions of a team whose keys changed, and brings a team back by its kit.
func TestATeamIsChangedAndComesBack(t *testing.T) {
	h := start(t, "", discard{})
	desk := h.teamID("Meja")
	officer, colleague, steward := h.as("melati"), h.as("anggrek"), h.as("dahlia")
	officer.get("/lainnya")
	officer.ofTeam(desk, "Simpan", "team_name", "Meja baru", "reviewer", h.teamID("Tim pengawas"), "password", h.passwordOf("melati"))
	officer.see("Tim diperbarui", "Meja baru", "Peninjau: Tim pengawas mandiri.")
	steward.get("/lainnya")
	steward.ofTeam(desk, "Buat lembar tim", "password", h.passwordOf("dahlia"))
	kit := kitOf.FindString(steward.body)
	steward.get("/lainnya")
	steward.ofTeam(desk, "Keluarkan", "person", h.personID("anggrek"), "password", h.passwordOf("dahlia"))
	steward.see("Orang ini belum dapat dikeluarkan")
	steward.get("/lainnya")
	steward.ofTeam(desk, "Tambahkan", "person", h.personID("kamboja"), "role", "intake_officer", "password", h.passwordOf("dahlia"))
	steward.see("Keanggotaan diperbarui")
	colleague.get("/aduan")
	colleague.see("Antrean aduan")
	steward.get("/lainnya")
	steward.ofTeam(desk, "Keluarkan", "person", h.personID("kamboja"), "password", h.passwordOf("dahlia"))
	steward.see("susunan tim Anda berubah")
	colleague.get("/aduan")
	colleague.see("susunan tim Anda berubah")
	if err := h.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM access_member WHERE team = $1`, desk)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	back := h.as("kamboja")
	back.get("/lainnya")
	back.unseen("dengan lembar tim")
	officer.get("/lainnya")
	officer.ofTeam(desk, "Tunjuk pengurus", "person", h.personID("kamboja"), "password", h.passwordOf("melati"))
	officer.see("Pengurus ditunjuk")
	back.get("/lainnya")
	back.submit("Pulihkan Meja baru dengan lembar tim", "kit", "salah", "password", h.passwordOf("kamboja"))
	back.see("Lembar tim tidak cocok")
	back.ofTeam(desk, "Pulihkan Meja baru dengan lembar tim", "kit", kit, "password", h.passwordOf("kamboja"), "team", h.teamID("Tim peninjau"))
	back.unseen(kit) // refused, and not shown on the page to be copied
	back.get("/lainnya")
	back.submit("Pulihkan Meja baru dengan lembar tim", "kit", kit, "password", h.passwordOf("kamboja"))
	delete(h.cookies, "kamboja")
	back = h.as("kamboja")
	back.get("/aduan")
	back.see("Antrean aduan")
}

// TestTheRosterIsForWhoMaySetIt: a supervisor who takes no reports, and somebody
// with two teams.
func TestTheRosterIsForWhoMaySetIt(t *testing.T) {
	h := start(t, "", discard{})
	password, code := h.signIn("dahlia")
	cookie, err := h.Access.SignIn(ctx, "dahlia", password, code, true)
	if err != nil {
		t.Fatal(err)
	}
	s, err := h.Access.Session(ctx, cookie)
	if err != nil {
		t.Fatal(err)
	}
	desk, oversight := h.teamID("Meja"), h.teamID("Tim pengawas")
	for name, role := range map[string]access.Role{"jati": access.Supervisor, "cemara": access.IntakeOfficer} {
		if err := h.Access.AddMember(ctx, s.Who, password, desk, h.personID(name), role); err != nil {
			t.Fatal(err)
		}
	}
	super := h.as("jati")
	super.get("/aduan/piket")
	super.see("Jadwal piket", "Tambah piket")
	super.get("/aduan/piket?tim=" + oversight)
	if super.status != http.StatusNotFound {
		t.Errorf("a roster of another team: %d", super.status)
	}
	both := h.as("cemara")
	both.get("/aduan/piket?tim=" + desk)
	both.see("anggrek")
	both.follow("Tim pengawas mandiri")
	both.unseen("anggrek")
	both.submit("Simpan", "day", h.clock.Now().Add(24*time.Hour).In(clock.Jakarta).Format("2006-01-02"), "from", "8", "hours", "8", "person", both.option("person", "beringin"))
	both.see("Jadwal piket disimpan")
	both.unseen("Belum ada piket")
}
