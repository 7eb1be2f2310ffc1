// Package blob keeps the bytes of attachments, on disk or in an S3-compatible
// object store, and decides how they may be shown. It knows nothing of
// tickets: who may read a blob, its file name and its size limit are the
// caller's affair.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"path/filepath"
	"time"
)

var (
	// ErrNotFound is returned by [Store.Open] for a key that holds nothing.
	ErrNotFound = errors.New("blob: not found")
	// ErrExists is returned by [Store.Put] for a key that is already used.
	ErrExists = errors.New("blob: key already used")
	// ErrKey is returned for a key that [NewKey] could not have made.
	ErrKey = errors.New("blob: invalid key")
)

// abandonedAfter is how old an unfinished upload must be before [Open] takes
// it for the leftover of a crash. Uploads by other processes may be running.
const abandonedAfter = 24 * time.Hour

// Store holds write-once blobs under keys made by [NewKey], never under names
// that a sender chose. It is safe for concurrent use, also by several
// processes.
type Store interface {
	// Put stores all of r under a fresh key and returns when the bytes are
	// durable. It streams: memory does not grow with the size. Either the
	// whole blob becomes visible or, on any error (of r, of ctx, of the
	// storage), nothing. Errors of r are wrapped. ErrKey and ErrExists
	// are reported before r is read; the latter guards against reusing a key
	// by mistake, not against two Puts of one key at the same moment.
	Put(ctx context.Context, key string, r io.Reader) (Info, error)

	// Open returns the blob for reading; the caller closes it. ctx must
	// stay alive until then. A key that is absent or malformed is
	// ErrNotFound.
	Open(ctx context.Context, key string) (Reader, error)

	// Delete removes a blob. An absent one is no error.
	Delete(ctx context.Context, key string) error

	// Keys lists, in no particular order, the blobs stored before an
	// instant. It exists so that blobs whose row was never committed can be
	// swept. After an error the listing ends.
	Keys(ctx context.Context, before time.Time) iter.Seq2[string, error]
}

// Info describes stored bytes.
type Info struct {
	Size   int64  // bytes
	SHA256 string // lower-case hexadecimal
}

// Reader reads a blob and can stand in for a file in [net/http.ServeContent].
// Seeking before the start is an error; seeking past the end may be.
type Reader interface {
	io.ReadSeekCloser
	Size() int64 // bytes
}

// Open opens the store that a URL names and removes uploads that a crash
// left unfinished more than a day ago.
//
//	""             the folder blobs in dataDir
//	file:///dir    a folder, created when absent
//	s3://ACCESS:SECRET@host:port/bucket?region=R&tls=off&prefix=P
//
// The parts of the s3 form are percent-encoded. Without ACCESS:SECRET the
// variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY count. The region is
// us-east-1 and tls is on unless said otherwise. The bucket must exist and
// allow reading, writing, deleting and listing. No error contains the secret.
func Open(ctx context.Context, rawURL, dataDir string) (Store, error) {
	if rawURL == "" {
		if dataDir == "" {
			return nil, errors.New("blob: no data directory")
		}
		return openDisk(filepath.Join(dataDir, "blobs"))
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		// The cause quotes the URL, and with it the secret.
		return nil, errors.New("blob: malformed URL (percent-encode / @ : + ? # in access key and secret)")
	}
	switch u.Scheme {
	case "file":
		if u.Host != "" || !filepath.IsAbs(u.Path) || u.RawQuery != "" {
			return nil, errors.New("blob: a file URL has the form file:///absolute/path")
		}
		return openDisk(filepath.FromSlash(u.Path))
	case "s3":
		cfg, err := parseS3(u)
		if err != nil {
			return nil, err
		}
		return openS3(ctx, cfg)
	default:
		return nil, fmt.Errorf("blob: unknown URL scheme %q, want file or s3", u.Scheme)
	}
}
