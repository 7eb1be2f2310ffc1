package importer

import (
	"context"
	"errors"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Mirrored are the kinds that a live store stays the master of while people work here.
// Tickets are not among them, nor what belongs to them: what was written here would be
// lost.
var Mirrored = []Kind{Users, Products, Orders}

// Mirror pulls what is mirrored from a live store, as FromURL does, with the rules of
// store.NewMirror for what is here already. It walks every list from end to end: lists
// are ordered by age and cannot be asked for what changed, so an old order that changed
// stands anywhere. Only orders that are new or changed are fetched one by one.
//
// Like FromURL it goes on where it was interrupted.
func Mirror(ctx context.Context, db *store.DB, st *desk.Store, o Options) (Report, error) {
	r := newRun(o)
	r.bulk = db.NewMirror(st, func() desk.Instant { return desk.At(r.Now()) })
	c, err := newClient(&r.Options)
	if err != nil {
		return r.report, err
	}
	p := &pull{run: r, client: c, db: db, st: st, source: "mirror of " + c.base.String()}
	return r.report, p.kinds(ctx, Mirrored)
}

// ReadUser reads one user of the API. Errors are for a person to read.
func ReadUser(data []byte) (*desk.User, error) {
	u, err := user(data)
	if err == nil && u.DateJoined == 0 {
		err = errors.New("no date_joined")
	}
	return u, err
}

// ReadProduct reads one product of the API.
func ReadProduct(data []byte) (*desk.Product, error) {
	p, err := product(data)
	if err == nil && p.Title == "" {
		err = errors.New("no title")
	}
	return p, err
}

// ReadOrder reads one order of the API. Times that it does not have are zero, and lines
// nil.
func ReadOrder(data []byte) (*desk.Order, error) {
	o, err := orderAsSaid(data)
	if err == nil && o.Status == "" {
		err = errors.New("no status")
	}
	return o, err
}
