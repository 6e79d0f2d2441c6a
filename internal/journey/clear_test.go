package journey

import (
	"encoding/json"
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
	"word":    short(80),
	"count":   func(v any) bool { n, ok := v.(int64); return !ok || n < 1<<40 },
	"day":     func(v any) bool { n, ok := v.(int64); return ok && n < 100_000 },
	"hour":    func(v any) bool { n, ok := v.(int64); return ok && (n < 2_000_000 || n == never) },
	"instant": func(v any) bool { _, ok := v.(int64); return ok },
	"key":     func(any) bool { return true },
	"event":   func(v any) bool { s, ok := v.(string); return ok && len(s) <= 200 }, // its keys: see events
	"sealed":  func(v any) bool { _, ok := v.([]byte); return ok },
}

func short(n int) func(any) bool {
	return func(v any) bool { s, ok := v.(string); return !ok || len(s) <= n }
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
		visit(h.t, h.URL).report(h, "other", "Cerita biasa untuk kolom.", false)
		h.as("anggrek").get("/aduan")
		h.events(events)
		seen := h.columns(listed)
		for name := range maps.Keys(listed) {
			if !slices.Contains(seen, name) {
				h.t.Errorf("listed but not there: %s", name)
			}
		}
	})
}

// columns walks every value of every table and returns the columns' names.
func (h *house) columns(listed map[string]string) (seen []string) {
	h.t.Helper()
	err := h.DB.Read(ctx, func(tx *db.Tx) error {
		tables, err := tx.Tables()
		if err != nil {
			return err
		}
		for _, table := range tables {
			rows, err := tx.QueryContext(tx.Ctx(), `SELECT * FROM `+table)
			if err != nil {
				return err
			}
			names, err := rows.Columns()
			if err != nil {
				return err
			}
			values, into := make([]any, len(names)), make([]any, len(names))
			for i, n := range names {
				into[i] = &values[i]
				seen = append(seen, table+"."+n)
				if listed[table+"."+n] == "" {
					h.t.Errorf("a column that no list allows: %s.%s", table, n)
				}
			}
			bad := map[string]bool{}
			for rows.Next() {
				if err := rows.Scan(into...); err != nil {
					return err
				}
				for i, n := range names {
					class := listed[table+"."+n]
					if ok := classes[class]; values[i] != nil && ok != nil && !ok(values[i]) && !bad[n] {
						bad[n] = true
						h.t.Errorf("%s.%s is listed as %s and holds %T %v", table, n, class, values[i], values[i])
					}
				}
			}
			if err := rows.Err(); err != nil {
				return err
			}
			_ = rows.Close()
		}
		return nil
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
