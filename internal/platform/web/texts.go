package web

import (
	"embed"
	"io/fs"
)

//go:embed text.id.toml text.en.toml
var texts embed.FS

// Texts returns the package's catalogue files.
func Texts() fs.FS { return texts }
