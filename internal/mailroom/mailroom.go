// Package mailroom keeps the ledger of mail: it takes messages in from every door (SMTP, a
// pipe, HTTP, IMAP), durably and each once, leaves a job for each, and lets an operator look
// at them, have them handled again, let go of or block what is held. It does not read a
// message: what becomes of it is decided by the job.
package mailroom

import (
	"context"
	"errors"
	"strings"
	"time"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Kind is the kind of the jobs that decide what becomes of a message. Their args are a Task.
const Kind = "mail"

// Task is what a job of the kind has to do, as JSON.
type Task struct {
	Mail    int64 `json:"mail"`
	Release bool  `json:"release,omitempty"` // a person let it in: spam or not does not count
}

// DefaultMaxBytes is the size of the largest message taken, unless said otherwise: what the
// large providers send is at most 25 MB before its transfer encoding.
const DefaultMaxBytes = 40 << 20

// ErrTooLarge is the cause when a message is larger than the limit. Nothing of it is kept.
var ErrTooLarge = errors.New("the message is too large")

// Service takes mail in and keeps the ledger.
type Service struct {
	DB       *store.DB
	Blobs    blob.Store
	Stores   Finder
	Now      func() time.Time
	MaxBytes int64 // of a message; 0 = DefaultMaxBytes
}

// Finder knows the stores.
type Finder interface {
	All(ctx context.Context) ([]*desk.Store, error)
}

// Limit is the size of the largest message taken, in bytes.
func (s *Service) Limit() int64 {
	if s.MaxBytes > 0 {
		return s.MaxBytes
	}
	return DefaultMaxBytes
}

// StoreFor returns the store that receives mail to an address, or desk.ErrNotFound.
func (s *Service) StoreFor(ctx context.Context, address string) (*desk.Store, error) {
	list, err := s.Stores.All(ctx)
	if err != nil {
		return nil, err
	}
	for _, st := range list {
		if st.Receives(address) {
			return st, nil
		}
	}
	return nil, desk.ErrNotFound
}

// maxText bounds what a stranger says of itself in the envelope, in bytes.
const maxText = 1000

// clean is text from a stranger as both databases take it, on one line.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	return text
}
