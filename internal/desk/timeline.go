package desk

// Timeline is one page of what was said and done in a ticket, oldest first.
type Timeline struct {
	Items  []TimelineItem
	Before bool // more comes before the page
	After  bool // more comes after it

	Comments int // of the whole ticket
	Events   int
	// Start is where a reader should begin: the first item that they have not seen; else,
	// if they have never seen the ticket, what waits for an answer. Zero: at the end.
	Start ItemKey
	Seq   int64 // of the latest event
	Seen  int64 // up to which event the reader has seen it; 0: never
}

// ItemKey names an item of a timeline: a comment, or an event by its number in the ticket.
type ItemKey struct {
	Comment int64
	Event   int64
}

// TimelineItem is a comment or an event.
type TimelineItem struct {
	Key    ItemKey
	Ticket int64 // whose it is: this one, or one that was merged into it
	At     Instant
	Unread bool

	Comment  *Comment
	Mail     *Mail // that the comment came by; nil: by none
	Outgoing []Outgoing
	Event    *Event
}
