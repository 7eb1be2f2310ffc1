package tickets

import (
	"context"
	"errors"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// reassignedAtOnce is how many tickets one transaction gives to somebody else.
const reassignedAtOnce = 50

// Unsolved counts, up to a limit, the tickets assigned to a user that are not solved.
func (s *Service) Unsolved(ctx context.Context, st *desk.Store, user int64, limit int) (int, error) {
	ids, err := s.DB.UnsolvedOf(ctx, st, user, 0, limit)
	return len(ids), err
}

// Reassign gives every ticket assigned to a user that is not solved to another one (0 =
// to nobody), each with its event, and returns how many there were. It writes a batch at
// a time: what fails in between leaves whole tickets behind, and can be done again.
func (s *Service) Reassign(ctx context.Context, st *desk.Store, from, to int64, w desk.Write) (int, error) {
	return s.sweep(ctx, st, &desk.TicketInput{AssigneeID: &to}, w, func(after int64) ([]int64, error) {
		return s.DB.UnsolvedOf(ctx, st, from, after, reassignedAtOnce)
	}, func(t *desk.Ticket) bool { return t.AssigneeID == from })
}

// Ungroup takes every ticket that is not solved from a group, as Reassign does from an
// assignee.
func (s *Service) Ungroup(ctx context.Context, st *desk.Store, group int64, w desk.Write) (int, error) {
	none := int64(0)
	return s.sweep(ctx, st, &desk.TicketInput{GroupID: &none}, w, func(after int64) ([]int64, error) {
		return s.DB.UnsolvedOfGroup(ctx, st, group, after, reassignedAtOnce)
	}, func(t *desk.Ticket) bool { return t.GroupID == group })
}

// sweep changes the tickets that next lists, batch by batch, as far as they still are as
// they were listed.
func (s *Service) sweep(
	ctx context.Context, st *desk.Store, in *desk.TicketInput, w desk.Write, next func(after int64) ([]int64, error), still func(*desk.Ticket) bool,
) (n int, err error) {
	after := int64(0)
	for {
		ids, err := next(after)
		if err != nil || len(ids) == 0 {
			return n, err
		}
		after = ids[len(ids)-1]
		changed, err := s.sweepBatch(ctx, st, ids, in, w, still)
		if n += changed; err != nil {
			return n, err
		}
	}
}

func (s *Service) sweepBatch(
	ctx context.Context, st *desk.Store, ids []int64, in *desk.TicketInput, w desk.Write, still func(*desk.Ticket) bool,
) (n int, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		n = 0
		for _, id := range ids {
			t, err := tx.LockTicket(ctx, st, id)
			if errors.Is(err, desk.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if !still(t) { // somebody took it meanwhile
				continue
			}
			if _, err := s.UpdateIn(ctx, tx, st, id, in, w); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}
