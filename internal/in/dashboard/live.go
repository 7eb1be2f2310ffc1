package dashboard

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/feed"
	"storedesk/internal/page"
)

func (d *door) liveRoutes() []page.Route { return []page.Route{get("live/", forTickets, d.live)} }

const (
	livePing     = 15 * time.Second // between signs of life: proxies drop quiet connections
	liveCheck    = time.Minute      // between looks at the session
	livePatience = 30 * time.Second // how long a browser may take to accept what is sent
	liveBatch    = 200              // events read at once
)

// news says what changed, not the data: browsers ask again for what they show, and their
// rights are held against it then.
type news struct {
	Ticket  int64    `json:"ticket"`
	User    int64    `json:"user"`
	Seq     int64    `json:"seq"`
	Type    string   `json:"type"`
	Actor   newsFrom `json:"actor"`
	Fields  []string `json:"fields"`
	Comment int64    `json:"comment"`
	Public  bool     `json:"public"`
}

type newsFrom struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id"`
}

func newsOf(e *desk.Event) news {
	n := news{e.TicketID, e.UserID, e.Seq, e.Type, newsFrom{string(e.Actor.Kind), e.Actor.ID}, []string{}, e.CommentID, e.Public}
	for _, c := range e.Changes {
		n.Fields = append(n.Fields, c.Field)
	}
	return n
}

// live is a stream of server-sent events (HTML standard, section 9.2): what changed in the
// store since the browser last heard. It ends with the session, or when the server stops.
func (d *door) live(q *page.Request) error {
	ctx, cancel := context.WithCancel(q.Ctx())
	defer cancel()
	go func() {
		select {
		case <-d.Stopping:
			cancel()
		case <-ctx.Done():
		}
	}()
	s := &liveStream{d: d, q: q, ctl: http.NewResponseController(q.W), checked: time.Now()}
	s.ask.Limit, s.ask.Users = liveBatch, q.Staff.Can(desk.PermissionCustomers)
	var err error
	if s.ask.After, err = strconv.ParseInt(q.R.Header.Get("Last-Event-ID"), 10, 64); err != nil || s.ask.After < 0 {
		if s.ask.After, err = d.Feed.Latest(ctx, q.Store); err != nil {
			return err
		}
	}
	s.room = d.rooms.join(q.Store.ID)
	defer d.rooms.leave(s.room)
	s.open()
	for s.flush() && ctx.Err() == nil {
		if err := s.next(ctx); err != nil {
			if ctx.Err() == nil && desk.CodeOf(err) == desk.Internal {
				d.Log.ErrorContext(ctx, "live stream", slog.Any("error", err))
			}
			return nil // the answer has begun: the browser comes back
		}
	}
	return nil
}

type liveStream struct {
	d       *door
	q       *page.Request
	ctl     *http.ResponseController
	ask     feed.Query
	buffer  []byte
	checked time.Time
	room    *roomNews
}

func (s *liveStream) open() {
	h := s.q.W.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would keep events until its buffer is full
	h.Set("Connection", "close")     // it has a write deadline
	s.q.W.WriteHeader(http.StatusOK)
	s.buffer = []byte("retry: 2000\n")
	s.mark()
}

// mark tells how far the stream has come, without an event.
func (s *liveStream) mark() {
	s.buffer = append(strconv.AppendInt(append(s.buffer, "id: "...), s.ask.After, 10), "\n\n"...)
}

// send adds an event to what the next flush writes.
func (s *liveStream) send(kind string, v any) error {
	data, err := json.Marshal(v)
	if err == nil {
		s.buffer = append(append(append(s.buffer, "event: "...), kind...), "\ndata: "...)
		s.buffer = append(append(s.buffer, data...), "\n\n"...)
	}
	return err
}

func (s *liveStream) flush() bool {
	_ = s.ctl.SetWriteDeadline(time.Now().Add(livePatience)) // without deadlines a stalled browser stays until it hangs up
	if _, err := s.q.W.Write(s.buffer); err != nil {
		return false
	}
	s.buffer = s.buffer[:0]
	return s.ctl.Flush() == nil
}

// next gathers what came; when nothing comes for a while the browser is sent a comment.
func (s *liveStream) next(ctx context.Context) error {
	if time.Since(s.checked) > liveCheck {
		s.checked = time.Now()
		if err := s.q.StillAllowed(forTickets); err != nil {
			return err
		}
	}
	events, last, err := s.d.Feed.Read(ctx, s.q.Store, s.ask)
	if err != nil {
		return err
	}
	s.ask.After = last
	for i := range events {
		s.buffer = append(strconv.AppendInt(append(s.buffer, "id: "...), events[i].ID, 10), '\n')
		if err := s.send("news", newsOf(&events[i])); err != nil {
			return err
		}
	}
	here := s.room.take()
	for ticket := range here {
		if err := s.send("presence", presence{ticket}); err != nil {
			return err
		}
	}
	if len(events)+len(here) > 0 {
		return nil
	}
	wait, cancel := context.WithTimeout(ctx, livePing)
	defer cancel()
	defer s.room.interrupt(ctx, cancel)()
	err = s.d.Feed.Wait(wait, s.q.Store, last)
	if wait.Err() == nil {
		return err
	}
	if context.Cause(wait) == context.Canceled && ctx.Err() == nil {
		return nil // somebody came or left
	}
	s.buffer = append(s.buffer, ": ping\n"...)
	s.mark()
	return nil
}
