package admin

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/blob"
	"storedesk/internal/commerce"
	"storedesk/internal/desk"
	"storedesk/internal/feed"
	"storedesk/internal/mailroom"
	"storedesk/internal/people"
	"storedesk/internal/settings"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// Deliveries sends to webhooks what a client asks for.
type Deliveries interface {
	// Test sends a made-up event now and returns how it went, which is no error.
	Test(ctx context.Context, st *desk.Store, hook *desk.Webhook) (*desk.Delivery, error)
	// Replay queues events to be sent once more and returns how many. Errors:
	// desk.ErrNotFound for an event that is not there, Invalid for a webhook that is
	// switched off.
	Replay(ctx context.Context, st *desk.Store, hook *desk.Webhook, r desk.Replay) (queued int, err error)
}

// Config is what the door needs. The services, Stores and Blobs are required.
type Config struct {
	Tickets    *tickets.Service
	People     *people.Service
	Commerce   *commerce.Service
	Access     *access.Service
	Stores     *settings.Stores
	Webhooks   *settings.Webhooks
	Deliveries Deliveries
	Feed       *feed.Service
	Mails      *mailroom.Service
	Blobs      blob.Store

	PageSize       int            // rows of a list page; 0 = 20
	RateLimit      int            // requests in any second, for each token; 0 = no limit
	TrustedProxies []netip.Prefix // whose X-Forwarded-Host and -Proto are believed

	// BodyIdle is how long a request's body may make no progress; 0 = 30 seconds.
	// A whole body may take twenty times as long.
	BodyIdle time.Duration
	// Links makes the URLs of attachments for a store and an origin such as
	// https://desk.example; nil = wire.Origin.
	Links func(st *desk.Store, origin string) wire.Linker

	// Stopping is closed when the server begins to stop: requests that wait for events
	// end then. nil = never.
	Stopping <-chan struct{}

	Log *slog.Logger     // nil = slog.Default
	Now func() time.Time // nil = time.Now
}

const (
	defaultPageSize = 20
	defaultBodyIdle = 30 * time.Second
)

// API answers requests under Base. It is safe for concurrent use.
type API struct {
	tickets    *tickets.Service
	people     *people.Service
	commerce   *commerce.Service
	access     *access.Service
	stores     *settings.Stores
	webhooks   *settings.Webhooks
	deliveries Deliveries
	feed       *feed.Service
	mails      *mailroom.Service
	blobs      blob.Store
	links      func(*desk.Store, string) wire.Linker

	pageSize int
	bodyIdle time.Duration
	trusted  []netip.Prefix
	throttle *throttle
	readers  readers
	stopping <-chan struct{}
	log      *slog.Logger
	now      func() time.Time

	resources []*resource
	router    *node
}

// New returns the handler for every path under Base, Base without its slash too.
func New(cfg Config) http.Handler {
	a := &API{
		tickets: cfg.Tickets, people: cfg.People, commerce: cfg.Commerce,
		access: cfg.Access, stores: cfg.Stores, blobs: cfg.Blobs, links: cfg.Links,
		webhooks: cfg.Webhooks, deliveries: cfg.Deliveries, feed: cfg.Feed, mails: cfg.Mails, stopping: cfg.Stopping,
		pageSize: cfg.PageSize, bodyIdle: cfg.BodyIdle, trusted: cfg.TrustedProxies,
		throttle: newThrottle(cfg.RateLimit), log: cfg.Log, now: cfg.Now,
		resources: resources(table),
	}
	a.router = newRouter(a.resources)
	a.fillIn()
	return a
}

func (a *API) fillIn() {
	if a.pageSize <= 0 {
		a.pageSize = defaultPageSize
	}
	if a.bodyIdle <= 0 {
		a.bodyIdle = defaultBodyIdle
	}
	if a.links == nil {
		a.links = func(_ *desk.Store, origin string) wire.Linker { return wire.Origin(origin) }
	}
	if a.log == nil {
		a.log = slog.Default()
	}
	if a.now == nil {
		a.now = time.Now
	}
}
