package mail

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"storedesk/internal/desk"
)

// inMemory is the largest message that is not laid down in a file to be read, in bytes.
const inMemory = 2 << 20

// spooled are the bytes of a message, to be read at any place.
type spooled struct {
	io.ReaderAt
	size int64
	file *os.File // nil: in memory
}

// open fetches the bytes of a message.
func (h *Handler) open(ctx context.Context, st *desk.Store, m *desk.Mail) (*spooled, error) {
	r, err := h.Raw(ctx, st, m)
	if err != nil {
		return nil, fmt.Errorf("opening mail %d: %w", m.ID, err)
	}
	defer r.Close()
	return spool(r)
}

func spool(r io.Reader) (*spooled, error) {
	head, err := io.ReadAll(io.LimitReader(r, inMemory+1))
	if err != nil {
		return nil, fmt.Errorf("reading a mail: %w", err)
	}
	if len(head) <= inMemory {
		return &spooled{ReaderAt: bytes.NewReader(head), size: int64(len(head))}, nil
	}
	f, err := os.CreateTemp("", "storedesk-mail-*")
	if err != nil {
		return nil, fmt.Errorf("a file for a large mail: %w", err)
	}
	s := &spooled{ReaderAt: f, file: f}
	if s.size, err = io.Copy(f, io.MultiReader(bytes.NewReader(head), r)); err != nil {
		s.Close()
		return nil, fmt.Errorf("reading a large mail: %w", err)
	}
	return s, nil
}

func (s *spooled) all() io.Reader { return io.NewSectionReader(s, 0, s.size) }

// Close forgets the bytes.
func (s *spooled) Close() {
	if s.file != nil {
		s.file.Close()
		os.Remove(s.file.Name())
	}
}
