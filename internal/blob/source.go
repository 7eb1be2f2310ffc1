package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
)

// source reads the bytes to store, counts and hashes them, and stops when
// its context ends.
//
// Its errors are wrapped and stay: code that compares with
// io.ErrUnexpectedEOF (minio-go does) would otherwise take a request body
// that broke off for one that ended, and store half a blob.
type source struct {
	ctx  context.Context
	r    io.Reader
	sum  hash.Hash
	size int64
	err  error
}

func newSource(ctx context.Context, r io.Reader) *source {
	return &source{ctx: ctx, r: r, sum: sha256.New()}
}

func (s *source) Read(p []byte) (int, error) {
	if s.err == nil {
		s.err = s.ctx.Err()
	}
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	s.size += int64(n)
	s.sum.Write(p[:n])
	switch {
	case err == io.EOF:
		s.err = err
	case err != nil:
		s.err = fmt.Errorf("reading the bytes to store: %w", err)
	}
	return n, s.err
}

// info is what was read so far.
func (s *source) info() Info {
	return Info{Size: s.size, SHA256: hex.EncodeToString(s.sum.Sum(nil))}
}
