package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// pageSize is the rows of a page.
const pageSize = 20

// clause is one filter of a list: as the parameter of a request, and as SQL.
type clause struct {
	params [][2]string // name and value
	column string      // of tickets, or of the link table
	link   string      // ticket_tags, ticket_products; "" = a column of tickets
	index  string      // that serves the column
	value  any         // of the column

	// Of a stretch of time, in place of value: from included, to not, and the ids that
	// have it, for the best query would know them.
	from, to, first, last int64
}

// listQuery is the list of tickets that match all clauses, newest first, from after
// some row on.
type listQuery struct {
	store   int64
	clauses []clause
	before  any  // an id or anyID; nil = the first page
	named   bool // SQLite: a form that is to walk an index must name it
}

// params are the query's parameters in a request.
func (q *listQuery) params() url.Values {
	v := url.Values{}
	for _, c := range q.clauses {
		for _, p := range c.params {
			v.Add(p[0], p[1])
		}
	}
	return v
}

// forms are the ways to ask the database for the page: the planner's choice, and for
// each clause the walk along its index with the others checked row by row. All of them
// are one query that finds the page's ids in an index and joins the documents.
func (q *listQuery) forms() []statement {
	list := []statement{q.form(-1)}
	for i, c := range q.clauses {
		if c.index != "" && (len(q.clauses) > 1 || q.named) {
			list = append(list, q.form(i))
		}
	}
	return list
}

// form is the query driven by one of the clauses, or by what the planner thinks best.
func (q *listQuery) form(driver int) statement {
	s := statement{args: []any{q.store}}
	from, id := "tickets t", "t.id"
	where := []string{"t.store_id = $1"}
	index := ""
	if driver >= 0 && q.named {
		index = " INDEXED BY " + q.clauses[driver].index
	}
	if driver >= 0 && q.clauses[driver].link == "" {
		from += index
	}
	if driver >= 0 && q.clauses[driver].link != "" || len(q.clauses) == 1 && q.clauses[0].link != "" {
		c := q.clauses[max(0, driver)]
		driver = max(0, driver)
		from, id = c.link+" x"+index, "x.ticket_id"
		where = []string{"x.store_id = $1", "x." + c.column + " = " + s.arg(c.value)}
		if len(q.clauses) > 1 {
			from += " JOIN tickets t ON t.store_id = x.store_id AND t.id = x.ticket_id"
		}
	}
	for i, c := range q.clauses {
		if i != driver || c.link == "" {
			where = append(where, c.condition(&s, driver >= 0 && i != driver)...)
		}
	}
	if q.before != nil {
		where = append(where, id+" < "+s.arg(q.before))
	}
	s.sql = fmt.Sprintf(`SELECT d.ticket_id, d.seq, d.head, CASE WHEN d.sealed > 0 THEN
		(SELECT string_agg(z.body, '' ORDER BY z.n) FROM ticket_doc_parts z WHERE z.store_id = d.store_id AND z.ticket_id = d.ticket_id) END,
		d.comments FROM (SELECT %[1]s AS id FROM %[2]s WHERE %[3]s ORDER BY %[1]s DESC LIMIT %[4]d
		) p JOIN ticket_docs d ON d.store_id = $1 AND d.ticket_id = p.id ORDER BY p.id DESC`,
		id, from, strings.Join(where, " AND "), pageSize)
	return s
}

// condition is the clause as SQL on the ticket t; hidden from the indexes when another
// clause drives the walk.
func (c *clause) condition(s *statement, hidden bool) []string {
	column := "t." + c.column
	switch {
	case c.link != "":
		return []string{fmt.Sprintf("EXISTS (SELECT 1 FROM %s y WHERE y.store_id = t.store_id AND y.ticket_id = t.id AND y.%s = %s)",
			c.link, c.column, s.arg(c.value))}
	case c.to != 0:
		return []string{
			column + " >= " + s.arg(c.from), column + " < " + s.arg(c.to),
			"t.id >= " + s.arg(c.first), "t.id <= " + s.arg(c.last),
		}
	case hidden:
		if _, text := c.value.(string); text {
			column += " || ''"
		} else {
			column += " + 0"
		}
	}
	return []string{column + " = " + s.arg(c.value)}
}

// arg adds an argument and returns its mark.
func (s *statement) arg(v any) string {
	s.args = append(s.args, v)
	return fmt.Sprintf("$%d", len(s.args))
}

// equal is a filter by a column of tickets.
func equal(param, column, index string, value any) clause {
	return clause{params: [][2]string{{param, fmt.Sprint(value)}}, column: column, index: index, value: value}
}

// linked is a filter by a link table.
func linked(param, link, column, index string, value any) clause {
	return clause{params: [][2]string{{param, fmt.Sprint(value)}}, link: link, column: column, index: index, value: value}
}

// days is a filter by creation time, from one day to another, both included.
func (d *dataset) days(ctx context.Context, from, to time.Time) (clause, error) {
	c := clause{
		params: [][2]string{{"created_from", from.Format(time.DateOnly)}, {"created_to", to.Format(time.DateOnly)}},
		column: "created_at", from: from.UnixMicro(), to: to.AddDate(0, 0, 1).UnixMicro(),
	}
	err := d.db.QueryRowContext(ctx, "SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM tickets WHERE store_id = $1 AND created_at >= $2 AND created_at < $3",
		d.store, c.from, c.to).Scan(&c.first, &c.last)
	return c, err
}
