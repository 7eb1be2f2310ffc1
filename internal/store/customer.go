package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"storedesk/internal/desk"
)

// The list of customers is ordered by when they joined, latest first: each filter that can
// be rare has an index in that order. Text is looked for as in tickets (see search.go): a
// stretch of the list is compared first, and what is rare is found by its trigrams.

// customerIndex is the index that a list walks.
func customerIndex(f *desk.CustomerFilter) string {
	switch {
	case f.Blocked != nil && *f.Blocked:
		return "users_blocked"
	case f.Language != "":
		return "users_language"
	case f.Type != "":
		return "users_type"
	}
	return "users_joined"
}

func customerConditions(q *query, f *desk.CustomerFilter) []string {
	where := []string{"u.store_id = $1", "u.user_type <> 'dashboard'"}
	if f.Blocked != nil {
		if *f.Blocked {
			where = append(where, "u.is_blocked")
		} else {
			where = append(where, "NOT u.is_blocked")
		}
	}
	if f.Language != "" {
		where = append(where, "u.language = "+q.arg(f.Language))
	}
	if f.Type != "" {
		where = append(where, "u.user_type = "+q.arg(string(f.Type)))
	}
	if f.Joined.From != 0 {
		where = append(where, "u.date_joined >= "+q.arg(int64(f.Joined.From)))
	}
	if f.Joined.To != 0 {
		where = append(where, "u.date_joined < "+q.arg(int64(f.Joined.To)))
	}
	return where
}

// ListCustomers lists customers and leads that match, latest joined first, from after a
// place on: the time somebody joined and their id.
func (db *DB) ListCustomers(ctx context.Context, st *desk.Store, f *desk.CustomerFilter, after *desk.Key, size int) (list []*desk.User, more bool, err error) {
	ids, err := db.customerIDs(ctx, st, f, after, size+1)
	if err != nil {
		return nil, false, err
	}
	if more = len(ids) > size; more {
		ids = ids[:size]
	}
	users, err := db.UsersByID(ctx, st, ids)
	for _, id := range ids {
		if u := users[id]; u != nil {
			list = append(list, u)
		}
	}
	return list, more, err
}

const customerOrder = " ORDER BY u.date_joined DESC, u.id DESC LIMIT "

func (db *DB) customerIDs(ctx context.Context, st *desk.Store, f *desk.CustomerFilter, after *desk.Key, n int) ([]int64, error) {
	if f.Query == "" {
		return db.walkCustomers(ctx, st, f, after, nil, 0, n)
	}
	s := &customerSearch{text: desk.Fold(f.Query), words: strings.Fields(desk.Fold(f.Query))}
	var err error
	if s.points, err = db.customerPoints(ctx, st, f.Query); err != nil {
		return nil, err
	}
	ids, whole, err := db.stretchOfCustomers(ctx, st, f, after, s, firstStretch, n)
	if err != nil || whole || len(ids) == n {
		return ids, err
	}
	indexed := indexable(db.dialect(), s.text) && s.wordsIndexable(db.dialect())
	if hits := len(ids); hits >= worthWalking || !indexed {
		stretch := maxCustomerStretch
		if hits > 0 && indexed {
			stretch = min(stretch, firstStretch*4*n/hits)
		}
		if ids, whole, err = db.stretchOfCustomers(ctx, st, f, after, s, stretch, n); err != nil || whole || len(ids) == n || !indexed {
			return ids, err
		}
	}
	q := db.customerHits(st, f, after, s, n)
	return readIDs(ctx, db.queryPlanned, q)
}

// maxCustomerStretch is how many people are compared with a text one by one. One that no
// index knows, of one or two characters, is looked for among so many and no more.
const maxCustomerStretch = 20_000

// stretchOfCustomers compares a stretch of the list; whole tells that the list ends in it.
func (db *DB) stretchOfCustomers(ctx context.Context, st *desk.Store, f *desk.CustomerFilter, after *desk.Key, s *customerSearch, stretch, n int,
) (ids []int64, whole bool, err error) {
	ids, err = db.walkCustomers(ctx, st, f, after, s, stretch, n)
	if err != nil || len(ids) == n {
		return ids, false, err
	}
	q := &query{args: []any{st.ID}}
	where := customerPlace(q, customerConditions(q, f), after)
	rows := 0
	err = one(ctx, db, "SELECT count(*) FROM (SELECT 1 FROM users u"+db.dialect().use(customerIndex(f))+" WHERE "+strings.Join(where, " AND ")+
		customerOrder+strconv.Itoa(stretch)+") x", q.args, &rows)
	return ids, rows < stretch, err
}

