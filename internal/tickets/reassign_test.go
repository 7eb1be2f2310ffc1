package tickets_test

import (
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/people"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
)

// TestReassignGivesUnsolvedTicketsOn: more than one batch of them, each with an event;
// what is solved, or somebody else's, stays.
func TestReassignGivesUnsolvedTicketsOn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		st, err := (&settings.Stores{DB: db, Now: time.Now}).Create(ctx, "Main", []string{"main.example"})
		if err != nil {
			t.Fatal(err)
		}
		s := &tickets.Service{DB: db, Now: time.Now}
		users := &people.Service{DB: db, Now: time.Now}
		agent := func(email string) int64 {
			u, err := users.Create(ctx, st, &desk.UserInput{Email: &email}, desk.Write{})
			if err != nil {
				t.Fatal(err)
			}
			return u.ID
		}
		ada, bob := agent("ada@one.example"), agent("bob@one.example")
		ticket := func(assignee int64, status desk.Status) int64 {
			subject := "x"
			doc, err := s.Create(ctx, st, &desk.TicketInput{Subject: &subject, AssigneeID: &assignee, Status: &status}, desk.Write{})
			if err != nil {
				t.Fatal(err)
			}
			return doc.ID
		}
		const many = 120
		var open []int64
		for range many {
			open = append(open, ticket(ada, desk.StatusOpen))
		}
		solved, other := ticket(ada, desk.StatusSolved), ticket(bob, desk.StatusOpen)
		if n, err := s.Unsolved(ctx, st, ada, 100); err != nil || n != 100 {
			t.Errorf("counted %d %v", n, err)
		}
		w := desk.Write{Actor: desk.Actor{Kind: desk.ActorAgent, ID: bob}}
		if n, err := s.Reassign(ctx, st, ada, 0, w); err != nil || n != many {
			t.Fatalf("%d %v", n, err)
		}
		for id, want := range map[int64]int64{open[0]: 2, open[many-1]: 2, solved: 1, other: 1} {
			if seq, err := s.Version(ctx, st, id); err != nil || seq != want {
				t.Errorf("ticket %d: %d events, %v", id, seq, err)
			}
		}
		if n, err := s.Reassign(ctx, st, bob, ada, w); err != nil || n != 1 {
			t.Errorf("to a colleague: %d %v", n, err)
		}
		if n, err := s.Unsolved(ctx, st, ada, 100); err != nil || n != 1 {
			t.Errorf("the colleague has %d %v", n, err)
		}
	})
}
