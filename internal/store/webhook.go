package store

import (
	"context"
	"fmt"
	"strings"

	"storedesk/internal/desk"
)

const webhookColumns = `w.id, w.name, w.target, w.events, w.secret, w.old_secret, w.old_until, w.active, w.since, w.next_check_at,
	w.warning_count, w.api_version, w.created_at, w.updated_at`

func scanWebhook(row Row, h *desk.Webhook) error {
	return row.Scan(&h.ID, &h.Name, &h.Target, &h.Events, &h.Secret, &h.OldSecret, &h.OldUntil, &h.Active, &h.Since, &h.NextCheckAt,
		&h.WarningCount, &h.APIVersion, &h.CreatedAt, &h.UpdatedAt)
}

// WebhookQueue names the queue of a webhook's deliveries.
func WebhookQueue(id int64) string { return fmt.Sprintf("webhook:%d", id) }

// Webhook returns a webhook, or desk.ErrNotFound.
func (db *DB) Webhook(ctx context.Context, st *desk.Store, id int64) (*desk.Webhook, error) {
	return webhook(ctx, db, "w.store_id = $1 AND w.id = $2", st.ID, id)
}

// LockWebhook reads a webhook and keeps others from writing to it until the write ends.
func (tx *Tx) LockWebhook(ctx context.Context, st *desk.Store, id int64) (*desk.Webhook, error) {
	tx.Begin()
	where := "w.store_id = $1 AND w.id = $2"
	if tx.db.dialect() == dialectPostgres {
		where += " FOR UPDATE"
	}
	return webhook(ctx, tx, where, st.ID, id)
}

func webhook(ctx context.Context, r reader, where string, args ...any) (*desk.Webhook, error) {
	var h *desk.Webhook
	err := r.query(ctx, "SELECT "+webhookColumns+" FROM webhooks w WHERE "+where, args, func(row Row) error {
		h = &desk.Webhook{}
		return scanWebhook(row, h)
	})
	if err == nil && h == nil {
		return nil, desk.ErrNotFound
	}
	return h, err
}

// ListWebhooks walks one page of webhooks, newest first.
func (db *DB) ListWebhooks(ctx context.Context, st *desk.Store, f *desk.WebhookFilter, p desk.Page) (hooks []desk.Webhook, more bool, err error) {
	q := &query{args: []any{st.ID}}
	where := []string{"w.store_id = $1"}
	if f.Events != 0 {
		where = append(where, "w.events & "+q.arg(int64(f.Events))+" <> 0")
	}
	if f.Active != nil {
		where = append(where, "w.active = "+q.arg(*f.Active))
	}
	if f.Name != "" {
		ids, err := db.webhooksNamed(ctx, st, f.Name)
		if err != nil || len(ids) == 0 {
			return nil, false, err
		}
		var list string
		list, q.args = inList(q.args, ids)
		where = append(where, "w.id IN ("+list+")")
	}
	err = db.page(ctx, q, "SELECT "+webhookColumns+" FROM webhooks w", "w.id", where, p, func(row Row) error {
		var h desk.Webhook
		err := scanWebhook(row, &h)
		hooks = append(hooks, h)
		return err
	})
	hooks, more = turn(hooks, p)
	return hooks, more, err
}

// webhooksNamed finds webhooks by a part of their name. A store has few of them, and the
// databases differ in what is the same letter.
func (db *DB) webhooksNamed(ctx context.Context, st *desk.Store, part string) (ids []int64, err error) {
	folded := desk.Fold(part)
	err = db.query(ctx, "SELECT id, name FROM webhooks WHERE store_id = $1 AND name IS NOT NULL", []any{st.ID}, func(row Row) error {
		var id int64
		var name string
		err := row.Scan(&id, &name)
		if strings.Contains(desk.Fold(name), folded) {
			ids = append(ids, id)
		}
		return err
	})
	return ids, err
}

// CountWebhooks counts the webhooks of a store, inside the write.
func (tx *Tx) CountWebhooks(ctx context.Context, st *desk.Store) (n int, err error) {
	err = one(ctx, tx, "SELECT count(*) FROM webhooks WHERE store_id = $1", []any{st.ID}, &n)
	return n, err
}

