package admin

import (
	"storedesk/internal/desk"
	"storedesk/internal/wire"
)

// listDeliveriesOfTicket answers GET tickets/{id}/deliveries/: the mails about a ticket, with what became
// of each at each recipient.
func (a *API) listDeliveriesOfTicket(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	if _, err := a.tickets.Version(c.ctx(), c.store, id); err != nil {
		return err
	}
	return list(a, c, desk.Fields{}, listing[desk.Outgoing]{
		fetch:  func(p desk.Page) ([]desk.Outgoing, bool, error) { return a.tickets.Mails(c.ctx(), c.store, id, p) },
		id:     func(o *desk.Outgoing) int64 { return o.ID },
		append: func(dst []byte, o *desk.Outgoing) []byte { return wire.Outgoing(dst, o, c.store.Zone) },
	})
}
