package admin

import (
	"net/http"

	"storedesk/internal/in/admin/form"
	"storedesk/internal/wire"
)

// The further addresses of a user are one small list, not a collection with pages; each
// write answers with the whole of it. An address stands in the query and not in the path,
// whose elements hold no dots.

// listAddresses answers GET users/{id}/addresses/.
func (a *API) listAddresses(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	list, err := a.people.Addresses(c.ctx(), c.store, id)
	if err != nil {
		return err
	}
	return c.show(wire.FurtherAddresses(nil, list))
}

// addAddress answers POST users/{id}/addresses/.
func (a *API) addAddress(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	address, fields := form.Address(c.body)
	if len(fields) > 0 {
		if _, err := a.people.Get(c.ctx(), c.store, id); err != nil {
			return err
		}
		return invalid(fields)
	}
	list, err := a.people.AddAddress(c.ctx(), c.store, id, address, c.circumstance(nil))
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, wire.FurtherAddresses(nil, list))
}

// removeAddress answers DELETE users/{id}/addresses/?address=….
func (a *API) removeAddress(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	address, fields := form.AddressQuery(c.query)
	if len(fields) > 0 {
		if _, err := a.people.Get(c.ctx(), c.store, id); err != nil {
			return err
		}
		return invalid(fields)
	}
	list, err := a.people.RemoveAddress(c.ctx(), c.store, id, address, c.circumstance(nil))
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, wire.FurtherAddresses(nil, list))
}
