package store

import (
	"context"

	"storedesk/internal/desk"
)

// Notifications lists what a store has changed of its notifications, by name.
func (db *DB) Notifications(ctx context.Context, st *desk.Store) (map[string]desk.Notification, error) {
	changed := map[string]desk.Notification{}
	err := db.query(ctx, "SELECT name, enabled, subject, body FROM notifications WHERE store_id = $1", []any{st.ID}, func(row Row) error {
		var n desk.Notification
		err := row.Scan(&n.Name, &n.Enabled, &n.Subject, &n.Body)
		changed[n.Name] = n
		return err
	})
	return changed, err
}

// Notification returns a notification as the store has it, or desk.ErrNotFound.
func (db *DB) Notification(ctx context.Context, st *desk.Store, name string) (desk.Notification, error) {
	n, err := desk.DefaultNotification(name)
	if err != nil {
		return n, err
	}
	changed, err := db.Notifications(ctx, st)
	if c, ok := changed[name]; ok {
		n = c
	}
	return n, err
}

// SetNotification queues a changed notification.
func (tx *Tx) SetNotification(st *desk.Store, n *desk.Notification) {
	tx.Exec(`INSERT INTO notifications (store_id, name, enabled, subject, body) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (store_id, name) DO UPDATE SET enabled = excluded.enabled, subject = excluded.subject, body = excluded.body`,
		st.ID, n.Name, n.Enabled, n.Subject, n.Body)
}

// ForgetNotification queues that a notification is again as the program brings it.
func (tx *Tx) ForgetNotification(st *desk.Store, name string) {
	tx.Exec("DELETE FROM notifications WHERE store_id = $1 AND name = $2", st.ID, name)
}
