package mail

import (
	"cmp"
	"context"
	"strconv"

	"storedesk/internal/desk"
)

// kindTest is the kind of mails that somebody sends to see how they look, or whether they
// come back.
const kindTest = "test"

// testsADay is how many of them go to one address at once, and in a day in the long run.
const testsADay = 50

// PreviewNotification is a notification as it would be mailed for a ticket, or for one that
// is made up (0). The texts are n's, kept or not. desk.ErrNotFound without such a ticket.
func (s *Service) PreviewNotification(ctx context.Context, st *desk.Store, n *desk.Notification, ticket int64) (*desk.LetterView, error) {
	l, err := s.sample(ctx, st, n, ticket)
	if err != nil {
		return nil, err
	}
	return s.view(st, l)
}

// SendNotification mails a notification to somebody who wants to see how it looks, whatever
// the store has switched off. Errors: Invalid when no mail leaves for the store.
func (s *Service) SendNotification(ctx context.Context, st *desk.Store, n *desk.Notification, ticket int64, name, to string) error {
	l, err := s.sample(ctx, st, n, ticket)
	if err != nil {
		return err
	}
	l.kind, l.to, l.atMost = kindTest, []person{{name, to}}, testsADay
	return s.mail(ctx, st, l)
}

// sample fills a notification.
func (s *Service) sample(ctx context.Context, st *desk.Store, n *desk.Notification, ticket int64) (*letter, error) {
	subject, first, id := "Where is my parcel?", "Ann", int64(1234)
	if ticket != 0 {
		c, err := s.DB.Correspondence(ctx, st, ticket, 0)
		if err != nil {
			return nil, err
		}
		subject, first, id = c.Ticket.Subject, "", c.Ticket.ID
		if c.Requester != nil {
			first = harmlessName(c.Requester.FirstName)
		}
	}
	l := &letter{kind: n.Name, automatic: true}
	l.subject, l.body = n.Fill(map[string]string{
		"ticket.id": strconv.FormatInt(id, 10), "ticket.subject": oneLine(subject), "ticket.url": s.TicketURL(st, id),
		"store.name": st.Name, "requester.first_name": first,
	})
	return l, nil
}

// PreviewReply is an answer to a customer as a store with these settings would mail it.
func (s *Service) PreviewReply(st *desk.Store) (*desk.LetterView, error) {
	l := &letter{
		subject: "Re: Where is my parcel?",
		body:    "Hello Ann,\n\nyour parcel left us yesterday and should be with you tomorrow. You can follow it here:\nhttps://track.example/AB123\n\nBest regards\nBen",
		to:      []person{{"Ann", "ann@customer.example"}},
	}
	return s.view(st, l)
}

func (s *Service) view(st *desk.Store, l *letter) (*desk.LetterView, error) {
	text, html, err := s.render(st, l, []fileLink(nil))
	if err != nil {
		return nil, err
	}
	return &desk.LetterView{
		From: oneLine(cmp.Or(st.Mail.FromName, st.Name)), Address: st.SupportEmail, Subject: oneLine(l.subject), Text: unixLines(text), HTML: html,
	}, nil
}

// SendRoundTrip mails a store's own address, so that one sees whether what leaves comes
// back in. It returns the Message-ID by which the ledger knows it then. Errors: Invalid when
// no mail leaves for the store.
func (s *Service) SendRoundTrip(ctx context.Context, st *desk.Store) (messageID string, err error) {
	if !s.CanMail(st) {
		return "", desk.Errorf(desk.Invalid, "No mail leaves for this store: no way for it is set, or no support address.")
	}
	l := &letter{
		kind: kindTest, to: []person{{"", st.SupportEmail}}, subject: "A round trip of " + oneLine(st.Name), automatic: true,
		body: "This mail was sent to see whether mail leaves and comes back. It becomes no ticket, and nobody has to do anything.",
	}
	if l.to[0].address = usable(st.SupportEmail); l.to[0].address == "" {
		return "", desk.Errorf(desk.Invalid, "%q is no address that mail can be sent to", st.SupportEmail)
	}
	c, err := s.compose(ctx, st, l)
	if err != nil {
		return "", err
	}
	return c.out.MessageID, s.post(ctx, st, []*composed{c}, nil)
}
