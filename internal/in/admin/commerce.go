package admin

import (
	"strings"
	"unicode/utf8"

	"storedesk/internal/commerce"
	"storedesk/internal/desk"
	"storedesk/internal/in/admin/form"
	"storedesk/internal/wire"
)

// listOrders answers GET orders/.
func (a *API) listOrders(c *call) error {
	number, status, fields := form.OrderFilter(c.query)
	return list(a, c, fields, listing[commerce.Order]{
		fetch: func(p desk.Page) ([]commerce.Order, bool, error) {
			return a.commerce.Orders(c.ctx(), c.store, number, status, p)
		},
		id: func(o *commerce.Order) int64 { return o.ID },
		append: func(dst []byte, o *commerce.Order) []byte {
			return wire.Order(dst, &o.Order, o.User, c.store.Zone, false)
		},
	})
}

// showOrder answers GET orders/{number}/.
func (a *API) showOrder(c *call) error {
	if strings.Contains(c.param, "\x00") || !utf8.ValidString(c.param) {
		return errNotFound
	}
	o, err := a.commerce.Order(c.ctx(), c.store, c.param)
	if err != nil {
		return err
	}
	return c.show(wire.Order(nil, &o.Order, o.User, c.store.Zone, true))
}

// listProducts answers GET products/.
func (a *API) listProducts(c *call) error {
	title, public, fields := form.ProductFilter(c.query)
	return list(a, c, fields, listing[desk.Product]{
		fetch: func(p desk.Page) ([]desk.Product, bool, error) {
			return a.commerce.Products(c.ctx(), c.store, title, public, p)
		},
		id: func(p *desk.Product) int64 { return p.ID },
		append: func(dst []byte, p *desk.Product) []byte {
			return wire.Product(dst, p, c.store.Zone)
		},
	})
}

// showProduct answers GET products/{id}/.
func (a *API) showProduct(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	p, err := a.commerce.Product(c.ctx(), c.store, id)
	if err != nil {
		return err
	}
	return c.show(wire.Product(nil, p, c.store.Zone))
}
