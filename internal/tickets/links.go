package tickets

import (
	"context"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// maxLinks is how many links a ticket may have that people make.
const maxLinks = 100

// Relate links two tickets as related. Errors: ErrNotFound, Invalid with fields.
func (s *Service) Relate(ctx context.Context, st *desk.Store, id, other int64, w desk.Write) error {
	if id == other {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"ticket": {"A ticket can't be linked with itself."}}}
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if _, _, err := lockTwo(ctx, tx, st, id, other); err != nil {
			return err
		}
		for _, t := range []int64{id, other} {
			n, has, err := tx.CountLinks(ctx, st, t, id+other-t, desk.LinkRelated)
			if err != nil || has {
				return err
			}
			if n >= maxLinks {
				return desk.Errorf(desk.Conflict, "Ticket #%d has %d links already.", t, n)
			}
		}
		tx.LinkTickets(st, id, other, desk.LinkRelated, desk.LinkRelated)
		return s.bothEvents(ctx, tx, st, id, other, w, func(to int64) desk.Change { return desk.Change{Field: desk.FieldLinked, To: to} })
	})
}

// Unrelate ends that two tickets are related. Errors: ErrNotFound.
func (s *Service) Unrelate(ctx context.Context, st *desk.Store, id, other int64, w desk.Write) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if _, _, err := lockTwo(ctx, tx, st, id, other); err != nil {
			return err
		}
		if _, has, err := tx.CountLinks(ctx, st, id, other, desk.LinkRelated); err != nil {
			return err
		} else if !has {
			return desk.ErrNotFound
		}
		tx.UnlinkTickets(st, id, other, desk.LinkRelated, desk.LinkRelated)
		return s.bothEvents(ctx, tx, st, id, other, w, func(to int64) desk.Change { return desk.Change{Field: desk.FieldLinked, From: to} })
	})
}

func (s *Service) bothEvents(ctx context.Context, tx *store.Tx, st *desk.Store, id, other int64, w desk.Write, change func(int64) desk.Change) error {
	for _, t := range []int64{id, other} {
		w.Also = []desk.Change{change(id + other - t)}
		if _, err := s.UpdateIn(ctx, tx, st, t, &desk.TicketInput{}, w); err != nil {
			return err
		}
	}
	return nil
}
