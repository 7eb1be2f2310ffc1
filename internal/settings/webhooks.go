package settings

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"strconv"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/wire"
)

// Webhooks holds the verbs of webhooks: where a store's events are sent to. Sending them
// is not its business.
type Webhooks struct {
	DB  *store.DB
	Now func() time.Time
	// CheckTarget says what is wrong with a target that events would be sent to, such as
	// an address within the operator's network; nil = nothing ever is.
	CheckTarget func(url string) error
}

// List walks one page of the webhooks that match, newest first.
func (s *Webhooks) List(ctx context.Context, st *desk.Store, f *desk.WebhookFilter, p desk.Page) ([]desk.Webhook, bool, error) {
	return s.DB.ListWebhooks(ctx, st, f, p)
}

// Get returns a webhook, or desk.ErrNotFound.
func (s *Webhooks) Get(ctx context.Context, st *desk.Store, id int64) (*desk.Webhook, error) {
	return s.DB.Webhook(ctx, st, id)
}

// Deliveries walks one page of the attempts to deliver to a webhook, newest first.
func (s *Webhooks) Deliveries(
	ctx context.Context, st *desk.Store, h *desk.Webhook, f *desk.DeliveryFilter, p desk.Page,
) ([]desk.Delivery, bool, error) {
	return s.DB.ListDeliveries(ctx, st, h.ID, f, p)
}

// Waiting counts, by webhook, the events that wait to be sent to the webhooks of a list.
func (s *Webhooks) Waiting(ctx context.Context, st *desk.Store, hooks []desk.Webhook) (map[int64]int64, error) {
	return s.DB.WaitingDeliveries(ctx, st, hooks)
}

// EventBefore is the last event of the store before an instant, to replay from there on;
// 0 for none.
func (s *Webhooks) EventBefore(ctx context.Context, st *desk.Store, at desk.Instant) (int64, error) {
	return s.DB.EventBefore(ctx, st, at)
}

// Create makes a webhook, active unless the input says otherwise, that gets the events
// from now on. Errors: Invalid, Conflict when w.Once was used meanwhile.
func (s *Webhooks) Create(ctx context.Context, st *desk.Store, in *desk.WebhookInput, w desk.Write) (*desk.Webhook, error) {
	if err := s.check(in); err != nil {
		return nil, err
	}
	secret := secretOf(in)
	var h *desk.Webhook
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		now := s.Now()
		h = &desk.Webhook{Active: true, CreatedAt: desk.At(now), UpdatedAt: desk.At(now)}
		in.Patch(h)
		h.Renew(secret, now)
		if n, err := tx.CountWebhooks(ctx, st); err != nil {
			return err
		} else if n >= desk.MaxWebhooks {
			return desk.Errorf(desk.Invalid, "A store can have %d webhooks at most.", desk.MaxWebhooks)
		}
		var err error
		if h.Since, err = tx.LastEvent(ctx); err != nil {
			return err
		}
		if err := tx.InsertWebhook(ctx, st, h); err != nil {
			return err
		}
		tx.Remember(st, w.Once, wire.Webhook(nil, h, st.Zone), h.CreatedAt)
		return s.audit(ctx, tx, st, "webhook.made", h, w)
	})
	return h, err
}

// Update changes a webhook. One that is switched on gets the events from then on; what
// waits to be sent to one that is switched off is given up. Errors: desk.ErrNotFound,
// Invalid.
func (s *Webhooks) Update(ctx context.Context, st *desk.Store, id int64, in *desk.WebhookInput, w desk.Write) (*desk.Webhook, error) {
	if refused := s.check(in); refused != nil {
		if _, err := s.DB.Webhook(ctx, st, id); err != nil {
			return nil, err
		}
		return nil, refused
	}
	return s.change(ctx, st, id, "webhook.changed", w, func(h *desk.Webhook) {
		in.Patch(h)
		if in.Secret != nil {
			h.Renew(secretOf(in), s.Now())
		}
	})
}

// Rotate gives a webhook a new secret; desk.ErrNotFound. The one before stays good for
// desk.OldSecretLife.
func (s *Webhooks) Rotate(ctx context.Context, st *desk.Store, id int64, w desk.Write) (*desk.Webhook, error) {
	return s.change(ctx, st, id, "webhook.rotated", w, func(h *desk.Webhook) { h.Renew(newSecret(), s.Now()) })
}

// change applies a change to a webhook and draws what follows from it.
func (s *Webhooks) change(
	ctx context.Context, st *desk.Store, id int64, action string, w desk.Write, apply func(*desk.Webhook),
) (*desk.Webhook, error) {
	var h *desk.Webhook
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		if h, err = tx.LockWebhook(ctx, st, id); err != nil {
			return err
		}
		was := h.Active
		apply(h)
		h.UpdatedAt = desk.At(s.Now())
		switch {
		case h.Active && !was:
			h.WarningCount = 0 // or the first failure would switch it off again
			if h.Since, err = tx.LastEvent(ctx); err != nil {
				return err
			}
		case was && !h.Active:
			h.NextCheckAt = 0
			tx.DropWebhookJobs(st, h.ID, "webhook switched off")
		}
		tx.UpdateWebhook(st, h)
		return s.audit(ctx, tx, st, action, h, w)
	})
	return h, err
}

// Delete ends a webhook, with the record of its deliveries; desk.ErrNotFound.
func (s *Webhooks) Delete(ctx context.Context, st *desk.Store, id int64, w desk.Write) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		h, err := tx.LockWebhook(ctx, st, id)
		if err != nil {
			return err
		}
		tx.DeleteWebhook(st, id)
		return s.audit(ctx, tx, st, "webhook.deleted", h, w)
	})
}

// check holds a new target against CheckTarget.
func (s *Webhooks) check(in *desk.WebhookInput) error {
	if in.Target == nil || s.CheckTarget == nil {
		return nil
	}
	if err := s.CheckTarget(*in.Target); err != nil {
		return &desk.Error{Code: desk.Invalid, Message: err.Error(), Fields: desk.Fields{"target": {err.Error()}}}
	}
	return nil
}

// secretOf is the secret that the input brings, or a new one.
func secretOf(in *desk.WebhookInput) string {
	if in.Secret != nil && in.Secret.Value != nil {
		return *in.Secret.Value
	}
	return newSecret()
}

// newSecret makes 160 random bits in hexadecimal digits, as the original does.
func newSecret() string {
	var bits [20]byte
	_, _ = rand.Read(bits[:]) // never fails
	return hex.EncodeToString(bits[:])
}

// audit queues a line of the audit log. Of the target it names the host alone: the rest
// may hold a password.
func (s *Webhooks) audit(ctx context.Context, tx *store.Tx, st *desk.Store, action string, h *desk.Webhook, w desk.Write) error {
	data := map[string]string{"webhook_id": strconv.FormatInt(h.ID, 10), "active": strconv.FormatBool(h.Active)}
	if u, err := url.Parse(h.Target); err == nil {
		data["host"] = u.Host
	}
	if w.Actor.Kind == desk.ActorAPI {
		data["token_id"] = strconv.FormatInt(w.Actor.ID, 10)
	}
	account := int64(0)
	if w.Actor.Kind == desk.ActorAgent {
		var err error
		if account, err = tx.MemberOfUser(ctx, st, w.Actor.ID); err != nil {
			return err
		}
	}
	subject := ""
	if h.Name != nil {
		subject = *h.Name
	}
	return tx.Audit(ctx, &desk.AuditEntry{StoreID: st.ID, Action: action, AccountID: account, Subject: subject, Data: data, CreatedAt: desk.At(s.Now())})
}
