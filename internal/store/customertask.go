package store

import (
	"context"
	"encoding/json"
	"fmt"

	"storedesk/internal/desk"
)

const taskColumns = "user_id, kind, into_id, step, position, done, total, data, actor_id, account_id, created_at, finished_at"

func scanTask(row Row) (*desk.CustomerTask, error) {
	t := &desk.CustomerTask{}
	var data string
	err := row.Scan(&t.UserID, &t.Kind, &t.IntoID, &t.Step, &t.Position, &t.Done, &t.Total, &data, &t.ActorID, &t.AccountID, &t.CreatedAt, &t.FinishedAt)
	if err == nil && data != "" {
		if err := json.Unmarshal([]byte(data), &t.Traces); err != nil {
			return nil, fmt.Errorf("task of user %d: %w", t.UserID, err)
		}
	}
	return t, err
}

// CustomerTask returns what is done to a user, or was; desk.ErrNotFound for nothing.
func (db *DB) CustomerTask(ctx context.Context, st *desk.Store, user int64) (*desk.CustomerTask, error) {
	return customerTask(ctx, db, st, user, "")
}

// LockCustomerTask is CustomerTask as part of a write, and keeps others from writing to it.
func (tx *Tx) LockCustomerTask(ctx context.Context, st *desk.Store, user int64) (*desk.CustomerTask, error) {
	tx.Begin()
	return customerTask(ctx, tx, st, user, tx.forUpdate())
}

func customerTask(ctx context.Context, r reader, st *desk.Store, user int64, clause string) (t *desk.CustomerTask, err error) {
	err = r.query(ctx, "SELECT "+taskColumns+" FROM customer_tasks WHERE store_id = $1 AND user_id = $2"+clause, []any{st.ID, user}, func(row Row) (err error) {
		t, err = scanTask(row)
		return err
	})
	if err == nil && t == nil {
		return nil, desk.ErrNotFound
	}
	return t, err
}

// CustomerMergesInto lists the users that were or are being merged into one, latest first.
func (db *DB) CustomerMergesInto(ctx context.Context, st *desk.Store, user int64) ([]*desk.CustomerTask, error) {
	return mergesInto(ctx, db, st, user)
}

// CustomerMergesInto is DB.CustomerMergesInto as part of a write.
func (tx *Tx) CustomerMergesInto(ctx context.Context, st *desk.Store, user int64) ([]*desk.CustomerTask, error) {
	return mergesInto(ctx, tx, st, user)
}

func mergesInto(ctx context.Context, r reader, st *desk.Store, user int64) (list []*desk.CustomerTask, err error) {
	err = r.query(ctx, "SELECT "+taskColumns+` FROM customer_tasks WHERE store_id = $1 AND into_id = $2 AND into_id > 0
		ORDER BY created_at DESC, user_id DESC LIMIT 50`, []any{st.ID, user}, func(row Row) error {
		t, err := scanTask(row)
		list = append(list, t)
		return err
	})
	return list, err
}

