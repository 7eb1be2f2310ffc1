package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"storedesk/internal/desk"
)

const bulkColumns = "b.id, b.user_id, b.state, b.change, b.total, b.created_at, b.finished_at"

func scanBulk(row Row) (*desk.Bulk, error) {
	b := &desk.Bulk{}
	var change string
	err := row.Scan(&b.ID, &b.UserID, &b.State, &change, &b.Total, &b.CreatedAt, &b.FinishedAt)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(change), &b.Change); err != nil {
		return nil, fmt.Errorf("change %d of many tickets: %w", b.ID, err)
	}
	return b, nil
}

// InsertBulk queues a change of many tickets, which gets its id here, with an item for
// each of them that there is; it returns how many that are.
func (tx *Tx) InsertBulk(ctx context.Context, st *desk.Store, b *desk.Bulk, tickets []int64) (err error) {
	if b.ID, err = tx.nextID(ctx, kindBulk); err != nil {
		return err
	}
	change, err := json.Marshal(b.Change)
	if err != nil {
		return err
	}
	tx.Exec("INSERT INTO bulks (store_id, id, user_id, state, change, total, created_at) VALUES ($1, $2, $3, $4, $5, 0, $6)",
		st.ID, b.ID, b.UserID, string(b.State), string(change), int64(b.CreatedAt))
	for part := range slices.Chunk(tickets, 500) {
		in, args := inList([]any{st.ID, b.ID}, part)
		tx.Exec(`INSERT INTO bulk_items (store_id, bulk_id, ticket_id, state)
			SELECT t.store_id, CAST($2 AS BIGINT), t.id, 'waiting' FROM tickets t WHERE t.store_id = $1 AND t.id IN (`+in+")", args...)
	}
	if err := tx.Flush(ctx); err != nil {
		return err
	}
	if err := one(ctx, tx, "SELECT count(*) FROM bulk_items WHERE store_id = $1 AND bulk_id = $2", []any{st.ID, b.ID}, &b.Total); err != nil {
		return err
	}
	tx.Exec("UPDATE bulks SET total = $3 WHERE store_id = $1 AND id = $2", st.ID, b.ID, b.Total)
	return nil
}

// Bulk returns a change of many tickets with the counts of its items; desk.ErrNotFound.
func (db *DB) Bulk(ctx context.Context, st *desk.Store, id int64) (*desk.Bulk, error) {
	b, err := bulk(ctx, db, st, id, "")
	if err != nil {
		return nil, err
	}
	b.Counts = map[desk.BulkItemState]int{}
	err = db.query(ctx, "SELECT state, count(*) FROM bulk_items WHERE store_id = $1 AND bulk_id = $2 GROUP BY state", []any{st.ID, id}, func(row Row) error {
		var state desk.BulkItemState
		var n int
		err := row.Scan(&state, &n)
		b.Counts[state] = n
		return err
	})
	return b, err
}

// LockBulk reads a change of many tickets and keeps others from moving it on;
// desk.ErrNotFound.
func (tx *Tx) LockBulk(ctx context.Context, st *desk.Store, id int64) (*desk.Bulk, error) {
	tx.Begin()
	return bulk(ctx, tx, st, id, tx.forUpdate())
}

func bulk(ctx context.Context, r reader, st *desk.Store, id int64, clause string) (b *desk.Bulk, err error) {
	err = r.query(ctx, "SELECT "+bulkColumns+" FROM bulks b WHERE b.store_id = $1 AND b.id = $2"+clause, []any{st.ID, id}, func(row Row) error {
		b, err = scanBulk(row)
		return err
	})
	if err == nil && b == nil {
		err = desk.ErrNotFound
	}
	return b, err
}

// BulkItems lists items in one of the states, by ticket.
func (tx *Tx) BulkItems(ctx context.Context, st *desk.Store, id int64, limit int, states ...desk.BulkItemState) ([]desk.BulkItem, error) {
	return bulkItems(ctx, tx, st, id, limit, states)
}

// BulkItems is Tx.BulkItems outside of a write.
func (db *DB) BulkItems(ctx context.Context, st *desk.Store, id int64, limit int, states ...desk.BulkItemState) ([]desk.BulkItem, error) {
	return bulkItems(ctx, db, st, id, limit, states)
}

func bulkItems(ctx context.Context, r reader, st *desk.Store, id int64, limit int, states []desk.BulkItemState) (list []desk.BulkItem, err error) {
	in, args := inList([]any{st.ID, id, limit}, texts(states))
	err = r.query(ctx, `SELECT i.ticket_id, i.state, i.reason, i.changes, i.seq FROM bulk_items i
		WHERE i.store_id = $1 AND i.bulk_id = $2 AND i.state IN (`+in+") ORDER BY i.ticket_id LIMIT $3", args, func(row Row) error {
		var i desk.BulkItem
		var changes string
		if err := row.Scan(&i.TicketID, &i.State, &i.Reason, &changes, &i.Seq); err != nil {
			return err
		}
		list = append(list, i)
		return json.Unmarshal([]byte(changes), &list[len(list)-1].Changes)
	})
	return list, err
}

func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = string(v)
	}
	return out
}

// SetBulkItem queues what became of an item.
func (tx *Tx) SetBulkItem(st *desk.Store, bulk int64, i *desk.BulkItem) {
	tx.Exec("UPDATE bulk_items SET state = $4, reason = $5, changes = $6, seq = $7 WHERE store_id = $1 AND bulk_id = $2 AND ticket_id = $3",
		st.ID, bulk, i.TicketID, string(i.State), i.Reason, jsonList(i.Changes), i.Seq)
}

// SetBulkState queues where a change of many tickets stands.
func (tx *Tx) SetBulkState(st *desk.Store, bulk int64, state desk.BulkState, finished desk.Instant) {
	tx.Exec("UPDATE bulks SET state = $3, finished_at = $4 WHERE store_id = $1 AND id = $2", st.ID, bulk, string(state), int64(finished))
}
