package webhook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/out/webhook"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// got is one request that a receiver has seen.
type got struct {
	Ticket int64
	Seq    string
	At     time.Time
}

// receiver answers as told and keeps what it has seen.
type receiver struct {
	*httptest.Server
	mu   sync.Mutex
	seen []got
}

func (s *shop) receiver(answer func(n int, w http.ResponseWriter, r *http.Request, body []byte)) *receiver {
	rec := &receiver{}
	rec.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var e struct{ Data struct{ ID int64 } }
		_ = json.Unmarshal(body, &e)
		rec.mu.Lock()
		rec.seen = append(rec.seen, got{e.Data.ID, r.Header.Get("X-Storedesk-Sequence"), time.Now()})
		n := len(rec.seen)
		rec.mu.Unlock()
		answer(n, w, r, body)
	}))
	s.t.Cleanup(func() {
		rec.CloseClientConnections()
		rec.Close()
	})
	return rec
}

func (r *receiver) all() []got {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.seen)
}

// log is the record of deliveries to a webhook, oldest first.
func (s *shop) log(h *desk.Webhook) []desk.Delivery {
	s.t.Helper()
	list, _, err := s.db.ListDeliveries(s.t.Context(), s.st, h.ID, &desk.DeliveryFilter{}, desk.Page{Size: 100})
	if err != nil {
		s.t.Fatal(err)
	}
	slices.Reverse(list)
	return list
}

// TestEachKindOfFailure: what receivers do wrong is tried again, recorded, and ends well
// when they recover; 410 ends it.
func TestEachKindOfFailure(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	t.Cleanup(elsewhere.Close)
	cases := []struct {
		name   string
		fail   func(w http.ResponseWriter, r *http.Request)
		status int
	}{
		{"500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, 500},
		{"201 is no success", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201) }, 201},
		{"redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) }, 302},
		{"hang", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 0},
		{"reset", func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = conn.(*net.TCPConn).SetLinger(0)
				conn.Close()
			}
		}, 0},
		{"byte by byte", func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			slow := time.NewTicker(20 * time.Millisecond)
			defer slow.Stop()
			for _, b := range []byte("HTTP/1.1 200 OK\r\nX-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n") {
				if _, err := conn.Write([]byte{b}); err != nil {
					return
				}
				<-slow.C
			}
		}, 0},
		{"huge answer", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(503)
			for range 1000 {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, 503},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		var hooks []*desk.Webhook
		for _, c := range cases {
			r := s.receiver(func(n int, w http.ResponseWriter, r *http.Request, _ []byte) {
				if n <= 2 {
					c.fail(w, r)
				}
			})
			hooks = append(hooks, s.hook(r.URL, "x"))
		}
		s.start()
		s.create("a", "")
		for _, h := range hooks {
			s.eventually("three attempts", func() bool { return len(s.log(h)) == 3 })
		}
		for i, c := range cases {
			log := s.log(hooks[i])
			var outcomes []desk.Outcome
			for n, d := range log {
				outcomes = append(outcomes, d.Outcome)
				if n < 2 && (d.Status != c.status || d.Attempt != int64(n+1)) {
					t.Errorf("%s: attempt %d gave %d %q", c.name, d.Attempt, d.Status, d.Answer)
				}
			}
			if !slices.Equal(outcomes, []desk.Outcome{"retry", "retry", "delivered"}) {
				t.Errorf("%s: %v", c.name, outcomes)
			}
			if h := s.reload(hooks[i]); !h.Active || h.WarningCount != 0 || h.NextCheckAt != 0 {
				t.Errorf("%s: left %+v", c.name, h)
			}
		}
	})
}

