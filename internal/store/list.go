package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/wire"
)

// A list of tickets is one walk along an index, from the cursor's place, in the
// list's order, until the page is full; the page's documents come with it in the
// same round trip. Which index is walked is decided here and not left to the
// database: of several filters the one with the fewest rows is walked (see
// estimate.go), the others are checked row by row, in a form that no index serves.
// Text filters have their own plan, see search.go.

// listing is one list of tickets being planned.
type listing struct {
	db     *DB
	store  int64
	filter *desk.TicketFilter
	page   desk.Page
	bounds idBounds
}

// idBounds restrict ids to where a filter by creation time can match: From included,
// To not.
type idBounds struct{ From, To int64 }

// driver is the index a list walks: for each value one run of ids in order.
type driver struct {
	table  string // tickets or a link table; "" = the primary key of tickets
	column string
	id     string // the ticket's id in that table
	index  string
	choice int    // which of the filter's choices it serves, from 1; 0 = its field of that column
	part   string // the condition of an index that does not hold all rows; "" = it does
	values []any
}

// is is the condition that the rows of a table or its alias are one run of the driver.
func (d driver) is(table, value string) string {
	where := table + "." + d.column + " = " + value
	if d.part != "" {
		where += " AND " + table + "." + d.part
	}
	return where
}

// ListTickets walks one page of documents, see tickets.Service.List.
func (db *DB) ListTickets(ctx context.Context, st *desk.Store, f *desk.TicketFilter, p desk.Page,
	emit func(*wire.Document),
) (more bool, err error) {
	l := &listing{db: db, store: st.ID, filter: f, page: p}
	if f.Nothing {
		return false, nil
	}
	out := pageWriter{page: p, emit: emit}
	err = l.run(ctx, documentColumns, documentTables, out.row)
	if err != nil {
		return false, err
	}
	return out.finish(), nil
}

