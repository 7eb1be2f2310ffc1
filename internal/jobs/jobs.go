// Package jobs does the work that writes leave behind: rows of the jobs table, made in
// the transaction of the write. Any node may do any job; a job that a node has claimed is
// its own for as long as it renews its lease. What is done has no row any more, and the
// row goes in the same transaction as what the job wrote. A job may run twice (its node
// may die after the effect and before the record of it), so every Work is safe to repeat.
package jobs

import (
	"context"
	"math/rand/v2"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Kind says how the jobs of one kind are done.
type Kind struct {
	Name string
	// Work does a job. ctx ends after Timeout, or when the program stops.
	Work    func(ctx context.Context, j *desk.Job) Result
	Timeout time.Duration // 0 = a minute
	// Limit is how many jobs of one queue this node does at a time; 0 = 4. A queue whose
	// last job failed gets one at a time until one succeeds.
	Limit int
	// Backoff is how long to wait after a failed try, by its number from 1; ok is false
	// when that was the last. nil = DefaultBackoff.
	Backoff func(attempt int64) (wait time.Duration, ok bool)
	// Every makes the kind periodic: there is one job of it, run so often after its last
	// end, well or not.
	Every time.Duration
}

const (
	defaultTimeout = time.Minute
	defaultLimit   = 4
)

// Result is what became of a job.
type Result struct {
	// Err is nil when the job is done. Otherwise it is tried again as Backoff says.
	Err error
	// Final says that no further try would help.
	Final bool
	// Record queues what is to be written in the transaction that ends the job. outcome is
	// what the end comes to.
	Record func(tx *store.Tx, outcome Outcome)
	// Ended says that Work has ended the job in a transaction of its own.
	Ended bool
}

// Outcome is how a try ends.
type Outcome struct {
	State   desk.JobState // "" = done; ready = tried again; dead = given up
	RetryAt desk.Instant  // when the state is ready
}

// Done is the result of a job that succeeded.
func Done(err error) Result { return Result{Err: err} }

// DefaultBackoff waits 1 s, 4 s, 16 s … up to an hour, with some chance in it, and gives
// up after 12 tries, most of a day.
func DefaultBackoff(attempt int64) (time.Duration, bool) {
	wait := time.Second
	for range attempt - 1 {
		wait = min(4*wait, time.Hour)
	}
	return wait + rand.N(wait/4+1), attempt < 12
}

func (k *Kind) fill() {
	if k.Timeout == 0 {
		k.Timeout = defaultTimeout
	}
	if k.Limit == 0 {
		k.Limit = defaultLimit
	}
	if k.Backoff == nil {
		k.Backoff = DefaultBackoff
	}
}
