package admin

import (
	"maps"
	"net/url"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/in/admin/form"
	"storedesk/internal/wire"
)

// place is the stretch of a list that a request asks for.
type place struct {
	cursor form.Cursor
	order  desk.ListOrder
	size   int
}

// place reads cursor, page size and, where the list has several, its order. What is
// wrong with the latter two goes to fields. The cursor's own problem comes back
// apart: filters are checked before it.
func (a *API) place(c *call, ordered bool, fields desk.Fields) (place, *form.Problem) {
	at := place{order: desk.NewestFirst, size: a.pageSize}
	if len(c.query) == 0 {
		return at, nil
	}
	var wrong desk.Fields
	at.size, wrong = form.PageSize(c.query, a.pageSize)
	maps.Copy(fields, wrong)
	if ordered {
		at.order, wrong = form.Ordering(c.query)
		maps.Copy(fields, wrong)
	}
	text, ok := c.query.Get("cursor")
	if !ok {
		return at, nil
	}
	var p *form.Problem
	at.cursor, p = form.DecodeCursor(text, at.order)
	return at, p
}

func (p place) page() desk.Page { return p.cursor.Page(p.order, p.size) }

// head appends the page's JSON up to its rows, with the links that its rows lead to.
func (p place) head(dst []byte, c *call, rows []desk.Key, more bool) []byte {
	next, previous := form.Links(p.cursor, p.order, p.size, rows, more)
	dst = link(append(dst, `{"next":`...), c, next)
	dst = link(append(dst, `,"previous":`...), c, previous)
	return append(dst, `,"results":[`...)
}

// link appends the URL of a page of the list this call asks for: the same request
// with another cursor.
func link(dst []byte, c *call, to *form.Cursor) []byte {
	if to == nil {
		return append(dst, "null"...)
	}
	path := strings.Replace(c.res.path, "{id}", url.PathEscape(c.param), 1)
	return wire.String(dst, c.origin+Base+path+"?"+c.query.Encode("cursor", to.Encode()))
}

// headroom is kept free in front of the rows of a page, for its head is known last.
const headroom = 2048

// whole puts the head in front of rows that begin after the headroom.
func whole(head, rows []byte) []byte {
	if len(head) > headroom {
		return append(head, rows[headroom:]...)
	}
	start := headroom - len(head)
	copy(rows[start:], head)
	return rows[start:]
}

// listing is a list of rows that are made into JSON as it is asked for.
type listing[T any] struct {
	fetch  func(desk.Page) ([]T, bool, error)
	id     func(*T) int64
	append func([]byte, *T) []byte
}

// list answers one page. fields are what is wrong with the filters.
func list[T any](a *API, c *call, fields desk.Fields, l listing[T]) error {
	at, problem := a.place(c, false, fields)
	if len(fields) > 0 {
		return invalid(fields)
	}
	if problem != nil {
		return refusal(problem)
	}
	rows, more, err := l.fetch(at.page())
	if err != nil {
		return err
	}
	keys := make([]desk.Key, len(rows))
	for i := range rows {
		keys[i].ID = l.id(&rows[i])
	}
	buffer := borrow()
	body := at.head(*buffer, c, keys, more)
	for i := range rows {
		if i > 0 {
			body = append(body, ',')
		}
		body = l.append(body, &rows[i])
	}
	body = append(body, "]}"...)
	err = c.show(body)
	giveBack(buffer, body)
	return err
}
