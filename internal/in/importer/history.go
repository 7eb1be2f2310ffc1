package importer

import (
	"context"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// linkHistory has people be given what was written from their addresses before anybody
// knew whose they are, once an import has brought people or tickets.
func (r *run) linkHistory(ctx context.Context, db *store.DB, st *desk.Store) error {
	for _, k := range []Kind{Users, Tickets} {
		if c := r.report.Counts[k]; c.New+c.Changed > 0 {
			return db.Write(ctx, func(tx *store.Tx) error {
				tx.Enqueue(desk.LinkAllHistory(st, desk.At(r.Now())))
				return nil
			})
		}
	}
	return nil
}
