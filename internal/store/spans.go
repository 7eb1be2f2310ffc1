package store

import (
	"context"
	"sync"
	"time"

	"storedesk/internal/desk"
)

// A filter by creation time walks ids, and ids are only nearly in the order of time
// (an import may bring any). ticket_spans bounds, for each run of spanSize ids, the
// times its tickets were created in. Whoever inserts a ticket widens its span first,
// in the same transaction; to keep that cheap the bounds are whole hours and each
// process remembers what it has already written.
const (
	spanSize = 1024
	spanStep = desk.Instant(time.Hour / time.Microsecond)
)

// spanMemo remembers which (span, hour) this process knows to be covered.
type spanMemo struct {
	mu sync.Mutex
	m  map[spanKey]bool
}

type spanKey struct {
	store, span int64
	hour        desk.Instant
}

func (m *spanMemo) known(k spanKey) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.m[k]
}

func (m *spanMemo) learn(k spanKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.m == nil || len(m.m) >= memoLimit {
		m.m = map[spanKey]bool{}
	}
	m.m[k] = true
}

// coverSpan makes sure that the span of a new ticket covers its creation.
func (db *DB) coverSpan(tx *Tx, store, id int64, created desk.Instant) {
	k := spanKey{store, id / spanSize, floorTo(created, spanStep)}
	if db.spans.known(k) {
		return
	}
	tx.Exec(widenSpan, store, k.span, k.hour, k.hour+spanStep)
	tx.afterCommit(func() { db.spans.learn(k) })
}

const widenSpan = `INSERT INTO ticket_spans AS s (store_id, span, first_at, last_at) VALUES ($1, $2, $3, $4)
	ON CONFLICT (store_id, span) DO UPDATE SET
		first_at = CASE WHEN excluded.first_at < s.first_at THEN excluded.first_at ELSE s.first_at END,
		last_at = CASE WHEN excluded.last_at > s.last_at THEN excluded.last_at ELSE s.last_at END`

func floorTo(at, step desk.Instant) desk.Instant {
	r := at % step
	if r < 0 {
		r += step
	}
	return at - r
}

// bound narrows the ids to those that a filter by time can match. A ticket is never
// changed before it is created, so an upper bound of updated_at bounds created_at.
func (l *listing) bound(ctx context.Context) (nothing bool, err error) {
	l.bounds = idBounds{minID, maxID}
	if id := l.filter.ID; id != nil {
		l.bounds = idBounds{*id, *id + 1}
	}
	from, to := l.filter.Created.From, l.filter.Created.To
	if u := l.filter.Updated.To; u != 0 && (to == 0 || u < to) {
		to = u
	}
	if from == 0 && to == 0 {
		return false, nil
	}
	if to == 0 {
		to = desk.Instant(maxID)
	}
	if from == 0 {
		from = desk.Instant(minID)
	}
	var first, last *int64
	err = one(ctx, l.db, `SELECT min(span), max(span) FROM ticket_spans
		WHERE store_id = $1 AND last_at > $2 AND first_at < $3`, []any{l.store, from, to}, &first, &last)
	if err != nil || first == nil {
		return true, err
	}
	l.bounds.From = max(l.bounds.From, *first*spanSize)
	l.bounds.To = min(l.bounds.To, (*last+1)*spanSize)
	return false, nil
}
