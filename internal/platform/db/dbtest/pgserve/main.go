// Command pgserve starts a PostgreSQL for tests, prints its URL pattern and
// stops on SIGTERM: one server for a whole `make test`.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/naungan/naungan/internal/platform/db/dbtest"
)

func main() {
	durable := flag.Bool("durable", false, "keep fsync on, for measurements")
	flag.Parse()
	if err := serve(*durable); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(durable bool) error {
	dir, err := os.MkdirTemp("", "naungan-pg")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	url, stop, err := dbtest.StartPostgres(dir, durable)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Println(url)
	quit := make(chan os.Signal, 1)
	signal.Notify(quit, syscall.SIGTERM, syscall.SIGINT)
	<-quit
	return nil
}
