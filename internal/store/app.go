package store

import (
	"context"
	"strings"

	"storedesk/internal/desk"
)

const appColumns = `a.store_id, a.id, a.kind, a.name, a.scopes, a.client_id, a.client_secret, a.is_public, a.url, a.redirect_uris,
	a.created_by, a.created_at, a.rotated_at, a.revoked_at`

func scanApp(row Row, a *desk.App, more ...any) error {
	var scopes, uris string
	err := row.Scan(append([]any{
		&a.StoreID, &a.ID, &a.Kind, &a.Name, &scopes, &a.ClientID, &a.ClientSecret, &a.Public, &a.URL, &uris,
		&a.CreatedBy, &a.CreatedAt, &a.RotatedAt, &a.RevokedAt,
	}, more...)...)
	a.Scopes = strings.Fields(scopes)
	a.RedirectURIs = strings.Fields(uris)
	return err
}

// offered is the condition that a store can use an app: it is its own, or the
// installation's.
const offered = "a.store_id IN ($1, 0)"

// Apps lists the apps of a store and of the installation that are not revoked, oldest
// first, with their use in the store.
func (db *DB) Apps(ctx context.Context, st *desk.Store) (list []desk.App, err error) {
	sql := "SELECT " + appColumns + `,
		(SELECT COALESCE(MAX(k.last_used_at), 0) FROM tokens k WHERE k.store_id = $1 AND k.app_id = a.id),
		(SELECT COUNT(*) FROM tokens k WHERE k.store_id = $1 AND k.app_id = a.id AND k.revoked_at = 0)
		FROM apps a WHERE ` + offered + " AND a.revoked_at = 0 ORDER BY a.id"
	err = db.query(ctx, sql, []any{st.ID}, func(row Row) error {
		var a desk.App
		err := scanApp(row, &a, &a.LastUsedAt, &a.Grants)
		list = append(list, a)
		return err
	})
	return list, err
}

// App returns an app that a store can use and that is not revoked, or desk.ErrNotFound.
func (db *DB) App(ctx context.Context, st *desk.Store, id int64) (*desk.App, error) {
	return app(ctx, db, offered+" AND a.id = $2 AND a.revoked_at = 0", st.ID, id)
}

// AppByClient is App by client id.
func (db *DB) AppByClient(ctx context.Context, st *desk.Store, clientID string) (*desk.App, error) {
	return app(ctx, db, offered+" AND a.client_id = $2 AND a.client_id <> '' AND a.revoked_at = 0", st.ID, clientID)
}

// LockApp reads an app that is the store's own (the installation's, for store 0) and
// not revoked, and keeps others from changing it until the write ends.
func (tx *Tx) LockApp(ctx context.Context, storeID, id int64) (*desk.App, error) {
	tx.Begin()
	return app(ctx, tx, "a.store_id = $1 AND a.id = $2 AND a.revoked_at = 0"+tx.forUpdate(), storeID, id)
}

func app(ctx context.Context, r reader, where string, args ...any) (*desk.App, error) {
	var a *desk.App
	err := r.query(ctx, "SELECT "+appColumns+" FROM apps a WHERE "+where, args, func(row Row) error {
		a = &desk.App{}
		return scanApp(row, a)
	})
	if err == nil && a == nil {
		return nil, desk.ErrNotFound
	}
	return a, err
}

// InsertApp queues a new app; it gets its id here.
func (tx *Tx) InsertApp(ctx context.Context, a *desk.App) error {
	id, err := tx.nextID(ctx, kindApp)
	if err != nil {
		return err
	}
	a.ID = id
	tx.Exec(`INSERT INTO apps (store_id, id, kind, name, scopes, client_id, client_secret, is_public, url, redirect_uris, created_by, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		a.StoreID, a.ID, string(a.Kind), a.Name, strings.Join(a.Scopes, " "), a.ClientID, a.ClientSecret, a.Public, a.URL,
		strings.Join(a.RedirectURIs, "\n"), a.CreatedBy, int64(a.CreatedAt))
	return nil
}

// RotateApp queues a new client secret of an OAuth app; a token app has "" for ever.
func (tx *Tx) RotateApp(a *desk.App, now desk.Instant) {
	tx.Exec("UPDATE apps SET client_secret = $3, rotated_at = $4 WHERE store_id = $1 AND id = $2", a.StoreID, a.ID, a.ClientSecret, int64(now))
}

// RevokeApp queues the end of an app, with its grants, codes and tokens, in every store
// that has some.
func (tx *Tx) RevokeApp(a *desk.App, now desk.Instant) {
	tx.Exec("UPDATE apps SET revoked_at = $3, client_secret = '' WHERE store_id = $1 AND id = $2", a.StoreID, a.ID, int64(now))
	if a.StoreID != 0 {
		tx.DisconnectApp(a.StoreID, a.ID, now)
		return
	}
	tx.Exec("UPDATE tokens SET revoked_at = $2 WHERE app_id = $1 AND revoked_at = 0", a.ID, int64(now))
	tx.Exec("UPDATE app_grants SET revoked_at = $2 WHERE app_id = $1 AND revoked_at = 0", a.ID, int64(now))
}

// DisconnectApp queues the end of all grants and tokens of an app in one store.
func (tx *Tx) DisconnectApp(storeID, id int64, now desk.Instant) {
	tx.RevokeAppTokens(storeID, id, now)
	tx.Exec("UPDATE app_grants SET revoked_at = $3 WHERE store_id = $1 AND app_id = $2 AND revoked_at = 0", storeID, id, int64(now))
}

// RevokeAppTokens queues the end of all access tokens of an app in one store.
func (tx *Tx) RevokeAppTokens(storeID, id int64, now desk.Instant) {
	tx.Exec("UPDATE tokens SET revoked_at = $3 WHERE store_id = $1 AND app_id = $2 AND revoked_at = 0", storeID, id, int64(now))
}
