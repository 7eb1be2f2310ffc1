package store

import (
	"context"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/wire"
)

// rebuildBatch is how many documents one transaction writes anew.
const rebuildBatch = 200

// RebuildDocuments writes every document of a store anew from the rows. Where nothing
// was wrong and the store's zone is the same, no byte changes.
func (db *DB) RebuildDocuments(ctx context.Context, st *desk.Store) error {
	for last := int64(0); ; {
		var ids []int64
		err := db.query(ctx, "SELECT id FROM tickets WHERE store_id = $1 AND id > $2 ORDER BY id LIMIT $3",
			[]any{st.ID, last, rebuildBatch}, func(row Row) error {
				var id int64
				err := row.Scan(&id)
				ids = append(ids, id)
				return err
			})
		if err != nil || len(ids) == 0 {
			return err
		}
		last = ids[len(ids)-1]
		err = db.Write(ctx, func(tx *Tx) error {
			for _, id := range ids {
				if err := tx.RebuildDocument(ctx, st, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// RebuildDocument writes one document anew from the rows.
func (tx *Tx) RebuildDocument(ctx context.Context, st *desk.Store, id int64) error {
	t, err := tx.LockTicket(ctx, st, id)
	if err != nil {
		return err
	}
	comments, err := ticketComments(ctx, tx, st.ID, id)
	if err != nil {
		return err
	}
	tx.Exec("DELETE FROM ticket_doc_parts WHERE store_id = $1 AND ticket_id = $2", st.ID, id)
	parts, open := sealParts(comments, st)
	for n, body := range parts {
		tx.Exec("INSERT INTO ticket_doc_parts (store_id, ticket_id, n, body) VALUES ($1, $2, $3, $4)", st.ID, id, n, body)
	}
	tx.Exec("UPDATE ticket_docs SET seq = $3, head = $4, sealed = $5, comments = $6 WHERE store_id = $1 AND ticket_id = $2",
		st.ID, id, t.Seq, string(wire.TicketHead(nil, t, st.Zone)), len(parts), open)
	return nil
}

// sealParts lays comments out as a document that grew comment by comment would.
func sealParts(comments []*desk.Comment, st *desk.Store) (parts []string, open string) {
	var b strings.Builder
	for _, c := range comments {
		if b.Len() >= sealAt {
			parts = append(parts, b.String())
			b.Reset()
		}
		b.Write(wire.Comment(nil, c, st.Zone))
	}
	return parts, b.String()
}

// ticketComments reads the comments of a ticket with their attachments, by id.
func ticketComments(ctx context.Context, r reader, store, ticket int64) ([]*desk.Comment, error) {
	var list []*desk.Comment
	byID := map[int64]*desk.Comment{}
	err := r.query(ctx, `SELECT id, ticket_id, author_id, body, is_public, from_email, created_at FROM comments
		WHERE store_id = $1 AND ticket_id = $2 ORDER BY id`, []any{store, ticket}, func(row Row) error {
		c := &desk.Comment{}
		err := row.Scan(&c.ID, &c.TicketID, &c.AuthorID, &c.Body, &c.Public, &c.FromEmail, &c.CreatedAt)
		list = append(list, c)
		byID[c.ID] = c
		return err
	})
	if err != nil {
		return nil, err
	}
	err = r.query(ctx, "SELECT "+attachmentColumns+` FROM attachments a
		WHERE a.store_id = $1 AND a.ticket_id = $2 AND a.comment_id > 0 ORDER BY a.comment_id, a.id`, []any{store, ticket}, func(row Row) error {
		a, err := scanAttachment(row)
		if c := byID[a.CommentID]; c != nil {
			c.Attachments = append(c.Attachments, a)
		}
		return err
	})
	return list, err
}

// RotateMediaPaths gives every stored attachment a new key in its path and rewrites
// the documents that show it. key makes the new keys.
func (db *DB) RotateMediaPaths(ctx context.Context, st *desk.Store, key func() string) (rotated int, err error) {
	for last := int64(0); ; {
		var list []desk.Attachment
		err := db.query(ctx, "SELECT "+attachmentColumns+` FROM attachments a
			WHERE a.store_id = $1 AND a.id > $2 ORDER BY a.id LIMIT $3`, []any{st.ID, last, rebuildBatch}, func(row Row) error {
			a, err := scanAttachment(row)
			list = append(list, a)
			return err
		})
		if err != nil || len(list) == 0 {
			return rotated, err
		}
		last = list[len(list)-1].ID
		err = db.Write(ctx, func(tx *Tx) error { return tx.rotate(ctx, st, list, key) })
		if err != nil {
			return rotated, err
		}
		rotated += len(list)
	}
}

func (tx *Tx) rotate(ctx context.Context, st *desk.Store, list []desk.Attachment, key func() string) error {
	for _, a := range list {
		path := desk.MediaPath(desk.Upload{FileName: a.FileName, BlobKey: strings.ToLower(key())})
		tx.Exec("UPDATE attachments SET path = $3 WHERE store_id = $1 AND id = $2", st.ID, a.ID, path)
	}
	if err := tx.Flush(ctx); err != nil {
		return err
	}
	done := map[int64]bool{0: true}
	for _, a := range list {
		if done[a.TicketID] {
			continue
		}
		done[a.TicketID] = true
		if err := tx.RebuildDocument(ctx, st, a.TicketID); err != nil {
			return err
		}
	}
	return nil
}
