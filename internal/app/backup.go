package app

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"okno/internal/kit/blob"
	"okno/internal/kit/db"
)

// A backup is a tar, encrypted with age, of the database as of one instant and
// of the sealed files. The wrapped keys are backed up apart (KeysOnly) and kept
// for at most 30 days, the keyset never: whoever held all three could read all.

// manifest is the first file of a backup.
type manifest struct {
	Format  int       `json:"format"`
	Engine  db.Engine `json:"engine"`
	Keys    bool      `json:"keys"`
	Created time.Time `json:"created"`
	// Keyless: not one key had been made, so that nothing in the backup is sealed.
	Keyless bool `json:"keyless,omitempty"`
}

const backupFormat = 1

// backup writes a backup of the stores to out.
func backup(ctx context.Context, s *stores, out io.Writer, to []age.Recipient, keysOnly bool, now time.Time) error {
	enc, err := age.Encrypt(out, to...)
	if err != nil {
		return fmt.Errorf("encrypt backup: %w", err)
	}
	t := tar.NewWriter(enc)
	d := s.db
	if keysOnly {
		d = s.keys
	}
	dir, err := os.MkdirTemp("", "okno-backup-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	files, err := d.Dump(ctx, dir)
	if err != nil {
		return fmt.Errorf("back up database: %w", err)
	}
	m := manifest{Format: backupFormat, Engine: d.Engine(), Keys: keysOnly, Created: now}
	if m.Keyless, err = s.sealer.Empty(ctx); err != nil { // after the dump: a key stands before what it seals
		return fmt.Errorf("look for keys: %w", err)
	}
	if err := addDatabase(t, m, dir, files); err != nil {
		return fmt.Errorf("back up database: %w", err)
	}
	if !keysOnly {
		if err := dumpBlobs(ctx, s.blobs, t); err != nil {
			return fmt.Errorf("back up files: %w", err)
		}
	}
	return errors.Join(t.Close(), enc.Close())
}

func addFile(t *tar.Writer, name string, size int64, r io.Reader) error {
	if err := t.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: size, Typeflag: tar.TypeReg}); err != nil {
		return err
	}
	_, err := io.Copy(t, r)
	return err
}

// addDatabase adds the manifest, and the files of the dump.
func addDatabase(t *tar.Writer, m manifest, dir string, files []string) error {
	head, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := addFile(t, "manifest.json", int64(len(head)), strings.NewReader(string(head))); err != nil {
		return err
	}
	for _, name := range files {
		if err := addPath(t, path.Join("database", name), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

func addPath(t *tar.Writer, name, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	return addFile(t, name, st.Size(), f)
}

// dumpBlobs copies the sealed files. One that is deleted meanwhile belongs to
// nothing in the dump any more.
func dumpBlobs(ctx context.Context, s blob.Store, t *tar.Writer) error {
	return s.List(ctx, "", func(i blob.Info) error {
		r, err := s.Get(ctx, i.Key)
		if errors.Is(err, blob.ErrNone) {
			return nil
		}
		if err != nil {
			return err
		}
		defer func() { _ = r.Close() }()
		return addFile(t, path.Join("blobs", i.Key), i.Size, r)
	})
}

// restore reads a backup into empty stores whose schema is up to date.
func restore(ctx context.Context, s *stores, in io.Reader, with []age.Identity, keysOnly bool) error {
	dec, err := age.Decrypt(in, with...)
	if err != nil {
		return fmt.Errorf("decrypt backup: %w", err)
	}
	t := tar.NewReader(dec)
	d := s.db
	if keysOnly {
		d = s.keys
	}
	m, err := readManifest(t, d.Engine(), keysOnly)
	if err != nil {
		return err
	}
	if err := checkKeys(ctx, s, m); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "okno-restore-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := unpack(ctx, t, dir, s.blobs); err != nil {
		return err
	}
	if err := d.Load(ctx, dir); err != nil {
		return fmt.Errorf("restore database: %w", err)
	}
	return nil
}

// checkKeys wants the keys before the data: without them nothing opens, and whoever
// was deleted since the backup is not known. Data that came first would take the
// place of the keys, too, as the portal makes one for itself. A backup from before
// the first key needs none: it holds nobody.
func checkKeys(ctx context.Context, s *stores, m manifest) error {
	if m.Keys || m.Keyless {
		return nil
	}
	empty, err := s.sealer.Empty(ctx)
	if err == nil && empty {
		err = errors.New("the wrapped keys are not there: restore them first, with --keys; the deletions to replay are among them")
	}
	return err
}

func readManifest(t *tar.Reader, e db.Engine, keysOnly bool) (m manifest, err error) {
	h, err := t.Next()
	if err != nil || h.Name != "manifest.json" {
		return m, errors.New("this is no backup of the portal")
	}
	if err := json.NewDecoder(io.LimitReader(t, 4096)).Decode(&m); err != nil {
		return m, fmt.Errorf("manifest: %w", err)
	}
	switch {
	case m.Format != backupFormat:
		err = fmt.Errorf("format %d of the backup is not known to this version", m.Format)
	case m.Engine != e:
		err = fmt.Errorf("the backup is of %s, the database is %s", m.Engine, e)
	case m.Keys != keysOnly:
		err = errors.New("backups of keys are restored with --keys, others without")
	}
	return m, err
}

func unpack(ctx context.Context, t *tar.Reader, dir string, blobs blob.Store) error {
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read backup: %w", err)
		}
		folder, name, _ := strings.Cut(h.Name, "/")
		switch folder {
		case "database":
			if err := writeFile(filepath.Join(dir, filepath.Base(name)), t); err != nil {
				return err
			}
		case "blobs":
			if _, err := blobs.Put(ctx, name, t); err != nil {
				return fmt.Errorf("restore files: %w", err)
			}
		default:
			return fmt.Errorf("backup holds an unknown part %q", folder)
		}
	}
}

func writeFile(name string, r io.Reader) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}
