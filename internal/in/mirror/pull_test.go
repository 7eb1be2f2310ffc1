package mirror_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/in/importer"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

func (s *shop) due(at time.Time) int {
	s.t.Helper()
	list, err := s.Mirror.Due(s.t.Context(), at)
	if err != nil {
		s.t.Fatal(err)
	}
	return len(list)
}

func (s *shop) pull() importer.Report {
	s.t.Helper()
	report, err := s.Mirror.Run(s.t.Context(), s.st)
	if err != nil {
		s.t.Fatal(err)
	}
	return report
}

func TestPullBringsWhatChanged(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		live, here := mirroring(t, url, nil)
		if _, err := live.Tickets.Create(t.Context(), live.st, &desk.TicketInput{}, desk.Write{Actor: desk.System}); err != nil {
			t.Fatal(err)
		}
		if n := here.due(time.Now()); n != 1 {
			t.Fatalf("%d stores are due", n)
		}
		report := here.pull()
		for k, want := range map[importer.Kind]importer.Count{importer.Users: {New: 2}, importer.Products: {New: 1}, importer.Orders: {New: 1}} {
			if report.Counts[k] != want {
				t.Errorf("%s: %+v, want %+v", k, report.Counts[k], want)
			}
		}
		if o := here.order("1001"); o.Status != "open" || len(o.Lines) != 1 || o.User == nil || o.User.ID != 2 {
			t.Errorf("the order is %+v", o)
		}
		var tickets struct{ Results []any }
		if here.get("tickets/", &tickets); len(tickets.Results) != 0 {
			t.Errorf("%d tickets came along", len(tickets.Results))
		}
		if here.due(time.Now().Add(14*time.Minute)) != 0 || here.due(time.Now().Add(16*time.Minute)) != 1 {
			t.Error("the next pull is not due a quarter of an hour later")
		}

		live.ordered(bought("1001", 2, "shipped", noon+minute))
		live.has(person(3, "cy@shop.example"))
		report = here.pull()
		for k, want := range map[importer.Kind]importer.Count{importer.Users: {New: 1, Same: 2}, importer.Products: {Same: 1}, importer.Orders: {Changed: 1}} {
			if report.Counts[k] != want {
				t.Errorf("second pull, %s: %+v, want %+v", k, report.Counts[k], want)
			}
		}
		if o := here.order("1001"); o.Status != "shipped" {
			t.Errorf("the order is %+v", o)
		}
		s := here.source()
		if s.Runs != 2 || s.Pulled != 6 || s.LastError != "" || s.LastOKAt == 0 || s.LeaseUntil != 0 {
			t.Errorf("the record is %+v", s)
		}
	})
}

// TestPullLeavesWhatIsOursAndNewer pulls over rows that must not be overwritten.
func TestPullLeavesWhatIsOursAndNewer(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		live, here := mirroring(t, url, nil)
		here.ordered(bought("1001", 2, "shipped", noon+minute)) // a webhook was faster
		made, staff := person(1, "made@here.example"), person(2, "staff@here.example")
		made.DateJoined += 5 * minute
		staff.Type = desk.UserDashboard
		here.has(made, staff, person(1<<30, "Cy@shop.example"))
		live.has(person(3, "cy@shop.example"), person(4, "di@shop.example"))
		blocked := person(2, "bob@shop.example")
		blocked.Blocked, blocked.FirstName = true, "Bobby"
		live.has(blocked)

		report := here.pull()
		if c := report.Counts[importer.Users]; c.Bad != 2 || c.Changed != 1 || c.New != 1 {
			t.Errorf("users: %+v", c)
		}
		reasons := map[string]bool{}
		for _, p := range report.Problems {
			reasons[p.Place[strings.LastIndex(p.Place, "/users/"):]] = true
		}
		if len(reasons) != 2 || !reasons["/users/1/"] || !reasons["/users/3/"] {
			t.Errorf("problems: %v", report.Problems)
		}
		if o := here.order("1001"); o.Status != "shipped" {
			t.Errorf("an older order took its place: %+v", o)
		}
		one, err := here.DB.User(t.Context(), here.st, 1)
		if err != nil || one.Email != "made@here.example" {
			t.Errorf("user 1 is %+v, %v", one, err)
		}
		two, err := here.DB.User(t.Context(), here.st, 2)
		if err != nil || two.Type != desk.UserDashboard || two.Blocked || two.Email != "staff@here.example" || two.FirstName != "Bobby" {
			t.Errorf("user 2 is %+v, %v", two, err)
		}
		if s := here.source(); !strings.Contains(s.LastError, "2 left out") || s.LastOKAt == 0 {
			t.Errorf("the record is %+v", s)
		}
	})
}

