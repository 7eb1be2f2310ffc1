package mailroom

import (
	"bytes"
	"context"
	"errors"
	"io"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
)

// List walks one page of a store's ledger.
func (s *Service) List(ctx context.Context, st *desk.Store, f *desk.MailFilter, p desk.Page) ([]*desk.Mail, bool, error) {
	return s.DB.ListMails(ctx, st, f, p)
}

// Get returns a row of a store's ledger, or desk.ErrNotFound.
func (s *Service) Get(ctx context.Context, st *desk.Store, id int64) (*desk.Mail, error) {
	return s.DB.Mail(ctx, st, id)
}

// Raw opens the bytes of a message; the caller closes them. desk.NotFound when they were
// deleted, as those of mail that nobody released.
func (s *Service) Raw(ctx context.Context, st *desk.Store, m *desk.Mail) (Original, error) {
	if m.BlobKey == "" {
		raw, err := s.DB.MailRaw(ctx, st, m.ID)
		if err != nil {
			return nil, gone(err)
		}
		return short{bytes.NewReader(raw)}, nil
	}
	r, err := s.Blobs.Open(ctx, m.BlobKey)
	if err != nil {
		return nil, gone(err)
	}
	return &long{Reader: r}, nil
}

func gone(err error) error {
	if errors.Is(err, desk.ErrNotFound) || errors.Is(err, blob.ErrNotFound) {
		return &desk.Error{Code: desk.NotFound, Message: "The message's bytes were deleted.", Err: err}
	}
	return err
}

// Original is a message as it is kept. Its reads at a place must not be made at once by
// several goroutines.
type Original interface {
	io.Reader
	io.ReaderAt
	io.Closer
	Size() int64 // bytes
}

type short struct{ *bytes.Reader }

func (short) Close() error { return nil }

// long reads a blob at a place by seeking there.
type long struct{ blob.Reader }

func (l *long) ReadAt(p []byte, at int64) (int, error) {
	if _, err := l.Seek(at, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(l.Reader, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

// Count counts messages with a fate, at most limit + 1.
func (s *Service) Count(ctx context.Context, st *desk.Store, fate desk.Fate, limit int) (int, error) {
	return s.DB.CountMails(ctx, st, fate, limit)
}
