package web

import "strings"

// matrix is the permission matrix for reading: who may do what, by room.
type matrix struct {
	Roles []string
	Rooms []matrixRoom
}

type matrixRoom struct {
	Name   string // first part of the path
	Routes []matrixRoute
}

type matrixRoute struct {
	Route string
	Cells []string
}

// parseMatrix reads the file that the test of permissions writes: a line of roles,
// then method, path and a cell for each role; prose below is left out.
func parseMatrix(text string) (m matrix) {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) > 1 && f[0] == "route" {
			m.Roles = f[1:]
			continue
		}
		if len(m.Roles) == 0 || len(f) != len(m.Roles)+2 || !strings.HasPrefix(f[1], "/") {
			continue
		}
		name, _, _ := strings.Cut(f[1][1:], "/")
		if n := len(m.Rooms); n == 0 || m.Rooms[n-1].Name != name {
			m.Rooms = append(m.Rooms, matrixRoom{Name: name})
		}
		room := &m.Rooms[len(m.Rooms)-1]
		room.Routes = append(room.Routes, matrixRoute{f[0] + " " + f[1], f[2:]})
	}
	return m
}
