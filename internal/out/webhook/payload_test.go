package webhook_test

import (
	"bytes"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// TestPayloadIsWhatWasSent: an event's payload, made anew after its ticket went on, is
// byte for byte what the receiver got.
func TestPayloadIsWhatWasSent(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		hook := s.hook("https://receiver.example/", "k")
		id := s.create("First", "Where is my lamp?")
		events, err := db.EventsAfter(t.Context(), s.st, store.EventQuery{UpTo: 1 << 40, Limit: 1})
		if err != nil || len(events) != 1 {
			t.Fatal(events, err)
		}
		first, err := s.hooks.Payload(t.Context(), s.st, hook, events[0].ID)
		if err != nil || !bytes.Contains(first, []byte(`"subject": "First"`)) {
			t.Fatalf("%s %v", first, err)
		}
		subject := "Second"
		s.update(id, desk.TicketInput{Subject: &subject})
		again, err := s.hooks.Payload(t.Context(), s.st, hook, events[0].ID)
		if err != nil || !bytes.Equal(first, again) {
			t.Errorf("%s\nnow %s %v", first, again, err)
		}
		if _, err := s.hooks.Payload(t.Context(), s.st, hook, 999); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("of no event: %v", err)
		}
	})
}
