package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"storedesk/internal/desk"
)

// bulkKind is how one kind of object is compared and written. The first two columns
// of its table are store_id and id.
type bulkKind struct {
	kind    kind
	table   string
	columns string
	key     string // the column by which an object is known again

	// change writes object i of the batch over an old one; nil: it is just its row.
	change func(ctx context.Context, tx *Tx, i int, old []any) error
	// settle, in a mirror, makes the row to be written of object i and the old one; an
	// older object is not written, nor is one with an error.
	settle func(i int, old []any) (row []any, older bool, err error)
}

// of is the kind as it is for the batch's objects from i on.
func (k bulkKind) of(from int) bulkKind {
	at := k
	if k.change != nil {
		at.change = func(ctx context.Context, tx *Tx, i int, old []any) error { return k.change(ctx, tx, from+i, old) }
	}
	if k.settle != nil {
		at.settle = func(i int, old []any) ([]any, bool, error) { return k.settle(from+i, old) }
	}
	return at
}

var (
	bulkUsers = bulkKind{kind: kindUser, table: "users", columns: "store_id id email first_name last_name ip phone_number date_joined language is_blocked " +
		"addresses orders_count subscriptions_count total_spent user_type tags accepts_marketing metadata user_agent " +
		"email_folded name_folded", key: "id"}
	bulkTypes    = bulkKind{kind: kindTicketType, table: "ticket_types", columns: "store_id id name", key: "id"}
	bulkProducts = bulkKind{
		kind: kindProduct, table: "products",
		columns: "store_id id title title_folded slug structure is_public url date_created date_updated", key: "id",
	}
	bulkOrders = bulkKind{kind: kindOrder, table: "orders", columns: "store_id id number status fulfillment_status payment_status is_test total_incl_tax " +
		"currency user_id date_placed created_at updated_at lines", key: "number"}
)

// WriteUsers makes a batch of users durable. One whose e-mail another user has fails.
func (b *Bulk) WriteUsers(ctx context.Context, list []*desk.User) (BulkResult, error) {
	rows, settled := make([][]any, len(list)), slices.Clone(list)
	for i, u := range list {
		rows[i] = userArgs(b.st.ID, u)
	}
	k := bulkUsers
	if b.mirror {
		k.settle = func(i int, old []any) ([]any, bool, error) {
			u, err := settleUser(list[i], old)
			if err != nil {
				return nil, false, err
			}
			settled[i] = u
			return userArgs(b.st.ID, u), false, nil
		}
	}
	k.change = func(ctx context.Context, tx *Tx, i int, old []any) error {
		u := settled[i]
		return tx.UpdateUser(ctx, b.st, u, u.Email != old[2] || u.FirstName != old[3] || u.LastName != old[4])
	}
	return b.writeObjects(ctx, k, rows)
}

// WriteTicketTypes makes a batch of ticket types durable.
func (b *Bulk) WriteTicketTypes(ctx context.Context, list []*desk.TicketType) (BulkResult, error) {
	rows := make([][]any, len(list))
	for i, t := range list {
		rows[i] = []any{b.st.ID, t.ID, t.Name}
	}
	return b.writeObjects(ctx, bulkTypes, rows)
}

// WriteProducts makes a batch of products durable.
func (b *Bulk) WriteProducts(ctx context.Context, list []*desk.Product) (BulkResult, error) {
	rows := make([][]any, len(list))
	for i, p := range list {
		rows[i] = productArgs(b.st.ID, p)
	}
	k := bulkProducts
	if b.mirror {
		k.settle = func(i int, old []any) ([]any, bool, error) {
			p, older := settleProduct(list[i], old)
			if older {
				return nil, true, nil
			}
			return productArgs(b.st.ID, p), false, nil
		}
	}
	return b.writeObjects(ctx, k, rows)
}

func productArgs(store int64, p *desk.Product) []any {
	return []any{
		store, p.ID, p.Title, desk.Fold(p.Title), p.Slug, p.Structure, p.Public, p.URL, int64(p.DateCreated), int64(p.DateUpdated),
	}
}

// WriteOrders makes a batch of orders durable. An order is known by its number; a new
// one gets the next place in the list.
func (b *Bulk) WriteOrders(ctx context.Context, list []*desk.Order) (BulkResult, error) {
	rows := make([][]any, len(list))
	for i, o := range list {
		whole := o.Completed()
		rows[i] = orderArgs(b.st.ID, &whole)
	}
	k := bulkOrders
	if b.mirror {
		k.settle = func(i int, old []any) ([]any, bool, error) {
			o, older := settleOrder(list[i], old)
			if older {
				return nil, true, nil
			}
			return orderArgs(b.st.ID, o), false, nil
		}
	}
	return b.writeObjects(ctx, k, rows)
}

func orderArgs(store int64, o *desk.Order) []any {
	return []any{
		store, int64(0), o.Number, o.Status, o.FulfillmentStatus, o.PaymentStatus, o.Test, o.TotalInclTax,
		o.Currency, o.UserID, int64(o.DatePlaced), int64(o.CreatedAt), int64(o.UpdatedAt), string(o.Lines),
	}
}

