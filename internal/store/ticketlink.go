package store

import (
	"context"

	"storedesk/internal/desk"
)

// LinkTickets queues that two tickets belong together: what other is to id, and id to
// other.
func (tx *Tx) LinkTickets(st *desk.Store, id, other int64, is, back desk.TicketLinkKind) {
	const sql = "INSERT INTO ticket_links (store_id, ticket_id, other_id, kind) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
	tx.Exec(sql, st.ID, id, other, string(is))
	tx.Exec(sql, st.ID, other, id, string(back))
}

// TicketLinks lists what belongs to a ticket, by id.
func (db *DB) TicketLinks(ctx context.Context, st *desk.Store, id int64) (list []desk.TicketLink, err error) {
	err = db.query(ctx, "SELECT other_id, kind FROM ticket_links WHERE store_id = $1 AND ticket_id = $2 ORDER BY other_id, kind",
		[]any{st.ID, id}, func(row Row) error {
			var l desk.TicketLink
			err := row.Scan(&l.TicketID, &l.Kind)
			list = append(list, l)
			return err
		})
	return list, err
}

// UnlinkTickets queues the end of a link, both ways.
func (tx *Tx) UnlinkTickets(st *desk.Store, id, other int64, is, back desk.TicketLinkKind) {
	const sql = "DELETE FROM ticket_links WHERE store_id = $1 AND ticket_id = $2 AND other_id = $3 AND kind = $4"
	tx.Exec(sql, st.ID, id, other, string(is))
	tx.Exec(sql, st.ID, other, id, string(back))
}

// CountLinks tells how many links a ticket has, and whether it has a certain one.
func (tx *Tx) CountLinks(ctx context.Context, st *desk.Store, id, other int64, kind desk.TicketLinkKind) (n int, has bool, err error) {
	err = tx.query(ctx, "SELECT other_id, kind FROM ticket_links WHERE store_id = $1 AND ticket_id = $2", []any{st.ID, id}, func(row Row) error {
		var l desk.TicketLink
		err := row.Scan(&l.TicketID, &l.Kind)
		n++
		has = has || l == desk.TicketLink{TicketID: other, Kind: kind}
		return err
	})
	return n, has, err
}
