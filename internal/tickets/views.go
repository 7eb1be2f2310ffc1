package tickets

import (
	"context"
	"slices"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Views lists the saved views that a person sees: those of everybody, then their own.
func (s *Service) Views(ctx context.Context, st *desk.Store, who *desk.Staff) ([]desk.View, error) {
	return s.DB.Views(ctx, st, who.UserID, who.Admin)
}

// SaveView makes a view, or changes the one with its id. An owner other than the person is
// everybody, which needs PermissionSettings. Errors: Invalid with fields, Forbidden,
// ErrNotFound also for views of others.
func (s *Service) SaveView(ctx context.Context, st *desk.Store, who *desk.Staff, v *desk.View) error {
	if v.OwnerID != who.UserID {
		v.OwnerID = 0
	} else {
		v.GroupID = 0
	}
	if err := v.Check(); err != nil {
		return err
	}
	if !v.MayChange(who) {
		return desk.Errorf(desk.Forbidden, "Views for everybody are made by those who may change the settings.")
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := checkGroup(ctx, tx, st, v.GroupID); err != nil {
			return err
		}
		now := desk.At(s.Now())
		v.UpdatedAt = now
		if v.ID == 0 {
			v.CreatedAt = now
			n, err := tx.CountViews(ctx, st, v.OwnerID)
			if err != nil {
				return err
			}
			if n >= desk.MaxViews {
				return desk.Errorf(desk.Conflict, "There are %d views already.", n)
			}
			return tx.InsertView(ctx, st, v)
		}
		old, err := s.lockView(ctx, tx, st, who, v.ID)
		if err != nil {
			return err
		}
		v.Position, v.CreatedAt = old.Position, old.CreatedAt
		tx.UpdateView(st, v)
		return nil
	})
}

func checkGroup(ctx context.Context, tx *store.Tx, st *desk.Store, id int64) error {
	if id == 0 {
		return nil
	}
	in := &desk.TicketInput{GroupID: &id}
	found, err := tx.Find(ctx, st, store.Need{Refs: in.Refs()})
	if err != nil {
		return err
	}
	if fields := in.Missing(found.Known); len(fields) > 0 {
		return &desk.Error{Code: desk.Invalid, Fields: fields}
	}
	return nil
}

// lockView reads a view that the person may change; another's is not there for them.
func (s *Service) lockView(ctx context.Context, tx *store.Tx, st *desk.Store, who *desk.Staff, id int64) (*desk.View, error) {
	v, err := tx.LockView(ctx, st, id)
	switch {
	case err != nil:
		return nil, err
	case v.OwnerID != 0 && v.OwnerID != who.UserID:
		return nil, desk.ErrNotFound
	case !v.MayChange(who):
		return nil, desk.Errorf(desk.Forbidden, "Views for everybody are changed by those who may change the settings.")
	}
	return v, nil
}

// DeleteView deletes a view. Errors: Forbidden, ErrNotFound also for views of others.
func (s *Service) DeleteView(ctx context.Context, st *desk.Store, who *desk.Staff, id int64) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := s.lockView(ctx, tx, st, who, id); err != nil {
			return err
		}
		tx.DeleteView(st, id)
		return nil
	})
}

// OrderViews puts views in the order of their ids. Errors: Forbidden, ErrNotFound also for
// views of others.
func (s *Service) OrderViews(ctx context.Context, st *desk.Store, who *desk.Staff, ids []int64) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		list := make([]*desk.View, 0, len(ids))
		for _, id := range slices.Sorted(slices.Values(ids)) { // whoever locks several does so by id
			v, err := s.lockView(ctx, tx, st, who, id)
			if err != nil {
				return err
			}
			list = append(list, v)
		}
		for _, v := range list {
			v.Position = int64(slices.Index(ids, v.ID)) + 1 - int64(desk.MaxViews) // before those made later
			tx.UpdateView(st, v)
		}
		return nil
	})
}
