package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
)

// Folder keeps files in a folder of this machine. A key's file is ab/<key with "/"
// written "~">, where ab begins the key's SHA-256: 256 folders share the load (with
// more, most files would pay for a new folder that must last, too), and a key can be
// read off its file's name.
type Folder struct {
	root string
	// lasting are folders whose place above this process has synced.
	lasting sync.Map
}

// incoming is where files are written before they take their place.
const incoming = "incoming"

// OpenFolder makes the folder if need be.
func OpenFolder(root string) (*Folder, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(root, incoming), 0o700); err != nil {
		return nil, fmt.Errorf("folder for files: %w", err)
	}
	return &Folder{root: root}, nil
}

func (f *Folder) path(key string) string {
	sum := sha256.Sum256([]byte(key))
	return filepath.Join(f.root, hex.EncodeToString(sum[:1]), strings.ReplaceAll(key, "/", "~"))
}

// Put writes beside, syncs, and renames: a reader sees the old file or the new one.
func (f *Folder) Put(ctx context.Context, key string, r io.Reader) (int64, error) {
	if err := checkFileKey(key); err != nil {
		return 0, err
	}
	file, err := os.CreateTemp(filepath.Join(f.root, incoming), "put-*")
	if err != nil {
		return 0, folderFault(err)
	}
	size, err := fill(ctx, file, r)
	if err == nil {
		err = f.place(file.Name(), f.path(key))
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return 0, err
	}
	return size, nil
}

// checkFileKey also bounds the whole key, which is one file's name here.
func checkFileKey(key string) error {
	if len(key) > 255 {
		return ErrKey
	}
	return checkKey(key)
}

// fill copies and syncs. An error of the reader is the caller's own.
func fill(ctx context.Context, file *os.File, r io.Reader) (int64, error) {
	size, err := io.Copy(file, contextReader{ctx, r})
	if err == nil {
		err = folderFault(file.Sync())
	}
	if closing := file.Close(); err == nil {
		err = folderFault(closing)
	}
	return size, err
}

// place renames and makes that durable, with the folder that was made for it.
func (f *Folder) place(from, to string) error {
	shard := filepath.Dir(to)
	if err := os.MkdirAll(shard, 0o700); err != nil {
		return folderFault(err)
	}
	if err := os.Rename(from, to); err != nil {
		return folderFault(err)
	}
	if err := syncDir(shard); err != nil {
		return folderFault(err)
	}
	return f.settle(shard)
}

// settle syncs the entry of the shard in the folder above it, once.
func (f *Folder) settle(shard string) error {
	if _, ok := f.lasting.Load(shard); ok {
		return nil
	}
	if err := syncDir(f.root); err != nil {
		return folderFault(err)
	}
	f.lasting.Store(shard, true)
	return nil
}

// Get opens a file.
func (f *Folder) Get(_ context.Context, key string) (io.ReadCloser, error) {
	if err := checkFileKey(key); err != nil {
		return nil, err
	}
	file, err := os.Open(f.path(key))
	if err != nil {
		return nil, folderFault(err)
	}
	return file, nil
}

// Delete removes a file and makes that durable.
func (f *Folder) Delete(_ context.Context, key string) error {
	if err := checkFileKey(key); err != nil {
		return err
	}
	path := f.path(key)
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return folderFault(err)
	}
	return folderFault(syncDir(filepath.Dir(path)))
}

// Stat tells of a file.
func (f *Folder) Stat(_ context.Context, key string) (Info, error) {
	if err := checkFileKey(key); err != nil {
		return Info{}, err
	}
	info, err := os.Stat(f.path(key))
	if err != nil {
		return Info{}, folderFault(err)
	}
	return Info{Key: key, Size: info.Size(), Modified: info.ModTime().UTC()}, nil
}

// List walks all shards: sweeps and exports use it, pages never.
func (f *Folder) List(ctx context.Context, prefix string, each func(Info) error) error {
	if err := checkPrefix(prefix); err != nil {
		return err
	}
	paths, err := filepath.Glob(filepath.Join(globEscape(f.root), "??", strings.ReplaceAll(prefix, "/", "~")+"*"))
	if err != nil {
		return err
	}
	keys := make([]string, len(paths))
	for i, path := range paths {
		keys[i] = strings.ReplaceAll(filepath.Base(path), "~", "/")
	}
	sort.Strings(keys)
	for _, key := range keys {
		if err := ctx.Err(); err != nil {
			return err
		}
		info, err := f.Stat(ctx, key)
		if errors.Is(err, ErrNone) {
			continue // deleted meanwhile
		}
		if err != nil {
			return err
		}
		if err := each(info); err != nil {
			return err
		}
	}
	return nil
}

func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Ping writes and removes a small file: a full or read-only disk is seen here first.
func (f *Folder) Ping(context.Context) error {
	file, err := os.CreateTemp(filepath.Join(f.root, incoming), "ping-*")
	if err != nil {
		return folderFault(err)
	}
	_, err = file.WriteString("ping")
	if closing := file.Close(); err == nil {
		err = closing
	}
	if removing := os.Remove(file.Name()); err == nil {
		err = removing
	}
	return folderFault(err)
}

func folderFault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return ErrNone
	}
	return ErrUnavailable.Wrap(err)
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	err = dir.Sync()
	if closing := dir.Close(); err == nil {
		err = closing
	}
	return err
}

// contextReader stops a copy when its request ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
