package webhook

import (
	"context"

	"storedesk/internal/desk"
)

// Payload is what an event is sent to a webhook as, made anew: what was sent is not kept.
// Errors: desk.ErrNotFound, when the event or its ticket is there no more.
func (s *Service) Payload(ctx context.Context, st *desk.Store, hook *desk.Webhook, event int64) ([]byte, error) {
	e, err := s.DB.Event(ctx, st, event)
	if err != nil {
		return nil, err
	}
	data, err := s.data(ctx, st, e)
	if err != nil {
		return nil, err
	}
	return s.body(st, hook, e.Type, desk.EventUUID(st, e.ID), data)
}
