package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"text/tabwriter"

	"storedesk/internal/app"
	"storedesk/internal/desk"
	"storedesk/internal/maildns"
	"storedesk/internal/settings"
)

// The commands of mail that are about the DNS: dns, check and dkim.

// mailSetup names what the DNS is to say beside what the store has set.
type mailSetup struct {
	forStore

	Host  string   `env:"STOREDESK_SMTP_HOSTNAME" placeholder:"NAME" help:"The host that receives mail. Default: the store's first host."`
	Relay string   `env:"STOREDESK_SMTP_RELAY" placeholder:"URL" help:"How mail leaves, as serve is told."`
	SPF   []string `name:"spf" placeholder:"MECHANISM" help:"Who sends for the domain, as SPF writes it, such as include:_spf.relay.example; may be given again. Default: mx, the host itself."`
}

// of is the setup of a store.
func (m *mailSetup) of(st *desk.Store) (*maildns.Setup, error) {
	setup := settings.MailSetup{Host: m.Host, Direct: m.Relay == "" || m.Relay == "direct", SPF: m.SPF}
	return setup.DNS(st)
}

// hint tells what a setup cannot know.
func (m *mailSetup) hint(w io.Writer, s *maildns.Setup) {
	if s.Selector == "" {
		fmt.Fprintln(w, "\nMail is not signed yet. Make a key, and see its record here: storedesk mail dkim")
	}
	if !s.Direct && len(s.Senders) == 0 {
		fmt.Fprintln(w, "\nMail leaves through a relay. If that is not this host, its documentation says what SPF is to include; say so with --spf include:…")
	}
}

type mailDNS struct{ mailSetup }

func (m *mailDNS) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, m.Store, func(_ *app.App, st *desk.Store) error {
		s, err := m.of(st)
		if err != nil {
			return err
		}
		printRecords(os.Stdout, s.Records())
		m.hint(os.Stdout, s)
		return nil
	})
}

// printRecords writes records as a zone file would have them, but for long texts, which
// that needs cut into strings of 255 bytes (RFC 1035 section 3.3.14).
func printRecords(w io.Writer, list []maildns.Record) {
	aligned := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	defer aligned.Flush()
	for _, r := range list {
		value := r.Value + "."
		if r.Type == "TXT" {
			value = `"` + r.Value + `"`
		}
		fmt.Fprintf(aligned, "%s.\t%s\t%s\n", r.Name, r.Type, value)
	}
}

type mailCheck struct {
	mailSetup

	resolver maildns.Resolver // nil: the machine's
}

func (m *mailCheck) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, m.Store, func(_ *app.App, st *desk.Store) error {
		return m.check(ctx, os.Stdout, st)
	})
}

// check prints what it finds; errReported if something is to be done.
func (m *mailCheck) check(ctx context.Context, w io.Writer, st *desk.Store) error {
	s, err := m.of(st)
	if err != nil {
		return err
	}
	var r maildns.Resolver = net.DefaultResolver
	if m.resolver != nil {
		r = m.resolver
	}
	bad := 0
	for _, f := range s.Check(ctx, r) {
		fmt.Fprintf(w, "%-8s %-8s %s\n", f.State, f.What, f.Name)
		if f.Found != "" {
			fmt.Fprintf(w, "%18s%s\n", "", f.Found)
		}
		if f.State != maildns.Right {
			bad++
			fmt.Fprintf(w, "%16s→ %s\n", "", f.Advice)
		}
	}
	if bad > 0 {
		return errReported
	}
	return nil
}

type mailDKIM struct {
	mailSetup

	New      bool   `help:"Make another key though there is one."`
	Selector string `placeholder:"NAME" help:"What the key is called in the DNS. Default: sd and today's date."`
	Off      bool   `help:"Sign no more, and forget the key."`
}

func (m *mailDKIM) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, m.Store, func(a *app.App, st *desk.Store) error {
		if m.Off {
			return a.Stores.SetDKIM(ctx, st, "", "")
		}
		s, err := m.of(st) // before a key is made that could not be shown
		if err != nil {
			return err
		}
		if s.Selector == "" || m.New {
			if err := m.make(ctx, a.Stores, st); err != nil {
				return err
			}
			if s, err = m.of(st); err != nil {
				return err
			}
		}
		for _, r := range s.Records() {
			if strings.HasPrefix(r.Name, s.Selector+"._domainkey.") {
				printRecords(os.Stdout, []maildns.Record{r})
			}
		}
		return nil
	})
}

// make gives a store a new key.
func (m *mailDKIM) make(ctx context.Context, stores *settings.Stores, st *desk.Store) error {
	if err := stores.NewDKIM(ctx, st, m.Selector); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "Mail is signed with a new key from now on. Set this record at once, and leave an older one there for a week:")
	return nil
}
