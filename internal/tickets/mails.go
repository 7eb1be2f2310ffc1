package tickets

import (
	"context"

	"storedesk/internal/desk"
)

// Mails walks one page of the mails about a ticket that were sent or are to be.
func (s *Service) Mails(ctx context.Context, st *desk.Store, id int64, p desk.Page) (list []desk.Outgoing, more bool, err error) {
	return s.DB.OutgoingOfTicket(ctx, st, id, p)
}

// HasMail fails with ErrNotFound when a mail of ours is not about a ticket, nor about one
// that was merged into it.
func (s *Service) HasMail(ctx context.Context, st *desk.Store, id, mail int64) error {
	o, err := s.DB.Outgoing(ctx, st, mail)
	if err != nil {
		return err
	}
	for at, n := o.TicketID, 0; n <= maxMerges; n++ {
		if at == id {
			return nil
		}
		m, err := s.DB.MergeOf(ctx, st, at)
		if err != nil {
			return err
		}
		at = m.TargetID
	}
	return desk.ErrNotFound
}
