package store_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// TestBothSchemasAreAlike compares tables and columns of the two databases.
func TestBothSchemasAreAlike(t *testing.T) {
	t.Parallel()
	lite, err := storetest.Open(t, storetest.SQLite(t)).Columns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pg, err := storetest.Open(t, storetest.Postgres(t)).Columns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(lite) < 20 {
		t.Fatalf("only %d tables", len(lite))
	}
	if diff := cmp.Diff(lite, pg); diff != "" {
		t.Error(diff)
	}
}

// TestNodesMigrateAtOnce opens one empty database several times at the same moment.
func TestNodesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	storetest.EachEmptyURL(t, func(t *testing.T, url string) {
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				db, err := store.Open(t.Context(), store.Options{URL: url})
				if err != nil {
					t.Error(err)
					return
				}
				defer db.Close()
				if err := db.Migrate(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	})
}

// TestNewerDatabaseIsRefused starts on a schema that a later program has made.
func TestNewerDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.PretendNewer(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(t.Context()); !errors.Is(err, store.ErrNewer) {
			t.Errorf("migrating gave %v", err)
		}
	})
}
