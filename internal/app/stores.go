package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"okno/internal/kit/blob"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// stores are what outlives the process.
type stores struct {
	db     *db.DB
	keys   *db.DB
	blobs  blob.Store
	keyset *secret.Keyset
	sealer *secret.Sealer
}

// openStores opens databases, files and keys. Without create a keyset that is
// missing is an error: a new one could not open old data.
func openStores(ctx context.Context, c Config, clk clock.Clock, create bool) (*stores, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	keyset, err := openKeyset(ctx, c, clk, create)
	if err != nil {
		return nil, err
	}
	s := &stores{keyset: keyset}
	if s.blobs, err = openBlobs(c.Blobs.Reveal()); err != nil {
		return nil, err
	}
	if s.db, err = openDatabase(ctx, "database", c.Database.Reveal(), create, db.Options{Clock: clk}); err != nil {
		return nil, err
	}
	if s.keys, err = openDatabase(ctx, "keys_database", c.KeysDatabase.Reveal(), create, db.Options{Clock: clk, MaxConns: 8}); err != nil {
		_ = s.db.Close()
		return nil, err
	}
	s.sealer = secret.NewSealer(keyset, s.keys)
	return s, nil
}

// openDatabase makes the folder of an SQLite file where the first start may; else a
// folder that is not there is more likely a disk that is not mounted.
func openDatabase(ctx context.Context, setting, address string, create bool, o db.Options) (*db.DB, error) {
	if path := db.SQLitePath(address); path != "" {
		folder := filepath.Dir(path)
		if create {
			if err := os.MkdirAll(folder, 0o700); err != nil {
				return nil, fmt.Errorf("%s: %w", setting, err)
			}
		} else if _, err := os.Stat(folder); err != nil {
			return nil, fmt.Errorf("%s: folder %s is not there: mount its disk, or make it", setting, folder)
		}
	}
	d, err := db.Open(ctx, address, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", setting, err)
	}
	return d, nil
}

// openKeyset makes the keyset at the very first start only: when neither it nor
// a database stands.
func openKeyset(ctx context.Context, c Config, clk clock.Clock, create bool) (*secret.Keyset, error) {
	if _, err := os.Stat(c.Keyset); errors.Is(err, fs.ErrNotExist) {
		if !create {
			return nil, fmt.Errorf("keyset %s is not there: run okno migrate at the first start, or bring the file back from where its copy is kept", c.Keyset)
		}
		if err := os.MkdirAll(filepath.Dir(c.Keyset), 0o700); err != nil {
			return nil, fmt.Errorf("keyset: %w", err)
		}
		if err := secret.CreateKeyset(c.Keyset, clk.Now()); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("keyset: %w", err)
		}
	}
	return secret.OpenKeyset(ctx, secret.File(c.Keyset))
}

func openBlobs(address string) (blob.Store, error) {
	if path, ok := strings.CutPrefix(address, "folder:"); ok {
		return blob.OpenFolder(path)
	}
	u, err := url.Parse(address)
	if err != nil || u.User == nil || strings.Trim(u.Path, "/") == "" {
		return nil, errors.New("blobs must be s3://KEY:SECRET@HOST/BUCKET?region=R&tls=off")
	}
	password, _ := u.User.Password()
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	return blob.OpenS3(blob.S3Config{
		Endpoint: u.Host, Bucket: bucket, Prefix: prefix, Region: u.Query().Get("region"),
		AccessKey: u.User.Username(), SecretKey: secret.NewString(password), Plain: u.Query().Get("tls") == "off",
	})
}

func (s *stores) close() {
	_ = s.db.Close()
	_ = s.keys.Close()
}
