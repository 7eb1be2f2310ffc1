package store

import (
	"context"
	"errors"
	"fmt"

	"storedesk/internal/desk"
)

// MailState looks how mail of a store comes and goes: a few short walks along indexes.
func (db *DB) MailState(ctx context.Context, st *desk.Store) (*desk.MailState, error) {
	s := &desk.MailState{}
	find := func(sql string, args []any, dest ...any) error {
		err := one(ctx, db, sql, args, dest...)
		if errors.Is(err, desk.ErrNotFound) {
			return nil
		}
		return err
	}
	count := func(table, column, value string, n *int) error {
		return find(fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s WHERE store_id = $1 AND %s = $2 LIMIT %d) c", table, column, desk.MailStateMost),
			[]any{st.ID, value}, n)
	}
	err := errors.Join(
		find("SELECT received_at, from_address FROM mails WHERE store_id = $1 ORDER BY id DESC LIMIT 1", []any{st.ID}, &s.LastIn, &s.LastInFrom),
		find("SELECT updated_at FROM outbox_recipients WHERE store_id = $1 AND state = 'accepted' ORDER BY outbox_id DESC LIMIT 1", []any{st.ID}, &s.LastOut),
		count("mails", "fate", string(desk.MailWaiting), &s.Waiting),
		count("mails", "fate", string(desk.MailHeld), &s.Held),
		count("mails", "fate", string(desk.MailFailed), &s.Failed),
		count("outbox_recipients", "state", string(desk.RecipientQueued), &s.Queued),
		count("outbox_recipients", "state", string(desk.RecipientDeferred), &s.Deferred),
		count("outbox_recipients", "state", string(desk.RecipientBounced), &s.Bounced),
		count("outbox_recipients", "state", string(desk.RecipientUncertain), &s.Uncertain),
	)
	if err != nil || st.Mail.RoundTripID == "" {
		return s, err
	}
	err = errors.Join(
		find("SELECT received_at FROM mails WHERE store_id = $1 AND message_id = $2 ORDER BY id LIMIT 1", []any{st.ID, st.Mail.RoundTripID}, &s.RoundTripIn),
		find(`SELECT r.state, r.reason FROM outbox o JOIN outbox_recipients r ON r.store_id = o.store_id AND r.outbox_id = o.id
			WHERE o.store_id = $1 AND o.message_id = $2 LIMIT 1`, []any{st.ID, st.Mail.RoundTripID}, &s.RoundTrip, &s.RoundReason),
	)
	return s, err
}

// Checklist looks which of the first steps with a store are done.
func (db *DB) Checklist(ctx context.Context, st *desk.Store) (*desk.Checklist, error) {
	c := &desk.Checklist{Address: st.SupportEmail != ""}
	var people, links int
	err := one(ctx, db, `SELECT
			EXISTS (SELECT 1 FROM mails WHERE store_id = $1),
			EXISTS (SELECT 1 FROM outbox_recipients WHERE store_id = $1 AND state = 'accepted'),
			(SELECT count(*) FROM memberships WHERE store_id = $1),
			(SELECT count(*) FROM links WHERE store_id = $1 AND kind = 'invitation'),
			EXISTS (SELECT 1 FROM ticket_types WHERE store_id = $1),
			EXISTS (SELECT 1 FROM tickets WHERE store_id = $1),
			EXISTS (SELECT 1 FROM (SELECT first_reply_at FROM tickets WHERE store_id = $1 ORDER BY id DESC LIMIT 5000) t WHERE t.first_reply_at > 0)`, []any{st.ID},
		&c.MailIn, &c.MailOut, &people, &links, &c.Types, &c.Tickets, &c.Answered)
	c.Team = people > 1 || links > 0
	return c, err
}

// CountPictures counts the pictures of a store, inside the write.
func (tx *Tx) CountPictures(ctx context.Context, st *desk.Store) (n int, err error) {
	err = one(ctx, tx, "SELECT count(*) FROM pictures WHERE store_id = $1", []any{st.ID}, &n)
	return n, err
}

// InsertPicture queues a new picture.
func (tx *Tx) InsertPicture(st *desk.Store, p *desk.Picture) {
	tx.Exec("INSERT INTO pictures (store_id, key, blob_key, type, size, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
		st.ID, p.Key, p.BlobKey, p.Type, p.Size, int64(p.CreatedAt))
}

// Picture returns a picture of a store, or desk.ErrNotFound.
func (db *DB) Picture(ctx context.Context, st *desk.Store, key string) (*desk.Picture, error) {
	p := &desk.Picture{Key: key}
	err := one(ctx, db, "SELECT blob_key, type, size, created_at FROM pictures WHERE store_id = $1 AND key = $2", []any{st.ID, key},
		&p.BlobKey, &p.Type, &p.Size, &p.CreatedAt)
	return p, err
}
