package desk

// Presence is an agent at a ticket.
type Presence struct {
	TicketID int64
	UserID   int64
	State    PresenceState
	Until    Instant // when they were last heard of, and a while
}

// PresenceState is what an agent does there.
type PresenceState string

// The states; "" is gone.
const (
	PresenceViewing PresenceState = "viewing"
	PresenceTyping  PresenceState = "typing"
)
