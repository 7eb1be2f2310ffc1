package seed_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/desk"
	"storedesk/internal/seed"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/wire"
)

var until = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// kept keeps what is generated.
type kept struct {
	mu       sync.Mutex
	users    map[int64]*desk.User
	products map[int64]bool
	orders   map[string]bool
	tickets  []*store.BulkTicket
}

func (k *kept) Users(list []*desk.User) error {
	for _, u := range list {
		k.users[u.ID] = u
	}
	return nil
}

func (k *kept) TicketTypes([]*desk.TicketType) error { return nil }

func (k *kept) Products(list []*desk.Product) error {
	for _, p := range list {
		k.products[p.ID] = true
	}
	return nil
}

func (k *kept) Orders(list []*desk.Order) error {
	for _, o := range list {
		k.orders[o.Number] = true
	}
	return nil
}

func (k *kept) Tickets(list []*store.BulkTicket) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tickets = append(k.tickets, list...)
	return nil
}

func generate(t testing.TB, n int, number uint64) *kept {
	t.Helper()
	k := &kept{users: map[int64]*desk.User{}, products: map[int64]bool{}, orders: map[string]bool{}}
	if err := seed.Generate(n, number, until, k); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(k.tickets, func(a, b *store.BulkTicket) int { return int(a.ID - b.ID) })
	return k
}

func TestSameSeedMakesTheSameShop(t *testing.T) {
	t.Parallel()
	a, b, c := generate(t, 3000, 1), generate(t, 3000, 1), generate(t, 3000, 2)
	if diff := cmp.Diff(a.tickets, b.tickets); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
	if cmp.Equal(a.tickets, c.tickets) {
		t.Error("another seed makes the same shop")
	}
}

func TestShopAgreesWithItself(t *testing.T) {
	t.Parallel()
	k := generate(t, 5000, 1)
	comment, attachment, comments := int64(0), int64(0), 0
	for i, x := range k.tickets {
		if x.ID != int64(i+1) {
			t.Fatalf("ticket %d stands at place %d", x.ID, i)
		}
		for _, id := range []int64{x.RequesterID, x.AssigneeID} {
			if id != 0 && k.users[id] == nil {
				t.Errorf("ticket %d names user %d, who is not there", x.ID, id)
			}
		}
		if x.AssigneeID != 0 && k.users[x.AssigneeID].Type != desk.UserDashboard {
			t.Errorf("ticket %d is assigned to a customer", x.ID)
		}
		if x.Order != "" && !k.orders[x.Order] {
			t.Errorf("ticket %d names order %s, which is not there", x.ID, x.Order)
		}
		for _, id := range x.Products {
			if !k.products[id] {
				t.Errorf("ticket %d names product %d, which is not there", x.ID, id)
			}
		}
		if x.CreatedAt > x.UpdatedAt || x.UpdatedAt > desk.At(until) {
			t.Errorf("ticket %d was made at %v and changed at %v", x.ID, x.CreatedAt.Time(), x.UpdatedAt.Time())
		}
		for _, c := range x.Comments {
			comments++
			if comment++; c.ID != comment {
				t.Fatalf("comment %d comes where %d should", c.ID, comment)
			}
			for _, a := range c.Attachments {
				if attachment++; a.ID != attachment {
					t.Fatalf("attachment %d comes where %d should", a.ID, attachment)
				}
			}
		}
	}
	if per := float64(comments) / float64(len(k.tickets)); per < 2.5 || per > 3.5 {
		t.Errorf("%.2f comments a ticket, want about 3", per)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		stores := &settings.Stores{DB: db, Now: time.Now}
		if err := stores.EnsureDefault(ctx); err != nil {
			t.Fatal(err)
		}
		st, err := stores.Named(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		var before []string
		for range 2 {
			told := 0
			if err := seed.Load(ctx, db, st, 300, seed.Options{Until: until, Progress: func(n int) { told = n }}); err != nil {
				t.Fatal(err)
			}
			if told != 300 {
				t.Errorf("the last progress was %d", told)
			}
			var docs []string
			_, err = db.ListTickets(ctx, st, &desk.TicketFilter{}, desk.Page{Order: desk.OldestFirst, Size: 4000}, func(d *wire.Document) {
				docs = append(docs, string(d.Append(nil, wire.Origin(""))))
				if d.Seq != 0 {
					t.Errorf("ticket %d has a history", d.ID)
				}
			})
			if err != nil || len(docs) != 300 {
				t.Fatalf("%d tickets, %v", len(docs), err)
			}
			if before != nil && !slices.Equal(before, docs) {
				t.Error("the second load changed something")
			}
			before = docs
		}
	})
}

type none struct{ kept }

func (*none) Tickets([]*store.BulkTicket) error { return nil }

func BenchmarkTickets(b *testing.B) {
	for b.Loop() {
		n := &none{kept{users: map[int64]*desk.User{}, products: map[int64]bool{}, orders: map[string]bool{}}}
		if err := seed.Generate(20_000, 1, until, n); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*20_000/b.Elapsed().Seconds(), "tickets/s")
}
