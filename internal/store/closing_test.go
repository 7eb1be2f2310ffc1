package store_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// TestRulesWalkIndexes reads the plans of what runs every ten minutes, in a table in which
// hardly any ticket is concerned.
func TestRulesWalkIndexes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		st := defaultStore(t, db)
		if err := db.Fill(t.Context(), st, 20_000); err != nil {
			t.Fatal(err)
		}
		plans, err := db.RulePlans(t.Context(), st)
		if err != nil {
			t.Fatal(err)
		}
		for index, plan := range plans {
			if !strings.Contains(plan, index) || strings.Contains(plan, "SCAN") || strings.Contains(plan, "Seq Scan") {
				t.Errorf("%s:\n%s", index, plan)
			}
		}
	})
}

func TestDueTicketsComeInOrder(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		st := defaultStore(t, db)
		if err := db.Fill(t.Context(), st, 1000); err != nil {
			t.Fatal(err)
		}
		const day = desk.Instant(24 * 3600 * 1e6)
		for _, c := range []struct {
			rule  desk.ClosingRule
			after store.DueTicket
			want  []store.DueTicket
		}{
			{desk.CloseSolved, store.DueTicket{}, []store.DueTicket{{100, 100}, {200, 200}, {300, 300}}},
			{desk.CloseSolved, store.DueTicket{ID: 300, Since: 300}, []store.DueTicket{{400, 400}, {500, 500}}},
			{desk.CloseIdle, store.DueTicket{ID: 400, Since: 400}, []store.DueTicket{{450, 450}, {500, 500}}},
		} {
			got, err := db.DueTickets(t.Context(), st, desk.Closing{Rule: c.rule, Days: 1}, 500+day, c.after, 3)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%s after %v: %v %s", c.rule, c.after, err, diff)
			}
		}
	})
}

func TestUnknownAddressesAreListedOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		st := defaultStore(t, db)
		if err := db.Fill(t.Context(), st, 30); err != nil {
			t.Fatal(err)
		}
		var all []string
		for after := ""; ; {
			list, err := db.UnknownAddresses(t.Context(), st, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(list) == 0 {
				break
			}
			all, after = append(all, list...), list[len(list)-1]
		}
		if diff := cmp.Diff([]string{"person10@home.example", "person20@home.example", "person30@home.example"}, all); diff != "" {
			t.Error(diff)
		}
	})
}
