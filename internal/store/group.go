package store

import (
	"context"

	"storedesk/internal/desk"
)

// Groups lists the permission groups of a store, by name.
func (db *DB) Groups(ctx context.Context, st *desk.Store) (list []desk.PermissionGroup, err error) {
	err = db.query(ctx, `SELECT g.id, g.name, g.permissions,
			(SELECT count(*) FROM permission_group_members x WHERE x.store_id = g.store_id AND x.group_id = g.id)
		FROM permission_groups g WHERE g.store_id = $1 ORDER BY g.name, g.id`, []any{st.ID}, func(row Row) error {
		var g desk.PermissionGroup
		var permissions string
		err := row.Scan(&g.ID, &g.Name, &permissions, &g.Members)
		g.Permissions = splitPermissions(permissions)
		list = append(list, g)
		return err
	})
	return list, err
}

// InsertGroup queues a new group; it gets its id here. A name that another group of the
// store has makes the write fail with desk.Conflict.
func (tx *Tx) InsertGroup(ctx context.Context, st *desk.Store, g *desk.PermissionGroup) error {
	id, err := tx.nextID(ctx, kindGroup)
	if err != nil {
		return err
	}
	g.ID = id
	tx.Exec("INSERT INTO permission_groups (store_id, id, name, permissions) VALUES ($1, $2, $3, $4)",
		st.ID, g.ID, g.Name, joinPermissions(g.Permissions))
	return nil
}

// UpdateGroup changes a group; desk.ErrNotFound.
func (tx *Tx) UpdateGroup(ctx context.Context, st *desk.Store, g *desk.PermissionGroup) error {
	var got int64
	return one(ctx, tx, "UPDATE permission_groups SET name = $3, permissions = $4 WHERE store_id = $1 AND id = $2 RETURNING id",
		[]any{st.ID, g.ID, g.Name, joinPermissions(g.Permissions)}, &got)
}

// DeleteGroup deletes a group and takes it from its members; desk.ErrNotFound.
func (tx *Tx) DeleteGroup(ctx context.Context, st *desk.Store, id int64) (name string, err error) {
	tx.Exec("DELETE FROM permission_group_members WHERE store_id = $1 AND group_id = $2", st.ID, id)
	if err := tx.Flush(ctx); err != nil {
		return "", err
	}
	err = one(ctx, tx, "DELETE FROM permission_groups WHERE store_id = $1 AND id = $2 RETURNING name", []any{st.ID, id}, &name)
	return name, err
}

// SetGroups queues which groups a member is in. Groups of other stores are not taken:
// Invalid.
func (tx *Tx) SetGroups(ctx context.Context, st *desk.Store, accountID int64, groupIDs []int64) error {
	tx.Exec("DELETE FROM permission_group_members WHERE store_id = $1 AND account_id = $2", st.ID, accountID)
	for _, id := range groupIDs {
		n := 0
		if err := one(ctx, tx, "SELECT count(*) FROM permission_groups WHERE store_id = $1 AND id = $2", []any{st.ID, id}, &n); err != nil {
			return err
		}
		if n == 0 {
			return desk.Errorf(desk.Invalid, "there is no group %d", id)
		}
		tx.Exec(`INSERT INTO permission_group_members (store_id, account_id, group_id) VALUES ($1, $2, $3)
			ON CONFLICT (store_id, account_id, group_id) DO NOTHING`, st.ID, accountID, id)
	}
	return nil
}
