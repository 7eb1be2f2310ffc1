package seed

import (
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Writer takes what Generate makes, batch by batch, kind after kind in this order.
// Tickets is called by several goroutines at once, with batches in no certain order;
// their tags have names and no ids.
type Writer interface {
	Users([]*desk.User) error
	TicketTypes([]*desk.TicketType) error
	Products([]*desk.Product) error
	Orders([]*desk.Order) error
	Tickets([]*store.BulkTicket) error
}

// perBatch is how many objects a Writer gets at once.
const perBatch = 2000

// Generate makes a shop with n tickets: a third as many customers, a quarter as many
// orders, nearly three times as many comments. Its three years end at until.
func Generate(n int, seed uint64, until time.Time, w Writer) error {
	s := newShop(n, seed, until)
	types := make([]*desk.TicketType, len(typeNames))
	for i, name := range typeNames {
		types[i] = &desk.TicketType{ID: int64(i + 1), Name: name}
	}
	if err := batches(1, s.agents+s.customers, s.user, w.Users); err != nil {
		return err
	}
	if err := w.TicketTypes(types); err != nil {
		return err
	}
	if err := batches(1, s.products, s.product, w.Products); err != nil {
		return err
	}
	if err := batches(0, s.orders, s.order, w.Orders); err != nil {
		return err
	}
	return s.writeTickets(w)
}

func batches[T any](first, n int, make func(int) T, write func([]T) error) error {
	var list []T
	for i := first; i < first+n; i++ {
		list = append(list, make(i))
		if len(list) == perBatch || i == first+n-1 {
			if err := write(list); err != nil {
				return err
			}
			list = nil
		}
	}
	return nil
}

func (s *shop) writeTickets(w Writer) error {
	var group errgroup.Group
	group.SetLimit(max(2, runtime.GOMAXPROCS(0)))
	comment, attachment := int64(1), int64(1)
	for first := 0; first < s.tickets; first += perBatch {
		c, a := comment, attachment
		end := min(first+perBatch, s.tickets)
		group.Go(func() error {
			list := make([]*store.BulkTicket, 0, end-first)
			for i := first; i < end; i++ {
				files, attachments := s.shape(i)
				list = append(list, s.ticket(i, files, c, a))
				c += int64(len(files))
				a += int64(attachments)
			}
			return w.Tickets(list)
		})
		for i := first; i < end; i++ {
			files, attachments := s.shape(i)
			comment += int64(len(files))
			attachment += int64(attachments)
		}
	}
	return group.Wait()
}
