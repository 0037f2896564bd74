package secret

import (
	"errors"
	"io"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
)

// segmentSize bounds what a stream holds in memory and what can be read before it is
// proven: 64 KiB costs no speed against 1 MiB, and a thousand downloads take 0.1 GB.
const segmentSize = 64 << 10

func (k *DataKey) stream() (*subtle.AESGCMHKDF, error) {
	return subtle.NewAESGCMHKDF(k.file, "SHA256", KeySize, segmentSize, 0)
}

func (k *DataKey) fileData(place Place) []byte {
	return additional(header(suiteFile, k.id), place.Table, place.Column, string(k.kind), k.owner, place.Row)
}

// SealWriter gives a writer that seals a file into w. Close it, or the file is cut.
func (k *DataKey) SealWriter(place Place, w io.Writer) (io.WriteCloser, error) {
	if k == nil {
		return nil, ErrErased
	}
	stream, err := k.stream()
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(header(suiteFile, k.id)); err != nil {
		return nil, err
	}
	return stream.NewEncryptingWriter(w, k.fileData(place))
}

// OpenReader gives a reader of what SealWriter sealed. Each segment is proven before
// it is given out, but only io.EOF says that nothing is missing: what was read before
// an error must be thrown away. Errors: ErrErased, ErrDamaged, and those of r.
func (k *DataKey) OpenReader(place Place, r io.Reader) (io.Reader, error) {
	if k == nil {
		return nil, ErrErased
	}
	source := &watched{r: r}
	head := make([]byte, headerSize)
	if _, err := io.ReadFull(source, head); err != nil {
		return nil, source.fault()
	}
	if id, ok := headerID(suiteFile, head); !ok || id != k.id {
		return nil, ErrDamaged
	}
	stream, err := k.stream()
	if err != nil {
		return nil, err
	}
	plain, err := stream.NewDecryptingReader(source, k.fileData(place))
	if err != nil {
		return nil, source.fault()
	}
	return &proven{r: plain, source: source}, nil
}

// watched remembers why reading the ciphertext stopped: a lost connection is not damage.
type watched struct {
	r   io.Reader
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

func (w *watched) fault() error {
	if w.err != nil {
		return w.err
	}
	return ErrDamaged
}

// proven gives this package's errors in place of the cipher's.
type proven struct {
	r      io.Reader
	source *watched
}

func (p *proven) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, p.source.fault()
	}
	return n, err
}
