package desk

import "slices"

// TicketFilter selects tickets; its parts combine with AND, the values of a list
// with OR. A zero part selects everything.
type TicketFilter struct {
	Text        string // substring of id, subject or requester's e-mail, any case
	Subject     string // substring of the subject, any case
	Words       []string
	ID          *int64
	Statuses    []Status
	RequesterID int64
	AssigneeID  int64
	TypeID      int64
	OrderNumber string
	Products    []int64
	Tags        []int64
	Priority    Priority
	Channel     Channel
	Created     Span
	Updated     Span
	Choices     []Choice
	Files       bool // with an attachment
	Undelivered bool // with mail that did not arrive, unless it is closed
	Nothing     bool // true when a value can match no row at all, such as an id past 64 bits
}

// Choice is a condition on one field of a ticket: that it has one of the values, or none
// of them. An id of zero is "none": no assignee, no group.
type Choice struct {
	Field Field
	IDs   []int64
	Texts []string // instead of IDs, for FieldPriority, FieldChannel and FieldOrder
	Not   bool
}

// HasNone reports whether "none" is among the values.
func (c *Choice) HasNone() bool { return slices.Contains(c.IDs, 0) || slices.Contains(c.Texts, "") }

// Field is a field of a ticket that a Choice is about.
type Field string

// The fields of choices.
const (
	FieldRequester Field = "requester"
	FieldAssignee  Field = "assignee"
	FieldGroup     Field = "group"
	FieldType      Field = "type"
	FieldPriority  Field = "priority"
	FieldChannel   Field = "channel"
	FieldOrder     Field = "order"
	FieldTag       Field = "tag"
	FieldProduct   Field = "product"
)

// Span is a stretch of time, From included, To not; zero is open.
type Span struct{ From, To Instant }

// UserFilter selects users as TicketFilter does tickets.
type UserFilter struct {
	Email            string // equal, any case
	Name             []string
	PhoneNumber      string
	Language         string
	Type             string
	Joined           Span
	Blocked          *bool
	AcceptsMarketing *bool
}

// ListOrder is the order of a list of tickets.
type ListOrder string

// The orders a list of tickets can have; newest first is the default.
const (
	NewestFirst        ListOrder = "-id"
	OldestFirst        ListOrder = "id"
	UpdatedNewestFirst ListOrder = "-updated_at"
	UpdatedOldestFirst ListOrder = "updated_at"
)

// ByUpdate reports whether the list is ordered by the time of the last change.
func (o ListOrder) ByUpdate() bool { return o == UpdatedNewestFirst || o == UpdatedOldestFirst }

// Ascending reports whether the list starts at the smallest.
func (o ListOrder) Ascending() bool { return o == OldestFirst || o == UpdatedOldestFirst }

// Page says which stretch of an ordered list is wanted.
type Page struct {
	Order   ListOrder
	Key     *Key // start behind this row; nil = at the end the order begins with
	Reverse bool // walk against the order (the rows still come back in the order)
	Offset  int  // rows to skip before the page starts
	Size    int
}

// Key is a row's place in a list: its id, or the time of its last change and its id.
type Key struct {
	At Instant // 0 in lists by id
	ID int64
}

// Unsolved reports whether the filter selects only tickets that are neither solved nor
// closed.
func (f *TicketFilter) Unsolved() bool {
	return len(f.Statuses) > 0 && !slices.Contains(f.Statuses, StatusSolved) && !slices.Contains(f.Statuses, StatusClosed)
}

// HasText reports whether the filter searches in text.
func (f *TicketFilter) HasText() bool { return f.Text != "" || f.Subject != "" || len(f.Words) > 0 }
