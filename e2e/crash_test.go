package e2e

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"storedesk/internal/store/storetest"
)

// TestKillLosesAndDoublesNothing kills the server in the middle of a stream of
// creates, again and again. Every create that was answered must be there once, and no
// ticket may be half there.
func TestKillLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	const kills, writers = 50, 4
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		var mu sync.Mutex
		answered := map[string]int64{}
		for round := range kills {
			n := in.start()
			time.AfterFunc(time.Duration(20+rand.IntN(120))*time.Millisecond, func() { _ = n.cmd.Process.Kill() })
			parallel(writers, func(w int) {
				c := n.client()
				for i := 0; ; i++ {
					subject := fmt.Sprintf("round %d writer %d ticket %d", round, w, i)
					a, err := c.send("POST", "/api/admin/tickets/", map[string]any{
						"subject": subject, "tags": []string{fmt.Sprintf("round-%d", round), "drill"},
						"comment": map[string]any{"body": "comment of " + subject},
					})
					if err != nil {
						return // the server is dead
					}
					if a.Status != 201 {
						t.Errorf("%d %s", a.Status, a.Body)
						return
					}
					var made ticket
					a.decode(t, &made)
					mu.Lock()
					answered[subject] = made.ID
					mu.Unlock()
				}
			})
			n.kill()
		}
		if len(answered) < kills {
			t.Fatalf("only %d creates were answered: the drill proves nothing", len(answered))
		}
		checkDrill(t, in, answered)
	})
}

func checkDrill(t *testing.T, in *installation, answered map[string]int64) {
	c := in.start().client()
	seen := map[string]int64{}
	c.walk("/api/admin/tickets/?page_size=100", func(x ticket) {
		if seen[x.Subject] != 0 {
			t.Errorf("%q is there twice: %d and %d", x.Subject, seen[x.Subject], x.ID)
		}
		seen[x.Subject] = x.ID
		if len(x.Comments) != 1 || x.Comments[0].Body == nil || *x.Comments[0].Body != "comment of "+x.Subject || len(x.Tags) != 2 {
			t.Errorf("half-written: %+v", x)
		}
	})
	for subject, id := range answered {
		if seen[subject] != id {
			t.Errorf("%q was answered as %d and is now %d", subject, id, seen[subject])
		}
	}
	// What is derived must agree: the search indexes find each ticket, once.
	for _, query := range []string{"q=comment", "filter_text=writer", "subject=ticket", "status=new"} {
		found := 0
		c.walk("/api/admin/tickets/?page_size=100&"+query, func(ticket) { found++ })
		if found != len(seen) {
			t.Errorf("%s finds %d of %d", query, found, len(seen))
		}
	}
	t.Logf("%d creates answered, %d tickets in the end", len(answered), len(seen))
}
