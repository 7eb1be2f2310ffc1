package admin

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"storedesk/internal/feed"
	"storedesk/internal/in/admin/form"
	"storedesk/internal/wire"
)

const (
	streamPing     = 15 * time.Second // between signs of life: proxies drop quiet connections
	streamCheck    = time.Minute      // between looks at the token
	streamPatience = 30 * time.Second // how long a client may take to accept what is sent
	streamBatch    = 100              // events read at once
	streamRetry    = 2000             // milliseconds until a client that was cut off comes back
)

// stream is an answer of server-sent events (HTML standard, section 9.2).
type stream struct {
	api     *API
	c       *call
	ctl     *http.ResponseController
	query   feed.Query
	buffer  []byte // written by the next flush
	checked time.Time
}

// resume reads where a client that was cut off goes on. That counts more than the URL,
// which such a client asks for unchanged.
func (c *call) resume(q *feed.Query) bool {
	header := c.r.Header["Last-Event-Id"]
	if len(header) != 1 {
		return false
	}
	id, ok := form.EventID(header[0])
	if ok {
		q.After = id
	}
	return ok
}

// streamEvents sends events as they come, until the client goes, its token ends or the
// server stops. A client that accepts nothing for a while is cut off.
func (a *API) streamEvents(c *call, q feed.Query) error {
	ctx, cancel := a.untilStopping(c.ctx())
	defer cancel()
	q.Limit = streamBatch
	s := &stream{api: a, c: c, ctl: http.NewResponseController(c.w), query: q, checked: time.Now()}
	s.open()
	for s.flush() {
		more, err := s.fill(ctx)
		if err == nil && !more {
			err = s.rest(ctx)
		}
		if ctx.Err() != nil || errors.Is(err, errForbidden) {
			return nil
		}
		if err != nil {
			// The answer has begun; the client comes back and hears the rest then.
			a.log.LogAttrs(ctx, slog.LevelError, "event stream", slog.String("request_id", c.id), slog.Any("error", err))
			return nil
		}
	}
	return nil
}

// open begins the answer and tells where it starts: who is cut off before the first event
// goes on from there.
func (s *stream) open() {
	h := s.c.w.Header()
	h["Content-Type"] = []string{"text/event-stream"}
	h["X-Accel-Buffering"] = []string{"no"} // nginx would keep events until its buffer is full
	h["Connection"] = []string{"close"}     // it has a write deadline
	s.c.noStore()
	s.c.written = true
	s.c.w.WriteHeader(http.StatusOK)
	s.buffer = strconv.AppendInt([]byte("retry: "), streamRetry, 10)
	s.buffer = append(s.buffer, '\n')
	s.mark()
}

// mark tells how far the stream has come, without an event.
func (s *stream) mark() {
	s.buffer = strconv.AppendInt(append(s.buffer, "id: "...), s.query.After, 10)
	s.buffer = append(s.buffer, "\n\n"...)
}

// flush puts what has gathered on the wire; false when the client is gone.
func (s *stream) flush() bool {
	_ = s.ctl.SetWriteDeadline(time.Now().Add(streamPatience)) // without deadlines a stalled client stays until it hangs up
	if _, err := s.c.w.Write(s.buffer); err != nil {
		return false
	}
	s.buffer = s.buffer[:0]
	return s.ctl.Flush() == nil
}

// fill gathers the next events; more is false when there are none. errForbidden when the
// token has ended meanwhile.
func (s *stream) fill(ctx context.Context) (more bool, err error) {
	if err := s.check(); err != nil {
		return false, err
	}
	events, last, err := s.api.feed.Read(ctx, s.c.store, s.query)
	if err != nil {
		return false, err
	}
	for i := range events {
		e := &events[i]
		s.buffer = strconv.AppendInt(append(s.buffer, "id: "...), e.ID, 10)
		s.buffer = append(append(s.buffer, "\nevent: "...), e.Type...)
		s.buffer = append(s.buffer, "\ndata: "...)
		if s.buffer, err = wire.Event(s.buffer, e, s.c.store); err != nil {
			return false, err
		}
		s.buffer = append(s.buffer, "\n\n"...)
	}
	s.query.After = last
	return len(events) > 0, nil
}

// check looks at the token again, now and then: it may have been revoked or have expired.
func (s *stream) check() error {
	if time.Since(s.checked) < streamCheck {
		return nil
	}
	s.checked = time.Now()
	if s.api.authenticate(s.c, s.c.secret()) != nil || s.api.authorize(s.c) != nil {
		return errForbidden
	}
	s.query.Users = s.c.token.Allows("users:read")
	return nil
}

// rest waits for events; when none come for a while the client is sent a comment.
func (s *stream) rest(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, streamPing)
	defer cancel()
	err := s.api.feed.Wait(ctx, s.c.store, s.query.After)
	if ctx.Err() == nil {
		return err
	}
	s.buffer = append(s.buffer, ": ping\n"...)
	s.mark()
	return nil
}
