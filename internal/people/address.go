package people

import (
	"context"
	"slices"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Addresses lists the further addresses of a user: by mail from one of them they are
// known, as by their own. desk.ErrNotFound if the user is not there.
func (s *Service) Addresses(ctx context.Context, st *desk.Store, id int64) ([]string, error) {
	if _, err := s.DB.User(ctx, st, id); err != nil {
		return nil, err
	}
	return s.DB.UserAddresses(ctx, st, id)
}

func badAddress(message string) error {
	return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"address": {message}}}
}

// AddAddress gives a user a further address and returns all of them. One that they have
// already, in whatever case, changes nothing. What was written from it before becomes
// theirs a moment later. Errors: ErrNotFound, Invalid with the field address.
func (s *Service) AddAddress(ctx context.Context, st *desk.Store, id int64, address string, w desk.Write) ([]string, error) {
	if !desk.IsAddress(address) {
		return nil, badAddress("Enter a valid email address.")
	}
	list, err := s.changeAddresses(ctx, st, id, w, func(tx *store.Tx, u *desk.User, has []string, now desk.Instant) (bool, error) {
		same := func(other string) bool { return desk.Fold(other) == desk.Fold(address) }
		if same(u.Email) || slices.ContainsFunc(has, same) {
			return false, nil
		}
		if len(has) >= desk.MaxUserAddresses {
			return false, badAddress("A user can have 20 further addresses.")
		}
		if taken, err := tx.EmailTaken(ctx, st, address, id); err != nil {
			return false, err
		} else if taken {
			return false, badAddress(emailTaken.Fields["email"][0])
		}
		tx.InsertUserAddress(st, id, address)
		tx.Enqueue(desk.LinkHistory(st, id, now))
		return true, nil
	})
	if desk.CodeOf(err) == desk.Conflict {
		return nil, badAddress(emailTaken.Fields["email"][0]) // another write took it since it was looked up
	}
	return list, err
}

// RemoveAddress takes a further address from a user and returns the others. What came
// from it stays theirs. desk.ErrNotFound if they do not have it, or are not there.
func (s *Service) RemoveAddress(ctx context.Context, st *desk.Store, id int64, address string, w desk.Write) ([]string, error) {
	return s.changeAddresses(ctx, st, id, w, func(tx *store.Tx, _ *desk.User, has []string, _ desk.Instant) (bool, error) {
		if !slices.ContainsFunc(has, func(other string) bool { return desk.Fold(other) == desk.Fold(address) }) {
			return false, desk.ErrNotFound
		}
		tx.DeleteUserAddress(st, id, address)
		return true, nil
	})
}

// changeAddresses lets change write to the further addresses of a locked user, and records
// what it did unless it says that it did nothing.
func (s *Service) changeAddresses(ctx context.Context, st *desk.Store, id int64, w desk.Write,
	change func(tx *store.Tx, u *desk.User, has []string, now desk.Instant) (bool, error),
) (list []string, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		u, err := tx.LockUser(ctx, st, id)
		if err != nil {
			return err
		}
		before, err := tx.UserAddresses(ctx, st, id)
		if err != nil {
			return err
		}
		list = before
		now := desk.At(s.Now())
		if changed, err := change(tx, u, before, now); err != nil || !changed {
			return err
		}
		if err := tx.Flush(ctx); err != nil {
			return err
		}
		if list, err = tx.UserAddresses(ctx, st, id); err != nil {
			return err
		}
		e := &desk.Event{Actor: w.Actor, Type: desk.EventCustomerUpdated, CreatedAt: now}
		e.Changes = []desk.Change{{Field: "further_addresses", From: before, To: list}}
		return s.record(ctx, tx, st, u, e)
	})
	return list, err
}
