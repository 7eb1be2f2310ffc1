package store

import (
	"context"
	"slices"

	"storedesk/internal/desk"
)

// What was written from an address while nobody was known by it is found by indexes that
// hold nothing else: tickets_unknown and comments_unknown. They compare as the database
// lowers letters, which on SQLite are those of ASCII.

// UnknownTickets lists, by id, tickets from after one on that were opened from an address
// and have no requester, or have comments from it without an author.
func (db *DB) UnknownTickets(ctx context.Context, st *desk.Store, address string, after int64, limit int) ([]int64, error) {
	var list []int64
	for _, sql := range unknownTickets(db.dialect()) {
		err := db.query(ctx, sql, []any{st.ID, address, after, limit}, func(row Row) error {
			var id int64
			err := row.Scan(&id)
			list = append(list, id)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(list)
	list = slices.Compact(list)
	return list[:min(limit, len(list))], nil
}

// unknownTickets are the queries for tickets without a requester and for comments without
// an author, by what they were written from.
func unknownTickets(d dialect) []string {
	return []string{
		"SELECT id FROM tickets" + d.use("tickets_unknown") + ` WHERE store_id = $1 AND lower(from_email) = lower(CAST($2 AS TEXT))
			AND id > $3 AND requester_id = 0 AND from_email IS NOT NULL ORDER BY id LIMIT $4`,
		"SELECT DISTINCT ticket_id FROM comments" + d.use("comments_unknown") + ` WHERE store_id = $1
			AND lower(from_email) = lower(CAST($2 AS TEXT)) AND ticket_id > $3 AND author_id = 0 AND from_email IS NOT NULL
			ORDER BY ticket_id LIMIT $4`,
	}
}

// UnknownAddresses lists, in their order from after one on, the addresses that tickets
// without a requester and comments without an author were written from.
func (db *DB) UnknownAddresses(ctx context.Context, st *desk.Store, after string, limit int) ([]string, error) {
	var list []string
	err := db.query(ctx, unknownAddresses(db.dialect()), []any{st.ID, after, limit}, func(row Row) error {
		var address string
		err := row.Scan(&address)
		list = append(list, address)
		return err
	})
	return list, err
}

func unknownAddresses(d dialect) string {
	return `SELECT address FROM (
			SELECT * FROM (SELECT DISTINCT lower(from_email) AS address FROM tickets` + d.use("tickets_unknown") + `
				WHERE store_id = $1 AND lower(from_email) > $2 AND requester_id = 0 AND from_email IS NOT NULL
				ORDER BY lower(from_email) LIMIT $3) t
			UNION
			SELECT * FROM (SELECT DISTINCT lower(from_email) AS address FROM comments` + d.use("comments_unknown") + `
				WHERE store_id = $1 AND lower(from_email) > $2 AND author_id = 0 AND from_email IS NOT NULL
				ORDER BY lower(from_email) LIMIT $3) c) a
		ORDER BY address LIMIT $3`
}

// AdoptComments queues that a user wrote the comments of a ticket that came from their
// address and have no author. RebuildDocument must follow.
func (tx *Tx) AdoptComments(st *desk.Store, ticket, user int64, address string) {
	tx.Exec(`UPDATE comments SET author_id = $3 WHERE store_id = $1 AND ticket_id = $2 AND author_id = 0
		AND lower(from_email) = lower(CAST($4 AS TEXT))`, st.ID, ticket, user, address)
}
