package dashboard

import (
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"storedesk/internal/desk"
	"storedesk/internal/in/admin/form"
	"storedesk/internal/page"
)

// webhookRow is an address that events are sent to. Its secret is shown when it is made.
type webhookRow struct {
	ID         int64    `json:"id"`
	Name       string   `json:"name"`
	Target     string   `json:"target"`
	Events     []string `json:"events"`
	APIVersion string   `json:"api_version"`
	Active     bool     `json:"active"`
	Health     string   `json:"health"`  // ok, waiting, failing, off
	Waiting    int64    `json:"waiting"` // events that wait to be sent
	Warnings   int64    `json:"warnings"`
	NextTryAt  *string  `json:"next_try_at"`
	CreatedAt  *string  `json:"created_at"`
	UpdatedAt  *string  `json:"updated_at"`
}

func webhookOf(h *desk.Webhook, waiting int64) webhookRow {
	row := webhookRow{
		ID: h.ID, Target: h.Target, Events: orEmpty(h.Events.Names()), Active: h.Active, Health: "ok", Waiting: waiting, Warnings: h.WarningCount,
		NextTryAt: instant(h.NextCheckAt), CreatedAt: instant(h.CreatedAt), UpdatedAt: instant(h.UpdatedAt),
	}
	if h.Name != nil {
		row.Name = *h.Name
	}
	if h.APIVersion != nil {
		row.APIVersion = *h.APIVersion
	}
	switch {
	case !h.Active:
		row.Health = "off"
	case h.WarningCount > 0 || h.NextCheckAt != 0:
		row.Health = "failing"
	case waiting > 0:
		row.Health = "waiting"
	}
	return row
}

func (d *door) webhooks(q *page.Request) error {
	hooks, more, err := d.Webhooks.List(q.Ctx(), q.Store, &desk.WebhookFilter{}, newest(q))
	if err != nil {
		return err
	}
	waiting, err := d.Webhooks.Waiting(q.Ctx(), q.Store, hooks)
	if err != nil {
		return err
	}
	rows, last := make([]webhookRow, len(hooks)), int64(0)
	for i := range hooks {
		rows[i], last = webhookOf(&hooks[i], waiting[hooks[i].ID]), hooks[i].ID
	}
	return paged(q, rows, more, last)
}

func (d *door) findWebhook(q *page.Request) (*desk.Webhook, error) {
	id, err := pathID(q, "id")
	if err != nil {
		return nil, err
	}
	return d.Webhooks.Get(q.Ctx(), q.Store, id)
}

func (d *door) showWebhook(q *page.Request) error {
	h, err := d.findWebhook(q)
	if err != nil {
		return err
	}
	row, err := d.withHealth(q, h)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, row)
}

func (d *door) withHealth(q *page.Request, h *desk.Webhook) (webhookRow, error) {
	waiting, err := d.Webhooks.Waiting(q.Ctx(), q.Store, []desk.Webhook{*h})
	return webhookOf(h, waiting[h.ID]), err
}

// webhookInput is a webhook as a form has it; what is not named stays.
type webhookInput struct {
	Name       *string   `json:"name"`
	Target     *string   `json:"target"`
	Events     *[]string `json:"events"`
	APIVersion *string   `json:"api_version"`
	Active     *bool     `json:"active"`
}

// Limits of the Admin API.
const (
	webhookText    = 255
	webhookVersion = 20
)

func (in *webhookInput) input(whole bool) (*desk.WebhookInput, error) {
	fields := desk.Fields{}
	text := func(field string, value *string, limit int) *desk.Text {
		if value == nil {
			return nil
		}
		cleaned := clean(*value)
		if utf8.RuneCountInString(cleaned) > limit {
			fields.Add(field, "This is too long.")
		}
		if cleaned == "" {
			return &desk.Text{}
		}
		return &desk.Text{Value: &cleaned}
	}
	out := &desk.WebhookInput{
		Name: text("name", in.Name, webhookText), APIVersion: text("api_version", in.APIVersion, webhookVersion), Active: in.Active,
	}
	switch target := text("target", in.Target, webhookText); {
	case target == nil && whole, target != nil && (target.Value == nil || !form.ValidURL(*target.Value)):
		fields.Add("target", "Enter a valid URL.")
	case target != nil:
		out.Target = target.Value
	}
	switch {
	case in.Events != nil && len(*in.Events) > 0:
		set := desk.EventSet(0)
		for _, name := range *in.Events {
			bit := desk.EventBit(name)
			if bit == 0 {
				fields.Add("events", desk.NoSuchEvent(clean(name)))
				break
			}
			set |= bit
		}
		out.Events = &set
	case in.Events != nil || whole:
		fields.Add("events", "Choose at least one event.")
	}
	if len(fields) > 0 {
		return nil, &desk.Error{Code: desk.Invalid, Message: "The webhook is not complete.", Fields: fields}
	}
	return out, nil
}

func (d *door) decodeWebhook(q *page.Request, whole bool) (*desk.WebhookInput, error) {
	var in webhookInput
	if err := q.Decode(&in); err != nil {
		return nil, err
	}
	if in.Events != nil {
		if err := few("events", *in.Events); err != nil {
			return nil, err
		}
	}
	return in.input(whole)
}

