package store

import (
	"context"

	"storedesk/internal/desk"
)

// TicketTypes walks one page of ticket types, newest first; a name, if not empty,
// must be equal.
func (db *DB) TicketTypes(ctx context.Context, st *desk.Store, name string, p desk.Page) (types []desk.TicketType, more bool, err error) {
	q := &query{args: []any{st.ID}}
	where := []string{"y.store_id = $1"}
	if name != "" {
		where = append(where, "y.name = "+q.arg(name))
	}
	err = db.page(ctx, q, "SELECT y.id, y.name FROM ticket_types y", "y.id", where, p, func(row Row) error {
		var t desk.TicketType
		err := row.Scan(&t.ID, &t.Name)
		types = append(types, t)
		return err
	})
	types, more = turn(types, p)
	return types, more, err
}

// TicketType returns a ticket type, or desk.ErrNotFound.
func (db *DB) TicketType(ctx context.Context, st *desk.Store, id int64) (*desk.TicketType, error) {
	var t desk.TicketType
	err := one(ctx, db, "SELECT id, name FROM ticket_types WHERE store_id = $1 AND id = $2", []any{st.ID, id}, &t.ID, &t.Name)
	return &t, err
}

const orderColumns = `o.id, o.number, o.status, o.fulfillment_status, o.payment_status, o.is_test, o.total_incl_tax, o.currency,
	o.user_id, o.date_placed, o.created_at, o.updated_at, o.lines`

func scanOrder(row Row, o *desk.Order) error {
	var lines string
	err := row.Scan(&o.ID, &o.Number, &o.Status, &o.FulfillmentStatus, &o.PaymentStatus, &o.Test, &o.TotalInclTax, &o.Currency,
		&o.UserID, &o.DatePlaced, &o.CreatedAt, &o.UpdatedAt, &lines)
	o.Lines = []byte(lines)
	return err
}

// Orders walks one page of orders, newest first; number and status, if not empty, must
// be equal.
func (db *DB) Orders(ctx context.Context, st *desk.Store, number, status string, p desk.Page) (orders []desk.Order, more bool, err error) {
	q := &query{args: []any{st.ID}}
	where := []string{"o.store_id = $1"}
	if number != "" {
		where = append(where, "o.number = "+q.arg(number))
	}
	if status != "" {
		where = append(where, "o.status = "+q.arg(status))
	}
	err = db.page(ctx, q, "SELECT "+orderColumns+" FROM orders o", "o.id", where, p, func(row Row) error {
		var o desk.Order
		err := scanOrder(row, &o)
		orders = append(orders, o)
		return err
	})
	orders, more = turn(orders, p)
	return orders, more, err
}

// Order returns an order by its number, or desk.ErrNotFound.
func (db *DB) Order(ctx context.Context, st *desk.Store, number string) (*desk.Order, error) {
	var o *desk.Order
	err := db.query(ctx, "SELECT "+orderColumns+" FROM orders o WHERE o.store_id = $1 AND o.number = $2", []any{st.ID, number},
		func(row Row) error {
			o = &desk.Order{}
			return scanOrder(row, o)
		})
	if err == nil && o == nil {
		return nil, desk.ErrNotFound
	}
	return o, err
}

// UsersByID returns the users with these ids.
func (db *DB) UsersByID(ctx context.Context, st *desk.Store, ids []int64) (map[int64]*desk.User, error) {
	users := map[int64]*desk.User{}
	err := lookUp(ctx, db, "SELECT "+userColumns+" FROM users u", "id", st.ID, ids, func(row Row) error {
		u := &desk.User{}
		err := scanUser(row, u)
		users[u.ID] = u
		return err
	})
	return users, err
}

const productColumns = "d.id, d.title, d.slug, d.structure, d.is_public, d.url, d.date_created, d.date_updated"

func scanProduct(row Row, p *desk.Product) error {
	return row.Scan(&p.ID, &p.Title, &p.Slug, &p.Structure, &p.Public, &p.URL, &p.DateCreated, &p.DateUpdated)
}

// Products walks one page of products, newest first; a title, if not empty, must be
// part of theirs, in any case.
func (db *DB) Products(ctx context.Context, st *desk.Store, title string, public *bool, p desk.Page) (products []desk.Product, more bool, err error) {
	q := &query{args: []any{st.ID}}
	where := []string{"d.store_id = $1"}
	if title != "" {
		where = append(where, db.dialect().contains()+"(d.title_folded, "+q.arg(desk.Fold(title))+") > 0")
	}
	if public != nil {
		where = append(where, "d.is_public = "+q.arg(*public))
	}
	err = db.page(ctx, q, "SELECT "+productColumns+" FROM products d", "d.id", where, p, func(row Row) error {
		var d desk.Product
		err := scanProduct(row, &d)
		products = append(products, d)
		return err
	})
	products, more = turn(products, p)
	return products, more, err
}

// Product returns a product, or desk.ErrNotFound.
func (db *DB) Product(ctx context.Context, st *desk.Store, id int64) (*desk.Product, error) {
	var d *desk.Product
	err := db.query(ctx, "SELECT "+productColumns+" FROM products d WHERE d.store_id = $1 AND d.id = $2", []any{st.ID, id},
		func(row Row) error {
			d = &desk.Product{}
			return scanProduct(row, d)
		})
	if err == nil && d == nil {
		return nil, desk.ErrNotFound
	}
	return d, err
}
