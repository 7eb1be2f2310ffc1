package settings

import (
	"context"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Notifications are the verbs of the mails that a store sends by itself.
type Notifications struct{ DB *store.DB }

// List returns all notifications as the store has them.
func (s *Notifications) List(ctx context.Context, st *desk.Store) ([]desk.Notification, error) {
	changed, err := s.DB.Notifications(ctx, st)
	list := make([]desk.Notification, len(desk.Notifications))
	for i, n := range desk.Notifications {
		if c, ok := changed[n.Name]; ok {
			n = c
		}
		list[i] = n
	}
	return list, err
}

// Get returns a notification as the store has it, or desk.ErrNotFound.
func (s *Notifications) Get(ctx context.Context, st *desk.Store, name string) (desk.Notification, error) {
	return s.DB.Notification(ctx, st, name)
}

// Set changes a notification. Errors: desk.ErrNotFound for a name that is none; Invalid.
func (s *Notifications) Set(ctx context.Context, st *desk.Store, n *desk.Notification) error {
	if _, err := desk.DefaultNotification(n.Name); err != nil {
		return err
	}
	if err := n.Check(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		tx.SetNotification(st, n)
		return nil
	})
}

// Reset takes back what the store has changed of a notification. desk.ErrNotFound for a
// name that is none.
func (s *Notifications) Reset(ctx context.Context, st *desk.Store, name string) error {
	if _, err := desk.DefaultNotification(name); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		tx.ForgetNotification(st, name)
		return nil
	})
}
