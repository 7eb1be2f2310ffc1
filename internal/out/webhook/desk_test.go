package webhook_test

import (
	"context"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/feed"
	"storedesk/internal/jobs"
	"storedesk/internal/out/webhook"
	"storedesk/internal/outbound"
	"storedesk/internal/people"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// shop is a store whose webhooks are being served.
type shop struct {
	t       *testing.T
	db      *store.DB
	st      *desk.Store
	tickets *tickets.Service
	people  *people.Service
	hooks   *webhook.Service
	warned  chan *desk.Webhook
}

const (
	testGap     = 20 * time.Millisecond
	testTimeout = 700 * time.Millisecond
)

// open makes a shop in a database. Nothing is delivered before start.
func open(t *testing.T, db *store.DB) *shop {
	stores := &settings.Stores{DB: db, Now: time.Now}
	st, err := stores.Create(t.Context(), "Shop", []string{"shop.example"})
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{
		t: t, db: db, st: st, tickets: &tickets.Service{DB: db, Now: time.Now}, people: &people.Service{DB: db, Now: time.Now},
		warned: make(chan *desk.Webhook, 100),
	}
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	s.hooks = &webhook.Service{
		DB: db, Feed: &feed.Service{DB: db}, Log: slog.New(slog.DiscardHandler), Now: time.Now, Store: stores.ByID,
		Client:   outbound.Client(outbound.Options{Allow: loopback, MaxIdlePerHost: 8}),
		Links:    func(*desk.Store) wire.Linker { return wire.Origin("https://shop.example") },
		FirstGap: testGap, Timeout: testTimeout,
		Warn: func(_ context.Context, _ *desk.Store, hook *desk.Webhook) error {
			s.warned <- hook
			return nil
		},
	}
	return s
}

// start runs a node.
func (s *shop) start() {
	ctx, cancel := context.WithCancel(s.t.Context())
	runner := jobs.New(s.db, time.Now, slog.New(slog.DiscardHandler), s.hooks.Kinds()...)
	done := make(chan struct{}, 2)
	go func() {
		s.hooks.Run(ctx)
		done <- struct{}{}
	}()
	go func() {
		if err := runner.Run(ctx); err != nil && ctx.Err() == nil {
			s.t.Error(err)
		}
		done <- struct{}{}
	}()
	s.t.Cleanup(func() {
		cancel()
		<-done
		<-done
	})
}

// hook makes a webhook for all events.
func (s *shop) hook(target, secret string) *desk.Webhook {
	s.t.Helper()
	h := &desk.Webhook{Target: target, Events: 15, Secret: secret, Active: true, CreatedAt: desk.At(time.Now())}
	err := s.db.Write(s.t.Context(), func(tx *store.Tx) error { return tx.InsertWebhook(s.t.Context(), s.st, h) })
	if err != nil {
		s.t.Fatal(err)
	}
	return h
}

func (s *shop) create(subject, body string) int64 {
	s.t.Helper()
	in := &desk.TicketInput{Subject: &subject}
	if body != "" {
		in.Comment = &desk.CommentInput{Body: &body, Public: true}
	}
	doc, err := s.tickets.Create(s.t.Context(), s.st, in, desk.Write{Actor: desk.System})
	if err != nil {
		s.t.Fatal(err)
	}
	return doc.ID
}

func (s *shop) update(id int64, in desk.TicketInput) *wire.Document {
	s.t.Helper()
	doc, err := s.tickets.Update(s.t.Context(), s.st, id, &in, desk.Write{Actor: desk.System})
	if err != nil {
		s.t.Fatal(err)
	}
	return doc
}

// eventually waits for something to become true.
func (s *shop) eventually(what string, ok func() bool) {
	s.t.Helper()
	for deadline := time.After(30 * time.Second); !ok(); {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			s.t.Fatalf("never: %s", what)
		}
	}
}

// reload reads a webhook again.
func (s *shop) reload(h *desk.Webhook) *desk.Webhook {
	s.t.Helper()
	h, err := s.db.Webhook(s.t.Context(), s.st, h.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return h
}

func (s *shop) pending() int {
	s.t.Helper()
	list, err := s.db.ListJobs(s.t.Context(), store.JobQuery{Kind: store.WebhookKind, Limit: 100_000})
	if err != nil {
		s.t.Fatal(err)
	}
	return len(list)
}
