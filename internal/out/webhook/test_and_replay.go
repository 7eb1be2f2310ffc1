package webhook

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/wire"
)

// Test sends the newest ticket (or user, where only their events are asked for) to a
// webhook, active or not, as if it had just changed, and returns what came of it. Nothing
// is tried again. The request says that it is a test, and its event_id is of no event.
func (s *Service) Test(ctx context.Context, st *desk.Store, hook *desk.Webhook) (*desk.Delivery, error) {
	e := &desk.Event{Type: hook.Events.Names()[0], CreatedAt: desk.At(s.Now())}
	data, err := s.sample(ctx, st, e)
	if err != nil {
		return nil, err
	}
	body, err := s.body(st, hook, e.Type, randomUUID(), data)
	if err != nil {
		return nil, err
	}
	began := s.Now()
	a := s.send(ctx, hook, e, 0, body)
	d := &desk.Delivery{
		WebhookID: hook.ID, EventType: e.Type, TicketID: e.TicketID, UserID: e.UserID, Seq: e.Seq, Status: a.status,
		Took: s.Now().Sub(began), Answer: a.text, Outcome: desk.Failed, CreatedAt: e.CreatedAt,
	}
	if a.status == http.StatusOK {
		d.Outcome = desk.Delivered
	}
	return d, s.DB.Write(ctx, func(tx *store.Tx) error {
		tx.InsertDelivery(st, d)
		return nil
	})
}

// sample is the newest ticket or user; of an empty store, one that could be.
func (s *Service) sample(ctx context.Context, st *desk.Store, e *desk.Event) ([]byte, error) {
	newest := desk.Page{Size: 1}
	if desk.EventBit(e.Type)&ticketEvents == 0 {
		users, _, err := s.DB.ListUsers(ctx, st, &desk.UserFilter{}, newest)
		if err != nil {
			return nil, err
		}
		u := desk.User{DateJoined: e.CreatedAt, TotalSpent: "0.00", Type: desk.UserLead}
		if len(users) > 0 {
			u = users[0]
		}
		e.UserID, e.Seq = u.ID, u.Seq
		return wire.User(nil, &u, st.Zone), nil
	}
	id, err := s.DB.NewestTicket(ctx, st)
	if err != nil {
		return nil, err
	}
	if id == 0 {
		t := &desk.Ticket{
			Subject: "Test", Priority: desk.PriorityMedium, Status: desk.StatusNew, Channel: desk.ChannelAPI, CreatedAt: e.CreatedAt, UpdatedAt: e.CreatedAt,
		}
		return append(wire.TicketHead(nil, t, st.Zone), "]}"...), nil
	}
	doc, err := s.DB.TicketDocument(ctx, st, id)
	if err != nil {
		return nil, err
	}
	e.TicketID, e.Seq = id, doc.Seq
	return doc.Append(nil, s.Links(st)), nil
}

const ticketEvents = desk.EventSet(3) // ticket.created, ticket.updated

// Replay brings past events to a webhook once more, in their order, and tells how many
// there are. Their event_id is what it was.
func (s *Service) Replay(ctx context.Context, st *desk.Store, hook *desk.Webhook, r desk.Replay) (queued int, err error) {
	if !hook.Active {
		return 0, desk.Errorf(desk.Invalid, "The webhook is switched off.")
	}
	latest, err := s.Feed.Latest(ctx, st)
	if err != nil {
		return 0, err
	}
	if r.Until == 0 || r.Until > latest {
		r.Until = latest
	}
	return s.DB.Replay(ctx, st, hook, r, desk.At(s.Now()))
}

// randomUUID is version 4 (RFC 9562, section 5.4).
func randomUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
