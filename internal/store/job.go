package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"storedesk/internal/desk"
)

// maxJobError is how much of an error is kept with a job, in bytes.
const maxJobError = 1000

// Enqueue queues a job. One whose Once another job has is not made.
func (tx *Tx) Enqueue(j *desk.Job) {
	var once *string
	if j.Once != "" {
		once = &j.Once
	}
	queue := j.Queue
	if queue == "" {
		queue = j.Kind
	}
	tx.Exec(`INSERT INTO jobs (store_id, kind, queue, lane, once, args, state, run_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'ready', $7, $8)
		ON CONFLICT (once) WHERE once IS NOT NULL DO NOTHING`,
		j.StoreID, j.Kind, queue, j.Lane, once, string(j.Args), int64(j.RunAt), int64(j.CreatedAt))
	tx.afterCommit(tx.db.jobs.Ring)
}

const jobColumns = "id, store_id, kind, queue, lane, once, args, state, attempt, run_at, error, created_at"

func scanJob(row Row) (*desk.Job, error) {
	j := &desk.Job{}
	var once *string
	var args string
	err := row.Scan(&j.ID, &j.StoreID, &j.Kind, &j.Queue, &j.Lane, &once, &args, &j.State, &j.Attempt, &j.RunAt, &j.Error, &j.CreatedAt)
	if once != nil {
		j.Once = *once
	}
	j.Args = []byte(args)
	return j, err
}

// DueQueue is a queue and when its first job may begin.
type DueQueue struct {
	Queue string
	RunAt desk.Instant
}

// DueQueues lists the queues that have jobs, by a step through the index for each.
func (db *DB) DueQueues(ctx context.Context) (list []DueQueue, err error) {
	err = db.query(ctx, `WITH RECURSIVE q (queue) AS (
			SELECT min(queue) FROM jobs WHERE state = 'ready'
			UNION ALL
			SELECT (SELECT min(j.queue) FROM jobs j WHERE j.state = 'ready' AND j.queue > q.queue) FROM q WHERE q.queue IS NOT NULL)
		SELECT q.queue, (SELECT min(j.run_at) FROM jobs j WHERE j.state = 'ready' AND j.queue = q.queue) FROM q WHERE q.queue IS NOT NULL`,
		nil, func(row Row) error {
			var d DueQueue
			err := row.Scan(&d.Queue, &d.RunAt)
			list = append(list, d)
			return err
		})
	return list, err
}

// Claim is a node's wish for jobs.
type Claim struct {
	Node   string
	Queues []QueueRoom
	Now    desk.Instant
	Lease  time.Duration // how long others leave the jobs alone
}

// QueueRoom is how many jobs of a queue a node has room for.
type QueueRoom struct {
	Queue string
	Room  int
}

const claimLockClass = 7_232

// Claim takes jobs that may begin now, in the order they are to run: none of a lane in
// which a job is running or an earlier one waits. Claims of one queue follow one another,
// so that no two nodes take pieces of one lane.
func (db *DB) Claim(ctx context.Context, c Claim) (list []*desk.Job, err error) {
	err = db.WriteSoon(ctx, func(tx *Tx) error {
		list = nil
		queues, err := tx.lockQueues(ctx, c.Queues)
		for _, q := range queues {
			tx.ask(`UPDATE jobs SET state = 'running', node = $3, lease = $4, attempt = attempt + 1 WHERE id IN (
					SELECT j.id FROM jobs j WHERE j.queue = $1 AND j.state = 'ready' AND j.run_at <= $2 AND (j.lane = '' OR NOT EXISTS (
						SELECT 1 FROM jobs k WHERE k.queue = j.queue AND k.lane = j.lane AND k.lane <> '' AND k.state <> 'dead' AND k.id < j.id
						AND (k.state = 'running' OR k.run_at > j.run_at)))
					ORDER BY j.run_at, j.id LIMIT $5)
				RETURNING `+jobColumns, []any{q.Queue, int64(c.Now), c.Node, int64(desk.At(c.Now.Time().Add(c.Lease))), q.Room}, func(row Row) error {
				j, err := scanJob(row)
				list = append(list, j)
				return err
			})
		}
		return err
	})
	slices.SortFunc(list, func(a, b *desk.Job) int { return int(a.ID - b.ID) })
	return list, err
}

// lockQueues keeps other nodes from claiming of queues, and leaves out those of which one
// is claiming just now. What is read afterwards is newer than the locks.
func (tx *Tx) lockQueues(ctx context.Context, queues []QueueRoom) (mine []QueueRoom, err error) {
	if tx.db.dialect() == dialectSQLite {
		return queues, nil
	}
	tx.Begin()
	for _, q := range queues {
		tx.ask("SELECT pg_try_advisory_xact_lock($1, hashtext($2))", []any{claimLockClass, q.Queue}, func(row Row) error {
			var free bool
			err := row.Scan(&free)
			if free {
				mine = append(mine, q)
			}
			return err
		})
	}
	return mine, tx.fetch(ctx)
}

// whose is the condition that a try is still the one that was claimed: a node that was
// away for too long finds its jobs taken over.
const whose = " WHERE id = $1 AND attempt = $2 AND state = 'running'"

// FinishJob queues that a claimed job is done.
func (tx *Tx) FinishJob(j *desk.Job) {
	tx.Exec("DELETE FROM jobs"+whose, j.ID, j.Attempt)
}

