package testkit

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// PostgresEnv names the variable that holds the address of a running server to
// make test databases on. Without it, the tests start one of their own.
const PostgresEnv = "OKNO_TEST_POSTGRES"

// Server is a PostgreSQL server for tests.
type Server struct {
	admin string // address of database postgres
	db    *sql.DB
}

var server struct {
	sync.Once
	s   *Server
	err error
}

// Postgres is the server of this test binary, started at first use and stopped
// when the binary ends.
func Postgres(t testing.TB) *Server {
	t.Helper()
	server.Do(func() { server.s, server.err = findServer() })
	if server.err != nil {
		t.Fatalf("PostgreSQL for tests: %v (run `make deps`, or set %s)", server.err, PostgresEnv)
	}
	return server.s
}

// URL is the address of a database on the server.
func (s *Server) URL(name string) string {
	u, err := url.Parse(s.admin)
	if err != nil {
		return s.admin
	}
	u.Path = "/" + name
	return u.String()
}

func (s *Server) exec(t testing.TB, query string) {
	t.Helper()
	if _, err := s.db.ExecContext(context.Background(), query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func (s *Server) drop(name string) {
	_, _ = s.db.ExecContext(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
}

func findServer() (*Server, error) {
	if u := os.Getenv(PostgresEnv); u != "" {
		return connect(u)
	}
	removeStale()
	dir, err := os.MkdirTemp("", "okno-pg-")
	if err != nil {
		return nil, err
	}
	u, err := StartPostgres(dir)
	if err != nil {
		return nil, err
	}
	return connect(u)
}

func connect(u string) (*Server, error) {
	d, err := sql.Open("pgx", u)
	if err != nil {
		return nil, err
	}
	d.SetMaxOpenConns(4)
	for range 200 {
		if err = d.Ping(); err == nil {
			return &Server{admin: u, db: d}, nil
		}
		<-time.After(50 * time.Millisecond)
	}
	return nil, fmt.Errorf("server does not answer: %w", err)
}

// StartPostgres makes a cluster in dir and starts a server on it that dies
// with this process. Syncs are off. It gives the address of database postgres.
func StartPostgres(dir string) (string, error) {
	bin, err := binDir()
	if err != nil {
		return "", err
	}
	cred, err := credential(dir)
	if err != nil {
		return "", err
	}
	locale := "C.UTF-8"
	if out, lerr := exec.Command("locale", "-a").Output(); lerr == nil && strings.Contains(string(out), "ru_RU.utf8") {
		locale = "ru_RU.UTF-8"
	}
	init := exec.Command(filepath.Join(bin, "initdb"), "-D", dir+"/data", "-U", "okno", "-A", "trust", "-N", "-E", "UTF8", "--locale="+locale)
	init.SysProcAttr, init.Dir = &syscall.SysProcAttr{Credential: cred}, "/"
	if out, ierr := init.CombinedOutput(); ierr != nil {
		return "", fmt.Errorf("initdb: %w: %s", ierr, out)
	}
	port, err := Port()
	if err != nil {
		return "", err
	}
	if err := spawn(bin, dir, port, cred); err != nil {
		return "", err
	}
	return fmt.Sprintf("postgres://okno@127.0.0.1:%d/postgres?sslmode=disable", port), nil
}

func spawn(bin, dir string, port int, cred *syscall.Credential) error {
	log, err := os.Create(dir + "/log")
	if err != nil {
		return err
	}
	started := make(chan error)
	go func() {
		// The death signal is sent when the thread that started the child ends,
		// so this thread is kept for the life of the process.
		runtime.LockOSThread()
		cmd := exec.Command(filepath.Join(bin, "postgres"), "-D", dir+"/data", "-p", strconv.Itoa(port),
			"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off",
			"-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=400",
			"-c", "shared_buffers=128MB", "-c", "autovacuum=off")
		cmd.Stdout, cmd.Stderr, cmd.Dir = log, log, "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: cred, Pdeathsig: syscall.SIGINT}
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	return <-started
}

// credential is whom the server runs as: PostgreSQL refuses root.
func credential(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	uid, gid := 65534, 65534
	if u, err := user.Lookup("postgres"); err == nil {
		uid, _ = strconv.Atoi(u.Uid)
		gid, _ = strconv.Atoi(u.Gid)
	}
	if err := os.Chown(dir, uid, gid); err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func binDir() (string, error) {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	for i := len(dirs) - 1; i >= 0; i-- {
		if _, err := os.Stat(dirs[i] + "/postgres"); err == nil {
			return dirs[i], nil
		}
	}
	p, err := exec.LookPath("postgres")
	if err != nil {
		return "", fmt.Errorf("no postgres program found")
	}
	if p, err = filepath.EvalSymlinks(p); err != nil {
		return "", err
	}
	return filepath.Dir(p), nil
}

// removeStale deletes clusters whose server is gone.
func removeStale() {
	dirs, _ := filepath.Glob(os.TempDir() + "/okno-pg-*")
	for _, d := range dirs {
		pid, err := os.ReadFile(d + "/data/postmaster.pid")
		if err != nil {
			if st, serr := os.Stat(d); serr == nil && time.Since(st.ModTime()) > time.Minute {
				_ = os.RemoveAll(d)
			}
			continue
		}
		n, _ := strconv.Atoi(strings.SplitN(string(pid), "\n", 2)[0])
		if n > 0 && syscall.Kill(n, 0) == syscall.ESRCH {
			_ = os.RemoveAll(d)
		}
	}
}
