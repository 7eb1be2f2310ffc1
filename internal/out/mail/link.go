package mail

import (
	"context"
	"fmt"
	"log/slog"

	"storedesk/internal/desk"
)

// The kinds of mails that belong to no ticket.
const (
	kindLink    = "link"
	kindWebhook = "webhook"
)

// SendLink mails a one-time link; it is access.Post. What goes wrong is in the log: the
// person who asked is not to learn whether there is such an address.
func (s *Service) SendLink(ctx context.Context, st *desk.Store, kind desk.LinkKind, to, url string) {
	subject, body := fmt.Sprintf("Your password for %s", st.Name), "Somebody asked for a new password for your account at %s.\n\nOpen this link to choose one; it works once, and not for long:\n\n%s\n\n"+
		"If that was not you, do nothing: nothing has changed."
	if kind == desk.LinkInvitation {
		subject, body = fmt.Sprintf("Invitation to %s", st.Name), "You are invited to the support desk of %s.\n\nOpen this link to come in; it works once:\n\n%s"
	}
	l := &letter{kind: kindLink, to: []person{{"", to}}, subject: subject, body: fmt.Sprintf(body, oneLine(st.Name), url), automatic: true}
	if err := s.mail(ctx, st, l); err != nil {
		s.Log.ErrorContext(ctx, "mailing a link", slog.String("store", st.Name), slog.String("kind", string(kind)), slog.Any("error", err))
	}
}

// WarnWebhook tells a store's admins that one of its webhooks loses events.
func (s *Service) WarnWebhook(ctx context.Context, st *desk.Store, hook *desk.Webhook) error {
	members, err := s.DB.Members(ctx, st)
	if err != nil {
		return err
	}
	what := "cannot be reached, and events are given up"
	if !hook.Active {
		what = "was switched off, because its receiver is gone"
	}
	body := fmt.Sprintf("The webhook %d of %s to\n\n%s\n\n%s. The attempts are listed by: storedesk webhook log %d", hook.ID, oneLine(st.Name), hook.Target, what, hook.ID)
	for _, m := range members {
		if !m.Admin {
			continue
		}
		l := &letter{
			kind: kindWebhook, to: []person{{m.Name, m.Email}}, subject: fmt.Sprintf("A webhook of %s fails", st.Name), body: body, automatic: true, atMost: 20,
		}
		if err := s.mail(ctx, st, l); err != nil {
			return err
		}
	}
	return nil
}

// CanMail tells whether mail leaves for a store.
func (s *Service) CanMail(st *desk.Store) bool { return !s.Route.Off() && st.SupportEmail != "" }

// mail sends a letter that follows from no event.
func (s *Service) mail(ctx context.Context, st *desk.Store, l *letter) error {
	to := l.to[0].address
	if l.to[0].address = usable(to); l.to[0].address == "" {
		return desk.Errorf(desk.Invalid, "%q is no address that mail can be sent to", to)
	}
	if !s.CanMail(st) {
		return desk.Errorf(desk.Invalid, "no mail leaves for this store: STOREDESK_SMTP_RELAY or its support_email is not set")
	}
	c, err := s.compose(ctx, st, l)
	if err != nil {
		return err
	}
	return s.post(ctx, st, []*composed{c}, nil)
}
