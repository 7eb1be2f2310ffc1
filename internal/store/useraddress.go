package store

import (
	"context"

	"storedesk/internal/desk"
)

// AddressOwner returns the id of the user that an address belongs to, be it their own or a
// further one; desk.ErrNotFound. It waits for nobody: who writes asks through its Tx.
func (db *DB) AddressOwner(ctx context.Context, st *desk.Store, address string) (int64, error) {
	return addressOwner(ctx, db, st, address)
}

// AddressOwner is DB.AddressOwner as part of a write.
func (tx *Tx) AddressOwner(ctx context.Context, st *desk.Store, address string) (int64, error) {
	return addressOwner(ctx, tx, st, address)
}

// addressOwner prefers a user's own address: an import may bring one that somebody here
// has as a further one.
func addressOwner(ctx context.Context, r reader, st *desk.Store, address string) (id int64, err error) {
	folded := desk.Fold(address)
	if folded == "" {
		return 0, desk.ErrNotFound
	}
	err = one(ctx, r, `SELECT id FROM (
			SELECT id, 0 AS n FROM users WHERE store_id = $1 AND email_folded = $2 AND email_folded <> ''
			UNION ALL
			SELECT user_id, 1 FROM user_addresses WHERE store_id = $1 AND address = $2) x ORDER BY n LIMIT 1`,
		[]any{st.ID, folded}, &id)
	return id, err
}

// UserAddresses lists the further addresses of a user as they were written, by address.
func (db *DB) UserAddresses(ctx context.Context, st *desk.Store, user int64) ([]string, error) {
	return userAddresses(ctx, db, st, user)
}

// UserAddresses is DB.UserAddresses as part of a write.
func (tx *Tx) UserAddresses(ctx context.Context, st *desk.Store, user int64) ([]string, error) {
	return userAddresses(ctx, tx, st, user)
}

func userAddresses(ctx context.Context, r reader, st *desk.Store, user int64) ([]string, error) {
	list := []string{}
	err := r.query(ctx, "SELECT shown FROM user_addresses WHERE store_id = $1 AND user_id = $2 ORDER BY address", []any{st.ID, user},
		func(row Row) error {
			var shown string
			err := row.Scan(&shown)
			list = append(list, shown)
			return err
		})
	return list, err
}

// InsertUserAddress queues a further address of a user. One that is there already makes
// the write fail with desk.Conflict.
func (tx *Tx) InsertUserAddress(st *desk.Store, user int64, address string) {
	tx.Exec("INSERT INTO user_addresses (store_id, address, shown, user_id) VALUES ($1, $2, $3, $4)",
		st.ID, desk.Fold(address), address, user)
}

// DeleteUserAddress queues that a further address is a user's no more.
func (tx *Tx) DeleteUserAddress(st *desk.Store, user int64, address string) {
	tx.Exec("DELETE FROM user_addresses WHERE store_id = $1 AND user_id = $2 AND address = $3", st.ID, user, desk.Fold(address))
}
