package admin

import (
	"sync"
	"time"
)

// window is the stretch of time in which requests are counted.
const window = time.Second

// throttle allows each token a number of requests in every stretch of a second. A
// refused request does not count. It counts for this process alone.
type throttle struct {
	limit int // requests; 0 = no limit
	mu    sync.Mutex
	byID  map[int64]*recent
	swept time.Time
}

// recent holds the times of a token's last requests, as a ring.
type recent struct {
	times []time.Time
	next  int // the oldest of them, and the place of the next
}

// quota is what the throttle says about a request.
type quota struct {
	ok        bool
	remaining int           // further requests allowed right now
	wait      time.Duration // until the next is allowed; 0 when one is
	reset     time.Duration // until nothing counts any more
}

func newThrottle(limit int) *throttle {
	return &throttle{limit: limit, byID: map[int64]*recent{}}
}

// take counts a request of a token, unless it comes too early.
func (t *throttle) take(token int64, now time.Time) quota {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep(now)
	r := t.byID[token]
	if r == nil {
		r = &recent{times: make([]time.Time, t.limit)}
		t.byID[token] = r
	}
	if age := now.Sub(r.times[r.next]); age < window {
		newest := r.times[(r.next+t.limit-1)%t.limit]
		return quota{wait: window - age, reset: window - now.Sub(newest)}
	}
	r.times[r.next] = now
	r.next = (r.next + 1) % t.limit
	return quota{ok: true, remaining: r.free(now), reset: window}
}

func (r *recent) free(now time.Time) (n int) {
	for _, at := range r.times {
		if now.Sub(at) >= window {
			n++
		}
	}
	return n
}

// sweep forgets tokens that have been quiet, now and then, so that the map does not
// grow with every token ever used.
func (t *throttle) sweep(now time.Time) {
	if now.Sub(t.swept) < time.Minute {
		return
	}
	t.swept = now
	for id, r := range t.byID {
		if r.free(now) == t.limit {
			delete(t.byID, id)
		}
	}
}

// seconds rounds a wait up to whole seconds.
func seconds(d time.Duration) int {
	return int((d + time.Second - 1) / time.Second)
}
