package blob

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"okno/internal/kit/errs"
)

// Store keeps files by key.
type Store interface {
	// Put writes a file, replacing what stands there, and tells its size in bytes. It is
	// durable and whole when Put returns nil; after an error, the old state stands.
	Put(ctx context.Context, key string, r io.Reader) (int64, error)
	// Get opens a file; close it. Error: ErrNone.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	// Delete removes a file; one that is not there is no error.
	Delete(ctx context.Context, key string) error
	// Stat tells of a file. Error: ErrNone.
	Stat(ctx context.Context, key string) (Info, error)
	// List calls f for each file whose key starts with prefix, in order of keys, until f
	// returns an error.
	List(ctx context.Context, prefix string, f func(Info) error) error
	// Ping reports whether files can be written now.
	Ping(ctx context.Context) error
}

// Info is what is known of a file without opening it.
type Info struct {
	Key      string
	Size     int64 // bytes, as stored
	Modified time.Time
}

// ErrNone says that there is no such file.
var ErrNone = errors.New("blob: no such file")

// ErrKey says that a key is not one: an error of the program.
var ErrKey = errors.New("blob: key has a wrong form")

// ErrUnavailable says that the place where files are kept does not answer.
var ErrUnavailable = errs.NewUnavailable("blob.error.unavailable")

// keyLimit is the longest key, in bytes: what S3 and the longest path of a folder allow
// with room to spare.
const keyLimit = 512

// partLimit is the longest part of a key: a file's name may have 255 bytes.
const partLimit = 200

// checkKey lets no key out of its folder, and none be seen differently by two stores.
func checkKey(key string) error {
	if len(key) > keyLimit {
		return ErrKey
	}
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || len(part) > partLimit || part[0] == '.' || strings.ContainsFunc(part, notInKey) {
			return ErrKey
		}
	}
	return nil
}

// checkPrefix takes the beginning of a key, cut anywhere.
func checkPrefix(prefix string) error {
	if prefix == "" {
		return nil
	}
	return checkKey(strings.TrimSuffix(prefix, "/"))
}

func notInKey(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
}
