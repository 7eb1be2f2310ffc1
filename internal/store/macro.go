package store

import (
	"context"
	"encoding/json"
	"fmt"

	"storedesk/internal/desk"
)

const macroColumns = "m.id, m.name, m.position, m.group_ids, m.actions, m.uses, m.last_used_at, m.created_at, m.updated_at"

func scanMacro(row Row) (m desk.Macro, err error) {
	var groups, actions string
	if err := row.Scan(&m.ID, &m.Name, &m.Position, &groups, &actions, &m.Uses, &m.LastUsedAt, &m.CreatedAt, &m.UpdatedAt); err != nil {
		return m, err
	}
	if m.GroupIDs, err = splitIDs(groups); err != nil {
		return m, fmt.Errorf("groups of macro %d: %w", m.ID, err)
	}
	if err := json.Unmarshal([]byte(actions), &m.Actions); err != nil {
		return m, fmt.Errorf("actions of macro %d: %w", m.ID, err)
	}
	return m, nil
}

// Macros lists the macros of a store in their order.
func (db *DB) Macros(ctx context.Context, st *desk.Store) ([]desk.Macro, error) {
	return macros(ctx, db, st)
}

// Macros is DB.Macros as part of a write that keeps others from changing them.
func (tx *Tx) Macros(ctx context.Context, st *desk.Store) ([]desk.Macro, error) {
	tx.Begin()
	if tx.db.dialect() == dialectPostgres {
		ignore := func(Row) error { return nil }
		if err := tx.query(ctx, "SELECT id FROM stores WHERE id = $1 FOR UPDATE", []any{st.ID}, ignore); err != nil {
			return nil, err
		}
	}
	return macros(ctx, tx, st)
}

func macros(ctx context.Context, r reader, st *desk.Store) (list []desk.Macro, err error) {
	err = r.query(ctx, "SELECT "+macroColumns+" FROM macros m WHERE m.store_id = $1 ORDER BY m.position, m.id", []any{st.ID}, func(row Row) error {
		m, err := scanMacro(row)
		list = append(list, m)
		return err
	})
	return list, err
}

// Macro returns a macro, or desk.ErrNotFound.
func (db *DB) Macro(ctx context.Context, st *desk.Store, id int64) (*desk.Macro, error) {
	return macro(ctx, db, st, id)
}

// Macro is DB.Macro as part of a write.
func (tx *Tx) Macro(ctx context.Context, st *desk.Store, id int64) (*desk.Macro, error) {
	return macro(ctx, tx, st, id)
}

func macro(ctx context.Context, r reader, st *desk.Store, id int64) (m *desk.Macro, err error) {
	err = r.query(ctx, "SELECT "+macroColumns+" FROM macros m WHERE m.store_id = $1 AND m.id = $2", []any{st.ID, id}, func(row Row) error {
		found, err := scanMacro(row)
		m = &found
		return err
	})
	if err == nil && m == nil {
		return nil, desk.ErrNotFound
	}
	return m, err
}

// SaveMacro queues a macro as it is to be; a new one, of id 0, gets its id here. A name
// that another macro has makes the write fail with desk.Conflict.
func (tx *Tx) SaveMacro(ctx context.Context, st *desk.Store, m *desk.Macro) error {
	actions, err := json.Marshal(m.Actions)
	if err != nil {
		return err
	}
	if m.ID != 0 {
		tx.Exec(`UPDATE macros SET name = $3, name_folded = $4, position = $5, group_ids = $6, actions = $7, updated_at = $8
			WHERE store_id = $1 AND id = $2`, st.ID, m.ID, m.Name, desk.Fold(m.Name), m.Position, joinIDs(m.GroupIDs), string(actions), int64(m.UpdatedAt))
		return nil
	}
	if m.ID, err = tx.nextID(ctx, kindMacro); err != nil {
		return err
	}
	tx.Exec(`INSERT INTO macros (store_id, id, name, name_folded, position, group_ids, actions, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		st.ID, m.ID, m.Name, desk.Fold(m.Name), m.Position, joinIDs(m.GroupIDs), string(actions), int64(m.CreatedAt), int64(m.UpdatedAt))
	return nil
}

// PlaceMacro queues where a macro stands in the list.
func (tx *Tx) PlaceMacro(st *desk.Store, id, position int64) {
	tx.Exec("UPDATE macros SET position = $3 WHERE store_id = $1 AND id = $2", st.ID, id, position)
}

// DeleteMacro deletes a macro; desk.ErrNotFound.
func (tx *Tx) DeleteMacro(ctx context.Context, st *desk.Store, id int64) error {
	tx.Begin()
	var got int64
	return one(ctx, tx, "DELETE FROM macros WHERE store_id = $1 AND id = $2 RETURNING id", []any{st.ID, id}, &got)
}

// CountMacroUse queues that a macro was used n times more.
func (tx *Tx) CountMacroUse(st *desk.Store, id int64, n int, now desk.Instant) {
	tx.Exec("UPDATE macros SET uses = uses + $4, last_used_at = $3 WHERE store_id = $1 AND id = $2", st.ID, id, int64(now), n)
}

// GroupsOfAccount lists the permission groups that an account is in.
func (db *DB) GroupsOfAccount(ctx context.Context, st *desk.Store, account int64) (ids []int64, err error) {
	err = db.query(ctx, "SELECT group_id FROM permission_group_members WHERE store_id = $1 AND account_id = $2 ORDER BY group_id",
		[]any{st.ID, account}, func(row Row) error {
			var id int64
			err := row.Scan(&id)
			ids = append(ids, id)
			return err
		})
	return ids, err
}

// TagsOfTicket lists the tags of a ticket, by id.
func (db *DB) TagsOfTicket(ctx context.Context, st *desk.Store, ticket int64) (list []desk.Tag, err error) {
	err = db.query(ctx, `SELECT g.id, g.name FROM ticket_tags l JOIN tags g ON g.store_id = l.store_id AND g.id = l.tag_id
		WHERE l.store_id = $1 AND l.ticket_id = $2 ORDER BY g.id`, []any{st.ID, ticket}, func(row Row) error {
		var g desk.Tag
		err := row.Scan(&g.ID, &g.Name)
		list = append(list, g)
		return err
	})
	return list, err
}
