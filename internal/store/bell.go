package store

import "sync"

// Bell tells those who wait that something may be there for them. It is rung for what
// this process wrote; what others wrote must be looked for from time to time.
type Bell struct {
	mu   sync.Mutex
	ring chan struct{}
}

// Next returns a channel that is closed when the bell is next rung. Take it before
// looking, so that nothing is missed in between.
func (b *Bell) Next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ring == nil {
		b.ring = make(chan struct{})
	}
	return b.ring
}

// Ring wakes everybody who waits.
func (b *Bell) Ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ring != nil {
		close(b.ring)
		b.ring = nil
	}
}

// Events is rung when a write of this process has made events.
func (db *DB) Events() *Bell { return &db.events }

// Jobs is rung when a write of this process has made jobs.
func (db *DB) Jobs() *Bell { return &db.jobs }

// Shared tells whether other processes may be writing to the database as a matter of
// course.
func (db *DB) Shared() bool { return db.dialect() == dialectPostgres }
