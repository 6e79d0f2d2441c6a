package dbtest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// bin is where Debian puts PostgreSQL 15.
const bin = "/usr/lib/postgresql/15/bin"

// ErrNoPostgres says that PostgreSQL's programs are not on this machine.
var ErrNoPostgres = errors.New("PostgreSQL 15 is not installed (apt-get install postgresql-15)")

// StartPostgres starts a server of its own in dir, listening on a socket there
// only, as an unprivileged user where the caller is root. Durable keeps fsync
// on, for measurements. It returns a URL without database name and what stops
// the server.
func StartPostgres(dir string, durable bool) (url string, stop func(), err error) {
	if _, err := os.Stat(filepath.Join(bin, "postgres")); err != nil {
		return "", nil, ErrNoPostgres
	}
	cred, err := unprivileged(dir)
	if err != nil {
		return "", nil, err
	}
	data := filepath.Join(dir, "data")
	run := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(filepath.Join(bin, name), args...)
		c.Dir = dir
		c.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}
		c.SysProcAttr = &syscall.SysProcAttr{Credential: cred, Pdeathsig: syscall.SIGTERM}
		return c
	}
	if out, err := run("initdb", "-D", data, "-U", "naungan", "-A", "trust", "--no-sync", "-E", "UTF8").CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	fsync := "off"
	if durable {
		fsync = "on"
	}
	server := run("postgres", "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "max_connections=300",
		"-c", "fsync="+fsync, "-c", "synchronous_commit=on", "-c", "full_page_writes="+fsync, "-c", "shared_buffers=128MB")
	var log bytes.Buffer
	server.Stderr = &log
	if err := server.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = server.Process.Signal(syscall.SIGQUIT)
		_ = server.Wait()
	}
	for range 200 {
		if run("pg_isready", "-h", dir, "-U", "naungan", "-d", "postgres").Run() == nil {
			return "postgres://naungan@/%s?host=" + dir, stop, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	stop()
	return "", nil, fmt.Errorf("postgres did not start:\n%s", log.String())
}

// unprivileged returns the identity under which the server runs: PostgreSQL
// refuses root. The folder is handed to it.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2, os.Chown(dir, uid, gid), os.Chmod(dir, 0o755)); err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
