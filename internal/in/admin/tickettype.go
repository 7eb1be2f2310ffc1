package admin

import (
	"storedesk/internal/desk"
	"storedesk/internal/in/admin/form"
	"storedesk/internal/wire"
)

// listTypes answers GET tickettypes/.
func (a *API) listTypes(c *call) error {
	name, fields := form.TypeFilter(c.query)
	return list(a, c, fields, listing[desk.TicketType]{
		fetch: func(p desk.Page) ([]desk.TicketType, bool, error) {
			return a.tickets.Types(c.ctx(), c.store, name, p)
		},
		id:     func(t *desk.TicketType) int64 { return t.ID },
		append: wire.TicketType,
	})
}

// showType answers GET tickettypes/{id}/.
func (a *API) showType(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	t, err := a.tickets.Type(c.ctx(), c.store, id)
	if err != nil {
		return err
	}
	return c.show(wire.TicketType(nil, t))
}
