package store

import (
	"context"

	"storedesk/internal/desk"
)

// Presences lists who is at a ticket.
func (db *DB) Presences(ctx context.Context, st *desk.Store, ticket int64, now desk.Instant) (list []desk.Presence, err error) {
	err = db.query(ctx, "SELECT user_id, state FROM presence WHERE store_id = $1 AND ticket_id = $2 AND until > $3 ORDER BY user_id LIMIT 50",
		[]any{st.ID, ticket, int64(now)}, func(row Row) error {
			p := desk.Presence{TicketID: ticket}
			err := row.Scan(&p.UserID, &p.State)
			list = append(list, p)
			return err
		})
	return list, err
}

// SetPresence queues that a user is at a ticket until some time; no state: not any more.
func (tx *Tx) SetPresence(st *desk.Store, p desk.Presence) {
	if p.State == "" {
		tx.Exec("DELETE FROM presence WHERE store_id = $1 AND ticket_id = $2 AND user_id = $3", st.ID, p.TicketID, p.UserID)
		return
	}
	tx.Exec(`INSERT INTO presence (store_id, ticket_id, user_id, state, until) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (store_id, ticket_id, user_id) DO UPDATE SET state = excluded.state, until = excluded.until`,
		st.ID, p.TicketID, p.UserID, string(p.State), int64(p.Until))
}

// SweepPresence forgets who was at tickets before some time.
func (db *DB) SweepPresence(ctx context.Context, before desk.Instant) error {
	return db.WriteSoon(ctx, func(tx *Tx) error {
		tx.Exec("DELETE FROM presence WHERE until < $1", int64(before))
		return nil
	})
}
