package store

import (
	"context"
	"strings"

	"storedesk/internal/desk"
)

// Grant is what somebody has allowed an app in one store: the family of a code, an
// access token and refresh tokens.
type Grant struct {
	StoreID   int64
	ID        int64
	AppID     int64
	UserID    int64
	Scopes    []string
	CreatedAt desk.Instant
	RevokedAt desk.Instant // 0 = not
}

// Code is an authorization code, without the code.
type Code struct {
	GrantID     int64
	AppID       int64
	RedirectURI string // as the request had it
	Challenge   string
	ExpiresAt   desk.Instant
	UsedAt      desk.Instant // 0 = not
}

// Refresh is a refresh token, without the token.
type Refresh struct {
	GrantID int64
	AppID   int64
	UsedAt  desk.Instant // 0 = not
}

// InsertGrant queues a new grant; it gets its id here.
func (tx *Tx) InsertGrant(ctx context.Context, g *Grant) error {
	id, err := tx.nextID(ctx, kindAppGrant)
	if err != nil {
		return err
	}
	g.ID = id
	tx.Exec("INSERT INTO app_grants (store_id, id, app_id, user_id, scopes, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
		g.StoreID, g.ID, g.AppID, g.UserID, strings.Join(g.Scopes, " "), int64(g.CreatedAt))
	return nil
}

