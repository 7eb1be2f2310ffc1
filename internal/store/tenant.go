package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"storedesk/internal/desk"
)

// Stores lists every store of the installation with its hosts, by id.
func (db *DB) Stores(ctx context.Context) ([]*desk.Store, error) {
	var list []*desk.Store
	byID := map[int64]*desk.Store{}
	err := db.query(ctx, `SELECT id, name, network_domain, support_email, time_zone, media_ttl, media_secret,
		second_factor_for_admins, mail, dashboard, created_at FROM stores ORDER BY id`, nil,
		func(row Row) error {
			st := &desk.Store{}
			var zone, mail, dashboard string
			var ttl int64
			if err := row.Scan(&st.ID, &st.Name, &st.NetworkDomain, &st.SupportEmail, &zone, &ttl, &st.MediaSecret,
				&st.SecondFactorForAdmins, &mail, &dashboard, &st.CreatedAt); err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(mail), &st.Mail); err != nil {
				return fmt.Errorf("mail settings of store %d: %w", st.ID, err)
			}
			if err := json.Unmarshal([]byte(dashboard), &st.Dashboard); err != nil {
				return fmt.Errorf("dashboard settings of store %d: %w", st.ID, err)
			}
			var err error
			if st.Zone, err = time.LoadLocation(zone); err != nil {
				return fmt.Errorf("store %d: %w", st.ID, err)
			}
			st.MediaTTL = time.Duration(ttl) * time.Microsecond
			list = append(list, st)
			byID[st.ID] = st
			return nil
		})
	if err != nil {
		return nil, err
	}
	err = db.query(ctx, "SELECT store_id, host FROM store_hosts ORDER BY host", nil, func(row Row) error {
		var id int64
		var host string
		err := row.Scan(&id, &host)
		if st := byID[id]; st != nil {
			st.Hosts = append(st.Hosts, host)
		}
		return err
	})
	return list, err
}

// LockStores keeps others from adding or changing stores until the write ends.
func (tx *Tx) LockStores(ctx context.Context) error {
	if tx.Begin(); tx.db.dialect() == dialectSQLite {
		return nil
	}
	return tx.query(ctx, "LOCK TABLE stores IN SHARE ROW EXCLUSIVE MODE", nil, func(Row) error { return nil })
}

// CountStores counts the stores, inside the write.
func (tx *Tx) CountStores(ctx context.Context) (n int, err error) {
	err = one(ctx, tx, "SELECT count(*) FROM stores", nil, &n)
	return n, err
}

