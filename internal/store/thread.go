package store

import (
	"context"

	"storedesk/internal/desk"
)

// MessageRef is a ticket that a Message-ID leads to.
type MessageRef struct {
	MessageID string
	TicketID  int64
	CommentID int64
	Ours      bool // we sent the message
}

// InsertMessageID queues that answers to a message belong to a ticket.
func (tx *Tx) InsertMessageID(st *desk.Store, messageID string, ticket, comment int64, ours bool, now desk.Instant) {
	tx.Exec(`INSERT INTO message_ids (store_id, message_id, ticket_id, comment_id, ours, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT DO NOTHING`, st.ID, messageID, ticket, comment, ours, int64(now))
}

// TicketsByMessageIDs returns the tickets that Message-IDs lead to, newest ticket first. Of
// very many ids the first 100 count.
func (db *DB) TicketsByMessageIDs(ctx context.Context, st *desk.Store, ids []string) (list []MessageRef, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := inList([]any{st.ID}, ids[:min(len(ids), 100)])
	err = db.query(ctx, `SELECT message_id, ticket_id, comment_id, ours FROM message_ids WHERE store_id = $1 AND message_id IN (`+in+`)
		ORDER BY ticket_id DESC, message_id`, args, func(row Row) error {
		var r MessageRef
		err := row.Scan(&r.MessageID, &r.TicketID, &r.CommentID, &r.Ours)
		list = append(list, r)
		return err
	})
	return list, err
}

// lastMessageIDs is how many Message-IDs a mail of ours refers to (RFC 5322 section 3.6.4
// sets no limit; header lines have one).
const lastMessageIDs = 20

// LastMessageIDs returns the latest Message-IDs of a ticket, oldest first.
func (db *DB) LastMessageIDs(ctx context.Context, st *desk.Store, ticket int64) (list []string, err error) {
	err = db.query(ctx, `SELECT message_id FROM (SELECT message_id, created_at FROM message_ids WHERE store_id = $1 AND ticket_id = $2
		ORDER BY created_at DESC, message_id LIMIT $3) m ORDER BY created_at, message_id`, []any{st.ID, ticket, lastMessageIDs}, func(row Row) error {
		var id string
		err := row.Scan(&id)
		list = append(list, id)
		return err
	})
	return list, err
}

// MaxParticipants is how many addresses take part in a ticket beside its requester.
const MaxParticipants = 50

// Participants lists who takes part in a ticket by mail, beside its requester.
func (db *DB) Participants(ctx context.Context, st *desk.Store, ticket int64) (list []desk.Participant, err error) {
	err = db.query(ctx, "SELECT shown, name FROM participants WHERE store_id = $1 AND ticket_id = $2 ORDER BY address", []any{st.ID, ticket},
		func(row Row) error {
			var p desk.Participant
			err := row.Scan(&p.Address, &p.Name)
			list = append(list, p)
			return err
		})
	return list, err
}

// AddParticipant queues that somebody takes part in a ticket, unless MaxParticipants do.
func (tx *Tx) AddParticipant(st *desk.Store, ticket int64, p desk.Participant) {
	tx.Exec(`INSERT INTO participants (store_id, ticket_id, address, shown, name)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT)
		WHERE (SELECT count(*) FROM participants WHERE store_id = $1 AND ticket_id = $2) < $6 ON CONFLICT DO NOTHING`,
		st.ID, ticket, desk.Fold(p.Address), p.Address, p.Name, MaxParticipants)
}

// Thread is what a mail needs to know of a ticket it may belong to.
type Thread struct {
	TicketID    int64
	Subject     string
	Status      desk.Status
	RequesterID int64
	// Addresses are those of the requester, the writer and the participants, folded.
	Addresses []string
	FollowUps []int64 // tickets that follow it, oldest first
	// MergedInto is the ticket that it was merged into; 0: none.
	MergedInto int64
}

// Thread returns what a mail needs to know of a ticket, or desk.ErrNotFound.
func (db *DB) Thread(ctx context.Context, st *desk.Store, ticket int64) (*Thread, error) {
	t := &Thread{TicketID: ticket}
	var from *string
	err := one(ctx, db, "SELECT subject, status, requester_id, from_email FROM tickets WHERE store_id = $1 AND id = $2",
		[]any{st.ID, ticket}, &t.Subject, &t.Status, &t.RequesterID, &from)
	if err != nil {
		return nil, err
	}
	if from != nil && *from != "" {
		t.Addresses = append(t.Addresses, desk.Fold(*from))
	}
	err = db.query(ctx, `SELECT address FROM participants WHERE store_id = $1 AND ticket_id = $2
		UNION SELECT email_folded FROM users WHERE store_id = $1 AND id = $3 AND email_folded <> ''
		UNION SELECT address FROM user_addresses WHERE store_id = $1 AND user_id = $3 AND user_id > 0`, []any{st.ID, ticket, t.RequesterID},
		func(row Row) error {
			var address string
			err := row.Scan(&address)
			t.Addresses = append(t.Addresses, address)
			return err
		})
	if err != nil {
		return nil, err
	}
	links, err := db.TicketLinks(ctx, st, ticket)
	for _, l := range links {
		switch l.Kind {
		case desk.LinkFollowUp:
			t.FollowUps = append(t.FollowUps, l.TicketID)
		case desk.LinkMergedInto:
			t.MergedInto = l.TicketID
		}
	}
	return t, err
}

// AnswersTo returns what was last written to the requester of a ticket, latest first: what
// their next mail may quote.
func (db *DB) AnswersTo(ctx context.Context, st *desk.Store, t *Thread, limit int) (list []string, err error) {
	err = db.query(ctx, `SELECT c.body FROM comments c JOIN users u ON u.store_id = c.store_id AND u.id = c.author_id
		WHERE c.store_id = $1 AND c.ticket_id = $2 AND c.is_public = $3 AND c.body IS NOT NULL AND u.user_type = 'dashboard'
		ORDER BY c.id DESC LIMIT $4`, []any{st.ID, t.TicketID, true, limit}, func(row Row) error {
		var body string
		err := row.Scan(&body)
		list = append(list, body)
		return err
	})
	return list, err
}