// TestGoneSwitchesOff: 410 ends the webhook at once, with what waited for it.
func TestGoneSwitchesOff(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		r := s.receiver(func(_ int, w http.ResponseWriter, _ *http.Request, _ []byte) { w.WriteHeader(410) })
		h := s.hook(r.URL, "x")
		id := s.create("a", "")
		for range 3 {
			s.update(id, desk.TicketInput{Comment: &desk.CommentInput{}})
		}
		s.start()
		if warned := <-s.warned; warned.ID != h.ID || warned.Active {
			t.Errorf("warned of %+v", warned)
		}
		s.eventually("it is off", func() bool { return !s.reload(h).Active })
		s.create("b", "")
		s.eventually("the rest is dead", func() bool {
			dead, err := s.db.ListJobs(t.Context(), store.JobQuery{State: desk.JobDead, Limit: 10})
			return err == nil && len(dead) == 4 && s.pending() == 4
		})
		if n := len(r.all()); n != 1 {
			t.Errorf("%d requests", n)
		}
	})
}

// TestGivingUp: an event is tried eleven times; five events lost in a row end the webhook,
// and admins hear of it.
func TestGivingUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		s.hooks.FirstGap = time.Microsecond
		r := s.receiver(func(_ int, w http.ResponseWriter, _ *http.Request, _ []byte) { w.WriteHeader(500) })
		h := s.hook(r.URL, "x")
		s.start()
		for n := range desk.MaxWarnings {
			before := len(r.all())
			s.create("a", "")
			s.eventually("it is given up", func() bool { return s.reload(h).WarningCount == int64(n+1) })
			if tries := len(r.all()) - before; tries != 11 {
				t.Errorf("%d tries", tries)
			}
		}
		if s.reload(h).Active {
			t.Error("still active")
		}
		off := false
		for !off {
			off = !(<-s.warned).Active
		}
	})
}

// TestOrderWithinATicketIsKept, while an earlier event is tried again; other tickets do
// not wait for it.
func TestOrderWithinATicketIsKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		s.hooks.FirstGap = 200 * time.Millisecond
		first := s.create("a", "")
		var failed atomic.Int64
		r := s.receiver(func(_ int, w http.ResponseWriter, _ *http.Request, body []byte) {
			if bytes.Contains(body, fmt.Appendf(nil, `"data": {"id": %d,`, first)) && failed.Add(1) <= 2 {
				w.WriteHeader(500)
			}
		})
		s.hook(r.URL, "x")
		s.update(first, desk.TicketInput{Comment: &desk.CommentInput{}})
		s.start()
		s.eventually("the first has failed", func() bool { return len(r.all()) == 1 })
		for range 3 {
			s.update(first, desk.TicketInput{Comment: &desk.CommentInput{}})
		}
		second := s.create("b", "")
		s.eventually("all are delivered", func() bool { return len(r.all()) >= 8 && s.pending() == 0 })
		var order []string
		for _, g := range r.all() {
			if g.Ticket == first {
				order = append(order, g.Seq)
			}
		}
		if got := fmt.Sprint(order); got != "[1 1 1 2 3 4 5]" {
			t.Errorf("order %v", got)
		}
		if all := r.all(); all[len(all)-1].Ticket == second {
			t.Error("the second ticket waited for the first")
		}
	})
}

