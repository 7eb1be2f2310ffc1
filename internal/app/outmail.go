package app

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/in/media"
	"storedesk/internal/mailauth"
	"storedesk/internal/out/mail"
	"storedesk/internal/outbound"
	"storedesk/internal/settings"
	"storedesk/internal/wire"
)

// MailConfig says how mail leaves.
type MailConfig struct {
	SMTPRelay    string `name:"smtp-relay" env:"STOREDESK_SMTP_RELAY" placeholder:"URL" help:"How mail leaves: smtp://USER:PASSWORD@HOST:587 or smtps://… through a relay, or direct: to the recipients' own servers. Default: it does not."`
	RspamdURL    string `name:"rspamd-url" env:"STOREDESK_RSPAMD_URL" placeholder:"URL" help:"An rspamd server that is asked whether mail is spam, such as http://127.0.0.1:11333. Default: none."`
	SMTPHostname string `name:"smtp-hostname" env:"STOREDESK_SMTP_HOSTNAME" placeholder:"NAME" help:"What this machine calls itself to other mail servers, as the MX record has it (default: its host name)."`
}

// Check returns every problem with the configuration, in one error.
func (c *MailConfig) Check() error {
	if _, err := mail.ParseRoute(c.SMTPRelay); err != nil {
		return fmt.Errorf("STOREDESK_SMTP_RELAY: %w", err)
	}
	return nil
}

func (c *MailConfig) hostname() string {
	name, _ := os.Hostname() // without one, localhost will do
	return cmp.Or(c.SMTPHostname, name, "localhost")
}

// outgoing builds what composes and sends mail. It needs the blob store, so it is built
// once that is open.
func (a *App) outgoing() *mail.Service {
	route, _ := mail.ParseRoute(a.Config.SMTPRelay) // checked with the rest of the configuration
	links := media.Links(time.Now)
	return &mail.Service{
		DB: a.DB, Blobs: a.Blobs, Log: a.Log, Now: time.Now, Store: a.Stores.ByID,
		Links:  func(st *desk.Store) wire.Linker { return links(st, a.Config.Origin(st)) },
		Origin: a.Config.Origin,
		TicketURL: func(st *desk.Store, ticket int64) string {
			return fmt.Sprintf("%s/dashboard/tickets/%d/", a.Config.Origin(st), ticket)
		},
		Signer: dkim{}, Route: route, Hostname: a.Config.hostname(),
		Dial: outbound.Dialer(outbound.Options{Allow: a.Config.networks()}).DialContext, Resolver: net.DefaultResolver,
	}
}

// dkim signs mail with the key of its store.
type dkim struct{}

// Sign implements mail.Signer.
func (dkim) Sign(dst io.Writer, st *desk.Store, mail io.ReadSeeker) error {
	if st.Mail.DKIMKey == "" || st.Mail.DKIMSelector == "" {
		_, err := io.Copy(dst, mail)
		return err
	}
	key, err := mailauth.ParseKey(st.Mail.DKIMKey)
	if err != nil {
		return fmt.Errorf("the DKIM key of store %d: %w", st.ID, err)
	}
	_, domain, _ := strings.Cut(st.SupportEmail, "@")
	return mailauth.Sign(dst, mail, key, domain, st.Mail.DKIMSelector)
}

// mailHealth builds what looks whether a store's mail can come and go.
func (a *App) mailHealth(c *ServeConfig) *settings.MailHealth {
	setup := settings.MailSetup{
		Host: a.Config.SMTPHostname, Off: a.Outgoing.Route.Off(), Listen: c.SMTP.Listen, Hostname: a.Config.hostname(),
		MaxBytes: a.Mailroom.Limit(), Spam: a.Config.RspamdURL != "",
	}
	if name := a.Outgoing.Route.String(); name == "direct" {
		setup.Direct = true
	} else if !setup.Off {
		setup.Relay = name
	}
	return &settings.MailHealth{Setup: setup, Stores: a.Stores, Now: time.Now}
}
