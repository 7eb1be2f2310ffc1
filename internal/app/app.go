package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"
	_ "time/tzdata" // stores name time zones, also where the system has no database of them

	"storedesk/internal/access"
	"storedesk/internal/blob"
	"storedesk/internal/commerce"
	"storedesk/internal/feed"
	"storedesk/internal/in/imap"
	inmail "storedesk/internal/in/mail"
	"storedesk/internal/in/mirror"
	"storedesk/internal/mailroom"
	"storedesk/internal/out/mail"
	"storedesk/internal/out/rules"
	"storedesk/internal/out/webhook"
	"storedesk/internal/outbound"
	"storedesk/internal/people"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/tickets"
)

// App is the program's parts, built on one database.
type App struct {
	Config     Config
	Log        *slog.Logger
	DB         *store.DB
	Blobs      blob.Store
	Stores     *settings.Stores
	Hooks      *settings.Webhooks
	Deliveries *webhook.Service
	Feed       *feed.Service
	Access     *access.Service
	Accounts   *access.Accounts
	Apps       *access.Apps
	Tickets    *tickets.Service
	People     *people.Service
	Commerce   *commerce.Service
	Sources    *settings.Sources
	Mirror     *mirror.Mirror
	Mailboxes  *settings.Mailboxes
	Poller     *imap.Poller
	Mailroom   *mailroom.Service
	Incoming   *inmail.Handler
	Outgoing   *mail.Service
	Rules      *rules.Service

	Notifications *settings.Notifications
	Macros        *settings.Macros

	stopping <-chan struct{} // closed when the server begins to stop
	stop     func()
}

// Open connects to the database, brings its schema up to date, makes sure there is a
// store, and builds the parts.
func Open(ctx context.Context, c Config) (*App, error) {
	tuneMemory()
	log := newLogger(&c)
	db, err := store.Open(ctx, store.Options{URL: c.DatabaseURL, DataDir: c.DataDir, Log: log})
	if err != nil {
		return nil, err
	}
	a := build(c, log, db)
	if err := a.prepare(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return a, nil
}

func build(c Config, log *slog.Logger, db *store.DB) *App {
	now := time.Now
	tokens := &access.Service{DB: db, Now: now}
	stopping, stop := context.WithCancel(context.Background())
	a := &App{
		Config: c, Log: log, DB: db,
		Stores:   &settings.Stores{DB: db, Now: now},
		Access:   tokens,
		Apps:     &access.Apps{DB: db, Now: now, Tokens: tokens},
		Accounts: access.NewAccounts(db, now, log, access.DefaultHashing),
		Tickets:  &tickets.Service{DB: db, Now: now},
		People:   &people.Service{DB: db, Now: now},
		Commerce: &commerce.Service{DB: db},
		Hooks:    &settings.Webhooks{DB: db, Now: now, CheckTarget: c.checkTarget},
		Feed:     &feed.Service{DB: db},
		Sources:  &settings.Sources{DB: db, Now: now},
		Mirror:   &mirror.Mirror{DB: db, Now: now, Log: log},

		Mailboxes:     &settings.Mailboxes{DB: db, Now: now},
		Notifications: &settings.Notifications{DB: db},
		Macros:        &settings.Macros{DB: db, Now: now},

		stopping: stopping.Done(), stop: stop,
	}
	a.Deliveries = a.deliveries()
	a.Rules = &rules.Service{DB: db, Tickets: a.Tickets, Stores: a.Stores.List, Store: a.Stores.ByID, Log: log}
	guarded := outbound.Options{Allow: c.networks()}
	a.Poller = &imap.Poller{
		DB: db, Store: a.Stores.ByID, Now: now, Log: log, Guard: outbound.Dialer(guarded).DialContext, GuardedClient: outbound.Client(guarded),
	}
	return a
}

func (a *App) prepare(ctx context.Context) error {
	if err := a.DB.Migrate(ctx); err != nil {
		return err
	}
	if err := errors.Join(a.Stores.EnsureDefault(ctx), a.Stores.EnsureMailSecrets(ctx)); err != nil {
		return err
	}
	var err error
	if a.Blobs, err = blob.Open(ctx, a.Config.BlobURL, a.Config.DataDir); err != nil {
		return err
	}
	a.Mailroom = a.mailroom()
	a.Poller.Mail, a.Poller.MaxSize = a.Mailroom, a.Mailroom.Limit()
	a.Incoming = a.incoming()
	a.Outgoing = a.outgoing()
	a.DB.Follow(a.Outgoing.Follow)
	if !a.Outgoing.Route.Off() {
		a.Accounts.Post = a.Outgoing
	}
	return nil
}

// Close lets go of the database.
func (a *App) Close() { a.DB.Close() }

func newLogger(c *Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level()}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}
