package store

import (
	"context"
	"strings"

	"storedesk/internal/desk"
)

// What forms of the dashboard offer while somebody types: a few rows, best first.

// Agents are the users who answer tickets, by name; at most 1,000.
func (db *DB) Agents(ctx context.Context, st *desk.Store) (list []desk.User, err error) {
	err = db.query(ctx, "SELECT "+userColumns+` FROM users u WHERE u.store_id = $1 AND u.user_type = 'dashboard'
		ORDER BY u.name_folded, u.id LIMIT 1000`, []any{st.ID}, func(row Row) error {
		var u desk.User
		err := scanUser(row, &u)
		list = append(list, u)
		return err
	})
	return list, err
}

// TagsLike are tags whose name holds a text, in any case of ASCII letters; those that begin
// with it first.
func (db *DB) TagsLike(ctx context.Context, st *desk.Store, text string, limit int) (list []desk.Tag, err error) {
	find := db.dialect().contains()
	err = db.query(ctx, `SELECT g.id, g.name FROM tags g WHERE g.store_id = $1 AND ($2 = '' OR `+find+`(lower(g.name), $2) > 0)
		ORDER BY CASE WHEN `+find+`(lower(g.name), $2) = 1 THEN 0 ELSE 1 END, g.name LIMIT $3`,
		[]any{st.ID, strings.ToLower(text), limit}, func(row Row) error {
			var t desk.Tag
			err := row.Scan(&t.ID, &t.Name)
			list = append(list, t)
			return err
		})
	return list, err
}

// UsersByEmailStart are users whose address begins with a text, in any case, by address.
func (db *DB) UsersByEmailStart(ctx context.Context, st *desk.Store, text string, limit int) (list []desk.User, err error) {
	from := desk.Fold(text)
	err = db.query(ctx, "SELECT "+userColumns+` FROM users u WHERE u.store_id = $1 AND u.email_folded <> '' AND u.email_folded >= $2
		AND u.email_folded < $3 ORDER BY u.email_folded LIMIT $4`, []any{st.ID, from, from + "\U0010FFFF", limit}, func(row Row) error {
		var u desk.User
		err := scanUser(row, &u)
		list = append(list, u)
		return err
	})
	return list, err
}
