package store

import (
	"context"

	"storedesk/internal/desk"
)

// UnsolvedOf lists tickets assigned to a user that are neither solved nor closed, by id,
// those after one.
func (db *DB) UnsolvedOf(ctx context.Context, st *desk.Store, user, after int64, limit int) (ids []int64, err error) {
	err = db.query(ctx, "SELECT id FROM tickets"+db.dialect().use("tickets_assignee")+
		" WHERE store_id = $1 AND assignee_id = $2 AND id > $3 AND status NOT IN ('solved', 'closed') ORDER BY id LIMIT $4",
		[]any{st.ID, user, after, limit}, func(row Row) error {
			var id int64
			err := row.Scan(&id)
			ids = append(ids, id)
			return err
		})
	return ids, err
}
