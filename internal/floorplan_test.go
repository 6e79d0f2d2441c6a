// Package internal_test holds the floor plan of Naungan: which room may open
// which door, and who keeps which tool. See docs/adr/0001-modular-monolith.md.
package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "github.com/naungan/naungan/"
	inside = module + "internal/"
)

// doors lists, for each room, the rooms whose front door (root package) it may
// use. A room that is not a key does not exist; a door not listed is a wall.
var doors = map[string][]string{
	"directory": {},
	"manual":    {},
	"report":    {"directory"},
	"casework":  {"report", "manual", "directory"},
	"community": {"directory"},
	"survey":    {"directory"},
	"oversight": {"directory"},
	"insight":   {}, // hears of the others only through events, so no identity can reach a statistic
}

// libraries stand at the root of the module and import nothing from internal/.
var libraries = []string{"protocol", "siting", "xlsform", "surveystat", "disclosure"}

// commands stand in a library's folder and may read and write files, which the library itself may not.
var commands = []string{"xlsform/conformance"}

// keepers says which of our packages may import a tool. "*/x" is a part x of any
// room; a trailing slash in the key means everything below it.
var keepers = map[string][]string{
	"database/sql": {"platform/db", "platform/db/dbtest", "platform/audit", "platform/jobs", "platform/events", "*/internal/store"},
	"net/http":     {"app", "platform/web", "*/web"},
	"math/rand":    {},
	"math/rand/v2": {},

	"crypto/aes":                          {"platform/seal"},
	"crypto/cipher":                       {"platform/seal"},
	"crypto/ecdh":                         {"platform/seal"},
	"crypto/ed25519":                      {"platform/seal"},
	"crypto/hkdf":                         {"platform/seal"},
	"crypto/hmac":                         {"platform/seal"},
	"crypto/hpke":                         {"platform/seal"},
	"crypto/mlkem":                        {"platform/seal"},
	"golang.org/x/crypto/":                {"platform/seal", "platform/access"},
	"lukechampine.com/adiantum":           {"platform/db"},
	"filippo.io/age":                      {"platform/seal", "app"},
	"github.com/pquerna/otp/":             {"platform/access"},
	"github.com/cedar-policy/cedar-go":    {"platform/access"},
	"github.com/cedar-policy/cedar-go/":   {"platform/access"},
	"github.com/alecthomas/kong":          {"app"},
	"github.com/jackc/pgx/v5/":            {"platform/db", "platform/db/dbtest"},
	"github.com/ncruces/go-sqlite3/":      {"platform/db", "platform/db/dbtest"},
	"github.com/danielgtaylor/huma/v2":    {"app", "platform/web", "*/web"},
	"golang.org/x/mod/":                   {"platform/audit"},
	"github.com/prometheus/client_golang": {"platform/web", "app"},
}

// readers are the files that reach the operating system: environment, files, processes.
var osKeepers = []string{"app", "platform/config", "platform/db", "platform/db/dbtest"}

// TestFloorPlan reads the import lines itself rather than asking the go command,
// so that go test sees which files it depends on and never serves a stale pass.
func TestFloorPlan(t *testing.T) {
	seen := 0
	eachFile(t, "..", func(file, dir string, imports []string) {
		seen++
		for _, imp := range imports {
			if why := forbidden(dir, imp); why != "" {
				t.Errorf("%s imports %s: %s", file, imp, why)
			}
		}
	})
	if seen < 20 {
		t.Fatalf("only %d files read: the plan was not checked", seen)
	}
}

// TestFloorPlanCatches plants one fault of each kind and expects each to be named.
func TestFloorPlanCatches(t *testing.T) {
	for _, c := range []struct{ from, imp string }{
		{"internal/platform/web", inside + "report"},
		{"internal/report", inside + "casework"},
		{"internal/report", inside + "report/web"},
		{"internal/report/web", inside + "report/internal/store"},
		{"internal/report/web", inside + "directory"},
		{"internal/casework/web", inside + "report"},
		{"internal/insight", inside + "casework"},
		{"internal/cellar", inside + "platform/db"},
		{"internal/report", inside + "app"},
		{"internal/report", "net/http"},
		{"internal/report", "database/sql"},
		{"internal/report/web", "crypto/aes"},
		{"internal/casework", "os"},
		{"internal/platform/seal", "math/rand"},
		{"protocol", inside + "platform/lang"},
		{"protocol", "net/http"},
		{"xlsform", "os"},
		{"xlsform/conformance", "net/http"},
		{"internal/casework/internal/store", inside + "casework"},
	} {
		if forbidden(c.from, c.imp) == "" {
			t.Errorf("%s importing %s is not noticed", c.from, c.imp)
		}
	}
	for _, c := range []struct{ from, imp string }{
		{"internal/casework", inside + "report"},
		{"xlsform/conformance", "os"},
		{"internal/casework/web", inside + "casework"},
		{"internal/app", inside + "casework/web"},
		{"internal/report/internal/store", "database/sql"},
		{"internal/platform/web/lane", inside + "platform/clock"},
	} {
		if why := forbidden(c.from, c.imp); why != "" {
			t.Errorf("%s importing %s is refused: %s", c.from, c.imp, why)
		}
	}
}

