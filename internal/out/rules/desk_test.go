package rules_test

import (
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/out/rules"
	"storedesk/internal/people"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// shop is a store whose clock stands still until it is turned.
type shop struct {
	*testing.T
	db      *store.DB
	st      *desk.Store
	stores  *settings.Stores
	tickets *tickets.Service
	people  *people.Service
	rules   *rules.Service
	clock   *atomic.Int64 // microseconds
}

func open(t *testing.T, db *store.DB) *shop {
	clock := &atomic.Int64{}
	clock.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMicro())
	now := func() time.Time { return time.UnixMicro(clock.Load()).UTC() }
	stores := &settings.Stores{DB: db, Now: now}
	st, err := stores.Create(t.Context(), "Shop", []string{"shop.example"})
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{
		T: t, db: db, st: st, stores: stores, clock: clock,
		tickets: &tickets.Service{DB: db, Now: now}, people: &people.Service{DB: db, Now: now},
	}
	s.rules = &rules.Service{DB: db, Tickets: s.tickets, Stores: stores.List, Store: stores.ByID, Log: slog.New(slog.DiscardHandler)}
	return s
}

func (s *shop) later(d time.Duration) { s.clock.Add(d.Microseconds()) }

var asAgent = desk.Write{Actor: desk.Actor{Kind: desk.ActorAgent, ID: 1}}

// ticket makes one in a status.
func (s *shop) ticket(status desk.Status, change func(*desk.TicketInput)) int64 {
	s.Helper()
	subject := "Where is it?"
	in := &desk.TicketInput{Subject: &subject, Status: &status}
	if change != nil {
		change(in)
	}
	doc, err := s.tickets.Create(s.Context(), s.st, in, asAgent)
	if err != nil {
		s.Fatal(err)
	}
	return doc.ID
}

func (s *shop) move(id int64, to desk.Status) {
	s.Helper()
	if _, err := s.tickets.Update(s.Context(), s.st, id, &desk.TicketInput{Status: &to}, asAgent); err != nil {
		s.Fatal(err)
	}
}

// json is a ticket as the API shows it.
func (s *shop) json(id int64) string {
	s.Helper()
	doc, err := s.tickets.Get(s.Context(), s.st, id)
	if err != nil {
		s.Fatal(err)
	}
	return string(doc.Append(nil, wire.Origin("https://shop.example")))
}

// last is the latest event of a ticket, as the feed shows it too.
func (s *shop) last(id int64) (desk.Event, string) {
	s.Helper()
	list, err := s.db.EventsAfter(s.Context(), s.st, store.EventQuery{UpTo: 1 << 40, Ticket: id, Limit: 1000})
	if err != nil || len(list) == 0 {
		s.Fatal(len(list), err)
	}
	e := list[len(list)-1]
	line, err := wire.Event(nil, &e, s.st)
	if err != nil {
		s.Fatal(err)
	}
	return e, string(line)
}

func (s *shop) close(want int) {
	s.Helper()
	if n, err := s.rules.CloseTickets(s.Context()); err != nil || n != want {
		s.Errorf("closed %d, %v; want %d", n, err, want)
	}
}
