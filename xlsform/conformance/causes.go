package main

import "regexp"

// cause maps a message of the recorded converter to the codes that say the same.
type cause struct {
	message *regexp.Regexp
	codes   []string
}

// codesFor gives the codes that mean what a recorded message says; nil when no line of causes matches. The first match counts.
func codesFor(message string) []string {
	for _, c := range causes {
		if c.message.MatchString(message) {
			return c.codes
		}
	}
	return nil
}

func means(pattern string, codes ...string) cause { return cause{regexp.MustCompile(pattern), codes} }

var causes = []cause{}