// RetryJob queues that a claimed job is to be tried again at a time, and with it what
// waits behind it in its lane.
func (tx *Tx) RetryJob(j *desk.Job, at desk.Instant, why string) {
	tx.Exec("UPDATE jobs SET state = 'ready', run_at = $3, error = $4"+whose, j.ID, j.Attempt, int64(at), cut(why))
	if j.Lane != "" {
		tx.Exec("UPDATE jobs SET run_at = $3 WHERE queue = $1 AND lane = $2 AND lane <> '' AND state = 'ready' AND run_at < $3", j.Queue, j.Lane, int64(at))
	}
}

// RepeatJob queues that a periodic job ran, well or not, and runs again at a time.
func (tx *Tx) RepeatJob(j *desk.Job, at desk.Instant, why string) {
	tx.Exec("UPDATE jobs SET state = 'ready', attempt = 0, run_at = $3, error = $4"+whose, j.ID, j.Attempt, int64(at), cut(why))
}

// ReleaseJob queues that a claimed job was not begun: it may begin at a time, and the
// try does not count.
func (tx *Tx) ReleaseJob(j *desk.Job, at desk.Instant) {
	tx.Exec("UPDATE jobs SET state = 'ready', attempt = attempt - 1, run_at = $3"+whose, j.ID, j.Attempt, int64(at))
	tx.afterCommit(tx.db.jobs.Ring)
}

// BuryJob queues that a claimed job is given up.
func (tx *Tx) BuryJob(j *desk.Job, why string) {
	tx.Exec("UPDATE jobs SET state = 'dead', once = NULL, error = $3"+whose, j.ID, j.Attempt, cut(why))
}

// cut makes the start of any text one that both databases keep.
func cut(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text[:min(len(text), maxJobError)], "\x00", ""), "")
}

// RenewLeases keeps the jobs of a node from others until a time.
func (db *DB) RenewLeases(ctx context.Context, node string, until desk.Instant) error {
	return db.Write(ctx, func(tx *Tx) error {
		tx.Exec("UPDATE jobs SET lease = $2 WHERE state = 'running' AND node = $1", node, int64(until))
		return nil
	})
}

// RescueJobs makes jobs ready again whose node has not renewed its lease.
func (db *DB) RescueJobs(ctx context.Context, now desk.Instant) (n int, err error) {
	const lapsed = "state = 'running' AND lease < $1"
	if err := one(ctx, db, "SELECT count(*) FROM jobs WHERE "+lapsed, []any{int64(now)}, &n); err != nil || n == 0 {
		return 0, err
	}
	return n, db.Write(ctx, func(tx *Tx) error {
		tx.Exec("UPDATE jobs SET state = 'ready' WHERE "+lapsed, int64(now))
		tx.afterCommit(db.jobs.Ring)
		return nil
	})
}

// JobQuery picks jobs. Zero values pick all.
type JobQuery struct {
	State desk.JobState
	Kind  string
	IDs   []int64
	Limit int
}

func (q JobQuery) where() (string, []any) {
	where, args := "TRUE", []any{}
	add := func(column string, v string) {
		if v != "" {
			args = append(args, v)
			where += " AND " + column + " = " + placeholder(len(args))
		}
	}
	add("state", string(q.State))
	add("kind", q.Kind)
	if len(q.IDs) > 0 {
		var in string
		in, args = inList(args, q.IDs)
		where += " AND id IN (" + in + ")"
	}
	return where, args
}

// ListJobs lists jobs of the installation, oldest first.
func (db *DB) ListJobs(ctx context.Context, q JobQuery) (list []*desk.Job, err error) {
	where, args := q.where()
	args = append(args, q.Limit)
	err = db.query(ctx, "SELECT "+jobColumns+" FROM jobs WHERE "+where+" ORDER BY id LIMIT "+placeholder(len(args)), args, func(row Row) error {
		j, err := scanJob(row)
		list = append(list, j)
		return err
	})
	return list, err
}

// ReviveJobs gives dead jobs all their tries again, beginning now.
func (db *DB) ReviveJobs(ctx context.Context, q JobQuery, now desk.Instant) (n int, err error) {
	q.State = desk.JobDead
	where, args := q.where()
	args = append(args, int64(now))
	err = db.Write(ctx, func(tx *Tx) error {
		n = 0
		tx.ask("UPDATE jobs SET state = 'ready', attempt = 0, run_at = "+placeholder(len(args))+" WHERE "+where+" RETURNING id", args, func(row Row) error {
			var id int64
			n++
			return row.Scan(&id)
		})
		tx.afterCommit(db.jobs.Ring)
		return tx.Flush(ctx)
	})
	return n, err
}

// JobCount is how many jobs of a kind stand where.
type JobCount struct {
	Kind  string
	State desk.JobState
	N     int64
	Since desk.Instant // when the first of them may begin, or might have begun
}

// CountJobs counts the jobs that are not done.
func (db *DB) CountJobs(ctx context.Context) (list []JobCount, err error) {
	err = db.query(ctx, "SELECT kind, state, count(*), min(run_at) FROM jobs GROUP BY kind, state ORDER BY kind, state", nil, func(row Row) error {
		var c JobCount
		err := row.Scan(&c.Kind, &c.State, &c.N, &c.Since)
		list = append(list, c)
		return err
	})
	return list, err
}
