package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"storedesk/internal/desk"
)

// WebhookKind is the kind of the jobs that bring an event to a webhook.
const WebhookKind = "webhook"

// eventBit is, in SQL, the bit of an event's type in webhooks.events.
var eventBit = func() string {
	var b strings.Builder
	b.WriteString("CASE e.type")
	for _, name := range desk.WebhookEvents {
		fmt.Fprintf(&b, " WHEN '%s' THEN %d", name, desk.EventBit(name))
	}
	return b.String() + " ELSE 0 END"
}()

// webhookJobs makes a job for each pair of an event and a webhook that a query yields as
// e and w. The lane is the ticket or the user.
const webhookJobs = `INSERT INTO jobs (store_id, kind, queue, lane, args, state, run_at, created_at)
	SELECT e.store_id, 'webhook', 'webhook:' || w.id, CASE WHEN e.ticket_id > 0 THEN 't' || e.ticket_id ELSE 'u' || e.user_id END,
		'{"webhook":' || w.id || ',"event":' || e.id || '}', 'ready', CAST($2 AS BIGINT), CAST($2 AS BIGINT)
	FROM events e JOIN webhooks w ON w.store_id = e.store_id `

// FanOut makes the jobs for events that are settled and have none yet: at most limit
// events of each store that has webhooks. It returns how many events it has passed; 0
// says that there is nothing to do, or that another node is at it.
func (db *DB) FanOut(ctx context.Context, upTo int64, limit int, now desk.Instant) (passed int, err error) {
	var behind []int64
	err = db.query(ctx, `SELECT w.store_id FROM (SELECT store_id, min(since) AS since FROM webhooks WHERE active GROUP BY store_id) w
		LEFT JOIN fanouts f ON f.store_id = w.store_id
		WHERE EXISTS (SELECT 1 FROM events e WHERE e.store_id = w.store_id AND e.id <= $1 AND e.id >
			CASE WHEN f.position > w.since THEN f.position ELSE w.since END)`, []any{upTo}, func(row Row) error {
		var id int64
		err := row.Scan(&id)
		behind = append(behind, id)
		return err
	})
	for _, st := range behind {
		if err != nil {
			break
		}
		var n int
		n, err = db.fanOut(ctx, st, upTo, limit, now)
		passed += n
	}
	return passed, err
}

func (db *DB) fanOut(ctx context.Context, st, upTo int64, limit int, now desk.Instant) (passed int, err error) {
	err = db.WriteSoon(ctx, func(tx *Tx) error {
		passed = 0
		tx.Exec("INSERT INTO fanouts (store_id, position) VALUES ($1, 0) ON CONFLICT DO NOTHING", st)
		if err := tx.Flush(ctx); err != nil {
			return err
		}
		lock := ""
		if db.dialect() == dialectPostgres {
			lock = " FOR UPDATE OF f SKIP LOCKED"
		}
		var position, since, last int64
		err := one(ctx, tx, `SELECT f.position, (SELECT COALESCE(min(w.since), 0) FROM webhooks w WHERE w.store_id = $1 AND w.active)
			FROM fanouts f WHERE f.store_id = $1`+lock, []any{st}, &position, &since)
		if desk.CodeOf(err) == desk.NotFound {
			return nil // another node is at it
		}
		if err != nil {
			return err
		}
		err = one(ctx, tx, `SELECT count(*), COALESCE(max(id), 0) FROM (SELECT id FROM events WHERE store_id = $1 AND id > $2 AND id <= $3
			ORDER BY id LIMIT $4) e`, []any{st, max(position, since), upTo, limit}, &passed, &last)
		if err != nil || passed == 0 {
			return err
		}
		tx.Exec(webhookJobs+`AND w.active AND e.id > w.since AND (w.events & `+eventBit+`) <> 0
			WHERE e.store_id = $1 AND e.id > $3 AND e.id <= $4 ORDER BY e.id, w.id`, st, int64(now), max(position, since), last)
		tx.Exec("UPDATE fanouts SET position = $2 WHERE store_id = $1", st, last)
		tx.afterCommit(db.jobs.Ring)
		return nil
	})
	return passed, err
}

// maxReplay is how many events one replay brings back at most.
const maxReplay = 10_000

// Replay makes jobs that bring past events to a webhook once more, in their order, and
// tells how many.
func (db *DB) Replay(ctx context.Context, st *desk.Store, hook *desk.Webhook, r desk.Replay, now desk.Instant) (queued int, err error) {
	if r.Event != 0 {
		r.After, r.Until = r.Event-1, r.Event
	}
	args := []any{st.ID, int64(now), hook.ID, r.After, r.Until}
	where := "WHERE e.store_id = $1 AND w.id = $3 AND e.id > $4 AND e.id <= $5 AND (w.events & " + eventBit + ") <> 0"
	if r.Outcome != "" {
		args = append(args, string(r.Outcome))
		where += ` AND (SELECT d.outcome FROM deliveries d WHERE d.store_id = $1 AND d.webhook_id = $3 AND d.event_id = e.id
			ORDER BY d.id DESC LIMIT 1) = $6`
	}
	where += fmt.Sprintf(" ORDER BY e.id LIMIT %d", maxReplay)
	err = db.Write(ctx, func(tx *Tx) error {
		queued = 0
		tx.ask(webhookJobs+where+" RETURNING id", args, func(row Row) error {
			var id int64
			queued++
			return row.Scan(&id)
		})
		tx.afterCommit(db.jobs.Ring)
		return tx.Flush(ctx)
	})
	return queued, err
}

