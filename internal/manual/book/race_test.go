//go:build race

package book

// slow is how many times longer things may take in this build: the race detector
// costs between two and twenty times (https://go.dev/doc/articles/race_detector).
const slow = 10