// InsertCustomerTask queues a task. Another one of the same user makes the write fail with
// desk.Conflict.
func (tx *Tx) InsertCustomerTask(st *desk.Store, t *desk.CustomerTask) {
	tx.Exec(`INSERT INTO customer_tasks (store_id, user_id, kind, into_id, step, position, done, total, data, actor_id, account_id, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		st.ID, t.UserID, string(t.Kind), t.IntoID, t.Step, t.Position, t.Done, t.Total, traces(t), t.ActorID, t.AccountID, int64(t.CreatedAt))
}

func traces(t *desk.CustomerTask) string {
	if len(t.Traces.Addresses)+len(t.Traces.Texts) == 0 {
		return ""
	}
	data, err := json.Marshal(t.Traces)
	if err != nil {
		panic(err) // texts
	}
	return string(data)
}

// SaveCustomerTask queues how far a task has come. One that is over forgets what it looked
// for.
func (tx *Tx) SaveCustomerTask(st *desk.Store, t *desk.CustomerTask) {
	data := traces(t)
	if t.FinishedAt != 0 {
		data = ""
	}
	tx.Exec(`UPDATE customer_tasks SET step = $3, position = $4, done = $5, data = $6, finished_at = $7 WHERE store_id = $1 AND user_id = $2`,
		st.ID, t.UserID, t.Step, t.Position, t.Done, data, int64(t.FinishedAt))
}

// TicketsOf lists tickets with a requester, by id, after one.
func (db *DB) TicketsOf(ctx context.Context, st *desk.Store, requester, after int64, limit int) ([]int64, error) {
	return readIDs(ctx, db.query, &query{
		sql: "SELECT id FROM tickets" + db.dialect().use("tickets_requester") +
			" WHERE store_id = $1 AND requester_id = $2 AND id > $3 ORDER BY id LIMIT $4",
		args: []any{st.ID, requester, after, limit},
	})
}

// CountTicketsOf counts the tickets with a requester.
func (db *DB) CountTicketsOf(ctx context.Context, st *desk.Store, requester int64) (n int64, err error) {
	err = one(ctx, db, "SELECT count(*) FROM tickets WHERE store_id = $1 AND requester_id = $2", []any{st.ID, requester}, &n)
	return n, err
}

// LastTicketID is the largest id of a ticket of a store; 0 for none.
func (db *DB) LastTicketID(ctx context.Context, st *desk.Store) (id int64, err error) {
	err = one(ctx, db, "SELECT COALESCE(max(id), 0) FROM tickets WHERE store_id = $1", []any{st.ID}, &id)
	return id, err
}

// TicketsWrittenIn lists the tickets with ids after one and up to another in which a user
// has written. No index holds authors: what is asked so is asked rarely, and a stretch at a
// time.
func (db *DB) TicketsWrittenIn(ctx context.Context, st *desk.Store, author, after, upTo int64) ([]int64, error) {
	return readIDs(ctx, db.query, &query{
		sql:  "SELECT DISTINCT ticket_id FROM comments WHERE store_id = $1 AND ticket_id > $2 AND ticket_id <= $3 AND author_id = $4 ORDER BY ticket_id",
		args: []any{st.ID, after, upTo, author},
	})
}

// MoveCustomer queues that what refers to one user refers to another: addresses, orders and
// the note. The e-mail of from is for the caller to move.
func (tx *Tx) MoveCustomer(st *desk.Store, from, to int64) {
	tx.Exec("UPDATE user_addresses SET user_id = $3 WHERE store_id = $1 AND user_id = $2", st.ID, from, to)
	tx.Exec("UPDATE orders SET user_id = $3 WHERE store_id = $1 AND user_id = $2 AND user_id > 0", st.ID, from, to)
	tx.Exec("DELETE FROM customer_notes WHERE store_id = $1 AND user_id = $2", st.ID, from)
}

// MoveAuthor queues that what one user wrote in a ticket is by another, and did there.
// RebuildDocument must follow.
func (tx *Tx) MoveAuthor(st *desk.Store, ticket, from, to int64) {
	tx.Exec("UPDATE comments SET author_id = $4 WHERE store_id = $1 AND ticket_id = $2 AND author_id = $3", st.ID, ticket, from, to)
	tx.Exec("UPDATE events SET actor_id = $4 WHERE store_id = $1 AND ticket_id = $2 AND ticket_id > 0 AND actor_kind = 'customer' AND actor_id = $3",
		st.ID, ticket, from, to)
}

// RemoveParticipants queues that addresses of a user take part in a ticket no more beside
// them.
func (tx *Tx) RemoveParticipants(st *desk.Store, ticket, user int64) {
	tx.Exec(`DELETE FROM participants WHERE store_id = $1 AND ticket_id = $2 AND address IN (
		SELECT address FROM user_addresses WHERE store_id = $1 AND user_id = $3
		UNION SELECT email_folded FROM users WHERE store_id = $1 AND id = $3 AND email_folded <> '')`, st.ID, ticket, user)
}

// DeleteUser queues that a user is gone.
func (tx *Tx) DeleteUser(st *desk.Store, id int64) {
	tx.Exec("DELETE FROM users WHERE store_id = $1 AND id = $2", st.ID, id)
	if tx.db.dialect() == dialectSQLite {
		tx.Exec("DELETE FROM users_text WHERE rowid = $1", rowBase(st.ID)+id)
	}
}

// CommentsOf reads the comments of a ticket with their attachments, by id.
func (db *DB) CommentsOf(ctx context.Context, st *desk.Store, ticket int64) ([]*desk.Comment, error) {
	return ticketComments(ctx, db, st.ID, ticket)
}

// MailsFrom lists the mails that came from addresses, by id, after one.
func (db *DB) MailsFrom(ctx context.Context, st *desk.Store, addresses []string, after int64, limit int) ([]*desk.Mail, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	folded := make([]string, len(addresses))
	for i, a := range addresses {
		folded[i] = desk.Fold(a)
	}
	in, args := inList([]any{st.ID, after, limit}, folded)
	return mails(ctx, db, "m.store_id = $1 AND m.id > $2 AND m.from_address IN ("+in+") ORDER BY m.id LIMIT $3", args...)
}

// WriteAudit writes a line of the audit log by itself.
func (db *DB) WriteAudit(ctx context.Context, e *desk.AuditEntry) error {
	return db.Write(ctx, func(tx *Tx) error { return tx.Audit(ctx, e) })
}

// IsRequester tells whether a ticket is a user's.
func (db *DB) IsRequester(ctx context.Context, st *desk.Store, ticket, user int64) (bool, error) {
	n := 0
	err := one(ctx, db, "SELECT count(*) FROM tickets WHERE store_id = $1 AND id = $2 AND requester_id = $3", []any{st.ID, ticket, user}, &n)
	return n > 0, err
}
