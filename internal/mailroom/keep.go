package mailroom

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"

	"storedesk/internal/blob"
)

// maxShort is up to which size, in bytes, a message is kept in the database: it becomes
// durable with the rows of all that arrive at the same time, where a file of its own costs
// two flushes of the disk. Longer ones would make the database and its log grow.
const maxShort = 64 << 10

// Kept is a message whose bytes are here and that is in no ledger yet.
type Kept struct {
	short  []byte // all of it, when key is ""
	key    string
	size   int64
	sha256 string
}

// SHA256 is the lower-case hex hash of the bytes as they came.
func (k *Kept) SHA256() string { return k.sha256 }

// Size is the number of bytes as they are kept.
func (k *Kept) Size() int64 { return k.size }

// Keep reads a message and keeps it with trace, header fields of our own that end in CRLF,
// in front. It streams: memory does not grow with the size. Errors: ErrTooLarge, those of
// body, those of the blob store.
func (s *Service) Keep(ctx context.Context, trace string, body io.Reader) (*Kept, error) {
	sum := sha256.New()
	rest := io.TeeReader(&capped{r: body, left: s.Limit()}, sum)
	start := bytes.NewBuffer(append(make([]byte, 0, 16<<10), trace...))
	if _, err := io.CopyN(start, rest, maxShort-int64(len(trace))+1); err != nil && err != io.EOF {
		return nil, fmt.Errorf("reading a message: %w", err)
	}
	k := &Kept{short: start.Bytes(), size: int64(start.Len())}
	if start.Len() > maxShort {
		k.short, k.key = nil, blob.NewKey()
		info, err := s.Blobs.Put(ctx, k.key, io.MultiReader(start, rest))
		if err != nil {
			return nil, fmt.Errorf("keeping a message: %w", err)
		}
		k.size = info.Size
	}
	k.sha256 = hex.EncodeToString(sum.Sum(nil))
	return k, nil
}

// copyOf keeps the bytes a second time, for another store: each deletes its own.
func (s *Service) copyOf(ctx context.Context, k *Kept) (*Kept, error) {
	if k.key == "" {
		return k, nil
	}
	r, err := s.Blobs.Open(ctx, k.key)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	again := &Kept{key: blob.NewKey(), size: k.size, sha256: k.sha256}
	_, err = s.Blobs.Put(ctx, again.key, r)
	return again, err
}

// drop deletes bytes that no row points to. What cannot be deleted stays, harmless.
func (s *Service) drop(ctx context.Context, key string) {
	if key == "" {
		return
	}
	if err := s.Blobs.Delete(context.WithoutCancel(ctx), key); err != nil {
		slog.WarnContext(ctx, "deleting the bytes of a message", slog.String("key", key), slog.Any("error", err))
	}
}

// capped reads until ErrTooLarge.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}