// TestBadTargetDelaysNobody: another webhook gets its events while ten thousand deliveries
// wait for one that hangs. How fast is for the benchmarks to say.
func TestBadTargetDelaysNobody(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		bad := s.receiver(func(_ int, _ http.ResponseWriter, r *http.Request, _ []byte) { <-r.Context().Done() })
		h := s.hook(bad.URL, "x")
		id := s.create("old", "")
		e, err := s.db.EventsAfter(t.Context(), s.st, store.EventQuery{UpTo: 1 << 40, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Write(t.Context(), func(tx *store.Tx) error {
			for n := range 10_000 {
				args := fmt.Sprintf(`{"webhook":%d,"event":%d}`, h.ID, e[0].ID)
				tx.Enqueue(&desk.Job{StoreID: s.st.ID, Kind: store.WebhookKind, Queue: store.WebhookQueue(h.ID), Lane: fmt.Sprintf("t%d", id+int64(n)), Args: []byte(args)})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		good := s.receiver(func(int, http.ResponseWriter, *http.Request, []byte) {})
		s.hook(good.URL, "x")
		s.start()
		s.eventually("the bad one hangs", func() bool { return len(bad.all()) > 0 })
		for range 5 {
			id := s.create("new", "")
			s.eventually("the good one hears of it", func() bool {
				return slices.ContainsFunc(good.all(), func(g got) bool { return g.Ticket == id })
			})
		}
		if n := s.pending(); n < 9_900 {
			t.Errorf("only %d deliveries wait for the bad one", n)
		}
	})
}

// TestBothSecretsWhileChangingOver: receivers with the old secret and with the new one
// both get what they can verify; after a day only the new one counts.
func TestBothSecretsWhileChangingOver(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		verify := func(secret string) func(int, http.ResponseWriter, *http.Request, []byte) {
			return func(_ int, w http.ResponseWriter, r *http.Request, body []byte) {
				if r.Header.Get("X-29Next-Signature") != webhook.Sign(secret, body) {
					w.WriteHeader(401)
				}
			}
		}
		var hooks []*desk.Webhook
		for _, secret := range []string{"new", "old"} {
			h := s.hook(s.receiver(verify(secret)).URL, "old")
			h.Renew("new", time.Now())
			hooks = append(hooks, h)
		}
		late := s.hook(s.receiver(verify("old")).URL, "old")
		late.Renew("new", time.Now().Add(-25*time.Hour))
		write := func(tx *store.Tx) error {
			for _, h := range append(hooks, late) {
				tx.UpdateWebhook(s.st, h)
			}
			return nil
		}
		if err := db.Write(t.Context(), write); err != nil {
			t.Fatal(err)
		}
		s.start()
		s.create("a", "")
		for _, h := range hooks {
			s.eventually("delivered", func() bool { log := s.log(h); return len(log) == 1 && log[0].Outcome == desk.Delivered })
		}
		s.eventually("refused", func() bool { log := s.log(late); return len(log) > 0 && log[0].Status == 401 })
	})
}

// TestTestAndReplay: a test is sent once and recorded; a replay sends events again with
// their own ids, in order.
func TestTestAndReplay(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		var mu sync.Mutex
		ids := []string{}
		r := s.receiver(func(_ int, w http.ResponseWriter, r *http.Request, body []byte) {
			var e struct {
				EventID string `json:"event_id"`
			}
			_ = json.Unmarshal(body, &e)
			mu.Lock()
			defer mu.Unlock()
			if r.Header.Get("X-Storedesk-Test") == "" {
				ids = append(ids, e.EventID)
			}
		})
		h := s.hook(r.URL, "x")
		d, err := s.hooks.Test(t.Context(), s.st, h)
		if err != nil || d.Outcome != desk.Delivered || d.EventType != desk.EventTicketCreated {
			t.Errorf("test of an empty store: %+v, %v", d, err)
		}
		id := s.create("a", "")
		s.update(id, desk.TicketInput{Comment: &desk.CommentInput{}})
		s.start()
		s.eventually("both are delivered", func() bool { return len(r.all()) == 3 && s.pending() == 0 })
		if d, err = s.hooks.Test(t.Context(), s.st, h); err != nil || d.TicketID != id || d.Seq != 2 {
			t.Errorf("test: %+v, %v", d, err)
		}
		n, err := s.hooks.Replay(t.Context(), s.st, h, desk.Replay{})
		if err != nil || n != 2 {
			t.Errorf("replayed %d, %v", n, err)
		}
		s.eventually("both come again", func() bool { return len(r.all()) == 6 && s.pending() == 0 })
		if n, err := s.hooks.Replay(t.Context(), s.st, h, desk.Replay{Outcome: desk.Failed}); n != 0 || err != nil {
			t.Errorf("replayed %d failed ones, %v", n, err)
		}
		mu.Lock()
		defer mu.Unlock()
		if len(ids) != 4 || ids[0] != ids[2] || ids[1] != ids[3] || ids[0] == ids[1] {
			t.Errorf("event ids %v", ids)
		}
	})
}
