package store_test

import (
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

func enqueue(t *testing.T, db *store.DB, jobs ...*desk.Job) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		for _, j := range jobs {
			if j.Args == nil {
				j.Args = []byte("{}")
			}
			tx.Enqueue(j)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func claim(t *testing.T, db *store.DB, queue string, now desk.Instant) []*desk.Job {
	t.Helper()
	list, err := db.Claim(t.Context(), store.Claim{Node: "n", Queues: []store.QueueRoom{{Queue: queue, Room: 10}}, Now: now, Lease: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func lanes(jobs []*desk.Job) string {
	text := ""
	for _, j := range jobs {
		text += j.Lane + string(j.Args) + " "
	}
	return text
}

// TestLaneIsNeverOvertaken: what waits behind a failed or running job of its lane is not
// handed out, whatever its own time; other lanes go on.
func TestLaneIsNeverOvertaken(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		job := func(lane, n string, at desk.Instant) *desk.Job {
			return &desk.Job{Kind: "k", Queue: "q", Lane: lane, Args: []byte(n), RunAt: at}
		}
		enqueue(t, db, job("a", "1", 10), job("a", "2", 10), job("b", "3", 10), job("", "4", 5))
		first := claim(t, db, "q", 20)
		if got := lanes(first); got != "a1 a2 b3 4 " {
			t.Fatalf("claimed %q", got)
		}
		enqueue(t, db, job("a", "5", 15))
		if got := lanes(claim(t, db, "q", 20)); got != "" {
			t.Fatalf("claimed %q while the lane is running", got)
		}
		write(t, db, func(tx *store.Tx) {
			tx.RetryJob(first[0], 100, "no")
			tx.ReleaseJob(first[1], 100)
			tx.FinishJob(first[2])
			tx.BuryJob(first[3], "never")
		})
		enqueue(t, db, job("a", "6", 30), job("b", "7", 30))
		if got := lanes(claim(t, db, "q", 40)); got != "b7 " {
			t.Fatalf("claimed %q while the head of a waits", got)
		}
		for range 2 { // 6 may have been due before those ahead of it
			first = append(first, claim(t, db, "q", 120)...)
			write(t, db, func(tx *store.Tx) {
				for _, j := range first {
					tx.FinishJob(j)
				}
			})
		}
		if got := lanes(first[4:]); got != "a1 a2 a5 a6 " {
			t.Errorf("then claimed %q", got)
		}
		if first[4].Attempt != 2 || first[5].Attempt != 1 {
			t.Errorf("attempts %d and %d: a released job has not been tried", first[4].Attempt, first[5].Attempt)
		}
	})
}

func write(t *testing.T, db *store.DB, fn func(*store.Tx)) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		fn(tx)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestOnceMeansOnce: a second job of the same key is not made until the first is done,
// dead ones aside; and a failed write makes none.
func TestOnceMeansOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		j := &desk.Job{Kind: "k", Once: "x"}
		enqueue(t, db, j, j)
		enqueue(t, db, j)
		got := claim(t, db, "k", 1)
		if len(got) != 1 || got[0].Once != "x" {
			t.Fatalf("%d jobs", len(got))
		}
		write(t, db, func(tx *store.Tx) { tx.BuryJob(got[0], "dead") })
		enqueue(t, db, j)
		if n := len(claim(t, db, "k", 1)); n != 1 {
			t.Errorf("%d jobs after the first died", n)
		}
		n, err := db.ReviveJobs(t.Context(), store.JobQuery{Kind: "k"}, 5)
		if err != nil || n != 1 {
			t.Errorf("revived %d, %v", n, err)
		}
	})
}

// TestJobsOfADeadNodeAreTakenOver, and its late result changes nothing.
func TestJobsOfADeadNodeAreTakenOver(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		enqueue(t, db, &desk.Job{Kind: "k"})
		now := desk.At(time.Now())
		mine := claim(t, db, "k", now)[0]
		later := desk.At(now.Time().Add(2 * time.Minute))
		if n, err := db.RescueJobs(t.Context(), now); n != 0 || err != nil {
			t.Fatalf("rescued %d, %v within the lease", n, err)
		}
		if n, err := db.RescueJobs(t.Context(), later); n != 1 || err != nil {
			t.Fatalf("rescued %d, %v", n, err)
		}
		theirs := claim(t, db, "k", later)
		if len(theirs) != 1 || theirs[0].Attempt != 2 {
			t.Fatalf("%d jobs taken over", len(theirs))
		}
		write(t, db, func(tx *store.Tx) { tx.FinishJob(mine) })
		if list, err := db.ListJobs(t.Context(), store.JobQuery{Limit: 9}); err != nil || len(list) != 1 {
			t.Errorf("%d jobs, %v: the late node's result counted", len(list), err)
		}
	})
}

// TestDueQueues names each queue with its first time, past dead and running jobs.
func TestDueQueues(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		enqueue(t, db, &desk.Job{Kind: "b", RunAt: 7}, &desk.Job{Kind: "a", Queue: "a:2", RunAt: 9}, &desk.Job{Kind: "a", Queue: "a:2", RunAt: 8},
			&desk.Job{Kind: "c", RunAt: 1})
		claim(t, db, "c", 1)
		list, err := db.DueQueues(t.Context())
		if err != nil || len(list) != 2 || list[0] != (store.DueQueue{Queue: "a:2", RunAt: 8}) || list[1] != (store.DueQueue{Queue: "b", RunAt: 7}) {
			t.Errorf("%v, %v", list, err)
		}
	})
}
