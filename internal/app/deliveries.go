package app

import (
	"context"

	"storedesk/internal/desk"
)

// notYet stands in for what sends to webhooks: a test fails, a replay queues nothing.
type notYet struct{}

func (notYet) Test(_ context.Context, _ *desk.Store, h *desk.Webhook) (*desk.Delivery, error) {
	return &desk.Delivery{
		ID: 1, WebhookID: h.ID, EventType: h.Events.Names()[0], Attempt: 1, Outcome: desk.Failed, Answer: "nothing is sent", CreatedAt: h.UpdatedAt,
	}, nil
}

func (notYet) Replay(context.Context, *desk.Store, *desk.Webhook, desk.Replay) (int, error) {
	return 0, nil
}