func TestDoorsFormNoRing(t *testing.T) {
	var visit func(room string, way []string)
	visit = func(room string, way []string) {
		if slices.Contains(way, room) {
			t.Fatalf("doors form a ring: %v", append(way, room))
		}
		for _, d := range doors[room] {
			visit(d, append(slices.Clone(way), room))
		}
	}
	for room := range doors {
		visit(room, nil)
	}
}

// eachFile calls fn for every Go file of ours that is no test and no test helper.
func eachFile(t *testing.T, root string, fn func(file, dir string, imports []string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains([]string{".git", "node_modules", "tools", "testdata", "bin", "data"}, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		src, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		var imports []string
		for _, spec := range f.Imports {
			imp, _ := strconv.Unquote(spec.Path.Value)
			imports = append(imports, imp)
		}
		rel, err := filepath.Rel(root, p)
		fn(rel, path.Dir(filepath.ToSlash(rel)), imports)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// forbidden says why the package in folder from may not import imp, or "".
func forbidden(from, imp string) string {
	if lib, ok := library(from); ok {
		return libraryForbids(lib, imp, slices.Contains(commands, from))
	}
	here, ours := strings.CutPrefix(from, "internal/")
	if !ours {
		return "" // cmd, examples
	}
	if isTestHelper(here) {
		return ""
	}
	if to, ok := strings.CutPrefix(imp, inside); ok {
		return wall(here, to)
	}
	return kept(here, imp)
}

// isTestHelper names packages that only tests import: dbtest, accesstest, webtest …
func isTestHelper(here string) bool {
	for _, part := range strings.Split(here, "/") {
		if strings.HasSuffix(part, "test") && part != "test" {
			return true
		}
	}
	return false
}

func library(from string) (string, bool) {
	top, _, _ := strings.Cut(from, "/")
	return top, slices.Contains(libraries, top)
}

func libraryForbids(lib, imp string, command bool) string {
	if strings.HasPrefix(imp, inside) {
		return "library " + lib + " stands on its own and imports nothing from internal/"
	}
	if imp == "os" && command {
		return ""
	}
	if slices.Contains([]string{"os", "net", "net/http", "database/sql", "os/exec"}, imp) {
		return "library " + lib + " does no I/O beyond the readers and writers it is given"
	}
	return ""
}

// kept says why a package may not use a tool that others keep, or "".
func kept(here, imp string) string {
	if (imp == "os" || imp == "os/exec") && !member(osKeepers, here) {
		return "only app, config and db reach files and the environment"
	}
	for tool, who := range keepers {
		if imp != tool && !(strings.HasSuffix(tool, "/") && strings.HasPrefix(imp, tool)) {
			continue
		}
		if !member(who, here) {
			return "kept by " + strings.Join(who, ", ")
		}
	}
	return ""
}

// member tells whether package here is one of who, or stands below one of them.
func member(who []string, here string) bool {
	return slices.ContainsFunc(who, func(w string) bool {
		if part, any := strings.CutPrefix(w, "*"); any {
			return strings.HasSuffix(here, part)
		}
		return here == w || strings.HasPrefix(here, w+"/")
	})
}

// wall says why package here may not import our package to, or "".
func wall(here, to string) string {
	from, fromPart, _ := strings.Cut(here, "/")
	room, part, _ := strings.Cut(to, "/")
	switch {
	case from == "app":
		return ""
	case room == "app":
		return "only cmd joins the app"
	case from == "platform":
		return platformWall(room)
	}
	if _, ok := doors[from]; !ok {
		return "room " + from + " is not on the floor plan"
	}
	if room == "platform" {
		return roomToPlatform(fromPart, part)
	}
	if from == room {
		return within(fromPart, part)
	}
	return across(from, fromPart, room, part)
}

func platformWall(to string) string {
	if to != "platform" {
		return "the platform knows no room"
	}
	return ""
}

// roomToPlatform keeps pages out of the rooms themselves: only web parts know web and ui.
func roomToPlatform(part, to string) string {
	if strings.HasPrefix(part, "web") {
		if to == "db" {
			return "a page asks its room, not the database"
		}
		return ""
	}
	if to == "web" || strings.HasPrefix(to, "web/") || to == "ui" {
		return "calls go web, room, store, platform and never back"
	}
	return ""
}

// within holds the order inside a room: web, room, store.
func within(fromPart, toPart string) string {
	switch {
	case strings.HasPrefix(fromPart, "internal/store"):
		return "the store knows only the platform"
	case !strings.HasPrefix(fromPart, "web") && strings.HasPrefix(toPart, "web"):
		return "calls go web, room, store, never back"
	case strings.HasPrefix(fromPart, "web") && strings.HasPrefix(toPart, "internal/store"):
		return "a page asks its room, not the store"
	}
	return ""
}

// across lets a room use another only by its front door, and only along a declared door.
func across(from, fromPart, room, part string) string {
	switch {
	case part != "":
		return "use the front door of " + room
	case !slices.Contains(doors[from], room):
		return "no door from " + from + " to " + room
	case strings.HasPrefix(fromPart, "internal/store"):
		return "the store knows only the platform"
	case strings.HasPrefix(fromPart, "web"):
		return "a page asks its own room; only the room opens doors"
	}
	return ""
}
