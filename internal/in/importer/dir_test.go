package importer_test

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/in/importer"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

func defaultStore(t testing.TB, db *store.DB) *desk.Store {
	t.Helper()
	stores := &settings.Stores{DB: db, Now: time.Now}
	if err := stores.EnsureDefault(context.Background()); err != nil {
		t.Fatal(err)
	}
	st, err := stores.Named(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// TestSpeed imports the directory named by STOREDESK_TEST_IMPORT and shows how fast.
func TestSpeed(t *testing.T) {
	dir := os.Getenv("STOREDESK_TEST_IMPORT")
	if dir == "" {
		t.Skip("STOREDESK_TEST_IMPORT names no directory")
	}
	for name, open := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			db := storetest.Open(t, open(t))
			st := defaultStore(t, db)
			for range 2 {
				report, err := importer.FromDir(t.Context(), db, st, dir, importer.Options{Progress: func(p importer.Progress) {
					if p.Done {
						fmt.Printf("%s %s %+v in %v: %.0f/s; processor time so far %v\n", name, p.Kind, p.Count, p.Took,
							float64(p.Count.Total())/p.Took.Seconds(), cpu())
					}
				}})
				if err != nil {
					t.Fatal(err)
				}
				fmt.Println(name, "done; processor time so far", cpu())
				for _, p := range report.Problems {
					t.Log(p)
				}
			}
		})
	}
}

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
