package store

import (
	"context"
	"fmt"

	"storedesk/internal/desk"
)

// countUsed is how far uses of a tag or a ticket type are counted.
const countUsed = 1000

// used is an expression that counts tickets of a table by a column, a little beyond
// countUsed.
func used(table, column, value string) string {
	return fmt.Sprintf("(SELECT count(*) FROM (SELECT 1 FROM %s u WHERE u.store_id = $1 AND u.%s = %s LIMIT %d) c)", table, column, value, countUsed+1)
}

func usedOf(n int) desk.Used { return desk.Used{Tickets: min(n, countUsed), More: n > countUsed} }

// moving is an expression that tells whether there is a move from a row.
func moving(kind desk.MoveKind, id string) string {
	return fmt.Sprintf("EXISTS (SELECT 1 FROM moves v WHERE v.store_id = $1 AND v.kind = '%s' AND v.from_id = %s)", kind, id)
}

// UsedTypes lists the ticket types of a store in their order.
func (db *DB) UsedTypes(ctx context.Context, st *desk.Store) (list []desk.UsedType, err error) {
	err = db.query(ctx, "SELECT y.id, y.name, y.is_public, "+used("tickets", "type_id", "y.id")+", "+moving(desk.MoveType, "y.id")+
		" FROM ticket_types y WHERE y.store_id = $1 ORDER BY y.position, y.id", []any{st.ID}, func(row Row) error {
		var t desk.UsedType
		var n int
		err := row.Scan(&t.ID, &t.Name, &t.Public, &n, &t.Moving)
		t.Used = usedOf(n)
		list = append(list, t)
		return err
	})
	return list, err
}

// OrderedTypes lists the ticket types of a store in their order.
func (db *DB) OrderedTypes(ctx context.Context, st *desk.Store) (list []desk.TicketType, err error) {
	err = db.query(ctx, "SELECT id, name, is_public FROM ticket_types WHERE store_id = $1 ORDER BY position, id", []any{st.ID}, func(row Row) error {
		var t desk.TicketType
		err := row.Scan(&t.ID, &t.Name, &t.Public)
		list = append(list, t)
		return err
	})
	return list, err
}

// LockTypes keeps others from changing ticket types of a store until the write ends, and
// returns them in their order.
func (tx *Tx) LockTypes(ctx context.Context, st *desk.Store) (list []desk.TicketType, err error) {
	tx.Begin()
	var id int64
	if err := one(ctx, tx, "SELECT id FROM stores WHERE id = $1"+tx.forUpdate(), []any{st.ID}, &id); err != nil {
		return nil, err
	}
	err = tx.query(ctx, "SELECT id, name, is_public FROM ticket_types WHERE store_id = $1 ORDER BY position, id", []any{st.ID}, func(row Row) error {
		var t desk.TicketType
		err := row.Scan(&t.ID, &t.Name, &t.Public)
		list = append(list, t)
		return err
	})
	return list, err
}

// InsertType queues a new ticket type, the last in the order; it gets its id here.
func (tx *Tx) InsertType(ctx context.Context, st *desk.Store, t *desk.TicketType) (err error) {
	if t.ID, err = tx.nextID(ctx, kindTicketType); err == nil {
		tx.Exec("INSERT INTO ticket_types (store_id, id, name, is_public) VALUES ($1, $2, $3, $4)", st.ID, t.ID, t.Name, t.Public)
	}
	return err
}

// UpdateType queues a ticket type's name and whether customers may choose it.
func (tx *Tx) UpdateType(st *desk.Store, t *desk.TicketType) {
	tx.Exec("UPDATE ticket_types SET name = $3, is_public = $4 WHERE store_id = $1 AND id = $2", st.ID, t.ID, t.Name, t.Public)
}

// PlaceType queues where a ticket type stands.
func (tx *Tx) PlaceType(st *desk.Store, id int64, position int) {
	tx.Exec("UPDATE ticket_types SET position = $3 WHERE store_id = $1 AND id = $2", st.ID, id, position)
}

// DeleteUnused deletes a tag or a ticket type that no ticket has; false if one does.
func (tx *Tx) DeleteUnused(ctx context.Context, st *desk.Store, kind desk.MoveKind, id int64) (bool, error) {
	table, links, column := "tags", "ticket_tags", "tag_id"
	if kind == desk.MoveType {
		table, links, column = "ticket_types", "tickets", "type_id"
	}
	tx.Begin()
	var got int64
	err := one(ctx, tx, fmt.Sprintf(`DELETE FROM %s WHERE store_id = $1 AND id = $2
		AND NOT EXISTS (SELECT 1 FROM %s l WHERE l.store_id = $1 AND l.%s = $2) RETURNING id`, table, links, column), []any{st.ID, id}, &got)
	if desk.CodeOf(err) == desk.NotFound {
		return false, nil
	}
	return err == nil, err
}

// TagFilter picks tags.
type TagFilter struct {
	Text   string // in the name, in any case
	After  string // names behind this one; "" = from the first
	Unused bool   // only those that no ticket has
	Limit  int
}

