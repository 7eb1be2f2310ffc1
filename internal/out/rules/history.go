package rules

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"

	"storedesk/internal/desk"
	"storedesk/internal/jobs"
)

// linkHistory does the job that a user's new address leaves.
func (s *Service) linkHistory(ctx context.Context, j *desk.Job) jobs.Result {
	var args struct{ User int64 }
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return jobs.Result{Err: err, Final: true}
	}
	return s.link(ctx, j, func(st *desk.Store) (int, error) {
		n, err := s.Tickets.LinkHistory(ctx, st, args.User)
		if errors.Is(err, desk.ErrNotFound) {
			return n, nil // the user is gone
		}
		return n, err
	})
}

// linkAll does the job that an import leaves.
func (s *Service) linkAll(ctx context.Context, j *desk.Job) jobs.Result {
	return s.link(ctx, j, func(st *desk.Store) (int, error) { return s.Tickets.LinkAllHistory(ctx, st) })
}

func (s *Service) link(ctx context.Context, j *desk.Job, fn func(*desk.Store) (int, error)) jobs.Result {
	st, err := s.Store(ctx, j.StoreID)
	if errors.Is(err, desk.ErrNotFound) {
		return jobs.Result{Err: err, Final: true}
	}
	if err != nil {
		return jobs.Done(err)
	}
	linked, err := fn(st)
	if linked > 0 {
		s.Log.InfoContext(ctx, "linked tickets with who wrote them", slog.String("store", st.Name), slog.Int("tickets", linked))
	}
	return jobs.Done(err)
}
