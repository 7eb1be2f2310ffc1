package mail

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// keep is the last resort: a message that cannot be handled becomes a ticket with the
// original attached, by way of nothing that has to read it.
func (h *Handler) keep(ctx context.Context, st *desk.Store, m *desk.Mail, j *desk.Job, why error) error {
	raw, err := h.Raw(ctx, st, m)
	if err != nil {
		return fmt.Errorf("opening mail %d: %w", m.ID, err)
	}
	defer raw.Close()
	key := blob.NewKey()
	info, err := h.Blobs.Put(ctx, key, raw)
	if err != nil {
		return fmt.Errorf("storing mail %d: %w", m.ID, err)
	}
	files := []desk.Upload{{FileName: originalFile, BlobKey: key, Size: info.Size}}
	kept := false
	err = h.DB.Write(ctx, func(tx *store.Tx) (err error) {
		kept, err = h.keepIn(ctx, tx, st, m, j, files, why)
		return err
	})
	if err != nil || !kept {
		h.drop(ctx, files)
		return err
	}
	h.Log.WarnContext(ctx, "a mail could not be handled and became a ticket with the original attached",
		slog.Int64("mail_id", m.ID), slog.Any("error", why))
	return nil
}

func (h *Handler) keepIn(ctx context.Context, tx *store.Tx, st *desk.Store, m *desk.Mail, j *desk.Job, files []desk.Upload, why error) (kept bool, err error) {
	now := desk.At(h.Now())
	row, err := tx.LockMail(ctx, st, m.ID)
	if err != nil {
		return false, err
	}
	if row.Fate != m.Fate || row.HandledAt != m.HandledAt {
		return false, nil
	}
	uploads, err := upload(ctx, tx, st, files, now)
	if err != nil {
		return false, err
	}
	subject, body := "(a mail that could not be read)", "This mail could not be read. It is attached as it came."
	c := &desk.CommentInput{Body: &body, Public: true, Attachments: uploads}
	in := &desk.TicketInput{Subject: &subject, Comment: c}
	if from := m.EnvelopeFrom; valid(from) {
		c.FromEmail, in.FromEmail = &from, &desk.Text{Value: &from}
	}
	done, err := h.Tickets.CreateIn(ctx, tx, st, in, desk.Write{Actor: desk.Actor{Kind: desk.ActorCustomer}, Channel: desk.ChannelEmail})
	if err != nil {
		return false, err
	}
	settled := *row
	settled.Fate, settled.TicketID, settled.CommentID, settled.HandledAt = desk.MailTicket, done.Ticket.ID, done.Comment.ID, now
	settled.Reason = "it could not be read, so the original is attached: " + reasonFor(why)
	settled.Auth = `{"automatic":true}`
	tx.SettleMail(st, &settled)
	tx.FinishJob(j)
	return true, nil
}

// reasonFor is an error in a few words; none is known when the program died each time.
func reasonFor(why error) string {
	if why == nil {
		return "each try ended with the death of its node"
	}
	text := clean(why.Error())
	if len(text) > maxReason {
		text = strings.ToValidUTF8(text[:maxReason], "") + "…"
	}
	return text
}
