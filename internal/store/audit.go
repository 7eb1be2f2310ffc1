package store

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"storedesk/internal/desk"
)

// Audit queues a line of the audit log; it gets its id here.
func (tx *Tx) Audit(ctx context.Context, e *desk.AuditEntry) error {
	id, err := tx.nextID(ctx, kindAudit)
	if err != nil {
		return err
	}
	e.ID = id
	data := []byte("{}")
	if len(e.Data) > 0 {
		if data, err = json.Marshal(e.Data); err != nil {
			return err
		}
	}
	tx.Exec(`INSERT INTO audit_log (store_id, id, action, account_id, subject, data, ip, user_agent, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.StoreID, e.ID, e.Action, e.AccountID, e.Subject, string(data), e.IP, e.UserAgent, int64(e.CreatedAt))
	return nil
}

// AuditLog lists lines of a store's audit log before an id (0 = from the end), newest
// first.
func (db *DB) AuditLog(ctx context.Context, st *desk.Store, f desk.AuditFilter, before int64, limit int) (list []desk.AuditEntry, err error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	q := &query{args: []any{st.ID, before, limit}}
	where := "l.store_id = $1 AND l.id < $2"
	if f.AccountID != 0 {
		where += " AND l.account_id = " + q.arg(f.AccountID)
	}
	switch {
	case strings.HasSuffix(f.Action, "."):
		where += " AND substr(l.action, 1, " + q.arg(utf8.RuneCountInString(f.Action)) + ") = " + q.arg(f.Action)
	case f.Action != "":
		where += " AND l.action = " + q.arg(f.Action)
	}
	if f.Span.From != 0 {
		where += " AND l.created_at >= " + q.arg(int64(f.Span.From))
	}
	if f.Span.To != 0 {
		where += " AND l.created_at < " + q.arg(int64(f.Span.To))
	}
	err = db.query(ctx, `SELECT l.id, l.store_id, l.action, l.account_id, COALESCE(a.email, ''), l.subject, l.data, l.ip, l.user_agent,
			l.created_at
		FROM audit_log l LEFT JOIN accounts a ON a.id = l.account_id
		WHERE `+where+" ORDER BY l.id DESC LIMIT $3", q.args, func(row Row) error {
		var e desk.AuditEntry
		var data string
		err := row.Scan(&e.ID, &e.StoreID, &e.Action, &e.AccountID, &e.Actor, &e.Subject, &data, &e.IP, &e.UserAgent, &e.CreatedAt)
		if err == nil {
			err = json.Unmarshal([]byte(data), &e.Data)
		}
		list = append(list, e)
		return err
	})
	return list, err
}