// customerSearch is a text looked for: as part of an address, or its words as parts of a
// name. points are people whose number, phone or order it is.
type customerSearch struct {
	text   string
	words  []string
	points []int64
}

// wordsIndexable tells whether a name can be found by its trigrams.
func (s *customerSearch) wordsIndexable(d dialect) bool {
	for _, w := range s.words {
		if indexable(d, w) {
			return true
		}
	}
	return false
}

// matches is the condition on a user's folded texts, read row by row.
func (s *customerSearch) matches(d dialect, q *query, u string) string {
	either := []string{d.contains() + "(" + u + ".email_folded, " + q.arg(s.text) + ") > 0"}
	var name []string
	for _, w := range s.words {
		name = append(name, d.contains()+"("+u+".name_folded, "+q.arg(w)+") > 0")
	}
	either = append(either, "("+strings.Join(name, " AND ")+")")
	if len(s.points) > 0 {
		in, args := inList(q.args, s.points)
		q.args = args
		either = append(either, u+".id IN ("+in+")")
	}
	return "(" + strings.Join(either, " OR ") + ")"
}

// walkCustomers walks the list; stretch is how many rows it compares with s, if there is one.
func (db *DB) walkCustomers(ctx context.Context, st *desk.Store, f *desk.CustomerFilter, after *desk.Key, s *customerSearch, stretch, n int) ([]int64, error) {
	q := &query{args: []any{st.ID}}
	where := customerPlace(q, customerConditions(q, f), after)
	from := " FROM users u" + db.dialect().use(customerIndex(f)) + " WHERE "
	if s == nil {
		q.sql = "SELECT u.id" + from + strings.Join(where, " AND ") + customerOrder + strconv.Itoa(n)
	} else {
		inner := "SELECT u.id, u.date_joined, u.email_folded, u.name_folded" + from + strings.Join(where, " AND ") + customerOrder + strconv.Itoa(stretch)
		q.sql = "SELECT u.id FROM (" + inner + ") u WHERE " + s.matches(db.dialect(), q, "u") + customerOrder + strconv.Itoa(n)
	}
	return readIDs(ctx, db.query, q)
}

func customerPlace(q *query, where []string, after *desk.Key) []string {
	if after == nil {
		return where
	}
	return append(where, fmt.Sprintf("(u.date_joined, u.id) < (%s, %s)", q.arg(int64(after.At)), q.arg(after.ID)))
}

// customerHits finds people through the indexes of texts, and then orders them.
func (db *DB) customerHits(st *desk.Store, f *desk.CustomerFilter, after *desk.Key, s *customerSearch, n int) *query {
	q := &query{args: []any{st.ID}}
	d := db.dialect()
	hits := []string{d.emailHits(q, st.ID, s.text)}
	hits = append(hits, d.namesWith(q, st.ID, s.words))
	if len(s.points) > 0 {
		in, args := inList(q.args, s.points)
		q.args = args
		hits = append(hits, "SELECT u.id FROM users u WHERE u.store_id = $1 AND u.id IN ("+in+")")
	}
	from := "(" + strings.Join(hits, " UNION ") + ") h CROSS JOIN users u"
	if d == dialectPostgres {
		from = "(SELECT * FROM (" + strings.Join(hits, " UNION ") + ") x OFFSET 0) h CROSS JOIN users u"
	}
	where := append([]string{"u.id = h.id"}, customerPlace(q, customerConditions(q, f), after)...)
	q.sql = "SELECT u.id FROM " + from + " WHERE " + strings.Join(where, " AND ") + customerOrder + strconv.Itoa(n)
	return q
}

// namesWith is a query for the ids of users whose name holds all the words, one of which at
// least an index knows.
func (d dialect) namesWith(q *query, store int64, words []string) string {
	where, match := []string{"u.store_id = $1"}, []string{}
	for _, w := range words {
		if d == dialectPostgres {
			where = append(where, "u.name_folded LIKE "+q.arg(likePattern(w)))
			continue
		}
		where = append(where, "instr(u.name_folded, "+q.arg(w)+") > 0")
		if indexable(d, w) {
			match = append(match, "name : ("+trigrams(w)+")")
		}
	}
	if d == dialectPostgres {
		return "SELECT u.id FROM users u WHERE " + strings.Join(where, " AND ")
	}
	return "SELECT u.id FROM users_text x CROSS JOIN users u WHERE u.id = x.rowid - " + q.arg(rowBase(store)) + " AND x.users_text MATCH " +
		q.arg(strings.Join(match, " AND ")) + " AND " + rowsOf(q, "x", store) + " AND " + strings.Join(where, " AND ")
}

