package admin

import (
	"net/http"
	"strconv"

	"storedesk/internal/desk"
	"storedesk/internal/in/admin/form"
	"storedesk/internal/wire"
)

// listWebhooks answers GET webhooks/.
func (a *API) listWebhooks(c *call) error {
	filter, fields := form.WebhookFilter(c.query)
	return list(a, c, fields, listing[desk.Webhook]{
		fetch: func(p desk.Page) ([]desk.Webhook, bool, error) {
			return a.webhooks.List(c.ctx(), c.store, filter, p)
		},
		id: func(h *desk.Webhook) int64 { return h.ID },
		append: func(dst []byte, h *desk.Webhook) []byte {
			return wire.Webhook(dst, h, c.store.Zone)
		},
	})
}

// webhook is the webhook in the path.
func (a *API) webhook(c *call) (*desk.Webhook, error) {
	id, err := c.pathID()
	if err != nil {
		return nil, err
	}
	return a.webhooks.Get(c.ctx(), c.store, id)
}

// showWebhook answers GET webhooks/{id}/.
func (a *API) showWebhook(c *call) error {
	h, err := a.webhook(c)
	if err != nil {
		return err
	}
	return c.show(wire.Webhook(nil, h, c.store.Zone))
}

// createWebhook answers POST webhooks/.
func (a *API) createWebhook(c *call) error {
	once, err := c.once(http.StatusCreated, c.raw)
	if err != nil {
		return err
	}
	return a.atMostOnce(c, once, func(w desk.Write) error {
		in, fields := form.Webhook(c.body, false)
		if len(fields) > 0 {
			return invalid(fields)
		}
		h, err := a.webhooks.Create(c.ctx(), c.store, in, w)
		if err != nil {
			return err
		}
		return c.answer(http.StatusCreated, wire.Webhook(nil, h, c.store.Zone))
	})
}

// updateWebhook answers PUT and PATCH webhooks/{id}/.
func (a *API) updateWebhook(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	in, fields := form.Webhook(c.body, c.r.Method == http.MethodPatch)
	if len(fields) > 0 {
		if _, err := a.webhooks.Get(c.ctx(), c.store, id); err != nil {
			return err
		}
		return invalid(fields)
	}
	h, err := a.webhooks.Update(c.ctx(), c.store, id, in, c.circumstance(nil))
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, wire.Webhook(nil, h, c.store.Zone))
}

// deleteWebhook answers DELETE webhooks/{id}/.
func (a *API) deleteWebhook(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	if err := a.webhooks.Delete(c.ctx(), c.store, id, c.circumstance(nil)); err != nil {
		return err
	}
	c.noStore()
	c.written = true
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// rotateWebhook answers POST webhooks/{id}/rotate/.
func (a *API) rotateWebhook(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	h, err := a.webhooks.Rotate(c.ctx(), c.store, id, c.circumstance(nil))
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, wire.Webhook(nil, h, c.store.Zone))
}

// listDeliveries answers GET webhooks/{id}/deliveries/.
func (a *API) listDeliveries(c *call) error {
	h, err := a.webhook(c)
	if err != nil {
		return err
	}
	filter, fields := form.DeliveryFilter(c.query)
	return list(a, c, fields, listing[desk.Delivery]{
		fetch: func(p desk.Page) ([]desk.Delivery, bool, error) {
			return a.webhooks.Deliveries(c.ctx(), c.store, h, filter, p)
		},
		id: func(d *desk.Delivery) int64 { return d.ID },
		append: func(dst []byte, d *desk.Delivery) []byte {
			return wire.Delivery(dst, d, c.store)
		},
	})
}

// testWebhook answers POST webhooks/{id}/test/. A receiver that fails is an answer too.
func (a *API) testWebhook(c *call) error {
	h, err := a.webhook(c)
	if err != nil {
		return err
	}
	d, err := a.deliveries.Test(c.ctx(), c.store, h)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, wire.Delivery(nil, d, c.store))
}

// replayWebhook answers POST webhooks/{id}/replay/.
func (a *API) replayWebhook(c *call) error {
	h, err := a.webhook(c)
	if err != nil {
		return err
	}
	r, fields := form.Replay(c.body)
	if len(fields) > 0 {
		return invalid(fields)
	}
	queued, err := a.deliveries.Replay(c.ctx(), c.store, h, r)
	if err != nil {
		return err
	}
	return c.answer(http.StatusAccepted, append(strconv.AppendInt([]byte(`{"queued":`), int64(queued), 10), '}'))
}
