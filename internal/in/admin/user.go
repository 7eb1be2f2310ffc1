package admin

import (
	"net/http"

	"storedesk/internal/desk"
	"storedesk/internal/in/admin/form"
	"storedesk/internal/wire"
)

// listUsers answers GET users/.
func (a *API) listUsers(c *call) error {
	filter, fields := form.UserFilter(c.query, c.store.Zone)
	return list(a, c, fields, listing[desk.User]{
		fetch: func(p desk.Page) ([]desk.User, bool, error) {
			return a.people.List(c.ctx(), c.store, filter, p)
		},
		id: func(u *desk.User) int64 { return u.ID },
		append: func(dst []byte, u *desk.User) []byte {
			return wire.User(dst, u, c.store.Zone)
		},
	})
}

// showUser answers GET users/{id}/.
func (a *API) showUser(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	u, err := a.people.Get(c.ctx(), c.store, id)
	if err != nil {
		return err
	}
	return c.show(wire.User(nil, u, c.store.Zone))
}

// createUser answers POST users/.
func (a *API) createUser(c *call) error {
	once, err := c.once(http.StatusCreated, c.raw)
	if err != nil {
		return err
	}
	return a.atMostOnce(c, once, func(w desk.Write) error {
		in, fields := form.User(c.body, true, false)
		if len(fields) > 0 {
			return invalid(fields)
		}
		u, err := a.people.Create(c.ctx(), c.store, in, w)
		if err != nil {
			return err
		}
		return c.answer(http.StatusCreated, wire.User(nil, u, c.store.Zone))
	})
}

// updateUser answers PUT and PATCH users/{id}/.
func (a *API) updateUser(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	in, fields := form.User(c.body, false, c.r.Method == http.MethodPatch)
	if len(fields) > 0 {
		if _, err := a.people.Get(c.ctx(), c.store, id); err != nil {
			return err
		}
		return invalid(fields)
	}
	u, err := a.people.Update(c.ctx(), c.store, id, in, c.circumstance(nil))
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, wire.User(nil, u, c.store.Zone))
}
