package mail_test

import (
	"encoding/json"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// TestSplitMailsNobodyAgain: the copy of a comment that has been sent is not sent.
func TestSplitMailsNobodyAgain(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.start()
		id := s.ask("Broken lamp", "My lamp is broken.")
		s.answer(id, "And the invoice is here.", true)
		sent := len(s.outbox())
		doc, err := s.tickets.Get(t.Context(), s.st, id)
		if err != nil {
			t.Fatal(err)
		}
		var shown struct{ Comments []struct{ ID int64 } }
		if err := json.Unmarshal(doc.Append(nil, wire.Origin("")), &shown); err != nil {
			t.Fatal(err)
		}
		for _, c := range shown.Comments {
			_, err := s.tickets.Split(t.Context(), s.st, tickets.SplitInput{Ticket: id, Comment: c.ID},
				desk.Write{Actor: desk.Actor{Kind: desk.ActorAgent, ID: s.ana.UserID}})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, o := range s.outbox()[sent:] {
			for _, r := range o.Recipients {
				if r.Address == "ada@customer.example" {
					t.Errorf("%s went to the customer", o.Kind)
				}
			}
		}
	})
}
