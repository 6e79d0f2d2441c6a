package protocol

import (
	_ "embed"
	"slices"
)

//go:embed schema.json
var schemaText []byte

// Schema returns the JSON Schema (draft 2020-12) of version 1 of the language, for
// editors and other programs. It tells the shape; Check tells the rest.
func Schema() []byte { return slices.Clone(schemaText) }
