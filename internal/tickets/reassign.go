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
func (s *Service) Reassign(ctx context.Context, st *desk.Store, from, to int64, w desk.Write) (n int, err error) {
	after := int64(0)
	for {
		ids, err := s.DB.UnsolvedOf(ctx, st, from, after, reassignedAtOnce)
		if err != nil || len(ids) == 0 {
			return n, err
		}
		after = ids[len(ids)-1]
		given, err := s.reassign(ctx, st, ids, from, to, w)
		if n += given; err != nil {
			return n, err
		}
	}
}

func (s *Service) reassign(ctx context.Context, st *desk.Store, ids []int64, from, to int64, w desk.Write) (n int, err error) {
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
			if t.AssigneeID != from { // somebody took it meanwhile
				continue
			}
			if _, err := s.UpdateIn(ctx, tx, st, id, &desk.TicketInput{AssigneeID: &to}, w); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}
