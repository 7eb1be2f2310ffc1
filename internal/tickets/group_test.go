package tickets_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// shop is two stores whose clock goes on by a second with each look at it.
type shop struct {
	*testing.T
	db        *store.DB
	st, other *desk.Store
	tickets   *tickets.Service
}

func newShop(t *testing.T, db *store.DB) *shop {
	t.Helper()
	clock := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { clock = clock.Add(time.Second); return clock }
	stores := &settings.Stores{DB: db, Now: now}
	s := &shop{T: t, db: db, tickets: &tickets.Service{DB: db, Now: now}}
	for name, st := range map[string]**desk.Store{"shop": &s.st, "other": &s.other} {
		var err error
		if *st, err = stores.Create(t.Context(), name, []string{name + ".example"}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s *shop) group(st *desk.Store, name string) int64 {
	s.Helper()
	g := &desk.PermissionGroup{Name: name, Permissions: []desk.Permission{desk.PermissionTickets}}
	if err := s.db.Write(s.Context(), func(tx *store.Tx) error { return tx.InsertGroup(s.Context(), st, g) }); err != nil {
		s.Fatal(err)
	}
	return g.ID
}

var asAgent = desk.Write{Actor: desk.Actor{Kind: desk.ActorAgent, ID: 7}}

func (s *shop) ticket(st *desk.Store, subject string, change func(*desk.TicketInput)) int64 {
	s.Helper()
	in := &desk.TicketInput{Subject: &subject}
	if change != nil {
		change(in)
	}
	doc, err := s.tickets.Create(s.Context(), st, in, asAgent)
	if err != nil {
		s.Fatal(err)
	}
	return doc.ID
}

func (s *shop) events(st *desk.Store, ticket int64) []desk.Event {
	s.Helper()
	list, err := s.db.EventsAfter(s.Context(), st, store.EventQuery{UpTo: 1 << 40, Ticket: ticket, Limit: 1000})
	if err != nil {
		s.Fatal(err)
	}
	return list
}

// TestTicketsAreGivenToGroups changes a ticket's group: the event says so, the ticket of
// the Admin API does not, and a group of another store is none.
func TestTicketsAreGivenToGroups(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		group, theirs := s.group(s.st, "Returns"), s.group(s.other, "Returns")
		id := s.ticket(s.st, "Lamp", nil)
		before, err := s.tickets.Get(t.Context(), s.st, id)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := s.tickets.Update(t.Context(), s.st, id, &desk.TicketInput{GroupID: &group}, asAgent)
		if err != nil {
			t.Fatal(err)
		}
		if text := string(doc.Append(nil, wire.Prepared{})); strings.Contains(text, "group") {
			t.Error(text)
		}
		list := s.events(s.st, id)
		last := list[len(list)-1]
		if len(last.Changes) != 1 || last.Changes[0].Field != "group" || last.Changes[0].From != nil || last.Changes[0].To != float64(group) {
			t.Errorf("%+v", last)
		}
		was, err := wire.Rewind(doc.Append(nil, wire.Prepared{}), &list[0], list[1:], time.UTC)
		if err != nil || string(was) != string(before.Append(nil, wire.Prepared{})) {
			t.Errorf("%s, %v", was, err)
		}

		_, err = s.tickets.Update(t.Context(), s.st, id, &desk.TicketInput{GroupID: &theirs}, asAgent)
		var e *desk.Error
		if !errors.As(err, &e) || e.Code != desk.Invalid || len(e.Fields["group"]) != 1 {
			t.Errorf("a group of another store: %v", err)
		}
		none := int64(0)
		if _, err := s.tickets.Update(t.Context(), s.st, id, &desk.TicketInput{GroupID: &none}, asAgent); err != nil {
			t.Error(err)
		}
	})
}

// stopAfter is a clock that calls stop when it has been looked at so often.
func stopAfter(now func() time.Time, n *int, at int, stop func()) func() time.Time {
	return func() time.Time {
		if *n++; *n == at {
			stop()
		}
		return now()
	}
}
