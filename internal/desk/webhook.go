package desk

import "time"

// WebhookEvents are the events a webhook may ask for. The place of each, from 1, is its
// id in filters, and its bit in Webhook.Events.
var WebhookEvents = []string{EventTicketCreated, EventTicketUpdated, EventCustomerCreated, EventCustomerUpdated}

// Webhook is an address that a store's events are sent to.
type Webhook struct {
	ID           int64
	Name         *string
	Target       string
	Events       EventSet
	Secret       string // signs deliveries; readable, since receivers compute the same
	OldSecret    string // what Secret was before, "" for none
	OldUntil     Instant
	Active       bool
	Since        int64   // the last event that it does not get
	NextCheckAt  Instant // when what failed is tried again; 0: nothing waits
	WarningCount int64   // events given up since the last one delivered
	APIVersion   *string
	CreatedAt    Instant
	UpdatedAt    Instant
}

// MaxWebhooks is how many webhooks a store may have: each is work for every event.
const MaxWebhooks = 1000

// OldSecretLife is how long deliveries may still be signed with a secret after it was
// replaced: receivers change over at their own pace.
const OldSecretLife = 24 * time.Hour

// MaxWarnings is how many events in a row a webhook may lose before it is switched off.
const MaxWarnings = 5

// WebhookInput is what somebody asks to be written to a webhook; nil fields stay as they
// are. A secret that is null asks for a new one.
type WebhookInput struct {
	Name       *Text
	Target     *string
	Events     *EventSet
	Secret     *Text
	Active     *bool
	APIVersion *Text
}

// Patch writes the input to a webhook, but for its secret: Renew does that.
func (in *WebhookInput) Patch(h *Webhook) {
	set(&h.Target, in.Target)
	set(&h.Events, in.Events)
	set(&h.Active, in.Active)
	if in.Name != nil {
		h.Name = in.Name.Value
	}
	if in.APIVersion != nil {
		h.APIVersion = in.APIVersion.Value
	}
}

// Renew gives the webhook another secret and keeps the one before for OldSecretLife. The
// same secret again changes nothing.
func (h *Webhook) Renew(secret string, now time.Time) {
	if secret == h.Secret {
		return
	}
	if h.Secret != "" {
		h.OldSecret, h.OldUntil = h.Secret, At(now.Add(OldSecretLife))
	}
	h.Secret = secret
}

// WebhookFilter selects webhooks; a zero part selects everything.
type WebhookFilter struct {
	Name   string   // substring of the name, any case
	Events EventSet // any of them
	Active *bool
}

// Replay says which events are to be sent to a webhook once more: one alone, or those of
// a range.
type Replay struct {
	Event   int64   // this one alone; 0: those of the range
	After   int64   // the range begins behind this event
	Until   int64   // and ends with this one; 0: with the last there is
	Outcome Outcome // Failed: of the range only those that were given up; "": all of it
}

// EventSet is a set of WebhookEvents.
type EventSet int64

// EventBit is the set of one event alone; empty for an unknown name.
func EventBit(name string) EventSet {
	for i, known := range WebhookEvents {
		if name == known {
			return 1 << i
		}
	}
	return 0
}

// Names lists the set in the order of WebhookEvents.
func (s EventSet) Names() []string {
	var names []string
	for i, name := range WebhookEvents {
		if s&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// Delivery is one attempt to bring an event to a webhook.
type Delivery struct {
	ID        int64
	WebhookID int64
	EventID   int64 // 0: a test
	EventType string
	TicketID  int64 // of the event; 0 for that of a user
	UserID    int64
	Seq       int64
	Attempt   int64 // 1, 2, 3 …
	Outcome   Outcome
	Status    int           // of the answer; 0: there was none
	Took      time.Duration // kept in milliseconds
	Answer    string        // the start of the answer, or what went wrong
	CreatedAt Instant
}

// DeliveryFilter selects deliveries; a zero part selects everything.
type DeliveryFilter struct {
	Outcome Outcome
	EventID int64
}

// Outcome is what an attempt at a delivery came to.
type Outcome string

// The outcomes.
const (
	Delivered Outcome = "delivered" // answered with 200
	Retried   Outcome = "retry"     // failed, and will be tried again
	Failed    Outcome = "failed"    // failed for the last time
	Gone      Outcome = "gone"      // answered with 410: the webhook is switched off
)

// Outcomes are all of them.
var Outcomes = []Outcome{Delivered, Retried, Failed, Gone}
