package store

import (
	"context"
	"encoding/json"
	"fmt"

	"storedesk/internal/desk"
)

const draftColumns = "d.ticket_id, d.user_id, d.kind, d.body, d.data, d.base_seq, d.send_at, d.held, d.updated_at"

func scanDraft(row Row) (*desk.Draft, error) {
	d := &desk.Draft{}
	var data string
	if err := row.Scan(&d.TicketID, &d.UserID, &d.Kind, &d.Body, &data, &d.BaseSeq, &d.SendAt, &d.Held, &d.UpdatedAt); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(data), &d.Data); err != nil {
		return nil, fmt.Errorf("data of a draft on ticket %d: %w", d.TicketID, err)
	}
	return d, nil
}

const whoseDraft = " WHERE d.store_id = $1 AND d.ticket_id = $2 AND d.user_id = $3 AND d.kind = $4"

func draft(ctx context.Context, r reader, st *desk.Store, ticket, user int64, kind desk.DraftKind, lock string) (d *desk.Draft, err error) {
	err = r.query(ctx, "SELECT "+draftColumns+" FROM drafts d"+whoseDraft+lock, []any{st.ID, ticket, user, string(kind)}, func(row Row) error {
		d, err = scanDraft(row)
		return err
	})
	if err == nil && d == nil {
		return nil, desk.ErrNotFound
	}
	return d, err
}

// Draft returns an agent's draft, or desk.ErrNotFound.
func (db *DB) Draft(ctx context.Context, st *desk.Store, ticket, user int64, kind desk.DraftKind) (*desk.Draft, error) {
	return draft(ctx, db, st, ticket, user, kind, "")
}

// LockDraft is Draft, and keeps others from writing to it until the write ends.
func (tx *Tx) LockDraft(ctx context.Context, st *desk.Store, ticket, user int64, kind desk.DraftKind) (*desk.Draft, error) {
	tx.Begin()
	return draft(ctx, tx, st, ticket, user, kind, tx.forUpdate())
}

// DraftsOfTicket lists what agents are writing on a ticket, latest first.
func (db *DB) DraftsOfTicket(ctx context.Context, st *desk.Store, ticket int64) ([]*desk.Draft, error) {
	return db.drafts(ctx, " WHERE d.store_id = $1 AND d.ticket_id = $2 ORDER BY d.updated_at DESC, d.user_id, d.kind LIMIT 100", st.ID, ticket)
}

// DraftsOfUser lists what an agent is writing, latest first.
func (db *DB) DraftsOfUser(ctx context.Context, st *desk.Store, user int64) ([]*desk.Draft, error) {
	return db.drafts(ctx, " WHERE d.store_id = $1 AND d.user_id = $2 ORDER BY d.updated_at DESC, d.ticket_id, d.kind LIMIT 500", st.ID, user)
}

func (db *DB) drafts(ctx context.Context, where string, args ...any) (list []*desk.Draft, err error) {
	err = db.query(ctx, "SELECT "+draftColumns+" FROM drafts d"+where, args, func(row Row) error {
		d, err := scanDraft(row)
		list = append(list, d)
		return err
	})
	return list, err
}

// CountDrafts tells how many drafts an agent has.
func (tx *Tx) CountDrafts(ctx context.Context, st *desk.Store, user int64) (n int, err error) {
	err = one(ctx, tx, "SELECT count(*) FROM drafts WHERE store_id = $1 AND user_id = $2", []any{st.ID, user}, &n)
	return n, err
}

