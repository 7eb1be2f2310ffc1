package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"storedesk/internal/desk"
)

const userColumns = `u.id, u.email, u.first_name, u.last_name, u.ip, u.phone_number, u.date_joined, u.language, u.is_blocked,
	u.addresses, u.orders_count, u.subscriptions_count, u.total_spent, u.user_type, u.tags, u.accepts_marketing, u.metadata, u.user_agent, u.seq`

func scanUser(row Row, u *desk.User) error {
	var addresses, tags string
	var metadata *string
	err := row.Scan(&u.ID, &u.Email, &u.FirstName, &u.LastName, &u.IP, &u.PhoneNumber, &u.DateJoined, &u.Language, &u.Blocked,
		&addresses, &u.OrdersCount, &u.SubscriptionsCount, &u.TotalSpent, &u.Type, &tags, &u.AcceptsMarketing, &metadata, &u.UserAgent, &u.Seq)
	if err != nil {
		return err
	}
	if metadata != nil {
		u.Metadata = []byte(*metadata)
	}
	if err := json.Unmarshal([]byte(addresses), &u.Addresses); err != nil {
		return fmt.Errorf("addresses of user %d: %w", u.ID, err)
	}
	if err := json.Unmarshal([]byte(tags), &u.Tags); err != nil {
		return fmt.Errorf("tags of user %d: %w", u.ID, err)
	}
	return nil
}

// User returns a user, or desk.ErrNotFound.
func (db *DB) User(ctx context.Context, st *desk.Store, id int64) (*desk.User, error) {
	return user(ctx, db, "u.store_id = $1 AND u.id = $2", st.ID, id)
}

// LockUser reads a user and keeps others from writing to it until the write ends.
func (tx *Tx) LockUser(ctx context.Context, st *desk.Store, id int64) (*desk.User, error) {
	tx.Begin()
	where := "u.store_id = $1 AND u.id = $2"
	if tx.db.dialect() == dialectPostgres {
		where += " FOR UPDATE"
	}
	return user(ctx, tx, where, st.ID, id)
}

func user(ctx context.Context, r reader, where string, args ...any) (*desk.User, error) {
	var u *desk.User
	err := r.query(ctx, "SELECT "+userColumns+" FROM users u WHERE "+where, args, func(row Row) error {
		u = &desk.User{}
		return scanUser(row, u)
	})
	if err == nil && u == nil {
		return nil, desk.ErrNotFound
	}
	return u, err
}

// ListUsers walks one page of users, newest first.
func (db *DB) ListUsers(ctx context.Context, st *desk.Store, f *desk.UserFilter, p desk.Page) (users []desk.User, more bool, err error) {
	q := &query{args: []any{st.ID}}
	where := db.userConditions(q, st.ID, f)
	err = db.page(ctx, q, "SELECT "+userColumns+" FROM users u", "u.id", where, p, func(row Row) error {
		var u desk.User
		err := scanUser(row, &u)
		users = append(users, u)
		return err
	})
	users, more = turn(users, p)
	return users, more, err
}

func (db *DB) userConditions(q *query, store int64, f *desk.UserFilter) []string {
	where := []string{"u.store_id = $1"}
	equal := func(column, v string) {
		if v != "" {
			where = append(where, "u."+column+" = "+q.arg(v))
		}
	}
	flag := func(column string, v *bool) {
		if v != nil {
			where = append(where, "u."+column+" = "+q.arg(*v))
		}
	}
	equal("email_folded", desk.Fold(f.Email))
	equal("phone_number", f.PhoneNumber)
	equal("language", f.Language)
	equal("user_type", f.Type)
	flag("is_blocked", f.Blocked)
	flag("accepts_marketing", f.AcceptsMarketing)
	if f.Joined.From != 0 {
		where = append(where, "u.date_joined >= "+q.arg(f.Joined.From))
	}
	if f.Joined.To != 0 {
		where = append(where, "u.date_joined < "+q.arg(f.Joined.To))
	}
	for _, word := range f.Name {
		where = append(where, db.dialect().nameHas(q, store, word))
	}
	return where
}

// page runs a list by id: conditions and place, in the direction walked, one row more
// than the page holds if there are more.
func (db *DB) page(ctx context.Context, q *query, selection, id string, where []string, p desk.Page, each func(Row) error) error {
	compare, direction := " < ", " DESC"
	if p.Order.Ascending() != p.Reverse {
		compare, direction = " > ", " ASC"
	}
	if p.Key != nil {
		where = append(where, id+compare+q.arg(p.Key.ID))
	}
	sql := selection + " WHERE " + strings.Join(where, " AND ") + " ORDER BY " + id + direction +
		fmt.Sprintf(" LIMIT %d OFFSET %d", p.Size+1, p.Offset)
	return db.queryPlanned(ctx, sql, q.args, each)
}

