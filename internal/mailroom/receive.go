package mailroom

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Arrival is a message at one store.
type Arrival struct {
	Store *desk.Store
	desk.Inbound
}

// Receipt is what an arrival came to.
type Receipt struct {
	ID    int64
	Fresh bool // false: the source had brought the message before, and ID is of that time
}

// Receive takes a message in for a store. It returns when the bytes, the row of the ledger
// and the job are durable; fresh is false when (in.Source, in.SourceKey) was there already.
// After an error nothing is in the ledger. Errors: ErrTooLarge, those of body, the database's
// and the blob store's.
func (s *Service) Receive(ctx context.Context, st *desk.Store, in desk.Inbound, body io.Reader) (id int64, fresh bool, err error) {
	k, err := s.Keep(ctx, "", body)
	if err != nil {
		return 0, false, err
	}
	list, err := s.Record(ctx, k, Arrival{st, in})
	if err != nil {
		return 0, false, err
	}
	return list[0].ID, list[0].Fresh, nil
}

// maxTries is how often a write is tried that another one of the same source got in the
// way of.
const maxTries = 5

// Record puts a message into the ledgers of the stores it arrived at: all of them, or none.
func (s *Service) Record(ctx context.Context, k *Kept, list ...Arrival) ([]Receipt, error) {
	copies := make([]*Kept, len(list))
	for i := range list {
		copies[i] = k
		if i == 0 {
			continue
		}
		var err error
		if copies[i], err = s.copyOf(ctx, k); err != nil {
			return nil, fmt.Errorf("keeping a message for the second store: %w", err)
		}
	}
	receipts, err := s.record(ctx, copies, list)
	for try := 1; desk.CodeOf(err) == desk.Conflict && try < maxTries; try++ {
		receipts, err = s.record(ctx, copies, list)
	}
	if err != nil {
		// The bytes stay: whether the database has the rows after all, nobody may know.
		return nil, fmt.Errorf("writing to the ledger: %w", err)
	}
	for i, r := range receipts {
		if !r.Fresh {
			s.drop(ctx, copies[i].key)
		}
	}
	return receipts, nil
}

func (s *Service) record(ctx context.Context, copies []*Kept, list []Arrival) (receipts []Receipt, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		receipts = nil
		for i, a := range list {
			m := arrived(a.Inbound, copies[i], desk.At(s.Now()))
			fresh, err := tx.InsertMail(ctx, a.Store, m, copies[i].short)
			if err != nil {
				return err
			}
			if fresh {
				tx.Enqueue(work(a.Store, m, Task{Mail: m.ID}, m.ReceivedAt))
			}
			receipts = append(receipts, Receipt{m.ID, fresh})
		}
		return nil
	})
	return receipts, err
}

// arrived is the row of a message that was not looked at yet.
func arrived(in desk.Inbound, k *Kept, now desk.Instant) *desk.Mail {
	m := &desk.Mail{BlobKey: k.key, SHA256: k.sha256, Size: k.size, Fate: desk.MailWaiting, ReceivedAt: now, Inbound: in}
	if m.SourceKey == "" {
		m.SourceKey = k.sha256
	}
	m.SourceKey, m.EnvelopeFrom, m.Peer, m.Helo = clean(m.SourceKey), clean(m.EnvelopeFrom), clean(m.Peer), clean(m.Helo)
	m.Recipients = nil
	for _, address := range in.Recipients {
		m.Recipients = append(m.Recipients, clean(address))
	}
	return m
}

// work is the job for a message. What one sender wrote is handled in order.
func work(st *desk.Store, m *desk.Mail, t Task, now desk.Instant) *desk.Job {
	args, err := json.Marshal(t)
	if err != nil {
		panic(err) // a number and a truth
	}
	return &desk.Job{StoreID: st.ID, Kind: Kind, Lane: desk.Fold(m.EnvelopeFrom), Args: args, RunAt: now, CreatedAt: now}
}
