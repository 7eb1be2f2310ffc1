package importer_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"storedesk/internal/in/importer"
	"storedesk/internal/store/storetest"
)

func TestOracle(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	st, blobs := defaultStore(t, db), openBlobs(t)
	for k, v := range map[string]string{"users":"cursor=cj0xJnA9NjcwMA%3D%3D","orders":"cursor=cj0xJnA9NDk3MA%3D%3D"} {
		db.SetImported(context.Background(), st, "http://127.0.0.1:8101", k, v, 1)
	}
	ctx, stop := context.WithTimeout(t.Context(), 9*time.Second)
	r, err := importer.FromURL(ctx, db, st, blobs, importer.Options{URL: "http://127.0.0.1:8101", Token: "full", PerSecond: 20})
	stop()
	fmt.Println(r.Counts, err)
	for i, p := range r.Problems { if i < 6 { fmt.Println(p) } }
}
