// Command pgrun starts a PostgreSQL server for tests in a temporary folder, runs
// the command it is given with OKNO_TEST_POSTGRES set to the server's address,
// and removes the server with all that it held. Syncs are off: it is for tests.
//
//	go run ./scripts/pgrun go test ./...
//
// With OKNO_TEST_POSTGRES already set it only runs the command.
//
// Tests make thousands of small databases, and a disk that others use is what
// they would wait for: where there is room in memory for files (/dev/shm), all
// temporary files lie there. TMPDIR of one's own is obeyed.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"okno/internal/kit/testkit"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: pgrun COMMAND [ARGUMENT…]")
		os.Exit(2)
	}
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "pgrun:", err)
		os.Exit(1)
	}
	os.Exit(code)
}

func run(command []string) (int, error) {
	if os.Getenv(testkit.PostgresEnv) != "" {
		return execute(command)
	}
	clean, err := scratch()
	if err != nil {
		return 0, err
	}
	defer clean()
	dir, err := os.MkdirTemp("", "okno-pg-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	address, err := testkit.StartPostgres(dir)
	if err != nil {
		return 0, err
	}
	defer stop(dir)
	if err := os.Setenv(testkit.PostgresEnv, address); err != nil {
		return 0, err
	}
	return execute(command)
}

// memory is where files lie in memory, roomy how many bytes must be free there.
const (
	memory = "/dev/shm"
	roomy  = 8 << 30
)

// scratch makes the folder of temporary files, if there is room in memory, and
// gives what takes it away.
func scratch() (clean func(), err error) {
	var free syscall.Statfs_t
	if os.Getenv("TMPDIR") != "" || syscall.Statfs(memory, &free) != nil || free.Bavail*uint64(free.Bsize) < roomy { //nolint:gosec // a size is positive
		return func() {}, nil
	}
	dir, err := os.MkdirTemp(memory, "okno-tests-")
	if err != nil {
		return func() {}, nil //nolint:nilerr // then they lie where they did
	}
	clean = func() { _ = os.RemoveAll(dir) }
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // the server has a user of its own
		return clean, err
	}
	return clean, os.Setenv("TMPDIR", dir)
}

// execute runs the command and gives its exit code. Interrupts are the command's
// to obey: it gets them from the terminal, too.
func execute(command []string) (int, error) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	cmd := exec.Command(command[0], command[1:]...) //nolint:gosec,noctx // running what it is given is its purpose
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s)
		}
	}()
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}

// stop ends the server, so that its folder can be removed.
func stop(dir string) {
	raw, err := os.ReadFile(dir + "/data/postmaster.pid")
	if err != nil {
		return
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil || pid <= 1 {
		return
	}
	_ = syscall.Kill(pid, syscall.SIGINT)
	for range 100 {
		if syscall.Kill(pid, 0) != nil {
			return
		}
		<-time.After(50 * time.Millisecond)
	}
}
