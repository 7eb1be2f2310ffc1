package jobs

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"sync"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// How a node keeps its claims, and how long it waits where nothing calls it: the bell
// tells of jobs made by this process, the poll finds those of others.
const (
	lease      = 15 * time.Second
	renewal    = 5 * time.Second
	poll       = 250 * time.Millisecond
	pollAlone  = 2 * time.Second // on SQLite, where others are commands typed by an operator
	pace       = 40 * time.Millisecond
	claimAhead = 4 // times the limit of a queue is claimed at once
	drainTime  = 10 * time.Second
)

// Runner does the jobs of an installation on one node.
type Runner struct {
	db    *store.DB
	log   *slog.Logger
	now   func() time.Time
	node  string
	kinds map[string]*Kind
	ends  *ends

	mu     sync.Mutex
	queues map[string]*queue
	freed  chan struct{} // a job has ended: there may be room for more
	work   sync.WaitGroup
}

// queue is what this node does for one queue.
type queue struct {
	kind    *Kind
	slots   chan struct{} // one for each job at a time
	held    int           // jobs claimed and not ended
	failing bool
}

// New makes a runner; every kind that has jobs must be named.
func New(db *store.DB, now func() time.Time, log *slog.Logger, kinds ...Kind) *Runner {
	r := &Runner{
		db: db, log: log, now: now, node: rand.Text(), kinds: map[string]*Kind{},
		queues: map[string]*queue{}, freed: make(chan struct{}, 1),
	}
	for _, k := range kinds {
		k.fill()
		r.kinds[k.Name] = &k
	}
	r.ends = newEnds(r)
	return r
}

// Run does jobs until ctx ends, and then lets those under way finish, for ten seconds at
// most; what was claimed and not begun goes back.
func (r *Runner) Run(ctx context.Context) error {
	if err := r.plantPeriodic(ctx); err != nil {
		return err
	}
	working, stop := context.WithCancel(context.WithoutCancel(ctx)) // outlives ctx while jobs under way finish
	writing, written := context.WithCancel(context.WithoutCancel(ctx))
	var background sync.WaitGroup
	background.Go(func() { r.ends.run(writing) })
	background.Go(func() { r.keepLeases(writing) })
	r.loop(ctx, working)
	giveUp := time.AfterFunc(drainTime, stop)
	r.work.Wait()
	giveUp.Stop()
	stop()
	written()
	background.Wait()
	return nil
}

// plantPeriodic makes the one job of each periodic kind, if there is none.
func (r *Runner) plantPeriodic(ctx context.Context) error {
	now := desk.At(r.now())
	return r.db.Write(ctx, func(tx *store.Tx) error {
		for _, k := range r.kinds {
			if k.Every > 0 {
				tx.Enqueue(&desk.Job{Kind: k.Name, Once: "periodic:" + k.Name, Args: []byte("{}"), RunAt: now, CreatedAt: now})
			}
		}
		return nil
	})
}

// loop hands out jobs until ctx ends. Rounds keep some distance, so that a busy node
// claims many jobs with each.
func (r *Runner) loop(ctx, working context.Context) {
	for ctx.Err() == nil {
		next := time.After(pace)
		bell := r.db.Jobs().Next()
		wait, err := r.round(ctx, working)
		if err != nil && ctx.Err() == nil {
			r.log.ErrorContext(ctx, "looking for jobs", slog.Any("error", err))
			wait = time.Second
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-bell:
		case <-r.freed:
		case <-timer.C:
		}
		timer.Stop()
		select {
		case <-ctx.Done():
		case <-next:
		}
	}
}

// round claims what is due and there is room for, and says when to look again.
func (r *Runner) round(ctx, working context.Context) (wait time.Duration, err error) {
	wait = pollAlone
	if r.db.Shared() {
		wait = poll
	}
	due, err := r.db.DueQueues(ctx)
	if err != nil {
		return 0, err
	}
	claim := store.Claim{Node: r.node, Now: desk.At(r.now()), Lease: lease}
	for _, d := range due {
		if d.RunAt > claim.Now {
			wait = min(wait, time.Duration(d.RunAt-claim.Now)*time.Microsecond)
		} else if room := r.room(d.Queue); room > 0 {
			claim.Queues = append(claim.Queues, store.QueueRoom{Queue: d.Queue, Room: room})
		}
	}
	if len(claim.Queues) == 0 {
		return wait, nil
	}
	list, err := r.db.Claim(ctx, claim)
	r.hand(working, list)
	return wait, err
}