// turn cuts the row that only tells of more, and brings a reverse walk into the
// list's order.
func turn[T any](rows []T, p desk.Page) ([]T, bool) {
	more := len(rows) > p.Size
	if more {
		rows = rows[:p.Size]
	}
	if p.Reverse {
		slices.Reverse(rows)
	}
	return rows, more
}

// NewUserID hands out the id of a new user.
func (tx *Tx) NewUserID(ctx context.Context) (int64, error) { return tx.nextID(ctx, kindUser) }

// NewEventID hands out the id of the event of a new or locked user.
func (tx *Tx) NewEventID(ctx context.Context) (int64, error) { return tx.nextID(ctx, kindEvent) }

// InsertUserEvent queues the record of a write to a user.
func (tx *Tx) InsertUserEvent(st *desk.Store, u *desk.User, e *desk.Event) {
	u.Seq++
	e.UserID, e.Seq = u.ID, u.Seq
	tx.insertEvent(st, e)
	tx.Exec("UPDATE users SET seq = $3 WHERE store_id = $1 AND id = $2", st.ID, u.ID, u.Seq)
}

// EmailTaken tells whether another user of the store has this address, in any case, be
// it their own or a further one.
func (tx *Tx) EmailTaken(ctx context.Context, st *desk.Store, email string, but int64) (bool, error) {
	n := 0
	err := one(ctx, tx, `SELECT (SELECT count(*) FROM users WHERE store_id = $1 AND email_folded = $2 AND email_folded <> '' AND id <> $3) +
		(SELECT count(*) FROM user_addresses WHERE store_id = $1 AND address = $2 AND user_id <> $3)`,
		[]any{st.ID, desk.Fold(email), but}, &n)
	return n > 0, err
}

const insertUser = `INSERT INTO users (store_id, id, email, first_name, last_name, ip, phone_number, date_joined, language, is_blocked,
	addresses, orders_count, subscriptions_count, total_spent, user_type, tags, accepts_marketing, metadata, user_agent,
	email_folded, name_folded)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`

const updateUser = `UPDATE users SET email = $3, first_name = $4, last_name = $5, ip = $6, phone_number = $7, date_joined = $8,
	language = $9, is_blocked = $10, addresses = $11, orders_count = $12, subscriptions_count = $13, total_spent = $14,
	user_type = $15, tags = $16, accepts_marketing = $17, metadata = $18, user_agent = $19, email_folded = $20, name_folded = $21
	WHERE store_id = $1 AND id = $2`

// InsertUser queues a new user. An address another user has makes the write fail with
// desk.Conflict.
func (tx *Tx) InsertUser(st *desk.Store, u *desk.User) {
	tx.Exec(insertUser, userArgs(st.ID, u)...)
	tx.indexUser(st.ID, u)
}

// UpdateUser queues what a write made of a locked user. renamed says that the name or
// the address changed: then the user's tickets are found by the new ones too.
func (tx *Tx) UpdateUser(ctx context.Context, st *desk.Store, u *desk.User, renamed bool) error {
	tx.Exec(updateUser, userArgs(st.ID, u)...)
	tx.indexUser(st.ID, u)
	if !renamed {
		return nil
	}
	var tickets []int64
	err := tx.query(ctx, "SELECT id FROM tickets WHERE store_id = $1 AND requester_id = $2", []any{st.ID, u.ID}, func(row Row) error {
		var id int64
		err := row.Scan(&id)
		tickets = append(tickets, id)
		return err
	})
	if err != nil {
		return err
	}
	words := desk.Words(u.Email, u.FirstName, u.LastName)
	for _, id := range tickets {
		tx.updateEmail(st.ID, id, u.Email)
		if err := tx.addWords(ctx, st.ID, id, words); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) indexUser(store int64, u *desk.User) {
	if tx.db.dialect() == dialectSQLite {
		tx.Exec("INSERT OR REPLACE INTO users_text (rowid, email, name) VALUES ($1, $2, $3)",
			rowBase(store)+u.ID, desk.Fold(u.Email), desk.FoldFields(u.FirstName, u.LastName))
	}
}

func userArgs(store int64, u *desk.User) []any {
	var metadata *string
	if u.Metadata != nil {
		text := string(u.Metadata)
		metadata = &text
	}
	return []any{
		store, u.ID, u.Email, u.FirstName, u.LastName, u.IP, u.PhoneNumber, int64(u.DateJoined), u.Language, u.Blocked,
		jsonList(u.Addresses), u.OrdersCount, u.SubscriptionsCount, u.TotalSpent, string(u.Type), jsonList(u.Tags),
		u.AcceptsMarketing, metadata, u.UserAgent, desk.Fold(u.Email), desk.FoldFields(u.FirstName, u.LastName),
	}
}

func jsonList[T any](list []T) string {
	if len(list) == 0 {
		return "[]"
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // texts, numbers and booleans only
	}
	return string(text)
}
