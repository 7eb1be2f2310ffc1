// Package webhook brings events to the addresses that a store's webhooks name: the push
// form of the event feed. Events become jobs in the order of the feed, jobs become
// requests, and each attempt is kept.
package webhook

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/feed"
	"storedesk/internal/jobs"
	"storedesk/internal/pyjson"
	"storedesk/internal/store"
	"storedesk/internal/wire"
)

// Service delivers events.
type Service struct {
	DB     *store.DB
	Feed   *feed.Service
	Client *http.Client // reaches only what it may; does not follow redirects
	Log    *slog.Logger
	Now    func() time.Time
	// Store returns the store with an id.
	Store func(ctx context.Context, id int64) (*desk.Store, error)
	// Links makes the URLs of a store's attachments.
	Links func(st *desk.Store) wire.Linker
	// FirstGap is the wait after a first failure; 0 = 15 s. Each later one is three times as
	// long.
	FirstGap time.Duration
	// Timeout is how long one attempt may take; 0 = 20 s.
	Timeout time.Duration
	// Warn tells a store's admins that a webhook fails, or was switched off.
	Warn func(ctx context.Context, st *desk.Store, hook *desk.Webhook) error

	recent recent
}

// The contract's tries of one event: the first within 20 s, and ten more after gaps of
// 15 s x 3^n, n = 0 … 9, which makes five days.
const (
	timeout  = 20 * time.Second
	firstGap = 15 * time.Second
	retries  = 10
)

func (s *Service) backoff(attempt int64) (time.Duration, bool) {
	gap := cmp.Or(s.FirstGap, firstGap)
	for range attempt - 1 {
		gap *= 3
	}
	return gap, attempt <= retries
}

// jobsAtOnce is how many deliveries to one webhook a node has under way.
const jobsAtOnce = 8

// Kinds are the jobs of this package.
func (s *Service) Kinds() []jobs.Kind {
	return []jobs.Kind{
		{Name: store.WebhookKind, Work: s.deliver, Timeout: 3 * timeout, Limit: jobsAtOnce, Backoff: s.backoff},
		{Name: warningKind, Work: s.warn},
	}
}

const warningKind = "webhook-warning"

// task is what a job of this package is about.
type task struct {
	Webhook int64 `json:"webhook"`
	Event   int64 `json:"event"`
}

func (s *Service) deliver(ctx context.Context, j *desk.Job) jobs.Result {
	var t task
	if err := json.Unmarshal(j.Args, &t); err != nil {
		return jobs.Result{Err: err, Final: true}
	}
	st, err := s.Store(ctx, j.StoreID)
	if err != nil {
		return jobs.Done(err)
	}
	hook, err := s.recent.hook(t.Webhook, s.Now(), func() (*desk.Webhook, error) { return s.DB.Webhook(ctx, st, t.Webhook) })
	switch {
	case desk.CodeOf(err) == desk.NotFound:
		return jobs.Done(nil)
	case err != nil:
		return jobs.Done(err)
	case !hook.Active:
		return jobs.Result{Err: errors.New("webhook switched off"), Final: true}
	}
	r := s.recent.event(t.Event, func(r *rendered) {
		if r.event, r.err = s.DB.Event(ctx, st, t.Event); r.err == nil {
			r.data, r.err = s.data(ctx, st, r.event)
		}
	})
	if r.err != nil {
		return jobs.Result{Err: r.err, Final: desk.CodeOf(r.err) == desk.NotFound}
	}
	body, err := s.body(st, hook, r.event.Type, desk.EventUUID(st, r.event.ID), r.data)
	if err != nil {
		return jobs.Result{Err: err, Final: true}
	}
	return s.attempt(ctx, st, hook, r.event, j.Attempt, body)
}