// ListVersions walks one page of versions, see tickets.Service.Versions.
func (db *DB) ListVersions(ctx context.Context, st *desk.Store, f *desk.TicketFilter, p desk.Page,
) (page []desk.Version, more bool, err error) {
	l := &listing{db: db, store: st.ID, filter: f, page: p}
	if f.Nothing {
		return nil, false, nil
	}
	err = l.run(ctx, "d.id, d.seq, d.updated_at", "JOIN tickets d ON d.store_id = $1 AND d.id = p.id", func(row Row) error {
		var v desk.Version
		err := row.Scan(&v.ID, &v.Seq, &v.At)
		page = append(page, v)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	if more = len(page) > p.Size; more {
		page = page[:p.Size]
	}
	if p.Reverse {
		slices.Reverse(page)
	}
	return page, more, nil
}

const (
	documentColumns = "d.ticket_id, d.seq, p.at, d.head, " + documentParts + ", d.comments"
	documentTables  = "JOIN ticket_docs d ON d.store_id = $1 AND d.ticket_id = p.id"
	documentParts   = `CASE WHEN d.sealed > 0 THEN (SELECT string_agg(x.body, '' ORDER BY x.n) FROM ticket_doc_parts x
		WHERE x.store_id = d.store_id AND x.ticket_id = d.ticket_id) END`
)

// run executes the plan; rows come in the direction walked, one more than the page
// holds if there are more.
func (l *listing) run(ctx context.Context, columns, tables string, row func(Row) error) error {
	if nothing, err := l.bound(ctx); nothing || err != nil {
		return err
	}
	d, small, err := l.choose(ctx)
	if err != nil {
		return err
	}
	if l.filter.HasText() && !small {
		ids, err := l.search(ctx, d)
		if err != nil || len(ids) == 0 {
			return err
		}
		return l.fetch(ctx, ids, columns, tables, row)
	}
	q := l.walk(d, small, 0)
	sql := "SELECT " + columns + " FROM (" + q.sql + ") p " + tables + " ORDER BY " + l.order("p.at", "p.id")
	if l.planned() {
		return l.db.queryPlanned(ctx, sql, q.args, row)
	}
	return l.db.query(ctx, sql, q.args, row)
}

// fetch reads the page of ids that search found.
func (l *listing) fetch(ctx context.Context, ids []int64, columns, tables string, row func(Row) error) error {
	in, args := inList([]any{l.store}, ids)
	sql := "SELECT " + columns + " FROM (SELECT id, " + l.at() + " AS at FROM tickets t WHERE store_id = $1 AND id IN (" + in +
		")) p " + tables + " ORDER BY " + l.order("p.at", "p.id")
	return l.db.query(ctx, sql, args, row)
}

// ascending tells the direction walked.
func (l *listing) ascending() bool { return l.page.Order.Ascending() != l.page.Reverse }

func (l *listing) order(at, id string) string {
	direction := " DESC"
	if l.ascending() {
		direction = " ASC"
	}
	if l.page.Order.ByUpdate() {
		return at + direction + ", " + id + direction
	}
	return id + direction
}

// at is the column that a walk passes on as the time of a row's place.
func (l *listing) at() string {
	if l.page.Order.ByUpdate() {
		return "t.updated_at"
	}
	return "0"
}

// rows is how many rows a walk yields: the page, one more, and what is skipped.
func (l *listing) rows() int { return l.page.Size + 1 }

// query is SQL under construction.
type query struct {
	sql  string
	args []any
}

func (q *query) arg(v any) string {
	q.args = append(q.args, v)
	return placeholder(len(q.args))
}

// walk is the SQL that yields (id, at) of one page. scan, if not zero, bounds how
// many rows are looked at before text is compared. sorted says that the driver's rows
// are few: then any order is made by sorting them.
func (l *listing) walk(d driver, sorted bool, scan int) *query {
	q := &query{args: []any{l.store}}
	runs := max(1, len(d.values))
	limit := fmt.Sprintf(" LIMIT %d", l.rows()+l.page.Offset)
	var parts []string
	for i := range runs {
		parts = append(parts, l.walkRun(q, d, i, sorted, scan)+limit)
	}
	sql := parts[0]
	if runs > 1 {
		sql = "SELECT * FROM (" + strings.Join(parts, ") x UNION SELECT * FROM (") + ") x ORDER BY " + l.order("at", "id") + limit
	}
	if l.page.Offset > 0 {
		sql = fmt.Sprintf("SELECT * FROM (%s) o ORDER BY %s LIMIT %d OFFSET %d", sql, l.order("at", "id"), l.rows(), l.page.Offset)
	}
	q.sql = sql
	return q
}

// walkRun is the walk along one value of the driver.
func (l *listing) walkRun(q *query, d driver, i int, sorted bool, scan int) string {
	var conditions []string
	from, id := "tickets t", "t.id"
	where := []string{"t.store_id = $1"}
	switch {
	case d.table == "":
		if index, part := l.byUpdate(); index != "" {
			from += l.db.dialect().use(index)
			where = append(where, "t."+part)
		}
		if l.page.Order.ByUpdate() { // the walk begins, or ends, there
			if s := l.filter.Updated; s.From != 0 {
				where = append(where, "t.updated_at >= "+q.arg(s.From))
			}
			if s := l.filter.Updated; s.To != 0 {
				where = append(where, "t.updated_at < "+q.arg(s.To))
			}
		}
		conditions = l.conditions(q, d)
	case d.table == "tickets":
		from += l.db.dialect().use(d.index)
		where = append(where, d.is("t", q.arg(d.values[i])))
		conditions = l.conditions(q, d)
	default:
		id = "x." + d.id
		if from = d.table + " x"; d.index != "" {
			from += l.db.dialect().use(d.index)
		}
		where = []string{"x.store_id = $1", d.is("x", q.arg(d.values[i]))}
		if l.page.Order.ByUpdate() || l.filter.HasText() {
			from += " JOIN tickets t ON t.store_id = x.store_id AND t.id = x." + d.id
			conditions = l.conditions(q, d)
		} else {
			conditions = l.checks(q, d, id)
		}
	}
	where = append(where, l.place(q, id, sorted)...)
	at := l.at()
	if sorted && l.page.Order.ByUpdate() {
		at = "t.updated_at + 0" // a form the index on updated_at cannot serve
	}
	sql := "SELECT " + id + " AS id, " + at + " AS at FROM " + from + " WHERE " +
		strings.Join(append(where, conditions...), " AND ")
	if !l.filter.HasText() {
		return sql + " ORDER BY " + l.order(at, id)
	}
	if scan > 0 {
		columns := "t.id, t.requester_id, t.store_id, " + at + " AS at"
		inner := "SELECT " + columns + " FROM " + from + " WHERE " + strings.Join(append(where, conditions...), " AND ") +
			" ORDER BY " + l.order(at, id) + fmt.Sprintf(" LIMIT %d", scan)
		return "SELECT t.id AS id, t.at AS at FROM (" + inner + ") t WHERE " + l.textConditions(q) + " ORDER BY " + l.order("t.at", "t.id")
	}
	return sql + " AND " + l.textConditions(q) + " ORDER BY " + l.order(at, id)
}

// byUpdate is the index of a list by the time of the last change that leaves out what the
// filter does not want anyway: old tickets are nearly all closed.
func (l *listing) byUpdate() (index, part string) {
	switch f := l.filter; {
	case !l.page.Order.ByUpdate() || len(f.Statuses) == 0:
		return "", ""
	case f.Unsolved():
		return "tickets_live_updated", "solved_at = 0"
	case !slices.Contains(f.Statuses, desk.StatusClosed):
		return "tickets_idle", "status <> 'closed'"
	}
	return "", ""
}

// place is where the walk starts and which ids it may pass.
func (l *listing) place(q *query, id string, sorted bool) []string {
	return l.placeOf(q, id, 0, sorted)
}

// placeIn is place for a text index, whose keys are ids plus shift.
func (l *listing) placeIn(q *query, key string, shift int64) []string {
	return l.placeOf(q, key, shift, false)
}

func (l *listing) placeOf(q *query, id string, shift int64, sorted bool) []string {
	var where []string
	after := "<"
	if l.ascending() {
		after = ">"
	}
	b := l.bounds
	if key := l.page.Key; key != nil {
		switch {
		case l.page.Order.ByUpdate() && sorted:
			where = append(where, fmt.Sprintf("(t.updated_at + 0, t.id) %s (%s, %s)", after, q.arg(key.At), q.arg(key.ID)))
		case l.page.Order.ByUpdate():
			where = append(where, fmt.Sprintf("(t.updated_at, t.id) %s (%s, %s)", after, q.arg(key.At), q.arg(key.ID)))
		case l.ascending():
			b.From = max(b.From, min(key.ID, maxID)+1)
		default:
			b.To = min(b.To, key.ID)
		}
	}
	if b.From > minID {
		where = append(where, id+" >= "+q.arg(b.From+shift))
	}
	if b.To < maxID {
		where = append(where, id+" < "+q.arg(b.To+shift))
	}
	return where
}

const (
	maxID = math.MaxInt64
	minID = -math.MaxInt64
)

// conditions are the filters that the driver does not serve, on the row t, each in a
// form that no index serves, so that the walk stays the one chosen.
func (l *listing) conditions(q *query, d driver) []string {
	return append(l.ownConditions(q, d), l.linkConditions(q, d, "t.id")...)
}

// checks is conditions for a walk along a link table, whose rows name the ticket by
// id. The ticket is looked at row by row and not joined, for a join might be made the
// other way round.
func (l *listing) checks(q *query, d driver, id string) []string {
	var where []string
	if own := l.ownConditions(q, d); len(own) > 0 {
		where = append(where, "(SELECT count(*) FROM tickets t WHERE t.store_id = $1 AND t.id = "+id+" AND "+strings.Join(own, " AND ")+") > 0")
	}
	return append(where, l.linkConditions(q, d, id)...)
}

// ownConditions are those on the ticket's own columns.
func (l *listing) ownConditions(q *query, d driver) []string {
	f := l.filter
	var where []string
	number := func(column string, v int64) {
		if v != 0 && !d.serves(column) {
			where = append(where, l.number(column)+" = "+q.arg(v))
		}
	}
	word := func(column, v string) {
		if v != "" && !d.serves(column) {
			where = append(where, l.word(column)+" = "+q.arg(v))
		}
	}
	if len(f.Statuses) > 0 && len(f.Statuses) < len(desk.Statuses) && !d.serves("status") {
		in, args := inList(q.args, f.Statuses)
		q.args = args
		where = append(where, l.word("status")+" IN ("+in+")")
	}
	number("requester_id", f.RequesterID)
	number("assignee_id", f.AssigneeID)
	number("type_id", f.TypeID)
	word("priority", string(f.Priority))
	word("channel", string(f.Channel))
	word("order_number", f.OrderNumber)
	span := func(column string, s desk.Span) {
		if s.From != 0 {
			where = append(where, "t."+column+" + 0 >= "+q.arg(s.From))
		}
		if s.To != 0 {
			where = append(where, "t."+column+" + 0 < "+q.arg(s.To))
		}
	}
	span("created_at", f.Created)
	span("updated_at", f.Updated)
	if f.Undelivered {
		where = append(where, "t.status || '' <> 'closed'")
	}
	return append(where, l.ownChoices(q, d)...)
}

// number and word are a column in a condition. PostgreSQL, which takes no order which
// index to walk, needs them as they are for a list by update, to see how many rows pass
// them: else it sorts everything.
func (l *listing) number(column string) string { return "t." + column + l.only(" + 0") }
func (l *listing) word(column string) string   { return "t." + column + l.only(" || ''") }

func (l *listing) only(form string) string {
	if l.planned() {
		return ""
	}
	return form
}

// planned tells that PostgreSQL should plan a list with the values at hand.
func (l *listing) planned() bool {
	return l.page.Order.ByUpdate() && !l.filter.HasText() && l.db.dialect() == dialectPostgres
}

// linkConditions are those on tags and products of the ticket that id names.
func (l *listing) linkConditions(q *query, d driver, id string) []string {
	var where []string
	add := func(table, column string, ids []int64) {
		if len(ids) > 0 && !d.serves(column) {
			where = append(where, linked(q, table, column, id, ids)+" > 0")
		}
	}
	add("ticket_tags", "tag_id", l.filter.Tags)
	add("ticket_products", "product_id", l.filter.Products)
	if l.filter.Files {
		where = append(where, "(SELECT count(*) FROM attachments y WHERE y.store_id = $1 AND y.ticket_id = "+id+" AND y.comment_id > 0) > 0")
	}
	return append(where, l.linkChoices(q, d, id)...)
}

// linked counts the values of a list that the ticket that id names is linked with.
func linked(q *query, table, column, id string, ids []int64) string {
	in, args := inList(q.args, ids)
	q.args = args
	return "(SELECT count(*) FROM " + table + " y WHERE y.store_id = $1 AND y.ticket_id = " + id + " AND y." + column + " IN (" + in + "))"
}

// pageWriter hands the rows of a walk to emit in the list's order.
type pageWriter struct {
	page  desk.Page
	emit  func(*wire.Document)
	seen  int
	doc   wire.Document
	kept  []wire.Document // of a reverse walk, which comes the wrong way round
	bytes [3]Bytes
	dest  []any // where a row is read to: doc and bytes
}

func (w *pageWriter) row(row Row) error {
	w.seen++
	if w.seen > w.page.Size {
		return nil
	}
	d := &w.doc
	if w.dest == nil {
		w.dest = []any{&d.ID, &d.Seq, &d.At, &w.bytes[0], &w.bytes[1], &w.bytes[2]}
	}
	if err := row.Scan(w.dest...); err != nil {
		return err
	}
	d.Head, d.Parts, d.Comments = w.bytes[0], w.bytes[1], w.bytes[2]
	if !w.page.Reverse {
		w.emit(d)
		return nil
	}
	w.kept = append(w.kept, d.Clone())
	return nil
}

func (w *pageWriter) finish() (more bool) {
	for _, d := range slices.Backward(w.kept) {
		w.emit(&d)
	}
	return w.seen > w.page.Size
}