// InsertDelivery queues the record of an attempt, which gets its id when it is written.
func (tx *Tx) InsertDelivery(st *desk.Store, d *desk.Delivery) {
	tx.ask(`INSERT INTO deliveries (store_id, webhook_id, event_id, event_type, ticket_id, user_id, seq, attempt, outcome, status, took_ms, answer, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id`, []any{
		st.ID, d.WebhookID, d.EventID, d.EventType, d.TicketID, d.UserID, d.Seq, d.Attempt, string(d.Outcome), d.Status,
		d.Took.Milliseconds(), cut(d.Answer), int64(d.CreatedAt),
	}, func(row Row) error { return row.Scan(&d.ID) })
}

// SweepDeliveries forgets deliveries older than before, at most limit; it tells how many.
func (db *DB) SweepDeliveries(ctx context.Context, before desk.Instant, limit int) (n int, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		n = 0
		tx.ask(`DELETE FROM deliveries WHERE id IN (SELECT id FROM (SELECT id, created_at FROM deliveries ORDER BY id LIMIT $2) d WHERE created_at < $1)
			RETURNING id`, []any{int64(before), limit}, func(row Row) error {
			var id int64
			n++
			return row.Scan(&id)
		})
		return tx.Flush(ctx)
	})
	return n, err
}

// NoteDelivery queues what an attempt means for its webhook: the next try, the events lost
// in a row, and, after too many of them or an answer of 410, its end.
func (tx *Tx) NoteDelivery(st *desk.Store, hook *desk.Webhook, outcome desk.Outcome, now desk.Instant) {
	set := "next_check_at = COALESCE((SELECT j.run_at FROM jobs j WHERE j.queue = $3 AND j.state = 'ready' AND j.run_at > $4 ORDER BY j.run_at LIMIT 1), 0)"
	args := []any{st.ID, hook.ID, WebhookQueue(hook.ID), int64(now)}
	switch outcome {
	case desk.Delivered:
		if hook.NextCheckAt == 0 && hook.WarningCount == 0 {
			return
		}
		set += ", warning_count = 0"
	case desk.Failed:
		args = append(args, desk.MaxWarnings)
		set += ", warning_count = warning_count + 1, active = CASE WHEN warning_count + 1 >= $5 THEN FALSE ELSE active END"
	case desk.Gone:
		set += ", active = FALSE"
	}
	tx.Exec("UPDATE webhooks SET "+set+" WHERE store_id = $1 AND id = $2", args...)
	if outcome == desk.Failed || outcome == desk.Gone {
		tx.Exec(`UPDATE jobs SET state = 'dead', error = 'webhook switched off', once = NULL WHERE queue = $3 AND state = 'ready'
			AND EXISTS (SELECT 1 FROM webhooks w WHERE w.store_id = $1 AND w.id = $2 AND NOT w.active)`, st.ID, hook.ID, WebhookQueue(hook.ID))
	}
}

// WarnWebhook notes that a store's admins are told of a webhook; due is false when they
// were within a day, and it has not been switched off since.
func (db *DB) WarnWebhook(ctx context.Context, st *desk.Store, id int64, now desk.Instant) (hook *desk.Webhook, due bool, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		due = false
		tx.ask("UPDATE webhooks SET warned_at = $3 WHERE store_id = $1 AND id = $2 AND (NOT active OR warned_at < $4) RETURNING id",
			[]any{st.ID, id, int64(now), int64(desk.At(now.Time().Add(-24 * time.Hour)))}, func(row Row) error {
				due = true
				return row.Scan(&id)
			})
		if err := tx.Flush(ctx); err != nil || !due {
			return err
		}
		hook, err = tx.LockWebhook(ctx, st, id)
		return err
	})
	return hook, due, err
}

// AnyWebhook tells whether any store has an active webhook.
func (db *DB) AnyWebhook(ctx context.Context) (bool, error) {
	n := 0
	err := one(ctx, db, "SELECT count(*) FROM (SELECT 1 FROM webhooks WHERE active LIMIT 1) w", nil, &n)
	return n > 0, err
}

// NewestTicket is the largest id of a store's tickets, or 0.
func (db *DB) NewestTicket(ctx context.Context, st *desk.Store) (id int64, err error) {
	return id, one(ctx, db, "SELECT COALESCE(max(id), 0) FROM tickets WHERE store_id = $1", []any{st.ID}, &id)
}
