package form

import (
	"strconv"
	"strings"

	"storedesk/internal/desk"
)

// Webhook reads the fields of a webhook. partial is a PATCH, which alone may come without
// target and events. The input is nil when the body as a whole is wrong; else it holds
// every field that is right.
func Webhook(b *Body, partial bool) (*desk.WebhookInput, desk.Fields) {
	r, ok := b.record(partial)
	if !ok {
		return nil, r.fields
	}
	in := &desk.WebhookInput{
		Events:     r.events("events", rule{required: !partial}),
		Secret:     r.text("secret_key", rule{null: true, limit: 255}),
		Name:       r.text("name", rule{null: true, blank: true, limit: 255}),
		Active:     r.boolean("active"),
		APIVersion: r.text("api_version", rule{null: true, blank: true, limit: 20}),
	}
	target := r.textOr("target", rule{required: !partial, kept: partial, limit: 255}, msgURL, func(text string) string {
		if !validURL(text) {
			return msgURL
		}
		return ""
	})
	if target != nil {
		in.Target = target.Value
	}
	return in, r.fields
}

// events reads a list of names of events that is not empty. nil when there is none or a
// name is unknown; the first such is named as Python prints it.
func (r *record) events(name string, rule rule) *desk.EventSet {
	if r.object != nil && rule.required && !r.has(name) {
		r.fail(name, msgRequired)
		return nil
	}
	items, there := r.list(name)
	if !there {
		return nil
	}
	if len(items) == 0 {
		r.fail(name, msgEmptyList)
		return nil
	}
	var set desk.EventSet
	for _, item := range items {
		text := str(item)
		if strings.IndexByte(text, 0) >= 0 || surrogate(text) != 0 {
			r.fail(name, msgInvalid)
			return nil
		}
		bit := desk.EventBit(text)
		if _, isText := item.(string); bit == 0 || !isText {
			r.fail(name, desk.NoSuchEvent(shown(text)))
			return nil
		}
		set |= bit
	}
	return &set
}

// has reports that a JSON object has a field, be it null.
func (r *record) has(name string) bool {
	_, there := r.object.values[name]
	return there
}

// WebhookFilter reads the filters of the list of webhooks.
func WebhookFilter(q Values) (*desk.WebhookFilter, desk.Fields) {
	r := &filterReader{q: q, fields: desk.Fields{}}
	f := &desk.WebhookFilter{Name: r.text("name"), Active: r.boolean("active")}
	for _, id := range r.ids("events") {
		if id > int64(len(desk.WebhookEvents)) {
			r.fields.Add("events", msgNotAmong(strconv.FormatInt(id, 10)))
			break
		}
		f.Events |= 1 << (id - 1)
	}
	return f, r.fields
}

// DeliveryFilter reads the filters of the list of deliveries.
func DeliveryFilter(q Values) (*desk.DeliveryFilter, desk.Fields) {
	r := &filterReader{q: q, fields: desk.Fields{}}
	return &desk.DeliveryFilter{
		Outcome: oneChoice(r, "outcome", desk.Outcomes),
		EventID: r.whole("event_id", 0, 1, maxID),
	}, r.fields
}

// Replay reads what is to be sent once more: {"event": id}, or {"after": id} with or
// without "until" and "outcome".
func Replay(b *Body) (desk.Replay, desk.Fields) {
	var out desk.Replay
	r, ok := b.record(true)
	if !ok {
		return out, r.fields
	}
	event, after, until := r.whole("event", 1), r.whole("after", 0), r.whole("until", 1)
	outcome := choice(r, "outcome", rule{}, []desk.Outcome{desk.Failed})
	switch {
	case len(r.fields) > 0:
	case event != nil && (after != nil || until != nil || outcome != nil):
		r.fail("event", "Name one event or a range, not both.")
	case event != nil:
		out.Event = *event
	case after == nil:
		r.fail(wholeBody, "Name an event, or a range by after.")
	default:
		out.After = *after
		if until != nil {
			out.Until = *until
		}
		if outcome != nil {
			out.Outcome = desk.Outcome(*outcome.Value)
		}
		if until != nil && *until <= *after {
			r.fail("until", "The range is empty: until must be more than after.")
		}
	}
	return out, r.fields
}

// whole reads an integer of at least some size. nil when there is none.
func (r *record) whole(name string, least int64) *int64 {
	value, there := r.get(name, rule{})
	if !there {
		return nil
	}
	var number integer
	ok := false
	switch v := value.(type) {
	case integer:
		number, ok = v, true
	case string:
		number, ok = parseInt(v)
	}
	n, fits := number.int64()
	if !ok || !fits || n < least {
		r.fail(name, msgWhole)
		return nil
	}
	return &n
}
