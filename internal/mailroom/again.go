package mailroom

import (
	"context"
	"fmt"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Replay has a message handled again, as if it came now. One that became a ticket or a
// comment would become a second one, and one that waits may be under way: both are refused
// with desk.Conflict unless force is set. desk.NotFound when the row or its bytes are gone.
func (s *Service) Replay(ctx context.Context, st *desk.Store, id int64, force bool) error {
	return s.again(ctx, st, id, Task{Mail: id}, func(m *desk.Mail) error {
		switch m.Fate {
		case desk.MailFailed, desk.MailSuppressed, desk.MailHeld, desk.MailBounce, desk.MailDuplicate:
			return nil
		}
		if force {
			return nil
		}
		if m.Fate == desk.MailWaiting {
			return desk.Errorf(desk.Conflict, "Mail %d is waiting to be handled already.", id)
		}
		return desk.Errorf(desk.Conflict, "Mail %d became part of ticket %d already; only by force is it handled again.", id, m.TicketID)
	})
}

// Release lets a held message in: it is handled again, whether spam or not.
// desk.Conflict when it is not held.
func (s *Service) Release(ctx context.Context, st *desk.Store, id int64) error {
	return s.again(ctx, st, id, Task{Mail: id, Release: true}, held)
}

func held(m *desk.Mail) error {
	if m.Fate != desk.MailHeld {
		return desk.Errorf(desk.Conflict, "Mail %d is not held: %s.", m.ID, m.Fate)
	}
	return nil
}

// again makes a message wait anew, if it may.
func (s *Service) again(ctx context.Context, st *desk.Store, id int64, t Task, may func(*desk.Mail) error) error {
	m, err := s.Get(ctx, st, id)
	if err != nil {
		return err
	}
	raw, err := s.Raw(ctx, st, m)
	if err != nil {
		return err
	}
	if err := raw.Close(); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.LockMail(ctx, st, id)
		if err != nil {
			return err
		}
		if err := may(m); err != nil {
			return err
		}
		m.Reason = formerly(m)
		m.Fate, m.TicketID, m.CommentID, m.HandledAt = desk.MailWaiting, 0, 0, 0
		tx.SettleMail(st, m)
		tx.Enqueue(work(st, m, t, desk.At(s.Now())))
		return nil
	})
}

// formerly says what a message was before it waits anew.
func formerly(m *desk.Mail) string {
	before := string(m.Fate)
	if m.TicketID != 0 {
		before += fmt.Sprintf(", ticket %d", m.TicketID)
	}
	if m.Reason != "" {
		before += ": " + m.Reason
	}
	return "to be handled again; was " + before
}

// Block makes mail from the sender of a message be held from now on; the message stays as
// it is. desk.Invalid when it names no sender. It returns the address.
func (s *Service) Block(ctx context.Context, st *desk.Store, id int64) (address string, err error) {
	m, err := s.Get(ctx, st, id)
	if err != nil {
		return "", err
	}
	if address = m.From; address == "" {
		address = m.EnvelopeFrom
	}
	if !strings.Contains(address, "@") {
		return "", desk.Errorf(desk.Invalid, "Mail %d names no sender that could be blocked.", id)
	}
	if st.Receives(address) {
		return "", desk.Errorf(desk.Invalid, "Mail %d says that it is from the store itself.", id)
	}
	return address, s.DB.Write(ctx, func(tx *store.Tx) error {
		tx.SetSenderRule(st, address, "block", desk.At(s.Now()))
		return nil
	})
}

// sweepBatch is how many messages are given up in one write.
const sweepBatch = 200

// Sweep gives up what was held for as long as the store allows: the bytes go, the row stays
// with the reason.
func (s *Service) Sweep(ctx context.Context) error {
	stores, err := s.Stores.All(ctx)
	if err != nil {
		return err
	}
	for _, st := range stores {
		days := st.Mail.HeldDays
		if days <= 0 {
			days = desk.DefaultHeldDays
		}
		now := s.Now()
		for n := sweepBatch; n == sweepBatch; {
			var blobs []string
			if n, blobs, err = s.DB.SweepHeld(ctx, st, desk.At(now.Add(-time.Duration(days)*24*time.Hour)), desk.At(now), sweepBatch); err != nil {
				return err
			}
			for _, key := range blobs {
				s.drop(ctx, key)
			}
		}
	}
	return nil
}
