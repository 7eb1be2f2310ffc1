package e2e

import (
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"

	"storedesk/internal/store/storetest"
)

// TestTwoNodesBehaveAsOne lets two servers on one PostgreSQL database create, update
// and page at the same time.
func TestTwoNodesBehaveAsOne(t *testing.T) {
	t.Parallel()
	in := install(t, storetest.Postgres(t))
	nodes := []*node{in.start(), in.start()}
	shared := nodes[0].client().must(201, "POST", "/api/admin/tickets/", map[string]any{"subject": "shared"})
	var first ticket
	shared.decode(t, &first)

	const writers, each = 6, 40
	var mu sync.Mutex
	made := map[int64]bool{first.ID: true}
	parallel(writers+2, func(i int) {
		c := nodes[i%2].client()
		if i >= writers {
			checkPaging(t, c, first.ID)
			return
		}
		for k := range each {
			var x ticket
			c.must(201, "POST", "/api/admin/tickets/", map[string]any{
				"subject": fmt.Sprintf("%d-%d", i, k), "tags": []string{fmt.Sprintf("tag-%d", k)},
			}).decode(t, &x)
			mu.Lock()
			if made[x.ID] {
				t.Errorf("id %d was given twice", x.ID)
			}
			made[x.ID] = true
			mu.Unlock()
			// Read on the other node what this one wrote.
			nodes[(i+1)%2].client().must(200, "GET", fmt.Sprintf("/api/admin/tickets/%d/", x.ID), nil)
			c.must(200, "POST", fmt.Sprintf("/api/admin/tickets/%d/comments/", first.ID), map[string]any{"body": fmt.Sprintf("%d-%d", i, k)})
		}
	})
	for _, n := range nodes {
		var x ticket
		n.client().must(200, "GET", fmt.Sprintf("/api/admin/tickets/%d/", first.ID), nil).decode(t, &x)
		if len(x.Comments) != writers*each {
			t.Errorf("%d comments, want %d: a writer overwrote another", len(x.Comments), writers*each)
		}
		ids := []int64{}
		n.client().walk("/api/admin/tickets/?page_size=7", func(x ticket) { ids = append(ids, x.ID) })
		if len(ids) != len(made) {
			t.Errorf("%d tickets, want %d", len(ids), len(made))
		}
	}
}

// checkPaging walks the list to its end while others write: ids fall strictly, and
// what was there at the start comes.
func checkPaging(t *testing.T, c *client, oldest int64) {
	for range 10 {
		var ids []int64
		c.walk("/api/admin/tickets/?page_size=5", func(x ticket) { ids = append(ids, x.ID) })
		sorted := slices.IsSortedFunc(ids, func(a, b int64) int { return int(b - a) })
		if !sorted || len(slices.Compact(slices.Clone(ids))) != len(ids) || !slices.Contains(ids, oldest) {
			t.Errorf("a walk under writes gave %v", ids)
		}
	}
}

// TestSameKeyOnBothNodesCreatesOnce sends one Idempotency-Key to two nodes at once.
func TestSameKeyOnBothNodesCreatesOnce(t *testing.T) {
	t.Parallel()
	in := install(t, storetest.Postgres(t))
	nodes := []*node{in.start(), in.start()}
	for round := range 10 {
		var mu sync.Mutex
		ids := map[int64]bool{}
		parallel(6, func(i int) {
			var x ticket
			nodes[i%2].client().must(201, "POST", "/api/admin/tickets/", map[string]any{"subject": "once"},
				"Idempotency-Key", fmt.Sprintf("round-%d", round)).decode(t, &x)
			mu.Lock()
			ids[x.ID] = true
			mu.Unlock()
		})
		if len(ids) != 1 {
			t.Errorf("one key made tickets %v", ids)
		}
	}
}

// TestTerminateDrainsAndExitsZero stops the server while requests are under way.
func TestTerminateDrainsAndExitsZero(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		n := in.start()
		var mu sync.Mutex
		count := 0
		stop := make(chan struct{})
		var once sync.Once
		parallel(4, func(int) {
			c := n.client()
			for {
				a, err := c.send("POST", "/api/admin/tickets/", map[string]any{"subject": "drain"})
				if err != nil {
					return // the listener is closed
				}
				if a.Status != 201 {
					t.Errorf("%d %s", a.Status, a.Body)
					return
				}
				mu.Lock()
				count++
				if count == 50 {
					once.Do(func() { close(stop); _ = n.cmd.Process.Signal(syscall.SIGTERM) })
				}
				mu.Unlock()
			}
		})
		<-stop
		err := <-n.done
		n.done <- err
		if err != nil {
			t.Fatalf("the server ended with %v\n%s", err, n.log.String())
		}
		found := 0
		in.start().client().walk("/api/admin/tickets/?page_size=100", func(ticket) { found++ })
		if found < count {
			t.Errorf("%d creates were answered, %d tickets are there", count, found)
		}
	})
}
