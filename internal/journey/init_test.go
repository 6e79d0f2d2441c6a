package journey

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/naungan/naungan/internal/app"
	"github.com/naungan/naungan/internal/platform/clock"
)

// TestNewInstallationStaysShutUntilTeamsStand sets up a real installation: init
// refuses a second time, doctor says no, the public form stays shut and shows the
// numbers instead.
func TestNewInstallationStaysShutUntilTeamsStand(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	key := filepath.Join(t.TempDir(), "machine.key")
	run := func(args ...string) (int, []byte) {
		out := &bytes.Buffer{}
		n := app.Main(append(args, "--data", data, "--machine-key", key, "--json"), nil, out, &bytes.Buffer{})
		return n, out.Bytes()
	}
	n, out := run("init")
	var founded struct {
		MachineKey string            `json:"machine_key"`
		Links      map[string]string `json:"links"`
	}
	if err := json.Unmarshal(out, &founded); n != 0 || err != nil || founded.MachineKey == "" || len(founded.Links) != 2 {
		t.Fatalf("init: %d %v %+v", n, err, founded)
	}
	if n, _ := run("init"); n != 1 {
		t.Error("init went over an installation:", n)
	}
	n, out = run("doctor")
	var doctor struct {
		OK       bool `json:"ok"`
		Findings []struct {
			OK    bool   `json:"ok"`
			Grave bool   `json:"grave"`
			What  string `json:"what"`
		} `json:"findings"`
	}
	if err := json.Unmarshal(out, &doctor); n != 1 || err != nil || doctor.OK || len(doctor.Findings) < 5 {
		t.Errorf("doctor: %d %v %s", n, err, out)
	}
	h, err := app.Open(ctx, app.Place{Data: data, MachineKey: key, Jurisdiction: "jkb"}, clock.NewFake(time.Now()), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	c := visit(t, served(t, h.Site(app.SiteOptions{})))
	c.get("/tulis/other")
	c.see("Saluran ini belum dibuka")
	c.see("110")
}