// UsedTags lists tags of a store by name.
func (db *DB) UsedTags(ctx context.Context, st *desk.Store, f TagFilter) (list []desk.UsedTag, err error) {
	q := &query{args: []any{st.ID}}
	where := "g.store_id = $1"
	if f.After != "" {
		where += " AND g.name > " + q.arg(f.After)
	}
	if f.Text != "" {
		where += " AND lower(g.name) LIKE lower(" + q.arg(likePattern(f.Text)) + `) ESCAPE '\'`
	}
	if f.Unused {
		where += " AND NOT EXISTS (SELECT 1 FROM ticket_tags l WHERE l.store_id = $1 AND l.tag_id = g.id)"
	}
	err = db.query(ctx, "SELECT g.id, g.name, "+used("ticket_tags", "tag_id", "g.id")+", "+moving(desk.MoveTag, "g.id")+
		" FROM tags g WHERE "+where+fmt.Sprintf(" ORDER BY g.name LIMIT %d", f.Limit), q.args, func(row Row) error {
		var t desk.UsedTag
		var n int
		err := row.Scan(&t.ID, &t.Name, &n, &t.Moving)
		t.Used = usedOf(n)
		list = append(list, t)
		return err
	})
	return list, err
}

// LockTag reads the name of a tag and keeps others from changing it until the write ends;
// desk.ErrNotFound.
func (tx *Tx) LockTag(ctx context.Context, st *desk.Store, id int64) (name string, err error) {
	tx.Begin()
	err = one(ctx, tx, "SELECT name FROM tags WHERE store_id = $1 AND id = $2"+tx.forUpdate(), []any{st.ID, id}, &name)
	return name, err
}

// RenameTag queues a tag's new name. One that another tag has makes the write fail with
// desk.Conflict.
func (tx *Tx) RenameTag(st *desk.Store, id int64, name string) {
	tx.Exec("UPDATE tags SET name = $3 WHERE store_id = $1 AND id = $2", st.ID, id, name)
}

// TypeName returns the name of a ticket type and keeps others from changing it until the
// write ends; desk.ErrNotFound.
func (tx *Tx) TypeName(ctx context.Context, st *desk.Store, id int64) (name string, err error) {
	tx.Begin()
	err = one(ctx, tx, "SELECT name FROM ticket_types WHERE store_id = $1 AND id = $2"+tx.forUpdate(), []any{st.ID, id}, &name)
	return name, err
}

// InsertMove queues a move. Another one from the same row makes the write fail with
// desk.Conflict.
func (tx *Tx) InsertMove(st *desk.Store, m *desk.Move) {
	tx.Exec("INSERT INTO moves (store_id, kind, from_id, to_id, reason, user_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		st.ID, string(m.Kind), m.From, m.To, m.Reason, m.UserID, int64(m.CreatedAt))
}

// Involved tells whether a move under way is from or to a row.
func (tx *Tx) Involved(ctx context.Context, st *desk.Store, kind desk.MoveKind, id int64) (bool, error) {
	n := 0
	err := one(ctx, tx, "SELECT count(*) FROM moves WHERE store_id = $1 AND kind = $2 AND (from_id = $3 OR to_id = $3)", []any{st.ID, string(kind), id}, &n)
	return n > 0, err
}

// LockMove reads a move and keeps others from it until the write ends; desk.ErrNotFound.
func (tx *Tx) LockMove(ctx context.Context, st *desk.Store, kind desk.MoveKind, from int64) (*desk.Move, error) {
	tx.Begin()
	m := &desk.Move{Kind: kind, From: from}
	err := one(ctx, tx, "SELECT to_id, reason, user_id, after_id, created_at FROM moves WHERE store_id = $1 AND kind = $2 AND from_id = $3"+tx.forUpdate(),
		[]any{st.ID, string(kind), from}, &m.To, &m.Reason, &m.UserID, &m.After, &m.CreatedAt)
	return m, err
}

// MoveNext lists the tickets that a move is to change next, by id.
func (tx *Tx) MoveNext(ctx context.Context, st *desk.Store, m *desk.Move, limit int) (ids []int64, err error) {
	sql := "SELECT ticket_id FROM ticket_tags WHERE store_id = $1 AND tag_id = $2 AND ticket_id > $3 ORDER BY ticket_id"
	if m.Kind == desk.MoveType {
		sql = "SELECT id FROM tickets WHERE store_id = $1 AND type_id = $2 AND id > $3 ORDER BY id"
	}
	err = tx.query(ctx, sql+fmt.Sprintf(" LIMIT %d", limit), []any{st.ID, m.From, m.After}, func(row Row) error {
		var id int64
		err := row.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// SetMove queues how far a move has come.
func (tx *Tx) SetMove(st *desk.Store, m *desk.Move) {
	tx.Exec("UPDATE moves SET after_id = $4 WHERE store_id = $1 AND kind = $2 AND from_id = $3", st.ID, string(m.Kind), m.From, m.After)
}

// DeleteMove queues that a move has ended.
func (tx *Tx) DeleteMove(st *desk.Store, m *desk.Move) {
	tx.Exec("DELETE FROM moves WHERE store_id = $1 AND kind = $2 AND from_id = $3", st.ID, string(m.Kind), m.From)
}
