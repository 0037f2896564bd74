package upload

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Off is the scanner of a portal that has none: files are marked as unscanned.
type Off struct{}

// Scan passes everything.
func (Off) Scan(context.Context, io.Reader) (Scan, error) { return Unscanned, nil }

// Clamd asks a clamd over its socket (clamd(8), command INSTREAM). It is safe
// for use by many.
type Clamd struct {
	network, address string
	timeout          time.Duration
}

// NewScanner makes the scanner of a setting: "" for none, a socket's path or
// unix:/path, host:port or tcp:host:port. One scan may take as long as timeout,
// a minute when 0.
func NewScanner(address string, timeout time.Duration) (Scanner, error) {
	if address == "" {
		return Off{}, nil
	}
	if timeout == 0 {
		timeout = time.Minute
	}
	if path := strings.TrimPrefix(address, "unix:"); strings.HasPrefix(path, "/") {
		return &Clamd{network: "unix", address: path, timeout: timeout}, nil
	}
	address = strings.TrimPrefix(strings.TrimPrefix(address, "tcp:"), "//")
	if _, port, err := net.SplitHostPort(address); err != nil || port == "" {
		return nil, fmt.Errorf("scanner address must be a socket's path or host:port")
	}
	return &Clamd{network: "tcp", address: address, timeout: timeout}, nil
}

// chunk is how much is sent at once; clamd takes any size up to StreamMaxLength.
const chunk = 64 << 10

// Scan sends the file and reads the verdict.
func (c *Clamd) Scan(ctx context.Context, r io.Reader) (Scan, error) {
	reply, err := c.ask(ctx, "zINSTREAM\x00", r)
	switch {
	case err != nil:
		return Checking, fmt.Errorf("scanner: %w", err)
	case strings.HasSuffix(reply, "FOUND"):
		return Infected, nil
	case strings.HasSuffix(reply, ": OK"):
		return Clean, nil
	}
	return Checking, fmt.Errorf("scanner refused: %.100q", reply)
}

// Ping reports whether the scanner answers.
func (c *Clamd) Ping(ctx context.Context) error {
	reply, err := c.ask(ctx, "zPING\x00", nil)
	if err == nil && reply != "PONG" {
		err = fmt.Errorf("answer %.100q", reply)
	}
	if err != nil {
		return fmt.Errorf("scanner: %w", err)
	}
	return nil
}

func (c *Clamd) ask(ctx context.Context, command string, body io.Reader) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if _, err := io.WriteString(conn, command); err != nil {
		return "", err
	}
	var sent, unread error
	if body != nil {
		sent, unread = stream(conn, body)
	}
	if unread != nil {
		return "", unread
	}
	// A scanner that has seen enough answers and closes: its answer counts
	// before our failed write.
	reply, err := bufio.NewReader(io.LimitReader(conn, 4096)).ReadString(0)
	if err != nil && sent != nil {
		err = sent
	}
	if err != nil {
		return "", err
	}
	return strings.TrimRight(reply, "\x00\n"), nil
}

// stream sends chunks, each after its length, and an empty one at the end.
func stream(w io.Writer, r io.Reader) (sent, unread error) {
	buf := make([]byte, 4+chunk)
	for {
		n, err := io.ReadFull(r, buf[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n))
			if _, werr := w.Write(buf[:4+n]); werr != nil {
				return werr, nil
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			_, werr := w.Write(make([]byte, 4))
			return werr, nil
		}
		if err != nil {
			return nil, err
		}
	}
}
