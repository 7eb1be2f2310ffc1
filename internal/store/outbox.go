package store

import (
	"context"

	"storedesk/internal/desk"
)

const outgoingColumns = "o.id, o.kind, o.ticket_id, o.comment_id, o.event_id, o.message_id, o.envelope_from, o.subject, o.blob_key, o.size, o.created_at"

func scanOutgoing(row Row, o *desk.Outgoing) error {
	return row.Scan(&o.ID, &o.Kind, &o.TicketID, &o.CommentID, &o.EventID, &o.MessageID, &o.EnvelopeFrom, &o.Subject, &o.BlobKey, &o.Size, &o.CreatedAt)
}

// InsertOutgoing writes a mail with its recipients, and its Message-ID for the answers to
// come; it gets its id here. fresh is false, and nothing is written, when the event has
// led to a mail of this kind before.
func (tx *Tx) InsertOutgoing(ctx context.Context, st *desk.Store, o *desk.Outgoing) (fresh bool, err error) {
	id, err := tx.nextID(ctx, kindOutbox)
	if err != nil {
		return false, err
	}
	tx.ask(`INSERT INTO outbox (store_id, id, kind, ticket_id, comment_id, event_id, message_id, envelope_from, subject, blob_key, size, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (store_id, event_id, kind) WHERE event_id > 0 DO NOTHING RETURNING id`,
		[]any{st.ID, id, o.Kind, o.TicketID, o.CommentID, o.EventID, o.MessageID, o.EnvelopeFrom, o.Subject, o.BlobKey, o.Size, int64(o.CreatedAt)},
		func(row Row) error {
			fresh = true
			return row.Scan(&o.ID)
		})
	if err := tx.Flush(ctx); err != nil || !fresh {
		return false, err
	}
	for _, r := range o.Recipients {
		tx.Exec(`INSERT INTO outbox_recipients (store_id, outbox_id, address, state, reason, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT DO NOTHING`, st.ID, o.ID, r.Address, string(r.State), cut(r.Reason), int64(r.UpdatedAt))
	}
	if o.TicketID != 0 {
		tx.Exec(`INSERT INTO message_ids (store_id, message_id, ticket_id, comment_id, ours, created_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT DO NOTHING`, st.ID, o.MessageID, o.TicketID, o.CommentID, true, int64(o.CreatedAt))
	}
	return true, nil
}

// Outgoing returns a mail of ours with its recipients, or desk.ErrNotFound.
func (db *DB) Outgoing(ctx context.Context, st *desk.Store, id int64) (*desk.Outgoing, error) {
	return db.outgoing(ctx, st, "o.id = $2", id)
}

// OutgoingByMessageID returns the mail of ours with a Message-ID, or desk.ErrNotFound.
func (db *DB) OutgoingByMessageID(ctx context.Context, st *desk.Store, messageID string) (*desk.Outgoing, error) {
	return db.outgoing(ctx, st, "o.message_id = $2", messageID)
}