// shownHook is a webhook with the secret that signs what is sent to it.
type shownHook struct {
	Webhook webhookRow `json:"webhook"`
	Secret  string     `json:"secret"`
}

func (d *door) makeWebhook(q *page.Request) error {
	in, err := d.decodeWebhook(q, true)
	if err != nil {
		return err
	}
	h, err := d.Webhooks.Create(q.Ctx(), q.Store, in, desk.Write{Actor: q.Staff.Actor()})
	if err != nil {
		return err
	}
	return q.JSON(http.StatusCreated, shownHook{webhookOf(h, 0), h.Secret})
}

func (d *door) changeWebhook(q *page.Request) error {
	in, err := d.decodeWebhook(q, false)
	if err != nil {
		return err
	}
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	h, err := d.Webhooks.Update(q.Ctx(), q.Store, id, in, desk.Write{Actor: q.Staff.Actor()})
	if err != nil {
		return err
	}
	row, err := d.withHealth(q, h)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, row)
}

func (d *door) endWebhook(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	return done(q, d.Webhooks.Delete(q.Ctx(), q.Store, id, desk.Write{Actor: q.Staff.Actor()}))
}

func (d *door) rotateWebhook(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	h, err := d.Webhooks.Rotate(q.Ctx(), q.Store, id, desk.Write{Actor: q.Staff.Actor()})
	if err != nil {
		return err
	}
	row, err := d.withHealth(q, h)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, shownHook{row, h.Secret})
}

// deliveryRow is one attempt to bring an event to a webhook.
type deliveryRow struct {
	ID        int64   `json:"id"`
	Event     int64   `json:"event"` // 0: a test
	EventID   *string `json:"event_id"`
	EventType string  `json:"event_type"`
	Ticket    int64   `json:"ticket"` // 0: of a user
	User      int64   `json:"user"`
	Attempt   int64   `json:"attempt"`
	Outcome   string  `json:"outcome"`
	Status    int     `json:"status"` // 0: no answer
	TookMS    int64   `json:"took_ms"`
	Answer    string  `json:"answer"`
	CreatedAt *string `json:"created_at"`
}

func deliveryOf(st *desk.Store, v *desk.Delivery) deliveryRow {
	row := deliveryRow{
		v.ID, v.EventID, nil, v.EventType, v.TicketID, v.UserID, v.Attempt, string(v.Outcome), v.Status, v.Took.Milliseconds(), v.Answer, instant(v.CreatedAt),
	}
	if v.EventID != 0 {
		name := desk.EventUUID(st, v.EventID)
		row.EventID = &name
	}
	return row
}

func (d *door) deliveries(q *page.Request) error {
	h, err := d.findWebhook(q)
	if err != nil {
		return err
	}
	f := desk.DeliveryFilter{Outcome: desk.Outcome(q.Query("outcome"))}
	if f.Outcome != "" && !slices.Contains(desk.Outcomes, f.Outcome) {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"outcome": {"There is no such outcome."}}}
	}
	found, more, err := d.Webhooks.Deliveries(q.Ctx(), q.Store, h, &f, newest(q))
	if err != nil {
		return err
	}
	rows, last := make([]deliveryRow, len(found)), int64(0)
	for i := range found {
		rows[i], last = deliveryOf(q.Store, &found[i]), found[i].ID
	}
	return paged(q, rows, more, last)
}

// testWebhook sends something now. A receiver that fails is an answer too.
func (d *door) testWebhook(q *page.Request) error {
	h, err := d.findWebhook(q)
	if err != nil {
		return err
	}
	v, err := d.Deliveries.Test(q.Ctx(), q.Store, h)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, deliveryOf(q.Store, v))
}

// replayWebhook sends one event once more, or all since an instant.
func (d *door) replayWebhook(q *page.Request) error {
	var in struct {
		Event  int64      `json:"event"`
		Since  *time.Time `json:"since"`
		Failed bool       `json:"failed"` // only those that were given up
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	h, err := d.findWebhook(q)
	if err != nil {
		return err
	}
	r := desk.Replay{Event: in.Event}
	switch {
	case in.Event > 0 && in.Since == nil && !in.Failed:
	case in.Event == 0 && in.Since != nil:
		if r.After, err = d.Webhooks.EventBefore(q.Ctx(), q.Store, desk.At(*in.Since)); err != nil {
			return err
		}
		if in.Failed {
			r.Outcome = desk.Failed
		}
	default:
		return desk.Errorf(desk.Invalid, "Name one event, or a time since when.")
	}
	queued, err := d.Deliveries.Replay(q.Ctx(), q.Store, h, r)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusAccepted, struct {
		Queued int `json:"queued"`
	}{queued})
}

func (d *door) payload(q *page.Request) error {
	h, err := d.findWebhook(q)
	if err != nil {
		return err
	}
	event, err := pathID(q, "event")
	if err != nil {
		return err
	}
	body, err := d.Deliveries.Payload(q.Ctx(), q.Store, h, event)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, struct {
		Payload string `json:"payload"`
	}{string(body)})
}
