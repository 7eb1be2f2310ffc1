package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"storedesk/internal/desk"
)

// Text filters are served in two ways. Common text is found by walking: a stretch of
// the list is compared row by row until the page is full. Rare text is found through
// an index of trigrams or words, whose hits are then sorted. Text in between defeats
// either alone, so the walk goes first, for a bounded stretch: what it finds there
// tells how far it would have to go, and decides.
const (
	firstStretch  = 2000 // rows the walk looks at before it decides, where the text itself is walked
	checkedRows   = 400  // the same, where each row's text must be looked up, and on SQLite, whose index yields hits in order
	worthWalking  = 3    // hits in the first stretch that make a longer walk the better way
	maxRequesters = 1000 // users whose tickets are looked up one by one
	maxNumbers    = 2000 // ids made of the digits searched for
)

// search returns the ids of one page, in the direction walked, one more than the
// page holds if there are more. d is the index the walk goes along.
func (l *listing) search(ctx context.Context, d driver) ([]int64, error) {
	stretch := checkedRows
	if l.plain(d) && l.db.dialect() == dialectPostgres {
		stretch = firstStretch
	}
	ids, err := l.scan(ctx, d, stretch)
	if err != nil || l.full(ids) {
		return l.cut(ids), err
	}
	if n := len(ids); n >= worthWalking {
		ids, err = l.scan(ctx, d, stretch*4*(l.rows()+l.page.Offset)/n)
		if err != nil || l.full(ids) {
			return l.cut(ids), err
		}
	}
	q, err := l.index(ctx)
	if err != nil {
		return nil, err
	}
	if q == nil {
		q = l.walk(d, false, 0)
	}
	return l.ids(ctx, q, l.db.queryPlanned)
}

// plain tells that the list can walk the texts themselves: nothing else is filtered
// by, and words are not asked for.
func (l *listing) plain(d driver) bool {
	none := &query{args: []any{l.store}}
	return d.table == "" && !l.page.Order.ByUpdate() && len(l.filter.Words) == 0 && len(l.conditions(none, driver{})) == 0
}

// scan walks a stretch of the list and compares each row's text.
func (l *listing) scan(ctx context.Context, d driver, rows int) ([]int64, error) {
	whole := *l
	whole.page.Offset, whole.page.Size = 0, l.page.Size+l.page.Offset
	if !l.plain(d) {
		return whole.ids(ctx, whole.walk(d, false, rows), l.db.query)
	}
	q := &query{args: []any{l.store}}
	where := append([]string{"x.store_id = $1"}, whole.place(q, "x.ticket_id", false)...)
	stretch := "SELECT x.ticket_id AS id, x.folded, x.email FROM ticket_subjects x WHERE " + strings.Join(where, " AND ") +
		" ORDER BY " + l.order("", "x.ticket_id") + fmt.Sprintf(" LIMIT %d", rows)
	q.sql = "SELECT t.id, 0 FROM (" + stretch + ") t WHERE " + whole.compare(q, "t.folded", "t.email") +
		" ORDER BY " + l.order("", "t.id") + fmt.Sprintf(" LIMIT %d", whole.rows())
	return whole.ids(ctx, q, l.db.query)
}

func (l *listing) full(ids []int64) bool { return len(ids) == l.rows()+l.page.Offset }

// cut drops the rows that the cursor's offset skips.
func (l *listing) cut(ids []int64) []int64 { return ids[min(l.page.Offset, len(ids)):] }

