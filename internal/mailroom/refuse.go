package mailroom

import (
	"context"
	"io"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Refuse records a message that is not taken in, such as one that is too large, with its
// header as all that is kept. Nothing is done with it. What it returns is as of Receive.
func (s *Service) Refuse(ctx context.Context, st *desk.Store, in desk.Inbound, header io.Reader, reason string) (id int64, fresh bool, err error) {
	k, err := s.Keep(ctx, "", header)
	if err != nil {
		return 0, false, err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		m := arrived(in, k, desk.At(s.Now()))
		m.Fate, m.Reason, m.HandledAt = desk.MailFailed, clean(reason), m.ReceivedAt
		if fresh, err = tx.InsertMail(ctx, st, m, k.short); err != nil {
			return err
		}
		id = m.ID
		if fresh {
			tx.SettleMail(st, m)
		}
		return nil
	})
	if err == nil && !fresh {
		s.drop(ctx, k.key)
	}
	return id, fresh, err
}
