package app

import (
	"context"
	"embed"
	"io"
	"io/fs"

	"github.com/naungan/naungan/internal/platform/db"
)

//go:embed schema/*.sql
var schema embed.FS

func migrateSettings(ctx context.Context, d *db.DB) error {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		return err
	}
	return d.Migrate(ctx, "app", sub)
}

// setting returns a setting, "" where it was never made.
func (h *House) setting(ctx context.Context, name string) (value string) {
	_ = h.DB.Read(ctx, func(tx *db.Tx) error { // no row is no setting
		return tx.QueryRowContext(tx.Ctx(), `SELECT value FROM app_setting WHERE jurisdiction = $1 AND name = $2`, h.Place.Jurisdiction, name).Scan(&value)
	})
	return value
}

// settings returns every setting, for questions whose answer must not be lost in
// an error.
func (h *House) settings(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	err := h.DB.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.QueryContext(tx.Ctx(), `SELECT name, value FROM app_setting WHERE jurisdiction = $1`, h.Place.Jurisdiction)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var name, value string
			if err := rows.Scan(&name, &value); err != nil {
				return err
			}
			out[name] = value
		}
		return rows.Err()
	})
	return out, err
}

func (h *House) set(ctx context.Context, name, value string) error {
	return h.DB.Write(ctx, func(tx *db.Tx) error { return h.setIn(tx, name, value) })
}

func (h *House) setIn(tx *db.Tx, name, value string) error {
	_, err := tx.ExecContext(tx.Ctx(), `INSERT INTO app_setting (jurisdiction, name, value) VALUES ($1, $2, $3) ON CONFLICT (jurisdiction, name) DO UPDATE SET value = EXCLUDED.value`,
		h.Place.Jurisdiction, name, value)
	return err
}

func readAll(r io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(r, 1<<20)) }
