package secret

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// fileMode is what a keyset file must have: nobody but its owner reads it.
const fileMode = 0o600

// lockSuffix names the file in which a new keyset is written: there can be only one,
// so two changes at once can't lose each other's keys.
const lockSuffix = ".new"

// File is a keyset file. Whoever has it and a database reads everything; who loses it
// loses everything: keep a copy elsewhere, apart from the database's backups.
type File string

// CreateKeyset writes a new keyset file, mode 0600, and never over an existing one.
func CreateKeyset(path string, now time.Time) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("keyset %s: %w", path, fs.ErrExist)
	}
	return writeKeyset(path, func() (*Material, error) { return NewMaterial(now), nil })
}

// Material reads the file. A file that others can read is refused.
func (f File) Material(context.Context) (*Material, error) {
	info, err := os.Stat(string(f))
	if err != nil {
		return nil, fmt.Errorf("keyset: %w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("keyset %s can be read by others (mode %#o): run chmod 600", f, info.Mode().Perm())
	}
	raw, err := os.ReadFile(string(f))
	if err != nil {
		return nil, fmt.Errorf("keyset: %w", err)
	}
	return ParseMaterial(raw)
}

// Change rewrites the file: the old one or the new one is there at any moment.
func (f File) Change(ctx context.Context, change func(*Material) error) (*Material, error) {
	var changed *Material
	err := writeKeyset(string(f), func() (m *Material, err error) {
		if m, err = f.Material(ctx); err != nil {
			return nil, err
		}
		changed = m
		return m, change(m)
	})
	return changed, err
}

func writeKeyset(path string, produce func() (*Material, error)) error {
	fresh, err := os.OpenFile(path+lockSuffix, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keyset: another change is under way; if none is, one was cut short: remove %s", path+lockSuffix)
	}
	if err != nil {
		return fmt.Errorf("keyset: %w", err)
	}
	err = writeMaterial(fresh, produce)
	if closing := fresh.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(fresh.Name(), path)
	}
	if err != nil {
		_ = os.Remove(fresh.Name())
		return err
	}
	return syncDir(filepath.Dir(path))
}

func writeMaterial(file *os.File, produce func() (*Material, error)) error {
	m, err := produce()
	if err != nil {
		return err
	}
	if err := m.check(); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if _, err := file.Write(append(raw, '\n')); err != nil {
		return err
	}
	return file.Sync()
}

// syncDir makes a rename durable.
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
