package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/in/smtp"
	"storedesk/internal/mailroom"
	"storedesk/internal/outbound"
)

// SMTPConfig is what the server needs to receive mail over SMTP.
type SMTPConfig struct {
	Listen   string `name:"smtp-listen" env:"STOREDESK_SMTP_LISTEN" placeholder:"ADDRESS" help:"Address to receive mail on over SMTP, such as :25. Default: none."`
	Hostname string `name:"smtp-hostname" env:"STOREDESK_SMTP_HOSTNAME" placeholder:"NAME" help:"The name that the SMTP server greets with, as the MX record has it (default: the machine's)."`
	Cert     string `name:"smtp-cert" env:"STOREDESK_SMTP_CERT" placeholder:"FILE" help:"Certificate for STARTTLS, PEM; read again when it changes. Default: one made at the start."`
	Key      string `name:"smtp-key" env:"STOREDESK_SMTP_KEY" placeholder:"FILE" help:"The certificate's key, PEM."`
	Rate     int    `name:"smtp-rate" env:"STOREDESK_SMTP_RATE" default:"120" help:"Messages a minute that each peer may bring over SMTP, twice as many at once; 0 = any number (default ${default})."`
	Trusted  string `name:"smtp-trusted" env:"STOREDESK_SMTP_TRUSTED" placeholder:"CIDRS" help:"Peers without limits on SMTP, separated by commas, such as your own mail server in front. Loopback always is one."`
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

// Explainer tells in words what would become of a message, and why.
type Explainer func(ctx context.Context, st *desk.Store, in desk.Inbound, message io.Reader) (fmt.Stringer, error)

// mailroom builds the ledger of mail.
func (a *App) mailroom() *mailroom.Service {
	return &mailroom.Service{DB: a.DB, Blobs: a.Blobs, Stores: a.Stores, Now: time.Now, MaxBytes: int64(a.Config.MailMaxMB) << 20}
}

// serveSMTP receives mail, if it is to. stop ends that, and lets messages under way finish
// until its ctx ends.
func (a *App) serveSMTP(ctx context.Context, c SMTPConfig, failed chan<- error) (stop func(context.Context) error, err error) {
	if c.Listen == "" {
		return func(context.Context) error { return nil }, nil
	}
	if c.Hostname == "" {
		if c.Hostname, err = os.Hostname(); err != nil {
			return nil, fmt.Errorf("STOREDESK_SMTP_HOSTNAME is not set: %w", err)
		}
	}
	trusted, err := c.trusted()
	if err != nil {
		return nil, err
	}
	server, err := smtp.New(smtp.Config{
		Room: a.Mailroom, Hostname: c.Hostname, CertFile: c.Cert, KeyFile: c.Key, Rate: c.Rate, Trusted: trusted, Now: time.Now, Log: a.Log,
	})
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("listening for SMTP: %w", err)
	}
	a.Log.InfoContext(ctx, "receiving mail", slog.String("address", listener.Addr().String()), slog.String("hostname", c.Hostname))
	go func() {
		if err := server.Serve(listener); err != nil {
			failed <- fmt.Errorf("receiving mail: %w", err)
		}
	}()
	return server.Stop, nil
}
