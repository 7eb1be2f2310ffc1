package store

import (
	"context"
	"sync"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/wire"
)

// coalescer answers look-ups by id that are asked for at the same time with one query:
// while a query is under way, those that come later gather for the next. A look-up's
// query always starts after the look-up was asked for, so nobody reads what was true
// before. Alone, a look-up waits for nothing.
type coalescer[V any] struct {
	query func(ctx context.Context, store int64, ids []int64, each func(id int64, v V)) error

	mu      sync.Mutex
	running int
	waiting map[int64]*gathering[V] // by store
}

// gathering is a query that has not started, or has and is being waited for.
type gathering[V any] struct {
	ids   []int64
	found map[int64]V
	err   error
	done  chan struct{}
}

const (
	queriesAtOnce  = 2  // queries of one coalescer under way
	gatherAtMost   = 64 // look-ups in one query
	gatherDeadline = 30 * time.Second
)

// get returns the row with the id, or desk.ErrNotFound.
func (c *coalescer[V]) get(ctx context.Context, store, id int64) (V, error) {
	g := c.join(ctx, store, id)
	select {
	case <-g.done:
	case <-ctx.Done():
		var zero V
		return zero, ctx.Err()
	}
	if g.err != nil {
		var zero V
		return zero, g.err
	}
	v, ok := g.found[id]
	if !ok {
		return v, desk.ErrNotFound
	}
	return v, nil
}

// join adds a look-up to the next query, and runs that itself if nothing hinders.
func (c *coalescer[V]) join(ctx context.Context, store, id int64) *gathering[V] {
	c.mu.Lock()
	g := c.waiting[store]
	if g == nil || len(g.ids) >= gatherAtMost {
		g = &gathering[V]{found: map[int64]V{}, done: make(chan struct{})}
	}
	g.ids = append(g.ids, id)
	if c.running >= queriesAtOnce && (c.waiting[store] == nil || c.waiting[store] == g) {
		if c.waiting == nil {
			c.waiting = map[int64]*gathering[V]{}
		}
		c.waiting[store] = g
		c.mu.Unlock()
		return g
	}
	if c.waiting[store] == g {
		delete(c.waiting, store)
	}
	c.running++
	c.mu.Unlock()
	c.run(context.WithoutCancel(ctx), store, g)
	return g
}

// run carries out one query and hands over to one that waits.
func (c *coalescer[V]) run(ctx context.Context, store int64, g *gathering[V]) {
	limited, cancel := context.WithTimeout(ctx, gatherDeadline)
	g.err = c.query(limited, store, g.ids, func(id int64, v V) { g.found[id] = v })
	cancel()
	close(g.done)
	c.mu.Lock()
	defer c.mu.Unlock()
	for next, waiting := range c.waiting {
		delete(c.waiting, next)
		go c.run(ctx, next, waiting)
		return
	}
	c.running--
}

// coalesce sets the look-ups up that are asked for most.
func (db *DB) coalesce() {
	db.docs.query = func(ctx context.Context, store int64, ids []int64, each func(int64, wire.Document)) error {
		in, args := inList([]any{store}, ids)
		return db.query(ctx, documentsWhere("IN ("+in+")"), args, func(row Row) error {
			d, err := scanDocument(row)
			each(d.ID, d)
			return err
		})
	}
	db.versions.query = func(ctx context.Context, store int64, ids []int64, each func(int64, int64)) error {
		in, args := inList([]any{store}, ids)
		return db.query(ctx, "SELECT id, seq FROM tickets WHERE store_id = $1 AND id IN ("+in+")", args, func(row Row) error {
			var id, seq int64
			err := row.Scan(&id, &seq)
			each(id, seq)
			return err
		})
	}
}
