package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"storedesk/internal/store/storetest"
)

// drill is a run of writers, a webhook's receiver and a follower of the feed, while nodes
// are killed.
type drill struct {
	t     *testing.T
	in    *installation
	mu    sync.Mutex
	nodes []*node

	arrived  map[int64][]int64 // by ticket: sequence numbers as they first arrived
	answered map[int64]int64   // by ticket: how many writes were answered
	twice    int
	writes   atomic.Int64
}

// TestDeliveriesSurviveKills: while two nodes take changes and one or the other is killed
// every few seconds, each event reaches the webhook at least once, those of a ticket in
// order, and a follower of the feed sees each exactly once. STOREDESK_DRILL makes it
// longer and as fast as it goes, such as STOREDESK_DRILL=60s.
func TestDeliveriesSurviveKills(t *testing.T) {
	t.Parallel()
	length, pace, kill := 12*time.Second, 20*time.Millisecond, 3*time.Second
	if text := os.Getenv("STOREDESK_DRILL"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
		pace, kill = 0, 5*time.Second
	}
	d := &drill{t: t, in: install(t, storetest.Postgres(t)), arrived: map[int64][]int64{}, answered: map[int64]int64{}}
	d.in.env = append(d.in.env, "STOREDESK_INTERNAL_NETWORKS=127.0.0.0/8", "STOREDESK_LOG_LEVEL=error")
	d.nodes = []*node{d.in.start(), d.in.start()}
	receiver := httptest.NewServer(http.HandlerFunc(d.receive))
	t.Cleanup(receiver.Close)
	d.nodes[0].client().must(201, "POST", "/api/admin/webhooks/", map[string]any{
		"target": receiver.URL, "events": []string{"ticket.created", "ticket.updated"},
	})
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	var group sync.WaitGroup
	for w := range 8 {
		group.Go(func() { d.write(ctx, w, pace) })
	}
	group.Go(func() { d.killAndRestart(ctx, kill) })
	followed := make(chan []int64, 1)
	following, stopFollowing := context.WithCancel(t.Context())
	defer stopFollowing()
	go func() { followed <- d.follow(following) }()
	group.Wait()

	began := time.Now()
	events := d.events()
	d.waitForDeliveries(events)
	t.Logf("%d changes answered, %d events, %.0f a second; %d deliveries came twice; the last came %s after the last change",
		d.writes.Load(), len(events), float64(len(events))/length.Seconds(), d.twice, time.Since(began).Round(time.Millisecond))
	d.check(events)
	all := make([]int64, len(events))
	for i, e := range events {
		all[i] = e.ID
	}
	d.waitForFollower(following, stopFollowing, followed, all)
}

type feedEvent struct {
	ID, Ticket, Sequence int64
}

func (d *drill) receive(_ http.ResponseWriter, r *http.Request) {
	var e struct{ Data struct{ ID int64 } }
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
		return // cut off by a kill
	}
	seq, _ := strconv.ParseInt(r.Header.Get("X-Storedesk-Sequence"), 10, 64)
	d.mu.Lock()
	defer d.mu.Unlock()
	if slices.Contains(d.arrived[e.Data.ID], seq) {
		d.twice++
		return
	}
	d.arrived[e.Data.ID] = append(d.arrived[e.Data.ID], seq)
}

