package desk

// The types of events. Those of tickets are their history.
const (
	EventTicketCreated  = "ticket.created"
	EventTicketUpdated  = "ticket.updated"
	EventTicketImported = "ticket.imported"

	EventCustomerCreated = "customer.created"
	EventCustomerUpdated = "customer.updated"
)

// Event is the record of one write to one ticket or user: who did what, when. It is
// written in the transaction of the write; history, webhooks, live updates and reports
// read only events.
type Event struct {
	ID        int64
	TicketID  int64 // 0 for the event of a user
	UserID    int64 // 0 for the event of a ticket
	Seq       int64 // 1, 2, 3 … for each ticket and each user, without gaps
	Actor     Actor
	Type      string
	Changes   []Change
	CommentID int64 // the comment this write added, or 0
	Public    bool  // whether that comment is public
	CauseID   int64 // the event that led to this one, or 0
	CreatedAt Instant
}

// Change is one field's step from one value to another. Values are what the wire
// shows: ids, names, lists of them, or nil.
type Change struct {
	Field string `json:"field"`
	From  any    `json:"from"`
	To    any    `json:"to"`
}
