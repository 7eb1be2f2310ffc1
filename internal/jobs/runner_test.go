package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/jobs"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// run starts a runner and returns what ends it.
func run(t *testing.T, db *store.DB, kinds ...jobs.Kind) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := jobs.New(db, time.Now, slog.New(slog.DiscardHandler), kinds...)
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func enqueue(t *testing.T, db *store.DB, list ...*desk.Job) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		for _, j := range list {
			tx.Enqueue(j)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// left waits until so many jobs are left and returns them.
func left(t *testing.T, db *store.DB, n int) []*desk.Job {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for range time.Tick(5 * time.Millisecond) {
		list, err := db.ListJobs(t.Context(), store.JobQuery{Limit: 10_000})
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == n {
			return list
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d jobs left instead of %d", len(list), n)
		}
	}
	return nil
}

// TestNodesShareWorkInOrder: two nodes do all jobs, each once, those of a lane in order.
func TestNodesShareWorkInOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const lanes, each = 7, 20
		var mu sync.Mutex
		done := map[string][]string{}
		kind := jobs.Kind{Name: "k", Work: func(_ context.Context, j *desk.Job) jobs.Result {
			mu.Lock()
			defer mu.Unlock()
			done[j.Lane] = append(done[j.Lane], string(j.Args))
			return jobs.Result{}
		}}
		run(t, db, kind)
		run(t, db, kind)
		for n := range each {
			var batch []*desk.Job
			for lane := range lanes {
				batch = append(batch, &desk.Job{Kind: "k", Lane: "l" + strconv.Itoa(lane), Args: []byte(strconv.Itoa(n))})
			}
			enqueue(t, db, batch...)
		}
		left(t, db, 0)
		mu.Lock()
		defer mu.Unlock()
		for lane, list := range done {
			if len(list) != each || !slices.IsSortedFunc(list, func(a, b string) int { x, _ := strconv.Atoi(a); y, _ := strconv.Atoi(b); return x - y }) {
				t.Errorf("lane %s: %v", lane, list)
			}
		}
		if len(done) != lanes {
			t.Errorf("%d lanes", len(done))
		}
	})
}

// TestFailuresAreTriedAgainThenDead: with the gaps the kind says, in the same transaction
// as what the job records.
func TestFailuresAreTriedAgainThenDead(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var mu sync.Mutex
		var tries []int64
		outcomes := []desk.JobState{}
		run(t, db, jobs.Kind{
			Name: "k", Backoff: func(n int64) (time.Duration, bool) { return 10 * time.Millisecond, n < 3 },
			Work: func(_ context.Context, j *desk.Job) jobs.Result {
				mu.Lock()
				tries = append(tries, j.Attempt)
				mu.Unlock()
				if string(j.Args) == "panic" {
					panic("oops")
				}
				return jobs.Result{Err: errors.New("no luck"), Final: string(j.Args) == "final", Record: func(_ *store.Tx, out jobs.Outcome) {
					mu.Lock()
					defer mu.Unlock()
					outcomes = append(outcomes, out.State)
				}}
			},
		})
		for _, args := range []string{"fail", "panic", "final", "fail"} {
			enqueue(t, db, &desk.Job{Kind: "k", Args: []byte(args)})
		}
		enqueue(t, db, &desk.Job{Kind: "unknown", Args: []byte("x")})
		dead := func() (n int) {
			for _, j := range left(t, db, 5) {
				if j.State == desk.JobDead && j.Error != "" {
					n++
				}
			}
			return n
		}
		for deadline := time.After(20 * time.Second); dead() < 5; {
			select {
			case <-time.After(5 * time.Millisecond):
			case <-deadline:
				t.Fatalf("only %d are dead", dead())
			}
		}
		mu.Lock()
		defer mu.Unlock()
		slices.Sort(tries)
		if !slices.Equal(tries, []int64{1, 1, 1, 1, 2, 2, 2, 3, 3, 3}) {
			t.Errorf("tries %v", tries)
		}
		slices.Sort(outcomes)
		if !slices.Equal(outcomes, []desk.JobState{"dead", "dead", "dead", "ready", "ready", "ready", "ready"}) {
			t.Errorf("outcomes %v", outcomes)
		}
	})
}

// TestPeriodicJobRunsOnceForAllNodes, again and again, whether it fails or not.
func TestPeriodicJobRunsOnceForAllNodes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ran := make(chan struct{}, 1000)
		kind := jobs.Kind{Name: "p", Every: 30 * time.Millisecond, Work: func(context.Context, *desk.Job) jobs.Result {
			ran <- struct{}{}
			return jobs.Done(errors.New("each time"))
		}}
		stops := []func(){run(t, db, kind), run(t, db, kind)}
		for range 5 {
			select {
			case <-ran:
			case <-time.After(10 * time.Second):
				t.Fatal("it does not run")
			}
		}
		for _, stop := range stops {
			stop()
		}
		if list := left(t, db, 1); list[0].State != desk.JobReady || list[0].Error != "each time" {
			t.Errorf("left %+v", list[0])
		}
	})
}

// TestStopGivesBackWhatWasNotBegun: jobs under way finish, the others are ready at once
// for other nodes, without a try counted.
func TestStopGivesBackWhatWasNotBegun(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		begun, finish := make(chan struct{}, 100), make(chan struct{})
		stop := run(t, db, jobs.Kind{Name: "k", Limit: 1, Work: func(context.Context, *desk.Job) jobs.Result {
			begun <- struct{}{}
			<-finish
			return jobs.Result{}
		}})
		enqueue(t, db, &desk.Job{Kind: "k"}, &desk.Job{Kind: "k"}, &desk.Job{Kind: "k"})
		<-begun
		time.AfterFunc(50*time.Millisecond, func() { close(finish) })
		stop()
		for _, j := range left(t, db, 3-len(begun)-1) {
			if j.State != desk.JobReady || j.Attempt != 0 {
				t.Errorf("left %+v", j)
			}
		}
	})
}
