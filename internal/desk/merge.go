package desk

import "fmt"

// Merge is a ticket that was merged into another. The source is closed and linked; nothing
// is moved. What it was before is kept, for the merge to be undone.
type Merge struct {
	SourceID     int64
	Seq          int64 // of the source's event
	TargetID     int64
	UserID       int64
	SourceStatus Status
	TargetStatus Status
	ClosedAt     Instant // when the source became closed
	TargetSeq    int64   // of the target's event
	Joined       string  // folded address that takes part in the target since; "": none
	CreatedAt    Instant
}

// The fields of changes that tell of merges and splits. Their values are ids of tickets.
const (
	FieldMerged     = "merged"      // of the target: what was merged into it
	FieldMergedInto = "merged_into" // of the source
	FieldSplit      = "split"       // what was split off
	FieldSplitFrom  = "split_from"  // of the new ticket
	FieldLinked     = "linked"      // what it is related to
)

// CheckMerge says what speaks against merging one ticket into another: Conflict, or
// Invalid with fields.
func CheckMerge(source, target *Ticket) error {
	switch {
	case source.ID == target.ID:
		return &Error{Code: Invalid, Fields: Fields{"target": {"A ticket can't be merged into itself."}}}
	case target.Status == StatusClosed:
		return &Error{Code: Invalid, Fields: Fields{"target": {fmt.Sprintf("Ticket #%d is closed.", target.ID)}}}
	}
	return nil
}

// MergedStatus is what the target's status becomes: what waits for an answer in the source
// waits in the target from then on.
func MergedStatus(source, target Status) Status {
	if target == StatusSolved && source != StatusSolved && source != StatusClosed {
		return StatusOpen
	}
	return target
}

// SamePerson tells whether two tickets are of one requester: the same user, or the same
// address where no user is known.
func SamePerson(a, b *Ticket) bool {
	if a.RequesterID != 0 || b.RequesterID != 0 {
		return a.RequesterID == b.RequesterID
	}
	return a.FromEmail != nil && b.FromEmail != nil && *a.FromEmail != "" && Fold(*a.FromEmail) == Fold(*b.FromEmail)
}

// Split is a ticket that was begun with a copy of another's comment.
type Split struct {
	TicketID, CommentID     int64 // the new one, and its first comment
	FromTicket, FromComment int64
	UserID                  int64
	CreatedAt               Instant
}