// room is how many jobs of a queue are to be claimed now. Claiming waits until half of
// what was claimed has ended, so that each claim is worth its write.
func (r *Runner) room(name string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	q := r.queue(name)
	most := claimAhead * q.kind.Limit
	if q.failing {
		most = 1
	}
	if q.held > most/2 {
		return 0
	}
	return most - q.held
}

// queue returns what this node knows of a queue, whose kind is its name up to a colon.
func (r *Runner) queue(name string) *queue {
	q := r.queues[name]
	if q == nil {
		kind, _, _ := strings.Cut(name, ":")
		k := r.kinds[kind]
		if k == nil {
			k = &Kind{Name: kind}
			k.fill()
		}
		q = &queue{kind: k, slots: make(chan struct{}, k.Limit)}
		r.queues[name] = q
	}
	return q
}

// hand starts claimed jobs, those of one lane one after the other.
func (r *Runner) hand(ctx context.Context, list []*desk.Job) {
	lanes := map[[2]string][]*desk.Job{}
	for _, j := range list {
		q := r.take(j)
		if j.Lane == "" {
			r.work.Go(func() { r.do(ctx, q, j, nil) })
			continue
		}
		lane := [2]string{j.Queue, j.Lane}
		lanes[lane] = append(lanes[lane], j)
	}
	for name, lane := range lanes {
		q := r.queueNamed(name[0])
		r.work.Go(func() { r.doLane(ctx, q, lane) })
	}
}

// take counts a job as held.
func (r *Runner) take(j *desk.Job) *queue {
	r.mu.Lock()
	defer r.mu.Unlock()
	q := r.queue(j.Queue)
	q.held++
	return q
}

func (r *Runner) queueNamed(name string) *queue {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.queue(name)
}

// doLane does jobs in order, each after the end of the one before is written. After one
// that is to be tried again, the rest goes back.
func (r *Runner) doLane(ctx context.Context, q *queue, lane []*desk.Job) {
	for i, j := range lane {
		written := make(chan struct{})
		out := r.do(ctx, q, j, written)
		if out.State != desk.JobReady {
			<-written
			continue
		}
		for _, rest := range lane[i+1:] {
			r.ends.add(end{job: rest, release: true, outcome: Outcome{RetryAt: out.RetryAt}, queue: q})
		}
		return
	}
}

// do runs one job when its queue has a slot, and passes on how it ended. written, if not
// nil, is closed when that is written.
func (r *Runner) do(ctx context.Context, q *queue, j *desk.Job, written chan struct{}) Outcome {
	select {
	case q.slots <- struct{}{}:
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		e := end{job: j, release: true, outcome: Outcome{State: desk.JobReady, RetryAt: j.RunAt}, queue: q, written: written}
		r.ends.add(e)
		return e.outcome
	}
	began := r.now()
	result := r.try(ctx, j)
	<-q.slots
	e := end{job: j, queue: q, result: result, outcome: r.judge(j, result), took: r.now().Sub(began), written: written}
	if result.Err != nil && ctx.Err() != nil {
		e.release, e.outcome = true, Outcome{State: desk.JobReady, RetryAt: desk.At(r.now())}
	}
	r.mu.Lock()
	q.failing = result.Err != nil
	r.mu.Unlock()
	r.ends.add(e)
	return e.outcome
}

// judge says what a result means for its job.
func (r *Runner) judge(j *desk.Job, result Result) Outcome {
	k, now := r.kinds[j.Kind], r.now()
	switch {
	case k != nil && k.Every > 0:
		return Outcome{State: desk.JobReady, RetryAt: desk.At(now.Add(k.Every))}
	case result.Err == nil:
		return Outcome{}
	case result.Final || k == nil:
		return Outcome{State: desk.JobDead}
	}
	if wait, ok := k.Backoff(j.Attempt); ok {
		return Outcome{State: desk.JobReady, RetryAt: desk.At(now.Add(wait))}
	}
	return Outcome{State: desk.JobDead}
}

// keepLeases renews the claims of this node and takes over those of nodes that do not.
func (r *Runner) keepLeases(ctx context.Context) {
	tick := time.NewTicker(renewal)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := r.now()
		if r.holding() {
			r.complain(ctx, r.db.RenewLeases(ctx, r.node, desk.At(now.Add(lease))))
		}
		n, err := r.db.RescueJobs(ctx, desk.At(now))
		r.complain(ctx, err)
		if n > 0 {
			r.log.WarnContext(ctx, "took over jobs of a node that is gone", slog.Int("jobs", n))
		}
	}
}

func (r *Runner) holding() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, q := range r.queues {
		if q.held > 0 {
			return true
		}
	}
	return false
}

func (r *Runner) complain(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		r.log.ErrorContext(ctx, "keeping jobs", slog.Any("error", err))
	}
}
