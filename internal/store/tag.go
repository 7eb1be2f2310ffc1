package store

import (
	"context"

	"storedesk/internal/desk"
)

// EnsureTags gives every name that known lacks an id, making new tags. Tags that
// another write makes at the same time are taken as they are.
func (tx *Tx) EnsureTags(ctx context.Context, st *desk.Store, names []string, known map[string]int64) error {
	for _, name := range names {
		if known[name] != 0 {
			continue
		}
		tx.Begin()
		id, err := tx.nextID(ctx, kindTag)
		if err != nil {
			return err
		}
		tx.Exec("INSERT INTO tags (store_id, id, name) VALUES ($1, $2, $3) ON CONFLICT (store_id, name) DO NOTHING", st.ID, id, name)
		if err := tx.Flush(ctx); err != nil {
			return err
		}
		if err := one(ctx, tx, "SELECT id FROM tags WHERE store_id = $1 AND name = $2", []any{st.ID, name}, &id); err != nil {
			return err
		}
		known[name] = id
	}
	return nil
}
