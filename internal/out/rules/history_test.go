package rules_test

import (
	"context"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/jobs"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// work does the jobs of the rules; each that is done is told of.
func (s *shop) work() (done <-chan string) {
	told := make(chan string, 100)
	kinds := s.rules.Kinds()[1:] // not the periodic one, which never ends
	for i, k := range kinds {
		kinds[i].Work = func(ctx context.Context, j *desk.Job) jobs.Result {
			r := k.Work(ctx, j)
			if r.Err != nil {
				s.Error(r.Err)
			}
			told <- j.Kind
			return r
		}
	}
	ctx, cancel := context.WithCancel(s.Context())
	over := make(chan struct{})
	runner := jobs.New(s.db, func() time.Time { return time.UnixMicro(s.clock.Load()) }, slog.New(slog.DiscardHandler), kinds...)
	go func() {
		defer close(over)
		if err := runner.Run(ctx); err != nil {
			s.Error(err)
		}
	}()
	s.Cleanup(func() {
		cancel()
		<-over
	})
	return told
}

// from makes a ticket that was written from an address, with a comment from it.
func (s *shop) from(address string) int64 {
	s.Helper()
	body := "I ordered a lamp"
	return s.ticket(desk.StatusNew, func(in *desk.TicketInput) {
		in.FromEmail = &desk.Text{Value: &address}
		in.Comment = &desk.CommentInput{Body: &body, Public: true, FromEmail: &address}
	})
}

func text(id int64) string { return strconv.FormatInt(id, 10) }

func (s *shop) user(email, name string) int64 {
	s.Helper()
	u, err := s.people.Create(s.Context(), s.st, &desk.UserInput{Email: &email, FirstName: &name}, asAgent)
	if err != nil {
		s.Fatal(err)
	}
	return u.ID
}

// found are the tickets with a word in them.
func (s *shop) found(word string) (n int) {
	s.Helper()
	page, _, err := s.tickets.Versions(s.Context(), s.st, &desk.TicketFilter{Words: desk.Words(word)}, desk.Page{Size: 100})
	if err != nil {
		s.Fatal(err)
	}
	return len(page)
}

// belongs checks whose a ticket and its first comment are, and that its prepared document
// says the same as its rows.
func (s *shop) belongs(id, requester, author int64) {
	s.Helper()
	null := func(id int64) string {
		if id == 0 {
			return "null"
		}
		return text(id)
	}
	got := s.json(id)
	for _, want := range []string{`"requester":` + null(requester), `"author":` + null(author)} {
		if !strings.Contains(got, want) {
			s.Errorf("no %s in %s", want, got)
		}
	}
	if err := s.db.RebuildDocuments(s.Context(), s.st); err != nil {
		s.Fatal(err)
	}
	if again := s.json(id); again != got {
		s.Errorf("the document was %s\nand from the rows it is %s", got, again)
	}
}

func TestHistoryIsLinkedWithANewUser(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		done := s.work()
		mine, other := s.from("Ada@Shop.example"), s.from("bob@shop.example")
		ada := s.user("ada@shop.example", "Augusta")
		<-done
		s.belongs(mine, ada, ada)
		s.belongs(other, 0, 0)
		if got := s.json(mine); !strings.Contains(got, `"from_email":"Ada@Shop.example"`) {
			t.Errorf("where it came from is gone: %s", got)
		}
		if n := s.found("augusta"); n != 1 {
			t.Errorf("%d tickets are found by the requester's name", n)
		}
		e, line := s.last(mine)
		if e.Actor != desk.System || len(e.Changes) != 1 || e.Changes[0].Field != "requester" || !strings.Contains(line, `"reason":"linked by rule: ada@shop.example is an address of user `+text(ada)) {
			t.Error(line)
		}
	})
}

