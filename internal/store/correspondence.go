package store

import (
	"context"

	"storedesk/internal/desk"
)

// Correspondence is what a mail that follows from an event of a ticket needs to know.
type Correspondence struct {
	Ticket       desk.Ticket
	Requester    *desk.User    // nil for none
	Comment      *desk.Comment // the one asked for, with its attachments; nil for none
	Author       *desk.User    // of the comment; nil for none
	Before       *desk.Comment // the public comment before it; nil for none
	ByDesk       bool          // Before is by an agent, or by nobody
	Arrived      *Arrival      // how the comment came, if by mail
	Participants []desk.Participant
	MessageIDs   []string // of the ticket's mails, oldest first; the newest of many
	AnswerTo     string   // the Message-ID of the mail received last; "" for none
	Subject      string   // of the mail received last; "" for none
}

// Arrival is the ledger's row of the mail that a comment was made of.
type Arrival struct {
	BlobKey      string
	Size         int64
	EnvelopeFrom string
	From         string // folded
	Auth         string
}

// maxMessageIDs is how many Message-IDs of a ticket are read: some servers refuse long
// headers.
const maxMessageIDs = 20

// Correspondence reads it. comment is 0 for none; then Before is the last public comment.
// desk.ErrNotFound when the ticket or the comment is not there.
func (db *DB) Correspondence(ctx context.Context, st *desk.Store, ticket, comment int64) (*Correspondence, error) {
	c := &Correspondence{}
	found := false
	err := db.query(ctx, "SELECT "+ticketColumns+" FROM tickets t WHERE t.store_id = $1 AND t.id = $2", []any{st.ID, ticket}, func(row Row) error {
		found = true
		return scanTicket(row, &c.Ticket)
	})
	if err == nil && !found {
		err = desk.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	for _, read := range []func() error{
		func() (err error) {
			c.Requester, err = db.maybeUser(ctx, st, c.Ticket.RequesterID)
			return err
		},
		func() error { return db.readComments(ctx, st, c, comment) },
		func() error { return db.readArrival(ctx, st, c) },
		func() error { return db.readThread(ctx, st, c) },
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// maybeUser is User for an id that may be 0, or of a user who is gone.
func (db *DB) maybeUser(ctx context.Context, st *desk.Store, id int64) (*desk.User, error) {
	if id == 0 {
		return nil, nil //nolint:nilnil // nobody is an answer here
	}
	u, err := db.User(ctx, st, id)
	if desk.CodeOf(err) == desk.NotFound {
		return nil, nil //nolint:nilnil // as above
	}
	return u, err
}

func (db *DB) readComments(ctx context.Context, st *desk.Store, c *Correspondence, id int64) (err error) {
	const selection = "SELECT id, ticket_id, author_id, body, is_public, from_email, created_at FROM comments WHERE store_id = $1 AND ticket_id = $2 AND "
	read := func(to **desk.Comment, where string, args ...any) error {
		return db.query(ctx, selection+where, append([]any{st.ID, c.Ticket.ID}, args...), func(row Row) error {
			*to = &desk.Comment{}
			return row.Scan(&(*to).ID, &(*to).TicketID, &(*to).AuthorID, &(*to).Body, &(*to).Public, &(*to).FromEmail, &(*to).CreatedAt)
		})
	}
	before := "is_public = $3 ORDER BY id DESC LIMIT 1"
	args := []any{true}
	if id != 0 {
		if err := read(&c.Comment, "id = $3", id); err != nil {
			return err
		}
		if c.Comment == nil {
			return desk.ErrNotFound
		}
		if c.Author, err = db.maybeUser(ctx, st, c.Comment.AuthorID); err != nil {
			return err
		}
		if err := db.readAttachments(ctx, st, c.Comment); err != nil {
			return err
		}
		before, args = "is_public = $3 AND id < $4 ORDER BY id DESC LIMIT 1", []any{true, id}
	}
	if err := read(&c.Before, before, args...); err != nil || c.Before == nil {
		return err
	}
	author, err := db.maybeUser(ctx, st, c.Before.AuthorID)
	c.ByDesk = author == nil && c.Before.FromEmail == nil || author != nil && author.Type == desk.UserDashboard
	return err
}

func (db *DB) readAttachments(ctx context.Context, st *desk.Store, c *desk.Comment) error {
	return db.query(ctx, "SELECT "+attachmentColumns+` FROM attachments a
		WHERE a.store_id = $1 AND a.ticket_id = $2 AND a.comment_id = $3 ORDER BY a.id`, []any{st.ID, c.TicketID, c.ID}, func(row Row) error {
		a, err := scanAttachment(row)
		c.Attachments = append(c.Attachments, a)
		return err
	})
}

func (db *DB) readArrival(ctx context.Context, st *desk.Store, c *Correspondence) error {
	if c.Comment == nil {
		return nil
	}
	return db.query(ctx, `SELECT blob_key, size, envelope_from, from_address, auth FROM mails
		WHERE store_id = $1 AND ticket_id = $2 AND ticket_id > 0 AND comment_id = $3 ORDER BY id LIMIT 1`,
		[]any{st.ID, c.Ticket.ID, c.Comment.ID}, func(row Row) error {
			c.Arrived = &Arrival{}
			return row.Scan(&c.Arrived.BlobKey, &c.Arrived.Size, &c.Arrived.EnvelopeFrom, &c.Arrived.From, &c.Arrived.Auth)
		})
}

// readThread reads who takes part by mail and which mails there were.
func (db *DB) readThread(ctx context.Context, st *desk.Store, c *Correspondence) error {
	args := []any{st.ID, c.Ticket.ID}
	err := db.query(ctx, "SELECT shown, name FROM participants WHERE store_id = $1 AND ticket_id = $2 ORDER BY address", args, func(row Row) error {
		var p desk.Participant
		err := row.Scan(&p.Address, &p.Name)
		c.Participants = append(c.Participants, p)
		return err
	})
	if err != nil {
		return err
	}
	err = db.query(ctx, `SELECT message_id, ours FROM message_ids WHERE store_id = $1 AND ticket_id = $2
		ORDER BY created_at DESC, message_id LIMIT $3`, append(args, maxMessageIDs), func(row Row) error {
		var id string
		var ours bool
		err := row.Scan(&id, &ours)
		c.MessageIDs = append([]string{id}, c.MessageIDs...)
		if !ours && c.AnswerTo == "" {
			c.AnswerTo = id
		}
		return err
	})
	if err != nil {
		return err
	}
	return db.query(ctx, `SELECT subject FROM mails WHERE store_id = $1 AND ticket_id = $2 AND ticket_id > 0 AND comment_id > 0
		ORDER BY id DESC LIMIT 1`, args, func(row Row) error { return row.Scan(&c.Subject) })
}
