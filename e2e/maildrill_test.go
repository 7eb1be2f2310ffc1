package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"storedesk/internal/store/storetest"
)

// TestMailSurvivesKills hands mails over on eight connections while the server is killed
// again and again. What was answered with 250 is there exactly once, though senders send
// again what was not; each acknowledgement left once at most, or is marked uncertain.
// STOREDESK_DRILL makes it two thousand mails.
func TestMailSurvivesKills(t *testing.T) {
	t.Parallel()
	mails, kills := 240, 6
	if os.Getenv("STOREDESK_DRILL") != "" {
		mails, kills = 2000, 25
	}
	storetest.EachURL(t, func(t *testing.T, url string) {
		in, relay, address := mailDesk(t, url)
		in.env = append(in.env, "STOREDESK_LOG_LEVEL=error")
		n := in.start("--smtp-listen", address)
		var mu sync.Mutex
		accepted := 0
		done, stop := context.WithCancel(t.Context())
		defer stop()
		killed := make(chan *node, 1)
		go func() {
			current := n
			for i := 0; i < kills && done.Err() == nil; i++ {
				mu.Lock()
				target := accepted + mails/kills - rand.IntN(mails/kills)
				mu.Unlock()
				for done.Err() == nil {
					mu.Lock()
					now := accepted
					mu.Unlock()
					if now >= target {
						break
					}
					<-time.After(time.Millisecond)
				}
				<-time.After(time.Duration(rand.IntN(30)) * time.Millisecond)
				current.kill()
				current = in.start("--smtp-listen", address)
			}
			killed <- current
		}()
		parallel(8, func(w int) {
			for i := w; i < mails; i += 8 {
				from := fmt.Sprintf("customer%d@c.example", i)
				raw := fmt.Sprintf("From: %s\nTo: %s\nSubject: mail number %d\nMessage-ID: <drill-%d@c.example>\nDate: Mon, 23 Nov 2026 12:00:00 +0000\n\nThe text of mail %d.\n", from, supportAddress, i, i, i)
				for deadline := time.After(2 * time.Minute); ; {
					if err := post(address, from, []string{supportAddress}, raw); err == nil {
						break
					}
					select { // as a mail server does: again, later
					case <-time.After(20 * time.Millisecond):
					case <-deadline:
						t.Errorf("mail %d is never taken", i)
						return
					}
				}
				mu.Lock()
				accepted++
				mu.Unlock()
			}
		})
		stop()
		c := (<-killed).client()
		until(t, "all mails are handled", func() bool {
			left := in.run("jobs", "list", "--limit", "1")
			return !strings.Contains(left, "mail: ") && !strings.Contains(left, "mail-event: ") && !strings.Contains(left, "mail-send: ")
		})
		checkMailDrill(t, c, relay, mails)
	})
}

func checkMailDrill(t *testing.T, c *client, relay *mailRelay, mails int) {
	sent := map[string]int{}
	for _, m := range relay.all() {
		for _, to := range m.to {
			sent[to]++
		}
	}
	seen, uncertain := map[string]int{}, 0
	c.walk("/api/admin/tickets/?page_size=100", func(x ticket) {
		seen[x.Subject]++
		if len(x.Comments) != 1 || x.Comments[0].Body == nil || !strings.HasPrefix(*x.Comments[0].Body, "The text of mail ") {
			t.Errorf("half a ticket: %+v", x)
		}
		var page struct {
			Results []struct {
				Recipients []struct{ Address, State string }
			}
		}
		c.must(200, "GET", fmt.Sprintf("/api/admin/tickets/%d/deliveries/", x.ID), nil).decode(t, &page)
		if len(page.Results) != 1 {
			t.Errorf("%q has %d mails", x.Subject, len(page.Results))
			return
		}
		for _, r := range page.Results[0].Recipients {
			switch {
			case r.State == "uncertain":
				uncertain++
				if sent[r.Address] > 1 {
					t.Errorf("%s: uncertain, and sent %d times", r.Address, sent[r.Address])
				}
			case r.State != "accepted" || sent[r.Address] != 1:
				t.Errorf("%s: %s, and sent %d times", r.Address, r.State, sent[r.Address])
			}
		}
	})
	for i := range mails {
		if n := seen[fmt.Sprintf("mail number %d", i)]; n != 1 {
			t.Errorf("mail %d became %d tickets", i, n)
		}
	}
	t.Logf("%d mails, %d tickets, %d acknowledgements sent, %d uncertain", mails, len(seen), len(relay.all()), uncertain)
}