// WaitingDeliveries counts, by webhook, the events that wait to be sent to the webhooks
// of a list.
func (db *DB) WaitingDeliveries(ctx context.Context, st *desk.Store, hooks []desk.Webhook) (map[int64]int64, error) {
	waiting := map[int64]int64{}
	if len(hooks) == 0 {
		return waiting, nil
	}
	queues := make([]any, len(hooks))
	byQueue := map[string]int64{}
	for i := range hooks {
		name := WebhookQueue(hooks[i].ID)
		queues[i], byQueue[name] = name, hooks[i].ID
	}
	list, args := inList([]any{st.ID}, queues)
	err := db.query(ctx, "SELECT queue, count(*) FROM jobs WHERE store_id = $1 AND queue IN ("+list+") AND state <> 'dead' GROUP BY queue", args,
		func(row Row) error {
			var queue string
			var n int64
			err := row.Scan(&queue, &n)
			waiting[byQueue[queue]] = n
			return err
		})
	return waiting, err
}

// EventBefore is the last event of a store that was recorded before an instant; 0 for
// none. Ids follow time but for writes under way at once, so the place is found by
// halving, not by reading.
func (db *DB) EventBefore(ctx context.Context, st *desk.Store, at desk.Instant) (id int64, err error) {
	low, high := int64(0), int64(0) // all up to low are before; all from high on are not
	if err = one(ctx, db, "SELECT COALESCE(MAX(id), 0) FROM events WHERE store_id = $1", []any{st.ID}, &high); err != nil {
		return 0, err
	}
	for high++; low+1 < high; {
		middle := low + (high-low)/2
		var found int64
		var created desk.Instant
		err = one(ctx, db, "SELECT id, created_at FROM events WHERE store_id = $1 AND id >= $2 ORDER BY id LIMIT 1",
			[]any{st.ID, middle}, &found, &created)
		switch {
		case err != nil && desk.CodeOf(err) != desk.NotFound:
			return 0, err
		case err != nil || created >= at:
			high = middle
		default:
			low = found
		}
	}
	return low, nil
}

// LastEvent is the id of the event handed out last, of whatever store; 0 for none. Later
// events have larger ids.
func (tx *Tx) LastEvent(ctx context.Context) (id int64, err error) {
	last := "SELECT value FROM sequences WHERE name = 'event'"
	if tx.db.dialect() == dialectPostgres {
		last = "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM event_ids"
	}
	err = one(ctx, tx, last, nil, &id)
	return id, err
}

// InsertWebhook queues a new webhook; it gets its id here.
func (tx *Tx) InsertWebhook(ctx context.Context, st *desk.Store, h *desk.Webhook) error {
	id, err := tx.nextID(ctx, kindWebhook)
	if err != nil {
		return err
	}
	h.ID = id
	tx.Exec(`INSERT INTO webhooks (store_id, id, name, target, events, secret, old_secret, old_until, active, since, next_check_at,
			warning_count, api_version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		st.ID, h.ID, h.Name, h.Target, int64(h.Events), h.Secret, h.OldSecret, int64(h.OldUntil), h.Active, h.Since, int64(h.NextCheckAt),
		h.WarningCount, h.APIVersion, int64(h.CreatedAt), int64(h.UpdatedAt))
	return nil
}

// UpdateWebhook queues what a webhook is now.
func (tx *Tx) UpdateWebhook(st *desk.Store, h *desk.Webhook) {
	tx.Exec(`UPDATE webhooks SET name = $3, target = $4, events = $5, secret = $6, old_secret = $7, old_until = $8, active = $9,
			since = $10, next_check_at = $11, warning_count = $12, api_version = $13, updated_at = $14
		WHERE store_id = $1 AND id = $2`,
		st.ID, h.ID, h.Name, h.Target, int64(h.Events), h.Secret, h.OldSecret, int64(h.OldUntil), h.Active,
		h.Since, int64(h.NextCheckAt), h.WarningCount, h.APIVersion, int64(h.UpdatedAt))
}

// DropWebhookJobs queues that what waits to be sent to a webhook is not sent any more: its
// jobs join the dead, where an operator still finds them.
func (tx *Tx) DropWebhookJobs(st *desk.Store, id int64, why string) {
	tx.Exec("UPDATE jobs SET state = 'dead', error = $3, once = NULL WHERE store_id = $1 AND queue = $2 AND state = 'ready'",
		st.ID, WebhookQueue(id), why)
}

// DeleteWebhook queues the end of a webhook, of its jobs and of the record of its
// deliveries.
func (tx *Tx) DeleteWebhook(st *desk.Store, id int64) {
	tx.Exec("DELETE FROM deliveries WHERE store_id = $1 AND webhook_id = $2", st.ID, id)
	tx.Exec("DELETE FROM jobs WHERE store_id = $1 AND queue = $2", st.ID, WebhookQueue(id))
	tx.Exec("DELETE FROM webhooks WHERE store_id = $1 AND id = $2", st.ID, id)
}