// ask sends one request to a node, with nothing in between.
func (d *drill) ask(ctx context.Context, i int, method, path string, body any) (int, []byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	d.mu.Lock()
	url := d.nodes[i%len(d.nodes)].url
	d.mu.Unlock()
	r, err := http.NewRequestWithContext(ctx, method, url+path, bytes.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+d.in.token)
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// write makes tickets and comments on them until ctx ends; what dies with a node is not
// tried again.
func (d *drill) write(ctx context.Context, w int, pace time.Duration) {
	var mine []int64
	for n := 0; ctx.Err() == nil; n++ {
		path := "/api/admin/tickets/"
		if n%10 != 0 && len(mine) > 0 {
			path = fmt.Sprintf("/api/admin/tickets/%d/comments/", mine[n%len(mine)])
		}
		body := map[string]any{"body": "x"}
		if path == "/api/admin/tickets/" {
			body = map[string]any{"subject": fmt.Sprintf("writer %d, %d", w, n)}
		}
		status, answer, err := d.ask(context.WithoutCancel(ctx), w+n, "POST", path, body)
		if err != nil {
			continue
		}
		var x ticket
		if status/100 != 2 || json.Unmarshal(answer, &x) != nil {
			d.t.Errorf("%d %s", status, answer)
			return
		}
		if path == "/api/admin/tickets/" {
			if mine = append(mine, x.ID); len(mine) > 20 {
				mine = mine[1:]
			}
		}
		d.writes.Add(1)
		d.mu.Lock()
		d.answered[x.ID]++
		d.mu.Unlock()
		if pace > 0 {
			<-time.After(pace)
		}
	}
}

func (d *drill) killAndRestart(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		d.mu.Lock()
		old := d.nodes[i%2]
		d.mu.Unlock()
		old.kill()
		fresh := d.in.start()
		d.mu.Lock()
		d.nodes[i%2] = fresh
		d.mu.Unlock()
	}
}

func (d *drill) page(ctx context.Context, i int, query string) (events []feedEvent, last int64, err error) {
	status, answer, err := d.ask(ctx, i, "GET", "/api/admin/events/?"+query, nil)
	if err != nil {
		return nil, 0, err
	}
	var page struct {
		Last    int64
		Results []feedEvent
	}
	if err := json.Unmarshal(answer, &page); err != nil || status != 200 {
		return nil, 0, fmt.Errorf("%d %s", status, answer)
	}
	return page.Results, page.Last, nil
}

// follow reads the feed as it grows, from whichever node answers.
func (d *drill) follow(ctx context.Context) (ids []int64) {
	var after int64
	for i := 0; ctx.Err() == nil; i++ {
		events, last, err := d.page(ctx, i, fmt.Sprintf("after=%d&limit=1000&wait=1", after))
		if err != nil {
			continue // that node is dead
		}
		for _, e := range events {
			ids = append(ids, e.ID)
		}
		after = last
	}
	return ids
}

// events reads the whole feed.
func (d *drill) events() (all []feedEvent) {
	var after int64
	for {
		events, last, err := d.page(d.t.Context(), 0, fmt.Sprintf("after=%d&limit=1000", after))
		if err != nil {
			d.t.Fatal(err)
		}
		if len(events) == 0 {
			return all
		}
		all, after = append(all, events...), last
	}
}

func (d *drill) waitForDeliveries(events []feedEvent) {
	want := len(events)
	for deadline := time.After(3 * time.Minute); ; {
		d.mu.Lock()
		have := 0
		for _, list := range d.arrived {
			have += len(list)
		}
		d.mu.Unlock()
		if have >= want {
			return
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-deadline:
			d.t.Fatalf("%d of %d events have arrived\n%s", have, want, d.in.run("jobs", "list", "--limit", "5"))
		}
	}
}

func (d *drill) check(events []feedEvent) {
	count := map[int64]int64{}
	for _, e := range events {
		if count[e.Ticket]++; e.Sequence != count[e.Ticket] {
			d.t.Fatalf("the feed has ticket %d with %d after %d", e.Ticket, e.Sequence, count[e.Ticket]-1)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, n := range d.answered {
		if count[id] < n {
			d.t.Errorf("ticket %d: %d writes were answered, %d are there", id, n, count[id])
		}
	}
	for id, n := range count {
		list := d.arrived[id]
		if int64(len(list)) != n || !slices.IsSorted(list) {
			d.t.Errorf("ticket %d: %d events arrived as %v", id, n, list)
		}
	}
}

// waitForFollower lets the follower come to the end and compares what it has seen.
func (d *drill) waitForFollower(ctx context.Context, stop func(), followed <-chan []int64, all []int64) {
	select { // a wait of the feed is a second long
	case <-time.After(3 * time.Second):
	case <-ctx.Done():
	}
	stop()
	if got := <-followed; !slices.Equal(got, all) {
		d.t.Errorf("the follower has seen %d of %d events", len(got), len(all))
	}
}
