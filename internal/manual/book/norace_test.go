//go:build !race

package book

const slow = 1