// SaveDraft queues a draft as it is to be, and that it keeps its files, which are the
// agent's own uploads.
func (tx *Tx) SaveDraft(st *desk.Store, d *desk.Draft) {
	data, err := json.Marshal(d.Data)
	if err != nil {
		panic(err) // the form was read as JSON
	}
	tx.Exec(`INSERT INTO drafts (store_id, ticket_id, user_id, kind, body, data, base_seq, send_at, held, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (store_id, ticket_id, user_id, kind) DO UPDATE SET body = excluded.body, data = excluded.data,
			base_seq = excluded.base_seq, send_at = excluded.send_at, held = excluded.held, updated_at = excluded.updated_at`,
		st.ID, d.TicketID, d.UserID, string(d.Kind), d.Body, string(data), d.BaseSeq, int64(d.SendAt), d.Held, int64(d.UpdatedAt))
	tx.releaseUploads(st, d)
	if len(d.Data.Attachments) > 0 {
		in, args := inList([]any{st.ID, d.UserID, d.TicketID, string(d.Kind)}, d.Data.Attachments)
		tx.Exec("UPDATE staff_uploads SET draft_ticket = $3, draft_kind = $4 WHERE store_id = $1 AND user_id = $2 AND attachment_id IN ("+in+")", args...)
	}
}

// DeleteDraft queues that a draft is gone.
func (tx *Tx) DeleteDraft(st *desk.Store, d *desk.Draft) {
	tx.Exec("DELETE FROM drafts WHERE store_id = $1 AND ticket_id = $2 AND user_id = $3 AND kind = $4", st.ID, d.TicketID, d.UserID, string(d.Kind))
	tx.releaseUploads(st, d)
}

func (tx *Tx) releaseUploads(st *desk.Store, d *desk.Draft) {
	tx.Exec(`UPDATE staff_uploads SET draft_ticket = 0, draft_kind = ''
		WHERE store_id = $1 AND user_id = $2 AND draft_ticket = $3 AND draft_kind = $4`, st.ID, d.UserID, d.TicketID, string(d.Kind))
}

// OwnUpload queues whose an upload is: only they may put it into a comment.
func (tx *Tx) OwnUpload(st *desk.Store, user, attachment int64) {
	tx.Exec("INSERT INTO staff_uploads (store_id, attachment_id, user_id) VALUES ($1, $2, $3)", st.ID, attachment, user)
}

// Uploads returns those of the uploads that are an agent's and that no comment has
// claimed, in the order given.
func (db *DB) Uploads(ctx context.Context, st *desk.Store, user int64, ids []int64) ([]desk.Attachment, error) {
	return uploads(ctx, db, st, user, ids)
}

// Uploads is DB.Uploads as part of a write.
func (tx *Tx) Uploads(ctx context.Context, st *desk.Store, user int64, ids []int64) ([]desk.Attachment, error) {
	return uploads(ctx, tx, st, user, ids)
}

func uploads(ctx context.Context, r reader, st *desk.Store, user int64, ids []int64) ([]desk.Attachment, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := inList([]any{st.ID, user}, ids)
	found := map[int64]desk.Attachment{}
	err := r.query(ctx, "SELECT "+attachmentColumns+` FROM attachments a JOIN staff_uploads s ON s.store_id = a.store_id AND s.attachment_id = a.id
		WHERE a.store_id = $1 AND s.user_id = $2 AND a.comment_id = 0 AND a.id IN (`+in+")", args, func(row Row) error {
		a, err := scanAttachment(row)
		found[a.ID] = a
		return err
	})
	var list []desk.Attachment
	for _, id := range ids {
		if a, ok := found[id]; ok {
			list = append(list, a)
			delete(found, id)
		}
	}
	return list, err
}

// Said is a public comment, and who wrote it.
type Said struct {
	Comment desk.Comment
	Author  *desk.Person // nil: nobody known
}

// maxSaid bounds how many comments are shown that came meanwhile.
const maxSaid = 50

// SaidSince lists the public comments of a ticket that came after one of its versions by
// anybody but a user, oldest first.
func (tx *Tx) SaidSince(ctx context.Context, st *desk.Store, ticket, seq, but int64) ([]Said, error) {
	return saidSince(ctx, tx, st, ticket, seq, but)
}

// SaidSince is Tx.SaidSince outside a write.
func (db *DB) SaidSince(ctx context.Context, st *desk.Store, ticket, seq, but int64) ([]Said, error) {
	return saidSince(ctx, db, st, ticket, seq, but)
}

