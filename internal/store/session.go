package store

import (
	"context"
	"slices"

	"storedesk/internal/desk"
)

// SignedIn is a session with what decides on what it may do in one store.
type SignedIn struct {
	desk.Session

	Staff      desk.Staff
	HasFactor  bool // the account has a second factor
	IsMember   bool // the account belongs to the store, and its user is not blocked
	Permission []desk.Permission
	SeenAt     desk.Instant // when the member was last seen in the store
}

// SessionByHash returns the living session whose cookie hashes so, as it stands in a
// store, or desk.ErrNotFound.
func (db *DB) SessionByHash(ctx context.Context, st *desk.Store, hash string, now desk.Instant) (*SignedIn, error) {
	s := &SignedIn{}
	sql := `SELECT s.id, s.account_id, s.method, s.second_factor_at, s.confirmed_at, s.created_at, s.last_seen_at, s.expires_at, s.ip,
			s.user_agent, a.name, a.email,
			a.totp_secret <> '' OR EXISTS (SELECT 1 FROM passkeys p WHERE p.account_id = a.id),
			u.id IS NOT NULL, COALESCE(u.id, 0), COALESCE(m.is_admin, $4), COALESCE(m.last_seen_at, 0)
		FROM sessions s JOIN accounts a ON a.id = s.account_id
		LEFT JOIN memberships m ON m.store_id = $1 AND m.account_id = s.account_id
		LEFT JOIN users u ON u.store_id = $1 AND u.id = m.user_id AND u.user_type = 'dashboard' AND u.is_blocked = $4
		WHERE s.hash = $2 AND s.expires_at > $3`
	err := one(ctx, db, sql, []any{st.ID, hash, int64(now), false},
		&s.ID, &s.AccountID, &s.Method, &s.SecondFactorAt, &s.ConfirmedAt, &s.CreatedAt, &s.LastSeenAt, &s.ExpiresAt, &s.IP,
		&s.UserAgent, &s.Staff.Name, &s.Staff.Email, &s.HasFactor, &s.IsMember, &s.Staff.UserID, &s.Staff.Admin, &s.SeenAt)
	if err != nil {
		return nil, err
	}
	s.Staff.AccountID, s.Staff.StoreID, s.Staff.SessionID, s.Staff.ConfirmedAt = s.AccountID, st.ID, s.ID, s.ConfirmedAt
	s.Staff.Permissions, err = db.permissions(ctx, st, s.AccountID)
	return s, err
}

// permissions are what the groups of a member add up to.
func (db *DB) permissions(ctx context.Context, st *desk.Store, accountID int64) ([]desk.Permission, error) {
	var list []desk.Permission
	err := db.query(ctx, `SELECT g.permissions FROM permission_group_members x
		JOIN permission_groups g ON g.store_id = x.store_id AND g.id = x.group_id
		WHERE x.store_id = $1 AND x.account_id = $2`, []any{st.ID, accountID}, func(row Row) error {
		var text string
		if err := row.Scan(&text); err != nil {
			return err
		}
		for _, p := range splitPermissions(text) {
			if !slices.Contains(list, p) {
				list = append(list, p)
			}
		}
		return nil
	})
	return list, err
}

// InsertSession queues a new session; it gets its id here.
func (tx *Tx) InsertSession(ctx context.Context, s *desk.Session, hash string) error {
	id, err := tx.nextID(ctx, kindSession)
	if err != nil {
		return err
	}
	s.ID = id
	tx.Exec(`INSERT INTO sessions (id, hash, account_id, method, second_factor_at, confirmed_at, created_at, last_seen_at, expires_at,
		ip, user_agent) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		s.ID, hash, s.AccountID, s.Method, int64(s.SecondFactorAt), int64(s.ConfirmedAt), int64(s.CreatedAt), int64(s.LastSeenAt),
		int64(s.ExpiresAt), s.IP, s.UserAgent)
	return nil
}

// TouchSession queues that a session was seen, and until when it lives on.
func (tx *Tx) TouchSession(id int64, now, expires desk.Instant) {
	tx.Exec("UPDATE sessions SET last_seen_at = $2, expires_at = $3 WHERE id = $1", id, int64(now), int64(expires))
}

// ConfirmSession queues that the person proved who they are; factor says by a second
// factor.
func (tx *Tx) ConfirmSession(id int64, factor bool, now desk.Instant) {
	if factor {
		tx.Exec("UPDATE sessions SET confirmed_at = $2, second_factor_at = $2 WHERE id = $1", id, int64(now))
		return
	}
	tx.Exec("UPDATE sessions SET confirmed_at = $2 WHERE id = $1", id, int64(now))
}

// Sessions lists the living sessions of an account, the latest seen first.
func (db *DB) Sessions(ctx context.Context, accountID int64, now desk.Instant) (list []desk.Session, err error) {
	err = db.query(ctx, `SELECT id, account_id, method, second_factor_at, confirmed_at, created_at, last_seen_at, expires_at, ip, user_agent
		FROM sessions WHERE account_id = $1 AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC`, []any{accountID, int64(now)},
		func(row Row) error {
			var s desk.Session
			err := row.Scan(&s.ID, &s.AccountID, &s.Method, &s.SecondFactorAt, &s.ConfirmedAt, &s.CreatedAt, &s.LastSeenAt, &s.ExpiresAt,
				&s.IP, &s.UserAgent)
			list = append(list, s)
			return err
		})
	return list, err
}

// DeleteSession ends one session of an account, and tells whether there was one.
func (tx *Tx) DeleteSession(ctx context.Context, accountID, id int64) (bool, error) {
	var got int64
	err := one(ctx, tx, "DELETE FROM sessions WHERE account_id = $1 AND id = $2 RETURNING id", []any{accountID, id}, &got)
	if desk.CodeOf(err) == desk.NotFound {
		return false, nil
	}
	return err == nil, err
}

// DeleteSessions queues the end of all sessions of an account but one (0 = of all).
func (tx *Tx) DeleteSessions(accountID, but int64) {
	tx.Exec("DELETE FROM sessions WHERE account_id = $1 AND id <> $2", accountID, but)
}

// SweepAccess deletes what has expired: sessions, links, ceremonies, devices, rates.
func (db *DB) SweepAccess(ctx context.Context, now desk.Instant) error {
	return db.Write(ctx, func(tx *Tx) error {
		for _, table := range []string{"sessions", "links", "ceremonies", "known_devices"} {
			tx.Exec("DELETE FROM "+table+" WHERE expires_at <= $1", int64(now))
		}
		tx.Exec("DELETE FROM rates WHERE due <= $1", int64(now))
		return nil
	})
}

// IsKnownDevice tells whether an account signed in from a device before.
func (db *DB) IsKnownDevice(ctx context.Context, accountID int64, hash string, now desk.Instant) (bool, error) {
	n := 0
	err := one(ctx, db, "SELECT count(*) FROM known_devices WHERE account_id = $1 AND hash = $2 AND expires_at > $3",
		[]any{accountID, hash, int64(now)}, &n)
	return n > 0, err
}

// KnowDevice queues that an account signed in from a device.
func (tx *Tx) KnowDevice(accountID int64, hash string, expires desk.Instant) {
	tx.Exec(`INSERT INTO known_devices (account_id, hash, expires_at) VALUES ($1, $2, $3)
		ON CONFLICT (account_id, hash) DO UPDATE SET expires_at = excluded.expires_at`, accountID, hash, int64(expires))
}

// ForgetDevices queues that an account starts anew with every device.
func (tx *Tx) ForgetDevices(accountID int64) {
	tx.Exec("DELETE FROM known_devices WHERE account_id = $1", accountID)
}
