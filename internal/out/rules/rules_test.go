package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

const day = 24 * time.Hour

func TestSolvedTicketsClose(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		solved, open := s.ticket(desk.StatusNew, nil), s.ticket(desk.StatusOpen, nil)
		s.later(time.Hour)
		s.move(solved, desk.StatusSolved)
		s.later(4*day - time.Microsecond)
		s.close(0)
		s.later(time.Microsecond)
		s.close(1)
		s.close(0)
		if got := s.json(solved); !strings.Contains(got, `"status":"closed"`) {
			t.Error(got)
		}
		if got := s.json(open); !strings.Contains(got, `"status":"open"`) {
			t.Error(got)
		}
		e, line := s.last(solved)
		want := []desk.Change{{Field: "status", From: "solved", To: "closed"}}
		if diff := cmp.Diff(want, e.Changes); diff != "" || e.Actor != desk.System || e.CommentID != 0 {
			t.Errorf("%s %+v", diff, e)
		}
		if !strings.Contains(line, `"reason":"closed by rule: solved for 4 days"`) {
			t.Error(line)
		}
	})
}

func TestIdleTicketsClose(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		if err := s.stores.Set(t.Context(), s.st, map[string]string{"close_solved_days": "-1", "close_idle_days": "30"}); err != nil {
			t.Fatal(err)
		}
		var ids []int64
		for _, status := range desk.Statuses {
			ids = append(ids, s.ticket(status, nil))
		}
		touched := s.ticket(desk.StatusOpen, nil)
		s.later(29 * day)
		s.close(0)
		body := "still there?"
		if _, err := s.tickets.AddComment(t.Context(), s.st, touched, &desk.CommentInput{Body: &body}, asAgent); err != nil {
			t.Fatal(err)
		}
		s.later(day)
		s.close(len(ids) - 1) // one is closed already
		for _, id := range ids {
			if got := s.json(id); !strings.Contains(got, `"status":"closed"`) {
				t.Error(got)
			}
		}
		if _, line := s.last(ids[0]); !strings.Contains(line, `"reason":"closed by rule: no activity for 30 days"`) {
			t.Error(line)
		}
		if got := s.json(touched); !strings.Contains(got, `"status":"open"`) {
			t.Error(got)
		}
	})
}

func TestRulesCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		s.ticket(desk.StatusSolved, nil)
		s.ticket(desk.StatusOpen, nil)
		if err := s.stores.Set(t.Context(), s.st, map[string]string{"close_solved_days": "-1", "close_idle_days": "-1"}); err != nil {
			t.Fatal(err)
		}
		s.later(3000 * day)
		s.close(0)
	})
}

// TestTicketTouchedMeanwhileStays closes by a list that is older than the tickets' state.
func TestTicketTouchedMeanwhileStays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		reopened, still := s.ticket(desk.StatusSolved, nil), s.ticket(desk.StatusSolved, nil)
		s.later(5 * day)
		rule := s.st.Mail.Closings()[0]
		due, err := s.tickets.Due(t.Context(), s.st, rule, store.DueTicket{}, 10)
		if err != nil || len(due) != 2 {
			t.Fatal(due, err)
		}
		s.move(reopened, desk.StatusOpen)
		const gone = 1 << 30
		n, err := s.tickets.CloseDue(t.Context(), s.st, rule, []int64{gone, still, reopened})
		if err != nil || n != 1 {
			t.Fatal(n, err)
		}
		if got := s.json(reopened); !strings.Contains(got, `"status":"open"`) {
			t.Error(got)
		}
		if e, _ := s.last(reopened); e.Reason != "" {
			t.Errorf("%+v", e)
		}
	})
}

// TestRunsAreLimited has one store with more to close than a run does, and one with little.
func TestRunsAreLimited(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		status, subject := desk.StatusSolved, "x"
		const many = 2030
		for from := 0; from < many; from += 145 {
			err := db.Write(t.Context(), func(tx *store.Tx) error {
				for range 145 {
					if _, err := s.tickets.CreateIn(t.Context(), tx, s.st, &desk.TicketInput{Subject: &subject, Status: &status}, asAgent); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		other, err := s.stores.Create(t.Context(), "Other", []string{"other.example"})
		if err != nil {
			t.Fatal(err)
		}
		large := s.st
		s.st = other
		little := []int64{s.ticket(status, nil), s.ticket(status, nil)}
		s.later(5 * day)
		s.close(2000)
		for _, id := range little {
			if got := s.json(id); !strings.Contains(got, `"status":"closed"`) {
				t.Errorf("the small store waits for the large one: %s", got)
			}
		}
		s.close(many + len(little) - 2000)
		s.st = large
		s.close(0)
	})
}

func TestKindsAreNamed(t *testing.T) {
	t.Parallel()
	var names []string
	for _, k := range open(t, storetest.Open(t, storetest.SQLite(t))).rules.Kinds() {
		names = append(names, fmt.Sprintf("%s every %v", k.Name, k.Every))
	}
	if diff := cmp.Diff([]string{"close-tickets every 10m0s", "link-history every 0s", "link-history-all every 0s"}, names); diff != "" {
		t.Error(diff)
	}
}

// TestWhatWasTakenOverStays: tickets that are older than their store close only when the
// store itself is as old as the rule asks.
func TestWhatWasTakenOverStays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		s.later(-400 * day)
		old := s.ticket(desk.StatusSolved, nil)
		s.later(400 * day)
		s.close(0)
		if x := s.json(old); !strings.Contains(x, `"status":"solved"`) {
			t.Errorf("closed in a new store: %s", x)
		}
		s.later(5 * day)
		s.close(1)
	})
}
