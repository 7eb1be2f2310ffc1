package store

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"storedesk/internal/desk"
)

// estimates remember about how many tickets have a value, so that of several filters
// the rarest is walked. A wrong figure costs time, never a wrong answer.
type estimates struct {
	mu sync.Mutex
	m  map[estimateKey]estimate

	few int // instead of fewRows, in tests
}

type estimateKey struct {
	store  int64
	column string
	part   string
	value  any
}

type estimate struct {
	rows int
	at   time.Time
}

const (
	countAtMost  = 20_000           // counting stops here: more is "many"
	fewRows      = 2_000            // so few rows are read and sorted rather than walked past
	estimateLife = 10 * time.Minute // after that a value is counted anew
)

// count returns how many rows of d's table have the value, at most countAtMost.
func (e *estimates) count(ctx context.Context, r reader, store int64, d driver, value any) (int, error) {
	key := estimateKey{store, d.column, d.part, value}
	e.mu.Lock()
	known, ok := e.m[key]
	e.mu.Unlock()
	if ok && time.Since(known.at) < estimateLife {
		return known.rows, nil
	}
	sql := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s t WHERE t.store_id = $1 AND %s LIMIT %d) x",
		d.table, d.is("t", "$2"), countAtMost)
	var n int
	if err := one(ctx, r, sql, []any{store, value}, &n); err != nil {
		return 0, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.m == nil || len(e.m) >= memoLimit {
		e.m = map[estimateKey]estimate{}
	}
	e.m[key] = estimate{n, time.Now()}
	return n, nil
}

// maxRuns is how many values of one filter are walked side by side; more are checked
// row by row.
const maxRuns = 32

// drivers are the indexes that could serve the filter, the usually rarest first.
func drivers(f *desk.TicketFilter) []driver {
	var list []driver
	add := func(table, column, id, index string, values ...any) {
		list = append(list, driver{table: table, column: column, id: id, index: index, values: values})
	}
	if f.OrderNumber != "" {
		add("tickets", "order_number", "id", "tickets_order", f.OrderNumber)
	}
	if f.RequesterID != 0 {
		add("tickets", "requester_id", "id", "tickets_requester", f.RequesterID)
	}
	if n := len(f.Products); n > 0 && n <= maxRuns {
		add("ticket_products", "product_id", "ticket_id", "ticket_products_product", values(f.Products)...)
	}
	if n := len(f.Tags); n > 0 && n <= maxRuns {
		add("ticket_tags", "tag_id", "ticket_id", "ticket_tags_tag", values(f.Tags)...)
	}
	if f.AssigneeID != 0 {
		list = append(list, byAssignee(f, f.AssigneeID))
	}
	if n := len(f.Statuses); n > 0 && n < len(desk.Statuses) {
		add("tickets", "status", "id", "tickets_status", values(f.Statuses)...)
	}
	if f.TypeID != 0 {
		add("tickets", "type_id", "id", "tickets_type", f.TypeID)
	}
	if f.Channel != "" {
		add("tickets", "channel", "id", "tickets_channel", string(f.Channel))
	}
	if f.Priority != "" {
		add("tickets", "priority", "id", "tickets_priority", string(f.Priority))
	}
	return append(list, choiceDrivers(f)...)
}

func values[T ~int64 | ~string](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		switch v := any(v).(type) {
		case desk.Status:
			out[i] = string(v)
		default:
			out[i] = v
		}
	}
	return out
}

// choose picks the index to walk. small says that it holds so few rows that reading
// all of them is cheap.
func (l *listing) choose(ctx context.Context) (d driver, small bool, err error) {
	if l.filter.Undelivered {
		return undelivered, true, nil
	}
	list := drivers(l.filter)
	if len(list) == 0 {
		return driver{}, false, nil
	}
	wanted := l.filter.HasText() || l.page.Order.ByUpdate()
	if len(list) == 1 && !wanted {
		return list[0], false, nil
	}
	best := countAtMost * maxRuns
	for _, candidate := range list {
		rows := 0
		for _, v := range candidate.values {
			n, err := l.db.est.count(ctx, l.db, l.store, candidate, v)
			if err != nil {
				return driver{}, false, err
			}
			rows += n
		}
		if rows < best {
			d, best = candidate, rows
		}
	}
	small = best <= cmp.Or(l.db.est.few, fewRows)
	if l.page.Order.ByUpdate() && !small {
		return driver{}, false, nil // walk the index on updated_at instead
	}
	return d, small, nil
}
