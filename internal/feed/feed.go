// Package feed tells what has happened, in an order that never changes: each change of
// each ticket and user, as recorded by the writes themselves. Webhooks are its push form.
package feed

import (
	"context"
	"sync"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Service reads the events of one database.
type Service struct {
	DB *store.DB

	mu       sync.Mutex
	waiting  int
	watching bool
}

// Query picks events. Zero values pick all.
type Query struct {
	After  int64 // those after this event
	Limit  int
	Ticket int64
	Type   string
	Users  bool // events of users too
}

// How long a reader waits for writes that are under way, so that it sees what was written
// before it asked; and how often it looks for the writes of other nodes or, on SQLite, of
// commands.
const (
	settleTime    = 500 * time.Millisecond
	settlePace    = 2 * time.Millisecond
	otherNodes    = 250 * time.Millisecond
	otherCommands = 2 * time.Second
)

// Read returns the next events and the id to go on from: nothing will ever appear at or
// before it that was not returned.
func (s *Service) Read(ctx context.Context, st *desk.Store, q Query) (events []desk.Event, last int64, err error) {
	upTo, err := s.settled(ctx)
	if err != nil {
		return nil, 0, err
	}
	events, err = s.DB.EventsAfter(ctx, st, store.EventQuery{
		After: q.After, UpTo: upTo, Ticket: q.Ticket, Type: q.Type, Users: q.Users, Limit: q.Limit,
	})
	if err != nil {
		return nil, 0, err
	}
	last = max(q.After, upTo)
	if len(events) == q.Limit {
		last = events[len(events)-1].ID
	}
	return events, last, nil
}

// Latest is the id to go on from for who wants only what comes.
func (s *Service) Latest(ctx context.Context, _ *desk.Store) (int64, error) { return s.settled(ctx) }

// settled is the id up to which all events are there. Those of writes that ended before
// the call are among them, unless another write keeps them back for longer than
// settleTime.
func (s *Service) settled(ctx context.Context) (int64, error) {
	deadline := time.Now().Add(settleTime)
	upTo, want, err := s.DB.Settled(ctx)
	for err == nil && upTo < want && time.Now().Before(deadline) {
		if err = pause(ctx, settlePace); err == nil {
			upTo, _, err = s.DB.Settled(ctx)
		}
	}
	return min(upTo, want), err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// Wait returns when there may be events after an id that Read or Latest returned, or with
// the error of ctx when that ends first.
func (s *Service) Wait(ctx context.Context, _ *desk.Store, after int64) error {
	for {
		bell := s.DB.Events().Next()
		upTo, taken, err := s.DB.Settled(ctx)
		if err != nil {
			return err
		}
		if min(upTo, taken) > after {
			return nil
		}
		if upTo < taken { // a write is under way
			if err := pause(ctx, settlePace); err != nil {
				return err
			}
			continue
		}
		s.watch(ctx, taken)
		select {
		case <-bell:
			s.unwatch()
		case <-ctx.Done():
			s.unwatch()
			return ctx.Err()
		}
	}
}

// watch sees to it that the bell is rung for the writes of other processes too, while
// anybody waits.
func (s *Service) watch(ctx context.Context, seen int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting++
	if !s.watching {
		s.watching = true
		go s.look(context.WithoutCancel(ctx), seen)
	}
}

func (s *Service) unwatch() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting--
}

func (s *Service) look(ctx context.Context, seen int64) {
	pace := otherCommands
	if s.DB.Shared() {
		pace = otherNodes
	}
	for s.wanted() {
		time.Sleep(pace)
		if _, taken, err := s.DB.Settled(ctx); err == nil && taken != seen {
			seen = taken
			s.DB.Events().Ring()
		}
	}
}

// wanted tells whether anybody waits; if not, nobody looks any more.
func (s *Service) wanted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watching = s.waiting > 0
	return s.watching
}
