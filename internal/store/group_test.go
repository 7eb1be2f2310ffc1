package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// TestAFailingWriteTakesNoOtherAlong runs writes side by side, of which some fail
// before they change anything, some after, and some panic.
func TestAFailingWriteTakesNoOtherAlong(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db, 1)
		wrong := errors.New("wrong")
		var group sync.WaitGroup
		for i := range 60 {
			group.Go(func() {
				key := &desk.Once{TokenID: 1, Key: fmt.Sprint(i), Status: 200}
				err := db.Write(t.Context(), func(tx *store.Tx) error {
					if i%4 == 1 {
						return wrong
					}
					tx.Remember(s.st, key, []byte("x"), 1)
					if i%4 == 2 {
						if err := tx.Flush(t.Context()); err != nil {
							return err
						}
						return wrong
					}
					return nil
				})
				if failed := i%4 == 1 || i%4 == 2; failed != errors.Is(err, wrong) || !failed && err != nil {
					t.Errorf("write %d: %v", i, err)
				}
			})
		}
		group.Wait()
		for i := range 60 {
			_, err := db.Recall(t.Context(), s.st, &desk.Once{TokenID: 1, Key: fmt.Sprint(i)})
			if kept := err == nil; kept != (i%4 == 0 || i%4 == 3) {
				t.Errorf("write %d: kept %v, %v", i, kept, err)
			}
		}
	})
}
