package journey

import (
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/platform/db"
)

const clearFile = "../../docs/clear-columns.md"

var (
	columnLine = regexp.MustCompile(`(?m)^\| ([a-z_]+)\.([a-z_]+) \| ([a-z]+) \|`)
	eventLine  = regexp.MustCompile(`(?m)^\| ([a-z]+\.[a-z]+) \| ([a-z, ]+) \|$`)
)

// never is the hour of a case without a clock (casework, noDue).
const never = 1 << 40

// classes bound what a column of a class may hold; times are bounded by their
// size: a day number cannot be an hour, an hour number cannot be a second.
var classes = map[string]func(v any) bool{
	"id":      short(64),
	"word":    func(v any) bool { _, flag := v.(bool); return flag || short(80)(v) },
	"count":   below(1 << 40),
	"day":     below(100_000),
	"hour":    func(v any) bool { return v == int64(never) || below(2_000_000)(v) },
	"instant": below(1 << 62),
	"key":     func(v any) bool { _, raw := v.([]byte); return raw || short(1024)(v) },
	"event":   short(200),                                                                // its keys: see events
	"manual":  func(v any) bool { _, raw := v.([]byte); return raw || short(4*1000)(v) }, // runes of a reason
	"sealed":  func(v any) bool { _, raw := v.([]byte); return raw },
}

func short(n int) func(any) bool {
	return func(v any) bool { s, ok := v.(string); return ok && len(s) <= n }
}

func below(n int64) func(any) bool {
	return func(v any) bool { i, ok := v.(int64); return ok && i < n }
}

// TestClearColumns holds the schema of both engines and what a filled
// installation stores against the list that a data protection officer reads.
func TestClearColumns(t *testing.T) {
	text, err := os.ReadFile(clearFile)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for _, m := range columnLine.FindAllStringSubmatch(string(text), -1) {
		if classes[m[3]] == nil {
			t.Errorf("%s.%s: no class %q", m[1], m[2], m[3])
		}
		listed[m[1]+"."+m[2]] = m[3]
	}
	events := map[string]string{}
	for _, m := range eventLine.FindAllStringSubmatch(string(text), -1) {
		events[m[1]] = m[2]
	}
	if len(listed) < 100 || len(events) == 0 {
		t.Fatalf("the list was not read: %d columns, %d events", len(listed), len(events))
	}
	both(t, func(h *house) {
		story := "Cerita biasa untuk kolom."
		visit(h.t, h.URL).report(h, "other", story, false)
		desk := h.as("anggrek")
		desk.get(h.find(desk, story))
		worker, at := h.caseOf(desk)
		h.formDoor(worker, at)
		h.events(events)
		seen := h.columns(listed)
		for _, name := range seen {
			if listed[name] == "" {
				h.t.Errorf("a column that no list allows: %s", name)
			}
		}
		for name := range listed {
			if !slices.Contains(seen, name) {
				h.t.Errorf("listed but not there: %s", name)
			}
		}
	})
}

// columns walks every value of every table and returns the columns' names.
func (h *house) columns(listed map[string]string) (seen []string) {
	h.t.Helper()
	told := map[string]bool{}
	err := h.DB.Read(ctx, func(tx *db.Tx) error {
		tables, err := tx.Tables()
		for _, table := range tables {
			var names []string
			err = errors.Join(err, tx.Walk(table, func(columns []*sql.ColumnType) error {
				for _, c := range columns {
					names = append(names, table+"."+c.Name())
				}
				return nil
			}, func(values []any) error {
				for i, name := range names {
					if fits := classes[listed[name]]; fits != nil && values[i] != nil && !fits(values[i]) && !told[name] {
						told[name] = true
						h.t.Errorf("%s is listed as %s and holds %T %v", name, listed[name], values[i], values[i])
					}
				}
				return nil
			}))
			seen = append(seen, names...)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return seen
}

// events holds what waits in the outbox against the listed keys.
func (h *house) events(listed map[string]string) {
	h.t.Helper()
	found := 0
	err := h.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.QueryContext(tx.Ctx(), `SELECT topic, payload FROM events_outbox`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var topic, payload string
			if err := rows.Scan(&topic, &payload); err != nil {
				return err
			}
			var v map[string]any
			if err := json.Unmarshal([]byte(payload), &v); err != nil {
				return err
			}
			if keys := strings.Join(slices.Sorted(maps.Keys(v)), ", "); keys != listed[topic] {
				h.t.Errorf("event %s carries %s; allowed: %q", topic, keys, listed[topic])
			}
			found++
		}
		return rows.Err()
	})
	if err != nil || found == 0 {
		h.t.Fatal(found, "events looked at:", err)
	}
}
