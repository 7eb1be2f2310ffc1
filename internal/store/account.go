package store

import (
	"context"
	"strconv"
	"strings"

	"storedesk/internal/desk"
)

const accountColumns = "a.id, a.email, a.name, a.password, a.totp_secret, a.totp_step, a.created_at"

func scanAccount(row Row, a *desk.Account) error {
	return row.Scan(&a.ID, &a.Email, &a.Name, &a.Password, &a.TOTPSecret, &a.TOTPStep, &a.CreatedAt)
}

func account(ctx context.Context, r reader, where string, args ...any) (*desk.Account, error) {
	var a *desk.Account
	err := r.query(ctx, "SELECT "+accountColumns+" FROM accounts a WHERE "+where, args, func(row Row) error {
		a = &desk.Account{}
		return scanAccount(row, a)
	})
	if err == nil && a == nil {
		return nil, desk.ErrNotFound
	}
	return a, err
}

// Account returns an account, or desk.ErrNotFound.
func (db *DB) Account(ctx context.Context, id int64) (*desk.Account, error) {
	return account(ctx, db, "a.id = $1", id)
}

// AccountByEmail returns the account with an address, as desk.EmailKey writes it, or
// desk.ErrNotFound.
func (db *DB) AccountByEmail(ctx context.Context, key string) (*desk.Account, error) {
	return account(ctx, db, "a.email_key = $1", key)
}

// AccountByEmail is DB.AccountByEmail, inside the write.
func (tx *Tx) AccountByEmail(ctx context.Context, key string) (*desk.Account, error) {
	return account(ctx, tx, "a.email_key = $1", key)
}

// LockAccount reads an account and keeps others from changing it until the write ends.
func (tx *Tx) LockAccount(ctx context.Context, id int64) (*desk.Account, error) {
	tx.Begin()
	return account(ctx, tx, "a.id = $1"+tx.forUpdate(), id)
}

// forUpdate is the clause that locks the rows read; SQLite has one writer anyway.
func (tx *Tx) forUpdate() string {
	if tx.db.dialect() == dialectPostgres {
		return " FOR UPDATE"
	}
	return ""
}

// InsertAccount queues a new account; it gets its id here. An address that another
// account has makes the write fail with desk.Conflict.
func (tx *Tx) InsertAccount(ctx context.Context, a *desk.Account, key string) error {
	id, err := tx.nextID(ctx, kindAccount)
	if err != nil {
		return err
	}
	a.ID = id
	tx.Exec("INSERT INTO accounts (id, email, email_key, name, password, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
		a.ID, a.Email, key, a.Name, a.Password, int64(a.CreatedAt))
	return nil
}

// UpdateAccount queues the changed name, password and TOTP fields of an account.
func (tx *Tx) UpdateAccount(a *desk.Account) {
	tx.Exec("UPDATE accounts SET name = $2, password = $3, totp_secret = $4, totp_step = $5 WHERE id = $1",
		a.ID, a.Name, a.Password, a.TOTPSecret, a.TOTPStep)
}

// UseTOTPStep records that the code of a time step was used, and returns whether no
// code of that step or a later one had been: of two at once, one wins.
func (tx *Tx) UseTOTPStep(ctx context.Context, id, step int64) (bool, error) {
	var got int64
	err := one(ctx, tx, "UPDATE accounts SET totp_step = $2 WHERE id = $1 AND totp_step < $2 RETURNING id", []any{id, step}, &got)
	if desk.CodeOf(err) == desk.NotFound {
		return false, nil
	}
	return err == nil, err
}

// InsertMembership queues that an account is a dashboard user of a store.
func (tx *Tx) InsertMembership(st *desk.Store, accountID, userID int64, admin bool, now desk.Instant) {
	tx.Exec("INSERT INTO memberships (store_id, account_id, user_id, is_admin, created_at) VALUES ($1, $2, $3, $4, $5)",
		st.ID, accountID, userID, admin, int64(now))
}

// SetAdmin queues whether a member is an admin.
func (tx *Tx) SetAdmin(st *desk.Store, accountID int64, admin bool) {
	tx.Exec("UPDATE memberships SET is_admin = $3 WHERE store_id = $1 AND account_id = $2", st.ID, accountID, admin)
}

// SeeMember queues that a member was seen in a store.
func (tx *Tx) SeeMember(st *desk.Store, accountID int64, now desk.Instant) {
	tx.Exec("UPDATE memberships SET last_seen_at = $3 WHERE store_id = $1 AND account_id = $2", st.ID, accountID, int64(now))
}

// MemberOfUser is the account of the member who is a dashboard user of a store; 0 for
// nobody.
func (tx *Tx) MemberOfUser(ctx context.Context, st *desk.Store, userID int64) (accountID int64, err error) {
	err = one(ctx, tx, "SELECT COALESCE(MAX(account_id), 0) FROM memberships WHERE store_id = $1 AND user_id = $2",
		[]any{st.ID, userID}, &accountID)
	return accountID, err
}

// DeleteMembership queues the end of a membership, with its groups.
func (tx *Tx) DeleteMembership(st *desk.Store, accountID int64) {
	tx.Exec("DELETE FROM permission_group_members WHERE store_id = $1 AND account_id = $2", st.ID, accountID)
	tx.Exec("DELETE FROM memberships WHERE store_id = $1 AND account_id = $2", st.ID, accountID)
}