func (b *Bulk) writeObjects(ctx context.Context, k bulkKind, rows [][]any) (BulkResult, error) {
	r, err := b.mergeObjects(ctx, k, rows)
	if desk.CodeOf(err) != desk.Conflict || b.tx != nil {
		return r, err
	}
	return each(len(rows), func(i int) (BulkResult, error) { return b.mergeObjects(ctx, k.of(i), rows[i:i+1]) })
}

func (b *Bulk) mergeObjects(ctx context.Context, k bulkKind, rows [][]any) (BulkResult, error) {
	if len(rows) == 0 {
		return BulkResult{}, nil
	}
	var result BulkResult
	merge := func(tx *Tx) (err error) {
		result, err = b.mergeIn(ctx, tx, k, rows)
		return err
	}
	if b.tx != nil {
		err := merge(b.tx)
		return result, err
	}
	err := b.db.Write(ctx, func(tx *Tx) error {
		if b.mirror {
			if _, err := tx.LockSource(ctx, b.st); err != nil {
				return err
			}
		}
		return merge(tx)
	})
	return result, err
}

func (b *Bulk) mergeIn(ctx context.Context, tx *Tx, k bulkKind, rows [][]any) (result BulkResult, err error) {
	there, err := b.objectsThere(ctx, tx, k, rows)
	if err != nil {
		return result, err
	}
	largest, err := b.largestOf(ctx, tx, k)
	if err != nil {
		return result, err
	}
	added := newBulkRows(b.db.dialect(), k.table, k.columns)
	texts := newBulkRows(b.db.dialect(), "users_text", "rowid email name")
	for i, row := range rows {
		old, known := there[row[k.place()]]
		if known && k.settle != nil {
			var older bool
			if row, older, err = k.settle(i, old); err != nil {
				result.Failed = append(result.Failed, BulkFailure{i, err})
				continue
			}
			if older {
				result.Same++
				result.Older++
				continue
			}
		}
		switch {
		case !known:
			if k.kind == kindOrder {
				row[1] = largest + 1
			}
			largest = max(largest, row[1].(int64))
			result.New++
			added.add(row...)
			if k.kind == kindUser && b.db.dialect() == dialectSQLite {
				texts.add(rowBase(b.st.ID)+row[1].(int64), row[len(row)-2], row[len(row)-1])
			}
		case k.same(row, old):
			result.Same++
		default:
			result.Changed++
			row[1] = old[1]
			if k.change == nil {
				tx.Exec(k.update(), row...)
			} else if err := k.change(ctx, tx, i, old); err != nil {
				return result, err
			}
		}
	}
	tx.reserveIDs(k.kind, largest)
	return result, tx.insertRows(ctx, added, texts)
}

// largestOf is the largest id of a kind that counts its own; new rows of the others
// bring theirs.
func (b *Bulk) largestOf(ctx context.Context, tx *Tx, k bulkKind) (largest int64, err error) {
	if k.kind != kindOrder {
		return 0, nil
	}
	err = one(ctx, tx, "SELECT coalesce(max(id), 0) FROM orders WHERE store_id = $1", []any{b.st.ID}, &largest)
	return largest, err
}

// objectsThere reads the rows that have the keys of these, as the arguments that
// would write them.
func (b *Bulk) objectsThere(ctx context.Context, tx *Tx, k bulkKind, rows [][]any) (map[any][]any, error) {
	keys := make([]any, len(rows))
	for i, row := range rows {
		keys[i] = row[k.place()]
	}
	there := map[any][]any{}
	sql := "SELECT " + strings.ReplaceAll(k.columns, " ", ", ") + " FROM " + k.table
	err := lookUp(ctx, tx, sql, k.key, b.st.ID, keys, func(row Row) error {
		old := make([]any, len(rows[0]))
		dest := make([]any, len(old))
		for i, like := range rows[0] {
			old[i], dest[i] = destination(like)
		}
		err := row.Scan(dest...)
		for i, v := range dest {
			old[i] = plain(v)
		}
		there[old[k.place()]] = old
		return err
	})
	return there, err
}

// destination makes what a column is scanned into, of the type that like has.
func destination(like any) (value, dest any) {
	switch like.(type) {
	case int64:
		return nil, new(int64)
	case bool:
		return nil, new(bool)
	case string:
		return nil, new(string)
	case *string:
		return nil, new(*string)
	default:
		panic(fmt.Sprintf("no column holds a %T", like))
	}
}

// plain takes the value out of a pointer; nil for a null.
func plain(v any) any {
	switch v := v.(type) {
	case *int64:
		return *v
	case *bool:
		return *v
	case **string:
		return plain(*v)
	case *string:
		if v == nil {
			return nil
		}
		return *v
	default:
		return v
	}
}

// place is where the key stands among the columns.
func (k bulkKind) place() int {
	if k.key == "id" {
		return 1
	}
	return 2
}

func (k bulkKind) same(row, old []any) bool {
	for i := range row {
		if i != 1 && plain(row[i]) != old[i] {
			return false
		}
	}
	return true
}

func (k bulkKind) update() string {
	var set []string
	for i, column := range strings.Fields(k.columns)[2:] {
		set = append(set, fmt.Sprintf("%s = $%d", column, i+3))
	}
	return "UPDATE " + k.table + " SET " + strings.Join(set, ", ") + " WHERE store_id = $1 AND id = $2"
}
