package importer_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/desk"
	"storedesk/internal/in/importer"
	"storedesk/internal/store"
)

// TestImportHasHistoryLinked counts the jobs that imports leave: one for each that brought
// people or tickets, none for one that brought nothing new.
func TestImportHasHistoryLinked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, _ string, db *store.DB, st *desk.Store) {
		shop := generate(t, 5)
		dir := shop.dir(t)
		left := func() (kinds []string) {
			list, err := db.ListJobs(t.Context(), store.JobQuery{Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range list {
				if j.StoreID != st.ID {
					t.Errorf("a job of store %d", j.StoreID)
				}
				kinds = append(kinds, j.Kind)
			}
			return kinds
		}
		for range 2 {
			fromDir(t, db, st, dir)
			if diff := cmp.Diff([]string{desk.LinkAllHistoryKind}, left()); diff != "" {
				t.Error(diff)
			}
		}
		delete(shop.files, importer.Users)
		delete(shop.files, importer.Tickets)
		fromDir(t, db, st, shop.dir(t))
		if n := len(left()); n != 1 {
			t.Errorf("%d jobs after an import of neither people nor tickets", n)
		}
	})
}
