package wire

import (
	"slices"

	"storedesk/internal/desk"
)

// CustomerTicket is what a customer may see of a ticket. It has no room for anything
// else: no tags, no assignee, no internal comment. What shows tickets to customers takes
// this type, and so cannot show more.
type CustomerTicket struct {
	id       int64
	subject  string
	status   desk.Status
	comments []CustomerComment
}

// CustomerComment is a public comment as a customer may see it.
type CustomerComment struct {
	id    int64
	own   bool
	body  string
	files []CustomerFile
	at    desk.Instant
}

// CustomerFile is an attachment of a public comment.
type CustomerFile struct {
	Name    string
	Path    string // what follows /media/ in its link
	BlobKey string // "": the bytes were never fetched
	Size    int64
}

// NewCustomerTicket shows a ticket with those of the comments that are public, in the
// order given. byDesk tells whether a comment is the store's own.
func NewCustomerTicket(t *desk.Ticket, comments []*desk.Comment, byDesk func(*desk.Comment) bool) *CustomerTicket {
	shown := &CustomerTicket{id: t.ID, subject: t.Subject, status: t.Status}
	for _, c := range comments {
		if c == nil || !c.Public || c.TicketID != t.ID {
			continue
		}
		shown.comments = append(shown.comments, newCustomerComment(c, byDesk(c)))
	}
	return shown
}

func newCustomerComment(c *desk.Comment, byDesk bool) CustomerComment {
	shown := CustomerComment{id: c.ID, own: !byDesk, at: c.CreatedAt}
	if c.Body != nil {
		shown.body = *c.Body
	}
	for _, a := range c.Attachments {
		shown.files = append(shown.files, CustomerFile{Name: a.FileName, Path: a.Path, BlobKey: a.BlobKey, Size: a.Size})
	}
	return shown
}

// ID is the ticket's number.
func (t *CustomerTicket) ID() int64 { return t.id }

// Subject is the ticket's subject.
func (t *CustomerTicket) Subject() string { return t.subject }

// Status is where the ticket stands.
func (t *CustomerTicket) Status() desk.Status { return t.status }

// Comments are the public ones.
func (t *CustomerTicket) Comments() []CustomerComment { return slices.Clone(t.comments) }

// Comment finds a public comment; ok is false when there is none with that id.
func (t *CustomerTicket) Comment(id int64) (c CustomerComment, ok bool) {
	i := slices.IndexFunc(t.comments, func(c CustomerComment) bool { return c.id == id })
	if i < 0 {
		return CustomerComment{}, false
	}
	return t.comments[i], true
}

// Before returns the public comment before the one with an id; of 0, the last.
func (t *CustomerTicket) Before(id int64) (c CustomerComment, ok bool) {
	for _, candidate := range t.comments {
		if candidate.id == id {
			break
		}
		c, ok = candidate, true
	}
	return c, ok
}

// ID is the comment's number.
func (c *CustomerComment) ID() int64 { return c.id }

// FromCustomer tells a customer's comment from one of the store.
func (c *CustomerComment) FromCustomer() bool { return c.own }

// Body is the comment's text; it may be empty.
func (c *CustomerComment) Body() string { return c.body }

// Files are the comment's attachments.
func (c *CustomerComment) Files() []CustomerFile { return slices.Clone(c.files) }

// At is when the comment was made.
func (c *CustomerComment) At() desk.Instant { return c.at }
