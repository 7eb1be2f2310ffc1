package mailroom_test

import (
	"strings"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

func TestRefuseKeepsHeaderAndReason(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		in := desk.Inbound{Source: "imap:1", SourceKey: "1:7", EnvelopeFrom: "ann@x.example"}
		const header, reason = "From: ann@x.example\r\nSubject: x\r\n\r\n", "The message is too large."
		id, fresh, err := r.Refuse(t.Context(), r.lamps, in, strings.NewReader(header), reason)
		if err != nil || !fresh {
			t.Fatal(id, fresh, err)
		}
		m, err := r.Get(t.Context(), r.lamps, id)
		if err != nil || m.Fate != desk.MailFailed || m.Reason != reason || r.raw(r.lamps, id) != header {
			t.Errorf("got %+v, %v", m, err)
		}
		again, fresh, err := r.Refuse(t.Context(), r.lamps, in, strings.NewReader(header), reason)
		if err != nil || fresh || again != id {
			t.Errorf("again: %d, %v, %v", again, fresh, err)
		}
		if queues, err := db.DueQueues(t.Context()); err != nil || len(queues) > 0 {
			t.Errorf("jobs: %v, %v", queues, err)
		}
	})
}
