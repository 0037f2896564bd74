package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"okno/internal/kit/secret"
)

// S3Config says where a bucket is. The bucket must exist.
type S3Config struct {
	Endpoint  string // host:port, without a scheme
	Bucket    string
	Prefix    string // put before every key, such as "okno/"; may be empty
	Region    string
	AccessKey string
	SecretKey secret.String
	Plain     bool // HTTP without TLS, for a server on the same machine
	// Transport replaces the HTTP transport; nil is the library's own.
	Transport http.RoundTripper
}

// S3 keeps files in a bucket.
type S3 struct {
	client *minio.Client
	bucket string
	prefix string
}

// partSize is how much of a file of unknown length is held in memory to be sent, in bytes.
const partSize = 5 << 20

// OpenS3 makes a client; it calls nobody until it is used. See Ping.
func OpenS3(c S3Config) (*S3, error) {
	client, err := minio.New(c.Endpoint, &minio.Options{
		Creds:        credentials.NewStaticV4(c.AccessKey, c.SecretKey.Reveal(), ""),
		Secure:       !c.Plain,
		Region:       c.Region,
		BucketLookup: minio.BucketLookupPath,
		Transport:    c.Transport,
	})
	if err != nil {
		return nil, err
	}
	return &S3{client: client, bucket: c.Bucket, prefix: c.Prefix}, nil
}

// Put sends a file; one cut short by an error of the reader never takes its place.
func (s *S3) Put(ctx context.Context, key string, r io.Reader) (int64, error) {
	if err := checkKey(key); err != nil {
		return 0, err
	}
	source := &watched{r: contextReader{ctx, r}}
	body, size := beginning(source)
	if source.err != nil {
		return 0, source.err
	}
	info, err := s.client.PutObject(ctx, s.bucket, s.prefix+key, body, size, minio.PutObjectOptions{
		PartSize: partSize, ContentType: "application/octet-stream",
	})
	if source.err != nil {
		return 0, source.err
	}
	if err != nil {
		return 0, s3Fault(ctx, err)
	}
	return info.Size, nil
}

// beginning reads as much as one part, to know the size of a file that is no larger
// (most are, and are then sent in one request); -1 is the size of a larger one.
func beginning(r io.Reader) (io.Reader, int64) {
	var head bytes.Buffer
	size, err := io.CopyN(&head, r, partSize)
	if err != nil {
		return bytes.NewReader(head.Bytes()), size
	}
	return io.MultiReader(&head, r), -1
}

// Get opens a file, asking first whether it is there.
func (s *S3) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	object, err := s.client.GetObject(ctx, s.bucket, s.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, s3Fault(ctx, err)
	}
	if _, err := object.Stat(); err != nil {
		_ = object.Close()
		return nil, s3Fault(ctx, err)
	}
	return object, nil
}

// Delete removes a file.
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	err := s3Fault(ctx, s.client.RemoveObject(ctx, s.bucket, s.prefix+key, minio.RemoveObjectOptions{}))
	if errors.Is(err, ErrNone) {
		return nil
	}
	return err
}

// Stat tells of a file.
func (s *S3) Stat(ctx context.Context, key string) (Info, error) {
	if err := checkKey(key); err != nil {
		return Info{}, err
	}
	info, err := s.client.StatObject(ctx, s.bucket, s.prefix+key, minio.StatObjectOptions{})
	if err != nil {
		return Info{}, s3Fault(ctx, err)
	}
	return Info{Key: key, Size: info.Size, Modified: info.LastModified.UTC()}, nil
}

// List pages through the bucket.
func (s *S3) List(ctx context.Context, prefix string, each func(Info) error) error {
	if err := checkPrefix(prefix); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	for object := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix + prefix, Recursive: true}) {
		if object.Err != nil {
			return s3Fault(ctx, object.Err)
		}
		info := Info{Key: object.Key[len(s.prefix):], Size: object.Size, Modified: object.LastModified.UTC()}
		if err := each(info); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Ping asks for the bucket.
func (s *S3) Ping(ctx context.Context) error {
	found, err := s.client.BucketExists(ctx, s.bucket)
	if err != nil {
		return s3Fault(ctx, err)
	}
	if !found {
		return ErrUnavailable.Wrap(errors.New("no such bucket"))
	}
	return nil
}

// s3Fault tells a missing file from a missing service; a cancelled request stays one.
func s3Fault(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return ErrNone
	}
	return ErrUnavailable.Wrap(err)
}

// watched remembers the reader's own error, which the client would wrap.
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
