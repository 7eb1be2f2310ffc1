package store

import (
	"context"
	"slices"
	"strings"

	"storedesk/internal/desk"
)

// SearchKnown looks up what a search names; Me, MyGroups and Now are the caller's.
func (db *DB) SearchKnown(ctx context.Context, st *desk.Store, n desk.SearchNames) (k desk.SearchKnown, err error) {
	for _, look := range []struct {
		to    *map[string][]int64
		names []string
		from  string // yields name, id; $2 … are the folded names
		exact bool   // compared as written, and folded here
	}{
		{&k.Requesters, n.Requesters, `SELECT name, id FROM (SELECT email_folded AS name, id FROM users WHERE store_id = $1 AND email_folded <> ''
			UNION ALL SELECT address, user_id FROM user_addresses WHERE store_id = $1) x WHERE name IN (%)`, false},
		{&k.Groups, n.Groups, "SELECT name, id FROM permission_groups WHERE store_id = $1", true},
		{&k.Types, n.Types, "SELECT name, id FROM ticket_types WHERE store_id = $1", true},
		{&k.Tags, n.Tags, "SELECT name, id FROM tags WHERE store_id = $1", true},
		{&k.Products, n.Products, "SELECT title_folded, id FROM products WHERE store_id = $1 AND title_folded IN (%)", false},
		{&k.Assignees, n.Assignees, `SELECT email, id FROM users WHERE store_id = $1 AND user_type = 'dashboard'`, true},
		{&k.Assignees, n.Assignees, `SELECT first_name || ' ' || last_name, id FROM users WHERE store_id = $1 AND user_type = 'dashboard'`, true},
	} {
		if len(look.names) == 0 {
			continue
		}
		if err := db.nameIDs(ctx, st, look.to, look.names, look.from, look.exact); err != nil {
			return k, err
		}
	}
	return k, nil
}

// nameIDs adds ids by the Fold of their names. Where the database does not keep names
// folded, all are read: of groups, types, tags and agents there are few.
func (db *DB) nameIDs(ctx context.Context, st *desk.Store, to *map[string][]int64, names []string, sql string, all bool) error {
	folded := make([]string, len(names))
	for i, name := range names {
		folded[i] = desk.Fold(name)
	}
	args := []any{st.ID}
	if !all {
		var in string
		in, args = inList(args, folded)
		sql = strings.Replace(sql, "%", in, 1)
	}
	if *to == nil {
		*to = map[string][]int64{}
	}
	return db.query(ctx, sql, args, func(row Row) error {
		var name string
		var id int64
		err := row.Scan(&name, &id)
		name = desk.Fold(strings.TrimSpace(name))
		if slices.Contains(folded, name) {
			(*to)[name] = append((*to)[name], id)
		}
		return err
	})
}

// GroupsOfUser lists the groups that a dashboard user is in.
func (db *DB) GroupsOfUser(ctx context.Context, st *desk.Store, user int64) (ids []int64, err error) {
	err = db.query(ctx, `SELECT g.group_id FROM memberships m
		JOIN permission_group_members g ON g.store_id = m.store_id AND g.account_id = m.account_id
		WHERE m.store_id = $1 AND m.user_id = $2 ORDER BY g.group_id`, []any{st.ID, user}, func(row Row) error {
		var id int64
		err := row.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}