func saidSince(ctx context.Context, r reader, st *desk.Store, ticket, seq, but int64) (list []Said, err error) {
	var ids []int64
	err = r.query(ctx, "SELECT "+eventColumns+" FROM events e WHERE e.store_id = $1 AND e.ticket_id = $2 AND e.ticket_id > 0 AND e.seq > $3 ORDER BY e.seq",
		[]any{st.ID, ticket, seq}, func(row Row) error {
			e, err := scanEvent(row)
			if e.CommentID != 0 && e.Public {
				ids = append(ids, e.CommentID)
			}
			return err
		})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	in, args := inList([]any{st.ID, ticket, but}, ids[max(0, len(ids)-maxSaid):])
	err = r.query(ctx, `SELECT c.id, c.ticket_id, c.author_id, c.body, c.from_email, c.created_at, u.user_type, u.email, u.first_name, u.last_name
		FROM comments c LEFT JOIN users u ON u.store_id = c.store_id AND u.id = c.author_id
		WHERE c.store_id = $1 AND c.ticket_id = $2 AND c.author_id <> $3 AND c.id IN (`+in+") ORDER BY c.id", args, func(row Row) error {
		s := Said{Comment: desk.Comment{Public: true}}
		var kind, email, first, last *string
		c := &s.Comment
		err := row.Scan(&c.ID, &c.TicketID, &c.AuthorID, &c.Body, &c.FromEmail, &c.CreatedAt, &kind, &email, &first, &last)
		if kind != nil {
			s.Author = &desk.Person{Type: desk.UserType(*kind), Email: *email, FirstName: *first, LastName: *last}
		}
		list = append(list, s)
		return err
	})
	return list, err
}

// WorksHere tells whether a user is staff of a store and not blocked.
func (tx *Tx) WorksHere(ctx context.Context, st *desk.Store, user int64) (bool, error) {
	n := 0
	err := one(ctx, tx, `SELECT count(*) FROM memberships m JOIN users u ON u.store_id = $1 AND u.id = m.user_id
		WHERE m.store_id = $1 AND m.user_id = $2 AND u.user_type = 'dashboard' AND u.is_blocked = $3`, []any{st.ID, user, false}, &n)
	return n > 0, err
}

// RemoveParticipant queues that somebody takes part in a ticket no more.
func (tx *Tx) RemoveParticipant(st *desk.Store, ticket int64, address string) {
	tx.Exec("DELETE FROM participants WHERE store_id = $1 AND ticket_id = $2 AND address = $3", st.ID, ticket, desk.Fold(address))
}

// KnownAddresses returns those of the addresses, folded, that mail went to before or came from.
func (db *DB) KnownAddresses(ctx context.Context, st *desk.Store, addresses []string) (map[string]bool, error) {
	known := map[string]bool{}
	if len(addresses) == 0 {
		return known, nil
	}
	for _, a := range addresses {
		n := 0
		err := one(ctx, db, `SELECT CASE WHEN EXISTS (SELECT 1 FROM mails WHERE store_id = $1 AND from_address = $2)
				OR EXISTS (SELECT 1 FROM outbox_recipients WHERE store_id = $1 AND lower(address) = lower(CAST($3 AS TEXT))) THEN 1 ELSE 0 END`,
			[]any{st.ID, desk.Fold(a), a}, &n)
		if err != nil {
			return nil, err
		}
		known[desk.Fold(a)] = n > 0
	}
	return known, nil
}

// HoldDraft queues that what was submitted for a time is a draft again, with why.
func (tx *Tx) HoldDraft(st *desk.Store, ticket, user int64, kind desk.DraftKind, sendAt desk.Instant, why string) {
	tx.Exec(`UPDATE drafts SET send_at = 0, held = $6
		WHERE store_id = $1 AND ticket_id = $2 AND user_id = $3 AND kind = $4 AND send_at = $5`,
		st.ID, ticket, user, string(kind), int64(sendAt), cut(why))
}