// TestUsersMadeHereGetIDsOfTheirOwn makes a user between two pulls, in which the live
// store gets one, too.
func TestUsersMadeHereGetIDsOfTheirOwn(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		live, here := mirroring(t, url, nil)
		here.pull()
		email := "lead@here.example"
		u, err := here.People.Create(t.Context(), here.st, &desk.UserInput{Email: &email}, desk.Write{Actor: desk.System})
		if err != nil {
			t.Fatal(err)
		}
		live.has(person(3, "cy@shop.example"))
		if c := here.pull().Counts[importer.Users]; c.New != 1 || c.Bad != 0 {
			t.Errorf("users: %+v", c)
		}
		if u.ID < 1<<30 || u.ID >= 1<<31 {
			t.Errorf("the user made here is %d", u.ID)
		}
	})
}

// held lets requests for orders wait until it is closed, and tells of the first.
type held struct {
	arrived chan struct{}
	open    chan struct{}
}

func (h *held) front(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/orders/") {
			select {
			case h.arrived <- struct{}{}:
			default:
			}
			select {
			case <-h.open:
			case <-r.Context().Done():
			}
		}
		next.ServeHTTP(w, r)
	})
}

func TestOnePullAtATimeAndOffEndsIt(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		gate := &held{make(chan struct{}, 1), make(chan struct{})}
		_, here := mirroring(t, url, gate.front)
		done := make(chan error, 1)
		go func() {
			_, err := here.Mirror.Run(t.Context(), here.st)
			done <- err
		}()
		<-gate.arrived
		if _, err := here.Mirror.Run(t.Context(), here.st); desk.CodeOf(err) != desk.Conflict {
			t.Errorf("a second pull ended with %v", err)
		}
		if here.due(time.Now().Add(10*time.Minute)) != 0 || here.due(time.Now().Add(21*time.Minute)) != 1 {
			t.Error("a pull under way is due, or one that died is not")
		}
		if err := here.Sources.Off(t.Context(), here.st); err != nil {
			t.Fatal(err)
		}
		close(gate.open)
		if err := <-done; !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("the pull ended with %v", err)
		}
		if s := here.source(); s.Enabled || s.Token != "" || s.Secret != "" || s.LeaseUntil != 0 {
			t.Errorf("the mirror is %+v", s)
		}
		if _, err := here.Mirror.Run(t.Context(), here.st); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("pulling while off ended with %v", err)
		}
	})
}

// TestFailedPullIsRecordedAndTriedAgain also covers a node that is told to stop.
func TestFailedPullIsRecordedAndTriedAgain(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		gate := &held{make(chan struct{}, 1), make(chan struct{})}
		live, here := mirroring(t, url, gate.front)
		ctx, stop := context.WithCancel(t.Context())
		go func() {
			<-gate.arrived
			stop()
		}()
		if _, err := here.Mirror.Run(ctx, here.st); !errors.Is(err, context.Canceled) {
			t.Errorf("the pull ended with %v", err)
		}
		if s := here.source(); s.LeaseUntil != 0 || s.LastError != "interrupted" || s.LastOKAt != 0 || here.due(time.Now()) != 1 {
			t.Errorf("the record is %+v", s)
		}
		close(gate.open)
		here.pull()
		if here.order("1001").Status != "open" {
			t.Error("the order did not come")
		}
		if err := here.Sources.Set(t.Context(), here.st, live.url, "wrong", time.Hour); err != nil {
			t.Fatal(err)
		}
		if _, err := here.Mirror.Run(t.Context(), here.st); err == nil {
			t.Error("a wrong token pulls")
		}
		if s := here.source(); !strings.Contains(s.LastError, "token is not accepted") || strings.Contains(s.LastError, live.token) {
			t.Errorf("the record is %+v", s)
		}
	})
}