// InsertCode queues a code of a grant.
func (tx *Tx) InsertCode(g *Grant, hash string, c *Code) {
	tx.Exec("INSERT INTO app_codes (store_id, hash, grant_id, app_id, redirect_uri, challenge, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		g.StoreID, hash, g.ID, g.AppID, c.RedirectURI, c.Challenge, int64(c.ExpiresAt))
}

// LockCode reads a code of a store and keeps others from using it until the write ends.
func (tx *Tx) LockCode(ctx context.Context, storeID int64, hash string) (*Code, error) {
	tx.Begin()
	var c Code
	err := one(ctx, tx, "SELECT grant_id, app_id, redirect_uri, challenge, expires_at, used_at FROM app_codes WHERE store_id = $1 AND hash = $2"+
		tx.forUpdate(), []any{storeID, hash}, &c.GrantID, &c.AppID, &c.RedirectURI, &c.Challenge, &c.ExpiresAt, &c.UsedAt)
	return &c, err
}

// UseCode queues that a code was used, and its grant with it.
func (tx *Tx) UseCode(g *Grant, hash string, now desk.Instant) {
	tx.Exec("UPDATE app_codes SET used_at = $3 WHERE store_id = $1 AND hash = $2", g.StoreID, hash, int64(now))
	tx.Exec("UPDATE app_grants SET active_at = $3 WHERE store_id = $1 AND id = $2", g.StoreID, g.ID, int64(now))
}

// LockGrant reads a grant, revoked ones too, and keeps others from changing it until
// the write ends.
func (tx *Tx) LockGrant(ctx context.Context, storeID, id int64) (*Grant, error) {
	tx.Begin()
	g := Grant{StoreID: storeID, ID: id}
	var scopes string
	err := one(ctx, tx, "SELECT app_id, user_id, scopes, created_at, revoked_at FROM app_grants WHERE store_id = $1 AND id = $2"+tx.forUpdate(),
		[]any{storeID, id}, &g.AppID, &g.UserID, &scopes, &g.CreatedAt, &g.RevokedAt)
	g.Scopes = strings.Fields(scopes)
	return &g, err
}

// RevokeGrant queues the end of a family: its access token is dead, its refresh tokens
// and its code are good for nothing.
func (tx *Tx) RevokeGrant(storeID, id int64, now desk.Instant) {
	tx.Exec("UPDATE app_grants SET revoked_at = $3 WHERE store_id = $1 AND id = $2 AND revoked_at = 0", storeID, id, int64(now))
	tx.Exec("UPDATE tokens SET revoked_at = $3 WHERE store_id = $1 AND grant_id = $2 AND grant_id <> 0 AND revoked_at = 0", storeID, id, int64(now))
}

// LockRefresh reads a refresh token of a store and keeps others from using it until the
// write ends.
func (tx *Tx) LockRefresh(ctx context.Context, storeID int64, hash string) (*Refresh, error) {
	tx.Begin()
	var r Refresh
	err := one(ctx, tx, "SELECT grant_id, app_id, used_at FROM app_refreshes WHERE store_id = $1 AND hash = $2"+tx.forUpdate(),
		[]any{storeID, hash}, &r.GrantID, &r.AppID, &r.UsedAt)
	return &r, err
}

// UseRefresh queues that a refresh token was used.
func (tx *Tx) UseRefresh(storeID int64, hash string, now desk.Instant) {
	tx.Exec("UPDATE app_refreshes SET used_at = $3 WHERE store_id = $1 AND hash = $2", storeID, hash, int64(now))
}

// InsertRefresh queues a refresh token of a grant.
func (tx *Tx) InsertRefresh(g *Grant, hash string, now desk.Instant) {
	tx.Exec("INSERT INTO app_refreshes (store_id, hash, grant_id, app_id, created_at) VALUES ($1, $2, $3, $4, $5)",
		g.StoreID, hash, g.ID, g.AppID, int64(now))
}

// RenewToken queues a new access token in the place of the grant's old one, which is
// thereby unknown: same row, so that its use stays on record. desk.ErrNotFound when the
// grant has none alive.
func (tx *Tx) RenewToken(ctx context.Context, g *Grant, hash string, t *Token) error {
	err := one(ctx, tx, "SELECT id FROM tokens WHERE store_id = $1 AND grant_id = $2 AND grant_id <> 0 AND revoked_at = 0",
		[]any{g.StoreID, g.ID}, &t.ID)
	if err != nil {
		return err
	}
	tx.Exec("UPDATE tokens SET hash = $3, scopes = $4, created_at = $5, expires_at = $6 WHERE store_id = $1 AND id = $2",
		g.StoreID, t.ID, hash, t.Scopes, int64(t.CreatedAt), int64(t.ExpiresAt))
	return nil
}

// TokenOrRefresh finds what a token is by its hash: the token row for an access token,
// else the grant's id of a refresh token that is not used. desk.ErrNotFound.
func (db *DB) TokenOrRefresh(ctx context.Context, st *desk.Store, hash string) (*Token, *Refresh, error) {
	t, err := db.TokenByHash(ctx, st, hash)
	if desk.CodeOf(err) != desk.NotFound {
		return t, nil, err
	}
	var r Refresh
	err = one(ctx, db, `SELECT r.grant_id, r.app_id, CASE WHEN g.revoked_at <> 0 THEN g.revoked_at ELSE r.used_at END
		FROM app_refreshes r JOIN app_grants g ON g.store_id = r.store_id AND g.id = r.grant_id
		WHERE r.store_id = $1 AND r.hash = $2`, []any{st.ID, hash}, &r.GrantID, &r.AppID, &r.UsedAt)
	return nil, &r, err
}

// GrantEmail returns the address of the user who gave a grant, or desk.ErrNotFound.
func (db *DB) GrantEmail(ctx context.Context, st *desk.Store, id int64) (email string, err error) {
	err = one(ctx, db, "SELECT u.email FROM app_grants g JOIN users u ON u.store_id = g.store_id AND u.id = g.user_id WHERE g.store_id = $1 AND g.id = $2",
		[]any{st.ID, id}, &email)
	return email, err
}

// GrantUse is a living grant of an app with what its token was used for last.
type GrantUse struct {
	Grant

	Email      string // of who gave it
	LastUsedAt desk.Instant
}

// Grants lists the living grants of an app in a store whose code was used, newest first.
func (db *DB) Grants(ctx context.Context, st *desk.Store, app int64, limit int) (list []GrantUse, err error) {
	err = db.query(ctx, `SELECT g.id, g.app_id, g.user_id, g.scopes, g.created_at, COALESCE(u.email, ''),
			(SELECT COALESCE(MAX(k.last_used_at), 0) FROM tokens k WHERE k.store_id = g.store_id AND k.grant_id = g.id AND k.grant_id <> 0)
		FROM app_grants g LEFT JOIN users u ON u.store_id = g.store_id AND u.id = g.user_id
		WHERE g.store_id = $1 AND g.app_id = $2 AND g.revoked_at = 0 AND g.active_at <> 0 ORDER BY g.id DESC LIMIT $3`,
		[]any{st.ID, app, limit}, func(row Row) error {
			g := GrantUse{Grant: Grant{StoreID: st.ID}}
			var scopes string
			err := row.Scan(&g.ID, &g.AppID, &g.UserID, &scopes, &g.CreatedAt, &g.Email, &g.LastUsedAt)
			g.Scopes = strings.Fields(scopes)
			list = append(list, g)
			return err
		})
	return list, err
}

// SweepGrants forgets codes that expired before a moment, and grants made before it
// whose code nobody used.
func (db *DB) SweepGrants(ctx context.Context, before desk.Instant) error {
	return db.Write(ctx, func(tx *Tx) error {
		tx.Exec("DELETE FROM app_codes WHERE expires_at < $1", int64(before))
		tx.Exec("DELETE FROM app_grants WHERE active_at = 0 AND created_at < $1", int64(before))
		return nil
	})
}
