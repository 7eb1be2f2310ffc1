package store

import (
	"context"
	"errors"
	"time"

	"storedesk/internal/desk"
)

// localUsers is where ids of users made here begin once a store mirrors another: below
// it the live store goes on counting. It fits in 31 bits, for clients that keep ids so.
const localUsers = int64(1) << 30

const sourceColumns = `s.url, s.token, s.secret, s.pause, s.enabled, s.next_run_at, s.lease_until, s.last_run_at, s.last_ok_at,
	s.last_error, s.last_event_at, s.runs, s.pulled, s.received, s.applied`

// Source returns what a store mirrors, or desk.ErrNotFound if it never did.
func (db *DB) Source(ctx context.Context, st *desk.Store) (*desk.Source, error) {
	return liveSource(ctx, db, st, "")
}

// LockSource is Source inside a write, and keeps others from writing what comes from
// the live store until the write ends: two of them never compare with the same old row.
func (tx *Tx) LockSource(ctx context.Context, st *desk.Store) (*desk.Source, error) {
	tx.Begin()
	return liveSource(ctx, tx, st, tx.forUpdate())
}

func liveSource(ctx context.Context, r reader, st *desk.Store, clause string) (*desk.Source, error) {
	s := &desk.Source{}
	var pause int64
	err := one(ctx, r, "SELECT "+sourceColumns+" FROM sources s WHERE s.store_id = $1"+clause, []any{st.ID},
		&s.URL, &s.Token, &s.Secret, &pause, &s.Enabled, &s.NextRunAt, &s.LeaseUntil, &s.LastRunAt, &s.LastOKAt,
		&s.LastError, &s.LastEventAt, &s.Runs, &s.Pulled, &s.Received, &s.Applied)
	s.Every = time.Duration(pause) * time.Microsecond
	if err != nil {
		return nil, err
	}
	return s, nil
}

// SaveSource queues what an operator sets of a source. Without LeaseUntil, a pull under
// way stops at its next page. Users made here get ids from now on that the live store
// does not reach.
func (tx *Tx) SaveSource(st *desk.Store, s *desk.Source) {
	tx.Exec(`INSERT INTO sources (store_id, url, token, secret, pause, enabled, next_run_at, lease_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (store_id) DO UPDATE SET url = excluded.url, token = excluded.token, secret = excluded.secret,
		pause = excluded.pause, enabled = excluded.enabled, next_run_at = excluded.next_run_at,
		lease_until = excluded.lease_until`,
		st.ID, s.URL, s.Token, s.Secret, s.Every.Microseconds(), s.Enabled, int64(s.NextRunAt), int64(s.LeaseUntil))
	tx.reserveIDs(kindUser, localUsers)
}

// SourcesDue lists the stores whose next pull is due and that none is pulling.
func (db *DB) SourcesDue(ctx context.Context, now desk.Instant) (ids []int64, err error) {
	err = db.query(ctx, `SELECT store_id FROM sources WHERE enabled AND url <> '' AND next_run_at <= $1 AND lease_until < $1
		ORDER BY next_run_at, store_id`, []any{int64(now)}, func(row Row) error {
		var id int64
		err := row.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// ClaimPull begins a pull and leases the source to it. Conflict while another holds it.
func (db *DB) ClaimPull(ctx context.Context, st *desk.Store, now, until desk.Instant) (*desk.Source, error) {
	var s *desk.Source
	err := db.Write(ctx, func(tx *Tx) error {
		var err error
		if s, err = tx.LockSource(ctx, st); err != nil {
			return err
		}
		switch {
		case !s.Enabled || s.URL == "":
			return desk.ErrNotFound
		case s.LeaseUntil >= now:
			return desk.Errorf(desk.Conflict, "a pull is under way since %s", s.LastRunAt.Time().Format(time.RFC3339))
		}
		s.LastRunAt = max(now, s.LastRunAt+1) // by it the pull is known, so no two are alike
		tx.Exec("UPDATE sources SET last_run_at = $2, lease_until = $3, runs = runs + 1 WHERE store_id = $1",
			st.ID, int64(s.LastRunAt), int64(until))
		return nil
	})
	return s, err
}

// ErrLeaseLost is the cause when a pull no longer holds its source: an operator changed
// it, or the pull rested for longer than its lease.
var ErrLeaseLost = errors.New("the mirror was changed or turned off meanwhile, or another pull took over")

// ExtendPull prolongs the lease of the pull that began then; ErrLeaseLost.
func (db *DB) ExtendPull(ctx context.Context, st *desk.Store, began, until desk.Instant) error {
	return db.holding(ctx, "UPDATE sources SET lease_until = $3 WHERE store_id = $1 AND last_run_at = $2 AND lease_until <> 0 RETURNING store_id",
		st.ID, int64(began), int64(until))
}

// PullEnd is how a pull ended.
type PullEnd struct {
	Began, At, Next desk.Instant
	OK              bool
	Error           string
	Pulled          int64 // objects made or changed
}

// EndPull records the end of a pull and gives the source back; ErrLeaseLost.
func (db *DB) EndPull(ctx context.Context, st *desk.Store, e PullEnd) error {
	return db.holding(ctx, `UPDATE sources SET lease_until = 0, next_run_at = $3, last_error = $4, pulled = pulled + $5,
		last_ok_at = CASE WHEN $6 THEN $7 ELSE last_ok_at END
		WHERE store_id = $1 AND last_run_at = $2 AND lease_until <> 0 RETURNING store_id`,
		st.ID, int64(e.Began), int64(e.Next), e.Error, e.Pulled, e.OK, int64(e.At))
}

func (db *DB) holding(ctx context.Context, sql string, args ...any) error {
	err := db.Write(ctx, func(tx *Tx) error {
		tx.Begin()
		var id int64
		return one(ctx, tx, sql, args, &id)
	})
	if errors.Is(err, desk.ErrNotFound) {
		return ErrLeaseLost
	}
	return err
}

// SourceEventTaken tells whether an event was taken before; ask after LockSource.
func (tx *Tx) SourceEventTaken(ctx context.Context, st *desk.Store, id string) (bool, error) {
	n := 0
	err := one(ctx, tx, "SELECT count(*) FROM source_events WHERE store_id = $1 AND event_id = $2", []any{st.ID, id}, &n)
	return n > 0, err
}

// InsertSourceEvent queues the record of an event and counts it.
func (tx *Tx) InsertSourceEvent(st *desk.Store, id, kind string, outcome desk.Taken, now desk.Instant) {
	tx.Exec("INSERT INTO source_events (store_id, event_id, event_type, outcome, received_at) VALUES ($1, $2, $3, $4, $5)",
		st.ID, id, kind, string(outcome), int64(now))
	applied := int64(0)
	if outcome == desk.EventApplied {
		applied = 1
	}
	tx.Exec("UPDATE sources SET received = received + 1, applied = applied + $2, last_event_at = $3 WHERE store_id = $1",
		st.ID, applied, int64(now))
}

// SweepSourceEvents forgets events that were taken before then.
func (db *DB) SweepSourceEvents(ctx context.Context, before desk.Instant) error {
	return db.Write(ctx, func(tx *Tx) error {
		tx.Exec("DELETE FROM source_events WHERE received_at < $1", int64(before))
		return nil
	})
}
