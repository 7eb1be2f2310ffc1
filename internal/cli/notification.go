package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"storedesk/internal/app"
	"storedesk/internal/desk"
)

type notificationCommand struct {
	List    notificationList    `cmd:"" help:"List the notifications of a store."`
	Show    notificationShow    `cmd:"" help:"Print a notification's subject and body."`
	Set     notificationSet     `cmd:"" help:"Change a notification's subject or body."`
	Reset   notificationReset   `cmd:"" help:"Take back what was changed of a notification."`
	Preview notificationPreview `cmd:"" help:"Print a notification as it would be sent about an example ticket."`
	On      notificationOn      `cmd:"" help:"Send a notification from now on."`
	Off     notificationOff     `cmd:"" help:"Do not send a notification any more."`
}

// forNotification names a notification of a store.
type forNotification struct {
	forStore

	Name string `arg:"" enum:"acknowledgement,assigned,mentioned,new_ticket" help:"acknowledgement, assigned, mentioned or new_ticket."`
}

// in opens everything and finds the notification a command is for.
func (f *forNotification) in(ctx context.Context, c *app.Config, fn func(*app.App, *desk.Store, *desk.Notification) error) error {
	return inStore(ctx, c, f.Store, func(a *app.App, st *desk.Store) error {
		n, err := a.Notifications.Get(ctx, st, f.Name)
		if err != nil {
			return err
		}
		return fn(a, st, &n)
	})
}

type notificationList struct{ forStore }

func (l *notificationList) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, l.Store, func(a *app.App, st *desk.Store) error {
		list, err := a.Notifications.List(ctx, st)
		if err != nil {
			return err
		}
		return table("NAME\tON\tSUBJECT\tPLACEHOLDERS", func(row func(...any)) {
			for _, n := range list {
				row(n.Name, yes(n.Enabled), start(n.Subject), strings.Join(desk.Placeholders(n.Name), " "))
			}
		})
	})
}

type notificationShow struct{ forNotification }

func (s *notificationShow) Run(ctx context.Context, c *app.Config) error {
	return s.in(ctx, c, func(_ *app.App, _ *desk.Store, n *desk.Notification) error {
		fmt.Printf("Subject: %s\n\n%s\n", n.Subject, n.Body)
		return nil
	})
}

type notificationSet struct {
	forNotification

	Subject  *string `placeholder:"TEXT" help:"The subject."`
	Body     *string `placeholder:"TEXT" help:"The body."`
	BodyFile string  `placeholder:"FILE" help:"Read the body from a file; - is stdin."`
}

func (s *notificationSet) Run(ctx context.Context, c *app.Config) error {
	if s.BodyFile != "" {
		text, err := readText(s.BodyFile)
		if err != nil {
			return err
		}
		s.Body = &text
	}
	return s.in(ctx, c, func(a *app.App, st *desk.Store, n *desk.Notification) error {
		if s.Subject != nil {
			n.Subject = *s.Subject
		}
		if s.Body != nil {
			n.Body = *s.Body
		}
		return a.Notifications.Set(ctx, st, n)
	})
}

// readText reads a small file, or stdin.
func readText(name string) (string, error) {
	in := os.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, 4*desk.MaxNotificationBody+1))
	return strings.TrimRight(string(text), "\r\n"), err
}

type notificationReset struct{ forNotification }

func (r *notificationReset) Run(ctx context.Context, c *app.Config) error {
	return r.in(ctx, c, func(a *app.App, st *desk.Store, n *desk.Notification) error {
		return a.Notifications.Reset(ctx, st, n.Name)
	})
}

type notificationPreview struct{ forNotification }

func (p *notificationPreview) Run(ctx context.Context, c *app.Config) error {
	return p.in(ctx, c, func(a *app.App, st *desk.Store, n *desk.Notification) error {
		subject, body := n.Fill(map[string]string{
			"ticket.id": "1234", "ticket.subject": "Where is my parcel?", "ticket.url": a.Outgoing.TicketURL(st, 1234),
			"store.name": st.Name, "requester.first_name": "Ada",
		})
		fmt.Printf("Subject: %s\n\n%s\n", subject, body)
		return nil
	})
}

type notificationOn struct{ forNotification }

func (o *notificationOn) Run(ctx context.Context, c *app.Config) error {
	return o.in(ctx, c, func(a *app.App, st *desk.Store, n *desk.Notification) error {
		n.Enabled = true
		return a.Notifications.Set(ctx, st, n)
	})
}

type notificationOff struct{ forNotification }

func (o *notificationOff) Run(ctx context.Context, c *app.Config) error {
	return o.in(ctx, c, func(a *app.App, st *desk.Store, n *desk.Notification) error {
		n.Enabled = false
		return a.Notifications.Set(ctx, st, n)
	})
}
