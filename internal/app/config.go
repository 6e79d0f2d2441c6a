package app

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/alecthomas/kong"
)

const maxConfig = 1 << 20 // bytes of a configuration file

// settings are the values of a configuration file: flags by the names that --help
// shows ("machine-key"). A name that is no flag is an error: a misspelled
// machine-key would otherwise leave the key beside the data without a word.
type settings map[string]any

// readSettings reads a JSON configuration file for kong.
func readSettings(r io.Reader) (kong.Resolver, error) {
	s := settings{}
	if err := json.NewDecoder(io.LimitReader(r, maxConfig)).Decode(&s); err != nil {
		return nil, fmt.Errorf("the configuration is not one JSON object: %w", err)
	}
	return s, nil
}

// Validate refuses names that no command has.
func (s settings) Validate(app *kong.Application) error {
	known := map[string]bool{}
	_ = kong.Visit(app, func(node kong.Visitable, next kong.Next) error {
		if f, ok := node.(*kong.Flag); ok {
			known[f.Name] = true
		}
		return next(nil)
	})
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if !known[name] {
			return fmt.Errorf("the configuration names %q, which is no flag; see --help", name)
		}
	}
	return nil
}

// Resolve returns a flag's value from the file, nil where it has none.
func (s settings) Resolve(_ *kong.Context, _ *kong.Path, f *kong.Flag) (any, error) {
	return s[f.Name], nil
}
