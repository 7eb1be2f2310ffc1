package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"storedesk/internal/desk"
)

// What erasing a person does to rows. Rows stay, so that counts do; what tells of the person
// goes. Blobs that nothing shows any more are kept in customer_task_blobs until they are
// deleted.

// ForgetPerson queues that what a store knows of a person outside of tickets is gone: their
// user is for the caller to overwrite.
func (tx *Tx) ForgetPerson(ctx context.Context, st *desk.Store, user int64, t desk.Traces) error {
	tx.Exec("DELETE FROM user_addresses WHERE store_id = $1 AND user_id = $2", st.ID, user)
	tx.Exec("DELETE FROM customer_notes WHERE store_id = $1 AND user_id = $2", st.ID, user)
	for _, a := range t.Addresses {
		tx.Exec("DELETE FROM bad_addresses WHERE store_id = $1 AND address = $2", st.ID, a)
		tx.Exec("DELETE FROM sender_rules WHERE store_id = $1 AND pattern = $2", st.ID, a)
	}
	prefix := fmt.Sprintf("mail:%d:", st.ID)
	var keys []string
	err := tx.query(ctx, "SELECT key FROM rates", nil, func(row Row) error {
		var key string
		err := row.Scan(&key)
		if strings.HasPrefix(key, prefix) && t.In(key) {
			keys = append(keys, key)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, key := range keys {
		tx.Exec("DELETE FROM rates WHERE key = $1", key)
	}
	return tx.scrubEvents(ctx, "user_id", st.ID, user, func(c *desk.Change) {
		c.From, c.To = blank(c.From), blank(c.To)
	}, t)
}

// blank is what stands for a value that told of a person: of the same kind, and empty.
func blank(v any) any {
	switch v.(type) {
	case string:
		return desk.Erased
	case []any:
		return []any{}
	case map[string]any:
		return nil
	}
	return v
}

// scrubEvents overwrites what the events of a ticket or a user tell of a person.
func (tx *Tx) scrubEvents(ctx context.Context, column string, store, id int64, each func(*desk.Change), t desk.Traces) error {
	type row struct {
		id   int64
		data string
	}
	var list []row
	err := tx.query(ctx, "SELECT id, data FROM events WHERE store_id = $1 AND "+column+" = $2 AND "+column+" > 0", []any{store, id}, func(r Row) error {
		var e row
		err := r.Scan(&e.id, &e.data)
		list = append(list, e)
		return err
	})
	if err != nil {
		return err
	}
	for _, e := range list {
		var d eventData
		if err := json.Unmarshal([]byte(e.data), &d); err != nil {
			return fmt.Errorf("data of event %d: %w", e.id, err)
		}
		for i := range d.Changes {
			c := &d.Changes[i]
			each(c)
			c.From, c.To = scrubValue(c.From, t), scrubValue(c.To, t)
		}
		d.Reason = t.Scrub(d.Reason)
		data, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if !bytes.Equal(data, []byte(e.data)) {
			tx.Exec("UPDATE events SET data = $3 WHERE store_id = $1 AND id = $2", store, e.id, string(data))
		}
	}
	return nil
}

func scrubValue(v any, t desk.Traces) any {
	switch v := v.(type) {
	case string:
		return t.Scrub(v)
	case []any:
		for i := range v {
			v[i] = scrubValue(v[i], t)
		}
	case map[string]any:
		for k := range v {
			v[k] = scrubValue(v[k], t)
		}
	}
	return v
}

// EraseTicket overwrites what a locked ticket tells of a person, and of what was written
// about it. whole says that the ticket is theirs: then nothing of what anybody wrote stays.
// Documents and search follow by RenewTexts.
func (tx *Tx) EraseTicket(ctx context.Context, st *desk.Store, t *desk.Ticket, user int64, who desk.Traces, whole bool) error {
	comments, err := ticketComments(ctx, tx, st.ID, t.ID)
	if err != nil {
		return err
	}
	subject, from := who.Scrub(t.Subject), t.FromEmail
	if whole {
		subject = desk.Erased
	}
	if from != nil && (whole || who.HasAddress(*from)) {
		from = nil
	}
	tx.Exec("UPDATE tickets SET subject = $3, from_email = $4 WHERE store_id = $1 AND id = $2", st.ID, t.ID, subject, from)
	for _, c := range comments {
		theirs := c.AuthorID == user || c.FromEmail != nil && who.HasAddress(*c.FromEmail)
		tx.eraseComment(st, user, c, who, theirs, whole)
	}
	if err := tx.eraseMails(ctx, st, user, t.ID, who, whole); err != nil {
		return err
	}
	if err := tx.eraseSent(ctx, st, user, t.ID, who, whole); err != nil {
		return err
	}
	if whole {
		tx.Exec("UPDATE ticket_merges SET joined = '' WHERE store_id = $1 AND source_id = $2", st.ID, t.ID)
		if err := tx.eraseDrafts(ctx, st, user, t.ID); err != nil {
			return err
		}
		tx.Exec("DELETE FROM participants WHERE store_id = $1 AND ticket_id = $2", st.ID, t.ID)
		tx.Exec("DELETE FROM message_ids WHERE store_id = $1 AND ticket_id = $2", st.ID, t.ID)
	} else {
		for _, a := range who.Addresses {
			tx.Exec("DELETE FROM participants WHERE store_id = $1 AND ticket_id = $2 AND address = $3", st.ID, t.ID, a)
		}
	}
	return tx.scrubEvents(ctx, "ticket_id", st.ID, t.ID, func(c *desk.Change) {
		if whole && (c.Field == "subject" || c.Field == "from_email") {
			c.From, c.To = blank(c.From), blank(c.To)
		}
	}, who)
}

func (tx *Tx) eraseComment(st *desk.Store, user int64, c *desk.Comment, who desk.Traces, theirs, whole bool) {
	body, from := c.Body, c.FromEmail
	if body != nil {
		text := desk.Erased
		if !theirs && !whole {
			text = who.Scrub(*body)
		}
		body = &text
	}
	if theirs || whole {
		from = nil
		for _, a := range c.Attachments {
			tx.dropBlob(st, user, a.BlobKey)
		}
		tx.Exec("DELETE FROM attachments WHERE store_id = $1 AND ticket_id = $2 AND comment_id = $3", st.ID, c.TicketID, c.ID)
	}
	tx.Exec("UPDATE comments SET body = $4, from_email = $5 WHERE store_id = $1 AND ticket_id = $2 AND id = $3", st.ID, c.TicketID, c.ID, body, from)
}

// dropBlob queues that a blob is to be deleted once the write is durable.
func (tx *Tx) dropBlob(st *desk.Store, user int64, key string) {
	if key != "" {
		tx.Exec("INSERT INTO customer_task_blobs (store_id, user_id, blob_key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", st.ID, user, key)
	}
}

// DroppedBlob is one that a task no longer needs. Another attachment may: Shared.
type DroppedBlob struct {
	Key    string
	Shared bool
}

// DroppedBlobs lists blobs that are to be deleted, unless they are shared.
func (db *DB) DroppedBlobs(ctx context.Context, st *desk.Store, user int64, limit int) (list []DroppedBlob, err error) {
	err = db.query(ctx, `SELECT b.blob_key, (SELECT count(*) FROM attachments a WHERE a.store_id = $1 AND a.blob_key = b.blob_key AND a.blob_key <> '')
		FROM customer_task_blobs b WHERE b.store_id = $1 AND b.user_id = $2 ORDER BY b.blob_key LIMIT $3`,
		[]any{st.ID, user, limit}, func(row Row) error {
			var b DroppedBlob
			var n int
			err := row.Scan(&b.Key, &n)
			b.Shared = n > 0
			list = append(list, b)
			return err
		})
	return list, err
}

// ForgetBlobs queues that blobs are deleted.
func (tx *Tx) ForgetBlobs(st *desk.Store, user int64, list []DroppedBlob) {
	for _, b := range list {
		tx.Exec("DELETE FROM customer_task_blobs WHERE store_id = $1 AND user_id = $2 AND blob_key = $3", st.ID, user, b.Key)
	}
}

// eraseDrafts deletes what agents were about to write in a ticket, with the files of it.
func (tx *Tx) eraseDrafts(ctx context.Context, st *desk.Store, user, ticket int64) error {
	var files []int64
	err := tx.query(ctx, "SELECT "+draftColumns+" FROM drafts d WHERE d.store_id = $1 AND d.ticket_id = $2", []any{st.ID, ticket}, func(row Row) error {
		d, err := scanDraft(row)
		if err == nil {
			files = append(files, d.Data.Attachments...)
		}
		return err
	})
	if err != nil {
		return err
	}
	tx.Exec("DELETE FROM drafts WHERE store_id = $1 AND ticket_id = $2", st.ID, ticket)
	return lookUp(ctx, tx, "SELECT id, blob_key, comment_id FROM attachments", "id", st.ID, files, func(row Row) error {
		var id, comment int64
		var key string
		err := row.Scan(&id, &key, &comment)
		if comment == 0 {
			tx.dropBlob(st, user, key)
			tx.Exec("DELETE FROM attachments WHERE store_id = $1 AND id = $2 AND comment_id = 0", st.ID, id)
			tx.Exec("DELETE FROM staff_uploads WHERE store_id = $1 AND attachment_id = $2", st.ID, id)
		}
		return err
	})
}

// scrubDrafts overwrites what drafts for other tickets tell of a person; one of a new ticket
// for them goes.
func (tx *Tx) scrubDrafts(ctx context.Context, st *desk.Store, user int64, who desk.Traces) error {
	theirs := []string{fmt.Sprintf(`"requester":%d,`, user), fmt.Sprintf(`"requester":%d}`, user)}
	return tx.query(ctx, "SELECT ticket_id, user_id, kind, body, data FROM drafts WHERE store_id = $1", []any{st.ID}, func(row Row) error {
		var ticket, agent int64
		var kind, body, data string
		if err := row.Scan(&ticket, &agent, &kind, &body, &data); err != nil {
			return err
		}
		where := []any{st.ID, ticket, agent, kind}
		if ticket == 0 && slices.ContainsFunc(theirs, func(s string) bool { return strings.Contains(data, s) }) {
			tx.Exec("DELETE FROM drafts WHERE store_id = $1 AND ticket_id = $2 AND user_id = $3 AND kind = $4", where...)
			return nil
		}
		if !who.In(body) && !who.In(data) {
			return nil
		}
		var v any
		if err := json.Unmarshal([]byte(data), &v); err != nil {
			return fmt.Errorf("data of a draft on ticket %d: %w", ticket, err)
		}
		clean, err := json.Marshal(scrubValue(v, who))
		tx.Exec("UPDATE drafts SET body = $5, data = $6 WHERE store_id = $1 AND ticket_id = $2 AND user_id = $3 AND kind = $4",
			append(where, who.Scrub(body), string(clean))...)
		return err
	})
}

// LastOutgoingID is the largest id of a mail of ours; 0 for none.
func (db *DB) LastOutgoingID(ctx context.Context, st *desk.Store) (id int64, err error) {
	err = one(ctx, db, "SELECT COALESCE(max(id), 0) FROM outbox WHERE store_id = $1", []any{st.ID}, &id)
	return id, err
}

// TicketsWithTraces lists the tickets, with ids after one and up to another, in which a
// person took part: as author, by one of their addresses, or among those who get its mail.
func (db *DB) TicketsWithTraces(ctx context.Context, st *desk.Store, user int64, who desk.Traces, after, upTo int64) ([]int64, error) {
	args := []any{st.ID, after, upTo, user}
	sql := "SELECT ticket_id FROM comments WHERE store_id = $1 AND ticket_id > $2 AND ticket_id <= $3 AND author_id = $4"
	if len(who.Addresses) > 0 {
		var folded, lowered string
		folded, args = inList(args, who.Addresses)
		lower := make([]string, len(who.Addresses))
		for i, a := range who.Addresses {
			lower[i] = strings.ToLower(a)
		}
		lowered, args = inList(args, lower)
		sql += " UNION SELECT ticket_id FROM comments WHERE store_id = $1 AND ticket_id > $2 AND ticket_id <= $3 AND lower(from_email) IN (" + lowered + ")" +
			" UNION SELECT ticket_id FROM participants WHERE store_id = $1 AND ticket_id > $2 AND ticket_id <= $3 AND address IN (" + folded + ")" +
			" UNION SELECT id FROM tickets WHERE store_id = $1 AND id > $2 AND id <= $3 AND lower(from_email) IN (" + lowered + ")"
	}
	ids, err := readIDs(ctx, db.query, &query{sql: sql, args: args})
	slices.Sort(ids)
	return ids, err
}

// RenewTexts queues that document, search and words of a ticket are made anew from the rows
// as they are now.
func (tx *Tx) RenewTexts(ctx context.Context, st *desk.Store, id int64) error {
	t, err := tx.LockTicket(ctx, st, id)
	if err != nil {
		return err
	}
	comments, err := ticketComments(ctx, tx, st.ID, id)
	if err != nil {
		return err
	}
	var requester desk.Person
	err = one(ctx, tx, "SELECT email, first_name, last_name FROM users WHERE store_id = $1 AND id = $2", []any{st.ID, t.RequesterID},
		&requester.Email, &requester.FirstName, &requester.LastName)
	if err != nil && desk.CodeOf(err) != desk.NotFound {
		return err
	}
	tx.updateSubject(st.ID, t)
	tx.updateEmail(st.ID, id, requester.Email)
	words := append(requester.Texts(), t.Subject)
	if t.FromEmail != nil {
		words = append(words, *t.FromEmail)
	}
	for _, c := range comments {
		words = append(words, commentWords(c)...)
	}
	tx.Exec("DELETE FROM ticket_words WHERE store_id = $1 AND ticket_id = $2", st.ID, id)
	if tx.db.dialect() == dialectSQLite {
		tx.Exec("DELETE FROM ticket_words_text WHERE rowid = $1", rowBase(st.ID)+id)
	}
	tx.setWords(st.ID, id, desk.Words(words...))
	return tx.RebuildDocument(ctx, st, id)
}

// EraseRest overwrites what other rows keep of a person for a while: answers to writes that
// are to happen once, what webhooks' receivers answered, and why jobs failed.
func (tx *Tx) EraseRest(ctx context.Context, st *desk.Store, user int64, who desk.Traces) error {
	tx.Begin()
	own := []string{fmt.Sprintf(`"requester":%d,`, user), fmt.Sprintf(`"author":%d,`, user), fmt.Sprintf(`{"id":%d,"email"`, user)}
	err := tx.query(ctx, "SELECT token_id, key, answer FROM idempotency_keys WHERE store_id = $1", []any{st.ID}, func(row Row) error {
		var token int64
		var key, answer string
		err := row.Scan(&token, &key, &answer)
		if who.In(answer) || slices.ContainsFunc(own, func(s string) bool { return strings.Contains(answer, s) }) {
			tx.Exec("DELETE FROM idempotency_keys WHERE store_id = $1 AND token_id = $2 AND key = $3", st.ID, token, key)
		}
		return err
	})
	if err != nil {
		return err
	}
	err = tx.query(ctx, "SELECT id, answer FROM deliveries WHERE store_id = $1 AND answer <> ''", []any{st.ID}, func(row Row) error {
		var id int64
		var answer string
		err := row.Scan(&id, &answer)
		if who.In(answer) {
			tx.Exec("UPDATE deliveries SET answer = $2 WHERE id = $1", id, desk.Erased)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := tx.scrubDrafts(ctx, st, user, who); err != nil {
		return err
	}
	err = tx.query(ctx, "SELECT id, name, query FROM views WHERE store_id = $1", []any{st.ID}, func(row Row) error {
		var id int64
		var name, text string
		err := row.Scan(&id, &name, &text)
		if who.In(name) || who.In(text) {
			tx.Exec("UPDATE views SET name = $3, query = $4 WHERE store_id = $1 AND id = $2", st.ID, id, who.Scrub(name), who.Scrub(text))
		}
		return err
	})
	if err != nil {
		return err
	}
	tx.Exec(`UPDATE deliveries SET answer = '' WHERE store_id = $1 AND answer <> '' AND (user_id = $2 AND user_id > 0 OR ticket_id IN (
		SELECT id FROM tickets WHERE store_id = $1 AND requester_id = $2))`, st.ID, user)
	return tx.query(ctx, "SELECT id, lane, args, error, state FROM jobs WHERE store_id = $1", []any{st.ID}, func(row Row) error {
		var id int64
		var lane, args, why, state string
		err := row.Scan(&id, &lane, &args, &why, &state)
		if who.In(why) || who.In(args) || who.In(lane) {
			tx.Exec("UPDATE jobs SET error = $2, lane = $3 WHERE id = $1", id, who.Scrub(why), who.Scrub(lane))
			if who.In(args) && state == string(desk.JobDead) {
				tx.Exec("DELETE FROM jobs WHERE id = $1", id)
			}
		}
		return err
	})
}

// mergePages is how many pages of an index one write moves.
const mergePages = 500

// PurgeWords takes words that no ticket has any more out of the pages of SQLite's index,
// which otherwise keeps them until it happens to write these pages again. first begins
// anew; more says that there is more to do. PostgreSQL's vacuum does it by itself.
func (db *DB) PurgeWords(ctx context.Context, first bool) (more bool, err error) {
	if db.dialect() != dialectSQLite {
		return false, nil
	}
	pages := mergePages
	if first {
		pages = -mergePages
	}
	err = db.Write(ctx, func(tx *Tx) error {
		var before, after int64
		tx.Begin()
		if err := one(ctx, tx, "SELECT total_changes()", nil, &before); err != nil {
			return err
		}
		tx.Exec("INSERT INTO ticket_words_text (ticket_words_text, rank) VALUES ('merge', $1)", pages)
		if err := tx.Flush(ctx); err != nil {
			return err
		}
		err := one(ctx, tx, "SELECT total_changes()", nil, &after)
		more = after-before >= 2 // as the documentation of FTS5 counts
		return err
	})
	return more, err
}
