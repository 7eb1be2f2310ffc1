package feed_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/feed"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
)

func shop(t *testing.T, db *store.DB) *desk.Store {
	t.Helper()
	st, err := (&settings.Stores{DB: db, Now: time.Now}).Create(t.Context(), "Shop", []string{"shop.example"})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

var errFails = errors.New("this write fails")

// write creates a ticket, and calls pause with the event's id when that is taken and
// nothing is committed yet.
func write(ctx context.Context, db *store.DB, st *desk.Store, pause func(id int64) error) error {
	return db.Write(ctx, func(tx *store.Tx) error {
		need := store.Need{}
		found, err := tx.Find(ctx, st, need)
		if err == nil {
			err = tx.TakeIDs(ctx, need, found)
		}
		if err != nil {
			return err
		}
		now := desk.At(time.Now())
		ticket := desk.Open(&desk.TicketInput{}, found.Known, desk.ChannelAPI, now)
		ticket.ID = found.TicketID
		tx.InsertTicket(st, ticket, nil, &desk.Event{ID: found.EventID, Actor: desk.System, Type: desk.EventTicketCreated, CreatedAt: now}, desk.Person{})
		return pause(found.EventID)
	})
}

func ids(events []desk.Event) (list []int64) {
	for _, e := range events {
		list = append(list, e.ID)
	}
	return list
}

// TestLongTransactionHidesNothing: while a write that has taken its event's id is open,
// those with larger ids are not shown, and none is lost when it ends, well or not. Other
// transactions, however long, hold nothing back.
func TestLongTransactionHidesNothing(t *testing.T) {
	t.Parallel()
	for _, fails := range []error{nil, errFails} {
		url := storetest.Postgres(t) // on SQLite no write begins while another is open
		db := storetest.Open(t, url)
		st, other := shop(t, db), storetest.Open(t, url) // another node
		s := &feed.Service{DB: other}

		idle, stopIdle := make(chan struct{}), make(chan struct{})
		go func() {
			_ = db.Write(t.Context(), func(tx *store.Tx) error {
				tx.Exec("UPDATE stores SET name = name WHERE id = $1", st.ID+1000)
				err := tx.Flush(t.Context())
				close(idle)
				<-stopIdle
				return err
			})
		}()
		<-idle
		defer close(stopIdle)

		slow, release, ended := make(chan int64, 1), make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- write(t.Context(), db, st, func(id int64) error {
				slow <- id
				<-release
				return fails
			})
		}()
		slowID := <-slow
		var fast []int64
		for range 3 {
			if err := write(t.Context(), db, st, func(id int64) error { fast = append(fast, id); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		events, last, err := s.Read(t.Context(), st, feed.Query{Limit: 100})
		if err != nil || len(events) != 0 || last >= slowID {
			t.Fatalf("%v up to %d are shown while %d is open, %v", ids(events), last, slowID, err)
		}
		close(release)
		if err := <-ended; !errors.Is(err, fails) {
			t.Fatal(err)
		}
		want := fast
		if fails == nil {
			want = append([]int64{slowID}, fast...)
		}
		events, _, err = s.Read(t.Context(), st, feed.Query{After: last, Limit: 100})
		if err != nil || !slices.Equal(ids(events), want) {
			t.Errorf("then %v instead of %v, %v", ids(events), want, err)
		}
	}
}

// TestFollowerMissesNothing: writers of two nodes commit in any order, some fail, some
// take long; who follows page by page from a third node sees each event once, in an order
// that a later reader sees too, and each ticket's without gaps.
func TestFollowerMissesNothing(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		nodes := []*store.DB{storetest.Open(t, url)}
		if strings.HasPrefix(url, "postgres") {
			nodes = append(nodes, storetest.Open(t, url), storetest.Open(t, url))
		}
		st := shop(t, nodes[0])
		const writers, each = 12, 60
		var group sync.WaitGroup
		for w := range writers {
			group.Go(func() {
				db := nodes[w%min(2, len(nodes))]
				service := &tickets.Service{DB: db, Now: time.Now}
				random := rand.New(rand.NewPCG(uint64(w), 1))
				for n := range each {
					switch random.IntN(3) {
					case 0:
						err := write(t.Context(), db, st, func(int64) error {
							wait := time.NewTimer(time.Duration(random.IntN(3000)) * time.Microsecond)
							<-wait.C
							if random.IntN(4) == 0 {
								return errFails
							}
							return nil
						})
						if err != nil && !errors.Is(err, errFails) {
							t.Error(err)
						}
					default: // all write to the same few tickets
						body := "x"
						id := int64(1 + n%5)
						in := &desk.TicketInput{Comment: &desk.CommentInput{Body: &body}}
						if _, err := service.Update(t.Context(), st, id, in, desk.Write{Actor: desk.System}); err != nil && desk.CodeOf(err) != desk.NotFound {
							t.Error(err)
						}
					}
				}
			})
		}
		done := make(chan struct{})
		go func() {
			group.Wait()
			close(done)
		}()
		s := &feed.Service{DB: nodes[len(nodes)-1]}
		var seen []desk.Event
		var after int64
		for finished := false; ; {
			events, last, err := s.Read(t.Context(), st, feed.Query{After: after, Limit: 7})
			if err != nil {
				t.Fatal(err)
			}
			seen, after = append(seen, events...), last
			if len(events) > 0 {
				continue
			}
			if finished {
				break
			}
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				select {
				case <-done:
					cancel()
				case <-ctx.Done():
				}
			}()
			if err := s.Wait(ctx, st, after); err != nil && ctx.Err() == nil {
				t.Fatal(err)
			}
			cancel()
			select {
			case <-done:
				finished = true
			default:
			}
		}
		again, _, err := s.Read(t.Context(), st, feed.Query{Limit: 10_000})
		if err != nil || !slices.Equal(ids(again), ids(seen)) {
			t.Errorf("followed %d events, there are %d, %v", len(seen), len(again), err)
		}
		seq := map[int64]int64{}
		for _, e := range seen {
			if seq[e.TicketID]++; e.Seq != seq[e.TicketID] {
				t.Fatalf("ticket %d: event %d comes as number %d", e.TicketID, e.Seq, seq[e.TicketID])
			}
		}
		if len(seen) < writers*each/3 {
			t.Errorf("only %d events", len(seen))
		}
	})
}
