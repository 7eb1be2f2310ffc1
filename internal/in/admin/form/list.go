package form

import (
	"slices"

	"storedesk/internal/desk"
)

// maxPageSize is the most rows that a page may be asked to have.
const maxPageSize = 100

// PageSize reads page_size, which the original does not know: 1 to 100 rows, the
// default where it is absent or empty.
func PageSize(q Values, size int) (int, desk.Fields) {
	value, _ := q.Get("page_size")
	if value == "" {
		return size, nil
	}
	number, ok := parseInt(value)
	n, fits := number.int64()
	if !ok || !fits || n < 1 || n > maxPageSize {
		return size, desk.Fields{"page_size": {msgPageSize}}
	}
	return int(n), nil
}

// orders are the values of ordering.
var orders = []desk.ListOrder{desk.NewestFirst, desk.OldestFirst, desk.UpdatedNewestFirst, desk.UpdatedOldestFirst}

// Ordering reads ordering, which the original does not know: id, -id, updated_at or
// -updated_at; newest first where it is absent or empty.
func Ordering(q Values) (desk.ListOrder, desk.Fields) {
	value, _ := q.Get("ordering")
	if value == "" {
		return desk.NewestFirst, nil
	}
	if !slices.Contains(orders, desk.ListOrder(value)) {
		return desk.NewestFirst, desk.Fields{"ordering": {msgNotAmong(value)}}
	}
	return desk.ListOrder(value), nil
}