func (l *listing) ids(ctx context.Context, q *query, ask func(context.Context, string, []any, func(Row) error) error) ([]int64, error) {
	var ids []int64
	err := ask(ctx, q.sql, q.args, func(row Row) error {
		var id, at int64
		err := row.Scan(&id, &at)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// textConditions compares a row's text with every text filter, looking it up row by
// row.
func (l *listing) textConditions(q *query) string {
	return l.compare(q,
		"(SELECT s.folded FROM ticket_subjects s WHERE s.store_id = $1 AND s.ticket_id = t.id)",
		"(SELECT s.email FROM ticket_subjects s WHERE s.store_id = $1 AND s.ticket_id = t.id)")
}

// compare is the condition that a ticket t, with this folded subject and address of
// the requester, passes every text filter.
func (l *listing) compare(q *query, subject, email string) string {
	f := l.filter
	contains := func(text, arg string) string { return l.db.dialect().contains() + "(" + text + ", " + arg + ") > 0" }
	var where []string
	if f.Subject != "" {
		where = append(where, contains(subject, q.arg(desk.Fold(f.Subject))))
	}
	if f.Text != "" {
		arg := q.arg(desk.Fold(f.Text))
		either := []string{contains(subject, arg), contains(email, arg)}
		if digits(f.Text) {
			either = append(either, contains("CAST(t.id AS TEXT)", arg))
		}
		where = append(where, "("+strings.Join(either, " OR ")+")")
	}
	if len(f.Words) > 0 {
		where = append(where, l.db.dialect().hasWords(q, "t.id", f.Words))
	}
	return strings.Join(where, " AND ")
}

// index is the SQL that finds the page through the text indexes; nil if no index can.
func (l *listing) index(ctx context.Context) (*query, error) {
	f, d := l.filter, l.db.dialect()
	q := &query{args: []any{l.store}}
	switch {
	case len(f.Words) > 0:
		q.sql = l.hits(q, d.wordHits(q, l.store, f.Words), desk.TicketFilter{Text: f.Text, Subject: f.Subject})
	case f.Subject != "" && indexable(d, f.Subject):
		q.sql = l.hits(q, d.subjectHits(q, l.store, f.Subject), desk.TicketFilter{Text: f.Text})
	case f.Text != "" && indexable(d, f.Text):
		sources, err := l.textSources(ctx, q)
		if sources == nil || err != nil {
			return nil, err
		}
		q.sql = "SELECT * FROM (" + strings.Join(sources, ") a UNION SELECT * FROM (") + ") a ORDER BY " + l.order("at", "id")
	default:
		return nil, nil
	}
	q.sql = fmt.Sprintf("SELECT * FROM (%s) r ORDER BY %s LIMIT %d OFFSET %d", q.sql, l.order("at", "id"), l.rows(), l.page.Offset)
	return q, nil
}

// textSources are the three places filter_text looks in: subject, requester, number;
// nil if one of them would yield too much to be sorted.
func (l *listing) textSources(ctx context.Context, q *query) ([]string, error) {
	rest := desk.TicketFilter{Subject: l.filter.Subject}
	sources := []string{l.hits(q, l.db.dialect().subjectHits(q, l.store, l.filter.Text), rest)}
	byID := func(column string, ids []int64) {
		if len(ids) > 0 {
			in, args := inList(q.args, ids)
			q.args = args
			sources = append(sources, l.hits(q, source{from: "tickets y", where: []string{"y.store_id = $1", "y." + column + " IN (" + in + ")"}, key: "y.id"}, rest))
		}
	}
	users, err := l.requesters(ctx)
	if err != nil || len(users) > maxRequesters {
		return nil, err
	}
	byID("requester_id", users)
	if digits(l.filter.Text) {
		numbers, ok, err := l.numbers(ctx)
		if err != nil || !ok {
			return nil, err
		}
		byID("id", numbers)
	}
	return sources, nil
}

// source is an index of text being searched: where its hits come from and how a hit
// names its ticket.
type source struct {
	from  string
	where []string
	key   string // the column that names the ticket and that the index can order by
	shift int64  // key is the ticket's id plus this
}

// hits completes a source with the other filters, the text filters the source has not
// answered, and the place in the list. The tickets themselves are joined only if that
// needs them.
func (l *listing) hits(q *query, s source, rest desk.TicketFilter) string {
	conditions := l.conditions(q, driver{})
	if rest.HasText() {
		other := *l
		other.filter = &rest
		conditions = append(conditions, other.textConditions(q))
	}
	where, key := s.where, s.key
	id := key
	if s.shift != 0 {
		id = key + " - " + q.arg(s.shift)
	}
	if len(conditions) > 0 || l.page.Order.ByUpdate() {
		s.from += " JOIN tickets t ON t.store_id = $1 AND t.id = " + id
	}
	where = append(where, l.placeIn(q, key, s.shift)...)
	order := key
	if l.page.Order.ByUpdate() {
		order = "t.id"
	}
	return "SELECT " + id + " AS id, " + l.at() + " AS at FROM " + s.from + " WHERE " + strings.Join(append(where, conditions...), " AND ") +
		" ORDER BY " + l.order(l.at(), order) + fmt.Sprintf(" LIMIT %d", l.rows()+l.page.Offset)
}

// requesters lists users whose e-mail holds the text, one more than maxRequesters if
// there are more.
func (l *listing) requesters(ctx context.Context) ([]int64, error) {
	q := &query{args: []any{l.store}}
	q.sql = l.db.dialect().emailHits(q, l.store, l.filter.Text) + fmt.Sprintf(" LIMIT %d", maxRequesters+1)
	var users []int64
	err := l.db.queryPlanned(ctx, q.sql, q.args, func(row Row) error {
		var id int64
		err := row.Scan(&id)
		users = append(users, id)
		return err
	})
	return users, err
}

// numbers lists the ids up to the largest of the store whose digits hold the text;
// ok is false when they are too many to be worth listing.
func (l *listing) numbers(ctx context.Context) (ids []int64, ok bool, err error) {
	var largest *int64
	err = one(ctx, l.db, "SELECT max(id) FROM tickets WHERE store_id = $1", []any{l.store}, &largest)
	if err != nil || largest == nil {
		return nil, true, err
	}
	ids, ok = numbersWith(l.filter.Text, *largest)
	return ids, ok, nil
}

// numbersWith lists the positive numbers up to largest whose decimal digits contain
// text, itself digits.
func numbersWith(text string, largest int64) (ids []int64, ok bool) {
	free := len(strconv.FormatInt(largest, 10)) - len(text)
	if free < 0 {
		return nil, true
	}
	middle, err := strconv.ParseInt(text, 10, 64)
	if err != nil || free > 3 {
		return nil, false
	}
	for behind := 0; behind <= free; behind++ {
		for ahead := range pow10(free - behind) {
			if text[0] == '0' && ahead == 0 {
				continue // a number does not begin with 0
			}
			for tail := range pow10(behind) {
				id := (ahead*pow10(len(text))+middle)*pow10(behind) + tail
				if id <= largest && id > 0 {
					ids = append(ids, id)
				}
			}
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return ids, len(ids) <= maxNumbers
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// indexable tells whether the text has what the trigram index knows: three characters
// for SQLite, three letters or digits in a row for PostgreSQL.
func indexable(d dialect, text string) bool {
	if d == dialectSQLite {
		return utf8.RuneCountInString(text) >= 3
	}
	run := 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if run++; run == 3 {
				return true
			}
		} else {
			run = 0
		}
	}
	return false
}
