package upload

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"okno/internal/kit/blob"
	"okno/internal/kit/secret"
)

// File is a file as it came in. A multipart.File is a Body.
type File struct {
	Name string
	Size int64 // bytes
	Body io.ReaderAt
}

// Taken is a file that was checked and stored.
type Taken struct {
	Name string // cleaned
	Type Type
	Scan Scan
	Ref  blob.Ref
}

// Intake takes files in: check, scan, seal, store.
type Intake struct {
	scanner Scanner
	files   *blob.Sealed
	log     *slog.Logger
}

// NewIntake scans with s and stores in files.
func NewIntake(s Scanner, files *blob.Sealed, log *slog.Logger) *Intake {
	return &Intake{scanner: s, files: files, log: log}
}

// Files is where taken files are.
func (in *Intake) Files() *blob.Sealed { return in.files }

// Take checks a file against the rules, asks the scanner, and stores it sealed
// by key for the place. A scanner that does not answer leaves it held
// (Checking); ask Again later. Errors: Inspect's, ErrInfected, blob's.
func (in *Intake) Take(ctx context.Context, f File, rules Rules, blobKey string, key *secret.DataKey, place secret.Place) (Taken, error) {
	t, err := Inspect(f.Body, f.Name, f.Size, rules)
	if err != nil {
		return Taken{}, err
	}
	scan, err := in.scan(ctx, io.NewSectionReader(f.Body, 0, f.Size))
	if err != nil {
		return Taken{}, err
	}
	if scan == Infected {
		return Taken{}, fault(ErrInfected, f.Name)
	}
	ref, err := in.files.Save(ctx, blobKey, key, place, io.NewSectionReader(f.Body, 0, f.Size), rules.Max)
	if err != nil {
		return Taken{}, err
	}
	return Taken{Name: nameFor(f.Name, t), Type: t, Scan: scan, Ref: ref}, nil
}

// Again asks the scanner about a stored file that was held. An error says that
// it still can't be told.
func (in *Intake) Again(ctx context.Context, ref blob.Ref, key *secret.DataKey, place secret.Place) (Scan, error) {
	r, err := in.files.Load(ctx, ref, key, place)
	if err != nil {
		return Checking, err
	}
	defer func() { _ = r.Close() }()
	return in.scanner.Scan(ctx, r)
}

// scan turns a scanner that can't be asked into a held file.
func (in *Intake) scan(ctx context.Context, r io.Reader) (Scan, error) {
	scan, err := in.scanner.Scan(ctx, r)
	if err == nil {
		return scan, nil
	}
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return "", err // the sender went away
	}
	in.log.WarnContext(ctx, "file is held: the scanner does not answer", "err", err)
	return Checking, nil
}