func (db *DB) outgoing(ctx context.Context, st *desk.Store, where string, arg any) (*desk.Outgoing, error) {
	list, err := db.listOutgoing(ctx, st, where+" ORDER BY o.id LIMIT 1", arg)
	if err == nil && len(list) == 0 {
		return nil, desk.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

// OutgoingOfComment lists the mails that carry a comment, oldest first.
func (db *DB) OutgoingOfComment(ctx context.Context, st *desk.Store, comment int64) ([]desk.Outgoing, error) {
	return db.listOutgoing(ctx, st, "o.comment_id = $2 AND o.comment_id > 0 ORDER BY o.id", comment)
}

// ListOutgoing lists mails of ours, newest first: those of a ticket (0: of all), and with
// a recipient in a state ("": in any).
func (db *DB) ListOutgoing(ctx context.Context, st *desk.Store, ticket int64, state desk.RecipientState, limit int) ([]desk.Outgoing, error) {
	where, args := "o.id > 0", []any{}
	if ticket != 0 {
		args = append(args, ticket)
		where = "o.ticket_id = $2 AND o.message_id IN (SELECT m.message_id FROM message_ids m WHERE m.store_id = $1 AND m.ticket_id = $2)"
	}
	if state != "" {
		args = append(args, string(state))
		where += " AND o.id IN (SELECT r.outbox_id FROM outbox_recipients r WHERE r.store_id = $1 AND r.state = " + placeholder(len(args)+1) + ")"
	}
	args = append(args, limit)
	return db.listOutgoing(ctx, st, where+" ORDER BY o.id DESC LIMIT "+placeholder(len(args)+1), args...)
}

// listOutgoing reads mails by a condition, and their recipients with one more query.
func (db *DB) listOutgoing(ctx context.Context, st *desk.Store, where string, args ...any) (list []desk.Outgoing, err error) {
	err = db.query(ctx, "SELECT "+outgoingColumns+" FROM outbox o WHERE o.store_id = $1 AND "+where, append([]any{st.ID}, args...), func(row Row) error {
		var o desk.Outgoing
		err := scanOutgoing(row, &o)
		list = append(list, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	return list, db.readRecipients(ctx, st, list)
}

// OutgoingOfTicket walks one page of the mails about a ticket.
func (db *DB) OutgoingOfTicket(ctx context.Context, st *desk.Store, ticket int64, p desk.Page) (list []desk.Outgoing, more bool, err error) {
	q := &query{args: []any{st.ID}}
	of := q.arg(ticket)
	where := []string{
		"o.store_id = $1", "o.ticket_id = " + of, // by an index that tickets have
		"o.message_id IN (SELECT m.message_id FROM message_ids m WHERE m.store_id = $1 AND m.ticket_id = " + of + ")",
	}
	err = db.page(ctx, q, "SELECT "+outgoingColumns+" FROM outbox o", "o.id", where, p, func(row Row) error {
		var o desk.Outgoing
		err := scanOutgoing(row, &o)
		list = append(list, o)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	list, more = turn(list, p)
	return list, more, db.readRecipients(ctx, st, list)
}

// readRecipients adds to mails what became of them at each address.
func (db *DB) readRecipients(ctx context.Context, st *desk.Store, list []desk.Outgoing) error {
	if len(list) == 0 {
		return nil
	}
	at, ids := map[int64]int{}, make([]int64, len(list))
	for i := range list {
		at[list[i].ID], ids[i] = i, list[i].ID
	}
	in, all := inList([]any{st.ID}, ids)
	return db.query(ctx, `SELECT r.outbox_id, r.address, r.state, r.reason, r.updated_at FROM outbox_recipients r
		WHERE r.store_id = $1 AND r.outbox_id IN (`+in+") ORDER BY r.outbox_id, r.address", all, func(row Row) error {
		var id int64
		var r desk.OutgoingRecipient
		err := row.Scan(&id, &r.Address, &r.State, &r.Reason, &r.UpdatedAt)
		list[at[id]].Recipients = append(list[at[id]].Recipients, r)
		return err
	})
}

// SetRecipient queues what became of a mail of ours at one address.
func (tx *Tx) SetRecipient(st *desk.Store, outboxID int64, r desk.OutgoingRecipient) {
	tx.Exec("UPDATE outbox_recipients SET state = $4, reason = $5, updated_at = $6 WHERE store_id = $1 AND outbox_id = $2 AND address = $3",
		st.ID, outboxID, r.Address, string(r.State), cut(r.Reason), int64(r.UpdatedAt))
}

// BeginSending marks recipients as being handed over, for a job that is still the
// caller's. ok is false, and the caller must roll back and not send, when somebody else
// has the job by now or has begun with one of the recipients.
func (tx *Tx) BeginSending(ctx context.Context, st *desk.Store, j *desk.Job, outboxID int64, addresses []string, now desk.Instant) (ok bool, err error) {
	args := []any{st.ID, outboxID, j.ID, j.Attempt, int64(now)}
	in, args := inList(args, addresses)
	begun := 0
	tx.ask(`UPDATE outbox_recipients SET state = 'sending', reason = '', updated_at = $5
		WHERE store_id = $1 AND outbox_id = $2 AND state IN ('queued', 'deferred') AND address IN (`+in+`)
		AND EXISTS (SELECT 1 FROM jobs WHERE id = $3 AND attempt = $4 AND state = 'running') RETURNING address`, args, func(Row) error {
		begun++
		return nil
	})
	err = tx.Flush(ctx)
	return begun == len(addresses), err
}

// RequeueOutgoing queues that recipients of a mail are to be tried again, whatever became
// of them: those in a state, or at an address ("" for any; those that have the mail stay).
// It returns their addresses.
func (tx *Tx) RequeueOutgoing(ctx context.Context, st *desk.Store, outboxID int64, address string, now desk.Instant) (list []string, err error) {
	tx.ask(`UPDATE outbox_recipients SET state = 'queued', updated_at = $4
		WHERE store_id = $1 AND outbox_id = $2 AND state NOT IN ('accepted', 'sending') AND ($3 = '' OR address = $3) RETURNING address`,
		[]any{st.ID, outboxID, address, int64(now)}, func(row Row) error {
			var a string
			err := row.Scan(&a)
			list = append(list, a)
			return err
		})
	err = tx.Flush(ctx)
	return list, err
}

// HurryJob queues that the waiting job with a key begins now.
func (tx *Tx) HurryJob(once string, now desk.Instant) {
	tx.Exec("UPDATE jobs SET run_at = $2 WHERE once = $1 AND state = 'ready' AND run_at > $2", once, int64(now))
	tx.afterCommit(tx.db.jobs.Ring)
}
