package store

import (
	"context"
	"slices"
	"strings"

	"storedesk/internal/desk"
)

const mailColumns = `m.id, m.source, m.source_key, m.blob_key, m.sha256, m.size, m.envelope_from, m.envelope_to, m.peer, m.helo,
	m.fate, m.reason, m.message_id, m.from_address, m.subject, m.auth, m.ticket_id, m.comment_id, m.received_at, m.handled_at, m.has_html`

func scanMail(row Row) (*desk.Mail, error) {
	m := &desk.Mail{}
	var to string
	err := row.Scan(&m.ID, &m.Source, &m.SourceKey, &m.BlobKey, &m.SHA256, &m.Size, &m.EnvelopeFrom, &to, &m.Peer, &m.Helo,
		&m.Fate, &m.Reason, &m.MessageID, &m.From, &m.Subject, &m.Auth, &m.TicketID, &m.CommentID, &m.ReceivedAt, &m.HandledAt, &m.HTML)
	if to != "" {
		m.Recipients = strings.Split(to, "\n")
	}
	return m, err
}

// InsertMail queues a new row of the ledger; it gets its id here. raw are the bytes of a
// message without a blob. When the source's key is there already, nothing is queued, m gets
// the id of that row, and fresh is false. Another write of the same key at the same moment
// makes the write fail with desk.Conflict.
func (tx *Tx) InsertMail(ctx context.Context, st *desk.Store, m *desk.Mail, raw []byte) (fresh bool, err error) {
	err = one(ctx, tx, "SELECT id FROM mails WHERE store_id = $1 AND source = $2 AND source_key = $3",
		[]any{st.ID, m.Source, m.SourceKey}, &m.ID)
	if desk.CodeOf(err) != desk.NotFound {
		return false, err
	}
	if m.ID, err = tx.nextID(ctx, kindMail); err != nil {
		return false, err
	}
	tx.Exec(`INSERT INTO mails (store_id, id, source, source_key, blob_key, sha256, size, envelope_from, envelope_to, peer, helo,
		fate, reason, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		st.ID, m.ID, m.Source, m.SourceKey, m.BlobKey, m.SHA256, m.Size, m.EnvelopeFrom, strings.Join(m.Recipients, "\n"),
		m.Peer, m.Helo, string(m.Fate), m.Reason, int64(m.ReceivedAt))
	if m.BlobKey == "" {
		tx.Exec("INSERT INTO mail_raws (store_id, mail_id, raw) VALUES ($1, $2, $3)", st.ID, m.ID, raw)
	}
	return true, nil
}

// Mail returns a row of the ledger, or desk.ErrNotFound.
func (db *DB) Mail(ctx context.Context, st *desk.Store, id int64) (*desk.Mail, error) {
	return mail(ctx, db, st, id, "")
}

// LockMail is Mail inside a write, and keeps others from settling the row until it ends.
func (tx *Tx) LockMail(ctx context.Context, st *desk.Store, id int64) (*desk.Mail, error) {
	tx.Begin()
	return mail(ctx, tx, st, id, tx.forUpdate())
}

func mail(ctx context.Context, r reader, st *desk.Store, id int64, clause string) (m *desk.Mail, err error) {
	list, err := mails(ctx, r, "m.store_id = $1 AND m.id = $2"+clause, st.ID, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, desk.ErrNotFound
	}
	return list[0], nil
}

func mails(ctx context.Context, r reader, where string, args ...any) (list []*desk.Mail, err error) {
	err = r.query(ctx, "SELECT "+mailColumns+" FROM mails m WHERE "+where, args, func(row Row) error {
		m, err := scanMail(row)
		list = append(list, m)
		return err
	})
	return list, err
}

// MailRaw returns the bytes of a message that has no blob; desk.ErrNotFound when they were
// deleted.
func (db *DB) MailRaw(ctx context.Context, st *desk.Store, id int64) (raw []byte, err error) {
	err = one(ctx, db, "SELECT raw FROM mail_raws WHERE store_id = $1 AND mail_id = $2", []any{st.ID, id}, &raw)
	return slices.Clip(raw), err
}

// SettleMail queues what became of a message.
func (tx *Tx) SettleMail(st *desk.Store, m *desk.Mail) {
	tx.Exec(`UPDATE mails SET fate = $3, reason = $4, message_id = $5, from_address = $6, subject = $7, auth = $8, ticket_id = $9,
		comment_id = $10, handled_at = $11, has_html = $12 WHERE store_id = $1 AND id = $2`,
		st.ID, m.ID, string(m.Fate), m.Reason, m.MessageID, m.From, m.Subject, m.Auth, m.TicketID, m.CommentID, int64(m.HandledAt), m.HTML)
}

// ListMails walks one page of the ledger by id.
func (db *DB) ListMails(ctx context.Context, st *desk.Store, f *desk.MailFilter, p desk.Page) (list []*desk.Mail, more bool, err error) {
	q := &query{args: []any{st.ID}}
	where := []string{"m.store_id = $1"}
	if f.Fate != "" {
		where = append(where, "m.fate = "+q.arg(string(f.Fate)))
	}
	if f.From != "" {
		where = append(where, "m.from_address = "+q.arg(desk.Fold(f.From)))
	}
	if f.TicketID != 0 {
		where = append(where, "m.ticket_id > 0 AND m.ticket_id = "+q.arg(f.TicketID))
	}
	err = db.page(ctx, q, "SELECT "+mailColumns+" FROM mails m", "m.id", where, p, func(row Row) error {
		m, err := scanMail(row)
		list = append(list, m)
		return err
	})
	list, more = turn(list, p)
	return list, more, err
}

// MailsWithMessageID lists, by id, the messages with a Message-ID and those of the same
// bytes; either may be "". At most 100.
func (db *DB) MailsWithMessageID(ctx context.Context, st *desk.Store, messageID, sha256 string) ([]*desk.Mail, error) {
	var conditions []string
	q := &query{args: []any{st.ID}}
	if messageID != "" {
		conditions = append(conditions, "m.message_id <> '' AND m.message_id = "+q.arg(messageID))
	}
	if sha256 != "" {
		conditions = append(conditions, "m.sha256 = "+q.arg(sha256))
	}
	if len(conditions) == 0 {
		return nil, nil
	}
	return mails(ctx, db, "m.store_id = $1 AND ("+strings.Join(conditions, " OR ")+") ORDER BY m.id LIMIT 100", q.args...)
}

// CountMails counts messages with a fate, at most limit + 1.
func (db *DB) CountMails(ctx context.Context, st *desk.Store, fate desk.Fate, limit int) (n int, err error) {
	return n, one(ctx, db, "SELECT count(*) FROM (SELECT 1 FROM mails WHERE store_id = $1 AND fate = $2 LIMIT $3) m",
		[]any{st.ID, string(fate), limit + 1}, &n)
}