func TestHistoryIsLinkedWithAnotherAddress(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		done := s.work()
		home, work := s.from("ada@home.example"), s.from("ada@work.example")
		ada := s.user("ada@shop.example", "Ada")
		<-done
		s.belongs(home, 0, 0)
		if _, err := s.people.AddAddress(t.Context(), s.st, ada, "ADA@home.example", asAgent); err != nil {
			t.Fatal(err)
		}
		<-done
		s.belongs(home, ada, ada)
		email := "ada@work.example"
		if _, err := s.people.Update(t.Context(), s.st, ada, &desk.UserInput{Email: &email}, asAgent); err != nil {
			t.Fatal(err)
		}
		<-done
		s.belongs(work, ada, ada)
	})
}

// TestCommentsAreLinkedInTicketsOfOthers has somebody write into another's ticket.
func TestCommentsAreLinkedInTicketsOfOthers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		bob := s.user("bob@shop.example", "Bob")
		body, address := "me too", "ada@shop.example"
		id := s.ticket(desk.StatusOpen, func(in *desk.TicketInput) {
			in.RequesterID = &bob
			in.Comment = &desk.CommentInput{Body: &body, Public: true, FromEmail: &address}
		})
		ada := s.user(address, "Ada")
		for _, want := range []int{1, 0} {
			if n, err := s.tickets.LinkHistory(t.Context(), s.st, ada); err != nil || n != want {
				t.Errorf("linked %d, %v; want %d", n, err, want)
			}
		}
		s.belongs(id, bob, ada)
		if e, _ := s.last(id); len(e.Changes) != 0 || e.Reason == "" || e.Seq != 2 {
			t.Errorf("%+v", e)
		}
	})
}

// TestLongHistoriesAreLinked has more tickets than one transaction takes, and one with
// comments in several parts.
func TestLongHistoriesAreLinked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		ids := make([]int64, 45)
		for i := range ids {
			ids[i] = s.from("ada@shop.example")
		}
		body, address := strings.Repeat("long ", 2000), "ada@shop.example"
		for range 5 {
			if _, err := s.tickets.AddComment(t.Context(), s.st, ids[30], &desk.CommentInput{Body: &body, FromEmail: &address}, asAgent); err != nil {
				t.Fatal(err)
			}
		}
		ada := s.user(address, "Ada")
		if n, err := s.tickets.LinkHistory(t.Context(), s.st, ada); err != nil || n != len(ids) {
			t.Errorf("linked %d, %v", n, err)
		}
		for _, id := range []int64{ids[0], ids[30], ids[44]} {
			s.belongs(id, ada, ada)
		}
		if got := s.json(ids[30]); strings.Count(got, `"author":`+text(ada)) != 6 {
			t.Errorf("not all comments are linked: %d", strings.Count(got, `"author":`+text(ada)))
		}
	})
}

// TestImportsAreLinked does the job that an import leaves; stores keep to themselves.
func TestImportsAreLinked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		other, err := s.stores.Create(t.Context(), "Other", []string{"other.example"})
		if err != nil {
			t.Fatal(err)
		}
		done := s.work()
		ada, bob := s.user("ada@shop.example", "Ada"), s.user("bob@shop.example", "Bob")
		if _, err := s.people.AddAddress(t.Context(), s.st, bob, "bob@home.example", asAgent); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			<-done // they find nothing yet
		}
		adas, bobs, nobodys := s.from("Ada@shop.example"), s.from("BOB@home.example"), s.from("eve@evil.example")
		s.st, other = other, s.st
		foreign := s.from("ada@shop.example")
		s.st, other = other, s.st
		err = db.Write(t.Context(), func(tx *store.Tx) error {
			tx.Enqueue(desk.LinkAllHistory(s.st, desk.Instant(s.clock.Load())))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if kind := <-done; kind != desk.LinkAllHistoryKind {
			t.Error(kind)
		}
		s.belongs(adas, ada, ada)
		s.belongs(bobs, bob, bob)
		s.belongs(nobodys, 0, 0)
		s.st = other
		s.belongs(foreign, 0, 0)
	})
}
