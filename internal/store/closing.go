package store

import (
	"context"

	"storedesk/internal/desk"
)

// DueTicket is a ticket that a rule may close, by the time that the rule counts from.
type DueTicket struct {
	ID    int64
	Since desk.Instant
}

// DueTickets walks the tickets that a rule may close now, longest due first, from after
// one of them on; the zero DueTicket begins. Each database walks an index that holds
// nothing but such tickets.
func (db *DB) DueTickets(ctx context.Context, st *desk.Store, c desk.Closing, now desk.Instant, after DueTicket, limit int) (list []DueTicket, err error) {
	err = db.query(ctx, dueTickets(db.dialect(), c.Rule), []any{st.ID, c.Until(now), after.Since, after.ID, limit}, func(row Row) error {
		var d DueTicket
		err := row.Scan(&d.ID, &d.Since)
		list = append(list, d)
		return err
	})
	return list, err
}

func dueTickets(d dialect, rule desk.ClosingRule) string {
	column, index, where := "updated_at", "tickets_idle", "status <> 'closed'"
	if rule == desk.CloseSolved {
		column, index, where = "solved_at", "tickets_solved", "status = 'solved' AND solved_at > 0"
	}
	return "SELECT id, " + column + " FROM tickets" + d.use(index) + " WHERE store_id = $1 AND " + where +
		" AND " + column + " <= $2 AND (" + column + ", id) > ($3, $4) ORDER BY " + column + ", id LIMIT $5"
}
