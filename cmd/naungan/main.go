// Command naungan is the whole of Naungan in one program: server, set-up, demo,
// doctor, backup and the commands of its libraries. See `naungan --help`.
package main

import (
	"os"

	"github.com/naungan/naungan/internal/app"
)

func main() { os.Exit(app.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
