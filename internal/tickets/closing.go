package tickets

import (
	"context"
	"errors"
	"slices"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Due lists tickets that a rule may close now; see store.DB.DueTickets.
func (s *Service) Due(ctx context.Context, st *desk.Store, c desk.Closing, after store.DueTicket, limit int) ([]store.DueTicket, error) {
	return s.DB.DueTickets(ctx, st, c, desk.At(s.Now()), after, limit)
}

// CloseDue closes the tickets of a list that the rule still wants closed, each with an
// event of the system that says why, in one transaction; it returns how many. What has
// changed since the list was made is left alone.
func (s *Service) CloseDue(ctx context.Context, st *desk.Store, c desk.Closing, ids []int64) (closed int, err error) {
	ids = slices.Sorted(slices.Values(ids)) // whoever locks several tickets does so by id
	status := desk.StatusClosed
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		closed = 0
		for _, id := range ids {
			t, err := tx.LockTicket(ctx, st, id)
			if errors.Is(err, desk.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if !c.Closes(t, desk.At(s.Now())) {
				continue
			}
			w := desk.Write{Actor: desk.System, Reason: c.Reason()}
			if _, err := s.UpdateIn(ctx, tx, st, id, &desk.TicketInput{Status: &status}, w); err != nil {
				return err
			}
			closed++
		}
		return nil
	})
	return closed, err
}
