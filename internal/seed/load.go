package seed

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Options of Load. The zero value is usable.
type Options struct {
	Seed     uint64
	Until    time.Time         // when the shop's three years end; zero: now
	Progress func(tickets int) // told after every batch how many tickets are there; one call at a time
}

// Load fills a store with a shop of n tickets. The store should be empty: rows that
// have the ids of the shop's are replaced. Run again with the same n, Seed and Until
// it changes nothing.
func Load(ctx context.Context, db *store.DB, st *desk.Store, n int, o Options) error {
	if n < 1 {
		return fmt.Errorf("%d tickets: at least 1 is wanted", n)
	}
	if o.Until.IsZero() {
		o.Until = time.Now()
	}
	l := &loader{ctx: ctx, bulk: db.NewBulk(st, func() desk.Instant { return desk.At(time.Now()) }), progress: o.Progress}
	if err := l.bulk.Begin(ctx); err != nil {
		return err
	}
	err := Generate(n, o.Seed, o.Until, l)
	if ctx.Err() == nil {
		err = errors.Join(err, l.bulk.Finish(ctx))
	}
	return err
}

// loader writes a shop to a store.
type loader struct {
	ctx      context.Context // of Load, which the Writer's methods serve
	bulk     *store.Bulk
	progress func(int)
	began    sync.Once
	err      error // of began

	mu   sync.Mutex
	done int
}

func (l *loader) Users(list []*desk.User) error { return clean(l.bulk.WriteUsers(l.ctx, list)) }

func (l *loader) TicketTypes(list []*desk.TicketType) error {
	return clean(l.bulk.WriteTicketTypes(l.ctx, list))
}

func (l *loader) Products(list []*desk.Product) error {
	return clean(l.bulk.WriteProducts(l.ctx, list))
}

func (l *loader) Orders(list []*desk.Order) error { return clean(l.bulk.WriteOrders(l.ctx, list)) }

func (l *loader) Tickets(list []*store.BulkTicket) error {
	l.began.Do(func() {
		if _, l.err = l.bulk.BeginTickets(l.ctx); l.err == nil {
			l.err = l.bulk.MakeTags(l.ctx, tagNames)
		}
	})
	if l.err != nil {
		return l.err
	}
	var names []string
	for _, t := range list {
		names = names[:0]
		for _, tag := range t.Tags {
			names = append(names, tag.Name)
		}
		t.Tags = l.bulk.Tags(names)
	}
	if err := clean(l.bulk.WriteTickets(l.ctx, l.bulk.PrepareTickets(list))); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done += len(list)
	if l.progress != nil {
		l.progress(l.done)
	}
	return nil
}

// clean makes an error of an object that the store holds something against: a shop's
// own objects never contradict each other.
func clean(r store.BulkResult, err error) error {
	if err == nil && len(r.Failed) > 0 {
		return fmt.Errorf("object %d of a batch: %w (is the store empty?)", r.Failed[0].Index, r.Failed[0].Err)
	}
	return err
}
