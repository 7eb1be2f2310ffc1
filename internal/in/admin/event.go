package admin

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/feed"
	"storedesk/internal/in/admin/form"
	"storedesk/internal/wire"
)

const (
	maxReaders  = 32 // requests of one token that may wait for events at a node at once
	readersWait = 5  // seconds that one more is told to come back in
)

// readers counts the requests that wait for events, by token.
type readers struct {
	mu   sync.Mutex
	byID map[int64]int
}

// enter counts a request that is about to wait; leave must follow, if it may.
func (r *readers) enter(token int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byID[token] >= maxReaders {
		return false
	}
	if r.byID == nil {
		r.byID = map[int64]int{}
	}
	r.byID[token]++
	return true
}

func (r *readers) leave(token int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byID[token]--; r.byID[token] == 0 {
		delete(r.byID, token)
	}
}

// readEvents answers GET events/: a stretch of the feed, or the feed itself as a stream.
func (a *API) readEvents(c *call) error {
	asked, fields := form.Events(c.query)
	if len(fields) > 0 {
		return invalid(fields)
	}
	q := feed.Query{
		After: asked.After, Limit: asked.Limit, Ticket: asked.Ticket, Type: asked.Type, Users: c.token.Allows("users:read"),
	}
	if strings.HasPrefix(q.Type, "customer.") && !q.Users {
		return errForbidden
	}
	resumed := c.stream && c.resume(&q)
	if asked.Latest && !resumed {
		var err error
		if q.After, err = a.feed.Latest(c.ctx(), c.store); err != nil {
			return err
		}
	}
	if !c.stream && asked.Wait == 0 {
		events, last, err := a.feed.Read(c.ctx(), c.store, q)
		if err != nil {
			return err
		}
		return c.showEvents(events, last)
	}
	if !a.readers.enter(c.token.ID) {
		return throttled(readersWait)
	}
	defer a.readers.leave(c.token.ID)
	if c.stream {
		return a.streamEvents(c, q)
	}
	events, last, err := a.awaitEvents(c, q, asked.Wait)
	if err != nil {
		return err
	}
	return c.showEvents(events, last)
}

// awaitEvents reads events and, while there are none, waits for some. When the time is up
// or the server stops, none is the answer.
func (a *API) awaitEvents(c *call, q feed.Query, wait time.Duration) ([]desk.Event, int64, error) {
	ctx, cancel := a.untilStopping(c.ctx())
	defer cancel()
	ctx, expire := context.WithTimeout(ctx, wait)
	defer expire()
	for {
		events, last, err := a.feed.Read(c.ctx(), c.store, q)
		if err != nil || len(events) > 0 {
			return events, last, err
		}
		q.After = last
		switch err := a.feed.Wait(ctx, c.store, last); {
		case ctx.Err() != nil:
			return nil, last, c.ctx().Err()
		case err != nil:
			return nil, last, err
		}
	}
}

// untilStopping is a context that also ends when the server begins to stop.
func (a *API) untilStopping(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	if a.stopping == nil {
		return ctx, cancel
	}
	go func() {
		select {
		case <-a.stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// showEvents answers a stretch of the feed with the place to go on from.
func (c *call) showEvents(events []desk.Event, last int64) error {
	buffer := borrow()
	next := c.origin + Base + c.res.path + "?" + c.query.Encode("after", strconv.FormatInt(last, 10))
	body := wire.String(append(*buffer, `{"next":`...), next)
	body = strconv.AppendInt(append(body, `,"last":`...), last, 10)
	body = append(body, `,"results":[`...)
	for i := range events {
		if i > 0 {
			body = append(body, ',')
		}
		var err error
		if body, err = wire.Event(body, &events[i], c.store); err != nil {
			return err
		}
	}
	body = append(body, "]}"...)
	err := c.show(body)
	giveBack(buffer, body)
	return err
}
