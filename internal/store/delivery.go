package store

import (
	"context"
	"time"

	"storedesk/internal/desk"
)

const deliveryColumns = `d.id, d.webhook_id, d.event_id, d.event_type, d.ticket_id, d.user_id, d.seq, d.attempt, d.outcome, d.status,
	d.took_ms, d.answer, d.created_at`

func scanDelivery(row Row, d *desk.Delivery) error {
	var ms int64
	err := row.Scan(&d.ID, &d.WebhookID, &d.EventID, &d.EventType, &d.TicketID, &d.UserID, &d.Seq, &d.Attempt, &d.Outcome, &d.Status,
		&ms, &d.Answer, &d.CreatedAt)
	d.Took = time.Duration(ms) * time.Millisecond
	return err
}

// ListDeliveries walks one page of the deliveries of a webhook, newest first.
func (db *DB) ListDeliveries(
	ctx context.Context, st *desk.Store, webhook int64, f *desk.DeliveryFilter, p desk.Page,
) (list []desk.Delivery, more bool, err error) {
	q := &query{args: []any{st.ID, webhook}}
	where := []string{"d.store_id = $1", "d.webhook_id = $2"}
	if f.Outcome != "" {
		where = append(where, "d.outcome = "+q.arg(string(f.Outcome)))
	}
	if f.EventID != 0 {
		where = append(where, "d.event_id = "+q.arg(f.EventID))
	}
	err = db.page(ctx, q, "SELECT "+deliveryColumns+" FROM deliveries d", "d.id", where, p, func(row Row) error {
		var d desk.Delivery
		err := scanDelivery(row, &d)
		list = append(list, d)
		return err
	})
	list, more = turn(list, p)
	return list, more, err
}
