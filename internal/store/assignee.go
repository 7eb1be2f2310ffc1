package store

import (
	"context"

	"storedesk/internal/desk"
)

// UnsolvedOf lists tickets assigned to a user that are neither solved nor closed, by id,
// those after one.
func (db *DB) UnsolvedOf(ctx context.Context, st *desk.Store, user, after int64, limit int) ([]int64, error) {
	return db.unsolved(ctx, "tickets_assignee", "assignee_id = $2", st.ID, user, after, limit)
}

// UnsolvedOfGroup is UnsolvedOf for tickets given to a group.
func (db *DB) UnsolvedOfGroup(ctx context.Context, st *desk.Store, group, after int64, limit int) ([]int64, error) {
	return db.unsolved(ctx, "tickets_group", "group_id = $2 AND group_id > 0", st.ID, group, after, limit)
}

func (db *DB) unsolved(ctx context.Context, index, where string, args ...any) (ids []int64, err error) {
	err = db.query(ctx, "SELECT id FROM tickets"+db.dialect().use(index)+" WHERE store_id = $1 AND "+where+
		" AND id > $3 AND status NOT IN ('solved', 'closed') ORDER BY id LIMIT $4", args, func(row Row) error {
		var id int64
		err := row.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}
