// Package rules does to tickets what follows from time passing and from who has become
// known: it closes what nobody has touched for long, and gives people the tickets they
// wrote before. It does so by the verbs that a person would use, as the system, and each
// event says why. It sends nothing.
package rules

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/jobs"
	"storedesk/internal/store"
	"storedesk/internal/tickets"
)

// Service carries the rules out.
type Service struct {
	DB      *store.DB
	Tickets *tickets.Service
	Stores  func(context.Context) ([]*desk.Store, error)
	Store   func(context.Context, int64) (*desk.Store, error) // by id, or desk.ErrNotFound
	Log     *slog.Logger
}

// How much one run closes: the first run after a large import would otherwise keep the
// desk busy for hours.
const (
	maxClosed  = 2000 // looked at, in all stores together
	closeBatch = 50   // in one transaction
	every      = 10 * time.Minute
)

// closeKind is the kind of the job that closes tickets.
const closeKind = "close-tickets"

// Kinds are the kinds of jobs that this package does.
func (s *Service) Kinds() []jobs.Kind {
	return []jobs.Kind{
		{Name: closeKind, Every: every, Timeout: 5 * time.Minute, Work: func(ctx context.Context, _ *desk.Job) jobs.Result {
			_, err := s.CloseTickets(ctx)
			return jobs.Done(err)
		}},
		{Name: desk.LinkHistoryKind, Timeout: 30 * time.Minute, Limit: 2, Work: s.linkHistory},
		{Name: desk.LinkAllHistoryKind, Timeout: 6 * time.Hour, Limit: 1, Work: s.linkAll},
	}
}

// walk is one rule of one store, and how far a run has come with it.
type walk struct {
	st    *desk.Store
	rule  desk.Closing
	after store.DueTicket
}

// CloseTickets closes the tickets of all stores whose time has come, 2,000 at most; the
// rest waits for the next run. Stores take turns, so that one with much to close leaves
// the others their share. It returns how many were closed; what went wrong with some does
// not keep the others from it.
func (s *Service) CloseTickets(ctx context.Context) (closed int, err error) {
	stores, err := s.Stores(ctx)
	if err != nil {
		return 0, err
	}
	var open []*walk
	for _, st := range stores {
		for _, rule := range st.Mail.Closings() {
			if st.CreatedAt > rule.Until(desk.At(s.Tickets.Now())) {
				continue // what was taken over with a store is as it was: its time runs from here
			}
			open = append(open, &walk{st: st, rule: rule})
		}
	}
	var failed error
	for left := maxClosed; len(open) > 0 && left > 0 && ctx.Err() == nil; {
		var rest []*walk
		for _, w := range open {
			limit := min(closeBatch, left)
			n, met, err := s.step(ctx, w, limit)
			closed, left = closed+n, left-met
			failed = errors.Join(failed, err)
			if met == limit {
				rest = append(rest, w)
			}
			if left == 0 {
				break
			}
		}
		open = rest
	}
	if closed > 0 {
		s.Log.InfoContext(ctx, "closed tickets by rule", slog.Int("tickets", closed))
	}
	return closed, errors.Join(failed, ctx.Err())
}

// step closes the next tickets of a walk; fewer met than limit are the last.
func (s *Service) step(ctx context.Context, w *walk, limit int) (closed, met int, err error) {
	due, err := s.Tickets.Due(ctx, w.st, w.rule, w.after, limit)
	if err != nil || len(due) == 0 {
		return 0, 0, err
	}
	w.after = due[len(due)-1]
	ids := make([]int64, len(due))
	for i, d := range due {
		ids[i] = d.ID
	}
	closed, err = s.Tickets.CloseDue(ctx, w.st, w.rule, ids)
	if err != nil && ctx.Err() == nil {
		closed, err = s.oneByOne(ctx, w, ids)
	}
	return closed, len(due), err
}

// oneByOne closes tickets that could not be closed together, so that only the one at
// fault stays.
func (s *Service) oneByOne(ctx context.Context, w *walk, ids []int64) (closed int, failed error) {
	for _, id := range ids {
		n, err := s.Tickets.CloseDue(ctx, w.st, w.rule, []int64{id})
		closed += n
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("closing ticket %d: %w", id, err))
		}
	}
	return closed, failed
}