// InsertStore queues a new store with its hosts; it gets its id here.
func (tx *Tx) InsertStore(ctx context.Context, st *desk.Store, now desk.Instant) error {
	id, err := tx.nextID(ctx, kindStore)
	if err != nil {
		return err
	}
	st.ID, st.CreatedAt = id, now
	tx.Exec(`INSERT INTO stores (id, name, network_domain, support_email, time_zone, media_ttl, media_secret, created_at,
		second_factor_for_admins, mail, dashboard) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		st.ID, st.Name, st.NetworkDomain, st.SupportEmail, st.Zone.String(), st.MediaTTL.Microseconds(), st.MediaSecret, int64(now),
		st.SecondFactorForAdmins, asJSON(st.Mail), asJSON(st.Dashboard))
	tx.setHosts(st)
	return nil
}

// UpdateStore queues a store's changed settings. A host that another store has makes
// the write fail with desk.Conflict.
func (tx *Tx) UpdateStore(st *desk.Store) {
	tx.Exec(`UPDATE stores SET name = $2, network_domain = $3, support_email = $4, time_zone = $5, media_ttl = $6, media_secret = $7,
		second_factor_for_admins = $8, mail = $9, dashboard = $10 WHERE id = $1`, st.ID, st.Name, st.NetworkDomain, st.SupportEmail, st.Zone.String(),
		st.MediaTTL.Microseconds(), st.MediaSecret, st.SecondFactorForAdmins, asJSON(st.Mail), asJSON(st.Dashboard))
	tx.Exec("DELETE FROM store_hosts WHERE store_id = $1", st.ID)
	tx.setHosts(st)
}

func asJSON(settings any) string {
	text, err := json.Marshal(settings)
	if err != nil {
		panic(err) // texts and numbers
	}
	return string(text)
}

func (tx *Tx) setHosts(st *desk.Store) {
	for _, host := range st.Hosts {
		tx.Exec("INSERT INTO store_hosts (host, store_id) VALUES ($1, $2)", host, st.ID)
	}
}

// Token is an access token of a store; what the bearer shows is never kept.
type Token struct {
	ID         int64
	StoreID    int64
	Name       string
	Scopes     string // separated by spaces
	CreatedAt  desk.Instant
	ExpiresAt  desk.Instant // 0 = never
	RevokedAt  desk.Instant // 0 = not
	LastUsedAt desk.Instant // 0 = never; kept to the minute
	AppID      int64        // the app it belongs to; 0 = none
	GrantID    int64        // the grant it was fetched with; 0 = none
}

const tokenColumns = "k.id, k.store_id, k.name, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.last_used_at, k.app_id, k.grant_id"

func scanToken(row Row, t *Token) error {
	return row.Scan(&t.ID, &t.StoreID, &t.Name, &t.Scopes, &t.CreatedAt, &t.ExpiresAt, &t.RevokedAt, &t.LastUsedAt, &t.AppID, &t.GrantID)
}

// TokenByHash returns the token of a store that hashes so, revoked and expired ones
// too, or desk.ErrNotFound.
func (db *DB) TokenByHash(ctx context.Context, st *desk.Store, hash string) (*Token, error) {
	var t *Token
	err := db.query(ctx, "SELECT "+tokenColumns+" FROM tokens k WHERE k.store_id = $1 AND k.hash = $2", []any{st.ID, hash},
		func(row Row) error {
			t = &Token{}
			return scanToken(row, t)
		})
	if err == nil && t == nil {
		return nil, desk.ErrNotFound
	}
	return t, err
}

// Tokens lists the tokens of a store, oldest first.
func (db *DB) Tokens(ctx context.Context, st *desk.Store) (list []Token, err error) {
	err = db.query(ctx, "SELECT "+tokenColumns+" FROM tokens k WHERE k.store_id = $1 ORDER BY k.id", []any{st.ID}, func(row Row) error {
		var t Token
		err := scanToken(row, &t)
		list = append(list, t)
		return err
	})
	return list, err
}

// InsertToken queues a new token; it gets its id here.
func (tx *Tx) InsertToken(ctx context.Context, t *Token, hash string) error {
	id, err := tx.nextID(ctx, kindToken)
	if err != nil {
		return err
	}
	t.ID = id
	tx.Exec("INSERT INTO tokens (store_id, id, name, hash, scopes, created_at, expires_at, app_id, grant_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		t.StoreID, t.ID, t.Name, hash, t.Scopes, int64(t.CreatedAt), int64(t.ExpiresAt), t.AppID, t.GrantID)
	return nil
}

// RevokeToken ends a token's life and returns its name; desk.ErrNotFound if the store
// has none such.
func (tx *Tx) RevokeToken(ctx context.Context, st *desk.Store, id int64, now desk.Instant) (name string, err error) {
	tx.Begin()
	err = one(ctx, tx, `UPDATE tokens SET revoked_at = CASE WHEN revoked_at = 0 THEN $3 ELSE revoked_at END
		WHERE store_id = $1 AND id = $2 RETURNING name`, []any{st.ID, id, int64(now)}, &name)
	return name, err
}

// TouchTokens records when tokens were last used.
func (db *DB) TouchTokens(ctx context.Context, used map[[2]int64]desk.Instant) error {
	return db.Write(ctx, func(tx *Tx) error {
		for k, at := range used {
			tx.Exec("UPDATE tokens SET last_used_at = $3 WHERE store_id = $1 AND id = $2 AND last_used_at < $3", k[0], k[1], int64(at))
		}
		return nil
	})
}
