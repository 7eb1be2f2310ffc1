package webhook

import (
	"context"
	"log/slog"
	"time"

	"storedesk/internal/desk"
)

// How events become jobs: so many of a store in one transaction, and not more often than
// that, so that a busy desk pays for few transactions.
const (
	fanAtOnce = 500
	fanPace   = 100 * time.Millisecond
	fanRest   = time.Second // after an error, and between looks while no store has webhooks
)

// Run makes jobs of events until ctx ends. Every node does it; the database sees to it
// that each event is taken once.
func (s *Service) Run(ctx context.Context) {
	for ctx.Err() == nil {
		after, err := s.fan(ctx)
		if err == nil {
			err = s.wait(ctx, after)
		}
		if err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "making jobs of events", slog.Any("error", err))
			rest(ctx, fanRest)
		}
	}
}

// fan makes the jobs of all settled events, and returns the id of the last.
func (s *Service) fan(ctx context.Context) (upTo int64, err error) {
	if upTo, err = s.Feed.Latest(ctx, nil); err != nil {
		return 0, err
	}
	for {
		passed, err := s.DB.FanOut(ctx, upTo, fanAtOnce, desk.At(s.Now()))
		if err != nil || passed == 0 {
			return upTo, err
		}
	}
}

// wait ends when there may be more to do.
func (s *Service) wait(ctx context.Context, after int64) error {
	rest(ctx, fanPace)
	for ctx.Err() == nil {
		wanted, err := s.DB.AnyWebhook(ctx)
		if err != nil || wanted {
			break
		}
		rest(ctx, fanRest)
	}
	return s.Feed.Wait(ctx, nil, after)
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
