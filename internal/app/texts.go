package app

import "embed"

//go:embed text.id.toml text.en.toml
var texts embed.FS
