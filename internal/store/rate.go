package store

import (
	"context"

	"storedesk/internal/desk"
)

// Rate is how often something may be tried: Burst at once, then one each Interval.
type Rate struct {
	Interval desk.Instant // microseconds
	Burst    int64
}

// Spend takes one attempt from the rate under a key, and tells whether there was one
// left. One statement does it all, so nodes and goroutines share the rate exactly
// (GCRA: the row holds when the next attempt would be in time).
func (db *DB) Spend(ctx context.Context, key string, r Rate, now desk.Instant) (ok bool, err error) {
	err = db.Write(ctx, func(tx *Tx) (err error) {
		ok, err = tx.spend(ctx, key, r, now)
		return err
	})
	return ok, err
}

// Spend is DB.Spend as part of a write: an attempt counts only if the write succeeds, and
// who spends from the same key waits until this write ends.
func (tx *Tx) Spend(ctx context.Context, key string, r Rate, now desk.Instant) (ok bool, err error) {
	tx.Begin()
	return tx.spend(ctx, key, r, now)
}

func (tx *Tx) spend(ctx context.Context, key string, r Rate, now desk.Instant) (ok bool, err error) {
	var due int64
	err = one(ctx, tx, `INSERT INTO rates (key, due) VALUES ($1, CAST($2 AS BIGINT) + $3)
			ON CONFLICT (key) DO UPDATE SET due = CASE WHEN rates.due > $2 THEN rates.due ELSE $2 END + $3
			WHERE rates.due <= CAST($2 AS BIGINT) + $4 RETURNING due`,
		[]any{key, int64(now), int64(r.Interval), int64(r.Interval) * (r.Burst - 1)}, &due)
	if desk.CodeOf(err) == desk.NotFound {
		return false, nil
	}
	return err == nil, err
}

// Refund queues that an attempt does not count after all.
func (tx *Tx) Refund(key string, r Rate) {
	tx.Exec("UPDATE rates SET due = due - $2 WHERE key = $1", key, int64(r.Interval))
}

// ForgetRate queues that all attempts under a key are forgotten.
func (tx *Tx) ForgetRate(key string) { tx.Exec("DELETE FROM rates WHERE key = $1", key) }
