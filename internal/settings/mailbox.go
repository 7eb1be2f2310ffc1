package settings

import (
	"context"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Mailboxes says which mailboxes are read for a store. Passwords and tokens are kept
// readable, since the servers ask for them: whoever reads the database has them.
type Mailboxes struct {
	DB  *store.DB
	Now func() time.Time
}

// List returns the mailboxes of a store.
func (s *Mailboxes) List(ctx context.Context, st *desk.Store) ([]*desk.Mailbox, error) {
	return s.DB.Mailboxes(ctx, st)
}

// Get returns one, or desk.ErrNotFound.
func (s *Mailboxes) Get(ctx context.Context, st *desk.Store, id int64) (*desk.Mailbox, error) {
	return s.DB.Mailbox(ctx, st, id)
}

// Add has a mailbox read from now on: as soon as a node looks, then every Pause. It gets
// an id. Errors: Invalid, and Conflict if the store reads that folder already.
func (s *Mailboxes) Add(ctx context.Context, st *desk.Store, b *desk.Mailbox) error {
	if err := b.Check(); err != nil {
		return err
	}
	now := desk.At(s.Now())
	b.Enabled, b.NextRunAt, b.CreatedAt = true, now, now
	b.FirstUID = max(b.FirstUID, 1)
	b.LastUID = b.FirstUID - 1
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		list, err := s.DB.Mailboxes(ctx, st)
		if err != nil {
			return err
		}
		for _, other := range list {
			if strings.EqualFold(other.Address, b.Address) && other.Username == b.Username && other.Folder == b.Folder {
				return desk.Errorf(desk.Conflict, "mailbox %d is this one", other.ID)
			}
		}
		return tx.InsertMailbox(ctx, st, b)
	})
}

// Remove ends the reading of a mailbox; a poll under way stops. What came stays, and so
// does the mailbox itself. desk.ErrNotFound.
func (s *Mailboxes) Remove(ctx context.Context, st *desk.Store, id int64) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.LockMailbox(ctx, st, id); err != nil {
			return err
		}
		tx.DeleteMailbox(st, id)
		return nil
	})
}

// SetSecret gives a mailbox another password or OAuth 2 client, and has it read at once.
// Errors: Invalid, desk.ErrNotFound.
func (s *Mailboxes) SetSecret(ctx context.Context, st *desk.Store, id int64, secret *desk.MailboxSecret) error {
	text := secret.Text()
	if _, err := (&desk.Mailbox{Secret: text}).Credentials(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.LockMailbox(ctx, st, id); err != nil {
			return err
		}
		tx.SetMailboxSecret(st, id, text, desk.At(s.Now()))
		return nil
	})
}
