package tickets

import (
	"context"
	"errors"
	"fmt"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

const (
	historyBatch     = 20 // tickets linked in one transaction
	addressesAtATime = 200
)

// LinkHistory gives a user what was written from their addresses while nobody was known
// by them: the tickets get them as requester where they have none, the comments as author.
// Where it came from stays as it is shown. Each ticket gets an event of the system that
// says why. It returns how many tickets were changed; errors: ErrNotFound.
func (s *Service) LinkHistory(ctx context.Context, st *desk.Store, user int64) (linked int, err error) {
	u, err := s.DB.User(ctx, st, user)
	if err != nil {
		return 0, err
	}
	addresses, err := s.DB.UserAddresses(ctx, st, user)
	if err != nil {
		return 0, err
	}
	if u.Email != "" {
		addresses = append(addresses, u.Email)
	}
	for _, address := range addresses {
		n, err := s.linkAddress(ctx, st, user, address)
		linked += n
		if err != nil {
			return linked, err
		}
	}
	return linked, nil
}

// LinkAllHistory is LinkHistory for all users of a store: it goes through the addresses
// that wait for somebody, not through the users.
func (s *Service) LinkAllHistory(ctx context.Context, st *desk.Store) (linked int, err error) {
	for after := ""; ; {
		addresses, err := s.DB.UnknownAddresses(ctx, st, after, addressesAtATime)
		if err != nil || len(addresses) == 0 {
			return linked, err
		}
		after = addresses[len(addresses)-1]
		for _, address := range addresses {
			user, err := s.DB.AddressOwner(ctx, st, address)
			if errors.Is(err, desk.ErrNotFound) {
				continue
			}
			if err != nil {
				return linked, err
			}
			n, err := s.linkAddress(ctx, st, user, address)
			linked += n
			if err != nil {
				return linked, err
			}
		}
	}
}

func (s *Service) linkAddress(ctx context.Context, st *desk.Store, user int64, address string) (linked int, err error) {
	for after := int64(0); ; {
		ids, err := s.DB.UnknownTickets(ctx, st, address, after, historyBatch)
		if err != nil || len(ids) == 0 {
			return linked, err
		}
		after = ids[len(ids)-1]
		err = s.DB.Write(ctx, func(tx *store.Tx) error {
			for _, id := range ids {
				if err := s.link(ctx, tx, st, id, user, address); err != nil {
					return fmt.Errorf("ticket %d: %w", id, err)
				}
			}
			return nil
		})
		if err != nil {
			return linked, fmt.Errorf("linking what %s has written: %w", address, err)
		}
		linked += len(ids)
	}
}

// link gives a user one ticket, or their comments in it, as long as the address is theirs.
func (s *Service) link(ctx context.Context, tx *store.Tx, st *desk.Store, id, user int64, address string) error {
	t, err := tx.LockTicket(ctx, st, id)
	if err != nil {
		return err
	}
	if owner, err := tx.AddressOwner(ctx, st, address); err != nil || owner != user {
		if errors.Is(err, desk.ErrNotFound) {
			return nil // taken from them meanwhile
		}
		return err
	}
	in := &desk.TicketInput{}
	if t.RequesterID == 0 && t.FromEmail != nil && desk.Fold(*t.FromEmail) == desk.Fold(address) {
		in.RequesterID = &user
	}
	tx.AdoptComments(st, id, user, address)
	w := desk.Write{Actor: desk.System, Reason: fmt.Sprintf("linked by rule: %s is an address of user %d", address, user)}
	if _, err := s.UpdateIn(ctx, tx, st, id, in, w); err != nil {
		return err
	}
	return tx.RebuildDocument(ctx, st, id)
}
