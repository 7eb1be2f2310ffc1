package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"storedesk/internal/desk"
)

// try runs a job's Work once.
func (r *Runner) try(ctx context.Context, j *desk.Job) (result Result) {
	k := r.kinds[j.Kind]
	if k == nil {
		return Result{Err: fmt.Errorf("nobody does jobs of kind %q", j.Kind), Final: true}
	}
	if _, more := k.Backoff(j.Attempt - 1); j.Attempt > 1 && !more && k.Every == 0 {
		return Result{Err: errors.New("each try ended with the death of its node"), Final: true}
	}
	ctx, cancel := context.WithTimeout(ctx, k.Timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			r.log.ErrorContext(ctx, "panic in a job", slog.String("kind", j.Kind), slog.Int64("job_id", j.ID),
				slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			result = Result{Err: fmt.Errorf("panic: %v", p)}
		}
	}()
	return k.Work(ctx, j)
}
