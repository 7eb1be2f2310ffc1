package store

import (
	"context"

	"storedesk/internal/desk"
)

// existence remembers rows that were found, for filters that name them; rows are not
// deleted, so what was there is there.
type existence = memo[existenceKey, bool]

type existenceKey struct {
	store int64
	table string
	id    int64
}

// MissingInFilter names, by filter field, the first id that no row of the store has.
func (db *DB) MissingInFilter(ctx context.Context, st *desk.Store, f *desk.TicketFilter) (map[string]int64, error) {
	missing := map[string]int64{}
	check := func(field, table string, ids ...int64) error {
		for _, id := range ids {
			if id == 0 {
				continue
			}
			there, err := db.exists(ctx, st.ID, table, id)
			if err != nil {
				return err
			}
			if !there {
				missing[field] = id
				return nil
			}
		}
		return nil
	}
	for _, c := range []struct {
		field, table string
		ids          []int64
	}{
		{"requester", "users", []int64{f.RequesterID}},
		{"assignee", "users", []int64{f.AssigneeID}},
		{"ticket_type", "ticket_types", []int64{f.TypeID}},
		{"product", "products", f.Products},
		{"tags", "tags", f.Tags},
	} {
		if err := check(c.field, c.table, c.ids...); err != nil {
			return nil, err
		}
	}
	return missing, nil
}

func (db *DB) exists(ctx context.Context, store int64, table string, id int64) (bool, error) {
	k := existenceKey{store, table, id}
	if there, _ := db.seen.get(k); there {
		return true, nil
	}
	n := 0
	err := one(ctx, db, "SELECT count(*) FROM "+table+" WHERE store_id = $1 AND id = $2", []any{store, id}, &n)
	if err == nil && n > 0 {
		db.seen.put(k, true)
	}
	return n > 0, err
}

// Known looks up what refs name.
func (db *DB) Known(ctx context.Context, st *desk.Store, refs desk.Refs) (desk.Known, error) {
	known := newKnown()
	for _, s := range lookUps(st.ID, refs, known, false) {
		if err := db.query(ctx, s.sql, s.args, s.each); err != nil {
			return *known, err
		}
	}
	return *known, nil
}

func newKnown() *desk.Known {
	return &desk.Known{
		Types: map[int64]bool{}, Users: map[int64]desk.Person{}, Groups: map[int64]bool{}, Products: map[int64]bool{},
		Tags: map[string]int64{}, Attachments: map[int64]desk.Attachment{},
	}
}

// lookUps are the queries that fill k with what refs name. lock keeps others from
// claiming the uploads among it.
func lookUps(store int64, refs desk.Refs, k *desk.Known, lock bool) []statement {
	var list []statement
	add := func(s statement) {
		if s.sql != "" {
			list = append(list, s)
		}
	}
	var id int64
	add(lookUpQuery("SELECT id FROM ticket_types", "id", store, refs.TypeIDs, func(row Row) error {
		err := row.Scan(&id)
		k.Types[id] = true
		return err
	}))
	add(lookUpQuery("SELECT id, user_type, email, first_name, last_name FROM users", "id", store, refs.UserIDs, func(row Row) error {
		var p desk.Person
		err := row.Scan(&id, &p.Type, &p.Email, &p.FirstName, &p.LastName)
		k.Users[id] = p
		return err
	}))
	add(lookUpQuery("SELECT id FROM permission_groups", "id", store, refs.GroupIDs, func(row Row) error {
		err := row.Scan(&id)
		k.Groups[id] = true
		return err
	}))
	if refs.Order != "" {
		add(lookUpQuery("SELECT id FROM orders", "number", store, []string{refs.Order}, func(Row) error {
			k.Order = true
			return nil
		}))
	}
	add(lookUpQuery("SELECT id FROM products", "id", store, refs.ProductIDs, func(row Row) error {
		err := row.Scan(&id)
		k.Products[id] = true
		return err
	}))
	add(lookUpQuery("SELECT id, name FROM tags", "name", store, refs.Tags, func(row Row) error {
		var name string
		err := row.Scan(&id, &name)
		k.Tags[name] = id
		return err
	}))
	uploads := lookUpQuery("SELECT "+attachmentColumns+" FROM attachments a", "id", store, refs.Attachments, func(row Row) error {
		a, err := scanAttachment(row)
		if a.CommentID == 0 {
			k.Attachments[a.ID] = a
		}
		return err
	})
	if lock && uploads.sql != "" {
		uploads.sql += " ORDER BY id FOR UPDATE"
	}
	add(uploads)
	return list
}

// lookUpQuery is the query for the rows of a store in which column has one of the values;
// the zero statement for no values.
func lookUpQuery[T any](selection, column string, store int64, values []T, each func(Row) error) statement {
	if len(values) == 0 {
		return statement{}
	}
	in, args := inList([]any{store}, values)
	return statement{selection + " WHERE store_id = $1 AND " + column + " IN (" + in + ")", args, each}
}

// lookUp runs a look-up by itself.
func lookUp[T any](ctx context.Context, r reader, selection, column string, store int64, values []T, each func(Row) error) error {
	s := lookUpQuery(selection, column, store, values, each)
	if s.sql == "" {
		return nil
	}
	return r.query(ctx, s.sql, s.args, s.each)
}
