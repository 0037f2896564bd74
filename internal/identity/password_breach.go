package identity

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the format of the list, not a protection
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
)

// breached is a list of passwords that have leaked: lines of SHA-1 in hex, in
// order, each with ":" and a count, as Have I Been Pwned gives them out. It may
// be 40 GB; a search reads some thirty pieces of it.
type breached struct {
	file io.ReaderAt
	size int64
}

// longestLine bounds a line: forty digits, a count, a break.
const longestLine = 128

// openBreached opens the list and looks whether it is one; "" is none.
func openBreached(path string) (*breached, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("identity: list of leaked passwords: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("identity: list of leaked passwords: %w", err), f.Close())
	}
	b := &breached{f, info.Size()}
	if line, err := b.lineAfter(0); err != nil || b.size > 0 && line == "" {
		return nil, errors.Join(fmt.Errorf("identity: %s does not begin with a SHA-1 in hex", path), err, f.Close())
	}
	return b, nil
}

// has reports whether the password has leaked.
func (b *breached) has(password string) (bool, error) {
	if b == nil {
		return false, nil
	}
	sum := sha1.Sum([]byte(password)) //nolint:gosec // as above
	want := string(bytes.ToUpper([]byte(hex.EncodeToString(sum[:]))))
	var fault error
	found := false
	// The first place after which there is no smaller line.
	sort.Search(int(b.size), func(at int) bool {
		line, err := b.lineAfter(int64(at))
		if err != nil {
			fault = err
			return true
		}
		found = found || line == want
		return line == "" || line >= want
	})
	return found, fault
}

// lineAfter gives the hash of the first whole line at or after the place, "" past
// the last one.
func (b *breached) lineAfter(at int64) (hash string, err error) {
	buf := make([]byte, 2*longestLine)
	from := max(at-1, 0) // a line that begins at the place has a break before it
	n, err := b.file.ReadAt(buf, from)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	buf = buf[:n]
	if at > 0 {
		end := bytes.IndexByte(buf, '\n')
		if end < 0 {
			return "", nil
		}
		buf = buf[end+1:]
	}
	if len(buf) < 2*sha1.Size {
		return "", nil
	}
	hash = string(bytes.ToUpper(buf[:2*sha1.Size]))
	if _, err := hex.DecodeString(hash); err != nil {
		return "", nil
	}
	return hash, nil
}
