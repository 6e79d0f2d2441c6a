// Package store keeps the tables of manual: queries.sql and what sqlc makes of it.
package store

import (
	"embed"
	"io/fs"
)

//go:embed schema/*.sql
var schema embed.FS

// Schema returns the migrations of the room, in order, at the root of the returned file system.
func Schema() fs.FS {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err) // the folder is embedded at build time
	}
	return sub
}
