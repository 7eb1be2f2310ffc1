package tickets

import (
	"context"
	"strconv"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Open makes a ticket that an agent opens for a customer: files are the agent's own
// uploads, copies go to who takes part, and the draft that it was is gone. Errors: Invalid
// with fields, Conflict when w.Once was used meanwhile. The answer kept with w.Once is the
// ticket's id.
func (s *Service) Open(ctx context.Context, st *desk.Store, in *desk.TicketInput, data *desk.DraftData, w desk.Write) (id int64, err error) {
	if in.Comment != nil {
		if err := s.checkUploads(ctx, st, w.Actor.ID, in.Comment.Attachments); err != nil {
			return 0, err
		}
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		written, err := s.CreateIn(ctx, tx, st, in, w)
		if err != nil {
			return err
		}
		id = written.Ticket.ID
		copies(tx, st, id, data)
		for _, macro := range data.Macros {
			tx.CountMacroUse(st, macro, 1, written.Event.CreatedAt)
		}
		tx.DeleteDraft(st, &desk.Draft{UserID: w.Actor.ID, Kind: desk.DraftNew})
		tx.Remember(st, w.Once, strconv.AppendInt(nil, id, 10), written.Event.CreatedAt)
		return nil
	})
	return id, err
}