// MembershipStores lists the stores an account is a member of.
func (db *DB) MembershipStores(ctx context.Context, accountID int64) (list []int64, err error) {
	return membershipStores(ctx, db, accountID)
}

// MembershipStores is DB.MembershipStores, inside the write.
func (tx *Tx) MembershipStores(ctx context.Context, accountID int64) (list []int64, err error) {
	return membershipStores(ctx, tx, accountID)
}

func membershipStores(ctx context.Context, r reader, accountID int64) (list []int64, err error) {
	err = r.query(ctx, "SELECT store_id FROM memberships WHERE account_id = $1 ORDER BY store_id", []any{accountID}, func(row Row) error {
		var id int64
		err := row.Scan(&id)
		list = append(list, id)
		return err
	})
	return list, err
}

// LockMembers keeps others from changing a store's members until the write ends, and
// returns the members.
func (tx *Tx) LockMembers(ctx context.Context, st *desk.Store) ([]desk.Member, error) {
	tx.Begin()
	if tx.db.dialect() == dialectPostgres {
		ignore := func(Row) error { return nil }
		if err := tx.query(ctx, "SELECT id FROM stores WHERE id = $1 FOR UPDATE", []any{st.ID}, ignore); err != nil {
			return nil, err
		}
	}
	return members(ctx, tx, st)
}

// Members lists the staff of a store, by name.
func (db *DB) Members(ctx context.Context, st *desk.Store) ([]desk.Member, error) {
	return members(ctx, db, st)
}

func members(ctx context.Context, r reader, st *desk.Store) (list []desk.Member, err error) {
	at := map[int64]int{}
	err = r.query(ctx, `SELECT a.id, m.user_id, a.name, a.email, m.is_admin, a.password <> '',
			a.totp_secret <> '' OR EXISTS (SELECT 1 FROM passkeys p WHERE p.account_id = a.id), m.created_at, m.last_seen_at
		FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE m.store_id = $1 ORDER BY a.name, a.id`, []any{st.ID},
		func(row Row) error {
			var m desk.Member
			err := row.Scan(&m.AccountID, &m.UserID, &m.Name, &m.Email, &m.Admin, &m.HasPassword, &m.HasFactor, &m.CreatedAt, &m.LastSeenAt)
			at[m.AccountID] = len(list)
			list = append(list, m)
			return err
		})
	if err != nil {
		return nil, err
	}
	err = r.query(ctx, "SELECT account_id, group_id FROM permission_group_members WHERE store_id = $1 ORDER BY group_id", []any{st.ID},
		func(row Row) error {
			var accountID, groupID int64
			err := row.Scan(&accountID, &groupID)
			if i, ok := at[accountID]; ok {
				list[i].GroupIDs = append(list[i].GroupIDs, groupID)
			}
			return err
		})
	return list, err
}

// AnyAdmin tells whether any store has an admin: if so, the installation is set up.
func (db *DB) AnyAdmin(ctx context.Context) (bool, error) { return anyAdmin(ctx, db) }

func anyAdmin(ctx context.Context, r reader) (bool, error) {
	n := 0
	err := one(ctx, r, "SELECT count(*) FROM memberships WHERE is_admin = $1", []any{true}, &n)
	return n > 0, err
}

// UserByEmail returns the user of a store with an address, in any case, and locks it;
// desk.ErrNotFound.
func (tx *Tx) UserByEmail(ctx context.Context, st *desk.Store, email string) (*desk.User, error) {
	tx.Begin()
	return user(ctx, tx, "u.store_id = $1 AND u.email_folded = $2 AND u.email_folded <> ''"+tx.forUpdate(), st.ID, desk.Fold(email))
}

// joinIDs and splitIDs keep a list of ids in one column.
func joinIDs(ids []int64) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(texts, " ")
}

func splitIDs(text string) ([]int64, error) {
	var ids []int64
	for _, field := range strings.Fields(text) {
		id, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func joinPermissions(list []desk.Permission) string {
	texts := make([]string, len(list))
	for i, p := range list {
		texts[i] = string(p)
	}
	return strings.Join(texts, " ")
}

func splitPermissions(text string) []desk.Permission {
	var list []desk.Permission
	for _, field := range strings.Fields(text) {
		list = append(list, desk.Permission(field))
	}
	return list
}

// IsMember tells whether an account is a dashboard user of a store who is not blocked.
func (db *DB) IsMember(ctx context.Context, st *desk.Store, accountID int64) (bool, error) {
	n := 0
	err := one(ctx, db, `SELECT count(*) FROM memberships m JOIN users u ON u.store_id = $1 AND u.id = m.user_id
		WHERE m.store_id = $1 AND m.account_id = $2 AND u.user_type = 'dashboard' AND u.is_blocked = $3`, []any{st.ID, accountID, false}, &n)
	return n > 0, err
}

// HasFactor tells whether an account has a second factor.
func (tx *Tx) HasFactor(ctx context.Context, accountID int64) (bool, error) {
	n := 0
	err := one(ctx, tx, `SELECT (SELECT count(*) FROM accounts WHERE id = $1 AND totp_secret <> '') +
		(SELECT count(*) FROM passkeys WHERE account_id = $1)`, []any{accountID}, &n)
	return n > 0, err
}
