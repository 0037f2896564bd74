package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
)

// postgres starts a server whose commits are durable: fsync and
// synchronous_commit are on, as an operator would have them.
func postgres(ctx context.Context, dir string) (*process, error) {
	dir, err := filepath.Abs(dir) // a socket has no relative place
	if err != nil {
		return nil, err
	}
	bins, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(bins) == 0 {
		return nil, errors.New("no PostgreSQL in /usr/lib/postgresql")
	}
	bin := bins[len(bins)-1]
	as, err := serverUser(dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	if _, err := os.Stat(data); errors.Is(err, os.ErrNotExist) {
		init := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-U", "okno", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
		init.SysProcAttr, init.Dir = &syscall.SysProcAttr{Credential: as}, "/"
		if out, err := init.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("initdb: %w: %s", err, out)
		}
	}
	addr := freeAddr()
	_, port, _ := net.SplitHostPort(addr)
	p := &process{addr: addr, socket: dir, cmd: exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "-D", data, "-p", port,
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+dir, "-c", "fsync=on", "-c", "synchronous_commit=on",
		"-c", "full_page_writes=on", "-c", "max_connections=200", "-c", "shared_buffers=512MB", "-c", "max_wal_size=4GB")}
	p.cmd.SysProcAttr, p.cmd.Dir = &syscall.SysProcAttr{Credential: as, Pdeathsig: syscall.SIGINT}, "/"
	if log, err := os.Create(serverLog(dir)); err == nil {
		p.cmd.Stderr = log
		defer func() { _ = log.Close() }() // the server has its own
	}
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGINT) }
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	return p, p.answering(ctx)
}

func serverUser(dir string) (*syscall.Credential, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil || os.Getuid() != 0 {
		return nil, err
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
}

// url leads over the server's socket, as on a machine that has both: a packet of
// the loopback costs more than the small questions in it.
func (p *process) url(name string) string {
	_, port, _ := net.SplitHostPort(p.addr)
	return "postgres://okno@/" + name + "?sslmode=disable&port=" + port + "&host=" + url.QueryEscape(p.socket)
}

func (p *process) answering(ctx context.Context) error {
	var err error
	for range 200 {
		if err = p.sql(ctx, "SELECT 1"); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

func (p *process) sql(ctx context.Context, query string) error {
	d, err := sql.Open("pgx", p.url("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	_, err = d.ExecContext(ctx, query)
	return err
}