// data is the ticket or user of an event, as it was right after it.
func (s *Service) data(ctx context.Context, st *desk.Store, e *desk.Event) (data []byte, err error) {
	var seq int64
	if e.UserID != 0 {
		u, err := s.DB.User(ctx, st, e.UserID)
		if err != nil {
			return nil, err
		}
		data, seq = wire.User(nil, u, st.Zone), u.Seq
	} else {
		doc, err := s.DB.TicketDocument(ctx, st, e.TicketID)
		if err != nil {
			return nil, err
		}
		data, seq = doc.Append(nil, s.Links(st)), doc.Seq
	}
	if seq == e.Seq {
		return data, nil
	}
	since, err := s.DB.LaterEvents(ctx, st, e)
	if err != nil {
		return nil, err
	}
	return wire.Rewind(data, e, since, st.Zone)
}

// body is what is sent, byte for byte what Python's json.dumps makes of it: the documented
// receiver signs that, not the bytes it got.
func (s *Service) body(st *desk.Store, hook *desk.Webhook, eventType, eventID string, data []byte) ([]byte, error) {
	envelope := wire.Envelope(make([]byte, 0, len(data)+500), st, hook, eventType, eventID, data)
	return pyjson.Append(make([]byte, 0, len(envelope)+len(envelope)/8), envelope)
}

// attempt sends a body and says what that comes to.
func (s *Service) attempt(ctx context.Context, st *desk.Store, hook *desk.Webhook, e *desk.Event, n int64, body []byte) jobs.Result {
	now := s.Now()
	a := s.send(ctx, hook, e, n, body)
	d := &desk.Delivery{
		WebhookID: hook.ID, EventID: e.ID, EventType: e.Type, TicketID: e.TicketID, UserID: e.UserID, Seq: e.Seq, Attempt: n,
		Status: a.status, Took: s.Now().Sub(now), Answer: a.text, CreatedAt: desk.At(now),
	}
	if a.status == http.StatusGone {
		s.recent.gone(hook, s.Now())
	}
	var err error
	if a.status != http.StatusOK {
		err = fmt.Errorf("%s answered %d: %.200s", hook.Target, a.status, a.text)
		if a.status == 0 {
			err = errors.New(a.text)
		}
	}
	return jobs.Result{Err: err, Final: a.status == http.StatusGone, Record: func(tx *store.Tx, out jobs.Outcome) {
		s.record(tx, st, hook, d, out)
	}}
}

// record keeps an attempt, and what it means for the webhook.
func (s *Service) record(tx *store.Tx, st *desk.Store, hook *desk.Webhook, d *desk.Delivery, out jobs.Outcome) {
	now := desk.At(s.Now())
	switch {
	case d.Status == http.StatusOK:
		d.Outcome = desk.Delivered
	case d.Status == http.StatusGone:
		d.Outcome = desk.Gone
	case out.State == desk.JobReady:
		d.Outcome = desk.Retried
	default:
		d.Outcome = desk.Failed
	}
	tx.InsertDelivery(st, d)
	tx.NoteDelivery(st, hook, d.Outcome, now)
	if d.Outcome == desk.Failed || d.Outcome == desk.Gone || d.Attempt == warnAt {
		args, _ := json.Marshal(task{Webhook: hook.ID})
		tx.Enqueue(&desk.Job{
			StoreID: st.ID, Kind: warningKind, Once: fmt.Sprintf("%s:%d", warningKind, hook.ID), Args: args, RunAt: now, CreatedAt: now,
		})
	}
}

// warnAt is the attempt at an event whose failure admins hear of: some ten minutes after
// the first.
const warnAt = 5

// warn tells a store's admins, once a day at most unless the webhook was switched off.
func (s *Service) warn(ctx context.Context, j *desk.Job) jobs.Result {
	var t task
	if err := json.Unmarshal(j.Args, &t); err != nil {
		return jobs.Result{Err: err, Final: true}
	}
	st, err := s.Store(ctx, j.StoreID)
	if err != nil {
		return jobs.Done(err)
	}
	hook, due, err := s.DB.WarnWebhook(ctx, st, t.Webhook, desk.At(s.Now()))
	if err != nil || !due {
		return jobs.Done(err)
	}
	return jobs.Done(s.Warn(ctx, st, hook))
}
