package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"storedesk/internal/app"
	"storedesk/internal/desk"
	"storedesk/internal/in/mailhook"
)

type mailCommand struct {
	Deliver mailDeliver `cmd:"" help:"Take in one message from stdin, for a mail server's pipe."`
	List    mailList    `cmd:"" help:"List messages received, newest first, and what became of them."`
	Show    mailShow    `cmd:"" help:"Show what is known of a message, and why it became what it became."`
	Raw     mailRaw     `cmd:"" help:"Write a message to stdout as it is kept."`
	Replay  mailReplay  `cmd:"" help:"Have a message handled again."`
	Release mailRelease `cmd:"" help:"Let a held message in."`
	Block   mailBlock   `cmd:"" help:"Hold all mail of a message's sender from now on."`
	Test    mailTest    `cmd:"" help:"Tell what would become of a message, and why, without doing it."`
	URL     mailURL     `cmd:"" name:"url" help:"Print the URL that a provider posts raw messages to."`
	Outbox  mailOutbox  `cmd:"" help:"List the mails sent and to be sent, with what became of them at each recipient."`
	Retry   mailRetry   `cmd:"" help:"Send a mail again to those that do not have it: after a bounce, or when its fate is uncertain."`
	DNS     mailDNS     `cmd:"" name:"dns" help:"Print the DNS records that the store's mail needs."`
	Check   mailCheck   `cmd:"" help:"Look the records up, and say what is missing or wrong and how to mend it."`
	DKIM    mailDKIM    `cmd:"" name:"dkim" help:"Make the key that the store's mail is signed with, and print its record."`
}

// forMail names a message of a store.
type forMail struct {
	forStore

	ID int64 `arg:"" help:"The message's id, as mail list shows it."`
}

// in opens everything and finds the message a command is for.
func (f *forMail) in(ctx context.Context, c *app.Config, fn func(*app.App, *desk.Store, *desk.Mail) error) error {
	return inStore(ctx, c, f.Store, func(a *app.App, st *desk.Store) error {
		m, err := a.Mailroom.Get(ctx, st, f.ID)
		if errors.Is(err, desk.ErrNotFound) {
			return fmt.Errorf("the store has no mail %d", f.ID)
		}
		if err == nil {
			err = fn(a, st, m)
		}
		return readable(err)
	})
}

type mailList struct {
	forStore

	Fate  string `enum:",waiting,ticket,comment,follow_up,bounce,held,suppressed,duplicate,failed,released" default:"" placeholder:"FATE" help:"Only messages that became this: waiting, ticket, comment, follow_up, bounce, held, suppressed, duplicate, failed or released."`
	From  string `placeholder:"ADDRESS" help:"Only messages from this address."`
	Limit int    `default:"50" placeholder:"N" help:"How many at most (default ${default})."`
}

func (l *mailList) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, l.Store, func(a *app.App, st *desk.Store) error {
		filter := &desk.MailFilter{Fate: desk.Fate(l.Fate), From: l.From}
		list, more, err := a.Mailroom.List(ctx, st, filter, desk.Page{Order: desk.NewestFirst, Size: max(1, l.Limit)})
		if err != nil {
			return err
		}
		err = table("ID\tWHEN\tFATE\tTICKET\tFROM\tSUBJECT\tREASON", func(row func(...any)) {
			for _, m := range list {
				from := m.From
				if from == "" {
					from = "<" + m.EnvelopeFrom + ">"
				}
				row(m.ID, day(m.ReceivedAt, ""), m.Fate, number(m.TicketID), printable(strings.ToLower(from), 40), printable(m.Subject, 50), printable(m.Reason, 80))
			}
		})
		if err == nil && more {
			fmt.Println("… and older ones; see --limit")
		}
		return err
	})
}

func number(id int64) string {
	if id == 0 {
		return "-"
	}
	return fmt.Sprint(id)
}

// printable is text from a stranger as a terminal may show it, cut to a length.
func printable(text string, limit int) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return ' '
		}
		return r
	}, text))
	if limit > 0 && len(runes) > limit {
		runes = append(runes[:limit-1], '…')
	}
	return string(runes)
}

type mailShow struct{ forMail }

func (s *mailShow) Run(ctx context.Context, c *app.Config) error {
	return s.in(ctx, c, func(_ *app.App, _ *desk.Store, m *desk.Mail) error {
		return table("WHAT\tVALUE", func(row func(...any)) {
			row("fate", m.Fate)
			row("reason", none(printable(m.Reason, 0)))
			row("ticket", number(m.TicketID))
			row("comment", number(m.CommentID))
			row("received", day(m.ReceivedAt, ""))
			row("handled", day(m.HandledAt, "not yet"))
			row("source", m.Source+" "+printable(m.SourceKey, 0))
			row("envelope", "<"+printable(m.EnvelopeFrom, 0)+"> to "+printable(strings.Join(m.Recipients, ", "), 0))
			row("peer", none(strings.TrimSpace(m.Peer+" "+printable(m.Helo, 0))))
			row("from", none(printable(strings.ToLower(m.From), 0)))
			row("subject", none(printable(m.Subject, 0)))
			row("message id", none(printable(m.MessageID, 0)))
			row("checks", none(printable(m.Auth, 0)))
			row("bytes", m.Size)
			row("sha256", m.SHA256)
		})
	})
}

type mailRaw struct{ forMail }

func (s *mailRaw) Run(ctx context.Context, c *app.Config) error {
	return s.in(ctx, c, func(a *app.App, st *desk.Store, m *desk.Mail) error {
		raw, err := a.Mailroom.Raw(ctx, st, m)
		if err != nil {
			return err
		}
		defer raw.Close()
		_, err = io.Copy(os.Stdout, raw)
		return err
	})
}

type mailReplay struct {
	forMail

	Force bool `help:"Also when it became a ticket or a comment already, or is waiting."`
}

func (s *mailReplay) Run(ctx context.Context, c *app.Config) error {
	return s.in(ctx, c, func(a *app.App, st *desk.Store, m *desk.Mail) error {
		err := a.Mailroom.Replay(ctx, st, m.ID, s.Force)
		if err == nil {
			fmt.Printf("Mail %d will be handled again.\n", m.ID)
		}
		return err
	})
}

type mailRelease struct{ forMail }

func (s *mailRelease) Run(ctx context.Context, c *app.Config) error {
	return s.in(ctx, c, func(a *app.App, st *desk.Store, m *desk.Mail) error {
		err := a.Mailroom.Release(ctx, st, m.ID)
		if err == nil {
			fmt.Printf("Mail %d is let in.\n", m.ID)
		}
		return err
	})
}

type mailBlock struct{ forMail }

func (s *mailBlock) Run(ctx context.Context, c *app.Config) error {
	return s.in(ctx, c, func(a *app.App, st *desk.Store, m *desk.Mail) error {
		address, err := a.Mailroom.Block(ctx, st, m.ID)
		if err == nil {
			fmt.Printf("Mail from %s will be held.\n", strings.ToLower(address))
		}
		return err
	})
}

type mailURL struct {
	forStore

	To string `placeholder:"ADDRESS" help:"The address that mail posted there is for (default: the store's support address)."`
}

func (u *mailURL) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, u.Store, func(_ *app.App, st *desk.Store) error {
		to := u.To
		if to == "" {
			to = st.SupportEmail
		}
		if !st.Receives(to) {
			return errors.New("the store receives no mail at this address; see storedesk store set support_email=…")
		}
		fmt.Println(mailhook.URL(c.Origin(st), st, to))
		return nil
	})
}