func readIDs(ctx context.Context, ask func(context.Context, string, []any, func(Row) error) error, q *query) (ids []int64, err error) {
	err = ask(ctx, q.sql, q.args, func(row Row) error {
		var id int64
		err := row.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// maxPoints is how many people one phone number or address may lead to.
const maxPoints = 50

// customerPoints are the users whose number, phone, order or further address a text is.
func (db *DB) customerPoints(ctx context.Context, st *desk.Store, text string) (ids []int64, err error) {
	text = strings.TrimSpace(text)
	number := strings.TrimPrefix(text, "#")
	phone := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", "/", "").Replace(text)
	id, _ := strconv.ParseInt(number, 10, 64)
	asks := []*query{
		{sql: "SELECT user_id FROM orders WHERE store_id = $1 AND number = $2 AND user_id > 0", args: []any{st.ID, number}},
	}
	if id > 0 {
		asks = append(asks, &query{sql: "SELECT id FROM users WHERE store_id = $1 AND id = $2", args: []any{st.ID, id}})
	}
	equal := func(sql string, values ...string) {
		in, args := inList([]any{st.ID}, values)
		asks = append(asks, &query{sql: fmt.Sprintf("%s IN (%s) LIMIT %d", sql, in, maxPoints), args: args})
	}
	if strings.Trim(phone, "+0123456789") == "" && len(phone) >= 4 {
		equal("SELECT id FROM users WHERE store_id = $1 AND phone_number", text, phone, "+"+phone, strings.TrimPrefix(phone, "+"))
	}
	if strings.Contains(text, "@") {
		equal("SELECT user_id FROM user_addresses WHERE store_id = $1 AND address", desk.Fold(text))
	}
	seen := map[int64]bool{}
	for _, q := range asks {
		list, err := readIDs(ctx, db.query, q)
		if err != nil {
			return nil, err
		}
		for _, id := range list {
			if !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
}

// CustomersTickets returns what a list shows of the tickets of users.
func (db *DB) CustomersTickets(ctx context.Context, st *desk.Store, users []int64) (map[int64]*desk.CustomerTickets, error) {
	out := map[int64]*desk.CustomerTickets{}
	if len(users) == 0 {
		return out, nil
	}
	d := db.dialect()
	in, args := inList([]any{st.ID}, users)
	last := map[int64]*desk.CustomerTickets{}
	var lastIDs []int64
	err := db.query(ctx, fmt.Sprintf(`SELECT u.id,
			(SELECT count(*) FROM (SELECT 1 FROM tickets t%s WHERE t.store_id = $1 AND t.requester_id = u.id
				AND t.status IN ('new', 'open', 'pending') LIMIT %d) x),
			(SELECT max(t.id) FROM tickets t%s WHERE t.store_id = $1 AND t.requester_id = u.id)
		FROM users u WHERE u.store_id = $1 AND u.id IN (%s)`, d.use("tickets_unsolved"), desk.MaxOpenShown, d.use("tickets_requester"), in), args,
		func(row Row) error {
			var id int64
			var ticket *int64
			c := &desk.CustomerTickets{}
			err := row.Scan(&id, &c.Open, &ticket)
			out[id] = c
			if ticket != nil {
				c.LastID, last[*ticket] = *ticket, c
				lastIDs = append(lastIDs, *ticket)
			}
			return err
		})
	if err != nil {
		return nil, err
	}
	err = lookUp(ctx, db, "SELECT id, subject, status, updated_at FROM tickets", "id", st.ID, lastIDs, func(row Row) error {
		var id int64
		var c desk.CustomerTickets
		err := row.Scan(&id, &c.Subject, &c.Status, &c.At)
		if to := last[id]; to != nil {
			to.Subject, to.Status, to.At = c.Subject, c.Status, c.At
		}
		return err
	})
	return out, err
}

// CountCustomerTickets counts the tickets of a user by status, the newest 10,000.
func (db *DB) CountCustomerTickets(ctx context.Context, st *desk.Store, user int64) (map[desk.Status]int, error) {
	counts := map[desk.Status]int{}
	err := db.query(ctx, "SELECT status, count(*) FROM (SELECT t.status FROM tickets t"+db.dialect().use("tickets_requester")+
		" WHERE t.store_id = $1 AND t.requester_id = $2 ORDER BY t.id DESC LIMIT 10000) x GROUP BY status", []any{st.ID, user},
		func(row Row) error {
			var s desk.Status
			var n int
			err := row.Scan(&s, &n)
			counts[s] = n
			return err
		})
	return counts, err
}

// CustomerTicketPage lists tickets of a user, latest first, before an id (0: from the end); a status,
// if not empty, must be theirs.
func (db *DB) CustomerTicketPage(ctx context.Context, st *desk.Store, user int64, status desk.Status, before int64, limit int) (list []desk.Ticket, err error) {
	if before <= 0 {
		before = MaxID
	}
	args := []any{st.ID, user, before, limit}
	where := ""
	if status != "" {
		args = append(args, string(status))
		where = " AND t.status = " + placeholder(len(args))
	}
	err = db.query(ctx, "SELECT "+ticketColumns+" FROM tickets t"+db.dialect().use("tickets_requester")+
		" WHERE t.store_id = $1 AND t.requester_id = $2 AND t.id < $3"+where+" ORDER BY t.id DESC LIMIT $4", args, func(row Row) error {
		var t desk.Ticket
		err := scanTicket(row, &t)
		list = append(list, t)
		return err
	})
	return list, err
}

// CustomerOrders lists orders of a user, latest first, before an id (0: from the end).
func (db *DB) CustomerOrders(ctx context.Context, st *desk.Store, user, before int64, limit int) (list []desk.Order, err error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	err = db.query(ctx, "SELECT "+orderColumns+" FROM orders o"+db.dialect().use("orders_user")+
		" WHERE o.store_id = $1 AND o.user_id = $2 AND o.user_id > 0 AND o.id < $3 ORDER BY o.id DESC LIMIT $4",
		[]any{st.ID, user, before, limit}, func(row Row) error {
			var o desk.Order
			err := scanOrder(row, &o)
			list = append(list, o)
			return err
		})
	return list, err
}

// CountCustomerOrders counts the orders that are known here of a user.
func (db *DB) CountCustomerOrders(ctx context.Context, st *desk.Store, user int64) (n int, err error) {
	err = one(ctx, db, "SELECT count(*) FROM orders WHERE store_id = $1 AND user_id = $2 AND user_id > 0", []any{st.ID, user}, &n)
	return n, err
}

// CustomerNote returns what agents wrote about a user; the zero note for nothing.
func (db *DB) CustomerNote(ctx context.Context, st *desk.Store, user int64) (desk.CustomerNote, error) {
	return customerNote(ctx, db, st, user)
}

// CustomerNote is DB.CustomerNote as part of a write.
func (tx *Tx) CustomerNote(ctx context.Context, st *desk.Store, user int64) (desk.CustomerNote, error) {
	return customerNote(ctx, tx, st, user)
}

func customerNote(ctx context.Context, r reader, st *desk.Store, user int64) (n desk.CustomerNote, err error) {
	err = one(ctx, r, "SELECT body, updated_by, updated_at FROM customer_notes WHERE store_id = $1 AND user_id = $2", []any{st.ID, user},
		&n.Body, &n.UpdatedBy, &n.UpdatedAt)
	if desk.CodeOf(err) == desk.NotFound {
		return n, nil
	}
	return n, err
}

// SetCustomerNote queues what agents are to keep in mind about a user; an empty one goes.
func (tx *Tx) SetCustomerNote(st *desk.Store, user int64, n desk.CustomerNote) {
	if n.Body == "" {
		tx.Exec("DELETE FROM customer_notes WHERE store_id = $1 AND user_id = $2", st.ID, user)
		return
	}
	tx.Exec(`INSERT INTO customer_notes (store_id, user_id, body, updated_by, updated_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (store_id, user_id) DO UPDATE SET body = excluded.body, updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
		st.ID, user, n.Body, n.UpdatedBy, int64(n.UpdatedAt))
}

// SenderRules returns what a store has said of addresses, by folded address; domains do
// not count.
func (db *DB) SenderRules(ctx context.Context, st *desk.Store, addresses []string) (map[string]string, error) {
	rules := map[string]string{}
	folded := make([]string, len(addresses))
	for i, a := range addresses {
		folded[i] = desk.Fold(a)
	}
	err := lookUp(ctx, db, "SELECT pattern, rule FROM sender_rules", "pattern", st.ID, folded, func(row Row) error {
		var pattern, rule string
		err := row.Scan(&pattern, &rule)
		rules[pattern] = rule
		return err
	})
	return rules, err
}
