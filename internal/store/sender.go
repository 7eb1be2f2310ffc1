package store

import (
	"context"
	"strings"

	"storedesk/internal/desk"
)

// UserByAddress returns the user of a store who writes from an address, which is their own
// or a further one of theirs, in any case; desk.ErrNotFound.
func (db *DB) UserByAddress(ctx context.Context, st *desk.Store, address string) (*desk.User, error) {
	folded := desk.Fold(address)
	if folded == "" {
		return nil, desk.ErrNotFound
	}
	u, err := user(ctx, db, "u.store_id = $1 AND u.email_folded = $2", st.ID, folded)
	if desk.CodeOf(err) != desk.NotFound {
		return u, err
	}
	return user(ctx, db, `u.store_id = $1 AND u.id = (SELECT user_id FROM user_addresses WHERE store_id = $1 AND address = $2)`, st.ID, folded)
}

// StaffUser returns the dashboard user that an account is in a store, unless blocked;
// desk.ErrNotFound.
func (db *DB) StaffUser(ctx context.Context, st *desk.Store, account int64) (*desk.User, error) {
	return user(ctx, db, `u.store_id = $1 AND u.id = (SELECT user_id FROM memberships WHERE store_id = $1 AND account_id = $2)
		AND u.user_type = 'dashboard' AND u.is_blocked = $3`, st.ID, account, false)
}

// SenderRule is what a store has said of a sender: "allow", "block", or "" for nothing. A
// rule for the address goes before one for its domain.
func (db *DB) SenderRule(ctx context.Context, st *desk.Store, address string) (rule string, err error) {
	folded := desk.Fold(address)
	domain := folded[strings.LastIndexByte(folded, '@')+1:]
	err = one(ctx, db, `SELECT rule FROM sender_rules WHERE store_id = $1 AND pattern IN ($2, $3)
		ORDER BY CASE WHEN pattern = $2 THEN 0 ELSE 1 END LIMIT 1`, []any{st.ID, folded, "@" + domain}, &rule)
	if desk.CodeOf(err) == desk.NotFound {
		return "", nil
	}
	return rule, err
}

// SetSenderRule queues what a store says of a sender: an address, or @ and a domain. The
// rule is "allow" or "block"; "" takes it back.
func (tx *Tx) SetSenderRule(st *desk.Store, pattern, rule string, now desk.Instant) {
	if rule == "" {
		tx.Exec("DELETE FROM sender_rules WHERE store_id = $1 AND pattern = $2", st.ID, desk.Fold(pattern))
		return
	}
	tx.Exec(`INSERT INTO sender_rules (store_id, pattern, rule, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (store_id, pattern) DO UPDATE SET rule = excluded.rule, created_at = excluded.created_at`,
		st.ID, desk.Fold(pattern), rule, int64(now))
}

// MarkBadAddress queues that mail to an address comes back for good.
func (tx *Tx) MarkBadAddress(st *desk.Store, address, reason string, now desk.Instant) {
	tx.Exec(`INSERT INTO bad_addresses (store_id, address, reason, since) VALUES ($1, $2, $3, $4)
		ON CONFLICT (store_id, address) DO UPDATE SET reason = excluded.reason`, st.ID, desk.Fold(address), cut(reason), int64(now))
}

// ForgetBadAddress queues that mail to an address is tried again.
func (tx *Tx) ForgetBadAddress(st *desk.Store, address string) {
	tx.Exec("DELETE FROM bad_addresses WHERE store_id = $1 AND address = $2", st.ID, desk.Fold(address))
}

// BadAddresses returns those of the addresses that mail came back from, with why.
func (db *DB) BadAddresses(ctx context.Context, st *desk.Store, addresses []string) (map[string]string, error) {
	bad := map[string]string{}
	if len(addresses) == 0 {
		return bad, nil
	}
	folded := make(map[string]string, len(addresses))
	keys := make([]string, len(addresses))
	for i, a := range addresses {
		keys[i] = desk.Fold(a)
		folded[keys[i]] = a
	}
	in, args := inList([]any{st.ID}, keys)
	err := db.query(ctx, "SELECT address, reason FROM bad_addresses WHERE store_id = $1 AND address IN ("+in+")", args, func(row Row) error {
		var address, reason string
		err := row.Scan(&address, &reason)
		bad[folded[address]] = reason
		return err
	})
	return bad, err
}

// Twin is a mail of the ledger that another one may be a copy of.
type Twin struct {
	ID       int64
	SHA256   string
	From     string // folded
	Subject  string
	TicketID int64
}

// Twins returns mails that were let in with the same Message-ID or the same bytes as mail m,
// oldest first, at most ten.
func (tx *Tx) Twins(ctx context.Context, st *desk.Store, m *desk.Mail) ([]Twin, error) {
	return twins(ctx, tx, st, m)
}

// Twins is Tx.Twins outside a write.
func (db *DB) Twins(ctx context.Context, st *desk.Store, m *desk.Mail) ([]Twin, error) {
	return twins(ctx, db, st, m)
}

func twins(ctx context.Context, r reader, st *desk.Store, m *desk.Mail) (list []Twin, err error) {
	where, args := "message_id = $3 AND message_id <> ''", []any{st.ID, m.ID, m.MessageID}
	if m.MessageID == "" {
		where, args = "from_address = $3 AND sha256 = $4", []any{st.ID, m.ID, m.From, m.SHA256}
	}
	err = r.query(ctx, `SELECT id, sha256, from_address, subject, ticket_id FROM mails WHERE store_id = $1 AND id <> $2 AND `+where+`
		AND fate IN ('ticket', 'comment', 'follow_up', 'bounce', 'released', 'held') ORDER BY id LIMIT 10`, args, func(row Row) error {
		var t Twin
		err := row.Scan(&t.ID, &t.SHA256, &t.From, &t.Subject, &t.TicketID)
		list = append(list, t)
		return err
	})
	return list, err
}

// MailOfComment returns the row of the ledger of the mail that a comment was made of, or
// desk.ErrNotFound when it did not come by mail.
func (db *DB) MailOfComment(ctx context.Context, st *desk.Store, ticket, comment int64) (*desk.Mail, error) {
	list, err := mails(ctx, db, "m.store_id = $1 AND m.ticket_id = $2 AND m.ticket_id > 0 AND m.comment_id = $3 ORDER BY m.id LIMIT 1", st.ID, ticket, comment)
	if err == nil && len(list) == 0 {
		return nil, desk.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return list[0], nil
}
