package desk

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// The types of events. Those of tickets are their history.
const (
	EventTicketCreated  = "ticket.created"
	EventTicketUpdated  = "ticket.updated"
	EventTicketImported = "ticket.imported"

	EventCustomerCreated = "customer.created"
	EventCustomerUpdated = "customer.updated"
)

// EventTypes are all of them.
var EventTypes = []string{EventTicketCreated, EventTicketUpdated, EventTicketImported, EventCustomerCreated, EventCustomerUpdated}

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
	CommentID int64  // the comment this write added, or 0
	Public    bool   // whether that comment is public
	CauseID   int64  // the event that led to this one, or 0
	Reason    string // why the program did it by itself; "" when somebody did it
	CreatedAt Instant
}

// Change is one field's step from one value to another. Values are what the wire
// shows: ids, names, lists of them, or nil.
type Change struct {
	Field string `json:"field"`
	From  any    `json:"from"`
	To    any    `json:"to"`
}

// EventUUID is the name of an event outside: the same each time it is sent or read, on
// every node. It is a UUID of version 8 (RFC 9562, section 5.8) made of a SHA-256 over
// the store's id and network domain and the event's id. A store that changes its network
// domain gives all of its events other names.
func EventUUID(st *Store, id int64) string {
	text := []byte("storedesk event\x00" + st.NetworkDomain + "\x00")
	text = binary.BigEndian.AppendUint64(text, uint64(st.ID))
	text = binary.BigEndian.AppendUint64(text, uint64(id))
	sum := sha256.Sum256(text)
	sum[6] = sum[6]&0x0f | 0x80 // version
	sum[8] = sum[8]&0x3f | 0x80 // variant
	digits := hex.EncodeToString(sum[:16])
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:]
}
