//go:build !race

package protocol

const slow = 1
