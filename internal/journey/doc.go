// Package journey holds the tests of the house as a whole: the way from a report
// to a child who is accompanied, with an HTML-only client, in a real browser, on
// both engines, under load and under attack.
package journey
