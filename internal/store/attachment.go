package store

import (
	"context"

	"storedesk/internal/desk"
)

const attachmentColumns = "a.id, a.ticket_id, a.comment_id, a.file_name, a.path, a.blob_key, a.size, a.created_at"

func scanAttachment(row Row) (a desk.Attachment, err error) {
	err = row.Scan(&a.ID, &a.TicketID, &a.CommentID, &a.FileName, &a.Path, &a.BlobKey, &a.Size, &a.CreatedAt)
	return a, err
}

// InsertUpload queues an upload that waits for a comment; it gets its id here.
func (tx *Tx) InsertUpload(ctx context.Context, st *desk.Store, a *desk.Attachment) error {
	id, err := tx.nextID(ctx, kindAttachment)
	if err != nil {
		return err
	}
	a.ID = id
	tx.Exec(insertAttachment, st.ID, a.ID, a.TicketID, a.CommentID, a.FileName, a.Path, a.BlobKey, a.Size, int64(a.CreatedAt))
	return nil
}

const insertAttachment = `INSERT INTO attachments (store_id, id, ticket_id, comment_id, file_name, path, blob_key, size, created_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

// claimAttachment makes an upload part of a comment. That it is still free was checked
// under a lock.
func (tx *Tx) claimAttachment(store int64, c *desk.Comment, id int64) {
	tx.Exec("UPDATE attachments SET ticket_id = $3, comment_id = $4 WHERE store_id = $1 AND id = $2 AND comment_id = 0",
		store, id, c.TicketID, c.ID)
}

// AttachmentByPath returns the attachment that a link names, or desk.ErrNotFound.
func (db *DB) AttachmentByPath(ctx context.Context, st *desk.Store, path string) (*desk.Attachment, error) {
	var a desk.Attachment
	err := desk.ErrNotFound
	found := false
	e := db.query(ctx, "SELECT "+attachmentColumns+" FROM attachments a WHERE a.store_id = $1 AND a.path = $2",
		[]any{st.ID, path}, func(row Row) (err error) {
			found = true
			a, err = scanAttachment(row)
			return err
		})
	if e != nil {
		return nil, e
	}
	if !found {
		return nil, err
	}
	return &a, nil
}

// SweepUploads deletes the rows of uploads older than before that no comment has
// claimed and no draft keeps, at most limit, and returns their blobs, which may then be
// deleted too.
func (db *DB) SweepUploads(ctx context.Context, before desk.Instant, limit int) (blobs []string, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		blobs = nil
		tx.Begin()
		tx.Exec(`DELETE FROM staff_uploads WHERE draft_kind = '' AND NOT EXISTS (SELECT 1 FROM attachments a
			WHERE a.store_id = staff_uploads.store_id AND a.id = staff_uploads.attachment_id AND a.comment_id = 0)`)
		return tx.query(ctx, `DELETE FROM attachments WHERE comment_id = 0 AND (store_id, id) IN (
				SELECT a.store_id, a.id FROM attachments a WHERE a.comment_id = 0 AND a.created_at < $1 AND NOT EXISTS (
					SELECT 1 FROM staff_uploads s WHERE s.store_id = a.store_id AND s.attachment_id = a.id AND s.draft_kind <> '')
				ORDER BY a.created_at LIMIT $2)
			RETURNING blob_key`, []any{before, limit}, func(row Row) error {
			var key string
			err := row.Scan(&key)
			blobs = append(blobs, key)
			return err
		})
	})
	return blobs, err
}

// CommentAttachments lists the attachments of a comment, by id.
func (db *DB) CommentAttachments(ctx context.Context, st *desk.Store, ticket, comment int64) (list []desk.Attachment, err error) {
	if comment == 0 {
		return nil, nil
	}
	err = db.query(ctx, "SELECT "+attachmentColumns+` FROM attachments a
		WHERE a.store_id = $1 AND a.ticket_id = $2 AND a.comment_id = $3 ORDER BY a.id`, []any{st.ID, ticket, comment}, func(row Row) error {
		a, err := scanAttachment(row)
		list = append(list, a)
		return err
	})
	return list, err
}
