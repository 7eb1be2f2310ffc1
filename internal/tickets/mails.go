package tickets

import (
	"context"

	"storedesk/internal/desk"
)

// Mails walks one page of the mails about a ticket that were sent or are to be.
func (s *Service) Mails(ctx context.Context, st *desk.Store, id int64, p desk.Page) (list []desk.Outgoing, more bool, err error) {
	return s.DB.OutgoingOfTicket(ctx, st, id, p)
}
