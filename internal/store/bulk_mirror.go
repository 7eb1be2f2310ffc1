package store

import (
	"slices"
	"strings"
	"time"

	"storedesk/internal/desk"
)

// NewMirror starts a load from a live store that comes again and again, beside people
// who work here. It differs from NewBulk in what it does to objects that are here:
//
//   - an order or product that is older than the one here leaves that in place;
//   - what an order or product does not say (times, lines) stays as it is;
//   - a user who joined in another second is somebody else, made here under the same
//     id, and fails;
//   - a user who is staff here keeps address, type and being blocked or not.
//
// Each batch holds the source's lock, so the store must have a source.
func (db *DB) NewMirror(st *desk.Store, now func() desk.Instant) *Bulk {
	b := db.NewBulk(st, now)
	b.mirror = true
	return b
}

// Mirror is NewMirror for objects written with the rest of this write, which holds the
// lock of LockSource. A conflict is returned, for it ends the write.
func (tx *Tx) Mirror(st *desk.Store, now desk.Instant) *Bulk {
	b := tx.db.NewMirror(st, func() desk.Instant { return now })
	b.tx = tx
	return b
}

// at is where a column stands in a row.
func (k bulkKind) at(column string) int {
	i := slices.Index(strings.Fields(k.columns), column)
	if i < 0 {
		panic("no column " + column)
	}
	return i
}

// settleUser makes of a user that comes and the row that is here what is to be written.
func settleUser(u *desk.User, old []any) (*desk.User, error) {
	joined := desk.Instant(old[bulkUsers.at("date_joined")].(int64))
	if joined.Time().Unix() != u.DateJoined.Time().Unix() {
		return nil, desk.Errorf(desk.Conflict, "user %d here joined at another time (%s): it is somebody else, made here",
			u.ID, joined.Append(nil, time.UTC))
	}
	if old[bulkUsers.at("user_type")] != string(desk.UserDashboard) {
		return u, nil
	}
	staff := *u
	staff.Type = desk.UserDashboard
	staff.Email = old[bulkUsers.at("email")].(string)
	staff.Blocked = old[bulkUsers.at("is_blocked")].(bool)
	return &staff, nil
}

// settleOrder likewise; older tells that the row here is to stay.
func settleOrder(o *desk.Order, old []any) (settled *desk.Order, older bool) {
	was := func(column string) desk.Instant { return desk.Instant(old[bulkOrders.at(column)].(int64)) }
	if o.UpdatedAt != 0 && o.UpdatedAt < was("updated_at") {
		return nil, true
	}
	out := *o
	keep(&out.DatePlaced, was("date_placed"))
	keep(&out.CreatedAt, was("created_at"))
	keep(&out.UpdatedAt, was("updated_at"))
	if out.Lines == nil {
		out.Lines = []byte(old[bulkOrders.at("lines")].(string))
	}
	return &out, false
}

// settleProduct likewise.
func settleProduct(p *desk.Product, old []any) (settled *desk.Product, older bool) {
	was := func(column string) desk.Instant { return desk.Instant(old[bulkProducts.at(column)].(int64)) }
	if p.DateUpdated != 0 && p.DateUpdated < was("date_updated") {
		return nil, true
	}
	out := *p
	keep(&out.DateCreated, was("date_created"))
	keep(&out.DateUpdated, was("date_updated"))
	return &out, false
}

func keep(at *desk.Instant, was desk.Instant) {
	if *at == 0 {
		*at = was
	}
}
