package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
)

// The order of events is that of their ids. On SQLite, whose one writer hands out an id
// and commits before the next write begins, what is committed is settled. On PostgreSQL
// a write may commit after others with larger ids, so a reader that went by the largest
// id it has seen would miss it. There, whoever takes an event's id holds a shared
// advisory lock from before that until its transaction is over, and an id is settled
// once nobody is left who held the lock when that id had been handed out:
//
//  1. h = the largest id handed out;
//  2. whoever took an id <= h did so under the lock: it is among those who hold it now,
//     or its transaction is over, and what it wrote is visible or never will be;
//  3. when none of these is left, all ids <= h are settled.
//
// No transaction waits for this, and none that takes no event ids holds it up.
const (
	eventLockClass = 7_231
	eventLock      = 1
)

// underEventLock is a table of one row, which is read by taking the lock.
var underEventLock = fmt.Sprintf(" FROM pg_advisory_xact_lock_shared(%d, %d)", eventLockClass, eventLock)

// settling tells up to which id the events of all stores are settled.
type settling struct {
	mu    sync.Mutex
	upTo  int64
	marks []mark
}

// mark is an id that is settled when the transactions in open are over.
type mark struct {
	id   int64
	open []string
}

// Settled looks how far the events of all stores are settled: those with larger ids may
// yet be joined by ones with smaller. taken is the largest id handed out.
func (db *DB) Settled(ctx context.Context) (upTo, taken int64, err error) {
	if db.dialect() == dialectSQLite {
		err := one(ctx, db, "SELECT value FROM sequences WHERE name = 'event'", nil, &taken)
		return math.MaxInt64, taken, err
	}
	s := &db.settling
	s.mu.Lock()
	defer s.mu.Unlock()
	var used bool
	if err := one(ctx, db, "SELECT last_value, is_called FROM event_ids", nil, &taken, &used); err != nil {
		return 0, 0, err
	}
	if !used {
		taken--
	}
	if taken == s.upTo {
		return s.upTo, taken, nil
	}
	var open []string
	err = db.query(ctx, `SELECT virtualtransaction FROM pg_locks WHERE locktype = 'advisory' AND granted
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND classid = $1 AND objid = $2 AND objsubid = 2`, []any{eventLockClass, eventLock}, func(row Row) error {
		var id string
		err := row.Scan(&id)
		open = append(open, id)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	s.note(taken, open)
	return s.upTo, taken, nil
}

// note takes in that the ids up to taken were handed out, and who held the lock after
// that.
func (s *settling) note(taken int64, open []string) {
	slices.Sort(open)
	s.marks = append(s.marks, mark{taken, open})
	for i := range s.marks {
		s.marks[i].open = slices.DeleteFunc(s.marks[i].open, func(id string) bool {
			_, still := slices.BinarySearch(open, id)
			return !still
		})
	}
	for len(s.marks) > 0 && len(s.marks[0].open) == 0 {
		s.upTo = max(s.upTo, s.marks[0].id)
		s.marks = s.marks[1:]
	}
	s.marks = lastOfEqual(s.marks)
}

// lastOfEqual keeps, of marks that the same transactions hold back, the last.
func lastOfEqual(marks []mark) []mark {
	slices.Reverse(marks)
	marks = slices.CompactFunc(marks, func(a, b mark) bool { return slices.Equal(a.open, b.open) })
	slices.Reverse(marks)
	return marks
}
