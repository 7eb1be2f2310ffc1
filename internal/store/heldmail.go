package store

import (
	"context"

	"storedesk/internal/desk"
)

// SweepHeld gives up at most limit messages that are held since before then: their bytes
// go, their rows stay, suppressed, with the reason they were held for. It returns how many,
// and the blobs, which may be deleted now.
func (db *DB) SweepHeld(ctx context.Context, st *desk.Store, before, now desk.Instant, limit int) (n int, blobs []string, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		tx.Begin()
		n, blobs = 0, nil
		old, err := mails(ctx, tx, "m.store_id = $1 AND m.fate = 'held' AND m.handled_at < $2 ORDER BY m.id LIMIT $3"+tx.forUpdate(),
			st.ID, int64(before), limit)
		if err != nil {
			return err
		}
		for _, m := range old {
			n++
			if m.BlobKey != "" {
				blobs = append(blobs, m.BlobKey)
			}
			tx.Exec("DELETE FROM mail_raws WHERE store_id = $1 AND mail_id = $2", st.ID, m.ID)
			tx.Exec("UPDATE mails SET fate = $3, reason = $4, blob_key = '', handled_at = $5 WHERE store_id = $1 AND id = $2",
				st.ID, m.ID, string(desk.MailSuppressed), "held, never released, and deleted in the end: "+m.Reason, int64(now))
		}
		return nil
	})
	return n, blobs, err
}
