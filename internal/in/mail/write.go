package mail

import (
	"context"
	"encoding/json"
	"fmt"

	"storedesk/internal/desk"
	"storedesk/internal/mailauth"
	"storedesk/internal/store"
	"storedesk/internal/tickets"
)

// answersRead is how many of the last answers to a writer are compared with what they quote.
const answersRead = 5

// write does what was decided, settles the row of the ledger and ends the job, all in one
// transaction. Files are stored before it.
func (h *Handler) write(ctx context.Context, f *facts, d decision, j *desk.Job) error {
	w := &writing{h: h, f: f, d: d}
	if d.do != doNothing {
		var answers []string
		if p := f.home(); p != nil {
			var err error
			if answers, err = h.DB.AnswersTo(ctx, f.st, p.thread, answersRead); err != nil {
				return err
			}
		}
		var rest string
		w.body, rest = body(f.letter, answers)
		var err error
		if w.files, err = h.files(ctx, f, rest); err != nil {
			return err
		}
	}
	kept := false
	err := h.DB.Write(ctx, func(tx *store.Tx) (err error) {
		kept, err = w.in(ctx, tx, j)
		return err
	})
	if err != nil || !kept {
		h.drop(ctx, w.files)
	}
	return err
}

// writing is a decision on its way into the database.
type writing struct {
	h     *Handler
	f     *facts
	d     decision
	body  string
	files []desk.Upload
}

// in is the transaction. kept tells that the files have rows now. It does nothing when
// another node has settled the message meanwhile.
func (w *writing) in(ctx context.Context, tx *store.Tx, j *desk.Job) (kept bool, err error) {
	now := desk.At(w.h.Now())
	row, err := tx.LockMail(ctx, w.f.st, w.f.mail.ID)
	if err != nil {
		return false, err
	}
	if row.Fate != w.f.mail.Fate || row.HandledAt != w.f.mail.HandledAt {
		return false, nil
	}
	d, err := w.h.cap(ctx, tx, w.f, w.d, now)
	if err != nil {
		return false, err
	}
	if d, err = w.again(ctx, tx, d); err != nil {
		return false, err
	}
	settled := w.f.row()
	settled.Fate, settled.TicketID, settled.CommentID, settled.HandledAt = d.fate, d.ticket, d.comment, now
	if d.fate == desk.MailBounce && w.f.bounce != nil {
		w.f.bounce.record(tx, w.f.st, now)
	}
	if d.do != doNothing {
		if err := w.ticket(ctx, tx, &d, settled, now); err != nil {
			return false, err
		}
	}
	settled.Reason = d.reason()
	settled.Auth = verdictText(w.f.auth, d.quiet)
	tx.SettleMail(w.f.st, settled)
	tx.FinishJob(j)
	return d.do != doNothing, nil
}

// again looks once more for a copy of the message: one that came at the same moment is
// settled by now, since mails from one address wait for each other.
func (w *writing) again(ctx context.Context, tx *store.Tx, d decision) (decision, error) {
	if d.do == doNothing {
		return d, nil
	}
	list, err := tx.Twins(ctx, w.f.st, w.f.row())
	if err != nil {
		return d, err
	}
	if twin := twinOf(w.f, list); twin != nil {
		return decision{
			fate: desk.MailDuplicate, ticket: twin.TicketID,
			reasons: []string{fmt.Sprintf("it is a copy of mail %d", twin.ID)},
		}, nil
	}
	return d, nil
}

// verdict is what the ledger keeps of how far a message is to be trusted.
type verdict struct {
	mailauth.Result
	Automatic bool `json:"automatic,omitempty"` // no program may answer it
}

func verdictText(r mailauth.Result, quiet bool) string {
	text, err := json.Marshal(verdict{r, quiet})
	if err != nil {
		panic(err) // texts and flags
	}
	return clean(string(text))
}

// ticket writes the ticket or the comment, and what belongs to it.
func (w *writing) ticket(ctx context.Context, tx *store.Tx, d *decision, row *desk.Mail, now desk.Instant) error {
	st := w.f.st
	uploads, err := upload(ctx, tx, st, w.files, now)
	if err != nil {
		return err
	}
	c := w.comment(*d)
	c.Attachments = uploads
	done, err := w.deed(ctx, tx, d, c)
	if err != nil {
		return err
	}
	row.TicketID, row.CommentID = done.Ticket.ID, done.Comment.ID
	row.Fate = w.fate(*d, done)
	if id := row.MessageID; id != "" {
		tx.InsertMessageID(st, id, row.TicketID, row.CommentID, false, now)
	}
	if d.related != 0 {
		tx.LinkTickets(st, done.Ticket.ID, d.related, desk.LinkRelated, desk.LinkRelated)
	}
	for _, p := range participants(w.f, *d) {
		tx.AddParticipant(st, done.Ticket.ID, p)
	}
	return nil
}

// fate is what a message has become, which may not be what was foreseen: the ticket may
// have been closed or reopened since.
func (w *writing) fate(d decision, done *tickets.Written) desk.Fate {
	switch {
	case w.f.release:
		return desk.MailReleased
	case d.do == openTicket:
		return desk.MailTicket
	case done.Ticket.ID != d.ticket:
		return desk.MailFollowUp
	}
	return desk.MailComment
}

// deed does one of the deeds.
func (w *writing) deed(ctx context.Context, tx *store.Tx, d *decision, c *desk.CommentInput) (*tickets.Written, error) {
	t, st := w.h.Tickets, w.f.st
	by := desk.Write{Actor: desk.Actor{Kind: desk.ActorCustomer, ID: c.AuthorID}, Channel: desk.ChannelEmail}
	switch d.do {
	case openTicket:
		subject := subjectOf(w.f.letter.msg.Subject)
		in := &desk.TicketInput{Subject: &subject, RequesterID: &c.AuthorID, Comment: c}
		if c.AuthorID == 0 {
			in.FromEmail = &desk.Text{Value: c.FromEmail}
		}
		if w.f.staff() && w.f.auth.Aligned { // the comment stays a customer's all the same
			in.RequesterID = &w.f.person.ID
		}
		return t.CreateIn(ctx, tx, st, in, by)
	case addReply:
		return t.ReplyIn(ctx, tx, st, d.ticket, c, by)
	case addAnswer:
		by.Actor.Kind = desk.ActorAgent
	}
	return t.UpdateIn(ctx, tx, st, d.ticket, &desk.TicketInput{Comment: c}, by)
}

// comment is what a message says. Its author is the agent whom it acts as, or the customer
// who writes from that address; a member of staff whom nothing proves is an address alone.
func (w *writing) comment(d decision) *desk.CommentInput {
	c := &desk.CommentInput{Body: &w.body, Public: d.do != addNote}
	switch {
	case d.do == addAnswer:
		c.AuthorID = w.f.agent.ID
	case w.f.person != nil && !w.f.staff():
		c.AuthorID = w.f.person.ID
	case w.f.letter.from.Addr != "":
		c.FromEmail = &w.f.letter.from.Addr
	}
	return c
}
