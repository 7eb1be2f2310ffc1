package store

import (
	"context"
	"encoding/json"
	"fmt"

	"storedesk/internal/desk"
)

const viewColumns = "v.id, v.owner_id, v.group_id, v.name, v.query, v.list_order, v.columns, v.position, v.created_at, v.updated_at"

func scanView(row Row) (v desk.View, err error) {
	var columns string
	err = row.Scan(&v.ID, &v.OwnerID, &v.GroupID, &v.Name, &v.Query, &v.Order, &columns, &v.Position, &v.CreatedAt, &v.UpdatedAt)
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal([]byte(columns), &v.Columns); err != nil {
		return v, fmt.Errorf("columns of view %d: %w", v.ID, err)
	}
	return v, nil
}

// Views lists the views of a user and those of everybody that the user may see: admins all,
// others those of no group and of theirs. In their order, those of everybody first.
func (db *DB) Views(ctx context.Context, st *desk.Store, user int64, admin bool) (list []desk.View, err error) {
	all := 0
	if admin {
		all = 1
	}
	err = db.query(ctx, "SELECT "+viewColumns+` FROM views v WHERE v.store_id = $1 AND (v.owner_id = $2 OR v.owner_id = 0 AND (
			v.group_id = 0 OR $3 = 1 OR v.group_id IN (SELECT g.group_id FROM memberships m
				JOIN permission_group_members g ON g.store_id = m.store_id AND g.account_id = m.account_id
				WHERE m.store_id = $1 AND m.user_id = $2)))
		ORDER BY v.owner_id, v.position, v.id`, []any{st.ID, user, all}, func(row Row) error {
		v, err := scanView(row)
		list = append(list, v)
		return err
	})
	return list, err
}

// LockView reads a view that is to be changed; desk.ErrNotFound.
func (tx *Tx) LockView(ctx context.Context, st *desk.Store, id int64) (*desk.View, error) {
	tx.Begin()
	var v *desk.View
	err := tx.query(ctx, "SELECT "+viewColumns+" FROM views v WHERE v.store_id = $1 AND v.id = $2"+tx.forUpdate(), []any{st.ID, id}, func(row Row) error {
		got, err := scanView(row)
		v = &got
		return err
	})
	if err == nil && v == nil {
		err = desk.ErrNotFound
	}
	return v, err
}

// CountViews counts the views of an owner.
func (tx *Tx) CountViews(ctx context.Context, st *desk.Store, owner int64) (n int, err error) {
	return n, one(ctx, tx, "SELECT count(*) FROM views WHERE store_id = $1 AND owner_id = $2", []any{st.ID, owner}, &n)
}

// InsertView queues a new view, which gets its id here and the last place.
func (tx *Tx) InsertView(ctx context.Context, st *desk.Store, v *desk.View) (err error) {
	if v.ID, err = tx.nextID(ctx, kindView); err != nil {
		return err
	}
	v.Position = v.ID
	tx.Exec(`INSERT INTO views (store_id, id, owner_id, group_id, name, query, list_order, columns, position, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, st.ID, v.ID, v.OwnerID, v.GroupID, v.Name, v.Query, string(v.Order),
		jsonList(v.Columns), v.Position, int64(v.CreatedAt), int64(v.UpdatedAt))
	return nil
}

// UpdateView queues what was made of a locked view.
func (tx *Tx) UpdateView(st *desk.Store, v *desk.View) {
	tx.Exec(`UPDATE views SET owner_id = $3, group_id = $4, name = $5, query = $6, list_order = $7, columns = $8, position = $9, updated_at = $10
		WHERE store_id = $1 AND id = $2`, st.ID, v.ID, v.OwnerID, v.GroupID, v.Name, v.Query, string(v.Order), jsonList(v.Columns),
		v.Position, int64(v.UpdatedAt))
}

// DeleteView queues that a view goes.
func (tx *Tx) DeleteView(st *desk.Store, id int64) {
	tx.Exec("DELETE FROM views WHERE store_id = $1 AND id = $2", st.ID, id)
}
