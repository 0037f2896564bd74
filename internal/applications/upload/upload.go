// Package upload checks files that people send: what they are by their own
// bytes, whether they are whole, and what a scanner says of them. It keeps
// nothing in a table: draft and cases do. A file whose scanner is down is held,
// never passed.
package upload

import (
	"context"
	"io"

	"okno/internal/kit/errs"
)

// Type is a sort of file, named as in service files: pdf, jpg, png …
type Type string

// Scan is what is known of a file's harmlessness.
type Scan string

// What a scan says.
const (
	Clean     Scan = "clean"
	Unscanned Scan = "unscanned" // no scanner is configured
	Checking  Scan = "checking"  // held: the scanner does not answer yet
	Infected  Scan = "infected"
)

// Passes reports whether the file may be shown and passed on.
func (s Scan) Passes() bool { return s == Clean || s == Unscanned }

// Scanner looks for malware. An error says that it could not be asked: the
// file stays held (Checking) and is asked about again.
type Scanner interface {
	Scan(ctx context.Context, r io.Reader) (Scan, error)
}

// Errors; each text names the file and says how to mend it. Args: Name, and
// Types or Max (megabytes).
var (
	ErrEmpty    = errs.NewInvalid("applications.upload.empty")
	ErrTooLarge = errs.NewInvalid("applications.upload.too_large")
	ErrType     = errs.NewInvalid("applications.upload.type")
	ErrRenamed  = errs.NewInvalid("applications.upload.renamed")
	ErrCut      = errs.NewInvalid("applications.upload.cut")
	ErrInfected = errs.NewInvalid("applications.upload.infected")
)

// HeadSize and TailSize are how many bytes of a file's beginning and end the
// checks want to see.
const (
	HeadSize = 4096
	TailSize = 66 << 10
)
