package storetest

import (
	"fmt"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// InsertOrder makes an order of a user.
func InsertOrder(t testing.TB, db *store.DB, st *desk.Store, number string, user int64) error {
	t.Helper()
	return db.Write(t.Context(), func(tx *store.Tx) error {
		tx.Exec(`INSERT INTO orders (store_id, id, number, status, fulfillment_status, payment_status, is_test, total_incl_tax, currency, user_id,
			date_placed, created_at, updated_at) VALUES ($1, $2, $3, 'complete', 'fulfilled', 'paid', $4, '10.00', 'EUR', $5, 1, 1, 1)`,
			st.ID, user*1000, number, false, user)
		return nil
	})
}

// FillUsers makes n leads, by ids far from those handed out, each joined a microsecond
// after the one before, and all long from now.
func FillUsers(t testing.TB, db *store.DB, st *desk.Store, n int) {
	t.Helper()
	const batch = 500
	for from := 0; from < n; from += batch {
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			for i := from; i < min(from+batch, n); i++ {
				language := "en"
				tx.InsertUser(st, &desk.User{
					ID: int64(1_000_000 + i), Email: fmt.Sprintf("person%d@home.example", i), FirstName: "Person", LastName: fmt.Sprint(i),
					DateJoined: desk.Instant(1<<52 + i), Language: &language, TotalSpent: "0.00", Type: desk.UserLead,
				})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
