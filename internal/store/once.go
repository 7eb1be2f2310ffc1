package store

import (
	"context"

	"storedesk/internal/desk"
)

// Recall returns what the first write under a key was told, or desk.ErrNotFound.
func (db *DB) Recall(ctx context.Context, st *desk.Store, o *desk.Once) (*desk.Answer, error) {
	var a desk.Answer
	var body string
	err := one(ctx, db, "SELECT fingerprint, status, answer FROM idempotency_keys WHERE store_id = $1 AND token_id = $2 AND key = $3",
		[]any{st.ID, o.TokenID, o.Key}, &a.Fingerprint, &a.Status, &body)
	if err != nil {
		return nil, err
	}
	a.Body = []byte(body)
	return &a, nil
}

// Remember queues the answer of a write under its key. Another write under the same
// key makes this one fail with desk.Conflict. A nil o is no key.
func (tx *Tx) Remember(st *desk.Store, o *desk.Once, answer []byte, now desk.Instant) {
	if o == nil {
		return
	}
	tx.Exec(`INSERT INTO idempotency_keys (store_id, token_id, key, fingerprint, status, answer, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, st.ID, o.TokenID, o.Key, o.Fingerprint, o.Status, string(answer), int64(now))
}

// SweepKeys forgets keys older than before.
func (db *DB) SweepKeys(ctx context.Context, before desk.Instant) error {
	return db.Write(ctx, func(tx *Tx) error {
		tx.Exec("DELETE FROM idempotency_keys WHERE created_at < $1", before)
		return nil
	})
}
