package mail

import (
	"context"
	"fmt"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/mime"
	"storedesk/internal/store"
)

// bounce is a notice about a mail of ours.
type bounce struct {
	mail *desk.Outgoing
	// news are what it tells of our recipients. Nothing when none of the addresses that it
	// names is one of them.
	news []news
}

// news is what a notice tells of one of our recipients.
type news struct {
	desk.OutgoingRecipient
	bad bool // the address is no good: further mail will come back too
}

// findBounce finds the mail of ours that a notice is about. Anybody can write a notice, so
// it counts only with the Message-ID of ours, which only those can know who got the mail
// or carried it.
func (h *Handler) findBounce(ctx context.Context, f *facts) error {
	r := f.letter.report
	if r == nil || r.OriginalID == "" {
		return nil
	}
	o, err := h.DB.OutgoingByMessageID(ctx, f.st, r.OriginalID)
	if desk.CodeOf(err) == desk.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	f.bounce = &bounce{mail: o, news: newsOf(o, r)}
	return nil
}

// newsOf matches what a notice tells with the recipients of a mail. A mail to one address
// may have been passed on to another, whose trouble is then the only one there is; that
// says nothing against the address we know.
func newsOf(o *desk.Outgoing, r *mime.Report) (list []news) {
	for _, told := range r.Recipients {
		for _, known := range o.Recipients {
			exact := same(known.Address, told.Final) || same(known.Address, told.Original)
			if !exact && (len(o.Recipients) > 1 || len(r.Recipients) > 1) {
				continue
			}
			if n, ok := newsFor(known, told); ok {
				n.bad = exact && noSuchAddress(told)
				list = append(list, n)
			}
		}
	}
	return list
}

// newsFor is what a recipient's state becomes; ok is false when nothing changes. What has
// come back for good stays so, whatever delays are told of later.
func newsFor(known desk.OutgoingRecipient, told mime.Recipient) (n news, ok bool) {
	n.OutgoingRecipient = known
	n.Reason = reasonOf(told)
	switch told.Action { // RFC 3464 section 2.3.3
	case "failed":
		n.State = desk.RecipientBounced
		return n, true
	case "delayed":
		n.State = desk.RecipientDeferred
		return n, known.State == desk.RecipientAccepted || known.State == desk.RecipientUncertain
	case "delivered", "relayed", "expanded":
		n.State, n.Reason = desk.RecipientAccepted, ""
		return n, known.State == desk.RecipientUncertain || known.State == desk.RecipientDeferred
	}
	return n, false
}

// maxReason is how much of what another server said is kept, in bytes.
const maxReason = 500

func reasonOf(told mime.Recipient) string {
	text := strings.TrimSpace(told.Status + " " + strings.TrimPrefix(told.Diagnostic, told.Status))
	if told.RemoteMTA != "" {
		text = told.RemoteMTA + ": " + text
	}
	text = clean(text)
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + "…"
	}
	return text
}

// noSuchAddress tells that the address itself is at fault (RFC 3463 section 3.2; 5.2.1 is a
// mailbox that was closed).
func noSuchAddress(told mime.Recipient) bool {
	return told.Action == "failed" && (strings.HasPrefix(told.Status, "5.1.") || told.Status == "5.2.1")
}

// decideBounce says what a notice about deliveries means.
func decideBounce(f *facts) decision {
	d := decision{fate: desk.MailBounce}
	r := f.letter.report
	if f.bounce == nil {
		d.fate = desk.MailSuppressed
		d.why("it is a notice about the delivery of a mail that we did not send")
		if r.OriginalID == "" {
			d.reasons[len(d.reasons)-1] = "it is a notice about the delivery of a mail, and does not say of which"
		}
		return d
	}
	o := f.bounce.mail
	d.ticket, d.comment = o.TicketID, o.CommentID
	if len(f.bounce.news) == 0 {
		d.why("it is a notice about a mail of ours, with no news of its recipients")
	}
	for _, n := range f.bounce.news {
		d.why(fmt.Sprintf("mail of ours to %s is %s: %s", n.Address, n.State, n.Reason))
	}
	return d
}

// record writes what a notice told.
func (b *bounce) record(tx *store.Tx, st *desk.Store, now desk.Instant) {
	for _, n := range b.news {
		n.UpdatedAt = now
		tx.SetRecipient(st, b.mail.ID, n.OutgoingRecipient)
		if n.bad {
			tx.MarkBadAddress(st, n.Address, n.Reason, now)
		}
	}
}
