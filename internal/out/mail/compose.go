package mail

import (
	"cmp"
	"context"
	"crypto/rand"
	"io"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
)

// composed is a letter whose bytes lie in the blob store.
type composed struct {
	letter *letter
	out    *desk.Outgoing
}

// compose makes the bytes of a letter and keeps them. Message-ID and bytes never change
// after this.
func (s *Service) compose(ctx context.Context, st *desk.Store, l *letter) (*composed, error) {
	now := s.Now()
	out := &desk.Outgoing{
		Kind: l.kind, TicketID: l.ticket, CommentID: l.comment, EventID: l.event, MessageID: messageID(st, l),
		EnvelopeFrom: st.SupportEmail, Subject: marked(st, oneLine(l.subject), l.ticket, l.agent), CreatedAt: desk.At(now),
	}
	if l.ticket != 0 { // so that what comes back is known by its address
		out.EnvelopeFrom = st.ReplyAddress(l.ticket, l.agent)
	}
	var err error
	if out.Recipients, err = s.recipients(ctx, st, l, out.CreatedAt); err != nil {
		return nil, err
	}
	msg, err := s.message(ctx, st, l, out, now)
	if err != nil {
		return nil, err
	}
	out.BlobKey = blob.NewKey()
	r, w := io.Pipe()
	go func() {
		_, err := msg.WriteTo(w)
		w.CloseWithError(err)
	}()
	info, err := s.Blobs.Put(ctx, out.BlobKey, r)
	_ = r.CloseWithError(err) // ends the writer, should it still write
	out.Size = info.Size
	return &composed{l, out}, err
}

// messageID begins with the ticket's token, so that an answer finds its ticket even where
// only References survive (RFC 5322 section 3.6.4).
func messageID(st *desk.Store, l *letter) string {
	_, domain, _ := strings.Cut(st.SupportEmail, "@")
	left := strings.ToLower(rand.Text())
	if l.ticket != 0 {
		left = desk.ReplyToken(st.Mail.Secret, l.ticket, l.agent) + "." + left
	}
	return left + "@" + cmp.Or(domain, "localhost")
}

// recipients are where a letter's mail stands at the beginning: queued, or not sent to at
// all because mail came back from there.
func (s *Service) recipients(ctx context.Context, st *desk.Store, l *letter, now desk.Instant) ([]desk.OutgoingRecipient, error) {
	var addresses []string
	for _, p := range append(append([]person{}, l.to...), l.cc...) {
		addresses = append(addresses, p.address)
	}
	refused, err := s.DB.BadAddresses(ctx, st, addresses)
	list := make([]desk.OutgoingRecipient, len(addresses))
	for i, a := range addresses {
		list[i] = desk.OutgoingRecipient{Address: a, State: desk.RecipientQueued, UpdatedAt: now}
		if why, ok := refused[a]; ok {
			list[i].State, list[i].Reason = desk.RecipientSuppressed, "mail came back from this address: "+why
		}
	}
	return list, err
}

// message is the mail as RFC 5322 wants it: text and HTML that say the same, then files.
func (s *Service) message(ctx context.Context, st *desk.Store, l *letter, out *desk.Outgoing, now time.Time) (*gomail.Msg, error) {
	files, links := s.files(ctx, st, l.files)
	text, html, err := s.render(st, l, links)
	if err != nil {
		return nil, err
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&mail.Address{Name: oneLine(cmp.Or(st.Mail.FromName, st.Name)), Address: st.SupportEmail})
	msg.ToMailAddress(addresses(l.to)...)
	if len(l.cc) > 0 {
		msg.CcMailAddress(addresses(l.cc)...)
	}
	if l.ticket != 0 {
		msg.ReplyToMailAddress(&mail.Address{Address: st.ReplyAddress(l.ticket, l.agent)})
	}
	msg.Subject(out.Subject)
	msg.SetDateWithValue(now.In(st.Zone))
	msg.SetMessageIDWithValue(out.MessageID)
	if ids := brackets([]string{l.answerTo}); ids != "" {
		msg.SetGenHeader(gomail.HeaderInReplyTo, ids)
	}
	if ids := brackets(l.references); ids != "" {
		msg.SetGenHeader(gomail.HeaderReferences, ids)
	}
	if l.automatic { // RFC 3834 section 5; the other is Microsoft's word for the same
		msg.SetGenHeader("Auto-Submitted", "auto-generated")
		msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	}
	msg.SetBodyString(gomail.TypeTextPlain, text)
	msg.AddAlternativeString(gomail.TypeTextHTML, html)
	msg.SetAttachments(files)
	return msg, nil
}

func addresses(list []person) []*mail.Address {
	out := make([]*mail.Address, len(list))
	for i, p := range list {
		out[i] = &mail.Address{Name: oneLine(p.name), Address: p.address}
	}
	return out
}

// maxMessageID is the longest Message-ID that is repeated: a line of a header has at most
// 998 bytes (RFC 5322 section 2.1.1).
const maxMessageID = 500

// brackets writes Message-IDs for a header. Those that strangers made of more than printable
// ASCII are left out.
func brackets(ids []string) string {
	var list []string
	for _, id := range ids {
		odd := strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' })
		if id != "" && !odd && len(id) <= maxMessageID {
			list = append(list, "<"+id+">")
		}
	}
	return strings.Join(list, " ")
}
