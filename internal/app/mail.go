package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"storedesk/internal/desk"
	inmail "storedesk/internal/in/mail"
	"storedesk/internal/in/smtp"
	"storedesk/internal/jobs"
	"storedesk/internal/mailauth"
	"storedesk/internal/mailroom"
	"storedesk/internal/outbound"
	"storedesk/internal/store"
)

// SMTPConfig is what the server needs to receive mail over SMTP.
type SMTPConfig struct {
	Listen  string `name:"smtp-listen" env:"STOREDESK_SMTP_LISTEN" placeholder:"ADDRESS" help:"Address to receive mail on over SMTP, such as :25. Default: none."`
	Cert    string `name:"smtp-cert" env:"STOREDESK_SMTP_CERT" placeholder:"FILE" help:"Certificate for STARTTLS, PEM; read again when it changes. Default: one made at the start."`
	Key     string `name:"smtp-key" env:"STOREDESK_SMTP_KEY" placeholder:"FILE" help:"The certificate's key, PEM."`
	Rate    int    `name:"smtp-rate" env:"STOREDESK_SMTP_RATE" default:"120" help:"Messages a minute that each peer may bring over SMTP, twice as many at once; 0 = any number (default ${default})."`
	Trusted string `name:"smtp-trusted" env:"STOREDESK_SMTP_TRUSTED" placeholder:"CIDRS" help:"Peers without limits on SMTP, separated by commas, such as your own mail server in front. Loopback always is one."`
}

// check returns every problem with the configuration.
func (c *SMTPConfig) check() error {
	var problems []error
	if _, _, err := net.SplitHostPort(c.Listen); c.Listen != "" && err != nil {
		problems = append(problems, fmt.Errorf("STOREDESK_SMTP_LISTEN: %w", err))
	}
	if (c.Cert == "") != (c.Key == "") {
		problems = append(problems, errors.New("STOREDESK_SMTP_CERT and STOREDESK_SMTP_KEY go together"))
	}
	if c.Rate < 0 {
		problems = append(problems, fmt.Errorf("STOREDESK_SMTP_RATE: %d is less than 0", c.Rate))
	}
	if _, err := c.trusted(); err != nil {
		problems = append(problems, fmt.Errorf("STOREDESK_SMTP_TRUSTED: %w", err))
	}
	return errors.Join(problems...)
}

func (c *SMTPConfig) trusted() ([]netip.Prefix, error) { return outbound.ParseNetworks(c.Trusted) }

// mailroom builds the ledger of mail.
func (a *App) mailroom() *mailroom.Service {
	return &mailroom.Service{DB: a.DB, Blobs: a.Blobs, Stores: a.Stores, Now: time.Now, MaxBytes: int64(a.Config.MailMaxMB) << 20}
}

// incoming builds what decides what becomes of a message.
func (a *App) incoming() *inmail.Handler {
	h := &inmail.Handler{
		DB: a.DB, Blobs: a.Blobs, Tickets: a.Tickets, Store: a.Stores.ByID, Auth: &mailauth.Checker{Resolver: &mailauth.Memory{}}, Now: time.Now, Log: a.Log,
		Raw: func(ctx context.Context, st *desk.Store, m *desk.Mail) (io.ReadCloser, error) {
			return a.Mailroom.Raw(ctx, st, m)
		},
	}
	if a.Config.RspamdURL != "" {
		h.Spam = &inmail.Rspamd{URL: a.Config.RspamdURL, Client: http.DefaultClient, Log: a.Log}
	}
	return h
}

// mailboxKind is the kind of the jobs that read one mailbox each.
const mailboxKind = "mailbox"

// mailKinds are the jobs of mail, in and out.
func (a *App) mailKinds() []jobs.Kind {
	kinds := append(a.Incoming.Kinds(), a.Outgoing.Kinds()...)
	return append(
		kinds,
		jobs.Kind{Name: "mailboxes", Every: 30 * time.Second, Work: func(ctx context.Context, _ *desk.Job) jobs.Result {
			return jobs.Done(a.pollMailboxes(ctx))
		}},
		jobs.Kind{Name: mailboxKind, Timeout: time.Hour, Work: a.pollMailbox},
	)
}

// pollMailboxes makes a job for each mailbox that is to be looked into.
func (a *App) pollMailboxes(ctx context.Context) error {
	due, err := a.Poller.Due(ctx, time.Now())
	if err != nil || len(due) == 0 {
		return err
	}
	now := desk.At(time.Now())
	return a.DB.Write(ctx, func(tx *store.Tx) error {
		for _, box := range due {
			name := fmt.Sprintf("%s:%d", mailboxKind, box.ID)
			tx.Enqueue(&desk.Job{
				StoreID: box.StoreID, Kind: mailboxKind, Queue: name, Once: name, Args: fmt.Appendf(nil, `{"mailbox":%d}`, box.ID), RunAt: now, CreatedAt: now,
			})
		}
		return nil
	})
}

// pollMailbox looks into one. What goes wrong is in the mailbox's own record, and the next
// look tries again.
func (a *App) pollMailbox(ctx context.Context, j *desk.Job) jobs.Result {
	var args struct{ Mailbox int64 }
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return jobs.Result{Err: err, Final: true}
	}
	due, err := a.Poller.Due(ctx, time.Now())
	if err != nil {
		return jobs.Done(err)
	}
	for _, box := range due {
		if box.ID != args.Mailbox {
			continue
		}
		if err := a.Poller.Poll(ctx, box); err != nil && ctx.Err() == nil {
			a.Log.WarnContext(ctx, "reading a mailbox", slog.Int64("mailbox_id", box.ID), slog.String("address", box.Address), slog.Any("error", err))
		}
	}
	return jobs.Done(ctx.Err())
}

// tryMailbox signs in to a mailbox that somebody wants to add.
func (a *App) tryMailbox(ctx context.Context, b *desk.Mailbox) (validity, next uint32, err error) {
	state, err := a.Poller.Check(ctx, b)
	return state.UIDValidity, state.NextUID, err
}

// serveSMTP receives mail, if it is to. stop ends that, and lets messages under way finish
// until its ctx ends.
func (a *App) serveSMTP(ctx context.Context, c SMTPConfig, failed chan<- error) (stop func(context.Context) error, err error) {
	if c.Listen == "" {
		return func(context.Context) error { return nil }, nil
	}
	trusted, err := c.trusted()
	if err != nil {
		return nil, err
	}
	server, err := smtp.New(smtp.Config{
		Room: a.Mailroom, Hostname: a.Config.hostname(), CertFile: c.Cert, KeyFile: c.Key, Rate: c.Rate, Trusted: trusted, Now: time.Now, Log: a.Log,
	})
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("listening for SMTP: %w", err)
	}
	a.Log.InfoContext(ctx, "receiving mail", slog.String("address", listener.Addr().String()), slog.String("hostname", a.Config.hostname()))
	go func() {
		if err := server.Serve(listener); err != nil {
			failed <- fmt.Errorf("receiving mail: %w", err)
		}
	}()
	return server.Stop, nil
}
