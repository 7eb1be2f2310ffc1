package jobs

import (
	"context"
	"log/slog"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// end is a job's end that is to be written.
type end struct {
	job     *desk.Job
	queue   *queue
	result  Result
	outcome Outcome
	release bool // it was not begun
	took    time.Duration
	written chan struct{} // closed when it is; nil if nobody waits for that
}

// ends writes the ends of jobs, all that wait in one transaction.
type ends struct {
	r    *Runner
	list chan end
}

const (
	endsAtOnce = 128
	gatherTime = 10 * time.Millisecond // for which others' ends are waited for
)

func newEnds(r *Runner) *ends { return &ends{r: r, list: make(chan end, endsAtOnce)} }

// add hands over an end. What the job held is free once it is written.
func (s *ends) add(e end) {
	s.r.work.Add(1) // until it is written
	s.list <- e
}

// run writes until ctx is over, which is after the last end.
func (s *ends) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-s.list:
			batch := []end{e}
			gather := time.NewTimer(gatherTime)
			select {
			case <-ctx.Done():
			case <-gather.C:
			}
			for len(batch) < endsAtOnce && len(s.list) > 0 {
				batch = append(batch, <-s.list)
			}
			s.write(ctx, batch)
		}
	}
}

// write ends a batch; if that cannot be written together, each by itself; and what cannot
// be written at all is done again after its lease.
func (s *ends) write(ctx context.Context, batch []end) {
	if len(batch) == 0 {
		return
	}
	err := s.r.db.WriteSoon(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		for i := range batch {
			batch[i].queueOn(tx)
		}
		return nil
	})
	if err != nil && len(batch) > 1 {
		for _, e := range batch {
			s.write(ctx, []end{e})
		}
		return
	}
	if err != nil {
		s.r.log.ErrorContext(ctx, "ending a job", slog.Int64("job_id", batch[0].job.ID), slog.Any("error", err))
	}
	s.free(ctx, batch)
}

func (e *end) queueOn(tx *store.Tx) {
	if e.release {
		tx.ReleaseJob(e.job, e.outcome.RetryAt)
		return
	}
	if e.result.Record != nil {
		e.result.Record(tx, e.outcome)
	}
	why := ""
	if e.result.Err != nil {
		why = e.result.Err.Error()
	}
	switch {
	case e.result.Ended:
	case e.job.Once == "periodic:"+e.job.Kind && e.outcome.State == desk.JobReady:
		tx.RepeatJob(e.job, e.outcome.RetryAt, why)
	case e.outcome.State == desk.JobReady:
		tx.RetryJob(e.job, e.outcome.RetryAt, why)
	case e.outcome.State == desk.JobDead:
		tx.BuryJob(e.job, why)
	default:
		tx.FinishJob(e.job)
	}
}

// free makes room for further jobs and says in the log what went wrong.
func (s *ends) free(ctx context.Context, batch []end) {
	r := s.r
	r.mu.Lock()
	for _, e := range batch {
		e.queue.held--
	}
	r.mu.Unlock()
	for _, e := range batch {
		if !e.release {
			r.tell(ctx, &e)
		}
		if e.written != nil {
			close(e.written)
		}
		r.work.Done()
	}
	select {
	case r.freed <- struct{}{}:
	default:
	}
}

func (r *Runner) tell(ctx context.Context, e *end) {
	observe(e)
	if e.result.Err == nil {
		return
	}
	level := slog.LevelInfo
	if e.outcome.State == desk.JobDead || e.queue.kind.Every > 0 {
		level = slog.LevelError
	}
	r.log.LogAttrs(ctx, level, "a job failed", slog.String("kind", e.job.Kind), slog.Int64("job_id", e.job.ID),
		slog.Int64("attempt", e.job.Attempt), slog.Any("error", e.result.Err))
}
