package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
)

const (
	// smallBlob is what goes in one request; it is read into memory first.
	smallBlob = 1 << 20
	// partSize is what one upload of a larger blob holds in memory: the
	// least that S3 allows. With its 10,000 parts a blob may have 48 GiB.
	partSize = 5 << 20
	// openTimeout bounds the first talk with the server at start.
	openTimeout = 15 * time.Second
)

// s3 keeps each blob in the object prefix + key. A bucket with versioning
// keeps deleted blobs: a lifecycle rule of the bucket must end them.
type s3 struct {
	client *minio.Client
	bucket string
	prefix string
}

func openS3(ctx context.Context, cfg s3Config) (*s3, error) {
	client, err := minio.New(cfg.endpoint, &minio.Options{
		Creds:        cfg.creds,
		Secure:       cfg.tls,
		Region:       cfg.region, // both set, or the client asks the network
		BucketLookup: minio.BucketLookupPath,
	})
	if err != nil {
		return nil, fmt.Errorf("blob: s3 client: %w", err)
	}
	s := &s3{client: client, bucket: cfg.bucket, prefix: cfg.prefix}
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	found, err := client.BucketExists(ctx, s.bucket)
	if err != nil {
		return nil, fmt.Errorf("blob: reaching bucket %s at %s: %w", s.bucket, cfg.endpoint, err)
	}
	if !found {
		return nil, fmt.Errorf("blob: no bucket %s at %s", s.bucket, cfg.endpoint)
	}
	if err := s.sweep(ctx, time.Now().Add(-abandonedAfter)); err != nil {
		slog.WarnContext(ctx, "blob: cleaning unfinished uploads", slog.String("bucket", s.bucket), slog.Any("error", err))
	}
	return s, nil
}

func (s *s3) Put(ctx context.Context, key string, r io.Reader) (Info, error) {
	if err := checkKey(key); err != nil {
		return Info{}, err
	}
	// Not If-None-Match: some servers refuse it, and a retry after a lost
	// answer would take our own object for another's.
	switch _, err := s.client.StatObject(ctx, s.bucket, s.name(key), minio.StatObjectOptions{}); {
	case err == nil:
		return Info{}, fmt.Errorf("%w: %s", ErrExists, key)
	case !isCode(err, minio.NoSuchKey):
		return Info{}, fmt.Errorf("looking for blob %s: %w", key, err)
	}
	src := newSource(ctx, r)
	if err := s.upload(ctx, s.name(key), src); err != nil {
		return Info{}, fmt.Errorf("storing blob %s: %w", key, err)
	}
	return src.info(), nil
}

// upload sends a small blob in one request and a larger one in parts, which
// the client aborts when one fails.
func (s *s3) upload(ctx context.Context, name string, src *source) error {
	opts := minio.PutObjectOptions{
		ContentType: opaque,
		PartSize:    partSize,
		// A signed digest in the header instead of signed chunks in the body:
		// every server checks the former, some store the latter as it comes.
		SendContentMd5:       true,
		DisableContentSha256: true,
	}
	var head bytes.Buffer
	n, err := io.CopyN(&head, src, smallBlob)
	switch {
	case err == io.EOF:
		_, err = s.client.PutObject(ctx, s.bucket, name, bytes.NewReader(head.Bytes()), n, opts)
	case err == nil:
		_, err = s.client.PutObject(ctx, s.bucket, name, io.MultiReader(&head, src), -1, opts)
	}
	return err
}

func (s *s3) Open(ctx context.Context, key string) (Reader, error) {
	if err := checkKey(key); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	obj, err := s.client.GetObject(ctx, s.bucket, s.name(key), minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("opening blob %s: %w", key, err)
	}
	st, err := obj.Stat()
	if err == nil {
		return &sized{obj, st.Size}, nil
	}
	_ = obj.Close() // nothing was read
	if isCode(err, minio.NoSuchKey) {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, key)
	}
	return nil, fmt.Errorf("opening blob %s: %w", key, err)
}

func (s *s3) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	err := s.client.RemoveObject(ctx, s.bucket, s.name(key), minio.RemoveObjectOptions{})
	if err != nil && !isCode(err, minio.NoSuchKey) {
		return fmt.Errorf("deleting blob %s: %w", key, err)
	}
	return nil
}

func (s *s3) Keys(ctx context.Context, before time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		opts := minio.ListObjectsOptions{Prefix: s.prefix, Recursive: true}
		for obj := range s.client.ListObjectsIter(ctx, s.bucket, opts) {
			if obj.Err != nil {
				yield("", fmt.Errorf("listing blobs: %w", obj.Err))
				return
			}
			key, ours := s.key(obj.Key)
			if ours && obj.LastModified.Before(before) && !yield(key, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield("", fmt.Errorf("listing blobs: %w", err))
		}
	}
}

// sweep aborts uploads in parts that began before an instant. MinIO does not
// list them, but ends them by itself after a day.
func (s *s3) sweep(ctx context.Context, before time.Time) error {
	var failed error
	for up := range s.client.ListIncompleteUploads(ctx, s.bucket, s.prefix, true) {
		if isCode(up.Err, minio.NoSuchUpload) {
			break // some servers say so where there is nothing to list
		}
		if up.Err != nil {
			return errors.Join(failed, up.Err)
		}
		if _, ours := s.key(up.Key); ours && up.Initiated.Before(before) {
			err := s.client.RemoveIncompleteUpload(ctx, s.bucket, up.Key)
			if !isCode(err, minio.NoSuchUpload) { // another process was quicker
				failed = errors.Join(failed, err)
			}
		}
	}
	return failed
}

func (s *s3) name(key string) string { return s.prefix + key }

// key is false for objects of others in the same bucket.
func (s *s3) key(name string) (string, bool) {
	key, ok := strings.CutPrefix(name, s.prefix)
	return key, ok && validKey(key)
}

func isCode(err error, code string) bool {
	return err != nil && minio.ToErrorResponse(err).Code == code
}
