package store

import (
	"context"

	"storedesk/internal/desk"
)

const linkColumns = "id, kind, store_id, account_id, email, name, is_admin, group_ids, created_by, created_at, expires_at"

func scanLink(row Row, l *desk.Link) error {
	var groups string
	err := row.Scan(&l.ID, &l.Kind, &l.StoreID, &l.AccountID, &l.Email, &l.Name, &l.Admin, &groups, &l.CreatedBy, &l.CreatedAt, &l.ExpiresAt)
	if err == nil {
		l.GroupIDs, err = splitIDs(groups)
	}
	return err
}

func link(ctx context.Context, r reader, sql string, args ...any) (*desk.Link, error) {
	var l *desk.Link
	err := r.query(ctx, sql, args, func(row Row) error {
		l = &desk.Link{}
		return scanLink(row, l)
	})
	if err == nil && l == nil {
		return nil, desk.ErrNotFound
	}
	return l, err
}

// Link returns the living link of a kind that hashes so, for a store or for any (a
// link of store 0), or desk.ErrNotFound.
func (db *DB) Link(ctx context.Context, st *desk.Store, kind desk.LinkKind, hash string, now desk.Instant) (*desk.Link, error) {
	return link(ctx, db, "SELECT "+linkColumns+" FROM links WHERE hash = $1 AND kind = $2 AND store_id IN (0, $3) AND expires_at > $4",
		hash, string(kind), st.ID, int64(now))
}

// TakeLink uses a link up and returns it; desk.ErrNotFound if it is used, expired or
// of another kind or store. Of two at once, one gets it.
func (tx *Tx) TakeLink(ctx context.Context, st *desk.Store, kind desk.LinkKind, hash string, now desk.Instant) (*desk.Link, error) {
	tx.Begin()
	return link(ctx, tx, "DELETE FROM links WHERE hash = $1 AND kind = $2 AND store_id IN (0, $3) AND expires_at > $4 RETURNING "+linkColumns,
		hash, string(kind), st.ID, int64(now))
}

// InsertLink queues a new link; it gets its id here.
func (tx *Tx) InsertLink(ctx context.Context, l *desk.Link, hash string) error {
	id, err := tx.nextID(ctx, kindLink)
	if err != nil {
		return err
	}
	l.ID = id
	tx.Exec(`INSERT INTO links (id, hash, kind, store_id, account_id, email, name, is_admin, group_ids, created_by, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		l.ID, hash, string(l.Kind), l.StoreID, l.AccountID, l.Email, l.Name, l.Admin, joinIDs(l.GroupIDs), l.CreatedBy,
		int64(l.CreatedAt), int64(l.ExpiresAt))
	return nil
}

// Invitations lists the invitations of a store that wait, newest first.
func (db *DB) Invitations(ctx context.Context, st *desk.Store, now desk.Instant) (list []desk.Link, err error) {
	err = db.query(ctx, "SELECT "+linkColumns+" FROM links WHERE kind = $1 AND store_id = $2 AND expires_at > $3 ORDER BY id DESC",
		[]any{string(desk.LinkInvitation), st.ID, int64(now)}, func(row Row) error {
			var l desk.Link
			err := scanLink(row, &l)
			list = append(list, l)
			return err
		})
	return list, err
}

// DeleteInvitation takes an invitation back; desk.ErrNotFound.
func (tx *Tx) DeleteInvitation(ctx context.Context, st *desk.Store, id int64) (*desk.Link, error) {
	return link(ctx, tx, "DELETE FROM links WHERE kind = $1 AND store_id = $2 AND id = $3 RETURNING "+linkColumns,
		string(desk.LinkInvitation), st.ID, id)
}

// DeleteLinks queues that all links of a kind end: those of an account, or for an
// address in a store.
func (tx *Tx) DeleteLinks(kind desk.LinkKind, storeID, accountID int64, email string) {
	tx.Exec("DELETE FROM links WHERE kind = $1 AND store_id = $2 AND account_id = $3 AND email = $4", string(kind), storeID, accountID, email)
}

// DeleteResets queues that all reset links of an account end.
func (tx *Tx) DeleteResets(accountID int64) {
	tx.Exec("DELETE FROM links WHERE kind = $1 AND account_id = $2", string(desk.LinkReset), accountID)
}

// AnyAdmin is DB.AnyAdmin, inside the write.
func (tx *Tx) AnyAdmin(ctx context.Context) (bool, error) { return anyAdmin(ctx, tx) }

// TakeInvitation uses up the invitation to a store that waits for an address;
// desk.ErrNotFound.
func (tx *Tx) TakeInvitation(ctx context.Context, st *desk.Store, email string, now desk.Instant) (*desk.Link, error) {
	return link(ctx, tx, "DELETE FROM links WHERE kind = $1 AND store_id = $2 AND email = $3 AND expires_at > $4 RETURNING "+linkColumns,
		string(desk.LinkInvitation), st.ID, email, int64(now))
}
