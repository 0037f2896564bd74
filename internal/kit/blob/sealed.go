package blob

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"hash"
	"io"

	"okno/internal/kit/errs"
	"okno/internal/kit/secret"
)

// Sealed saves and loads files sealed by their owner's data key.
type Sealed struct {
	store Store
}

// Ref is what a room keeps of a saved file, in its own row.
type Ref struct {
	Key    string
	Size   int64             // bytes of the plain file
	SHA256 [sha256.Size]byte // of the plain file
}

// ErrTooLarge says that a file is larger than the limit; its argument is LimitMB.
var ErrTooLarge = errs.NewInvalid("blob.error.too_large")

// NewSealed seals what it keeps in the store.
func NewSealed(store Store) *Sealed { return &Sealed{store: store} }

// Store is the store of sealed bytes: for Delete, List and Ping.
func (s *Sealed) Store() Store { return s.store }

// Save seals at most limit bytes of r under the blob's key. Nothing is kept of a larger
// file. Errors: ErrTooLarge, ErrUnavailable, secret.ErrErased, those of r.
func (s *Sealed) Save(ctx context.Context, blobKey string, key *secret.DataKey, place secret.Place, r io.Reader, limit int64) (Ref, error) {
	plain := &measured{r: r, sum: sha256.New(), limit: limit}
	sealed, end := pipe(key, place, plain)
	_, err := s.store.Put(ctx, blobKey, sealed)
	end()
	if err != nil {
		return Ref{}, err
	}
	ref := Ref{Key: blobKey, Size: plain.size}
	plain.sum.Sum(ref.SHA256[:0])
	return ref, nil
}

// pipe gives a reader of the sealed form of r; end waits for the sealing to stop.
func pipe(key *secret.DataKey, place secret.Place, r io.Reader) (sealed io.Reader, end func()) {
	out, in := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		in.CloseWithError(sealInto(key, place, in, r))
	}()
	return out, func() {
		_ = out.Close()
		<-done
	}
}

func sealInto(key *secret.DataKey, place secret.Place, w io.Writer, r io.Reader) error {
	sealing, err := key.SealWriter(place, w)
	if err != nil {
		return err
	}
	if _, err := io.Copy(sealing, r); err != nil {
		return err // not closed: what is cut must not look whole
	}
	return sealing.Close()
}

// Load opens a saved file; close it. Bytes are proven piece by piece, and the end by
// size and SHA-256: only io.EOF says that the file is the one that was saved. Errors:
// ErrNone, ErrUnavailable, secret.ErrErased, secret.ErrDamaged (also while reading).
func (s *Sealed) Load(ctx context.Context, ref Ref, key *secret.DataKey, place secret.Place) (io.ReadCloser, error) {
	if key == nil {
		return nil, secret.ErrErased
	}
	sealed, err := s.store.Get(ctx, ref.Key)
	if err != nil {
		return nil, err
	}
	plain, err := key.OpenReader(place, sealed)
	if err != nil {
		_ = sealed.Close()
		return nil, fmt.Errorf("file %s: %w", ref.Key, err)
	}
	return &checked{plain: measured{r: plain, sum: sha256.New(), limit: ref.Size}, ref: ref, Closer: sealed}, nil
}

// measured counts and hashes what is read and stops above the limit.
type measured struct {
	r     io.Reader
	sum   hash.Hash
	size  int64
	limit int64
}

func (m *measured) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	m.size += int64(n)
	if m.size > m.limit {
		tooLarge := *ErrTooLarge
		tooLarge.Args = []any{"LimitMB", m.limit >> 20}
		return 0, &tooLarge
	}
	m.sum.Write(p[:n])
	return n, err
}

// checked holds a loaded file against its Ref.
type checked struct {
	plain measured
	ref   Ref
	io.Closer
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.plain.Read(p)
	switch {
	case errors.Is(err, io.EOF) && !c.whole(), errors.Is(err, ErrTooLarge):
		return 0, fmt.Errorf("file %s: %w", c.ref.Key, secret.ErrDamaged)
	case err != nil && !errors.Is(err, io.EOF):
		return n, fmt.Errorf("file %s: %w", c.ref.Key, err)
	}
	return n, err
}

func (c *checked) whole() bool {
	return c.plain.size == c.ref.Size && subtle.ConstantTimeCompare(c.plain.sum.Sum(nil), c.ref.SHA256[:]) == 1
}
